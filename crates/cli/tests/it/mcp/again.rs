//! Calls whose answer was lost: they are sent again, and done once.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, sync_channel};

use callboard_testkit::{Callboard, HermeticHome, Repo};
use serde_json::{Value, json};

use super::tools::{FIRST, two};
use super::{Agent, WAIT};

/// What stands between an agent's server and the daemon does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Its answer comes back.
    Answered,
    /// The daemon does what it asks for, and ends before it has answered.
    Lost,
    /// The daemon is about to end, and says so.
    Refused,
}

/// Stands between an agent's server and the daemon; tells what was asked, whether it was said to be sent again.
fn between(socket: &Path, daemon: PathBuf, fates: Vec<Fate>) -> Receiver<(Value, bool)> {
    let listener = UnixListener::bind(socket).unwrap();
    let (told, asked) = sync_channel(16);
    std::thread::spawn(move || {
        for fate in fates {
            let (mut stream, _) = listener.accept().unwrap();
            let request = request_of(&mut stream);
            let text = String::from_utf8(request.clone()).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let is_again = head.contains("callboard-again: 1");
            told.send((serde_json::from_str(body).unwrap(), is_again)).unwrap();
            if fate == Fate::Refused {
                stream.write_all(b"HTTP/1.0 503 Service Unavailable\r\n\r\n").unwrap();
                continue;
            }
            let mut to = UnixStream::connect(&daemon).unwrap();
            to.write_all(&request).unwrap();
            let mut answer = Vec::new();
            to.read_to_end(&mut answer).unwrap();
            if fate == Fate::Answered {
                stream.write_all(&answer).unwrap();
            }
        }
    });
    asked
}

/// A whole request, as its length tells.
fn request_of(stream: &mut UnixStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "a request that is cut off");
        bytes.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.unwrap().parse().unwrap() {
            return bytes;
        }
    }
}

fn agent(callboard: &Callboard<'_>, socket: &Path) -> Agent {
    let mut command = callboard.command();
    command.args(["mcp", "claude"]).arg(socket).env("CLAUDE_CODE_SESSION_ID", FIRST);
    Agent::run(command.stdin(Stdio::piped()).stdout(Stdio::piped()))
}

#[test]
fn a_call_whose_answer_was_lost_is_sent_again_and_done_once() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let daemon = two(&home, &repo);
    let own = home.callboard_home().join("run/callboard.sock");
    let socket = home.work().join("between.sock");
    let fates = [Fate::Lost, Fate::Refused, Fate::Answered, Fate::Answered];
    let asked = between(&socket, own, fates.to_vec());
    let mut agent = agent(daemon.callboard(), &socket);
    let new = json!({"do": "create", "title": "Index the table"});
    let created = agent.done(1, "task", &new);
    assert_eq!(created, "created T1 “Index the table” (backlog)");
    let heard: Vec<(Value, bool)> = (0..3).map(|_| asked.recv_timeout(WAIT).unwrap()).collect();
    assert!(heard.iter().all(|(message, _)| *message == heard[0].0), "{heard:#?}");
    assert_eq!(heard.iter().map(|(_, again)| *again).collect::<Vec<_>>(), [false, true, true]);
    assert_eq!(daemon.get("/api/tasks").json().as_array().unwrap().len(), 1);
    // Another call is none of it, though it says the same.
    assert_eq!(agent.done(2, "task", &new), "created T2 “Index the table” (backlog)");
    assert!(!asked.recv_timeout(WAIT).unwrap().1);
}

#[test]
fn what_the_daemon_never_had_is_sent_for_the_first_time() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let daemon = two(&home, &repo);
    let own = home.callboard_home().join("run/callboard.sock");
    let socket = home.work().join("between.sock");
    let mut agent = agent(daemon.callboard(), &socket);
    agent.say(1, "tools/call", &json!({"name": "task", "arguments": {"do": "list"}}));
    // It tries in vain until there is somebody.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let asked = between(&socket, own, vec![Fate::Answered]);
    assert!(!agent.result(1).1);
    assert!(!asked.recv_timeout(WAIT).unwrap().1);
}
