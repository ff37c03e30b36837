//! What Jest prints with `--verbose` or for a single file: a header for each file, and the tree of its tests.

use super::lines::{below, indent, is_script, leading_number, without_duration};
use super::told::{Runner, Told};
use super::{TestState, TestState::*};

const MARKS: [(&str, TestState); 5] = [
    ("✓ ", Passed),
    ("✕ ", Failed),
    ("○ skipped ", Skipped),
    ("✎ todo ", Skipped),
    ("○ ", Skipped),
];

#[derive(Default)]
struct Suite {
    path: String,
    groups: Vec<(usize, String)>,
    in_tree: bool,
    /// The test, or the file itself, whose failure is being told.
    failing: Option<String>,
    failure: String,
}

pub(super) fn read(output: &str, root: &str) -> Option<Told> {
    if !output.contains("Test Suites:") && !output.contains("No tests found, exiting with code") {
        return None;
    }
    let mut told = Told::by(Runner::Jest);
    let mut file = Suite::default();
    for line in output.lines() {
        if let Some(path) = header(line) {
            file.close(&mut told);
            let path = below(path, root).to_owned();
            file = Suite { path, in_tree: true, ..Suite::default() };
        } else if let Some(rest) = line.strip_prefix("Test Suites:") {
            file.close(&mut told);
            // Broken off, it counts the files that it came to: `1 failed, 1 of 4 total`.
            told.is_cut_short |= rest.contains(" of ");
        } else if let Some(rest) = line.strip_prefix("Tests:") {
            let total = rest.rsplit(", ").find_map(|part| part.trim().strip_suffix(" total"));
            told.found(total.and_then(leading_number));
        } else if line.starts_with("No tests found, exiting with code") {
            told.found(Some(0));
        } else if !file.path.is_empty() {
            file.line(line, &mut told);
        }
    }
    file.close(&mut told);
    told.some()
}

/// `PASS src/a.test.js (5.1 s)`, with a project's name before the path where there are several.
fn header(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("PASS ").or_else(|| line.strip_prefix("FAIL "))?;
    let path = without_duration(rest).trim();
    let path = path.rsplit_once("  ").map_or(path, |(_, path)| path);
    let path = if is_script(path) { path } else { path.rsplit(' ').next()? };
    is_script(path).then_some(path)
}

impl Suite {
    fn line(&mut self, line: &str, told: &mut Told) {
        if let Some(title) = line.strip_prefix("  ● ") {
            self.close(told);
            self.in_tree = false;
            self.failing = Some(title.trim_end().to_owned());
        } else if self.failing.is_some() {
            if self.failure.len() < crate::limits::TEST_FAILURE_BYTES {
                self.failure.push_str(line);
                self.failure.push('\n');
            }
        } else if line.is_empty() {
            self.in_tree &= self.groups.is_empty();
        } else if self.in_tree {
            self.branch(line, told);
        }
    }

    fn branch(&mut self, line: &str, told: &mut Told) {
        let depth = indent(line);
        let text = line.trim();
        if depth < 2 || depth % 2 == 1 {
            return;
        }
        self.groups.retain(|(at, _)| *at < depth);
        let mark = MARKS.iter().find_map(|(mark, state)| Some((text.strip_prefix(mark)?, *state)));
        let Some((title, state)) = mark else {
            if self.groups.len() < crate::limits::TEST_GROUP_DEPTH {
                self.groups.push((depth, text.to_owned()));
            }
            return;
        };
        let mut name = self.path.clone();
        for part in self.groups.iter().map(|(_, group)| group.as_str()) {
            name = format!("{name} > {part}");
        }
        told.test(&format!("{name} > {}", without_duration(title)), state).in_file(&self.path);
    }

    /// Tells the failure that ends here.
    fn close(&mut self, told: &mut Told) {
        let Some(title) = self.failing.take() else { return };
        let failure = std::mem::take(&mut self.failure);
        if title == "Test suite failed to run" {
            let words = failure.lines().map(str::trim).find(|line| !line.is_empty());
            told.error(Some(&self.path), words.unwrap_or(&title));
        } else if let Some(outcome) =
            told.known(&format!("{} > {}", self.path, title.replace(" › ", " > ")))
        {
            outcome.failing_with(&failure);
        }
    }
}
