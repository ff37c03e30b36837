//! Two agents in one checkout: each commits its own, and neither takes along what the other wrote.

use callboard_testkit::{ModelServer, Script, Turn, wait};
use serde_json::{Value, json};

use super::owned::{Scene, daemon, json_of, open_calls};

fn write(path: &str, content: &str) -> Turn {
    Turn::text("I write.").tool("Write", json!({"file_path": path, "content": content}))
}

fn run(command: &str) -> Turn {
    let input = json!({"command": command, "description": "Run it"});
    Turn::text("I run it.").tool("Bash", input)
}

fn commit(session: &str, message: &str) -> Turn {
    let program = env!("CARGO_BIN_EXE_callboard");
    run(&format!("{program} commit {session} -m '{message}'"))
}

fn name_of(changeset: &Value) -> String {
    changeset["name"].as_str().unwrap().to_owned()
}

/// What the two do, with a halt before each commits.
fn work() -> ModelServer {
    ModelServer::with([
        Script::new("one")
            .turn(write("one.txt", "by one\n"))
            .turn(run("git add -A && git commit -m All").gate("one"))
            .turn(commit("S1", "By one"))
            .turn(Turn::text("Done: {{last_result}}")),
        Script::new("two")
            .turn(run("printf 'by two\\n' > two.txt; printf '# Two\\n' > README.md"))
            .turn(commit("S2", "By two").gate("two"))
            .turn(Turn::text("Done: {{last_result}}")),
    ])
}

#[test]
fn two_agents_in_one_checkout_commit_their_own_and_one_that_would_take_both_is_refused() {
    let server = work();
    let scene = Scene::new(&server, 2);
    // Their user lets them run any command.
    let settings = json!({"permissions": {"allow": ["Bash"]}});
    std::fs::write(scene.home.claude_config_dir().join("settings.json"), settings.to_string())
        .unwrap();
    let repo = scene.repo();
    let mut daemon = daemon(&scene.home, &repo);
    for (name, session) in [("one", "S1"), ("two", "S2")] {
        let work = format!("Write {name} [[script:{name}]]");
        let mode = ["--agent", "claude", "--mode", "acceptEdits", "--in-place", "--json"];
        let started = json_of(&scene.home, &repo, &[["run", &work].as_slice(), &mode].concat());
        assert_eq!(started[0]["session"], session, "{started:#}");
        server.wait_until_held(name);
    }
    let own = |daemon: &callboard_testkit::Daemon<'_>, session: &str| -> Option<Vec<String>> {
        let own = daemon.get(&format!("/api/sessions/{session}/changes")).json();
        let files = own["files"].as_array()?.iter();
        Some(files.map(|file| file["path"].as_str().unwrap().to_owned()).collect())
    };
    let each_has_its_own = |daemon: &callboard_testkit::Daemon<'_>| {
        wait::until("whose files are whose", || {
            let one = own(daemon, "S1")? == ["one.txt"];
            (one && own(daemon, "S2")? == ["README.md", "two.txt"]).then_some(())
        });
    };
    each_has_its_own(&daemon);
    daemon.kill_9();
    daemon.start_again();
    each_has_its_own(&daemon);
    wait::until("a changeset for each", || {
        let changesets = daemon.get("/api/changesets").json();
        let mut names: Vec<String> = changesets.as_array()?.iter().map(name_of).collect();
        names.sort_unstable();
        (names == ["S1", "S2"]).then_some(())
    });

    server.release("one");
    let said = |name: &str, words: &str| {
        wait::until(words, || {
            let played = server.played(name);
            played.into_iter().find(|request| request.body.to_string().contains(words))
        });
    };
    said("one", "would stage what another session changed in this folder");
    said("one", "1 file of S1 committed");
    assert_eq!(repo.git(&["log", "--format=%s", "-1", "--name-only"]), "By one\n\none.txt");
    assert_eq!(repo.status(), " M README.md\n?? two.txt");
    let call = wait::until("the call", || {
        open_calls(&daemon).into_iter().find(|call| call["kind"] == "sweep")
    });
    assert_eq!(call["question"], "was kept from running `git add -A && git commit -m All`");
    server.release("two");
    said("two", "2 files of S2 committed");
    assert_eq!(repo.status(), "");
    let told = |name: &str| -> Vec<Value> {
        server.played(name).into_iter().map(|request| request.body).collect()
    };
    let welcomed = told("two").iter().any(|body| {
        body.to_string().contains("S1 work in this folder, too. You are S2. Commit with")
    });
    assert!(welcomed, "the second is told that it is not alone");
    for task in ["T1", "T2"] {
        json_of(&scene.home, &repo, &["stop", task, "--json"]);
    }
}
