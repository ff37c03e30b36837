//! Pushes to the base branch, by sessions wherever they work.

use callboard_model::WorkspaceId;
use callboard_model::call::{CallDetail, CallKind};
use callboard_store::Reader;
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;
use crate::transcripts::{Claude, append, seconds_to_now};

/// A repository with a remote, and a worktree of it whose branch follows the base as some tools make them.
struct Scene<'a> {
    repo: Repo<'a>,
    worktree: Repo<'a>,
}

fn scene(home: &HermeticHome) -> Scene<'_> {
    let repo = Repo::new(home);
    repo.commit("begin", &[("a", "1")]);
    let remote = home.work().join("remote.git");
    repo.git(&["init", "--bare", "--quiet", remote.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    repo.git(&["push", "--quiet", "--set-upstream", "origin", "main"]);
    let path = repo.path().join(".claude/worktrees/penguin");
    repo.git(&["worktree", "add", "--quiet", "-b", "feat", path.to_str().unwrap(), "origin/main"]);
    let worktree = repo.at(&path);
    repo.git(&["config", "push.default", "upstream"]);
    Scene { repo, worktree }
}

fn registered(running: &Running, repo: &Repo<'_>) -> WorkspaceId {
    running.register(repo)
}

#[test]
fn a_push_to_the_base_by_a_session_is_a_call_with_its_commits_and_the_way_back() {
    let home = HermeticHome::new();
    let scene = scene(&home);
    let claude = Claude::new("pusher", scene.worktree.path());
    let path = claude.path(&home, "p");
    let at = seconds_to_now();
    append(&path, &claude.prompt(at, "mend the lock"));
    let running = Running::start(&home);
    let workspace = registered(&running, &scene.repo);
    running.wait("its workspace", |_| {
        (running.session("pusher").workspace == Some(workspace)).then_some(())
    });
    scene.worktree.commit("Mend the lock", &[("b", "2")]);
    append(&path, &claude.runs(at + 1, "git push"));
    running.wait_for_command("pusher", "git push");
    // Its branch follows `origin/main`: this lands on the base.
    scene.worktree.git(&["push", "--quiet"]);
    let call = running.wait("a call", |engine| {
        let calls = engine.inbox(Some(workspace)).unwrap().calls;
        calls.into_iter().find(|call| call.kind == CallKind::PushedToBase)
    });
    assert_eq!(call.session, Some(running.session("pusher").id));
    assert_eq!(call.question, "pushed 1 commit to `main` on origin");
    let CallDetail::Told { lines, .. } = &call.detail else { panic!("{:?}", call.detail) };
    assert!(lines[0].contains("Mend the lock"), "{lines:?}");
    // The way back works.
    let back = lines.last().unwrap().strip_prefix("git ").unwrap();
    scene.worktree.git(&back.split(' ').collect::<Vec<_>>());
    let files = scene.repo.git(&["ls-tree", "--name-only", "origin/main"]);
    assert!(!files.lines().any(|file| file == "b"), "{files}");
}

#[test]
fn a_push_that_nobody_but_the_user_made_calls_for_nobody() {
    let home = HermeticHome::new();
    let scene = scene(&home);
    let running = Running::start(&home);
    let workspace = registered(&running, &scene.repo);
    scene.repo.commit("By hand", &[("c", "3")]);
    // A session works at that very commit, and runs something else.
    let beside = Claude::new("beside", scene.repo.path());
    let at = seconds_to_now();
    append(&beside.path(&home, "q"), &beside.prompt(at, "clean up"));
    append(&beside.path(&home, "q"), &beside.runs(at, "rm -rf target"));
    running.wait_for_command("beside", "rm -rf target");
    scene.repo.git(&["push", "--quiet", "origin", "main"]);
    let pushed = scene.repo.head();
    running.wait("a look at it", |_| {
        let mut reader = Reader::open(&home.callboard_home()).unwrap();
        let seen = reader.snapshot(|s| s.setting(&format!("pushes.{workspace}"))).unwrap();
        (seen.unwrap_or_default()["to"] == pushed.as_str()).then_some(())
    });
    assert!(running.engine.inbox(Some(workspace)).unwrap().calls.is_empty());
    // The next one is a session's.
    let claude = Claude::new("pusher", scene.worktree.path());
    let at = seconds_to_now();
    append(&claude.path(&home, "p"), &claude.prompt(at, "mend the lock"));
    append(&claude.path(&home, "p"), &claude.runs(at, "git push origin HEAD:main"));
    running.wait_for_command("pusher", "git push origin HEAD:main");
    scene.worktree.git(&["rebase", "--quiet", "main"]);
    scene.worktree.commit("By a session", &[("d", "4")]);
    scene.worktree.git(&["push", "--quiet", "origin", "HEAD:main"]);
    let call = running.wait("a call", |engine| engine.inbox(Some(workspace)).unwrap().calls.pop());
    let CallDetail::Told { lines, .. } = &call.detail else { panic!("{:?}", call.detail) };
    assert!(lines[0].contains("By a session"), "{lines:?}");
}
