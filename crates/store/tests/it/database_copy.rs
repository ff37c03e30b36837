use callboard_store::copy_database;
use rusqlite::Connection;

#[test]
fn a_database_in_use_is_copied_with_its_log() {
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join("dev.db"), dir.path().join("copy.db"));
    let user = Connection::open(&from).unwrap();
    user.pragma_update(None, "journal_mode", "wal").unwrap();
    user.execute_batch("CREATE TABLE a (x); INSERT INTO a VALUES (1), (2)").unwrap();
    assert!(dir.path().join("dev.db-wal").metadata().unwrap().len() > 0);
    copy_database(&from, &to).unwrap();
    user.execute_batch("INSERT INTO a VALUES (3)").unwrap();
    let count = |conn: &Connection| {
        conn.query_row("SELECT count(*) FROM a", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!((count(&user), count(&Connection::open(&to).unwrap())), (3, 2));
    assert!(copy_database(&from, &to).is_err());
}

#[test]
fn what_is_no_database_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join("dev.db"), dir.path().join("copy.db"));
    std::fs::write(&from, "not a database, but long enough to be looked at".repeat(100)).unwrap();
    assert!(copy_database(&from, &to).is_err());
    assert!(copy_database(&dir.path().join("none.db"), &to).is_err());
    assert!(!to.exists() && !dir.path().join("none.db").exists());
}
