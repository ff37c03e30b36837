//! A real agent asks by its tool `ask`, and the person answers on the page: while it waits, and later by the handle.

use std::process::Stdio;

use callboard_testkit::{ModelServer, Script, Turn, wait};
use serde_json::{Value, json};

use super::page_of;
use crate::real_agents::owned::{Scene, daemon, json_of};

/// The place at which the model waits for the person.
const GATE: &str = "answered";

fn script() -> Script {
    let ask = |text: &str, input: Value| Turn::text(text).tool("mcp__callboard__ask", input);
    let first = json!({"question": "Which colour?", "options": ["Green", "Red"],
        "why": "The sign needs one."});
    let second = json!({"question": "Shall it be round?", "wait_seconds": 0});
    let report = json!({"summary": "The sign is green and square.",
        "not_verified": ["How it looks at night"]});
    Script::new("ask")
        .turn(ask("I ask.", first))
        .turn(ask("I ask again.", second))
        .turn(ask("I go on, and fetch the answer.", json!({"handle": "C2"})).gate(GATE))
        .turn(Turn::text("I report.").tool("mcp__callboard__report", report))
        .turn(Turn::text("The sign is done. Its letters are carved, as paint peels off."))
}

#[test]
fn an_agent_that_asks_is_answered_on_the_page_while_it_waits_and_later() {
    let server = ModelServer::with([script()]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mode = "acceptEdits";
    let args = ["run", "Make a sign [[script:ask]]", "--agent", "claude", "--mode", mode, "--json"];
    json_of(&scene.home, &repo, &args);
    let told = |words: &str| {
        let played = server.played("ask");
        played.iter().any(|one| one.body.to_string().contains(words)).then_some(())
    };
    let mut node = page_of(&scene.home, &daemon, "e2e/asking.test.mjs");
    // Shown as it comes: a wait below that fails would keep it.
    node.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let output = std::thread::scope(|scope| {
        let page = scope.spawn(move || node.output().unwrap());
        let is_answered = || {
            let call = daemon.get("/api/calls/C2");
            let is_open = call.status != 200 || call.json()["state"] == "open";
            (page.is_finished() || !is_open).then_some(())
        };
        wait::until("the second answer", is_answered);
        server.release(GATE);
        page.join().unwrap()
    });
    assert!(output.status.success());
    wait::until("the handle", || told("nobody has answered C2 yet"));
    wait::until("the first answer", || told("C1 was answered:\\n> Green"));
    wait::until("the second answer", || told("Rather square."));
    let session = daemon.get("/api/sessions/S1").json();
    assert_eq!(session["report"]["not_verified"], json!(["How it looks at night"]), "{session:#}");
    let cite = session["report"]["cite"].as_str().unwrap();
    let event = daemon.get(&format!("/api/events/{}", cite.split_once('#').unwrap().1)).json();
    assert_eq!(event["tool"], "mcp__callboard__report", "{event:#}");
    // What was pressed `d` on is a decision, with the event that said it.
    let made = daemon.get("/api/notes/one?note=D1").json();
    let text = repo.read(made["path"].as_str().unwrap());
    assert!(text.contains("by: you") && text.contains("sources: [S1#"), "{text}");
    assert!(
        text.contains("> The sign is done. Its letters are carved, as paint peels off."),
        "{text}"
    );
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
}
