//! Tests that are gone, that do not run any more, and that assert nothing.

use std::collections::BTreeMap;

use callboard_model::receipt::Rule;

use super::finding;
use crate::integrity::assertion::{Assertion, Strength};
use crate::integrity::compared::{Change, Compared};
use crate::integrity::source::{Skip, Source, Test};
use crate::integrity::tests_of::{Placed, Tests, is_shown};
use crate::integrity::{Found, gone, spot};

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    by_lines(change, found);
    by_heads(change, found);
    let tests = Tests::of(change);
    deleted(change, &tests, found);
    for (old, new) in &tests.kept {
        let file = &change.files[new.file];
        skipped(change, file, Some(old.test), new.test, found);
        emptied(file, old.test, new.test, found);
    }
    for new in &tests.come {
        let file = &change.files[new.file];
        skipped(change, file, None, new.test, found);
        without_assertion(file, new.test, found);
    }
}

/// Ways in which languages without a syntax tree here skip tests.
const SKIPPED: &[&str] = &[
    "@Disabled",
    "@Ignore",
    "[Ignore",
    "[Fact(Skip",
    "[Theory(Skip",
    "@tag :skip",
    "skip \"",
    "skip '",
    "pending \"",
    "pending '",
    "xspecify ",
    "xexample ",
    "throw XCTSkip(",
    "try XCTSkip",
    "$this->markTest",
    "self::markTest",
    "assumeTrue(false",
    "Assume.assumeTrue(false",
    "Assumptions.assumeTrue(false",
    "GTEST_SKIP(",
    "@EnabledIf",
    "@Test(enabled=false",
    "[Explicit",
    "xit ",
    "xdescribe ",
    "xcontext ",
    "markTestSkipped(",
    "markTestIncomplete(",
    "XCTSkip(",
    "@Test(enabled = false",
    "@unittest.skip",
    "skip_test!",
];

fn by_lines(change: &Change<'_>, found: &mut Found) {
    for file in change.files.iter().filter(|file| file.is_test && !file.is_foreign) {
        let Some(new) = file.new.as_ref().filter(|side| !side.has_tree) else { continue };
        for (line, text) in file.come_lines().filter(|(_, text)| !change.is_moved(text)) {
            let code = new.code(line).trim();
            if SKIPPED.iter().any(|word| code.starts_with(word)) {
                let words = "A test does not run any more.".to_owned();
                found.comes(Rule::TestSkipped, (file.path(), line), words, text);
            }
        }
    }
}

/// Marks at the head of a file of Go or Rust by which it is only built where something is asked for.
fn by_heads(change: &Change<'_>, found: &mut Found) {
    for file in
        change.files.iter().filter(|file| file.is_test && !file.is_foreign && file.old.is_some())
    {
        let head = |line: &str| {
            let line = line.trim();
            let mark = if file.name().ends_with("_test.go") {
                line.strip_prefix("//go:build ").or_else(|| line.strip_prefix("// +build "))
            } else if file.name().ends_with(".rs") {
                line.strip_prefix("#![cfg(")
            } else {
                None
            };
            mark.filter(|mark| !is_guard(mark) && !is_machine(mark)).map(str::to_owned)
        };
        if file.gone_lines().any(|(_, text)| head(text).is_some()) {
            continue;
        }
        let mark = file.come_lines().find_map(|(line, text)| Some((line, text, head(text)?)));
        if let Some((line, text, mark)) = mark {
            let words = format!(
                "The tests of the file do not run any more, but where `{mark}` is asked for."
            );
            found.comes(Rule::TestSkipped, (file.path(), line), words, text);
        }
    }
}

/// Whether a mark asks for a system or a machine alone.
fn is_machine(mark: &str) -> bool {
    let known = [
        "unix", "cgo", "race", "amd64", "arm64", "386", "wasm", "js", "freebsd", "netbsd",
        "openbsd", "android", "ios", "plan9", "solaris", "aix", "go1", "not", "any", "all", "msan",
        "purego",
    ];
    let mut words = mark
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty() && !word.chars().all(|c| c.is_ascii_digit()));
    words.all(|word| known.contains(&word))
}

fn deleted(change: &Change<'_>, tests: &Tests<'_>, found: &mut Found) {
    let mut by_file: BTreeMap<usize, Vec<&Placed<'_>>> = BTreeMap::new();
    for one in tests.gone.iter().filter(|one| !one.test.is_group && !one.test.is_torn) {
        let file = &change.files[one.file];
        // Of a diff's hunks, only what is cut out whole is known to be gone.
        let is_cut = file.is_gone(one.test.line) || !file.file.is_partial;
        let is_inner = tests.gone.iter().any(|outer| {
            outer.file == one.file
                && !outer.test.is_group
                && outer.test.line < one.test.line
                && one.test.end <= outer.test.end
        });
        if is_cut && !is_inner && !is_merged(tests, one) {
            by_file.entry(one.file).or_default().push(one);
        }
    }
    for (at, gone_tests) in by_file {
        let file = &change.files[at];
        let path = file.file.old_path.unwrap_or(file.path());
        let Some(old) = &file.old else { continue };
        if file.file.is_gone() {
            let names: Vec<String> =
                gone_tests.iter().take(3).map(|one| format!("`{}`", one.test.name)).collect();
            let more = gone_tests.len().saturating_sub(names.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let words = format!("The file is gone with its tests: {}{more}.", names.join(", "));
            found.findings.push(finding(
                Rule::TestDeleted,
                gone(path, gone_tests[0].test.line),
                words,
                "",
                "",
            ));
            continue;
        }
        for one in gone_tests {
            let words = format!(
                "`{}` is gone, and no other test has its name or does what it did.",
                one.test.name
            );
            let before = old.excerpt(one.test.line, one.test.end);
            found.findings.push(finding(
                Rule::TestDeleted,
                gone(path, one.test.line),
                words,
                &before,
                "",
            ));
        }
    }
}

/// Whether a table that came does what the test did.
fn is_merged(tests: &Tests<'_>, gone: &Placed<'_>) -> bool {
    let subject =
        |assertion: &Assertion| assertion.subject.split('(').next().unwrap_or_default().to_owned();
    let subjects: Vec<String> = gone.test.assertions.iter().map(subject).collect();
    let tables = tests.come.iter().chain(tests.kept.iter().map(|(_, new)| new));
    let mut tables = tables.filter(|new| new.test.is_table && new.file == gone.file);
    !subjects.is_empty()
        && tables.any(|new| {
            let has: Vec<String> = new.test.assertions.iter().map(subject).collect();
            subjects.iter().all(|one| has.contains(one))
        })
}

/// Words of a condition that ask what the machine is, or has: a test that cannot run there.
const GUARDS: &[&str] = &[
    "platform",
    "os.name",
    "version",
    "has_",
    "HAS_",
    "not_",
    "find_spec",
    "which",
    "environ",
    "process.env",
    "GOOS",
    "GOARCH",
    "Short()",
    "LookPath",
    "Getenv",
    "windows",
    "Windows",
    "WIN",
    "linux",
    "darwin",
    "connection",
    "vendor",
    "features",
    "available",
    "Available",
    "installed",
    "supports",
    "sys.",
    "IS_",
    "CI",
    "cuda",
    "gpu",
    "import",
    "except_clause",
    "None",
    "nil",
    "root",
    "geteuid",
    "Geteuid",
    "getuid",
    "Getuid",
    "network",
    "docker",
    "arch",
    "machine",
    "for_statement",
    "catch_clause",
    "miri",
    "target_",
    "unix",
    "UNIX",
    "MAC",
    "isMac",
    "isWin",
    "isLinux",
    "browserName",
    "browser",
    "isMobile",
    "webkit",
    "defaultViewport",
    "ENV",
    "Env",
    "process.",
    "hasattr",
    "debug_assertions",
    "is_installed",
    "exists",
    "Exists",
    "raceEnabled",
    "headless",
    "os(",
    "panic = ",
    "sanitize",
    "TEST_",
    "NO_",
    "USE_",
    "db_",
    "engine",
    "backend",
    "dialect",
    "tzset",
    "locale",
    "sqlite",
    "postgres",
    "mysql",
];

/// Words of a reason that say what a machine lacks.
const LACKS: &[&str] = &[
    "not set",
    "not installed",
    "not available",
    "unavailable",
    "requires",
    "needs ",
    "only on",
    "not supported",
    "unsupported",
    "short mode",
    "no network",
    "offline",
    "missing",
    "not found",
    "without",
    "no such",
    "must be",
    "need ",
    "does not support",
    "doesn't support",
    "not reachable",
    "not running",
];

/// A condition that holds unless somebody asks for the test by name: it is skipped wherever nobody does.
fn is_asked_for(test: &Test, skip: &Skip, condition: &str) -> bool {
    let squeezed: String = condition.chars().filter(|c| !c.is_whitespace()).collect();
    let unset = ["==\"\"", "==''", "!=\"1\"", "!='1'", "!=\"true\""];
    let is_unset = unset.iter().any(|sign| squeezed.ends_with(sign))
        || ["!process.env.", "notos.environ", "notos.getenv(", "notos.environ.get("]
            .iter()
            .any(|begin| squeezed.starts_with(begin));
    let reads = ["Getenv(", "environ", "getenv(", "process.env", "env::var"];
    // Where something else is in question, a test needs it: an address, a key, a service.
    let upper = squeezed.to_ascii_uppercase();
    let needs = [
        "URL", "HOST", "DSN", "TOKEN", "KEY", "ADDR", "PORT", "DB", "PATH", "DOCKER", "DATABASE",
        "BUCKET", "REGION", "SECRET", "PASSWORD", "HOME", "DISPLAY",
    ];
    let reason = skip.text.to_ascii_lowercase();
    let by_will = ["slow", "flaky", "run", "set", "skip", "full", "all", "later", "disabled"]
        .iter()
        .any(|word| reason.contains(word));
    is_unset
        && reads.iter().any(|read| squeezed.contains(read))
        && !needs.iter().any(|word| upper.contains(word))
        && by_will
        && !test.assertions.is_empty()
}

fn is_guard(condition: &str) -> bool {
    GUARDS.iter().any(|word| condition.contains(word))
}

/// Whether a test is skipped where it cannot run: by what it asks, by where the asked value comes from, or by its reason.
fn is_guarded(test: &Test, skip: &Skip, condition: &str) -> bool {
    if is_asked_for(test, skip, condition) {
        return false;
    }
    let reason = skip.text.to_ascii_lowercase();
    let names =
        condition.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| name.len() > 1);
    let mut comes_from = names.flat_map(|name| {
        let signs = [
            format!("{name}:="),
            format!("{name}="),
            format!("{name},_:="),
            format!("{name},ok:="),
            format!("{name},err:="),
        ];
        signs.into_iter().filter_map(|sign| {
            let (_, rest) = test.body.split_once(&sign)?;
            (!rest.starts_with('=')).then(|| rest.chars().take(FROM).collect::<String>())
        })
    });
    is_guard(condition)
        || is_machine(condition)
        || LACKS.iter().any(|word| reason.contains(word))
        || comes_from.any(|from| is_guard(&from))
}

/// Characters of a value that say where it comes from.
const FROM: usize = 40;

/// Whether a group, or all of a file, had tests before.
fn had_tests(file: &Compared<'_>, group: &str) -> bool {
    let inner = format!("{group} › ");
    let mut tests = file.old.iter().flat_map(|old| &old.tests);
    (group.ends_with(" *") && file.old.is_some()) || tests.any(|one| one.path.starts_with(&inner))
}

fn skipped(
    change: &Change<'_>,
    file: &Compared<'_>,
    old: Option<&Test>,
    new: &Test,
    found: &mut Found,
) {
    let before = old.map(|old| old.skips.len()).unwrap_or_default();
    if before >= new.skips.len() && !becomes_always(old, new) {
        return;
    }
    let is_taken = |skip: &&Skip| {
        old.is_none_or(|old| !old.skips.iter().any(|one| one.text == skip.text))
            && skip.condition.as_deref().is_none_or(|condition| {
                let is_whole = new.is_group && had_tests(file, &new.path);
                (old.is_some() || is_whole) && !is_guarded(new, skip, condition)
            })
            && !(new.is_group
                && change.is_moved(file.new.as_ref().map_or("", |side| side.line(skip.line))))
            && file.is_come(skip.line)
    };
    let Some(skip) = new.skips.iter().find(is_taken) else { return };
    let what = if new.is_group { "Tests of" } else { "Test" };
    let words = match (&skip.condition, skip.is_only) {
        (_, true) => format!("{what} `{}` run alone: all others of the file do not run.", new.name),
        (Some(condition), _) => {
            format!("{what} `{}` do not run any more where `{condition}` holds.", new.name)
        }
        (None, _) if old.is_none() && !new.is_group => {
            format!("Test `{}` is new, and does not run.", new.name)
        }
        (None, _) => {
            format!("{what} `{}` ran before this change, and do not count any more.", new.name)
        }
    };
    let words = if new.is_group {
        words
    } else {
        words
            .replace(" run alone", " runs alone")
            .replace(" do not run any", " does not run any")
            .replace(" do not count", " does not count")
    };
    let after = file.new.as_ref().map_or("", |side| side.line(skip.line));
    found.findings.push(finding(Rule::TestSkipped, spot(file.path(), skip.line), words, "", after));
}

/// Whether a condition became none.
fn becomes_always(old: Option<&Test>, new: &Test) -> bool {
    old.is_some_and(|old| {
        old.skips.iter().all(|skip| skip.condition.is_some())
            && !old.skips.is_empty()
            && new.skips.iter().any(|skip| skip.condition.is_none())
    })
}

/// A test that was there, and newly says something that always holds, beside what it said.
fn emptied(file: &Compared<'_>, old: &Test, new: &Test, found: &mut Found) {
    let of_old = |one: &Assertion| old.assertions.iter().any(|other| other.key() == one.key());
    let mut vacuous = new
        .assertions
        .iter()
        .filter(|one| one.strength == Strength::Vacuous && file.is_come(one.line) && !of_old(one));
    if let Some(one) = vacuous.next() {
        let words = format!("`{}` has an assertion that always holds.", new.name);
        found.findings.push(finding(
            Rule::NoAssertion,
            spot(file.path(), one.line),
            words,
            "",
            &one.text,
        ));
    }
}

fn without_assertion(file: &Compared<'_>, test: &Test, found: &mut Found) {
    let Some(side) = &file.new else { return };
    let is_skipped = test.skips.iter().any(|skip| !skip.is_only);
    if test.is_group || test.is_torn || is_skipped || !is_shown(file, test) || asserts(side, test) {
        return;
    }
    let inner = side
        .tests
        .iter()
        .any(|one| one.line > test.line && one.end <= test.end && one.path != test.path);
    if inner {
        return;
    }
    let vacuous = test.assertions.iter().find(|one| one.strength == Strength::Vacuous);
    let (line, words) = match vacuous {
        Some(one) => (one.line, format!("What `{}` asserts always holds.", test.name)),
        None => (
            test.line,
            format!("`{}` asserts nothing: it passes if nothing fails on the way.", test.name),
        ),
    };
    let after = vacuous.map_or_else(|| side.excerpt(test.line, test.end), |one| one.text.clone());
    found.findings.push(finding(Rule::NoAssertion, spot(file.path(), line), words, "", &after));
}

/// Whether a test asserts something, itself or by a function of its file.
fn asserts(side: &Source<'_>, test: &Test) -> bool {
    let own = test.assertions.iter().any(|one| one.strength > Strength::Vacuous);
    let by_function = || {
        let asserting =
            |name: &String| side.functions.iter().any(|one| one.asserts && one.name == *name);
        test.calls.iter().any(asserting)
    };
    own || (test.is_smoke && test.assertions.is_empty()) || by_function()
}
