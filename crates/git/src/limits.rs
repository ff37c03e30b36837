//! The limits of this crate, each with its reason.

use std::time::Duration;

/// Time for calls that read or write a whole checkout: minutes on a slow disk.
pub const PATIENT_TIME: Duration = Duration::from_secs(900);

/// Bytes of one ignored file up to which it is kept with a worktree: env files, keys, small databases.
pub const IGNORED_FILE_BYTES: u64 = 1 << 20;

/// Bytes of all ignored files that are kept with one worktree.
pub const IGNORED_BYTES: u64 = 32 << 20;

/// Ignored files that are kept with one worktree: more are a cache.
pub const IGNORED_FILES: usize = 500;

/// Ignored files and folders that were not kept and are named.
pub const IGNORED_NAMED: usize = 100;

/// Tries of a call that finds a lock of another git: with the pause between them, longer than git holds
/// the lock of configuration or of a reference.
pub const LOCK_TRIES: usize = 40;

/// Time between two such tries.
pub const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// Commits kept of what nothing but a worktree's own log leads to: amended commits, mostly.
pub const LEFT_BEHIND: usize = 100;

/// Bytes at the end of a branch's log in which pushes are looked for: about three hundred entries.
pub const REFLOG_BYTES: u64 = 64 << 10;
