//! An agent that Callboard does not know, named in `callboard.toml`: OpenCode by the Agent Client Protocol.

use callboard_testkit::{ModelServer, Repo, Script, Turn, wait};
use serde_json::{Value, json};

use super::owned::{Scene, daemon, first_call, json_of, open_calls};
use super::{Rows, kinds};

/// A repository whose configuration names it.
fn repo<'a>(scene: &'a Scene, server: &ModelServer) -> Repo<'a> {
    let repo = scene.repo();
    let section = scene.agents.opencode(&scene.home, server);
    repo.commit("Name an agent", &[("callboard.toml", section.as_str())]);
    repo
}

fn activity(row: &Value) -> &str {
    row["activity"].as_str().unwrap_or_default()
}

#[test]
fn opencode_asks_is_answered_after_a_crash_of_the_daemon_and_goes_on_after_its_end() {
    let command =
        json!({"command": "echo once $CALLBOARD_TASK >> lines.txt", "description": "Add a line"});
    let server = ModelServer::with([
        Script::new("work")
            .turn(Turn::text("I add a line.").tool("bash", command))
            .turn(Turn::text("It is done.")),
        Script::new("more").turn(Turn::text("And more.")),
        Script::new("again").turn(Turn::text("Here again.")),
    ]);
    let scene = Scene::new(&server, 1);
    let repo = repo(&scene, &server);
    let before = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&before);
    let args = ["run", "Add a line [[script:work]]", "--agent", "opencode", "--json"];
    json_of(&scene.home, &repo, &args);
    let row = rows.wait_for_state("needs_you");
    let session = row["id"].as_str().unwrap().to_owned();
    let cwd = row["cwd"].as_str().unwrap().to_owned();
    assert_eq!(row["agent"], "opencode");
    let asked = first_call(&before);
    assert_eq!(asked["detail"]["command"], "echo once $CALLBOARD_TASK >> lines.txt", "{asked:#}");
    let options = asked["options"].as_array().unwrap().iter().map(|o| o["id"].clone());
    assert_eq!(options.collect::<Vec<_>>(), ["yes", "rule", "no"], "{asked:#}");
    before.kill_9();
    let after = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&after);
    assert_eq!(open_calls(&after)[0]["id"], asked["id"]);
    let path = format!("/api/calls/{}/answer", asked["id"].as_str().unwrap());
    assert_eq!(after.post(&path, &json!({"option": "yes"})).status, 200);
    assert_eq!(after.post(&path, &json!({"option": "no"})).status, 409);
    rows.wait("the end of the turn", |row| {
        row["state"] == "ready" && activity(row).contains("It is done")
    });
    assert_eq!(std::fs::read_to_string(format!("{cwd}/lines.txt")).unwrap(), "once T1\n");
    let told = kinds(&after, &row["id"]);
    assert_eq!(told, ["prompt", "text", "command", "result", "text"]);
    wait::until("the end of the call", || {
        let call = after.get(&format!("/api/calls/{}", asked["id"].as_str().unwrap())).json();
        (call["state"] == "closed").then_some(())
    });
    json_of(&scene.home, &repo, &["send", &session, "More [[script:more]]", "--json"]);
    rows.wait("its words", |row| row["state"] == "ready" && activity(row).contains("And more"));
    let found = json_of(&scene.home, &repo, &["search", "agent:opencode done", "--json"]);
    assert_eq!(found[0]["session"], session.as_str(), "{found:#}");
    json_of(&scene.home, &repo, &["stop", &session, "--json"]);
    rows.wait_for_state("ended");
    json_of(&scene.home, &repo, &["resume", &session, "Again [[script:again]]", "--json"]);
    rows.wait("its words", |row| row["state"] == "ready" && activity(row).contains("Here again"));
    let told = kinds(&after, &row["id"]);
    assert_eq!(told.iter().filter(|kind| *kind == "prompt").count(), 3, "{told:?}");
    json_of(&scene.home, &repo, &["stop", &session, "--json"]);
}

#[test]
fn opencode_is_broken_off_while_it_asks_and_takes_another_prompt() {
    let command = json!({"command": "touch never.txt", "description": "Make a file"});
    let server = ModelServer::with([
        Script::new("work").turn(Turn::text("I ask.").tool("bash", command)),
        Script::new("more").turn(Turn::text("Something else.")),
    ]);
    let scene = Scene::new(&server, 1);
    let repo = repo(&scene, &server);
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    json_of(&scene.home, &repo, &["run", "Work [[script:work]]", "--agent", "opencode", "--json"]);
    let row = rows.wait_for_state("needs_you");
    let session = row["id"].as_str().unwrap().to_owned();
    first_call(&daemon);
    json_of(&scene.home, &repo, &["interrupt", &session, "--json"]);
    wait::until("the end of the call", || {
        open_calls(&daemon).iter().all(|call| call["kind"] != "permission").then_some(())
    });
    json_of(&scene.home, &repo, &["send", &session, "More [[script:more]]", "--json"]);
    rows.wait("its words", |row| {
        row["state"] == "ready" && activity(row).contains("Something else")
    });
    assert!(!std::path::Path::new(row["cwd"].as_str().unwrap()).join("never.txt").exists());
    json_of(&scene.home, &repo, &["stop", &session, "--json"]);
}

#[test]
fn what_an_agent_cannot_do_is_said_before_anything_runs() {
    let server = ModelServer::start();
    let scene = Scene::new(&server, 1);
    let repo = repo(&scene, &server);
    let daemon = daemon(&scene.home, &repo);
    let run =
        |args: &[&str]| callboard_testkit::Callboard::built(&scene.home).cwd(repo.path()).run(args);
    let unknown = run(&["run", "x", "--agent", "nobody"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("there is no agent `nobody`"), "{}", unknown.stderr);
    run(&["run", "x", "--agent", "opencode", "--model", "none/such"]);
    let failed = wait::until("its failure", || {
        let owned = daemon.get("/api/owned").json();
        owned.as_array().unwrap().iter().find(|one| one["state"] == "failed").cloned()
    });
    let failure = failed["failure"].as_str().unwrap();
    assert!(failure.contains("opencode has no model `none/such`; it has"), "{failure}");
    let hosts = scene.home.callboard_home().join("hosts");
    wait::until("the end of its host", || {
        (std::fs::read_dir(&hosts).map_or(0, Iterator::count) == 0).then_some(())
    });
}
