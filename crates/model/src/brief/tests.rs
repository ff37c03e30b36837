//! Briefs of a few facts.

use super::*;
use crate::check::{CheckKind, Verdict};
use crate::event::Change;

fn fact(n: i64, body: FactBody) -> BriefFact {
    let cites = vec![format!("S1#{n}")];
    BriefFact { body, cites, last: Ordinal(n), at: None, times: 1 }
}

fn directed(n: i64, text: &str) -> BriefFact {
    let text = text.to_owned();
    fact(n, FactBody::Directed { text, by_agent: false, after_interruption: false })
}

fn brief(facts: Vec<BriefFact>, budget: u32) -> BriefView {
    let session = BriefSession { facts, ..BriefSession::default() };
    let material = Material { sessions: vec![session], ..Material::default() };
    assemble(&material, budget, Timestamp::from_millisecond(0))
}

fn lines(brief: &BriefView, part: BriefPart) -> Vec<&str> {
    let sections = brief.sections.iter().filter(|section| section.part == part);
    sections.flat_map(|section| &section.lines).map(|line| line.text.as_str()).collect()
}

#[test]
fn a_question_in_the_last_words_is_open_until_somebody_replies() {
    let said =
        |n| fact(n, FactBody::Said { text: "It works. Shall the old table be dropped?".into() });
    let asked = brief(vec![directed(1, "Move the table"), said(2)], 2_000);
    assert_eq!(
        lines(&asked, BriefPart::Open),
        ["Asked in its last words: Shall the old table be dropped?"]
    );
    let replied = vec![directed(1, "Move the table"), said(2), directed(3, "Write the docs first")];
    assert!(lines(&brief(replied, 2_000), BriefPart::Open).is_empty());
}

#[test]
fn several_prompts_are_told_to_their_end_before_one_is_told_at_great_length() {
    let long = |word: &str| format!("{} {word}", "keep the old names everywhere ".repeat(12));
    let very_long = "all of the names ".repeat(70);
    let facts =
        vec![directed(1, &very_long), directed(2, &long("first")), directed(3, &long("last"))];
    let brief = brief(facts, 420);
    assert!(brief.tokens <= 420);
    assert!(brief.markdown.contains("first\u{201d}"), "{}", brief.markdown);
    assert!(brief.markdown.contains("last\u{201d}"), "{}", brief.markdown);
}

#[test]
fn a_check_that_failed_is_told_until_one_passes_that_runs_all_of_it() {
    let ran = |command: &str, verdict, result: &str| {
        FactBody::Ran(crate::fact::Ran {
            command: command.into(),
            check: Some(CheckKind::Test),
            verdict,
            result: result.into(),
            failure: Vec::new(),
            passes: 1,
            failures: 1,
        })
    };
    let failed = fact(2, ran("cargo test -p a", Verdict::Failed, "failed"));
    let passed = fact(5, ran("cargo test -p b", Verdict::Passed, "passed"));
    let edited = fact(3, FactBody::Edited { path: "/r/a.rs".into(), change: Change::Modify });
    let told = brief(vec![directed(1, "Mend it"), failed.clone(), passed.clone()], 2_000);
    let commands = lines(&told, BriefPart::Commands);
    assert_eq!(commands, ["`cargo test -p a` failed", "`cargo test -p b` passed"]);
    let mut facts = vec![directed(1, "Mend it"), failed, edited, passed];
    let told = brief(facts.clone(), 2_000);
    assert_eq!(lines(&told, BriefPart::Commands), commands);
    let unverified = lines(&told, BriefPart::Unverified);
    assert_eq!(unverified, ["`cargo test -p a` failed, and has not passed since"]);
    facts.push(fact(6, ran("cargo test", Verdict::Passed, "passed")));
    let told = brief(facts, 2_000);
    let commands = ["`cargo test -p b` passed", "`cargo test` passed"];
    assert_eq!(lines(&told, BriefPart::Commands), commands);
    assert!(lines(&told, BriefPart::Unverified).is_empty());
}

fn decision(n: u64, title: &str, cites: &[&str]) -> BriefDecision {
    let cites = [format!("D{n}")].into_iter().chain(cites.iter().map(|cite| (*cite).to_owned()));
    BriefDecision { cites: cites.collect(), title: title.into(), ..BriefDecision::default() }
}

fn task(id: i64, title: &str, body: &str) -> BriefTask {
    let (title, body) = (title.to_owned(), body.to_owned());
    BriefTask { id: TaskId(id), title, body, checks: Vec::new(), scope: Vec::new() }
}

#[test]
fn what_a_task_says_is_told_once_with_the_prompt_that_proves_it() {
    let body = "Accounting compares them with its own.";
    let prompt = format!("Totals have fractions\n\n{body}");
    let session = |n| BriefSession { facts: vec![directed(n, &prompt)], ..Default::default() };
    let material = Material {
        task: Some(task(1, "Totals have fractions", body)),
        sessions: vec![session(4), session(9)],
        ..Material::default()
    };
    let told = assemble(&material, 2_000, Timestamp::from_millisecond(0));
    assert_eq!(
        lines(&told, BriefPart::Goal),
        ["Totals have fractions. Accounting compares them with its own."]
    );
    assert!(told.markdown.contains("[T1 S1#4 #9]"), "{}", told.markdown);
}

#[test]
fn what_a_decision_tells_is_not_told_again() {
    let words = "No new dependencies: the standard library is enough for us";
    let refused = |n| {
        let (what, words) = ("`npm install left-pad`".to_owned(), words.to_owned());
        fact(n, FactBody::Refused { what, words })
    };
    let told = |by| {
        let why = "Fewer updates".to_owned();
        let own = BriefDecision { by, why, ..decision(2, words, &["S1#7"]) };
        let facts = vec![directed(1, "Pad the names"), refused(7)];
        let session = BriefSession { facts, ..BriefSession::default() };
        let sessions = vec![session];
        let material = Material { sessions, decisions: vec![own], ..Material::default() };
        assemble(&material, 2_000, Timestamp::from_millisecond(0))
    };
    let by_user = told(None);
    assert_eq!(lines(&by_user, BriefPart::Decisions), [format!("{words}. Fewer updates")]);
    assert!(lines(&by_user, BriefPart::RuledOut).is_empty());
    assert!(lines(&told(Some(SessionId(3))), BriefPart::RuledOut).is_empty());
    // An agent's decision that cites what it does not say takes nothing away.
    let other =
        BriefDecision { by: Some(SessionId(3)), ..decision(3, "Cents or euros", &["S1#7"]) };
    let facts = vec![refused(7)];
    let session = BriefSession { facts, ..BriefSession::default() };
    let material =
        Material { sessions: vec![session], decisions: vec![other], ..Material::default() };
    let kept = assemble(&material, 2_000, Timestamp::from_millisecond(0));
    assert_eq!(lines(&kept, BriefPart::RuledOut).len(), 1);
}

#[test]
fn where_room_is_short_one_goal_the_state_decisions_and_what_is_open_stay() {
    let long =
        |n: i64| directed(n, &format!("Direction {n}: {}", "keep the old names ".repeat(20)));
    let edits = (20..60).map(|n| {
        fact(n, FactBody::Edited { path: format!("/r/src/names/{n}.rs"), change: Change::Modify })
    });
    let asked = fact(70, FactBody::Asked { question: "Which names may go?".into() });
    let facts = [long(1), long(2), long(3)].into_iter().chain(edits).chain([asked]).collect();
    let git = GitNow { head: "1a2b3c4d".into(), dirty: 2, ..GitNow::default() };
    let session = BriefSession { facts, git: Some(git), ..BriefSession::default() };
    let material = Material {
        sessions: vec![session.clone(), session],
        decisions: vec![decision(1, "Names stay", &[])],
        made_for: Some(BriefTask { scope: vec!["src/names".into()], ..task(2, "Old names", "") }),
        ..Material::default()
    };
    let told = assemble(&material, 300, Timestamp::from_millisecond(0));
    let parts: Vec<BriefPart> = told.sections.iter().map(|section| section.part).collect();
    for part in [BriefPart::Goal, BriefPart::State, BriefPart::Open, BriefPart::Decisions] {
        assert!(parts.contains(&part), "{}", told.markdown);
    }
    assert_eq!(told.markdown.matches("2 files uncommitted").count(), 1);
}

#[test]
fn what_touches_the_readers_task_comes_first_in_its_section() {
    let about = |n, title: &str, file: &str| BriefDecision {
        files: vec![file.to_owned()],
        ..decision(n, title, &[])
    };
    let material = Material {
        sessions: vec![BriefSession { facts: vec![directed(1, "Mend it")], ..Default::default() }],
        decisions: vec![
            about(1, "Ids are text", "ids.py"),
            about(2, "Tax is whole", "billing/money.py"),
        ],
        made_for: Some(BriefTask { scope: vec!["billing/money.py".into()], ..task(5, "x", "") }),
        ..Material::default()
    };
    let told = assemble(&material, 2_000, Timestamp::from_millisecond(0));
    assert_eq!(lines(&told, BriefPart::Decisions), ["Tax is whole", "Ids are text"]);
}

#[test]
fn a_failed_commit_is_told_and_words_that_say_otherwise_are_no_state() {
    let ran = FactBody::Ran(crate::fact::Ran {
        command: crate::fact::COMMIT.into(),
        check: None,
        verdict: Verdict::Failed,
        result: "failed".into(),
        failure: vec!["hook: refused".into()],
        passes: 0,
        failures: 1,
    });
    let said = FactBody::Said { text: "Credit notes are committed.".into() };
    let told = brief(vec![directed(1, "Mend it"), fact(3, ran), fact(4, said)], 2_000);
    let state = lines(&told, BriefPart::State);
    assert!(state.contains(&"Its last `git commit` failed: hook: refused"), "{state:?}");
    assert!(told.markdown.contains("**(no longer: its last `git commit` failed)**"));
    assert!(lines(&told, BriefPart::Commands).is_empty());
}

#[test]
fn a_reader_in_another_folder_is_told_where_the_work_is() {
    let elsewhere = Elsewhere { base: Some("main".into()), missing: 1 };
    let git = GitNow {
        head: "1a2b3c4d".into(),
        branch: Some("T1-totals".into()),
        dirty: 2,
        commits_since: 1,
        commits: vec![("9f8e7d6c5b4a".into(), "Round half up".into())],
        elsewhere: Some(elsewhere),
        ..GitNow::default()
    };
    let session =
        BriefSession { git: Some(git), root: Some("/r/T1".into()), ..BriefSession::default() };
    let made_for = Some(task(4, "Rounding", ""));
    let material = Material { sessions: vec![session], made_for, ..Material::default() };
    let told = assemble(&material, 2_000, Timestamp::from_millisecond(0));
    let state = lines(&told, BriefPart::State);
    assert!(
        state[0].starts_with("On `T1-totals` in `/r/T1`, which is not the folder of T4; `main` has not its last commit: 2 files uncommitted"),
        "{state:?}"
    );
    assert_eq!(state[1], "Came since: commit 9f8e7d6 Round half up");
}
