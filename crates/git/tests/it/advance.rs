//! Moving a branch with its checkout.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use callboard_git::Git;
use callboard_git::advance::{
    Advance, AdvanceError, Moved, Recovered, Retreat, Why, advance, recover, retreat,
};
use callboard_testkit::{HermeticHome, Repo};

use crate::scoped_commit::hook;

pub(super) fn journal(repo: &Repo<'_>) -> PathBuf {
    repo.path().with_file_name("journal.json")
}

pub(super) fn to<'a>(from: &'a str, to: &'a str) -> Advance<'a> {
    Advance { branch: "main", from, found_at: "main", to, why: "callboard: land R1" }
}

pub(super) fn run(repo: &Repo<'_>, request: &Advance<'_>) -> Result<Moved, AdvanceError> {
    advance(&Git::at(repo.path()), request, &journal(repo))
}

/// Everything of a checkout but `.git`: kind and mode, and content.
pub(super) fn files(top: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path == top.join(".git") {
                continue;
            }
            let meta = fs::symlink_metadata(&path).unwrap();
            let content = if meta.is_dir() {
                folders.push(path.clone());
                Vec::new()
            } else if meta.is_symlink() {
                fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
            } else {
                fs::read(&path).unwrap()
            };
            let path = path.strip_prefix(top).unwrap().to_owned();
            found.insert(path, (meta.permissions().mode(), content));
        }
    }
    found
}

/// All that a move may change: files, index, HEAD and branches.
pub(super) fn all(repo: &Repo<'_>) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        files(repo.path()),
        repo.git(&["ls-files", "--stage", "-t", "-v"]),
        repo.git(&["for-each-ref"]),
        repo.git(&["symbolic-ref", "HEAD"]),
        repo.status(),
    )
}

/// Nothing of a move is left beside.
pub(super) fn is_tidy(repo: &Repo<'_>) {
    assert!(!journal(repo).exists());
    let git_dir = PathBuf::from(repo.git(&["rev-parse", "--absolute-git-dir"]));
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    for folder in [git_dir.as_path(), repo.path()] {
        let left = names(folder);
        let is_left = |name: &String| name.contains("callboard-") || name.ends_with(".lock");
        assert!(!left.iter().any(is_left), "{left:?}");
    }
    assert!(repo.git(&["fsck", "--no-dangling"]).is_empty());
}

/// A base of many kinds of files, and a commit on it, not checked out, that changes all of them.
pub(super) fn repository(home: &HermeticHome) -> (Repo<'_>, String, String) {
    let repo = crate::scoped_commit::repository(home);
    repo.write("changed", "1\n2\n3\n");
    repo.write("gone/deep/file", "gone\n");
    repo.write("gone too", "x\n");
    repo.write("tool", "#!/bin/sh\n");
    repo.write("folder/a", "a\n");
    repo.write("folder/b/c", "c\n");
    repo.write("file", "a file\n");
    repo.write("ends.txt", "one\ntwo\n");
    repo.write("kept/one", "1\n");
    repo.write("kept/two", "2\n");
    symlink("changed", repo.path().join("link")).unwrap();
    let from = repo.commit("Base", &[]);
    repo.git(&["switch", "-q", "-c", "work"]);
    repo.write("changed", "1\ntwo\n3\n");
    fs::remove_dir_all(repo.path().join("gone")).unwrap();
    repo.remove("gone too");
    fs::set_permissions(repo.path().join("tool"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_dir_all(repo.path().join("folder")).unwrap();
    repo.write("folder", "a file now\n");
    repo.remove("file");
    repo.write("file/inner/x", "a folder now\n");
    repo.write(".gitattributes", "*.txt text eol=crlf\n");
    repo.write("ends.txt", "one\ntwo\nthree\n");
    repo.write("new/one", "1\n");
    repo.remove("link");
    symlink("new/one", repo.path().join("link")).unwrap();
    let to = repo.commit("Work", &[]);
    repo.switch("main");
    (repo, from, to)
}

/// What is dirty beside the move: staged, changed, untracked, ignored.
pub(super) fn dirty_beside(repo: &Repo<'_>) {
    repo.write("kept/one", "staged\n");
    repo.git(&["add", "kept/one"]);
    repo.write("kept/one", "staged and more\n");
    repo.remove("kept/two");
    repo.write("untracked", "u\n");
    repo.write("added", "a\n");
    repo.git(&["add", "added"]);
    fs::write(repo.path().join(".git/info/exclude"), "ignored\n").unwrap();
    repo.write("ignored", "i\n");
}

#[test]
fn the_checkout_moves_with_the_branch_and_what_is_dirty_beside_stays() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    dirty_beside(&repo);
    let (before, status) = (all(&repo), repo.status());
    let moved = run(&repo, &to(&from, &tip)).unwrap();
    assert_eq!(moved.was.as_deref(), Some(from.as_str()));
    assert_eq!(moved.checkout, Some(repo.path().canonicalize().unwrap()));
    assert!(moved.set_aside.is_empty());
    assert_eq!(
        (repo.head(), repo.git(&["symbolic-ref", "HEAD"])),
        (tip.clone(), "refs/heads/main".into())
    );
    assert_eq!(repo.status(), status);
    assert_eq!(repo.read("ends.txt"), "one\r\ntwo\r\nthree\r\n");
    assert_eq!(repo.read("kept/one"), "staged and more\n");
    assert_eq!(repo.git(&["show", ":kept/one"]), "staged");
    assert!(!repo.path().join("gone").exists());
    let logs = ["HEAD", "main"].map(|name| repo.git(&["log", "-g", "-1", "--format=%gs", name]));
    assert_eq!(logs, ["callboard: land R1"; 2]);
    is_tidy(&repo);

    // What git itself checks out is the same.
    let fresh = home.work().join("fresh");
    repo.git(&["worktree", "add", "-q", "--detach", fresh.to_str().unwrap(), &tip]);
    let (ours, gits) = (files(repo.path()), files(&fresh));
    let beside = ["kept/one", "kept/two", "untracked", "added", "ignored"].map(PathBuf::from);
    for path in gits.keys().chain(ours.keys()).filter(|path| !beside.contains(path)) {
        assert_eq!(ours.get(path), gits.get(path), "{}", path.display());
    }
    repo.git(&["worktree", "remove", "--force", fresh.to_str().unwrap()]);

    let back = Retreat {
        branch: "main",
        landed: &tip,
        begun: &from,
        was: moved.was.as_deref(),
        why: "callboard: undo R1",
    };
    retreat(&Git::at(repo.path()), &back, &journal(&repo)).unwrap();
    assert_eq!(all(&repo), before);
    is_tidy(&repo);
}

/// One way to be in the way, and what is said of it.
type Dirt = (fn(&Repo<'_>), &'static str, Why);

fn dirt() -> [Dirt; 14] {
    [
        (|repo| repo.write("changed", "mine\n"), "changed", Why::Changed),
        (|repo| repo.remove("changed"), "changed", Why::Changed),
        (
            |repo| {
                repo.write("changed", "mine\n");
                repo.git(&["add", "changed"]);
            },
            "changed",
            Why::Staged,
        ),
        (|repo| drop(repo.git(&["rm", "-q", "--cached", "gone too"])), "gone too", Why::Staged),
        (|repo| repo.write("gone/deep/file", "mine\n"), "gone/deep/file", Why::Changed),
        (|repo| repo.write("new/one", "mine\n"), "new/one", Why::Untracked),
        (|repo| repo.write("new", "mine\n"), "new", Why::Untracked),
        (|repo| repo.write("new/one/inside", "mine\n"), "new/one/inside", Why::Untracked),
        (|repo| repo.write("folder/mine", "mine\n"), "folder/mine", Why::Untracked),
        (
            |repo| {
                fs::write(repo.path().join(".git/info/exclude"), "one\n").unwrap();
                repo.write("new/one", "mine\n");
            },
            "new/one",
            Why::Untracked,
        ),
        (
            |repo| {
                let mode = fs::Permissions::from_mode(0o755);
                fs::set_permissions(repo.path().join("changed"), mode).unwrap();
            },
            "changed",
            Why::Changed,
        ),
        (
            |repo| {
                repo.git(&["update-index", "--assume-unchanged", "changed"]);
                repo.write("changed", "mine\n");
            },
            "changed",
            Why::Changed,
        ),
        (
            |repo| {
                repo.git(&["update-index", "--skip-worktree", "changed"]);
                repo.write("changed", "mine\n");
            },
            "changed",
            Why::Changed,
        ),
        (
            |repo| {
                repo.remove("link");
                symlink("tool", repo.path().join("link")).unwrap();
            },
            "link",
            Why::Changed,
        ),
    ]
}

#[test]
fn what_would_be_written_over_is_named_and_nothing_moves() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    for (number, (make, path, why)) in dirt().into_iter().enumerate() {
        repo.git(&["reset", "-q", "--hard"]);
        repo.git(&["clean", "-q", "-f", "-d", "-x"]);
        make(&repo);
        let before = all(&repo);
        let error = run(&repo, &to(&from, &tip)).unwrap_err();
        let AdvanceError::InTheWay { files, .. } = &error else { panic!("{number}: {error}") };
        let told: Vec<_> =
            files.iter().map(|file| (file.path.to_str().unwrap(), file.why)).collect();
        assert_eq!(told, [(path, why)], "{number}");
        assert!(error.to_string().contains(path), "{error}");
        assert_eq!(all(&repo), before, "{number}");
        is_tidy(&repo);
        repo.git(&["update-index", "--no-assume-unchanged", "--no-skip-worktree", "changed"]);
        repo.git(&["update-index", "--no-skip-worktree", "changed"]);
        fs::write(repo.path().join(".git/info/exclude"), "").unwrap();
    }
}

#[test]
fn a_checkout_that_git_is_at_something_in_and_a_branch_that_moved_are_refused() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    let git_dir = repo.path().join(".git");
    let said = |request: &Advance<'_>| {
        let error = run(&repo, request).unwrap_err();
        is_tidy(&repo);
        (error.to_string(), error.hint())
    };
    fs::write(git_dir.join("MERGE_HEAD"), format!("{tip}\n")).unwrap();
    assert!(said(&to(&from, &tip)).0.contains("a merge is not finished"));
    fs::remove_file(git_dir.join("MERGE_HEAD")).unwrap();

    fs::write(git_dir.join("index.lock"), "").unwrap();
    let error = run(&repo, &to(&from, &tip)).unwrap_err();
    assert!(error.to_string().contains("another git holds"), "{error}");
    assert_eq!(fs::read(git_dir.join("index.lock")).unwrap(), b"");
    fs::remove_file(git_dir.join("index.lock")).unwrap();
    is_tidy(&repo);

    let other = repo.git(&["commit-tree", "-p", &from, "-m", "Other", &format!("{from}^{{tree}}")]);
    repo.git(&["update-ref", "refs/heads/main", &other]);
    let error = run(&repo, &to(&from, &tip)).unwrap_err();
    let AdvanceError::Moved { at, .. } = &error else { panic!("{error}") };
    assert_eq!(at.as_deref(), Some(other.as_str()));
    repo.git(&["update-ref", "refs/heads/main", &from]);

    // A rebase of the branch, elsewhere, would move it when it ends.
    let tree = repo.worktree("side");
    let side = PathBuf::from(tree.git(&["rev-parse", "--absolute-git-dir"]));
    fs::create_dir_all(side.join("rebase-merge")).unwrap();
    fs::write(side.join("rebase-merge/head-name"), "refs/heads/main\n").unwrap();
    assert!(said(&to(&from, &tip)).0.contains("a rebase of main is not finished"));
    fs::remove_dir_all(side.join("rebase-merge")).unwrap();

    tree.git(&["switch", "-q", "--ignore-other-worktrees", "main"]);
    assert!(said(&to(&from, &tip)).0.contains("checked out both in"));
    tree.switch("side");
    run(&repo, &to(&from, &tip)).unwrap();
    is_tidy(&repo);
}

#[test]
fn a_hook_may_refuse_and_those_of_merges_do_not_run() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    dirty_beside(&repo);
    let before = all(&repo);
    for name in ["post-merge", "post-checkout", "pre-merge-commit", "post-index-change"] {
        hook(&repo, name, "touch \"$GIT_DIR/ran\" .git/ran; exit 1");
    }
    hook(&repo, "reference-transaction", "[ $1 != prepared ] || { echo not today >&2; exit 1; }");
    // Those of the tests' own git are another matter.
    let _ = fs::remove_file(repo.path().join(".git/ran"));
    let error = run(&repo, &to(&from, &tip)).unwrap_err();
    assert!(error.to_string().contains("not today"), "{error}");
    assert!(!repo.path().join(".git/ran").exists());
    assert_eq!(all(&repo), before);
    is_tidy(&repo);
    let _ = fs::remove_file(repo.path().join(".git/ran"));
    hook(&repo, "reference-transaction", "cat >> .git/told");
    run(&repo, &to(&from, &tip)).unwrap();
    assert!(repo.read(".git/told").contains(&format!("{from} {tip} refs/heads/main")));
    assert!(!repo.path().join(".git/ran").exists());
}

#[test]
fn in_a_linked_worktree_and_in_none_at_all() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    repo.git(&["switch", "-q", "--detach"]);
    let main = files(repo.path());
    run(&repo, &to(&from, &tip)).unwrap();
    assert_eq!((repo.git(&["rev-parse", "main"]), repo.head()), (tip.clone(), from.clone()));
    assert_eq!(files(repo.path()), main);
    repo.git(&["update-ref", "refs/heads/main", &from]);

    let path = home.work().join("linked");
    repo.git(&["worktree", "add", "-q", path.to_str().unwrap(), "main"]);
    let tree = repo.at(&path);
    tree.write("untracked", "u\n");
    run(&repo, &to(&from, &tip)).unwrap();
    assert_eq!((tree.head(), tree.status().as_str()), (tip, "?? untracked"));
    assert_eq!(files(repo.path()), main);
    assert_eq!(tree.git(&["log", "-g", "-1", "--format=%gs", "HEAD"]), "callboard: land R1");
    is_tidy(&tree);
    is_tidy(&repo);
}

/// The repository's base is on its remote; the branch is given, or there is none here.
fn with_remote<'h>(home: &'h HermeticHome, local: Option<&str>) -> (Repo<'h>, String, String) {
    let (repo, from, tip) = repository(home);
    let remote = home.work().join("remote.git");
    repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    repo.git(&["push", "-q", "origin", "main"]);
    repo.git(&["switch", "-q", "--detach", "main"]);
    match local {
        None => drop(repo.git(&["branch", "-q", "-D", "main"])),
        Some(at) => {
            repo.git(&["update-ref", "refs/heads/main", &repo.git(&["rev-parse", at])]);
            repo.switch("main");
        }
    }
    (repo, from, tip)
}

#[test]
fn a_branch_of_the_remote_is_made_or_moved_on_from_behind() {
    let home = HermeticHome::new();
    let (repo, from, tip) = with_remote(&home, None);
    let at_remote = Advance { found_at: "origin/main", ..to(&from, &tip) };
    let error = run(&repo, &Advance { found_at: "main", ..at_remote }).unwrap_err();
    assert!(matches!(error, AdvanceError::Moved { at: None, .. }), "{error}");
    let moved = run(&repo, &at_remote).unwrap();
    assert_eq!((moved.was.as_ref(), repo.git(&["rev-parse", "main"])), (None, tip.clone()));
    assert_eq!(repo.git(&["rev-parse", "--abbrev-ref", "main@{upstream}"]), "origin/main");
    let back = Retreat { branch: "main", landed: &tip, begun: &from, was: None, why: "undo" };
    let git = Git::at(repo.path());
    retreat(&git, &back, &journal(&repo)).unwrap();
    assert_eq!(repo.git(&["branch", "--list", "main"]), "");

    let home = HermeticHome::new();
    let (repo, from, tip) = with_remote(&home, Some("main~1"));
    let old = repo.head();
    let moved = run(&repo, &Advance { found_at: "origin/main", ..to(&from, &tip) }).unwrap();
    assert_eq!((moved.was.as_deref(), repo.head()), (Some(old.as_str()), tip.clone()));
    assert_eq!(repo.status(), "");
    is_tidy(&repo);

    // The remote has moved on: what was made is not on top of it.
    repo.git(&["update-ref", "refs/remotes/origin/main", &tip]);
    repo.git(&["update-ref", "--no-deref", "HEAD", &tip]);
    let error = run(&repo, &Advance { found_at: "origin/main", ..to(&from, &tip) }).unwrap_err();
    let AdvanceError::Moved { branch, .. } = &error else { panic!("{error}") };
    assert_eq!(branch, "origin/main");
}

#[test]
fn what_was_pushed_or_built_upon_is_not_taken_back() {
    let home = HermeticHome::new();
    let (repo, from, tip) = with_remote(&home, Some("main"));
    let git = Git::at(repo.path());
    let moved = run(&repo, &to(&from, &tip)).unwrap();
    let was = moved.was.as_deref();
    let back = Retreat { branch: "main", landed: &tip, begun: &from, was, why: "undo" };
    repo.git(&["push", "-q", "origin", "main"]);
    let before = all(&repo);
    let error = retreat(&git, &back, &journal(&repo)).unwrap_err();
    assert!(matches!(&error, AdvanceError::Pushed { on, .. } if on == "origin/main"), "{error}");
    assert!(error.hint().contains("git revert"));
    assert_eq!(all(&repo), before);
    repo.git(&["push", "-q", "--force", "origin", &format!("{from}:main")]);
    repo.commit("On top", &[]);
    let error = retreat(&git, &back, &journal(&repo)).unwrap_err();
    assert!(matches!(error, AdvanceError::MovedOn { .. }), "{error}");
    assert!(error.hint().contains("git revert"));
    repo.git(&["reset", "-q", "--hard", &tip]);
    retreat(&git, &back, &journal(&repo)).unwrap();
    assert_eq!((repo.head(), repo.status().as_str()), (from, ""));
}

#[test]
fn submodules_sparse_checkouts_and_the_untracked_cache_are_as_git_has_them() {
    let home = HermeticHome::new();
    let repo = crate::scoped_commit::repository(&home);
    let sub = Repo::named(&home, "sub");
    let [one, two] = ["One", "Two"].map(|message| sub.commit(message, &[]));
    repo.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        sub.path().to_str().unwrap(),
        "sub",
    ]);
    repo.git(&["config", "core.untrackedCache", "true"]);
    let from = repo.commit("Base", &[("in/a", "1\n"), ("out/a", "1\n"), ("out/b", "1\n")]);
    repo.git(&["switch", "-q", "-c", "work"]);
    repo.git(&["-C", "sub", "checkout", "-q", &one]);
    let tip = repo.commit(
        "Work",
        &[("in/a", "2\n"), ("out/a", "2\n"), ("out/new", "2\n"), ("in/new", "1\n")],
    );
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{one},other")]);
    repo.git(&["commit", "-q", "-m", "Another submodule"]);
    let tip = if repo.head() == tip { tip } else { repo.head() };
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["submodule", "-q", "update"]);
    assert_eq!(repo.git(&["-C", "sub", "rev-parse", "HEAD"]), two);
    let _ = fs::remove_dir_all(repo.path().join("other"));
    repo.git(&["sparse-checkout", "set", "in"]);
    repo.write("notes", "untracked\n");
    let _ = repo.status();
    run(&repo, &to(&from, &tip)).unwrap();
    is_tidy(&repo);
    assert_eq!(repo.read("in/a"), "2\n");
    assert!(!repo.path().join("out").exists() && repo.path().join("other").is_dir());
    // The submodule stays where it is, as behind a merge by git.
    assert_eq!(repo.git(&["-C", "sub", "rev-parse", "HEAD"]), two);
    assert_eq!(repo.status(), " M sub\n?? notes");
    let listed = repo.git(&["ls-files", "-t"]);
    assert!(
        ["S out/a", "S out/new", "H in/new", "H other"].iter().all(|l| listed.contains(l)),
        "{listed}"
    );
    let back =
        Retreat { branch: "main", landed: &tip, begun: &from, was: Some(&from), why: "undo" };
    retreat(&Git::at(repo.path()), &back, &journal(&repo)).unwrap();
    assert_eq!(repo.status(), "?? notes");
    assert!(!repo.path().join("other").exists());
}

#[test]
fn whatever_kind_of_index_it_is() {
    let kinds = [
        ("core.splitIndex", "true"),
        ("core.untrackedCache", "true"),
        ("index.version", "4"),
        ("index.skipHash", "true"),
        ("core.fsmonitor", "true"),
        ("submodule.recurse", "true"),
        ("diff.ignoreSubmodules", "all"),
        ("core.checkStat", "minimal"),
    ];
    for (key, value) in kinds {
        let home = HermeticHome::new();
        let (repo, from, tip) = repository(&home);
        if key != "core.fsmonitor" {
            repo.git(&["config", key, value]);
        }
        repo.git(&["update-index", "--force-write-index"]);
        dirty_beside(&repo);
        let (before, status) = (all(&repo), repo.status());
        if key == "core.fsmonitor" {
            // Tests start no daemon.
            repo.git(&["config", key, "true"]);
        }
        run(&repo, &to(&from, &tip)).unwrap();
        let _ = repo.try_git(&["config", "--unset", "core.fsmonitor"]);
        assert_eq!(repo.status(), status, "{key}");
        let changed = repo.git(&["diff", "--cached", "--name-only", &tip]);
        assert_eq!(changed, "added\nkept/one", "{key}");
        is_tidy(&repo);
        let back =
            Retreat { branch: "main", landed: &tip, begun: &from, was: Some(&from), why: "undo" };
        retreat(&Git::at(repo.path()), &back, &journal(&repo)).unwrap();
        assert_eq!(all(&repo), before, "{key}");
    }
}

#[test]
fn a_branch_moves_only_onto_what_is_on_top_of_it() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    let before = all(&repo);
    let other = repo.git(&["commit-tree", "-m", "Other", &format!("{tip}^{{tree}}")]);
    let error = run(&repo, &to(&from, &other)).unwrap_err();
    assert!(error.to_string().contains("is not on top of"), "{error}");
    repo.git(&["switch", "-q", "--detach"]);
    run(&repo, &to(&from, &tip)).unwrap();
    let back = Retreat { branch: "main", landed: &tip, begun: &from, was: None, why: "undo" };
    let error = retreat(&Git::at(repo.path()), &back, &journal(&repo)).unwrap_err();
    assert!(error.to_string().contains("where main was is not known"), "{error}");
    repo.git(&["update-ref", "refs/heads/main", &from]);
    repo.switch("main");
    let detached = Advance { branch: "HEAD", found_at: "HEAD", ..to(&from, &tip) };
    assert!(run(&repo, &detached).unwrap_err().to_string().contains("no branch"));
    assert_eq!(all(&repo), before);
}

#[test]
fn a_journal_that_is_not_there_says_nothing_and_one_that_is_comes_first() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    assert_eq!(recover(&journal(&repo)).unwrap(), Recovered::Nothing);
    fs::write(journal(&repo), "{}").unwrap();
    let error = run(&repo, &to(&from, &tip)).unwrap_err();
    assert!(error.to_string().contains("is no journal of a move"), "{error}");
    assert!(recover(&journal(&repo)).is_err());
    assert_eq!((repo.head(), fs::read(journal(&repo)).unwrap()), (from, b"{}".to_vec()));
}
