//! Which lines of an output tell of a failure: what failed, what is wrong with it, and what else speaks of errors.

use crate::check::Counts;
use crate::event::ToolResult;
use crate::limits;
use crate::text::{clip_words, one_line, tail};

/// The telling lines of an output, each kind in order and none twice.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Telling {
    /// What failed, by name.
    pub(super) named: Vec<String>,
    /// What is wrong: an error with its message.
    pub(super) wrong: Vec<String>,
    /// What else speaks of errors.
    pub(super) other: Vec<String>,
}

impl Telling {
    pub(super) fn of(result: &ToolResult) -> Self {
        let mut telling = Self::default();
        for text in [result.stderr.as_deref(), Some(result.text.as_str())].into_iter().flatten() {
            telling.read(tail(text, limits::CHECK_OUTPUT_BYTES));
        }
        // What goes on behind a mere name of a file says which of its tests.
        let (tests, files): (Vec<_>, Vec<_>) =
            telling.named.into_iter().partition(|line| !names_file_alone(line));
        telling.named = if tests.is_empty() { files } else { tests };
        telling
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.wrong.is_empty() && self.other.is_empty()
    }

    /// The lines, the most telling first: what failed, what is wrong with it, what else failed, and the rest.
    pub(super) fn into_lines(self) -> impl Iterator<Item = String> {
        // Some runners name a test with what is wrong with it.
        let is_told = |wrong: &String| self.named.iter().any(|line| line.ends_with(wrong.as_str()));
        let wrong: Vec<String> =
            self.wrong.iter().filter(|wrong| !is_told(wrong)).cloned().collect();
        let mut wrong = wrong.into_iter();
        let mut named = self.named.into_iter();
        let first: Vec<String> = named.next().into_iter().chain(wrong.next()).collect();
        first.into_iter().chain(named).chain(wrong).chain(self.other)
    }

    fn read(&mut self, text: &str) {
        let lines: Vec<&str> = text.lines().filter(|line| line.len() <= 2_000).collect();
        let is_pytest = lines.iter().any(|line| is_explained(line));
        let mut is_source = false;
        for (at, line) in lines.iter().enumerate() {
            // Python tells a place, and below it the line that stands there.
            let is_echo = std::mem::replace(&mut is_source, is_place_of_python(line));
            // Of pytest's explanation the first line says it.
            let is_more = is_explained(line) && at > 0 && is_explained(lines[at - 1]);
            if is_more || is_echo && line.starts_with("    ") || is_code(line, is_pytest) {
                continue;
            }
            if let Some(wrong) = wrong(line, &lines[at + 1..]) {
                keep(&mut self.wrong, &wrong);
                continue;
            }
            let line = one_line(line);
            let small = line.to_lowercase();
            let is_telling = TELLING.iter().any(|word| small.contains(word));
            // A summary such as `0 failed` tells of none.
            if is_bare(&line) || is_of_the_run(&line) {
            } else if is_named(&line) {
                keep(&mut self.named, &line);
            } else if is_telling && !is_summary(&small) {
                keep(&mut self.other, &line);
            }
        }
    }
}

fn keep(lines: &mut Vec<String>, line: &str) {
    let line = clip_words(line, limits::FAILURE_CHARS);
    if lines.len() < limits::FAILURE_LINES && !lines.contains(&line) {
        lines.push(line);
    }
}

/// The lines of an output that have words.
pub(super) fn lines_of(result: &ToolResult) -> impl Iterator<Item = String> {
    let texts = [result.stderr.as_deref(), Some(result.text.as_str())].into_iter().flatten();
    let lines = texts.flat_map(|text| tail(text, limits::CHECK_OUTPUT_BYTES).lines());
    lines.filter(|line| line.len() <= 2_000).filter_map(|line| {
        let line = clip_words(&one_line(line), limits::FAILURE_CHARS);
        (!is_bare(&line)).then_some(line)
    })
}

/// Words by which programs tell of errors.
const TELLING: [&str; 21] = [
    "error",
    "failed",
    "failure",
    "panicked",
    "exception",
    "fatal",
    "cannot",
    "can't",
    "not found",
    "no such",
    "denied",
    "undefined",
    "unresolved",
    "mismatch",
    "expected",
    "refused",
    "invalid",
    "missing",
    "unknown",
    "timed out",
    "assert",
];

/// How programs mark what failed before they name it.
const MARKS: [&str; 11] =
    ["FAIL ", "FAIL: ", "FAILED ", "--- FAIL", "not ok ", "×", "✕", "✖", "✗", "✘", "●"];

fn is_named(line: &str) -> bool {
    let is_of_unittest = line.starts_with("ERROR: ") && line.ends_with(')');
    let is_of_cargo = line.starts_with("test ") && line.ends_with(" ... FAILED");
    is_of_unittest || is_of_cargo || MARKS.iter().any(|mark| line.starts_with(mark))
}

/// `FAIL src/a.test.js`, `FAIL example.com/app 0.01s`: the file or package, not which of its tests.
fn names_file_alone(line: &str) -> bool {
    line.strip_prefix("FAIL ").is_some_and(|rest| {
        let is_timed = rest.split_once(' ').is_none_or(|(_, more)| {
            more.starts_with(|c: char| c.is_ascii_digit() || c == '[' || c == '(')
        });
        is_timed && !rest.starts_with('[') && !rest.contains("::")
    })
}

/// What is said of the whole run, marked like what failed in it.
fn is_of_the_run(line: &str) -> bool {
    let is_count = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    line.starts_with("FAILED (")
        || line.starts_with("FAILED | ")
        || line == "✖ failing tests:"
        || line.strip_prefix("✖ ").is_some_and(|rest| is_count(rest) && rest.contains("problem"))
        || line.starts_with("not ok ") && line.ends_with("# TODO")
}

/// Whether a line has no words but such as `FAILED`.
fn is_bare(line: &str) -> bool {
    let small = line.to_lowercase();
    let bare = small.trim_matches(|c: char| !c.is_alphabetic());
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    matches!(bare, "fail" | "failed" | "error") || letters < 4
}

fn is_summary(line: &str) -> bool {
    let (counts, _) = Counts::read(line);
    let counted = |at: usize| line[..at].ends_with(|c: char| c.is_ascii_digit());
    let is_count = line.match_indices(" failed").any(|(at, _)| counted(at));
    is_count || !counts.is_empty() || line.contains("0 error") || line.contains("0 failed")
}

/// `File "a.py", line 4, in test_sum`
fn is_place_of_python(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("File \"") && line.contains("\", line ")
}

/// `E       assert 396.27 == 396`, as pytest marks what it explains.
fn is_explained(line: &str) -> bool {
    line.starts_with("E   ") && line.trim().len() > 1
}

/// Whether a line shows code: it names what was asked for, and not what came of it.
fn is_code(line: &str, is_pytest: bool) -> bool {
    let bare = line.trim_start();
    if is_pytest && (line.starts_with(">  ") || line.starts_with("    ")) {
        return true;
    }
    // A frame of code: ` > 12 |   expect(sum)`, `    4| expect(sum)`, `12 | let x = 1;`.
    let bare = bare.trim_start_matches(['>', ' ']);
    let digits = bare.len() - bare.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let behind = bare[digits..].trim_start();
    digits > 0 && behind.starts_with(['|', '│'])
        || bare.starts_with(['|', '│'])
        || bare.starts_with("at ") && bare.contains(':')
        || bare.contains("^^^") && !bare.contains(char::is_alphanumeric)
}

/// What is wrong, where a line says so; its message may go on in those behind it.
fn wrong(line: &str, behind: &[&str]) -> Option<String> {
    if is_explained(line) {
        return Some(one_line(&line[1..]));
    }
    let bare = one_line(line);
    if let Some(at) = bare.find(" panicked at ") {
        // Older compilers tell the message before the place.
        return match bare.ends_with(':') {
            true => going_on(behind, 3).filter(|told| !told.is_empty()),
            false => Some(bare[at + 1..].to_owned()),
        };
    }
    if matches!(bare.as_str(), "error: |-" | "error: |") {
        return going_on(behind, 2);
    }
    if is_place_of_go(&bare) {
        return Some(joined(bare, behind));
    }
    // Jest tells what it got below what it called.
    if bare.starts_with("expect(") && bare.contains(").") {
        let told = behind.iter().take(6).map(|line| one_line(line));
        let told =
            told.filter(|line| ["Expected", "Received"].iter().any(|word| line.starts_with(word)));
        let told: Vec<String> = told.take(2).collect();
        return (!told.is_empty()).then(|| format!("{bare}: {}", told.join(", ")));
    }
    let is_arrow = line.trim_start().starts_with("→ ");
    (is_arrow || is_error_with_message(&bare)).then(|| joined(bare, behind))
}

/// The line, with what follows where it ends with a colon.
fn joined(line: String, behind: &[&str]) -> String {
    let more = going_on(behind, 1).filter(|_| line.ends_with(':'));
    match more {
        Some(more) => format!("{line} {more}"),
        None => line,
    }
}

/// The next lines that have words, as one: at most `most`, up to the next thing that is told.
fn going_on(behind: &[&str], most: usize) -> Option<String> {
    let lines = behind.iter().take(6).map(|line| one_line(line));
    let ends = |line: &String| {
        line.starts_with("note: ") || line.starts_with("code: ") || line.starts_with("stack")
    };
    let lines = lines.take_while(|line| !ends(line)).filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.take(most).collect();
    (!lines.is_empty()).then(|| lines.join(" "))
}

/// `a_test.go:7: got 3, want 4`, `panic: index out of range`
fn is_place_of_go(line: &str) -> bool {
    let placed = line.split_once("_test.go:").and_then(|(_, rest)| rest.split_once(": "));
    let is_row = placed.is_some_and(|(row, told)| {
        !row.is_empty() && row.bytes().all(|b| b.is_ascii_digit()) && !told.is_empty()
    });
    is_row || line.starts_with("panic: ")
}

/// `AssertionError: 1 != 2`, `KeyError: 'x'`, `java.lang.IllegalStateException: closed`
fn is_error_with_message(line: &str) -> bool {
    let line = line.strip_prefix("Uncaught ").unwrap_or(line);
    let name = line.split([':', ' ']).next().unwrap_or_default();
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
        && name.starts_with(|c: char| c.is_alphabetic());
    let is_error = ["Error", "Exception"].iter().any(|end| name.ends_with(end));
    let behind = &line[name.len()..];
    let has_code = behind.starts_with(" [") && behind.contains("]: ");
    is_name
        && is_error
        && (behind.is_empty() || behind.starts_with(": ") || has_code || behind == ":")
}

#[cfg(test)]
mod tests;
