//! What a session's events add up to, kept up to date one event at a time.

pub mod checks;
pub mod files;
pub mod headway;
pub mod landed;
pub mod milestones;
pub mod plan;
mod results;
pub mod said;
pub mod stretch;
pub mod turn;
pub mod usage;
pub mod uses;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use checks::Checks;
pub use files::{FileUse, FilesTouched};
pub use headway::{Headway, Stuck};
pub use landed::{CommitMade, Landed};
pub use milestones::{Milestone, MilestoneKind, Milestones};
pub use plan::PlanTrack;
pub use said::{Facts, Trouble, Words};
pub use stretch::{Step, Stretch, Verb};
pub use turn::TurnTrack;
pub use usage::{Tokens, UsageTotals};
pub use uses::{Background, BackgroundWork, Doing, OpenUse, OpenUses};

use crate::activity::{self, Activity};
use crate::call::{CallDetail, CallKind};
use crate::check::CheckRun;
use crate::event::{Author, EventBody, Failure, Prompt, TurnPhase};
use crate::fact::FactTracker;
use crate::goal::{self, Goal, Request};
use crate::session::{Fact, FactSource, Outcome, TurnState};
use crate::{Ordinal, Timestamp};

/// Changes whenever a fold of the same events would come out differently.
pub const VERSION: u32 = 8;

/// An event's place: its order in the session, and when it happened.
pub(crate) type Place = (Ordinal, Option<Timestamp>);

/// The sum of a session's events so far.
///
/// Folding all events anew gives the same as folding them as they came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionFold {
    /// The rules it was folded by: a fold of another version is folded anew.
    pub version: u32,
    /// When its first event happened.
    pub started_at: Option<Timestamp>,
    /// When its last event happened.
    pub updated_at: Option<Timestamp>,
    /// The last event's place.
    pub last: Ordinal,
    /// Number of events.
    pub events: u64,
    /// Facts about the session.
    pub facts: Facts,
    /// What its user last directed it to.
    pub goal: Option<Goal>,
    /// What its user directed it to first.
    pub first_goal: Option<Goal>,
    /// The agent's command that was used last, until work shows what it was for.
    pub command: Option<String>,
    /// The last prompt, in one line.
    pub prompted: Option<String>,
    /// Prompts since the goal was set that only nudged the session along.
    pub nudges: u32,
    /// Prompts of its user in all.
    pub prompts: u32,
    /// Where the turn stands.
    pub turn: TurnTrack,
    /// Tool uses without a result.
    pub open: OpenUses,
    /// Commands and subagents that run on.
    pub background: Background,
    /// The current stretch of work.
    pub stretch: Stretch,
    /// What the agent said last.
    pub said: Option<Words>,
    /// What the agent thought last, where that is readable.
    pub thought: Option<Words>,
    /// Tool uses since it said something.
    pub uses_since_said: u32,
    /// The place of the last prompt.
    pub turn_began: Option<Ordinal>,
    /// Where the agent last told that a turn begins; the prompt may come after that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_told: Option<Ordinal>,
    /// The last tool use that ended.
    pub done: Option<Done>,
    /// The plan that the agent keeps.
    pub plan: PlanTrack,
    /// The files it read and wrote.
    pub files: FilesTouched,
    /// The checks it ran.
    pub checks: Checks,
    /// What it committed, pushed and opened.
    pub landed: Landed,
    /// Tokens, cost and context.
    pub usage: UsageTotals,
    /// The last failure outside of any tool, if work has not gone on since.
    pub trouble: Option<Trouble>,
    /// How often history was summarised.
    pub compactions: u32,
    /// The last time's place.
    pub compacted: Option<Ordinal>,
    /// Whether it makes headway.
    pub headway: Headway,
    /// What is worth telling later.
    pub milestones: Milestones,
    /// What its events prove.
    pub tracker: FactTracker,
    /// It answers what Callboard asks as it stops: what it says is not about its work.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answers_at_stop: bool,
}

/// A tool use that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What it did.
    pub doing: Doing,
    /// It failed, or was refused.
    pub failed: bool,
    /// The user's words on refusing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The result's place.
    pub ordinal: Ordinal,
    /// When the result came.
    pub at: Option<Timestamp>,
}

impl Default for SessionFold {
    fn default() -> Self {
        Self {
            version: VERSION,
            started_at: None,
            updated_at: None,
            last: Ordinal::default(),
            events: 0,
            facts: Facts::default(),
            goal: None,
            first_goal: None,
            command: None,
            prompted: None,
            nudges: 0,
            prompts: 0,
            turn: TurnTrack::default(),
            open: OpenUses::default(),
            background: Background::default(),
            stretch: Stretch::default(),
            said: None,
            thought: None,
            uses_since_said: 0,
            turn_began: None,
            turn_told: None,
            done: None,
            plan: PlanTrack::default(),
            files: FilesTouched::default(),
            checks: Checks::default(),
            landed: Landed::default(),
            usage: UsageTotals::default(),
            trouble: None,
            compactions: 0,
            compacted: None,
            headway: Headway::default(),
            milestones: Milestones::default(),
            tracker: FactTracker::default(),
            answers_at_stop: false,
        }
    }
}

impl SessionFold {
    /// One that all events of a session are folded into anew: its facts take the place of those that were found before.
    #[must_use]
    pub fn anew() -> Self {
        Self { tracker: FactTracker::anew(), ..Self::default() }
    }

    /// The fold that `json` holds; `None` if it is unreadable or of another version: fold anew.
    #[must_use]
    pub fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str::<Self>(json).ok().filter(|fold| fold.version == VERSION)
    }

    /// The fold as JSON, for [`Self::from_json`].
    ///
    /// # Errors
    /// None in practice: every map is keyed by text.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// What its user last directed it to.
    #[must_use]
    pub fn goal(&self) -> Option<&Goal> {
        self.goal.as_ref()
    }

    /// What it is doing at `now`.
    #[must_use]
    pub fn activity(&self, now: Timestamp) -> Activity {
        activity::of(self, now)
    }

    /// What its user is asked to allow, where the agent tells that it asks: the whole command, or the edit.
    #[must_use]
    pub fn asks_to_allow(&self) -> Option<Activity> {
        activity::asks_to_allow(self)
    }

    /// What its user is to decide, where the agent tells that it waits: the kind, the question in one line, and what
    /// it is about.
    #[must_use]
    pub fn waits_for_user(&self) -> Option<(CallKind, String, CallDetail)> {
        activity::waits_for_user(self)
    }

    /// What it did to which files, by path. What waits to be allowed, or still runs, may come to nothing.
    #[must_use]
    pub fn files_used(&self) -> Cow<'_, BTreeMap<String, FileUse>> {
        let open = self.open.list.iter().flat_map(|open| activity::paths::touched(&open.doing));
        self.files.without(open, self.facts.cwd.as_deref())
    }

    /// The last steps, oldest first, each in one line.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        activity::steps(self)
    }

    /// The last steps without what the agent said, oldest first, each in one line.
    #[must_use]
    pub fn deeds(&self) -> Vec<String> {
        activity::deeds(self)
    }

    /// What its turn waits for, by its events alone.
    #[must_use]
    pub fn turn(&self) -> Fact<TurnState> {
        let (is, at) = match self.open.waiting(self.spoken()) {
            Some(waiting) if self.turn.state == TurnState::Working => {
                (TurnState::WaitingInput, waiting.at)
            }
            _ => (self.turn.state, self.turn.since),
        };
        Fact { is, source: FactSource::Events, at }
    }

    /// How its last turn ended, by its events alone.
    #[must_use]
    pub fn outcome(&self) -> Fact<Outcome> {
        Fact { is: self.turn.outcome, source: FactSource::Events, at: self.turn.since }
    }

    /// The last check and its result.
    #[must_use]
    pub fn last_check(&self) -> Option<&CheckRun> {
        self.checks.last()
    }

    /// Adds one event. Events come in the order of their ordinals, each once.
    pub fn apply(&mut self, ordinal: Ordinal, at: Option<Timestamp>, body: &EventBody) {
        let place = (ordinal, at);
        // Facts may be told with the copy of what another session began with.
        if !matches!(body, EventBody::Info(_)) {
            self.started_at = self.started_at.or(at);
        }
        self.updated_at = self.updated_at.max(at);
        self.last = ordinal;
        self.events += 1;
        let asked = matches!(body, EventBody::Prompt(_))
            .then(|| activity::question_in_full(self))
            .flatten();
        self.tracker.apply(place, body, self.facts.cwd.as_deref(), asked.as_deref());
        match body {
            EventBody::Prompt(prompt) => self.prompt(prompt, place),
            EventBody::Text { .. } if self.answers_at_stop => self.work(at),
            EventBody::Text { text } => {
                self.work(at);
                let words = Words::of(text, place)
                    .filter(|w| self.said.is_none() || !activity::is_empty(w));
                self.said = words.or(self.said.take());
                self.uses_since_said = 0;
            }
            EventBody::Thinking { text } => {
                self.work(at);
                self.thought = Words::of(text, place).or(self.thought.take());
            }
            EventBody::Result(result) => self.result(result, place),
            EventBody::Usage(usage) => self.usage.apply(usage),
            EventBody::Compaction(_) => {
                self.compactions += 1;
                self.compacted = Some(ordinal);
                self.stretch.restart(at);
                self.milestones.push(MilestoneKind::Compacted, place, "");
            }
            EventBody::Error(failure) => self.failure(failure, place),
            EventBody::Turn(turn) => self.turn_event(turn.phase, place),
            EventBody::Info(info) => {
                self.facts.apply(info);
                if let Some(address) = &info.pull_request {
                    self.pull_request(address, place);
                }
            }
            EventBody::Notice { .. } | EventBody::Unknown { .. } => {}
            _ => self.tool_use(body, place),
        }
    }

    fn work(&mut self, at: Option<Timestamp>) {
        self.turn.seen_at_work(at);
        self.trouble = None;
    }

    fn prompt(&mut self, prompt: &Prompt, place: Place) {
        if prompt.author == Author::Command {
            self.command = Some(crate::text::clip(&prompt.text, crate::limits::OBJECT_CHARS));
        }
        if !matches!(prompt.author, Author::User | Author::Agent) {
            self.answers_at_stop |=
                prompt.author == Author::Program && crate::stop::is_question(&prompt.text);
            // The agent's program announces what ended in the background.
            if !self.background.list.is_empty() {
                self.background.told(crate::text::head(&prompt.text, 2_000), &prompt.text);
            }
            return;
        }
        if self.turn.state == TurnState::Working
            && self.said_last()
            && self.spoken() > self.turn_told
        {
            // Some formats do not say that a turn ended; the next prompt after closing words does.
            self.finish(Outcome::Completed, place);
        }
        self.answers_at_stop = false;
        let asked = activity::asked(self);
        let command = self.command.take();
        self.turn.work(place.1);
        self.turn.since = place.1;
        self.turn_began = Some(place.0);
        self.trouble = None;
        self.prompts += 1;
        self.uses_since_said = 0;
        self.open.list.clear();
        self.done = None;
        self.said = None;
        self.thought = None;
        self.stretch.restart(place.1);
        self.headway.prompted();
        let request = Request::read(&prompt.text);
        self.prompted = request.in_short();
        match request.goal(self.goal.as_ref(), asked, place) {
            Some(goal) => {
                let goal = goal.about(command.as_deref());
                self.milestones.push(MilestoneKind::Directed, place, &goal.text);
                self.first_goal.get_or_insert_with(|| goal.clone());
                self.goal = Some(goal);
                self.nudges = 0;
            }
            None => self.nudges += 1,
        }
    }

    /// A command of the agent that leads to work is the goal, if there is none yet.
    fn adopt_command(&mut self, place: Place) {
        if let Some(command) = self.command.take()
            && self.goal.is_none()
        {
            self.goal = goal::of_command(&command, place);
        }
    }

    /// Where the agent last said something.
    pub(crate) fn spoken(&self) -> Option<Ordinal> {
        self.said.as_ref().map(|words| words.ordinal)
    }

    /// Whether the agent's last words ask something.
    #[must_use]
    pub fn asks_in_its_last_words(&self) -> bool {
        activity::asked(self)
    }

    /// Whether the agent's last act was to say something.
    #[must_use]
    pub fn said_last(&self) -> bool {
        let done = self.done.as_ref().map(|d| d.ordinal);
        self.spoken().is_some_and(|said| Some(said) > done)
            && self.open.current(self.spoken()).next().is_none()
    }

    /// After which moment the agent's last words count as the end of its turn: older formats do not say
    /// that one ended, and this is how it looks. `None` unless it said something last.
    #[must_use]
    pub fn silence_ends(&self) -> Option<Timestamp> {
        let said_at = self.updated_at.filter(|_| self.said_last())?;
        Some(said_at.plus_ms(crate::limits::LAST_WORD_MS))
    }

    /// Whether the agent had the last word, and nothing followed for long.
    #[must_use]
    pub fn had_the_last_word(&self, now: Timestamp) -> bool {
        self.silence_ends().is_some_and(|end| now > end)
    }

    fn tool_use(&mut self, body: &EventBody, place: Place) {
        let (Some(doing), Some(tool_use)) = (Doing::of(body), body.tool_use()) else { return };
        self.work(place.1);
        self.adopt_command(place);
        let cwd = self.facts.cwd.clone();
        for (path, edit) in activity::paths::touched(&doing) {
            self.files.touch(&activity::paths::absolute(path, cwd.as_deref()), edit, place);
        }
        self.uses_since_said += 1;
        self.stretch.add(&doing, place);
        let plan_before = matches!(body, EventBody::Plan(_)).then(|| Box::new(self.plan.clone()));
        match body {
            EventBody::Plan(plan) => {
                let step = self.plan.in_progress().map(|(_, text)| text.to_owned());
                self.plan.apply(plan);
                if self.plan.in_progress().map(|(_, text)| text) != step.as_deref() {
                    self.stretch.restart(place.1);
                    self.plan.step_since = Some(place.0);
                }
            }
            EventBody::Edit(edit) => self.headway.edited(edit),
            EventBody::Question(_) => {
                if let Doing::Ask { question, .. } = &doing {
                    self.milestones.push(MilestoneKind::Asked, place, question);
                }
            }
            _ => {}
        }
        if let Doing::Propose { title } = &doing {
            self.milestones.push(
                MilestoneKind::Asked,
                place,
                &format!("approve its plan: {title}"),
            );
        }
        let id = uses::short_id(&tool_use.tool_use_id);
        let command = match body {
            EventBody::Command(command) => Some(uses::object(&command.command)),
            _ => None,
        };
        let (ordinal, at) = place;
        self.open.open(OpenUse { id, doing, ordinal, at, command, plan_before });
    }

    fn failure(&mut self, failure: &Failure, place: Place) {
        let before = self.trouble.as_ref().map_or(0, |t| t.count);
        let trouble = Trouble::of(failure, before, place);
        if !trouble.retries {
            self.milestones.push(MilestoneKind::Failed, place, &trouble.text);
            self.turn.end(Outcome::Failed, place.1);
        }
        self.trouble = Some(trouble);
    }

    fn turn_event(&mut self, phase: TurnPhase, place: Place) {
        match phase {
            TurnPhase::Started => {
                self.turn_told = Some(place.0);
                self.turn.work(place.1);
            }
            TurnPhase::Completed => self.finish(Outcome::Completed, place),
            TurnPhase::Interrupted => {
                if self.turn.outcome != Outcome::Interrupted {
                    let doing = activity::now_doing(self);
                    self.milestones.push(MilestoneKind::Interrupted, place, &doing);
                    self.turn.broken_off = Some(doing).filter(|d| !d.is_empty());
                }
                self.finish(Outcome::Interrupted, place);
            }
            TurnPhase::Failed => self.finish(Outcome::Failed, place),
        }
    }

    fn finish(&mut self, outcome: Outcome, place: Place) {
        let news = self.turn.state == TurnState::Working;
        if self.answers_at_stop && self.said.is_some() {
            // Its closing words stand behind what it kept.
            self.done = None;
        }
        self.turn.end(outcome, place.1);
        if news && outcome == Outcome::Completed {
            let words = activity::closing(self);
            self.milestones.push(MilestoneKind::Finished, place, &words);
        }
        // Whatever had no result will get none.
        self.open.list.clear();
    }
}
