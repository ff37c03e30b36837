//! How much travels from one session to another.

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

/// Steps of a session at which what is related is looked for, until something is.
pub const RELATED_LOOKS: u32 = 12;

/// Sessions of which it is remembered how often that was.
pub const RELATED_LOOKED: usize = 500;

/// Tokens of the brief in which the lines about what is shared are looked for.
pub const RELATED_BRIEF_TOKENS: u32 = 6_000;

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
