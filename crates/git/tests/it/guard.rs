use std::path::Path;

use callboard_git::{guard, locate};
use callboard_testkit::{HermeticHome, Repo};

/// A repository with a remote whose user pushes to upstreams, and a worktree of it that begins at
/// `origin/main`.
fn scene<'a>(home: &'a HermeticHome) -> (Repo<'a>, Repo<'a>, Repo<'a>) {
    let repo = Repo::new(home);
    let remote = home.work().join("remote.git");
    repo.git(&["clone", "-q", "--bare", ".", remote.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    repo.git(&["fetch", "-q"]);
    repo.git(&["config", "push.default", "upstream"]);
    let path = home.work().join("w");
    let add = ["worktree", "add", "-q", "-b", "feature", path.to_str().unwrap(), "origin/main"];
    repo.git(&add);
    let worktree = repo.at(&path);
    worktree.commit("Work", &[("work.rs", "")]);
    let remote = repo.at(&remote);
    (repo, worktree, remote)
}

fn guarded(worktree: &Path) {
    guard::set(&locate(worktree).unwrap(), "main").unwrap();
}

#[test]
fn a_push_that_would_land_on_the_base_does_not() {
    let home = HermeticHome::new();
    let (_, worktree, remote) = scene(&home);
    let main = remote.git(&["rev-parse", "main"]);
    guarded(worktree.path());
    assert_eq!(guard::base_of(&locate(worktree.path()).unwrap()).as_deref(), Some("main"));
    worktree.git(&["push", "-q"]);
    assert_eq!(remote.git(&["rev-parse", "feature"]), worktree.git(&["rev-parse", "HEAD"]));
    for push in
        [&["push", "origin", "HEAD:main"][..], &["push", "origin", "feature:main", "--force"]]
    {
        let refused = worktree.try_git(push);
        assert!(!refused.status.success());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("refused to push to main"), "{said}");
    }
    assert_eq!(remote.git(&["rev-parse", "main"]), main);
}

#[test]
fn without_the_guard_the_same_push_lands_on_the_base() {
    let home = HermeticHome::new();
    let (repo, worktree, remote) = scene(&home);
    guarded(worktree.path());
    guard::unset(&locate(worktree.path()).unwrap()).unwrap();
    worktree.git(&["push", "-q"]);
    assert_eq!(remote.git(&["rev-parse", "main"]), worktree.git(&["rev-parse", "HEAD"]));
    drop(repo);
}

#[test]
fn the_repositorys_own_hooks_run_and_the_main_checkout_is_as_it_was() {
    let home = HermeticHome::new();
    let (repo, worktree, remote) = scene(&home);
    let hook = |name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt;
        let file = repo.path().join(".githooks").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    repo.git(&["config", "core.hooksPath", repo.path().join(".githooks").to_str().unwrap()]);
    hook("pre-commit", "exit 1");
    hook("pre-push", "cat > \"$(git rev-parse --git-common-dir)/pushed\"");
    guarded(worktree.path());
    worktree.write("more.rs", "");
    worktree.git(&["add", "-A"]);
    assert!(!worktree.try_git(&["commit", "-m", "Refused"]).status.success());
    worktree.git(&["push", "-q"]);
    let pushed = std::fs::read_to_string(repo.path().join(".git/pushed")).unwrap();
    assert!(pushed.starts_with("refs/heads/feature "), "{pushed}");
    assert_eq!(repo.git(&["config", "push.default"]), "upstream");
    assert!(repo.try_git(&["push", "origin", "HEAD:main"]).status.success());
    drop(remote);
}

#[test]
fn other_repositories_are_none_of_the_guards_business() {
    let home = HermeticHome::new();
    let (_, worktree, _) = scene(&home);
    guarded(worktree.path());
    let given = guard::environment(&locate(worktree.path()).unwrap(), 0);
    let other = Repo::named(&home, "made-by-a-test");
    let far = home.work().join("far.git");
    other.git(&["clone", "-q", "--bare", ".", far.to_str().unwrap()]);
    other.commit("More", &[("more", "")]);
    let mut push = std::process::Command::new("git");
    home.env(&mut push).envs(given).current_dir(other.path());
    let pushed = push.args(["push", far.to_str().unwrap(), "HEAD:main"]).output().unwrap();
    assert!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
}

#[test]
fn settings_in_the_environment_guard_without_configuration() {
    let home = HermeticHome::new();
    let (_, worktree, remote) = scene(&home);
    guarded(worktree.path());
    let given = guard::environment(&locate(worktree.path()).unwrap(), 0);
    // Somebody took the worktree's own settings away.
    for key in ["push.default", "push.autoSetupRemote", "core.hooksPath"] {
        worktree.git(&["config", "--worktree", "--unset", key]);
    }
    let main = remote.git(&["rev-parse", "main"]);
    let push = |args: &[&str]| {
        let mut push = std::process::Command::new("git");
        home.env(&mut push).envs(given.iter().cloned()).current_dir(worktree.path());
        push.args(args).output().unwrap().status.success()
    };
    assert!(push(&["push", "-q"]));
    assert_eq!(remote.git(&["rev-parse", "feature"]), worktree.git(&["rev-parse", "HEAD"]));
    assert!(!push(&["push", "-q", "origin", "HEAD:main"]));
    assert_eq!(remote.git(&["rev-parse", "main"]), main);
}
