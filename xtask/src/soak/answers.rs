//! Answers that race: of several to one question one wins, is told to the agent once, and survives a kill.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use callboard_testkit::{Callboard, Daemon, HermeticHome, wait};
use serde_json::{Value, json};

/// Answers to each question at the same time.
const RACERS: usize = 4;

/// Asks `questions` times through the hook of an agent; every third time the daemon is killed before the answers, every
/// fourth time behind them.
pub(super) fn race(binary: &Path, questions: usize) -> Result<(), String> {
    let home = HermeticHome::new();
    let mut daemon = Daemon::of(Callboard::new(&home, binary), &[]);
    for n in 0..questions {
        let mut hook = ask(binary, &home, n).map_err(|error| format!("a hook: {error}"))?;
        let call = wait::until("a call", || asked(&daemon, n));
        if n % 3 == 0 {
            daemon.kill_9();
            daemon.start_again();
        }
        let call = wait::until("the same call", || {
            asked(&daemon, n).filter(|now| now["id"] == call["id"] && now["can_answer"] == true)
        });
        let won = answered_by(&daemon, &call);
        if n % 4 == 0 {
            daemon.kill_9();
            daemon.start_again();
        }
        let told = said(&mut hook).map_err(|error| format!("a hook: {error}"))?;
        let expected = if won.as_deref() == Ok("yes") { "allow" } else { "deny" };
        let behavior = told["hookSpecificOutput"]["decision"]["behavior"].as_str();
        if won.is_err() || behavior != Some(expected) {
            return Err(format!("question {n}: answered {won:?}, the agent was told {told}"));
        }
    }
    println!(
        "{questions} questions with {RACERS} answers each: one won, and the agent was told that one"
    );
    Ok(())
}

fn ask(binary: &Path, home: &HermeticHome, n: usize) -> std::io::Result<Child> {
    let mut command = Command::new(binary);
    command.args(["hook", "claude"]).arg(home.callboard_home().join("run/callboard.sock"));
    home.env(&mut command).env("CLAUDE_CODE_ENTRYPOINT", "cli");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let input = json!({"session_id": format!("s{n}"), "hook_event_name": "PermissionRequest",
        "tool_name": "Bash", "tool_input": {"command": command_of(n)}});
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.to_string().as_bytes())?;
    }
    Ok(child)
}

fn command_of(n: usize) -> String {
    format!("echo {n}")
}

fn asked(daemon: &Daemon<'_>, n: usize) -> Option<Value> {
    let mut calls = daemon.get("/api/calls").json();
    let calls = calls["calls"].as_array_mut()?;
    calls.iter_mut().find(|call| call["detail"]["command"] == command_of(n)).map(Value::take)
}

/// Answers several times at once; gives the one that was taken.
fn answered_by(daemon: &Daemon<'_>, call: &Value) -> Result<String, String> {
    let path = format!("/api/calls/{}/answer", call["id"].as_str().unwrap_or_default());
    let answers: Vec<(String, u16)> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..RACERS)
            .map(|racer| {
                let path = &path;
                scope.spawn(move || {
                    let option = if racer % 2 == 0 { "yes" } else { "no" };
                    let answer = json!({"generation": call["generation"], "option": option,
                        "text": format!("by {racer}")});
                    (option.to_owned(), daemon.post(path, &answer).status)
                })
            })
            .collect();
        racers.into_iter().filter_map(|racer| racer.join().ok()).collect()
    });
    let taken: Vec<&String> =
        answers.iter().filter(|(_, status)| *status == 200).map(|(option, _)| option).collect();
    match taken.as_slice() {
        [one] => Ok((*one).clone()),
        other => Err(format!("{} of {RACERS} answers were taken: {answers:?}", other.len())),
    }
}

fn said(hook: &mut Child) -> Result<Value, String> {
    let mut text = String::new();
    if let Some(stdout) = &mut hook.stdout {
        stdout.read_to_string(&mut text).map_err(|error| error.to_string())?;
    }
    hook.wait().map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| format!("{error} in `{text}`"))
}
