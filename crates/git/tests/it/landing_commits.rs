//! The commits by which changesets land.

use std::fs;

use callboard_git::Git;
use callboard_git::advance::{Retreat, retreat};
use callboard_git::carry::let_go;
use callboard_git::landing::{By, Change, LANDING, PrepareError, Prepared, Request, prepare};
use callboard_git::merge::{Pair, merge};
use callboard_git::tree::Trees;
use callboard_testkit::{HermeticHome, Repo};

use crate::advance::{is_tidy, journal, run, to};
use crate::scoped_commit::repository;

/// A member: its worktree, how it lands, its title and its body.
type Member<'r, 'h> = (&'r Repo<'h>, By, &'r str, &'r str);

/// Merges them one after another in memory, as a review does.
fn merged(trees: &Trees, from: &str, members: &[Member<'_, '_>]) -> Vec<Change> {
    let git = trees.git();
    let mut at = from.to_owned();
    let mut changes = Vec::new();
    for (repo, by, title, body) in members {
        let looked = trees.look(&repo.path().canonicalize().unwrap(), None).unwrap();
        let merged = merge(git, &Pair::new(&at, &looked.commit)).unwrap();
        assert!(merged.conflict.is_none(), "{title}");
        let step = ["commit-tree", &merged.tree, "-p", &at, "-p", &looked.commit, "-m", "step"];
        at = git.text(&step).unwrap();
        changes.push(Change {
            head: looked.head.unwrap(),
            commit: looked.commit,
            tree: merged.tree,
            title: (*title).to_owned(),
            body: (*body).to_owned(),
            by: *by,
        });
    }
    changes
}

fn trees(home: &HermeticHome, repo: &Repo<'_>) -> Trees {
    Trees::at(&home.work().join("store.git"), repo.path()).unwrap()
}

fn ready(trees: &Trees, from: &str, changes: &[Change]) -> Result<Prepared, PrepareError> {
    prepare(trees.git(), &Request { review: "R7", from, changes })
}

/// A base and a worktree of three commits, two by others.
fn begun(home: &HermeticHome) -> (Repo<'_>, Repo<'_>, String) {
    let repo = repository(home);
    let from = repo.commit("Base", &[("a", "1\n2\n3\n4\n5\n"), ("b", "b\n")]);
    let one = repo.worktree("one");
    one.commit("First", &[("a", "one\n2\n3\n4\n5\n")]);
    one.write("c", "c\n");
    one.git(&["add", "-A"]);
    let by = "--author=Ada <ada@example.invalid>";
    one.git(&["commit", "-q", by, "-m", "Second\n\nCo-Authored-By: Bot <bot@example.invalid>"]);
    one.write("c", "c\nd\n");
    one.git(&["commit", "-q", "-a", "--author=Ada <ADA@example.invalid>", "-m", "Third"]);
    (repo, one, from)
}

fn show(repo: &Repo<'_>, format: &str, commit: &str) -> String {
    repo.git(&["show", "-s", &format!("--format={format}"), commit])
}

/// The user's repository has it all by itself, and nothing but the reference is new.
fn is_whole(repo: &Repo<'_>, tip: &str) {
    assert_eq!(repo.git(&["rev-parse", &format!("{LANDING}R7")]), tip);
    repo.git(&["rev-list", "--objects", "--quiet", tip]);
    repo.git(&["fsck", "--full", "--strict", "--no-dangling"]);
}

#[test]
fn squashed_merged_and_rebased_they_come_to_what_was_merged_in_memory() {
    let home = HermeticHome::new();
    let (repo, one, from) = begun(&home);
    one.write("uncommitted", "u\n");
    let two = repo.worktree("two");
    two.commit("Two", &[("b", "b\ntwo\n")]);
    two.write("b", "b\ntwo\nand more\n");
    let three = repo.worktree("three");
    let commit = three.commit("Three", &[("a", "1\n2\n3\n4\nthree\n")]);
    three.commit("Three again", &[("e", "e\n")]);
    three.write("f", "f\n");
    let before = [&one, &two, &three].map(|tree| (tree.head(), tree.status()));
    let trees = trees(&home, &repo);
    let members: [Member<'_, '_>; 3] = [
        (&one, By::Squash, "Add one", "Why.\n\nRefs: #1"),
        (&two, By::Merge, "Add two", ""),
        (&three, By::Rebase, "Add three", "Body"),
    ];
    let changes = merged(&trees, &from, &members);
    let refs = repo.git(&["for-each-ref"]);
    let prepared = ready(&trees, &from, &changes).unwrap();
    is_whole(&repo, &prepared.tip);
    assert_eq!(repo.git(&["for-each-ref", "refs/heads"]), refs);
    let tree = repo.git(&["rev-parse", &format!("{}^{{tree}}", prepared.tip)]);
    assert_eq!(tree, changes[2].tree);

    let [squash, merge, rebase] = prepared.commits.as_slice() else { panic!("{prepared:?}") };
    assert_eq!((squash.len(), merge.len(), rebase.len()), (1, 2, 3));
    let message = "Add one\n\nWhy.\n\nRefs: #1\nCo-authored-by: Ada <ada@example.invalid>\nCo-authored-by: Bot <bot@example.invalid>\n";
    assert_eq!(
        show(&repo, "%P|%an|%cn|%B", &squash[0]),
        format!("{from}|Test User|Test User|{message}")
    );
    assert_eq!(show(&repo, "%P", &merge[1]), format!("{} {}", squash[0], merge[0]));
    assert_eq!(show(&repo, "%P|%an|%s", &merge[0]), format!("{}|Test User|Add two", two.head()));
    let told: Vec<String> = rebase.iter().map(|id| show(&repo, "%an|%s", id)).collect();
    assert_eq!(told, ["Test User|Three", "Test User|Three again", "Test User|Add three"]);
    assert_eq!(show(&repo, "%ad", &rebase[0]), show(&repo, "%ad", &commit));
    assert_eq!(repo.git(&["diff", "--name-only", &rebase[1], &rebase[2]]), "f");
    assert_eq!([&one, &two, &three].map(|tree| (tree.head(), tree.status())), before);

    // And the base goes there, and back.
    repo.write("dirty", "mine\n");
    let moved = run(&repo, &to(&from, &prepared.tip)).unwrap();
    assert_eq!((repo.head(), repo.status().as_str()), (prepared.tip.clone(), "?? dirty"));
    let git = Git::at(repo.path());
    let was = moved.was.as_deref();
    let back = Retreat { branch: "main", landed: &prepared.tip, begun: &from, was, why: "undo" };
    retreat(&git, &back, &journal(&repo)).unwrap();
    assert_eq!((repo.head(), repo.status().as_str()), (from, "?? dirty"));
    is_tidy(&repo);
    let_go(&git, &format!("{LANDING}R7")).unwrap();
    assert_eq!(repo.git(&["for-each-ref", LANDING]), "");
}

#[test]
fn a_rebase_keeps_authors_dates_and_messages_byte_for_byte_and_what_is_on_top_already() {
    let home = HermeticHome::new();
    let (repo, one, from) = begun(&home);
    one.write("latin", "x\n");
    one.git(&["add", "-A"]);
    fs::write(one.path().join("../message"), b"Caf\xe9\n\n# no comment\n\n\n  kept  \n").unwrap();
    one.git(&[
        "-c",
        "i18n.commitEncoding=ISO-8859-1",
        "commit",
        "-q",
        "--cleanup=verbatim",
        "-F",
        "../message",
        "--date",
        "@1700000000 +0530",
        "--author",
        "J. O'Neil <j@example.invalid>",
    ]);
    let trees = trees(&home, &repo);
    let rebased: [Member<'_, '_>; 1] = [(&one, By::Rebase, "Add one", "")];
    // On the same base, they are the branch's own.
    let prepared = ready(&trees, &from, &merged(&trees, &from, &rebased)).unwrap();
    assert_eq!((prepared.tip, prepared.commits[0].len()), (one.head(), 4));

    let base = repo.commit("Meanwhile", &[("b", "b\nmeanwhile\n")]);
    let prepared = ready(&trees, &base, &merged(&trees, &base, &rebased)).unwrap();
    assert_eq!(prepared.commits[0].len(), 4);
    let raw = |commit: &str| {
        let raw = repo.try_git(&["cat-file", "commit", commit]).stdout;
        let lines = raw.split(|byte| *byte == b'\n');
        let kept = |line: &&[u8]| {
            !["tree ", "parent ", "committer "].iter().any(|name| line.starts_with(name.as_bytes()))
        };
        lines.filter(kept).map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    for (new, old) in prepared.commits[0].iter().rev().zip(["one", "one~1", "one~2", "one~3"]) {
        assert_eq!(raw(new), raw(old), "{old}");
    }
    is_whole(&repo, &prepared.tip);
}

#[test]
fn what_changes_nothing_any_more_adds_no_commit() {
    let home = HermeticHome::new();
    let (repo, one, from) = begun(&home);
    let trees = trees(&home, &repo);
    repo.git(&["merge", "-q", "--squash", "one"]);
    let base = repo.commit("The same", &[]);
    for by in [By::Squash, By::Merge, By::Rebase] {
        let changes = merged(&trees, &base, &[(&one, by, "Add one", "")]);
        let prepared = ready(&trees, &base, &changes).unwrap();
        assert_eq!(prepared, Prepared { tip: base.clone(), commits: vec![Vec::new()] });
    }
    // Of a branch of which a part is there already, the rest comes.
    repo.git(&["reset", "-q", "--hard", &from]);
    repo.git(&["cherry-pick", "one~2"]);
    repo.git(&["commit", "-q", "--amend", "-m", "Picked"]);
    let base = repo.head();
    let changes = merged(&trees, &base, &[(&one, By::Rebase, "Add one", "")]);
    let prepared = ready(&trees, &base, &changes).unwrap();
    let told: Vec<_> = prepared.commits[0].iter().map(|id| show(&repo, "%s", id)).collect();
    assert_eq!(told, ["Second", "Third"]);
}

#[test]
fn one_that_is_built_on_another_brings_its_own_alone() {
    let home = HermeticHome::new();
    let (repo, one, from) = begun(&home);
    let stacked = one.worktree("stacked");
    stacked.commit("On top", &[("c", "c\nd\ne\n"), ("a", "one\n2\n3\n4\nfive\n")]);
    let trees = trees(&home, &repo);
    for by in [By::Squash, By::Merge, By::Rebase] {
        let members: [Member<'_, '_>; 2] =
            [(&one, By::Squash, "Add one", ""), (&stacked, by, "Add on top", "")];
        let changes = merged(&trees, &from, &members);
        let prepared = ready(&trees, &from, &changes).unwrap();
        assert_eq!(prepared.commits[1].len(), 1, "{by:?}");
        let told = show(&repo, "%B", &prepared.tip);
        assert!(told.starts_with(if by == By::Rebase { "On top" } else { "Add on top" }));
        assert!(!told.contains("Ada"), "{told}");
        is_whole(&repo, &prepared.tip);
    }
}

#[test]
fn commits_that_do_not_fit_one_by_one_are_told_and_nothing_is_left() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    let from = repo.commit("Base", &[("a", "1\n")]);
    let one = repo.worktree("one");
    one.commit("There", &[("a", "there\n")]);
    one.commit("And back", &[("a", "1\n"), ("b", "b\n")]);
    let base = repo.commit("Meanwhile", &[("a", "meanwhile\n")]);
    let trees = trees(&home, &repo);
    let changes = merged(&trees, &base, &[(&one, By::Rebase, "Add one", "")]);
    let error = ready(&trees, &base, &changes).unwrap_err();
    assert!(error.to_string().contains("Add one cannot be rebased"), "{error}");
    assert!(error.to_string().contains("conflicts with what is there"), "{error}");
    assert!(error.hint().contains("squash"));
    assert_eq!(repo.git(&["for-each-ref", LANDING]), "");
    for by in [By::Squash, By::Merge] {
        let changes = merged(&trees, &base, &[(&one, by, "Add one", "")]);
        is_whole(&repo, &ready(&trees, &base, &changes).unwrap().tip);
    }
    // A merge on the branch that settled a conflict is lost to a rebase.
    one.git(&["reset", "-q", "--hard", &from]);
    one.commit("Mine", &[("c", "mine\n")]);
    one.git(&["merge", "-q", "--no-commit", "--no-ff", &base]);
    one.write("d", "only in the merge\n");
    one.commit("Merge main", &[]);
    let changes = merged(&trees, &base, &[(&one, By::Rebase, "Add one", "")]);
    let error = ready(&trees, &base, &changes).unwrap_err();
    assert!(error.to_string().contains("come to other files"), "{error}");
}

#[test]
fn they_are_the_users_own_signed_where_the_user_signs() {
    let home = HermeticHome::new();
    let (repo, one, from) = begun(&home);
    let trees = trees(&home, &repo);
    let changes = merged(&trees, &from, &[(&one, By::Squash, "Add one", "")]);
    let before = (repo.git(&["count-objects", "-v"]), repo.git(&["for-each-ref"]));
    repo.git(&["config", "user.name", ""]);
    let error = ready(&trees, &from, &changes).unwrap_err();
    assert!(matches!(error, PrepareError::Nobody(_)), "{error}");
    assert!(error.hint().contains("user.email"));
    repo.git(&["config", "user.name", "Test User"]);

    let program = home.work().join("sign");
    let sign = |text: &str| {
        use std::os::unix::fs::PermissionsExt;
        fs::write(&program, format!("#!/bin/sh\ncat > /dev/null\n{text}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    };
    repo.git(&["config", "commit.gpgSign", "true"]);
    repo.git(&["config", "gpg.program", program.to_str().unwrap()]);
    sign("exit 1");
    let error = ready(&trees, &from, &changes).unwrap_err();
    assert!(matches!(error, PrepareError::Unsigned(_)), "{error}");
    assert_eq!((repo.git(&["count-objects", "-v"]), repo.git(&["for-each-ref"])), before);
    sign(
        r"printf '\n[GNUPG:] SIG_CREATED \n' >&2; echo '-----BEGIN PGP SIGNATURE-----'; echo; echo x; echo '-----END PGP SIGNATURE-----'",
    );
    let prepared = ready(&trees, &from, &changes).unwrap();
    let raw = repo.git(&["cat-file", "commit", &prepared.tip]);
    assert!(raw.contains("gpgsig -----BEGIN PGP SIGNATURE-----"), "{raw}");
}

#[test]
fn shallow_and_partial_clones_are_landed_in_too() {
    let home = HermeticHome::new();
    let (origin, _, _) = begun(&home);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    for (name, how) in [("shallow", "--depth=1"), ("partial", "--filter=blob:none")] {
        let path = home.work().join(name);
        let url = format!("file://{}", origin.path().display());
        origin.git(&["clone", "-q", how, "-b", "main", &url, path.to_str().unwrap()]);
        let repo = origin.at(&path);
        repo.git(&["config", "user.name", "Test User"]);
        repo.git(&["config", "user.email", "test@example.invalid"]);
        let from = repo.head();
        let tree = repo.worktree("work");
        tree.write("new", "n\n");
        let trees = Trees::at(&home.work().join(format!("{name}.git")), repo.path()).unwrap();
        for by in [By::Squash, By::Merge, By::Rebase] {
            let changes = merged(&trees, &from, &[(&tree, by, "Add", "")]);
            let prepared = ready(&trees, &from, &changes).unwrap();
            is_whole(&repo, &prepared.tip);
        }
        let tip = repo.git(&["rev-parse", &format!("{LANDING}R7")]);
        run(&repo, &to(&from, &tip)).unwrap();
        assert_eq!((repo.status().as_str(), repo.read("new").as_str()), ("", "n\n"));
    }
}
