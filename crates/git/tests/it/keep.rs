use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use callboard_git::Git;
use callboard_git::keep::{KeepError, Kept, Lost, keep, list, restore, too_large};
use callboard_testkit::{HermeticHome, Repo};

/// A worktree of `repo` on a branch of its own, with a commit that no other branch has.
fn worktree<'a>(repo: &Repo<'a>, name: &str) -> Repo<'a> {
    let path = repo.path().with_file_name(name);
    repo.git(&["worktree", "add", "-q", "--no-track", "-b", "feature", path.to_str().unwrap()]);
    let worktree = repo.at(&path);
    worktree.commit("Begin", &[("src/begun.rs", "fn begun() {}\n")]);
    worktree
}

/// Every file below `top` with its kind, its right to be run and its bytes.
fn files(top: &Path) -> BTreeMap<PathBuf, (String, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut open = vec![top.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(top).unwrap().to_owned();
            if meta.is_symlink() {
                let target = fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes();
                found.insert(name, ("link".to_owned(), target));
            } else if meta.is_dir() {
                open.push(path);
            } else if name != Path::new(".git") {
                use std::os::unix::fs::PermissionsExt;
                let run = meta.permissions().mode() & 0o100 != 0;
                found.insert(name, (format!("file, run: {run}"), fs::read(&path).unwrap()));
            }
        }
    }
    found
}

fn state(worktree: &Repo<'_>) -> (String, String, String) {
    (
        worktree.git(&["status", "--porcelain=v2", "--branch", "--untracked-files=all"]),
        worktree.git(&["ls-files", "--stage"]),
        worktree.git(&["rev-parse", "HEAD"]),
    )
}

/// Work of every kind that git tells apart, in names that are hard to write down.
fn work(worktree: &Repo<'_>) {
    worktree.write(".gitattributes", "*.txt text eol=crlf\n");
    worktree.write(".gitignore", ".env\n*.sqlite\nnode_modules/\nprivate/\n");
    worktree
        .commit("Ignore", &[("doc.txt", "one\r\ntwo\r\n"), ("gone.rs", "x"), ("both.rs", "1\n")]);
    worktree.write("both.rs", "2\n");
    worktree.git(&["add", "both.rs"]);
    worktree.write("both.rs", "3\n");
    worktree.write("staged.rs", "staged\n");
    worktree.git(&["add", "staged.rs"]);
    worktree.remove("gone.rs");
    worktree.write("doc.txt", "one\nmixed\r\n");
    worktree.write("src/begun.rs", "fn begun() { changed() }\n");
    worktree.write("späce and \"quote\"\n.md", "# Ünïcode\n");
    worktree.write("tool.sh", "#!/bin/sh\n");
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(worktree.path().join("tool.sh"), fs::Permissions::from_mode(0o755))
        .unwrap();
    std::os::unix::fs::symlink("nowhere/at all", worktree.path().join("link")).unwrap();
    worktree.write("bytes.bin", [0, 159, 146, 150, 0, 10]);
    worktree.write(".env", "SECRET=1\n");
    worktree.write("private/key.pem", "key\n");
}

#[test]
fn all_that_a_worktree_holds_comes_back_byte_for_byte() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let worktree = worktree(&repo, "feature one");
    work(&worktree);
    let (before, was) = (files(worktree.path()), state(&worktree));
    worktree.write("node_modules/dep/index.js", "fetched again");
    worktree.write("big.sqlite", vec![7; 2 << 20]);

    let kept = keep(worktree.path(), "feature-1").unwrap();
    assert_eq!(kept.branch.as_deref(), Some("feature"));
    assert_eq!(kept.left_out, [PathBuf::from("big.sqlite"), "node_modules".into()]);
    assert_eq!(state(&worktree), was, "keeping reads, and changes nothing");

    repo.git(&["worktree", "remove", "--force", worktree.path().to_str().unwrap()]);
    repo.git(&["branch", "-D", "feature"]);
    repo.git(&["gc", "--prune=now", "--quiet"]);
    let again = worktree.path().with_file_name("again");
    let restored = restore(&Git::at(repo.path()), "feature-1", &again).unwrap();
    assert_eq!(restored.branch.as_deref(), Some("feature"));
    assert_eq!(files(&again), before);
    assert_eq!(state(&repo.at(&again)), was);
    assert_eq!(list(&Git::at(repo.path())).unwrap(), [kept]);
}

#[test]
fn a_branch_that_moved_on_is_left_where_it_is() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let worktree = worktree(&repo, "feature");
    worktree.write("new.rs", "new\n");
    let head = worktree.git(&["rev-parse", "HEAD"]);
    keep(worktree.path(), "k").unwrap();
    worktree.commit("Later", &[("later.rs", "")]);
    let later = worktree.git(&["rev-parse", "HEAD"]);
    let again = worktree.path().with_file_name("again");
    let restored = restore(&Git::at(repo.path()), "k", &again).unwrap();
    assert_eq!(restored.branch, None);
    let again = repo.at(&again);
    assert_eq!((again.git(&["rev-parse", "HEAD"]), again.read("new.rs")), (head, "new\n".into()));
    assert_eq!(worktree.git(&["rev-parse", "feature"]), later);
}

#[test]
fn what_cannot_be_kept_is_refused_and_left_alone() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let worktree = worktree(&repo, "feature");
    let refused = |what: Result<Kept, KeepError>| what.unwrap_err().to_string();

    worktree.write("inner/x", "");
    repo.at(&worktree.path().join("inner")).git(&["init", "-q"]);
    assert!(refused(keep(worktree.path(), "k")).contains("inner"));
    fs::remove_dir_all(worktree.path().join("inner")).unwrap();

    repo.commit("Other", &[("src/begun.rs", "other\n")]);
    assert!(!worktree.try_git(&["merge", "main"]).status.success());
    assert!(refused(keep(worktree.path(), "k")).contains("a merge is not finished"));
    worktree.git(&["merge", "--abort"]);

    keep(worktree.path(), "k").unwrap();
    assert!(refused(keep(worktree.path(), "k")).contains("update-ref"), "a name is used once");
    let git = Git::at(repo.path());
    assert!(
        refused(restore(&git, "k", worktree.path()).map(|_| unreachable!())).contains("already")
    );
    assert!(restore(&git, "none", &worktree.path().join("y")).is_err());
}

#[test]
fn what_is_lost_is_told_however_much_is_made_again_beside_it() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let ignored = "__pycache__/\n*.db\nvendor/\nout\nmany/\n";
    repo.commit("Ignore", &[(".gitignore", ignored)]);
    for at in 0..120 {
        repo.write(&format!("a{at}/__init__.py"), "");
        repo.write(&format!("a{at}/__pycache__/x.pyc"), "made again");
    }
    let lost = || too_large(repo.path()).unwrap();
    assert_eq!(lost(), Lost::default());
    let large = vec![7; 2 << 20];
    repo.write("z/code.py", "");
    repo.write("z/data.db", &large);
    // Of the name of what is made again, and nothing like it.
    repo.write("vendor/own.go", "");
    repo.at(&repo.path().join("vendor")).git(&["init", "-q"]);
    repo.write("out", &large);
    let mut named = lost().named;
    named.sort();
    assert_eq!(named, ["out", "vendor", "z/data.db"].map(PathBuf::from));
    let kept = keep(repo.path(), "k").unwrap();
    assert!(named.iter().all(|path| kept.left_out.contains(path)), "{:?}", kept.left_out);

    fs::create_dir(repo.path().join("many")).unwrap();
    for at in 0..110 {
        let file = fs::File::create(repo.path().join(format!("many/{at}"))).unwrap();
        file.set_len(2 << 20).unwrap();
    }
    let all = lost();
    assert_eq!(all.named.len() + all.unnamed, 113, "{all:?}");
}
