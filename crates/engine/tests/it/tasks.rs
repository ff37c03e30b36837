//! Cards follow their sessions, and people.

use callboard_engine::{EngineError, SinceFrom};
use callboard_model::task::{Column, LinkedBy};
use callboard_model::view::{MoveTask, NewTask, StreamMessage, TaskChange, TaskView};
use callboard_model::{TaskId, Timestamp, WorkspaceId};
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;
use crate::transcripts::{Claude, append};

fn new_task(title: &str) -> NewTask {
    NewTask { title: title.to_owned(), ..NewTask::default() }
}

fn wait_for_column(running: &Running, id: TaskId, column: Column) -> TaskView {
    running.wait(&format!("{id} in {column:?}"), |engine| {
        engine.task(id).ok().filter(|task| task.column == column)
    })
}

fn move_to(running: &Running, id: TaskId, column: Column) {
    running.engine.move_task(id, MoveTask { column, before: None }).unwrap();
}

/// A repository that is registered, with a session that runs in it.
fn board<'a>(home: &'a HermeticHome) -> (Running, Repo<'a>, WorkspaceId, Claude) {
    let repo = Repo::new(home);
    let claude = Claude::new("worker", repo.path()).branch("fix/lock");
    std::fs::create_dir_all(home.claude_config_dir().join("sessions")).unwrap();
    let running = Running::start(home);
    let workspace = running.register(&repo);
    claude.register(home, "busy");
    append(&claude.path(home, "p"), &claude.prompt(1, "mend the lock"));
    running.wait_for_words("worker", "mend the lock");
    (running, repo, workspace, claude)
}

#[test]
fn a_card_goes_where_its_session_calls_for() {
    let home = HermeticHome::new();
    let (running, _repo, workspace, claude) = board(&home);
    let session = running.session("worker").id;
    let id = running.engine.create_task(workspace, new_task("Lock")).unwrap();
    assert_eq!(running.engine.task(id).unwrap().column, Column::Backlog);
    running.engine.link_session(id, session).unwrap();
    wait_for_column(&running, id, Column::Running);
    claude.register(&home, "waiting");
    wait_for_column(&running, id, Column::NeedsYou);
    claude.register(&home, "busy");
    wait_for_column(&running, id, Column::Running);
    append(&claude.path(&home, "p"), &claude.says(2, "Mended."));
    claude.register(&home, "idle");
    wait_for_column(&running, id, Column::Review);
    claude.unregister(&home);
    running.wait("the session's end", |engine| {
        (engine.session(session).unwrap().state.word() == "ended").then_some(())
    });
    assert_eq!(running.engine.task(id).unwrap().column, Column::Review);
    let history = running.engine.task_detail(id).unwrap().history;
    assert!(history.iter().any(|entry| entry.by == session.to_string()), "{history:?}");
}

#[test]
fn a_card_that_a_person_moved_stays_until_its_session_changes() {
    let home = HermeticHome::new();
    let (running, _repo, workspace, claude) = board(&home);
    let session = running.session("worker").id;
    let id = running.engine.create_task(workspace, new_task("Lock")).unwrap();
    running.engine.link_session(id, session).unwrap();
    wait_for_column(&running, id, Column::Running);
    move_to(&running, id, Column::Done);
    assert!(running.engine.task(id).unwrap().moved_by_hand);
    // It works on: that is no change.
    append(&claude.path(&home, "p"), &(claude.runs(2, "ls") + &claude.ran(3, 2, "a")));
    running
        .wait("the command", |engine| (engine.session(session).unwrap().events >= 5).then_some(()));
    assert_eq!(running.engine.task(id).unwrap().column, Column::Done);
    claude.register(&home, "waiting");
    wait_for_column(&running, id, Column::NeedsYou);
    assert!(!running.engine.task(id).unwrap().moved_by_hand);
}

#[test]
fn a_branch_that_belongs_to_one_task_links_its_sessions() {
    let home = HermeticHome::new();
    let (running, repo, workspace, _claude) = board(&home);
    let new = NewTask { branch: Some("fix/door".into()), ..new_task("Door") };
    let id = running.engine.create_task(workspace, new).unwrap();
    let later = Claude::new("later", repo.path()).branch("fix/door");
    append(&later.path(&home, "p"), &later.prompt(1, "mend the door"));
    let session = running.wait_for_words("later", "mend the door");
    let linked =
        running.wait("a link", |engine| engine.task(id).unwrap().sessions.first().cloned());
    assert_eq!((linked.session, linked.linked_by), (session, LinkedBy::Branch));

    assert_eq!(running.session("later").task, Some(id));

    // A person knows better, for good.
    running.engine.unlink_session(id, session).unwrap();
    append(&later.path(&home, "p"), &later.says(2, "Mended."));
    running.wait_for_words("later", "Mended.");
    assert_eq!(running.engine.task(id).unwrap().sessions, []);
    assert_eq!(running.session("later").task, None);

    // Whose branch two tasks claim, nobody but a person can tell.
    let new = NewTask { branch: Some("fix/lock".into()), ..new_task("A") };
    running.engine.create_task(workspace, new.clone()).unwrap();
    let second =
        running.engine.create_task(workspace, NewTask { title: "B".into(), ..new }).unwrap();
    assert_eq!(running.engine.task(second).unwrap().sessions, []);
}

#[test]
fn a_removed_task_comes_back_as_it_was() {
    let home = HermeticHome::new();
    let (running, _repo, workspace, _claude) = board(&home);
    let session = running.session("worker").id;
    let new = NewTask { labels: vec!["ui".into()], sessions: vec![session], ..new_task("Lock") };
    let id = running.engine.create_task(workspace, new).unwrap();
    let before = wait_for_column(&running, id, Column::Running);
    let seq = *running.engine.listen().borrow();
    running.engine.delete_task(id).unwrap();
    assert!(running.engine.tasks(Some(workspace)).unwrap().is_empty());
    assert_eq!(running.session("worker").task, None);
    let (entries, _) = running.engine.changes_after(seq, Some(workspace)).unwrap();
    assert!(
        entries
            .iter()
            .any(|e| matches!(e.message, StreamMessage::TaskRemoved { id: gone } if gone == id))
    );
    running.engine.restore_task(id).unwrap();
    let after = running.engine.task(id).unwrap();
    assert_eq!(
        (after.title, after.labels, after.sessions),
        (before.title, before.labels, before.sessions)
    );
    assert_eq!(running.session("worker").task, Some(id));
    drop(running);
    let running = Running::start(&home);
    assert_eq!(running.engine.tasks(Some(workspace)).unwrap().len(), 1);
}

#[test]
fn an_edit_of_an_older_revision_is_refused() {
    let home = HermeticHome::new();
    let (running, _repo, workspace, _claude) = board(&home);
    let id = running.engine.create_task(workspace, new_task("Lock")).unwrap();
    let seen = running.engine.task(id).unwrap().revision;
    let edit = |title: &str| {
        let change =
            TaskChange { revision: Some(seen), title: Some(title.into()), ..TaskChange::default() };
        running.engine.change_task(id, change)
    };
    edit("First").unwrap();
    let refused = edit("Second").unwrap_err();
    assert!(matches!(refused, EngineError::Conflict { .. }), "{refused:?}");
    assert!(refused.hint().is_some());
    assert_eq!(running.engine.task(id).unwrap().title, "First");
    let none = running.engine.change_task(TaskId(99), TaskChange::default()).unwrap_err();
    assert!(matches!(none, EngineError::NotFound { .. }), "{none:?}");
}

#[test]
fn what_happened_since_the_last_look_is_told() {
    let home = HermeticHome::new();
    let (running, _repo, workspace, claude) = board(&home);
    let path = claude.path(&home, "p");
    append(
        &path,
        &(claude.runs(2, "cargo test") + &claude.ran(3, 2, "test result: ok. 4 passed; 0 failed")),
    );
    append(&path, &claude.says(4, "All green."));
    running.wait_for_words("worker", "All green.");
    let begin = Timestamp::parse(&crate::transcripts::moment(0)).unwrap();
    let now = Timestamp::parse(&crate::transcripts::moment(3600)).unwrap();
    let since = running.engine.since(workspace, SinceFrom::At(begin), now).unwrap();
    let [group] = since.groups.as_slice() else { panic!("{since:#?}") };
    assert_eq!(group.title, "mend the lock");
    assert!(!group.lines.is_empty(), "{group:#?}");
    let after = running.engine.since(workspace, SinceFrom::At(now), now).unwrap();
    assert!(after.groups.iter().all(|group| group.lines.is_empty()), "{after:#?}");

    let before = callboard_os::clock::now();
    running.engine.look(workspace).unwrap();
    let looked = before..=callboard_os::clock::now();
    let an_hour_later = Timestamp::from_millisecond(before.as_millisecond() + 3_600_000);
    let last = |running: &Running, now| {
        running.engine.since(workspace, SinceFrom::LastLook, now).unwrap().from
    };
    assert!(!looked.contains(&last(&running, before)), "the visit still goes on");
    assert!(looked.contains(&last(&running, an_hour_later)));
    drop(running);
    let running = Running::start(&home);
    assert!(looked.contains(&last(&running, an_hour_later)), "a restart forgets no visit");
}

#[test]
fn what_waits_for_a_task_is_told_when_that_is_done() {
    let home = HermeticHome::new();
    let (running, _repo, workspace, _) = board(&home);
    let first = running.engine.create_task(workspace, new_task("Lock")).unwrap();
    let waits = NewTask { waits_for: vec![first], ..new_task("Pump") };
    let second = running.engine.create_task(workspace, waits).unwrap();
    let seq = *running.engine.listen().borrow();
    move_to(&running, first, Column::Done);
    let (told, _) = running.engine.changes_after(seq, None).unwrap();
    let blocked = told.iter().find_map(|entry| match &entry.message {
        StreamMessage::Task { task } if task.id == second => Some(task.blocked_by.clone()),
        _ => None,
    });
    assert_eq!(blocked, Some(Vec::new()));
}
