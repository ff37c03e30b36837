//! Random dirty checkouts, of which one session's hunks are committed.

use callboard_git::scoped_commit::commit;
use callboard_model::attribution::{Extent, Part, PartHunk};
use callboard_testkit::{HermeticHome, Repo};
use proptest::prelude::*;

use crate::scoped_commit::{disk, repository, request};

/// What becomes of one line of the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Kept,
    Changed,
    Removed,
    /// Lines come behind it.
    Followed,
}

/// A change of one line, whose it is, and whether it is staged.
#[derive(Debug, Clone, Copy)]
struct LineChange {
    what: What,
    ours: bool,
    staged: bool,
}

/// The lines of a file of the base, and what becomes of each.
type FileChange = Vec<LineChange>;

fn line_change() -> impl Strategy<Value = LineChange> {
    let what = prop_oneof![
        3 => Just(What::Kept),
        2 => Just(What::Changed),
        1 => Just(What::Removed),
        2 => Just(What::Followed),
    ];
    (what, any::<bool>(), any::<bool>()).prop_map(|(what, ours, staged)| LineChange {
        what,
        ours,
        staged,
    })
}

/// The text with the changes that `made` picks.
fn text(file: &FileChange, made: impl Fn(&LineChange) -> bool) -> String {
    let mut text = String::new();
    for (at, change) in file.iter().enumerate() {
        let what = if made(change) { change.what } else { What::Kept };
        match what {
            What::Kept => text += &format!("line {at}\n"),
            What::Changed => text += &format!("changed {at}\n"),
            What::Removed => {}
            What::Followed => text += &format!("line {at}\nnew {at}\nnew too {at}\n"),
        }
    }
    text
}

/// Our hunks, one for each changed line.
fn hunks(file: &FileChange) -> Vec<PartHunk> {
    let mut hunks = Vec::new();
    let mut new = 1;
    for (at, change) in file.iter().enumerate() {
        let old = u32::try_from(at + 1).unwrap();
        let removed = vec![format!("line {at}\n")];
        let hunk = |old_start, new_start, removed, added| PartHunk {
            old_start,
            new_start,
            removed,
            added,
        };
        let (hunk, lines) = match change.what {
            What::Kept => (None, 1),
            What::Changed => (Some(hunk(old, new, removed, vec![format!("changed {at}\n")])), 1),
            What::Removed => (Some(hunk(old, new, removed, Vec::new())), 0),
            What::Followed => {
                let added = vec![format!("new {at}\n"), format!("new too {at}\n")];
                (Some(hunk(old + 1, new + 1, Vec::new(), added)), 3)
            }
        };
        hunks.extend(hunk.filter(|_| change.ours));
        new += lines;
    }
    hunks
}

fn stage(repo: &Repo<'_>, path: &str, content: &str) {
    repo.write(path, content);
    repo.git(&["add", path]);
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 64, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn ours_are_committed_and_the_rest_is_as_it_was(
        files in prop::collection::vec(prop::collection::vec(line_change(), 1..12), 4),
        // All of a file is staged, as by `git add -A`: nothing, some of theirs, some of both, all.
        how in prop::collection::vec(0..4u8, 4),
    ) {
        let home = HermeticHome::new();
        let repo = repository(&home);
        let names: Vec<String> = (0..files.len()).map(|n| format!("file {n}.rs")).collect();
        for (name, file) in names.iter().zip(&files) {
            repo.write(name, text(file, |_| false));
        }
        repo.commit("Base", &[]);
        let is_staged = |how: u8, change: &LineChange| match how {
            0 => false,
            1 => change.staged && !change.ours,
            2 => change.staged,
            _ => true,
        };
        for ((name, file), how) in names.iter().zip(&files).zip(&how) {
            stage(&repo, name, &text(file, |change| is_staged(*how, change)));
            repo.write(name, text(file, |_| true));
        }
        let before = disk(&repo);
        let parts: Vec<Part> = names
            .iter()
            .zip(&files)
            .map(|(name, file)| {
                let extent = Extent::Hunks { hunks: hunks(file), mode: false, moves: false };
                Part { path: name.clone(), from: None, extent }
            })
            .filter(|part| !matches!(&part.extent, Extent::Hunks { hunks, .. } if hunks.is_empty()))
            .collect();
        prop_assume!(!parts.is_empty());
        commit(repo.path(), &request(&parts, "Ours")).unwrap();
        prop_assert_eq!(disk(&repo), before);
        for ((name, file), how) in names.iter().zip(&files).zip(&how) {
            let committed = repo.git(&["show", &format!("HEAD:{name}")]);
            let expected = text(file, |change| change.ours);
            prop_assert_eq!(committed, expected.trim_end(), "{}", name);
            let staged = repo.git(&["show", &format!(":{name}")]);
            let expected = text(file, |change| change.ours || is_staged(*how, change));
            prop_assert_eq!(staged, expected.trim_end(), "{}", name);
        }
    }
}
