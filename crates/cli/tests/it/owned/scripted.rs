//! An agent of the Agent Client Protocol that does what its prompts say: a shell script, so that what Callboard does
//! with agents is seen without one.

use std::fs;
use std::path::PathBuf;

use callboard_os::command::Command;
use callboard_os::host::{self, HostState, MARKER};
use callboard_os::process;
use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, wait};
use serde_json::{Value, json};

const AGENT: &str = r#"#!/bin/sh
echo $$ >> "$HOME/agents"
say() { printf '%s\n' "$1"; }
reply() { say "{\"jsonrpc\":\"2.0\",\"id\":\"$id\",\"result\":$1}"; }
told() { say "{\"jsonrpc\":\"2.0\",\"method\":\"session/update\",\"params\":{\"sessionId\":\"$session\",\"update\":{\"sessionUpdate\":\"agent_message_chunk\",\"content\":{\"type\":\"text\",\"text\":\"$1\"}}}}"; }
ask() { say "{\"jsonrpc\":\"2.0\",\"id\":$1,\"method\":\"session/request_permission\",\"params\":{\"sessionId\":\"$session\",\"toolCall\":{\"toolCallId\":\"t$1\",\"title\":\"touch it\",\"kind\":\"execute\",\"rawInput\":{\"command\":\"touch it\"}},\"options\":[{\"optionId\":\"yes\",\"name\":\"Yes\",\"kind\":\"allow_once\"},{\"optionId\":\"no\",\"name\":\"No\",\"kind\":\"reject_once\"}]}}"; }
held() { while [ -e "$HOME/hold" ]; do sleep 0.05; done; }
while IFS= read -r line; do
  id=$(printf '%s' "$line" | sed 's/^{"jsonrpc":"2.0","id":"\{0,1\}\([^",]*\).*/\1/')
  case "$line" in
    *'"method":"initialize"'*)
      held
      reply '{"protocolVersion":1,"agentCapabilities":{"sessionCapabilities":{"resume":{}}}}' ;;
    *'"method":"session/new"'*) session="s$$"; reply "{\"sessionId\":\"$session\"}" ;;
    *'"method":"session/resume"'*)
      session=$(printf '%s' "$line" | sed 's/.*"sessionId":"\([^"]*\)".*/\1/'); reply '{}' ;;
    *'"method":"session/prompt"'*)
      turn=$id
      case "$line" in
        *DEAF*) told 'Deaf.'; ask 9; while :; do sleep 1; done ;;
        *FLOOD*) head -c 5000000 /dev/zero | tr '\0' 'x' | fold -w 99; told 'Over.'; reply '{"stopReason":"end_turn"}' ;;
        *HANG*) told 'On it.' ;;
        *ASK*) told 'I ask.'; ask 7 ;;
        *) told 'Done.'; reply '{"stopReason":"end_turn"}' ;;
      esac ;;
    *'"method":"session/cancel"'*) id=$turn; reply '{"stopReason":"cancelled"}' ;;
    *'"id":7,'*) told 'Asked.'; id=$turn; reply '{"stopReason":"end_turn"}' ;;
  esac
done
"#;

/// A home with a repository that names the scripted agent.
pub(super) struct Scene {
    pub(super) home: HermeticHome,
}

impl Scene {
    pub(super) fn new() -> Self {
        Self { home: HermeticHome::new() }
    }

    pub(super) fn repo(&self) -> Repo<'_> {
        let repo = Repo::new(&self.home);
        let script = self.home.user_home().join("agent.sh");
        fs::write(&script, AGENT).unwrap();
        let section = format!("[agents.acp.scripted]\ncommand = [\"/bin/sh\", {:?}]\n", script);
        repo.commit("Name an agent", &[("callboard.toml", section.as_str())]);
        repo
    }

    /// As long as it is there, agents that are started say nothing.
    pub(super) fn hold(&self) -> PathBuf {
        let file = self.home.user_home().join("hold");
        fs::write(&file, "").unwrap();
        file
    }

    /// The agents that run, and what they started.
    pub(super) fn processes(&self) -> Vec<u32> {
        let root = self.home.root().to_string_lossy().into_owned();
        let marked = process::with_variable(MARKER).into_iter();
        marked.filter(|(_, dir)| dir.starts_with(&root)).map(|(pid, _)| pid).collect()
    }

    /// How many agents were ever started.
    pub(super) fn agents_started(&self) -> usize {
        fs::read_to_string(self.home.user_home().join("agents"))
            .map_or(0, |all| all.lines().count())
    }

    /// Kills the hosts, and the agents with them, as the end of the machine would.
    pub(super) fn kill_all(&self) {
        let hosts = self.hosts().into_iter().filter_map(|dir| match host::state(&dir) {
            Ok(HostState::Running(started)) => Some(started.host.pid),
            _ => None,
        });
        let all: Vec<String> = hosts.chain(self.processes()).map(|pid| pid.to_string()).collect();
        if !all.is_empty() {
            let killed = Command::new("kill", "/").arg("-9").args(&all).output();
            assert!(killed.is_ok(), "{all:?}");
        }
        wait::until("the end of all", || self.processes().is_empty().then_some(()));
    }

    /// The folders of hosts.
    pub(super) fn hosts(&self) -> Vec<PathBuf> {
        let all = fs::read_dir(self.home.callboard_home().join("hosts"));
        all.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    }
}

impl Drop for Scene {
    /// Agents outlive the daemon: those of a test that failed must not outlive the test.
    fn drop(&mut self) {
        self.kill_all();
    }
}

pub(super) fn daemon<'a>(scene: &'a Scene, repo: &Repo<'_>) -> Daemon<'a> {
    Daemon::of(Callboard::built(&scene.home).cwd(repo.path()), &[])
}

/// Asks for a session in the checkout that is there.
pub(super) fn run(daemon: &Daemon<'_>, prompt: &str) -> i64 {
    run_with(daemon, prompt, true)
}

pub(super) fn run_with(daemon: &Daemon<'_>, prompt: &str, in_place: bool) -> i64 {
    let new = json!({"prompt": prompt, "agent": "scripted", "in_place": in_place, "at_once": true});
    let asked = daemon.post("/api/owned", &new);
    assert_eq!(asked.status, 200, "{}", asked.text());
    asked.json()[0]["id"].as_i64().unwrap()
}

pub(super) fn owned(daemon: &Daemon<'_>, id: i64) -> Value {
    daemon.get(&format!("/api/owned/{id}")).json()
}

/// Waits until an owned session is as wanted.
pub(super) fn until(
    daemon: &Daemon<'_>,
    id: i64,
    what: &str,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    wait::until(what, || Some(owned(daemon, id)).filter(|owned| wanted(owned)))
}

/// Waits until its turn is over.
pub(super) fn until_idle(daemon: &Daemon<'_>, id: i64) -> Value {
    let is_idle = |one: &Value| {
        let Some(session) = one["session"].as_str() else { return false };
        one["prompts"] == json!([])
            && daemon.get(&format!("/api/sessions/{session}")).json()["session"]["state"] == "ready"
    };
    until(daemon, id, "the end of its turn", is_idle)
}

pub(super) fn stop(daemon: &Daemon<'_>, id: i64) -> Value {
    let stopped = daemon.client().send("DELETE", &format!("/api/owned/{id}"), &Value::Null);
    assert_eq!(stopped.status, 200, "{}", stopped.text());
    stopped.json()
}
