//! Random moves of random dirty checkouts.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use callboard_git::advance::AdvanceError;
use callboard_testkit::{HermeticHome, Repo};
use proptest::prelude::*;

use crate::advance::{all, files, is_tidy, run, to};

const PATHS: [&str; 8] = ["a", "b c", "d", "d/x", "d/y/z", "e", "e/f", "täglich"];

/// What a tree has at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    None,
    Text(u8),
    Tool(u8),
    Link(u8),
}

/// What somebody does to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dirt {
    None,
    Written,
    Removed,
    Staged,
    StagedAndWritten,
    Unstaged,
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        2 => Just(Content::None),
        4 => (0..2u8).prop_map(Content::Text),
        1 => (0..2u8).prop_map(Content::Tool),
        1 => (0..2u8).prop_map(Content::Link),
    ]
}

fn dirt() -> impl Strategy<Value = Dirt> {
    prop_oneof![
        40 => Just(Dirt::None),
        1 => Just(Dirt::Written),
        1 => Just(Dirt::Removed),
        1 => Just(Dirt::Staged),
        1 => Just(Dirt::StagedAndWritten),
        1 => Just(Dirt::Unstaged),
    ]
}

fn commit(repo: &Repo<'_>, tree: &[Content]) -> String {
    for path in PATHS {
        let path = repo.path().join(path);
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
    }
    for (path, content) in PATHS.iter().zip(tree) {
        let file = repo.path().join(path);
        let mut folders = file.ancestors().skip(1);
        // A path below a file is left out.
        if *content == Content::None
            || folders.any(Path::is_symlink)
            || fs::create_dir_all(file.parent().unwrap()).is_err()
        {
            continue;
        }
        match content {
            Content::None => {}
            Content::Text(n) => fs::write(&file, format!("{path} {n}\n")).unwrap(),
            Content::Tool(n) => {
                fs::write(&file, format!("{path} {n}\n")).unwrap();
                fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
            }
            Content::Link(n) => symlink(format!("nowhere {n}"), &file).unwrap(),
        }
    }
    repo.commit("A tree", &[])
}

/// Does it, where it can be done.
fn soil(repo: &Repo<'_>, path: &str, dirt: Dirt) {
    let file = repo.path().join(path);
    let write = |text: &str| {
        if file.ancestors().skip(1).any(|f| f.is_symlink()) {
            return;
        }
        let _ = file.parent().map(fs::create_dir_all);
        let _ = fs::remove_file(&file);
        let _ = fs::write(&file, text);
    };
    match dirt {
        Dirt::None => {}
        Dirt::Written => write("mine\n"),
        Dirt::Removed => drop(fs::remove_file(&file)),
        Dirt::Staged | Dirt::StagedAndWritten => {
            write("staged\n");
            let _ = repo.try_git(&["add", "--", path]);
            if dirt == Dirt::StagedAndWritten {
                write("and more\n");
            }
        }
        Dirt::Unstaged => drop(repo.try_git(&["rm", "-q", "--cached", "--", path])),
    }
}

fn paths(listing: &str) -> BTreeSet<PathBuf> {
    listing.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from).collect()
}

fn dirty(repo: &Repo<'_>) -> BTreeSet<PathBuf> {
    let listed = repo.git(&["status", "--porcelain", "-z", "-uall", "--no-renames"]);
    listed.split('\0').filter_map(|entry| entry.get(3..)).map(PathBuf::from).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 64, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn it_is_refused_or_moves_and_the_rest_is_as_it_was(
        old in prop::collection::vec(content(), PATHS.len()),
        new in prop::collection::vec(content(), PATHS.len()),
        dirt in prop::collection::vec(dirt(), PATHS.len()),
    ) {
        let home = HermeticHome::new();
        let repo = crate::scoped_commit::repository(&home);
        let from = commit(&repo, &old);
        repo.git(&["switch", "-q", "-c", "work"]);
        let tip = commit(&repo, &new);
        let wanted = files(repo.path());
        repo.switch("main");
        for (path, dirt) in PATHS.iter().zip(dirt) {
            soil(&repo, path, dirt);
        }
        let moved = paths(&repo.git(&["diff", "--name-only", "--no-renames", "-z", &from, &tip]));
        let (soiled, before) = (dirty(&repo), all(&repo));
        let (on_disk, status) = (files(repo.path()), repo.status());
        let meets = |one: &Path, other: &Path| one.starts_with(other) || other.starts_with(one);
        match run(&repo, &to(&from, &tip)) {
            Ok(_) => {
                prop_assert!(soiled.is_disjoint(&moved), "{:?} {:?}", soiled, moved);
                prop_assert_eq!(repo.head(), tip);
                prop_assert_eq!(repo.status(), status);
                let now = files(repo.path());
                for path in &moved {
                    prop_assert_eq!(now.get(path), wanted.get(path), "{:?}", path);
                }
                let (is_folder, known) = (0o040_000, |path: &Path| moved.contains(path));
                for (path, there) in on_disk.iter().filter(|(path, there)| {
                    there.0 & 0o170_000 != is_folder && !known(path)
                }) {
                    prop_assert_eq!(now.get(path), Some(there), "{:?}", path);
                }
            }
            Err(error) => {
                let is_near = soiled.iter().any(|own| moved.iter().any(|path| meets(own, path)));
                prop_assert!(is_near, "{}", error);
                if let AdvanceError::InTheWay { files, .. } = &error {
                    for file in files {
                        let is_theirs = soiled.iter().any(|own| own.starts_with(&file.path));
                        prop_assert!(is_theirs, "{}", error);
                    }
                }
                prop_assert_eq!(all(&repo), before);
            }
        }
        is_tidy(&repo);
    }
}
