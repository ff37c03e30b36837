//! People and other gits that go on while a branch moves.

use std::cell::RefCell;
use std::fs;
use std::io::Write as _;

use callboard_git::Git;
use callboard_git::advance::{AdvanceError, Moved, Step, advance_by_steps};
use callboard_testkit::{HermeticHome, Repo};

use crate::advance::{dirty_beside, files, is_tidy, journal, repository, to};

/// Moves, and does something once a step is done.
fn at_step(
    repo: &Repo<'_>,
    (from, tip): (&str, &str),
    when: impl Fn(Step) -> bool,
    what: impl FnOnce(),
) -> Result<Moved, AdvanceError> {
    let what = RefCell::new(Some(what));
    let done = |step: Step| {
        if when(step)
            && let Some(what) = what.borrow_mut().take()
        {
            what();
        }
    };
    advance_by_steps(&Git::at(repo.path()), &to(from, tip), &journal(repo), &done)
}

/// When somebody writes, and what.
type Write = (fn(Step) -> bool, &'static str);

#[test]
fn a_file_that_is_written_meanwhile_is_left_and_all_else_put_back() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    dirty_beside(&repo);
    let before = files(repo.path());
    let index = repo.git(&["ls-files", "--stage"]);
    let is_aside = |step: Step| matches!(step, Step::Aside(3));
    let writes: [Write; 4] = [
        (|step| step == Step::Made, "tool"),
        (|step| step == Step::Prepared, "folder/b/new"),
        (is_aside, "new/one"),
        (|step| step == Step::Prepared, "gone too"),
    ];
    for (when, path) in writes {
        let write = || repo.write(path, "mine\n");
        let error = at_step(&repo, (&from, &tip), when, write).unwrap_err().to_string();
        assert!(error.contains("changed meanwhile"), "{error}");
        assert_eq!(repo.read(path), "mine\n");
        // All else is as it was.
        let mut now = files(repo.path());
        match before.get(std::path::Path::new(path)) {
            Some(old) => drop(now.insert(path.into(), old.clone())),
            None => repo.remove(path),
        }
        if path == "new/one" {
            fs::remove_dir(repo.path().join("new")).unwrap();
        }
        let now =
            if before.contains_key(std::path::Path::new(path)) { now } else { files(repo.path()) };
        assert_eq!(now, before, "{path}");
        assert_eq!(
            (repo.git(&["ls-files", "--stage"]), repo.head()),
            (index.clone(), from.clone())
        );
        is_tidy(&repo);
        if repo.git(&["ls-files", path]) == path {
            repo.git(&["checkout", "-q", "--", path]);
        }
    }
}

#[test]
fn a_file_that_is_written_twice_meanwhile_is_there_twice() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    dirty_beside(&repo);
    let mut open = fs::File::options().append(true).open(repo.path().join("changed")).unwrap();
    let write = || {
        // The file is aside already, and its place empty.
        open.write_all(b"mine\n").unwrap();
        repo.write("changed", "another\n");
    };
    let is_aside = |step: Step| step == Step::Aside(9);
    let error = at_step(&repo, (&from, &tip), is_aside, write).unwrap_err();
    let AdvanceError::SetAside { files, .. } = &error else { panic!("{error}") };
    let [(path, at)] = files.as_slice() else { panic!("{error}") };
    assert_eq!((path.to_str(), repo.read("changed").as_str()), (Some("changed"), "another\n"));
    assert_eq!(fs::read(at).unwrap(), b"1\n2\n3\nmine\n");
    assert_eq!((repo.head(), repo.status().lines().count()), (from, 5));
}

#[test]
fn a_branch_that_is_moved_meanwhile_is_noticed_and_the_files_go_back() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    dirty_beside(&repo);
    let before = files(repo.path());
    let other = repo.git(&["commit-tree", "-p", &from, "-m", "Other", &format!("{from}^{{tree}}")]);
    for at in [other.as_str(), tip.as_str()] {
        let move_it = || drop(repo.git(&["update-ref", "refs/heads/main", at]));
        let moved = at_step(&repo, (&from, &tip), |step| step == Step::Prepared, move_it);
        let error = match moved {
            // Whoever moved it to where it was to go has done the same.
            Ok(_) => {
                assert_eq!((at, repo.status().lines().count()), (tip.as_str(), 4));
                continue;
            }
            Err(error) => error,
        };
        assert!(matches!(error, AdvanceError::Moved { .. }), "{error}");
        assert_eq!((repo.head().as_str(), files(repo.path())), (at, before.clone()));
        is_tidy(&repo);
        repo.git(&["update-ref", "refs/heads/main", &from]);
    }
}

#[test]
fn what_is_written_into_a_file_that_is_aside_already_is_told() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    let mut open = fs::File::options().append(true).open(repo.path().join("changed")).unwrap();
    let write = || open.write_all(b"mine\n").unwrap();
    let moved = at_step(&repo, (&from, &tip), |step| step == Step::Files, write).unwrap();
    let [(path, at)] = moved.set_aside.as_slice() else { panic!("{moved:?}") };
    assert_eq!(path.to_str(), Some("changed"));
    assert_eq!(fs::read(at).unwrap(), b"1\n2\n3\nmine\n");
    assert_eq!((repo.head(), repo.status().as_str()), (tip, ""));
    assert_eq!(fs::read_dir(at.parent().unwrap()).unwrap().count(), 1);
}
