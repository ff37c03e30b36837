use callboard_testkit::{Agents, Daemon, HermeticHome, ModelServer, Repo, Script, Turn};
use serde_json::json;

use super::{Rows, count, kinds};

fn daemon<'a>(home: &'a HermeticHome, repo: &Repo<'_>) -> Daemon<'a> {
    Daemon::of(callboard_testkit::Callboard::built(home).cwd(repo.path()), &[])
}

#[test]
fn a_session_is_seen_at_work_waiting_and_at_its_end() {
    let command =
        json!({"command": "printf 'made' > made.txt; cat made.txt", "description": "Make a file"});
    let server = ModelServer::with([
        Script::new("work")
            .turn(Turn::text("I will make the file.").tool("Bash", command))
            .turn(Turn::text("The file says {{last_result}}.").gate("end")),
        Script::new("again").turn(Turn::text("Once more.")),
    ]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let daemon = daemon(&home, &repo);
    let mut rows = Rows::of(&daemon);
    let agents = Agents::reserve(1);
    let claude = agents.claude(&home).cwd(repo.path());

    let session = claude.session();
    session.prompt("Make the file made.txt [[script:work]]");
    let permission = session.wait_permission();
    let row = rows.wait_for_state("needs_you");
    assert_eq!(row["waiting_for"], "permission prompt", "{row:#}");
    assert_eq!(row["agent_session_id"], session.session_id().as_str());
    assert_eq!(row["workspace"], "W1");
    session.allow(&permission);
    server.wait_until_held("end");
    let row = rows.wait("the command's end", |row| {
        row["state"] == "working"
            && kinds(&daemon, &row["id"]).last().is_some_and(|k| k == "result")
    });
    assert!(row["goal"].as_str().is_some_and(|goal| goal.contains("made.txt")), "{row:#}");
    server.release("end");
    session.wait_idle();
    let row = rows.wait_for_state("ready");
    assert!(session.close().success());
    rows.wait_for_state("ended");
    assert_eq!(kinds(&daemon, &row["id"]), ["prompt", "text", "command", "result", "text"]);

    let resumed = claude.resume(row["agent_session_id"].as_str().unwrap()).session();
    resumed.prompt("And again [[script:again]]");
    resumed.wait_idle();
    let again = rows.wait("its words", |row| row["state"] == "ready");
    assert_eq!((&again["id"], count(&daemon)), (&row["id"], 1));
    assert_eq!(kinds(&daemon, &row["id"])[5..], ["prompt", "text"]);
}

#[test]
fn a_turn_that_is_broken_off_and_a_process_that_is_killed_are_interrupted() {
    let slow = |name| {
        Script::new(name).turn(Turn::text("One two three four five six.").gate_mid_text(name))
    };
    let server = ModelServer::with([slow("first"), slow("second")]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let daemon = daemon(&home, &repo);
    let mut rows = Rows::of(&daemon);
    let agents = Agents::reserve(1);
    let session = agents.claude(&home).cwd(repo.path()).session();
    session.prompt("Count [[script:first]]");
    server.wait_until_held("first");
    rows.wait_for_state("working");
    session.interrupt();
    session.wait_idle();
    rows.wait_for_state("interrupted");
    session.prompt("Count on [[script:second]]");
    server.wait_until_held("second");
    rows.wait_for_state("working");
    session.kill_9();
    rows.wait_for_state("interrupted");
    assert_eq!(count(&daemon), 1);
}

#[test]
fn a_session_that_enters_a_worktree_is_one_session() {
    let server = ModelServer::with([Script::new("enter")
        .turn(Turn::text("I take a worktree.").tool("EnterWorktree", json!({"name": "side"})))
        .turn(Turn::text("I am in {{cwd}} now."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let daemon = daemon(&home, &repo);
    let mut rows = Rows::of(&daemon);
    let agents = Agents::reserve(1);
    let args = ["--permission-mode", "bypassPermissions"];
    let session = agents.claude(&home).cwd(repo.path()).args(args).env("IS_SANDBOX", "1").session();
    session.prompt("Work beside [[script:enter]]");
    session.wait_idle();
    let row = rows.wait("the worktree", |row| {
        row["state"] == "ready" && row["cwd"].as_str().is_some_and(|cwd| cwd.ends_with("side"))
    });
    assert_eq!((row["workspace"].as_str(), count(&daemon)), (Some("W1"), 1), "{row:#}");
    let words = kinds(&daemon, &row["id"]);
    assert_eq!(words.iter().filter(|kind| *kind == "text").count(), 2, "{words:?}");
}
