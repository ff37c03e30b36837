//! What one agent decided is told to another whose work it bears on, without asking, where their user allows it.

use callboard_testkit::{Daemon, ModelServer, Repo, Script, Turn, wait};
use serde_json::{Value, json};

use super::Rows;
use super::owned::{Scene, daemon, json_of};

/// How an agent writes a file, looks at it and uses Callboard's tools, and the mode in which it works unasked.
struct Player {
    agent: &'static str,
    mode: &'static str,
    tool: fn(Turn, &str, Value) -> Turn,
    writes: fn(&str) -> Turn,
    looks: fn() -> Turn,
}

const CLAUDE: Player = Player {
    agent: "claude",
    mode: "acceptEdits",
    tool: |turn, name, input| turn.tool(&format!("mcp__callboard__{name}"), input),
    writes: |content| {
        Turn::text("I write.").tool("Write", json!({"file_path": "model.sql", "content": content}))
    },
    looks: || Turn::text("I look.").tool("Read", json!({"file_path": "model.sql"})),
};

const CODEX: Player = Player {
    agent: "codex",
    mode: "never/danger-full-access",
    tool: |turn, name, input| turn.tool_in("mcp__callboard", name, input),
    writes: |content| {
        let patch =
            format!("*** Begin Patch\n*** Add File: model.sql\n+{content}\n*** End Patch\n");
        Turn::text("I write.").custom_tool("apply_patch", &patch)
    },
    looks: || Turn::text("I look.").tool("exec_command", json!({"cmd": "cat model.sql"})),
};

const TITLE: &str = "Ids of users are text";
const TELLS: &str = "others' work here, which may bear on yours";

fn first(player: &Player) -> Script {
    let decision = json!({"what": "decision", "title": TITLE,
        "why": "Two customers have letters in theirs.", "files": ["model.sql"]});
    Script::new("first")
        .turn((player.tool)(Turn::text("I keep that."), "remember", decision))
        .turn(Turn::text("The model is drafted."))
}

fn second(player: &Player) -> Script {
    let looks = player.looks;
    Script::new("second")
        .turn((player.writes)("create table users (id text);"))
        .turn(looks().gate("second"))
        .turn(looks())
        .turn(looks())
        .turn(Turn::text("The migration is written."))
}

fn start(scene: &Scene, repo: &Repo<'_>, name: &str, player: &Player) {
    let work = format!("Work on the users, {name} part [[script:{name}]]");
    let args = ["run", &work, "--agent", player.agent, "--mode", player.mode, "--json"];
    json_of(&scene.home, repo, &args);
}

/// What the second session says is related, once its work is known.
fn related(daemon: &Daemon<'_>) -> Value {
    wait::until("what is related", || {
        let related = daemon.get("/api/related?session=S2").json();
        (!related["items"].as_array()?.is_empty()).then_some(related)
    })
}

/// Plays both sessions; gives the last that the second one's model was told, and the second one's transcript.
fn played(former: &Player, later: &Player, is_allowed: bool) -> (String, String) {
    let server = ModelServer::with([first(former), second(later)]);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let allowed = format!("[context]\ntell_agents = {is_allowed}\n");
    repo.commit("Allow it", &[("callboard.toml", &allowed)]);
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    start(&scene, &repo, "first", former);
    rows.wait("the draft", |row| {
        row["state"] == "ready" && row["activity"].as_str().is_some_and(|a| a.contains("drafted"))
    });
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
    start(&scene, &repo, "second", later);
    server.wait_until_held("second");
    let told = related(&daemon);
    assert_eq!(told["items"][0]["note"], "D1", "{told:#}");
    server.release("second");
    rows.wait("the migration", |row| {
        row["task"] == "T2" && row["activity"].as_str().is_some_and(|a| a.contains("is written"))
    });
    let last = server.played("second").last().map(|one| one.body.to_string()).unwrap_or_default();
    let row = daemon.get("/api/sessions/S2").json();
    let file = transcript(&scene, &row);
    let text = std::fs::read_to_string(file).unwrap();
    json_of(&scene.home, &repo, &["stop", "T2", "--json"]);
    (last, text)
}

/// The file of a session, by its agent's name for it.
fn transcript(scene: &Scene, row: &Value) -> String {
    let native = row["session"]["agent_session_id"].as_str().unwrap();
    let mut open = vec![scene.home.claude_config_dir(), scene.home.codex_home()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                open.push(path);
            } else if name.contains(native) && name.ends_with(".jsonl") {
                return path.to_string_lossy().into_owned();
            }
        }
    }
    panic!("no transcript of {native}");
}

fn is_told_once(former: &Player, later: &Player) {
    let (last, transcript) = played(former, later, true);
    assert_eq!(last.matches(TELLS).count(), 1, "{last}");
    assert!(last.contains(TITLE) && last.contains("about `model.sql`"), "{last}");
    assert!(transcript.contains(TELLS) && transcript.contains(TITLE), "{transcript}");
}

#[test]
fn claude_is_told_once_of_what_codex_decided() {
    is_told_once(&CODEX, &CLAUDE);
}

#[test]
fn codex_is_told_once_of_what_claude_decided() {
    is_told_once(&CLAUDE, &CODEX);
}

#[test]
fn nothing_is_told_where_the_user_does_not_allow_it() {
    for player in [&CLAUDE, &CODEX] {
        let (last, transcript) = played(&CLAUDE, player, false);
        assert!(!last.contains(TELLS) && !transcript.contains(TELLS), "{last}");
        assert!(!transcript.is_empty());
    }
}
