//! Sessions that Callboard starts: asked for by a command, asking, answered, and there again after a crash.

use callboard_os::host::MARKER;
use callboard_os::process;
use callboard_testkit::{Agents, Callboard, Daemon, HermeticHome, ModelServer, Repo, Script, Turn};
use serde_json::{Value, json};

use super::{Rows, kinds};

struct Scene {
    home: HermeticHome,
    agents: Agents,
}

impl Scene {
    fn new(server: &ModelServer, places: usize) -> Self {
        let agents = Agents::reserve(places);
        let home = HermeticHome::new().with_model_server(server);
        agents.link_into(&home);
        Self { home, agents }
    }

    fn repo(&self) -> Repo<'_> {
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

fn daemon<'a>(home: &'a HermeticHome, repo: &Repo<'_>) -> Daemon<'a> {
    Daemon::of(Callboard::built(home).cwd(repo.path()), &[])
}

/// Runs a command in the repository; its JSON.
fn json_of(home: &HermeticHome, repo: &Repo<'_>, args: &[&str]) -> Value {
    let done = Callboard::built(home).cwd(repo.path()).run(args);
    assert_eq!(done.code, Some(0), "{args:?}\n{}\n{}", done.stdout, done.stderr);
    serde_json::from_str(&done.stdout).unwrap_or(Value::Null)
}

fn open_calls(daemon: &Daemon<'_>) -> Vec<Value> {
    daemon.get("/api/calls").json()["calls"].as_array().unwrap().clone()
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
    let calls = open_calls(&daemon);
    assert_eq!(calls.len(), 1, "{calls:#?}");
    assert_eq!(calls[0]["kind"], "permission");
    assert_eq!(calls[0]["detail"]["command"], "printf 'made' > made.txt");
    let id = calls[0]["id"].as_str().unwrap();
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
    let asked = open_calls(&before)[0].clone();
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
    let input = json!({"cmd": "echo once >> lines.txt", "sandbox_permissions": "require_escalated",
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
    let asked = open_calls(&before)[0].clone();
    assert_eq!(asked["detail"]["command"], "echo once >> lines.txt", "{asked:#}");
    before.kill_9();
    let after = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&after);
    let path = format!("/api/calls/{}/answer", asked["id"].as_str().unwrap());
    assert_eq!(after.post(&path, &json!({"option": "yes"})).status, 200);
    let row = rows.wait("the end of the turn", |row| row["state"] == "ready");
    assert_eq!(std::fs::read_to_string(format!("{cwd}/lines.txt")).unwrap(), "once\n");
    let session = row["id"].as_str().unwrap();
    json_of(&scene.home, &repo, &["send", session, "More [[script:more]]", "--json"]);
    rows.wait("its words", |row| {
        row["state"] == "ready"
            && kinds(&after, &row["id"]).iter().filter(|k| *k == "prompt").count() == 2
    });
    let stopped = json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
    assert_eq!(stopped[0]["state"], "ended", "{stopped:#}");
}
