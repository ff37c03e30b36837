//! One command of a trial: run to its end, and what that means.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use callboard_agents::StopFlag;
use callboard_model::receipt::Confinement;
use callboard_model::review::CheckOutcome;
use callboard_model::text;
use callboard_os::confine::{Confine, Limit};
use callboard_os::process;
use callboard_os::script::{Script, ScriptError};

use crate::limits;

/// The variable by which what one command leaves behind is told from what setup started: its value is the command's log.
const MARKER: &str = "CALLBOARD_CHECK";

/// What the shell says of a command that it cannot execute, and of one that it does not find (POSIX, 2.8.2).
const NOT_RUN: [i32; 2] = [126, 127];

/// The signal that no process can send itself by a fault: the system's, where memory runs out, or somebody's.
const KILL: i32 = 9;

/// What a shell adds to the number of the signal that ended a command.
const BY_SIGNAL: i32 = 128;

/// Where and how a command runs.
pub(super) struct Command<'a> {
    pub(super) line: &'a str,
    pub(super) top: &'a Path,
    pub(super) log: &'a Path,
    pub(super) variables: &'a BTreeMap<String, String>,
    /// What it may do; all if there is none.
    pub(super) confine: Option<Confine>,
    pub(super) time: Duration,
    pub(super) stop: &'a StopFlag,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) outcome: CheckOutcome,
    pub(super) exit_code: Option<i32>,
    pub(super) words: Option<String>,
    /// What held it.
    pub(super) confinement: Option<Confinement>,
}

/// Whether there is anything in a checkout but git's own file.
pub(super) fn has_files(top: &Path) -> bool {
    let entries = std::fs::read_dir(top).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).any(|name| name != ".git")
}

impl Command<'_> {
    /// Runs it, then ends all that it left running.
    pub(super) fn run(&self) -> Ended {
        let mark = (MARKER.to_owned(), self.log.to_string_lossy().into_owned());
        let mut last = LastLines::default();
        let had_files = has_files(self.top);
        let script = Script::new(self.line, self.top, self.log)
            .envs(self.variables)
            .envs([(&mark.0, &mark.1)])
            .time(self.time)
            .stop_by(self.stop);
        let mut told = |line: &str| last.push(line);
        let (ran, confinement) = match &self.confine {
            Some(confine) => {
                let link = GitLink::of(self.top);
                let run = script.confined(confine).run(&mut told);
                link.restore();
                (run.ended, run.confinement)
            }
            None => (script.run(&mut told), None),
        };
        // What left its group is ended, too.
        process::end_with_variable(&mark.0, &mark.1, callboard_os::limits::END_GRACE);
        let free = callboard_os::disk::free_bytes(self.top);
        let is_full = free.is_some_and(|free| free < limits::TRIAL_FREE_BYTES);
        let mut ended = ended(ran.as_ref(), &last, is_full);
        if had_files && !has_files(self.top) {
            let said = ended.words.map_or_else(String::new, |words| format!("; {words}"));
            ended.words = Some(format!("it deleted its checkout{said}"));
        }
        Ended { confinement, ..ended }
    }
}

/// The file by which a worktree leads to its repository: one that leads elsewhere would have git run what stands there.
struct GitLink {
    path: PathBuf,
    text: Option<Vec<u8>>,
}

impl GitLink {
    fn of(top: &Path) -> Self {
        let path = top.join(".git");
        Self { text: fs::read(&path).ok(), path }
    }

    /// Puts it back where mounts did not hold it.
    fn restore(self) {
        let Some(text) = self.text else { return };
        let is_file = fs::symlink_metadata(&self.path).is_ok_and(|meta| meta.is_file());
        if is_file && fs::read(&self.path).is_ok_and(|now| now == text) {
            return;
        }
        let gone = if is_file || self.path.is_symlink() {
            fs::remove_file(&self.path)
        } else {
            callboard_os::remove::folder(&self.path).map(|_| ())
        };
        // A checkout that is gone has none to put back.
        if gone.and_then(|()| fs::write(&self.path, text)).is_err() {
            tracing::debug!(path = %self.path.display(), "the link of a check's worktree is not put back");
        }
    }
}

/// How much of something a check may take, in words.
fn amount(limit: Limit, most: u64) -> String {
    let bytes = |of: &str| match most {
        0..0x4000_0000 => format!("more than {} MB {of}", most >> 20),
        _ => format!("more than {}.{} GB {of}", most >> 30, ((most >> 20) % 1024) * 10 / 1024),
    };
    match limit {
        Limit::Memory => format!("it took {}", bytes("of memory")),
        Limit::Disk => format!("it took {}", bytes("of the disk")),
        Limit::Processes => format!("it had more than {most} processes at one time"),
        Limit::Files => format!("it made or changed more than {most} files"),
    }
}

fn ended(ran: Result<&(), &ScriptError>, last: &LastLines, is_full: bool) -> Ended {
    let said = |why: &str| match (why, last.text()) {
        ("", said) => said,
        (why, None) => Some(why.to_owned()),
        (why, Some(said)) => Some(format!("{why}; it said last:\n{said}")),
    };
    let of = |outcome, exit_code, words| Ended { outcome, exit_code, words, confinement: None };
    match ran {
        Ok(()) => of(CheckOutcome::Passed, Some(0), last.one()),
        Err(ScriptError::Start { cause, .. }) => {
            of(CheckOutcome::CouldNotRun, None, said(&format!("it could not be started: {cause}")))
        }
        Err(ScriptError::Stopped { .. }) => of(CheckOutcome::Stopped, None, None),
        Err(ScriptError::TimedOut { time, .. }) => {
            let why = format!("it did not end within {} s and was stopped", time.as_secs());
            of(CheckOutcome::Failed, None, said(&why))
        }
        Err(ScriptError::OverLimit { limit, most, .. }) => {
            let why = format!("{} and was stopped", amount(*limit, *most));
            of(CheckOutcome::Failed, None, said(&why))
        }
        Err(ScriptError::Failed { status, .. }) => {
            let code = code_of(*status);
            let why_unknown = if is_full {
                Some("the disk is full")
            } else if NOT_RUN.contains(&code) {
                Some("the command, or one that it runs, could not be found or executed")
            } else if code == BY_SIGNAL + KILL {
                Some("it was killed from outside, as a system does that runs out of memory")
            } else {
                None
            };
            match why_unknown {
                Some(why) => of(CheckOutcome::CouldNotRun, Some(code), said(why)),
                None => of(CheckOutcome::Failed, Some(code), said("")),
            }
        }
    }
}

/// The exit code as a shell tells it.
fn code_of(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| BY_SIGNAL + status.signal().unwrap_or_default())
}

/// The last lines that somebody said something in.
#[derive(Debug, Default)]
struct LastLines(VecDeque<String>);

impl LastLines {
    fn push(&mut self, line: &str) {
        let line = text::plain(line);
        if line.trim().is_empty() {
            return;
        }
        self.0.push_back(text::clip(line.trim_end(), limits::SNIPPET_CHARS));
        if self.0.len() > limits::TRIAL_LAST_LINES {
            self.0.pop_front();
        }
    }

    fn one(&self) -> Option<String> {
        self.0.back().cloned()
    }

    fn text(&self) -> Option<String> {
        let lines: Vec<&str> = self.0.iter().map(String::as_str).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(status: i32) -> ScriptError {
        // As wait(2) gives it: the code in the second byte, the signal in the first.
        let status = ExitStatus::from_raw(status);
        ScriptError::Failed { line: "x".into(), status, last: String::new(), log: PathBuf::new() }
    }

    fn said(lines: &[&str]) -> LastLines {
        let mut last = LastLines::default();
        lines.iter().for_each(|line| last.push(line));
        last
    }

    #[test]
    fn only_what_ran_and_ended_badly_has_failed() {
        use CheckOutcome::{CouldNotRun, Failed};
        let last = said(&["running", "\u{1b}[31mtwo failed\u{1b}[0m", " "]);
        for (status, code, is_full, outcome) in [
            (1 << 8, 1, false, Failed),
            (101 << 8, 101, false, Failed),
            (11, 139, false, Failed),
            (1 << 8, 1, true, CouldNotRun),
            (127 << 8, 127, false, CouldNotRun),
            (126 << 8, 126, false, CouldNotRun),
            (9, 137, false, CouldNotRun),
            (137 << 8, 137, false, CouldNotRun),
        ] {
            let found = ended(Err(&failed(status)), &last, is_full);
            assert_eq!((found.outcome, found.exit_code), (outcome, Some(code)), "{status}");
            assert!(found.words.unwrap().ends_with("running\ntwo failed"));
        }
        let passed = ended(Ok(&()), &last, true);
        assert_eq!(
            (passed.outcome, passed.words.as_deref()),
            (CheckOutcome::Passed, Some("two failed"))
        );
        let silent = ended(Err(&failed(1 << 8)), &said(&[]), false);
        assert_eq!(silent.words, None);
    }
}
