use callboard_model::owned::{Owned, OwnedState};
use callboard_store::{DATABASE, Durability, Store, WorkspaceRow};

use crate::scene::{AGENT, Scene, now};

fn asked(scene: &mut Scene, native: &str, state: OwnedState) -> Owned {
    let row = WorkspaceRow {
        root: "/r".into(),
        common_dir: "/r/.git".into(),
        name: "r".into(),
        is_git: true,
    };
    let (workspace, _) = scene.write(|w| w.put_workspace(&row));
    let session = scene.session(native, &[]);
    Owned {
        session: Some(session),
        native: Some(native.into()),
        state,
        ..Owned::asked(workspace, AGENT, now())
    }
}

#[test]
fn a_conversation_has_one_writer_and_what_goes_on_is_found_before_what_is_over() {
    let mut scene = Scene::new();
    let running = asked(&mut scene, "a", OwnedState::Running);
    let over = Owned { state: OwnedState::Ended, ..running.clone() };
    let first = scene.write(|w| w.add_owned(running.clone()));
    let second = scene.store.write(Durability::Normal, now(), |w| w.add_owned(running.clone()));
    assert!(second.is_err(), "{second:?}");
    scene.write(|w| w.add_owned(over));
    let session = running.session.unwrap();
    assert_eq!(scene.read(|s| s.owned_of_session(session)).unwrap().id, first.id);
    assert_eq!(scene.read(|s| s.owned_writer(&AGENT, "a")).unwrap().id, first.id);
    scene.write(|w| w.put_owned(&Owned { state: OwnedState::Ended, ..first.clone() }));
    assert_eq!(scene.read(|s| s.owned_writer(&AGENT, "a")), None);
    scene.write(|w| w.add_owned(running.clone()));
}

#[test]
fn of_the_writers_that_an_earlier_version_let_in_the_newest_stays() {
    let mut scene = Scene::new();
    let running = asked(&mut scene, "a", OwnedState::Running);
    let other = asked(&mut scene, "b", OwnedState::Queued);
    let Scene { store, reader, dir } = scene;
    drop((store, reader));
    let database = rusqlite::Connection::open(dir.path().join(DATABASE)).unwrap();
    // As an earlier version left it: without what the steps since then make.
    database
        .execute_batch(
            "DROP INDEX owned_writer;
             DROP TABLE review_viewed; DROP TABLE review_comment; DROP TABLE review_check; DROP TABLE review;
             DROP TABLE changeset; DROP TABLE pair; DROP TABLE claim; DROP TABLE notice;
             DROP TABLE trial_result; DROP TABLE attribution; DROP TABLE fact; DROP TABLE post; DROP TABLE changed_symbol; DROP TABLE reading; DROP TABLE candidate; DROP TABLE receipt; DROP TABLE receipt_accepted;
             DROP INDEX owned_follows; DROP TABLE note_link; DROP TABLE note_version; DROP TABLE decision_number;
             DROP INDEX note_number; ALTER TABLE note DROP COLUMN number;
             ALTER TABLE note DROP COLUMN kind; ALTER TABLE note DROP COLUMN version;
             ALTER TABLE note DROP COLUMN at; ALTER TABLE note DROP COLUMN facts;
             PRAGMA user_version = 8;",
        )
        .unwrap();
    for owned in [&running, &running, &other] {
        database
            .execute(
                "INSERT INTO owned (workspace, agent, native, session, state, asked_at, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)",
                (
                    owned.workspace.0,
                    owned.agent.as_str(),
                    &owned.native,
                    owned.session.map(|s| s.0),
                    owned.state.word(),
                    serde_json::to_string(owned).unwrap(),
                ),
            )
            .unwrap();
    }
    drop(database);
    let store = Store::open(dir.path()).unwrap();
    let mut reader = store.reader().unwrap();
    let (left, over) = reader.snapshot(|s| Ok((s.owned_in_progress()?, s.owned_over(9)?))).unwrap();
    assert_eq!(left.iter().map(|owned| owned.id).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((over[0].id, over[0].state), (1, OwnedState::Interrupted));
}
