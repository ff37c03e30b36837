//! Trials that are broken off, that leave something running, or that wait for each other.

use std::sync::Mutex;

use callboard_engine::{StopFlag, Trial, TrialNews, limits};
use callboard_model::review::CheckOutcome::{Passed, Stopped};
use callboard_os::process::is_running;
use callboard_testkit::{HermeticHome, wait};

use super::{Scene, ended};

/// Runs on in a group of its own, and tells which process it is in this file of the home.
fn left(file: &str) -> String {
    format!(
        "setsid sh -c 'echo $$ > $HOME/draft.{file}; mv $HOME/draft.{file} $HOME/{file}; exec sleep 1000' &"
    )
}

/// Waits for this file of the home, and until it can be read whole.
fn pid_in(scene: &Scene<'_>, file: &str) -> u32 {
    wait::until(file, || scene.noted(file)).trim().parse().unwrap()
}

#[test]
fn all_that_was_started_ends_when_it_is_stopped() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home, "");
    let run = [format!("{} echo begun; sleep 1000", left("check")), "true".to_owned()];
    let setup = format!("{} sleep 1000", left("setup"));
    let checks = toml::Value::from(run.to_vec());
    let setup = toml::Value::from(setup);
    for (settings, file, begun) in [
        (format!("checks = {checks}\n"), "check", 1),
        (format!("checks = {checks}\n[worktrees]\nsetup = {setup}\n"), "setup", 0),
    ] {
        scene.repo.write("callboard.toml", settings);
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
        let pid = std::thread::scope(|scope| {
            scope.spawn(|| scene.try_with(&trial, &mut |news| all.push(news)));
            let pid = pid_in(&scene, file);
            stop.stop();
            pid
        });
        assert_eq!(ended(&all), [(0, Stopped, None, false), (1, Stopped, None, false)]);
        let is_begun = |news: &&TrialNews| matches!(news, TrialNews::Began { .. });
        assert_eq!(all.iter().filter(is_begun).count(), begun);
        assert_ne!(is_running(pid, None), Some(true));
        scene.assert_nothing_left();
    }
}

#[test]
fn what_a_check_leaves_running_ends_with_it_and_what_setup_started_with_all() {
    let home = HermeticHome::new();
    let wait_for = |file: &str| format!("until [ -e $HOME/{file} ]; do sleep 0.01; done");
    let settings = format!(
        "checks = {}\n[worktrees]\nsetup = {}\n",
        toml::Value::from(format!("{} {}", left("check"), wait_for("check"))),
        toml::Value::from(format!("{} {}", left("setup"), wait_for("setup"))),
    );
    let scene = Scene::new(&home, &settings);
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
            assert_ne!(is_running(pid_in(&scene, "check"), None), Some(true));
            assert_eq!(is_running(pid_in(&scene, "setup"), None), Some(true));
        }
        all.push(news);
    });
    assert_eq!(ended(&all), [(0, Passed, Some(0), false)]);
    assert_ne!(is_running(pid_in(&scene, "setup"), None), Some(true));
    scene.assert_nothing_left();
}

#[test]
fn one_beyond_the_limit_waits_for_its_turn() {
    let home = HermeticHome::new();
    let count = limits::TRIALS_AT_ONCE + 1;
    let line = |n: usize| {
        format!(
            "echo {n} >> $HOME/begun; until [ -e $HOME/go ]; do sleep 0.01; done; echo $PORT >> $HOME/ports"
        )
    };
    let checks = toml::Value::from((0..count).map(line).collect::<Vec<_>>());
    let scene = Scene::new(&home, &format!("checks = {checks}\n[ports]\nnames = ['web']\n"));
    let (told, stop) = (Mutex::new(vec![Vec::new(); count]), StopFlag::default());
    let commands: Vec<Vec<String>> = (0..count).map(|n| vec![line(n)]).collect();
    let waiting = || {
        let told = told.lock().unwrap();
        let waits = |news: &Vec<TrialNews>| news.contains(&TrialNews::Waiting);
        told.iter().position(waits)
    };
    let begun = || scene.noted("begun").unwrap_or_default().lines().count();
    std::thread::scope(|scope| {
        for (n, commands) in commands.iter().enumerate() {
            let (scene, told, stop) = (&scene, &told, &stop);
            scope.spawn(move || {
                let workspace = scene.workspace;
                let trial = Trial {
                    workspace,
                    commit: "HEAD",
                    commands,
                    fresh: false,
                    measures: false,
                    stop,
                };
                scene.try_with(&trial, &mut |news| told.lock().unwrap()[n].push(news));
            });
        }
        let last = wait::until("one that waits", waiting);
        wait::until("the others", || (begun() == limits::TRIALS_AT_ONCE).then_some(()));
        assert_eq!(told.lock().unwrap()[last], [TrialNews::Waiting]);
        std::fs::write(home.user_home().join("go"), "").unwrap();
    });
    assert_eq!(begun(), count);
    for news in told.lock().unwrap().iter() {
        assert_eq!(ended(news), [(0, Passed, Some(0), false)]);
    }
    let ports = scene.noted("ports").unwrap();
    let mut first: Vec<&str> = ports.lines().take(limits::TRIALS_AT_ONCE).collect();
    first.dedup();
    assert_eq!(first.len(), limits::TRIALS_AT_ONCE, "two at once share no port");
    scene.assert_nothing_left();
}

#[test]
fn the_end_of_the_daemon_stops_it_and_nothing_is_left() {
    let home = HermeticHome::new();
    let check = toml::Value::from(format!("{} sleep 1000", left("check")));
    let scene = Scene::new(&home, &format!("checks = [{check}]\n"));
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
    let pid = std::thread::scope(|scope| {
        scope.spawn(|| scene.try_with(&trial, &mut |news| all.push(news)));
        let pid = pid_in(&scene, "check");
        scene.engine().stop();
        pid
    });
    assert_eq!(ended(&all), [(0, Stopped, None, false)]);
    assert_ne!(is_running(pid, None), Some(true));
    scene.assert_nothing_left();
}
