//! Large files: with Git LFS where it is installed, and in a repository that needs it on a machine that lacks it.

use std::fs;
use std::path::Path;

use callboard_git::advance::{Retreat, retreat};
use callboard_git::keep::{keep, restore};
use callboard_git::worktree::{CheckOut, add, list};
use callboard_git::{Git, locate};
use callboard_testkit::{HermeticHome, Repo};

const ATTRIBUTES: (&str, &str) = (".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\n\
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

fn nothing_is_left(repo: &Repo<'_>, path: &Path, trees: usize) {
    assert!(!path.exists());
    assert_eq!(list(&Git::at(repo.path())).unwrap().len(), trees);
    assert_eq!(repo.git(&["branch", "--list", "half"]), "");
}

#[test]
fn without_the_program_that_it_needs_nothing_is_made_and_nothing_lost() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Large file", &[ATTRIBUTES, ("a.bin", POINTER), ("b.txt", "1")]);
    let tree = repo.worktree("work");
    for (name, value) in [
        ("clean", "no-git-lfs clean -- %f"),
        ("smudge", "no-git-lfs smudge -- %f"),
        ("process", "no-git-lfs filter-process"),
        ("required", "true"),
    ] {
        repo.git(&["config", &format!("filter.lfs.{name}"), value]);
    }
    let path = home.work().join("half");
    let head = repo.head();
    let what = CheckOut::NewBranch { branch: "half", at: &head };
    let error = add(&Git::at(repo.path()), &path, what).unwrap_err();
    assert!(error.to_string().contains("no-git-lfs: not found"), "{error}");
    assert!(error.hint().contains("git lfs version"), "{}", error.hint());
    nothing_is_left(&repo, &path, 2);

    tree.write("a.bin", [0, 1, 2, 3]);
    tree.write("new.bin", [4, 5, 6]);
    tree.write("b.txt", "2");
    let index = fs::read(locate(tree.path()).unwrap().git_dir.join("index")).unwrap();
    keep(tree.path(), "k").unwrap();
    let files = [("a.bin", &[0, 1, 2, 3][..]), ("new.bin", &[4, 5, 6]), ("b.txt", b"2")];
    let are_there = |top: &Path| {
        for (name, content) in files {
            assert_eq!(fs::read(top.join(name)).unwrap(), content);
        }
    };
    are_there(tree.path());
    assert_eq!(fs::read(locate(tree.path()).unwrap().git_dir.join("index")).unwrap(), index);

    let path = tree.path().to_owned();
    repo.remove_worktree(tree);
    let git = Git::at(repo.path());
    let error = restore(&git, "k", &path).unwrap_err().to_string();
    assert!(error.contains("no-git-lfs: not found"), "{error}");
    nothing_is_left(&repo, &path, 1);

    // It stays kept until there is a program.
    repo.git(&["config", "--unset", "filter.lfs.process"]);
    repo.git(&["config", "filter.lfs.smudge", "cat"]);
    repo.git(&["config", "filter.lfs.clean", "cat"]);
    restore(&git, "k", &path).unwrap();
    are_there(&path);
}

/// Whether Git LFS is installed; without it, what it does cannot be tested. `.ci/run` says that it must be.
#[allow(clippy::print_stderr, reason = "whoever reads the output should know what was not tested")]
fn has_lfs(repo: &Repo<'_>) -> bool {
    let found = Git::at(repo.path()).output(&["lfs", "version"]).is_ok_and(|o| o.status.success());
    if !found {
        assert!(
            std::env::var_os("CALLBOARD_NEEDS_LFS").is_none(),
            "`git lfs version` fails, and CALLBOARD_NEEDS_LFS is set"
        );
        eprintln!("no Git LFS on this machine: not tested with it (apt-get install git-lfs)");
    }
    found
}

#[test]
fn with_git_lfs_large_files_come_back_as_they_were() {
    let mut home = HermeticHome::new();
    home.set("PATH", std::env::var_os("PATH").unwrap());
    let repo = Repo::new(&home);
    if !has_lfs(&repo) {
        return;
    }
    repo.git(&["lfs", "install", "--local"]);
    let large = vec![b'7'; 300_000];
    repo.write("a.bin", &large);
    repo.commit("Large file", &[ATTRIBUTES]);
    assert!(repo.git(&["show", "HEAD:a.bin"]).starts_with("version https://git-lfs"));
    let remote = home.work().join("remote.git");
    repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", &format!("file://{}", remote.display())]);
    repo.git(&["push", "-q", "origin", "main"]);

    // A worktree has the files themselves, and is clean.
    let path = home.work().join("tree");
    let head = repo.head();
    let git = Git::at(repo.path());
    add(&git, &path, CheckOut::NewBranch { branch: "work", at: &head }).unwrap();
    let tree = repo.at(&path);
    assert_eq!((fs::read(path.join("a.bin")).unwrap(), tree.status()), (large, String::new()));

    tree.write("a.bin", "changed");
    tree.write("staged.bin", "staged");
    tree.git(&["add", "staged.bin"]);
    tree.write("new.bin", "new");
    let before = (tree.status(), tree.git(&["ls-files", "--stage"]));
    keep(&path, "k").unwrap();
    repo.remove_worktree(tree);
    // Objects that no branch leads to are what it prunes.
    repo.git(&["lfs", "prune"]);
    restore(&git, "k", &path).unwrap();
    let tree = repo.at(&path);
    assert_eq!((tree.status(), tree.git(&["ls-files", "--stage"])), before);
    assert_eq!(
        ["a.bin", "staged.bin", "new.bin"].map(|name| tree.read(name)),
        ["changed", "staged", "new"]
    );

    // What nobody has any more cannot be checked out: that is said, and nothing is left of it.
    fs::remove_dir_all(repo.path().join(".git/lfs/objects")).unwrap();
    fs::remove_dir_all(remote.join("lfs")).unwrap();
    let path = home.work().join("half");
    let what = CheckOut::NewBranch { branch: "half", at: &head };
    let error = add(&git, &path, what).unwrap_err().to_string();
    assert!(error.contains("a.bin"), "{error}");
    nothing_is_left(&repo, &path, 2);
}

#[test]
fn with_git_lfs_large_files_land_and_go_back() {
    let mut home = HermeticHome::new();
    home.set("PATH", std::env::var_os("PATH").unwrap());
    let repo = crate::scoped_commit::repository(&home);
    if !has_lfs(&repo) {
        return;
    }
    repo.git(&["lfs", "install", "--local"]);
    let large = |byte: u8| vec![byte; 300_000];
    repo.write("a.bin", large(b'1'));
    repo.write("kept.bin", large(b'1'));
    let from = repo.commit("Large files", &[ATTRIBUTES]);
    repo.git(&["switch", "-q", "-c", "work"]);
    repo.write("a.bin", large(b'2'));
    repo.write("new.bin", large(b'3'));
    let tip = repo.commit("More of them", &[]);
    repo.switch("main");
    repo.write("kept.bin", large(b'9'));
    crate::advance::run(&repo, &crate::advance::to(&from, &tip)).unwrap();
    let are = |a: u8, kept: u8| {
        assert_eq!(fs::read(repo.path().join("a.bin")).unwrap(), large(a));
        assert_eq!(fs::read(repo.path().join("kept.bin")).unwrap(), large(kept));
        assert_eq!(repo.status(), " M kept.bin");
    };
    are(b'2', b'9');
    assert_eq!(fs::read(repo.path().join("new.bin")).unwrap(), large(b'3'));
    let back =
        Retreat { branch: "main", landed: &tip, begun: &from, was: Some(&from), why: "undo" };
    retreat(&Git::at(repo.path()), &back, &crate::advance::journal(&repo)).unwrap();
    are(b'1', b'9');

    // What nobody has any more cannot be put there: that is said, and nothing is moved.
    fs::remove_dir_all(repo.path().join(".git/lfs/objects")).unwrap();
    let before = crate::advance::files(repo.path());
    let error = crate::advance::run(&repo, &crate::advance::to(&from, &tip)).unwrap_err();
    assert!(error.hint().contains("git lfs version"), "{error}");
    assert_eq!((crate::advance::files(repo.path()), repo.head()), (before, from));
    crate::advance::is_tidy(&repo);
}
