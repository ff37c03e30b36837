//! What waits to be started, and why. Starts are staggered: an agent's start takes the processor.

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

use callboard_model::owned::{Owned, OwnedState};
use callboard_model::session::TurnState;
use callboard_model::task::Column;
use callboard_store::Task;

use super::{begin, orders, takeover};
use crate::{Engine, EngineError, limits};

/// Has the queue looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct QueueBell(Arc<(Mutex<bool>, Condvar)>);

impl QueueBell {
    pub(super) fn tell(&self) {
        let (rung, told) = &*self.0;
        *rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        told.notify_one();
    }

    fn wait(&self, time: Duration) {
        let (rung, told) = &*self.0;
        let rung = rung.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rung, _) = told
            .wait_timeout_while(rung, time, |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }
}

pub(super) fn start(engine: Weak<Engine>) {
    std::thread::spawn(move || {
        if let Some(engine) = engine.upgrade() {
            takeover::take_back(&engine);
        }
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
            bell.wait(patience);
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
        let working = owned.iter().filter(|one| is_at_work(one)).count() as u64;
        let starting = owned.iter().filter_map(|one| starts_until(engine, one)).max();
        for waiting in owned.iter().filter(|one| one.state == OwnedState::Queued) {
            // A configuration that cannot be read holds nothing up: `doctor` tells of it.
            let project = engine.project_of(waiting.workspace).unwrap_or_default();
            let here = |task: &&Task| task.workspace == waiting.workspace;
            let in_review = |task: &&Task| task.column == Column::Review;
            let results = tasks.iter().filter(here).filter(in_review).count() as u64;
            let room = (working, u64::from(project.limits.running));
            let reviews = (results, u64::from(project.limits.unreviewed));
            let hinders =
                reason.clone().or_else(|| hindrance(waiting, starting.is_some(), room, reviews));
            match hinders {
                None if next.is_none() => next = Some(waiting.id),
                None => reason = Some("another one is being started".to_owned()),
                Some(_) => {}
            }
            let told = hinders.filter(|_| next != Some(waiting.id));
            if next != Some(waiting.id) && waiting.waits != told {
                let id = waiting.id;
                engine.ask(move |core| {
                    core.change_owned(id, |owned, _| {
                        owned.waits = told;
                        true
                    })
                })?;
            }
        }
        orders::go_on_after_limits(engine, &owned)?;
        let Some(id) = next else {
            let now = engine.now();
            let limit = owned.iter().filter_map(orders::limit_ends).chain(night).min();
            let limit = limit.and_then(|due| u64::try_from(due.since_ms(now)).ok());
            let times = starting.into_iter().chain(limit.map(Duration::from_millis));
            let soonest = times.min().unwrap_or(limits::SWEEP_EVERY).min(limits::SWEEP_EVERY);
            return Ok(soonest.max(Duration::from_millis(1)));
        };
        begin::begin(engine, id);
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

/// Why it does not start now.
fn hindrance(
    owned: &Owned,
    is_starting: bool,
    (working, at_work): (u64, u64),
    (results, unreviewed): (u64, u64),
) -> Option<String> {
    if is_starting {
        return Some("another one is being started".to_owned());
    }
    if owned.at_once {
        return None;
    }
    if working >= at_work {
        return Some(format!("{working} sessions work, as many as may at the same time"));
    }
    (results >= unreviewed).then(|| format!("{results} results wait for a review"))
}
