//! Sessions that Callboard starts: asked for by a command, asking, answered, and there again after a crash.

use callboard_os::command::Command;
use callboard_os::host::{self, MARKER};
use callboard_os::process;
use callboard_testkit::{
    Agents, Callboard, Daemon, HermeticHome, ModelServer, Repo, Script, Turn, wait,
};
use serde_json::{Value, json};

use super::{Rows, kinds};

pub(crate) struct Scene {
    pub(crate) home: HermeticHome,
    pub(crate) agents: Agents,
}

impl Scene {
    pub(crate) fn new(server: &ModelServer, places: usize) -> Self {
        Self::of(HermeticHome::new().with_model_server(server), places)
    }

    pub(crate) fn of(home: HermeticHome, places: usize) -> Self {
        let agents = Agents::reserve(places);
        agents.link_into(&home);
        Self { home, agents }
    }

    pub(crate) fn repo(&self) -> Repo<'_> {
        let repo = Repo::new(&self.home);
        repo.commit("Begin", &[("README.md", "# Here\n")]);
        repo
    }
}

impl Drop for Scene {
    /// Agents outlive the daemon: those of a test that failed must not outlive the test.
    fn drop(&mut self) {
        let root = self.home.root().to_string_lossy().into_owned();
        for (pid, dir) in process::with_variable(MARKER) {
            if dir.starts_with(&root) {
                let _ = process::ask_to_end(pid, process::start_ticks(pid));
            }
        }
    }
}

pub(crate) fn daemon<'a>(home: &'a HermeticHome, repo: &Repo<'_>) -> Daemon<'a> {
    Daemon::of(Callboard::built(home).cwd(repo.path()), &[])
}

/// Runs a command in the repository; its JSON.
pub(crate) fn json_of(home: &HermeticHome, repo: &Repo<'_>, args: &[&str]) -> Value {
    let done = Callboard::built(home).cwd(repo.path()).run(args);
    assert_eq!(done.code, Some(0), "{args:?}\n{}\n{}", done.stdout, done.stderr);
    serde_json::from_str(&done.stdout).unwrap_or(Value::Null)
}

pub(crate) fn open_calls(daemon: &Daemon<'_>) -> Vec<Value> {
    daemon.get("/api/calls").json()["calls"].as_array().unwrap().clone()
}

/// The first call, which its driver tells a moment after the state.
pub(crate) fn first_call(daemon: &Daemon<'_>) -> Value {
    wait::until("a call", || open_calls(daemon).into_iter().next())
}

#[test]
fn claude_is_started_asks_is_answered_and_takes_a_prompt_while_it_works() {
    let command = json!({"command": "printf 'made' > made.txt", "description": "Make a file"});
    let server = ModelServer::with([
        Script::new("work")
            .turn(Turn::text("I will make the file.").tool("Bash", command))
            .turn(Turn::text("It is made.").gate("end")),
        Script::new("more").turn(Turn::text("And more.")),
    ]);
    let scene = Scene::new(&server, 1);
    let _agents = &scene.agents;
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    let args = ["run", "Make the file [[script:work]]", "--agent", "claude", "--json"];
    let started = json_of(&scene.home, &repo, &args);
    assert_eq!(started[0]["state"], "running", "{started:#}");
    let session = started[0]["session"].as_str().unwrap().to_owned();
    rows.wait_for_state("needs_you");
    let call = first_call(&daemon);
    assert_eq!(call["kind"], "permission");
    assert_eq!(call["detail"]["command"], "printf 'made' > made.txt");
    let id = call["id"].as_str().unwrap();
    let answered =
        daemon.post(&format!("/api/calls/{id}/answer"), &json!({"option": "yes"})).json();
    assert_eq!(answered["answered_by"], "you", "{answered:#}");
    server.wait_until_held("end");
    let sent = json_of(&scene.home, &repo, &["send", &session, "More [[script:more]]", "--json"]);
    assert_eq!(sent["prompts"][0]["text"], "More [[script:more]]", "{sent:#}");
    server.release("end");
    let row = rows.wait("both turns", |row| {
        row["state"] == "ready"
            && kinds(&daemon, &row["id"]).iter().filter(|k| *k == "prompt").count() == 2
    });
    let cwd = row["cwd"].as_str().unwrap();
    assert!(cwd.contains(".worktrees/T1-"), "{cwd}");
    assert_eq!(std::fs::read_to_string(format!("{cwd}/made.txt")).unwrap(), "made");
    assert_eq!(row["task"], "T1");
    assert_eq!(row["owned"]["prompts"], json!([]));
    let stopped = json_of(&scene.home, &repo, &["stop", &session, "--json"]);
    assert_eq!(stopped["state"], "ended", "{stopped:#}");
    rows.wait_for_state("ended");
}

#[test]
fn a_permission_waits_through_a_crash_of_the_daemon_and_is_answered_once() {
    let command = json!({"command": "echo once >> lines.txt", "description": "Add a line"});
    let server = ModelServer::with([Script::new("work")
        .turn(Turn::text("I add a line.").tool("Bash", command))
        .turn(Turn::text("Done."))]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let before = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&before);
    let args = ["run", "Add a line [[script:work]]", "--agent", "claude", "--json"];
    let started = json_of(&scene.home, &repo, &args);
    let cwd = started[0]["cwd"].as_str().unwrap().to_owned();
    rows.wait_for_state("needs_you");
    let asked = first_call(&before);
    before.kill_9();
    let after = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&after);
    assert_eq!(open_calls(&after)[0]["id"], asked["id"]);
    let path = format!("/api/calls/{}/answer", asked["id"].as_str().unwrap());
    assert_eq!(after.post(&path, &json!({"option": "yes"})).status, 200);
    let late = after.post(&path, &json!({"option": "no"}));
    assert_eq!(late.status, 409, "{}", late.text());
    rows.wait("the end of the turn", |row| row["state"] == "ready");
    assert_eq!(std::fs::read_to_string(format!("{cwd}/lines.txt")).unwrap(), "once\n");
    assert!(open_calls(&after).iter().all(|call| call["kind"] != "permission"));
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
}

#[test]
fn codex_is_started_asks_and_is_answered_after_a_crash_of_the_daemon() {
    let input = json!({"cmd": "echo once $CALLBOARD_TASK >> lines.txt", "sandbox_permissions": "require_escalated",
        "justification": "May I leave the sandbox?"});
    let server = ModelServer::with([
        Script::new("escape")
            .turn(Turn::text("Asking.").tool("exec_command", input))
            .turn(Turn::text("It said {{last_result}}.")),
        Script::new("more").turn(Turn::text("And more.")),
    ]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let before = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&before);
    let args = ["run", "Leave [[script:escape]]", "--agent", "codex", "--json"];
    let started = json_of(&scene.home, &repo, &args);
    assert_eq!(started[0]["state"], "running", "{started:#}");
    let cwd = started[0]["cwd"].as_str().unwrap().to_owned();
    rows.wait_for_state("needs_you");
    let asked = first_call(&before);
    assert_eq!(asked["detail"]["command"], "echo once $CALLBOARD_TASK >> lines.txt", "{asked:#}");
    before.kill_9();
    let after = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&after);
    let path = format!("/api/calls/{}/answer", asked["id"].as_str().unwrap());
    assert_eq!(after.post(&path, &json!({"option": "yes"})).status, 200);
    let row = rows.wait("the end of the turn", |row| row["state"] == "ready");
    assert_eq!(std::fs::read_to_string(format!("{cwd}/lines.txt")).unwrap(), "once T1\n");
    let id = asked["id"].as_str().unwrap();
    wait::until("the end of the call", || {
        let call = after.get(&format!("/api/calls/{id}")).json();
        (call["state"] == "closed").then_some(())
    });
    let session = row["id"].as_str().unwrap();
    json_of(&scene.home, &repo, &["send", session, "More [[script:more]]", "--json"]);
    rows.wait("its words", |row| {
        row["state"] == "ready" && row["activity"] == "finished: And more"
    });
    let stopped = json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
    assert_eq!(stopped[0]["state"], "ended", "{stopped:#}");
}

#[test]
fn two_agents_ask_at_once_and_each_gets_its_own_answer() {
    let command = json!({"command": "echo claude > who.txt", "description": "Say who"});
    let escape = json!({"cmd": "echo codex > who.txt", "sandbox_permissions": "require_escalated",
        "justification": "May I?"});
    let server = ModelServer::with([
        Script::new("one")
            .turn(Turn::text("I ask.").tool("Bash", command))
            .turn(Turn::text("Refused: {{last_result}}.")),
        Script::new("two")
            .turn(Turn::text("I ask.").tool("exec_command", escape))
            .turn(Turn::text("Done.")),
    ]);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    for (work, agent) in [("One [[script:one]]", "claude"), ("Two [[script:two]]", "codex")] {
        json_of(&scene.home, &repo, &["run", work, "--agent", agent, "--json"]);
    }
    let calls = wait::until("both calls", || {
        let calls = open_calls(&daemon);
        let asked = calls.iter().filter(|call| call["kind"] == "permission").count();
        (asked == 2).then_some(calls)
    });
    for call in &calls {
        let is_codex = call["detail"]["command"] == "echo codex > who.txt";
        let answer = match is_codex {
            true => json!({"option": "yes"}),
            false => json!({"option": "no", "text": "Not you."}),
        };
        let path = format!("/api/calls/{}/answer", call["id"].as_str().unwrap());
        assert_eq!(daemon.post(&path, &answer).status, 200);
    }
    let ready = |agent: &str| {
        let agent = agent.to_owned();
        move |row: &Value| row["agent"] == agent.as_str() && row["state"] == "ready"
    };
    let row = |agent: &str| {
        wait::until("both ready", || {
            let all = daemon.get("/api/sessions?parents_only=1").json();
            all["sessions"].as_array().unwrap().iter().find(|r| ready(agent)(r)).cloned()
        })
    };
    let (claude, codex) = (row("claude"), row("codex"));
    assert_eq!(claude["activity"], "finished: Refused: Not you");
    let written = |row: &Value| {
        std::fs::read_to_string(format!("{}/who.txt", row["cwd"].as_str().unwrap())).ok()
    };
    assert_eq!(written(&codex).as_deref(), Some("codex\n"));
    assert_eq!(written(&claude), None);
    for task in ["T1", "T2"] {
        json_of(&scene.home, &repo, &["stop", task, "--json"]);
    }
    drop(rows.0.next());
}

#[test]
fn a_killed_agent_is_interrupted_and_goes_on_and_a_killed_host_leaves_nothing_unseen() {
    let server = ModelServer::with([
        Script::new("slow").turn(Turn::text("One two three four five.").gate_mid_text("first")),
        Script::new("on").turn(Turn::text("I went on.")).then_always(Turn::text("And on.")),
    ]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    let args = ["run", "Count [[script:slow]]", "--agent", "claude", "--json"];
    let started = json_of(&scene.home, &repo, &args);
    let session = started[0]["session"].as_str().unwrap().to_owned();
    server.wait_until_held("first");
    rows.wait_for_state("working");
    let busy = Callboard::built(&scene.home).cwd(repo.path()).run(["resume", &session]);
    assert_eq!(busy.code, Some(2), "{}", busy.stdout);
    assert!(busy.stderr.contains("runs as process"), "{}", busy.stderr);
    end("-9", agents(&scene.home)[0]);
    let row = rows.wait("the end", |row| row["owned"]["state"] == "interrupted");
    assert_eq!(row["state"], "interrupted", "{row:#}");
    let args = ["resume", session.as_str(), "Go on [[script:on]]", "--json"];
    let resumed = json_of(&scene.home, &repo, &args);
    assert_eq!(resumed["session"], session.as_str());
    rows.wait("its words", |row| {
        row["state"] == "ready" && row["activity"] == "finished: I went on"
    });

    let host = hosts(&scene.home)[0];
    end("-9", host);
    rows.wait("the loss", |row| row["owned"]["state"] == "interrupted");
    // Its input ended with the host: it ends by itself, and until then it is named.
    wait::until("the agent's end", || agents(&scene.home).is_empty().then_some(()));
    let again = json_of(&scene.home, &repo, &["resume", &session, "Again [[script:on]]", "--json"]);
    assert_eq!(again["state"], "running", "{again:#}");
    rows.wait("its words", |row| row["state"] == "ready" && row["owned"]["prompts"] == json!([]));
    json_of(&scene.home, &repo, &["stop", &session, "--json"]);
    wait::until("the end", || agents(&scene.home).is_empty().then_some(()));
}

#[test]
fn a_question_is_answered_a_turn_is_broken_off_and_a_fork_goes_its_own_way() {
    let question = json!({"questions": [{"question": "Which colour?", "header": "Colour",
        "multiSelect": false, "options": [{"label": "Red", "description": "warm"},
        {"label": "Blue", "description": "cold"}]}]});
    let server = ModelServer::with([
        Script::new("ask")
            .turn(Turn::text("I ask.").tool("AskUserQuestion", question))
            .turn(Turn::text("Blue it is.")),
        Script::new("slow").turn(Turn::text("One two three four five.").gate_mid_text("slow")),
        Script::new("fork").turn(Turn::text("My own way.")),
    ]);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    let args = ["run", "Ask [[script:ask]]", "--agent", "claude", "--in-place", "--json"];
    let started = json_of(&scene.home, &repo, &args);
    assert_eq!(started[0]["cwd"], repo.path().to_str().unwrap());
    let session = started[0]["session"].as_str().unwrap().to_owned();
    rows.wait_for_state("needs_you");
    let call = first_call(&daemon);
    assert_eq!((&call["kind"], &call["question"]), (&json!("question"), &json!("Which colour?")));
    let path = format!("/api/calls/{}/answer", call["id"].as_str().unwrap());
    assert_eq!(daemon.post(&path, &json!({"option": "2"})).status, 200);
    rows.wait("its words", |row| {
        row["activity"] == "finished: Blue it is" && row["state"] == "ready"
    });
    let told = server.played("ask").last().unwrap().body.to_string();
    assert!(told.contains("Blue"), "{told}");

    json_of(&scene.home, &repo, &["send", &session, "Slow [[script:slow]]", "--json"]);
    server.wait_until_held("slow");
    json_of(&scene.home, &repo, &["interrupt", &session, "--json"]);
    rows.wait_for_state("interrupted");
    let args = ["fork", session.as_str(), "Fork [[script:fork]]", "--json"];
    let fork = json_of(&scene.home, &repo, &args);
    assert_ne!(fork["session"], session.as_str());
    rows.wait("the fork", |row| row["id"] == fork["session"] && row["state"] == "ready");
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
}

#[test]
fn a_session_that_is_stopped_while_it_asks_has_ended_and_nobody_refused() {
    let write = json!({"file_path": "{{cwd}}/made.txt", "content": "made"});
    let server =
        ModelServer::with([Script::new("ask").turn(Turn::text("I ask.").tool("Write", write))]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    json_of(&scene.home, &repo, &["run", "Ask [[script:ask]]", "--agent", "claude", "--json"]);
    let row = rows.wait("its question", |row| row["state"] == "needs_you");
    assert_eq!(row["files_changed"], 0, "what waits has changed nothing: {row:#}");
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
    let row = rows.wait("its end", |row| row["state"] == "ended");
    let activity = row["activity"].as_str().unwrap();
    assert!(!activity.contains("refused"), "{activity}");
    let task = daemon.get("/api/tasks/T1").json();
    assert_eq!(task["task"]["column"], "review", "{task:#}");
}

/// The agents that run, by the marker in their environment.
fn agents(home: &HermeticHome) -> Vec<u32> {
    let root = home.root().to_string_lossy().into_owned();
    let marked = process::with_variable(MARKER).into_iter();
    marked.filter(|(_, dir)| dir.starts_with(&root)).map(|(pid, _)| pid).collect()
}

/// The hosts of this home that run.
fn hosts(home: &HermeticHome) -> Vec<u32> {
    let dirs = std::fs::read_dir(home.callboard_home().join("hosts")).unwrap().flatten();
    dirs.filter_map(|dir| match host::state(&dir.path()) {
        Ok(host::HostState::Running(started)) => Some(started.host.pid),
        _ => None,
    })
    .collect()
}

fn end(signal: &str, pid: u32) {
    let args = [signal.to_owned(), pid.to_string()];
    assert!(Command::new("kill", "/").args(args).output().unwrap().status.success());
}

#[test]
fn each_of_several_has_a_worktree_of_its_own_and_one_leaves_the_queue() {
    let server = ModelServer::with([Script::new("hi").turn(Turn::text("Hello."))]);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let args = ["run", "Say hi [[script:hi]]", "--agent", "claude", "--count", "2", "--json"];
    let started = json_of(&scene.home, &repo, &args);
    assert_eq!((&started[0]["task"], &started[1]["task"]), (&json!("T1"), &json!("T1")));
    assert_ne!(started[0]["cwd"], started[1]["cwd"], "{started:#}");
    wait::until("both words", || {
        let all = daemon.get("/api/sessions?parents_only=1").json();
        let rows = all["sessions"].as_array().unwrap().clone();
        (rows.iter().filter(|row| row["activity"] == "finished: Hello").count() == 2).then_some(())
    });
    let stopped = json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
    assert!(stopped.as_array().unwrap().iter().all(|one| one["state"] == "ended"));
    let again = Callboard::built(&scene.home).cwd(repo.path()).run(["stop", "T1"]);
    assert_eq!(again.code, Some(2), "{}", again.stdout);
}

#[test]
fn a_server_that_the_next_session_never_came_to_use_ends() {
    let server = ModelServer::with([Script::new("hi").turn(Turn::text("Hello."))]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    for title in ["Say hi [[script:hi]]", "Before", "After"] {
        json_of(&scene.home, &repo, &["task", "new", title, "--json"]);
    }
    let change = json!({"waits_for": ["T2"]});
    assert_eq!(daemon.client().send("PATCH", "/api/tasks/T3", &change).status, 200);
    json_of(&scene.home, &repo, &["run", "T1", "--agent", "codex", "--json"]);
    rows.wait("its words", |row| row["activity"] == "finished: Hello");
    let waiting = daemon.post("/api/owned", &json!({"task": "T3", "agent": "codex"})).json();
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
    assert_eq!(hosts(&scene.home).len(), 1, "the next one is to use it");
    let path = format!("/api/owned/{}", waiting[0]["id"]);
    assert_eq!(daemon.client().send("DELETE", &path, &Value::Null).status, 200);
    wait::until("the server's end", || hosts(&scene.home).is_empty().then_some(()));
}
