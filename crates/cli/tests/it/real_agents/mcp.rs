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

/// Names of Callboard's tools that a session was offered, with their servers.
fn offered(server: &ModelServer, script: &str, tool: &str) -> Vec<String> {
    let bodies: String = server.played(script).iter().map(|one| one.body.to_string()).collect();
    let named = bodies.match_indices("mcp__").map(|(at, _)| {
        let rest = &bodies[at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        rest[..end.unwrap_or(rest.len())].to_owned()
    });
    let mut names: Vec<String> = named.filter(|name| name.ends_with(tool)).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn a_session_that_is_started_here_has_the_server_once_also_where_its_agent_is_connected() {
    let server = ModelServer::with([Script::new("one")
        .turn(Turn::text("Claim.").tool("mcp__callboard__claim", json!({"paths": ["src/**"]})))
        .turn(Turn::text("Done."))]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let connected = daemon.callboard().run(["connect", "claude", "--yes"]);
    assert_eq!(connected.code, Some(0), "{}{}", connected.stdout, connected.stderr);
    let args =
        ["run", "Begin\n\n[[script:one]]", "--agent", "claude", "--mode", "acceptEdits", "--json"];
    json_of(&scene.home, &repo, &args);
    wait_told(&server, "one", "claimed; nobody");
    assert_eq!(offered(&server, "one", "__where_am_i"), ["mcp__callboard__where_am_i"]);
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
}

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

/// The call that a session raised by `ask`.
fn wait_call(daemon: &Daemon<'_>, question: &str) -> String {
    wait::until(question, || {
        let inbox = daemon.get("/api/calls").json();
        let calls = inbox["calls"].as_array()?.clone();
        let call = calls.iter().find(|call| call["question"] == question)?;
        Some(call["id"].as_str()?.to_owned())
    })
}

fn answer(daemon: &Daemon<'_>, call: &str, text: &str) {
    let answered = daemon.callboard().run(["answer", call, "--text", text]);
    assert_eq!(answered.code, Some(0), "{}{}", answered.stdout, answered.stderr);
}

#[test]
fn claude_code_asks_and_is_answered_while_it_waits_and_later_at_its_next_step() {
    let tool = format!("{CLAUDES}ask");
    let quick = json!({"question": "Shall it be round?", "wait_seconds": 0});
    let server = ModelServer::with([Script::new("ask")
        .turn(Turn::text("Asking.").tool(&tool, json!({"question": "Which colour?"})))
        .turn(Turn::text("Again.").tool(&tool, quick))
        .turn(Turn::text("Going on.").tool("Bash", json!({"command": "ls"})).gate("answered"))
        .turn(Turn::text("Done."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let daemon = connected(&home, &agents, &repo, "claude");
    let claude = agents.claude(&home).cwd(repo.path()).args(["--permission-mode", "manual"]);
    let tui = claude.tui();
    tui.prompt("Please [[script:ask]]");
    let first = wait_call(&daemon, "Which colour?");
    answer(&daemon, &first, "Green, as always.");
    wait_told(&server, "ask", &format!("{first} was answered:\\n> Green, as always."));
    let second = wait_call(&daemon, "Shall it be round?");
    wait_told(&server, "ask", &format!("nobody has answered {second} yet"));
    answer(&daemon, &second, "Rather square.");
    server.release("answered");
    wait_told(&server, "ask", "Rather square.");
    wait::until("the end of the call", || {
        let call = daemon.get(&format!("/api/calls/{second}")).json();
        (call["state"] == "closed").then_some(())
    });
}

#[test]
fn codex_asks_and_is_answered_while_it_waits_and_by_its_handle() {
    let quick = json!({"question": "Shall it be round?", "wait_seconds": 0});
    let server = ModelServer::with([Script::new("ask")
        .turn(Turn::text("Asking.").tool_in(CODEXS, "ask", json!({"question": "Which colour?"})))
        .turn(Turn::text("Again.").tool_in(CODEXS, "ask", quick))
        .turn(
            Turn::text("Fetching.")
                .tool_in(CODEXS, "ask", json!({"handle": "C2"}))
                .gate("answered"),
        )
        .turn(Turn::text("Done."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let daemon = connected(&home, &agents, &repo, "codex");
    std::thread::scope(|scope| {
        let codex = agents.codex(&home).cwd(repo.path());
        let finished = scope.spawn(move || codex.exec("Please [[script:ask]]"));
        let first = wait_call(&daemon, "Which colour?");
        answer(&daemon, &first, "Green, as always.");
        wait_told(&server, "ask", "Green, as always.");
        let second = wait_call(&daemon, "Shall it be round?");
        assert_eq!(second, "C2");
        wait_told(&server, "ask", "nobody has answered C2 yet");
        server.release("answered");
        answer(&daemon, &second, "Rather square.");
        wait_told(&server, "ask", "Rather square.");
        assert_eq!(finished.join().unwrap().code, Some(0));
    });
}

#[test]
fn a_lead_starts_another_waits_for_it_and_is_given_an_answer_that_comes_after_its_turn() {
    let tool = |name: &str| format!("mcp__callboard__{name}");
    let write = json!({"file_path": "{{cwd}}/b.txt", "content": "other\n"});
    let server = ModelServer::with([
        Script::new("lead")
            .turn(Turn::text("Start.").tool(
                &tool("start"),
                json!({"prompt": "Write the other file\n\n[[script:other]]", "agent": "claude"}),
            ))
            .turn(Turn::text("Wait.").tool(&tool("watch"), json!({"sessions": ["T2"]})))
            .turn(Turn::text("Look.").tool(&tool("review"), json!({"of": "T2"})).gate("written"))
            .turn(
                Turn::text("Ask.")
                    .tool(&tool("ask"), json!({"question": "Shall it land?", "wait_seconds": 0})),
            )
            .turn(Turn::text("I wait for the answer."))
            .turn(Turn::text("Landed.")),
        Script::new("other")
            .turn(Turn::text("Writing.").tool("Write", write))
            .turn(Turn::text("Written.")),
    ]);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    repo.commit(
        "Let agents lead",
        &[(
            "callboard.toml",
            "[agents]\nlead = true\nmode = \"acceptEdits\"\ndefault = \"claude\"\n[rules]\nallow = [\"mcp__callboard__start\"]\n",
        )],
    );
    let daemon = daemon(&scene.home, &repo);
    let mode = "acceptEdits";
    let args = ["run", "Lead\n\n[[script:lead]]", "--agent", "claude", "--mode", mode, "--json"];
    json_of(&scene.home, &repo, &args);
    wait_told(&server, "lead", "T2 is started with claude");
    wait::until("the other file", || {
        let changes = daemon.get("/api/changesets").json();
        changes.to_string().contains("b.txt").then_some(())
    });
    server.release("written");
    wait_told(&server, "lead", "+other");
    let call = wait_call(&daemon, "Shall it land?");
    wait::until("the end of the turn", || {
        let session = daemon.get("/api/sessions/S1").json();
        (session["session"]["facts"]["turn"]["is"] == "idle").then_some(())
    });
    answer(&daemon, &call, "Land it.");
    wait_told(&server, "lead", &format!("your user answered {call}"));
    for task in ["T1", "T2"] {
        json_of(&scene.home, &repo, &["stop", task, "--json"]);
    }
}

#[test]
fn a_codex_that_asks_its_user_is_not_kept_from_callboards_tools() {
    let server = ModelServer::with([Script::new("who")
        .turn(Turn::text("Where?").tool_in(CODEXS, "where_am_i", nothing()))
        .turn(Turn::text("Claim.").tool_in(CODEXS, "claim", json!({"paths": ["src/**"]})))
        .turn(Turn::text("Done."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let _daemon = connected(&home, &agents, &repo, "codex");
    let client = agents.codex(&home).cwd(repo.path()).app_server();
    let thread = client.start_thread(repo.path());
    client.start_turn(&thread, "Begin [[script:who]]");
    client.wait_turn_completed(&thread);
    wait_told(&server, "who", "You are S1 (codex)");
    wait_told(&server, "who", "claimed; nobody");
}
