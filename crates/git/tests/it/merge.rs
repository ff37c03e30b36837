//! Merges in memory, beside merges that git really makes.

use std::collections::BTreeSet;
use std::fs;

use callboard_git::changeset::Changes;
use callboard_git::merge::{Merge, Pair, merge, merges};
use callboard_git::tree::Trees;
use callboard_git::{Git, locate};
use callboard_model::conflict::ConflictKind;
use callboard_testkit::{HermeticHome, Repo};

use crate::random::{self, Random};
use crate::tree::everything_of_git;

/// Histories that are tried; `CALLBOARD_HISTORIES` tries more.
const HISTORIES: u64 = 40;

fn histories() -> u64 {
    std::env::var("CALLBOARD_HISTORIES").ok().and_then(|n| n.parse().ok()).unwrap_or(HISTORIES)
}

/// What `git merge` comes to in a checkout of `left`: the tree, or the paths that it could not merge.
fn really_merged(checkout: &Repo<'_>, left: &str, right: &str) -> Result<String, BTreeSet<String>> {
    checkout.git(&["checkout", "-q", "--force", "--detach", left]);
    checkout.git(&["clean", "-qfdx"]);
    let merged = checkout.try_git(&["merge", "-q", "--no-edit", "--no-ff", right]);
    if merged.status.success() {
        return Ok(checkout.git(&["rev-parse", "HEAD^{tree}"]));
    }
    if merged.status.code() != Some(1) {
        // Git ends with a BUG of its own where a folder takes the place of a file that is put aside: it is not merged.
        let _ = fs::remove_file(locate(checkout.path()).unwrap().git_dir.join("index.lock"));
        return Err(BTreeSet::new());
    }
    let listed = checkout.git(&["ls-files", "-u"]);
    // A file that stands where the other side has a folder is put aside under the side's name.
    let plain = |path: &str| path.split('~').next().unwrap().to_owned();
    let paths =
        listed.lines().filter_map(|line| line.split_once('\t')).map(|(_, p)| plain(p)).collect();
    checkout.git(&["reset", "-q", "--hard"]);
    Err(paths)
}

fn told(merge: &Merge) -> Result<String, BTreeSet<String>> {
    match &merge.conflict {
        None => Ok(merge.tree.clone()),
        Some(conflict) => Err(conflict.files.iter().map(|file| file.path.clone()).collect()),
    }
}

#[test]
fn every_verdict_is_that_of_git_and_so_is_that_of_uncommitted_twins() {
    let home = HermeticHome::new();
    let (mut conflicts, mut apart) = (0, 0);
    for seed in 0..histories() {
        let repo = random::history(&home, &format!("r{seed}"), seed);
        let [main, left, right] =
            ["main", "left", "right"].map(|name| repo.git(&["rev-parse", name]));
        let scratch = repo.worktree("scratch");
        let truth = really_merged(&scratch, &left, &right);
        let trees = Trees::at(&home.root().join(format!("looks{seed}.git")), repo.path()).unwrap();
        let found = merge(trees.git(), &Pair::new(&left, &right)).unwrap();
        match (&truth, told(&found)) {
            (Ok(tree), Ok(told)) => assert_eq!(*tree, told, "seed {seed}"),
            // Paths of renames are named where they were and where they are.
            (Err(paths), Err(told)) => {
                assert!(paths.is_subset(&told), "seed {seed}: {paths:?} {told:?}")
            }
            (truth, told) => panic!("seed {seed}: git says {truth:?}, we say {told:?}"),
        }
        conflicts += usize::from(truth.is_err());

        let of = |commit: &str| Changes::of(trees.git(), &main, commit).unwrap();
        let (l, r) = (of(&left), of(&right));
        let may = l.may_conflict_with(&r);
        assert!(may || truth.is_ok(), "seed {seed}: not tried, and git says {truth:?}");
        assert_eq!(may, r.may_conflict_with(&l));
        apart += usize::from(!may);

        let twin = uncommitted_twin(&repo, &scratch, &main, &right, seed);
        let before = everything_of_git(&repo);
        let look = trees.look(twin.path(), None).unwrap();
        assert_eq!(look.tree, repo.git(&["rev-parse", "right^{tree}"]), "seed {seed}");
        let again = merge(trees.git(), &Pair::new(&left, &look.commit)).unwrap();
        assert_eq!(told(&again), told(&found), "seed {seed}");
        assert_eq!(everything_of_git(&repo), before, "seed {seed}");
    }
    assert!(conflicts > 5 && apart > 0, "{conflicts} conflicts, {apart} that cannot meet");
}

/// A checkout of `main` in which what `right` changes lies unstaged, staged, or half and half.
fn uncommitted_twin<'a>(
    repo: &Repo<'_>,
    scratch: &Repo<'a>,
    main: &str,
    right: &str,
    seed: u64,
) -> Repo<'a> {
    scratch.git(&["checkout", "-q", "--force", "--detach", main]);
    scratch.git(&["clean", "-qfdx"]);
    scratch.git(&["read-tree", "-u", "--reset", right]);
    let changed = repo.git(&["diff", "--name-only", "--no-renames", main, right]);
    match seed % 3 {
        0 => drop(scratch.git(&["reset", "-q"])),
        1 => {}
        _ => {
            let mut random = Random::new(seed);
            for path in changed.lines().filter(|_| random.below(2) == 0) {
                let _ = scratch.try_git(&["reset", "-q", "--", path]);
            }
        }
    }
    scratch.at(scratch.path())
}

fn two_sides(repo: &Repo<'_>, left: impl Fn(&Repo<'_>), right: impl Fn(&Repo<'_>)) -> Pair {
    let mut ids = Vec::new();
    for (name, change) in [("left", &left as &dyn Fn(&Repo<'_>)), ("right", &right)] {
        repo.git(&["switch", "-q", "-C", name, "main"]);
        change(repo);
        ids.push(repo.commit(name, &[]));
    }
    repo.switch("main");
    Pair::new(&ids[0], &ids[1])
}

#[test]
fn each_kind_of_conflict_is_told_with_its_parts() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let lines: String = (1..=20).map(|n| format!("{n}\n")).collect();
    repo.commit(
        "Base",
        &[("a.rs", &lines), ("b.rs", &lines), ("pic.png", "\0a"), ("old/x.rs", &lines)],
    );
    let kinds = |pair: &Pair| -> Vec<(String, ConflictKind)> {
        let conflict = merge(&Git::at(repo.path()), pair).unwrap().conflict.unwrap();
        conflict.files.into_iter().map(|file| (file.path, file.kind)).collect()
    };
    let one = |path: &str, kind| vec![(path.to_owned(), kind)];

    let left = lines.replace("1\n2\n", "0\n1\nzwei\n").replace("15\n", "");
    let pair = two_sides(
        &repo,
        |r| r.write("a.rs", &left),
        |r| r.write("a.rs", lines.replace("\n2\n", "\ntwo\n").replace("15\n", "fifteen\n")),
    );
    let conflict = merge(&Git::at(repo.path()), &pair).unwrap().conflict.unwrap();
    assert_eq!(
        (conflict.files[0].path.as_str(), conflict.files[0].kind),
        ("a.rs", ConflictKind::Content)
    );
    let [first, second] = conflict.files[0].hunks.as_slice() else { panic!("{conflict:?}") };
    assert_eq!((first.left.join(" "), first.right.join(" ")), ("zwei".into(), "two".into()));
    assert_eq!((first.left_line, first.right_line), (3, 2));
    assert_eq!((second.left_line, second.right_line), (16, 15));
    assert!(second.left.is_empty());
    assert_eq!((second.base.join(" "), second.right.join(" ")), ("15".into(), "fifteen".into()));

    let add = |text: &'static str| move |r: &Repo<'_>| r.write("new.rs", text);
    assert_eq!(
        kinds(&two_sides(&repo, add("1\n"), add("2\n"))),
        one("new.rs", ConflictKind::AddAdd)
    );
    let edit = |r: &Repo<'_>| r.write("a.rs", "other\n");
    let gone = |r: &Repo<'_>| r.remove("a.rs");
    assert_eq!(kinds(&two_sides(&repo, edit, gone)), one("a.rs", ConflictKind::ModifyDelete));
    let moved = |r: &Repo<'_>| drop(r.git(&["mv", "a.rs", "moved.rs"]));
    assert_eq!(kinds(&two_sides(&repo, moved, gone)), one("moved.rs", ConflictKind::RenameDelete));
    let elsewhere = |r: &Repo<'_>| drop(r.git(&["mv", "a.rs", "elsewhere.rs"]));
    let both = kinds(&two_sides(&repo, moved, elsewhere));
    assert_eq!(
        both.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(),
        ["a.rs", "elsewhere.rs", "moved.rs"]
    );
    assert!(both.iter().all(|file| file.1 == ConflictKind::Rename));
    let picture = |text: &'static str| move |r: &Repo<'_>| r.write("pic.png", text);
    assert_eq!(
        kinds(&two_sides(&repo, picture("\0b"), picture("\0c"))),
        one("pic.png", ConflictKind::Binary)
    );
    let folder = |r: &Repo<'_>| r.write("place/in.rs", "1\n");
    let file = |r: &Repo<'_>| r.write("place", "1\n");
    assert_eq!(kinds(&two_sides(&repo, folder, file)), one("place", ConflictKind::FileDirectory));
    let away = |r: &Repo<'_>| drop(r.git(&["mv", "old", "new"]));
    let into = |r: &Repo<'_>| r.write("old/y.rs", "1\n");
    assert_eq!(kinds(&two_sides(&repo, away, into)), one("new/y.rs", ConflictKind::Rename));
}

#[test]
fn a_pair_that_cannot_be_tried_is_an_error_and_the_others_go_on() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let pair = two_sides(&repo, |r| r.write("a", "1\n"), |r| r.write("b", "1\n"));
    repo.git(&["switch", "-q", "--orphan", "apart"]);
    let apart = repo.commit("Apart", &[("c", "1\n")]);
    let gone = "0123456789012345678901234567890123456789";
    let same = |right: &str| Pair { right: right.to_owned(), ..pair.clone() };
    let all = [pair.clone(), same(&apart), same(gone), same("right"), pair.clone()];
    let found = merges(&Git::at(repo.path()), &all);
    assert_eq!(
        found.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, false, false, false, true]
    );
    let unrelated = found[1].as_ref().unwrap_err();
    assert!(unrelated.to_string().contains("unrelated histories"), "{unrelated}");
    assert!(unrelated.hint().contains("no commit in common"));
}

#[test]
fn attributes_are_those_of_the_side_that_is_merged_into() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("CHANGES", "1\n"), ("wide", "1\n")]);
    let both = |attributes: &'static str, line: &'static str| {
        move |r: &Repo<'_>| {
            if !attributes.is_empty() {
                r.write(".gitattributes", attributes);
            }
            r.write("CHANGES", format!("1\n{line}\n"));
        }
    };
    let git = Git::at(repo.path());
    let union = both("CHANGES merge=union\n", "left");
    let pair = two_sides(&repo, union, both("", "right"));
    assert_eq!(merge(&git, &pair).unwrap().conflict, None);
    let turned = Pair::new(&pair.right, &pair.left);
    assert!(merge(&git, &turned).unwrap().conflict.is_some());
    let main = repo.head();
    let of = |commit: &str| Changes::of(&git, &main, commit).unwrap();
    let (left, right) = (of(&pair.left), of(&pair.right));
    assert_eq!((left.attributes(), right.attributes()), (pair.left.as_str(), main.as_str()));
    // Marks of another size are marks.
    let wide = |line: &'static str| {
        move |r: &Repo<'_>| {
            r.write(".gitattributes", "wide conflict-marker-size=20\n");
            r.write("wide", format!("{line}\n"));
        }
    };
    let pair = two_sides(&repo, wide("left"), wide("right"));
    let conflict = merge(&git, &pair).unwrap().conflict.unwrap();
    assert_eq!(conflict.files[0].hunks[0].base, ["1"]);
}
