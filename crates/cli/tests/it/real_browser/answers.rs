//! Two tasks, started with one command each, whose agents ask at the same time and are answered on the page.

use callboard_testkit::{ModelServer, Script, Turn};
use serde_json::json;

use super::page_of;
use crate::real_agents::owned::{Scene, daemon, json_of};

#[test]
fn two_agents_that_ask_at_once_are_answered_on_the_page() {
    let command = json!({"command": "echo claude > who.txt", "description": "Say who"});
    let escape = json!({"cmd": "echo codex > who.txt", "sandbox_permissions": "require_escalated",
        "justification": "May I leave the sandbox?"});
    let done = || Turn::text("It is done.");
    let server = ModelServer::with([
        Script::new("one").turn(Turn::text("I ask.").tool("Bash", command)).turn(done()),
        Script::new("two").turn(Turn::text("I ask.").tool("exec_command", escape)).turn(done()),
    ]);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let works =
        [("Say who, one [[script:one]]", "claude"), ("Say who, two [[script:two]]", "codex")];
    let started = works.map(|(work, agent)| {
        json_of(&scene.home, &repo, &["run", work, "--agent", agent, "--json"])[0].clone()
    });
    let mut node = page_of(&scene.home, &daemon, "e2e/answers.test.mjs");
    let output = node.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    for (one, agent) in started.iter().zip(["claude", "codex"]) {
        let file = format!("{}/who.txt", one["cwd"].as_str().unwrap());
        assert_eq!(std::fs::read_to_string(file).unwrap().trim(), agent);
    }
    for task in ["T1", "T2"] {
        json_of(&scene.home, &repo, &["stop", task, "--json"]);
    }
}
