//! Commands that failed, and what was done until they did not.

use serde::{Deserialize, Serialize};

use super::Mended;
use super::commands::{covers, is_aside, name_of, without_filters};
use super::output::Ended;
use crate::check::{CheckKind, Verdict};
use crate::purpose::Purpose;
use crate::{Ordinal, limits};

/// Commands whose last run failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Failures {
    open: Vec<Failed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Failed {
    name: String,
    line: String,
    check: Option<CheckKind>,
    failure: Vec<String>,
    at: Ordinal,
    /// Files written since, each with its last edit.
    edited: Vec<(String, Ordinal)>,
    /// Other commands that succeeded since.
    ran: Vec<(String, Ordinal)>,
}

impl Failures {
    /// A file was written.
    pub(super) fn edited(&mut self, path: &str, ordinal: Ordinal) {
        for failed in &mut self.open {
            failed.edited.retain(|(known, _)| known != path);
            if failed.edited.len() >= limits::MENDING_STEPS {
                failed.edited.remove(0);
            }
            failed.edited.push((path.to_owned(), ordinal));
        }
    }

    /// A command ended; gives what it proves to be mended, with the places that prove it.
    pub(super) fn ended(
        &mut self,
        line: &str,
        purpose: &Purpose,
        ended: &Ended,
        [_, result]: [Ordinal; 2],
    ) -> Vec<(Mended, Vec<Ordinal>)> {
        let name = name_of(purpose);
        let check = match purpose {
            Purpose::Check { check, .. } => Some(*check),
            _ => None,
        };
        let same = |failed: &Failed| {
            failed.name == name || failed.check == check && covers(line, &failed.line)
        };
        match ended.verdict {
            Verdict::Unknown => Vec::new(),
            Verdict::Passed => {
                let (mended, open) = std::mem::take(&mut self.open).into_iter().partition(same);
                self.open = open;
                for failed in &mut self.open {
                    if failed.ran.len() < limits::MENDING_STEPS && !is_aside(line) {
                        failed.ran.push((without_filters(line).to_owned(), result));
                    }
                }
                let mended: Vec<Failed> = mended;
                mended.into_iter().map(|failed| failed.mended(line, result)).collect()
            }
            Verdict::Failed => {
                let known = self.open.iter().position(|failed| failed.name == name);
                let before = known.map(|at| self.open.remove(at));
                let mut mended = Vec::new();
                let mut now = Failed {
                    name,
                    line: without_filters(line).to_owned(),
                    check,
                    failure: ended.failure.clone(),
                    at: result,
                    edited: Vec::new(),
                    ran: Vec::new(),
                };
                if let Some(before) = before {
                    let is_worked_on = !before.edited.is_empty() || !before.ran.is_empty();
                    if before.failure == ended.failure {
                        now = before;
                    } else if is_worked_on {
                        // Another failure than before: what was done in between mended the first.
                        mended.push(before.mended(line, result));
                    }
                }
                if self.open.len() >= limits::FAILED_COMMANDS {
                    self.open.remove(0);
                }
                self.open.push(now);
                mended
            }
        }
    }
}

impl Failed {
    fn mended(self, line: &str, passed_at: Ordinal) -> (Mended, Vec<Ordinal>) {
        let steps = self.edited.iter().chain(&self.ran).map(|(_, ordinal)| *ordinal);
        let mut places: Vec<Ordinal> = steps.collect();
        places.sort_unstable();
        places.insert(0, self.at);
        places.push(passed_at);
        let mended = Mended {
            passed_as: Some(without_filters(line).to_owned()).filter(|line| *line != self.line),
            command: self.line,
            failure: self.failure,
            edited: self.edited.into_iter().map(|(path, _)| path).collect(),
            ran: self.ran.into_iter().map(|(line, _)| line).collect(),
        };
        (mended, places)
    }
}
