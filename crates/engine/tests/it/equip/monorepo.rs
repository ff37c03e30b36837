use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use callboard_engine::equip::{Equipped, Phase, equip, load, start_server, unequip};
use callboard_os::script::Script;
use callboard_testkit::{HermeticHome, Postgres, Repo, wait};

use super::Scene;

const PACKAGES: usize = 30;

const SETTINGS: &str = r#"
[worktrees]
clone = ["node_modules"]
setup = "node tools/check-links.js"
run.command = "node tools/dev.js"

[[worktrees.templates]]
path = "config/stack.json"
replace = { "3000" = "{{port.web}}", "3001" = "{{port.api}}", "\"shop\"" = "\"shop-{{worktree}}\"" }

[ports]
names = ["web", "api"]

[database]
migrate = "psql -X -q \"$DATABASE_URL\" -c 'CREATE TABLE IF NOT EXISTS orders (item text)'"
"#;

/// Two servers on the ports of the tracked configuration; they tell where they run and their database's rows.
const DEV: &str = r#"
const http = require("http");
const { execFileSync } = require("child_process");
const stack = require("../config/stack.json");
const last = require("@shop/p29");
const rows = () =>
  execFileSync("psql", ["-X", "-A", "-t", process.env.DATABASE_URL, "-c", "SELECT count(*) FROM orders"]).toString().trim();
for (const name of ["web", "api"]) {
  http
    .createServer((_, answer) => answer.end(JSON.stringify({ name, stack: stack.name, at: last.at, sum: last.sum(), rows: rows() })))
    .listen(stack[name], "127.0.0.1");
}
"#;

/// Fails where another run writes to the same database.
const TEST: &str = r#"
const { execFileSync } = require("child_process");
const assert = require("assert");
const sql = (text) =>
  execFileSync("psql", ["-X", "-q", "-A", "-t", process.env.DATABASE_URL, "-c", text]).toString().trim();
for (let i = 0; i < 30; i++) {
  const own = require(`../packages/p${String(i).padStart(2, "0")}`);
  assert.equal(own.sum(), i + 1);
}
const before = Number(sql("SELECT count(*) FROM orders"));
for (let i = 1; i <= 10; i++) {
  sql(`INSERT INTO orders VALUES ('${process.env.CALLBOARD_WORKTREE}')`);
  assert.equal(Number(sql("SELECT count(*) FROM orders")), before + i);
}
console.log("30 packages pass");
"#;

const CHECK_LINKS: &str = r#"
const path = require("path");
const at = require("@shop/p00").at;
const expected = path.join(__dirname, "..", "packages", "p00");
if (at !== expected) throw new Error(`${at} instead of ${expected}`);
"#;

fn package(i: usize) -> String {
    let needs = match i {
        0 => "exports.sum = () => 1;".to_owned(),
        _ => format!(
            "const before = require(\"@shop/p{:02}\");\nexports.sum = () => before.sum() + 1;",
            i - 1
        ),
    };
    format!("{needs}\nexports.at = __dirname;\n")
}

/// A repository of 30 packages, installed as pnpm does, whose stack has fixed ports in a tracked file.
fn shop<'a>(home: &'a HermeticHome, server: &Postgres) -> Scene<'a> {
    let mut files: Vec<(String, String)> = [
        ("callboard.toml", SETTINGS),
        (".gitignore", "node_modules\n.env\n"),
        (
            "package.json",
            "{\"name\": \"shop\", \"private\": true, \"scripts\": {\"dev\": \"turbo dev\"}}",
        ),
        ("pnpm-workspace.yaml", "packages:\n  - packages/*\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
        ("turbo.json", "{\"tasks\": {\"dev\": {\"persistent\": true}, \"test\": {}}}"),
        ("config/stack.json", "{\"name\": \"shop\", \"web\": 3000, \"api\": 3001}\n"),
        ("tools/dev.js", DEV),
        ("tools/test.js", TEST),
        ("tools/check-links.js", CHECK_LINKS),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into();
    for i in 0..PACKAGES {
        files.push((format!("packages/p{i:02}/index.js"), package(i)));
        files.push((
            format!("packages/p{i:02}/package.json"),
            format!("{{\"name\": \"@shop/p{i:02}\"}}"),
        ));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let scene = Scene::new(home, &files);
    let root = scene.repo.path();
    for (folder, up, needs) in (0..PACKAGES).map(|i| (root.to_owned(), "../..", i)).chain(
        (1..PACKAGES).map(|i| (root.join(format!("packages/p{i:02}")), "../../../..", i - 1)),
    ) {
        std::fs::create_dir_all(folder.join("node_modules/@shop")).unwrap();
        let target = format!("{up}/packages/p{needs:02}");
        let link = folder.join(format!("node_modules/@shop/p{needs:02}"));
        std::os::unix::fs::symlink(target, link).unwrap();
    }
    server.ask("postgres", "CREATE DATABASE shop");
    server.ask("shop", "CREATE TABLE orders (item text); INSERT INTO orders VALUES ('first')");
    scene.repo.write(".env", format!("DATABASE_URL={}\n", server.url("shop")));
    scene
}

/// What a server on this machine answers, once it does.
fn answer(port: u16) -> serde_json::Value {
    wait::until("answer of a server", || {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).ok()?;
        connection.write_all(b"GET / HTTP/1.0\r\n\r\n").ok()?;
        let mut text = String::new();
        connection.read_to_string(&mut text).ok()?;
        serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()
    })
}

fn run_tests(scene: &Scene<'_>, top: &Path, equipped: &Equipped) -> Vec<String> {
    let mut told = Vec::new();
    Script::new("node tools/test.js", top, &equipped.log)
        .envs(&scene.variables)
        .envs(&equipped.environment)
        .run(&mut |line| told.push(line.to_owned()))
        .unwrap();
    told
}

#[test]
fn two_worktrees_of_a_monorepo_run_together() {
    let home = HermeticHome::new();
    let server = Postgres::start();
    let scene = shop(&home, &server);
    let trees = ["T1-cart", "T2-search"].map(|name| (name, scene.repo.worktree(name)));
    let equipped = std::thread::scope(|threads| {
        let both = trees.each_ref().map(|(name, tree)| {
            let scene = &scene;
            threads.spawn(move || equipped_with_server(scene, tree, name))
        });
        both.map(|thread| thread.join().unwrap())
    });
    // Servers answer in each, each of its own files and database, while the tests of both run.
    std::thread::scope(|threads| {
        for ((_, tree), equipped) in trees.iter().zip(&equipped) {
            let scene = &scene;
            let tests = move || run_tests(scene, tree.path(), equipped);
            threads.spawn(move || assert_eq!(tests(), ["30 packages pass"]));
        }
        for ((name, tree), equipped) in trees.iter().zip(&equipped) {
            for (server, port) in &equipped.ports {
                let answer = answer(*port);
                assert_eq!(
                    (answer["name"].as_str(), answer["sum"].as_u64()),
                    (Some(&**server), Some(30))
                );
                assert_eq!(answer["stack"].as_str(), Some(&*format!("shop-{name}")));
                let at = tree.path().join("packages/p29");
                assert_eq!(answer["at"].as_str(), at.to_str());
            }
        }
    });
    for ((_, tree), equipped) in trees.iter().zip(&equipped) {
        assert_eq!(answer(equipped.ports["api"])["rows"], "11");
        assert_eq!(tree.status(), "");
    }
    assert_eq!(
        (scene.repo.status().as_str(), server.ask("shop", "SELECT count(*) FROM orders")),
        ("", "1".into())
    );
    let project = scene.project();
    for ((name, tree), equipped) in trees.iter().zip(&equipped) {
        assert_eq!(unequip(&scene.of(&project, tree.path(), name), &mut |_| {}).unwrap(), [""; 0]);
        assert!(TcpStream::connect(("127.0.0.1", equipped.ports["web"])).is_err());
        assert_eq!(load(&home.callboard_home(), tree.path()).unwrap(), None);
    }
    assert_eq!(
        server.ask("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'shop_%'"),
        "0"
    );
}

fn equipped_with_server(scene: &Scene<'_>, tree: &Repo<'_>, name: &str) -> Equipped {
    let project = scene.project();
    let wanted = scene.of(&project, tree.path(), name);
    equip(&wanted, Phase::First, &mut |_| {}).unwrap();
    equip(&wanted, Phase::Rest, &mut |_| {}).unwrap();
    start_server(&wanted).unwrap()
}
