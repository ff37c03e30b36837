//! A session whose words its user's own agent reads: what it quotes rightly is told, and the rest is counted.

use callboard_testkit::{Callboard, Daemon, ModelServer, Repo, Script, Turn, wait};
use serde_json::{Value, json};

use super::Rows;
use super::owned::{Scene, daemon, json_of};

const SAID: &str = "Numbers are out, as every join would need both. Ids are text from now on.";

/// What the agent answers: a decision with a right quote beside a wrong one, and two statements without a right one.
fn answer(prompt: &str, said: &str) -> String {
    let quote = |source: &str, text: &str| json!({"source": source, "text": text});
    let statements = json!({"statements": [
        {"kind": "decision", "text": "Ids of users are text", "why": "two customers have letters in theirs",
            "quotes": [quote(said, "Ids are text\n from now on"), quote(prompt, "the sky is green today")]},
        {"kind": "ruled_out", "text": "Numbers", "quotes": [quote(said, "as every join would need both")]},
        {"kind": "decision", "text": "Dates are UTC", "quotes": [quote(said, "all dates are UTC")]},
        {"kind": "open", "text": "Who migrates?", "quotes": [quote(prompt, "Ids are text from now on")]},
        {"kind": "mood", "text": "cheerful"}]});
    format!("Here it is:\n```json\n{statements:#}\n```")
}

/// The citation of a session's event of a kind that holds these words.
fn cite(daemon: &Daemon<'_>, kind: &str, words: &str) -> String {
    let event = wait::until(words, || {
        let page = daemon.get("/api/sessions/S1/events?from=start&limit=500").json();
        let events = page["events"].as_array()?.clone();
        events.into_iter().find(|one| one["kind"] == kind && one.to_string().contains(words))
    });
    format!("S1#{}", event["seq"])
}

fn brief(scene: &Scene, repo: &Repo<'_>, args: &[&str]) -> (String, String) {
    let args = ["brief", "S1"].iter().chain(args);
    let told = Callboard::built(&scene.home).cwd(repo.path()).run(args);
    assert_eq!(told.code, Some(0), "{}{}", told.stdout, told.stderr);
    (told.stdout, told.stderr)
}

fn is_read_with(agent: &str) {
    let server = ModelServer::with([Script::new("work").turn(Turn::text(SAID))]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    let prompt = "Two customers have letters in their ids [[script:work]]";
    json_of(&scene.home, &repo, &["run", prompt, "--agent", "claude", "--json"]);
    rows.wait("a session", |row| row["id"] == "S1");
    let (asked, said) = (cite(&daemon, "prompt", "customers"), cite(&daemon, "text", "every join"));
    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
    server.add(Script::new("reads").turn(Turn::text(&answer(&asked, &said))));

    let (before, _) = brief(&scene, &repo, &[]);
    assert!(!before.contains("reading"), "{before}");
    let (told, remarks) = brief(&scene, &repo, &["--with", agent]);
    let decided = format!(
        "- Ids of users are text ({agent}'s reading): two customers have letters in theirs [{said}]\n"
    );
    assert!(told.contains(&decided), "{told}{remarks}");
    assert!(told.contains(&format!("- Numbers ({agent}'s reading) [{said}]\n")), "{told}");
    assert!(!told.contains("UTC") && !told.contains("Who migrates"), "{told}");
    assert!(remarks.contains(&format!("{agent} reads what was said in S1")), "{remarks}");
    assert!(
        remarks.contains("2 statements dropped: their quotes are not in the record"),
        "{remarks}"
    );
    assert!(remarks.contains(&format!("that are not where {agent} said")), "{remarks}");
    // What it was given is what was said, and its run is no session.
    let given = server.played("reads")[0].body.to_string();
    assert!(given.contains(&format!("{asked} user:")) && given.contains("> Numbers are out"));
    let sessions = daemon.get("/api/sessions?limit=50").json();
    assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(1), "{sessions:#}");

    // It is there at once from now on, and read again only when wanted.
    assert!(brief(&scene, &repo, &[]).0.contains(&decided));
    assert!(brief(&scene, &repo, &["--with", agent]).0.contains(&decided));
    assert_eq!(server.played("reads").len(), 1);
    server.add(Script::new("reads").turn(Turn::text("I would rather not.")));
    let (told, remarks) = brief(&scene, &repo, &["--with", agent, "--fresh"]);
    assert!(told.contains(&decided), "{told}");
    assert!(remarks.contains("its answer holds no statements"), "{remarks}");
    let view: Value = daemon.get("/api/brief?of=S1").json();
    assert_eq!((&view["unproven"], &view["readings"][0]["statements"]), (&json!(2), &json!(2)));
}

#[test]
fn claude_code_reads_a_session() {
    is_read_with("claude");
}

#[test]
fn codex_reads_a_session() {
    is_read_with("codex");
}
