//! A night that is begun on the page: one task asks and is parked, the other is done, and the answer is given in the morning.

use callboard_testkit::{ModelServer, Script, Turn};
use serde_json::json;

use super::page_of;
use crate::real_agents::owned::{Scene, daemon, json_of};

#[test]
fn a_night_is_begun_on_the_page_and_what_it_parked_is_answered_there() {
    let command = json!({"command": "echo asked > asked.txt", "description": "Ask"});
    let server = ModelServer::with([
        Script::new("ask")
            .turn(Turn::text("I ask.").tool("Bash", command))
            .turn(Turn::text("Written.")),
        Script::new("plain").turn(Turn::text("Done.")),
    ]);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    for title in ["Ask first [[script:ask]]", "Only do it [[script:plain]]"] {
        json_of(&scene.home, &repo, &["task", "new", title, "--json"]);
    }
    let mut node = page_of(&scene.home, &daemon, "e2e/nights.test.mjs");
    let output = node.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let night = json_of(&scene.home, &repo, &["night", "--status", "--json"]);
    assert!(!night["ended_at"].is_null(), "{night:#}");
    for task in ["T1", "T2"] {
        json_of(&scene.home, &repo, &["stop", task, "--json"]);
    }
}
