//! The candidate that a fact is, if it is one.

use super::{Candidate, CandidateFrom, CandidateState, Told};
use crate::fact::{Fact, FactBody, TO_ANSWER};
use crate::goal::{Request, agrees, heading, is_bare_reply, is_nudge};
use crate::note::{NoteKind, RuledOut};
use crate::text::{clip, one_line};
use crate::{Cite, limits, quote};

impl Candidate {
    /// The candidate that a fact is, proven by these events; `None` for most facts.
    #[must_use]
    pub fn of_fact(fact: &Fact, cites: &[Cite], told: Told<'_>) -> Option<Self> {
        // A tool use is answered or refused by a person, wherever it is; what a subagent is told or makes up is not.
        let by_person = !told.is_subagent || fact.key.starts_with("use:");
        let bare = Self {
            session: told.session,
            key: fact.key.clone(),
            handle: String::new(),
            from: CandidateFrom::Answered,
            kind: NoteKind::Decision,
            title: String::new(),
            body: String::new(),
            why: String::new(),
            ruled_out: Vec::new(),
            cites: cites.to_vec(),
            by_agent: false,
            at: fact.at,
            state: CandidateState::Open,
            note: None,
        };
        if cites.is_empty() || !by_person {
            return None;
        }
        match &fact.body {
            FactBody::Answered { question, answer } => answered(bare, question, answer),
            FactBody::Rejected { plan, words } => rejected(bare, plan, words),
            FactBody::Refused { what, words } => refused(bare, what, words),
            FactBody::Directed { text, by_agent: false, after_interruption: true } => {
                let title = headline(text)?;
                let from = CandidateFrom::Corrected;
                Some(Self { body: rest(text, &title), title, from, ..bare })
            }
            // One session approves another's plan where they work as a team.
            FactBody::Approved { plan } if !told.is_subagent => approved(bare, plan, told.heading),
            FactBody::Summarised { text } => {
                let of = match told.heading {
                    "" => String::new(),
                    heading => format!(": {heading}"),
                };
                Some(Self {
                    from: CandidateFrom::Summarised,
                    kind: NoteKind::Note,
                    title: line(&format!("Summary of {}{of}", told.session)),
                    body: quote::block(text),
                    by_agent: true,
                    ..bare
                })
            }
            _ => None,
        }
    }
}

fn answered(bare: Candidate, question: &str, answer: &str) -> Option<Candidate> {
    // An answer to a question with options names one; a prompt may answer, or only have the agent go on.
    let is_choice = bare.key.starts_with("use:");
    let says_nothing = if is_choice {
        is_bare_reply(answer)
    } else {
        // "Yes, and commit it" has the agent go on, too, and says what to do next.
        is_nudge(answer) || agrees(answer) || headline(answer).is_none()
    };
    let asked = match crate::activity::question_in(question) {
        Some(asked) => asked,
        None if is_choice => one_line(question),
        None => String::new(),
    };
    let is_short = answer.chars().count() < limits::CANDIDATE_ANSWER_CHARS;
    if says_nothing || is_short && asked.is_empty() {
        return None;
    }
    let why = format!(
        "{} asked: {}. The answer: {}.",
        bare.session,
        quote::line(question, limits::ANSWER_CHARS),
        quote::line(answer, limits::ANSWER_CHARS)
    );
    // A word or two say what was decided only with the question before them.
    let room = limits::LINE_CHARS.saturating_sub(answer.chars().count() + 1);
    let title = match is_short {
        true => format!("{} {}", clip(&asked, room), one_line(answer)),
        false => one_line(answer),
    };
    Some(Candidate { title: line(&title), why, ..bare })
}

fn rejected(bare: Candidate, plan: &str, words: &str) -> Option<Candidate> {
    let title = in_words(words)?;
    let what = match heading(plan).as_str() {
        "" => "The plan".to_owned(),
        heading => format!("The plan {}", quote::line(heading, limits::LINE_CHARS)),
    };
    let ruled_out = vec![RuledOut { what, why: words.trim().to_owned() }];
    Some(Candidate { title, ruled_out, from: CandidateFrom::Rejected, ..bare })
}

fn refused(bare: Candidate, what: &str, words: &str) -> Option<Candidate> {
    let title = in_words(words)?;
    let from = CandidateFrom::Refused;
    if let Some(question) = what.strip_prefix(TO_ANSWER) {
        // Nothing was ruled out: the user said something else than what was offered.
        let question = quote::line(question, limits::ANSWER_CHARS);
        let why = format!("{} asked: {question}.", bare.session);
        return Some(Candidate { body: rest(words, &title), title, why, from, ..bare });
    }
    let ruled_out = vec![RuledOut { what: what.to_owned(), why: words.trim().to_owned() }];
    Some(Candidate { title, ruled_out, from, ..bare })
}

fn approved(bare: Candidate, plan: &str, session: &str) -> Option<Candidate> {
    let heading = heading(plan);
    // "Plan" or "Overview" heads many.
    let title = match heading.split_whitespace().count() {
        0 => return None,
        1 if !session.is_empty() => format!("{heading}: {session}"),
        _ => heading,
    };
    let body =
        format!("The plan of {}, as it was approved:\n\n{}", bare.session, quote::block(plan));
    Some(Candidate {
        title: line(&title),
        body,
        by_agent: true,
        from: CandidateFrom::Approved,
        ..bare
    })
}

/// What the words of a refusal say, in one line; `None` if they say nothing that holds later.
fn in_words(words: &str) -> Option<String> {
    let says_something = !is_nudge(words) && !is_bare_reply(words);
    says_something.then(|| headline(words)).flatten()
}

/// What somebody said, in one line: all of it where that fits, else what says best what is wanted. `None` where they
/// asked back: that decides nothing.
fn headline(text: &str) -> Option<String> {
    if text.trim_end().ends_with('?') {
        return None;
    }
    let best = Request::read(text).in_short()?;
    let whole = one_line(text);
    if whole.chars().count() <= limits::LINE_CHARS {
        return Some(line(&whole));
    }
    let mut chars = best.chars();
    let first = chars.next()?.to_uppercase();
    Some(line(&format!("{first}{}", chars.as_str())))
}

/// The whole text, where its title does not say all of it.
fn rest(text: &str, title: &str) -> String {
    let text = text.trim();
    if one_line(text) == title { String::new() } else { text.to_owned() }
}

fn line(text: &str) -> String {
    let text = one_line(text);
    clip(text.trim_start_matches(['#', ' ']), limits::LINE_CHARS)
}
