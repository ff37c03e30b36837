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

fn patch(path: &str, line: &str) -> Turn {
    let patch = format!("*** Begin Patch\n*** Add File: {path}\n+{line}\n*** End Patch\n");
    Turn::text("I write.").custom_tool("apply_patch", &patch)
}

fn exec(command: &str) -> Turn {
    Turn::text("I run it.").tool("exec_command", json!({ "cmd": command }))
}

/// What two threads of Codex do: one that Callboard starts, and one of the user's own.
fn work_of_codex() -> ModelServer {
    let program = env!("CARGO_BIN_EXE_callboard");
    ModelServer::with([
        Script::new("one")
            .turn(patch("one.txt", "by one"))
            .turn(exec("git add -A && git commit -m All").gate("one"))
            .turn(exec(&format!("{program} commit S1 -m 'By one'")))
            .turn(Turn::text("Done: {{last_result}}")),
        Script::new("two")
            .turn(exec("printf 'by two\\n' > two.txt"))
            .turn(exec("git add .").gate("two"))
            .turn(exec("cat one.txt").tool("exec_command", json!({"cmd": "cat two.txt"})))
            .turn(Turn::text("Done.")),
    ])
}

#[test]
fn threads_of_codex_in_one_checkout_are_told_once_and_kept_from_taking_each_others_files() {
    let server = work_of_codex();
    let scene = Scene::new(&server, 2);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let own_hooks = "{\"hooks\" :{ \"Stop\":[{\"hooks\": [{\"type\":\"command\",\"command\":\"true\"}]} ] }}\n\n";
    let hooks = scene.home.codex_home().join("hooks.json");
    std::fs::write(&hooks, own_hooks).unwrap();
    let connected = daemon.callboard().run(["connect", "codex", "--yes"]);
    assert_eq!(connected.code, Some(0), "{}{}", connected.stdout, connected.stderr);
    assert!(!connected.stdout.contains("trust the hooks"), "it is trusted: {}", connected.stdout);

    let mode = ["--agent", "codex", "--mode", "never/danger-full-access", "--in-place", "--json"];
    let work = ["run", "Write one [[script:one]]"];
    let started = json_of(&scene.home, &repo, &[work.as_slice(), &mode].concat());
    assert_eq!(started[0]["session"], "S1", "{started:#}");
    server.wait_until_held("one");
    let client = scene.agents.codex(&scene.home).cwd(repo.path()).app_server();
    let free =
        json!({"cwd": repo.path(), "approvalPolicy": "never", "sandbox": "danger-full-access"});
    let thread = client.call("thread/start", free)["thread"]["id"].as_str().unwrap().to_owned();
    client.start_turn(&thread, "Write two [[script:two]]");
    server.wait_until_held("two");
    wait::until("a changeset for each", || {
        let changesets = daemon.get("/api/changesets").json();
        let mut names: Vec<String> = changesets.as_array()?.iter().map(name_of).collect();
        names.sort_unstable();
        (names == ["S1", "S2"]).then_some(())
    });

    server.release("two");
    client.wait_turn_completed(&thread);
    let last = |name: &str| server.played(name).pop().unwrap().body.to_string();
    let told = last("two");
    assert!(
        told.contains("would stage what another session changed in this folder: one.txt (S1)"),
        "{told}"
    );
    let welcome =
        |other: &str, own: &str| format!("{other} work in this folder, too. You are {own}.");
    assert_eq!(told.matches(&welcome("S1", "S2")).count(), 1, "{told}");
    assert_eq!(repo.status(), "?? one.txt\n?? two.txt");

    server.release("one");
    wait::until("the commit", || last("one").contains("1 file of S1 committed").then_some(()));
    let told = last("one");
    assert!(
        told.contains("would stage what another session changed in this folder: two.txt (S2)"),
        "{told}"
    );
    assert_eq!(told.matches(&welcome("S2", "S1")).count(), 1, "{told}");
    assert_eq!(repo.git(&["log", "--format=%s", "-1", "--name-only"]), "By one\n\none.txt");
    assert_eq!(repo.status(), "?? two.txt");
    let sweeps = open_calls(&daemon).into_iter().filter(|call| call["kind"] == "sweep").count();
    assert_eq!(sweeps, 2);

    json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
    let gone = daemon.callboard().run(["disconnect", "codex", "--yes"]);
    assert_eq!(gone.code, Some(0), "{}{}", gone.stdout, gone.stderr);
    assert_eq!(std::fs::read_to_string(&hooks).unwrap(), own_hooks);
    let config = std::fs::read_to_string(scene.home.codex_home().join("config.toml")).unwrap();
    assert!(!config.contains("hooks"), "{config}");
}
