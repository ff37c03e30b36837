//! What the tools cost an agent: time of a call, memory of the process, and what stands in the context of the model.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use callboard_model::brief::tokens;
use callboard_testkit::history::PlantedSession;
use callboard_testkit::{Callboard, HermeticHome};
use serde_json::{Value, json};

use super::super::figure::{Figure, quantile};
use super::super::floor::proportional_megabytes;

/// Calls of each tool.
const TIMES: usize = 200;

/// Measures `callboard mcp` in the name of one of the sessions, beside a server that does nothing.
pub(super) fn measure(
    binary: &Path,
    home: &HermeticHome,
    sessions: &[PlantedSession],
) -> Vec<Figure> {
    let Some(session) = sessions.iter().find(|session| session.agent == "claude") else {
        return Vec::new();
    };
    let mut command = Callboard::new(home, binary).command();
    let socket = home.callboard_home().join("run/callboard.sock");
    command.args(["mcp", "claude"]).arg(socket).env("CLAUDE_CODE_SESSION_ID", &session.native);
    let mut server = Server::start(command);
    let mut empty = Command::new(std::env::current_exe().expect("the path of this program"));
    empty.arg("empty-mcp");
    let mut empty = Server::start(empty);
    let told = server.begin();
    empty.begin();
    let word = session.planted[0].words[0].split(' ').next_back().unwrap_or("watcher").to_owned();
    let nothing = empty.calls("nothing", &json!({}));
    let mut figures = Vec::new();
    for (tool, arguments, middle, worst) in [
        ("where_am_i", json!({}), "`where_am_i`, p50", "`where_am_i`, p99"),
        ("search", json!({"query": word}), "`search`, p50", "`search`, p99"),
    ] {
        let mut times = server.calls(tool, &arguments);
        for (name, share) in [(middle, 0.5), (worst, 0.99)] {
            let beside = quantile(&mut nothing.clone(), share);
            figures.push(
                Figure::new(name, quantile(&mut times, share), "ms")
                    .beside("an empty MCP server", Some(beside)),
            );
        }
    }
    figures.push(
        Figure::new("memory of `callboard mcp` (PSS)", server.megabytes(), "MB")
            .beside("an empty MCP server", Some(empty.megabytes())),
    );
    figures.push(Figure::new("instructions and tools", told.len() as f64, "bytes"));
    let by_characters = told.chars().count() as f64 / super::TOKEN_CHARS;
    figures.push(
        Figure::new("instructions and tools, tokens", f64::from(tokens::of(&told)), "")
            .beside("of 3.5 characters", Some(by_characters)),
    );
    figures
}

/// A server of the Model Context Protocol on standard input and output.
pub(super) struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    asked: u64,
}

impl Server {
    pub(super) fn start(mut command: Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server that starts");
        let input = process.stdin.take().expect("its standard input");
        let output = BufReader::new(process.stdout.take().expect("its standard output"));
        Self { process, input, output, asked: 0 }
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let message =
            json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params});
        writeln!(self.input, "{message}").expect("a server that reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a server that answers");
        let answer: Value = serde_json::from_str(&line).expect("an answer in JSON");
        assert_eq!(answer["id"], self.asked, "{answer:#}");
        answer
    }

    /// Begins; what of its instructions and tools goes into a model's context.
    pub(super) fn begin(&mut self) -> String {
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "bench", "version": "1"}});
        let told = self.ask("initialize", &hello);
        writeln!(self.input, r#"{{"jsonrpc":"2.0","method":"notifications/initialized"}}"#)
            .expect("a server that reads");
        let tools = self.ask("tools/list", &json!({}));
        let mut text = told["result"]["instructions"].as_str().unwrap_or_default().to_owned();
        for tool in tools["result"]["tools"].as_array().into_iter().flatten() {
            // What a client gives its model: name, description and parameters.
            let seen = json!({"name": tool["name"], "description": tool["description"],
                "parameters": tool["inputSchema"]});
            text.push('\n');
            text += &seen.to_string();
        }
        text
    }

    /// What a tool says to one call.
    pub(super) fn call(&mut self, tool: &str, arguments: &Value) -> String {
        let answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        assert!(answer["result"]["isError"] != true, "{tool}: {answer:#}");
        answer["result"]["content"][0]["text"].as_str().unwrap_or_default().to_owned()
    }

    /// Milliseconds of each of many calls.
    fn calls(&mut self, tool: &str, arguments: &Value) -> Vec<f64> {
        let params = json!({"name": tool, "arguments": arguments});
        let call = |_| {
            let begun = Instant::now();
            let answer = self.ask("tools/call", &params);
            let took = begun.elapsed().as_secs_f64() * 1e3;
            assert!(answer["result"]["isError"] != true, "{tool}: {answer:#}");
            took
        };
        (0..TIMES).map(call).collect()
    }

    fn megabytes(&self) -> f64 {
        proportional_megabytes(self.process.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The emptiest server: it answers whatever it is asked at once.
pub(crate) fn serve_nothing() {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        if message["id"].is_null() {
            continue;
        }
        let answer = json!({"jsonrpc": "2.0", "id": message["id"],
            "result": {"content": [{"type": "text", "text": ""}]}});
        let _ = writeln!(output, "{answer}").and_then(|()| output.flush());
    }
}
