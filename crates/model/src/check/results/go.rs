//! What `go test` prints: `-v`, `-json`, or the failing tests alone.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::told::{Runner, Told};
use super::{TestState, TestState::*};

pub(super) fn read(output: &str, _root: &str) -> Option<Told> {
    if output.contains("\"Action\":") {
        let mut told = Told::by(Runner::Go);
        events(output, &mut told);
        if let Some(told) = told.some() {
            return Some(told);
        }
    }
    let marks = ["--- PASS: ", "--- FAIL: ", "--- SKIP: ", "FAIL\t", "ok  \t"];
    if !marks.iter().any(|mark| output.contains(mark)) {
        return None;
    }
    printed(output).some()
}

/// One line of `go test -json`, as `go doc test2json` describes it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line<'a> {
    action: &'a str,
    #[serde(default)]
    package: &'a str,
    #[serde(default, borrow)]
    test: Option<std::borrow::Cow<'a, str>>,
    #[serde(default, borrow)]
    output: Option<std::borrow::Cow<'a, str>>,
}

fn events(output: &str, told: &mut Told) {
    let mut said: HashMap<String, String> = HashMap::new();
    let mut open: BTreeMap<String, Option<TestState>> = BTreeMap::new();
    let mut build = Build::default();
    for line in output.lines() {
        let Ok(line) = serde_json::from_str::<Line<'_>>(line) else {
            build.line(line, told);
            continue;
        };
        let Some(test) = &line.test else {
            let words = line.output.as_deref().unwrap_or_default();
            package_line(words.trim_end(), told);
            continue;
        };
        let name = format!("{}.{test}", line.package);
        let state = match line.action {
            "run" => {
                open.insert(name, None);
                continue;
            }
            "output" => {
                let words = line.output.as_deref().unwrap_or_default();
                if let Some((state, ended, _)) = result(words.trim_end())
                    && ended == test
                {
                    open.insert(name.clone(), Some(state));
                }
                let said = said.entry(name).or_default();
                let is_mark = words.starts_with("=== ") || words.trim_start().starts_with("--- ");
                if !is_mark && said.len() < crate::limits::TEST_FAILURE_BYTES {
                    said.push_str(words);
                }
                continue;
            }
            "pass" => Passed,
            "skip" => Skipped,
            "fail" => Failed,
            _ => continue,
        };
        open.remove(&name);
        let words = said.remove(&name).unwrap_or_default();
        if state == Failed && words.contains("panic: ") {
            panicked(line.package, &words, told);
        }
        told.test(&name, state).failing_with(&words);
    }
    // Behind what a test printed without a line's end, older versions do not see that it ended.
    for (name, ended) in open {
        told.test(&name, ended.unwrap_or(Failed)).failing_with("it did not end");
    }
}

/// A panic ends all tests of its package: those behind it did not run.
fn panicked(package: &str, words: &str, told: &mut Told) {
    let first = words.lines().map(str::trim).find(|line| line.starts_with("panic: "));
    told.error(Some(package), first.unwrap_or("panic"));
}

/// `FAIL example.com/demo/bad [build failed]`, and packages that passed without naming a test.
fn package_line(line: &str, told: &mut Told) {
    let Some(rest) = line.strip_prefix("FAIL\t") else { return };
    let Some((package, why)) = rest.split_once(' ') else { return };
    if matches!(why, "[build failed]" | "[setup failed]") {
        let why = why.trim_matches(['[', ']']);
        let is_told = told.errors.iter().any(|error| error.within.as_deref() == Some(package));
        if !is_told {
            told.error(Some(package), why);
        }
    }
}

/// `# example.com/demo/bad [example.com/demo/bad.test]` with the compiler's lines below.
#[derive(Default)]
struct Build {
    package: Option<String>,
}

impl Build {
    fn line(&mut self, line: &str, told: &mut Told) {
        if let Some(rest) = line.strip_prefix("# ") {
            let package = rest.split(' ').next().filter(|package| !package.is_empty());
            self.package = package.map(str::to_owned);
        } else if let Some(package) = &self.package {
            if line.contains(".go:") {
                let package = package.trim_end_matches("_test").to_owned();
                told.error(Some(&package), line.trim());
            }
            self.package = None;
        }
    }
}

/// The tests of a package, which is named behind them.
#[derive(Default)]
struct Package<'a> {
    tests: Vec<(&'a str, TestState, String)>,
    started: Vec<&'a str>,
    panic: Option<&'a str>,
    said: Vec<&'a str>,
}

fn printed(output: &str) -> Told {
    let mut told = Told::by(Runner::Go);
    let mut package = Package::default();
    let mut build = Build::default();
    for line in output.lines() {
        build.line(line, &mut told);
        if let Some(name) = line.strip_prefix("=== RUN   ") {
            package.started.push(name.trim_end());
            package.said.clear();
        } else if let Some((state, name, before)) = result(line) {
            let mut said = std::mem::take(&mut package.said).join("\n");
            said.push_str(before);
            package.tests.push((name, state, said));
        } else if let Some((name, is_ok)) = package_end(line) {
            let package = std::mem::take(&mut package);
            // Without `-v` those that pass are not named.
            if (is_ok || !package.tests.is_empty())
                && package.started.is_empty()
                && !line.ends_with(']')
            {
                told.names_failures_only = true;
            }
            package.tell(name, &mut told);
            package_line(line, &mut told);
        } else {
            if line.starts_with("panic: ") && package.panic.is_none() {
                package.panic = Some(line);
            }
            package.line(line);
        }
    }
    told
}

impl<'a> Package<'a> {
    /// What stands below a failing test, without `-v`, or above it with `-v`.
    fn line(&mut self, line: &'a str) {
        if line.starts_with("===") || line == "FAIL" || line == "PASS" {
            return;
        }
        let verbose = !self.started.is_empty();
        match self.tests.last_mut() {
            Some((_, Failed, said)) if !verbose && line.starts_with("    ") => {
                said.push_str(line);
                said.push('\n');
            }
            _ if self.said.len() < crate::limits::TEST_FAILURE_LINES => self.said.push(line),
            _ => {}
        }
    }

    fn tell(self, package: &str, told: &mut Told) {
        for (name, state, said) in &self.tests {
            told.test(&format!("{package}.{name}"), *state).failing_with(said);
        }
        let ended: HashSet<&str> = self.tests.iter().map(|(name, ..)| *name).collect();
        for name in self.started.into_iter().filter(|name| !ended.contains(name)) {
            told.test(&format!("{package}.{name}"), Failed).failing_with("it did not end");
        }
        if let Some(panic) = self.panic {
            told.error(Some(package), panic);
        }
    }
}

/// `--- PASS: TestX (0.00s)`, which may stand behind what the test printed.
fn result(line: &str) -> Option<(TestState, &str, &str)> {
    for (mark, state) in [("--- PASS: ", Passed), ("--- FAIL: ", Failed), ("--- SKIP: ", Skipped)] {
        if let Some(at) = line.rfind(mark) {
            let (name, time) = line[at + mark.len()..].rsplit_once(" (")?;
            let before = line[..at].trim();
            return time.ends_with("s)").then_some((state, name, before));
        }
    }
    None
}

/// `ok example.com/demo 0.006s`.
fn package_end(line: &str) -> Option<(&str, bool)> {
    let (rest, is_ok) = match line.strip_prefix("ok  \t") {
        Some(rest) => (rest, true),
        None => (line.strip_prefix("FAIL\t")?, false),
    };
    Some((rest.split(['\t', ' ']).next()?, is_ok))
}
