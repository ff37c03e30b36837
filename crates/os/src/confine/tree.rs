//! All processes that a step started, whoever their parent is by now: as the one that adopts orphans, it is above all
//! of them.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, wait};

use super::order::WATCH;
use crate::{limits, process};

/// A process, as /proc/PID/stat tells of it (proc_pid_stat(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: i32,
    parent: i32,
    group: i32,
    is_over: bool,
    resident_bytes: u64,
}

impl Process {
    fn of(pid: i32) -> Option<Self> {
        Self::parse(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    fn parse(pid: i32, stat: &str) -> Option<Self> {
        // The name before it may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let pages: u64 = fields.get(21)?.parse().ok()?;
        Some(Self {
            pid,
            parent: fields.get(1)?.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            is_over: matches!(*fields.first()?, "Z" | "X"),
            resident_bytes: pages * rustix::param::page_size() as u64,
        })
    }
}

/// The processes below `root` that run.
fn running(root: i32) -> Vec<Process> {
    let mut found = below(root);
    found.retain(|process| !process.is_over);
    found
}

/// The processes below `root`, also those that ended and that nobody has collected: they take a place like others.
pub(super) fn below(root: i32) -> Vec<Process> {
    let mut children: HashMap<i32, Vec<Process>> = HashMap::new();
    for process in all() {
        children.entry(process.parent).or_default().push(process);
    }
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        let children = children.remove(&parent).unwrap_or_default();
        parents.extend(children.iter().map(|process| process.pid));
        found.extend(children);
    }
    found
}

/// All processes that the system shows.
fn all() -> impl Iterator<Item = Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(Process::of)
}

/// Whether process `pid` belongs to a confined command: then a step that watches one is above it, whoever its parents
/// were, as orphans stay below that step.
///
/// What listens on a socket with a path asks this of who connects: where there are no namespaces, an older kernel does
/// not keep a confined command from it.
#[must_use]
pub fn is_confined(pid: u32) -> bool {
    let watches = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0).skip(1);
        words.next() == Some(b"confined") && words.next() == Some(WATCH.as_bytes())
    };
    process::line_of_parents(pid, usize::MAX).iter().any(watches)
}

/// Bytes of memory that they have, up to `most`: beyond, each page is divided among those that share it.
pub(super) fn memory(processes: &[Process], most: u64) -> u64 {
    let resident: u64 = processes.iter().map(|process| process.resident_bytes).sum();
    if resident <= most {
        return resident;
    }
    processes.iter().map(|process| share(process.pid).unwrap_or(process.resident_bytes)).sum()
}

/// The line `Pss:` of /proc/PID/smaps_rollup, in bytes.
fn share(pid: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Collects those that ended.
fn collect() {
    while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
}

/// Asks all below `root` to end and waits till they have, or `grace` is over.
pub(super) fn ask_to_end(root: i32, grace: Duration) {
    let until = Instant::now() + grace;
    let mut asked = Vec::new();
    loop {
        collect();
        let left = running(root);
        if left.is_empty() || Instant::now() >= until {
            return;
        }
        for process in left {
            if !asked.contains(&process.pid) {
                asked.push(process.pid);
                signal(process.pid, Signal::TERM);
            }
        }
        thread::sleep(limits::END_LOOK_EVERY / 4);
    }
}

/// Kills all below `root`, until none is left. A group is killed at once, so that none of it begins another one
/// meanwhile.
pub(super) fn kill(root: i32) {
    let own = rustix::process::getpgrp().as_raw_nonzero().get();
    for _ in 0..limits::CONFINED_KILL_ROUNDS {
        collect();
        let left = running(root);
        if left.is_empty() {
            return;
        }
        let groups: HashSet<i32> = left.iter().map(|process| process.group).collect();
        for group in groups.into_iter().filter(|group| *group != own) {
            let _ = Pid::from_raw(group).map(|group| kill_process_group(group, Signal::KILL));
        }
        left.iter().for_each(|process| signal(process.pid, Signal::KILL));
        thread::sleep(limits::END_LOOK_EVERY / 4);
    }
}

fn signal(pid: i32, signal: Signal) {
    // It fails for one that has just ended.
    let _ = Pid::from_raw(pid).map(|pid| kill_process(pid, signal));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let stat = "7 (a) b (c) S 3 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 100 1000 25 99";
        let found = Process::parse(7, stat).unwrap();
        assert_eq!((found.parent, found.group, found.is_over), (3, 7, false));
        assert_eq!(found.resident_bytes, 25 * rustix::param::page_size() as u64);
        assert_eq!(Process::parse(7, "7 (a) S"), None);
    }
}
