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
