//! Branches of a remote in a review, and a review that is sent there as pull requests.

use std::os::unix::fs::PermissionsExt;

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, wait};
use insta::assert_snapshot;

use crate::scene::{redacted, told};
use crate::worktrees::json;

/// Opens each pull request that it is asked to.
const GH: &str = "#!/bin/sh\ncase \"$1 $2\" in\n\"pr list\") echo '[]' ;;\n\"pr create\") cat >/dev/null; echo https://github.com/acme/app/pull/12 ;;\nesac\n";

fn in_sight(callboard: &Callboard<'_>, name: &str) {
    wait::until(name, || {
        let all = json(callboard, &["changes"]);
        all.as_array().unwrap().iter().any(|one| one["name"] == name).then_some(())
    });
}

#[test]
fn a_fetched_branch_is_reviewed_with_ones_own_and_sent_as_pull_requests() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.go_on_at(callboard_os::clock::now().as_millisecond() / 1000 - 86_400);
    repo.commit("Begin", &[("a.txt", "1\n"), ("b.txt", "1\n")]);
    let bare = home.work().join("remote.git");
    let bare = bare.to_str().unwrap();
    repo.git(&["clone", "-q", "--bare", ".", bare]);
    repo.git(&["remote", "add", "origin", bare]);
    let theirs = repo.worktree("theirs");
    theirs.commit("Change a", &[("a.txt", "2\n")]);
    theirs.git(&["push", "-q", "origin", "theirs"]);
    repo.remove_worktree(theirs);
    repo.git(&["branch", "-q", "-D", "theirs"]);
    let mine = repo.worktree("mine");
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let callboard = daemon.callboard();
    let says =
        |args: &[&str]| format!("$ callboard {}\n{}", args.join(" "), told(&callboard.run(args)));
    mine.write("b.txt", "2\n");
    in_sight(callboard, "mine");
    repo.git(&["fetch", "-q"]);
    in_sight(callboard, "origin/theirs");
    let mut text = says(&["changes", "origin/theirs", "--diff"]);
    text += &says(&["review", "open", "mine", "origin/theirs", "--title", "Count to two"]);
    text += &says(&["review", "land", "R1", "--as", "pr"]);
    text += &says(&["review", "land", "R1", "--as", "pr", "--yes"]);
    text += &says(&["review", "drop", "R1"]);
    std::fs::create_dir_all(home.bin()).unwrap();
    std::fs::write(home.bin().join("gh"), GH).unwrap();
    std::fs::set_permissions(home.bin().join("gh"), std::fs::Permissions::from_mode(0o755))
        .unwrap();
    repo.git(&["remote", "set-url", "origin", "https://token@github.com/acme/app.git"]);
    repo.git(&["remote", "set-url", "--push", "origin", bare]);
    text += &says(&["review", "open", "mine", "--title", "Only mine"]);
    text += &says(&["review", "land", "R2", "--as", "stack", "--by", "rebase", "--yes"]);
    repo.git(&["remote", "set-url", "--push", "origin", "/nowhere.git"]);
    mine.write("b.txt", "3\n");
    wait::until("the change", || {
        (json(callboard, &["review", "show", "R2"])["sent"]["current"] == false).then_some(())
    });
    text += &says(&["review", "land", "R2", "--as", "stack", "--yes"]);
    redacted(&home).bind(|| assert_snapshot!("sending", text));
    assert!(!text.contains("token"), "{text}");
    let there = repo.at(std::path::Path::new(bare));
    assert_eq!(there.git(&["show", "callboard/R1-count-to-two:a.txt"]), "2");
}
