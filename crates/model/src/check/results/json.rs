//! The JSON that Jest, Vitest and Mocha write.

use std::collections::HashSet;

use serde_json::Value;

use super::lines::below;
use super::mocha::is_hook;
use super::told::{Runner, Told};
use super::{TestState, TestState::*};

/// What a report that is one JSON object tells; none where it is another's.
pub(super) fn read(report: &str, root: &str) -> Option<Told> {
    if !report.starts_with('{') {
        return None;
    }
    // What stands behind the object is not looked at: a runner's last words, or what a crash left.
    let value = serde_json::Deserializer::from_str(report).into_iter::<Value>().next()?.ok()?;
    if value.get("testResults").is_some() {
        return Some(files(&value, root));
    }
    value.get("stats").filter(|_| value.get("tests").is_some())?;
    Some(full_titles(&value, root))
}

/// What a report tells that stands in the output.
pub(super) fn within(output: &str, root: &str) -> Option<Told> {
    let jest = output.match_indices("{\"numFailedTestSuites\"").map(|(at, _)| at);
    let vitest = output.match_indices("{\"numTotalTestSuites\"").map(|(at, _)| at);
    let mocha = output.match_indices("{\n  \"stats\": {").map(|(at, _)| at);
    jest.chain(vitest).chain(mocha).find_map(|at| read(&output[at..], root))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Jest's and Vitest's: files, each with its tests.
fn files(value: &Value, root: &str) -> Told {
    let runner = if value.get("wasInterrupted").is_some() { Runner::Jest } else { Runner::Vitest };
    let mut told = Told::by(runner);
    told.found(value.get("numTotalTests").and_then(Value::as_u64).and_then(|n| n.try_into().ok()));
    told.is_cut_short = value.get("wasInterrupted").and_then(Value::as_bool).unwrap_or(false);
    for file in list(value, "testResults") {
        let path = below(text(file, "name"), root);
        let tests = list(file, "assertionResults");
        for test in tests {
            let groups = list(test, "ancestorTitles").iter().filter_map(Value::as_str);
            let parts: Vec<&str> =
                [path].into_iter().chain(groups).chain([text(test, "title")]).collect();
            let Some(state) = state_of(text(test, "status")) else { continue };
            let failure = list(test, "failureMessages").first().and_then(Value::as_str);
            let outcome = told.test(&parts.join(" > "), state).in_file(path);
            outcome.failing_with(&without_trace(failure.unwrap_or_default()));
        }
        let is_broken = text(file, "status") == "failed"
            && !tests.iter().any(|test| text(test, "status") == "failed");
        if is_broken {
            let words = text(file, "message").lines().map(str::trim);
            let mut words = words.filter(|line| !line.is_empty() && !line.starts_with('●'));
            told.error(Some(path), words.next().unwrap_or("the file failed outside of its tests"));
        }
    }
    told
}

fn state_of(status: &str) -> Option<TestState> {
    match status {
        "passed" => Some(Passed),
        "failed" => Some(Failed),
        "pending" | "skipped" | "todo" | "disabled" => Some(Skipped),
        _ => None,
    }
}

/// The message without the calls that led to it.
fn without_trace(failure: &str) -> String {
    let kept: Vec<&str> =
        failure.lines().take_while(|line| !line.trim_start().starts_with("at ")).collect();
    kept.join("\n")
}

/// Mocha's: all tests by their full titles, then those of each end.
fn full_titles(value: &Value, root: &str) -> Told {
    let mut told = Told::by(Runner::Mocha);
    let count = value["stats"].get("tests").and_then(Value::as_u64);
    told.found(count.and_then(|count| count.try_into().ok()));
    let failures = list(value, "failures");
    let key = |test| (text(test, "file"), text(test, "fullTitle"));
    let pending: HashSet<_> = list(value, "pending").iter().map(key).collect();
    let failed: HashSet<_> = failures.iter().map(key).collect();
    for test in list(value, "tests") {
        let name = text(test, "fullTitle");
        let error = test.get("err").filter(|err| !text(err, "message").is_empty());
        let is_failed = error.is_some() || test.get("err").is_none() && failed.contains(&key(test));
        // Of two tests with one title, only the one that ran has a speed.
        let is_pending = test.get("speed").is_none() && pending.contains(&key(test));
        let state = match (is_failed, is_pending) {
            (true, _) => Failed,
            (false, true) => Skipped,
            (false, false) => Passed,
        };
        let outcome = told.test(name, state).in_file(below(text(test, "file"), root));
        outcome.failing_with(error.map_or("", |error| text(error, "message")));
    }
    for hook in failures.iter().filter(|test| is_hook(text(test, "title"))) {
        let words = format!("{}: {}", text(hook, "fullTitle"), text(&hook["err"], "message"));
        told.error(None, &words);
    }
    told
}
