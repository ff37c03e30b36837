//! The limits of this crate, each with its reason.

use std::time::Duration;

/// Output kept of one command: more than any listing we ask for, far less than memory.
pub const COMMAND_OUTPUT_BYTES: usize = 64 << 20;

/// Time a command gets unless its caller says otherwise: longer than git takes on a large repository,
/// short enough that a hanging network file system does not hang us for good.
pub const COMMAND_TIME: Duration = Duration::from_secs(60);

/// File notifications waiting to be looked at; beyond it they are folded into one "look everywhere".
pub const FILE_NOTIFICATIONS: usize = 8192;

/// Folders that are watched at most: a third of Linux's usual default of 65,536 per user.
pub const WATCHED_FOLDERS: usize = 20_000;

/// Niceness of threads that give way (0 is usual, 19 the most): such a thread gets a tenth of a core that
/// another one wants.
pub const GIVE_WAY_NICE: i32 = 10;
