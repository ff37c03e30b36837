//! What runs in a worktree: its server, its variables, its setup.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_engine::WorktreesWanted;
use callboard_model::WorkspaceId;
use callboard_model::resource::LeaseState;
use callboard_model::view::{
    NewTask, NewWorktree, RemoveWorktree, SetupStep, TakeResource, WorktreeView,
};
use callboard_model::worktree::WorktreeState;
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;

/// A server on the worktree's port that writes down where it runs.
const SERVER: &str = r#"require("http").createServer((_, answer) => answer.end(process.cwd()))
    .listen(+process.env.PORT, "127.0.0.1");
"#;

/// A repository whose worktrees have ports from `port` on: tests run side by side, each with a home of its own,
/// and none knows what another is about to listen on.
fn repo(home: &HermeticHome, port: u16) -> Repo<'_> {
    let repo = Repo::new(home);
    let settings = format!(
        "[worktrees]\npool = 0\nsetup = \"echo lock-2 > lock; echo b-2 >> b\"\n\
         run.command = \"echo begins; node server.js\"\n\
         [ports]\nnames = [\"web\"]\nfrom = {port}\n[resources.stack]\n"
    );
    let files = [
        ("callboard.toml", &*settings),
        ("server.js", SERVER),
        ("lock", "lock-1\n"),
        ("b", "b-1\n"),
    ];
    repo.commit("Configure", &files);
    repo
}

fn new_named(running: &Running, of: WorkspaceId, name: &str) -> PathBuf {
    let task = NewTask { title: name.into(), ..NewTask::default() };
    let task = Some(running.engine.create_task(of, task).unwrap());
    let new = NewWorktree { task, name: Some(name.into()), ..NewWorktree::default() };
    let made = running.engine.new_worktree(of, new).unwrap();
    wait_for_setup(running, name);
    made.path.into()
}

fn wait_for_setup(running: &Running, name: &str) -> WorktreeView {
    running.wait("its setup", |engine| {
        let shown = engine.worktree(None, name).unwrap();
        (shown.setup.as_deref() == Some("done")).then_some(shown)
    })
}

fn is_serving(running: &Running, name: &str) -> Option<bool> {
    running.engine.worktree(None, name).unwrap().server.map(|server| server.running)
}

#[test]
fn a_server_outlives_the_daemon_and_ends_with_its_worktree() {
    let home = HermeticHome::new();
    let repo = repo(&home, 24_000);
    let running = Running::start(&home);
    let of = running.register(&repo);
    new_named(&running, of, "one");
    new_named(&running, of, "two");
    for name in ["T1", "two"] {
        let served = running.engine.start_worktree_server(Some(of), name).unwrap();
        assert!(served.answers, "{served:?}");
    }
    let again = running.engine.start_worktree_server(Some(of), "one").unwrap();
    let log = again.worktree.server.unwrap().log;
    assert_eq!(fs::read_to_string(&log).unwrap(), "begins\n", "one server is started once");
    drop(running);

    let running = Running::start(&home);
    assert_eq!(
        (is_serving(&running, "one"), is_serving(&running, "two")),
        (Some(true), Some(true))
    );
    let stopped = running.engine.stop_worktree_server(None, "two").unwrap();
    assert!(stopped.server.is_none() && !Path::new(&log.replace("one-", "two-")).exists());
    let port = running.engine.worktree(None, "one").unwrap().ports["web"];
    assert!(callboard_os::port::answers(port));
    let how = RemoveWorktree { yes: true, wait: true, ..RemoveWorktree::default() };
    running.engine.remove_worktree(None, "one", &how).unwrap();
    assert!(!callboard_os::port::answers(port));
}

#[test]
fn a_server_that_ends_says_so() {
    let home = HermeticHome::new();
    let repo = repo(&home, 24_500);
    let running = Running::start(&home);
    let of = running.register(&repo);
    let top = new_named(&running, of, "one");
    running.engine.start_worktree_server(None, "one").unwrap();
    let found = callboard_os::process::processes_in(&top).unwrap();
    let node = found.iter().find(|process| process.name == "node").unwrap();
    assert!(callboard_os::process::ask_to_end(node.pid, None));
    running
        .wait("the server's end", |_| (is_serving(&running, "one") == Some(false)).then_some(()));

    fs::write(top.join("server.js"), "throw new Error(\"no licence\")").unwrap();
    let refused = running.engine.start_worktree_server(None, "one").unwrap_err().to_string();
    assert!(refused.starts_with("the server of one ended at once: Node.js"), "{refused}");
    repo.write("callboard.toml", "");
    let refused = running.engine.start_worktree_server(None, "one").unwrap_err().to_string();
    assert!(refused.contains("`worktrees.run.command` is not set"), "{refused}");
}

#[test]
fn what_setup_changed_is_reverted_or_ignored_and_what_somebody_changed_since_is_left() {
    let home = HermeticHome::new();
    let repo = repo(&home, 25_000);
    let running = Running::start(&home);
    let of = running.register(&repo);
    let (one, two) = (new_named(&running, of, "one"), new_named(&running, of, "two"));
    let (one, two) = (repo.at(&one), repo.at(&two));
    assert_eq!(running.engine.worktree(None, "one").unwrap().changed_tracked, ["b", "lock"]);
    one.write("b", "an agent's");
    let engine = &running.engine;
    let reverted = engine.set_up_worktree(None, "one", SetupStep::Revert).unwrap();
    assert_eq!((reverted.done, reverted.left), (vec!["lock".into()], vec!["b".into()]));
    assert_eq!((one.read("lock"), one.read("b")), ("lock-1\n".into(), "an agent's".into()));
    let kept = reverted.kept.unwrap();
    assert_eq!(one.git(&["show", &format!("{kept}:lock")]), "lock-2");
    let refused = engine.set_up_worktree(None, "one", SetupStep::Ignore).unwrap_err().to_string();
    assert!(refused.contains("changed again since the setup of one: b"), "{refused}");

    let ignored = engine.set_up_worktree(None, "two", SetupStep::Ignore).unwrap();
    assert_eq!((ignored.done.len(), two.status().as_str()), (2, ""));
    assert!(ignored.worktree.changed_tracked.is_empty());

    // Setup adds to `b`, which an agent changed: that is still not taken for setup's own.
    engine.set_up_worktree(None, "one", SetupStep::Again).unwrap();
    let shown = wait_for_setup(&running, "one");
    assert_eq!(shown.changed_tracked, ["b", "lock"]);
    let reverted = engine.set_up_worktree(None, "one", SetupStep::Revert).unwrap();
    assert_eq!((reverted.left, one.read("b")), (vec!["b".into()], "an agent'sb-2\n".into()));
}

#[test]
fn a_worktree_is_found_by_its_task_and_gives_back_what_it_has() {
    let home = HermeticHome::new();
    let repo = repo(&home, 25_500);
    let running = Running::start(&home);
    let of = running.register(&repo);
    let path = new_named(&running, of, "one");
    let variables = running.engine.shell_environment(Some(of), "T1").unwrap();
    assert_eq!((&*variables["CALLBOARD_WORKTREE"], &*variables["CALLBOARD_TASK"]), ("one", "T1"));
    assert!(!variables.contains_key("GIT_CONFIG_COUNT"));
    let by_path = running.engine.shell_environment(None, path.to_str().unwrap()).unwrap();
    assert_eq!(by_path, variables);
    assert!(running.engine.shell_environment(Some(of), "T2").is_err());

    let take = TakeResource { holder: Some("one".into()), ..TakeResource::default() };
    let lease = running.engine.take_resource(of, "stack", &take).unwrap();
    let is = |state| {
        running.wait("the lease", |e| (e.lease(lease.id).unwrap().state == state).then_some(()))
    };
    is(LeaseState::Held);
    let how = RemoveWorktree { yes: true, ..RemoveWorktree::default() };
    running.engine.remove_worktree(None, "one", &how).unwrap();
    is(LeaseState::Given);
}

#[test]
fn the_pool_follows_a_fetch_and_a_merge() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let far = home.work().join("far.git");
    repo.git(&["clone", "-q", "--bare", ".", far.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", far.to_str().unwrap()]);
    repo.git(&["fetch", "-q"]);
    let running = Running::start(&home);
    let of = running.register(&repo);
    let new = NewWorktree { name: Some("one".into()), ..NewWorktree::default() };
    running.engine.new_worktree(of, new).unwrap();
    let wait_for_pool_at = |tip: &str| {
        running.wait("the pool at the base's tip", |engine| {
            let all = engine.worktrees(Some(of), WorktreesWanted::default()).unwrap();
            let pooled = all.iter().find(|tree| tree.state == WorktreeState::Pooled)?;
            (pooled.head.as_deref() == Some(tip)).then_some(())
        });
    };
    wait_for_pool_at(&repo.head());
    let tip = repo.commit("Here", &[("here", "1")]);
    wait_for_pool_at(&tip);
    repo.git(&["push", "-q", "origin", "main"]);
    let other = home.work().join("other");
    repo.git(&["clone", "-q", far.to_str().unwrap(), other.to_str().unwrap()]);
    let other = repo.at(&other);
    let tip = other.commit("Elsewhere", &[("there", "1")]);
    other.git(&["push", "-q", "origin", "main"]);
    repo.git(&["fetch", "-q"]);
    wait_for_pool_at(&tip);
}
