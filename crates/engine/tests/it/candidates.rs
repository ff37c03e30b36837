//! What may be a decision: offered once, accepted once, dismissed and offered again.

use callboard_engine::{CandidatesOf, EngineError};
use callboard_model::candidate::{Candidate, CandidateFrom, CandidateState};
use callboard_model::note::NoteKind;
use callboard_model::view::{AcceptCandidate, NewNote, SettleCandidate, StreamMessage};
use callboard_testkit::{HermeticHome, Repo};
use serde_json::{Value, json};

use crate::scene::Running;
use crate::transcripts::{Claude, append};

const IDS: &str = "Which ids do invoices get?";
const PAD: &str = "No new dependencies: pad by hand";

fn asks(questions: &[&str]) -> Value {
    let options =
        json!([{"label": "Numbers", "description": ""}, {"label": "Text", "description": ""}]);
    let all = questions.iter().map(|question| {
        json!({"question": question, "header": "Ids", "multiSelect": false, "options": options})
    });
    json!({"questions": all.collect::<Vec<_>>()})
}

/// A session in which much was decided, and more was said.
fn tuesday(claude: &Claude) -> String {
    claude.prompt(1, "Give invoices ids, never poll")
        + &claude.uses(2, "AskUserQuestion", asks(&[IDS, "How long?"]))
        + &claude.answered(3, 2, &[(IDS, "Text"), ("How long?", "36 characters")])
        + &claude.runs(4, "npm install left-pad")
        + &claude.refused(5, 4, PAD)
        + &claude.runs(6, "rm -rf target")
        + &claude.refused(7, 6, "")
        + &claude.says(8, "I stop there. Shall I write the migration now?")
        + &claude.prompt(9, "yes")
        + &claude.adds(10, "I rewrite the fixtures.")
        + &claude.prompt(11, "[Request interrupted by user]")
        + &claude.prompt(12, "Leave the three fixtures apart, they differ on purpose")
        + &claude.uses(13, "ExitPlanMode", json!({"plan": "# Move ids to text\n\n1. Write it"}))
        + &claude.ran(14, 13, "User has approved your plan.")
        + &claude.summarised(15, "Ids are text.")
        + &claude.says(16, "The migration is written.")
}

fn open(running: &Running, of: CandidatesOf) -> Vec<Candidate> {
    running.engine.candidates(of, false).unwrap().candidates
}

fn accept(one: &Candidate) -> AcceptCandidate {
    AcceptCandidate {
        session: one.session,
        key: one.key.clone(),
        kind: None,
        title: None,
        body: None,
        why: None,
        ruled_out: None,
        files: Vec::new(),
        note: None,
    }
}

/// A refusal, in words of its user's own.
fn in_other_words(running: &Running, one: &Candidate) {
    let edited = AcceptCandidate {
        title: Some("Pad by hand".into()),
        why: Some("Fewer updates.".into()),
        files: vec!["src/pad.rs".into()],
        ..accept(one)
    };
    let edited = running.engine.accept_candidate(edited).unwrap();
    assert_eq!(
        (edited.row.title.as_str(), &edited.row.files[..]),
        ("Pad by hand", &["src/pad.rs".to_owned()][..])
    );
    let ruled_out = &edited.decision.as_ref().unwrap().ruled_out[0];
    assert_eq!((ruled_out.what.as_str(), ruled_out.why.as_str()), ("`npm install left-pad`", PAD));
}

#[test]
fn what_people_said_by_structure_is_offered_accepted_once_and_dismissed() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let claude = Claude::new("tuesday", repo.path());
    append(&claude.path(&home, "p"), &tuesday(&claude));
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let session = running.wait_for_words("tuesday", "The migration is written.");
    let of = CandidatesOf::Session(session);
    let found = open(&running, of);
    let told: Vec<(CandidateFrom, &str)> =
        found.iter().map(|one| (one.from, one.title.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                CandidateFrom::Summarised,
                format!("Summary of {session}: give invoices ids, never poll").as_str()
            ),
            (CandidateFrom::Approved, "Move ids to text"),
            (CandidateFrom::Corrected, "Leave the three fixtures apart, they differ on purpose"),
            (CandidateFrom::Refused, PAD),
            (CandidateFrom::Answered, "Which ids do invoices get? Text"),
            (CandidateFrom::Answered, "How long? 36 characters"),
        ]
    );
    assert_eq!(open(&running, CandidatesOf::Workspace(Some(workspace))), found);

    // Both questions were answered by one event: each becomes a decision of its own, once.
    let (ids, length) = (&found[4], &found[5]);
    assert_eq!(format!("{}.2", ids.handle), length.handle);
    let decision = running.engine.accept_candidate(accept(ids)).unwrap();
    let proof = ids.proof().unwrap().to_string();
    assert_eq!(decision.sources.last().unwrap().target, proof);
    assert!(decision.sources.iter().all(|source| !source.missing));
    assert!(decision.row.by.person && decision.row.session == Some(session));
    assert!(decision.text.contains("asked: \u{201c}Which ids do invoices get?\u{201d}"));
    let again = running.engine.accept_candidate(accept(ids)).unwrap();
    assert_eq!((again.row.id, again.row.path), (decision.row.id, decision.row.path.clone()));
    let left = open(&running, of);
    assert_eq!(left.len(), 5);
    assert!(left.iter().any(|one| one.key == length.key));

    // A plan is its agent's word, and a summary no decision.
    let plan = running.engine.accept_candidate(accept(&found[1])).unwrap();
    assert_eq!(plan.row.by.session, Some(session));
    assert!(plan.text.contains("> # Move ids to text\n"), "{}", plan.text);
    let summary = running.engine.accept_candidate(accept(&found[0])).unwrap();
    assert_eq!((summary.row.kind, summary.row.id), (NoteKind::Note, None));

    in_other_words(&running, &found[3]);

    let which = |one: &Candidate| SettleCandidate { session: one.session, key: one.handle.clone() };
    let seq = *running.engine.listen().borrow();
    let dismissed = running.engine.dismiss_candidate(&which(&found[2])).unwrap();
    assert_eq!(dismissed.state, CandidateState::Dismissed);
    let (changes, _) = running.engine.changes_after(seq, Some(workspace)).unwrap();
    let is_told = |message: &StreamMessage| *message == StreamMessage::Candidates { session };
    assert!(changes.iter().any(|entry| is_told(&entry.message)), "{changes:?}");
    assert_eq!(open(&running, of), std::slice::from_ref(length));
    let all = running.engine.candidates(of, true).unwrap().candidates;
    let notes: Vec<Option<&str>> = all.iter().map(|one| one.note.as_deref()).collect();
    assert_eq!(notes[1..], [Some("D2"), None, Some("D3"), Some("D1"), None]);
    running.engine.reopen_candidate(&which(&found[2])).unwrap();
    assert_eq!(open(&running, of).len(), 2);
    let refused = running.engine.dismiss_candidate(&which(ids));
    assert!(matches!(refused, Err(EngineError::Conflict { .. })), "{refused:?}");

    // A decision that is taken away is not wanted, and not offered again.
    running.engine.delete_note(Some(workspace), &decision.row.path).unwrap();
    assert_eq!(open(&running, of).len(), 2);
    running.engine.reopen_candidate(&which(ids)).unwrap();
    assert_eq!(open(&running, of).len(), 3);
}

#[test]
fn what_is_recorded_is_not_offered_and_no_secret_leaves_its_session() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let claude = Claude::new("one", repo.path());
    let token = format!("ghp_{}", "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5");
    let words = format!("Push with {token} as the token of the bot");
    let text = claude.prompt(1, "Push the branch")
        + &claude.runs(2, "git push")
        + &claude.refused(3, 2, &words)
        + &claude.uses(4, "AskUserQuestion", asks(&[IDS]))
        + &claude.answered(5, 4, &[(IDS, "Text")])
        + &claude.says(6, "Pushed.");
    append(&claude.path(&home, "p"), &text);
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let session = running.wait_for_words("one", "Pushed.");
    let of = CandidatesOf::Session(session);
    let [ids, push] = &open(&running, of)[..] else { panic!("{:#?}", open(&running, of)) };
    assert!(push.title.contains("\u{2039}masked: "), "{push:#?}");
    let edited = AcceptCandidate { why: Some(format!("It has {token}.")), ..accept(push) };
    let kept = running.engine.accept_candidate(edited).unwrap();
    assert!(!kept.text.contains(&token[4..]), "{}", kept.text);

    // By hand, by its user.
    let decision = NewNote {
        workspace: Some(workspace),
        kind: NoteKind::Decision,
        title: "Ids are text".to_owned(),
        sources: vec![ids.handle.clone()],
        ..NewNote::default()
    };
    running.engine.new_note(decision).unwrap();
    assert_eq!(open(&running, of), []);
    let same = running.engine.accept_candidate(accept(ids)).unwrap();
    assert_eq!(same.row.title, "Ids are text");
}

#[test]
fn what_a_task_and_a_subagent_offer() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let claude = Claude::new("lead", repo.path());
    append(
        &claude.path(&home, "p"),
        &(claude.prompt(1, "Look into it") + &claude.says(9, "Looked into.")),
    );
    let sub = Claude::new("lead", repo.path()).subagent("a1");
    let text = sub.prompt(2, "Keep the fixtures apart, says the lead")
        + &sub.runs(3, "npm install left-pad")
        + &sub.refused(4, 3, PAD)
        + &sub.says(5, "Which fixture shall I take?")
        + &sub.prompt(6, "Take the second one of them")
        + &sub.says(7, "Taken.");
    append(&sub.path(&home, "p"), &text);
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let lead = running.wait_for_words("lead", "Looked into.");
    let found = running.wait("the subagent's", |_| {
        Some(open(&running, CandidatesOf::Session(lead))).filter(|found| !found.is_empty())
    });
    let [one] = &found[..] else { panic!("{found:#?}") };
    assert_eq!((one.title.as_str(), one.session != lead), (PAD, true));
    assert_eq!(open(&running, CandidatesOf::Workspace(Some(workspace))), found);
    let missing = running.engine.candidates(CandidatesOf::Task(callboard_model::TaskId(9)), false);
    assert!(matches!(missing, Err(EngineError::NotFound { .. })));
}
