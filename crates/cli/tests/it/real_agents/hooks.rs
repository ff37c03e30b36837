//! Sessions that users start themselves: what they ask is answered here, or in their window.

use std::os::unix::fs::symlink;

use callboard_testkit::{
    Agents, Callboard, Daemon, HermeticHome, ModelServer, Repo, Script, Turn, wait,
};
use serde_json::{Value, json};

fn daemon<'a>(home: &'a HermeticHome, repo: &Repo<'_>) -> Daemon<'a> {
    Daemon::of(Callboard::built(home).cwd(repo.path()), &[])
}

fn connect(daemon: &Daemon<'_>, agent: &str) {
    let connected = daemon.callboard().run(["connect", agent, "--yes"]);
    assert_eq!(connected.code, Some(0), "{}{}", connected.stdout, connected.stderr);
}

fn answer(daemon: &Daemon<'_>, args: &[&str]) {
    let answered = daemon.callboard().run(["answer"].iter().chain(args));
    assert_eq!(answered.code, Some(0), "{}{}", answered.stdout, answered.stderr);
}

/// The call that asks this and can be answered here.
fn wait_call(daemon: &Daemon<'_>, question: &str) -> Value {
    wait::until(question, || {
        let inbox = daemon.get("/api/calls").json();
        let calls = inbox["calls"].as_array()?.clone();
        calls.into_iter().find(|call| {
            let asked = call["question"].as_str().is_some_and(|asked| asked.contains(question));
            asked && call["state"] == "open" && call["can_answer"] == true
        })
    })
}

fn wait_over(daemon: &Daemon<'_>, call: &Value) -> Value {
    let path = format!("/api/calls/{}", call["id"].as_str().unwrap());
    wait::until("the end of a call", || {
        let call = daemon.get(&path).json();
        (call["state"] == "closed").then_some(call)
    })
}

fn id(call: &Value) -> &str {
    call["id"].as_str().unwrap()
}

#[test]
fn a_terminal_session_is_answered_here_after_a_crash_and_in_its_window() {
    let touch = |name: &str| json!({"command": format!("touch {name}.txt"), "description": name});
    let asked = json!({"questions": [{"question": "Which colour?", "header": "Colour", "multiSelect": false,
        "options": [{"label": "Red", "description": "warm"}, {"label": "Blue", "description": "cold"}]}]});
    let server = ModelServer::with([Script::new("ask")
        .turn(Turn::text("First.").tool("Bash", touch("one")))
        .turn(Turn::text("Second.").tool("Bash", touch("two")))
        .turn(Turn::text("Third.").tool("Bash", touch("three")))
        .turn(Turn::text("Fourth.").tool("AskUserQuestion", asked))
        .turn(Turn::text("It said: {{last_result}}"))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let mut daemon = daemon(&home, &repo);
    connect(&daemon, "claude");
    let agents = Agents::reserve(1);
    let tui = agents.claude(&home).cwd(repo.path()).args(["--permission-mode", "manual"]).tui();
    tui.prompt("Please [[script:ask]]");

    let first = wait_call(&daemon, "touch one.txt");
    assert!(
        first["window"].as_str().is_some_and(|window| window.starts_with("tmux pane")),
        "{first:#}"
    );
    answer(&daemon, &[id(&first), "yes"]);
    assert_eq!(wait_over(&daemon, &first)["answered_by"], "you");

    let second = wait_call(&daemon, "touch two.txt");
    assert!(repo.path().join("one.txt").exists());
    daemon.kill_9();
    daemon.start_again();
    let again = wait_call(&daemon, "touch two.txt");
    assert_eq!(again["id"], second["id"]);
    answer(&daemon, &[id(&second), "no", "--text", "Not that one."]);
    wait_over(&daemon, &second);

    let third = wait_call(&daemon, "touch three.txt");
    assert!(!repo.path().join("two.txt").exists());
    tui.answer("Do you want to proceed?", "1");
    let over = wait_over(&daemon, &third);
    assert_eq!(over["answered_by"], "the window");
    let late = daemon.callboard().run(["answer", id(&third), "yes"]);
    assert_ne!(late.code, Some(0), "{}", late.stdout);

    let question = wait_call(&daemon, "Which colour?");
    answer(&daemon, &[id(&question), "2"]);
    tui.wait_for_screen("Blue");
    tui.wait_for_status("idle");
    assert!(repo.path().join("three.txt").exists());
    assert_eq!(wait_over(&daemon, &question)["answer"]["option"], "2");
}

#[test]
fn a_headless_session_does_not_wait_for_anybody() {
    let server = ModelServer::with([Script::new("ask")
        .turn(Turn::text("Asking.").tool("Bash", json!({"command": "touch one.txt"})))
        .turn(Turn::text("Done."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let daemon = daemon(&home, &repo);
    connect(&daemon, "claude");
    let agents = Agents::reserve(1);
    let finished = agents.claude(&home).cwd(repo.path()).print("Try [[script:ask]]");
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(!repo.path().join("one.txt").exists());
}

#[test]
fn a_thread_of_the_shared_server_is_answered_here() {
    let input = |name: &str| {
        json!({"cmd": format!("echo {name}"), "sandbox_permissions": "require_escalated",
            "justification": "May I leave the sandbox?"})
    };
    let server = ModelServer::with([Script::new("escape")
        .turn(Turn::text("Asking.").tool("exec_command", input("one")))
        .turn(Turn::text("Again.").tool("exec_command", input("two")))
        .turn(Turn::text("It said {{last_result}}."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    agents.link_into(&home);
    let daemon = daemon(&home, &repo);
    connect(&daemon, "codex");
    let app_server = agents.codex(&home).cwd(repo.path()).app_server_on_socket();
    // Where the agent's own daemon listens.
    let control = home.codex_home().join("app-server-control");
    std::fs::create_dir_all(&control).unwrap();
    symlink(app_server.socket(), control.join("app-server-control.sock")).unwrap();
    let client = app_server.connect();
    let thread = client.start_thread(repo.path());
    client.start_turn(&thread, "Leave [[script:escape]]");

    let first = wait_call(&daemon, "echo one");
    client.wait_request();
    answer(&daemon, &[id(&first), "yes"]);
    assert_eq!(wait_over(&daemon, &first)["answered_by"], "you");

    let second = wait_call(&daemon, "echo two");
    let request = client.wait_request();
    client.accept(&request);
    client.wait_turn_completed(&thread);
    assert_eq!(wait_over(&daemon, &second)["answered_by"], "the window");
}

#[test]
fn a_thread_that_only_its_window_can_answer_says_so() {
    let input = json!({"cmd": "echo one", "sandbox_permissions": "require_escalated",
        "justification": "May I leave the sandbox?"});
    let server = ModelServer::with([Script::new("escape")
        .turn(Turn::text("Asking.").tool("exec_command", input))
        .turn(Turn::text("It said {{last_result}}."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    agents.link_into(&home);
    let daemon = daemon(&home, &repo);
    connect(&daemon, "codex");
    let client = agents.codex(&home).cwd(repo.path()).app_server();
    let thread = client.start_thread(repo.path());
    client.start_turn(&thread, "Leave [[script:escape]]");
    let request = client.wait_request();
    let call = wait::until("a call", || {
        let inbox = daemon.get("/api/calls").json();
        inbox["calls"].as_array()?.iter().find(|call| call["kind"] == "permission").cloned()
    });
    assert_eq!((call["can_answer"].as_bool(), call["state"].as_str()), (Some(false), Some("open")));
    let refused = daemon.callboard().run(["answer", id(&call), "yes"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    assert!(refused.stderr.contains("can only be answered in"), "{}", refused.stderr);
    client.accept(&request);
    client.wait_turn_completed(&thread);
    wait_over(&daemon, &call);
}
