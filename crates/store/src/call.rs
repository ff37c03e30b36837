//! Calls. Each change writes its log row in the same transaction.

use callboard_model::call::{Ask, CallAnswer, CallDetail, CallKind, CallLife, CallState, CallVia};
use callboard_model::{CallId, SessionId, TaskId, Timestamp, WorkspaceId};
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::source::{ms, time_of};
use crate::{LogKind, Result, Snapshot, StoreError, Write, limits};

/// A call as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its id.
    pub id: CallId,
    /// Its id outside of this database.
    pub uuid: String,
    /// The workspace it belongs to.
    pub workspace: Option<WorkspaceId>,
    /// The session that calls.
    pub session: Option<SessionId>,
    /// The task that it is about.
    pub task: Option<TaskId>,
    /// What it is about.
    pub kind: CallKind,
    /// How whoever asks is reached.
    pub via: CallVia,
    /// The asker's own id of it.
    pub key: String,
    /// Where it stands.
    pub life: CallLife,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// The rest.
    pub body: CallBody,
}

/// What is asked, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallBody {
    /// What is asked.
    pub ask: Ask,
    /// The last steps before it.
    #[serde(default)]
    pub steps: Vec<String>,
    /// What the session was directed to then.
    #[serde(default)]
    pub goal: Option<String>,
    /// Where the agent's window is.
    #[serde(default)]
    pub window: Option<String>,
    /// The answer.
    #[serde(default)]
    pub answer: Option<CallAnswer>,
    /// Who gave it.
    #[serde(default)]
    pub answered_by: Option<String>,
    /// What became of the answer, or why it is over.
    #[serde(default)]
    pub told: Option<String>,
    /// When its user was notified of it.
    #[serde(default)]
    pub notified_at: Option<Timestamp>,
}

impl CallBody {
    /// A call that was just asked.
    #[must_use]
    pub fn asked(ask: Ask) -> Self {
        Self {
            ask,
            steps: Vec::new(),
            goal: None,
            window: None,
            answer: None,
            answered_by: None,
            told: None,
            notified_at: None,
        }
    }
}

/// A call to be raised.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCall {
    /// The workspace it belongs to.
    pub workspace: Option<WorkspaceId>,
    /// The session that calls.
    pub session: Option<SessionId>,
    /// The task that it is about.
    pub task: Option<TaskId>,
    /// How whoever asks is reached.
    pub via: CallVia,
    /// After this moment it can no longer be answered.
    pub expires_at: Option<Timestamp>,
    /// What is asked.
    pub body: CallBody,
}

const COLUMNS: &str = "id, uuid, workspace, session, task, kind, via, key, state, generation,
    expires_at, asked_at, answered_at, closed_at, body";

fn call_of(row: &Row<'_>) -> rusqlite::Result<(Call, String)> {
    let word = |index: usize| row.get::<_, String>(index);
    let body: String = row.get(14)?;
    let call = Call {
        id: CallId(row.get(0)?),
        uuid: row.get(1)?,
        workspace: row.get::<_, Option<i64>>(2)?.map(WorkspaceId),
        session: row.get::<_, Option<i64>>(3)?.map(SessionId),
        task: row.get::<_, Option<i64>>(4)?.map(TaskId),
        kind: CallKind::from_word(&word(5)?).unwrap_or(CallKind::Failed),
        via: CallVia::from_word(&word(6)?).unwrap_or(CallVia::Window),
        key: row.get(7)?,
        life: CallLife {
            state: CallState::from_word(&word(8)?).unwrap_or(CallState::Closed),
            generation: row.get(9)?,
            expires_at: time_of(row, 10)?,
        },
        asked_at: Timestamp::from_millisecond(row.get(11)?),
        answered_at: time_of(row, 12)?,
        closed_at: time_of(row, 13)?,
        body: CallBody::asked(nothing()),
    };
    Ok((call, body))
}

/// Stands in until the body is read.
fn nothing() -> Ask {
    Ask {
        key: String::new(),
        kind: CallKind::Failed,
        question: String::new(),
        detail: CallDetail::None,
        options: Vec::new(),
        tool_use_id: None,
        subagent: None,
        reason: None,
        reply: serde_json::Value::Null,
    }
}

fn with_body((mut call, body): (Call, String)) -> Result<Call> {
    call.body = serde_json::from_str(&body).map_err(StoreError::unreadable("call"))?;
    Ok(call)
}

fn body_text(body: &CallBody) -> Result<String> {
    serde_json::to_string(body).map_err(StoreError::unreadable("call"))
}

impl Write<'_> {
    /// Raises a call.
    ///
    /// # Errors
    /// If the database fails, or the same is asked already.
    pub fn raise_call(&mut self, new: NewCall) -> Result<Call> {
        let life = CallLife::asked(new.expires_at);
        let (kind, key) = (new.body.ask.kind, new.body.ask.key.clone());
        self.tx.execute(
            "INSERT INTO call (uuid, workspace, session, task, kind, via, key, state, generation,
                               expires_at, asked_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            (
                self.new_uuid(),
                new.workspace.map(|id| id.0),
                new.session.map(|id| id.0),
                new.task.map(|id| id.0),
                kind.word(),
                new.via.word(),
                &key,
                life.state.word(),
                life.generation,
                ms(new.expires_at),
                self.now().as_millisecond(),
                body_text(&new.body)?,
            ),
        )?;
        let id = CallId(self.tx.last_insert_rowid());
        let about = json!({
            "kind": kind,
            "session": new.session,
            "question": new.body.ask.question,
        });
        self.log(LogKind::CALL_RAISED, &id.to_string(), &about)?;
        self.view().call(id)?.ok_or_else(|| StoreError::NotFound(format!("call {id}")))
    }

    /// Keeps a call as it is now, and logs what happened to it: `body` tells who and what.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_call(&mut self, call: &Call, kind: LogKind, body: &serde_json::Value) -> Result<()> {
        self.tx
            .prepare_cached(
                "UPDATE call SET workspace = ?2, task = ?3, via = ?4, key = ?5, state = ?6,
                   generation = ?7, expires_at = ?8, answered_at = ?9, closed_at = ?10, body = ?11,
                   kind = ?12
                 WHERE id = ?1",
            )?
            .execute((
                call.id.0,
                call.workspace.map(|id| id.0),
                call.task.map(|id| id.0),
                call.via.word(),
                &call.key,
                call.life.state.word(),
                call.life.generation,
                ms(call.life.expires_at),
                ms(call.answered_at),
                ms(call.closed_at),
                body_text(&call.body)?,
                call.kind.word(),
            ))?;
        self.log(kind, &call.id.to_string(), body)?;
        Ok(())
    }
}

impl Snapshot<'_> {
    fn calls_where(&self, clause: &str, values: impl rusqlite::Params) -> Result<Vec<Call>> {
        let mut statement =
            self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM call WHERE {clause}"))?;
        let rows = statement.query_map(values, call_of)?;
        rows.map(|row| with_body(row?)).collect()
    }

    /// One call.
    ///
    /// # Errors
    /// If the database fails or the call cannot be read.
    pub fn call(&self, id: CallId) -> Result<Option<Call>> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM call WHERE id = ?1"))?
            .query_row([id.0], call_of)
            .optional()?
            .map(with_body)
            .transpose()
    }

    /// Every call that is not over, in the order they were asked.
    ///
    /// # Errors
    /// If the database fails or a call cannot be read.
    pub fn calls_not_closed(&self) -> Result<Vec<Call>> {
        self.calls_where("state <> 'closed' ORDER BY id", ())
    }

    /// A session's calls that are not over, in the order they were asked.
    ///
    /// # Errors
    /// If the database fails or a call cannot be read.
    pub fn calls_of_session(&self, session: SessionId) -> Result<Vec<Call>> {
        self.calls_where("session = ?1 AND state <> 'closed' ORDER BY id", [session.0])
    }

    /// The questions that a session asked by Callboard's own tool and that were answered, in the order they were asked.
    ///
    /// # Errors
    /// If the database fails or a call cannot be read.
    pub fn calls_answered_to(&self, session: SessionId) -> Result<Vec<Call>> {
        self.calls_where(
            "session = ?1 AND via = ?2 AND answered_at IS NOT NULL ORDER BY id",
            (session.0, CallVia::Tool.word()),
        )
    }

    /// A session's last call of this kind, also when it is over.
    ///
    /// # Errors
    /// If the database fails or the call cannot be read.
    pub fn last_call(&self, session: SessionId, kind: CallKind) -> Result<Option<Call>> {
        let mut calls = self.calls_where(
            "session = ?1 AND kind = ?2 ORDER BY id DESC LIMIT 1",
            (session.0, kind.word()),
        )?;
        Ok(calls.pop())
    }

    /// Calls that were answered, newest first.
    ///
    /// # Errors
    /// If the database fails or a call cannot be read.
    pub fn calls_answered(&self, since: Timestamp, limit: usize) -> Result<Vec<Call>> {
        let limit = i64::try_from(limit.min(limits::CALLS)).unwrap_or(i64::MAX);
        self.calls_where(
            "answered_at >= ?1 ORDER BY answered_at DESC, id DESC LIMIT ?2",
            (since.as_millisecond(), limit),
        )
    }

    /// Calls that are over, newest first.
    ///
    /// # Errors
    /// If the database fails or a call cannot be read.
    pub fn calls_closed(&self, since: Timestamp, limit: usize) -> Result<Vec<Call>> {
        let limit = i64::try_from(limit.min(limits::CALLS)).unwrap_or(i64::MAX);
        self.calls_where(
            "state = 'closed' AND closed_at >= ?1 ORDER BY closed_at DESC, id DESC LIMIT ?2",
            (since.as_millisecond(), limit),
        )
    }
}
