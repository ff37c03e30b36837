//! What Node's own test runner prints by its reporter `spec`.

use super::lines::{below, indent, is_script, leading_number, without_duration};
use super::told::{Runner, Told};
use super::{TestState, TestState::*};

const MARKS: [(&str, TestState); 4] =
    [("✔ ", Passed), ("✖ ", Failed), ("﹣ ", Skipped), ("⚠ ", Skipped)];

/// A test with tests in it, or a suite.
struct Group {
    name: String,
    has_failed: bool,
}

#[derive(Default)]
struct Tree {
    groups: Vec<Group>,
    /// The last test that failed, and how deep it stands.
    failing: Option<(String, usize)>,
    failure: String,
    /// Where the test stands whose failure is told at the end.
    place: Option<String>,
    /// How many were.
    places: usize,
    is_over: bool,
}

pub(super) fn read(output: &str, root: &str) -> Option<Told> {
    if !output.contains("ℹ tests ") {
        return None;
    }
    let mut told = Told::by(Runner::Node);
    let mut tree = Tree::default();
    for line in output.lines() {
        if let Some(count) = line.strip_prefix("ℹ tests ") {
            // Tests with tests in them count, too: only that there are none compares with what is named.
            told.found(leading_number(count).filter(|count| *count == 0));
            tree.close(&mut told);
            tree.is_over = true;
        } else if line.starts_with("▶ ") && tree.is_over {
            tree = Tree::default();
            tree.line(line, root, &mut told);
        } else if tree.is_over {
            tree.told_again(line, root, &mut told);
        } else {
            tree.line(line, root, &mut told);
        }
    }
    told.some()
}

impl Tree {
    fn line(&mut self, line: &str, root: &str, told: &mut Told) {
        let depth = indent(line);
        let text = line.trim();
        if let Some(name) = text.strip_prefix("▶ ") {
            self.close(told);
            let is_here = depth == self.groups.len() * 2;
            let name = without_duration(name).to_owned();
            if self
                .groups
                .last()
                .is_some_and(|group| group.name == name && depth + 2 == self.groups.len() * 2)
            {
                // Older versions end a group with the mark that begins it.
                self.end(Passed, told);
            } else if is_here && self.groups.len() < crate::limits::TEST_GROUP_DEPTH {
                self.groups.push(Group { name, has_failed: false });
            }
            return;
        }
        let mark = MARKS.iter().find_map(|(mark, state)| Some((text.strip_prefix(mark)?, *state)));
        let Some((title, state)) = mark else {
            if self.failing.as_ref().is_some_and(|(_, at)| depth > *at || text.is_empty())
                && self.failure.len() < crate::limits::TEST_FAILURE_BYTES
            {
                self.failure.push_str(line);
                self.failure.push('\n');
            }
            return;
        };
        let (title, state) = directive(title, state);
        let is_end = depth + 2 == self.groups.len() * 2
            && self.groups.last().is_some_and(|group| group.name == title);
        if is_end {
            self.close(told);
            self.end(state, told);
        } else if depth == self.groups.len() * 2 {
            self.close(told);
            self.leaf(title, state, root, told);
        }
    }

    fn leaf(&mut self, title: &str, state: TestState, root: &str, told: &mut Told) {
        if state == Failed && is_file(title) {
            told.error(Some(below(title, root)), "the file failed outside of its tests");
            return;
        }
        if state == Failed {
            self.groups.iter_mut().for_each(|group| group.has_failed = true);
        }
        let name = self.path(title);
        told.test(&name, state);
        self.failing = (state == Failed).then_some((name, self.groups.len() * 2));
    }

    /// A group that fails though all in it pass is told by its own name.
    fn end(&mut self, state: TestState, told: &mut Told) {
        let Some(group) = self.groups.pop() else { return };
        if state == Failed && !group.has_failed {
            self.groups.iter_mut().for_each(|group| group.has_failed = true);
            let name = self.path(&group.name);
            told.test(&name, Failed);
            self.failing = Some((name, self.groups.len() * 2));
        }
    }

    fn path(&self, title: &str) -> String {
        let groups = self.groups.iter().map(|group| group.name.as_str());
        groups.chain([title]).collect::<Vec<_>>().join(" > ")
    }

    fn close(&mut self, told: &mut Told) {
        let failure = std::mem::take(&mut self.failure);
        if let Some((name, _)) = self.failing.take()
            && let Some(outcome) = told.known(&name)
        {
            outcome.failing_with(&failure);
        }
    }

    /// `test at sum.test.js:5:3` and `✖ adds wrongly (1.2ms)` below the counts.
    fn told_again(&mut self, line: &str, root: &str, told: &mut Told) {
        if let Some(place) = line.strip_prefix("test at ")
            && self.places < crate::limits::TEST_FAILURES
        {
            self.places += 1;
            self.place = place.rsplitn(3, ':').last().map(|file| below(file, root).to_owned());
        } else if let Some(title) = line.strip_prefix("✖ ")
            && let Some(file) = self.place.take()
        {
            let (title, _) = directive(title, Failed);
            let ending = format!(" > {title}");
            let outcome = told.tests.iter_mut().find(|(name, outcome)| {
                let is_named = name.as_str() == title || name.as_str().ends_with(&ending);
                is_named && outcome.state == Failed && outcome.file.is_none()
            });
            if let Some((_, outcome)) = outcome {
                outcome.in_file(&file);
            }
        }
    }
}

/// `x (0.1ms) # SKIP why`: the name, and how it ended.
fn directive(title: &str, state: TestState) -> (&str, TestState) {
    for mark in [" # SKIP", " # TODO"] {
        if let Some(at) = title.rfind(mark) {
            return (without_duration(&title[..at]), Skipped);
        }
    }
    (without_duration(title), state)
}

/// Whether a test is a file that failed as a whole.
pub(super) fn is_file(title: &str) -> bool {
    is_script(title) && (title.contains('/') || !title.contains(' '))
}
