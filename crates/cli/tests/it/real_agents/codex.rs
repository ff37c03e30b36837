use std::os::unix::fs::symlink;

use callboard_testkit::{Agents, Callboard, Daemon, HermeticHome, ModelServer, Repo, Script, Turn};
use serde_json::json;

use super::{Rows, count, kinds};

fn daemon<'a>(home: &'a HermeticHome, repo: &Repo<'_>) -> Daemon<'a> {
    Daemon::of(Callboard::built(home).cwd(repo.path()), &[])
}

#[test]
fn a_run_is_followed_while_it_works() {
    let patch = "*** Begin Patch\n*** Add File: made.txt\n+from the agent\n*** End Patch\n";
    let server = ModelServer::with([Script::new("patch")
        .turn(Turn::text("Patching.").custom_tool("apply_patch", patch))
        .turn(Turn::silent().tool("exec_command", json!({"cmd": "cat made.txt; exit 3"})))
        .turn(Turn::text("All done.").gate("end"))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let daemon = daemon(&home, &repo);
    let mut rows = Rows::of(&daemon);
    let agents = Agents::reserve(1);
    let codex = agents.codex(&home).cwd(repo.path());
    std::thread::scope(|scope| {
        let run = scope.spawn(|| codex.exec("Make the file made.txt [[script:patch]]"));
        server.wait_until_held("end");
        let row = rows.wait("the file", |row| row["files"] == json!(["made.txt"]));
        rows.wait("the command's end", |row| {
            kinds(&daemon, &row["id"]).iter().filter(|kind| *kind == "result").count() == 2
        });
        server.release("end");
        assert_eq!(run.join().unwrap().code, Some(0));
        assert_ne!(row["state"], "ended");
    });
    let row = rows.wait_for_state("ended");
    assert_eq!((row["agent"].as_str(), row["workspace"].as_str()), (Some("codex"), Some("W1")));
    assert_eq!(count(&daemon), 1);
}

#[test]
fn a_thread_of_the_app_server_that_asks_needs_you() {
    let input = json!({"cmd": "echo one", "sandbox_permissions": "require_escalated",
        "justification": "May I leave the sandbox?"});
    let server = ModelServer::with([Script::new("escape")
        .turn(Turn::text("Asking.").tool("exec_command", input))
        .turn(Turn::text("It said {{last_result}}."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let daemon = daemon(&home, &repo);
    let mut rows = Rows::of(&daemon);
    let agents = Agents::reserve(1);
    let app_server = agents.codex(&home).cwd(repo.path()).app_server_on_socket();
    // Where the agent's own daemon listens.
    let control = home.codex_home().join("app-server-control");
    std::fs::create_dir_all(&control).unwrap();
    symlink(app_server.socket(), control.join("app-server-control.sock")).unwrap();
    let client = app_server.connect();
    let thread = client.start_thread(repo.path());
    client.start_turn(&thread, "Leave [[script:escape]]");
    let request = client.wait_request();
    let row = rows.wait_for_state("needs_you");
    assert_eq!(row["agent_session_id"], thread.as_str());
    client.accept(&request);
    client.wait_turn_completed(&thread);
    let row = rows.wait_for_state("ready");
    assert_eq!((row["workspace"].as_str(), count(&daemon)), (Some("W1"), 1), "{row:#}");
}
