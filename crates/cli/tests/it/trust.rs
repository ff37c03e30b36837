//! `trust`: what `callboard.toml` can do, shown and approved.

use callboard_testkit::{Callboard, Daemon, Finished, HermeticHome, Repo, daemon, wait};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::scene::{on_path, told};

fn json_of(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).unwrap()
}

fn home() -> HermeticHome {
    let mut home = HermeticHome::new();
    home.set("CALLBOARD_TRUST", "");
    home
}

#[test]
fn what_it_can_do_is_shown_and_approved_by_somebody_who_is_there() {
    let home = home();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("a", "1")]);
    let path = repo.path().to_str().unwrap();
    let text = "[worktrees]\nsetup = [\"make\"]\n[rules]\nallow = [\"Bash(make*)\"]\ndeny = [\"Bash(rm*)\"]\n";
    repo.write("callboard.toml", text);
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let trust = |args: &[&str]| daemon.callboard().run([&["trust"], args].concat());
    assert_snapshot!("trust_refused", told(&trust(&[])).replace(path, "[repo]"));
    let refused = daemon.callboard().run(["worktree", "new", "one"]);
    assert_snapshot!("trust_worktree", told(&refused).replace(path, "[repo]"));
    assert_eq!(json_of(&trust(&["--json"]))["state"], "waiting");

    assert_snapshot!("trust_yes", told(&trust(&["--yes"])).replace(path, "[repo]"));
    assert_eq!(json_of(&trust(&["--json"]))["state"], "approved");
    assert_eq!(daemon.get("/api/calls").json()["calls"], json!([]));
    repo.write("callboard.toml", "[rules]\nallow = [\"Bash(*)\"]\n");
    assert_snapshot!("trust_changed", told(&trust(&[])).replace(path, "[repo]"));
    let doctor = daemon.callboard().run(["doctor"]).stdout;
    assert!(doctor.contains("takes no effect: it is not approved"), "{doctor}");
    repo.write("callboard.toml", text);
    assert_eq!(json_of(&trust(&["--json"]))["state"], "approved");
    assert_eq!(json_of(&trust(&["--revoke", "--json"]))["state"], "declined");
}

#[test]
fn what_init_wrote_is_approved() {
    let home = home();
    let repo = Repo::new(&home);
    repo.write("package.json", "{\"scripts\": {\"dev\": \"vite\"}}");
    repo.write("package-lock.json", "{}");
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    assert_eq!(daemon.callboard().run(["init", "--yes"]).code, Some(0));
    let trust = json_of(&daemon.callboard().run(["trust", "--json"]));
    assert_eq!(trust["state"], "approved", "{trust:#}");
    assert!(!trust["powers"].as_array().unwrap().is_empty(), "{trust:#}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "tmux is the terminal of this test")]
fn on_a_terminal_it_asks() {
    let home = home();
    let repo = Repo::new(&home);
    repo.write("callboard.toml", "[rules]\nallow = [\"Bash(make*)\"]\n");
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let socket = home.root().join("tmux");
    let tmux = |args: &[&str]| {
        let mut command = std::process::Command::new(on_path("tmux"));
        home.env(&mut command).arg("-S").arg(&socket).args(["-f", "/dev/null"]).args(args);
        String::from_utf8(command.current_dir(repo.path()).output().unwrap().stdout).unwrap()
    };
    let line = format!("{} trust; read end", daemon::binary().display());
    tmux(&["new-session", "-d", "-s", "shown", "-x", "120", "-y", "40", &line]);
    let shown = |wanted: &str| {
        wait::until(wanted, || {
            let screen = tmux(&["capture-pane", "-p", "-t", "shown"]);
            screen.contains(wanted).then_some(screen)
        })
    };
    assert!(shown("Let it do this? [y/N]").contains("rules.allow Bash(make*)"));
    tmux(&["send-keys", "-t", "shown", "y", "Enter"]);
    shown("approved: it takes effect from now on");
    tmux(&["kill-server"]);
    let trust = json_of(&daemon.callboard().run(["trust", "--json"]));
    assert_eq!((&trust["state"], &trust["approved_by"]), (&json!("approved"), &json!("you")));
}
