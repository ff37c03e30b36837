//! What waits to be started, and why. Starts are staggered: an agent's start takes the processor.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Weak};
use std::time::Duration;

use callboard_model::owned::{Owned, OwnedState};
use callboard_model::project::Limits;
use callboard_model::session::TurnState;
use callboard_model::task::Column;
use callboard_store::Task;

use super::{begin, limited, server, takeover};
use crate::{Engine, EngineError, limits};

pub(super) fn start(engine: Weak<Engine>) {
    std::thread::spawn(move || {
        if let Some(engine) = engine.upgrade() {
            takeover::take_back(&engine);
        }
        let mut seen = 0;
        loop {
            let Some(engine) = engine.upgrade() else { return };
            if engine.stop.stopped() {
                return;
            }
            let patience = match look(&engine) {
                Ok(patience) => patience,
                Err(EngineError::Ending) => return,
                Err(error) => {
                    tracing::warn!(%error, "the queue of starts could not be looked at; it is tried again");
                    limits::SWEEP_EVERY
                }
            };
            let bell = engine.owned.queue.clone();
            drop(engine);
            seen = bell.wait(seen, patience);
        }
    });
}

/// Starts what may start, tells why the rest waits, and gives when to look again.
fn look(engine: &Arc<Engine>) -> Result<Duration, EngineError> {
    loop {
        let night = engine.work_nights()?;
        let (owned, tasks) = engine.read(|s| Ok((s.owned_in_progress()?, s.tasks(None)?)))?;
        let mut next = None;
        let mut reason = None;
        let starting = owned.iter().filter_map(|one| starts_until(engine, one)).max();
        for waiting in owned.iter().filter(|one| one.state == OwnedState::Queued) {
            // A configuration that cannot be read holds nothing up: `doctor` tells of it.
            let project = engine.project_of(waiting.workspace).unwrap_or_default();
            let unapproved = engine.waits_for_trust(waiting.workspace);
            let mut waits_for_room = false;
            let hinders = unapproved
                .or_else(|| reason.clone())
                .or_else(|| starting.map(|_| "another one is being started".to_owned()))
                .or_else(|| {
                    let room = no_room(waiting, &owned, &tasks, &project.limits);
                    waits_for_room = room.is_some();
                    room
                });
            match hinders {
                None if next.is_none() => next = Some(waiting.id),
                None => reason = Some("another one is being started".to_owned()),
                Some(_) => {}
            }
            let told = hinders.filter(|_| next != Some(waiting.id));
            if next != Some(waiting.id) && waiting.waits != told {
                let id = waiting.id;
                engine.change_owned(id, move |owned, _| {
                    let is_waiting = owned.state == OwnedState::Queued;
                    owned.waits = told.filter(|_| is_waiting);
                    owned.waits_for_room = waits_for_room;
                    is_waiting
                })?;
            }
        }
        limited::go_on_after_limits(engine, &owned)?;
        server::let_go_of_idle(engine, &owned)?;
        let Some(id) = next else {
            let now = engine.now();
            let limit = owned.iter().filter_map(limited::limit_ends).chain(night).min();
            let limit = limit.and_then(|due| u64::try_from(due.since_ms(now)).ok());
            let times = starting.into_iter().chain(limit.map(Duration::from_millis));
            let soonest = times.min().unwrap_or(limits::SWEEP_EVERY).min(limits::SWEEP_EVERY);
            return Ok(soonest.max(Duration::from_millis(1)));
        };
        begin_beside(engine, id);
    }
}

/// Starts it on a thread of its own, and waits for that for a while: starts come one after another, and one that hangs
/// holds up neither the others nor what a limit or a night waits for.
fn begin_beside(engine: &Arc<Engine>, id: i64) {
    let (begins, begun) = sync_channel::<()>(0);
    let beside = engine.clone();
    let spawned = std::thread::Builder::new().name(format!("begin-{id}")).spawn(move || {
        begin::begin(&beside, id);
        drop(begins);
        beside.owned.queue.tell();
    });
    match spawned {
        Ok(_) => {
            let _ = begun.recv_timeout(limits::BEGIN_PATIENCE);
        }
        Err(_) => begin::begin(engine, id),
    }
}

fn is_at_work(owned: &Owned) -> bool {
    match owned.state {
        OwnedState::Preparing | OwnedState::Starting => true,
        OwnedState::Running => owned.limited.is_none() && owned.turn != TurnState::Idle,
        _ => false,
    }
}

/// How long others wait for its first word, if they do.
fn starts_until(engine: &Engine, owned: &Owned) -> Option<Duration> {
    if owned.state != OwnedState::Starting {
        return None;
    }
    let since = engine.now().since_ms(owned.started_at?);
    let left = u64::try_from(limits::STAGGER_MS.saturating_sub(since)).ok()?;
    (left > 0).then(|| Duration::from_millis(left))
}

/// Why there is no room for it now, unless it is to start at once.
fn no_room(waiting: &Owned, owned: &[Owned], tasks: &[Task], limits: &Limits) -> Option<String> {
    if waiting.at_once {
        return None;
    }
    let before = tasks.iter().find(|task| Some(task.id) == waiting.task);
    let before = before.map_or(&[][..], |task| &task.waits_for);
    let is_open = |task: &&Task| before.contains(&task.id) && task.column != Column::Done;
    if let Some(first) = tasks.iter().find(is_open) {
        return Some(format!("{}, which it waits for, is not done", first.id));
    }
    let running: Vec<&Owned> = owned.iter().filter(|one| is_at_work(one)).collect();
    if running.len() as u64 >= u64::from(limits.running) {
        let for_you = running.iter().filter(|one| one.turn.waits_for_user()).count();
        let for_you = match for_you {
            0 => String::new(),
            1 => ", 1 of them waiting for you".to_owned(),
            several => format!(", {several} of them waiting for you"),
        };
        return Some(format!("{} sessions run, as many as may at once{for_you}", running.len()));
    }
    let here = |task: &&Task| task.workspace == waiting.workspace && task.deleted_at.is_none();
    let in_review = tasks.iter().filter(here).filter(|task| task.column == Column::Review);
    let results = in_review.count() as u64;
    (results >= u64::from(limits.unreviewed))
        .then(|| format!("{results} results wait for a review, as many as may"))
}
