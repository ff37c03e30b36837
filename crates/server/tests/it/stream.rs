//! No stream without a sequence: every reader goes on from the last one it saw, and misses nothing.

use std::collections::BTreeMap;

use callboard_model::view::{NewTask, TaskChange};
use callboard_model::{TaskId, WorkspaceId};
use callboard_store::{Durability, Store};
use callboard_testkit::daemon::{Client, EventStream};
use callboard_testkit::{HermeticHome, Repo};
use serde_json::{Value, json};

use crate::scene::Server;

/// Changes that are made while readers come and go.
const CHANGES: usize = 150;

fn make(server: &Server, workspace: WorkspaceId, n: usize) -> TaskId {
    let new = NewTask { title: format!("Task {n}"), ..NewTask::default() };
    server.engine.create_task(workspace, new).unwrap()
}

fn go_on(client: &Client, last: &str) -> EventStream {
    client.events_with("/api/stream?after=0", &[("last-event-id", last)])
}

/// What a page holds: tasks by id.
fn apply(tasks: &mut BTreeMap<String, Value>, message: &Value) {
    if message["type"] == "task" {
        let task = message["task"].clone();
        tasks.insert(task["id"].as_str().unwrap().to_owned(), task);
    }
}

#[test]
fn a_snapshot_and_a_stream_that_breaks_miss_nothing() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let server = Server::start(&home);
    let workspace = server.engine.register(repo.path()).unwrap();
    let client = server.client();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..CHANGES {
                let id = make(&server, workspace, n);
                let change =
                    TaskChange { body: Some(format!("body {n}")), ..TaskChange::default() };
                server.engine.change_task(id, change).unwrap();
            }
        });
        let board = client.get("/api/board").json();
        let mut tasks = BTreeMap::new();
        for task in board["tasks"].as_array().unwrap() {
            tasks.insert(task["id"].as_str().unwrap().to_owned(), task.clone());
        }
        let mut last = board["seq"].to_string();
        let is_whole = |tasks: &BTreeMap<String, Value>| {
            tasks.len() == CHANGES && tasks.values().all(|task| task["body"] != "")
        };
        while !is_whole(&tasks) {
            // A few events, then the connection breaks.
            for event in go_on(&client, &last).take(7) {
                assert!(event.id.parse::<i64>().unwrap() > last.parse().unwrap(), "told twice");
                last.clone_from(&event.id);
                apply(&mut tasks, &event.json());
                if is_whole(&tasks) {
                    break;
                }
            }
        }
        writer.join().unwrap();
        let now = client.get("/api/board").json();
        let listed: Vec<&Value> = now["tasks"].as_array().unwrap().iter().collect();
        assert_eq!(listed.len(), CHANGES);
        assert!(listed.iter().all(|task| tasks[task["id"].as_str().unwrap()] == **task));
    });
}

#[test]
fn a_reader_of_one_workspace_hears_of_no_other() {
    let home = HermeticHome::new();
    let (here, there) = (Repo::named(&home, "here"), Repo::named(&home, "there"));
    let server = Server::start(&home);
    let here = server.engine.register(here.path()).unwrap();
    let there = server.engine.register(there.path()).unwrap();
    let seq = *server.engine.listen().borrow();
    make(&server, there, 1);
    let wanted = make(&server, here, 2);
    let mut stream =
        server.client().events(&format!("/api/stream?after={}&workspace={here}", seq.0));
    let first = stream.wait_for("a task", |event| event.json()["type"] == "task");
    assert_eq!(first.json()["task"]["id"], wanted.to_string());
}

#[test]
fn a_reader_that_cannot_go_on_is_told_to_read_anew() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let server = Server::start(&home);
    let workspace = server.engine.register(repo.path()).unwrap();
    make(&server, workspace, 1);
    drop(server);
    let mut store = Store::open(&home.callboard_home()).unwrap();
    let now = callboard_os::clock::now();
    let floor = store.last_seq();
    store.write(Durability::Normal, now, |w| w.prune_log(floor)).unwrap();
    drop(store);

    let server = Server::start(&home);
    let client = server.client();
    let first = |after: i64| {
        let mut stream = client.events(&format!("/api/stream?after={after}"));
        stream.wait_for("an event", |_| true)
    };
    // Before what was pruned, and after all that there is: another database's.
    for after in [floor.0 - 1, floor.0 + 1_000_000] {
        let event = first(after);
        assert_eq!(event.json()["type"], "reset", "after {after}");
        let next = make(&server, workspace, 2);
        let mut stream = go_on(&client, &event.id);
        let told = stream.wait_for("a task", |event| event.json()["type"] == "task");
        assert_eq!(told.json()["task"]["id"], next.to_string());
    }
}

#[test]
fn bad_requests_are_told_apart() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let server = Server::start(&home);
    let workspace = server.engine.register(repo.path()).unwrap();
    let client = server.client();
    let id = make(&server, workspace, 1);
    let task = client.get(&format!("/api/tasks/{id}")).json();
    let path = format!("/api/tasks/{id}");
    let edit = |body: Value| client.send("PATCH", &path, &body).status;
    let revision = &task["task"]["revision"];
    assert_eq!(edit(json!({"revision": revision, "title": "First"})), 200);
    assert_eq!(edit(json!({"revision": revision, "title": "Second"})), 409);
    assert_eq!(edit(json!({"nonsense": 1})), 422);
    assert_eq!(client.get("/api/tasks/T99").status, 404);
    assert_eq!(client.get("/api/tasks/banana").status, 400);
    assert_eq!(client.get("/api/sessions/S1/events?from=nowhere").status, 400);
    let refused = client.get("/api/tasks/T99");
    let error: Value = serde_json::from_slice(&refused.body).unwrap();
    assert!(error["error"].is_string() && error["hint"].is_string(), "{error}");
}
