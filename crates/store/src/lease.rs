//! Leases of resources. Each change writes its log row in the same transaction.

use callboard_model::resource::LeaseState;
use callboard_model::{SessionId, TaskId, Timestamp, WorkspaceId};
use rusqlite::{OptionalExtension, Row};
use serde_json::json;

use crate::source::time_of;
use crate::{LogKind, Result, Snapshot, StoreError, Write};

/// A lease as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Its number.
    pub id: i64,
    /// Whose resource it is.
    pub workspace: WorkspaceId,
    /// The resource.
    pub resource: String,
    /// A worktree's name, or `you`.
    pub holder: String,
    /// The worktree's folder.
    pub folder: Option<String>,
    /// The session that asked.
    pub session: Option<SessionId>,
    /// The task it works on.
    pub task: Option<TaskId>,
    /// Where it stands.
    pub state: LeaseState,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it was taken.
    pub taken_at: Option<Timestamp>,
    /// What went wrong.
    pub note: Option<String>,
}

/// A lease that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewLease {
    /// The resource.
    pub resource: String,
    /// A worktree's name, or `you`.
    pub holder: String,
    /// The worktree's folder.
    pub folder: Option<String>,
    /// The session that asks.
    pub session: Option<SessionId>,
    /// The task it works on.
    pub task: Option<TaskId>,
}

const COLUMNS: &str =
    "id, workspace, resource, holder, folder, session, task, state, asked_at, taken_at, note";

const OPEN: &str = "state NOT IN ('given', 'failed')";

fn lease_of(row: &Row<'_>) -> rusqlite::Result<Lease> {
    let state: String = row.get(7)?;
    Ok(Lease {
        id: row.get(0)?,
        workspace: WorkspaceId(row.get(1)?),
        resource: row.get(2)?,
        holder: row.get(3)?,
        folder: row.get(4)?,
        session: row.get::<_, Option<i64>>(5)?.map(SessionId),
        task: row.get::<_, Option<i64>>(6)?.map(TaskId),
        // A later version's word: whoever has it, has it.
        state: LeaseState::from_word(&state).unwrap_or(LeaseState::Held),
        asked_at: Timestamp::from_millisecond(row.get(8)?),
        taken_at: time_of(row, 9)?,
        note: row.get(10)?,
    })
}

impl Write<'_> {
    /// Puts a lease at the end of its queue; gives the one that its holder has already, if it has.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_lease(&mut self, workspace: WorkspaceId, new: &NewLease) -> Result<Lease> {
        if let Some(open) = self.view().open_lease(workspace, &new.resource, &new.holder)? {
            return Ok(open);
        }
        let id: i64 = self
            .tx
            .prepare_cached(
                "INSERT INTO lease (workspace, resource, holder, folder, session, task, state, asked_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
            )?
            .query_row(
                (
                    workspace.0,
                    &new.resource,
                    &new.holder,
                    &new.folder,
                    new.session.map(|id| id.0),
                    new.task.map(|id| id.0),
                    LeaseState::Waiting.word(),
                    self.now().as_millisecond(),
                ),
                |row| row.get(0),
            )?;
        self.log_lease(id)
    }

    /// Moves a lease on.
    ///
    /// # Errors
    /// If there is none, it may not go there, or the database fails.
    pub fn move_lease(&mut self, id: i64, state: LeaseState, note: Option<&str>) -> Result<Lease> {
        let lease = self.view().lease_needed(id)?;
        if !lease.state.may_become(state) {
            let (is, wanted) = (lease.state.word(), state.word());
            return Err(StoreError::Refused {
                text: format!("the lease of {} is {is} and cannot be {wanted}", lease.resource),
                hint: "look at it again with `callboard resource list`",
            });
        }
        let now = self.now().as_millisecond();
        self.tx
            .prepare_cached(
                "UPDATE lease SET state = ?2, note = ifnull(?3, note),
                   taken_at = CASE WHEN ?2 = 'held' THEN ?4 ELSE taken_at END,
                   given_at = CASE WHEN ?2 IN ('given', 'failed') THEN ?4 ELSE given_at END
                 WHERE id = ?1",
            )?
            .execute((id, state.word(), note, now))?;
        self.log_lease(id)
    }

    fn log_lease(&mut self, id: i64) -> Result<Lease> {
        let lease = self.view().lease_needed(id)?;
        let body = json!({
            "lease": id,
            "holder": lease.holder,
            "state": lease.state.word(),
            "note": lease.note,
        });
        self.log(LogKind::LEASE, &format!("{}/{}", lease.workspace, lease.resource), &body)?;
        Ok(lease)
    }
}

impl Snapshot<'_> {
    /// One lease.
    ///
    /// # Errors
    /// If the database fails.
    pub fn lease(&self, id: i64) -> Result<Option<Lease>> {
        Ok(self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM lease WHERE id = ?1"))?
            .query_row([id], lease_of)
            .optional()?)
    }

    fn lease_needed(&self, id: i64) -> Result<Lease> {
        self.lease(id)?.ok_or_else(|| StoreError::NotFound(format!("lease {id}")))
    }

    /// The lease of a resource that a holder has or waits for.
    ///
    /// # Errors
    /// If the database fails.
    pub fn open_lease(
        &self,
        workspace: WorkspaceId,
        resource: &str,
        holder: &str,
    ) -> Result<Option<Lease>> {
        Ok(self
            .conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM lease
                 WHERE workspace = ?1 AND resource = ?2 AND holder = ?3 AND {OPEN}"
            ))?
            .query_row((workspace.0, resource, holder), lease_of)
            .optional()?)
    }

    /// All leases that are not over, in the order in which they were asked for.
    ///
    /// # Errors
    /// If the database fails.
    pub fn open_leases(&self) -> Result<Vec<Lease>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM lease WHERE {OPEN} ORDER BY id"))?;
        let rows = statement.query_map([], lease_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
