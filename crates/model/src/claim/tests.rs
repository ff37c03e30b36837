use super::*;
use crate::Ordinal;
use crate::changeset::FileStatus;
use crate::check::CheckKind::{Build, Format, Lint, Test, Types};

fn kinds(text: &str) -> Vec<ClaimKind> {
    claims(text).into_iter().map(|claim| claim.kind).collect()
}

fn passes(check: CheckKind, scope: Scope) -> ClaimKind {
    ClaimKind::Passes { check: Some(check), scope, count: None, excepted: false }
}

fn named(name: &str) -> Scope {
    Scope::Named(vec![name.into()])
}

#[test]
fn that_checks_pass_is_said_in_many_ways() {
    for (text, kind) in [
        ("All tests pass.", passes(Test, Scope::All)),
        ("The full test suite is green.", passes(Test, Scope::All)),
        ("Tests pass.", passes(Test, Scope::Unsaid)),
        ("I verified that all existing tests pass.", passes(Test, Scope::All)),
        ("No tests fail.", passes(Test, Scope::Unsaid)),
        ("The new tests pass.", passes(Test, Scope::Some)),
        ("`cargo test` passes.", passes(Test, named("cargo test"))),
        ("- `npm run build`: ✅", passes(Build, named("npm run build"))),
        ("| `cargo clippy` | ✅ clean |", passes(Lint, named("cargo clippy"))),
        ("The API tests pass.", passes(Test, named("API"))),
        ("Tests pass on Linux.", passes(Test, named("Linux"))),
        ("Clippy is clean for the crates I touched.", passes(Lint, named("the crates I touched"))),
        ("The project builds cleanly.", passes(Build, Scope::Unsaid)),
        ("It now compiles without warnings.", passes(Build, Scope::Unsaid)),
        ("tsc reports no errors.", passes(Types, Scope::Unsaid)),
        ("Type checking passes.", passes(Types, Scope::Unsaid)),
        ("The linter is clean.", passes(Lint, Scope::Unsaid)),
        ("Formatting is clean.", passes(Format, Scope::Unsaid)),
        (
            "The tests in `tests/test_a.py` pass.",
            passes(Test, Scope::Named(vec!["tests/test_a.py".into()])),
        ),
    ] {
        assert!(kinds(text).contains(&kind), "{text}: {:?}", kinds(text));
    }
    let counted = ClaimKind::Passes {
        check: Some(Test),
        scope: Scope::Unsaid,
        count: Some(612),
        excepted: false,
    };
    assert_eq!(kinds("612 passed, 0 failed."), [counted]);
    assert_eq!(
        kinds("Lint and type checks are clean, and the tests pass."),
        [passes(Lint, Scope::Unsaid), passes(Types, Scope::Unsaid), passes(Test, Scope::Unsaid)]
    );
}

#[test]
fn what_is_hedged_ahead_or_of_others_is_no_claim() {
    for text in [
        "Once you install it, the tests pass.",
        "Run `cargo test` to see that all tests pass.",
        "I will run the tests next.",
        "The issue says that all tests pass.",
        "If the tests pass, merge it.",
        "Do all tests pass?",
        "I ran it to ensure all tests pass and to look.",
        "He wrote \"all tests pass\" there.",
        "Before my change all tests passed.",
        "### Next steps\n- All tests pass on Windows.",
        "> All tests pass.",
        "```\nall tests pass\n```",
        "The test now passes `x` to `f`.",
        "You should make sure the build is green.",
    ] {
        let passes = |kind: &ClaimKind| matches!(kind, ClaimKind::Passes { .. });
        assert!(!kinds(text).iter().any(passes), "{text}: {:?}", kinds(text));
    }
}

#[test]
fn what_an_agent_admits_is_kept_apart() {
    for (text, of) in [
        ("The tests should pass.", Admission::Unsure),
        ("I couldn't run the tests.", Admission::NotChecked),
        ("I was not able to verify this on Windows.", Admission::NotChecked),
        ("The migration is untested.", Admission::NotChecked),
        ("Two tests still fail.", Admission::Failing),
        ("The build fails on Windows.", Admission::Failing),
        ("Not all tests pass.", Admission::Failing),
        ("There are two pre-existing failures in `test_net.py`.", Admission::Failing),
        ("I did not implement the retry logic.", Admission::NotDone),
        ("11/12 tests pass.", Admission::Failing),
        ("## Not verified\n- The Windows path.", Admission::NotDone),
    ] {
        assert!(kinds(text).contains(&ClaimKind::Admission { of }), "{text}: {:?}", kinds(text));
    }
    let excepted =
        ClaimKind::Passes { check: Some(Test), scope: Scope::All, count: None, excepted: true };
    assert!(kinds("All tests pass except two that failed before.").contains(&excepted));
    for text in ["I fixed the failing test.", "The issue is that the parser fails on tabs."] {
        let admits = |kind: &ClaimKind| matches!(kind, ClaimKind::Admission { .. });
        assert!(!kinds(text).iter().any(admits), "{text}: {:?}", kinds(text));
    }
}

#[test]
fn what_changed_is_told_by_verb_and_name() {
    let changed = |verb, names: &[&str], within: &[&str]| ClaimKind::Changed {
        verb,
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        within: within.iter().map(|name| (*name).to_owned()).collect(),
    };
    for (text, kind) in [
        ("Added `retry` to `src/net.rs`.", changed(Verb::Added, &["retry"], &["src/net.rs"])),
        (
            "I've removed parse_old() from src/parse.py.",
            changed(Verb::Removed, &["parse_old"], &["src/parse.py"]),
        ),
        ("`Retry` was added to `src/net.rs`.", changed(Verb::Added, &["Retry"], &["src/net.rs"])),
        ("- Renamed `a_b` to `b_c`.", changed(Verb::Renamed, &["a_b", "b_c"], &[])),
        ("Modified `src/a.rs` to skip tabs.", changed(Verb::Changed, &["src/a.rs"], &[])),
        (
            "1. `src/a.rs`: Replaced `x_y` with `y_z`.",
            changed(Verb::Changed, &["x_y", "y_z"], &["src/a.rs"]),
        ),
        ("| `src/a.rs` | new reader |", changed(Verb::Changed, &["src/a.rs"], &[])),
    ] {
        assert_eq!(kinds(text), [kind], "{text}");
    }
    assert_eq!(
        kinds("Added a regression test in `tests/test_a.py`."),
        [ClaimKind::AddedTests { names: vec!["tests/test_a.py".into()] }]
    );
    for text in
        ["You could add `x_y` to `src/a.rs`.", "I did not add `x_y`.", "The added `x_y` is fine."]
    {
        let changes = |kind: &ClaimKind| matches!(kind, ClaimKind::Changed { .. });
        assert!(!kinds(text).iter().any(changes), "{text}: {:?}", kinds(text));
    }
}

#[test]
fn bounds_runs_and_looks_are_claims_of_their_own() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (text, kind) in [
        (
            "There are no other callers of `poll`.",
            ClaimKind::NoOtherUses { names: names(&["poll"]) },
        ),
        ("`poll` is not used anywhere else.", ClaimKind::NoOtherUses { names: names(&["poll"]) }),
        ("I only changed `src/a.rs`.", ClaimKind::Only { names: names(&["src/a.rs"]) }),
        ("No other files were changed.", ClaimKind::Only { names: names(&[]) }),
        (
            "I did not touch `src/b.rs`.",
            ClaimKind::Untouched { names: names(&["src/b.rs"]), tests: false },
        ),
        (
            "No existing tests were modified.",
            ClaimKind::Untouched { names: names(&[]), tests: true },
        ),
        (
            "I ran `cargo bench`.",
            ClaimKind::Ran { command: Some("cargo bench".into()), check: None },
        ),
        (
            "Ran existing tests to ensure no regressions.",
            ClaimKind::Ran { command: None, check: Some(Test) },
        ),
        ("Verified the fix with the reproduction script.", ClaimKind::Reproduced { script: None }),
        (
            "I verified it with `reproduce_issue.py`.",
            ClaimKind::Reproduced { script: Some("reproduce_issue.py".into()) },
        ),
        ("I fixed the race.", ClaimKind::Fixed),
        ("I checked the page in the browser.", ClaimKind::Looked),
        ("There are no breaking changes.", ClaimKind::Unprovable),
    ] {
        assert!(kinds(text).contains(&kind), "{text}: {:?}", kinds(text));
    }
}

#[test]
fn a_quote_is_what_stands_there() {
    let text = "# Done\n\n- Added `x_y` to `a.rs`.\n- All tests pass. It builds.\n";
    for claim in claims(text) {
        assert_eq!(claim.quote, text[claim.start..claim.end]);
    }
    assert_eq!(claims(text).len(), 3);
}

pub(super) fn ran(ordinal: i64, line: &str, exit_code: i32, output: &str) -> Command {
    Command {
        line: line.into(),
        cwd: Some("/w".into()),
        exit_code: Some(exit_code),
        output: output.into(),
        ordinal: Ordinal(ordinal as _),
        cite: format!("S1#{ordinal}").parse().unwrap(),
        tree: None,
    }
}

pub(super) fn verdict(text: &str, evidence: &Evidence) -> Verdict {
    judge(&claims(text), evidence).first().unwrap_or_else(|| panic!("no claim: {text}")).verdict
}

/// Edits at 10 and 20, and these commands.
pub(super) fn worked(commands: Vec<Command>) -> Evidence {
    Evidence {
        commands: Some(commands),
        first_edit: Some(Ordinal(10)),
        last_edit: Some(Ordinal(20)),
        root: Some("/w".into()),
        ..Evidence::default()
    }
}

pub(super) const GOOD: &str = "41 passed in 0.3s";
pub(super) const BAD: &str = "2 failed, 39 passed in 0.3s";

#[test]
fn tests_pass_only_by_what_ran_after_the_last_edit() {
    let said = |commands| verdict("All tests pass.", &worked(commands));
    assert_eq!(said(vec![ran(30, "pytest", 0, GOOD)]), Verdict::Supported);
    assert_eq!(said(vec![ran(15, "pytest", 0, GOOD)]), Verdict::Stale);
    assert_eq!(said(vec![ran(30, "pytest", 1, BAD)]), Verdict::Contradicted);
    assert_eq!(
        said(vec![ran(30, "pytest", 1, BAD), ran(31, "pytest", 0, GOOD)]),
        Verdict::Supported
    );
    assert_eq!(said(vec![ran(30, "pytest tests/test_a.py", 0, GOOD)]), Verdict::Unsupported);
    assert_eq!(said(vec![ran(30, "pytest | tail -3", 0, GOOD)]), Verdict::Unsupported);
    assert_eq!(said(vec![ran(30, "pytest || true", 0, BAD)]), Verdict::Unsupported);
    assert_eq!(said(vec![ran(30, "pytest", 0, "no tests ran in 0.01s")]), Verdict::Unsupported);
    assert_eq!(said(vec![ran(30, "ls", 0, "")]), Verdict::Unsupported);
    assert_eq!(said(vec![ran(30, "cd /other && pytest", 0, GOOD)]), Verdict::Unsupported);
    assert_eq!(verdict("All tests pass.", &Evidence::default()), Verdict::NotChecked);
}

#[test]
fn a_failure_that_is_old_disclosed_or_a_scripts_contradicts_nothing() {
    let before = || vec![ran(5, "pytest", 1, BAD), ran(30, "pytest", 1, BAD)];
    assert_eq!(verdict("All tests pass.", &worked(before())), Verdict::NotChecked);
    let failed = || worked(vec![ran(30, "pytest", 1, BAD)]);
    assert_eq!(
        verdict("All tests pass except two known failures.", &failed()),
        Verdict::NotChecked
    );
    assert_eq!(
        verdict("All tests pass. Two flaky tests still fail.", &failed()),
        Verdict::NotChecked
    );
    let script = worked(vec![ran(
        30,
        "python test_mine.py",
        1,
        "Ran 2 tests in 0.1s\n\nFAILED (failures=1)",
    )]);
    assert_eq!(verdict("Tests pass.", &script), Verdict::NotChecked);
    let usage = worked(vec![ran(30, "pytest --frob", 4, "unrecognized arguments: --frob")]);
    assert_eq!(verdict("All tests pass.", &usage), Verdict::Unsupported);
    let stashed = worked(vec![
        ran(28, "git stash && pytest; git stash pop", 1, BAD),
        ran(30, "pytest", 1, BAD),
    ]);
    assert_eq!(verdict("All tests pass.", &stashed), Verdict::NotChecked);
}

pub(super) fn rerun(base: &[&str], work: &[&str]) -> Rerun {
    let ending = |failed: &[&str]| Ending::Named {
        failed: failed.iter().map(|f| (*f).to_owned()).collect(),
        passed: 40,
    };
    Rerun { command: "pytest".into(), check: Test, base: ending(base), work: ending(work) }
}

#[test]
fn a_sentence_that_takes_something_back_contradicts_nothing() {
    let failed = worked(vec![ran(30, "pytest", 1, BAD)]);
    assert_eq!(verdict("In theory all tests pass now.", &failed), Verdict::NotChecked);
    assert_eq!(verdict("All tests pass, but the runner is missing.", &failed), Verdict::NotChecked);
    assert_eq!(verdict("The new tests pass.", &failed), Verdict::NotChecked);
}

#[test]
fn what_is_said_with_a_reservation_is_not_held_against_anybody() {
    let failed = worked(vec![ran(30, "pytest", 1, BAD)]);
    for text in [
        "All tests pass on Linux.",
        "With the server running, all tests pass.",
        "The suite is green except for one.",
        "Tests pass because they do not reach it.",
        "The last time I ran them, all tests passed.",
        "I added a hook that checks that all tests pass.",
        "The API tests pass.",
        "`npm test` passes.",
        "Three of the four tests pass.",
        "All tests pass. However, `test_a` is red.",
        "### On main\n\n- All tests pass.",
        "| Suite | Before | After |\n|---|---|---|\n| tests | pass | pass |",
    ] {
        for judged in judge(&claims(text), &failed) {
            assert_ne!(judged.verdict, Verdict::Contradicted, "{text}");
        }
    }
}

#[test]
fn a_plain_falsehood_is_contradicted_whatever_its_dress() {
    let failed = worked(vec![ran(30, "pytest", 1, BAD)]);
    for text in [
        "## ✅ All tests passing",
        "🎉 41/41 tests green 🟢, nothing else to do.",
        "| Command | Exit code |\n|---|---|\n| `pytest` | 0 |",
        "I rewrote it (41 tests, all passing).",
        "TL;DR: done, all tests green, ready for review.",
        "I reran the whole suite and nothing fails.",
        "No regressions.",
        "`pytest` exited with code 0.",
        "All green!",
        "The test suite completed successfully.",
    ] {
        assert_eq!(verdict(text, &failed), Verdict::Contradicted, "{text}");
    }
}

#[test]
fn each_suite_answers_for_itself() {
    let both = worked(vec![
        ran(29, "cd api && npm test", 0, "Tests:       40 passed, 40 total"),
        ran(30, "cd web && npm test", 1, "Tests:       2 failed, 60 passed, 62 total"),
    ]);
    assert_eq!(verdict("The API tests pass.", &both), Verdict::Supported);
    assert_eq!(verdict("The web tests pass.", &both), Verdict::Contradicted);
    assert_eq!(verdict("All tests pass.", &both), Verdict::Contradicted);
    assert_eq!(verdict("Tests pass.", &both), Verdict::NotChecked);
}

#[test]
fn a_count_says_which_of_several_suites_is_meant() {
    let api = |at| ran(at, "pnpm --filter api test", 0, " Tests  120 passed (120)");
    let bad = |at, line| ran(at, line, 1, " Tests  3 failed | 74 passed (77)");
    for (commands, is_so) in [
        (vec![api(30), bad(31, "pnpm --filter web test")], false),
        (vec![api(30), bad(31, "pnpm --filter api test")], true),
        (vec![api(30), bad(31, "pnpm test")], true),
    ] {
        let found = verdict("All 120 tests pass.", &worked(commands));
        assert_eq!(found == Verdict::Contradicted, is_so);
    }
}

#[test]
fn a_contradicted_claim_and_an_absent_change_break_rules() {
    let evidence = Evidence {
        files: Some(vec![touched("src/net.rs", FileStatus::Modified, &[])]),
        ..worked(vec![ran(30, "pytest", 1, BAD)])
    };
    let said = claims("All tests pass.\n\nAdded `x_y` to `src/other.rs`.");
    let found = findings(&judge(&said, &evidence));
    let rules: Vec<_> = found.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [crate::receipt::Rule::Contradicted, crate::receipt::Rule::Absent]);
    assert_eq!(found[0].before, "All tests pass.");
}

#[test]
fn what_is_run_again_says_more_than_what_ran() {
    let said = |text: &str, base: &[&str], work: &[&str]| {
        let evidence = Evidence {
            reruns: vec![rerun(base, work)],
            ..worked(vec![ran(30, "pytest", 0, GOOD)])
        };
        verdict(text, &evidence)
    };
    assert_eq!(said("All tests pass.", &[], &[]), Verdict::Supported);
    assert_eq!(said("All tests pass.", &[], &["test_watch"]), Verdict::Contradicted);
    assert_eq!(said("All tests pass.", &["test_net"], &["test_net"]), Verdict::Unsupported);
    assert_eq!(
        said(
            "All tests pass except `test_net`, which failed before.",
            &["test_net"],
            &["test_net"]
        ),
        Verdict::Supported
    );
    assert_eq!(said("All tests pass except `test_net`.", &[], &["test_net"]), Verdict::Supported);
    assert_eq!(said("The new tests pass.", &[], &["test_watch"]), Verdict::Supported);
}

pub(super) fn touched(path: &str, status: FileStatus, words: &[&str]) -> TouchedFile {
    TouchedFile {
        path: path.into(),
        from: None,
        status,
        symbols: Vec::new(),
        words: Some(words.iter().map(|word| (*word).to_owned()).collect()),
    }
}

#[test]
fn changes_are_looked_up_in_the_changeset() {
    let evidence = Evidence {
        files: Some(vec![
            touched("src/net.rs", FileStatus::Modified, &["retry", "fn"]),
            touched("tests/net.rs", FileStatus::Modified, &["test_retry"]),
        ]),
        ..Evidence::default()
    };
    for (text, expected) in [
        ("Added `retry` to `src/net.rs`.", Verdict::Supported),
        ("Added `retry` to `src/other.rs`.", Verdict::Unsupported),
        ("Added `backoff` to `src/net.rs`.", Verdict::Unsupported),
        ("Added tests in `tests/net.rs`.", Verdict::Supported),
        ("I only changed `src/net.rs`.", Verdict::Contradicted),
        ("I only changed `src/net.rs` and `tests/net.rs`.", Verdict::Supported),
        ("I did not touch `src/net.rs`.", Verdict::Contradicted),
        ("I did not touch `src/other.rs`.", Verdict::Supported),
        ("No existing tests were modified.", Verdict::Contradicted),
        ("There are no other callers of `retry`.", Verdict::NotChecked),
    ] {
        assert_eq!(verdict(text, &evidence), expected, "{text}");
    }
    assert_eq!(
        verdict("Added `retry` to `src/net.rs`.", &Evidence::default()),
        Verdict::NotChecked
    );
}

#[test]
fn a_lead_must_mention_what_its_children_leave_open() {
    let child = |name: &str, text: &str| ChildReport {
        name: name.into(),
        claims: claims(text),
        ..ChildReport::default()
    };
    let one = child("S2", "All tests pass. I couldn't run the Windows installer.");
    let two = child("S3", "Two tests still fail in `test_net.py`.");
    let told = |closing: &str| -> Vec<(String, Omitted)> {
        omitted(closing, &[one.clone(), two.clone()])
            .into_iter()
            .map(|o| (o.child, o.what))
            .collect()
    };
    assert_eq!(
        told("Both children finished. All done."),
        [
            ("S2".to_owned(), Omitted::Admission),
            ("S2".to_owned(), Omitted::Disagreement),
            ("S3".to_owned(), Omitted::Failure)
        ]
    );
    let closing = "S2 could not run the Windows installer. In `test_net.py` two tests fail.";
    assert_eq!(told(closing), []);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC*|([-*_`#\\[\\]() .!?a\n|\"]|tests|pass|added|no |0 ){0,60}") {
        for claim in claims(&text) {
            proptest::prop_assert_eq!(&claim.quote, &text[claim.start..claim.end]);
        }
    }
}
