//! What runs in a worktree, and what it has taken, as the page shows it and acts on it.

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, wait};

use super::page_of;
use crate::real_agents::owned::json_of;

#[test]
fn a_server_a_setup_and_a_resource_are_looked_after_on_the_page() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let server =
        "require('http').createServer((_, a) => a.end()).listen(+process.env.PORT, '127.0.0.1')";
    let settings = "[worktrees]\npool = 0\nsetup = \"echo 2 > lock\"\nrun.command = \"node server.js\"\n\
                    [ports]\nnames = [\"web\"]\nfrom = 26_500\n[resources.stack]\ntake = \"true\"\n";
    repo.commit(
        "Configure",
        &[("callboard.toml", settings), ("server.js", server), ("lock", "1\n")],
    );
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    json_of(&home, &repo, &["task", "new", "Serve", "--json"]);
    let made = json_of(&home, &repo, &["worktree", "new", "T1", "--json"]);
    wait::until("its setup", || {
        let shown = json_of(&home, &repo, &["worktree", "show", "T1", "--json"]);
        (shown["setup"] == "done").then_some(())
    });
    let inside = std::path::Path::new(made["path"].as_str().unwrap());
    let mut take = Callboard::built(&home).cwd(inside).command();
    let taken = take.args(["resource", "take", "stack"]).env("CALLBOARD_WORKTREE", "T1-serve");
    assert!(taken.stdin(std::process::Stdio::null()).status().unwrap().success());
    let mut node = page_of(&home, &daemon, "e2e/serving.test.mjs");
    let output = node.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let lock = std::fs::read_to_string(inside.join("lock")).unwrap();
    assert_eq!(lock, "1\n");
}
