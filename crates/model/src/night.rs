//! A night: a queue of tasks that is worked while nobody is there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::call::CallKind;
use crate::owned::{Limited, Owned, OwnedState, PromptStep};
use crate::session::TurnState;
use crate::{CallId, SessionId, TaskId, Timestamp, WorkspaceId};

/// What became of a task in a night.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NightOutcome {
    /// It waits for its turn.
    #[default]
    Waiting,
    /// It is worked on.
    Working,
    /// A limit holds it up; it goes on by itself.
    Limited,
    /// It asks what no rule answers; it goes on with the answer.
    Parked,
    /// Its turn ended.
    Finished,
    /// It failed, or could not be started.
    Failed,
    /// It was broken off.
    Interrupted,
    /// The night was over before its turn came.
    NotStarted,
}

impl NightOutcome {
    /// In words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waits for its turn",
            Self::Working => "works",
            Self::Limited => "waits for a limit",
            Self::Parked => "parked",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::NotStarted => "not started",
        }
    }

    /// It takes a place in the night. What is parked does not.
    #[must_use]
    pub fn takes_place(self) -> bool {
        matches!(self, Self::Working | Self::Limited)
    }
}

/// A limit that held a task up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NightLimit {
    /// In the agent's words.
    pub text: String,
    /// Since when.
    pub from: Timestamp,
    /// Until when, as it was said.
    pub until: Option<Timestamp>,
    /// When it went on.
    pub to: Option<Timestamp>,
}

/// A task of a night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NightTask {
    /// The task.
    pub task: TaskId,
    /// What works on it, once it is asked for.
    pub owned: Option<i64>,
    /// What became of it.
    pub outcome: NightOutcome,
    /// The session, once there is one.
    #[serde(default)]
    pub session: Option<SessionId>,
    /// What it asks, where it is parked.
    #[serde(default)]
    pub call: Option<CallId>,
    /// The limits that held it up, oldest first.
    #[serde(default)]
    pub limits: Vec<NightLimit>,
    /// Why it failed.
    #[serde(default)]
    pub note: Option<String>,
}

impl NightTask {
    /// One that waits for its turn.
    #[must_use]
    pub fn waiting(task: TaskId) -> Self {
        Self {
            task,
            owned: None,
            outcome: NightOutcome::Waiting,
            session: None,
            call: None,
            limits: Vec::new(),
            note: None,
        }
    }

    /// What is known of it now: of what works on it, and of the call that it waits for.
    pub fn follow(&mut self, owned: &Owned, asked: Option<(CallId, CallKind)>, now: Timestamp) {
        let asked = asked.filter(|(_, kind)| kind.is_asked()).map(|(call, _)| call);
        self.session = owned.session.or(self.session);
        self.outcome = outcome(owned, asked.is_some());
        self.call = asked.filter(|_| self.outcome == NightOutcome::Parked);
        self.note = owned
            .failure
            .clone()
            .filter(|_| matches!(self.outcome, NightOutcome::Failed | NightOutcome::Interrupted));
        self.follow_limit(owned.limited.as_ref(), now);
    }

    fn follow_limit(&mut self, limited: Option<&Limited>, now: Timestamp) {
        let open = self.limits.last_mut().filter(|limit| limit.to.is_none());
        match (limited, open) {
            (Some(limited), Some(open)) => open.until = limited.until.or(open.until),
            (Some(limited), None) => self.limits.push(NightLimit {
                text: limited.text.clone(),
                from: now,
                until: limited.until,
                to: None,
            }),
            (None, Some(open)) => open.to = Some(now),
            (None, None) => {}
        }
    }
}

fn outcome(owned: &Owned, is_asking: bool) -> NightOutcome {
    let was_refused = owned.prompts.iter().any(|p| matches!(p.step, PromptStep::Refused(_)));
    match owned.state {
        OwnedState::Queued | OwnedState::Preparing | OwnedState::Starting => NightOutcome::Working,
        OwnedState::Ended => NightOutcome::Finished,
        OwnedState::Interrupted => NightOutcome::Interrupted,
        OwnedState::Failed => NightOutcome::Failed,
        OwnedState::Running if is_asking => NightOutcome::Parked,
        OwnedState::Running if owned.limited.is_some() => NightOutcome::Limited,
        OwnedState::Running if owned.turn != TurnState::Idle || owned.has_prompts() => {
            NightOutcome::Working
        }
        OwnedState::Running if owned.failure.is_some() || was_refused => NightOutcome::Failed,
        OwnedState::Running => NightOutcome::Finished,
    }
}

/// A queue that is worked unattended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Night {
    /// Its number.
    pub id: i64,
    /// Where it belongs.
    pub workspace: WorkspaceId,
    /// When it began.
    pub begun_at: Timestamp,
    /// From then on nothing is started.
    pub until: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// How many are worked on at the same time.
    pub running: u32,
    /// Which agent; the usual one if not given.
    pub agent: Option<String>,
    /// The model asked for.
    pub model: Option<String>,
    /// The permission mode asked for.
    pub mode: Option<String>,
    /// The tasks, in their order.
    pub tasks: Vec<NightTask>,
    /// What keeps the machine awake.
    #[serde(default)]
    pub awake: Option<String>,
    /// Why nothing does.
    #[serde(default)]
    pub may_sleep: Option<String>,
}

impl Night {
    /// The next task to start, if there is a place for it.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> Option<usize> {
        let taken = self.tasks.iter().filter(|task| task.outcome.takes_place()).count();
        if !self.may_start(now) || taken >= usize::try_from(self.running).unwrap_or(usize::MAX) {
            return None;
        }
        self.tasks.iter().position(|task| task.outcome == NightOutcome::Waiting)
    }

    fn may_start(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.until.is_none_or(|until| now < until)
    }

    /// Has nothing more started, and what is worked on waited for; told a second time, it is over.
    pub fn end(&mut self, now: Timestamp) {
        let was_told = !self.may_start(now);
        if !was_told {
            self.until = Some(now);
        }
        self.end_if_over(now, was_told);
    }

    /// Ends it once nothing is worked on and nothing is to be started, or at once.
    pub fn end_if_over(&mut self, now: Timestamp, at_once: bool) {
        let is_busy = self.tasks.iter().any(|task| {
            task.outcome.takes_place()
                || (task.outcome == NightOutcome::Waiting && self.may_start(now))
        });
        if self.ended_at.is_some() || (is_busy && !at_once) {
            return;
        }
        self.ended_at = Some(now);
        for task in self.tasks.iter_mut().filter(|task| task.outcome == NightOutcome::Waiting) {
            task.outcome = NightOutcome::NotStarted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AgentName;
    use crate::owned::OwnedPrompt;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms)
    }

    fn night(running: u32, until: Option<i64>) -> Night {
        Night {
            id: 1,
            workspace: WorkspaceId(1),
            begun_at: at(0),
            until: until.map(at),
            ended_at: None,
            running,
            agent: None,
            model: None,
            mode: None,
            tasks: (1..=3).map(|n| NightTask::waiting(TaskId(n))).collect(),
            awake: None,
            may_sleep: None,
        }
    }

    #[test]
    fn what_is_parked_gives_its_place_to_the_next_and_what_waits_for_a_limit_keeps_it() {
        let mut night = night(1, None);
        assert_eq!(night.next(at(1)), Some(0));
        night.tasks[0].outcome = NightOutcome::Limited;
        assert_eq!(night.next(at(1)), None);
        night.tasks[0].outcome = NightOutcome::Parked;
        assert_eq!(night.next(at(1)), Some(1));
        night.tasks[1].outcome = NightOutcome::Finished;
        night.tasks[2].outcome = NightOutcome::Failed;
        night.end_if_over(at(2), false);
        assert_eq!(night.ended_at, Some(at(2)));
    }

    #[test]
    fn from_its_end_on_nothing_is_started_and_what_works_is_waited_for() {
        let mut night = night(1, Some(10));
        night.tasks[0].outcome = NightOutcome::Working;
        night.end_if_over(at(10), false);
        assert_eq!((night.ended_at, night.next(at(10))), (None, None));
        night.tasks[0].outcome = NightOutcome::Finished;
        night.end_if_over(at(11), false);
        assert_eq!(night.ended_at, Some(at(11)));
        assert_eq!(night.tasks[1].outcome, NightOutcome::NotStarted);
    }

    #[test]
    fn told_to_end_it_waits_for_what_works_and_told_again_for_nothing() {
        let mut night = night(1, None);
        night.tasks[0].outcome = NightOutcome::Working;
        night.end(at(5));
        assert_eq!((night.ended_at, night.next(at(5))), (None, None));
        night.end(at(6));
        assert_eq!(night.ended_at, Some(at(6)));
        let mut idle = self::night(1, None);
        idle.end(at(5));
        assert_eq!(idle.ended_at, Some(at(5)));
    }

    #[test]
    fn a_task_is_what_its_session_is() {
        let mut task = NightTask::waiting(TaskId(1));
        let mut owned = Owned::asked(WorkspaceId(1), AgentName::known("claude"), at(0));
        let mut follow = |owned: &Owned, asked, now| {
            task.follow(owned, asked, at(now));
            task.outcome
        };
        owned.prompts = vec![OwnedPrompt::waiting("go".into(), at(0))];
        (owned.state, owned.turn) = (OwnedState::Running, TurnState::Idle);
        assert_eq!(follow(&owned, None, 1), NightOutcome::Working);
        owned.prompts.clear();
        owned.limited = Some(Limited { until: Some(at(9)), text: "over".into() });
        assert_eq!(follow(&owned, None, 2), NightOutcome::Limited);
        owned.limited = None;
        owned.turn = TurnState::WaitingPermission;
        let asked = Some((CallId(7), CallKind::Permission));
        assert_eq!(follow(&owned, asked, 9), NightOutcome::Parked);
        owned.turn = TurnState::Idle;
        assert_eq!(follow(&owned, None, 12), NightOutcome::Finished);
        assert_eq!((task.call, task.limits[0].to), (None, Some(at(9))));
    }
}
