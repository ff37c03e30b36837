//! Commands that work here and those that do not, failures with what mended them, and what was not verified.

use super::{Lines, Text, code, quoted, relative};
use crate::Ordinal;
use crate::brief::{BriefFact, BriefSession};
use crate::check::{CheckKind, Verdict};
use crate::fact::{FactBody, Mended, Ran};
use crate::limits;
use crate::view::BriefPart;

pub(super) fn add(lines: &mut Lines, session: &BriefSession) {
    let latest = Latest::of(session);
    for fact in &session.facts {
        match &fact.body {
            FactBody::Ran(ran) => self::ran(lines, session, fact, ran, &latest),
            FactBody::Mended(mended) => self::mended(lines, session, fact, mended),
            _ => {}
        }
    }
    reported(lines, session);
    if !session.is_subagent {
        unverified(lines, &latest);
        never_checked(lines, session);
    }
}

/// Where a file was written last.
fn last_edit(session: &BriefSession) -> Option<&BriefFact> {
    let edits = session.facts.iter().filter(|fact| matches!(fact.body, FactBody::Edited { .. }));
    edits.max_by_key(|fact| fact.last)
}

fn ran(
    lines: &mut Lines,
    session: &BriefSession,
    fact: &BriefFact,
    ran: &Ran,
    latest: &Latest<'_>,
) {
    // Whether a commit failed is told with the state.
    if ran.command == crate::fact::COMMIT {
        return;
    }
    let command = shown(&ran.command);
    let is_check = ran.check.is_some();
    let text = match ran.verdict {
        Verdict::Failed if latest.has_passed_since(fact, ran) => return,
        _ => format!("`{command}` {}{}", ran.result, failure(&ran.failure)),
    };
    let weight = match (ran.verdict, is_check) {
        (Verdict::Failed, true) => 890,
        (Verdict::Failed, false) => 480,
        (Verdict::Passed, true) if ran.passes + ran.failures > 1 => 785,
        (Verdict::Passed, true) => 765,
        (Verdict::Passed, false) => 420,
        (Verdict::Unknown, true) => 500,
        (Verdict::Unknown, false) => 100,
    };
    let git = session.git.as_ref().filter(|_| is_check && ran.verdict == Verdict::Passed);
    let no_longer = match git {
        Some(git) if git.commits_since > 0 => Some("the branch has moved on since".to_owned()),
        Some(git) if !git.changed_since.is_empty() || !git.gone.is_empty() => {
            Some("files changed since".to_owned())
        }
        _ => None,
    };
    let text = Text { no_longer, ..Text::short(text) };
    lines.add(BriefPart::Commands, weight, text, &fact.cites, fact.last);
}

/// What the session itself reported that it could not verify.
fn reported(lines: &mut Lines, session: &BriefSession) {
    let Some(id) = session.id else { return };
    let last = session.facts.last().map(|fact| fact.last).unwrap_or_default();
    for line in &session.not_verified {
        let text = format!("{id} reported: \u{201c}{}\u{201d}", quoted(line));
        let text = Text::of(&text, limits::BRIEF_PROMPT_CHARS);
        let cite = session.reported_by.clone().unwrap_or_else(|| id.to_string());
        lines.add(BriefPart::Unverified, 842, text, &[cite], last);
    }
}

/// What was written after the last check of its kind, and what fails still.
fn unverified(lines: &mut Lines, latest: &Latest<'_>) {
    for (fact, ran) in &latest.failing {
        let text =
            Text::short(format!("`{}` failed, and has not passed since", shown(&ran.command)));
        lines.add(BriefPart::Unverified, 845, text, &fact.cites, fact.last);
    }
    for (check, (fact, ran)) in &latest.runs {
        let command = shown(&ran.command);
        let noun = check.noun();
        match (ran.verdict, latest.edit) {
            (Verdict::Failed, _) => {
                let text = Text::short(format!("The last {noun}: `{command}` failed"));
                lines.add(BriefPart::Unverified, 850, text, &fact.cites, fact.last);
            }
            (Verdict::Unknown, _) => {
                let text = format!("The last {noun}: nothing tells whether `{command}` passed");
                let text = Text::short(text);
                lines.add(BriefPart::Unverified, 640, text, &fact.cites, fact.last);
            }
            (Verdict::Passed, Some(edit)) if edit.last > fact.last => {
                let cites: Vec<String> =
                    fact.cites.last().into_iter().chain(edit.cites.last()).cloned().collect();
                let text = format!("Files were edited after the last {noun} (`{command}` passed)");
                lines.add(BriefPart::Unverified, 830, Text::short(text), &cites, fact.last);
            }
            (Verdict::Passed, _) => {}
        }
    }
}

/// The last edit, the last run of each kind of check, and what failed before it and not passed since.
struct Latest<'a> {
    edit: Option<&'a BriefFact>,
    runs: Vec<(CheckKind, (&'a BriefFact, &'a Ran))>,
    passes: Vec<(&'a str, Ordinal)>,
    failing: Vec<(&'a BriefFact, &'a Ran)>,
}

impl<'a> Latest<'a> {
    fn of(session: &'a BriefSession) -> Self {
        let mut latest = Self {
            edit: last_edit(session),
            runs: Vec::new(),
            passes: Vec::new(),
            failing: Vec::new(),
        };
        let mut failed = Vec::new();
        for fact in &session.facts {
            let FactBody::Ran(ran) = &fact.body else { continue };
            let Some(check) = ran.check else { continue };
            latest.runs.retain(|(kind, (other, _))| *kind != check || other.last > fact.last);
            if !latest.runs.iter().any(|(kind, _)| *kind == check) {
                latest.runs.push((check, (fact, ran)));
            }
            match ran.verdict {
                Verdict::Passed => latest.passes.push((&ran.command, fact.last)),
                Verdict::Failed => failed.push((fact, ran)),
                Verdict::Unknown => {}
            }
        }
        let is_last =
            |fact: &BriefFact| latest.runs.iter().any(|(_, (last, _))| last.last == fact.last);
        failed.retain(|(fact, ran)| !is_last(fact) && !latest.has_passed_since(fact, ran));
        latest.failing = failed;
        latest
    }

    /// Whether a later run passed that ran all of this one.
    fn has_passed_since(&self, failed: &BriefFact, ran: &Ran) -> bool {
        let mut later = self.passes.iter().filter(|(_, at)| *at > failed.last);
        ran.check.is_some() && later.any(|(command, _)| crate::fact::covers(command, &ran.command))
    }
}

/// A command as it is told: filters of its output left out.
fn shown(line: &str) -> String {
    let line = code(crate::fact::without_filters(line));
    crate::text::clip(&line, limits::BRIEF_COMMAND_CHARS)
}

fn failure(told: &[String]) -> String {
    let lines: Vec<String> = told.iter().map(|line| quoted(line)).collect();
    match lines.as_slice() {
        [] => String::new(),
        lines => format!(": {}", lines.join(" · ")),
    }
}

fn mended(lines: &mut Lines, session: &BriefSession, fact: &BriefFact, mended: &Mended) {
    let command = shown(&mended.command);
    let mut by = Vec::new();
    if !mended.edited.is_empty() {
        let paths: Vec<String> =
            mended.edited.iter().map(|path| format!("`{}`", relative(session, path))).collect();
        by.push(format!("an edit of {}", paths.join(", ")));
    }
    if let Some(line) = &mended.passed_as {
        by.push(format!("running it as `{}`", shown(line)));
    }
    for line in mended.ran.iter().rev().take(2).rev() {
        by.push(format!("`{}`", shown(line)));
    }
    let by = match by.as_slice() {
        [] => "passed when run again".to_owned(),
        by => format!("mended by {}", by.join(", ")),
    };
    let short = mended.failure.first().map(|line| format!(": {}", quoted(line)));
    let text = Text {
        short: format!("`{command}` failed{}; {by}", short.unwrap_or_default()),
        longer: vec![format!("`{command}` failed{}; {by}", failure(&mended.failure))],
        no_longer: None,
    };
    let weight = if mended.edited.is_empty() && mended.ran.is_empty() { 400 } else { 795 };
    // What failed, the last step that mended it, and what passed.
    let steps = fact.cites.len();
    let cites: Vec<String> = fact
        .cites
        .iter()
        .take(1)
        .chain(fact.cites.iter().skip(1.max(steps.saturating_sub(2))))
        .cloned()
        .collect();
    lines.add(BriefPart::Mended, weight, text, &cites, fact.last);
}

/// Files were written, and no check ran at all.
fn never_checked(lines: &mut Lines, session: &BriefSession) {
    let checked =
        |fact: &BriefFact| matches!(&fact.body, FactBody::Ran(ran) if ran.check.is_some());
    if session.may_have_checked || session.facts.iter().any(checked) {
        return;
    }
    let Some(edited) = last_edit(session) else { return };
    let text = Text::short("No check ran in this session".to_owned());
    let last = Ordinal(edited.last.0);
    lines.add(BriefPart::Unverified, 835, text, &edited.cites, last);
}
