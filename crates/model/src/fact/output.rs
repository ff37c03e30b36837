//! What a command came to, and the lines of its output that tell of its failure.

use crate::check::{Counts, Verdict};
use crate::event::ToolResult;
use crate::fold::checks::run_of;
use crate::purpose::Purpose;
use crate::text::{clip, one_line, tail};
use crate::{Ordinal, Timestamp, limits};

/// How a command ended.
pub(super) struct Ended {
    pub(super) verdict: Verdict,
    /// In a few words.
    pub(super) result: String,
    /// The lines that tell of the failure, if it failed.
    pub(super) failure: Vec<String>,
}

pub(super) fn ended(
    purpose: &Purpose,
    result: &ToolResult,
    place: (Ordinal, Option<Timestamp>),
) -> Ended {
    if let Some(run) = run_of(purpose, result, place) {
        let mut failure = Vec::new();
        if run.verdict == Verdict::Failed {
            failure.extend(run.first_failure.clone());
            for line in failure_lines(result) {
                if failure.len() < limits::FAILURE_LINES && !failure.contains(&line) {
                    failure.push(line);
                }
            }
        }
        return Ended { verdict: run.verdict, result: run.result(), failure };
    }
    let succeeded = match (result.exit_code, result.ok) {
        (Some(code), _) => Some(code == 0),
        (None, ok) => ok,
    };
    match succeeded {
        Some(true) => {
            Ended { verdict: Verdict::Passed, result: "passed".into(), failure: Vec::new() }
        }
        Some(false) => {
            let code = result.exit_code.map(|code| format!(" with exit code {code}"));
            let result_words = format!("failed{}", code.unwrap_or_default());
            let failure = failure_lines(result);
            Ended { verdict: Verdict::Failed, result: result_words, failure }
        }
        None => Ended {
            verdict: Verdict::Unknown,
            result: "ended without a clear result".into(),
            failure: Vec::new(),
        },
    }
}

/// Words by which programs tell of errors.
const TELLING: [&str; 22] = [
    "error",
    "failed",
    "failure",
    "panicked",
    "exception",
    "traceback",
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

/// The lines of an output that tell of a failure; its last line where none does.
fn failure_lines(result: &ToolResult) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut last = None;
    for text in [result.stderr.as_deref(), Some(result.text.as_str())].into_iter().flatten() {
        for line in tail(text, limits::CHECK_OUTPUT_BYTES).lines() {
            if line.len() > 2_000 {
                continue;
            }
            let line = clip(&one_line(line), limits::FAILURE_CHARS);
            let small = line.to_lowercase();
            let is_bare = matches!(
                small.trim_matches(|c: char| !c.is_alphabetic()),
                "fail" | "failed" | "error"
            );
            if is_bare || line.chars().filter(|c| c.is_alphabetic()).count() < 4 {
                continue;
            }
            let is_telling = TELLING.iter().any(|word| small.contains(word));
            // A summary such as `0 failed` tells of none.
            if is_telling && !is_summary(&small) && !told.contains(&line) {
                told.push(line.clone());
            }
            last = Some(line);
        }
    }
    if told.is_empty() {
        return last.into_iter().collect();
    }
    told.truncate(limits::FAILURE_LINES);
    told
}

fn is_summary(line: &str) -> bool {
    let (counts, _) = Counts::read(line);
    let is_count = line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(" failed");
    is_count || !counts.is_empty() || line.contains("0 error") || line.contains("0 failed")
}

/// An error's line without what differs from one time to the next: numbers, addresses, temporary names.
pub(super) fn signature(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for word in line.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        let is_id = word.len() >= 12
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && word.bytes().filter(u8::is_ascii_digit).count() >= 4;
        if is_id {
            out.push('#');
            continue;
        }
        let mut in_number = false;
        for c in word.chars() {
            if c.is_ascii_digit() {
                if !in_number {
                    out.push('#');
                }
                in_number = true;
            } else {
                out.push(c);
                in_number = false;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_the_same_at_another_place_and_time() {
        let one = signature("src/a.rs:12:5: error[E0308]: mismatched types");
        assert_eq!(one, signature("src/a.rs:120:9: error[E0308]: mismatched types"));
        assert_ne!(one, signature("src/b.rs:12:5: error[E0308]: mismatched types"));
    }

    #[test]
    fn lines_that_tell_of_the_failure_are_found() {
        let result = ToolResult {
            text: "compiling\nTypeError: x is not a function\n  at run (a.js:1:2)\n1 failed, 3 passed\n".into(),
            exit_code: Some(1),
            ..ToolResult::default()
        };
        assert_eq!(failure_lines(&result), ["TypeError: x is not a function"]);
        let silent = ToolResult { text: "one\nthe last line\n".into(), ..ToolResult::default() };
        assert_eq!(failure_lines(&silent), ["the last line"]);
    }
}
