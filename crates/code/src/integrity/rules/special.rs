//! Special cases in code for what tests ask, and code that asks whether a test runs.

use std::collections::BTreeSet;

use callboard_model::receipt::Rule;

use crate::integrity::assertion::squeezed;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::source::Source;
use crate::integrity::{Found, Surroundings};

/// What only runs of tests have.
const RUNNERS: &[&str] = &[
    "PYTEST_CURRENT_TEST",
    "JEST_WORKER_ID",
    "VITEST_WORKER_ID",
    "process.env.VITEST",
    "NODE_ENV === 'test'",
    "NODE_ENV === \"test\"",
    "NODE_ENV == 'test'",
    "cfg!(test)",
    "testing.Testing()",
    "sys.modules[\"pytest\"]",
    "\"pytest\" in sys.modules",
    "'pytest' in sys.modules",
    "\"unittest\" in sys.modules",
    "flag.Lookup(\"test.v\")",
    "PHPUNIT_",
    "typeof jest",
    "typeof describe",
    "sys.argv[0].endswith(\"pytest",
    "RUST_TEST_THREADS",
];

pub(in crate::integrity) fn find(
    change: &Change<'_>,
    around: &Surroundings<'_>,
    found: &mut Found,
) {
    let expected = expectations(change, around);
    for (file, side) in change.code().filter(|(_, side)| side.language.is_some()) {
        runners(change, file, side, found);
        let mut last: Option<u32> = None;
        for (line, asked, given) in side.branches.iter().filter(|(line, ..)| file.is_come(*line)) {
            let is_asked = expected.iter().any(|one| says(one, asked, given));
            let is_near = last.is_some_and(|last| line.saturating_sub(last) < 3);
            if telling(asked) && telling(given) && is_asked {
                if !is_near {
                    let words = format!(
                        "The code has an answer of its own for {asked}: {given}, which is what a test expects."
                    );
                    found.comes(Rule::HardCoded, (file.path(), *line), words, side.line(*line));
                }
                last = Some(*line);
            }
        }
    }
}

/// A literal that is not said by chance.
fn telling(literal: &str) -> bool {
    let inner = literal.trim_matches(['"', '\'', '`', '&', '-']);
    let is_small =
        inner.parse::<f64>().is_ok_and(|number| number.abs() < 3.0 && number.fract() == 0.0);
    inner.len() > 1
        && !is_small
        && !matches!(inner, "true" | "false" | "True" | "False" | "None" | "null" | "nil")
}

/// Assertions of tests, without spaces, with all that the test says about it.
fn expectations(change: &Change<'_>, around: &Surroundings<'_>) -> BTreeSet<String> {
    let sides =
        change.files.iter().filter(|file| !file.is_foreign).filter_map(|file| file.new.as_ref());
    let own = sides.flat_map(|side| &side.tests).flat_map(|test| {
        let texts: Vec<String> = test.assertions.iter().map(|one| squeezed(&one.text)).collect();
        // A value may be asked for on another line than that which compares it.
        let bodies = (test.assertions.len() == 1).then(|| test.body.clone());
        texts.into_iter().chain(bodies)
    });
    let others = around.tests.iter().flat_map(|text| text.lines()).map(squeezed);
    own.chain(others.filter(|line| line.contains("assert") || line.contains("expect"))).collect()
}

fn says(expected: &str, asked: &str, given: &str) -> bool {
    let bare = |literal: &str| literal.trim_matches(['"', '\'', '`']).to_owned();
    let has = |literal: &str| {
        let wanted = bare(literal);
        expected.match_indices(&wanted).any(|(at, _)| {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let before = expected[..at].chars().next_back();
            let after = expected[at + wanted.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    };
    has(asked) && has(given)
}

fn runners(change: &Change<'_>, file: &Compared<'_>, side: &Source<'_>, found: &mut Found) {
    for (line, text) in file.come_lines() {
        let asked = RUNNERS.iter().find(|word| text.contains(**word));
        let is_code = !side.code(line).trim().is_empty() && !side.is_tested(line);
        let is_setting = file.name().contains("config") || file.name().contains("settings");
        if let Some(asked) = asked.filter(|_| is_code && !is_setting && !change.is_moved(text)) {
            let words = format!(
                "The code asks whether a test runs (`{asked}`): what is tested need not be what is used."
            );
            found.comes(Rule::HardCoded, (file.path(), line), words, text);
        }
    }
}
