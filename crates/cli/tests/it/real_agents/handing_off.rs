//! Work that one real agent leaves and the other takes over, uncommitted files and all.

use callboard_testkit::{ModelServer, Script, Turn, wait};
use serde_json::{Value, json};

use super::Rows;
use super::owned::{Scene, daemon, json_of};

/// How an agent runs a command, and the mode in which it does so unasked.
struct Player {
    agent: &'static str,
    mode: &'static str,
    runs: fn(Turn, &str) -> Turn,
}

const CLAUDE: Player = Player {
    agent: "claude",
    mode: "acceptEdits",
    runs: |turn, command| {
        turn.tool("Bash", json!({"command": command, "description": "Run a command"}))
    },
};

const CODEX: Player = Player {
    agent: "codex",
    mode: "never/danger-full-access",
    runs: |turn, command| turn.tool("exec_command", json!({"cmd": command})),
};

fn hands_over(from: &Player, to: &Player) {
    let first = (from.runs)(Turn::text("I write it."), "printf 'CREATE TABLE user;' > model.sql");
    let second = (to.runs)(Turn::text("I look."), "cat model.sql && printf ok > seen.txt");
    let server = ModelServer::with([
        Script::new("design").turn(first).turn(Turn::text("The table is drafted.")),
        Script::new("takeover").turn(second).turn(Turn::text("The draft is taken over.")),
    ]);
    let scene = Scene::new(&server, 2);
    let settings = json!({"permissions": {"allow": ["Bash"]}});
    std::fs::write(scene.home.claude_config_dir().join("settings.json"), settings.to_string())
        .unwrap();
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    let words = "Design the user table; ids are text, never numbers [[script:design]]";
    let args = ["run", words, "--agent", from.agent, "--mode", from.mode, "--json"];
    json_of(&scene.home, &repo, &args);
    let row = rows.wait("the draft", |row| {
        row["state"] == "ready" && row["activity"].as_str().is_some_and(|a| a.contains("drafted"))
    });
    let (id, cwd) = (row["id"].as_str().unwrap(), row["cwd"].as_str().unwrap());
    let words = "Add the index. [[script:takeover]]";
    let handed = json_of(
        &scene.home,
        &repo,
        &["handoff", id, "--to", to.agent, "--mode", to.mode, "--prompt", words, "--json"],
    );
    assert_eq!(handed["owned"]["follows"], *id, "{handed:#}");
    assert_eq!(handed["owned"]["cwd"], *cwd);
    assert_eq!(handed["stays_open"], false);
    let brief = handed["brief"]["markdown"].as_str().unwrap();
    assert!(brief.contains("ids are text, never numbers"), "{brief}");
    let lines = handed["brief"]["sections"].as_array().unwrap().iter();
    let lines = lines.flat_map(|section| section["lines"].as_array().unwrap());
    assert!(lines.clone().all(|line| line["cites"].as_array().is_some_and(|c| !c.is_empty())));
    // What it left uncommitted is there, and the other was told by the brief.
    wait::until("the work goes on", || {
        std::fs::read_to_string(format!("{cwd}/seen.txt")).ok().filter(|text| text == "ok")
    });
    let told = server.played("takeover").into_iter().any(|call| {
        let asked = call.body.to_string();
        asked.contains("Go on with the work of") && asked.contains("ids are text, never numbers")
    });
    assert!(told);
    let first = daemon.get(&format!("/api/sessions/{id}")).json();
    assert_eq!(first["session"]["owned"]["state"], "ended", "{:#}", first["session"]);
    let successor = wait::until("the successor", || {
        let detail = daemon.get(&format!("/api/sessions/{id}")).json();
        detail["followed_by"].get(0).map(|view| view["id"].clone())
    });
    let successor = successor.as_str().unwrap().to_owned();
    let detail = wait::until("its end", || {
        let detail = daemon.get(&format!("/api/sessions/{successor}")).json();
        (detail["session"]["state"] == "ready").then_some(detail)
    });
    assert_eq!(detail["follows"]["id"], *id);
    assert_eq!(detail["session"]["task"], "T1");
    // The words of its user, not those of the brief, are what it was directed to.
    let again = brief_of(&daemon.get(&format!("/api/brief?of={successor}")).json());
    assert!(again.contains("Add the index") && again.contains("ids are text"), "{again}");
    assert_eq!(again.matches("Quoted from the records").count(), 1, "{again}");
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
}

fn brief_of(brief: &Value) -> String {
    brief["markdown"].as_str().unwrap().to_owned()
}

#[test]
fn codex_takes_over_from_claude() {
    hands_over(&CLAUDE, &CODEX);
}

#[test]
fn claude_takes_over_from_codex() {
    hands_over(&CODEX, &CLAUDE);
}
