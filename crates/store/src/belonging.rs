//! What belongs together: sessions and workspaces, tasks and branches, sessions and their files.

use callboard_model::{AgentName, SessionId, TaskId, ThreadKey, WorkspaceId};

use crate::{Result, Snapshot, Source};

/// A session that belongs to no workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnboundSession {
    /// Its agent.
    pub agent: AgentName,
    /// The agent's own name for it.
    pub thread: ThreadKey,
}

impl Snapshot<'_> {
    /// The sessions that work somewhere but belong to no workspace, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn unbound_sessions(&self) -> Result<Vec<UnboundSession>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT agent, native, sub FROM session
             WHERE workspace IS NULL AND cwd IS NOT NULL ORDER BY updated_at DESC",
        )?;
        let rows = statement.query_map([], |row| {
            let sub: String = row.get(2)?;
            Ok(UnboundSession {
                agent: AgentName(row.get::<_, String>(0)?.into()),
                thread: ThreadKey { native: row.get(1)?, sub: Some(sub).filter(|s| !s.is_empty()) },
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The tasks of a workspace that a branch belongs to.
    ///
    /// # Errors
    /// If the database fails.
    pub fn tasks_on_branch(&self, workspace: WorkspaceId, branch: &str) -> Result<Vec<TaskId>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id FROM task WHERE workspace = ?1 AND branch = ?2 AND deleted_at IS NULL",
        )?;
        let rows = statement.query_map((workspace.0, branch), |row| row.get(0).map(TaskId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The sources that a session's events come from, in the order they were first read.
    ///
    /// # Errors
    /// If the database fails.
    pub fn sources_of_session(&self, session: SessionId) -> Result<Vec<Source>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT source FROM event WHERE session = ?1 ORDER BY source",
        )?;
        let ids = statement
            .query_map([session.0], |row| row.get(0).map(crate::SourceId))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let sources = ids.into_iter().map(|id| self.source(id));
        Ok(sources.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The versions of an agent's program that sessions name in their rows.
    ///
    /// # Errors
    /// If the database fails.
    pub fn agent_versions(&self, agent: &AgentName) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT json_extract(row, '$.agent_version') AS version FROM session
             WHERE agent = ?1 AND row IS NOT NULL AND row <> '' AND version IS NOT NULL
             GROUP BY version ORDER BY min(started_at)",
        )?;
        let rows = statement.query_map([agent.as_str()], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
