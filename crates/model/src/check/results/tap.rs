//! The Test Anything Protocol, versions 13 and 14 (testanything.org), with subtests as node:test, tap and Vitest nest them.

use std::collections::BTreeMap;

use super::lines::{below, indent, is_script, leading_number};
use super::node::is_file;
use super::told::{Runner, Told};
use super::{TestState, TestState::*};

struct Point {
    path: Vec<String>,
    state: TestState,
    /// It holds subtests, and failed by itself.
    failure: String,
    file: Option<String>,
}

#[derive(Default)]
struct Document {
    /// Points that wait for the one that they are subtests of, by their indent.
    levels: BTreeMap<usize, Vec<Point>>,
    /// `ok 1 - name {`: its subtests come behind it.
    braces: Vec<(usize, String, TestState)>,
    /// The indent of the point whose diagnostics are read.
    last: Option<usize>,
    in_block: bool,
    points: u32,
    plan: Option<u32>,
    bail: Option<String>,
}

pub(super) fn read(output: &str, root: &str) -> Option<Told> {
    let is_tap = output.lines().any(|line| line.starts_with("TAP version 1"))
        || (output.lines().any(|line| plan(line).is_some())
            && (output.lines().any(|line| point(line).is_some()) || output.contains("1..0")));
    if !is_tap {
        return None;
    }
    let mut told = Told::by(Runner::Tap);
    let mut document = Document::default();
    for line in output.lines() {
        if line.starts_with("TAP version 1") {
            document.tell(root, &mut told);
            document = Document::default();
        } else {
            document.line(line);
        }
    }
    document.tell(root, &mut told);
    told.some()
}

/// `1..3`: how many points there are.
fn plan(line: &str) -> Option<u32> {
    let rest = line.strip_prefix("1..")?;
    let count = leading_number(rest)?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    (rest.is_empty() || rest.starts_with('#')).then_some(count)
}

/// `not ok 2 - name # TODO later`: whether it is ok, and what stands behind the number.
fn point(line: &str) -> Option<(bool, &str)> {
    let (is_ok, rest) = match line.strip_prefix("not ok") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("ok")?),
    };
    let rest = rest.strip_prefix(' ')?;
    // Without a number anything that begins with "ok" would be a test.
    leading_number(rest)?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.is_empty() || rest.starts_with(' ')).then_some((is_ok, rest))
}

impl Document {
    fn line(&mut self, line: &str) {
        let depth = indent(line);
        let text = &line[depth..];
        if self.in_block {
            self.in_block = text != "...";
            if self.in_block {
                self.detail(text);
            }
        } else if let Some((is_ok, rest)) = point(text) {
            self.point(depth, is_ok, rest);
        } else if text == "---" {
            self.in_block = self.last.is_some();
        } else if text == "}" {
            if let Some((at, name, state)) = self.braces.pop() {
                self.end(at, name, state);
            }
        } else if let Some(count) = plan(text) {
            if depth == 0 {
                self.plan = Some(self.plan.unwrap_or(0).saturating_add(count));
            }
        } else if depth == 0
            && let Some(why) = text.strip_prefix("Bail out!")
        {
            self.bail = Some(why.trim().to_owned());
        } else if !text.starts_with('#') && self.last.is_some_and(|at| depth > at) {
            self.told(text);
        }
    }

    fn point(&mut self, depth: usize, is_ok: bool, rest: &str) {
        if depth == 0 {
            self.points = self.points.saturating_add(1);
        }
        let opens = rest.ends_with(" {");
        let rest = rest.strip_suffix(" {").unwrap_or(rest);
        let (name, directive) = split_directive(rest);
        let state = match (is_ok, directive) {
            (_, true) => Skipped,
            (true, false) => Passed,
            (false, false) => Failed,
        };
        let name = if name.is_empty() { format!("test {}", self.points) } else { name };
        if opens && self.braces.len() < crate::limits::TEST_GROUP_DEPTH {
            self.braces.push((depth, name, state));
            self.last = None;
        } else {
            self.end(depth, name, state);
        }
    }

    /// The point `name` ends: what stands deeper and belongs to none yet are its subtests.
    fn end(&mut self, depth: usize, name: String, state: TestState) {
        let deeper = self.levels.split_off(&(depth + 1));
        let mut points: Vec<Point> = deeper.into_values().flatten().collect();
        let is_group = !points.is_empty();
        let has_failed = points.iter().any(|point| point.state == Failed);
        for point in &mut points {
            if point.path.len() < crate::limits::TEST_GROUP_DEPTH {
                point.path.insert(0, name.clone());
            }
        }
        let level = self.levels.entry(depth).or_default();
        level.append(&mut points);
        self.last = None;
        if !is_group || (state == Failed && !has_failed) {
            level.push(Point { path: vec![name], state, failure: String::new(), file: None });
            self.last = Some(depth);
        }
    }

    /// A line of what a point tells in YAML: its error and its place.
    fn detail(&mut self, text: &str) {
        let text = text.trim();
        let place = text.strip_prefix("location: ").or_else(|| text.strip_prefix("at: "));
        let aside =
            ["duration_ms:", "failureType:", "exitCode:", "signal:", "type:", "code:", "stack:"];
        if let Some(place) = place {
            let place = place.trim_matches(['\'', '"']);
            let file = place.rsplitn(3, ':').last().unwrap_or(place).to_owned();
            if let Some(point) = self.last_point() {
                point.file = Some(file);
            }
        } else if !aside.iter().any(|key| text.starts_with(key)) {
            self.told(text);
        }
    }

    fn told(&mut self, text: &str) {
        if let Some(point) = self.last_point().filter(|point| point.state == Failed)
            && point.failure.len() < crate::limits::TEST_FAILURE_BYTES
        {
            point.failure.push_str(text);
            point.failure.push('\n');
        }
    }

    fn last_point(&mut self) -> Option<&mut Point> {
        self.levels.get_mut(&self.last?)?.last_mut()
    }

    fn tell(&mut self, root: &str, told: &mut Told) {
        while let Some((at, name, state)) = self.braces.pop() {
            self.end(at, name, state);
        }
        if let Some(plan) = self.plan {
            told.is_cut_short |= self.points < plan;
            if plan == 0 {
                told.found(Some(0));
            }
        }
        if let Some(why) = &self.bail {
            told.is_cut_short = true;
            told.error(None, if why.is_empty() { "the run bailed out" } else { why });
        }
        let deeper = self.levels.split_off(&1);
        // Subtests whose test never came have no name of their own.
        told.is_cut_short |= !deeper.is_empty();
        for point in std::mem::take(&mut self.levels).into_values().flatten() {
            let first = point.path.first().map_or("", String::as_str);
            let is_file_failing = point.state == Failed && point.path.len() == 1 && is_file(first);
            let path = below(first, root).to_owned();
            if is_file_failing {
                told.error(Some(&path), point.failure.lines().next().unwrap_or("the file failed"));
                continue;
            }
            let in_file = point.file.as_deref().map(|file| below(file, root));
            let in_file = in_file.or_else(|| is_script(&path).then_some(path.as_str()));
            let name = below(&point.path.join(" > "), root).to_owned();
            let outcome = told.test(&name, point.state).in_file(in_file.unwrap_or_default());
            outcome.failing_with(&point.failure);
        }
    }
}

/// ` - name # SKIP why`: the name without escapes, and whether it is skipped or to be done.
fn split_directive(rest: &str) -> (String, bool) {
    let rest = rest.trim();
    let rest = rest.strip_prefix("- ").unwrap_or(rest.strip_prefix('-').unwrap_or(rest));
    let place = |mark: &str| {
        rest.match_indices(" # ").find(|(at, _)| {
            let word = &rest[at + 3..];
            !rest[..*at].ends_with('\\')
                && word.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark))
        })
    };
    let aside = [place("skip"), place("todo")].into_iter().flatten().map(|(at, _)| at).min();
    let end = aside.or_else(|| place("time=").map(|(at, _)| at)).unwrap_or(rest.len());
    let name = rest[..end].replace("\\#", "#").replace("\\\\", "\\");
    (name.trim().to_owned(), aside.is_some())
}
