use callboard_testkit::agents::CodexClient;
use callboard_testkit::{Agents, HermeticHome, ModelServer, Repo, Script, Turn};
use serde_json::json;

const APPROVAL: &str = "item/commandExecution/requestApproval";

fn escape() -> Script {
    let input = json!({
        "cmd": "echo one", "sandbox_permissions": "require_escalated",
        "justification": "May I leave the sandbox?",
    });
    Script::new("escape")
        .turn(Turn::text("Asking.").tool("exec_command", input))
        .turn(Turn::text("It said {{last_result}}."))
}

#[test]
fn a_prompt_runs_to_its_end() {
    let patch = "*** Begin Patch\n*** Add File: made.txt\n+from the agent\n*** End Patch\n";
    let server = ModelServer::with([Script::new("patch")
        .turn(Turn::text("Patching.").thinking("hm").custom_tool("apply_patch", patch))
        .turn(Turn::silent().tool("exec_command", json!({"cmd": "cat made.txt; exit 3"})))
        .turn(Turn::text("Done in {{cwd}}."))]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let finished = agents.codex(&home).cwd(repo.path()).exec("do it [[script:patch]]");
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let lines = finished.json_lines();
    let said = lines.iter().rfind(|l| l["item"]["type"] == "agent_message").unwrap();
    assert_eq!(said["item"]["text"], format!("Done in {}.", repo.path().display()));
    let ran = lines.iter().rfind(|l| l["item"]["type"] == "command_execution").unwrap();
    assert_eq!(ran["item"]["exit_code"], 3, "{ran}");
    assert_eq!(repo.read("made.txt"), "from the agent\n");
}

#[test]
fn the_app_server_asks_and_is_answered() {
    let server = ModelServer::with([
        escape(),
        Script::new("slow").turn(Turn::text("One two three four five six.").gate_mid_text("half")),
    ]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let client = agents.codex(&home).cwd(repo.path()).app_server();
    let thread = client.start_thread(repo.path());
    client.start_turn(&thread, "[[script:escape]]");
    let request = client.wait_request();
    assert_eq!(request.method, APPROVAL);
    client.accept(&request);
    assert_eq!(client.wait_turn_completed(&thread)["status"], "completed");
    assert!(last_words(&client).contains("one"), "{}", last_words(&client));

    let turn = client.start_turn(&thread, "[[script:slow]]");
    server.wait_until_held("half");
    client.interrupt(&thread, &turn);
    assert_eq!(client.wait_turn_completed(&thread)["status"], "interrupted");
}

#[test]
fn a_second_client_of_the_socket_answers_for_the_first() {
    let server = ModelServer::with([escape()]);
    let home = HermeticHome::new().with_model_server(&server);
    let repo = Repo::new(&home);
    let agents = Agents::reserve(1);
    let app_server = agents.codex(&home).cwd(repo.path()).app_server_on_socket();
    let first = app_server.connect();
    let thread = first.start_thread(repo.path());
    first.start_turn(&thread, "[[script:escape]]");
    first.wait_request();

    let second = app_server.connect();
    second.resume(&thread);
    let request = second.wait_request();
    assert_eq!(request.method, APPROVAL);
    second.decline(&request);
    assert_eq!(first.wait_turn_completed(&thread)["status"], "completed");
    assert!(last_words(&first).contains("rejected"), "{}", last_words(&first));
}

fn last_words(client: &CodexClient) -> String {
    let messages = client.messages();
    let said = messages.iter().rfind(|m| {
        m["method"] == "item/completed" && m["params"]["item"]["type"] == "agentMessage"
    });
    said.and_then(|m| m["params"]["item"]["text"].as_str()).unwrap_or_default().to_owned()
}
