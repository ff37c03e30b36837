//! Changes that make their own proof worth less, and those that only look like it.

use callboard_code::integrity::{ChangedFile, Found, Surroundings, integrity, patch};
use callboard_model::receipt::Rule;
use callboard_model::scope::Pattern;

fn edited<'a>(path: &'a str, old: &'a str, new: &'a str) -> ChangedFile<'a> {
    ChangedFile { old_path: Some(path), path, old: Some(old), new: Some(new), ..Default::default() }
}

fn added<'a>(path: &'a str, new: &'a str) -> ChangedFile<'a> {
    ChangedFile { path, new: Some(new), ..Default::default() }
}

fn find(change: &[ChangedFile<'_>]) -> Found {
    integrity(change, &Surroundings::default())
}

/// The rules that speak, with the lines they name.
fn told(change: &[ChangedFile<'_>]) -> Vec<(Rule, Option<u32>)> {
    let findings = find(change).findings;
    findings.iter().map(|one| (one.rule, one.spot.as_ref().and_then(|spot| spot.line))).collect()
}

const OLD: &str = "def test_total():\n    total = f([1, 2])\n    assert total == 3\n\n\ndef test_none():\n    assert f([]) == 0\n";

#[test]
fn a_comparison_that_became_a_truth_test_is_shown_with_both_lines() {
    let new = OLD.replace("assert total == 3", "assert total");
    let found = find(&[edited("tests/test_f.py", OLD, &new)]);
    let [finding] = &found.findings[..] else { panic!("{found:?}") };
    assert_eq!(finding.rule, Rule::AssertionWeakened);
    assert_eq!(finding.spot.as_ref().and_then(|spot| spot.line), Some(3));
    assert_eq!(
        (finding.before.as_str(), finding.after.as_str()),
        ("assert total == 3", "assert total")
    );
    assert!(finding.words.contains("`test_total`"), "{}", finding.words);
}

#[test]
fn a_test_that_is_gone_has_its_line_in_the_file_as_it_was() {
    let new = &OLD[..OLD.find("\n\ndef test_none").unwrap()];
    let found = find(&[edited("tests/test_f.py", OLD, new)]);
    let [finding] = &found.findings[..] else { panic!("{found:?}") };
    let spot = finding.spot.as_ref().unwrap();
    assert_eq!((finding.rule, spot.line, spot.is_gone), (Rule::TestDeleted, Some(6), true));
}

#[test]
fn a_test_that_moved_to_another_file_is_not_gone() {
    let gone = ChangedFile {
        old_path: Some("tests/a.py"),
        path: "tests/test_a.py",
        old: Some(OLD),
        ..Default::default()
    };
    assert_eq!(told(&[gone, added("tests/unit/test_b.py", OLD)]), []);
}

#[test]
fn another_expected_value_is_a_candidate_only() {
    let found = find(&[edited("tests/test_f.py", OLD, &OLD.replace("== 3", "== 4"))]);
    assert_eq!(found.findings, []);
    let [candidate] = &found.candidates[..] else { panic!("{found:?}") };
    assert_eq!(candidate.test, "test_total");
    assert_eq!(candidate.finding.after, "assert total == 4");
}

#[test]
fn one_line_is_told_once_by_the_rule_that_explains_it() {
    let new = OLD
        .replace("    total = f", "    return\n    total = f")
        .replace("assert total == 3", "assert True  # noqa");
    let rules: Vec<Rule> =
        told(&[edited("tests/test_f.py", OLD, &new)]).into_iter().map(|(rule, _)| rule).collect();
    assert!(rules.contains(&Rule::TestSkipped), "{rules:?}");
    assert!(!rules.contains(&Rule::Suppression), "{rules:?}");
}

#[test]
fn a_special_case_is_found_by_a_test_that_stays_as_it_is() {
    let old = "def f(name):\n    return len(name)\n";
    let new = "def f(name):\n    if name == \"amber\":\n        return 42\n    return len(name)\n";
    let around = Surroundings {
        tests: &["def test_f():\n    assert f(\"amber\") == 42\n"],
        ..Default::default()
    };
    let found = integrity(&[edited("shop/f.py", old, new)], &around);
    assert_eq!(found.findings.iter().map(|one| one.rule).collect::<Vec<_>>(), [Rule::HardCoded]);
    assert_eq!(told(&[edited("shop/f.py", old, new)]), []);
}

#[test]
fn paths_are_held_against_the_scope_and_what_must_not_be_touched() {
    let (scope, forbidden, agents) =
        ([Pattern::of("src")], [Pattern::of("src/secret")], [Pattern::of("AGENT.cfg")]);
    let around =
        Surroundings { scope: &scope, forbidden: &forbidden, agent_files: &agents, tests: &[] };
    let change = [
        added("src/a.txt", "a"),
        added("src/secret/b.txt", "b"),
        added("docs/c.txt", "c"),
        added("AGENT.cfg", "d"),
    ];
    let found = integrity(&change, &around);
    let paths = |rule: Rule| -> Vec<&str> {
        found
            .findings
            .iter()
            .filter(|one| one.rule == rule)
            .filter_map(|one| Some(one.spot.as_ref()?.path.as_str()))
            .collect()
    };
    assert_eq!(paths(Rule::OutOfScope), ["AGENT.cfg", "docs/c.txt", "src/secret/b.txt"]);
    assert_eq!(paths(Rule::Workflow), ["AGENT.cfg"]);
}

#[test]
fn hunks_of_a_diff_are_enough_for_an_assertion_whose_test_begins_elsewhere() {
    let diff = "diff --git a/tests/test_f.py b/tests/test_f.py\n--- a/tests/test_f.py\n+++ b/tests/test_f.py\n\
                @@ -40,3 +40,3 @@ class FTests(TestCase):\n         out = f(1)\n-        self.assertEqual(out.code, 41)\n\
                +        self.assertIsNotNone(out.code)\n         out.close()\n";
    let files = patch::files(diff);
    let change: Vec<ChangedFile<'_>> = files.iter().map(patch::PatchedFile::changed).collect();
    assert_eq!(told(&change), [(Rule::AssertionWeakened, Some(41))]);
}

#[test]
fn nothing_is_said_of_what_cannot_be_read() {
    let torn = "def test_(:\n  assert (((\n\u{0}\u{1}";
    let long = "x".repeat(3 << 20);
    let change = [
        edited("tests/test_a.py", torn, "def"),
        edited("tests/test_b.py", &long, ""),
        added("a.bin", "\u{0}"),
    ];
    let _ = find(&change);
}
