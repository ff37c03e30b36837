//! The commands of a session: how often each passed and failed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Ran;
use super::output::Ended;
use crate::check::Verdict;
use crate::limits;
use crate::purpose::Purpose;

/// How often each command passed and failed; those that ran least often make room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Commands {
    counts: BTreeMap<String, (u32, u32)>,
}

impl Commands {
    /// What is known of a command now that it ran once more, and by which name it goes.
    pub(super) fn ran(&mut self, line: &str, purpose: &Purpose, ended: &Ended) -> (Ran, String) {
        let name = name_of(purpose);
        if self.counts.len() >= limits::FACT_COMMANDS && !self.counts.contains_key(&name) {
            let rarest = self.counts.iter().min_by_key(|(_, (passes, failures))| passes + failures);
            if let Some(rarest) = rarest.map(|(name, _)| name.clone()) {
                self.counts.remove(&rarest);
            }
        }
        let (passes, failures) = self.counts.entry(name.clone()).or_default();
        match ended.verdict {
            Verdict::Passed => *passes += 1,
            Verdict::Failed => *failures += 1,
            Verdict::Unknown => {}
        }
        let check = match purpose {
            Purpose::Check { check, .. } => Some(*check),
            _ => None,
        };
        let ran = Ran {
            command: without_filters(line).to_owned(),
            check,
            verdict: ended.verdict,
            result: ended.result.clone(),
            failure: ended.failure.clone(),
            passes: *passes,
            failures: *failures,
        };
        (ran, name)
    }
}

/// A command without what differs between its runs, such as filters of its output.
pub(super) fn name_of(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Check { command, .. } | Purpose::Run { command } => command.clone(),
        _ => String::new(),
    }
}

/// Whether a command runs all that another one ran: the same with other settings before it, or a check of more
/// (`cargo test` after `cargo test parser`). One of something else, or of less, proves nothing of it.
#[must_use]
pub fn covers(broad: &str, narrow: &str) -> bool {
    let (broad, narrow) = (words_of(broad), words_of(narrow));
    !broad.is_empty() && (broad == narrow || is_whole_check(&broad) && narrow.starts_with(&broad))
}

/// The program and what it is to do, without settings before it and options that only change what is printed.
fn words_of(line: &str) -> Vec<&str> {
    let line = without_filters(line);
    let last = line.rsplit("&&").next().unwrap_or(line);
    let is_setting = |word: &&str| word.contains('=') && !word.starts_with('-');
    let words = last.split_whitespace().skip_while(is_setting);
    words.filter(|word| !PRINTING.contains(word)).collect()
}

/// Whether these words name a check without saying of what: then it is of all.
fn is_whole_check(words: &[&str]) -> bool {
    let is_check = |words: &[&str]| matches!(Purpose::of(&words.join(" ")), Purpose::Check { .. });
    match words.split_last() {
        Some((_, before)) if !is_check(before) => is_check(words),
        Some((&"run", before)) => is_whole_check(before),
        _ => false,
    }
}

/// Options of checks that change only what they print.
const PRINTING: [&str; 9] =
    ["-q", "-qq", "-v", "-vv", "--quiet", "--verbose", "--no-header", "--silent", "-s"];

/// Programs that only cut or show what another one prints.
const FILTERS: [&str; 12] =
    ["head", "tail", "grep", "egrep", "rg", "sed", "awk", "less", "wc", "cat", "sort", "uniq"];

/// A command line without what only cuts its output: `2>&1 | tail -20`, `|| true`.
#[must_use]
pub fn without_filters(line: &str) -> &str {
    let mut line = line.trim();
    loop {
        let before = line;
        if let Some((rest, last)) = line.rsplit_once('|') {
            let program = last.split_whitespace().next().unwrap_or_default();
            let is_quoted =
                last.contains(['"', '\'']) && !last.matches(['"', '\'']).count().is_multiple_of(2);
            if !rest.ends_with('|') && !is_quoted && FILTERS.contains(&program) {
                line = rest.trim_end();
            }
        }
        for end in ["2>&1", "|| true", ";"] {
            line = line.strip_suffix(end).unwrap_or(line).trim_end();
        }
        if line == before || line.is_empty() {
            return before;
        }
    }
}

/// Whether a command line only looks, or takes care of git: nothing that the next agent has to know how to run.
pub(super) fn is_aside(line: &str) -> bool {
    let mut words = without_filters(line).split_whitespace();
    match (words.next(), words.next()) {
        (Some("git"), Some(verb)) => !matches!(verb, "apply" | "submodule" | "lfs"),
        (Some(program), _) => matches!(
            program,
            "ls" | "pwd"
                | "echo"
                | "which"
                | "date"
                | "whoami"
                | "env"
                | "cat"
                | "wc"
                | "ps"
                | "kill"
                | "pkill"
        ),
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cuts_the_output_is_no_part_of_a_command() {
        assert_eq!(without_filters("cargo test 2>&1 | tail -5"), "cargo test");
        assert_eq!(without_filters("npm test | grep -v ok | head -3 || true"), "npm test");
        assert_eq!(without_filters("a || tail x"), "a || tail x");
        assert_eq!(without_filters("cat x | node run.js"), "cat x | node run.js");
    }
}
