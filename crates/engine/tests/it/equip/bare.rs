use std::fs;
use std::os::unix::fs::symlink;

use callboard_engine::equip::{
    Phase, equip, ignore_tracked, is_server_running, load, moved, revert_tracked, start_server,
    stop_server, unequip,
};
use callboard_testkit::HermeticHome;

use super::Scene;

const SETTINGS: &str = r#"
[worktrees]
bring = [".env*", "!.env.skip"]
share = [".cache-of-tools"]
clone = ["node_modules", ".venv"]
setup = ["echo lock-2 > lock.json", "echo done > ready"]
teardown = "echo gone > \"$CALLBOARD_ROOT\"/../torn-down"
run.command = "sleep 1000 & echo $! > server; wait"

[[worktrees.templates]]
path = "config/ports.json"
replace = { "3000" = "{{port.web}}", "\"app\"" = "\"app-{{worktree}}\"" }

[ports]
names = ["web", "api"]
block = 2

[environment]
API_URL = "http://localhost:{{port.api}}/{{task}}"
"#;

const FILES: &[(&str, &str)] = &[
    ("callboard.toml", SETTINGS),
    (".gitignore", ".env*\nnode_modules/\n.venv/\n.cache-of-tools/\nsecret/\nready\nserver\n"),
    (".worktreeinclude", "secret/*.key\n"),
    ("config/ports.json", "{\"web\": 3000, \"name\": \"app\", \"other\": \"{{x}}\"}\n"),
    ("lock.json", "lock-1\n"),
    ("packages/a/index.js", ""),
];

fn scene(home: &HermeticHome) -> Scene<'_> {
    let scene = Scene::new(home, FILES);
    let root = scene.repo.path().to_owned();
    scene.repo.write("real-env", "PORT=3000\nAPI_URL=x\nSECRET=s\n");
    symlink("real-env", root.join(".env")).unwrap();
    for (path, text) in [
        (".env.skip", "A=1\n"),
        ("packages/a/.env.local", "PORT=3000\n"),
        ("secret/a.key", "key"),
        ("secret/a.tmp", "tmp"),
        ("node_modules/x/index.js", "x"),
        ("node_modules/x/.env", "not ours"),
        ("packages/a/node_modules/y/index.js", "y"),
        (".cache-of-tools/big", "big"),
        (".venv/pyvenv.cfg", "home = /usr/bin\n"),
    ] {
        scene.repo.write(path, text);
    }
    symlink(root.join("packages/a"), root.join("node_modules/a")).unwrap();
    let shebang = format!("#!{}/.venv/bin/python\n", root.display());
    scene.repo.write(".venv/bin/tool", &shebang);
    let packages = format!("{}/packages\n", root.display());
    scene.repo.write(".venv/lib/python3/site-packages/own.pth", &packages);
    scene
}

#[test]
fn a_worktree_gets_what_it_needs_and_stays_clean() {
    let home = HermeticHome::new();
    let scene = scene(&home);
    let (a, b) = (scene.repo.worktree("a"), scene.repo.worktree("b"));
    let (of_a, of_b) = (scene.equip(&a, "a"), scene.equip(&b, "b"));
    let port = of_a.ports["web"];
    assert_eq!((of_a.ports["api"], of_a.ports.len()), (port + 1, 2));
    assert!(of_b.ports.values().all(|p| !of_a.ports.values().any(|other| other == p)));
    assert_eq!(of_a.url.as_deref(), Some(&*format!("http://localhost:{port}")));
    let url = format!("http://localhost:{}/T7", port + 1);
    assert_eq!(a.read(".env"), format!("PORT={port}\nAPI_URL={url}\nSECRET=s\n"));
    assert!(!a.path().join(".env").is_symlink() && !a.path().join(".env.skip").exists());
    assert_eq!(a.read("packages/a/.env.local"), format!("PORT={port}\n"));
    assert_eq!(
        (a.read("secret/a.key").as_str(), a.path().join("secret/a.tmp").exists()),
        ("key", false)
    );
    assert_eq!(of_a.environment["COMPOSE_PROJECT_NAME"], "repo_a");
    assert_eq!(of_a.environment["API_URL"], url);
    let expected = format!("{{\"web\": {port}, \"name\": \"app-a\", \"other\": \"{{{{x}}}}\"}}\n");
    assert_eq!(a.read("config/ports.json"), expected);
    // Copies are its own, shared folders the main checkout's.
    assert_eq!(a.read("node_modules/x/.env"), "not ours");
    assert_eq!(
        fs::read_link(a.path().join("node_modules/a")).unwrap(),
        a.path().join("packages/a")
    );
    a.write("packages/a/node_modules/y/index.js", "changed");
    assert_eq!(scene.repo.read("packages/a/node_modules/y/index.js"), "y");
    assert_eq!(a.read(".cache-of-tools/big"), "big");
    assert!(a.path().join(".cache-of-tools").is_symlink());
    let tool = a.read(".venv/bin/tool");
    assert_eq!(tool, format!("#!{}/.venv/bin/python\n", a.path().display()));
    let packages = a.read(".venv/lib/python3/site-packages/own.pth");
    assert_eq!(packages, format!("{}/packages\n", a.path().display()));
    // Of all that is written, git sees what setup changed.
    assert_eq!(a.status(), " M lock.json");
    assert_eq!(of_a.changed_tracked, ["lock.json".into()] as [std::path::PathBuf; 1]);
    let project = scene.project();
    let (cleaned, settled) = revert_tracked(&scene.of(&project, a.path(), "a"), "a-1").unwrap();
    assert_eq!((settled.done.len(), settled.left.len()), (1, 0));
    assert_eq!((cleaned.changed_tracked.len(), a.status().as_str()), (0, ""));
    assert_eq!(a.git(&["show", "refs/callboard/kept/a-1:lock.json"]), "lock-2");
    ignore_tracked(&scene.of(&project, b.path(), "b")).unwrap();
    assert_eq!((b.read("lock.json").as_str(), b.status().as_str()), ("lock-2\n", ""));
    b.git(&["commit", "-q", "--allow-empty", "-am", "Nothing"]);
    assert_eq!(b.git(&["diff", "--stat", "HEAD~1", "HEAD"]), "");
}

#[test]
fn what_somebody_changed_in_a_worktree_is_left() {
    let home = HermeticHome::new();
    let scene = scene(&home);
    let worktree = scene.repo.worktree("a");
    worktree.write("config/ports.json", "mine 3000\n");
    let first = scene.equip(&worktree, "a");
    assert_eq!(worktree.read("config/ports.json"), "mine 3000\n");
    assert!(
        first.remarks.iter().any(|r| r.starts_with("config/ports.json was changed")),
        "{first:?}"
    );
    worktree.write("packages/a/.env.local", "MINE=1\n");
    scene.repo.write("real-env", "NEW=1\n");
    scene.repo.write("packages/a/.env.local", "NEW=1\n");
    scene.equip(&worktree, "a");
    assert_eq!(worktree.read(".env"), "NEW=1\n");
    assert_eq!(worktree.read("packages/a/.env.local"), "MINE=1\n");
}

#[test]
fn a_claimed_worktree_gets_its_new_name_and_keeps_its_ports() {
    let home = HermeticHome::new();
    let scene = scene(&home);
    let pooled = scene.repo.worktree("pool");
    let before = scene.equip(&pooled, "pool");
    let to = home.work().join("claimed");
    scene.repo.git(&["worktree", "move", pooled.path().to_str().unwrap(), to.to_str().unwrap()]);
    let claimed = pooled.at(&to);
    moved(&home.callboard_home(), pooled.path(), &to).unwrap();
    let project = scene.project();
    let after = equip(&scene.of(&project, &to, "T7-new"), Phase::First, &mut |_| {}).unwrap();
    assert_eq!(after.ports, before.ports);
    assert_eq!(after.environment["CALLBOARD_WORKTREE"], "T7-new");
    assert!(claimed.read("config/ports.json").contains("app-T7-new"));
    assert!(claimed.read(".venv/bin/tool").contains("/claimed/.venv/bin/python"));
    let link = fs::read_link(to.join("node_modules/a")).unwrap();
    assert_eq!(link, to.join("packages/a"));
    assert_eq!(claimed.status(), " M lock.json");
}

#[test]
fn what_is_outside_of_a_worktree_goes_with_it() {
    let home = HermeticHome::new();
    let scene = scene(&home);
    let worktree = scene.repo.worktree("a");
    scene.equip(&worktree, "a");
    let project = scene.project();
    let wanted = scene.of(&project, worktree.path(), "a");
    let running = start_server(&wanted).unwrap();
    assert!(is_server_running(&running));
    assert_eq!(start_server(&wanted).unwrap().server, running.server);
    let remarks = unequip(&wanted, &mut |_| {}).unwrap();
    assert_eq!(remarks, [""; 0]);
    assert!(!is_server_running(&running));
    assert_eq!(fs::read_to_string(home.work().join("torn-down")).unwrap(), "gone\n");
    assert!(!worktree.path().join(".cache-of-tools").exists());
    assert_eq!(scene.repo.read(".cache-of-tools/big"), "big");
    assert_eq!(load(&home.callboard_home(), worktree.path()).unwrap(), None);
    stop_server(&home.callboard_home(), worktree.path()).unwrap();
    assert_eq!(unequip(&wanted, &mut |_| {}).unwrap(), [""; 0]);
}

#[test]
fn a_setup_that_fails_says_where_and_is_gone_on_with() {
    let home = HermeticHome::new();
    let text = "[worktrees]\nsetup = [\"echo one >> ran\", \"test -e mended || { echo no mend; exit 3; }\"]\n";
    let scene = Scene::new(&home, &[("callboard.toml", text), (".gitignore", "ran\nmended\n")]);
    let worktree = scene.repo.worktree("a");
    let project = scene.project();
    let wanted = scene.of(&project, worktree.path(), "a");
    equip(&wanted, Phase::First, &mut |_| {}).unwrap();
    let mut told = Vec::new();
    let failed = equip(&wanted, Phase::Rest, &mut |line| told.push(line.to_owned())).unwrap_err();
    assert!(
        failed.to_string().contains("failed (exit status: 3): no mend; its output is in"),
        "{failed}"
    );
    assert!(told.contains(&"no mend".to_owned()), "{told:?}");
    worktree.write("mended", "");
    let equipped = equip(&wanted, Phase::Rest, &mut |_| {}).unwrap();
    assert!(equipped.is_set_up && worktree.read("ran") == "one\none\n");
    equip(&wanted, Phase::Rest, &mut |_| {}).unwrap();
    assert_eq!(worktree.read("ran"), "one\none\n");
}

#[test]
fn an_sqlite_database_is_each_worktrees_own() {
    let home = HermeticHome::new();
    let text = "[database]\nkind = \"sqlite\"\nfile = \"data/dev.db\"\nmigrate = \"echo $DATABASE_URL > migrated\"\n";
    let ignored = (".gitignore", "data/\n.env\nmigrated\n");
    let scene = Scene::new(&home, &[("callboard.toml", text), ignored]);
    let main = scene.repo.path().join("data/dev.db");
    scene.repo.write("data/.keep", "");
    scene.repo.write(".env", format!("DATABASE_URL=\"file:{}\"\n", main.display()));
    let store = callboard_store::Store::open(&scene.repo.path().join("data")).unwrap();
    drop(store);
    fs::rename(scene.repo.path().join("data").join(callboard_store::DATABASE), &main).unwrap();
    let worktree = scene.repo.worktree("a");
    let equipped = scene.equip(&worktree, "a");
    let own = worktree.path().join("data/dev.db");
    assert_eq!(equipped.database.as_deref(), Some("data/dev.db"));
    let url = format!("file:{}", own.display());
    assert_eq!(worktree.read(".env"), format!("DATABASE_URL={url}\n"));
    assert_eq!(worktree.read("migrated"), format!("{url}\n"));
    assert!(own.metadata().unwrap().len() > 0 && !own.is_symlink());
}

#[test]
fn a_migration_that_failed_is_gone_on_with() {
    let home = HermeticHome::new();
    let text = "[database]\nkind = \"sqlite\"\nfile = \"dev.db\"\nmigrate = \"test -e may && echo x >> dev.db\"\n";
    let ignored = (".gitignore", "dev.db\nmay\n");
    let scene = Scene::new(&home, &[("callboard.toml", text), ignored]);
    let worktree = scene.repo.worktree("a");
    let project = scene.project();
    let wanted = scene.of(&project, worktree.path(), "a");
    equip(&wanted, Phase::First, &mut |_| {}).unwrap();
    equip(&wanted, Phase::Rest, &mut |_| {}).unwrap_err();
    worktree.write("may", "");
    equip(&wanted, Phase::Rest, &mut |_| {}).unwrap();
    equip(&wanted, Phase::Rest, &mut |_| {}).unwrap();
    assert_eq!(worktree.read("dev.db"), "x\n");
}
