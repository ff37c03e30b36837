//! How much travels from one session to another.

use std::time::Duration;

/// Sessions and notes that are told as related: more are not looked at.
pub const RELATED_SHOWN: usize = 3;

/// Others that may share one file, error or word: what more have in common relates nobody.
pub const RELATED_BY_ONE: usize = 6;

/// Words of its prompts by which others are found.
pub const RELATED_WORDS: usize = 8;

/// Lines told of one that is related.
pub const RELATED_LINES: usize = 2;

/// Characters of such a line.
pub const RELATED_LINE_CHARS: usize = 240;

/// Things named that are shared.
pub const RELATED_NAMED: usize = 3;

/// Days after which what is shared weighs a quarter less: work on one thing goes on for weeks.
pub const RELATED_HALF_LIFE_DAYS: f64 = 30.0;

/// Files of a session by which others are found, those that it wrote most often first.
pub const RELATED_FILES: usize = 60;

/// Names of one file: it is seldom moved twice.
pub const RELATED_NAMES: usize = 8;

/// Milliseconds between two looks at which files commits moved: each starts git.
pub const RELATED_MOVES_EVERY_MS: i64 = 30_000;

/// Symbols of one changeset that are kept: more is no change but another repository.
pub const CHANGED_SYMBOLS: usize = 300;

/// Steps of a session at which what is related is looked for: its beginning, while it finds its files.
pub const RELATED_LOOKS: u32 = 40;

/// Times that a session meets the same error after which it seems to be stuck.
pub const RELATED_SAME_ERROR: u32 = 3;

/// Sessions of which it is remembered how often that was.
pub const RELATED_LOOKED: usize = 500;

/// Tokens of the brief in which the lines about what is shared are looked for.
pub const RELATED_BRIEF_TOKENS: u32 = 6_000;

/// Secrets that are named before notes are shared: one is enough to stop.
pub const SECRETS_TOLD: usize = 20;

/// Tokens that a brief has at least: below, not even the goal fits.
pub const BRIEF_TOKENS_LEAST: u32 = 200;

/// Tokens that a brief has at most: more is a transcript.
pub const BRIEF_TOKENS_MOST: u32 = 50_000;

/// Tasks that a task waits for whose briefs its session begins with.
pub const BRIEFS_AT_START: usize = 3;

/// Subagents of a session that its brief tells of.
pub const BRIEF_SUBAGENTS: usize = 40;

/// Sessions, each forked from the one before, whose beginnings a brief tells of.
pub const FORK_LINE: usize = 16;

/// Candidates of decisions of a workspace that are listed: who settles those is shown the next.
pub const CANDIDATES_LISTED: usize = 50;

/// Sessions of a workspace that are looked through for them.
pub const CANDIDATE_SESSIONS: usize = 400;

/// Decisions that a brief chooses from, the newest.
pub const BRIEF_DECISIONS: usize = 50;

/// Commits that others made since, told by name: the newest say where the branch is.
pub const BRIEF_COMMITS: usize = 3;

/// Characters of a comment on GitHub: it takes no more.
pub const COMMENT_CHARS: usize = 65_536;

/// What was posted of one thing that is told, the newest.
pub const POSTS_SHOWN: usize = 20;

/// Milliseconds by which another machine's clock may differ, where its comments are asked for since a moment.
pub const CLOCKS_DIFFER_MS: i64 = 10 * 60 * 1000;
/// Bytes of what was said in a session that an agent reads, the newest: some 60,000 tokens, which every model takes.
pub const READING_CHARS: usize = 240_000;

/// Bytes of one entry of it: a long paste loses its middle.
pub const READING_ENTRY_CHARS: usize = 8_000;

/// Bytes that the label of an entry takes.
pub const READING_LABEL_CHARS: usize = 40;

/// Pages of events in which what was said is looked for, from the end.
pub const READING_PAGES: usize = 60;

/// Characters of why an agent could not read: its own words may be pages.
pub const READING_WHY_CHARS: usize = 300;

/// Time that an agent has for reading a session.
pub const READING_TIME: Duration = Duration::from_secs(240);

/// Sessions of a task that are read at once, the newest.
pub const READING_SESSIONS: usize = 8;
