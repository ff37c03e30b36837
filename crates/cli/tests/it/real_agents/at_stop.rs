//! Agents that are asked once, as they stop, what they decided.

use callboard_testkit::{Agents, Callboard, Daemon, HermeticHome, ModelServer, Repo, Script, Turn};
use serde_json::{Value, json};

use super::Rows;
use super::owned::{Scene, daemon, json_of};

const ALLOWS: &str = "[context]\nask_at_stop = true\n";
const ASKED: &str = "Callboard asks once, before you stop";

/// A decision with a quote that is right and one that is not.
fn decision() -> Value {
    json!({"what": "decision", "title": "Ids of users are text", "why": "Two customers have letters in theirs.",
        "quotes": [{"text": "customers have\nletters in their ids"}, {"source": "S1#1", "text": "the moon is made of cheese"}]})
}

/// Whether the model was asked, and how many turns it has had.
fn asked(server: &ModelServer, script: &str) -> (bool, usize) {
    let played = server.played(script);
    let is_asked = played.iter().any(|one| one.body.to_string().contains(ASKED));
    (is_asked, played.len())
}

fn script(name: &str, work: Turn, keeps: Option<Turn>) -> Script {
    let script = Script::new(name).turn(work).turn(Turn::text(&format!("The {name} is drafted.")));
    match keeps {
        Some(keeps) => script.turn(keeps).turn(Turn::text("Kept.")),
        None => script,
    }
}

/// What the files and the briefs say of it afterwards.
fn has_kept(scene: &HermeticHome, repo: &Repo<'_>) {
    let decided = json_of(scene, repo, &["decision", "show", "D1", "--json"]);
    assert_eq!(decided["by"]["session"], "S1", "{decided:#}");
    let text = decided["text"].as_str().unwrap();
    assert!(text.contains("\nunproven: quotes (1 of 2)\n"), "{text}");
    let sources = decided["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 1, "{sources:?}");
    let brief = Callboard::built(scene).cwd(repo.path()).run(["brief", "S1"]).stdout;
    assert!(brief.contains("It said last: \u{201c}The model is drafted.\u{201d}"), "{brief}");
    assert!(brief.contains("- Ids of users are text (S1's word)"), "{brief}");
    assert!(!brief.contains("asks once"), "{brief}");
}

fn owned_is_asked_once(agent: &str, mode: &str, work: [Turn; 2], keeps: Turn) {
    let [first, second] = work;
    let server =
        ModelServer::with([script("model", first, Some(keeps)), script("index", second, None)]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    repo.commit("Allow it", &[("callboard.toml", ALLOWS)]);
    let mut daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    let prompt = "Two customers have letters in their ids [[script:model]]";
    json_of(&scene.home, &repo, &["run", prompt, "--agent", agent, "--mode", mode, "--json"]);
    let row = rows.wait("the draft", |row| {
        row["state"] == "ready" && row["activity"].as_str().is_some_and(|a| a.contains("drafted"))
    });
    assert_eq!(asked(&server, "model"), (true, 4));
    assert!(row["goal"].as_str().unwrap().contains("customers"), "{row:#}");
    has_kept(&scene.home, &repo);
    daemon.kill_9();
    daemon.start_again();
    let mut rows = Rows::of(&daemon);
    let session = row["id"].as_str().unwrap();
    json_of(&scene.home, &repo, &["send", session, "Now the index [[script:index]]", "--json"]);
    rows.wait("the index", |row| {
        row["state"] == "ready"
            && row["activity"].as_str().is_some_and(|a| a.contains("The index is drafted"))
    });
    assert_eq!(server.played("index").len(), 2);
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
}

fn writes(name: &str) -> Turn {
    let input = json!({"file_path": format!("{{{{cwd}}}}/{name}"), "content": "text\n"});
    Turn::text("I write.").tool("Write", input)
}

#[test]
fn claude_code_that_was_started_here_is_asked_once_over_a_crash() {
    let keeps = Turn::text("I keep that.").tool("mcp__callboard__remember", decision());
    let work = [writes("model.sql"), writes("index.sql")];
    owned_is_asked_once("claude", "acceptEdits", work, keeps);
}

fn patch(name: &str) -> Turn {
    let patch = format!("*** Begin Patch\n*** Add File: {name}\n+text\n*** End Patch\n");
    Turn::text("I write.").custom_tool("apply_patch", &patch)
}

#[test]
fn codex_that_was_started_here_is_asked_once_over_a_crash() {
    let keeps = Turn::text("I keep that.").tool_in("mcp__callboard", "remember", decision());
    let work = [patch("model.sql"), patch("index.sql")];
    owned_is_asked_once("codex", "never/danger-full-access", work, keeps);
}

/// A home in which an agent is connected, as its user does it.
fn connected<'a>(
    home: &'a HermeticHome,
    agents: &Agents,
    repo: &Repo<'_>,
    agent: &str,
) -> Daemon<'a> {
    repo.commit("Begin", &[("callboard.toml", ALLOWS)]);
    agents.link_into(home);
    let daemon = Daemon::of(Callboard::built(home).cwd(repo.path()), &[]);
    let connected = daemon.callboard().run(["connect", agent, "--yes"]);
    assert_eq!(connected.code, Some(0), "{}{}", connected.stdout, connected.stderr);
    daemon
}

#[test]
fn a_users_own_claude_code_is_asked_as_it_stops_and_a_headless_one_is_not() {
    let keeps =
        Turn::text("I keep that.").tool("mcp__plugin_callboard_callboard__remember", decision());
    let server = ModelServer::with([
        script("model", writes("model.sql"), Some(keeps)),
        script("print", writes("print.sql"), None),
    ]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let daemon = connected(&home, &agents, &repo, "claude");
    let mut rows = Rows::of(&daemon);
    let tui =
        agents.claude(&home).cwd(repo.path()).args(["--permission-mode", "acceptEdits"]).tui();
    tui.prompt("Two customers have letters in their ids [[script:model]]");
    rows.wait("the draft", |row| {
        row["state"] == "ready" && row["activity"].as_str().is_some_and(|a| a.contains("drafted"))
    });
    has_kept(&home, &repo);
    assert_eq!(asked(&server, "model"), (true, 4));
    drop(tui);
    let finished = agents.claude(&home).cwd(repo.path()).print("Print it [[script:print]]");
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert_eq!(asked(&server, "print"), (false, 2));
}
