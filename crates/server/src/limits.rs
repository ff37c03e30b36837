//! The limits of this crate, each with its reason.

use std::time::Duration;

/// Time that an agent which ends its turn is kept until its last words are read from its transcript, where it may be
/// asked something: some agents write that after 100 ms. The agent itself leaves its hook five seconds.
pub const LAST_WORDS_ARE_READ_WITHIN: Duration = Duration::from_secs(2);

/// Time between two signs of a reading that goes on: whoever waits for it sees that it does.
pub const READING_IS_TOLD_EVERY: Duration = Duration::from_secs(1);

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

/// Calls of agents' tools that wait at the same time: each holds a thread, of which the runtime has 512.
pub(crate) const TOOLS_WAIT_AT_ONCE: usize = 64;

/// Longest wait within a call of a tool: Codex gives one up after 60 seconds.
pub(crate) const TOOL_WAIT: Duration = Duration::from_secs(45);

/// Time between two looks at what a tool waits for, while much is committed.
pub(crate) const TOOL_LOOK_EVERY: Duration = Duration::from_millis(20);

/// Bytes of a page of a tool's answer: some 1,500 tokens of prose, 2,000 of code.
pub(crate) const TOOL_PAGE_BYTES: usize = 6_000;

/// Bytes of a task as part of a longer answer.
pub(crate) const TOOL_TASK_BYTES: usize = 1_800;

/// Lines of one kind in an answer that tells of many.
pub(crate) const TOOL_LINES: usize = 8;

/// Files of another session that are named.
pub(crate) const TOOL_FILES: usize = 5;

/// Notes and decisions that a session is pointed to.
pub(crate) const TOOL_NOTES: usize = 5;

/// Characters of a title within a line.
pub(crate) const TOOL_TITLE_CHARS: usize = 90;

/// Characters of what somebody said, within a line.
pub(crate) const TOOL_SNIPPET_CHARS: usize = 240;

/// Hits of a search in one answer unless asked otherwise, and at most.
pub(crate) const TOOL_HITS: usize = 8;
/// See [`TOOL_HITS`].
pub(crate) const TOOL_HITS_MOST: usize = 25;

/// Events told before and behind the one that was asked for, unless asked otherwise, and at most.
pub(crate) const TOOL_AROUND: usize = 3;
/// See [`TOOL_AROUND`].
pub(crate) const TOOL_AROUND_MOST: usize = 25;

/// Bytes of all tools and instructions, which each session reads at its start: below 1,500 tokens.
#[cfg(test)]
pub(crate) const TOOLS_BYTES: usize = 5_500;

/// Characters of the instructions: of longer ones some agents read only so many.
#[cfg(test)]
pub(crate) const INSTRUCTIONS_CHARS: usize = 512;
