//! Sessions that Callboard starts, with an agent that does as it is told.

mod scripted;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;

use callboard_os::host::{self, HostSpec, HostState};
use callboard_os::process;
use callboard_testkit::wait;
use serde_json::json;

use self::scripted::{Scene, daemon, owned, run, run_with, stop, until, until_idle};

#[test]
fn a_conversation_that_goes_on_twice_at_once_goes_on_once() {
    let scene = Scene::new();
    let repo = scene.repo();
    let daemon = daemon(&scene, &repo);
    let id = run(&daemon, "Work");
    let session = until_idle(&daemon, id)["session"].as_str().unwrap().to_owned();
    assert_eq!(stop(&daemon, id)["state"], "ended");
    scene.hold();
    let path = format!("/api/sessions/{session}/resume");
    let first = daemon.post(&path, &json!({"prompt": "More"}));
    assert_eq!(first.status, 200, "{}", first.text());
    let second = daemon.post(&path, &json!({"prompt": "More"}));
    assert_eq!(second.status, 409, "{}", second.text());
    assert!(second.text().contains("nothing was started"), "{}", second.text());
    let all = daemon.get("/api/owned").json();
    let ids = all.as_array().unwrap().iter().filter(|one| one["session"] == session.as_str());
    assert_eq!(ids.count(), 2, "{all:#}");
}

#[test]
fn what_waited_when_the_agent_died_is_said_when_it_goes_on() {
    let scene = Scene::new();
    let repo = scene.repo();
    let daemon = daemon(&scene, &repo);
    let id = run(&daemon, "HANG");
    let works = until(&daemon, id, "its turn", |one| {
        one["session"].is_string() && one["prompts"] == json!([])
    });
    let path = format!("/api/sessions/{}", works["session"].as_str().unwrap());
    let sent = daemon.post(&format!("{path}/send"), &json!({"text": "Then this"}));
    assert_eq!(sent.status, 200, "{}", sent.text());
    scene.kill_all();
    until(&daemon, id, "its end", |one| one["state"] == "interrupted");
    let hold = scene.hold();
    let on = daemon.post(&format!("{path}/resume"), &json!({})).json();
    assert_eq!(on["prompts"][0]["text"], "Then this", "{on:#}");
    fs::remove_file(hold).unwrap();
    until_idle(&daemon, on["id"].as_i64().unwrap());
}

#[test]
fn what_is_stopped_while_it_is_prepared_or_started_is_over_and_leaves_no_agent() {
    let scene = Scene::new();
    let repo = scene.repo();
    let held = scene.home.user_home().join("held-checkout");
    let hook = repo.path().join(".git/hooks/post-checkout");
    let script = format!("#!/bin/sh\nwhile [ -e {held:?} ]; do sleep 0.05; done\n");
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let daemon = daemon(&scene, &repo);
    fs::write(&held, "").unwrap();
    let prepared = run_with(&daemon, "Work", false);
    until(&daemon, prepared, "its preparation", |one| one["state"] == "preparing");
    assert_eq!(stop(&daemon, prepared)["state"], "ended");
    fs::remove_file(&held).unwrap();
    until(&daemon, prepared, "its place", |one| one["cwd"].is_string());
    assert_eq!(owned(&daemon, prepared)["state"], "ended");

    let hold = scene.hold();
    // Told before, while or after its agent is started.
    let started = run(&daemon, "Work");
    assert_eq!(stop(&daemon, started)["state"], "ended");
    let silent = run(&daemon, "Work");
    until(&daemon, silent, "its start", |one| one["state"] == "starting");
    thread::scope(|scope| {
        let stopped = scope.spawn(|| stop(&daemon, silent));
        fs::remove_file(hold).unwrap();
        assert_eq!(stopped.join().unwrap()["state"], "ended");
    });
    wait::until("the end of all", || {
        (scene.processes().is_empty() && scene.hosts().is_empty()).then_some(())
    });
    assert!(scene.agents_started() <= 2, "the first has no agent");
}

#[test]
fn a_daemon_that_is_killed_at_a_start_leaves_no_session_and_no_agent_behind() {
    let scene = Scene::new();
    let repo = scene.repo();
    let hold = scene.hold();
    let mut daemon = daemon(&scene, &repo);
    let id = run(&daemon, "Work");
    until(&daemon, id, "its start", |one| one["state"] == "starting");
    wait::until("its agent", || (scene.agents_started() == 1).then_some(()));
    daemon.kill_9();
    // Of a start that got no further than its host; and of one that did not get so far.
    let stray = scene.home.callboard_home().join("hosts/stray");
    let spec = HostSpec {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), "while :; do sleep 1; done".into()],
        cwd: scene.home.work(),
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
    };
    host::start(&callboard_testkit::daemon::binary(), &stray, &spec).unwrap();
    wait::until("the stray", || (scene.processes().len() >= 2).then_some(()));
    let dead = scene.home.callboard_home().join("hosts/dead");
    fs::create_dir(&dead).unwrap();
    fs::write(dead.join("spec.json"), "{}").unwrap();
    daemon.start_again();
    assert_eq!(owned(&daemon, id)["state"], "starting");
    wait::until("the end of what nobody needs", || {
        (!stray.exists() && !dead.exists()).then_some(())
    });
    fs::remove_file(&hold).unwrap();
    until_idle(&daemon, id);
    assert_eq!(scene.agents_started(), 1);
    assert_eq!(stop(&daemon, id)["state"], "ended");

    scene.hold();
    let id = run(&daemon, "Work");
    until(&daemon, id, "its start", |one| one["state"] == "starting");
    wait::until("its agent", || (scene.agents_started() == 2).then_some(()));
    daemon.kill_9();
    scene.kill_all();
    let folder = scene.hosts().pop().unwrap();
    fs::remove_dir_all(folder).unwrap();
    daemon.start_again();
    wait::until("another agent", || (scene.agents_started() == 3).then_some(()));
    fs::remove_file(&hold).unwrap();
    until_idle(&daemon, id);
    daemon.kill_9();
    scene.kill_all();
    fs::remove_dir_all(scene.hosts().pop().unwrap()).unwrap();
    daemon.start_again();
    let lost = until(&daemon, id, "its loss", |one| one["state"] == "interrupted");
    assert!(lost["failure"].as_str().unwrap().contains("its process is gone"), "{lost:#}");
}

#[test]
fn a_session_that_cannot_be_kept_is_followed_again_once_it_can() {
    let scene = Scene::new();
    let repo = scene.repo();
    let daemon = daemon(&scene, &repo);
    let transcripts = scene.home.callboard_home().join("transcripts/scripted");
    fs::write(&transcripts, "in the way").unwrap();
    let id = run(&daemon, "Work");
    let told = wait::until("what is wrong", || {
        let doctor = daemon.get("/api/doctor").json();
        let problems = doctor["problems"].as_array().unwrap().clone();
        problems
            .into_iter()
            .map(|one| one["text"].to_string())
            .find(|t| t.contains("is not followed"))
    });
    assert!(told.contains("cannot write"), "{told}");
    assert_eq!(owned(&daemon, id)["failure"], json!(null));
    fs::remove_file(&transcripts).unwrap();
    until_idle(&daemon, id);
    assert!(!daemon.get("/api/doctor").text().contains("is not followed"));
    assert_eq!(scene.agents_started(), 1);
    assert_eq!(stop(&daemon, id)["state"], "ended");
}

#[test]
fn an_agent_whose_host_is_killed_is_ended_before_its_session_is_over() {
    let scene = Scene::new();
    let repo = scene.repo();
    let daemon = daemon(&scene, &repo);
    // It reads nothing any more: the end of its input tells it nothing.
    let id = run(&daemon, "DEAF");
    wait::until("its question", || {
        let calls = daemon.get("/api/calls").json()["calls"].as_array()?.len();
        (calls == 1).then_some(())
    });
    let host = scene.hosts().pop().unwrap();
    let Ok(HostState::Running(started)) = host::state(&host) else { panic!("{host:?}") };
    assert!(process::kill(started.host.pid, started.host.start_ticks));
    let lost = until(&daemon, id, "the loss", |owned| owned["state"] == "interrupted");
    assert!(lost["failure"].as_str().unwrap().contains("its process is gone"), "{lost:#}");
    let agent = started.agent;
    assert_eq!(process::is_running(agent.pid, agent.start_ticks), Some(false));
}

#[test]
fn a_talkative_agent_is_heard_to_its_end_and_what_is_kept_of_it_goes() {
    let scene = Scene::new();
    let repo = scene.repo();
    let mut daemon = daemon(&scene, &repo);
    let id = run(&daemon, "FLOOD");
    until_idle(&daemon, id);
    let host = scene.hosts().pop().unwrap();
    wait::until("the first part to go", || (!host.join(host::OUTPUT).exists()).then_some(()));
    daemon.kill_9();
    daemon.start_again();
    let session = until_idle(&daemon, id)["session"].as_str().unwrap().to_owned();
    let path = format!("/api/sessions/{session}/send");
    assert_eq!(daemon.post(&path, &json!({"text": "More"})).status, 200);
    let last = format!("/api/sessions/{session}");
    wait::until("more", || {
        let told = daemon.get(&last).json()["session"]["activity"].to_string();
        told.contains("Done").then_some(())
    });
    assert_eq!(stop(&daemon, id)["state"], "ended");
}

#[test]
fn an_agent_that_does_not_read_delays_no_other_ones_answer() {
    let scene = Scene::new();
    let repo = scene.repo();
    let daemon = daemon(&scene, &repo);
    let deaf = run(&daemon, "DEAF");
    let asks = run(&daemon, "ASK");
    let calls = wait::until("both calls", || {
        let calls = daemon.get("/api/calls").json()["calls"].as_array().unwrap().clone();
        let asked: Vec<_> = calls.into_iter().filter(|call| call["kind"] == "permission").collect();
        (asked.len() == 2).then_some(asked)
    });
    // More than its pipe holds waits for the deaf one.
    let session = until(&daemon, deaf, "its session", |one| one["session"].is_string());
    let path = format!("/api/sessions/{}/send", session["session"].as_str().unwrap());
    for _ in 0..3 {
        assert_eq!(daemon.post(&path, &json!({"text": "x".repeat(200_000)})).status, 200);
    }
    for call in &calls {
        let path = format!("/api/calls/{}/answer", call["id"].as_str().unwrap());
        assert_eq!(daemon.post(&path, &json!({"option": call["options"][0]["id"]})).status, 200);
    }
    until_idle(&daemon, asks);
    assert_eq!(stop(&daemon, asks)["state"], "ended");
    assert_eq!(stop(&daemon, deaf)["state"], "ended");
    wait::until("the end of all", || scene.processes().is_empty().then_some(()));
}

#[test]
fn doctor_tells_which_configured_agents_are_there() {
    let scene = Scene::new();
    let repo = scene.repo();
    let settings = fs::read_to_string(repo.path().join("callboard.toml")).unwrap();
    let more = format!("{settings}\n[agents.acp.absent]\ncommand = [\"no-such-agent\", \"acp\"]\n");
    fs::write(repo.path().join("callboard.toml"), more).unwrap();
    let daemon = daemon(&scene, &repo);
    let told = daemon.callboard().run(["doctor"]).stdout;
    assert!(told.contains("(/bin/sh"), "{told}");
    assert!(!told.contains("connect scripted"), "{told}");
    let doctor = daemon.get("/api/doctor").json();
    let problems = doctor["problems"].as_array().unwrap();
    let absent: Vec<_> =
        problems.iter().filter(|one| one["text"].to_string().contains("absent")).collect();
    assert_eq!(absent.len(), 1, "{absent:#?}");
    assert!(absent[0]["hint"].as_str().unwrap().starts_with("install it"));
}

#[test]
fn a_start_waits_for_what_its_task_waits_for_and_starts_all_the_same_when_told() {
    let scene = Scene::new();
    let repo = scene.repo();
    let daemon = daemon(&scene, &repo);
    for title in ["First", "Second"] {
        assert_eq!(daemon.callboard().run(["task", "new", title]).code, Some(0));
    }
    let change = json!({"waits_for": ["T1"]});
    assert_eq!(daemon.client().send("PATCH", "/api/tasks/T2", &change).status, 200);
    let wanted = json!({"task": "T2", "agent": "scripted"});
    let id = daemon.post("/api/owned", &wanted).json()[0]["id"].as_i64().unwrap();
    let waits = until(&daemon, id, "what it waits for", |one| one["waits"].is_string());
    assert_eq!(waits["waits"], "T1, which it waits for, is not done");
    assert_eq!(waits["can"]["start_at_once"], true);
    let status = daemon.callboard().run(["status"]).stdout;
    assert!(status.contains("T2  scripted waits: T1, which it waits for, is not done"), "{status}");
    let again = daemon.callboard().run(["run", "T2", "--at-once", "--json"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    until_idle(&daemon, id);
    assert_eq!(daemon.get("/api/owned").json().as_array().unwrap().len(), 1);
    let again = daemon.post("/api/owned", &wanted).json()[0]["id"].as_i64().unwrap();
    until(&daemon, again, "what it waits for", |one| one["waits"].is_string());
    let other =
        json!({"task": "T2", "agent": "scripted", "at_once": true, "prompt": "Other words"});
    let other = daemon.post("/api/owned", &other).json();
    assert_ne!(other[0]["id"], again, "what was said is not dropped: {other:#}");
    assert_eq!(other[0]["prompts"][0]["text"], "Other words");
    assert_eq!(owned(&daemon, again)["state"], "queued");
    until_idle(&daemon, other[0]["id"].as_i64().unwrap());
    let late = daemon.post(&format!("/api/owned/{id}/start"), &json!({}));
    assert_eq!(late.status, 409, "{}", late.text());
    assert_eq!(stop(&daemon, id)["state"], "ended");
}

#[test]
fn what_cannot_be_started_leaves_no_task_behind() {
    let scene = Scene::new();
    let repo = scene.repo();
    let daemon = daemon(&scene, &repo);
    let refused = daemon.callboard().run(["run", "Say hello", "--agent", "nobody"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    let tasks = daemon.callboard().run(["task", "list", "--json"]).stdout;
    assert!(!tasks.contains("Say hello"), "{tasks}");
}
