use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use callboard_agents::{LiveUpdate, StopFlag};
use callboard_model::session::TurnState;
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::agent;

type Socket = WebSocket<std::os::unix::net::UnixStream>;

fn hear(socket: &mut Socket) -> Value {
    loop {
        if let Message::Text(text) = socket.read().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

fn say(socket: &mut Socket, message: &Value) {
    socket.send(Message::text(message.to_string())).unwrap();
}

/// Plays the daemon up to the point where it has told the state of its one thread.
fn greet(home: &Path, status: &Value) -> (UnixListener, Socket) {
    let folder = home.join("app-server-control");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("app-server-control.sock");
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(path).unwrap();
    let (stream, _) = listener.accept().unwrap();
    let mut socket = tungstenite::accept(stream).unwrap();
    assert_eq!(hear(&mut socket)["method"], "initialize");
    say(&mut socket, &json!({"id": 1, "result": {}}));
    assert_eq!(hear(&mut socket)["method"], "initialized");
    let list = hear(&mut socket);
    say(&mut socket, &json!({"id": list["id"], "result": {"data": ["t1"]}}));
    let read = hear(&mut socket);
    assert_eq!(read["params"]["threadId"], "t1");
    let thread = json!({"id": "t1", "cwd": "/r", "status": status});
    say(&mut socket, &json!({"id": read["id"], "result": {"thread": thread}}));
    (listener, socket)
}

fn next(updates: &Receiver<LiveUpdate>) -> LiveUpdate {
    updates.recv_timeout(Duration::from_secs(30)).unwrap()
}

fn turn(update: &LiveUpdate) -> TurnState {
    let LiveUpdate::Session(session) = update else { panic!("{update:?}") };
    session.turn
}

#[test]
fn the_daemons_status_is_followed_through_its_restart() {
    let home = tempfile::tempdir().unwrap();
    let (sender, updates) = sync_channel(64);
    let stop = StopFlag::default();
    let report = Box::new(move |update| sender.send(update).unwrap());
    let thread = agent("codex").watch_status(home.path(), report, stop.clone()).unwrap();

    let (listener, mut socket) = greet(home.path(), &json!({"type": "idle"}));
    assert_eq!(next(&updates), LiveUpdate::Connected);
    assert_eq!(turn(&next(&updates)), TurnState::Idle);
    let asked = json!({"id": 7, "method": "item/commandExecution/requestApproval", "params": {"threadId": "t1"}});
    say(&mut socket, &asked);
    let status = json!({"type": "active", "activeFlags": ["waitingOnApproval"]});
    let params = json!({"threadId": "t1", "status": status});
    say(&mut socket, &json!({"method": "thread/status/changed", "params": params}));
    assert_eq!(turn(&next(&updates)), TurnState::WaitingPermission);
    drop((listener, socket));
    assert_eq!(next(&updates), LiveUpdate::Disconnected);

    let (_listener, mut socket) = greet(home.path(), &json!({"type": "active", "activeFlags": []}));
    assert_eq!(next(&updates), LiveUpdate::Connected);
    assert_eq!(turn(&next(&updates)), TurnState::Working);
    stop.stop();
    // It takes its leave, and has answered nothing: the next thing heard is the end.
    assert!(matches!(socket.read().unwrap(), Message::Close(_)));
    drop(socket);
    thread.join().unwrap();
}
