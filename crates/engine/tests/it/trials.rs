//! Checks in throwaway worktrees: real git, real processes.

mod killed;
mod stopped;

use std::fs;
use std::path::PathBuf;

use callboard_engine::{Engine, EngineError, StopFlag, Trial, TrialNews, WorktreesWanted};
use callboard_model::review::CheckOutcome::{self, CouldNotRun, Failed, Passed};
use callboard_model::trial::TrialResult;
use callboard_model::view::{ApproveTrust, NewTask, NewWorktree};
use callboard_model::{TaskId, WorkspaceId};
use callboard_testkit::{HermeticHome, Postgres, Repo, wait};

use crate::scene::Running;

struct Scene<'h> {
    home: &'h HermeticHome,
    repo: Repo<'h>,
    running: Running,
    workspace: WorkspaceId,
}

impl<'h> Scene<'h> {
    /// A repository with this configuration, which is not committed.
    fn new(home: &'h HermeticHome, settings: &str) -> Self {
        let repo = Repo::new(home);
        repo.commit("begin", &[("a", "1\n"), (".gitignore", ".env\ndeps\nmade\ncallboard.toml\n")]);
        repo.write("callboard.toml", settings);
        let running = Running::start(home);
        let workspace = running.register(&repo);
        Self { home, repo, running, workspace }
    }

    fn engine(&self) -> &Engine {
        &self.running.engine
    }

    fn checks(&self) -> Vec<String> {
        self.engine().checks_of(self.workspace, &[]).unwrap()
    }

    fn try_with(&self, trial: &Trial<'_>, told: &mut dyn FnMut(TrialNews)) {
        self.engine().try_commit(trial, told).unwrap();
    }

    /// All that is told of the configuration's checks on HEAD.
    fn try_all(&self, fresh: bool) -> Vec<TrialNews> {
        let (commands, stop) = (self.checks(), StopFlag::default());
        let trial = Trial {
            workspace: self.workspace,
            commit: "HEAD",
            commands: &commands,
            fresh,
            measures: false,
            stop: &stop,
        };
        let mut all = Vec::new();
        self.try_with(&trial, &mut |news| all.push(news));
        all
    }

    /// What a file in the user's home says, that commands write to.
    fn noted(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.home.user_home().join(name)).ok()
    }

    fn log_of(&self, result: &TrialResult) -> String {
        self.engine().trial_log(result.log.as_ref().unwrap(), 0).unwrap().text
    }

    /// The worktrees of trials that git knows of.
    fn throwaways(&self) -> Vec<String> {
        throwaways(&self.repo)
    }

    /// Nothing but logs is left of any trial.
    fn assert_nothing_left(&self) {
        assert_eq!(self.throwaways(), [""; 0]);
        let beside = self.repo.path().with_file_name("work.worktrees").join("callboard-trials");
        assert!(!beside.exists());
        let equipped = self.home.callboard_home().join("equipped");
        let ports = fs::read_to_string(equipped.join("ports.json")).unwrap_or_default();
        assert!(!ports.contains("trial-"), "{ports}");
        for entry in fs::read_dir(&equipped).into_iter().flatten().flatten() {
            assert!(!entry.file_name().to_string_lossy().starts_with("trial-"), "{entry:?}");
        }
        assert!(left(self.home).is_empty());
        let removed = self.repo.path().join(".git/callboard-removed");
        assert_eq!(fs::read_dir(removed).into_iter().flatten().count(), 0);
    }
}

fn throwaways(repo: &Repo<'_>) -> Vec<String> {
    // Git fails while another one is only just making a worktree.
    let listed = wait::until("list of worktrees", || {
        let output = repo.try_git(&["worktree", "list", "--porcelain"]);
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    });
    let paths = listed.lines().filter_map(|line| line.strip_prefix("worktree "));
    paths.filter(|path| path.contains("callboard-trials")).map(str::to_owned).collect()
}

/// The journals of trials that have not ended.
fn left(home: &HermeticHome) -> Vec<PathBuf> {
    let all = fs::read_dir(home.callboard_home().join("trials")).into_iter().flatten().flatten();
    all.map(|entry| entry.path().join("trial.json")).filter(|path| path.exists()).collect()
}

fn ended(all: &[TrialNews]) -> Vec<(usize, CheckOutcome, Option<i32>, bool)> {
    let of = |news: &TrialNews| match news {
        TrialNews::Ended { command, result, is_known } => {
            Some((*command, result.outcome, result.exit_code, *is_known))
        }
        _ => None,
    };
    all.iter().filter_map(of).collect()
}

fn result(all: &[TrialNews], at: usize) -> TrialResult {
    let of = |news: &TrialNews| match news {
        TrialNews::Ended { command, result, .. } if *command == at => Some(result.clone()),
        _ => None,
    };
    all.iter().find_map(of).unwrap()
}

#[test]
fn a_commit_is_tried_in_a_worktree_like_any_other_of_which_nothing_is_left() {
    let home = HermeticHome::new();
    let scene = Scene::new(
        &home,
        "checks = ['cat a .env deps/lib made; pwd > $HOME/top; env > $HOME/env; echo 3 > a', 'echo one; echo two >&2; exit 3']\n\
         [worktrees]\nclone = ['deps']\nsetup = 'echo set up; echo made > made'\nteardown = 'echo down >> $HOME/down'\n\
         [ports]\nnames = ['web']\n",
    );
    scene.repo.write(".env", "PORT=1\nSECRET=x\n");
    scene.repo.write("deps/lib", "lib\n");
    let new = NewWorktree { name: Some("one".into()), ..NewWorktree::default() };
    let one = scene.engine().new_worktree(scene.workspace, new).unwrap();
    let tried = scene.repo.commit("two", &[("a", "2\n")]);
    scene.repo.write("a", "dirty\n");
    let (commands, stop) = (scene.checks(), StopFlag::default());
    let trial = Trial {
        workspace: scene.workspace,
        commit: &tried,
        commands: &commands,
        fresh: false,
        measures: false,
        stop: &stop,
    };
    let mut all = Vec::new();
    scene.try_with(&trial, &mut |news| {
        if matches!(news, TrialNews::Ended { .. }) {
            // It is there, and nobody is shown it.
            assert_eq!(scene.throwaways().len(), 1);
            let wanted = WorktreesWanted::default();
            let listed = scene.engine().worktrees(Some(scene.workspace), wanted).unwrap();
            assert!(listed.iter().all(|tree| !tree.path.contains("trial")), "{listed:#?}");
            scene.running.engine.register(scene.repo.path()).unwrap();
        }
        all.push(news);
    });
    assert_eq!(ended(&all), [(0, Passed, Some(0), false), (1, Failed, Some(3), false)]);
    assert!(matches!(&all[0], TrialNews::Preparing { .. }), "{all:#?}");
    assert!(matches!(&all[1], TrialNews::Began { command: 0, .. }));

    let env = scene.noted("env").unwrap();
    let port = env.lines().find_map(|line| line.strip_prefix("PORT=")).unwrap();
    assert_ne!(port, one.ports["web"].to_string());
    assert!(env.lines().any(|line| line == "CI=true") && env.contains("GIT_CONFIG_COUNT="));
    let log = scene.log_of(&result(&all, 0));
    let (line, said) = log.split_once('\n').unwrap();
    assert_eq!(line, format!("$ {}", commands[0]));
    assert_eq!(said, format!("2\nPORT={port}\nSECRET=x\nlib\nmade\n"));
    assert!(scene.log_of(&result(&all, 1)).ends_with("one\ntwo\n"));
    assert_eq!(result(&all, 1).words.as_deref(), Some("one\ntwo"));
    let TrialNews::Preparing { log } = &all[0] else { unreachable!() };
    assert!(scene.engine().trial_log(log, 0).unwrap().text.contains("set up"));

    let top = PathBuf::from(scene.noted("top").unwrap().trim());
    assert!(!top.exists());
    // That of the worktree in the pool is not due.
    assert_eq!(scene.noted("down").unwrap(), "down\n");
    scene.assert_nothing_left();
    assert_eq!((scene.repo.read("a"), scene.repo.head()), ("dirty\n".into(), tried));
    let changesets = scene.engine().changesets(None).unwrap();
    assert!(changesets.iter().all(|one| !format!("{one:?}").contains("callboard-trials")));
}

#[test]
fn what_is_known_of_a_tree_is_not_run_again() {
    let home = HermeticHome::new();
    let settings = "checks = ['echo a >> $HOME/runs', 'echo b >> $HOME/runs; exit 1']\n";
    let scene = Scene::new(&home, settings);
    let runs = || scene.noted("runs").unwrap_or_default().replace('\n', "");
    let first = scene.try_all(false);
    let known = scene.try_all(false);
    assert_eq!(ended(&known), [(0, Passed, Some(0), true), (1, Failed, Some(1), true)]);
    assert_eq!(result(&known, 1), result(&first, 1));
    assert_eq!(runs(), "ab");
    // Another commit of the same tree; and the next daemon knows it, too.
    scene.repo.git(&["commit", "-q", "--allow-empty", "-m", "Same tree"]);
    assert_eq!(ended(&scene.try_all(false)).len(), 2);
    assert_eq!(runs(), "ab");
    scene.try_all(true);
    assert_eq!(runs(), "abab");
    scene.repo.commit("other", &[("a", "other\n")]);
    scene.try_all(false);
    assert_eq!(runs(), "ababab");
    // What the worktree is given decides, too.
    scene.repo.write("callboard.toml", format!("{settings}[environment]\nX = '1'\n"));
    scene.try_all(false);
    assert_eq!(runs(), "abababab");
}

#[test]
fn what_could_not_be_prepared_has_not_failed_and_is_tried_again() {
    let home = HermeticHome::new();
    let settings = "checks = ['true', 'false']\n[worktrees]\nsetup = 'echo no network; exit 7'\n";
    let scene = Scene::new(&home, settings);
    for _ in 0..2 {
        let all = scene.try_all(false);
        assert_eq!(ended(&all), [(0, CouldNotRun, None, false), (1, CouldNotRun, None, false)]);
        let one = result(&all, 0);
        let words = one.words.as_ref().unwrap();
        assert!(
            words.contains("failed (exit status: 7): no network; its output is in "),
            "{words}"
        );
        assert!(words.ends_with("setup.log; mend it, then check again"), "{words}");
        assert!(scene.log_of(&one).contains("no network"));
        scene.assert_nothing_left();
    }
    // Nor has what the shell does not find.
    scene.repo.write("callboard.toml", "checks = ['no-such-program-x', 'false']\n");
    let all = scene.try_all(false);
    assert_eq!(ended(&all)[0], (0, CouldNotRun, Some(127), false));
    assert!(result(&all, 0).words.unwrap().contains("not found"));
    assert_eq!(ended(&all)[1], (1, Failed, Some(1), false));
    // The first is tried again, and what is known of the second holds.
    let again = scene.try_all(false);
    assert_eq!(ended(&again), [(1, Failed, Some(1), true), (0, CouldNotRun, Some(127), false)]);
}

#[test]
fn whatever_a_check_does_to_its_worktree_nothing_is_left() {
    let home = HermeticHome::new();
    let scene = Scene::new(
        &home,
        "checks = ['git worktree lock . && git worktree add -q --detach inner && git worktree lock inner', \
         'mkdir -p deps/closed && touch deps/closed/x && chmod 500 deps/closed && ln -s $HOME deps/out', \
         'cp -r .git old && rm .git && mkdir .git']\n",
    );
    std::fs::write(home.user_home().join("kept"), "kept").unwrap();
    let all = scene.try_all(false);
    assert!(ended(&all).iter().all(|one| one.1 == Passed), "{all:#?}");
    scene.assert_nothing_left();
    assert_eq!(scene.noted("kept").as_deref(), Some("kept"));
    assert_eq!(scene.repo.git(&["worktree", "list"]).lines().count(), 1);
}

#[test]
fn a_check_that_takes_too_long_has_failed_this_time() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home, "checks = 'echo hangs; sleep 1000'\ncheck_seconds = 1\n");
    for _ in 0..2 {
        let all = scene.try_all(false);
        assert_eq!(ended(&all), [(0, Failed, None, false)]);
        let words = result(&all, 0).words.unwrap();
        assert!(words.starts_with("it did not end within 1 s") && words.ends_with("hangs"));
    }
}

#[test]
fn only_what_a_person_approved_or_asks_for_is_run() {
    let mut home = HermeticHome::new();
    home.set("CALLBOARD_TRUST", "");
    let scene = Scene::new(&home, "checks = ['touch $HOME/ran', ' make  ']\n");
    let engine = scene.engine();
    let task = |checks: &[&str]| -> TaskId {
        let checks = checks.iter().map(|line| (*line).to_owned()).collect();
        let new = NewTask { title: "Work".into(), checks, ..NewTask::default() };
        engine.create_task(scene.workspace, new).unwrap()
    };
    let tasks = [task(&["make", "npm test"]), task(&["npm test", "", "cargo test"])];
    let of_all = || engine.checks_of(scene.workspace, &tasks);
    let try_one = |line: &str| {
        let (commands, stop) = ([line.to_owned()], StopFlag::default());
        let commands = &commands[..];
        let trial = Trial {
            workspace: scene.workspace,
            commit: "HEAD",
            commands,
            fresh: false,
            measures: false,
            stop: &stop,
        };
        engine.try_commit(&trial, &mut |_| ())
    };
    for refused in [of_all().unwrap_err(), try_one("touch $HOME/ran").unwrap_err()] {
        assert!(matches!(refused, EngineError::Refused { .. }));
        assert!(refused.to_string().ends_with("is not approved as it is now; no check was run"));
        assert!(refused.hint().unwrap().contains("callboard trust"));
    }
    let fingerprint = engine.trust(scene.workspace).unwrap().fingerprint;
    engine.approve_trust(scene.workspace, &ApproveTrust { fingerprint }).unwrap();
    assert_eq!(of_all().unwrap(), ["touch $HOME/ran", "make", "npm test", "cargo test"]);
    let refused = try_one("touch $HOME/strange").unwrap_err().to_string();
    assert!(refused.contains("is no check of callboard.toml, nor of a task"), "{refused}");
    try_one("touch $HOME/ran").unwrap();
    assert!(scene.noted("ran").is_some() && scene.noted("strange").is_none());

    let stop = StopFlag::default();
    let commands = &["make".to_owned()][..];
    let trial = Trial {
        workspace: scene.workspace,
        commit: "gone",
        commands,
        fresh: false,
        measures: false,
        stop: &stop,
    };
    let refused = engine.try_commit(&trial, &mut |_| ()).unwrap_err().to_string();
    assert!(refused.starts_with("there is no commit gone in "), "{refused}");
    scene.assert_nothing_left();
}

#[test]
fn a_trial_has_a_database_of_its_own_which_goes_with_it() {
    let server = Postgres::start();
    server.ask("postgres", "CREATE DATABASE app");
    server.ask("app", "CREATE TABLE a (x int); INSERT INTO a VALUES (1), (2)");
    let home = HermeticHome::new();
    let scene = Scene::new(
        &home,
        "checks = 'echo $DATABASE_URL > $HOME/url'\n[database]\nkind = 'postgres'\n",
    );
    scene.repo.write(".env", format!("DATABASE_URL=\"{}\"\n", server.url("app")));
    let databases = || server.ask("postgres", "SELECT datname FROM pg_database");
    let before = databases();
    let (commands, stop) = (scene.checks(), StopFlag::default());
    let trial = Trial {
        workspace: scene.workspace,
        commit: "HEAD",
        commands: &commands,
        fresh: false,
        measures: false,
        stop: &stop,
    };
    let mut all = Vec::new();
    scene.try_with(&trial, &mut |news| {
        if matches!(news, TrialNews::Ended { .. }) {
            let own = databases();
            let own = own.lines().find(|name| name.contains("trial")).unwrap();
            assert_eq!(server.ask(own, "SELECT count(*) FROM a"), "2");
            assert!(scene.noted("url").unwrap().contains(own));
        }
        all.push(news);
    });
    assert_eq!(ended(&all), [(0, Passed, Some(0), false)]);
    assert_eq!(databases(), before);
    scene.assert_nothing_left();
}
