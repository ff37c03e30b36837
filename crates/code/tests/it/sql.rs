//! Keys of SQL: in files of it, and in strings.

use callboard_code::facts;
use callboard_code::facts::{Key, KeyRole};

fn keys_in(path: &str, text: &str) -> Vec<Key> {
    facts(path, text).map(|facts| facts.keys).unwrap_or_default()
}

fn keys(text: &str) -> Vec<Key> {
    keys_in("a.sql", text)
}

fn told(text: &str) -> Vec<String> {
    keys(text).iter().map(|key| format!("{:?} {:?} {}", key.role, key.kind, key.name)).collect()
}

#[test]
fn tables_say_which_columns_they_need() {
    let made = told(
        "CREATE TABLE IF NOT EXISTS app.users (\n id INTEGER PRIMARY KEY, -- key\n email TEXT NOT NULL, age INT DEFAULT (1), UNIQUE (email))",
    );
    let wanted = [
        "Define Table users",
        "Define Column users.id",
        "Require Column users.email",
        "Define Column users.age",
    ];
    assert_eq!(made, wanted);
    assert_eq!(
        told("ALTER TABLE users RENAME COLUMN email TO mail"),
        ["Drop Column users.email", "Define Column users.mail"]
    );
    assert_eq!(told("alter table users drop column age"), ["Drop Column users.age"]);
    assert_eq!(
        told("ALTER TABLE users ADD COLUMN org INT NOT NULL;"),
        ["Require Column users.org"]
    );
}

#[test]
fn columns_belong_to_their_tables() {
    let used = told(
        "SELECT u.email, o.total AS sum_of FROM users u JOIN orders AS o ON o.user = u.id WHERE u.age > ?1",
    );
    for wanted in [
        "Use Table users",
        "Use Table orders",
        "Use Column users.email",
        "Use Column orders.total",
        "Use Column users.age",
    ] {
        assert!(used.iter().any(|told| told == wanted), "{wanted} in {used:?}");
    }
    assert!(!used.iter().any(|told| told.contains("sum_of")));
    let filled = keys("\n\n\n\n\n\nINSERT INTO users (id, email) VALUES (?, ?)");
    assert_eq!((filled[0].role, filled[0].columns.len(), filled[0].line), (KeyRole::Insert, 2, 7));
}

#[test]
fn prose_in_a_string_is_no_statement() {
    let found = |text: &str| !keys_in("app.py", &format!("text = \"{text}\"\n")).is_empty();
    assert!(found("select a from b") && found("  INSERT INTO t VALUES (1)"));
    assert!(
        !found("Select one of these") && !found("update the docs") && !found("with care as ever")
    );
}
