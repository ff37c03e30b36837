//! A move that is killed, at each of its steps, and whose git is.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use callboard_git::Git;
use callboard_git::advance::{
    Advance, Recovered, Retreat, Step, advance, advance_by_steps, recover, recover_by_steps,
    retreat, retreat_by_steps,
};
use callboard_testkit::{HermeticHome, Repo};

use crate::advance::{all, dirty_beside, is_tidy, journal, repository, run, to};
use crate::scoped_commit::hook;

const WHERE: &str = "CALLBOARD_TEST_MOVE_IN";
const FROM: &str = "CALLBOARD_TEST_MOVE_FROM";
const TO: &str = "CALLBOARD_TEST_MOVE_TO";
const WHAT: &str = "CALLBOARD_TEST_MOVE_WHAT";
const STEP: &str = "CALLBOARD_TEST_KILL_AT";

/// What the other process does.
#[derive(Debug, Clone, Copy)]
enum What {
    Advance,
    Retreat,
    Recover,
}

/// Moves, and ends without warning at the step of the number that the environment names. Without one it is no test.
#[test]
fn moves_as_another_process() {
    let Ok(top) = std::env::var(WHERE) else { return };
    let variable = |name: &str| std::env::var(name).unwrap();
    let (from, tip, what) = (variable(FROM), variable(TO), variable(WHAT));
    let last: usize = variable(STEP).parse().unwrap();
    let count = std::cell::Cell::new(0);
    let kill = |_: Step| {
        if count.get() == last {
            std::process::abort();
        }
        count.set(count.get() + 1);
    };
    let (git, file) = (Git::at(&top), Path::new(&top).with_file_name("journal.json"));
    let back =
        Retreat { branch: "main", landed: &tip, begun: &from, was: Some(&from), why: "undo" };
    match what.as_str() {
        "Advance" => drop(advance_by_steps(&git, &to(&from, &tip), &file, &kill)),
        "Retreat" => drop(retreat_by_steps(&git, &back, &file, &kill)),
        _ => drop(recover_by_steps(&file, &kill)),
    }
}

/// A process that does it, and ends at the step of that number.
fn elsewhere(
    home: &HermeticHome,
    repo: &Repo<'_>,
    (from, tip): (&str, &str),
    what: What,
    at: usize,
) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    home.env(&mut command).env(WHERE, repo.path()).env(FROM, from).env(TO, tip);
    command.env(WHAT, format!("{what:?}")).env(STEP, at.to_string());
    command.args(["--exact", "advance_killed::moves_as_another_process"]);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command
}

/// Whether the other process was killed at the step of that number; if not, there are fewer.
fn killed(home: &HermeticHome, repo: &Repo<'_>, ends: (&str, &str), what: What, at: usize) -> bool {
    let ended = elsewhere(home, repo, ends, what, at).status().unwrap();
    assert!(ended.success() || ended.signal().is_some(), "{ended}");
    ended.signal().is_some()
}

#[test]
fn killed_at_any_step_it_is_as_before_or_as_after() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    dirty_beside(&repo);
    let git = Git::at(repo.path());
    let before = all(&repo);
    run(&repo, &to(&from, &tip)).unwrap();
    let after = all(&repo);
    let back =
        Retreat { branch: "main", landed: &tip, begun: &from, was: Some(&from), why: "undo" };
    retreat(&git, &back, &journal(&repo)).unwrap();
    assert_eq!(all(&repo), before);
    let mut ended = [0, 0];
    for at in 0.. {
        if !killed(&home, &repo, (&from, &tip), What::Advance, at) {
            break;
        }
        match recover(&journal(&repo)).unwrap() {
            Recovered::Before { branch, left, set_aside } => {
                assert_eq!((branch.as_str(), left.len() + set_aside.len()), ("main", 0));
                assert_eq!(all(&repo), before, "step {at}");
                ended[0] += 1;
            }
            Recovered::After { was, set_aside, .. } => {
                assert_eq!((was.as_deref(), set_aside.len()), (Some(from.as_str()), 0));
                assert_eq!(all(&repo), after, "step {at}");
                retreat(&git, &back, &journal(&repo)).unwrap();
                assert_eq!(all(&repo), before, "step {at}");
                ended[1] += 1;
            }
            Recovered::Nothing => panic!("step {at}"),
        }
        is_tidy(&repo);
    }
    // Eleven paths, some with both a file that goes and one that comes.
    assert!(ended[0] > 20 && ended[1] >= 4, "{ended:?}");
    assert_eq!(all(&repo), after);
    for at in 0.. {
        if !killed(&home, &repo, (&from, &tip), What::Retreat, at) {
            break;
        }
        match recover(&journal(&repo)).unwrap() {
            Recovered::Before { .. } => assert_eq!(all(&repo), after, "step {at}"),
            Recovered::After { .. } => {
                assert_eq!(all(&repo), before, "step {at}");
                run(&repo, &to(&from, &tip)).unwrap();
            }
            Recovered::Nothing => panic!("step {at}"),
        }
        is_tidy(&repo);
    }
    assert_eq!(all(&repo), before);
}

#[test]
fn the_next_move_recovers_by_itself() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    let other = repo.git(&["commit-tree", "-p", &from, "-m", "Other", &format!("{tip}^{{tree}}")]);
    for at in [5, 12, 20] {
        assert!(killed(&home, &repo, (&from, &tip), What::Advance, at));
        run(&repo, &to(&from, &other)).unwrap();
        assert_eq!((repo.head(), repo.status().as_str()), (other.clone(), ""), "{at}");
        is_tidy(&repo);
        repo.git(&["reset", "-q", "--hard", &from]);
    }
}

#[test]
fn a_recovery_that_is_killed_is_gone_on_with() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    dirty_beside(&repo);
    let before = all(&repo);
    // In the midst of the files: all are put aside, some are in their places.
    let mut middle = 0;
    let count = |step: Step| matches!(step, Step::Placed(_));
    let seen = std::cell::RefCell::new(Vec::new());
    let git = Git::at(repo.path());
    advance_by_steps(&git, &to(&from, &tip), &journal(&repo), &|s| seen.borrow_mut().push(s))
        .unwrap();
    middle += seen.borrow().iter().position(|step| count(*step)).unwrap() + 3;
    let back =
        Retreat { branch: "main", landed: &tip, begun: &from, was: Some(&from), why: "undo" };
    retreat(&git, &back, &journal(&repo)).unwrap();
    let mut kills = 0;
    for at in 0.. {
        assert!(killed(&home, &repo, (&from, &tip), What::Advance, middle));
        let is_killed = killed(&home, &repo, (&from, &tip), What::Recover, at);
        let recovered = recover(&journal(&repo)).unwrap();
        assert_eq!(all(&repo), before, "step {at}");
        is_tidy(&repo);
        if !is_killed {
            assert_eq!(recovered, Recovered::Nothing);
            break;
        }
        kills += 1;
    }
    assert!(kills > 5, "{kills}");
}

#[test]
fn what_a_person_wrote_since_is_left() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    let seen = std::cell::RefCell::new(Vec::new());
    let git = Git::at(repo.path());
    advance_by_steps(&git, &to(&from, &tip), &journal(&repo), &|s| seen.borrow_mut().push(s))
        .unwrap();
    let files = seen.borrow().iter().position(|step| *step == Step::Files).unwrap();
    let back =
        Retreat { branch: "main", landed: &tip, begun: &from, was: Some(&from), why: "undo" };
    retreat(&git, &back, &journal(&repo)).unwrap();
    assert!(killed(&home, &repo, (&from, &tip), What::Advance, files));
    repo.write("changed", "mine\n");
    repo.write("gone too", "mine, too\n");
    repo.write("new/mine", "mine\n");
    // As git proposes where a lock is in its way.
    repo.remove(".git/index.lock");
    repo.git(&["checkout", "-q", "--", "tool"]);
    let recovered = recover(&journal(&repo)).unwrap();
    let Recovered::Before { left, .. } = recovered else { panic!("{recovered:?}") };
    assert_eq!(left, [Path::new("changed"), Path::new("gone too")]);
    assert_eq!(repo.status(), " M changed\n M \"gone too\"\n?? new/mine");
    assert_eq!(
        (repo.read("changed").as_str(), repo.read("new/mine").as_str()),
        ("mine\n", "mine\n")
    );
    is_tidy(&repo);

    // Behind the move of the branch it is the index that follows, whatever was staged meanwhile.
    repo.git(&["checkout", "-q", "--", "."]);
    repo.remove("new/mine");
    assert!(killed(&home, &repo, (&from, &tip), What::Advance, files + 1));
    assert_eq!(repo.head(), tip);
    repo.remove(".git/index.lock");
    repo.write("kept/one", "mine\n");
    repo.git(&["add", "kept/one"]);
    repo.write("changed", "mine\n");
    let recovered = recover(&journal(&repo)).unwrap();
    assert!(matches!(recovered, Recovered::After { .. }), "{recovered:?}");
    assert_eq!(repo.status(), " M changed\nM  kept/one");
    is_tidy(&repo);
}

/// Many files, made by a filter that kills the git that it works for once a file says so.
fn with_deadly_filter(home: &HermeticHome) -> (Repo<'_>, String, String) {
    let repo = crate::scoped_commit::repository(home);
    repo.write(".gitattributes", "*.big filter=deadly\n");
    let write = |round: &str| {
        for number in 0..60 {
            repo.write(
                &format!("folder {}/{number}.big", number % 7),
                format!("{round} {number}\n"),
            );
        }
    };
    write("old");
    let from = repo.commit("Base", &[]);
    repo.git(&["switch", "-q", "-c", "work"]);
    write("new");
    let tip = repo.commit("Work", &[("plain", "new\n")]);
    repo.switch("main");
    let smudge = r#"t=$(cat); [ "$t" != "new 30" ] || [ -e "$GIT_DIR/spare" ] || kill -9 $PPID; printf "%s\n" "$t""#;
    repo.git(&["config", "filter.deadly.smudge", smudge]);
    repo.git(&["config", "filter.deadly.clean", "cat"]);
    (repo, from, tip)
}

#[test]
fn a_git_that_is_killed_amid_many_files_has_changed_nothing() {
    let home = HermeticHome::new();
    let (repo, from, tip) = with_deadly_filter(&home);
    repo.write("untracked", "u\n");
    let before = all(&repo);
    let error = run(&repo, &to(&from, &tip)).unwrap_err();
    assert!(error.to_string().contains("read-tree"), "{error}");
    assert_eq!(all(&repo), before);
    is_tidy(&repo);
    fs::write(repo.path().join(".git/spare"), "").unwrap();
    run(&repo, &to(&from, &tip)).unwrap();
    assert_eq!((repo.status().as_str(), repo.head()), ("?? untracked", tip));
    assert_eq!(repo.read("folder 2/30.big"), "new 30\n");
}

#[test]
fn locks_of_a_git_that_was_killed_while_it_moved_the_branch_are_taken_away() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    dirty_beside(&repo);
    let before = all(&repo);
    hook(&repo, "reference-transaction", "[ $1 != prepared ] || kill -9 $PPID");
    let request: Advance<'_> = to(&from, &tip);
    assert!(advance(&Git::at(repo.path()), &request, &journal(&repo)).is_err());
    fs::remove_file(repo.path().join(".git/hooks/reference-transaction")).unwrap();
    assert_eq!(all(&repo), before);
    is_tidy(&repo);
    run(&repo, &request).unwrap();
    assert_eq!(repo.head(), tip);
}

#[test]
fn while_its_git_lives_on_it_is_not_recovered() {
    let home = HermeticHome::new();
    let (repo, from, tip) = repository(&home);
    let wait = "touch .git/in-hook; while [ ! -e .git/go-on ]; do sleep 0.05; done";
    hook(&repo, "reference-transaction", &format!("[ $1 != prepared ] || {{ {wait}; }}"));
    let mut command = elsewhere(&home, &repo, (&from, &tip), What::Advance, usize::MAX);
    let mut child = command.spawn().unwrap();
    crate::scoped_commit_killed::wait_for(|| repo.path().join(".git/in-hook").exists());
    let error = recover(&journal(&repo)).unwrap_err();
    assert!(error.to_string().contains("still runs"), "{error}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(recover(&journal(&repo)).is_err());
    fs::write(repo.path().join(".git/go-on"), "").unwrap();
    crate::scoped_commit_killed::wait_for(|| recover(&journal(&repo)).is_ok());
    assert_eq!((repo.head(), repo.status().as_str()), (tip, ""));
    is_tidy(&repo);
}

#[test]
fn killed_at_any_moment_it_is_as_before_or_as_after() {
    let home = HermeticHome::new();
    let repo = crate::scoped_commit::repository(&home);
    let write = |round: &str| {
        for number in 0..200 {
            repo.write(&format!("{}/{number}", number % 7), format!("{round} {number}\n"));
        }
    };
    write("old");
    let from = repo.commit("Base", &[]);
    repo.git(&["switch", "-q", "-c", "work"]);
    write("new");
    let tip = repo.commit("Work", &[]);
    repo.switch("main");
    repo.write("untracked", "u\n");
    let states = {
        let before = all(&repo);
        run(&repo, &to(&from, &tip)).unwrap();
        [before, all(&repo)]
    };
    let mut is_after = true;
    for pause in (0..14).map(|round| Duration::from_millis(round * 12)) {
        let what = if is_after { What::Retreat } else { What::Advance };
        let mut child = elsewhere(&home, &repo, (&from, &tip), what, usize::MAX).spawn().unwrap();
        std::thread::sleep(pause);
        child.kill().unwrap();
        child.wait().unwrap();
        // A git that it started may have to come to its end first.
        crate::scoped_commit_killed::wait_for(|| recover(&journal(&repo)).is_ok());
        is_after = repo.head() == tip;
        assert_eq!(all(&repo), states[usize::from(is_after)], "{pause:?}");
        is_tidy(&repo);
    }
}
