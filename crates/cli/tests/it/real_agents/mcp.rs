//! Agents that ask by the Model Context Protocol.

use callboard_testkit::{ModelServer, Script, Turn, wait};
use serde_json::json;

use super::owned::{Scene, daemon, json_of};

fn claims(agent: &str, mode: &str, turn: Turn) {
    let server = ModelServer::with([Script::new("one").turn(turn).turn(Turn::text("Done."))]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let args =
        ["run", "Name the project\n\n[[script:one]]", "--agent", agent, "--mode", mode, "--json"];
    json_of(&scene.home, &repo, &args);
    let claims = wait::until("the claim", || {
        let claims = daemon.get("/api/claims").json();
        claims.as_array().filter(|claims| !claims.is_empty()).cloned()
    });
    assert_eq!(claims[0]["pattern"], "src/**", "{claims:#?}");
    let last = wait::until("the answer", || {
        server
            .played("one")
            .into_iter()
            .find(|one| one.body.to_string().contains("claimed; nobody"))
    });
    drop(last);
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
}

#[test]
fn claude_code_claims_what_it_is_going_to_change() {
    let turn = Turn::text("I claim.").tool("mcp__callboard__claim", json!({"paths": ["src/**"]}));
    claims("claude", "acceptEdits", turn);
}

#[test]
fn codex_claims_what_it_is_going_to_change() {
    let turn =
        Turn::text("I claim.").tool_in("mcp__callboard", "claim", json!({"paths": ["src/**"]}));
    claims("codex", "never/danger-full-access", turn);
}
