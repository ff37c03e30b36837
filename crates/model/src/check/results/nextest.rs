//! What `cargo nextest run` prints: a line for each test, the failing ones with their output below.

use std::collections::HashMap;

use super::lines::leading_number;
use super::told::{Runner, Told};
use super::{TestState, TestState::*};

struct Test {
    state: TestState,
    failure: String,
}

pub(super) fn read(output: &str, _root: &str) -> Option<Told> {
    if !output.contains("  PASS [") && !output.contains("  FAIL [") && !output.contains("Starting ")
    {
        return None;
    }
    let mut told = Told::by(Runner::Nextest);
    let mut order: Vec<&str> = Vec::new();
    let mut tests: HashMap<&str, Test> = HashMap::new();
    let mut failing: Option<&str> = None;
    let mut is_error_output = false;
    for line in output.lines() {
        let trimmed = line.trim_start();
        if let Some((state, name)) = status(trimmed) {
            let test = tests.entry(name).or_insert_with(|| {
                order.push(name);
                Test { state, failure: String::new() }
            });
            // A later try, and the summary, say how it ended.
            test.state = state;
            failing = (state == Failed && test.failure.is_empty()).then_some(name);
            is_error_output = false;
        } else if let Some(rest) = trimmed.strip_prefix("Starting ")
            && rest.contains(" test")
            && rest.contains(" across ")
        {
            told.found(leading_number(rest));
        } else if trimmed.starts_with("stderr ─") {
            is_error_output = true;
        } else if trimmed.starts_with("────") {
            failing = None;
        } else if trimmed.starts_with("warning: ") && trimmed.contains(" tests were not run due to")
        {
            told.is_cut_short = true;
        } else if let Some(test) = failing.and_then(|name| tests.get_mut(name))
            && is_error_output
            && !trimmed.is_empty()
        {
            if trimmed.starts_with("stack backtrace:") {
                failing = None;
            } else if test.failure.len() < crate::limits::TEST_FAILURE_BYTES {
                test.failure.push_str(line);
                test.failure.push('\n');
            }
        }
    }
    for name in order {
        let Some(test) = tests.get(name) else { continue };
        told.test(&full_name(name), test.state).failing_with(&test.failure);
    }
    told.some()
}

/// `PASS [   0.005s] ( 1/10) demo::it deep::x`: how the test ended, and its binary and name.
fn status(line: &str) -> Option<(TestState, &str)> {
    let (word, rest) = line.split_once(" [")?;
    let (time, rest) = rest.split_once(']')?;
    if !time.trim().is_empty() && !time.trim_end().ends_with('s') {
        return None;
    }
    let state = state_of(word)?;
    let rest = rest.trim_start();
    // Newer versions count the tests in front of the name.
    let name = match rest.strip_prefix('(') {
        Some(counted) => counted.split_once(')')?.1.trim_start(),
        None => rest,
    };
    let is_name = name.split_once(' ').is_some_and(|(binary, test)| {
        !binary.is_empty() && !test.is_empty() && !test.contains(' ')
    });
    is_name.then_some((state, name))
}

fn state_of(word: &str) -> Option<TestState> {
    let mut words = word.split(' ');
    match (words.next()?, words.next_back()) {
        ("PASS" | "LEAK" | "FLAKY", _) | ("TRY", Some("PASS")) => Some(Passed),
        ("SKIP", None) => Some(Skipped),
        ("FAIL" | "TIMEOUT" | "ABORT" | "LEAK-FAIL" | "XFAIL", _) => Some(Failed),
        (word, None) if word.starts_with("SIG") => Some(Failed),
        ("TRY", Some(word)) if word != "START" && word != "SLOW" => Some(Failed),
        _ => None,
    }
}

/// The name with the binary's crate as code writes it, which is all that `cargo test` tells of it.
pub(super) fn full_name(name: &str) -> String {
    match name.split_once(' ') {
        Some((binary, test)) => format!("{} {test}", super::cargo::identifier(binary)),
        None => name.to_owned(),
    }
}
