//! What the result of a tool use changes.

use super::checks::CheckNews;
use super::uses::short_id;
use super::{BackgroundWork, Doing, Done, MilestoneKind, Place, SessionFold, landed};
use crate::event::ToolResult;
use crate::limits;
use crate::purpose::{Purpose, Share};
use crate::session::Outcome;
use crate::text::{clip, one_line};

impl SessionFold {
    pub(super) fn result(&mut self, result: &ToolResult, place: Place) {
        let Some(used) = self.open.close(&result.tool_use_id) else { return };
        let failed = result.refused.is_some()
            || result.interrupted
            || result.ok == Some(false)
            || result.exit_code.is_some_and(|code| code != 0);
        let doing = used.doing;
        self.headway.command_ended(&doing, result, failed);
        if failed {
            self.stretch.fail(&doing);
            self.did_not(&doing, result.refused.is_some(), used.ordinal);
            if let Some(before) = used.plan_before {
                self.plan = *before;
            }
        }
        if let Some(id) = &result.background_id {
            self.goes_on(id, &doing, used.at);
        }
        match &doing {
            Doing::Command { purpose, .. } if result.background_id.is_none() => {
                self.command_result(purpose, result, failed, place);
            }
            Doing::Tool { subject, .. } => self.background.told(subject, &result.text),
            Doing::Ask { .. } => self.answered(result, place),
            Doing::Propose { title } if !result.interrupted => {
                let kind =
                    if failed { MilestoneKind::Refused } else { MilestoneKind::PlanApproved };
                let words = result.refused.as_deref().filter(|w| !w.is_empty()).unwrap_or(title);
                self.milestones.push(kind, place, words);
            }
            Doing::Plan => {
                if let Some(id) = number_after_hash(&result.text) {
                    self.plan.name_last(id);
                }
            }
            _ => {}
        }
        if let Some(words) = &result.refused
            && !matches!(doing, Doing::Propose { .. })
        {
            let what = crate::activity::refused(self, &doing);
            let words = match words.as_str() {
                "" => what,
                words => format!("{what}: {words}"),
            };
            self.milestones.push(MilestoneKind::Refused, place, &words);
        }
        let refused = result.refused.as_deref().map(|w| clip(&one_line(w), limits::OBJECT_CHARS));
        let broken_off = refused.is_some() && self.turn.outcome == Outcome::Interrupted;
        self.done = Some(Done { doing, failed, refused, ordinal: place.0, at: place.1 });
        if broken_off {
            self.turn.broken_off = Some(crate::activity::now_doing(self));
        }
    }

    /// What a use that failed was to do did not happen, as far as that is sure.
    fn did_not(&mut self, doing: &Doing, is_refused: bool, begun: crate::Ordinal) {
        // A command that fails may have written before.
        if is_refused || matches!(doing, Doing::Edit { .. }) {
            let cwd = self.facts.cwd.clone();
            for (path, edit) in crate::activity::paths::touched(doing) {
                let path = crate::activity::paths::absolute(path, cwd.as_deref());
                self.files.untouch(&path, edit);
            }
        }
        // A tool that is not to be had asks nobody.
        if matches!(doing, Doing::Ask { .. }) && !is_refused {
            self.milestones.take_back(MilestoneKind::Asked, begun);
        }
    }

    fn goes_on(&mut self, id: &str, doing: &Doing, at: Option<crate::Timestamp>) {
        let (subagent, title) = match doing {
            Doing::Delegate { title } => (true, title.as_str()),
            Doing::Command {
                purpose: Purpose::Check { command, .. } | Purpose::Run { command },
                ..
            } => (false, command.as_str()),
            Doing::Command { description, .. } => {
                (false, description.as_deref().unwrap_or_default())
            }
            _ => return,
        };
        self.background.begin(BackgroundWork {
            id: short_id(id),
            subagent,
            title: title.to_owned(),
            at,
        });
    }

    fn command_result(
        &mut self,
        purpose: &Purpose,
        result: &ToolResult,
        failed: bool,
        place: Place,
    ) {
        match purpose {
            Purpose::Check { .. } => {
                let Some((news, run)) = self.checks.record(purpose, result, place) else { return };
                let kind = match news {
                    CheckNews::Failed => Some(MilestoneKind::CheckFailed),
                    CheckNews::Fixed => Some(MilestoneKind::CheckFixed),
                    CheckNews::FailedAsBefore | CheckNews::Other => None,
                };
                let text = format!("`{}` {}", run.command, run.result());
                if let Some(kind) = kind {
                    self.milestones.push(kind, place, &text);
                }
            }
            Purpose::Share { act, subject } => self.shared(*act, subject, result, failed, place),
            _ => {}
        }
    }

    fn shared(
        &mut self,
        act: Share,
        subject: &str,
        result: &ToolResult,
        failed: bool,
        place: Place,
    ) {
        // A line such as `git add … && git commit … && git push` commits even if the push fails.
        if let Some(commit) = self.landed.commit(subject_of(act, subject), &result.text, place) {
            let text = commit.subject.clone();
            self.milestones.push(MilestoneKind::Committed, place, &text);
            self.stretch.restart(place.1);
        }
        if failed {
            return;
        }
        match act {
            Share::Push if subject.contains("--dry-run") || subject.starts_with("-n ") => {}
            Share::Push => {
                self.landed.push(place.0);
                let told = landed::pushed_branch(&result.text);
                let branch =
                    told.or_else(|| result.stderr.as_deref().and_then(landed::pushed_branch));
                self.milestones.push(MilestoneKind::Pushed, place, branch.unwrap_or(subject));
            }
            Share::PullRequest => {
                let address = landed::pull_request_address(&result.text).map(str::to_owned);
                if let Some(address) = address {
                    self.pull_request(&address, place);
                }
            }
            Share::Commit | Share::Merge => {}
        }
    }

    pub(super) fn pull_request(&mut self, address: &str, place: Place) {
        if self.landed.pull_request.as_deref() != Some(address) {
            self.landed.pull_request = Some(clip(address, limits::PATH_CHARS));
            self.milestones.push(MilestoneKind::PullRequest, place, address);
        }
    }

    fn answered(&mut self, result: &ToolResult, place: Place) {
        if result.refused.is_some() || result.interrupted {
            return;
        }
        let answers: Vec<&str> = result.answers.iter().map(|(_, answer)| answer.as_str()).collect();
        // An agent may not let its model ask here: then nobody was asked, and nobody answered.
        if !answers.is_empty() {
            self.milestones.push(MilestoneKind::Answered, place, &answers.join("; "));
        }
    }
}

fn subject_of(act: Share, subject: &str) -> &str {
    if act == Share::Commit { subject } else { "" }
}

/// The id that a tool gives a new step, as in `Task #3 created`.
fn number_after_hash(text: &str) -> Option<&str> {
    let rest = &text[text.find('#')? + 1..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    (digits > 0).then(|| &rest[..digits])
}
