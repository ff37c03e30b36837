//! What Mocha prints by its reporter `spec`: a tree of suites and tests, then how many passed, then the failures.
//!
//! A test is called by its full title, which is what Mocha's own `--grep` and its other reporters know.

use super::lines::{indent, leading_number, without_duration};
use super::told::{Runner, Told};
use super::{TestState, TestState::*};

/// Lines at which another runner's output ends: what stands before them is no tree of Mocha's.
const OTHERS: [&str; 5] =
    ["Ran all test suites", "ℹ duration_ms", "   Duration ", "test result: ", "# duration_ms"];

pub(super) fn read(output: &str, _root: &str) -> Option<Told> {
    let mut told = Told::by(Runner::Mocha);
    let mut tree: Vec<&str> = Vec::new();
    let mut lines = output.lines().peekable();
    while let Some(line) = lines.next() {
        if OTHERS.iter().any(|end| line.starts_with(end)) {
            tree.clear();
        } else if let Some(rest) = line.trim_start().strip_prefix("Exception during run: ") {
            told.error(None, rest);
        } else if let Some(passed) = passing(line) {
            branches(&tree, &mut told);
            tree.clear();
            let mut count = passed;
            while let Some(more) = lines.peek().and_then(|line| pending_or_failing(line)) {
                count += more;
                lines.next();
            }
            told.found(Some(count));
            failures(&mut lines, &mut told);
        } else if line.starts_with("  ") {
            tree.push(line);
        }
    }
    told.some()
}

/// `  6 passing (111ms)`.
fn passing(line: &str) -> Option<u32> {
    let rest = line.strip_prefix("  ")?;
    let (count, time) = rest.split_once(" passing (")?;
    time.ends_with(')').then(|| count.parse().ok())?
}

fn pending_or_failing(line: &str) -> Option<u32> {
    let rest = line.strip_prefix("  ")?;
    let count = rest.strip_suffix(" pending").or_else(|| rest.strip_suffix(" failing"))?;
    count.parse().ok()
}

fn branches(tree: &[&str], told: &mut Told) {
    let mut groups: Vec<(usize, &str)> = Vec::new();
    for line in tree {
        let (depth, text) = (indent(line), line.trim());
        if text.is_empty() || depth % 2 == 1 {
            continue;
        }
        let Some((title, state)) = test(text) else {
            groups.retain(|(at, _)| *at < depth);
            if groups.len() < crate::limits::TEST_GROUP_DEPTH {
                groups.push((depth, text));
            }
            continue;
        };
        // What a test prints may look like one, but a suite's own tests stand right below it, before other suites.
        if depth != groups.last().map_or(2, |(at, _)| at + 2) {
            continue;
        }
        let mut name: String = groups.iter().flat_map(|(_, group)| [*group, " "]).collect();
        name.push_str(title);
        if is_hook(title) {
            told.error(None, &name);
        } else {
            told.test(&name, state);
        }
    }
}

fn test(text: &str) -> Option<(&str, TestState)> {
    for mark in ["✔ ", "✓ "] {
        if let Some(title) = text.strip_prefix(mark) {
            return Some((without_duration(title), Passed));
        }
    }
    if let Some(title) = text.strip_prefix("- ") {
        return Some((title, Skipped));
    }
    leading_number(text)?;
    Some((text.split_once(") ")?.1, Failed)).filter(|_| {
        let number = text.split(')').next().unwrap_or_default();
        number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// `"before all" hook for "x"`: a failing hook keeps tests from running, and is none.
pub(super) fn is_hook(title: &str) -> bool {
    ["\"before all\" hook", "\"after all\" hook", "\"before each\" hook", "\"after each\" hook"]
        .iter()
        .any(|hook| title.contains(hook))
}

/// `  1) suite`, `       test:`, and what it told.
fn failures<'a>(lines: &mut std::iter::Peekable<std::str::Lines<'a>>, told: &mut Told) {
    let mut titles: Vec<&str> = Vec::new();
    let mut is_titled = false;
    let mut failure = String::new();
    while let Some(line) = lines.next_if(|line| line.is_empty() || line.starts_with("  ")) {
        let begins = indent(line) == 2 && test(line.trim()).is_some_and(|(_, s)| s == Failed);
        if begins {
            tell(&titles, &failure, told);
            failure.clear();
            titles = vec![test(line.trim()).map_or("", |(title, _)| title)];
            is_titled = line.ends_with(':');
        } else if titles.is_empty() {
            continue;
        } else if !is_titled {
            titles.push(line.trim());
            is_titled = line.ends_with(':');
        } else if failure.len() < crate::limits::TEST_FAILURE_BYTES {
            failure.push_str(line);
            failure.push('\n');
        }
        // What the message says after its first line stands at the left.
        if is_titled {
            while let Some(more) = lines.next_if(|line| !line.is_empty() && !line.starts_with(' '))
            {
                failure.push_str(more);
                failure.push('\n');
            }
        }
    }
    tell(&titles, &failure, told);
}

fn tell(titles: &[&str], failure: &str, told: &mut Told) {
    let name = titles.join(" ");
    let name = name.strip_suffix(':').unwrap_or(&name);
    if let Some(outcome) = told.known(name) {
        outcome.failing_with(failure);
    }
}
