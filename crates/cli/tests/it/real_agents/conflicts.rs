//! Agents that are about to collide, and hear of it while they work.

use callboard_testkit::{ModelServer, Script, Turn, wait};
use serde_json::{Value, json};

use super::owned::{Scene, daemon, json_of, open_calls};

fn write(content: &str) -> Turn {
    let input = json!({"file_path": "README.md", "content": content});
    Turn::text("I write.").tool("Write", input)
}

fn read() -> Turn {
    Turn::text("I look.").tool("Read", json!({"file_path": "README.md"}))
}

/// Looks at the file, writes it, waits to be released, looks again, ends.
fn script(name: &str, content: &str) -> Script {
    Script::new(name)
        .turn(read())
        .turn(write(content))
        .turn(read().gate(name))
        .turn(Turn::text("Done."))
}

/// The same, as Codex does it.
fn codex_script(name: &str, title: &str) -> Script {
    let look = || Turn::text("I look.").tool("exec_command", json!({"cmd": "cat README.md"}));
    let patch = format!(
        "*** Begin Patch\n*** Update File: README.md\n@@\n-# Here\n+# {title}\n*** End Patch\n"
    );
    Script::new(name)
        .turn(look())
        .turn(Turn::text("I write.").custom_tool("apply_patch", &patch))
        .turn(look().gate(name))
        .turn(Turn::text("Done."))
}

#[test]
fn two_agents_that_write_the_same_lines_are_told_at_their_next_step() {
    let scripts = [script("one", "# One\n"), script("two", "# Two\n")];
    are_told_at_their_next_step(scripts, "claude", "acceptEdits");
}

#[test]
fn two_threads_of_codex_that_write_the_same_lines_are_told_at_their_next_step() {
    let scripts = [codex_script("one", "One"), codex_script("two", "Two")];
    are_told_at_their_next_step(scripts, "codex", "never/danger-full-access");
}

fn are_told_at_their_next_step(scripts: [Script; 2], agent: &str, mode: &str) {
    let server = ModelServer::with(scripts);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    for name in ["one", "two"] {
        // Without the script's name in the title: the other is told that.
        let work = format!("Name the project {name}\n\n[[script:{name}]]");
        let args = ["run", &work, "--agent", agent, "--mode", mode, "--json"];
        json_of(&scene.home, &repo, &args);
        server.wait_until_held(name);
    }
    let call = wait::until("the conflict", || {
        open_calls(&daemon).into_iter().find(|call| call["kind"] == "conflict")
    });
    assert_eq!(call["question"], "T1 and T2 conflict in README.md", "{call:#}");
    let pairs = daemon.get("/api/conflicts").json();
    assert_eq!(pairs["pairs"][0]["conflict"]["files"][0]["hunks"][0]["left"], json!(["# One"]));
    server.release("one");
    server.release("two");
    for (name, other) in [("one", "T2"), ("two", "T1")] {
        let told = format!("{other} (\u{201c}Name the project");
        let request = wait::until("the last request", || {
            let played = server.played(name);
            played.into_iter().find(|request| request.body.to_string().contains(&told))
        });
        let text = request.body.to_string();
        assert_eq!(text.matches("git cannot merge the two").count(), 1, "{text}");
    }
    // Once per news.
    let untold: Value = daemon.get("/api/calls").json();
    assert_eq!(
        untold["calls"].as_array().unwrap().iter().filter(|c| c["kind"] == "conflict").count(),
        1
    );
    for task in ["T1", "T2"] {
        json_of(&scene.home, &repo, &["stop", task, "--json"]);
    }
}
