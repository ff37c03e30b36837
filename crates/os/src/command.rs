//! Commands that end: with a directory, an environment, a time limit and bounded output.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::stop::StopFlag;

/// A command line to run to its end. The directory is not optional: no command depends on ours.
#[derive(Debug, Clone)]
pub struct Command {
    program: OsString,
    args: Vec<OsString>,
    cwd: PathBuf,
    env: Vec<(OsString, Option<OsString>)>,
    clear_env: bool,
    input: Vec<u8>,
    stdout: Option<Arc<File>>,
    time: Duration,
    stop: Option<StopFlag>,
}

/// Becomes another program, in this process and this terminal. Returns only when that fails.
#[cfg(unix)]
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this crate starts processes")]
pub fn become_program(program: &Path, args: &[String], cwd: &Path) -> io::Error {
    use std::os::unix::process::CommandExt;
    std::process::Command::new(program).args(args).current_dir(cwd).exec()
}

/// What a command that ended came to.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output, up to [`limits::COMMAND_OUTPUT_BYTES`].
    pub stdout: Vec<u8>,
    /// Its standard error, up to the same limit.
    pub stderr: Vec<u8>,
}

/// Why a command gave no output.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It could not be started.
    #[error("cannot start `{program}`: {cause}")]
    Start {
        /// The program.
        program: String,
        /// What the system says.
        cause: io::Error,
    },
    /// It did not end in time and was ended.
    #[error("`{program}` did not end within {} s and was stopped", .time.as_secs())]
    TimedOut {
        /// The program.
        program: String,
        /// The time it had.
        time: Duration,
    },
    /// It was told to end.
    #[error("`{program}` was stopped")]
    Stopped {
        /// The program.
        program: String,
    },
    /// Its pipes broke.
    #[error("lost touch with `{program}`: {cause}")]
    Pipe {
        /// The program.
        program: String,
        /// What the system says.
        cause: io::Error,
    },
}

impl Command {
    /// A command to run in `cwd`.
    #[must_use]
    pub fn new(program: impl AsRef<OsStr>, cwd: impl AsRef<Path>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            cwd: cwd.as_ref().to_owned(),
            env: Vec::new(),
            clear_env: false,
            input: Vec::new(),
            stdout: None,
            time: limits::COMMAND_TIME,
            stop: None,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((key.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    /// Removes a variable.
    #[must_use]
    pub fn env_remove(mut self, key: impl AsRef<OsStr>) -> Self {
        self.env.push((key.as_ref().to_owned(), None));
        self
    }

    /// Starts from an empty environment.
    #[must_use]
    pub fn env_clear(mut self) -> Self {
        self.clear_env = true;
        self
    }

    /// Gives the command this as standard input; otherwise it has none.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Has it write its standard output into a file, however long it is, instead of giving it back.
    #[must_use]
    pub fn stdout_to(mut self, file: File) -> Self {
        self.stdout = Some(Arc::new(file));
        self
    }

    /// Sets the time limit.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Ends it when told so.
    #[must_use]
    pub fn unless(mut self, stop: StopFlag) -> Self {
        self.stop = Some(stop);
        self
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// When it cannot be started, outlives its time, or its pipes break. An exit code is not an error.
    pub fn output(self) -> Result<Output, CommandError> {
        let program = self.program.to_string_lossy().into_owned();
        let mut child = self
            .spawn()
            .map_err(|cause| CommandError::Start { program: program.clone(), cause })?;
        let stdin = child.stdin.take();
        let input = self.input;
        let writer = thread::spawn(move || {
            if let Some(mut stdin) = stdin {
                // A command that ends without reading its input is no failure of ours.
                let _ = stdin.write_all(&input);
            }
        });
        let stdout = child.stdout.take().map(|pipe| thread::spawn(move || read_bounded(pipe)));
        let stderr = child.stderr.take().map(|pipe| thread::spawn(move || read_bounded(pipe)));
        let status = wait(&mut child, self.time, self.stop.as_ref())
            .map_err(|cause| CommandError::Pipe { program: program.clone(), cause })?;
        let Some(status) = status else {
            if self.stop.is_some_and(|stop| stop.stopped()) {
                return Err(CommandError::Stopped { program });
            }
            return Err(CommandError::TimedOut { program, time: self.time });
        };
        let collect = |reader: Option<thread::JoinHandle<Vec<u8>>>| {
            reader.and_then(|r| r.join().ok()).unwrap_or_default()
        };
        let output = Output { status, stdout: collect(stdout), stderr: collect(stderr) };
        let _ = writer.join();
        Ok(output)
    }

    /// Starts it and lets it go on by itself, without input or output.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn detach(mut self, log: Option<File>) -> Result<u32, CommandError> {
        let mut command = self.prepare();
        command.stdin(Stdio::null());
        match log {
            Some(log) => {
                let again = log.try_clone();
                command.stdout(log);
                match again {
                    Ok(again) => command.stderr(again),
                    Err(_) => command.stderr(Stdio::null()),
                };
            }
            None => {
                command.stdout(Stdio::null()).stderr(Stdio::null());
            }
        }
        let mut child = command.spawn().map_err(|cause| CommandError::Start {
            program: std::mem::take(&mut self.program).to_string_lossy().into_owned(),
            cause,
        })?;
        let pid = child.id();
        // Somebody must collect its exit code, or it stays behind as a zombie.
        thread::spawn(move || child.wait());
        Ok(pid)
    }

    fn spawn(&self) -> io::Result<Child> {
        let mut command = self.prepare();
        command.stdin(if self.input.is_empty() { Stdio::null() } else { Stdio::piped() });
        match &self.stdout {
            Some(file) => command.stdout(file.try_clone()?),
            None => command.stdout(Stdio::piped()),
        };
        command.stderr(Stdio::piped()).spawn()
    }

    pub(crate) fn name(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }

    pub(crate) fn time_limit(&self) -> Duration {
        self.time
    }

    #[allow(clippy::disallowed_methods, reason = "this is the one place that starts processes")]
    pub(crate) fn prepare(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.args).current_dir(&self.cwd);
        if self.clear_env {
            command.env_clear();
        }
        for (key, value) in &self.env {
            match value {
                Some(value) => command.env(key, value),
                None => command.env_remove(key),
            };
        }
        command
    }
}

impl Output {
    /// Standard output as text, without trailing white space.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end().to_owned()
    }

    /// Standard error as text, without surrounding white space.
    #[must_use]
    pub fn error_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).trim().to_owned()
    }
}

fn read_bounded(mut pipe: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let _ = pipe.by_ref().take(limits::COMMAND_OUTPUT_BYTES as u64).read_to_end(&mut kept);
    // The rest is read and forgotten, so that the command does not block on a full pipe.
    let _ = io::copy(&mut pipe, &mut io::sink());
    kept
}

/// Waits for the end of `child`; ends it and gives `None` when `time` is over, or when told so.
fn wait(
    child: &mut Child,
    time: Duration,
    stop: Option<&StopFlag>,
) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + time;
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline || stop.is_some_and(StopFlag::stopped) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// The program of this name on `path` (the value of `PATH`), if there is one.
#[must_use]
pub fn find_program(name: &str, path: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(path).map(|dir| dir.join(name)).find(|file| is_executable(file))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_and_exit_code_come_back() {
        let out = Command::new("sh", "/")
            .args(["-c", "cat; echo oops >&2; exit 3"])
            .input("in")
            .output()
            .unwrap();
        assert_eq!((out.text().as_str(), out.error_text().as_str()), ("in", "oops"));
        assert_eq!(out.status.code(), Some(3));
    }

    #[test]
    fn a_command_is_stopped_when_told() {
        let stop = StopFlag::default();
        let command = Command::new("sleep", "/").arg("1000").unless(stop.clone());
        let running = thread::spawn(|| command.output());
        stop.stop();
        let error = running.join().unwrap().unwrap_err();
        assert!(matches!(error, CommandError::Stopped { .. }), "{error}");
    }

    #[test]
    fn a_command_that_does_not_end_is_stopped() {
        let error = Command::new("sleep", "/")
            .arg("1000")
            .time(Duration::from_millis(20))
            .output()
            .unwrap_err();
        assert!(matches!(error, CommandError::TimedOut { .. }), "{error}");
    }
}
