//! Three agents whose work belongs together: found, explained, tested, answered and landed as one, on the page.

use callboard_testkit::{ModelServer, Repo, Script, Turn, wait};
use serde_json::json;

use super::page_of;
use crate::real_agents::owned::{Scene, daemon, json_of};

const WATCHER: &str = "export class Watcher {
  private paths: string[] = []

  subscribe(path: string): void {
    this.paths.push(path)
  }
}
";

/// Fails where the new signature meets an old call.
const CHECK: &str = "! grep -q 'depth: number' src/watcher.ts || ! grep -rqs \"subscribe(path)\\|subscribe('a')\" src/handlers.ts test";

fn begin(repo: &Repo<'_>) {
    let checks = format!("checks = [{}]\n", json!(CHECK));
    let files = [
        ("src/watcher.ts", WATCHER),
        (
            "src/main.ts",
            "import { Watcher } from './watcher'\n\nexport const watcher = new Watcher()\n",
        ),
        ("callboard.toml", &checks),
    ];
    repo.commit("Begin", &files);
}

fn write(path: &str, content: &str) -> Turn {
    Turn::text("I write.").tool("Write", json!({"file_path": path, "content": content}))
}

fn scripts() -> [Script; 3] {
    let done = || Turn::text("It is done.");
    let watcher = WATCHER
        .replace("subscribe(path: string)", "subscribe(paths: string[], depth: number)")
        .replace("this.paths.push(path)", "this.paths.push(...paths)");
    let handlers = |call: &str| {
        format!(
            "import {{ Watcher }} from './watcher'\n\nexport function open(watcher: Watcher, path: string): void {{\n  watcher.{call}\n}}\n"
        )
    };
    let tests = |call: &str| {
        format!(
            "import {{ Watcher }} from '../src/watcher'\n\ntest('subscribes to a path', () => {{\n  const watcher = new Watcher()\n  watcher.{call}\n}})\n"
        )
    };
    let added: String =
        handlers("subscribe(path)").lines().map(|line| format!("+{line}\n")).collect();
    let add = format!("*** Begin Patch\n*** Add File: src/handlers.ts\n{added}*** End Patch\n");
    let change = "*** Begin Patch\n*** Update File: src/handlers.ts\n@@\n-  watcher.subscribe(path)\n+  watcher.subscribe([path], 1)\n*** End Patch\n";
    let read = json!({"file_path": "src/watcher.ts"});
    [
        Script::new("watcher")
            .turn(Turn::text("I look.").tool("Read", read))
            .turn(write("src/watcher.ts", &watcher))
            .turn(done()),
        Script::new("handlers")
            .turn(Turn::text("I write.").custom_tool("apply_patch", &add))
            .turn(done())
            .turn(Turn::text("I change the call.").custom_tool("apply_patch", change))
            .turn(done()),
        Script::new("tests")
            .turn(write("test/watcher.test.ts", &tests("subscribe('a')")))
            .turn(done())
            .turn(write("test/watcher.test.ts", &tests("subscribe(['a'], 1)")))
            .turn(done()),
    ]
}

#[test]
fn three_agents_are_reviewed_tested_and_landed_as_one() {
    let server = ModelServer::with(scripts());
    let scene = Scene::new(&server, 2);
    let repo = Repo::new(&scene.home);
    begin(&repo);
    let daemon = daemon(&scene.home, &repo);
    let works = [
        ("Let the watcher take several paths and a depth", "watcher", "claude"),
        ("Open files from the window, by the watcher", "handlers", "codex"),
        ("Test that the watcher subscribes to a path", "tests", "claude"),
    ];
    for (number, (work, script, agent)) in (1..).zip(works) {
        let body = format!("[[script:{script}]]");
        json_of(&scene.home, &repo, &["task", "new", work, "--body", &body, "--json"]);
        let task = format!("T{number}");
        let mut args = vec!["run", &task, "--agent", agent, "--json"];
        if agent == "claude" {
            args.extend(["--mode", "acceptEdits"]);
        }
        json_of(&scene.home, &repo, &args);
    }
    wait::until("all three to have written", || {
        let changed = daemon.get("/api/changesets").json();
        (changed.as_array().unwrap().len() == 3).then_some(())
    });
    let mut node = page_of(&scene.home, &daemon, "e2e/reviewing.test.mjs");
    let output = node.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(repo.read("src/watcher.ts").contains("depth: number"));
    assert!(repo.read("src/handlers.ts").contains("subscribe([path], 1)"));
    assert!(repo.read("test/watcher.test.ts").contains("subscribe(['a'], 1)"));
    let subjects = repo.git(&["log", "--format=%s", "--max-count=3"]);
    let last = subjects.lines().last().unwrap();
    assert!(last.starts_with("Let the watcher take several paths"), "{subjects}");
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    let tasks = daemon.get("/api/tasks").json();
    let columns: Vec<_> = tasks.as_array().unwrap().iter().map(|task| &task["column"]).collect();
    assert!(columns.iter().all(|column| **column == "done"), "{tasks:#}");
    for task in ["T1", "T2", "T3"] {
        json_of(&scene.home, &repo, &["stop", task, "--json"]);
    }
}
