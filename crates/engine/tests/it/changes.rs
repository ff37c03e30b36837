//! Changesets and what is between them, as worktrees are written to.

use callboard_model::call::CallKind;
use callboard_model::changeset::FileStatus;
use callboard_model::conflict::ConflictKind;
use callboard_model::coupling::{CouplingKind, Strength};
use callboard_model::task::Column;
use callboard_model::view::{DropClaims, MoveTask, NewClaim, NewTask, PairView};
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;

const TEN: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

fn conflicts(running: &Running) -> Vec<PairView> {
    let pairs = running.engine.pairs(None).unwrap().pairs;
    pairs.into_iter().filter(|pair| pair.conflict.is_some()).collect()
}

#[test]
fn what_is_written_is_a_changeset_without_a_commit_and_goes_with_its_changes() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("a.txt", TEN)]);
    let tree = repo.worktree("one");
    let running = Running::start(&home);
    running.register(&repo);
    tree.write("new/deep/file.txt", "made\n");
    let made = running.wait("the new file", |engine| {
        engine.changesets(None).unwrap().pop().filter(|one| one.files.len() == 1)
    });
    assert_eq!(made.files[0].path, "new/deep/file.txt");
    assert_eq!((made.files[0].status, made.files[0].added), (FileStatus::Added, 1));
    assert_eq!((made.branch.as_deref(), made.commits, made.uncommitted), (Some("one"), 0, true));
    tree.write("a.txt", TEN.replace('5', "five"));
    running.wait("the other", |engine| {
        engine.changesets(None).unwrap().pop().filter(|one| one.files.len() == 2)
    });
    tree.git(&["add", "-A"]);
    tree.git(&["commit", "-qm", "Both"]);
    let committed = running.wait("the commit", |engine| {
        engine.changesets(None).unwrap().pop().filter(|one| one.commits == 1)
    });
    assert!(!committed.uncommitted && committed.files.len() == 2, "{committed:#?}");
    // A file in a folder that was made a moment ago is seen, too.
    tree.write("new/deep/second.txt", "2\n");
    running.wait("the second", |engine| {
        engine.changesets(None).unwrap().pop().filter(|one| one.files.len() == 3)
    });
    repo.git(&["worktree", "remove", "--force", &tree.path().to_string_lossy()]);
    running.wait("its end", |engine| engine.changesets(None).unwrap().is_empty().then_some(()));
}

#[test]
fn two_that_change_the_same_lines_are_a_conflict_until_one_gives_way() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("src/a.txt", TEN), ("b.txt", TEN)]);
    let (one, two) = (repo.worktree("one"), repo.worktree("two"));
    let running = Running::start(&home);
    running.register(&repo);
    one.write("src/a.txt", TEN.replace('5', "five"));
    two.write("src/a.txt", TEN.replace('9', "nine"));
    two.write("b.txt", TEN.replace('9', "nine"));
    running.wait("both", |engine| (engine.changesets(None).unwrap().len() == 2).then_some(()));
    assert!(conflicts(&running).is_empty(), "the same file is no conflict");
    two.write("src/a.txt", TEN.replace('5', "fünf"));
    let found = running.wait("the conflict", |_| conflicts(&running).pop());
    assert_eq!((found.left.name.as_str(), found.right.name.as_str()), ("one", "two"));
    let file = &found.conflict.unwrap().files[0];
    assert_eq!(
        (file.path.as_str(), file.kind, file.hunks.len()),
        ("src/a.txt", ConflictKind::Content, 1)
    );
    assert_eq!(file.hunks[0].left, ["five"]);
    let call = running.wait("its call", |engine| engine.inbox(None).unwrap().calls.pop());
    assert_eq!(
        (call.kind, call.question.as_str()),
        (CallKind::Conflict, "one and two conflict in src/a.txt")
    );
    let order = running.wait("the order", |engine| {
        let order = engine.pairs(None).unwrap().order;
        (!order.breaks.is_empty()).then_some(order)
    });
    assert_eq!(
        (order.order.len(), order.breaks[0].files.as_slice()),
        (1, &["src/a.txt".to_owned()][..])
    );
    let stands = running.wait("since when", |_| conflicts(&running).pop()?.since);
    assert!(stands <= callboard_os::clock::now());
    two.write("src/a.txt", TEN.replace('9', "nine"));
    running.wait("its end", |engine| engine.inbox(None).unwrap().calls.is_empty().then_some(()));
    assert!(conflicts(&running).is_empty());
}

#[test]
fn a_base_that_moves_is_held_against_what_is_under_way() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("a.txt", TEN)]);
    let one = repo.worktree("one");
    let running = Running::start(&home);
    running.register(&repo);
    one.write("a.txt", TEN.replace('5', "five"));
    running.wait("the change", |engine| engine.changesets(None).unwrap().pop());
    repo.commit("Another", &[("a.txt", &TEN.replace('5', "fünf"))]);
    let found = running.wait("the conflict", |_| conflicts(&running).pop());
    assert_eq!((found.left.name.as_str(), found.right.name.as_str()), ("one", "main"));
}

#[test]
fn claims_that_meet_each_other_or_changes_are_told_at_once() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("src/watcher/a.rs", TEN)]);
    let one = repo.worktree("one");
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let task = |title: &str| {
        let new = NewTask { title: title.into(), ..NewTask::default() };
        running.engine.create_task(workspace, new).unwrap()
    };
    let (first, second) = (task("The watcher"), task("Its tests"));
    one.write("src/watcher/a.rs", "changed\n");
    running.wait("the change", |engine| engine.changesets(None).unwrap().pop());
    let claim = |task, pattern: &str| {
        let new = NewClaim { patterns: vec![pattern.into()], task: Some(task), session: None };
        running.engine.claim_paths(Some(workspace), new).unwrap().remove(0)
    };
    let claimed = claim(first, "src/watcher/**");
    assert_eq!(claimed.meets, ["one changes src/watcher/a.rs"]);
    let met = claim(second, "src/watcher/tests.rs");
    assert_eq!(met.meets, ["T1 claims src/watcher/**"]);
    assert!(claim(second, "docs").meets.is_empty());
    let drop = DropClaims { task: Some(second), ..DropClaims::default() };
    assert_eq!(running.engine.drop_claims(Some(workspace), drop).unwrap(), 2);
    let left = running.engine.claims(Some(workspace)).unwrap();
    assert_eq!(left.iter().map(|one| one.pattern.as_str()).collect::<Vec<_>>(), ["src/watcher/**"]);
    let nobody = NewClaim { patterns: vec!["a".into()], ..NewClaim::default() };
    let refused = running.engine.claim_paths(Some(workspace), nobody).unwrap_err();
    assert!(refused.to_string().contains("not known who claims"), "{refused}");
}

#[test]
fn a_task_with_a_scope_is_held_against_what_runs_before_it_starts() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("src/watcher/a.rs", TEN)]);
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let engine = &running.engine;
    let task = |title: &str, scope: &str, column| {
        let new = NewTask {
            title: title.into(),
            scope: vec![scope.into()],
            column: Some(column),
            ..NewTask::default()
        };
        engine.create_task(workspace, new).unwrap()
    };
    task("The watcher", "src/watcher", Column::Running);
    let second = task("Its tests", "src/*/tests.rs", Column::Ready);
    let claims = engine.claims(Some(workspace)).unwrap();
    let scopes: Vec<_> = claims.iter().map(|one| (one.name.as_str(), one.id)).collect();
    assert_eq!(scopes, [("T1", None)]);
    engine.move_task(second, MoveTask { column: Column::Running, before: None }).unwrap();
    let claims = engine.claims(Some(workspace)).unwrap();
    assert_eq!(claims[1].meets, ["T1 is about src/watcher"]);
}

#[test]
fn a_signature_that_one_changes_and_another_newly_calls_is_a_coupling() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let watcher = "export function watchFolder(path: string): void {\n  start(path);\n}\n";
    let ipc =
        "import { start } from './start';\n\nexport function open(): void {\n  start('a');\n}\n";
    repo.commit("begin", &[("src/watcher.ts", watcher), ("src/ipc.ts", ipc)]);
    let (one, two) = (repo.worktree("one"), repo.worktree("two"));
    let running = Running::start(&home);
    running.register(&repo);
    one.write("src/watcher.ts", watcher.replace("path: string", "path: string, depth: number"));
    // The larger of the two: without the coupling, it would land last.
    one.write("notes.txt", TEN);
    two.write(
        "src/ipc.ts",
        "import { watchFolder } from './watcher';\n\nexport function open(): void {\n  watchFolder('a');\n}\n",
    );
    let pair = running.wait("the coupling", |engine| {
        engine.pairs(None).unwrap().pairs.into_iter().find(|pair| !pair.couplings.is_empty())
    });
    let first = &pair.couplings[0];
    assert_eq!((first.kind, first.strength), (CouplingKind::Signature, Strength::Warn));
    assert_eq!(first.symbol.as_deref(), Some("watchFolder"));
    assert_eq!(
        (first.left_at.to_string(), first.right_at.to_string()),
        ("src/watcher.ts:1".into(), "src/ipc.ts:4".into())
    );
    assert!(pair.conflict.is_none() && engine_calls(&running).is_empty());
    let order = running.wait("the order", |engine| {
        Some(engine.pairs(None).unwrap().order).filter(|order| !order.reasons.is_empty())
    });
    assert_eq!((order.order.len(), order.reasons.len()), (2, 1));
    let reason = &order.reasons[0];
    assert_eq!([&reason.first, &reason.then], [&order.order[0], &order.order[1]]);
    assert!(reason.reason.starts_with(&format!("{} newly calls `watchFolder`", reason.then)));
    two.write("src/ipc.ts", ipc);
    running.wait("its end", |engine| engine.pairs(None).unwrap().pairs.is_empty().then_some(()));
}

fn engine_calls(running: &Running) -> Vec<callboard_model::view::CallView> {
    running.engine.inbox(None).unwrap().calls
}

#[test]
fn what_conflicted_before_anybody_looked_is_shown_and_calls_nobody_until_one_goes_on() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("a.txt", TEN)]);
    let (one, two) = (repo.worktree("one"), repo.worktree("two"));
    one.write("a.txt", TEN.replace('5', "five"));
    two.write("a.txt", TEN.replace('5', "fünf"));
    let running = Running::start(&home);
    running.register(&repo);
    running.wait("the conflict", |_| conflicts(&running).pop()?.since);
    assert!(engine_calls(&running).is_empty());
    two.write("b.txt", "2\n");
    running.wait("its call", |_| engine_calls(&running).pop());
}

#[test]
fn a_worktree_that_git_takes_its_time_to_make_is_followed_once_it_is_there() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("a.txt", "1\n")]);
    let slow = repo.worktree("slow");
    slow.write("slow.txt", "1\n");
    let (own, aside) =
        (callboard_git::locate(slow.path()).unwrap().git_dir, home.work().join("aside"));
    std::fs::rename(&own, &aside).unwrap();
    let running = Running::start(&home);
    running.register(&repo);
    repo.worktree("quick").write("quick.txt", "1\n");
    let names = |engine: &callboard_engine::Engine| -> Vec<String> {
        engine.changesets(None).unwrap().into_iter().map(|one| one.changeset.name).collect()
    };
    running.wait("the quick one", |engine| (names(engine) == ["quick"]).then_some(()));
    std::fs::create_dir(&own).unwrap();
    // It has been listed by then, and was none.
    std::thread::sleep(std::time::Duration::from_millis(300));
    for entry in std::fs::read_dir(&aside).unwrap().flatten() {
        std::fs::rename(entry.path(), own.join(entry.file_name())).unwrap();
    }
    running.wait("both", |engine| (names(engine).len() == 2).then_some(()));
}
