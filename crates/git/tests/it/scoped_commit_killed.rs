//! A scoped commit that is killed, at each of its steps and by its own hook.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use callboard_git::scoped_commit::{Step, commit, commit_by_steps, repair};
use callboard_model::attribution::Part;
use callboard_testkit::{HermeticHome, Repo};

use crate::scoped_commit::{disk, hook, hunk, hunks, repository, request};

const WHERE: &str = "CALLBOARD_TEST_COMMIT_IN";
const STEP: &str = "CALLBOARD_TEST_KILL_AT";

const STEPS: [Step; 5] =
    [Step::Locked, Step::Prepared, Step::Committed, Step::IndexMade, Step::IndexPut];

fn ours() -> [Part; 1] {
    [hunks("a.rs", vec![hunk(4, 4, &["four"], &["FOUR"])])]
}

/// Commits, and ends without warning at the step that the environment names. Without one it is no test.
#[test]
fn commits_as_another_process() {
    let Ok(top) = std::env::var(WHERE) else { return };
    let step: Option<usize> = std::env::var(STEP).ok().and_then(|step| step.parse().ok());
    let _ = commit_by_steps(Path::new(&top), &request(&ours(), "Ours"), &|done| {
        if step.is_some_and(|step| STEPS[step] == done) {
            std::process::abort();
        }
    });
}

fn commit_elsewhere(home: &HermeticHome, repo: &Repo<'_>, step: Option<usize>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    home.env(&mut command).env(WHERE, repo.path());
    if let Some(step) = step {
        command.env(STEP, step.to_string());
    }
    command.args(["--exact", "scoped_commit_killed::commits_as_another_process"]);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command
}

fn dirty(repo: &Repo<'_>) {
    repo.write("a.rs", "ONE\ntwo\nthree\nFOUR\nfive\nsix\n");
    repo.write("b.rs", "staged\n");
    repo.git(&["add", "b.rs"]);
    repo.write("b.rs", "staged\nand more\n");
    repo.write("untracked", "x\n");
}

#[test]
fn killed_at_any_step_it_is_as_before_or_as_after() {
    for (number, step) in STEPS.into_iter().enumerate() {
        let home = HermeticHome::new();
        let repo = repository(&home);
        dirty(&repo);
        let (head, index, files) = (repo.head(), repo.git(&["ls-files", "--stage"]), disk(&repo));
        let ended = commit_elsewhere(&home, &repo, Some(number)).status().unwrap();
        assert!(ended.signal().is_some(), "{step:?}: {ended}");
        assert!(repo.path().join(".git/index.lock").exists(), "{step:?}");
        assert!(repair(repo.path()).unwrap(), "{step:?}");
        assert!(!repo.path().join(".git/index.lock").exists(), "{step:?}");
        assert_eq!(disk(&repo), files, "{step:?}");
        if matches!(step, Step::Locked | Step::Prepared) {
            assert_eq!((repo.head(), repo.git(&["ls-files", "--stage"])), (head, index));
            // And it can be done again.
            commit(repo.path(), &request(&ours(), "Ours")).unwrap();
        }
        assert_eq!(repo.git(&["log", "--format=%s", "-2"]), "Ours\nBegin", "{step:?}");
        assert_eq!(repo.status(), " M a.rs\nMM b.rs\n?? untracked", "{step:?}");
        assert_eq!(repo.git(&["show", ":b.rs"]), "staged");
        assert!(!repair(repo.path()).unwrap());
        assert_eq!(disk(&repo), files, "{step:?}");
    }
}

#[test]
fn while_its_git_lives_on_it_is_not_repaired() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    dirty(&repo);
    let files = disk(&repo);
    hook(&repo, "pre-commit", "touch .git/in-hook; while [ ! -e .git/go-on ]; do sleep 0.05; done");
    let mut child = commit_elsewhere(&home, &repo, None).spawn().unwrap();
    wait_for(|| repo.path().join(".git/in-hook").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let lock = repo.path().join(".git/index.lock");
    assert!(!repair(repo.path()).unwrap() && lock.exists());
    fs::write(repo.path().join(".git/go-on"), "").unwrap();
    wait_for(|| repair(repo.path()).unwrap());
    assert_eq!(repo.git(&["log", "--format=%s", "-2"]), "Ours\nBegin");
    assert_eq!(repo.status(), " M a.rs\nMM b.rs\n?? untracked");
    assert_eq!(disk(&repo), files);
    assert!(!lock.exists());
}

#[test]
fn the_next_commit_repairs_by_itself() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    dirty(&repo);
    let committed = STEPS.iter().position(|step| *step == Step::Committed);
    assert!(commit_elsewhere(&home, &repo, committed).status().unwrap().signal().is_some());
    let one = [hunks("a.rs", vec![hunk(1, 1, &["one"], &["ONE"])])];
    commit(repo.path(), &request(&one, "One")).unwrap();
    assert_eq!(repo.git(&["log", "--format=%s", "-3"]), "One\nOurs\nBegin");
    assert_eq!(repo.status(), "MM b.rs\n?? untracked");
}

pub(super) fn wait_for(is_there: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_there() {
        assert!(Instant::now() < end, "it did not come about");
        std::thread::sleep(Duration::from_millis(20));
    }
}
