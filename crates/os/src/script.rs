//! Command lines that people configure: run by `sh` with a log, a time limit, and an end to all that
//! they start.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel,
};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use crate::confine::{Confine, ConfinedScript, Limit};
use crate::limits;
use crate::stop::StopFlag;

/// A command line to run.
#[derive(Debug, Clone)]
pub struct Script {
    pub(crate) line: String,
    pub(crate) cwd: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) env: Vec<(String, String)>,
    time: Duration,
    stop: Option<StopFlag>,
    /// What is put before its shell.
    before: Vec<String>,
}

/// Why a script did not come to a good end. All that it started has been ended.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// It could not be started.
    #[error("`{line}` could not be started: {cause}")]
    Start {
        /// The command line.
        line: String,
        /// What the system says.
        cause: io::Error,
    },
    /// It did not end in time.
    #[error("`{line}` did not end within {} s and was stopped; its output is in {}", .time.as_secs(), log.display())]
    TimedOut {
        /// The command line.
        line: String,
        /// The time it had.
        time: Duration,
        /// Where its output is.
        log: PathBuf,
    },
    /// It took more than it may.
    #[error("`{line}` was stopped because it went beyond {most} {limit}; its output is in {}", log.display())]
    OverLimit {
        /// The command line.
        line: String,
        /// What it took too much of.
        limit: Limit,
        /// How much it may take.
        most: u64,
        /// Where its output is.
        log: PathBuf,
    },
    /// It was told to stop.
    #[error("`{line}` was stopped; its output is in {}", log.display())]
    Stopped {
        /// The command line.
        line: String,
        /// Where its output is.
        log: PathBuf,
    },
    /// It failed.
    #[error("`{line}` failed ({status}){}; its output is in {}", last_words(.last), log.display())]
    Failed {
        /// The command line.
        line: String,
        /// How it ended.
        status: ExitStatus,
        /// The last line that it wrote.
        last: String,
        /// Where its output is.
        log: PathBuf,
    },
}

/// Why it did not go on to its end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum BrokenOff {
    TimedOut,
    Stopped,
}

fn last_words(last: &str) -> String {
    if last.is_empty() { String::new() } else { format!(": {last}") }
}

impl Script {
    /// The command line in `cwd`, whose output is added to the file `log`. Its environment is empty.
    #[must_use]
    pub fn new(line: &str, cwd: &Path, log: &Path) -> Self {
        Self {
            line: line.to_owned(),
            cwd: cwd.to_owned(),
            log: log.to_owned(),
            env: Vec::new(),
            time: limits::COMMAND_TIME,
            stop: None,
            before: Vec::new(),
        }
    }

    /// Sets variables.
    #[must_use]
    pub fn envs<'a>(mut self, env: impl IntoIterator<Item = (&'a String, &'a String)>) -> Self {
        self.env.extend(env.into_iter().map(|(name, value)| (name.clone(), value.clone())));
        self
    }

    /// Sets the time limit.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Has it ended, with all that it started, once `stop` is told.
    #[must_use]
    pub fn stop_by(mut self, stop: &StopFlag) -> Self {
        self.stop = Some(stop.clone());
        self
    }

    /// Has another program start its shell.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn behind(mut self, before: Vec<String>) -> Self {
        self.before = before;
        self
    }

    /// Holds it to what it needs.
    #[must_use]
    pub fn confined(self, confine: &Confine) -> ConfinedScript {
        ConfinedScript::new(self, confine)
    }

    /// Runs it to its end, telling each line that it writes, then ends what it left running.
    ///
    /// # Errors
    /// When it cannot be started, fails, is stopped, or outlives its time.
    pub fn run(&self, told: &mut dyn FnMut(&str)) -> Result<(), ScriptError> {
        let (mut child, mut output) = self.piped().map_err(|cause| self.no_start(cause))?;
        let broken_off = self.follow(&child, &mut output, told);
        let status = end(&mut child).map_err(|cause| self.no_start(cause))?;
        output.drain(told);
        match broken_off {
            Some(broken_off) => Err(self.broken_off(broken_off)),
            None => self.by_status(status, output.last),
        }
    }

    /// Tells what it writes until it ends, or must end.
    pub(crate) fn follow(
        &self,
        child: &Child,
        output: &mut Output,
        told: &mut dyn FnMut(&str),
    ) -> Option<BrokenOff> {
        // A limit beyond what the clock holds is none.
        let deadline = Instant::now().checked_add(self.time);
        let is_told = || self.stop.as_ref().is_some_and(StopFlag::stopped);
        loop {
            output.wait(told);
            if has_ended(child) {
                return None;
            }
            if is_told() {
                return Some(BrokenOff::Stopped);
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Some(BrokenOff::TimedOut);
            }
        }
    }

    pub(crate) fn broken_off(&self, why: BrokenOff) -> ScriptError {
        let (line, log) = (self.line.clone(), self.log.clone());
        match why {
            BrokenOff::TimedOut => ScriptError::TimedOut { line, time: self.time, log },
            BrokenOff::Stopped => ScriptError::Stopped { line, log },
        }
    }

    pub(crate) fn by_status(&self, status: ExitStatus, last: String) -> Result<(), ScriptError> {
        if status.success() {
            return Ok(());
        }
        let (line, log) = (self.line.clone(), self.log.clone());
        Err(ScriptError::Failed { line, status, last, log })
    }

    /// Starts it and lets it go on by itself, as the leader of a group of its own; gives its process.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self) -> Result<u32, ScriptError> {
        let started = (|| {
            let log = self.open_log()?;
            let mut command = self.command();
            command.stdout(log.try_clone()?).stderr(log);
            command.spawn()
        })();
        let mut child = started.map_err(|cause| self.no_start(cause))?;
        let pid = child.id();
        // Somebody must collect its exit code, or it stays behind as a zombie.
        thread::spawn(move || child.wait());
        Ok(pid)
    }

    pub(crate) fn no_start(&self, cause: io::Error) -> ScriptError {
        ScriptError::Start { line: self.line.clone(), cause }
    }

    fn piped(&self) -> io::Result<(Child, Output)> {
        let (reader, writer) = io::pipe()?;
        let log = self.begin_log()?;
        let mut command = self.command();
        command.stdout(writer.try_clone()?).stderr(writer);
        let child = command.spawn()?;
        // The command holds the pipe's other end; without it there is no end of output.
        drop(command);
        Ok((child, Output::kept(reader, log, limits::SCRIPT_LOG_BYTES)))
    }

    /// The log, with the command line in it.
    pub(crate) fn begin_log(&self) -> io::Result<File> {
        let mut log = self.open_log()?;
        writeln!(log, "$ {}", self.line)?;
        Ok(log)
    }

    fn open_log(&self) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).open(&self.log)
    }

    #[allow(clippy::disallowed_methods, reason = "this crate starts processes")]
    fn command(&self) -> std::process::Command {
        let mut words = self.before.iter().map(String::as_str).chain(["sh", "-c", &self.line]);
        let mut command = std::process::Command::new(words.next().unwrap_or_default());
        command.args(words).current_dir(&self.cwd);
        command.env_clear().envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).process_group(0);
        command
    }
}

/// What a script writes.
pub(crate) struct Output {
    lines: Receiver<String>,
    pub(crate) last: String,
    keeper: thread::JoinHandle<u64>,
}

impl Output {
    /// Keeps what comes out of a pipe in a log that has room for so many bytes.
    pub(crate) fn kept(pipe: impl Read + Send + 'static, log: File, room: usize) -> Self {
        let (sender, lines) = sync_channel(limits::SCRIPT_LINES);
        let keeper = thread::spawn(move || keep_lines(pipe, log, room, &sender));
        Self { lines, last: String::new(), keeper }
    }

    fn tell(&mut self, line: String, told: &mut dyn FnMut(&str)) {
        told(&line);
        if !line.trim().is_empty() {
            self.last = line;
        }
    }

    /// Tells the next line, unless there is none for a while.
    fn wait(&mut self, told: &mut dyn FnMut(&str)) {
        match self.lines.recv_timeout(limits::SCRIPT_PAUSE) {
            Ok(line) => self.tell(line, told),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::sleep(limits::SCRIPT_PAUSE),
        }
    }

    /// Tells what it wrote last, which is on its way; a process that fled the group may hold the pipe for ever.
    pub(crate) fn drain(&mut self, told: &mut dyn FnMut(&str)) {
        let patience = Instant::now() + limits::END_GRACE;
        while Instant::now() < patience
            && let Ok(line) = self.lines.recv_timeout(limits::SCRIPT_PAUSE * 5)
        {
            self.tell(line, told);
        }
    }

    /// Bytes that the log has not; none where somebody still holds the pipe.
    pub(crate) fn left_out(self) -> u64 {
        let is_over = matches!(self.lines.try_recv(), Err(TryRecvError::Disconnected));
        if is_over { self.keeper.join().unwrap_or_default() } else { 0 }
    }
}

/// Writes a script's output down and tells its lines; who is too slow for them misses some, but not the last. Gives how
/// many bytes had no room.
fn keep_lines(pipe: impl Read, log: File, room: usize, lines: &SyncSender<String>) -> u64 {
    let mut pipe = BufReader::new(pipe);
    let end_room = limits::SCRIPT_LOG_END_BYTES.min(room);
    let mut log = BoundedLog::new(log, room, end_room);
    let mut line = Vec::new();
    let mut waiting = VecDeque::new();
    loop {
        line.clear();
        match pipe.by_ref().take(limits::SCRIPT_LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(1..) => {}
            Ok(0) | Err(_) => break,
        }
        log.write(&line);
        waiting.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
        while let Some(next) = waiting.pop_front() {
            if let Err(TrySendError::Full(next)) = lines.try_send(next) {
                waiting.push_front(next);
                break;
            }
        }
        let surplus = waiting.len().saturating_sub(limits::SCRIPT_LAST_LINES);
        waiting.drain(..surplus);
    }
    let left_out = log.end();
    // It fails once nobody wants to hear more.
    let _ = waiting.into_iter().try_for_each(|line| lines.send(line));
    left_out
}

/// A log that only grows, by its beginning, and once all is said by its end.
struct BoundedLog<W> {
    to: W,
    room: usize,
    /// The newest of what had no room.
    end: VecDeque<u8>,
    end_room: usize,
    left_out: u64,
}

impl<W: Write> BoundedLog<W> {
    fn new(to: W, room: usize, end_room: usize) -> Self {
        Self { to, room, end: VecDeque::new(), end_room, left_out: 0 }
    }

    fn write(&mut self, bytes: &[u8]) {
        let (kept, rest) = bytes.split_at(bytes.len().min(self.room));
        self.room -= kept.len();
        // A full disk loses the log and not the script.
        let _ = self.to.write_all(kept);
        self.end.extend(rest);
        let surplus = self.end.len().saturating_sub(self.end_room);
        self.end.drain(..surplus);
        self.left_out += surplus as u64;
    }

    fn end(mut self) -> u64 {
        if self.left_out > 0 {
            let _ = writeln!(self.to, "\n[{} bytes are left out here]", self.left_out);
        }
        let _ = self.to.write_all(self.end.make_contiguous());
        self.left_out
    }
}

/// Whether it has ended, without collecting it: its number is not given to another while it is not.
pub(crate) fn has_ended(child: &Child) -> bool {
    let Some(pid) = pid_of(child.id()) else { return true };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(rustix::process::waitid(WaitId::Pid(pid), options), Ok(None))
}

/// Ends a group by its leader, which is a child of ours, and collects it.
fn end(child: &mut Child) -> io::Result<ExitStatus> {
    let group = pid_of(child.id());
    if let Some(group) = group {
        // Nobody is left to be told where it fails.
        let _ = rustix::process::kill_process_group(group, Signal::TERM);
    }
    let deadline = Instant::now() + limits::END_GRACE;
    while !has_ended(child) && Instant::now() < deadline {
        thread::sleep(limits::SCRIPT_PAUSE);
    }
    if !has_ended(child) {
        child.kill()?;
    }
    let status = child.wait()?;
    if let Some(group) = group {
        end_rest(group, deadline);
    }
    Ok(status)
}

/// Ends the group that `leader` leads or led, if it is still the process that started at `start_ticks`:
/// asks, and kills what is still there after a while.
pub fn end_group(leader: u32, start_ticks: Option<u64>) {
    let Some(group) = pid_of(leader) else { return };
    if crate::process::is_running(leader, start_ticks) != Some(true) {
        return;
    }
    let _ = rustix::process::kill_process_group(group, Signal::TERM);
    end_rest(group, Instant::now() + limits::END_GRACE);
}

/// Waits for a group's end till `deadline`, then kills what is left of it.
fn end_rest(group: Pid, deadline: Instant) {
    let is_there = || rustix::process::test_kill_process_group(group).is_ok();
    let wait_till = |end: Instant| {
        while is_there() && Instant::now() < end {
            thread::sleep(limits::SCRIPT_PAUSE);
        }
    };
    wait_till(deadline);
    if is_there() {
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
        wait_till(Instant::now() + limits::END_GRACE);
    }
}

fn pid_of(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(dir: &Path, line: &str) -> Script {
        let path = ("PATH".to_owned(), std::env::var("PATH").unwrap());
        Script::new(line, dir, &dir.join("log")).envs([(&path.0, &path.1)])
    }

    #[test]
    fn lines_are_told_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut told = Vec::new();
        script(dir.path(), "echo one; echo two >&2")
            .run(&mut |line| told.push(line.to_owned()))
            .unwrap();
        assert_eq!(told, ["one", "two"]);
        let log = std::fs::read_to_string(dir.path().join("log")).unwrap();
        assert_eq!(log, "$ echo one; echo two >&2\none\ntwo\n");
        let error =
            script(dir.path(), "echo why; exit 3").run(&mut |_| {}).unwrap_err().to_string();
        assert!(
            error.starts_with("`echo why; exit 3` failed (exit status: 3): why; its output"),
            "{error}"
        );
    }

    #[test]
    fn a_limit_beyond_the_clock_is_none() {
        let dir = tempfile::tempdir().unwrap();
        script(dir.path(), "true").time(Duration::MAX).run(&mut |_| {}).unwrap();
    }

    #[test]
    fn all_that_it_started_ends_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let line = "(trap '' TERM; sleep 1000) & echo $! > pid; sleep 1000 & echo $! > other";
        script(dir.path(), line).run(&mut |_| {}).unwrap();
        let error = script(dir.path(), &format!("{line}; sleep 1000"))
            .time(Duration::from_millis(200))
            .run(&mut |_| {})
            .unwrap_err();
        assert!(matches!(error, ScriptError::TimedOut { .. }), "{error}");
        for name in ["pid", "other"] {
            let pid = std::fs::read_to_string(dir.path().join(name)).unwrap();
            let pid = pid.trim().parse().unwrap();
            // Killed, it may wait for init to collect it.
            assert_ne!(crate::process::is_running(pid, None), Some(true));
        }
    }

    #[test]
    fn one_that_is_told_to_stop_ends_with_all_that_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let stop = StopFlag::default();
        let line = "sleep 1000 & echo $! > pid; echo started; sleep 1000";
        let error = script(dir.path(), line)
            .stop_by(&stop)
            .run(&mut |line| {
                if line == "started" {
                    stop.stop()
                }
            })
            .unwrap_err();
        assert!(matches!(error, ScriptError::Stopped { .. }), "{error}");
        let pid = std::fs::read_to_string(dir.path().join("pid")).unwrap().trim().parse().unwrap();
        assert_ne!(crate::process::is_running(pid, None), Some(true));
    }

    #[test]
    fn a_long_log_has_its_beginning_and_its_end() {
        let mut kept = Vec::new();
        let mut log = BoundedLog::new(&mut kept, 6, 6);
        for line in ["one\n", "two\n", "three\n", "four\n", "five\n"] {
            log.write(line.as_bytes());
        }
        log.end();
        let text = String::from_utf8(kept).unwrap();
        assert_eq!(text, "one\ntw\n[12 bytes are left out here]\n\nfive\n");
        let mut kept = Vec::new();
        let mut log = BoundedLog::new(&mut kept, 6, 6);
        log.write(b"one\ntwo\n");
        log.end();
        assert_eq!(kept, b"one\ntwo\n");
    }

    #[test]
    fn what_goes_on_by_itself_is_ended_by_its_group() {
        let dir = tempfile::tempdir().unwrap();
        let pid = script(dir.path(), "sleep 1000 & echo $! > pid; wait").start().unwrap();
        let ticks = crate::process::start_ticks(pid);
        while !std::fs::read_to_string(dir.path().join("pid"))
            .is_ok_and(|text| text.ends_with('\n'))
        {
            thread::sleep(Duration::from_millis(5));
        }
        let inner =
            std::fs::read_to_string(dir.path().join("pid")).unwrap().trim().parse().unwrap();
        end_group(pid, ticks);
        assert_ne!(crate::process::is_running(pid, ticks), Some(true));
        assert_ne!(crate::process::is_running(inner, None), Some(true));
    }
}
