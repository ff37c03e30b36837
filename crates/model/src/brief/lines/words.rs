//! What was said: goals, answers, plans, refusals, and where the work stopped.

use super::{Lines, Text, in_sentences, quoted};
use crate::brief::{BriefFact, BriefSession};
use crate::check::Verdict;
use crate::event::StepStatus;
use crate::fact::{COMMIT, FactBody};
use crate::limits;
use crate::view::BriefPart;

pub(super) fn add(lines: &mut Lines, session: &BriefSession) {
    let directed = |fact: &&BriefFact| matches!(fact.body, FactBody::Directed { .. });
    let first = session.facts.iter().find(directed).map(|fact| fact.last);
    let last = session.facts.iter().rfind(directed).map(|fact| fact.last);
    for fact in &session.facts {
        match &fact.body {
            FactBody::Directed { text, by_agent, after_interruption } => {
                let chars = limits::BRIEF_PROMPT_CHARS;
                let said = quoted(&in_sentences(text));
                let said = match (after_interruption, by_agent) {
                    (true, _) => format!("(broke off the agent) \u{201c}{said}\u{201d}"),
                    (_, true) => format!("(another agent) \u{201c}{said}\u{201d}"),
                    _ => format!("\u{201c}{said}\u{201d}"),
                };
                let has_goal = !lines.goals.is_empty();
                let (part, weight) = match Some(fact.last) {
                    _ if session.is_subagent => (BriefPart::Said, 200),
                    // One goal comes before all else; further ones after what was decided and is open.
                    at if at == first => (BriefPart::Goal, if has_goal { 895 } else { 1_000 }),
                    at if at == last => (BriefPart::Goal, 900),
                    _ if *after_interruption => (BriefPart::Said, 880),
                    _ => (BriefPart::Said, 760),
                };
                let shown = Text::of(&said, chars);
                match part {
                    BriefPart::Goal => lines.add_goal(weight, shown, text, &fact.cites, fact.last),
                    part => lines.add(part, weight, shown, &fact.cites, fact.last),
                }
            }
            FactBody::Said { text } if !session.is_subagent => {
                asked_last(lines, session, fact, text);
                let said = format!(
                    "{} \u{201c}{}\u{201d}",
                    crate::brief::SAID_LAST,
                    quoted(&ending(text))
                );
                let says_commit = text.to_lowercase().contains("commit");
                let no_longer = says_commit
                    .then(|| {
                        failed_commit(session).map(|_| "its last `git commit` failed".to_owned())
                    })
                    .flatten();
                let weight = if no_longer.is_some() { 700 } else { 950 };
                let text = Text { no_longer, ..Text::of(&said, limits::BRIEF_PROMPT_CHARS) };
                lines.add(BriefPart::State, weight, text, &fact.cites, fact.last);
            }
            FactBody::Committed { id, subject } => {
                let id = if id.is_empty() { String::new() } else { format!(" {id}") };
                let text = Text::short(format!("Committed{id}: {}", quoted(subject)));
                lines.add(BriefPart::State, 800, text, &fact.cites, fact.last);
            }
            FactBody::PullRequest { address } => {
                let text = Text::short(format!("Pull request {}", quoted(address)));
                lines.add(BriefPart::State, 730, text, &fact.cites, fact.last);
            }
            FactBody::Summarised { text } => {
                let said = format!("The agent's own summary: \u{201c}{}\u{201d}", quoted(text));
                let text = Text::of(&said, limits::BRIEF_PROMPT_CHARS);
                lines.add(BriefPart::State, 260, text, &fact.cites, fact.last);
            }
            _ if !is_decided(lines, session, fact) => choice(lines, fact),
            _ => {}
        }
    }
    plan(lines, session);
}

/// What its last words ask, if nobody said anything since.
fn asked_last(lines: &mut Lines, session: &BriefSession, said: &BriefFact, text: &str) {
    let is_reply = |fact: &BriefFact| {
        fact.last > said.last
            && matches!(fact.body, FactBody::Directed { .. } | FactBody::Answered { .. })
    };
    if session.facts.iter().any(is_reply) {
        return;
    }
    let Some(question) = crate::activity::question_in(text) else { return };
    let line = format!("Asked in its last words: {}", quoted(&question));
    let text = Text::of(&line, limits::BRIEF_PROMPT_CHARS);
    lines.add(BriefPart::Open, 936, text, &said.cites, said.last);
}

/// The last `git commit`, if it failed.
pub(super) fn failed_commit(session: &BriefSession) -> Option<&BriefFact> {
    let is_it = |fact: &&BriefFact| match &fact.body {
        FactBody::Ran(ran) => ran.command == COMMIT && ran.verdict == Verdict::Failed,
        _ => false,
    };
    session.facts.iter().find(is_it)
}

/// Whether a decision tells what the user chose or refused: then it is not told twice.
fn is_decided(lines: &Lines, session: &BriefSession, fact: &BriefFact) -> bool {
    let words = match &fact.body {
        FactBody::Answered { answer, .. } => answer,
        FactBody::Refused { words, .. } | FactBody::Rejected { words, .. } => words,
        _ => return false,
    };
    // Of several answers at once, a decision may tell one.
    let last = fact.cites.last();
    let is_alone = session.facts.iter().filter(|other| other.cites.last() == last).count() == 1;
    is_alone && last.is_some_and(|cite| lines.decided.tells(words, std::slice::from_ref(cite)))
}

/// What the user chose, refused or has yet to choose.
fn choice(lines: &mut Lines, fact: &BriefFact) {
    let chars = limits::BRIEF_PROMPT_CHARS;
    let (part, weight, said) = match &fact.body {
        FactBody::Asked { question } => {
            (BriefPart::Open, 938, format!("Asked, not answered: {}", quoted(question)))
        }
        FactBody::Proposed { plan } => {
            (BriefPart::Open, 937, format!("A plan waits for approval: {}", quoted(plan)))
        }
        FactBody::Answered { question, answer } => {
            // A mere yes says little without the words before it.
            let weight = if answer.chars().count() < limits::BRIEF_YES_CHARS { 720 } else { 870 };
            let line = format!("\u{201c}{}\u{201d}, to: {}", quoted(answer), quoted(question));
            (BriefPart::Decisions, weight, line)
        }
        FactBody::Approved { plan } => {
            (BriefPart::Decisions, 840, format!("The user approved the plan: {}", quoted(plan)))
        }
        FactBody::Rejected { plan, words } => {
            let because = because(words);
            // The reason first: a plan is long.
            let line = format!("The user rejected a plan{because}: {}", quoted(plan));
            (BriefPart::RuledOut, 865, line)
        }
        FactBody::Refused { what, words } => {
            let weight = if words.is_empty() { 560 } else { 860 };
            let line = format!("The user refused {}{}", quoted(what), because(words));
            (BriefPart::RuledOut, weight, line)
        }
        _ => return,
    };
    lines.add(part, weight, Text::of(&said, chars), &fact.cites, fact.last);
}

fn because(words: &str) -> String {
    match quoted(words).as_str() {
        "" => String::new(),
        words => format!(", saying \u{201c}{words}\u{201d}"),
    }
}

/// Closing words end with what matters: their last paragraphs.
fn ending(text: &str) -> String {
    if text.chars().count() <= limits::BRIEF_LONG_CHARS {
        return text.to_owned();
    }
    crate::text::clip_start(text, limits::BRIEF_LONG_CHARS)
}

fn plan(lines: &mut Lines, session: &BriefSession) {
    let Some((plan, cite)) = &session.plan else { return };
    let cite = std::slice::from_ref(cite);
    let last = session.facts.last().map(|fact| fact.last).unwrap_or_default();
    let steps = &plan.steps;
    let done = steps.iter().filter(|step| step.status == Some(StepStatus::Completed)).count();
    if steps.is_empty() || done == steps.len() {
        return;
    }
    let text = Text::short(format!("Plan: {done} of {} steps done", steps.len()));
    lines.add(BriefPart::State, 690, text, cite, last);
    for step in steps {
        let word = match step.status {
            Some(StepStatus::InProgress) => "In progress",
            Some(StepStatus::Pending) | None => "To do",
            Some(StepStatus::Completed | StepStatus::Dropped) => continue,
        };
        let text = Text::short(format!("{word}: {}", quoted(&step.text)));
        lines.add(BriefPart::Open, 820, text, cite, last);
    }
}
