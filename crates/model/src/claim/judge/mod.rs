//! Claims beside the record.

mod changes;
mod disclosed;
mod kept;
mod passes;
mod reproduced;
mod subject;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::run::{Came, Run, runs};
use super::{Claim, ClaimKind, Evidence, Verdict};
use crate::Cite;
use crate::fact::{covers, without_filters};
use crate::receipt::{Finding, Rule};
use crate::text::clip;

/// A claim with what the record says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Judged {
    /// The claim.
    #[serde(flatten)]
    pub claim: Claim,
    /// What the record says.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub why: String,
    /// The commands that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Cite>,
}

/// What the record says of one claim.
struct Finds {
    verdict: Verdict,
    why: String,
    sources: Vec<Cite>,
    /// It rests on a failure beside those that the claim excepts by name.
    is_beyond_excepted: bool,
}

impl Finds {
    fn new(verdict: Verdict, why: impl Into<String>) -> Self {
        Self { verdict, why: why.into(), sources: Vec::new(), is_beyond_excepted: false }
    }

    /// What is said with a reservation is not held against the agent.
    fn unless_reserved(self, claim: &Claim) -> Self {
        let is_excepted =
            claim.around.is_reserved && !(self.is_beyond_excepted && claim.around.excepts_by_name);
        if self.verdict == Verdict::Contradicted && is_excepted {
            let why = format!("{} It is said with a reservation.", self.why);
            return Self { verdict: Verdict::NotChecked, why, ..self };
        }
        self
    }

    fn of(mut self, evidence: &Evidence, runs: &[&Run]) -> Self {
        let commands = evidence.commands.as_deref().unwrap_or_default();
        self.sources = runs.iter().filter_map(|run| Some(commands.get(run.at)?.cite)).collect();
        self.sources.dedup();
        self
    }
}

/// What is known while the claims of one text are judged.
struct Case<'e> {
    evidence: &'e Evidence,
    runs: Vec<Run>,
    claims: &'e [Claim],
}

/// Each claim that can be judged, with its verdict; admissions and what nobody can prove are left out.
#[must_use]
pub fn judge(claims: &[Claim], evidence: &Evidence) -> Vec<Judged> {
    let case = Case { evidence, runs: runs(evidence), claims };
    let judged = claims.iter().filter(|claim| claim.kind.is_judged()).map(|claim| {
        let Finds { verdict, why, sources, .. } = case.finds(claim).unless_reserved(claim);
        Judged { claim: claim.clone(), verdict, why, sources }
    });
    judged.collect()
}

impl Case<'_> {
    fn finds(&self, claim: &Claim) -> Finds {
        match &claim.kind {
            ClaimKind::Passes { check, scope, count, excepted } => self.passes(&passes::Said {
                check: *check,
                scope,
                count: *count,
                excepted: *excepted,
                claim,
            }),
            ClaimKind::Ran { command, check } => self.ran(command.as_deref(), *check),
            ClaimKind::Reproduced { script } => self.reproduced(script.as_deref(), &claim.quote),
            ClaimKind::Fixed => self.fixed(),
            ClaimKind::Changed { verb, names, within } => self.changed(*verb, names, within),
            ClaimKind::AddedTests { names } => self.added_tests(names),
            ClaimKind::Only { names } => self.only(names, claim),
            ClaimKind::Untouched { names, tests } => self.untouched(names, *tests),
            ClaimKind::Kept { what, names } => self.kept(*what, names, claim),
            ClaimKind::NoOtherUses { names } => self.no_other_uses(names, claim),
            ClaimKind::Looked => self.looked(),
            ClaimKind::Unprovable | ClaimKind::Admission { .. } => {
                Finds::new(Verdict::NotChecked, "Nothing on record can tell.")
            }
        }
    }

    fn looked(&self) -> Finds {
        if self.evidence.commands.is_none() {
            return no_session();
        }
        let mut sights = self.evidence.sights.iter().rev();
        match sights.next() {
            None => {
                Finds::new(Verdict::Unsupported, "No picture was taken and no page was opened.")
            }
            Some(sight) => {
                let (verdict, why) = if self.evidence.is_after_last_edit(sight.ordinal, None) {
                    (Verdict::Supported, "It was looked at after the last edit.")
                } else {
                    (Verdict::Stale, "It was last looked at before the last edit.")
                };
                Finds { sources: vec![sight.cite], ..Finds::new(verdict, why) }
            }
        }
    }

    fn fixed(&self) -> Finds {
        match self.evidence.proving.as_slice() {
            [] => Finds::new(
                Verdict::NotChecked,
                "No test is known that fails on the base and passes now.",
            ),
            [one] => {
                Finds::new(Verdict::Supported, format!("`{one}` fails on the base and passes now."))
            }
            [one, rest @ ..] => Finds::new(
                Verdict::Supported,
                format!("`{one}` and {} more tests fail on the base and pass now.", rest.len()),
            ),
        }
    }

    /// A command was run: nothing is asked of what it came to.
    fn ran(&self, command: Option<&str>, check: Option<crate::check::CheckKind>) -> Finds {
        let Some(commands) = &self.evidence.commands else { return no_session() };
        let is_it = |line: &str| {
            command.is_some_and(|command| {
                let line = without_filters(line);
                covers(line, command) || covers(command, line) || contains(line, command)
            })
        };
        let by_kind = |at: usize| {
            self.runs.iter().any(|run| {
                run.at == at && command.is_none() && (check.is_none() || Some(run.kind) == check)
            })
        };
        let found =
            commands.iter().enumerate().rev().find(|(at, ran)| is_it(&ran.line) || by_kind(*at));
        let Some((_, ran)) = found else {
            return Finds::new(Verdict::Unsupported, "No such command was seen.");
        };
        let line = shown(&ran.line);
        let is_after = self.evidence.is_after_last_edit(ran.ordinal, ran.tree.as_deref());
        let (verdict, why) = if is_after {
            (Verdict::Supported, format!("{line} ran after the last edit."))
        } else {
            (Verdict::Stale, format!("{line} ran last before the last edit."))
        };
        Finds { sources: vec![ran.cite], ..Finds::new(verdict, why) }
    }
}

/// Whether all words of `command` stand together in `line`.
fn contains(line: &str, command: &str) -> bool {
    let command = without_filters(command);
    !command.is_empty() && format!(" {line} ").contains(&format!(" {command} "))
        || line.ends_with(command) && command.contains('/')
}

fn no_session() -> Finds {
    Finds::new(Verdict::NotChecked, "No session is known that tells of commands.")
}

/// A command line as it is quoted in a sentence.
fn shown(line: &str) -> String {
    let line = crate::text::one_line(without_filters(crate::text::head(line, 400)));
    format!("`{}`", clip(&line.replace('`', "'"), 80))
}

/// The rules that claims break: those contradicted, and those of something that is not in the change.
#[must_use]
pub fn findings(judged: &[Judged]) -> Vec<Finding> {
    let found = judged.iter().filter_map(|judged| {
        let rule = match (judged.verdict, &judged.claim.kind) {
            (Verdict::Contradicted, _) => Rule::Contradicted,
            (Verdict::Unsupported, ClaimKind::Changed { .. } | ClaimKind::AddedTests { .. }) => {
                Rule::Absent
            }
            _ => return None,
        };
        Some(Finding {
            rule,
            spot: None,
            words: judged.why.clone(),
            before: clip(&judged.claim.quote, crate::limits::SAID_CHARS),
            after: String::new(),
            sources: judged.sources.clone(),
        })
    });
    found.collect()
}

/// What a run came to, in words that follow its command.
fn told(came: Came) -> &'static str {
    match came {
        Came::Passed => "passed",
        Came::Failed => "failed",
        Came::Masked => "ran with its exit code lost",
        Came::Troubled => "ended with exit code 0 and told of failures",
        Came::Empty => "ran no test",
        Came::Unclear => "ended with an error that no test tells of",
        Came::Unseen => "ended unseen",
    }
}
