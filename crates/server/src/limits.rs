//! The limits of this crate, each with its reason.

use std::time::Duration;

/// Bytes of a request's body: a task with a long description, far below what could hurt.
pub const BODY_BYTES: usize = 1 << 20;

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

/// Time that open requests have to finish when the daemon ends.
pub const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// Longest time that an answer waits for a turn with a resource: below what clients wait for an answer.
pub const TURN_WAIT: std::time::Duration = std::time::Duration::from_secs(25);
