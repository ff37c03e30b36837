//! `callboard mcp`, as an agent runs it: messages of the protocol on standard input, answers on standard output.

mod again;
mod asking;
mod callers;
mod related;
mod remember;
mod tools;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, wait};
use serde_json::{Value, json};

use crate::transcripts::{Claude, append};

/// What waits longer never comes.
const WAIT: Duration = Duration::from_secs(30);

/// Answers that wait to be read.
const ANSWERS: usize = 16;

/// An agent's end of the server.
struct Agent {
    process: Child,
    input: ChildStdin,
    said: Receiver<Value>,
}

impl Agent {
    fn start(callboard: &Callboard<'_>, home: &HermeticHome, session: &str) -> Self {
        Self::of("claude", callboard, home, session)
    }

    fn of(agent: &str, callboard: &Callboard<'_>, home: &HermeticHome, session: &str) -> Self {
        let socket = home.callboard_home().join("run/callboard.sock");
        let mut command = callboard.command();
        command.args(["mcp", agent]).arg(socket).env("CLAUDE_CODE_SESSION_ID", session);
        Self::run(command.stdin(Stdio::piped()).stdout(Stdio::piped()))
    }

    fn run(command: &mut Command) -> Self {
        let mut process = command.spawn().unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let (told, said) = sync_channel(ANSWERS);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = told.send(serde_json::from_str(&line).unwrap());
            }
        });
        Self { process, input, said }
    }

    fn say(&mut self, id: u64, method: &str, params: &Value) {
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        writeln!(self.input, "{message}").unwrap();
    }

    fn ask(&mut self, id: u64, method: &str, params: &Value) -> Value {
        self.say(id, method, params);
        self.hear(id)
    }

    fn hear(&self, id: u64) -> Value {
        let answer = self.said.recv_timeout(WAIT).unwrap();
        assert_eq!(answer["id"], id, "{answer:#}");
        answer
    }

    /// What a tool says, and whether that is a refusal.
    fn call(&mut self, id: u64, tool: &str, arguments: &Value) -> (String, bool) {
        self.say(id, "tools/call", &json!({"name": tool, "arguments": arguments}));
        self.result(id)
    }

    fn result(&self, id: u64) -> (String, bool) {
        let answer = self.hear(id);
        let text = answer["result"]["content"][0]["text"].as_str().unwrap().to_owned();
        (text, answer["result"]["isError"] == true)
    }

    /// What a tool says that is not refused.
    fn done(&mut self, id: u64, tool: &str, arguments: &Value) -> String {
        let (said, refused) = self.call(id, tool, arguments);
        assert!(!refused, "{said}");
        said
    }

    /// What a tool says that is refused.
    fn refused(&mut self, id: u64, tool: &str, arguments: &Value) -> String {
        let (said, refused) = self.call(id, tool, arguments);
        assert!(refused, "{said}");
        said
    }

    fn begin(&mut self) -> Value {
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"}});
        let answer = self.ask(0, "initialize", &hello);
        writeln!(self.input, r#"{{"jsonrpc":"2.0","method":"notifications/initialized"}}"#)
            .unwrap();
        answer
    }
}

#[test]
fn an_agent_asks_claims_and_hears_of_others_and_outlives_a_daemon() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("a.txt", "1\n")]);
    let other = repo.worktree("other");
    let mut daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let session = Claude::new("11111111-2222-4333-8444-555555555555", repo.path());
    append(&session.path(&home), session.prompt(1, "Mend the file").as_bytes());
    other.write("a.txt", "2\n");
    wait::until("both", || {
        let sessions = daemon.get("/api/sessions").json();
        let changes = daemon.get("/api/changesets").json();
        let is_there = !sessions["sessions"].as_array().unwrap().is_empty();
        (is_there && changes.as_array().unwrap().len() == 1).then_some(())
    });
    let callboard = Callboard::built(&home).cwd(repo.path());
    let mut agent = Agent::start(&callboard, &home, "11111111-2222-4333-8444-555555555555");
    let hello = agent.begin();
    assert_eq!(hello["result"]["serverInfo"]["name"], "callboard", "{hello:#}");
    let tools = agent.ask(1, "tools/list", &json!({}));
    let names: Vec<&str> = tools["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    let all = ["where_am_i", "search", "read", "task", "ask", "remember", "tell", "report"];
    assert_eq!(names[..8], all);
    assert_eq!(names[8..], ["changes", "conflicts", "claim", "commit"]);
    assert_eq!(agent.call(2, "changes", &json!({})), ("other : 1 files, +1 -1\n".into(), false));
    let (claimed, refused) = agent.call(3, "claim", &json!({"paths": ["a.txt"]}));
    assert!(claimed.starts_with("claimed"), "{claimed}");
    assert!(!refused);
    let claims = daemon.get("/api/claims").json();
    assert_eq!((&claims[0]["name"], &claims[0]["pattern"]), (&json!("S1"), &json!("a.txt")));
    // What others do meanwhile stands behind the next answer, once.
    assert_eq!(callboard.run(["task", "new", "Rewrite it"]).code, Some(0));
    assert_eq!(callboard.run(["claim", "a.txt", "--task", "T1"]).code, Some(0));
    let (told, _) = agent.call(8, "conflicts", &json!({}));
    assert!(told.contains("Callboard tells you: T1"), "{told}");
    assert!(!agent.call(9, "conflicts", &json!({})).0.contains("Callboard tells you"));
    assert_eq!(agent.call(4, "claim", &json!({"paths": []})).0, "1 claims taken back");
    let (said, refused) = agent.call(5, "fly", &json!({}));
    assert_eq!((said.as_str(), refused), ("there is no tool fly; nothing was done", true));
    daemon.kill_9();
    daemon.start_again();
    assert_eq!(agent.call(6, "changes", &json!({})).0, "other : 1 files, +1 -1\n");
    daemon.stop();
    let listed = agent.ask(7, "tools/list", &json!({}));
    assert_eq!(listed["result"]["tools"].as_array().unwrap().len(), 12, "{listed:#}");
    let away = agent.ask(10, "tools/call", &json!({"name": "where_am_i", "arguments": {}}));
    assert!(away["error"]["message"].as_str().unwrap().contains("`callboard up`"), "{away:#}");
    drop(agent.input);
    assert!(agent.process.wait().unwrap().success());
    // Who it is not known is told how to do it otherwise.
    let _daemon = Daemon::of(callboard.clone(), &[]);
    let mut stranger = Agent::start(&callboard, &home, "");
    stranger.begin();
    let (said, refused) = stranger.call(1, "commit", &json!({"message": "Mend"}));
    assert!(refused && said.contains("which session you are is not known"), "{said}");
    drop(stranger.input);
    assert!(stranger.process.wait().unwrap().success());
}
