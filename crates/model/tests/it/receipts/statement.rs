//! A receipt as a statement: written, read, changed, and held against a repository.

use callboard_model::receipt::statement::{
    Answer, GitAnswers, Point, PointOutcome, Statement, VerifiedPoint, verify,
};
use callboard_model::receipt::{Receipt, Revision};

use super::sample;

const REMOTE: &str = "https://lea:hunter2@example.org/acme/ledger.git";

fn statement(receipt: &Receipt) -> Statement {
    Statement::of(receipt, Some(REMOTE)).unwrap()
}

/// What a repository says in which nothing has happened since.
fn answers(receipt: &Receipt) -> GitAnswers {
    let work = &receipt.work;
    GitAnswers {
        tree: Answer::Found(()),
        commit: Answer::Found(work.now.tree.clone()),
        base: Answer::Found(work.base.tree.clone()),
        branch: Answer::Found(work.now.clone()),
    }
}

fn outcome(points: &[VerifiedPoint], point: Point) -> PointOutcome {
    points.iter().find(|one| one.point == point).unwrap().outcome
}

#[test]
fn a_statement_is_read_as_it_was_written() {
    let receipt = sample();
    let text = statement(&receipt).to_json();
    let read = Statement::from_json(&text).unwrap();
    assert_eq!(read.receipt, receipt);
    assert_eq!(read, statement(&receipt));
    let points = verify(&read, &answers(&receipt));
    assert_eq!(points.len(), 6);
    assert!(points.iter().all(|one| one.outcome == PointOutcome::Holds), "{points:#?}");
    assert!(!text.contains("hunter2"));
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["predicate"] =
        serde_json::json!({ "digest": value["predicate"]["digest"], "…": "the receipt" });
    insta::assert_json_snapshot!(value);
}

#[test]
fn a_digest_holds_whoever_wrote_the_file_anew() {
    let mut receipt = sample();
    receipt.sessions[0].cost_usd = Some(0.1 + 0.2);
    receipt.sessions[1].cost_usd = Some(3.0);
    let text = statement(&receipt).to_json();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let short = value.to_string().replace("3.0", "3");
    for text in [&text, &short] {
        let points = verify(&Statement::from_json(text).unwrap(), &answers(&receipt));
        assert_eq!(outcome(&points, Point::Unchanged), PointOutcome::Holds);
    }
}

#[test]
fn a_statement_that_was_changed_is_told() {
    let receipt = sample();
    let text = statement(&receipt).to_json();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let read = Statement::from_json(&text.replace(from, to)).unwrap();
        verify(&read, &answers(&read.receipt))
    };
    let nicer = changed("\"verdict\": \"contradicted\"", "\"verdict\": \"supported\"");
    assert_eq!(outcome(&nicer, Point::Unchanged), PointOutcome::Fails);
    assert_eq!(outcome(&nicer, Point::Subjects), PointOutcome::Holds);
    let newer = changed("\"predicate\": {", "\"predicate\": { \"later\": { \"field\": 1 },");
    assert_eq!(outcome(&newer, Point::Unchanged), PointOutcome::Fails);
    let other = changed("\"gitCommit\"", "\"gitTag\"");
    assert_eq!(outcome(&other, Point::Unchanged), PointOutcome::Holds);
    assert_eq!(outcome(&other, Point::Subjects), PointOutcome::Fails);
    let unknown = changed("\"digest\": {\n      \"sha256\"", "\"digests\": {\n      \"sha256\"");
    assert_eq!(outcome(&unknown, Point::Unchanged), PointOutcome::CannotTell);
}

#[test]
fn a_statement_is_held_against_its_repository() {
    let receipt = sample();
    let read = statement(&receipt);
    let fresh = answers(&receipt);
    let at = |tip: Revision| GitAnswers { branch: Answer::Found(tip), ..fresh.clone() };
    let other = Revision { commit: Some("9".repeat(40)), tree: "8".repeat(40) };
    let same_tree = Revision { tree: receipt.work.now.tree.clone(), ..other.clone() };
    let branch = |git: &GitAnswers| outcome(&verify(&read, git), Point::Branch);
    assert_eq!(branch(&at(other)), PointOutcome::Fails);
    assert_eq!(branch(&at(same_tree)), PointOutcome::Holds);
    let nowhere = GitAnswers {
        tree: Answer::Missing,
        commit: Answer::Found("7".repeat(40)),
        base: Answer::Missing,
        branch: Answer::Unknown("this folder is no repository".to_owned()),
    };
    let words: Vec<String> = verify(&read, &nowhere)
        .into_iter()
        .map(|one| format!("{:?} {}", one.outcome, one.words))
        .collect();
    insta::assert_json_snapshot!(words);
}

#[test]
fn work_that_is_not_committed_has_no_commit() {
    let mut receipt = sample();
    receipt.work.is_uncommitted = true;
    let read = statement(&receipt);
    assert_eq!(read.subjects.len(), 1);
    let git = GitAnswers {
        commit: Answer::Found("7".repeat(40)),
        branch: Answer::Found(Revision { tree: "7".repeat(40), ..receipt.work.now.clone() }),
        ..answers(&receipt)
    };
    let points = verify(&read, &git);
    assert_eq!(outcome(&points, Point::Subjects), PointOutcome::Holds);
    assert_eq!(outcome(&points, Point::Commit), PointOutcome::CannotTell);
    assert_eq!(outcome(&points, Point::Branch), PointOutcome::CannotTell);
}

#[test]
fn what_is_no_statement_says_why() {
    let told = |text: &str| Statement::from_json(text).unwrap_err().to_string();
    let words = [
        told("nothing"),
        told("[]"),
        told(r#"{"_type":"https://in-toto.io/Statement/v0.1"}"#),
        told(
            r#"{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1"}"#,
        ),
        told(
            r#"{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://callboard.dev/receipt/v1"}"#,
        ),
        told(r#"{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]}"#),
    ];
    insta::assert_json_snapshot!(words);
}
