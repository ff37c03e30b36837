//! The host of an agent: what it writes down, what it is asked, and what ends with it.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_os::command::Command;
use callboard_os::host::{self, HostRequest, HostSpec, HostState, Started};
use callboard_os::process;
use callboard_testkit::{HermeticHome, daemon, wait};

struct Agent {
    dir: PathBuf,
}

impl Agent {
    /// A host with a shell that runs `script` as its agent.
    fn start(home: &HermeticHome, script: &str) -> Self {
        let dir = home.root().join("host");
        let spec = HostSpec {
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
            cwd: home.work(),
            env: vec![("PATH".into(), "/usr/bin:/bin".into())],
        };
        host::start(&daemon::binary(), &dir, &spec).unwrap();
        Self { dir }
    }

    fn state(&self) -> HostState {
        host::state(&self.dir).unwrap()
    }

    fn running(&self) -> Started {
        wait::until("the host", || match self.state() {
            HostState::Running(started) => Some(started),
            _ => None,
        })
    }

    fn ended(&self) -> host::Ended {
        wait::until("the end", || match self.state() {
            HostState::Ended(ended) => Some(ended),
            _ => None,
        })
    }

    fn output(&self) -> String {
        fs::read_to_string(self.dir.join(host::OUTPUT)).unwrap_or_default()
    }

    fn ask(&self, request: HostRequest) {
        host::ask(&self.dir, &request).unwrap();
    }

    fn send(&self, id: &str, line: &str) {
        self.ask(HostRequest::Send { id: id.into(), line: line.into() });
    }
}

fn runs(pid: u32) -> bool {
    process::is_running(pid, None) == Some(true)
}

#[test]
fn each_line_is_sent_once_and_all_that_is_said_is_written_down() {
    let home = HermeticHome::new();
    let agent = Agent::start(
        &home,
        "while read -r line; do echo \"got $line\"; done; echo over >&2; exit 3",
    );
    agent.running();
    agent.send("1", "one");
    agent.send("2", "two");
    agent.send("1", "one");
    wait::until("both lines", || (agent.output() == "got one\ngot two\n").then_some(()));
    agent.ask(HostRequest::CloseInput);
    assert_eq!(agent.ended().code, Some(3));
    assert_eq!(agent.output(), "got one\ngot two\n");
    assert_eq!(fs::read_to_string(agent.dir.join(host::ERRORS)).unwrap(), "over\n");
    assert!(host::ask(&agent.dir, &HostRequest::CloseInput).is_err());
}

#[test]
fn what_an_agent_started_ends_with_it() {
    let home = HermeticHome::new();
    // A grandchild that leaves its group, and one that will not be asked.
    let agent = Agent::start(
        &home,
        "setsid sleep 1000 & (trap '' TERM; while :; do sleep 1000; done) & echo started; read -r _",
    );
    let started = agent.running();
    wait::until("its children", || agent.output().contains("started").then_some(()));
    let sleepers = wait::until("its children", || {
        let found = marked(&agent.dir);
        (found.len() >= 4).then_some(found)
    });
    agent.ask(HostRequest::CloseInput);
    agent.ended();
    assert!(!runs(started.agent.pid));
    for pid in sleepers {
        assert!(!runs(pid), "{pid} is still there");
    }
}

/// Processes that have the folder's marker in their environment.
fn marked(dir: &Path) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let of = |pid: &u32| process::environment_variable(*pid, host::MARKER);
    pids.filter(|pid| of(pid).as_deref() == dir.to_str()).collect()
}

#[test]
fn an_agent_is_interrupted_ended_and_told_of_when_it_cannot_start() {
    let home = HermeticHome::new();
    let agent = Agent::start(
        &home,
        "trap 'echo interrupted' INT; echo ready; while :; do read -r _ || sleep 0.05; done",
    );
    agent.running();
    wait::until("the agent", || agent.output().contains("ready").then_some(()));
    agent.ask(HostRequest::CloseInput);
    agent.ask(HostRequest::Interrupt);
    wait::until("the interruption", || agent.output().contains("interrupted").then_some(()));
    agent.ask(HostRequest::End);
    assert_eq!(agent.ended().signal, Some(15));

    let home = HermeticHome::new();
    let dir = home.root().join("host");
    let spec = HostSpec {
        program: "/no/such/agent".into(),
        args: Vec::new(),
        cwd: home.work(),
        env: Vec::new(),
    };
    host::start(&daemon::binary(), &dir, &spec).unwrap();
    let failure = Agent { dir }.ended().failure.unwrap();
    assert!(failure.contains("/no/such/agent"), "{failure}");
}

#[test]
fn a_host_that_was_killed_is_lost_and_its_agent_is_found_by_its_marker() {
    let home = HermeticHome::new();
    let agent = Agent::start(&home, "read -r _; exec sleep 1000");
    let started = agent.running();
    let kill = ["-9".to_owned(), started.host.pid.to_string()];
    let killed = Command::new("kill", "/").args(kill).output().unwrap();
    assert!(killed.status.success());
    wait::until("the loss", || (agent.state() == HostState::Lost).then_some(()));
    // Its input ended with the host; it sleeps on.
    let left = wait::until("the agent", || marked(&agent.dir).first().copied());
    assert!(process::ask_to_end(left, process::start_ticks(left)));
    wait::until("its end", || (!runs(left)).then_some(()));
}

#[test]
fn an_agent_that_does_not_read_is_sent_to_interrupted_and_ended() {
    let home = HermeticHome::new();
    // It hears nothing, and does not end when it is asked to.
    let script =
        "trap '' TERM; trap 'echo interrupted' INT; echo ready; while :; do sleep 0.05; done";
    let agent = Agent::start(&home, script);
    agent.running();
    wait::until("the agent", || agent.output().contains("ready").then_some(()));
    // More than a pipe holds: nobody waits for it to be read.
    let line = "x".repeat(300_000);
    for id in ["1", "2", "3"] {
        agent.send(id, &line);
    }
    agent.ask(HostRequest::CloseInput);
    agent.ask(HostRequest::Interrupt);
    wait::until("the interruption", || agent.output().contains("interrupted").then_some(()));
    let late = host::ask(&agent.dir, &HostRequest::Send { id: "4".into(), line: "late".into() });
    assert!(late.unwrap_err().to_string().contains("closed"));
    agent.ask(HostRequest::End);
    assert_eq!(agent.ended().signal, Some(9));
}

#[test]
fn what_is_read_and_kept_of_a_talkative_agent_is_forgotten() {
    let home = HermeticHome::new();
    let script =
        "head -c 12000000 /dev/zero | tr '\\0' 'x' | fold -w 999; echo; echo over; read -r _";
    let agent = Agent::start(&home, script);
    agent.running();
    let parts = || {
        let entries = fs::read_dir(&agent.dir).unwrap().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| name.starts_with("output.")).count()
    };
    let size = || {
        let entries = fs::read_dir(&agent.dir).unwrap().flatten();
        let output = entries.filter(|e| e.file_name().to_string_lossy().starts_with("output."));
        output.map(|entry| entry.metadata().unwrap().len()).sum::<u64>()
    };
    wait::until("all of it", || (size() > 12_000_000).then_some(()));
    assert!(parts() > 2);
    agent.ask(HostRequest::Forget { until: u64::MAX });
    assert_eq!(parts(), 1);
    agent.ask(HostRequest::CloseInput);
    assert_eq!(agent.ended().code, Some(1));
}
