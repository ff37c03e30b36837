//! The log of what changed, from which every reader goes on where it stopped.
//!
//! Changes that people make are kept for ever. Announcements (*transient*) tell only that something
//! has moved on: of one kind and subject the last is kept, which loses a reader nothing, and old
//! ones may be pruned below a floor, which is told.

use callboard_model::{Seq, Timestamp};
use rusqlite::Row;

use crate::{Result, Snapshot, StoreError, Write, limits};

/// What a log row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogKind {
    word: &'static str,
    transient: bool,
}

impl LogKind {
    /// A change that is kept for ever.
    #[must_use]
    pub const fn lasting(word: &'static str) -> Self {
        Self { word, transient: false }
    }

    /// An announcement, of which the last per subject is kept.
    #[must_use]
    pub const fn transient(word: &'static str) -> Self {
        Self { word, transient: true }
    }

    /// The word that is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.word
    }

    /// A task was made.
    pub const TASK_CREATED: Self = Self::lasting("task.created");
    /// A task's words, checks or scope changed.
    pub const TASK_CHANGED: Self = Self::lasting("task.changed");
    /// A card moved.
    pub const TASK_MOVED: Self = Self::lasting("task.moved");
    /// A card's number changed to make room beside it; it is where it was.
    pub const TASK_SPACED: Self = Self::transient("task.spaced");
    /// What a task waits for came to its end, or is open again; the task is as it was.
    pub const TASK_WAITS: Self = Self::transient("task.waits");
    /// A task's receipt is another one; the task is as it was.
    pub const TASK_RECEIPT: Self = Self::transient("task.receipt");
    /// A task was deleted; it can be restored.
    pub const TASK_DELETED: Self = Self::lasting("task.deleted");
    /// A deleted task came back.
    pub const TASK_RESTORED: Self = Self::lasting("task.restored");
    /// A session was linked to a task.
    pub const TASK_LINKED: Self = Self::lasting("task.linked");
    /// A session is no longer linked to a task.
    pub const TASK_UNLINKED: Self = Self::lasting("task.unlinked");
    /// A call was raised.
    pub const CALL_RAISED: Self = Self::lasting("call.raised");
    /// A call was answered: by whom, and what.
    pub const CALL_ANSWERED: Self = Self::lasting("call.answered");
    /// A call went on in its life, or is asked anew.
    pub const CALL_MOVED: Self = Self::transient("call.moved");
    /// A call is over.
    pub const CALL_CLOSED: Self = Self::lasting("call.closed");
    /// A change was taken back; the change that did so stands before it.
    pub const UNDONE: Self = Self::lasting("undone");
    /// A note or a brief was posted to a tracker.
    pub const POSTED: Self = Self::lasting("posted");
    /// A workspace was registered or changed.
    pub const WORKSPACE: Self = Self::lasting("workspace");
    /// A person decided what `callboard.toml` may do.
    pub const TRUST: Self = Self::lasting("trust");
    /// A resource was asked for, taken or given back.
    pub const LEASE: Self = Self::lasting("lease");
    /// A session was asked for, or told to go on.
    pub const OWNED_ASKED: Self = Self::lasting("owned.asked");
    /// A prompt was given to an owned session.
    pub const OWNED_PROMPT: Self = Self::lasting("owned.prompt");
    /// An owned session was told to break its turn off, or to end.
    pub const OWNED_STOPPED: Self = Self::lasting("owned.stopped");
    /// An owned session is over, and how.
    pub const OWNED_OVER: Self = Self::lasting("owned.over");
    /// The files of an owned session were restored to what they were before a prompt.
    pub const OWNED_REWOUND: Self = Self::lasting("owned.rewound");
    /// Something else of an owned session changed.
    pub const OWNED: Self = Self::transient("owned");
    /// A night began, with these tasks.
    pub const NIGHT_BEGUN: Self = Self::lasting("night.begun");
    /// A night is over, and what became of its tasks.
    pub const NIGHT_ENDED: Self = Self::lasting("night.ended");
    /// Something else of a night changed.
    pub const NIGHT: Self = Self::transient("night");
    /// A worktree was made.
    pub const WORKTREE_MADE: Self = Self::lasting("worktree.made");
    /// A worktree that somebody else made is looked after from now on.
    pub const WORKTREE_ADOPTED: Self = Self::lasting("worktree.adopted");
    /// A worktree was removed; what was in it is kept.
    pub const WORKTREE_REMOVED: Self = Self::lasting("worktree.removed");
    /// A removed worktree came back.
    pub const WORKTREE_RESTORED: Self = Self::lasting("worktree.restored");
    /// A worktree turned out to be elsewhere, on another branch, or gone.
    pub const WORKTREE_FOLLOWED: Self = Self::lasting("worktree.followed");
    /// A worktree's row changed otherwise.
    pub const WORKTREE: Self = Self::transient("worktree");
    /// A changeset is another one.
    pub const CHANGESET: Self = Self::transient("changeset");
    /// What is between two changesets is something else.
    pub const PAIR: Self = Self::transient("pair");
    /// A review was opened.
    pub const REVIEW_OPENED: Self = Self::lasting("review.opened");
    /// A person changed a review: its members, its title, how it lands.
    pub const REVIEW_CHANGED: Self = Self::lasting("review.changed");
    /// Comments were sent to sessions.
    pub const REVIEW_SENT: Self = Self::lasting("review.sent");
    /// A comment was taken away, and what it said.
    pub const REVIEW_COMMENT_DROPPED: Self = Self::lasting("review.comment.dropped");
    /// A review landed, was dropped, or came back.
    pub const REVIEW_MOVED: Self = Self::lasting("review.moved");
    /// Something else of a review changed.
    pub const REVIEW: Self = Self::transient("review");
    /// A task or session says what it will touch, or takes that back.
    pub const CLAIM: Self = Self::lasting("claim");
    /// An agent is to be told something.
    pub const NOTICE: Self = Self::lasting("notice");
    /// A session told another one something; it stands with both.
    pub const MESSAGE: Self = Self::lasting("message");
    /// A session reported of its work.
    pub const REPORT: Self = Self::lasting("report");
    /// A note is new, changed or gone.
    pub const NOTE: Self = Self::transient("note");
    /// A reading of a session began or ended.
    pub const READING: Self = Self::transient("reading");
    /// A candidate of a decision was accepted or dismissed, or is open again.
    pub const CANDIDATE: Self = Self::lasting("candidate");
    /// A receipt is another one, or stale.
    pub const RECEIPT: Self = Self::transient("receipt");
    /// Somebody let a case of a rule be, or took that back.
    pub const RECEIPT_ACCEPTED: Self = Self::lasting("receipt.accepted");
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRow {
    /// Order of commit.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// What it tells.
    pub kind: String,
    /// Of what, such as `T12`.
    pub subject: String,
    /// It may be superseded and pruned.
    pub transient: bool,
    /// The rest.
    pub body: serde_json::Value,
}

/// Rows of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogPage {
    /// In order of commit.
    pub rows: Vec<LogRow>,
    /// Announcements up to here may have been pruned.
    pub floor: Seq,
    /// The reader stopped before the floor: it must read everything anew.
    pub missed: bool,
    /// Go on from here.
    pub next: Seq,
    /// There is more.
    pub more: bool,
}

fn row_of(row: &Row<'_>) -> rusqlite::Result<(LogRow, String)> {
    let body: String = row.get(5)?;
    Ok((
        LogRow {
            seq: Seq(row.get(0)?),
            at: Timestamp::from_millisecond(row.get(1)?),
            kind: row.get(2)?,
            subject: row.get(3)?,
            transient: row.get(4)?,
            body: serde_json::Value::Null,
        },
        body,
    ))
}

fn with_body((mut row, body): (LogRow, String)) -> Result<LogRow> {
    row.body = serde_json::from_str(&body).map_err(StoreError::unreadable("log row"))?;
    Ok(row)
}

const COLUMNS: &str = "seq, at, kind, subject, transient, body";

impl Write<'_> {
    /// Adds a row.
    ///
    /// # Errors
    /// If the database fails.
    pub fn log(&mut self, kind: LogKind, subject: &str, body: &serde_json::Value) -> Result<Seq> {
        if kind.transient {
            self.tx
                .prepare_cached(
                    "DELETE FROM log WHERE kind = ?1 AND subject = ?2 AND transient = 1",
                )?
                .execute((kind.word, subject))?;
        }
        let seq = self.next_seq();
        self.tx
            .prepare_cached(
                "INSERT INTO log (seq, at, kind, subject, transient, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                seq,
                self.now().as_millisecond(),
                kind.word,
                subject,
                kind.transient,
                body.to_string(),
            ))?;
        Ok(Seq(seq))
    }

    /// Deletes announcements up to `floor`; returns how many. What people did stays.
    ///
    /// # Errors
    /// If the database fails.
    pub fn prune_log(&mut self, floor: Seq) -> Result<usize> {
        let floor = floor.min(self.seq());
        if self.view().log_floor()? >= floor {
            return Ok(0);
        }
        self.put_meta("log_floor", floor.0)?;
        self.put_meta("last_seq", self.seq().0)?;
        Ok(self
            .tx
            .prepare_cached("DELETE FROM log WHERE transient = 1 AND seq <= ?1")?
            .execute([floor.0])?)
    }
}

impl Snapshot<'_> {
    fn log_floor(&self) -> Result<Seq> {
        Ok(Seq(self.meta("log_floor")?.unwrap_or(0)))
    }

    /// The rows after `seq`.
    ///
    /// # Errors
    /// If the database fails or a row is not JSON.
    pub fn log_after(&self, seq: Seq, limit: usize) -> Result<LogPage> {
        let limit = limit.min(limits::LOG_PER_PAGE);
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM log WHERE seq > ?1 ORDER BY seq LIMIT ?2"
        ))?;
        let rows =
            statement.query_map((seq.0, i64::try_from(limit + 1).unwrap_or(i64::MAX)), row_of)?;
        let mut rows = rows.map(|row| with_body(row?)).collect::<Result<Vec<_>>>()?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last() {
            Some(last) if more => last.seq,
            _ => self.seq()?.max(seq),
        };
        let floor = self.log_floor()?;
        Ok(LogPage { rows, floor, missed: seq < floor, next, more })
    }

    /// What people did to a subject, newest first.
    ///
    /// # Errors
    /// If the database fails or a row is not JSON.
    pub fn log_of(&self, subject: &str, limit: usize) -> Result<Vec<LogRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM log WHERE subject = ?1 AND transient = 0
             ORDER BY seq DESC LIMIT ?2"
        ))?;
        let limit = i64::try_from(limit.min(limits::LOG_PER_PAGE)).unwrap_or(i64::MAX);
        let rows = statement.query_map((subject, limit), row_of)?;
        rows.map(|row| with_body(row?)).collect()
    }

    /// The rows of one kind of a subject, newest first.
    ///
    /// # Errors
    /// If the database fails or a row is not JSON.
    pub fn log_of_kind(&self, subject: &str, kind: LogKind, limit: usize) -> Result<Vec<LogRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM log WHERE subject = ?1 AND kind = ?2 AND transient = 0
             ORDER BY seq DESC LIMIT ?3"
        ))?;
        let limit = i64::try_from(limit.min(limits::LOG_PER_PAGE)).unwrap_or(i64::MAX);
        let rows = statement.query_map((subject, kind.word, limit), row_of)?;
        rows.map(|row| with_body(row?)).collect()
    }

    /// One row.
    ///
    /// # Errors
    /// If the database fails or the row is not JSON.
    pub fn log_row(&self, seq: Seq) -> Result<Option<LogRow>> {
        use rusqlite::OptionalExtension;
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM log WHERE seq = ?1"))?
            .query_row([seq.0], row_of)
            .optional()?
            .map(with_body)
            .transpose()
    }
}
