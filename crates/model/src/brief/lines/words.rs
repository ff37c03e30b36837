//! What was said: goals, answers, plans, refusals, and where the work stopped.

use super::{Lines, Text, quoted};
use crate::brief::{BriefFact, BriefSession};
use crate::event::StepStatus;
use crate::fact::FactBody;
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
                let said = quoted(text);
                let said = match (after_interruption, by_agent) {
                    (true, _) => format!("(broke off the agent) \u{201c}{said}\u{201d}"),
                    (_, true) => format!("(another agent) \u{201c}{said}\u{201d}"),
                    _ => format!("\u{201c}{said}\u{201d}"),
                };
                let (part, weight) = match Some(fact.last) {
                    _ if session.is_subagent => (BriefPart::Said, 200),
                    at if at == first => (BriefPart::Goal, 950),
                    at if at == last => (BriefPart::Goal, 940),
                    _ if *after_interruption => (BriefPart::Said, 880),
                    _ => (BriefPart::Said, 760),
                };
                lines.add(part, weight, Text::of(&said, chars), &fact.cites, fact.last);
            }
            FactBody::Said { text } if !session.is_subagent => {
                asked_last(lines, session, fact, text);
                let said = format!(
                    "{} \u{201c}{}\u{201d}",
                    crate::brief::SAID_LAST,
                    quoted(&ending(text))
                );
                let text = Text::of(&said, limits::BRIEF_PROMPT_CHARS);
                lines.add(BriefPart::State, 900, text, &fact.cites, fact.last);
            }
            FactBody::Committed { id, subject } => {
                let text = Text::short(format!("Committed {id}: {}", quoted(subject)));
                lines.add(BriefPart::State, 790, text, &fact.cites, fact.last);
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
            _ => choice(lines, fact),
        }
    }
    plan(lines, session);
    git(lines, session);
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
    lines.add(BriefPart::Open, 918, text, &said.cites, said.last);
}

/// What the user chose, refused or has yet to choose.
fn choice(lines: &mut Lines, fact: &BriefFact) {
    let chars = limits::BRIEF_PROMPT_CHARS;
    let (part, weight, said) = match &fact.body {
        FactBody::Asked { question } => {
            (BriefPart::Open, 920, format!("Asked, not answered: {}", quoted(question)))
        }
        FactBody::Proposed { plan } => {
            (BriefPart::Open, 915, format!("A plan waits for approval: {}", quoted(plan)))
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

fn git(lines: &mut Lines, session: &BriefSession) {
    let Some(git) = &session.git else { return };
    let cite = [format!("git {}", crate::text::short_commit(&git.head))];
    let last = session.facts.last().map(|fact| fact.last).unwrap_or_default();
    let branch = git.branch.as_deref().map_or("no branch".to_owned(), |name| format!("`{name}`"));
    let dirty = match git.dirty {
        0 => "nothing uncommitted".to_owned(),
        1 => "1 file uncommitted".to_owned(),
        more => format!("{more} files uncommitted"),
    };
    let since = match git.commits_since {
        0 => String::new(),
        1 => "; 1 commit that is not this session's came since".to_owned(),
        more => format!("; {more} commits that are not this session's came since"),
    };
    let text = Text::short(format!("On {branch}, {dirty}{since}"));
    lines.add(BriefPart::State, 740, text, &cite, last);
}
