//! The limits of this crate, each with its reason.

use std::time::Duration;

/// Bytes of a request's body: a task with a long description, far below what could hurt.
pub const BODY_BYTES: usize = 1 << 20;

/// Bytes of a note or image: a note of a MiB, escaped, or a screenshot.
pub const NOTE_BODY_BYTES: usize = 17 << 20;

/// Requests that read from the store at the same time: more would only wait for the two cores.
pub const CONCURRENT_READS: usize = 32;

/// Time between two signs of life on a silent stream, so that a dead connection is noticed.
pub const STREAM_ALIVE_EVERY: Duration = Duration::from_secs(15);

/// Events in one page unless asked otherwise.
pub const PAGE_EVENTS: usize = 200;

/// Hits in one answer to a search unless asked otherwise.
pub const HITS: usize = 20;

/// Sessions in one list unless asked otherwise.
pub const SESSIONS: usize = 200;

/// Bytes of what a hook tells: a whole file to be written, escaped twice.
pub const HOOK_BODY_BYTES: usize = 40 << 20;

/// Hooks that are heard or wait at the same time: more than agents can run on one machine.
pub const HOOKS_AT_ONCE: usize = 256;

/// Time between two looks for an answer while much is committed; far below what a person notices.
pub const HOOK_LOOK_EVERY: Duration = Duration::from_millis(3);

/// Time until a hook that was handed an answer has given it to its agent and said so.
pub const HOOK_DELIVERS_WITHIN: Duration = Duration::from_secs(2);

/// Time until the hooks that waited when the last daemon ended have come back: they try five times a second.
pub const HOOKS_COME_BACK: Duration = Duration::from_secs(5);

/// Time that open requests have to finish when the daemon ends.
pub const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// Longest time that an answer waits for a turn with a resource: below what clients wait for an answer.
pub const TURN_WAIT: std::time::Duration = std::time::Duration::from_secs(25);

/// Time between two looks whether the log of a check that runs says more.
pub(crate) const LOG_LOOK_EVERY: Duration = Duration::from_millis(200);
