use callboard_engine::equip::{Phase, equip, unequip};
use callboard_testkit::{HermeticHome, Postgres};

use super::Scene;

const SETTINGS: &str = "[database]\nmigrate = \"echo migrated $DATABASE_URL\"\n";

#[test]
fn a_database_is_made_of_the_template_and_dropped() {
    let server = Postgres::start();
    server.ask("postgres", "CREATE DATABASE app");
    server.ask("app", "CREATE TABLE a (x int); INSERT INTO a VALUES (1), (2)");
    let home = HermeticHome::new();
    let scene = Scene::new(&home, &[("callboard.toml", SETTINGS), (".gitignore", ".env\n")]);
    scene.repo.write(".env", format!("DATABASE_URL=\"{}&schema=public\"\n", server.url("app")));
    let (a, b) = (scene.repo.worktree("a"), scene.repo.worktree("b"));
    let (of_a, of_b) = (scene.equip(&a, "T1-One thing"), scene.equip(&b, "b"));
    let (of_a, of_b) = (of_a.database.unwrap(), of_b.database.unwrap());
    assert!(of_a.starts_with("app_t1_one_thing_") && of_a != of_b, "{of_a} {of_b}");
    assert_eq!(a.read(".env"), format!("DATABASE_URL={}&schema=public\n", server.url(&of_a)));
    server.ask(&of_a, "INSERT INTO a VALUES (3)");
    let count = |database: &str| server.ask(database, "SELECT count(*) FROM a");
    assert_eq!((count(&of_a), count(&of_b), count("app")), ("3".into(), "2".into(), "2".into()));
    // Neither who is connected keeps it, nor a configuration that names no database any more.
    let _connected = server.connect(&of_a);
    scene.repo.write("callboard.toml", "");
    let project = scene.project();
    unequip(&scene.of(&project, a.path(), "T1-One thing"), &mut |_| {}).unwrap();
    let list = server.ask("postgres", "SELECT datname FROM pg_database");
    assert!(
        !list.contains(&of_a) && list.contains(&of_b) && list.lines().any(|l| l == "app"),
        "{list}"
    );
}

#[test]
fn a_template_in_use_is_copied_by_a_dump() {
    let server = Postgres::start();
    server.ask("postgres", "CREATE DATABASE app");
    server.ask("app", "CREATE TABLE a (x int); INSERT INTO a VALUES (1), (2)");
    let home = HermeticHome::new();
    let scene = Scene::new(&home, &[("callboard.toml", SETTINGS), (".gitignore", ".env\n")]);
    scene.repo.write(".env", format!("DATABASE_URL=\"{}&schema=public\"\n", server.url("app")));
    let worktree = scene.repo.worktree("a");
    let user = server.connect("app");
    let equipped = scene.equip(&worktree, "a");
    let own = equipped.database.as_deref().unwrap();
    assert_eq!(server.ask(own, "SELECT count(*) FROM a"), "2");
    assert!(equipped.remarks.iter().any(|remark| remark.contains("was in use")), "{equipped:?}");
    drop(user);
}

#[test]
fn a_database_that_is_not_ours_is_left() {
    let server = Postgres::start();
    server.ask("postgres", "CREATE DATABASE app");
    let home = HermeticHome::new();
    let scene = Scene::new(&home, &[("callboard.toml", SETTINGS), (".gitignore", ".env\n")]);
    scene.repo.write(".env", format!("DATABASE_URL=\"{}&schema=public\"\n", server.url("app")));
    let worktree = scene.repo.worktree("a");
    let project = scene.project();
    let wanted = scene.of(&project, worktree.path(), "a");
    let name = equip(&wanted, Phase::First, &mut |_| {}).unwrap().database.unwrap();
    server.ask("postgres", &format!("CREATE DATABASE {name}"));
    let refused = equip(&wanted, Phase::Rest, &mut |_| {}).unwrap_err().to_string();
    assert!(refused.contains("was not made for this worktree; it was left as it is"), "{refused}");
    server.ask("postgres", &format!("DROP DATABASE {name}"));
    equip(&wanted, Phase::Rest, &mut |_| {}).unwrap();
    server.ask("postgres", &format!("COMMENT ON DATABASE {name} IS 'somebody else''s'"));
    let refused = unequip(&wanted, &mut |_| {}).unwrap_err().to_string();
    assert!(refused.contains("was not made for this worktree"), "{refused}");
    assert!(server.ask("postgres", "SELECT datname FROM pg_database").contains(&name));
}
