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

/// Age of a copy of an index at which whoever made it is gone: much longer than a keep or a snapshot takes.
pub const SCRATCH_LEFT_BEHIND: Duration = Duration::from_secs(24 * 3600);

/// Tries of a scoped commit whose HEAD moves meanwhile: others commit in the same checkout.
pub const COMMIT_TRIES: usize = 5;

/// Commits of a changeset that are told one by one: more are a branch that has lived for months.
pub const OWN_COMMITS: usize = 2_000;

/// Hunks told of one changed file: more are a file that was made anew.
pub const DIFF_HUNKS: usize = 5_000;

/// Files of one conflict whose parts are told: a reviewer reads no more, and all are named.
pub const CONFLICT_FILES: usize = 200;

/// Parts told of one file that cannot be merged.
pub const CONFLICT_HUNKS: usize = 100;

/// Lines of each side shown of such a part.
pub const CONFLICT_LINES: usize = 60;

/// Bytes of a file up to which the parts that cannot be merged are told: sources are smaller.
pub const CONFLICT_FILE_BYTES: u64 = 1 << 20;

/// Bytes of contents read at once: half of what a command may answer.
pub const CONTENT_BYTES: u64 = 32 << 20;

/// Bytes of a file up to which it is part of a worktree's tree: each change of it is stored anew.
pub const TREE_FILE_BYTES: u64 = 16 << 20;

/// Paths that git is given as arguments; for more it looks everywhere.
pub const NAMED_PATHS: usize = 500;

/// Bytes of such paths: a quarter of what a command line may have on every system.
pub const NAMED_PATH_BYTES: usize = 24 << 10;

/// Times that a worktree is looked at anew because it changed while it was read.
pub const LOOK_TRIES: usize = 4;

/// Paths that are tried one by one where git refuses some of them; of more, all are taken as they lie on the disk.
pub const SINGLE_PATHS: usize = 64;

/// Age of an object that nothing holds at which it is nobody's who still works: a look and a merge take seconds.
pub const UNHELD: Duration = Duration::from_secs(3600);

/// Blobs read by one process: with files of some ten kilobytes a few megabytes, far from what a command may give.
pub const BLOBS_AT_ONCE: usize = 400;

/// Files named that are in the way of a move: whoever reads them goes to look.
pub const IN_THE_WAY_NAMED: usize = 50;

/// A difference that is told as one text: more than anybody reads on a terminal.
pub const PATCH_BYTES: usize = 16 << 20;

/// Commits in which it is looked for files that were moved: of a busy repository about a year.
pub const MOVING_COMMITS: usize = 2_000;

/// Commits that are told of what came since a brief's session: beyond them a number says enough.
pub const COMMITS_SINCE: usize = 200;

/// Bytes of a file above which it is data, and stands on one side as a whole.
pub const MIXED_FILE_BYTES: usize = 2 << 20;

/// Files of a folder that is no repository: beyond, looking at it after each turn takes seconds.
pub const FOLDER_FILES: usize = 50_000;
