//! What pytest prints: verbose lines (those of xdist, too), the short summary, and errors of collection.

use super::lines::leading_number;
use super::told::{Runner, Told};
use super::{TestState, TestState::*};

/// The words by which pytest tells how a phase of a test ended.
const STATES: [(&str, TestState); 6] = [
    ("PASSED", Passed),
    ("FAILED", Failed),
    ("SKIPPED", Skipped),
    ("XFAIL", Skipped),
    ("XPASS", Passed),
    ("ERROR", Failed),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Outside,
    Progress,
    Failures,
    Summary,
    Other,
}

pub(super) fn read(output: &str, _root: &str) -> Option<Told> {
    if !output.contains("= test session starts =") && !output.contains("= short test summary info")
    {
        return bare_errors(output).some();
    }
    let mut told = bare_errors(output);
    let mut section = Section::Outside;
    let mut failures = Failures::default();
    for line in output.lines() {
        if let Some(title) = heading(line, '=') {
            section = section_of(title);
            continue;
        }
        match section {
            Section::Outside | Section::Other => {}
            Section::Progress => progress(line, &mut told),
            Section::Failures => failures.line(line),
            Section::Summary => summary(line, &mut told),
        }
        if heading(line, '!')
            .is_some_and(|t| t.starts_with("stopping after") || t.contains("Interrupted"))
        {
            told.is_cut_short = true;
        }
    }
    failures.tell(&mut told);
    told.some()
}

/// Errors that end pytest before it has a session to tell of.
fn bare_errors(output: &str) -> Told {
    let mut told = Told::by(Runner::Pytest);
    let mut lines = output.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("ImportError while loading conftest") {
            let cause = lines.clone().take(40).find(|line| line.starts_with("E   "));
            told.error(None, cause.map_or(line, |cause| cause[1..].trim_start()));
        } else if line.starts_with("INTERNALERROR>") && line.contains("Error: ") {
            told.error(None, line.trim_start_matches("INTERNALERROR>"));
        }
    }
    told
}

/// The title of a line that `mark`s fill at both ends.
fn heading(line: &str, mark: char) -> Option<&str> {
    let title = line.trim_matches(mark);
    let marks = (line.len() - title.len()) / 2;
    (marks >= 2 && title.starts_with(' ') && title.ends_with(' ')).then(|| title.trim())
}

fn section_of(title: &str) -> Section {
    match title {
        "test session starts" => Section::Progress,
        "short test summary info" => Section::Summary,
        "ERRORS" | "FAILURES" => Section::Failures,
        title if title.contains(" in ") && title.starts_with(|c: char| c.is_ascii_digit()) => {
            Section::Outside
        }
        _ => Section::Other,
    }
}

fn progress(line: &str, told: &mut Told) {
    if let Some(found) =
        line.strip_prefix("collecting ... ").unwrap_or(line).strip_prefix("collected ")
    {
        told.found(selected(found));
    } else if let Some((workers, found)) = line.split_once(" [")
        && workers.ends_with("workers") | workers.ends_with("worker")
        && found.ends_with("]")
    {
        told.found(leading_number(found));
    } else if let Some(rest) = line.strip_prefix("[gw") {
        // `[gw0] [ 25%] PASSED tests/test_a.py::test_x `
        let Some((_, rest)) = rest.split_once("%] ") else { return };
        let Some((word, id)) = rest.split_once(' ') else { return };
        if let Some((_, state)) = STATES.iter().find(|(known, _)| *known == word) {
            test(id.trim_end(), *state, told);
        }
    } else if let Some((id, state)) = verbose(line) {
        test(id, state, told);
    }
}

/// `collected 20 items / 1 error`, `collected 9 items / 3 deselected / 6 selected`.
fn selected(found: &str) -> Option<u32> {
    let of = |word: &str| {
        found.split(" / ").find(|part| part.trim_end().ends_with(word)).and_then(leading_number)
    };
    of(" selected").or_else(|| leading_number(found))
}

/// `tests/test_a.py::test_x[a b] SKIPPED (not here) [ 25%]`.
fn verbose(line: &str) -> Option<(&str, TestState)> {
    if !line.contains("::") {
        return None;
    }
    let places = STATES.iter().filter_map(|(word, state)| {
        let (at, _) = line.rmatch_indices(word).find(|(at, _)| {
            let rest = &line[at + word.len()..];
            let ends =
                rest.is_empty() || rest.starts_with(" (") || rest.trim_start().starts_with('[');
            ends && line[..*at].ends_with(' ')
        })?;
        Some((at, *state))
    });
    let (at, state) = places.min_by_key(|(at, _)| *at)?;
    let id = line[..at].trim_end();
    is_id(id).then_some((id, state))
}

/// Whether `id` is a node id: a file, `::`, and names.
fn is_id(id: &str) -> bool {
    id.split_once("::").is_some_and(|(file, name)| {
        !name.is_empty() && file.contains('.') && !file.contains(['\'', '"'])
    })
}

fn test(id: &str, state: TestState, told: &mut Told) {
    if let Some((file, _)) = id.split_once("::").filter(|_| is_id(id)) {
        told.test(id, state).in_file(file);
    }
}

/// `FAILED tests/test_a.py::test_x - AssertionError: …`.
fn summary(line: &str, told: &mut Told) {
    let Some((word, rest)) = line.split_once(' ') else { return };
    let Some((_, state)) = STATES.iter().find(|(known, _)| *known == word) else { return };
    let (id, message) = message_of(rest);
    if is_id(id) {
        test(id, *state, told);
        if let Some(outcome) = told.known(id).filter(|_| word == "FAILED") {
            outcome.failing_with(message);
        }
    } else if word == "ERROR" {
        let words = if message.is_empty() { "it could not be collected" } else { message };
        told.error(Some(id), words);
    }
}

/// The node id, and what stands behind ` - `; the values of parameters may hold that, too.
fn message_of(rest: &str) -> (&str, &str) {
    let from = match (rest.find('['), rest.find(" - ")) {
        (Some(values), Some(dash)) if values < dash => {
            rest.find("] - ").map_or(values, |at| at + 1)
        }
        _ => 0,
    };
    match rest[from..].find(" - ") {
        Some(at) => (&rest[..from + at], &rest[from + at + 3..]),
        None => (rest.trim_end(), ""),
    }
}

/// The lines marked `E` below each title of the sections that show failures.
#[derive(Default)]
struct Failures {
    titles: Vec<(String, String)>,
}

impl Failures {
    fn line(&mut self, line: &str) {
        if let Some(title) = heading(line, '_') {
            self.titles.push((title.to_owned(), String::new()));
        } else if let Some((_, told)) = self.titles.last_mut()
            && let Some(rest) = line.strip_prefix("E   ")
            && told.len() < crate::limits::TEST_FAILURE_BYTES
        {
            told.push_str(rest);
            told.push('\n');
        }
    }

    fn tell(self, told: &mut Told) {
        for (title, failure) in self.titles.into_iter().take(crate::limits::TEST_FAILURES) {
            if let Some(file) = title.strip_prefix("ERROR collecting ") {
                told.errors.retain(|e| e.within.as_deref() != Some(file));
                told.error(
                    Some(file),
                    failure.lines().next().unwrap_or("it could not be collected"),
                );
                continue;
            }
            let title = title.rsplit_once(" of ").map_or(title.as_str(), |(_, name)| name);
            let open = told.tests.iter_mut().find(|(name, outcome)| {
                let id = name.as_str().split_once("::").map_or("", |(_, id)| id);
                outcome.state == Failed
                    && outcome.failure.as_ref().is_none_or(|known| !known.contains('\n'))
                    && id.replace("::", ".") == title
            });
            if let Some((_, outcome)) = open
                && !failure.is_empty()
            {
                outcome.failure = None;
                outcome.failing_with(&failure);
            }
        }
    }
}
