//! Turns with what cannot be doubled.

use callboard_model::WorkspaceId;
use callboard_model::resource::LeaseState;
use callboard_store::{Lease, NewLease, StoreError};

use super::Core;
use crate::EngineError;

impl Core {
    /// Puts a lease at the end of its queue. Without `queue`, only where nobody waits and there is room.
    pub(crate) fn take_resource(
        &mut self,
        workspace: WorkspaceId,
        new: &NewLease,
        capacity: u32,
        queue: bool,
    ) -> Result<Lease, EngineError> {
        self.write_for_person(|w| {
            let open = w.view().open_leases()?;
            let others = open
                .iter()
                .filter(|lease| lease.workspace == workspace && lease.resource == new.resource);
            let others: Vec<&Lease> = others.collect();
            let (own, others): (Vec<&Lease>, Vec<&Lease>) =
                others.into_iter().partition(|lease| lease.holder == new.holder);
            // A place in the queue is not having it: who does not want to wait is told.
            let has_it = own.iter().any(|lease| lease.state != LeaseState::Waiting);
            if !queue && !has_it && others.len() >= capacity as usize {
                let holders: Vec<&str> = others.iter().map(|lease| lease.holder.as_str()).collect();
                return Err(EngineError::Conflict {
                    text: format!(
                        "{} is with {}; nothing was changed",
                        new.resource,
                        holders.join(", then ")
                    ),
                    hint: "get in the queue with `callboard resource take NAME --wait`",
                });
            }
            Ok(w.put_lease(workspace, new)?)
        })
    }

    /// Gives a lease back, or its place in the queue up.
    pub(crate) fn give_back(&mut self, id: i64, why: Option<&str>) -> Result<Lease, EngineError> {
        let lease = self.lease(id)?;
        let next = match lease.state {
            LeaseState::Waiting => LeaseState::Given,
            LeaseState::Held => LeaseState::Giving,
            LeaseState::Taking => {
                return Err(EngineError::Refused {
                    text: format!(
                        "{} is only just being taken; nothing was changed",
                        lease.resource
                    ),
                    hint: "give it back once `callboard resource list` shows it as held",
                });
            }
            LeaseState::Giving | LeaseState::Given | LeaseState::Failed => return Ok(lease),
        };
        self.move_lease(id, next, why)
    }

    /// Moves a lease on.
    pub(crate) fn move_lease(
        &mut self,
        id: i64,
        state: LeaseState,
        note: Option<&str>,
    ) -> Result<Lease, EngineError> {
        self.write_for_person(|w| Ok(w.move_lease(id, state, note)?))
    }

    fn lease(&self, id: i64) -> Result<Lease, EngineError> {
        let lease = self.store.reader()?.snapshot(|s| s.lease(id))?;
        lease.ok_or_else(|| EngineError::Store(StoreError::NotFound(format!("lease {id}"))))
    }
}
