//! The limits of this crate, each with its reason.

mod context;
mod coverage;
mod receipts;

use std::time::Duration;

pub use context::*;
pub use coverage::*;
pub use receipts::*;

/// Raw transcript in one batch: a commit of it takes a few milliseconds, which is what a live line
/// may have to wait for.
pub const BATCH_RAW_BYTES: u64 = 1 << 20;

/// Raw transcript in one transaction of history: each writes its own piece of the full-text index, and
/// small pieces cost more to merge than to write. It ends early when something urgent waits.
pub const TRANSACTION_RAW_BYTES: u64 = 40 << 20;

/// Events in one batch, for transcripts of very short records.
pub const BATCH_EVENTS: usize = 1_500;

/// Bytes read from a transcript at once.
pub const READ_BYTES: usize = 256 << 10;

/// Batches that wait for the writer per lane: enough to keep it busy, at most a few MB each.
const WAITING_BATCHES: usize = 6;

/// Requests that wait for the writer, and for the agents' lists of what runs.
pub const WAITING_REQUESTS: usize = 1024;

/// What waits for the writer, by lane.
pub const WAITING: [usize; 3] = [WAITING_REQUESTS, WAITING_BATCHES, WAITING_BATCHES];

/// Threads that read history: one per core of the smallest machine, the second core's worth of
/// work being the writer's.
pub const BACKFILL_READERS: usize = 2;

/// Folds kept in memory: the sessions that are live, and those being read.
pub const FOLDS_IN_MEMORY: usize = 128;

/// Time between two announcements of how far reading history is.
pub const PROGRESS_EVERY_MS: i64 = 250;

/// Time between two sweeps that repair what notifications missed.
pub const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Time after which a transcript that could not be read is tried again; doubled each time.
pub const RETRY_AFTER: Duration = Duration::from_secs(30);

/// The longest time between two tries of one transcript.
pub const RETRY_AT_MOST: Duration = Duration::from_secs(3600);

/// Bytes before the cursor whose hash tells whether a transcript is still the same.
pub const TAIL_BYTES: u64 = 4096;

/// Bytes of a transcript in which its first record is looked for, to tell whether it is still the same:
/// first records are short, and this is read with each change.
pub const HEAD_BYTES: u64 = 64 << 10;

/// Sessions on the board that are neither live nor linked to a task.
pub const BOARD_RECENT_SESSIONS: usize = 60;

/// Files listed in a session's row.
pub const ROW_FILES: usize = 20;

/// Events in one page of a transcript at most.
pub const PAGE_EVENTS: usize = 500;

/// Reports of tokens that are looked through for what a fork began with: agents report the totals
/// once per reply, or when they end.
pub const USAGE_EVENTS: usize = 200;

/// Landmarks of one session at most; the newest are kept.
pub const LANDMARKS: usize = 3_000;

/// Characters of a landmark's or a hit's text.
pub const SNIPPET_CHARS: usize = 240;

/// Bytes of one event's text in a page; the rest is behind its own address.
pub const PAGE_TEXT_BYTES: usize = 256 << 10;

/// Time without news after which a readable transcript is written.
pub const READABLE_AFTER: Duration = Duration::from_secs(2);

/// Time after which a readable transcript that could not be written is tried again: a person mends what
/// was in its way, and trying costs little.
pub const READABLE_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Readable transcripts that `doctor` names because they cannot be written: the rest has the same cause.
pub const READABLE_PROBLEMS: usize = 20;

/// Bytes of one result's output in a readable transcript: agents grep it, people skim it.
pub const READABLE_OUTPUT_BYTES: usize = 4 << 10;

/// Bytes of a note that are found: a long document, not a dump.
pub const NOTE_BYTES: u64 = 1 << 20;

/// Notes of one workspace: more than anybody reads.
pub const NOTES: usize = 5_000;

/// Folders below the folder of notes that are looked into.
pub const NOTES_DEPTH: usize = 4;

/// The highest number of a decision that is believed: what a file says must not use all numbers up.
pub const DECISION_NUMBER: i64 = 99_999_999;

/// Tries to write a note that others write just then.
pub const NOTE_TRIES: u32 = 12;

/// Looks at a file that was put aside while somebody wrote to it, and milliseconds between two: together longer than an
/// editor takes to write a note.
pub const NOTE_SETTLES: u32 = 10;

/// Milliseconds between two such looks.
pub const NOTE_SETTLE_MS: u64 = 20;

/// Milliseconds for which the file that a note was stays, for an editor that has it open and saves just then.
pub const NOTE_ASIDE_MS: i64 = 2_000;

/// Files, symbols and sources that a new note names.
pub const NOTE_NAMES: usize = 300;

/// Events that a session's note cites unasked: what its user said last, and little before.
pub const REMEMBERED_SOURCES: usize = 3;

/// Names that are tried for a new note's file.
pub const NOTE_NAME_TRIES: u32 = 100;

/// Milliseconds after which an editor that saves what it read before is no longer taken for one that has not seen what
/// was written since.
pub const NOTE_STALE_MS: i64 = 10 * 60 * 1_000;

/// Versions of a note among which the one is looked for that an editor had read: what agents add within that time.
pub const NOTE_STALE_VERSIONS: usize = 16;

/// Versions of a note that are shown.
pub const NOTE_VERSIONS_SHOWN: usize = 1_000;

/// Bytes of an image or file beside the notes: a screenshot, not a film.
pub const NOTE_IMAGE_BYTES: usize = 16 << 20;

/// Processes whose end is awaited, each by a thread that sleeps: more than anybody runs agents.
pub const AWAITED_PROCESSES: usize = 256;

/// Quiet time after which a folder that just appeared is looked at again: the system watches it within
/// a few milliseconds.
pub const FRESH_FOLDER_AFTER: Duration = Duration::from_millis(100);

/// Folders to be looked at again: what is beyond waits for the next sweep.
pub const FRESH_FOLDERS: usize = 64;

/// Folders looked through when a new one appears: a day's folder of rollouts, a project's subagents.
pub const NEW_FOLDER_DEPTH: usize = 4;

/// Directories and commits whose workspace is remembered.
pub const DIRECTORIES_REMEMBERED: usize = 10_000;

/// Problems kept for `doctor` that are not a transcript's own.
pub const PROBLEMS: usize = 200;

/// Runs of small blocks packed in one go: some milliseconds of the writer's time.
pub const MERGES_AT_ONCE: usize = 16;

/// Age up to which a session that was read as history is announced: older ones change nothing on a board.
pub const ANNOUNCED_AGE_MS: i64 = 3 * 24 * 3600 * 1000;

/// Connections for reading that are kept open: as many requests as a page makes at once.
pub const IDLE_READERS: usize = 6;

/// Characters of an agent's id that name a session: fewer are more likely a slip than a name.
pub const NAME_CHARS: usize = 4;

/// Sessions listed where a name fits several.
pub const CANDIDATES: usize = 5;

/// Hits in one answer to a search.
pub const HITS: usize = 200;

/// Files named per group in what happened since.
pub const SINCE_FILES: usize = 50;

/// Lines of a session that are all told at a glance in what happened since: what is read without looking for it.
pub const SINCE_LINES: usize = 8;

/// The newest lines told of a session that has more.
pub const SINCE_NEWEST_LINES: usize = 5;

/// Changes read at once for a reader of the stream.
pub const CHANGES_AT_ONCE: usize = 200;

/// Changes of a task that its page shows.
pub const TASK_HISTORY: usize = 200;

/// Room on the disk below which `doctor` warns.
pub const LOW_ROOM_BYTES: u64 = 1 << 30;

/// Readable transcripts written before looking at what else is to be done.
pub const READABLE_AT_ONCE: usize = 16;

/// Age up to which sessions have a readable transcript: what agents are likely to look up, and what
/// agents themselves keep.
pub const READABLE_AGE_MS: i64 = 30 * 24 * 3600 * 1000;

/// Time between two looks whether the store's log is worth a checkpoint; without a commit in it, the
/// moment is quiet.
pub const CHECKPOINT_EVERY: Duration = Duration::from_secs(2);

/// Tool uses of a transcript whose results are recognised: more never run side by side.
pub const NOTED_USES: usize = 64;

/// Changes of a task in which a link that a person took away is looked for.
pub const LINKS_LOOKED_BACK: usize = 500;

/// Sessions bound to a workspace in one transaction: a live line waits for no more than these.
pub const BOUND_AT_ONCE: usize = 64;

/// Age of a session's last event up to which the end of its turn calls for a person: what is read long after it
/// happened is history.
pub const CALLED_FOR_AGE_MS: i64 = 24 * 3600 * 1000;

/// Lines of an agent's journal taken in at once: what they tell is one transaction.
pub const JOURNAL_LINES: usize = 500;

/// Bytes of an agent's journal taken in at once.
pub const JOURNAL_BYTES: u64 = 4 << 20;

/// The longest line of an agent's journal: requests for permission carry whole files; longer lines are results,
/// which its transcript tells.
pub const JOURNAL_LINE_BYTES: u64 = 16 << 20;

/// Bytes of a journal after which its cursor is committed even where nothing was told: what is read again after a
/// crash.
pub const JOURNAL_UNTOLD_BYTES: u64 = 1 << 20;

/// What waits for one channel: its agent's lines wait in their pipe or socket, orders for an answer.
pub const WAITING_WAKES: usize = 1024;

/// Time after which a channel looks after its agent without having been told to: only repairs.
pub const CHANNEL_SWEEP: Duration = Duration::from_secs(30);

/// Time after which a session is driven again whose channel ended by a fault: a full disk is mended by a person, a
/// busy one by itself.
pub const CHANNEL_AGAIN: Duration = Duration::from_secs(5);

/// Time that an agent has to end after it was told to, before its processes are ended.
pub const END_TIME: Duration = Duration::from_secs(8);

/// Time in which a started agent says its first word, as long as others wait for it: its start takes the processor,
/// and a second one beside it would only slow both.
pub const STAGGER_MS: i64 = 4_000;

/// Time for which the queue waits for the start that it began, before it looks at what else is due.
pub const BEGIN_PATIENCE: Duration = Duration::from_secs(5);

/// Tries to reach a server that starts: twenty seconds of them.
pub const SERVER_TRIES: u32 = 2_000;

/// Time for which whoever ends a session waits for its end: twice that after which its processes are ended.
pub const END_AWAITED: Duration = Duration::from_secs(16);

/// Time after which a host that is to start or to end is looked at without having been told of: only repairs.
pub const HOST_LOOK_EVERY: Duration = Duration::from_secs(1);

/// Milliseconds for which the start or the end of a host is waited for.
pub const HOST_AWAITED_MS: i64 = 20_000;

/// Time between two tries to reach a server that starts.
pub const SERVER_TRY_EVERY: Duration = Duration::from_millis(10);

/// Sessions started by one request.
pub const STARTS_AT_ONCE: u32 = 16;

/// Owned sessions that are over and still listed.
pub const OWNED_OVER: usize = 50;

/// Those that are over and whose end is still told as the agent's own word.
pub const OWNED_REMEMBERED: usize = 500;

/// Bytes of an agent's last words that explain why it ended.
pub const LAST_WORDS_BYTES: usize = 2_000;

/// Characters of a title made of a prompt.
pub const TITLE_CHARS: usize = 80;

/// Turns that a session can go back to: the newest.
pub const SNAPSHOTS: usize = 200;

/// Tasks of one night: more than are worked in one.
pub const NIGHT_TASKS: usize = 200;

/// Time after which a limit that does not say when it ends is tried again.
pub const LIMIT_TRIED_MS: i64 = 15 * 60 * 1000;
/// Longest `callboard.toml` that is read: a hundred times what people write.
pub const PROJECT_FILE_BYTES: u64 = 1 << 20;

/// Time after which answers to deliver are looked for without being told: only a repair.
pub const ANSWERS_LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Milliseconds that a call waits before its user is notified: many are answered or over by then.
pub const NOTIFY_AFTER_MS: i64 = 10_000;

/// Milliseconds within which notifications are counted.
pub const NOTIFY_WITHIN_MS: i64 = 10 * 60_000;

/// Time between two looks for calls to notify of, however much happens.
pub const NOTIFY_LOOK_EVERY: Duration = Duration::from_secs(1);

/// Time after which calls are looked at though nothing happened: only a repair.
pub const NOTIFY_SWEEP: Duration = Duration::from_secs(600);

/// Characters of a name that is made of a title: what a list shows, and a path can bear beside others.
pub const SLUG_CHARS: usize = 36;

/// Characters of a worktree's name that its user gives.
pub const NAME_CHARS_AT_MOST: usize = 100;

/// Names tried for a worktree whose own name is taken.
pub const NAMES_TRIED: usize = 50;

/// Work on worktrees that waits: more than anybody removes at once. What is beyond is done at the next start.
pub const WORKTREE_JOBS: usize = 256;

/// Worktrees that are worked on beside the asker at once, each of another repository: most of it is waiting for the disk
/// and for scripts.
pub const WORKTREES_AT_WORK: usize = 4;

/// Time after which the room that a worktree takes is counted again when somebody asks.
pub const DISK_USE_AGE_MS: i64 = 10 * 60 * 1000;

/// Worktrees whose status is asked of git at the same time: it is disk and processor at once.
pub const STATUS_AT_ONCE: usize = 4;

/// Processes named where a worktree cannot be removed because of them.
pub const PROCESSES_NAMED: usize = 5;

/// Days without work after which a worktree in which nothing was done is proposed for removal.
pub const IDLE_DAYS: u32 = 2;

/// Time after which a push is looked at: the command that made it has mostly ended, and its session told of it.
pub const PUSH_SETTLES: Duration = Duration::from_millis(400);

/// Looks for the session that pushed: transcripts are written some hundred milliseconds after what they tell.
pub const PUSH_LOOKS: usize = 5;

/// Time between a push and what its session tells of it.
pub const PUSH_TOLD_WITHIN_MS: i64 = 60_000;

/// Commits of a push that are named.
pub const PUSHED_COMMITS: usize = 30;
/// Ignored files that are copied into a worktree: more are no configuration.
pub const BROUGHT_FILES: usize = 5_000;

/// Bytes up to which a brought file is looked into for variables: env files are a thousandth of it.
pub const BROUGHT_IN_MEMORY_BYTES: u64 = 4 << 20;

/// Longest template: configuration is a hundredth of it.
pub const TEMPLATE_BYTES: u64 = 4 << 20;

/// Tries to take the list of ports, ten milliseconds apart: who holds it asks for some hundred ports at most.
pub const PORT_LOCK_TRIES: usize = 1_000;

/// Room on the disk below which no folder is copied: a full disk stops agents and the store.
pub const FREE_BYTES: u64 = 500 << 20;

/// Time between two looks for leases whose session or worktree is gone: who waits for one waits so long at most.
pub const RESOURCE_SWEEP: Duration = Duration::from_secs(30);

/// Time between two looks whether a development server that was started answers.
pub const SERVER_LOOK_EVERY: Duration = Duration::from_millis(50);

/// Looks, before its asker is told that it does not answer yet: ten seconds; most do in one.
pub const SERVER_LOOKS: u32 = 200;

/// Looks at a development server without a known port, which ends within half a second if it cannot begin.
pub const SERVER_FIRST_LOOKS: u32 = 10;

/// Looks for a worktree of the pool that is being brought to the base's tip: two seconds of them, in which one could
/// be made.
pub const POOL_TRIES: u32 = 200;

/// Time between two such looks.
pub const POOL_TRY_EVERY: Duration = Duration::from_millis(10);

/// Seconds that a command line of a `callboard.toml` may be given: a day; what takes longer hangs.
pub const SCRIPT_SECONDS: u64 = 24 * 3600;

/// Age of a folder of passing objects at which whoever made it is gone: comparing revisions takes minutes at most.
pub const PASSING_LEFT_BEHIND: Duration = Duration::from_secs(24 * 3600);

/// Files of a checkout that are remembered as touched: more are looked for by git itself, which is faster then.
pub const TOUCHED_PATHS: usize = 1_000;

/// Time between the first file that is touched and the look: who writes one file writes the next.
pub const TOUCHED_SETTLES: Duration = Duration::from_millis(40);

/// Folders of one checkout that are watched: systems allow some ten thousand watches to all programs of a user.
pub const WATCHED_FOLDERS: usize = 20_000;

/// Sessions that are named for one changeset: more have worked in the main checkout over the years.
pub const CHANGESET_SESSIONS: usize = 8;

/// Claims that stand in one workspace: each is held against each when one comes.
pub const CLAIMS: usize = 200;

/// Time without a notification after which what stands between changesets is looked at again: repairs only.
pub const CHANGES_SWEEP: Duration = Duration::from_secs(60);

/// Files of one changeset of which is read what they say: more are made by a program, or moved.
pub const CHANGED_CODE_FILES: usize = 1_000;

/// Files of a repository that tell how rare a name is: with more, the first tell enough.
pub const INDEXED_FILES: usize = 150_000;

/// Contents of no file that an index still knows: those of a branch that the base comes back to.
pub const IDLE_CONTENTS: usize = 20_000;

/// Contents that an index learns before it is written again: fewer are read again in a second.
pub const UNSAVED_CONTENTS: usize = 200;

/// Couplings of two changesets that are told: the first are what a reviewer must see.
pub const COUPLINGS: usize = 20;

/// Looks at the worktrees of a repository after which the trees of earlier ones are taken away: some megabytes.
pub const LOOKS_TIDIED_UP: u32 = 300;

/// Time without a notification after which it is worked out in which order all land: a merge for each of them.
pub const ORDER_SETTLES: Duration = Duration::from_millis(300);

/// Events of a session that is new in a checkout that are heard: its last edits tell whose lines lie there.
pub const HEARD_EVENTS: usize = 500;

/// Looks at a checkout of which is remembered when they were made: what is told later than some seconds is told never.
pub const REMEMBERED_LOOKS: usize = 500;

/// Time for which a look waits for notifications of what was written: they take a millisecond or two.
pub const NOTIFIED_WITHIN: Duration = Duration::from_millis(300);

/// Time for which a look at a checkout that several sessions share waits for what they tell of it: agents write their
/// transcripts some hundred milliseconds behind their work.
pub const TOLD_WITHIN_MS: i64 = 400;

/// Time for which a commit waits for a look: the repository may be large, and cold.
pub const LOOK_WITHIN: Duration = Duration::from_secs(60);

/// Looks that a commit is tried again behind: sessions go on writing beside it.
pub const COMMIT_TRIES: u32 = 3;

/// Time since its last event for which a session of which is not known whether it runs counts as at work in a checkout.
pub const WORKS_UNSEEN_MS: i64 = 30 * 60_000;

/// Time for which a command that may sweep waits for a look at its checkout: its agent waits meanwhile.
pub const SWEEP_LOOKS_WITHIN: Duration = Duration::from_secs(2);

/// Time within which a hook that was given a notice says that it printed it; then another one is given it. A hook ends
/// within 50 ms, on a busy machine later.
pub const NOTICE_IS_PRINTED_WITHIN_MS: i64 = 2_000;

/// Files of others that an agent is told of whose command would sweep them.
pub const SWEPT_FILES: usize = 8;

/// Branches of remotes that are followed: what a team works on at a time. Each is merged with each that touches its files.
pub const FETCHED_BRANCHES: usize = 20;

/// Age of its last commit at which nobody works on a remote's branch any more, unless an open review has it.
pub const FETCHED_BRANCH_AGE_MS: i64 = 30 * 24 * 3600 * 1000;

/// Time for one question to GitHub by `gh`: a slow network, not one that is gone.
pub const GH_TIME: Duration = Duration::from_secs(60);

/// Pull requests that are asked for: those of a month or two of a busy team.
pub const PULL_REQUESTS: usize = 100;

/// Review comments of one pull request that are read, the newest: as many as GitHub gives at once.
pub const PULL_REQUEST_COMMENTS: usize = 100;

/// Comments of pull requests of a workspace that are known to have been dropped, sent or resolved: far more than can be
/// read again.
pub const PULL_REQUEST_COMMENTS_OVER: usize = 20_000;

/// Characters of a title in the name of a branch that a review is sent as: what a list of branches shows.
pub const SENT_BRANCH_CHARS: usize = 40;

/// Reviews that are over and are shown, and whose trees are kept: who looks for an older one has git's own history.
pub const REVIEWS_OVER: usize = 30;

/// Rows of the log of a review that are read to tell what became of it.
pub const REVIEW_LOG: usize = 200;

/// Members of one review: more are looked at by nobody as one.
pub const REVIEW_MEMBERS: usize = 20;

/// Pairs of members on which a check is run that all fail together: more take longer than a person looking.
pub const PAIRS_TRIED: usize = 45;

/// Hunks of a file that are told at once.
pub const DIFF_HUNKS_AT_ONCE: usize = 200;

/// Lines of a hunk that are told as one: of a file of a hundred thousand new lines, pieces are told.
pub const DIFF_HUNK_LINES: usize = 2_000;

/// Unchanged lines that are told around a hunk at the most: a file of that length is told whole.
pub const DIFF_CONTEXT: u32 = 100_000;

/// Bytes of a file up to which each of its lines is told whose it is, as long as several changed it.
pub const BLAMED_BYTES: u64 = 4 << 20;

/// Changed lines of a review among which moves are looked for.
pub const MOVES_AMONG: usize = 20_000;

/// Reviews whose moved lines are remembered.
pub const MOVES_REMEMBERED: usize = 4;

/// Checks of one workspace, and of one trial: each is a command that somebody waits for.
pub const CHECKS: usize = 50;

/// Trials that go on at once: each builds and tests a whole repository, for which it wants several cores.
pub const TRIALS_AT_ONCE: usize = 2;

/// Time between two looks whether a trial that waits for its turn was stopped.
pub const TRIAL_LOOK_EVERY: Duration = Duration::from_millis(100);

/// Time that trials have to take back what they gave when the daemon ends: what they do not take back, the next one does.
pub const TRIAL_END_TIME: Duration = Duration::from_secs(10);

/// Room on the disk below which a check that fails says nothing: it may have failed for want of room.
pub const TRIAL_FREE_BYTES: u64 = 32 << 20;

/// Folders of logs of trials that are kept: the last days' work of a busy user, some kilobytes to megabytes each.
pub const TRIAL_LOGS: usize = 200;

/// Age at which logs of trials go.
pub const TRIAL_LOG_AGE_MS: i64 = 30 * 24 * 3600 * 1000;

/// Bytes of a log that are read at once: some thousand lines.
pub const TRIAL_LOG_PART_BYTES: u64 = 256 << 10;

/// Lines that a check said last which are told with its result: runners tell there what failed.
pub const TRIAL_LAST_LINES: usize = 15;

/// Times that a failing check of a receipt is run again: a test that fails now and then shows by the first, mostly.
pub const CHECK_REPEATS: u32 = 2;

/// How long a check may have run for the last of them to be made: whoever waits for a long one waits for one more only.
pub const CHECK_REPEAT_MS: u64 = 20_000;

/// Bytes of a file that configures a runner: more is no configuration.
pub const RUNNER_CONFIGURATION_BYTES: u64 = 256 << 10;

/// Looks for a git that outlived the daemon which began a trial: checking out a large repository takes seconds.
pub const TRIAL_GIT_LOOKS: u32 = 400;

/// Times that a review is merged anew because its base moved while it landed: others land there, too.
pub const LANDING_TRIES: u32 = 3;

/// Time between two such looks.
pub const TRIAL_GIT_LOOK_EVERY: Duration = Duration::from_millis(50);

/// Parts of a file that cannot be merged which an agent is told that is to merge them: it finds the rest in the file.
pub const HELP_HUNKS: usize = 10;

/// Messages of one session that are shown: a conversation between agents, not its archive.
pub const MESSAGES: usize = 50;

/// Characters of a report in a session's row.
pub const REPORT_GLANCE_CHARS: usize = 200;

/// How long before a report came in its event may have happened: an agent may wait for its user in between.
pub const REPORT_IS_ASKED_WITHIN_MS: i64 = 10 * 60_000;

/// Uses of tools among which a report's event is looked for.
pub const REPORT_TOOL_USES: usize = 60;

/// Questions of one session that wait for its user at once: more would be asked without waiting for any.
pub const QUESTIONS_OF_SESSION: usize = 20;

/// Characters of what one session tells another, or asks its user: what is read between two steps.
pub const SAID_CHARS: usize = 4_000;

/// Lines of what a session could not verify.
pub const NOT_VERIFIED: usize = 20;

/// Looks for the session that calls, whose transcript may not be read yet: it calls a tool seconds after its prompt.
pub const CALLER_LOOKS: usize = 15;

/// Time between two of them.
pub const CALLER_LOOK_EVERY: Duration = Duration::from_millis(100);

/// Time in which a request that is sent again may mean what the daemon before did already.
pub const SENT_AGAIN_WITHIN_MS: i64 = 10 * 60 * 1_000;
