//! What tasks and sessions say beforehand that they will touch.

use callboard_model::{SessionId, TaskId, Timestamp, WorkspaceId};
use serde_json::json;

use crate::{LogKind, Result, Snapshot, Write};

/// A claim as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its number.
    pub id: i64,
    /// Where it holds.
    pub workspace: WorkspaceId,
    /// The task that it is for.
    pub task: Option<TaskId>,
    /// The session that it is for.
    pub session: Option<SessionId>,
    /// Paths from the repository's root, with `*`, `?` and `**`.
    pub pattern: String,
    /// When it was made.
    pub made_at: Timestamp,
}

impl Write<'_> {
    /// Adds a claim; gives the one that is there already, if there is one.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_claim(
        &mut self,
        workspace: WorkspaceId,
        (task, session): (Option<TaskId>, Option<SessionId>),
        pattern: &str,
    ) -> Result<Claim> {
        let same = |claim: &Claim| {
            claim.task == task && claim.session == session && claim.pattern == pattern
        };
        if let Some(known) = self.view().claims(workspace)?.into_iter().find(same) {
            return Ok(known);
        }
        let made_at = self.now();
        self.tx
            .prepare_cached(
                "INSERT INTO claim (workspace, task, session, pattern, made_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                workspace.0,
                task.map(|task| task.0),
                session.map(|session| session.0),
                pattern,
                made_at.as_millisecond(),
            ))?;
        let id = self.tx.last_insert_rowid();
        let about = json!({ "task": task, "session": session, "pattern": pattern });
        self.log(LogKind::CLAIM, &format!("claim {id}"), &about)?;
        Ok(Claim { id, workspace, task, session, pattern: pattern.to_owned(), made_at })
    }

    /// Takes claims back; gives how many there were.
    ///
    /// # Errors
    /// If the database fails.
    pub fn drop_claims(&mut self, ids: &[i64]) -> Result<usize> {
        let mut dropped = 0;
        for id in ids {
            dropped += self.tx.prepare_cached("DELETE FROM claim WHERE id = ?1")?.execute([id])?;
            self.log(LogKind::CLAIM, &format!("claim {id}"), &json!(null))?;
        }
        Ok(dropped)
    }
}

impl Snapshot<'_> {
    /// The claims in a workspace, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn claims(&self, workspace: WorkspaceId) -> Result<Vec<Claim>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, task, session, pattern, made_at FROM claim WHERE workspace = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([workspace.0], |row| {
            Ok(Claim {
                id: row.get(0)?,
                workspace,
                task: row.get::<_, Option<i64>>(1)?.map(TaskId),
                session: row.get::<_, Option<i64>>(2)?.map(SessionId),
                pattern: row.get(3)?,
                made_at: Timestamp::from_millisecond(row.get(4)?),
            })
        })?;
        rows.map(|row| Ok(row?)).collect()
    }
}
