//! "The reproduction shows it no more": the script that did, when it last ran.

use super::super::Command;
use super::super::run::kind_of;
use super::super::sentence::words;
use super::{Case, Finds, Verdict, no_session, shown};
use crate::check::command::{base, program};
use crate::purpose::unwrap_shell;
use crate::shell::{CommandLine, Simple};

/// What writes, shows or removes a script without running it.
const HANDLING: [&str; 17] = [
    "cat", "rm", "ls", "git", "sed", "touch", "head", "tail", "grep", "rg", "mv", "cp", "chmod",
    "echo", "mkdir", "find", "tee",
];

/// Names that agents give to what shows a fault; the first are the plainest.
const NAMES: [&[&str]; 2] = [&["repro"], &["verify", "test_", "check_", "debug", "demo", "edge"]];

impl Case<'_> {
    pub(super) fn reproduced(&self, script: Option<&str>, said: &str) -> Finds {
        let Some(commands) = &self.evidence.commands else { return no_session() };
        let file = script.map(|script| base(script.split(' ').next_back().unwrap_or(script)));
        let found = match file {
            Some(file) => {
                last_run(commands, |simple| simple.words.iter().any(|word| word.contains(file)))
            }
            None => NAMES.iter().find_map(|names| {
                last_run(commands, |simple| {
                    let has_name = simple
                        .words
                        .iter()
                        .any(|word| names.iter().any(|name| word.contains(name)));
                    has_name && (names == &NAMES[0] || !is_runner(simple))
                })
            }),
        };
        let Some((ran, is_proven)) = found else {
            return Finds::new(Verdict::Unsupported, "No run of what showed the fault was seen.");
        };
        let line = shown(&ran.line);
        let is_after = self.evidence.is_after_last_edit(ran.ordinal, ran.tree.as_deref());
        let (verdict, why) = match ran.exit_code {
            Some(0) if !is_proven => {
                (Verdict::Unsupported, format!("The exit code of {line} was lost."))
            }
            Some(0) if is_after => {
                (Verdict::Supported, format!("{line} ended well after the last edit."))
            }
            Some(0) => (
                Verdict::Stale,
                format!("{line} ended well before the last edit, and did not run again."),
            ),
            Some(code) if is_after && fails_itself(&ran.output) && denies_errors(said) => (
                Verdict::Contradicted,
                format!("{line} ended with exit code {code} when it last ran."),
            ),
            Some(code) => (
                Verdict::Unsupported,
                format!("{line} ended with exit code {code} when it last ran."),
            ),
            None => (Verdict::NotChecked, format!("The exit code of {line} was not seen.")),
        };
        Finds { sources: vec![ran.cite], ..Finds::new(verdict, why) }
    }
}

/// Whether a script's own expectation failed, or it broke off.
fn fails_itself(output: &str) -> bool {
    let mut lines = output.lines().rev().filter(|line| !line.trim().is_empty()).take(6);
    lines.any(|line| {
        ["AssertionError", "Traceback", "panicked at", "Assertion failed", "Unhandled"]
            .iter()
            .any(|mark| line.contains(mark))
    })
}

/// "Runs without an error", "no longer crashes".
fn denies_errors(said: &str) -> bool {
    let words = words(said);
    words.iter().enumerate().any(|(at, word)| {
        word.is_in(&["without", "no", "not", "longer", "never", "doesn't"])
            && words[at + 1..].iter().take(2).any(|next| {
                next.is_in(&[
                    "error",
                    "errors",
                    "exception",
                    "traceback",
                    "crash",
                    "crashes",
                    "crashing",
                    "failing",
                    "failure",
                ])
            })
    })
}

/// The last command of which a part is meant, and whether its exit code is that part's.
fn last_run(commands: &[Command], is_meant: impl Fn(&Simple) -> bool) -> Option<(&Command, bool)> {
    commands.iter().rev().find_map(|ran| {
        let line = unwrap_shell(CommandLine::parse(&ran.line));
        let at = line.commands.iter().position(|simple| {
            let words = program(&simple.words);
            let is_handled = words.first().is_none_or(|word| HANDLING.contains(&base(word)));
            !is_handled && is_meant(simple)
        })?;
        Some((ran, line.success_proves(at)))
    })
}

/// Whether a known runner of tests runs it: those are checks, not what showed the fault.
fn is_runner(simple: &Simple) -> bool {
    let words = program(&simple.words);
    let is_script = words.iter().take(2).any(|word| {
        [".py", ".sh", ".js", ".ts", ".rb"].iter().any(|ending| word.ends_with(ending))
            && !matches!(base(word), "runtests.py" | "manage.py")
    });
    kind_of(simple).is_some() && !is_script
}
