use std::fs;

use callboard_testkit::agents::live_sessions;
use callboard_testkit::{Agents, HermeticHome, ModelServer, Repo, Script, Turn};
use serde_json::json;

fn write_and_run() -> Script {
    let command = "printf 'from the agent' > made.txt; cat made.txt";
    Script::new("write-and-run")
        .turn(
            Turn::text("Running a command.")
                .thinking("I will run a command.")
                .tool("Bash", json!({"command": command, "description": "Write a file"})),
        )
        .turn(Turn::text("It printed: {{last_result}}"))
}

#[test]
fn a_prompt_runs_to_its_end() {
    let server = ModelServer::with([Script::new("hello").turn(Turn::text("Hello from {{cwd}}."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let finished = agents.claude(&home).cwd(repo.path()).print("hi [[script:hello]]");
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let result = &finished.json_lines()[0];
    assert_eq!(result["result"], format!("Hello from {}.", repo.path().display()));
}

#[test]
fn a_session_asks_is_answered_and_resumes() {
    let server = ModelServer::with([
        write_and_run(),
        Script::new("again").turn(Turn::text("Turn {{n}} again.").gate("again")),
    ]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let claude = agents.claude(&home).cwd(repo.path());

    let session = claude.session();
    session.prompt("Please do it. [[script:write-and-run]]");
    let permission = session.wait_permission();
    assert_eq!(permission.request["tool_name"], "Bash");
    session.wait_for_status("waiting");
    assert_eq!(live_sessions(&home)[0]["waitingFor"], "permission prompt");
    session.allow(&permission);
    session.wait_idle();
    assert_eq!(session.result(), "It printed: from the agent");
    assert_eq!(repo.read("made.txt"), "from the agent");
    let (id, transcript) = (session.session_id(), session.transcript());
    assert!(session.close().success());
    let text = fs::read_to_string(&transcript).unwrap();
    assert!(text.contains("It printed: from the agent"));
    assert_eq!(server.played("write-and-run").len(), 2);

    let resumed = claude.resume(&id).session();
    resumed.prompt("[[script:again]]");
    server.wait_until_held("again");
    server.release("again");
    resumed.wait_idle();
    assert_eq!(resumed.result(), "Turn 0 again.");
    assert_eq!(resumed.session_id(), id);
}

#[test]
fn a_turn_is_denied_and_another_interrupted() {
    let server = ModelServer::with([
        write_and_run(),
        Script::new("slow").turn(Turn::text("One two three four five six.").gate_mid_text("half")),
    ]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let session = agents.claude(&home).cwd(repo.path()).session();

    session.prompt("[[script:write-and-run]]");
    let permission = session.wait_permission();
    session.deny(&permission, "Not now.");
    session.wait_idle();
    assert!(session.result().contains("Not now."), "{}", session.result());
    assert_eq!(repo.status(), "");

    session.prompt("[[script:slow]]");
    server.wait_until_held("half");
    session.interrupt();
    session.wait_idle();
    let result = session.messages().into_iter().rfind(|m| m["type"] == "result").unwrap();
    assert_eq!(result["terminal_reason"], "aborted_streaming", "{result}");
}

#[test]
fn the_terminal_program_waits_for_its_user() {
    let server = ModelServer::with([write_and_run()]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let tui = agents.claude(&home).cwd(repo.path()).args(["--permission-mode", "manual"]).tui();
    tui.prompt("Please [[script:write-and-run]]");
    let entry = tui.wait_for_status("waiting");
    assert_eq!(entry["pid"], tui.pid());
    tui.answer("Do you want to proceed?", "1");
    tui.wait_for_screen("It printed: from the agent");
    assert_eq!(repo.read("made.txt"), "from the agent");
}
