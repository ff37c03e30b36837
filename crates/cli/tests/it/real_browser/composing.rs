//! A card that is started on the page, and its session, driven from there: prompted, broken off, ended, gone on with,
//! taken back, copied.

use callboard_testkit::{ModelServer, Script, Turn, wait};
use serde_json::json;

use super::page_of;
use crate::real_agents::owned::{Scene, daemon, json_of};

/// The place in a turn at which the model waits for the page.
const GATE: &str = "gate";

#[test]
fn a_session_is_started_prompted_broken_off_resumed_taken_back_and_forked_on_the_page() {
    let write = |name: &str| json!({"file_path": format!("{{{{cwd}}}}/{name}"), "content": "1\n"});
    let server = ModelServer::with([
        Script::new("first")
            .turn(Turn::text("I write it down.").tool("Write", write("first.txt")))
            .turn(Turn::text("The first part is done.").gate(GATE)),
        Script::new("more").turn(Turn::text("More of it is done.")),
        Script::new("slow").turn(Turn::text("One two three four.").gate_mid_text("slow")),
        Script::new("again")
            .turn(Turn::text("Again.").tool("Write", write("again.txt")))
            .turn(Turn::text("It went on.")),
        Script::new("copy").turn(Turn::text("The copy went another way.")),
    ]);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    json_of(&scene.home, &repo, &["task", "new", "Write it down [[script:first]]", "--json"]);
    let mut node = page_of(&scene.home, &daemon, "e2e/composing.test.mjs");
    let (output, cwd) = std::thread::scope(|scope| {
        let page = scope.spawn(move || node.output().unwrap());
        // The prompt of the page is taken while the turn goes on.
        server.wait_until_held(GATE);
        let view = wait::until("a prompt that waits", || {
            let view = daemon.get("/api/owned").json()[0].clone();
            (!view["prompts"].as_array()?.is_empty()).then_some(view)
        });
        server.release(GATE);
        let output = page.join().unwrap();
        server.release("slow");
        (output, view["cwd"].as_str().unwrap().to_owned())
    });
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let has = |name: &str| std::path::Path::new(&cwd).join(name).exists();
    assert!(has("first.txt") && !has("again.txt"));
    for one in daemon.get("/api/owned").json().as_array().unwrap() {
        let is_over = one["state"] == "ended" || one["state"] == "interrupted";
        if let (false, Some(session)) = (is_over, one["session"].as_str()) {
            json_of(&scene.home, &repo, &["stop", session, "--json"]);
        }
    }
}
