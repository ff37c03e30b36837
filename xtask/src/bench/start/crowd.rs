//! Sixteen agents at once, and what holds each of them.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use callboard_os::host::{self, HostState};
use callboard_testkit::{Script, Turn};

use super::super::floor::{memory_megabytes, proportional_megabytes};
use super::{Figure, Ground};

/// Agents that run at once.
const CROWD: usize = 16;

/// Room for all of them, and for the results of what ran before.
pub(super) const CONFIGURATION: &str = "[limits]\nrunning = 16\nunreviewed = 1000\n";

/// Starts sixteen sessions of Claude Code in worktrees of their own, beside as many bare ones.
pub(super) fn measure(ground: &Ground<'_>) -> Vec<Figure> {
    let bare = alone(ground);
    let (all, host, daemon) = owned(ground);
    let least = cat();
    vec![
        Figure::new("16 agents, to the last one's words", all, "s")
            .beside("16 agents alone, in one folder", Some(bare)),
        Figure::new("16 agents, memory of a host (PSS)", host, "MB").beside("cat", Some(least)),
        Figure::new("16 agents, memory of the daemon", daemon, "MB"),
    ]
}

fn seconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64()
}

/// Seconds until each of as many agents has said its words and ended.
fn alone(ground: &Ground<'_>) -> f64 {
    let script = Script::new("crowd-alone").turn(Turn::text("Here."));
    let prompt = format!("Say it {}", script.marker());
    ground.server.add(script);
    let begun = Instant::now();
    let start = |_| {
        let mut command = Command::new(ground.agents.claude_binary());
        ground.home.env(&mut command).current_dir(ground.repo.path()).args(["-p", &prompt]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the agent")
    };
    let running: Vec<Child> = (0..CROWD).map(start).collect();
    for mut agent in running {
        assert!(agent.wait().expect("an agent that ends").success());
    }
    seconds(begun)
}

/// Seconds until the last one's words are told; megabytes of a host while all run, and of the daemon.
fn owned(ground: &Ground<'_>) -> (f64, f64, f64) {
    let words = |n| format!("Here is {n}.");
    for n in 0..CROWD {
        ground.server.add(Script::new(&format!("crowd-{n}")).turn(Turn::text(&words(n))));
    }
    let mut stream = ground.stream();
    let begun = Instant::now();
    for n in 0..CROWD {
        ground.ask_for("claude", &format!("Say it [[script:crowd-{n}]]"));
    }
    let mut missing: Vec<String> = (0..CROWD).map(|n| format!("Here is {n}")).collect();
    while !missing.is_empty() {
        let event = stream.next().expect("an announcement").json();
        let said = event["session"]["activity"].as_str().unwrap_or_default();
        missing.retain(|words| !said.contains(words));
    }
    let all = seconds(begun);
    let hosts = hosts(ground);
    assert!(hosts.len() >= CROWD, "{} hosts of {CROWD}", hosts.len());
    let memory: f64 = hosts.iter().map(|pid| proportional_megabytes(*pid)).sum();
    (all, memory / hosts.len() as f64, memory_megabytes(ground.daemon.pid(), "VmRSS"))
}

/// The hosts that run.
fn hosts(ground: &Ground<'_>) -> Vec<u32> {
    let folders = std::fs::read_dir(ground.home.callboard_home().join("hosts"));
    let state = |folder: std::fs::DirEntry| match host::state(&folder.path()) {
        Ok(HostState::Running(started)) => Some(started.host.pid),
        _ => None,
    };
    folders.into_iter().flatten().flatten().filter_map(state).collect()
}

/// Megabytes of the least program that holds a pipe.
fn cat() -> f64 {
    let mut cat = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the command cat");
    // A program that was just started maps its libraries first; it then waits for its input.
    std::thread::sleep(std::time::Duration::from_millis(200));
    let memory = proportional_megabytes(cat.id());
    drop(cat.stdin.take());
    let _ = cat.wait();
    memory
}
