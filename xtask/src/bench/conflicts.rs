//! Conflicts among ten worktrees after an edit, beside git's own merges; and known merges, tried again.

mod peer;
mod truth;
mod whole;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use callboard_git::changeset::{Bases, Changes};
use callboard_git::merge::{Pair, merges};
use callboard_git::tree::Trees;
use callboard_testkit::{HermeticHome, Repo};

use super::Given;
use super::figure::{Figure, quantile};
use super::ground::Scale;

/// Worktrees that are compared, each with changes of its own.
const WORKTREES: usize = 10;

/// Files that share a folder.
const FILES_PER_FOLDER: usize = 40;

/// Edits that are measured.
const TIMES: usize = 15;

/// Looks after which the store's size is told.
const LOOKS: usize = 1_000;

/// Names of the figures of one size of repository.
struct Names {
    files: usize,
    edit: &'static str,
    first: &'static str,
    whole: &'static str,
    nothing: &'static str,
    daemon: &'static str,
    peer: &'static str,
}

const SMALL: Names = Names {
    files: 2_000,
    edit: "conflicts, 2,000 files, after an edit, p50",
    first: "conflicts, 2,000 files, first look at ten",
    whole: "conflicts, 2,000 files, whole look at ten",
    nothing: "conflicts, 2,000 files, nothing changed",
    daemon: "conflicts, 2,000 files, edit to the coupling that a daemon tells, p50",
    peer: "conflicts, 2,000 files, after an edit, beside a peer",
};

const LARGE: Names = Names {
    files: 100_000,
    edit: "conflicts, 100,000 files, after an edit, p50",
    first: "conflicts, 100,000 files, first look at ten",
    whole: "conflicts, 100,000 files, whole look at ten",
    nothing: "conflicts, 100,000 files, nothing changed",
    daemon: "conflicts, 100,000 files, edit to the coupling that a daemon tells, p50",
    peer: "conflicts, 100,000 files, after an edit, beside a peer",
};

pub(super) fn measure(binary: &Path, scale: Scale, given: &Given) -> Vec<Figure> {
    let mut figures = Vec::new();
    if let Some(truth) = &given.truth {
        figures.extend(truth::measure(truth, &given.paths));
    }
    figures.extend(of_size(binary, &SMALL));
    if scale == Scale::Full {
        figures.extend(of_size(binary, &LARGE));
    }
    figures
}

fn of_size(binary: &Path, names: &Names) -> Vec<Figure> {
    let home = HermeticHome::new();
    let repo = Repo::named(&home, "measured");
    import(&home, &repo, names.files);
    let base = repo.head();
    let all: Vec<Repo<'_>> = (0..WORKTREES).map(|n| repo.worktree(&format!("w{n}"))).collect();
    for (number, tree) in all.iter().enumerate() {
        let edited = [number, number + WORKTREES, names.files / 2 + number / 2];
        for file in edited {
            append(tree.path(), file, &format!("fn of_{number}() {{}}\n"));
        }
        tree.write(&format!("src/new{number}.rs"), "fn new() {}\n");
    }
    let trees = Trees::at(&home.root().join("looks.git"), repo.path()).expect("a store");
    let mut board = Board { trees: &trees, base: &base, changes: Vec::new() };
    let first = timed(|| board.changes = all.iter().map(|tree| board.look(tree, None)).collect());
    let whole = timed(|| board.changes = all.iter().map(|tree| board.look(tree, None)).collect());
    let nothing = timed(|| {
        for tree in &all {
            trees.look(tree.path(), Some(&[])).expect("a look");
        }
    });
    let (mut ours, mut bare, mut conflicts) = (Vec::new(), Vec::new(), 0);
    for turn in 0..TIMES {
        let edited = turn % WORKTREES;
        append(all[edited].path(), turn, &format!("fn at_{turn}() {{}}\n"));
        let path = all[edited].path().join(name(turn));
        ours.push(timed(|| {
            for (number, tree) in all.iter().enumerate() {
                if number == edited {
                    board.changes[edited] = board.look(tree, Some(std::slice::from_ref(&path)));
                } else {
                    trees.look(tree.path(), Some(&[])).expect("a look");
                }
            }
            conflicts = board.conflicts();
        }));
        bare.push(bare_merges(&home, &repo, &trees, &board.changes));
    }
    // Neighbours append to one file.
    assert_eq!(conflicts, WORKTREES / 2, "pairs that conflict");
    let (edit, bare) = (quantile(&mut ours, 0.5), quantile(&mut bare, 0.5));
    let beside = |figure: Figure| figure.beside("git merge-tree --stdin, 45 pairs", Some(bare));
    let mut figures = vec![
        beside(Figure::new(names.edit, edit, "ms")),
        Figure::new(names.peer, edit, "ms").beside("clash status", peer::clash(&home, &repo)),
        Figure::new(names.first, first, "ms"),
        Figure::new(names.whole, whole, "ms"),
        Figure::new(names.nothing, nothing, "ms"),
    ];
    figures.extend(whole::measure(binary, names.files, names.daemon, bare));
    if names.files == SMALL.files {
        figures.extend(store(&trees, &all[0]));
    }
    figures
}

/// What is known of the worktrees.
struct Board<'a> {
    trees: &'a Trees,
    base: &'a str,
    changes: Vec<Changes>,
}

impl Board<'_> {
    fn look(&self, tree: &Repo<'_>, changed: Option<&[PathBuf]>) -> Changes {
        let found = self.trees.look(tree.path(), changed).expect("a look");
        let git = self.trees.git();
        let head = found.head.as_deref().unwrap_or(self.base);
        let bases = Bases::of(git, self.base, head).expect("a merge base");
        Changes::since(git, bases, &found.commit).expect("a changeset")
    }

    /// Merges every two that can meet; how many conflict.
    fn conflicts(&self) -> usize {
        let mut pairs = Vec::new();
        for (number, left) in self.changes.iter().enumerate() {
            let others = self.changes[number + 1..].iter();
            pairs.extend(others.filter(|r| left.may_conflict_with(r)).map(|r| Pair::of(left, r)));
        }
        let merged = merges(self.trees.git(), &pairs);
        merged.iter().filter(|m| m.as_ref().expect("a merge").conflict.is_some()).count()
    }
}

/// Milliseconds that git takes to merge all pairs, and no more.
fn bare_merges(home: &HermeticHome, repo: &Repo<'_>, trees: &Trees, all: &[Changes]) -> f64 {
    let mut lines = String::new();
    for (number, left) in all.iter().enumerate() {
        for right in &all[number + 1..] {
            let _ = writeln!(lines, "{} {}", left.commit, right.commit);
        }
    }
    let objects =
        trees.git().text(&["rev-parse", "--path-format=absolute", "--git-path", "objects"]);
    let mut git = Command::new("git");
    home.env(&mut git).current_dir(repo.path()).args(["merge-tree", "--write-tree", "--stdin"]);
    git.env("GIT_OBJECT_DIRECTORY", objects.expect("the store's folder"));
    git.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", repo.path().join(".git/objects"));
    timed(|| {
        let mut merging =
            git.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("git merge-tree");
        let mut stdin = merging.stdin.take().expect("its standard input");
        stdin.write_all(lines.as_bytes()).expect("its standard input");
        drop(stdin);
        assert!(merging.wait().expect("its end").success());
    })
}

/// The store after many looks, and after it was tidied up.
fn store(trees: &Trees, tree: &Repo<'_>) -> Vec<Figure> {
    let path = [tree.path().join(name(3))];
    let looking = timed(|| {
        for turn in 0..LOOKS {
            append(tree.path(), 3, &format!("fn look_{turn}() {{}}\n"));
            trees.look(tree.path(), Some(&path)).expect("a look");
        }
    });
    let tidied = trees.tidy_up_older(&[], Duration::ZERO).expect("a tidy store");
    let each = looking / LOOKS as f64;
    vec![
        Figure::new("conflicts, one of a thousand looks", each, "ms"),
        Figure::new(
            "conflicts, store after a thousand looks",
            tidied.bytes_before as f64 / 1e6,
            "MB",
        ),
        Figure::new("conflicts, store when tidied up", tidied.bytes as f64 / 1e6, "MB"),
    ]
}

fn name(number: usize) -> String {
    let folder = number / FILES_PER_FOLDER;
    format!("packages/p{}/src/m{folder}/f{number}.rs", folder % 50)
}

fn append(top: &Path, number: usize, line: &str) {
    let path = top.join(name(number));
    let mut text = fs::read_to_string(&path).expect("a file of the repository");
    text.push_str(line);
    fs::write(path, text).expect("a file of the repository");
}

/// A commit of so many files, in the format of git-fast-import(1).
fn import(home: &HermeticHome, repo: &Repo<'_>, files: usize) {
    let mut text =
        "commit refs/heads/main\ncommitter Test User <test@example.invalid> 1767700000 +0000\n\
        data 6\nImport\nfrom refs/heads/main^0\n"
            .to_owned();
    for number in 0..files {
        let mut content = String::new();
        for line in 0..4 + number % 61 {
            let _ = writeln!(content, "fn item_{number}_{line}() -> u32 {{ {line} }}");
        }
        let _ =
            write!(text, "M 100644 inline {}\ndata {}\n{content}\n", name(number), content.len());
    }
    let mut git = Command::new("git");
    home.env(&mut git).current_dir(repo.path()).args(["fast-import", "--quiet", "--force"]);
    let mut importing = git.stdin(Stdio::piped()).spawn().expect("git fast-import");
    let mut stdin = importing.stdin.take().expect("its standard input");
    stdin.write_all(text.as_bytes()).expect("its standard input");
    drop(stdin);
    assert!(importing.wait().expect("its end").success());
    repo.git(&["reset", "--quiet", "--hard"]);
}

/// Milliseconds that something takes.
fn timed(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64() * 1000.0
}
