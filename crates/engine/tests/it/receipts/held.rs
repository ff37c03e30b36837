//! What is not settled, who settles it, and what it holds back meanwhile.

use callboard_engine::HowToLand;
use callboard_model::receipt::{ReceiptOf, Rule};
use callboard_model::review::ReviewState;
use callboard_model::task::Column;
use callboard_model::view::{MoveTask, NewTask};
use callboard_testkit::{HermeticHome, Repo};

use super::{Scene, TEST, case_of};
use crate::reviews::open;
use crate::scene::Running;
use crate::sharing::Worker;

fn skips(scene: &Scene<'_>) {
    let skipped = TEST.replace("    def test", "    @unittest.skip(\"later\")\n    def test");
    scene.writes("test_calc.py", &skipped);
}

#[test]
fn a_case_is_accepted_by_name_and_taken_back() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home, "");
    skips(&scene);
    let view = scene.receipt();
    let case = case_of(&view.receipt, Rule::TestSkipped).clone();
    assert!(view.held_by.is_some());
    let accepted = scene.accept(&case);
    assert_eq!(accepted.held_by, None);
    let by = case_of(&accepted.receipt, Rule::TestSkipped).accepted.clone().unwrap();
    assert_eq!((by.by.as_str(), by.reason.as_str()), ("Ada", "It comes back on Monday"));
    assert!(scene.file().contains("It comes back on Monday"), "{}", scene.file());
    let taken = scene.running.engine.take_back_case(&scene.of(), &case.key, "Ada").unwrap();
    assert!(taken.held_by.is_some());
    assert!(scene.running.engine.take_back_case(&scene.of(), &case.key, "Ada").is_err());
}

#[test]
fn a_review_lands_once_what_holds_it_is_accepted() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home, "");
    skips(&scene);
    let review = open(&scene.running, &[&scene.task.to_string()]);
    let engine = &scene.running.engine;
    let before = scene.repo.head();
    let refused = engine.land_review(review.id, HowToLand::default()).unwrap_err().to_string();
    assert!(refused.contains("nothing was"), "{refused}");
    assert_eq!(scene.repo.head(), before);
    // Who accepts it for the task accepts it for the review: it is the same line.
    scene.accept(case_of(&scene.receipt().receipt, Rule::TestSkipped));
    assert_eq!(engine.receipt(&ReceiptOf::Review(review.id)).unwrap().held_by, None);
    let landed = engine.land_review(review.id, HowToLand::default()).unwrap();
    assert_eq!(landed.state, ReviewState::Landed);
}

#[test]
fn a_person_lands_all_the_same_and_an_agent_does_not_call_it_done() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home, "");
    skips(&scene);
    let engine = &scene.running.engine;
    let worker = Worker::new(&home, "w", &scene.tree).id(&scene.running, "w");
    let done = || MoveTask { column: Column::Done, before: None };
    let refused = engine.move_task_as(worker, scene.task, done()).unwrap_err().to_string();
    assert!(refused.contains("its card was left where it is"), "{refused}");
    let review = open(&scene.running, &[&scene.task.to_string()]);
    let anyway = HowToLand { anyway: true, ..HowToLand::default() };
    assert_eq!(engine.land_review(review.id, anyway).unwrap().state, ReviewState::Landed);
}

#[test]
fn without_the_gate_nothing_is_held() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home, "[receipts]\ngate = false\n");
    skips(&scene);
    assert_eq!(scene.receipt().held_by, None);
    let review = open(&scene.running, &[&scene.task.to_string()]);
    let landed = scene.running.engine.land_review(review.id, HowToLand::default()).unwrap();
    assert_eq!(landed.state, ReviewState::Landed);
}

#[test]
fn sessions_that_made_each_others_tasks_have_receipts_that_end() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("a.txt", "1\n")]);
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let workers = ["one", "two"].map(|name| Worker::new(&home, name, &repo).id(&running, name));
    let engine = &running.engine;
    for (lead, other) in [(workers[0], workers[1]), (workers[1], workers[0])] {
        let new = NewTask { title: format!("By {lead}"), ..NewTask::default() };
        let task = engine.create_task_as(lead, workspace, new, false).unwrap();
        engine.link_session(task, other).unwrap();
    }
    for worker in workers {
        assert_eq!(engine.receipt(&ReceiptOf::Session(worker)).unwrap().receipt.sessions.len(), 2);
    }
}
