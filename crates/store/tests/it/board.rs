use std::path::PathBuf;

use callboard_model::task::{Column, LinkedBy};
use callboard_model::view::{MoveTask, NewTask, TaskChange};
use callboard_model::{TaskId, WorkspaceId};
use callboard_store::{StoreError, Task, WorkspaceRow};
use proptest::prelude::*;

use crate::scene::{Scene, now};

fn workspace(scene: &mut Scene) -> WorkspaceId {
    let row = WorkspaceRow {
        root: PathBuf::from("/home/x/app"),
        common_dir: PathBuf::from("/home/x/app/.git"),
        name: "app".into(),
        is_git: true,
    };
    scene.write(|w| w.put_workspace(&row)).0
}

fn task(scene: &mut Scene, title: &str) -> Task {
    let workspace = WorkspaceId(1);
    let new = NewTask { title: title.into(), ..NewTask::default() };
    scene.write(|w| w.create_task(workspace, &new, "you"))
}

fn board(scene: &mut Scene) -> String {
    let tasks = scene.read(|s| s.tasks(None));
    let lines: Vec<_> = tasks.iter().map(|t| format!("{} {}", t.column.word(), t.title)).collect();
    lines.join("\n")
}

#[test]
fn every_change_of_a_task_is_in_its_history_and_can_be_undone() {
    let mut scene = Scene::new();
    workspace(&mut scene);
    let made = task(&mut scene, "Watch files");
    let change = TaskChange {
        title: Some("Watch folders".into()),
        labels: Some(vec!["os".into()]),
        revision: Some(made.revision),
        ..TaskChange::default()
    };
    let changed = scene.write(|w| w.change_task(made.id, &change, "you"));
    assert_eq!(changed.revision, 2);
    let to = MoveTask { column: Column::Running, before: None };
    scene.write(|w| w.move_task(made.id, &to, None, "S3"));

    let history = scene.read(|s| s.log_of("T1", 10));
    let told: Vec<_> = history.iter().map(|r| format!("{} {}", r.kind, r.body)).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    task.moved {"by":"S3","before":{"column":"backlog"},"after":{"column":"running"}}
    task.changed {"by":"you","before":{"title":"Watch files","labels":[]},"after":{"title":"Watch folders","labels":["os"]}}
    task.created {"by":"you","before":{"title":""},"after":{"title":"Watch files"}}
    "#);

    let undone = scene.write(|w| w.undo(history[1].seq, "you"));
    assert_eq!((undone.title.as_str(), undone.column), ("Watch files", Column::Running));
    let again = scene
        .store
        .write(callboard_store::Durability::Full, now(), |w| w.undo(history[1].seq, "you"));
    assert!(matches!(again, Err(StoreError::Refused { .. })));
    let gone = scene.write(|w| w.undo(history[2].seq, "you"));
    assert!(gone.deleted_at.is_some());
    assert_eq!(board(&mut scene), "");
    scene.write(|w| w.restore_task(made.id, "you"));
    assert_eq!(board(&mut scene), "running Watch files");
}

#[test]
fn an_edit_of_an_older_revision_is_refused() {
    let mut scene = Scene::new();
    workspace(&mut scene);
    let made = task(&mut scene, "One");
    let change = |title: &str| TaskChange {
        title: Some(title.into()),
        revision: Some(made.revision),
        ..TaskChange::default()
    };
    scene.write(|w| w.change_task(made.id, &change("Two"), "you"));
    let late = scene.store.write(callboard_store::Durability::Full, now(), |w| {
        w.change_task(made.id, &change("Three"), "you")
    });
    assert_eq!(
        late.unwrap_err().to_string(),
        "T1 was changed while you edited it; nothing was changed"
    );
}

#[test]
fn tasks_do_not_wait_for_each_other() {
    let mut scene = Scene::new();
    workspace(&mut scene);
    let ids: Vec<TaskId> = ["a", "b", "c"].map(|t| task(&mut scene, t).id).to_vec();
    let wait = |on: TaskId| TaskChange { waits_for: Some(vec![on]), ..TaskChange::default() };
    scene.write(|w| w.change_task(ids[0], &wait(ids[1]), "you"));
    scene.write(|w| w.change_task(ids[1], &wait(ids[2]), "you"));
    let circle = scene.store.write(callboard_store::Durability::Full, now(), |w| {
        w.change_task(ids[2], &wait(ids[0]), "you")
    });
    assert!(matches!(circle, Err(StoreError::Refused { .. })));
    assert_eq!(scene.read(|s| s.task(ids[0])).unwrap().waits_for, [ids[1]]);
}

#[test]
fn sessions_are_linked_once_and_unlinked() {
    let mut scene = Scene::new();
    workspace(&mut scene);
    let id = task(&mut scene, "a").id;
    let session = scene.session("x", &[]);
    assert!(scene.write(|w| w.link_session(id, session, LinkedBy::Branch, "callboard")));
    assert!(!scene.write(|w| w.link_session(id, session, LinkedBy::Hand, "you")));
    assert_eq!(scene.read(|s| s.tasks_of_session(session)), [id]);
    let linked = scene.read(|s| s.task(id)).unwrap().sessions;
    assert_eq!(linked[0].linked_by, LinkedBy::Branch);
    let last = scene.store.last_seq();
    scene.write(|w| w.undo(last, "you"));
    assert!(scene.read(|s| s.tasks_of_session(session)).is_empty());
    assert!(!scene.write(|w| w.unlink_session(id, session, "you")));
}

#[test]
fn looks_are_remembered() {
    let mut scene = Scene::new();
    let id = workspace(&mut scene);
    assert_eq!(scene.read(|s| s.last_look(id, now())), None);
    let seq = scene.store.last_seq();
    scene.write(|w| w.look(id, seq));
    let minutes =
        |n: i64| callboard_model::Timestamp::from_millisecond(now().as_millisecond() + n * 60_000);
    assert_eq!(scene.read(|s| s.last_look(id, minutes(60))).unwrap().seq, seq);
    assert_eq!(scene.read(|s| s.last_look(id, minutes(1))), None, "the visit still goes on");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn cards_lie_as_they_were_put(moves in prop::collection::vec((0usize..5, 0usize..6), 0..80)) {
        let mut scene = Scene::new();
        workspace(&mut scene);
        let mut order: Vec<TaskId> =
            ["a", "b", "c", "d", "e"].map(|t| task(&mut scene, t).id).to_vec();
        for (from, before) in moves {
            let card = order[from];
            let before = order.get(before).copied().filter(|b| *b != card);
            let to = MoveTask { column: Column::Backlog, before };
            scene.write(|w| w.move_task(card, &to, Some("ready"), "you"));
            order.retain(|c| *c != card);
            let at = before.and_then(|b| order.iter().position(|c| *c == b)).unwrap_or(order.len());
            order.insert(at, card);
        }
        let found: Vec<TaskId> = scene.read(|s| s.tasks(None)).iter().map(|t| t.id).collect();
        prop_assert_eq!(found, order);
    }
}

#[test]
fn many_cards_put_between_the_same_two_stay_in_order() {
    let mut scene = Scene::new();
    workspace(&mut scene);
    let [first, last] = ["first", "last"].map(|t| task(&mut scene, t).id);
    let mut expected = vec![first];
    for i in 0..120 {
        let card = task(&mut scene, &format!("card {i}")).id;
        let to = MoveTask { column: Column::Backlog, before: Some(last) };
        scene.write(|w| w.move_task(card, &to, None, "you"));
        expected.push(card);
    }
    expected.push(last);
    let found: Vec<TaskId> = scene.read(|s| s.tasks(None)).iter().map(|t| t.id).collect();
    assert_eq!(found, expected);
}
