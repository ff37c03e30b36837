//! A daemon that is killed while a check runs, and the next one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use callboard_engine::{Engine, EngineConfig, Environment, StopFlag, Trial};
use callboard_os::lock::FileLock;
use callboard_os::process::is_running;
use callboard_testkit::{HermeticHome, Postgres, Repo, wait};

use super::{left, throwaways};
use crate::scene::Running;

const WHERE: &str = "CALLBOARD_TEST_TRIAL_IN";

const SETTINGS: &str = "checks = '''setsid sh -c 'echo $$ > $HOME/draft.away; mv $HOME/draft.away $HOME/away; exec sleep 1000' &
    echo $$ > $HOME/draft.begun; mv $HOME/draft.begun $HOME/begun; sleep 1000'''\n\
    [worktrees]\nteardown = 'echo down >> $HOME/down'\n[ports]\nnames = ['web']\n[database]\nkind = 'postgres'\n";

/// Tries HEAD until it is killed. Without a place it is no test.
#[test]
fn tries_as_another_process() {
    let Ok(root) = std::env::var(WHERE) else { return };
    let vars: BTreeMap<String, String> = std::env::vars().collect();
    let config = EngineConfig {
        home: PathBuf::from(&vars["CALLBOARD_HOME"]),
        trusted: vec![PathBuf::from(&vars["CALLBOARD_TRUST"])],
        environment: Environment { home: PathBuf::from(&vars["HOME"]), vars },
        clock: callboard_os::clock::now,
        confine_by: None,
    };
    let engine = Engine::start(config).unwrap();
    let workspace = engine.register(root.as_ref()).unwrap();
    let commands = engine.checks_of(workspace, &[]).unwrap();
    let stop = StopFlag::default();
    let trial = Trial {
        workspace,
        commit: "HEAD",
        commands: &commands,
        fresh: false,
        measures: false,
        stop: &stop,
    };
    engine.try_commit(&trial, &mut |_| ()).unwrap();
}

fn start_another(home: &HermeticHome, repo: &Repo<'_>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    home.env(&mut command).env(WHERE, repo.path());
    command.args(["--exact", "trials::killed::tries_as_another_process"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn kill(home: &HermeticHome, other: &mut Child) {
    other.kill().unwrap();
    other.wait().unwrap();
    // A process that it was about to start has its lock until it runs its own program.
    let lock = home.callboard_home().join("callboard.lock");
    wait::until("end of its lock", || FileLock::try_take(&lock).unwrap());
}

#[test]
fn the_next_daemon_takes_back_what_a_killed_one_left() {
    let server = Postgres::start();
    server.ask("postgres", "CREATE DATABASE app");
    let databases = || server.ask("postgres", "SELECT datname FROM pg_database");
    let before = databases();
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("a", "1\n"), (".gitignore", ".env\n")]);
    repo.write("callboard.toml", SETTINGS);
    repo.write(".env", format!("DATABASE_URL=\"{}\"\n", server.url("app")));
    let mut other = start_another(&home, &repo);
    let noted = |name: &str| std::fs::read_to_string(home.user_home().join(name)).ok();
    let pid_in = |name: &str| -> u32 { wait::until(name, || noted(name)).trim().parse().unwrap() };
    let pids = [pid_in("begun"), pid_in("away")];
    kill(&home, &mut other);
    let [top] = throwaways(&repo).try_into().unwrap();
    let ports = home.callboard_home().join("equipped/ports.json");
    assert!(std::fs::read_to_string(&ports).unwrap().contains(&top));
    assert_eq!((left(&home).len(), databases() == before), (1, false));
    assert!(pids.iter().all(|pid| is_running(*pid, None) == Some(true)));

    let running = Running::start(&home);
    wait::until("end of what was left", || left(&home).is_empty().then_some(()));
    for pid in pids {
        assert_ne!(is_running(pid, None), Some(true));
    }
    assert!(!PathBuf::from(&top).parent().unwrap().exists());
    assert_eq!((throwaways(&repo).len(), databases()), (0, before));
    assert!(!std::fs::read_to_string(&ports).unwrap().contains("trial-"));
    assert_eq!(noted("down").as_deref(), Some("down\n"));
    let problems = running.engine.doctor().unwrap().problems;
    assert!(!problems.iter().any(|problem| problem.text.contains("check")), "{problems:#?}");
}

#[test]
fn killed_at_any_step_nothing_of_it_is_left_after_the_next_start() {
    // The second time that it runs it does not wait.
    let waits = |step: &str| {
        toml::Value::from(format!(
            "[ -e $HOME/{step} ] || {{ mkdir $HOME/{step}; exec sleep 1000; }}"
        ))
    };
    for (step, setting) in [
        ("begun", String::new()),
        ("checkout", String::new()),
        ("setup", format!("setup = {}", waits("setup"))),
        ("teardown", format!("teardown = {}", waits("teardown"))),
    ] {
        let home = HermeticHome::new();
        let repo = Repo::new(&home);
        let files: Vec<String> = (0..500).map(|n| format!("src/{n}")).collect();
        let files: Vec<_> = files.iter().map(|name| (name.as_str(), "1\n")).collect();
        repo.commit("begin", &files);
        repo.write("callboard.toml", format!("checks = 'true'\n[worktrees]\n{setting}\n"));
        let mut other = start_another(&home, &repo);
        wait::until(step, || {
            let is_there = match step {
                "begun" => !left(&home).is_empty(),
                "checkout" => !throwaways(&repo).is_empty(),
                _ => home.user_home().join(step).exists(),
            };
            is_there.then_some(())
        });
        kill(&home, &mut other);

        let _running = Running::start(&home);
        wait::until("end of what was left", || left(&home).is_empty().then_some(()));
        assert_eq!(throwaways(&repo), [""; 0], "{step}");
        assert!(!repo.path().with_file_name("work.worktrees/callboard-trials").exists(), "{step}");
        let admin = repo.path().join(".git/worktrees");
        assert_eq!(std::fs::read_dir(admin).into_iter().flatten().count(), 0, "{step}");
    }
}
