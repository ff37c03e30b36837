//! The page in a real browser, over the daemon; `cargo xtask test` runs modules of this name apart.

mod answers;
mod asking;
mod composing;
mod nights;
mod noting;
mod reviewing;
mod serving;

use std::path::{Path, PathBuf};
use std::process::Command;

use callboard_testkit::{Daemon, HermeticHome, Repo, daemon};
use serde_json::json;

use crate::scene::{WAITING, home, morning, on_path};
use crate::transcripts::Claude;

/// The page's own folder.
fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web")
}

/// What the session that waits goes on to do, each with what a person sees of it.
fn next_lines(session: &Claude) -> String {
    let edit = json!({"file_path": session.cwd().join("src/release.rs"),
        "old_string": "0.1", "new_string": "0.2"});
    let build = json!({"command": "cargo doc --no-deps", "description": "Build the pages"});
    let published = session.result(1230, 1210, "packaged", &json!({"stdout": "", "stderr": ""}));
    json!([
        {"line": published + &session.uses(1240, "Edit", &edit), "shows": "src/release.rs"},
        {"line": session.says(1250, "Everything is packaged now."), "shows": "Everything is packaged now."},
        {"line": session.prompt(1260, "Go on") + &session.uses(1270, "Bash", &build),
            "shows": "cargo doc --no-deps"},
    ])
    .to_string()
}

/// A script of the page's that drives Chromium over a daemon's page.
#[allow(clippy::disallowed_methods, reason = "Node is what drives the browser")]
fn page_of(home: &HermeticHome, daemon: &Daemon<'_>, script: &str) -> Command {
    let token = daemon.callboard().run(["token"]).stdout;
    let page = daemon.client().origin().replace("127.0.0.1", "callboard.localhost") + "/";
    let mut node = Command::new(on_path("node"));
    home.env(&mut node)
        .current_dir(web())
        .args(["--test", script])
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("CHROMIUM", std::env::var_os("CHROMIUM").unwrap_or_else(|| on_path("chromium").into()))
        .env("CALLBOARD_URL", page)
        .env("CALLBOARD_TOKEN", token.trim());
    node
}

#[test]
fn the_page_follows_what_agents_do() {
    let home = home();
    let repo = Repo::new(&home);
    let daemon = morning(&home, &repo);
    let waiting = Claude::new(WAITING, repo.path());
    let callboard = daemon.callboard();
    let mut node = page_of(&home, &daemon, "e2e/daemon.test.mjs");
    node.env("CALLBOARD_BIN", daemon::binary())
        .env("REPOSITORY", repo.path())
        .env("TRANSCRIPT", waiting.path(&home))
        .env("NEXT_LINES", next_lines(&waiting));
    let output = node.output();
    // The script starts the daemon anew.
    let ended = callboard.run(["down"]);
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}
