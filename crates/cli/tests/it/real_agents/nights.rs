//! Sessions that wait for a limit, and nights.

use callboard_testkit::{Callboard, Daemon, HermeticHome, ModelServer, Repo, Script, Turn, wait};
use serde_json::{Value, json};

use super::Rows;
use super::owned::{Scene, daemon, json_of, open_calls};

fn night(home: &HermeticHome, repo: &Repo<'_>) -> Value {
    json_of(home, repo, &["night", "--status", "--json"])
}

fn task(home: &HermeticHome, repo: &Repo<'_>, title: &str) {
    json_of(home, repo, &["task", "new", title, "--json"]);
}

fn calls_of(daemon: &Daemon<'_>, kind: &str) -> Vec<Value> {
    open_calls(daemon).into_iter().filter(|call| call["kind"] == kind).collect()
}

#[test]
fn claude_waits_for_a_limit_over_a_restart_and_goes_on_by_itself() {
    let server = ModelServer::with([
        Script::new("work").turn(Turn::text("Done after all.").limit_first(1, 12))
    ]);
    let home = HermeticHome::new().with_model_server(&server).as_subscriber();
    let scene = Scene::of(home, 1);
    let repo = scene.repo();
    let before = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&before);
    let args = ["run", "Work [[script:work]]", "--agent", "claude", "--json"];
    json_of(&scene.home, &repo, &args);
    let row = rows.wait("the limit", |row| !row["owned"]["waits_until"].is_null());
    assert_eq!(row["state"], "working", "{row:#}");
    let call = wait::until("its call", || calls_of(&before, "limit").pop());
    assert!(call["question"].as_str().unwrap().starts_with("waits: "), "{call:#}");
    before.kill_9();
    let after = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&after);
    rows.wait("its words", |row| row["activity"] == "finished: Done after all");
    assert!(calls_of(&after, "limit").is_empty());
    assert!(calls_of(&after, "failed").is_empty());
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
}

#[test]
fn codex_waits_for_a_limit_and_goes_on_by_itself() {
    let server = ModelServer::with([
        Script::new("work").turn(Turn::text("Done after all.").limit_first(1, 6))
    ]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    let args = ["run", "Work [[script:work]]", "--agent", "codex", "--json"];
    json_of(&scene.home, &repo, &args);
    rows.wait("the limit", |row| !row["owned"]["waits"].is_null());
    rows.wait("its words", |row| row["activity"] == "finished: Done after all");
    assert!(calls_of(&daemon, "limit").is_empty());
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
}

#[test]
fn a_night_of_five_goes_on_past_a_limit_and_a_question_that_nobody_answers() {
    let command = json!({"command": "echo asked > asked.txt", "description": "Ask"});
    let server = ModelServer::with([
        Script::new("plain").turn(Turn::text("Done.")),
        Script::new("limit").turn(Turn::text("Done after all.").limit_first(1, 8)),
        Script::new("ask")
            .turn(Turn::text("I ask.").tool("Bash", command))
            .turn(Turn::text("Written.")),
    ]);
    let home = HermeticHome::new().with_model_server(&server).as_subscriber();
    let scene = Scene::of(home, 2);
    let repo = scene.repo();
    let before = daemon(&scene.home, &repo);
    for script in ["plain", "ask", "limit", "plain", "plain"] {
        task(&scene.home, &repo, &format!("Work [[script:{script}]]"));
    }
    let args = ["night", "T1", "T2", "T3", "T4", "T5", "--running", "1", "--agent", "claude"];
    let begun = json_of(&scene.home, &repo, &[&args[..], &["--json"]].concat());
    assert_eq!(begun["tasks"][1]["task"], "T2", "{begun:#}");
    assert!(begun["awake"].is_string() || begun["may_sleep"].is_string(), "{begun:#}");
    let second = Callboard::built(&scene.home).cwd(repo.path()).run(["night", "T1"]);
    assert_eq!(second.code, Some(2), "{}", second.stderr);
    wait::until("the limit", || {
        (night(&scene.home, &repo)["tasks"][2]["outcome"] == "limited").then_some(())
    });
    before.kill_9();
    let after = daemon(&scene.home, &repo);
    let over = wait::until("the morning", || {
        let night = night(&scene.home, &repo);
        (!night["ended_at"].is_null()).then_some(night)
    });
    let outcomes: Vec<&str> =
        over["tasks"].as_array().unwrap().iter().map(|t| t["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["finished", "parked", "finished", "finished", "finished"], "{over:#}");
    assert_eq!(over["tasks"][1]["question"], "Run `echo asked > asked.txt`?");
    assert!(!over["tasks"][2]["limits"][0]["to"].is_null(), "{over:#}");
    let since = json_of(&scene.home, &repo, &["since", "1h", "--json"]);
    assert_eq!(since["nights"][0]["tasks"], over["tasks"]);
    // What was parked goes on with its answer.
    let asked = calls_of(&after, "permission").pop().unwrap();
    assert_eq!(asked["id"], over["tasks"][1]["call"]);
    let path = format!("/api/calls/{}/answer", asked["id"].as_str().unwrap());
    assert_eq!(after.post(&path, &json!({"option": "yes"})).status, 200);
    let path = format!("/api/sessions/{}", asked["session"].as_str().unwrap());
    wait::until("its end", || {
        let told = after.get(&path).json();
        (told["session"]["activity"] == "finished: Written").then_some(())
    });
    for task in ["T1", "T2", "T3", "T4", "T5"] {
        json_of(&scene.home, &repo, &["stop", task, "--json"]);
    }
}

#[test]
fn a_night_that_is_ended_waits_for_what_works_and_starts_nothing_more() {
    let server = ModelServer::with([Script::new("slow").turn(Turn::text("Done.").gate("slow"))]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    task(&scene.home, &repo, "First [[script:slow]]");
    task(&scene.home, &repo, "Second [[script:slow]]");
    let args = ["night", "T1", "T2", "--running", "1", "--agent", "claude", "--json"];
    json_of(&scene.home, &repo, &args);
    server.wait_until_held("slow");
    let ending = json_of(&scene.home, &repo, &["night", "--end", "--json"]);
    assert!(ending["ended_at"].is_null(), "{ending:#}");
    assert_eq!(ending["tasks"][0]["outcome"], "working", "{ending:#}");
    server.release("slow");
    let over = wait::until("its end", || {
        let night = night(&scene.home, &repo);
        (!night["ended_at"].is_null()).then_some(night)
    });
    let outcomes: Vec<_> = (0..2).map(|n| over["tasks"][n]["outcome"].clone()).collect();
    assert_eq!(outcomes, ["finished", "not_started"], "{over:#}");
    assert_eq!(daemon.get("/api/owned").json().as_array().unwrap().len(), 1);
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
}
