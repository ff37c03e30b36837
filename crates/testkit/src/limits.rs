//! Every bound of the test kit, with its reason.

use std::time::Duration;

/// How long any wait lasts before the test fails: far beyond what a loaded machine of two cores needs.
pub const WAIT: Duration = Duration::from_secs(60);

/// How often a file or a screen, which announce nothing, is looked at while a test waits for it.
pub const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How long a child may take to end by itself before it is killed.
pub const GRACE: Duration = Duration::from_secs(3);

/// Real agents that run at the same time on this machine: each needs a core while it starts.
pub const AGENTS_AT_ONCE: usize = 2;

/// Connections that the model server serves at once; two agents open a handful each.
pub const CONNECTIONS: usize = 256;

/// Bytes of one request's body; a request carries the whole conversation, images included.
pub const REQUEST_BODY: u64 = 64 << 20;

/// Bytes of one line of an HTTP head.
pub const HEAD_LINE: u64 = 64 << 10;

/// Header lines of one HTTP message.
pub const HEAD_LINES: usize = 200;

/// Bytes of request bodies that the model server's log keeps; older bodies are emptied first.
pub const LOGGED_BODIES: usize = 256 << 20;

/// Messages that a driven agent may send in one test.
pub const MESSAGES: usize = 200_000;

/// Bytes of an agent's standard error that are kept, the newest of them.
pub const STDERR: usize = 256 << 10;

/// Bytes of one WebSocket message from an agent.
pub const FRAME: u64 = 64 << 20;
