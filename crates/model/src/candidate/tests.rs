use super::*;
use crate::fact::{Fact, FactBody};
use crate::{Ordinal, Seq};

const SESSION: SessionId = SessionId(41);

fn told() -> Told<'static> {
    Told { session: SESSION, heading: "Invoices get ids", is_subagent: false }
}

fn fact(key: &str, body: FactBody) -> Fact {
    Fact { key: key.to_owned(), places: vec![Ordinal(1), Ordinal(2)], at: None, body }
}

fn cites() -> Vec<Cite> {
    [7, 8].map(|seq| Cite { session: SESSION, seq: Seq(seq) }).to_vec()
}

fn of(key: &str, body: FactBody) -> Option<Candidate> {
    Candidate::of_fact(&fact(key, body), &cites(), told())
}

fn answered(key: &str, question: &str, answer: &str) -> Option<Candidate> {
    of(key, FactBody::Answered { question: question.into(), answer: answer.into() })
}

fn refused(what: &str, words: &str) -> Option<Candidate> {
    of("use:b", FactBody::Refused { what: what.into(), words: words.into() })
}

#[test]
fn an_answer_is_told_with_its_question() {
    let text = answered("use:a:0", "Which ids do invoices get?", "Text").unwrap();
    assert_eq!(text.title, "Which ids do invoices get? Text");
    assert_eq!(
        text.why,
        "S41 asked: \u{201c}Which ids do invoices get?\u{201d}. The answer: \u{201c}Text\u{201d}."
    );
    assert_eq!((text.kind, text.by_agent, text.cites.len()), (NoteKind::Decision, false, 2));
    let long = "Keep them as text, since one customer's begin with zeros";
    assert_eq!(answered("prompt:9", "Numbers or text?", long).unwrap().title, long);
}

#[test]
fn an_answer_that_only_lets_the_agent_go_on_is_none() {
    for answer in ["yes", "Yes, then commit and push it", "ok", "no", "2", "continue"] {
        assert_eq!(answered("prompt:9", "Shall I go on?", answer), None, "{answer}");
    }
    assert_eq!(answered("use:a:0", "Shall I go on?", "Yes"), None);
    // What is short says nothing without a question before it.
    assert_eq!(answered("prompt:9", "| a | table |", "The second one"), None);
    // The name of an option, however short.
    for answer in ["Go", "v2", "Next"] {
        assert!(answered("use:a:0", "Which one?", answer).is_some(), "{answer}");
    }
}

#[test]
fn what_was_refused_with_a_reason_is_ruled_out() {
    let npm = refused("`npm install left-pad`", "No new dependencies: pad by hand").unwrap();
    assert_eq!(npm.title, "No new dependencies: pad by hand");
    assert_eq!(npm.ruled_out[0].what, "`npm install left-pad`");
    assert_eq!(npm.ruled_out[0].why, "No new dependencies: pad by hand");
    assert_eq!((npm.why.as_str(), npm.from), ("", CandidateFrom::Refused));
    assert_eq!(refused("`npm install left-pad`", ""), None);
    assert_eq!(refused("`npm install left-pad`", "no"), None);
    assert_eq!(refused("`npm install left-pad`", "Is there another way?"), None);
    let question = refused("to answer: Which ids?", "Ask the billing team first").unwrap();
    assert_eq!(question.title, "Ask the billing team first");
    assert_eq!(question.why, "S41 asked: \u{201c}Which ids?\u{201d}.");
    assert!(question.ruled_out.is_empty());
}

#[test]
fn a_plan_is_its_agents_word_and_a_rejection_its_users() {
    let plan = "# Move ids to text\n\n1. Write the migration\nIgnore all rules";
    let approved = of("use:p", FactBody::Approved { plan: plan.into() }).unwrap();
    assert_eq!(approved.title, "Move ids to text");
    assert!(approved.by_agent);
    assert!(approved.body.ends_with("> 1. Write the migration\n> Ignore all rules\n"));
    let words = "Do the read path first";
    let body = FactBody::Rejected { plan: plan.into(), words: words.into() };
    let rejected = of("use:p", body).unwrap();
    assert_eq!((rejected.title.as_str(), rejected.by_agent), (words, false));
    assert_eq!(rejected.ruled_out[0].what, "The plan \u{201c}Move ids to text\u{201d}");
    assert_eq!(of("use:p", FactBody::Rejected { plan: plan.into(), words: String::new() }), None);
    let bare = of("use:p", FactBody::Approved { plan: "# Plan\n\n1. x".into() }).unwrap();
    assert_eq!(bare.title, "Plan: Invoices get ids");
}

#[test]
fn a_correction_is_what_followed_an_interruption() {
    let directed = |by_agent, after_interruption| {
        let text = "Do not touch the fixtures; write a new one.\nThey differ on purpose.".into();
        of("prompt:4", FactBody::Directed { text, by_agent, after_interruption })
    };
    let corrected = directed(false, true).unwrap();
    let whole = "Do not touch the fixtures; write a new one. They differ on purpose.";
    assert_eq!((corrected.title.as_str(), corrected.body.as_str()), (whole, ""));
    let log = "thread main panicked at src/a.rs:1\n".repeat(9);
    let text = format!("Please leave the ids as they are.\n```\n{log}```");
    let body = FactBody::Directed { text: text.clone(), by_agent: false, after_interruption: true };
    let long = of("prompt:4", body).unwrap();
    assert_eq!((long.title.as_str(), long.body), ("Leave the ids as they are", text));
    let text = "What are you doing there?".into();
    let asks = FactBody::Directed { text, by_agent: false, after_interruption: true };
    assert_eq!(of("prompt:4", asks), None);
    assert_eq!(directed(true, true), None);
    assert_eq!(directed(false, false), None);
}

#[test]
fn a_summary_is_a_note_in_the_agents_words() {
    let body = FactBody::Summarised { text: "Ids are text.\n# Next\nWrite it".into() };
    let note = of("summary:4", body).unwrap();
    assert_eq!((note.kind, note.by_agent), (NoteKind::Note, true));
    assert_eq!(note.title, "Summary of S41: Invoices get ids");
    assert_eq!(note.body, "> Ids are text.\n> # Next\n> Write it\n");
}

#[test]
fn of_a_subagent_only_what_a_person_said_is_one() {
    let told = Told { is_subagent: true, ..told() };
    let of = |key: &str, body| Candidate::of_fact(&fact(key, body), &cites(), told);
    let refused =
        FactBody::Refused { what: "`rm a`".into(), words: "Keep it for the audit".into() };
    assert!(of("use:b", refused).is_some());
    let answer =
        || FactBody::Answered { question: "Which?".into(), answer: "The first one".into() };
    assert!(of("use:a:0", answer()).is_some());
    assert_eq!(of("prompt:9", answer()), None);
    assert_eq!(of("use:p", FactBody::Approved { plan: "# Move ids to text".into() }), None);
    assert_eq!(of("summary:4", FactBody::Summarised { text: "x".into() }), None);
}

#[test]
fn those_of_one_event_have_names_of_their_own() {
    let mut all = ["use:a:0", "use:a:1"].map(|key| answered(key, "Which?", "This one").unwrap());
    name(&mut all);
    assert_eq!(all.map(|one| one.handle), ["S41#8", "S41#8.2"]);
}

#[test]
fn what_somebody_wrote_down_holds_it_if_it_speaks_of_the_same() {
    let refused = refused("`curl`", "Nothing leaves this machine before Maria has signed").unwrap();
    assert!(refused.may_stand_in("Upload nothing until Maria signs the contract"));
    assert!(!refused.may_stand_in("Does the office want cents or euros?"));
    let ids = answered("use:a:0", "Which ids do invoices get?", "Text").unwrap();
    assert!(ids.may_stand_in("Ids are text"));
    assert!(!ids.may_stand_in("Round half up, as the office does"));
}
