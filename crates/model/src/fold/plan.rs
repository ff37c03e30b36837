//! The plan that an agent keeps, and how far it is.

use serde::{Deserialize, Serialize};

use crate::event::{Plan, PlanChange, PlanStep, StepStatus};
use crate::text::{clip, one_line};
use crate::{Ordinal, limits};

/// A plan's steps and how far they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTrack {
    /// The steps in the agent's order, given-up ones left out.
    pub steps: Vec<PlanStep>,
    /// Where the step being done was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_since: Option<Ordinal>,
    /// Steps beyond those kept.
    #[serde(default)]
    pub dropped: u32,
}

impl PlanTrack {
    /// Steps done, and steps in all.
    #[must_use]
    pub fn done_of(&self) -> (usize, usize) {
        (self.with(StepStatus::Completed).count(), self.steps.len() + self.dropped as usize)
    }

    /// The step being done, else the first not begun; with its number from 1.
    #[must_use]
    pub fn current(&self) -> Option<(usize, &str)> {
        self.with(StepStatus::InProgress)
            .next()
            .or_else(|| self.with(StepStatus::Pending).next().filter(|_| self.done_of().0 > 0))
            .map(|(at, step)| (at + 1, step.text.as_str()))
    }

    /// The step that is marked as being done.
    #[must_use]
    pub fn in_progress(&self) -> Option<(usize, &str)> {
        self.with(StepStatus::InProgress).next().map(|(at, step)| (at + 1, step.text.as_str()))
    }

    /// Whether there are steps and all are done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let (done, all) = self.done_of();
        all > 0 && done == all
    }

    fn with(&self, status: StepStatus) -> impl Iterator<Item = (usize, &PlanStep)> {
        self.steps.iter().enumerate().filter(move |(_, s)| s.status == Some(status))
    }

    pub(super) fn apply(&mut self, plan: &Plan) {
        match plan.change {
            PlanChange::Propose => {}
            PlanChange::Replace => {
                self.steps.clear();
                self.dropped = 0;
                self.add(&plan.steps);
            }
            PlanChange::Add => {
                // A finished plan makes way for the next.
                if self.is_done() {
                    self.steps.clear();
                    self.dropped = 0;
                }
                self.add(&plan.steps);
            }
            PlanChange::Update => plan.steps.iter().for_each(|step| self.update(step)),
        }
    }

    fn add(&mut self, steps: &[PlanStep]) {
        for step in steps.iter().filter(|s| s.status != Some(StepStatus::Dropped)) {
            if self.steps.len() >= limits::PLAN_STEPS {
                self.dropped += 1;
                continue;
            }
            self.steps.push(PlanStep {
                id: step.id.as_deref().map(|id| clip(id, 40)),
                text: clip(&one_line(crate::text::head(&step.text, 1_000)), limits::LINE_CHARS),
                status: step.status.or(Some(StepStatus::Pending)),
            });
        }
    }

    fn update(&mut self, change: &PlanStep) {
        let Some(id) = change.id.as_deref().map(|id| clip(id, 40)) else { return };
        let Some(at) = self.steps.iter().position(|s| s.id.as_ref() == Some(&id)) else { return };
        if change.status == Some(StepStatus::Dropped) {
            self.steps.remove(at);
            return;
        }
        let step = &mut self.steps[at];
        step.status = change.status.or(step.status);
        if !change.text.is_empty() {
            step.text = clip(&one_line(crate::text::head(&change.text, 1_000)), limits::LINE_CHARS);
        }
    }

    /// Names the steps that were added without an id, once the result tells it.
    pub(super) fn name_last(&mut self, id: &str) {
        if let Some(step) = self.steps.iter_mut().find(|s| s.id.is_none()) {
            step.id = Some(clip(id, 40));
        }
    }
}
