//! A check, run so that it names its tests, and again where it fails.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_agents::StopFlag;
use callboard_model::Timestamp;
use callboard_model::check::executed::{Executed, NotMeasured};
use callboard_model::check::results::compare::Run;
use callboard_model::check::results::reporter::{CONFIGURATION, Reporting, Setup, with_go_profile};
use callboard_model::check::results::{TestResults, Unnamed};
use callboard_model::limits::{REPORT_BYTES, RESULTS_OUTPUT_BYTES};
use callboard_model::review::CheckOutcome;
use callboard_model::trial::TrialResult;

use callboard_os::confine::Confine;

use super::measured::Measured;
use super::run::{Command, Ended};
use crate::limits;

/// A check to be run in a worktree.
pub(crate) struct Reported<'a> {
    pub(crate) line: &'a str,
    pub(crate) top: &'a Path,
    /// The folder of its logs.
    pub(crate) logs: &'a Path,
    /// What its logs are called there, without their ending.
    pub(crate) name: &'a str,
    pub(crate) variables: &'a BTreeMap<String, String>,
    /// Find out which lines it executes.
    pub(crate) measures: bool,
    /// What it may do; all if there is none.
    pub(crate) confine: Option<Confine>,
    pub(crate) time: Duration,
    pub(crate) stop: &'a StopFlag,
    pub(crate) now: &'a dyn Fn() -> Timestamp,
}

impl Reported<'_> {
    /// Runs it, and up to `repeats` times more where it fails: what it came to is what the first run came to.
    ///
    /// A measured run that fails counts beside the others only: one that is not measured follows, and tells what the check
    /// came to. What measuring breaks shows as flaky at worst.
    pub(crate) fn run(&self, repeats: u32) -> TrialResult {
        let mut result = self.once(self.name, self.measures);
        let is_short = result.duration_ms.is_some_and(|ms| ms <= limits::CHECK_REPEAT_MS);
        let repeats = if is_short { repeats } else { repeats.min(1) };
        let has_ended = result.exit_code.is_some();
        let mut made = 0;
        let has_failed = matches!(result.outcome, CheckOutcome::Failed | CheckOutcome::CouldNotRun);
        if self.measures && has_failed && repeats > 0 && (is_short || has_ended) {
            made = 1;
            result = beside_measured(result, self.once(&self.again(made), false));
            self.keep_log_of(&self.again(made));
        }
        if result.would_not_differ() {
            return result;
        }
        while made < repeats {
            made += 1;
            match self.once(&self.again(made), false).runs.pop() {
                Some(run) if !self.stop.stopped() => result.runs.push(run),
                _ => break,
            }
        }
        result
    }

    /// The log of a check is that of the run which tells what it came to.
    fn keep_log_of(&self, run: &str) {
        let path = |name: &str| self.logs.join(format!("{name}.log"));
        let moved = fs::rename(path(self.name), path(&format!("{}measured", self.name)))
            .and_then(|()| fs::rename(path(run), path(self.name)));
        if let Err(error) = moved {
            tracing::warn!(%error, run, "the log of a check is that of its measured run");
        }
    }

    fn again(&self, number: u32) -> String {
        format!("{}again{number}", self.name)
    }

    /// One run; with nothing in `runs` where nothing is known of it.
    fn once(&self, name: &str, measures: bool) -> TrialResult {
        let reports = self.logs.join(format!("{name}-reports"));
        if let Err(error) = fs::create_dir_all(&reports) {
            tracing::warn!(%error, path = %reports.display(), "a check has nowhere to write reports");
        }
        let log = self.logs.join(format!("{name}.log"));
        let Reporting { env, mut line, reports: written } = self.reporting(&reports);
        let mut variables = self.variables.clone();
        variables.extend(env);
        let measured = measures.then(|| Measured::begin(&reports, self.top, &mut variables));
        let measured = measured.and_then(|begun| {
            begun.inspect_err(|error| tracing::warn!(%error, "a check is not measured")).ok()
        });
        if let Some(measured) = &measured {
            let profile = measured.go_profile();
            line = with_go_profile(&line, &profile.to_string_lossy()).unwrap_or(line);
        }
        let mut confine = self.confine.clone();
        confine.iter_mut().for_each(|confine| confine.writable.push(reports.clone()));
        let command = Command {
            line: &line,
            top: self.top,
            log: &log,
            variables: &variables,
            confine,
            time: self.time,
            stop: self.stop,
        };
        let began = (self.now)();
        let ended = command.run();
        let duration_ms = u64::try_from((self.now)().since_ms(began)).ok();
        let run = matches!(ended.outcome, CheckOutcome::Passed | CheckOutcome::Failed)
            .then(|| self.results(&ended, &written, &log));
        let executed = measured.and_then(|measured| measured.read());
        if let Err(error) = callboard_os::remove::folder(&reports) {
            tracing::debug!(%error, path = %reports.display(), "reports of a check are left beside its log");
        }
        TrialResult {
            outcome: ended.outcome,
            exit_code: ended.exit_code,
            words: ended.words,
            started_at: Some(began),
            duration_ms,
            log: None,
            confinement: ended.confinement,
            runs: run.into_iter().collect(),
            executed: measures.then(|| executed.unwrap_or_default()),
        }
    }

    /// What a run told of its tests, in files and in its log.
    fn results(&self, ended: &Ended, written: &[String], log: &Path) -> Run {
        let texts: Vec<String> = written
            .iter()
            .map(|path| text_of(Path::new(path), REPORT_BYTES, From::Start))
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let output = text_of(log, RESULTS_OUTPUT_BYTES, From::End);
        // The first line is the command's own.
        let output = output
            .strip_prefix("$ ")
            .and_then(|rest| rest.split_once('\n'))
            .map_or(&*output, |(_, rest)| rest);
        let mut results = TestResults::read(&texts, output, &self.top.to_string_lossy());
        if let Some(results) = results.as_mut().filter(|_| ended.exit_code.is_none()) {
            // It was broken off: what it does not name may have been there.
            results.unnamed = Unnamed::Unknown;
        }
        Run { succeeded: ended.outcome == CheckOutcome::Passed, results }
    }

    fn reporting(&self, reports: &Path) -> Reporting {
        let limit = usize::try_from(limits::RUNNER_CONFIGURATION_BYTES).unwrap_or(usize::MAX);
        let read = |path: &Path| text_of(path, limit, From::Start);
        let package = Some(self.top.join("package.json"))
            .filter(|path| path.is_file())
            .map(|path| read(&path));
        let configuration: Vec<(String, String)> =
            configuring(self.top).into_iter().map(|(name, path)| (name, read(&path))).collect();
        let configuration: Vec<(&str, &str)> =
            configuration.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let environment: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let setup = Setup {
            package: package.as_deref(),
            configuration: &configuration,
            environment: &environment,
            reports: &reports.to_string_lossy(),
        };
        Reporting::of(self.line, &setup)
    }
}

/// What a check came to of which a measured run failed, and one that was not measured is `plain`.
fn beside_measured(measured: TrialResult, mut plain: TrialResult) -> TrialResult {
    let is_known = measured.executed.as_ref().is_some_and(|executed| !executed.is_empty());
    plain.executed = if is_known && plain.outcome == CheckOutcome::Passed {
        Some(Executed::not_measured(NotMeasured::ChangesResult))
    } else {
        measured.executed.clone()
    };
    // Of a run in which nothing could be built, no test tells anything.
    if !measured.would_not_differ() {
        plain.runs.extend(measured.runs);
    }
    plain
}

/// The files of a folder that may configure a runner.
fn configuring(top: &Path) -> Vec<(String, PathBuf)> {
    let is_one = |name: &str| {
        CONFIGURATION.iter().any(|known| match known.strip_suffix('*') {
            Some(begin) => name.starts_with(begin),
            None => name == *known,
        })
    };
    let entries = fs::read_dir(top).into_iter().flatten().flatten();
    let mut found: Vec<(String, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .filter(|(name, path)| is_one(name) && path.is_file())
        .collect();
    found.sort();
    found
}

/// From where a file is read that is longer than what is read of it.
#[derive(Clone, Copy)]
pub(super) enum From {
    Start,
    End,
}

/// The text of a file, as far as it is read; nothing where it cannot be.
pub(super) fn text_of(path: &Path, limit: usize, from: From) -> String {
    let limit = limit as u64;
    let read = || {
        let mut file: File = callboard_os::file::open(path)?;
        let length = file.metadata()?.len();
        if let (From::End, Some(skipped)) = (from, length.checked_sub(limit)) {
            file.seek(SeekFrom::Start(skipped))?;
        }
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        std::io::Result::Ok(bytes)
    };
    read().map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}
