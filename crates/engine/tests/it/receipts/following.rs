//! What makes a receipt stale, and what leaves it alone.

use std::time::Duration;

use callboard_model::receipt::ReceiptOf;
use callboard_model::review::CheckOutcome;
use callboard_model::view::{ChangeReview, TaskChange};
use callboard_testkit::{HermeticHome, Repo};
use serde_json::json;

use super::{CODE, Scene, TEST, outcome};
use crate::reviews::open;
use crate::scene::Running;
use crate::transcripts::{Claude, append};

#[test]
fn a_receipt_is_another_where_its_work_its_base_its_words_or_its_checks_are() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home, "");
    let first = scene.receipt();
    assert!(first.stale.is_none() && first.receipt.checks.is_empty(), "{first:#?}");
    scene.writes("calc.py", CODE.replace("a + b", "b + a").as_str());
    let tree = |view: &callboard_model::view::ReceiptView| view.receipt.work.now.tree.clone();
    let second = scene.wait("one of the new tree", |view| tree(view) != tree(&first));

    scene.repo.commit("Elsewhere", &[("README", "1\n")]);
    scene.tree.git(&["add", "-A"]);
    scene.tree.git(&["commit", "-qm", "Mine"]);
    assert_eq!(scene.receipt().base_moved, 1);
    scene.tree.git(&["rebase", "-q", "main"]);
    let base = second.receipt.work.base.tree.clone();
    let rebased = scene.wait("one of the new base", |view| view.receipt.work.base.tree != base);
    assert_eq!(rebased.base_moved, 0);

    let words = TaskChange { body: Some("Only `calc.py`".into()), ..TaskChange::default() };
    scene.running.engine.change_task(scene.task, words).unwrap();
    scene.wait("one of the new words", |view| {
        view.receipt.request.as_ref().is_some_and(|request| request.words.contains("Only"))
    });

    scene.repo.write("callboard.toml", "checks = [\"true\"]\n[receipts]\nchecks = \"on_ask\"\n");
    scene.wait("one with the check", |view| view.receipt.checks.len() == 1);
    scene.running.wait("its file", |_| scene.file().contains("`true`").then_some(()));
}

#[test]
fn what_an_open_review_shows_is_left_alone_while_nothing_changes() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home, "");
    let review = open(&scene.running, &[&scene.task.to_string()]);
    let of = ReceiptOf::Review(review.id);
    let made = scene.running.engine.receipt(&of).unwrap().receipt.made_at;
    for title in ["One", "Two"] {
        let change = ChangeReview { title: Some(title.into()), ..ChangeReview::default() };
        scene.running.engine.change_review(review.id, change).unwrap();
        // Longer than the time after which a receipt is made.
        std::thread::sleep(Duration::from_millis(1_600));
    }
    let now = scene.running.engine.receipt(&of).unwrap().receipt;
    assert_eq!(now.made_at, made);
}

#[test]
fn checks_are_of_the_work_as_it_was_when_they_began() {
    let home = HermeticHome::new();
    let settings = "checks = [\"test ! -e slow || sleep 30\"]\n[receipts]\nchecks = \"on_ask\"\n";
    let scene = Scene::new(&home, settings);
    scene.writes("slow", "");
    let begun = scene.running.engine.check_receipt(&scene.of(), false).unwrap();
    assert!(begun.goes_on);
    scene.wait("a running check", |view| outcome(view) == Some(CheckOutcome::Running));
    let tree = scene.receipt().receipt.work.now.tree;
    scene.writes("calc.py", &CODE.replace("a + b", "b + a"));
    let now = scene.wait("one of the new tree", |view| view.receipt.work.now.tree != tree);
    assert_ne!(outcome(&now), Some(CheckOutcome::Passed));
}

#[test]
fn checks_that_a_daemon_did_not_end_are_not_shown_as_if_they_ran() {
    let home = HermeticHome::new();
    let settings = "checks = [\"sleep 60\"]\n[receipts]\nchecks = \"on_ask\"\n";
    let scene = Scene::new(&home, settings);
    scene.running.engine.check_receipt(&scene.of(), false).unwrap();
    scene.wait("a running check", |view| outcome(view) == Some(CheckOutcome::Running));
    let of = scene.of();
    drop(scene.running);
    let next = Running::start(&home);
    let view = next.wait("an end of it", |engine| {
        Some(engine.receipt(&of).unwrap()).filter(|view| !view.goes_on)
    });
    assert_ne!(outcome(&view), Some(CheckOutcome::Running), "{view:#?}");
}

#[test]
fn what_checks_come_to_is_in_the_receipt_once_they_have_ended() {
    let home = HermeticHome::new();
    let settings = "checks = [\"python3 -m unittest -q\"]\n[receipts]\nchecks = \"on_ask\"\n";
    let scene = Scene::new(&home, settings);
    scene.writes(
        "test_calc.py",
        &TEST.replace("assertEqual(add(1, 2), 3)", "assertTrue(add(1, 2))"),
    );
    scene.running.engine.check_receipt(&scene.of(), false).unwrap();
    let view = scene.wait("its end", |view| !view.goes_on && outcome(view).is_some());
    assert_eq!(outcome(&view), Some(CheckOutcome::Passed), "{:#?}", view.receipt.checks);
    assert_eq!(view.stale, None);
    assert!(view.held_by.is_some(), "{:#?}", view.receipt.cases);
}

#[test]
fn what_a_session_did_since_is_told_with_what_it_did_before() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let name = "goes-on";
    let claude = Claude::new(name, repo.path());
    let ran = |line: u64, command: &str| {
        let input = json!({ "command": command });
        claude.uses(line, "Bash", input) + &claude.ran(line + 1, line, "ok")
    };
    append(&claude.path(&home, "p"), &(claude.prompt(1, "Look") + &ran(2, "ls one")));
    let running = Running::start(&home);
    running.register(&repo);
    let lines = |wanted: &[&str]| {
        running.wait(&format!("{wanted:?}"), |engine| {
            let session = engine.session_named(name).ok()?;
            // Another check makes another receipt.
            let check =
                format!("checks = ['true {}']\n[receipts]\nchecks = 'on_ask'\n", wanted.len());
            repo.write("callboard.toml", check);
            let view = engine.receipt(&ReceiptOf::Session(session)).ok()?;
            let lines = view.receipt.commands.iter().map(|command| command.line.as_str());
            lines.eq(wanted.iter().copied()).then_some(())
        });
    };
    lines(&["ls one"]);
    append(&claude.path(&home, "p"), &ran(4, "ls two"));
    lines(&["ls one", "ls two"]);
    append(&claude.path(&home, "p"), &ran(6, "ls three"));
    lines(&["ls one", "ls two", "ls three"]);
}
