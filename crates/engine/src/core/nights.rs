//! Nights as the writer keeps them.

use callboard_model::call::{CallKind, CallState};
use callboard_model::night::{Night, NightOutcome};
use callboard_model::owned::Owned;
use callboard_model::{CallId, Timestamp};
use callboard_store::{LogKind, Snapshot, Write};
use serde_json::json;

use super::{Core, owned};
use crate::EngineError;

impl Core {
    /// Begins a night; one goes on in a workspace at a time.
    pub(crate) fn begin_night(&mut self, night: Night) -> Result<Night, EngineError> {
        self.write_for_person(|w| {
            let open = w.view().nights_open()?;
            if let Some(other) = open.iter().find(|other| other.workspace == night.workspace) {
                return Err(EngineError::Conflict {
                    text: format!(
                        "a night of {} tasks goes on here; nothing was begun",
                        other.tasks.len()
                    ),
                    hint: "see it with `callboard night --status`, end it with `callboard night --end`",
                });
            }
            Ok(w.add_night(night)?)
        })
    }

    /// Changes a night, unless `change` leaves it as it is; gives what it is then.
    pub(crate) fn change_night(
        &mut self,
        id: i64,
        change: impl FnOnce(&mut Night, Timestamp),
    ) -> Result<Night, EngineError> {
        self.write_for_person(|w| {
            let before = w.view().night(id)?.ok_or_else(|| EngineError::no_night(id))?;
            let mut night = before.clone();
            change(&mut night, w.now());
            if night != before {
                put(w, &before, &night)?;
            }
            Ok(night)
        })
    }

    /// Brings a night's tasks up to what their sessions are; gives the night, and what is to be started of it.
    pub(crate) fn follow_night(&mut self, id: i64) -> Result<(Night, Option<usize>), EngineError> {
        self.write_for_person(|w| {
            let before = w.view().night(id)?.ok_or_else(|| EngineError::no_night(id))?;
            let (mut night, now) = (before.clone(), w.now());
            for task in &mut night.tasks {
                let Some(owned) = task.owned else { continue };
                let Some(owned) = w.view().owned(owned)? else { continue };
                task.follow(&owned, asked(&w.view(), &owned)?, now);
            }
            night.end_if_over(now, false);
            if night != before {
                put(w, &before, &night)?;
            }
            let next = night.next(now);
            Ok((night, next))
        })
    }

    /// Asks for the session of a night's task, in one transaction with the note that it was.
    pub(crate) fn start_of_night(
        &mut self,
        id: i64,
        index: usize,
        asked: Owned,
    ) -> Result<(), EngineError> {
        let added = self.write_for_person(|w| {
            let mut night = w.view().night(id)?.ok_or_else(|| EngineError::no_night(id))?;
            let is_due = night.ended_at.is_none();
            let Some(task) = night.tasks.get_mut(index).filter(|task| {
                is_due && task.owned.is_none() && task.outcome == NightOutcome::Waiting
            }) else {
                return Ok(Vec::new());
            };
            let added = owned::add_asked(w, vec![asked])?;
            task.owned = added.first().map(|owned| owned.id);
            task.outcome = NightOutcome::Working;
            w.put_night(&night)?;
            Ok(added)
        })?;
        self.show_owned(&added);
        Ok(())
    }
}

fn put(w: &mut Write<'_>, before: &Night, night: &Night) -> Result<(), EngineError> {
    w.put_night(night)?;
    if night.ended_at.is_some() && before.ended_at.is_none() {
        let tasks: Vec<_> = night
            .tasks
            .iter()
            .map(|task| json!({ "task": task.task, "outcome": task.outcome }))
            .collect();
        let about = json!({ "tasks": tasks });
        w.log(LogKind::NIGHT_ENDED, &format!("night {}", night.id), &about)?;
    }
    Ok(())
}

/// What its session asks and nobody has answered.
fn asked(s: &Snapshot<'_>, owned: &Owned) -> callboard_store::Result<Option<(CallId, CallKind)>> {
    let Some(session) = owned.session else { return Ok(None) };
    let calls = s.calls_of_session(session)?;
    let open = calls.iter().find(|c| c.kind.is_asked() && c.life.state == CallState::Open);
    Ok(open.map(|call| (call.id, call.kind)))
}
