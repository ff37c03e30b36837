//! What Claude Code's user answers is offered as a decision, and what comes of it is told to the next agent.

use callboard_testkit::{Daemon, ModelServer, Repo, Script, Turn, wait};
use serde_json::{Value, json};

use super::Rows;
use super::owned::{Scene, daemon, json_of};

const QUESTION: &str = "Which ids do invoices get?";

fn tuesday() -> Script {
    let options = ["Numbers", "Text"].map(|label| json!({"label": label, "description": label}));
    let asked = json!({"questions": [{"question": QUESTION, "header": "Ids",
        "multiSelect": false, "options": options}]});
    Script::new("tuesday")
        .turn(Turn::text("I ask.").tool("AskUserQuestion", asked))
        .turn(Turn::text("Ids are drafted."))
}

fn run(scene: &Scene, repo: &Repo<'_>, what: &str) {
    let args = ["run", what, "--agent", "claude", "--mode", "acceptEdits", "--json"];
    json_of(&scene.home, repo, &args);
}

fn answer(scene: &Scene, repo: &Repo<'_>, daemon: &Daemon<'_>) {
    let call = wait::until("the question", || {
        let calls = daemon.get("/api/calls").json()["calls"].as_array()?.clone();
        calls.into_iter().find(|call| call["question"] == QUESTION)
    });
    json_of(&scene.home, repo, &["answer", call["id"].as_str().unwrap(), "2", "--json"]);
}

fn is_said(row: &Value, words: &str) -> bool {
    row["state"] == "ready" && row["activity"].as_str().is_some_and(|a| a.contains(words))
}

#[test]
fn an_answer_becomes_a_decision_that_the_next_session_begins_with() {
    let thursday = Script::new("thursday").turn(Turn::text("Ids are text, I see."));
    let server = ModelServer::with([tuesday(), thursday]);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    run(&scene, &repo, "Draft the ids [[script:tuesday]]");
    answer(&scene, &repo, &daemon);
    rows.wait("the draft", |row| is_said(row, "drafted"));
    let offered = json_of(&scene.home, &repo, &["candidates", "T1", "--json"]);
    let [one] = &offered["candidates"].as_array().unwrap()[..] else { panic!("{offered:#}") };
    assert_eq!((&one["from"], &one["by_agent"]), (&json!("answered"), &json!(false)));
    let handle = one["handle"].as_str().unwrap();
    let decision = json_of(&scene.home, &repo, &["candidate", "accept", handle, "--json"]);
    assert_eq!((&decision["id"], &decision["task"]), (&json!("D1"), &json!("T1")));
    let text = decision["text"].as_str().unwrap();
    assert!(text.contains("\nby: you\n") && text.contains(&format!("{handle}]")), "{text}");
    let file = repo.path().join(decision["path"].as_str().unwrap());
    assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    let left = json_of(&scene.home, &repo, &["candidates", "T1", "--json"]);
    assert_eq!(left["candidates"], json!([]));
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
    json_of(&scene.home, &repo, &["task", "move", "T1", "done", "--json"]);

    let body = "Migrate the ids [[script:thursday]]";
    let new = ["task", "new", "Write the migration", "--waits-for", "T1", "--body", body, "--json"];
    json_of(&scene.home, &repo, &new);
    run(&scene, &repo, "T2");
    rows.wait("the migration", |row| row["task"] == "T2" && is_said(row, "I see"));
    let told = server.played("thursday").into_iter().map(|one| one.body.to_string());
    let told: String = told.collect();
    assert!(told.contains("Which ids do invoices get? Text") && told.contains("[D1 "), "{told}");
    json_of(&scene.home, &repo, &["stop", "T2", "--json"]);
}
