//! Processes of other programs: whether one still runs, and which files it holds open.

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Whether the process `pid` runs; with `start_ticks`, whether it is still the same one.
///
/// `None` where the system does not say.
#[must_use]
pub fn is_running(pid: u32, start_ticks: Option<u64>) -> Option<bool> {
    let raw = rustix::process::Pid::from_raw(i32::try_from(pid).ok()?)?;
    let exists = match rustix::process::test_kill_process(raw) {
        Ok(()) => true,
        // It exists and belongs to somebody else.
        Err(rustix::io::Errno::PERM) => true,
        Err(rustix::io::Errno::SRCH) => false,
        Err(_) => return None,
    };
    if !exists {
        return Some(false);
    }
    let Some(fields) = stat_fields(pid) else {
        // It ended since, where the system tells of processes at all.
        return Some(stat_fields(std::process::id()).is_none());
    };
    let is_same = match (start_ticks, ticks_of(&fields)) {
        (Some(expected), Some(found)) => expected == found,
        _ => true,
    };
    Some(is_same && !is_over(&fields))
}

/// When the process started, in clock ticks since boot (field 22 of `/proc/<pid>/stat`).
///
/// `None` where there is no such process or no `/proc`.
#[must_use]
pub fn start_ticks(pid: u32) -> Option<u64> {
    ticks_of(&stat_fields(pid)?)
}

fn ticks_of(fields: &[String]) -> Option<u64> {
    fields.get(19)?.parse().ok()
}

/// Whether it has ended, and only its parent has not heard of it, or is about to.
fn is_over(fields: &[String]) -> bool {
    fields.first().is_some_and(|state| matches!(state.as_str(), "Z" | "X"))
}

/// The fields of `/proc/<pid>/stat` after the program's name, which may hold spaces itself.
fn stat_fields(pid: u32) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// The value of an environment variable that process `pid` was started with.
///
/// `None` where it has none, or the system does not say (there is no `/proc`, or it is another user's).
#[must_use]
pub fn environment_variable(pid: u32, name: &str) -> Option<String> {
    let environment = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    environment.split(|byte| *byte == 0).find_map(|entry| {
        let value = entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        String::from_utf8(value.to_vec()).ok()
    })
}

/// The processes of ours that were started with an environment variable, each with its value; empty where the
/// system does not say.
#[must_use]
pub fn with_variable(name: &str) -> Vec<(u32, String)> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter_map(|pid| Some((pid, environment_variable(pid, name)?)))
        .collect()
}

/// Ends the processes of ours that were started with an environment variable of this value, and what they start
/// meanwhile: asks, and kills those that are still there after `grace`. Gives how many there were; none where the
/// system does not say.
pub fn end_with_variable(name: &str, value: &str, grace: Duration) -> usize {
    let deadline = Instant::now() + grace;
    // One that is killed is gone soon; one that waits for a broken disk is not.
    let end = deadline + crate::limits::END_GRACE;
    let mut asked: Vec<(u32, Option<u64>)> = Vec::new();
    loop {
        let found = with_variable(name).into_iter().filter(|(_, found)| found == value);
        let found: Vec<(u32, Option<u64>)> =
            found.map(|(pid, _)| (pid, start_ticks(pid))).collect();
        let now = Instant::now();
        if found.is_empty() || now >= end {
            return asked.len();
        }
        for process in found {
            if now >= deadline {
                let _ = kill(process.0, process.1);
            }
            if !asked.contains(&process) {
                asked.push(process);
                let _ = ask_to_end(process.0, process.1);
            }
        }
        std::thread::sleep(crate::limits::END_LOOK_EVERY);
    }
}

/// A process that holds a file open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFile {
    /// The process.
    pub pid: u32,
    /// The file.
    pub path: PathBuf,
}

/// The open files that `wanted` picks, of every process of ours whose program's name is `program`.
///
/// `None` where the system does not say (there is no `/proc`).
#[must_use]
pub fn open_files(
    program: &str,
    wanted: impl Fn(&std::path::Path) -> bool,
) -> Option<Vec<OpenFile>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // The kernel keeps 15 bytes of a program's name.
        let name = std::fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
        if !program.starts_with(name.trim_end()) || name.trim_end().is_empty() {
            continue;
        }
        let Ok(descriptors) = std::fs::read_dir(entry.path().join("fd")) else { continue };
        for descriptor in descriptors.flatten() {
            if let Ok(path) = std::fs::read_link(descriptor.path())
                && wanted(&path)
            {
                found.push(OpenFile { pid, path });
            }
        }
    }
    Some(found)
}

/// A process that works in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessIn {
    /// The process.
    pub pid: u32,
    /// Its program's name.
    pub name: String,
    /// Its current directory, its program, or a file that it holds open there.
    pub path: PathBuf,
    /// This process started it.
    pub is_child: bool,
}

/// The processes of ours, but for this one, whose directory, program or an open file lies in `folder`.
///
/// `None` where the system does not say (there is no `/proc`).
#[must_use]
pub fn processes_in(folder: &std::path::Path) -> Option<Vec<ProcessIn>> {
    let mut found = Vec::new();
    let own_program = std::fs::read_link("/proc/self/exe").ok();
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if pid == std::process::id() {
            continue;
        }
        let own = ["cwd", "root", "exe"].map(|name| entry.path().join(name)).into_iter();
        let descriptors = std::fs::read_dir(entry.path().join("fd")).into_iter().flatten();
        let links = own.chain(descriptors.flatten().map(|descriptor| descriptor.path()));
        let inside = links.filter_map(|link| std::fs::read_link(link).ok());
        if let Some(path) = inside.into_iter().find(|path| path.starts_with(folder)) {
            let is_child = parent_of(pid) == Some(std::process::id());
            let program = std::fs::read_link(entry.path().join("exe")).ok();
            // Forked, and not yet the program it is about to become.
            if is_child && program.is_some() && program == own_program {
                continue;
            }
            // It ended while it was looked at.
            let Ok(name) = std::fs::read_to_string(entry.path().join("comm")) else { continue };
            found.push(ProcessIn { pid, name: name.trim_end().to_owned(), path, is_child });
        }
    }
    Some(found)
}

/// Blocks until process `pid` ends; gives `false` at once where that cannot be waited for.
#[must_use]
pub fn wait_for_end(pid: u32) -> bool {
    wait_on_pidfd(pid).is_some()
}

#[cfg(target_os = "linux")]
fn wait_on_pidfd(pid: u32) -> Option<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
    let descriptor = pidfd_open(pid, PidfdFlags::empty()).ok()?;
    let mut watched = [PollFd::new(&descriptor, PollFlags::IN)];
    loop {
        match poll(&mut watched, None) {
            Ok(_) => return Some(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn wait_on_pidfd(_pid: u32) -> Option<()> {
    None
}

/// Asks process `pid` to end, if it is still the one that started at `start_ticks`.
///
/// Gives whether it was asked.
#[must_use]
pub fn ask_to_end(pid: u32, start_ticks: Option<u64>) -> bool {
    if is_running(pid, start_ticks) != Some(true) {
        return false;
    }
    i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).is_some_and(|pid| {
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).is_ok()
    })
}

/// Kills process `pid`, if it is still the one that started at `start_ticks`.
///
/// Gives whether it was.
#[must_use]
pub fn kill(pid: u32, start_ticks: Option<u64>) -> bool {
    is_running(pid, start_ticks) == Some(true)
        && i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).is_some_and(|pid| {
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).is_ok()
        })
}

/// Interrupts process `pid` and its group, as Ctrl-C does, if it is still the one that started at
/// `start_ticks`.
///
/// Gives whether it was.
#[must_use]
pub fn interrupt(pid: u32, start_ticks: Option<u64>) -> bool {
    use rustix::process::{Pid, Signal, kill_process_group};
    is_running(pid, start_ticks) == Some(true)
        && i32::try_from(pid)
            .ok()
            .and_then(Pid::from_raw)
            .is_some_and(|group| kill_process_group(group, Signal::INT).is_ok())
}

/// From now on, what our children leave behind when they end becomes our child.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_child_subreaper(Some(rustix::process::getpid())) {
        tracing::warn!(%error, "processes that outlive their agent will not be found");
    }
}

/// Ends all children of this process and what they leave behind: asks, and kills those that are still
/// there after `grace`.
pub fn end_children(grace: Duration) {
    use rustix::process::{Signal, WaitOptions, kill_process, wait};
    let deadline = Instant::now() + grace;
    let mut asked: Vec<u32> = Vec::new();
    loop {
        // Those that ended are collected; the children they leave behind become ours.
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
        let children = children_of(std::process::id());
        if children.is_empty() {
            return;
        }
        let is_over = Instant::now() >= deadline;
        for child in children {
            let signal = if is_over { Signal::KILL } else { Signal::TERM };
            if is_over || !asked.contains(&child) {
                asked.push(child);
                let pid = i32::try_from(child).ok().and_then(rustix::process::Pid::from_raw);
                // It fails for one that has just ended.
                let _ = pid.map(|pid| kill_process(pid, signal));
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The processes whose parent is `pid`.
#[must_use]
pub fn children_of(pid: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|child| parent_of(*child) == Some(pid))
        .collect()
}

/// The process `pid`, the one that started it, and so on, at most `most` of them; where the system does not tell, `pid`
/// alone.
#[must_use]
pub fn line_of_parents(pid: u32, most: usize) -> Vec<u32> {
    // The first process of a system has no parent.
    let parents = std::iter::successors(Some(pid), |pid| parent_of(*pid).filter(|pid| *pid > 1));
    parents.take(most).collect()
}

/// Field 4 of `/proc/PID/stat` (proc_pid_stat(5)), behind the name, which may hold anything.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Leaves the terminal's session, so that closing the terminal does not end this process.
pub fn leave_terminal() {
    // It fails only for a process that leads its group, which has nothing to leave.
    let _ = rustix::process::setsid();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    #[allow(clippy::disallowed_methods, reason = "the test needs a process that waits")]
    fn who_works_in_a_folder_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().canonicalize().unwrap();
        assert_eq!(processes_in(&folder), Some(Vec::new()));
        let mut inside =
            std::process::Command::new("sleep").arg("1000").current_dir(&folder).spawn().unwrap();
        let found = processes_in(&folder).unwrap();
        inside.kill().unwrap();
        inside.wait().unwrap();
        let brief: Vec<_> = found.iter().map(|p| (p.pid, p.path.as_path(), p.is_child)).collect();
        assert_eq!(brief, [(inside.id(), folder.as_path(), true)]);
        assert_eq!(processes_in(&folder), Some(Vec::new()));
    }

    #[test]
    #[cfg(target_os = "linux")]
    #[allow(clippy::disallowed_methods, reason = "the test needs processes that start in a folder")]
    fn what_is_about_to_become_another_program_works_nowhere() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().canonicalize().unwrap();
        let there = folder.clone();
        let starting = std::thread::spawn(move || {
            for _ in 0..1000 {
                std::process::Command::new("true").current_dir(&there).status().unwrap();
            }
        });
        let mut names = std::collections::BTreeSet::new();
        while !starting.is_finished() {
            names.extend(processes_in(&folder).unwrap().into_iter().map(|process| process.name));
        }
        starting.join().unwrap();
        names.remove("true");
        assert!(names.is_empty(), "{names:?}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    #[allow(clippy::disallowed_methods, reason = "the test needs processes that wait")]
    fn those_with_a_variable_are_ended() {
        let value = format!("test {}", std::process::id());
        let start = |value: &str| {
            let mut command = std::process::Command::new("sh");
            // Deaf to being asked, and away from its group.
            command
                .args(["-c", "trap '' TERM; sleep 1000 & wait"])
                .env("CALLBOARD_TEST_END", value);
            command.spawn().unwrap()
        };
        let (mut ours, mut other) = (start(&value), start("another"));
        let ended = end_with_variable("CALLBOARD_TEST_END", &value, Duration::from_millis(50));
        assert!(ended >= 1, "{ended}");
        ours.wait().unwrap();
        assert_eq!(is_running(other.id(), None), Some(true));
        assert!(end_with_variable("CALLBOARD_TEST_END", "another", Duration::ZERO) >= 1);
        other.wait().unwrap();
    }

    #[test]
    fn this_process_runs_and_is_itself() {
        let pid = std::process::id();
        assert_eq!(is_running(pid, None), Some(true));
        assert_eq!(is_running(pid, start_ticks(pid)), Some(true));
        if cfg!(target_os = "linux") {
            assert_eq!(environment_variable(pid, "PATH"), std::env::var("PATH").ok());
        }
        if cfg!(target_os = "linux") {
            assert_eq!(
                is_running(pid, Some(1)),
                Some(false),
                "another process had this pid before"
            );
        }
    }
}
