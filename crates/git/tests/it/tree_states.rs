//! Trees of worktrees in which something is going on, and of repositories that are unlike most.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use callboard_git::changeset::Changes;
use callboard_git::limits::TREE_FILE_BYTES;
use callboard_git::locate;
use callboard_git::merge::{Pair, merge, merges};
use callboard_git::tree::{LeftOut, TreeError, Trees, Why};
use callboard_testkit::{HermeticHome, Repo};

use crate::tree::{as_git_adds, everything_of_git, trees};

/// Looks at a checkout; the tree is what git would add, and nothing of the user's changed.
fn looked(
    home: &HermeticHome,
    trees: &Trees,
    checkout: &Repo<'_>,
) -> callboard_git::tree::WorktreeTree {
    let before = everything_of_git(checkout);
    let found = trees.look(checkout.path(), None).unwrap();
    assert_eq!(everything_of_git(checkout), before);
    assert_eq!(found.tree, as_git_adds(home, checkout));
    found
}

#[test]
fn an_index_that_is_locked_is_read() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let trees = trees(&home, &repo);
    repo.write("a.rs", "1\n");
    fs::write(repo.path().join(".git/index.lock"), "").unwrap();
    fs::write(repo.path().join(".git/HEAD.lock"), "").unwrap();
    looked(&home, &trees, &repo);
    assert!(repo.path().join(".git/index.lock").exists());
}

#[test]
fn a_merge_and_a_rebase_in_progress_count_as_they_lie_there() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("a.rs", "1\n"), ("b.rs", "1\n")]);
    let work = repo.worktree("work");
    work.commit("Work", &[("a.rs", "work\n")]);
    repo.commit("Main", &[("a.rs", "main\n"), ("b.rs", "2\n")]);
    let trees = trees(&home, &repo);
    assert!(!work.try_git(&["merge", "-q", "main"]).status.success());
    assert!(work.git(&["ls-files", "-u"]).contains("a.rs"));
    let found = looked(&home, &trees, &work);
    assert!(work.read("a.rs").contains("<<<<<<<"));
    let parents = trees.git().text(&["rev-parse", &format!("{}^@", found.commit)]).unwrap();
    assert_eq!(parents, format!("{}\n{}", work.head(), repo.head()));
    // Undecided, and too large to be kept.
    fs::File::create(work.path().join("a.rs")).unwrap().set_len(TREE_FILE_BYTES + 1).unwrap();
    let large = trees.look(work.path(), Some(&[work.path().join("a.rs")])).unwrap();
    assert_eq!(large.left_out[0].why, Why::TooLarge(TREE_FILE_BYTES + 1));
    work.git(&["merge", "--abort"]);

    assert!(!work.try_git(&["rebase", "-q", "main"]).status.success());
    let found = looked(&home, &trees, &work);
    assert_eq!(found.head, Some(repo.head()));
    work.write("a.rs", "settled\n");
    work.git(&["add", "a.rs"]);
    let settled = trees.look(work.path(), Some(&[])).unwrap();
    assert_eq!(settled.tree, as_git_adds(&home, &work));
    work.git(&["-c", "core.editor=true", "rebase", "--continue"]);
    let done = trees.look(work.path(), Some(&[])).unwrap();
    assert_eq!((done.commit, done.tree), (work.head(), settled.tree));
}

#[test]
fn a_branch_without_commits_a_detached_head_and_a_new_worktree_of_the_same_name() {
    let home = HermeticHome::new();
    let repo = Repo::empty(&home, "repo");
    repo.write("a.rs", "1\n");
    let trees = trees(&home, &repo);
    let unborn = looked(&home, &trees, &repo);
    assert_eq!(unborn.head, None);
    assert_eq!(trees.git().text(&["rev-list", "--count", &unborn.commit]).unwrap(), "1");
    let first = repo.commit("First", &[]);
    assert_eq!(looked(&home, &trees, &repo).commit, first);
    repo.commit("Second", &[("b.rs", "1\n")]);
    repo.git(&["checkout", "-q", "--detach", "HEAD~1"]);
    assert_eq!(looked(&home, &trees, &repo).head, Some(first));
    let work = repo.worktree("work");
    work.write("w.rs", "1\n");
    looked(&home, &trees, &work);
    repo.remove_worktree(work);
    repo.git(&["branch", "-q", "-D", "work"]);
    repo.git(&["checkout", "-q", "main"]);
    let work = repo.worktree("work");
    assert_eq!(looked(&home, &trees, &work).commit, repo.head());
}

#[test]
fn worktrees_of_a_bare_repository_and_of_one_with_a_split_index() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.git(&["config", "core.splitIndex", "true"]);
    repo.commit("Base", &[("a.rs", "1\n")]);
    repo.write("a.rs", "2\n");
    looked(&home, &trees(&home, &repo), &repo);
    let bare = home.work().join("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let path = home.work().join("linked");
    repo.at(&bare).git(&["worktree", "add", "-q", path.to_str().unwrap(), "main"]);
    let linked = repo.at(&path);
    linked.write("b.rs", "1\n");
    let trees = Trees::at(&home.root().join("bare-looks.git"), &path).unwrap();
    looked(&home, &trees, &linked);
}

#[test]
fn submodules_are_their_commits_and_other_repositories_are_left_out() {
    let home = HermeticHome::new();
    let library = Repo::named(&home, "library");
    let repo = Repo::new(&home);
    let from = library.path().to_str().unwrap().to_owned();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "-q", "add", &from, "lib"]);
    repo.commit("With a submodule", &[]);
    let trees = trees(&home, &repo);
    let lib = repo.at(&repo.path().join("lib"));
    lib.write("dirty.rs", "1\n");
    assert_eq!(looked(&home, &trees, &repo).commit, repo.head());
    lib.commit("On", &[]);
    let moved = trees.look(repo.path(), Some(&[lib.path().join("dirty.rs")])).unwrap();
    assert_eq!(moved.tree, as_git_adds(&home, &repo));
    let entry = trees.git().text(&["ls-tree", &moved.tree, "lib"]).unwrap();
    assert!(entry.starts_with(&format!("160000 commit {}", lib.head())), "{entry}");

    let nested = Repo::named(&home, "repo/tools/nested");
    nested.write("a.rs", "1\n");
    Repo::empty(&home, "repo/empty").write("b.rs", "1\n");
    let found = trees.look(repo.path(), Some(&[nested.path().join("a.rs")])).unwrap();
    assert_eq!(found.tree, moved.tree);
    let found = trees.look(repo.path(), None).unwrap();
    assert_eq!(found.tree, moved.tree);
    let left: Vec<_> =
        found.left_out.iter().map(|out| (out.path.to_str().unwrap(), out.why)).collect();
    assert_eq!(left, [("empty/", Why::Repository), ("tools/nested/", Why::Repository)]);
}

#[test]
fn ends_of_lines_and_filters_are_gone_by_and_a_filter_that_fails_is_passed_over() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let attributes = "* text=auto\n*.bat eol=crlf\n*.up filter=up\n*.bin filter=lost -text\n*.enc working-tree-encoding=UTF-16\n";
    repo.commit("Base", &[(".gitattributes", attributes), ("a.txt", "1\n"), ("a.bat", "1\n")]);
    repo.git(&["config", "filter.up.clean", "tr a-z A-Z"]);
    repo.git(&["config", "core.safecrlf", "true"]);
    let trees = trees(&home, &repo);
    repo.write("a.txt", "1\r\n2\r\n");
    repo.write("a.bat", "1\r\n2\r\n");
    repo.write("a.up", "word\n");
    repo.git(&["config", "core.safecrlf", "false"]);
    let plain = looked(&home, &trees, &repo);
    repo.git(&["config", "core.safecrlf", "true"]);
    assert_eq!(trees.look(repo.path(), None).unwrap().tree, plain.tree);
    let text = |tree: &str, path: &str| {
        trees.git().text(&["cat-file", "-p", &format!("{tree}:{path}")]).unwrap()
    };
    assert_eq!(
        (text(&plain.tree, "a.txt"), text(&plain.tree, "a.up")),
        ("1\n2".into(), "WORD".into())
    );

    for name in ["clean", "process"] {
        repo.git(&["config", &format!("filter.lost.{name}"), "no-such-filter"]);
    }
    repo.git(&["config", "filter.lost.required", "true"]);
    repo.write("b.bin", "raw\r\n");
    repo.write("c.txt", "1\r\n");
    repo.write("b.up", "word\n");
    repo.write("bad.enc", "no UTF-16");
    let found = trees.look(repo.path(), None).unwrap();
    let read = |path: &str| text(&found.tree, path);
    assert_eq!(
        (read("b.bin"), read("c.txt"), read("b.up")),
        ("raw".into(), "1".into(), "WORD".into())
    );
    assert_eq!(read("bad.enc"), "no UTF-16");
    assert!(
        trees.git().text(&["cat-file", "-s", &format!("{}:b.bin", found.tree)]).unwrap() == "5"
    );
}

#[test]
fn what_is_huge_or_no_file_is_named_and_left_out() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("grows.db", "1\n"), ("pipe", "1\n"), ("a.rs", "1\n")]);
    let trees = trees(&home, &repo);
    for name in ["grows.db", "new.db"] {
        fs::File::create(repo.path().join(name)).unwrap().set_len(TREE_FILE_BYTES + 1).unwrap();
    }
    repo.remove("pipe");
    assert!(Command::new("mkfifo").arg(repo.path().join("pipe")).status().unwrap().success());
    repo.write("a.rs", "2\n");
    let found = trees.look(repo.path(), None).unwrap();
    let out = |path: &str, why| LeftOut { path: path.into(), why };
    let large = Why::TooLarge(TREE_FILE_BYTES + 1);
    let all = [out("grows.db", large), out("new.db", large), out("pipe", Why::Special)];
    assert_eq!(found.left_out, all);
    let names = trees.git().text(&["ls-tree", "-r", "--name-only", &found.tree]).unwrap();
    assert_eq!(names, "README.md\na.rs\ngrows.db\npipe");
    // They are remembered by looks elsewhere, and forgotten when they are gone.
    let elsewhere = trees.look(repo.path(), Some(&[repo.path().join("a.rs")])).unwrap();
    assert_eq!(elsewhere.left_out, found.left_out);
    repo.remove("new.db");
    let gone = trees.look(repo.path(), Some(&[repo.path().join("new.db")])).unwrap();
    assert_eq!(gone.left_out.len(), 2);
}

#[test]
fn a_sparse_checkout_keeps_what_is_not_on_the_disk() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("in/a.rs", "1\n"), ("out/b.rs", "1\n"), ("out/c.rs", "1\n")]);
    for sparse_index in ["false", "true"] {
        repo.git(&["config", "index.sparse", sparse_index]);
        repo.git(&["sparse-checkout", "set", "--cone", "in"]);
        assert!(!repo.path().join("out").exists());
        let trees =
            Trees::at(&home.root().join(format!("{sparse_index}.git")), repo.path()).unwrap();
        assert_eq!(looked(&home, &trees, &repo).commit, repo.head());
        repo.write("in/a.rs", "2\n");
        repo.write("out/b.rs", "there again\n");
        repo.write("out/new.rs", "new\n");
        let found = trees.look(repo.path(), None).unwrap();
        let changed =
            trees.git().text(&["diff-tree", "-r", "--name-status", "HEAD", &found.tree]).unwrap();
        assert_eq!(
            changed, "M\tin/a.rs\nM\tout/b.rs\nA\tout/new.rs",
            "sparse index: {sparse_index}"
        );
        let named = [repo.path().join("out/b.rs"), repo.path().join("out/c.rs")];
        assert_eq!(trees.look(repo.path(), Some(&named)).unwrap(), found);
        repo.git(&["sparse-checkout", "disable"]);
        repo.git(&["clean", "-qfd"]);
        repo.git(&["reset", "-q", "--hard"]);
    }
}

#[test]
fn a_name_that_changes_its_case_alone_and_names_that_are_not_plain() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("readme", "1\n"), ("*.rs", "1\n"), (":(top)x", "1\n")]);
    let trees = trees(&home, &repo);
    fs::rename(repo.path().join("readme"), repo.path().join("Readme")).unwrap();
    repo.write("*.rs", "2\n");
    repo.write("other.rs", "not named\n");
    repo.write("two\nlines", "1\n");
    trees.look(repo.path(), None).unwrap();
    repo.write("*.rs", "3\n");
    repo.write("two\nlines", "2\n");
    let named = ["readme", "Readme", "*.rs", "two\nlines"].map(|name| repo.path().join(name));
    let found = trees.look(repo.path(), Some(&named)).unwrap();
    assert_eq!(found.tree, as_git_adds(&home, &repo));
}

#[test]
fn a_partial_clone_says_what_is_missing_and_the_others_go_on() {
    let home = HermeticHome::new();
    let far = Repo::named(&home, "far");
    far.git(&["config", "uploadpack.allowFilter", "true"]);
    let base = far.commit("Base", &[("a.rs", "1\n2\n3\n"), ("b.rs", "1\n")]);
    let mut sides = Vec::new();
    for side in ["left", "right"] {
        far.git(&["switch", "-q", "-c", side, &base]);
        sides.push(far.commit(side, &[("a.rs", &format!("{side}\n2\n3\n"))]));
    }
    far.git(&["switch", "-q", "-c", "apart", &base]);
    let apart = far.commit("Apart", &[("b.rs", "2\n")]);
    far.switch("main");
    let path = home.work().join("partial");
    let url = format!("file://{}", far.path().display());
    far.git(&["clone", "-q", "--filter=blob:none", &url, path.to_str().unwrap()]);
    let partial = far.at(&path);
    let trees = trees(&home, &partial);
    partial.write("c.rs", "1\n");
    let before = everything_of_git(&partial);
    let dirty = trees.look(partial.path(), None).unwrap();
    assert_eq!(dirty.head, Some(base));
    let pairs = [
        Pair::new(&sides[0], &apart),
        Pair::new(&sides[0], &sides[1]),
        Pair::new(&dirty.commit, &sides[0]),
    ];
    let found = merges(trees.git(), &pairs);
    assert!(found[0].as_ref().unwrap().conflict.is_none());
    let missing = found[1].as_ref().unwrap_err();
    assert!(matches!(missing, TreeError::Missing { .. }), "{missing:?}");
    assert!(missing.hint().contains("git fetch"), "{}", missing.hint());
    assert!(found[2].as_ref().unwrap().conflict.is_none());
    assert_eq!(everything_of_git(&partial), before);
}

#[test]
fn a_half_written_file_is_taken_as_it_is_and_whole_when_it_is_whole() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let lines: String = (0..50).map(|n| format!("{n}\n")).collect();
    repo.commit("Base", &[("a.rs", &lines), ("b.rs", "1\n")]);
    let [left, right] = ["left", "right"].map(|name| repo.worktree(name));
    let trees = trees(&home, &repo);
    let changed = lines.replace("\n25\n", "\nright\n");
    left.write("a.rs", lines.replace("\n40\n", "\nleft\n"));
    let one = trees.look(left.path(), None).unwrap();
    let verdict = |text: &str| {
        right.write("a.rs", text);
        let found = trees.look(right.path(), Some(&[right.path().join("a.rs")])).unwrap();
        assert_eq!(found.tree, as_git_adds(&home, &right));
        merge(trees.git(), &Pair::new(&one.commit, &found.commit)).unwrap().conflict.is_some()
    };
    assert!(!verdict(&lines));
    assert!(verdict(""));
    assert!(verdict(&changed[..60]));
    assert!(!verdict(&changed));
    assert!(verdict(&changed.replace("\n40\n", "\nright\n")));
}

#[test]
fn looks_at_many_worktrees_at_once_are_each_what_they_are() {
    let home = HermeticHome::new();
    let repo = Repo::named(&home, "with: a colon");
    repo.commit("Base", &[("a.rs", "1\n")]);
    let all: Vec<Repo<'_>> = (0..20).map(|n| repo.worktree(&format!("w{n}"))).collect();
    let trees = trees(&home, &repo);
    std::thread::scope(|scope| {
        for turn in 0..3 {
            for (number, tree) in all.iter().enumerate() {
                let (trees, path) = (&trees, tree.path());
                fs::write(path.join("b.rs"), format!("{turn} {number}\n")).unwrap();
                scope.spawn(move || trees.look(path, Some(&[path.join("b.rs")])).unwrap());
                scope.spawn(move || trees.look(path, None).unwrap());
            }
        }
    });
    let looks: Vec<_> = all.iter().map(|tree| looked(&home, &trees, tree)).collect();
    let mut pairs = Vec::new();
    for (number, left) in looks.iter().enumerate() {
        pairs
            .extend(looks[number + 1..].iter().map(|right| Pair::new(&left.commit, &right.commit)));
    }
    let found = merges(trees.git(), &pairs);
    assert_eq!(found.len(), 190);
    assert!(found.into_iter().all(|merged| merged.unwrap().conflict.is_some()));
    // The base is rewritten below them.
    repo.git(&["commit", "-q", "--amend", "-m", "Rewritten"]);
    let changes = |look: &callboard_git::tree::WorktreeTree| {
        Changes::of(trees.git(), &repo.head(), &look.commit).unwrap()
    };
    let (one, other) = (changes(&looks[0]), changes(&looks[1]));
    assert_eq!(
        one.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        ["a.rs", "b.rs"]
    );
    // They share a commit that the base has not: their merge base is that one.
    assert!(one.may_conflict_with(&other));
}

#[test]
fn files_that_change_and_vanish_while_they_are_read_are_no_error() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let trees = trees(&home, &repo);
    let done = AtomicBool::new(false);
    let write = |number: usize| {
        let text = "half a line".repeat(number * 997 % 9_000);
        let path = repo.path().join(format!("w{}/f{}.rs", number % 3, number % 7));
        if number.is_multiple_of(5) {
            let _ = fs::remove_dir_all(path.parent().unwrap());
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| (0..).take_while(|_| !done.load(Ordering::Relaxed)).for_each(write));
        for turn in 0..40 {
            let named: Vec<_> =
                (0..3).map(|folder| repo.path().join(format!("w{folder}"))).collect();
            let found = trees.look(repo.path(), Some(named.as_slice()).filter(|_| turn % 2 == 0));
            if let Err(error) = found {
                done.store(true, Ordering::Relaxed);
                panic!("turn {turn}: {error}");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    looked(&home, &trees, &repo);
}

#[test]
fn where_nothing_changed_no_process_is_started_and_no_hook_is_run() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.write("a.rs", "1\n");
    let hook = repo.path().join(".git/hooks/post-index-change");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\ntouch ran\n").unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&hook).status().unwrap().success());
    let store = home.root().join("looks.git");
    let trees = trees(&home, &repo);
    let found = trees.look(repo.path(), None).unwrap();
    assert!(!repo.path().join("ran").exists());
    // Git does not run without the folder of its objects.
    fs::rename(store.join("objects"), store.join("away")).unwrap();
    assert_eq!(trees.look(repo.path(), Some(&[])).unwrap(), found);
    assert_eq!(trees.look(repo.path(), Some(&[repo.path().join(".git/index")])).unwrap(), found);
    assert!(trees.look(repo.path(), None).is_err());
    fs::rename(store.join("away"), store.join("objects")).unwrap();
    assert_eq!(trees.look(repo.path(), Some(&[])).unwrap(), found);
    // What a git that was killed left behind, and an index that is broken.
    fs::write(store.join("looks/main/index.lock"), "").unwrap();
    assert_eq!(trees.look(repo.path(), None).unwrap(), found);
    for content in ["DIRC broken", ""] {
        let (index, path) = (store.join("looks/main/index"), repo.path().join("a.rs"));
        fs::write(&index, content).unwrap();
        assert_eq!(trees.look(repo.path(), None).unwrap(), found);
        fs::write(index, content).unwrap();
        assert_eq!(trees.look(repo.path(), Some(std::slice::from_ref(&path))).unwrap(), found);
        fs::write(store.join("looks/main/index.lock"), "").unwrap();
        repo.write("a.rs", format!("{content}2\n"));
        let changed = trees.look(repo.path(), Some(&[path])).unwrap();
        assert!(!repo.path().join("ran").exists());
        assert_eq!(changed.tree, as_git_adds(&home, &repo));
        repo.remove("ran");
        repo.write("a.rs", "1\n");
    }
    assert_eq!(trees.look(repo.path(), None).unwrap(), found);
}

#[test]
fn tidying_up_keeps_what_is_held_and_the_store_small() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let files: Vec<(String, String)> =
        (0..40).map(|n| (format!("src/{n}.rs"), n.to_string())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    repo.commit("Base", &files);
    let work = repo.worktree("work");
    let trees = trees(&home, &repo);
    let mut held = String::new();
    for turn in 0..60 {
        work.write("src/3.rs", format!("{turn}\n").repeat(200 + turn));
        let found = trees.look(work.path(), Some(&[work.path().join("src/3.rs")])).unwrap();
        if turn == 30 {
            held = found.commit;
        }
    }
    let last = trees.look(work.path(), Some(&[])).unwrap();
    repo.write("src/3.rs", "main\n");
    let main = trees.look(repo.path(), None).unwrap();
    let nothing = trees.tidy_up(std::slice::from_ref(&held)).unwrap();
    let is_there = |id: &str| trees.git().text(&["ls-tree", "-r", id]).is_ok();
    assert!(nothing.removed < 30, "{nothing:?}");
    let tidied = trees.tidy_up_older(std::slice::from_ref(&held), Duration::ZERO).unwrap();
    assert!(tidied.bytes < tidied.bytes_before && tidied.removed > 100, "{tidied:?}");
    for commit in [&held, &last.commit, &main.commit] {
        assert!(is_there(commit));
        trees.git().text(&["rev-list", "--objects", commit]).unwrap();
    }
    assert!(merge(trees.git(), &Pair::new(&main.commit, &last.commit)).unwrap().conflict.is_some());
    // Taken up again, and once more by what is there.
    work.write("src/3.rs", "0\n".repeat(200));
    looked(&home, &trees, &work);
    let again = trees.tidy_up_older(&[], Duration::ZERO).unwrap();
    assert!(!is_there(&held) && again.bytes < tidied.bytes_before, "{again:?}");
    looked(&home, &trees, &work);
    looked(&home, &trees, &repo);
    let packs = fs::read_dir(home.root().join("looks.git/objects/pack")).unwrap().flatten();
    assert_eq!(
        packs.filter(|file| file.path().extension().is_some_and(|e| e == "pack")).count(),
        1
    );
}

#[test]
fn the_store_is_found_again_by_the_next_daemon() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.write("a.rs", "1\n");
    let found = trees(&home, &repo).look(repo.path(), None).unwrap();
    let index = home.root().join("looks.git/looks/main/index");
    let kept = fs::read(&index).unwrap();
    let again = trees(&home, &repo).look(repo.path(), Some(&[])).unwrap();
    assert_eq!(again, found);
    assert_eq!(fs::read(&index).unwrap(), kept);
    assert!(locate(repo.path()).is_some_and(|checkout| checkout.top == Path::new(repo.path())));
}
