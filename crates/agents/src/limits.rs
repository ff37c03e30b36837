//! Every bound of this crate, with its reason.

use std::time::Duration;

/// A line longer than this is slimmed while it streams: it is never whole in memory.
pub const LINE_IN_MEMORY_BYTES: usize = 8 << 20;

/// A string of a streamed line longer than this becomes a blob: no sentence of a conversation is that long.
pub const STREAMED_STRING_BYTES: usize = 256 << 10;

/// What is kept of a streamed line; beyond it only the number of bytes is known.
/// Leaves room, within the 16 MiB that one giant line may cost, for the read buffer and one string.
pub const STREAMED_KEPT_BYTES: usize = 4 << 20;

/// How many bytes of a streamed string are looked at to tell an encoded picture from text.
pub const PICTURE_SNIFF_BYTES: usize = 64;

/// Containers within containers of a streamed line; real records stay below 20.
pub const STREAMED_DEPTH: usize = 512;

/// Where a damaged line might hold a second object: how many places are tried before the rest is taken for damage.
/// Each try scans the rest of the line, so the product must stay small.
pub const SPLIT_TRIES: usize = 64;

/// A duplicate shorter than this stays: its marker and the bookkeeping would cost as much.
pub const DUPLICATE_BYTES: usize = 48;

/// Places where a text may stand within another that are compared; a text that begins so often is no output.
pub const DUPLICATE_TRIES: usize = 64;

/// A tool's input shorter than this is not remembered to recognise its repetition in the result.
pub const REMEMBERED_INPUT_BYTES: usize = 256;

/// Tool inputs and texts that are remembered to recognise their repetition. They are committed with the
/// cursor after each batch, so the whole state must stay within a few kilobytes.
pub const REMEMBERED_HASHES: usize = 48;

/// Sidechain records that are remembered to find the beginning of a chain. Chains that run side by side
/// are few; each is found by its last record.
pub const REMEMBERED_CHAIN_LINKS: usize = 32;

/// Threads of one transcript whose facts are remembered: those of its session and of sidechains side by side.
pub const REMEMBERED_THREADS: usize = 6;

/// Instructions and descriptions of tools that are remembered to recognise their repetition: an agent
/// has about forty tools, each with a description and a schema. 16 bytes each in the state.
pub const REMEMBERED_INSTRUCTIONS: usize = 192;

/// Commands whose growing output is being followed; more at once than any agent runs.
pub const REMEMBERED_OUTPUTS: usize = 8;

/// A state text longer than this was not written by this crate.
pub const STATE_BYTES: usize = 64 << 10;

/// Unknown fields reported per record: a record of wholly foreign shape must not flood the count.
pub const UNKNOWN_PER_RECORD: usize = 16;

/// Values of one record, each 16 bytes while it is looked at; a record of more is kept unread.
pub const VALUES_PER_RECORD: usize = 2 << 20;

/// Pieces of one line: one object is the rule, two an accident.
pub const PIECES_PER_LINE: usize = 1024;

/// Folders below an agent's home are walked this deep; real layouts need six.
pub const WALK_DEPTH: usize = 12;

/// Entries that one walk looks at before it stops and says so.
pub const WALK_ENTRIES: usize = 2_000_000;

/// A file of the live registry or a companion beside a transcript is read up to this size; real ones have below 4 KiB.
pub const SMALL_FILE_BYTES: u64 = 1 << 20;

/// Entries of a live registry that are looked at; one per running process of the agent.
pub const LIVE_ENTRIES: usize = 4096;

/// A message of a status socket that is larger is skipped: status notifications have below 1 KiB,
/// but the same socket also carries items with whole outputs.
pub const SOCKET_MESSAGE_BYTES: usize = 32 << 20;

/// Time that the other side of a status socket gets to shake hands, or to take a message.
pub const SOCKET_HANDSHAKE_TIME: Duration = Duration::from_secs(5);

/// Time after which a waiting thread looks whether it was told to stop: short beside a person's patience.
pub const STOP_CHECK_TIME: Duration = Duration::from_millis(250);

/// How many such looks pass at most before a status socket is tried again without a notification: half a minute.
pub const SOCKET_RETRY_CHECKS: u32 = 120;

/// Messages that are remembered while an answer is waited for: what a thread asks is sent with its resumption.
pub const PASSED_MESSAGES: usize = 256;

/// Time that a program gets to list its hooks; it takes a third of a second.
pub const HOOKS_LIST_TIME: Duration = Duration::from_secs(20);

/// Time that a program gets to tell its version; a cold start of the slowest takes about a second.
pub const VERSION_TIME: Duration = Duration::from_secs(20);

/// Changes of files that are begun and may be asked about; more never wait side by side.
pub const EDITS_REMEMBERED: usize = 32;

/// Last turns of a thread that are looked through for prompts of ours: those sent before a connection was lost.
pub const TURNS_LOOKED_AT: u32 = 3;

/// Times that a connection asks for them: a server that fails so often is not asked for ever.
pub const TURNS_ASKED: u32 = 3;

/// Answers by which a repeated one is recognised: a restart repeats the last few.
pub const ANSWERS_REMEMBERED: usize = 64;
/// End of a transcript that is searched for the name of a plan's file: it is named again with each prompt.
pub const PLAN_SEARCH_BYTES: u64 = 4 << 20;

/// Agents that configurations name; each lives as long as the program.
pub const CONFIGURED_AGENTS: usize = 64;

/// The name of such an agent: it becomes a folder's, with three bytes for an unusual one.
pub const CONFIGURED_NAME_BYTES: usize = 64;

/// A file's name, on every system.
pub const FILE_NAME_BYTES: usize = 240;

/// Pieces of a message are joined up to this; a longer one is told in parts. It is kept in a channel's state.
pub const MESSAGE_BYTES: usize = 64 << 10;

/// Tool calls of one turn that are open at once; the oldest is given up beyond.
pub const OPEN_TOOL_CALLS: usize = 64;

/// Models or modes that are named where one is not there; more would hide the message.
pub const NAMED_CHOICES: usize = 12;
/// The end of a rollout in which a patch that waits is looked for: it is among the last records.
pub const PATCH_LOOKED_FOR_BYTES: u64 = 4 << 20;
