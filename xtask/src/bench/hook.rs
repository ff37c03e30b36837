//! `callboard hook`: what it costs an agent, and how fast a question and its answer pass through it.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use callboard_testkit::daemon::EventStream;
use callboard_testkit::{Callboard, Daemon, HermeticHome};
use serde_json::{Value, json};

use super::figure::{Figure, quantile};

/// Runs of each kind.
const RUNS: usize = 200;

/// Questions that are asked and answered.
const QUESTIONS: usize = 100;

/// Runs hooks without a daemon and with one, each beside `/bin/true`; then asks and answers.
pub(super) fn measure(binary: &Path) -> Vec<Figure> {
    let home = HermeticHome::new();
    let told = json!({"session_id": "s", "hook_event_name": "Stop", "cwd": "/"}).to_string();
    let true_ = || Command::new("/bin/true");
    let mut floor = all(&home, true_, &told);
    let mut down = all(&home, || hook(binary, &home), &told);
    let daemon = Daemon::of(Callboard::new(&home, binary), &[]);
    let mut up = all(&home, || hook(binary, &home), &told);
    let (mut shown, mut given) = questions(binary, &home, &daemon);
    let (middle, worst) = (quantile(&mut floor, 0.5), quantile(&mut floor, 0.99));
    let figure = |name, values: &mut Vec<f64>, share, least| {
        Figure::new(name, quantile(values, share), "ms").beside("/bin/true", Some(least))
    };
    vec![
        figure("hook, no daemon, p50", &mut down, 0.5, middle),
        figure("hook, no daemon, p99", &mut down, 0.99, worst),
        figure("hook, an event, p50", &mut up, 0.5, middle),
        figure("hook, an event, p99", &mut up, 0.99, worst),
        figure("inbox, hook started to call announced, p50", &mut shown, 0.5, middle),
        figure("inbox, hook started to call announced, p99", &mut shown, 0.99, worst),
        figure("inbox, answered to the agent has it, p50", &mut given, 0.5, middle),
        figure("inbox, answered to the agent has it, p99", &mut given, 0.99, worst),
    ]
}

fn hook(binary: &Path, home: &HermeticHome) -> Command {
    let mut command = Command::new(binary);
    command.args(["hook", "claude"]).arg(home.callboard_home().join("run/callboard.sock"));
    command
}

/// Milliseconds of each run, from its start to its end.
fn all(home: &HermeticHome, command: impl Fn() -> Command, input: &str) -> Vec<f64> {
    let one = |_| {
        let begun = Instant::now();
        start(home, command(), input).wait().expect("a program that ends");
        begun.elapsed().as_secs_f64() * 1000.0
    };
    (0..RUNS).map(one).collect()
}

fn start(home: &HermeticHome, mut command: Command, input: &str) -> Child {
    home.env(&mut command).env("CLAUDE_CODE_ENTRYPOINT", "cli");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("a program to measure");
    let mut stdin = child.stdin.take().expect("its input");
    // One that reads nothing may have ended.
    let _ = stdin.write_all(input.as_bytes());
    child
}

/// Milliseconds from a hook's start to the announcement of its call, and from the answer to the hook's end.
fn questions(binary: &Path, home: &HermeticHome, daemon: &Daemon<'_>) -> (Vec<f64>, Vec<f64>) {
    let seq = daemon.get("/api/sessions?limit=1").json()["seq"].clone();
    let mut events = daemon.events(&format!("/api/stream?after={seq}"));
    let (mut shown, mut given) = (Vec::new(), Vec::new());
    for n in 0..QUESTIONS {
        let input = json!({"session_id": format!("s{n}"), "hook_event_name": "PermissionRequest",
            "tool_name": "Bash", "tool_input": {"command": format!("echo {n}")}});
        let begun = Instant::now();
        let mut child = start(home, hook(binary, home), &input.to_string());
        let call = announced(&mut events, &format!("echo {n}"));
        shown.push(begun.elapsed().as_secs_f64() * 1000.0);
        let path = format!("/api/calls/{}/answer", call["id"].as_str().expect("a call's id"));
        let begun = Instant::now();
        let answered =
            daemon.post(&path, &json!({"generation": call["generation"], "option": "yes"}));
        assert_eq!(answered.json()["state"], "answered");
        child.wait().expect("a hook that ends");
        given.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    (shown, given)
}

fn announced(events: &mut EventStream, command: &str) -> Value {
    let calls = events.by_ref().map(|event| event.json()["call"].take());
    let mut calls = calls.filter(|call| call["detail"]["command"] == command);
    calls.next().expect("the announcement of a call")
}
