use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_git::base::base;
use callboard_git::keep::{keep, keep_beside, restore};
use callboard_git::worktree::{CheckOut, add, linked, list, submodule_with_own_commits, take_away};
use callboard_git::{Git, guard, locate};
use callboard_testkit::{HermeticHome, Repo};

fn new_branch<'a>(branch: &'a str, at: &'a str) -> CheckOut<'a> {
    CheckOut::NewBranch { branch, at }
}

#[test]
fn work_begins_at_the_further_of_the_base_here_and_there() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let git = Git::at(repo.path());
    let of = |configured| base(&git, configured).unwrap();
    assert_eq!((of(None).branch, of(None).from), ("main".into(), "main".into()));
    let far = home.work().join("far.git");
    repo.git(&["clone", "-q", "--bare", ".", far.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", far.to_str().unwrap()]);
    repo.git(&["fetch", "-q"]);
    let ahead = repo.commit("Ahead here", &[("a", "1")]);
    assert_eq!((of(None).start, of(None).from), (ahead.clone(), "main".into()));
    repo.git(&["push", "-q", "origin", "main"]);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    assert_eq!((of(None).start, of(None).from), (ahead.clone(), "origin/main".into()));
    repo.commit("Diverged", &[("b", "1")]);
    let diverged = of(None);
    assert_eq!((diverged.start, diverged.from.as_str()), (ahead, "origin/main"));
    assert!(diverged.note.unwrap().contains("have diverged (1 and 1 commits)"));
    repo.git(&["branch", "develop"]);
    assert_eq!(of(Some("develop")).branch, "develop");
    assert_eq!(of(Some("origin/main")).branch, "main");
    assert!(base(&git, Some("none")).unwrap_err().to_string().contains("nothing was changed"));
    repo.git(&["push", "-q", "origin", "develop"]);
    repo.git(&["remote", "set-head", "origin", "develop"]);
    assert_eq!(of(None).branch, "develop", "the remote says which one it is");
    let empty = Repo::empty(&home, "empty");
    let text = base(&Git::at(empty.path()), None).unwrap_err().to_string();
    assert!(text.contains("no commit"), "{text}");
}

#[test]
fn a_worktree_follows_no_branch_and_is_made_whole_or_not_at_all() {
    let home = HermeticHome::new();
    let repo = Repo::named(&home, "my rèpo");
    let git = Git::at(repo.path());
    let head = repo.head();
    let path = home.work().join("trees").join("ä b");
    let made = add(&git, &path, new_branch("feature", &head)).unwrap();
    assert_eq!((made.top.as_path(), made.branch().as_deref()), (path.as_path(), Some("feature")));
    assert!(!repo.try_git(&["config", "branch.feature.merge"]).status.success());

    let again = |path: &Path, branch| add(&git, path, new_branch(branch, &head)).unwrap_err();
    assert!(again(&path, "other").to_string().contains("is there already"));
    assert!(again(&home.work().join("x"), "feature").to_string().contains("a branch feature"));
    assert!(!home.work().join("x").exists());

    // A commit that is not there: git fails after the folder was claimed.
    let broken = home.work().join("deep/broken");
    add(&git, &broken, new_branch("broken", &"1".repeat(40))).unwrap_err();
    assert!(!broken.exists() && !broken.parent().unwrap().exists());
    assert!(!repo.git(&["branch", "--list"]).contains("broken"));
    assert_eq!(list(&git).unwrap().len(), 2);
}

#[test]
fn a_checkout_that_fails_on_the_way_leaves_nothing() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    // As on a disk that takes no more: a filter that fails at a file behind the first ones.
    repo.commit(
        "Large",
        &[("a", "1"), ("large.bin", "7"), (".gitattributes", "*.bin filter=full\n")],
    );
    repo.git(&["config", "filter.full.smudge", "exit 1"]);
    repo.git(&["config", "filter.full.required", "true"]);
    let path = home.work().join("tree");
    let git = Git::at(repo.path());
    let head = repo.head();
    add(&git, &path, new_branch("feature", &head)).unwrap_err();
    assert!(!path.exists());
    assert_eq!(list(&git).unwrap().len(), 1);
    assert_eq!(repo.git(&["branch", "--list"]), "* main");
    let known = fs::read_dir(repo.path().join(".git/worktrees"));
    assert_eq!(known.into_iter().flatten().count(), 0);
}

#[test]
fn only_what_is_verified_to_be_a_linked_worktree_is_taken_away() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let git = Git::at(repo.path());
    let refused = |path: &Path| linked(&git, path).unwrap_err().to_string();
    assert!(refused(repo.path()).contains("no `.git` file"), "the main checkout");
    let plain = home.work().join("plain");
    fs::create_dir(&plain).unwrap();
    assert!(refused(&plain).contains("no `.git` file"));
    let other = Repo::named(&home, "other");
    let foreign = other.worktree("foreign");
    assert!(refused(foreign.path()).contains("belongs to"));
    let tree = repo.worktree("tree");
    let link = home.work().join("link");
    std::os::unix::fs::symlink(tree.path(), &link).unwrap();
    assert!(refused(&link).contains("is not a folder"));
    let copy = home.work().join("copy");
    fs::create_dir(&copy).unwrap();
    fs::copy(tree.path().join(".git"), copy.join(".git")).unwrap();
    assert!(refused(&copy).contains("the repository has it at"));
    let inner = tree.path().join("inner");
    repo.git(&["worktree", "add", "-q", "--detach", inner.to_str().unwrap()]);
    assert!(refused(tree.path()).contains("lies in it"));
    repo.git(&["worktree", "remove", inner.to_str().unwrap()]);

    repo.git(&["worktree", "lock", "--reason", "on a stick", tree.path().to_str().unwrap()]);
    let found = linked(&git, tree.path()).unwrap();
    let locked = take_away(&git, &found, "t", |_| true).unwrap_err().to_string();
    assert!(locked.contains("is locked (on a stick)"), "{locked}");
    repo.git(&["worktree", "unlock", tree.path().to_str().unwrap()]);
    let written = take_away(&git, &found, "t", |_| false).unwrap_err().to_string();
    assert!(written.contains("something was written"), "{written}");
    assert!(tree.path().join("README.md").exists(), "it is where it was");
    let trash = take_away(&git, &found, "t", |_| true).unwrap();
    assert!(trash.join("README.md").exists() && !tree.path().exists());
    assert_eq!(list(&git).unwrap().len(), 1);
    assert_eq!(repo.status(), "");
}

#[test]
fn a_bare_repository_stays_bare_when_its_worktrees_get_their_own_configuration() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let bare = home.work().join("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let bare = repo.at(&bare);
    let path = home.work().join("tree");
    let made = add(&Git::at(bare.path()), &path, new_branch("feature", &repo.head()));
    let made = made.unwrap();
    guard::set(&made, "main").unwrap();
    assert_eq!(bare.git(&["rev-parse", "--is-bare-repository"]), "true");
    let tree = repo.at(&path);
    assert_eq!(tree.git(&["rev-parse", "--is-bare-repository"]), "false");
    assert_eq!(tree.status(), "");
    tree.commit("Works", &[("a", "1")]);
    linked(&Git::at(bare.path()), &path).unwrap();
    let shared = fs::read_to_string(bare.path().join("config")).unwrap();
    assert!(!shared.contains("bare = true"), "{shared}");
}

#[test]
fn stashes_of_the_branch_and_commits_without_one_are_kept() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let tree = repo.worktree("feature");
    repo.write("README.md", "other");
    repo.git(&["stash", "-q"]);
    tree.write("README.md", "stashed");
    tree.git(&["stash", "push", "-q", "-m", "half an idea"]);
    let before = tree.commit("Before", &[("a", "1")]);
    tree.write("a", "2");
    tree.git(&["commit", "-q", "-a", "--amend", "-m", "After"]);
    let kept = keep_beside(&Git::at(tree.path()), "f", Some("feature")).unwrap();
    let what: Vec<&str> = kept.iter().map(|kept| kept.what.as_str()).collect();
    assert_eq!(what.len(), 2, "{what:?}");
    assert!(what[0].contains("half an idea"));
    assert_eq!(repo.git(&["rev-parse", &kept[1].reference]), before);
    tree.git(&["stash", "clear"]);
    repo.git(&["reflog", "expire", "--all", "--expire=now"]);
    repo.git(&["gc", "-q", "--prune=now"]);
    assert_eq!(repo.git(&["show", &format!("{}:README.md", kept[0].reference)]), "stashed");
    assert_eq!(repo.git(&["show", &format!("{before}:a")]), "1");
}

#[test]
fn a_submodule_whose_commits_nobody_else_has_is_told() {
    let mut home = HermeticHome::new();
    // Git clones submodules from files only where that is allowed (CVE-2022-39253).
    for (name, value) in [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "protocol.file.allow"),
        ("GIT_CONFIG_VALUE_0", "always"),
    ] {
        home.set(name, value);
    }
    let repo = Repo::new(&home);
    let library = Repo::named(&home, "library");
    repo.git(&["submodule", "--quiet", "add", library.path().to_str().unwrap(), "lib"]);
    repo.commit("Library", &[]);
    let tree = repo.worktree("feature");
    tree.git(&["submodule", "--quiet", "update", "--init"]);
    let found = locate(tree.path()).unwrap();
    assert_eq!(submodule_with_own_commits(&found).unwrap(), None);
    keep(tree.path(), "clean").unwrap();
    let inner = tree.at(&tree.path().join("lib"));
    inner.commit("Own", &[("own.rs", "")]);
    let dirty = keep(tree.path(), "dirty").unwrap_err().to_string();
    assert!(dirty.contains("the submodule"), "{dirty}");
    tree.commit("Point to it", &[]);
    assert_eq!(submodule_with_own_commits(&found).unwrap(), Some(PathBuf::from("lib")));
}

#[test]
fn pointers_to_large_files_come_back_as_they_are() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    repo.commit(
        "Large file",
        &[(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n"), ("a.bin", pointer)],
    );
    let tree = repo.worktree("feature");
    // What the filter would have written, and another pointer.
    tree.write("a.bin", [0, 1, 2, 3]);
    tree.write("b.bin", pointer);
    keep(tree.path(), "l").unwrap();
    let path = tree.path().to_owned();
    repo.remove_worktree(tree);
    restore(&Git::at(repo.path()), "l", &path).unwrap();
    assert_eq!(fs::read(path.join("a.bin")).unwrap(), [0, 1, 2, 3]);
    assert_eq!(fs::read_to_string(path.join("b.bin")).unwrap(), pointer);
}

#[test]
fn a_worktree_that_another_git_is_only_just_making_is_waited_for() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("a.rs", "1\n")]);
    repo.git(&["worktree", "add", "-q", "--detach", "../other"]);
    let commondir = repo.path().join(".git/worktrees/other/commondir");
    let told = fs::read(&commondir).unwrap();
    fs::write(&commondir, "").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(100));
            fs::write(&commondir, &told).unwrap();
        });
        assert!(!Git::at(repo.path()).text(&["rev-list", "--all"]).unwrap().is_empty());
    });
}
