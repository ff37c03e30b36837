//! A child process that never outlives its owner, nor do its own children.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::io::Read;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::limits;

/// A running child. Dropped: asked to end, then killed by pid, with everything it started.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    stderr: Arc<Mutex<VecDeque<u8>>>,
}

impl Running {
    /// Starts the command with pipes on standard input and output.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("start {command:?}: {e}"));
        let stderr = Arc::<Mutex<VecDeque<u8>>>::default();
        let from = child.stderr.take().unwrap();
        let kept = Arc::clone(&stderr);
        std::thread::spawn(move || keep_newest(from, &kept));
        Self { child, stderr }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn take_stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("standard input is taken once")
    }

    pub(crate) fn take_stdout(&mut self) -> ChildStdout {
        self.child.stdout.take().expect("standard output is taken once")
    }

    /// The newest of what it wrote to standard error.
    pub(crate) fn stderr(&self) -> String {
        let kept: Vec<u8> = self.stderr.lock().unwrap().iter().copied().collect();
        String::from_utf8_lossy(&kept).into_owned()
    }

    /// Sends a signal to the child itself: `TERM`, `INT`, …
    pub(crate) fn signal(&mut self, signal: &str) {
        // An ended child is reaped only here: until then its pid cannot be another process's.
        if self.child.try_wait().unwrap().is_none() {
            send(signal, self.pid());
        }
    }

    /// Kills the child alone with SIGKILL and reaps it: what a crash does.
    pub(crate) fn kill_9(&mut self) -> ExitStatus {
        let _ = self.child.kill();
        self.child.wait().unwrap()
    }

    /// Waits until the child ends by itself; `None` if it still runs after `limit`.
    pub(crate) fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            if Instant::now() > end {
                return None;
            }
            std::thread::sleep(limits::LOOK_AGAIN);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let started = tree_below(self.pid());
        self.signal("TERM");
        if self.wait(limits::GRACE).is_none() {
            self.kill_9();
        }
        kill_all(&started);
    }
}

fn keep_newest(mut from: ChildStderr, kept: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 8192];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        let mut kept = kept.lock().unwrap();
        kept.extend(&buffer[..n]);
        let over = kept.len().saturating_sub(limits::STDERR);
        kept.drain(..over);
    }
}

/// What a command that ran to its end left.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
}

impl Finished {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap_or_else(|e| panic!("start {command:?}: {e}"));
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }

    /// The lines of standard output that are JSON.
    #[must_use]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

fn send(signal: &str, pid: u32) {
    // The process may end meanwhile.
    let _ = Command::new("kill").args(["-s", signal, &pid.to_string()]).output();
}

/// A process: its pid and when it started, which together name it for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    pid: u32,
    started: u64,
}

impl Process {
    /// The process that has this pid now; `None` if none runs (a zombie does not).
    pub(crate) fn of(pid: u32) -> Option<Self> {
        stat(pid).map(|(_, process)| process)
    }

    /// Its pid.
    pub(crate) fn pid(self) -> u32 {
        self.pid
    }

    /// Whether it still runs.
    pub(crate) fn runs(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    /// Sends it a signal, if it still runs.
    pub(crate) fn signal(self, signal: &str) {
        if self.runs() {
            send(signal, self.pid);
        }
    }

    /// Waits until it has ended; whether it has within `limit`.
    pub(crate) fn wait_end(self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while self.runs() {
            if Instant::now() > end {
                return false;
            }
            std::thread::sleep(limits::LOOK_AGAIN);
        }
        true
    }
}

/// Every process that `root` started, directly or not (Linux; elsewhere none is found).
pub(crate) fn tree_below(root: u32) -> Vec<Process> {
    let mut children: HashMap<u32, Vec<Process>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_str().and_then(|n| n.parse().ok());
        if let Some((parent, process)) = pid.and_then(stat) {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        for child in children.remove(&pid).unwrap_or_default() {
            open.push(child.pid);
            found.push(child);
        }
    }
    found
}

/// The parent of a running process and the process, from `/proc/PID/stat` (fields 3, 4, 20 and 22).
fn stat(pid: u32) -> Option<(u32, Process)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    // The first thread of a killed process may be gone while others still hold its files and locks.
    let threads: u32 = fields.get(17)?.parse().ok()?;
    if matches!(fields.first(), Some(&("Z" | "X"))) && threads <= 1 {
        return None;
    }
    let parent = fields.get(1)?.parse().ok()?;
    let started = fields.get(19)?.parse().ok()?;
    Some((parent, Process { pid, started }))
}

/// Kills those of the processes that still run.
pub(crate) fn kill_all(processes: &[Process]) {
    for process in processes {
        process.signal("KILL");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait;

    #[test]
    fn a_dropped_child_takes_its_children_along() {
        let mut command = Command::new("bash");
        command.args(["-c", "trap '' TERM HUP; sleep 600 & echo said >&2; wait; sleep 600"]);
        let child = Running::spawn(&mut command);
        wait::until("words on standard error", || child.stderr().contains("said").then_some(()));
        let below = wait::until("a child's child", || {
            let below = tree_below(child.pid());
            (!below.is_empty()).then_some(below)
        });
        drop(child);
        wait::until("the end of all", || (!below.iter().any(|p| p.runs())).then_some(()));
    }
}
