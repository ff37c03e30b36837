//! Trees of worktrees in every state, and what looking leaves untouched.

use std::fs::{self, File};
use std::path::PathBuf;

use callboard_git::locate;
use callboard_git::tree::Trees;
use callboard_testkit::{HermeticHome, Repo};

/// All files of the user's git directories, with their contents.
pub(crate) fn everything_of_git(repo: &Repo<'_>) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![locate(repo.path()).unwrap().common_dir];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

pub(crate) fn trees(home: &HermeticHome, repo: &Repo<'_>) -> Trees {
    Trees::at(&home.root().join("looks.git"), repo.path()).unwrap()
}

/// The files of a tree, with modes and contents.
fn files(trees: &Trees, tree: &str) -> Vec<String> {
    let listed = trees.git().text(&["ls-tree", "-r", tree]).unwrap();
    listed.lines().map(str::to_owned).collect()
}

/// The tree that the user's own git would make of all that lies in the worktree, in a clone of it.
pub(crate) fn as_git_adds(home: &HermeticHome, repo: &Repo<'_>) -> String {
    let index = home.root().join("tmp/expected.index");
    let _ = fs::remove_file(&index);
    let own = locate(repo.path()).unwrap().git_dir.join("index");
    if own.exists() {
        fs::copy(&own, &index).unwrap();
        // Git reads a file anew that changed in the tick of the index's own time, and not in an earlier one.
        let time = fs::metadata(&own).unwrap().modified().unwrap();
        File::options().write(true).open(&index).unwrap().set_modified(time).unwrap();
    }
    let objects = home.root().join("tmp/objects");
    fs::create_dir_all(&objects).unwrap();
    let theirs = locate(repo.path()).unwrap().common_dir.join("objects");
    let git = |args: &[&str]| {
        let mut git = std::process::Command::new("git");
        home.env(&mut git).current_dir(repo.path()).args(args);
        git.env("GIT_INDEX_FILE", &index).env("GIT_OBJECT_DIRECTORY", &objects);
        let output = git
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", format!("\"{}\"", theirs.display()))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["add", "-A"]);
    git(&["write-tree"])
}

#[test]
fn what_lies_on_the_disk_is_the_tree_and_nothing_of_the_users_is_touched() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit(
        "Begin",
        &[
            (".gitignore", "*.log\n"),
            ("a.rs", "1\n"),
            ("b.rs", "1\n"),
            ("gone.rs", "1\n"),
            ("dir", "file\n"),
            ("run.sh", "1\n"),
        ],
    );
    let work = repo.worktree("work");
    work.write("a.rs", "staged\n");
    work.git(&["add", "a.rs"]);
    work.write("a.rs", "on the disk\n");
    work.write("b.rs", "staged only\n");
    work.git(&["add", "b.rs"]);
    work.write("new/ü ntracked.rs", "new\n");
    work.write("ignored.log", "no\n");
    work.remove("gone.rs");
    work.remove("dir");
    work.write("dir/inside", "now a folder\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        fs::set_permissions(work.path().join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        symlink("a.rs", work.path().join("link")).unwrap();
    }
    let trees = trees(&home, &repo);
    let expected = as_git_adds(&home, &work);
    let before = everything_of_git(&repo);
    let found = trees.look(work.path(), None).unwrap();
    assert_eq!(found.tree, expected, "{:#?}", files(&trees, &found.tree));
    assert_eq!(found.head.as_deref(), Some(work.head().as_str()));
    assert_eq!(found.left_out, []);
    let parents = trees.git().text(&["rev-parse", &format!("{}^@", found.commit)]).unwrap();
    assert_eq!(parents, work.head());

    // Named paths: a change, a new file, one that goes, a folder that goes, an ignored one.
    work.write("b.rs", "changed\n");
    work.write("new/more.rs", "more\n");
    work.write("ignored.log", "still no\n");
    fs::remove_dir_all(work.path().join("dir")).unwrap();
    let named = ["b.rs", "new/more.rs", "ignored.log", "dir"].map(|path| work.path().join(path));
    let found = trees.look(work.path(), Some(&named)).unwrap();
    assert_eq!(found.tree, as_git_adds(&home, &work));
    assert_eq!(trees.look(work.path(), Some(&[])).unwrap(), found);
    assert_eq!(trees.look(work.path(), None).unwrap(), found);
    assert_eq!(before, everything_of_git(&repo));

    // Another store of the same names the same commit.
    let other = Trees::at(&home.root().join("other.git"), work.path()).unwrap();
    assert_eq!(other.look(work.path(), None).unwrap(), found);
    // A clean one is HEAD itself.
    assert_eq!(trees.look(repo.path(), None).unwrap().commit, repo.head());
}

#[test]
fn a_look_follows_commits_and_what_is_ignored() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let trees = trees(&home, &repo);
    repo.write("a.rs", "1\n");
    let dirty = trees.look(repo.path(), None).unwrap();
    repo.commit("A", &[]);
    let clean = trees.look(repo.path(), Some(&[])).unwrap();
    assert_eq!((clean.tree.clone(), clean.commit.clone()), (dirty.tree, repo.head()));
    // Only HEAD moves.
    repo.git(&["reset", "-q", "--soft", "HEAD~1"]);
    let reset = trees.look(repo.path(), Some(&[])).unwrap();
    assert_eq!((reset.head.unwrap(), reset.tree), (repo.head(), clean.tree.clone()));
    repo.git(&["reset", "-q", "--soft", "ORIG_HEAD"]);
    repo.git(&["pack-refs", "--all"]);
    assert_eq!(trees.look(repo.path(), Some(&[])).unwrap(), clean);
    // A file that is ignored now, one that git was told to take in spite of that, and one that it was told to let go.
    repo.write("x.log", "1\n");
    repo.write("y.log", "1\n");
    assert_eq!(trees.look(repo.path(), None).unwrap().tree, as_git_adds(&home, &repo));
    repo.write(".gitignore", "*.log\n");
    repo.git(&["add", "--force", "y.log"]);
    let found = trees.look(repo.path(), Some(&[repo.path().join(".gitignore")])).unwrap();
    assert_eq!(found.tree, as_git_adds(&home, &repo));
    let names = trees.git().text(&["ls-tree", "--name-only", "-r", &found.tree]).unwrap();
    assert_eq!(names, ".gitignore\nREADME.md\na.rs\ny.log");
    repo.git(&["rm", "-q", "--cached", "y.log"]);
    let found = trees.look(repo.path(), Some(&[])).unwrap();
    assert_eq!(found.tree, as_git_adds(&home, &repo));
}

#[test]
fn a_checkout_of_another_repository_and_a_folder_below_are_refused() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let other = Repo::named(&home, "other");
    let trees = trees(&home, &repo);
    repo.write("src/a.rs", "1\n");
    for place in [other.path().to_owned(), repo.path().join("src"), PathBuf::from("/nowhere")] {
        assert!(trees.look(&place, None).unwrap_err().to_string().contains("nothing was changed"));
    }
}
