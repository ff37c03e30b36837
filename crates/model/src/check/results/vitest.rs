//! What Vitest prints: a line for each test with `--reporter=verbose`, else those of files in which one fails.

use super::lines::{below, indent, is_script, leading_number, without_duration};
use super::told::{Runner, Told};
use super::{TestState, TestState::*};

const MARKS: [(&str, TestState); 4] =
    [("✓ ", Passed), ("× ", Failed), ("↓ ", Skipped), ("❯ ", Failed)];

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Section {
    #[default]
    Tests,
    FailedSuites,
    FailedTests,
    Unhandled,
}

#[derive(Default)]
struct Run {
    file: Option<String>,
    section: Section,
    failing: Option<String>,
    failure: String,
}

pub(super) fn read(output: &str, root: &str) -> Option<Told> {
    let mut told = Told::by(Runner::Vitest);
    let mut run: Option<Run> = None;
    for line in output.lines() {
        if line.starts_with(" RUN  v") || line.starts_with(" DEV  v") {
            run = Some(Run::default());
        } else if let Some(now) = &mut run {
            if line.starts_with("   Duration ") {
                now.close(root, &mut told);
                run = None;
            } else {
                now.line(line, root, &mut told);
            }
        }
    }
    if let Some(mut run) = run {
        run.close(root, &mut told);
    }
    told.some()
}

impl Run {
    fn line(&mut self, line: &str, root: &str, told: &mut Told) {
        if line.starts_with('⎯') {
            self.close(root, told);
            match line.trim_matches(['⎯', ' ']) {
                title if title.starts_with("Failed Suites") => self.section = Section::FailedSuites,
                title if title.starts_with("Failed Tests") => self.section = Section::FailedTests,
                title if title.starts_with("Unhandled ") => self.section = Section::Unhandled,
                _ => {}
            }
        } else if let Some(rest) = line.trim_start().strip_prefix("Tests  ") {
            self.close(root, told);
            let total = rest.rsplit_once('(').and_then(|(_, total)| leading_number(total));
            told.found(if rest.trim() == "no tests" { Some(0) } else { total });
        } else if line.starts_with("No test files found") {
            told.found(Some(0));
        } else if let Some(title) = line.strip_prefix(" FAIL  ") {
            self.close(root, told);
            self.failing = Some(title.trim_end().to_owned());
        } else if self.section == Section::Tests {
            self.test(line, root, told);
        } else if self.section == Section::Unhandled && line.contains("Error: ") {
            told.error(None, line);
        } else if self.failing.is_some() && self.failure.len() < crate::limits::TEST_FAILURE_BYTES {
            self.failure.push_str(line);
            self.failure.push('\n');
        }
    }

    fn test(&mut self, line: &str, root: &str, told: &mut Told) {
        let depth = indent(line);
        let text = line.trim();
        if depth == 0 {
            return;
        }
        let mark = MARKS.iter().find_map(|(mark, state)| Some((text.strip_prefix(mark)?, *state)));
        let Some((title, state)) = mark else { return };
        let title = without_project(title);
        let title = without_retries(without_duration(title));
        if depth == 1 {
            if let Some((file, rest)) = title.split_once(" > ").filter(|(file, _)| is_script(file))
            {
                let file = below(file, root);
                told.test(&format!("{file} > {rest}"), state).in_file(file);
            } else {
                let file = title.split_once(" (").map_or(title, |(file, _)| file);
                self.file = is_script(file).then(|| below(file, root).to_owned());
            }
        } else if let Some(file) = &self.file {
            told.test(&format!("{file} > {title}"), state).in_file(file);
        }
    }

    /// Tells the failure that ends here.
    fn close(&mut self, root: &str, told: &mut Told) {
        let Some(title) = self.failing.take() else { return };
        let failure = std::mem::take(&mut self.failure);
        let title = without_project(&title);
        // Of one that failed in several files' worth of tests, the titles stand below each other; the last is told.
        if let Some((file, _)) = title.split_once(" [ ") {
            told.error(Some(below(file, root)), failure.lines().next().unwrap_or(title));
        } else if self.section == Section::FailedSuites {
            let file = title.split(" > ").next().unwrap_or(title);
            told.error(Some(below(file, root)), failure.lines().next().unwrap_or(title));
        } else {
            let name = below(title, root).to_owned();
            if let Some(outcome) = told.known(&name) {
                outcome.failing_with(&failure);
            } else if self.section == Section::FailedTests {
                let file = name.split(" > ").next().unwrap_or_default().to_owned();
                told.test(&name, Failed).in_file(&file).failing_with(&failure);
            }
        }
    }
}

/// `|web| src/a.test.ts > x`: where there are several projects, each test has its own before it.
fn without_project(title: &str) -> &str {
    let inner = title.strip_prefix('|').and_then(|rest| rest.split_once("| "));
    inner.map_or(title, |(_, title)| title)
}

/// `x (retry x1)`, `x (repeat x2)`.
fn without_retries(title: &str) -> &str {
    let cut = [" (retry x", " (repeat x"].iter().filter_map(|mark| title.rfind(mark)).min();
    cut.filter(|_| title.ends_with(')')).map_or(title, |at| &title[..at])
}
