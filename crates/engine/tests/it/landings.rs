//! Landings side by side, and what one takes back.

use callboard_engine::{HowToLand, WorktreesWanted};
use callboard_model::review::ReviewState;
use callboard_model::task::Column;
use callboard_model::view::{NewTask, NewWorktree};
use callboard_model::worktree::WorktreeState;
use callboard_testkit::{HermeticHome, Repo};

use crate::reviews::open;
use crate::scene::Running;

fn two_worktrees(running: &Running, repo: &Repo<'_>) {
    for name in ["one", "two"] {
        repo.worktree(name).write(&format!("{name}.txt"), "1\n");
    }
    running.wait("both", |engine| (engine.changesets(None).unwrap().len() == 2).then_some(()));
}

#[test]
fn of_two_who_land_one_review_one_does_and_the_other_hears_of_it() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("a.txt", "1\n")]);
    let running = Running::start(&home);
    running.register(&repo);
    two_worktrees(&running, &repo);
    let review = open(&running, &["one", "two"]);
    let before = repo.head();
    let results: Vec<_> = std::thread::scope(|scope| {
        let land = || running.engine.land_review(review.id, HowToLand::default());
        let both: Vec<_> = (0..2).map(|_| scope.spawn(land)).collect();
        both.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let landed: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    let [landed] = landed.as_slice() else { panic!("{results:#?}") };
    assert_eq!(landed.state, ReviewState::Landed);
    let refused = results.iter().find_map(|result| result.as_ref().err()).unwrap().to_string();
    assert!(refused.contains("nothing was changed"), "{refused}");
    assert_eq!(repo.git(&["rev-list", "--count", &format!("{before}..main")]), "2");
}

#[test]
fn two_reviews_that_land_at_once_both_land() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("a.txt", "1\n")]);
    let running = Running::start(&home);
    running.register(&repo);
    two_worktrees(&running, &repo);
    let reviews = [open(&running, &["one"]).id, open(&running, &["two"]).id];
    std::thread::scope(|scope| {
        for review in reviews {
            let running = &running;
            scope.spawn(move || {
                let landed = running.engine.land_review(review, HowToLand::default()).unwrap();
                assert_eq!(landed.state, ReviewState::Landed);
            });
        }
    });
    assert_eq!((repo.read("one.txt").as_str(), repo.read("two.txt").as_str()), ("1\n", "1\n"));
}

#[test]
fn tasks_and_worktrees_are_where_they_were_once_a_landing_is_taken_back() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("a.txt", "1\n")]);
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let engine = &running.engine;
    let new = NewTask { title: "Quotas".into(), ..NewTask::default() };
    let task = engine.create_task(workspace, new).unwrap();
    let new = NewWorktree { task: Some(task), ..NewWorktree::default() };
    let worktree = engine.new_worktree(workspace, new).unwrap();
    repo.at(worktree.path.as_ref()).write("quota.txt", "1\n");
    running.wait("it", |engine| (engine.changesets(None).unwrap().len() == 1).then_some(()));
    let review = open(&running, &[&task.to_string()]);
    let stand = || {
        let all = engine.worktrees(Some(workspace), WorktreesWanted::default()).unwrap();
        let own = all.into_iter().find(|one| one.id == worktree.id).unwrap();
        (engine.task(task).unwrap().column, own.state)
    };
    let before = stand();
    assert_eq!(before.1, WorktreeState::Ready);
    engine.land_review(review.id, HowToLand::default()).unwrap();
    assert_eq!(stand(), (Column::Done, WorktreeState::Parked));
    engine.undo_review(review.id).unwrap();
    assert_eq!(stand(), before);
    assert_eq!(repo.at(worktree.path.as_ref()).read("quota.txt"), "1\n");
}

#[test]
fn who_asks_right_after_a_landing_or_its_undo_is_told_of_what_is_there() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Base", &[("a.txt", "1\n")]);
    let running = Running::start(&home);
    running.register(&repo);
    two_worktrees(&running, &repo);
    let review = open(&running, &["one", "two"]);
    for _ in 0..4 {
        let landed = running.engine.land_review(review.id, HowToLand::default()).unwrap();
        assert_eq!(landed.state, ReviewState::Landed);
        let known = running.engine.reviews(None).unwrap();
        assert!(known.proposals.is_empty() && known.others.is_empty(), "{known:#?}");
        assert!(running.engine.changesets(None).unwrap().is_empty());
        let back = running.engine.undo_review(review.id).unwrap();
        assert_eq!((back.state, back.hinders), (ReviewState::Open, None));
        assert_eq!(running.engine.changesets(None).unwrap().len(), 2);
    }
}
