//! What Python's unittest prints with `-v`; without it, the tests that failed.

use super::lines::leading_number;
use super::told::{Runner, Told};
use super::{TestState, TestState::*};

const RULE: &str = "----------------------------------------------------------------------";
const DOUBLE_RULE: &str = "======================================================================";

pub(super) fn read(output: &str, _root: &str) -> Option<Told> {
    if !output.contains(RULE) {
        return None;
    }
    let mut told = Told::by(Runner::Unittest);
    let mut lines = output.lines().peekable();
    // A test whose end stands on a later line: behind its description, or behind what it printed.
    let mut open: Option<String> = None;
    while let Some(line) = lines.next() {
        if line == DOUBLE_RULE {
            let Some(title) = lines.next() else { break };
            if title.starts_with("UNEXPECTED SUCCESS: ") {
                failed(title, &[], &mut told);
                continue;
            }
            let lines_below = lines.by_ref().skip_while(|line| *line != RULE).skip(1);
            let below: Vec<&str> =
                lines_below.take_while(|line| !line.is_empty()).take(200).collect();
            failed(title, &below, &mut told);
            open = None;
        } else if let Some(rest) = line.strip_prefix("Ran ")
            && rest.contains(" test")
            && rest.contains(" in ")
        {
            told.found(leading_number(rest));
            open = None;
        } else if let Some(id) = identity(line) {
            let end = line.rsplit_once(" ... ").map(|(_, end)| end);
            open = match end.and_then(state_of) {
                Some(state) => {
                    test(&id, state, &mut told);
                    None
                }
                None => Some(id),
            };
        } else if let Some(id) = &open {
            let end = line.rsplit_once(" ... ").map_or(line, |(_, end)| end);
            if let Some(state) = state_of(end) {
                test(id, state, &mut told);
                open = None;
            }
        }
    }
    // Other runners draw the same rules.
    told.collected.is_some().then_some(told)
}

/// The dotted name in `test_x (tests.test_a.Case.test_x) ... ok`; before Python 3.11 without the method at its end.
fn identity(line: &str) -> Option<String> {
    let (name, rest) = line.trim_start().split_once(" (")?;
    let (place, rest) = rest.split_once(')')?;
    let is_dotted = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
    };
    if !is_dotted(name) || name.contains('.') || !is_dotted(place) || !place.contains('.') {
        return None;
    }
    let ends = rest.is_empty()
        || rest.starts_with(" ...")
        || rest.starts_with(" (")
        || rest.starts_with(" [");
    if !ends {
        return None;
    }
    let method = format!(".{name}");
    Some(if place.ends_with(&method) { place.to_owned() } else { format!("{place}{method}") })
}

fn state_of(end: &str) -> Option<TestState> {
    match end.trim() {
        "ok" => Some(Passed),
        "FAIL" | "ERROR" | "unexpected success" => Some(Failed),
        "expected failure" => Some(Skipped),
        end if end.starts_with("skipped") => Some(Skipped),
        _ => None,
    }
}

fn test(id: &str, state: TestState, told: &mut Told) {
    if !id.contains("unittest.loader._FailedTest") {
        told.test(id, state);
    }
}

fn failed(title: &str, below: &[&str], told: &mut Told) {
    let Some((word, title)) = title.split_once(": ") else { return };
    if !matches!(word, "FAIL" | "ERROR" | "UNEXPECTED SUCCESS") {
        return;
    }
    let last = below.iter().rfind(|line| !line.starts_with(' ')).copied();
    let Some(id) = identity(title) else {
        // `ERROR: setUpClass (tests.test_a.Case)` and the like keep a whole class from running.
        told.error(None, last.unwrap_or(title));
        return;
    };
    let module = id.strip_prefix("unittest.loader._FailedTest.");
    if let Some(module) = module {
        told.error(Some(module), last.unwrap_or("it could not be imported"));
    } else if title.starts_with("setUpClass ") || title.starts_with("setUpModule ") {
        told.error(None, last.unwrap_or(title));
    } else {
        let from = below.iter().position(|line| !line.starts_with([' ', 'T']));
        let words = from.map(|from| below[from..].join("\n")).unwrap_or_default();
        told.test(&id, Failed).failing_with(&words);
    }
}
