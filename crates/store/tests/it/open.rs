use callboard_model::EventKind;
use callboard_store::{DATABASE, Durability, Reader, Store, StoreError};

use crate::scene::{Scene, now, said};

#[test]
fn one_process_writes() {
    let scene = Scene::new();
    let second = Store::open(scene.dir.path()).unwrap_err();
    assert!(matches!(second, StoreError::Locked { .. }), "{second}");
    assert!(second.hint().is_some());
}

#[test]
fn a_database_of_a_later_version_is_left_alone() {
    let Scene { store, reader, dir } = Scene::new();
    drop((store, reader));
    let path = dir.path().join(DATABASE);
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    assert!(matches!(Reader::open(dir.path()), Err(StoreError::Newer { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_database_is_told_and_set_aside_only_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE);
    std::fs::write(&path, "tasks of somebody, but no database\n".repeat(100)).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(error.hint().is_some());
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let aside = Store::set_aside_corrupt(dir.path()).unwrap();
    assert_eq!(std::fs::read(&aside).unwrap(), before);
    Store::open(dir.path()).unwrap();
}

#[test]
fn there_is_nothing_to_read_before_the_first_write() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Reader::open(dir.path()), Err(StoreError::Missing { .. })));
    assert!(!dir.path().join(DATABASE).exists());
}

#[test]
fn a_write_that_fails_leaves_nothing_and_uses_no_number() {
    let mut scene = Scene::new();
    let before = scene.store.last_seq();
    let result = scene.store.write(Durability::Full, now(), |w| {
        w.put_setting("theme", &"dark".into())?;
        w.log(callboard_store::LogKind::lasting("test"), "T1", &serde_json::Value::Null)?;
        Err::<(), _>(StoreError::Refused { text: "no".into(), hint: "never" })
    });
    assert!(result.is_err());
    assert_eq!(scene.store.last_seq(), before);
    assert_eq!(scene.read(|s| s.setting("theme")), None);
}

#[test]
fn a_snapshot_stays_at_its_commit_and_the_next_sees_the_new_one() {
    let mut scene = Scene::new();
    let store = &mut scene.store;
    scene
        .reader
        .snapshot(|s| {
            let before = s.seq()?;
            store.write(Durability::Normal, now(), |w| {
                w.log(callboard_store::LogKind::lasting("test"), "T1", &1.into())
            })?;
            assert_eq!(s.seq()?, before);
            Ok(())
        })
        .unwrap();
    let last = scene.store.last_seq();
    assert_eq!(scene.read(|s| s.seq()), last);
}

#[test]
fn numbers_go_on_after_a_restart() {
    let mut scene = Scene::new();
    let kind = callboard_store::LogKind::transient("test");
    scene.write(|w| w.log(kind, "a", &1.into()));
    let last = scene.write(|w| w.log(kind, "b", &1.into()));
    scene.write(|w| w.prune_log(last));
    let Scene { store, reader, dir } = scene;
    drop((store, reader));
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.last_seq(), last);
}

#[test]
fn damage_inside_is_told_and_nothing_is_deleted() {
    let mut scene = Scene::new();
    for n in 0..20 {
        scene.session(&format!("s{n}"), &[said(EventKind::Text, "words")]);
    }
    assert_eq!(scene.read(|s| s.damage()), None);
    let Scene { store, reader, dir } = scene;
    drop((store, reader));
    let path = dir.path().join(DATABASE);
    let page: u32 = rusqlite::Connection::open(&path)
        .unwrap()
        .query_row("SELECT rootpage - 1 FROM sqlite_schema WHERE name = 'event'", [], |row| {
            row.get(0)
        })
        .unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let at = page as usize * 4096;
    bytes[at..at + 4096].fill(0xa5);
    std::fs::write(&path, &bytes).unwrap();

    let found = Reader::open(dir.path()).and_then(|mut r| r.snapshot(|s| s.damage()));
    match found {
        Ok(found) => assert!(found.is_some()),
        Err(error) => assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}"),
    }
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Corrupt { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}
