//! What a command came to, and what its output tells of its failure.

use super::telling::{Telling, lines_of};
use crate::check::Verdict;
use crate::event::ToolResult;
use crate::fold::checks::run_of;
use crate::purpose::Purpose;
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
            let mut lines = failure_lines(result);
            let first = run.first_failure.iter().map(|first| in_full(first, result));
            // What the runner names is told, unless a line above does.
            let unnamed = first.filter(|first| !lines.iter().any(|line| line.contains(first)));
            let unnamed: Vec<String> = unnamed.collect();
            lines.splice(lines.len().min(2)..lines.len().min(2), unnamed);
            for line in lines {
                if failure.len() < limits::FAILURE_LINES && !failure.contains(&line) {
                    failure.push(line);
                }
            }
        } else if run.verdict == Verdict::Unknown {
            // What follows in a pipe hides the exit code, not the errors.
            failure.extend(Telling::of(result).into_lines().take(limits::FAILURE_LINES));
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
            Ended { verdict: Verdict::Failed, result: result_words, failure: failure_of(result) }
        }
        None => Ended {
            verdict: Verdict::Unknown,
            result: "ended without a clear result".into(),
            failure: Vec::new(),
        },
    }
}

/// The lines of an output that tell of its failure, the most telling first; its last line where there are none.
fn failure_lines(result: &ToolResult) -> Vec<String> {
    let telling = Telling::of(result);
    match telling.is_empty() {
        true => lines_of(result).last().into_iter().collect(),
        false => telling.into_lines().collect(),
    }
}

/// The first lines that tell of a failure.
pub(super) fn failure_of(result: &ToolResult) -> Vec<String> {
    failure_lines(result).into_iter().take(limits::FAILURE_LINES).collect()
}

/// A line that was cut elsewhere, as the output has it.
fn in_full(line: &str, result: &ToolResult) -> String {
    let Some(stem) = line.strip_suffix('…') else { return line.to_owned() };
    lines_of(result).find(|whole| whole.contains(stem)).unwrap_or_else(|| line.to_owned())
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
        assert_eq!(failure_lines(&result), ["TypeError: x is not a function"]);
        let silent = ToolResult { text: "one\nthe last line\n".into(), ..ToolResult::default() };
        assert_eq!(failure_lines(&silent), ["the last line"]);
    }

    #[test]
    fn what_failed_is_named_first_and_in_full() {
        let output = " ❯ src/a.test.ts (9 tests | 1 failed)\n   × keeps the order of rows 12ms\n     → expected 2 to be 3\n\n Tests  1 failed | 8 passed (9)\n";
        let result = ToolResult { text: output.into(), ..ToolResult::default() };
        let told = failure_lines(&result);
        assert_eq!(told[..2], ["× keeps the order of rows 12ms", "→ expected 2 to be 3"]);
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
