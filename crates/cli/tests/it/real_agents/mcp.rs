//! Agents that ask by the Model Context Protocol.

use callboard_testkit::{
    Agents, Callboard, Daemon, HermeticHome, ModelServer, Repo, Script, Turn, wait,
};
use serde_json::{Value, json};

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

/// A home in which an agent is connected, as its user does it.
fn connected<'a>(
    home: &'a HermeticHome,
    agents: &Agents,
    repo: &Repo<'_>,
    agent: &str,
) -> Daemon<'a> {
    repo.commit("Begin", &[("a.txt", "1\n")]);
    agents.link_into(home);
    let daemon = Daemon::of(Callboard::built(home).cwd(repo.path()), &[]);
    let connected = daemon.callboard().run(["connect", agent, "--yes"]);
    assert_eq!(connected.code, Some(0), "{}{}", connected.stdout, connected.stderr);
    daemon
}

/// What the model was told that holds this.
fn wait_told(server: &ModelServer, script: &str, words: &str) -> Value {
    wait::until(words, || {
        let played = server.played(script);
        played.into_iter().map(|one| one.body).find(|body| body.to_string().contains(words))
    })
}

const CLAUDES: &str = "mcp__plugin_callboard_callboard__";
const CODEXS: &str = "mcp__callboard";

fn nothing() -> Value {
    json!({})
}

#[test]
fn a_users_own_claude_code_asks_by_the_plugin_and_is_known() {
    let tool = |name: &str| format!("{CLAUDES}{name}");
    let server = ModelServer::with([Script::new("who")
        .turn(Turn::text("Where?").tool(&tool("where_am_i"), nothing()))
        .turn(
            Turn::text("Search.").tool(&tool("search"), json!({"query": "elephants", "own": true})),
        )
        .turn(Turn::text("Read.").tool(&tool("read"), json!({"ref": "S1"})))
        .turn(Turn::text("Done."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let _daemon = connected(&home, &agents, &repo, "claude");
    let finished = agents.claude(&home).cwd(repo.path()).print("Count elephants [[script:who]]");
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    wait_told(&server, "who", "You are S1 (claude)");
    wait_told(&server, "who", "- S1#");
    wait_told(&server, "who", "## Goal");
}

#[test]
fn a_users_own_codex_asks_by_its_configuration_and_is_known() {
    let server = ModelServer::with([Script::new("who")
        .turn(Turn::text("Where?").tool_in(CODEXS, "where_am_i", nothing()))
        .turn(Turn::text("Search.").tool_in(
            CODEXS,
            "search",
            json!({"query": "elephants", "own": true}),
        ))
        .turn(Turn::text("Read.").tool_in(CODEXS, "read", json!({"ref": "S1"})))
        .turn(Turn::text("Done."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let _daemon = connected(&home, &agents, &repo, "codex");
    let finished = agents.codex(&home).cwd(repo.path()).exec("Count elephants [[script:who]]");
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    wait_told(&server, "who", "You are S1 (codex)");
    wait_told(&server, "who", "- S1#");
    wait_told(&server, "who", "## Goal");
}
