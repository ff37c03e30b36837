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

#[test]
fn two_agents_that_write_the_same_lines_are_told_at_their_next_step() {
    let server = ModelServer::with([script("one", "# One\n"), script("two", "# Two\n")]);
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    for name in ["one", "two"] {
        let work = format!("Name the project {name} [[script:{name}]]");
        let args = ["run", &work, "--agent", "claude", "--mode", "acceptEdits", "--json"];
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
        let told = format!("{other} (\\\"Name the project");
        let request = wait::until("the last request", || {
            let played = server.played(name);
            played.into_iter().find(|request| request.body.to_string().contains(&told))
        });
        let text = request.body.to_string();
        assert!(text.contains("git cannot merge the two"), "{text}");
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
