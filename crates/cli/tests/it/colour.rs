//! Colour is for terminals, and only where it is wanted.

use std::process::Command;

use callboard_testkit::{Repo, daemon, wait};

use crate::scene::{home, morning, on_path};

const ESCAPE: char = '\u{1b}';

#[test]
#[allow(clippy::disallowed_methods, reason = "tmux is the terminal of this test")]
fn colour_only_on_a_terminal() {
    let home = home();
    let repo = Repo::new(&home);
    let daemon = morning(&home, &repo);
    for args in
        [&["status"][..], &["session", "show", "S1"], &["session", "show", "S99"], &["walrus"]]
    {
        let piped = daemon.callboard().run(args);
        assert!(!piped.stdout.contains(ESCAPE), "{}", piped.stdout);
        assert!(!piped.stderr.contains(ESCAPE), "{}", piped.stderr);
    }

    let socket = home.root().join("tmux");
    let config = home.root().join("tmux.conf");
    // The server outlives its first session: one that is going down would take the next.
    let lines = "set -g default-terminal xterm-256color\nset -g exit-empty off\n";
    std::fs::write(&config, lines).unwrap();
    let tmux = |args: &[&str]| {
        let mut command = Command::new(on_path("tmux"));
        home.env(&mut command).arg("-S").arg(&socket).arg("-f").arg(&config).args(args);
        let output = command.current_dir(repo.path()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let callboard = daemon::binary();
    let shown = |variable: &str, args: &str, wanted: &str| {
        // The screen stays until its session is killed.
        let line = format!("{variable} {} {args}; read end", callboard.display());
        tmux(&["new-session", "-d", "-s", "shown", "-x", "120", "-y", "40", &line]);
        let screen = wait::until(wanted, || {
            let screen = tmux(&["capture-pane", "-p", "-e", "-t", "shown"]);
            screen.contains(wanted).then_some(screen)
        });
        tmux(&["kill-session", "-t", "shown"]);
        screen
    };
    let status = shown("", "status", "cargo publish");
    assert!(status.contains("\u{1b}[1m\u{1b}[33m1 needs you"), "{status:?}");
    insta::with_settings!({omit_expression => true, filters => [(r"\d{4} d", "[age]")]}, {
        insta::assert_snapshot!("status_on_a_terminal", without_colour(&status).trim_end());
    });
    let error = shown("", "session show S99", "hint:");
    assert!(error.contains("\u{1b}[31merror:"), "{error:?}");
    for args in ["status", "session show S99"] {
        let wanted = if args == "status" { "cargo publish" } else { "hint:" };
        let plain = shown("NO_COLOR=1", args, wanted);
        assert!(!plain.contains("\u{1b}[3") && !plain.contains("\u{1b}[1m"), "{plain:?}");
    }
    tmux(&["kill-server"]);
}

/// What stands on a screen.
fn without_colour(screen: &str) -> String {
    let mut parts = screen.split(ESCAPE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}
