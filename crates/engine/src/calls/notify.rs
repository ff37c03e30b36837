//! Notifications on the desktop: few, late enough that nobody is told what is over at once, and never a flood.

use std::sync::Arc;
use std::time::Duration;

use callboard_model::call::{CallState, Urgency};
use callboard_model::{CallId, Timestamp};
use callboard_os::notify_desktop::Desktop;
use callboard_store::Call;

use crate::{Engine, EngineError, limits};

/// A call, as far as notifications care.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    id: CallId,
    urgency: Urgency,
    asked_at: Timestamp,
    question: String,
    is_notified: bool,
    /// Nobody waits for it, and it is told all the same.
    is_astray: bool,
}

impl Waiting {
    fn interrupts(&self) -> bool {
        self.urgency.interrupts() || self.is_astray
    }
}

/// What the desktop is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Notification {
    /// The calls that it tells of.
    calls: Vec<CallId>,
    title: String,
    text: String,
}

/// What is to be shown now, and when to look again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Due {
    now: Vec<Notification>,
    again: Option<Timestamp>,
}

/// Decides what to show at `now`, of the calls that wait. `sent` are the moments of earlier notifications; no more
/// than `most` are shown within ten minutes, the last of them telling all that is left.
fn due(waiting: &[Waiting], sent: &[Timestamp], most: usize, now: Timestamp) -> Due {
    let mut untold: Vec<&Waiting> =
        waiting.iter().filter(|call| call.interrupts() && !call.is_notified).collect();
    let is_ripe = |call: &&Waiting| now.since_ms(call.asked_at) >= limits::NOTIFY_AFTER_MS;
    let ripens = untold.iter().filter(|call| !is_ripe(call)).map(|call| call.asked_at).min();
    let ripens = ripens.map(|at| after(at, limits::NOTIFY_AFTER_MS));
    untold.retain(is_ripe);
    untold.sort_by_key(|call| (call.urgency, call.asked_at));
    let recent: Vec<Timestamp> =
        sent.iter().copied().filter(|at| now.since_ms(*at) < limits::NOTIFY_WITHIN_MS).collect();
    let room = most.saturating_sub(recent.len());
    if untold.is_empty() || most == 0 {
        return Due { now: Vec::new(), again: ripens.filter(|_| most > 0) };
    }
    if room == 0 {
        let frees = recent.into_iter().min().map(|at| after(at, limits::NOTIFY_WITHIN_MS));
        return Due { now: Vec::new(), again: frees };
    }
    let single = if untold.len() <= room { untold.len() } else { room - 1 };
    let (alone, together) = untold.split_at(single);
    let mut shown: Vec<Notification> = alone.iter().map(|call| one(call)).collect();
    if !together.is_empty() {
        shown.push(digest(together));
    }
    Due { now: shown, again: ripens }
}

fn after(at: Timestamp, ms: i64) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond() + ms)
}

fn one(call: &Waiting) -> Notification {
    let title = match call.urgency {
        Urgency::Irreversible => format!("{} cannot be taken back", call.id),
        Urgency::Question => format!("{} asks you", call.id),
        _ if call.is_astray => format!("{} is to be looked at", call.id),
        _ => format!("{} waits for you", call.id),
    };
    Notification { calls: vec![call.id], title, text: call.question.clone() }
}

fn digest(calls: &[&Waiting]) -> Notification {
    let first = calls.first().map(|call| call.question.clone()).unwrap_or_default();
    let text = match calls.len() {
        1 => first,
        count => format!("{first}, and {} more: see `callboard inbox`", count - 1),
    };
    let title = match calls.len() {
        1 => "1 call waits for you".to_owned(),
        count => format!("{count} calls wait for you"),
    };
    Notification { calls: calls.iter().map(|call| call.id).collect(), title, text }
}

fn waiting_of(call: &Call) -> Option<Waiting> {
    (call.life.state == CallState::Open).then(|| Waiting {
        id: call.id,
        urgency: Urgency::of(call.kind, &call.body.ask.detail),
        asked_at: call.asked_at,
        question: call.body.ask.question.clone(),
        is_notified: call.body.notified_at.is_some(),
        is_astray: call.kind.is_astray(),
    })
}

/// Notifies the user of calls, at most `most` times within ten minutes, until the engine ends.
pub async fn notify_user(engine: Arc<Engine>, desktop: Desktop, most: usize) {
    let mut commits = engine.listen();
    loop {
        commits.mark_unchanged();
        let (asked, on) = (engine.clone(), desktop.clone());
        let looked = tokio::task::spawn_blocking(move || asked.notify(&on, most)).await;
        let again = match looked {
            Ok(Ok(again)) => again,
            Ok(Err(EngineError::Ending)) | Err(_) => return,
            Ok(Err(error)) => {
                tracing::warn!(%error, "nobody was notified; it is tried again");
                None
            }
        };
        tokio::time::sleep(limits::NOTIFY_LOOK_EVERY).await;
        let wait = again.map_or(limits::NOTIFY_SWEEP, |at| {
            Duration::from_millis(at.since_ms(engine.now()).try_into().unwrap_or(0))
        });
        tokio::select! {
            changed = commits.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(wait) => {}
        }
    }
}

impl Engine {
    /// Shows what is due; gives when to look again.
    fn notify(&self, desktop: &Desktop, most: usize) -> Result<Option<Timestamp>, EngineError> {
        let now = self.now();
        let since = after(now, -limits::NOTIFY_WITHIN_MS);
        let (open, closed) = self.read(|s| {
            Ok((s.calls_not_closed()?, s.calls_closed(since, callboard_store::limits::CALLS)?))
        })?;
        let mut sent: Vec<Timestamp> =
            open.iter().chain(&closed).filter_map(|call| call.body.notified_at).collect();
        // One that told of several calls was one.
        sent.sort();
        sent.dedup();
        let waiting: Vec<Waiting> = open.iter().filter_map(waiting_of).collect();
        let due = due(&waiting, &sent, most, now);
        for (at, notification) in (0..).zip(due.now) {
            // Each at a moment of its own, by which they are counted.
            let told_at = after(now, at);
            let calls = notification.calls;
            // Kept first: one that is not shown is missed once, one that is not kept would be shown for ever.
            self.ask(move |core| core.notified(&calls, told_at))?;
            if !desktop.show(&notification.title, &notification.text) {
                tracing::debug!("the desktop did not take a notification");
            }
        }
        Ok(due.again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms)
    }

    fn call(id: i64, urgency: Urgency, asked: i64) -> Waiting {
        let question = format!("q{id}");
        let asked_at = at(asked);
        Waiting {
            id: CallId(id),
            urgency,
            asked_at,
            question,
            is_notified: false,
            is_astray: false,
        }
    }

    fn told(due: &Due) -> Vec<Vec<i64>> {
        due.now.iter().map(|n| n.calls.iter().map(|id| id.0).collect()).collect()
    }

    #[test]
    fn only_what_waits_for_ten_seconds_and_cannot_go_on_is_told() {
        let calls = [
            call(1, Urgency::Permission, 0),
            call(2, Urgency::Irreversible, 1000),
            call(3, Urgency::Finished, 0),
            call(4, Urgency::Question, 9000),
            Waiting { is_notified: true, ..call(5, Urgency::Question, 0) },
            Waiting { is_astray: true, ..call(6, Urgency::Failure, 9000) },
        ];
        let early = due(&calls, &[], 5, at(9_999));
        assert_eq!((told(&early), early.again), (vec![], Some(at(10_000))));
        let later = due(&calls, &[], 5, at(11_000));
        assert_eq!((told(&later), later.again), (vec![vec![2], vec![1]], Some(at(19_000))));
        assert_eq!(due(&calls, &[], 0, at(MINUTE)), Due::default());
    }

    #[test]
    fn the_last_one_of_ten_minutes_tells_all_that_is_left() {
        let calls: Vec<_> = (1..=6).map(|id| call(id, Urgency::Permission, id)).collect();
        let now = at(20 * MINUTE);
        let sent = [at(MINUTE), at(12 * MINUTE)];
        let shown = due(&calls, &sent, 3, now);
        assert_eq!(told(&shown), [vec![1], vec![2, 3, 4, 5, 6]]);
        assert_eq!(shown.now[1].title, "5 calls wait for you");
        let full = due(&calls, &sent, 1, now);
        assert_eq!((told(&full), full.again), (vec![], Some(at(22 * MINUTE))));
    }
}
