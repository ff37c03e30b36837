//! Rules of conduct: what a session did that makes its own proof worth less.

mod borrowed;
mod bypass;
mod checks;
#[cfg(test)]
mod tests;

use super::{Finding, Rule};
use crate::claim::{Claim, Command, Evidence, runs};
use crate::limits;
use crate::shell::CommandLine;
use crate::text::{clip, one_line};

/// What the rules of conduct find in a session's record, beside what it claims; at most
/// [`limits::CONDUCT_CASES`] of each rule, the latest.
#[must_use]
pub fn findings(evidence: &Evidence, claims: &[Claim]) -> Vec<Finding> {
    let mut out = Vec::new();
    if evidence.commands.is_some() {
        let runs = runs(evidence);
        out.extend(checks::findings(evidence, &runs, claims));
    }
    for command in evidence.commands.iter().flatten() {
        let line = crate::purpose::unwrap_shell(CommandLine::parse(&command.line));
        out.extend(bypass::findings(command, &line));
        out.extend(borrowed::finding(command, &line, evidence.history.as_deref()));
    }
    out.extend(evidence.unopened.iter().map(|unopened| Finding {
        spot: Some(unopened.spot.clone()),
        ..finding(
            Rule::NotExamined,
            format!("uses `{}`, which changed, and was never opened", unopened.symbol),
        )
    }));
    bounded(out)
}

fn bounded(found: Vec<Finding>) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    for finding in found.into_iter().rev() {
        let of_rule = out.iter().filter(|other| other.rule == finding.rule).count();
        let is_told = out.iter().any(|other| {
            other.rule == finding.rule && other.words == finding.words && other.spot == finding.spot
        });
        if of_rule < limits::CONDUCT_CASES && !is_told {
            out.push(finding);
        }
    }
    out.reverse();
    out
}

fn finding(rule: Rule, words: String) -> Finding {
    Finding {
        rule,
        spot: None,
        words,
        before: String::new(),
        after: String::new(),
        sources: Vec::new(),
    }
}

/// A case that one command proves.
fn by_command(rule: Rule, words: String, command: &Command) -> Finding {
    Finding { sources: vec![command.cite], ..finding(rule, words) }
}

/// A command as it is quoted in a sentence.
fn shown(line: &str) -> String {
    format!("`{}`", clip(&one_line(crate::text::head(line, 400)).replace('`', "'"), 100))
}
