//! What a command came to, and the lines of its output that tell of its failure.

use crate::check::{Counts, Verdict};
use crate::event::ToolResult;
use crate::fold::checks::run_of;
use crate::purpose::Purpose;
use crate::text::{clip_words, one_line, tail};
use crate::{Ordinal, Timestamp, limits};

/// How a command ended.
pub(super) struct Ended {
    pub(super) verdict: Verdict,
    /// In a few words.
    pub(super) result: String,
    /// The lines that tell of the failure, if it failed or may have failed.
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
            let (named, told) = failure_lines(result);
            let first = run.first_failure.iter().map(|first| in_full(first, result));
            for line in named.iter().cloned().chain(first).chain(told.iter().cloned()) {
                if failure.len() < limits::FAILURE_LINES && !failure.contains(&line) {
                    failure.push(line);
                }
            }
        } else if run.verdict == Verdict::Unknown {
            // What follows in a pipe hides the exit code, not the errors.
            let (named, told) = telling_lines(result);
            failure.extend(named.into_iter().chain(told).take(limits::FAILURE_LINES));
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
            let (named, told) = failure_lines(result);
            let failure = named.into_iter().chain(told).take(limits::FAILURE_LINES).collect();
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
const MARKS: [&str; 9] = ["FAIL ", "FAILED ", "--- FAIL", "not ok ", "×", "✕", "✗", "✘", "●"];

/// The lines of an output that name what failed, and those that tell of errors; its last line where there are none.
fn failure_lines(result: &ToolResult) -> (Vec<String>, Vec<String>) {
    let (named, mut told) = telling_lines(result);
    if named.is_empty() && told.is_empty() {
        told.extend(lines_of(result).last());
    }
    (named, told)
}

/// A line that was cut elsewhere, as the output has it.
fn in_full(line: &str, result: &ToolResult) -> String {
    let Some(stem) = line.strip_suffix('…') else { return line.to_owned() };
    lines_of(result).find(|whole| whole.contains(stem)).unwrap_or_else(|| line.to_owned())
}

/// The lines of an output that name what failed, and those that tell of errors.
fn telling_lines(result: &ToolResult) -> (Vec<String>, Vec<String>) {
    let (mut named, mut told): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for line in lines_of(result) {
        let small = line.to_lowercase();
        let is_named = MARKS.iter().any(|mark| line.starts_with(mark));
        let is_telling = TELLING.iter().any(|word| small.contains(word));
        let lines = if is_named { &mut named } else { &mut told };
        // A summary such as `0 failed` tells of none.
        let is_new = lines.len() < limits::FAILURE_LINES && !lines.contains(&line);
        if is_new && (is_named || is_telling && !is_summary(&small)) {
            lines.push(line);
        }
    }
    (named, told)
}

/// The lines of an output that have words.
fn lines_of(result: &ToolResult) -> impl Iterator<Item = String> {
    let texts = [result.stderr.as_deref(), Some(result.text.as_str())].into_iter().flatten();
    let lines = texts.flat_map(|text| tail(text, limits::CHECK_OUTPUT_BYTES).lines());
    lines.filter(|line| line.len() <= 2_000).filter_map(|line| {
        let line = clip_words(&one_line(line), limits::FAILURE_CHARS);
        let small = line.to_lowercase();
        let bare = small.trim_matches(|c: char| !c.is_alphabetic());
        let is_bare = matches!(bare, "fail" | "failed" | "error");
        let letters = line.chars().filter(|c| c.is_alphabetic()).count();
        (!is_bare && letters >= 4).then_some(line)
    })
}

fn is_summary(line: &str) -> bool {
    let (counts, _) = Counts::read(line);
    let counted = |at: usize| line[..at].ends_with(|c: char| c.is_ascii_digit());
    let is_count = line.match_indices(" failed").any(|(at, _)| counted(at));
    is_count || !counts.is_empty() || line.contains("0 error") || line.contains("0 failed")
}

/// An error's line without what differs from one time to the next: numbers, addresses, temporary names.
pub(super) fn signature(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for word in line.split_whitespace() {
        let word = &from_here(word);
        if !out.is_empty() {
            out.push(' ');
        }
        let is_id = word.len() >= 12
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && word.bytes().filter(u8::is_ascii_digit).count() >= 4;
        if is_id || is_address(word) {
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

/// A number of a machine, such as `0x7ffe12ab` or the beginning of a commit's id.
fn is_address(word: &str) -> bool {
    let digits = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    digits.len() >= 7
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
        && digits.bytes().any(|b| b.is_ascii_digit())
}

/// A word in which absolute paths are cut to what is the same on each machine and in each checkout: the file with its
/// folder, of temporary folders the file alone.
fn from_here(word: &str) -> String {
    let Some(at) = word.find('/').filter(|at| {
        let before = word[..*at].chars().last();
        before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '/' | ':' | '~'))
    }) else {
        return word.to_owned();
    };
    let (before, path) = word.split_at(at);
    let end = path.find(['\'', '"', '`', ',', ';', ')', ']']).unwrap_or(path.len());
    let (path, behind) = path.split_at(end);
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    let is_temporary = matches!(names.first(), Some(&("tmp" | "var" | "private")));
    let kept = names.len().min(if is_temporary { 1 } else { 2 });
    format!("{before}{}{behind}", names[names.len() - kept..].join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_the_same_at_another_place_and_time() {
        let one = signature("src/a.rs:12:5: error[E0308]: mismatched types");
        assert_eq!(one, signature("src/a.rs:120:9: error[E0308]: mismatched types"));
        assert_ne!(one, signature("src/b.rs:12:5: error[E0308]: mismatched types"));
        assert_eq!(one, signature("/work/wt-2/src/a.rs:7:5: error[E0308]: mismatched types"));
        let cannot = |path: &str| signature(&format!("cannot open '{path}': locked by 0x7ffe12ab"));
        assert_eq!(cannot("/tmp/.tmpAb3/x.db"), cannot("/tmp/q9/deep/x.db"));
        assert_ne!(cannot("/tmp/.tmpAb3/x.db"), cannot("/tmp/.tmpAb3/y.db"));
        assert_eq!(signature("see https://example.com/a/b/c"), "see https://example.com/a/b/c");
    }

    #[test]
    fn lines_that_tell_of_the_failure_are_found() {
        let result = ToolResult {
            text: "compiling\nTypeError: x is not a function\n  at run (a.js:1:2)\n1 failed, 3 passed\n".into(),
            exit_code: Some(1),
            ..ToolResult::default()
        };
        assert_eq!(failure_lines(&result).1, ["TypeError: x is not a function"]);
        let silent = ToolResult { text: "one\nthe last line\n".into(), ..ToolResult::default() };
        assert_eq!(failure_lines(&silent).1, ["the last line"]);
    }

    #[test]
    fn what_failed_is_named_first_and_in_full() {
        let output = " ❯ src/a.test.ts (9 tests | 1 failed)\n   × keeps the order of rows 12ms\n     → expected 2 to be 3\n\n Tests  1 failed | 8 passed (9)\n";
        let result = ToolResult { text: output.into(), ..ToolResult::default() };
        let (named, told) = failure_lines(&result);
        assert_eq!(named, ["× keeps the order of rows 12ms"]);
        assert_eq!(told.last().map(String::as_str), Some("→ expected 2 to be 3"));
        assert_eq!(in_full("→ expected 2 to…", &result), "→ expected 2 to be 3");
        assert_eq!(in_full("test a failed", &result), "test a failed");
    }

    #[test]
    fn errors_before_a_filter_are_told_though_the_exit_code_is_hidden() {
        let purpose = Purpose::of("go vet ./... 2>&1 | tail -30");
        let text = "# example.com/app\na.go:3:2: undefined: rows\n".to_owned();
        let result = ToolResult { text, exit_code: Some(0), ..ToolResult::default() };
        let ended = ended(&purpose, &result, (Ordinal(1), None));
        assert_eq!(ended.verdict, Verdict::Unknown);
        assert_eq!(ended.failure, ["a.go:3:2: undefined: rows"]);
    }
}
