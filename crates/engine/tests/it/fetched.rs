//! Branches of a remote as changesets, once they were fetched.

use callboard_engine::HowToLand;
use callboard_model::call::CallKind;
use callboard_model::review::ReviewState;
use callboard_model::view::{ChangesetView, CommentOn, CommentState, NewComment, NewReview};
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;

const TEN: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

/// A repository whose remote lies in a folder, and a colleague's clone of that.
pub(crate) fn shared<'h>(home: &'h HermeticHome) -> (Repo<'h>, Repo<'h>) {
    let repo = Repo::new(home);
    repo.go_on_at(callboard_os::clock::now().as_millisecond() / 1000 - 86_400);
    repo.commit("begin", &[("a.txt", TEN), ("b.txt", TEN)]);
    let (bare, clone) = (home.work().join("remote.git"), home.work().join("colleague"));
    let (bare, clone) = (bare.to_str().unwrap(), clone.to_str().unwrap());
    repo.git(&["clone", "-q", "--bare", ".", bare]);
    repo.git(&["remote", "add", "origin", bare]);
    repo.git(&["fetch", "-q"]);
    repo.git(&["branch", "-q", "--set-upstream-to=origin/main", "main"]);
    repo.git(&["clone", "-q", bare, clone]);
    let colleague = repo.at(home.work().join("colleague").as_path());
    (repo, colleague)
}

/// Commits on a branch of the colleague's, and pushes it.
pub(crate) fn push(colleague: &Repo<'_>, branch: &str, files: &[(&str, &str)]) -> String {
    if !colleague.try_git(&["switch", "-q", branch]).status.success() {
        colleague.git(&["switch", "-q", "-c", branch, "main"]);
    }
    let tip = colleague.commit(&format!("Work on {branch}"), files);
    colleague.git(&["push", "-q", "--force", "origin", branch]);
    tip
}

fn named(running: &Running, name: &str) -> Option<ChangesetView> {
    running.engine.changesets(None).unwrap().into_iter().find(|one| one.changeset.name == name)
}

#[test]
fn a_fetched_branch_is_a_changeset_for_as_long_as_somebody_works_on_it() {
    let home = HermeticHome::new();
    let (repo, colleague) = shared(&home);
    let running = Running::start(&home);
    running.register(&repo);
    let tip = push(&colleague, "feature/one", &[("a.txt", &TEN.replace('5', "five"))]);
    colleague.git(&["push", "-q", "origin", "main:stale"]);
    repo.git(&["fetch", "-q"]);
    let seen = running.wait("the branch", |_| named(&running, "origin/feature/one"));
    assert_eq!(seen.changeset.key, "branch:refs/remotes/origin/feature/one");
    assert_eq!((seen.path, seen.head, seen.commits), (None, tip, 1));
    assert_eq!((seen.uncommitted, seen.files.len()), (false, 1));
    assert_eq!(running.engine.changesets(None).unwrap().len(), 1, "the base and its like are none");
    // As git keeps references in one file, too.
    let tip = push(&colleague, "feature/one", &[("c.txt", "new\n")]);
    repo.git(&["fetch", "-q"]);
    repo.git(&["pack-refs", "--all"]);
    running.wait("the next commit", |_| {
        named(&running, "origin/feature/one").filter(|one| one.head == tip && one.files.len() == 2)
    });
    // Merged as one commit over there, and left where it is.
    colleague.git(&["switch", "-q", "main"]);
    colleague.git(&["merge", "-q", "--squash", "feature/one"]);
    colleague.commit("One (#12)", &[]);
    colleague.git(&["push", "-q", "origin", "main"]);
    repo.git(&["fetch", "-q"]);
    running.wait("its end", |engine| engine.changesets(None).unwrap().is_empty().then_some(()));
    push(&colleague, "two", &[("d.txt", "1\n")]);
    repo.git(&["fetch", "-q"]);
    running.wait("another", |_| named(&running, "origin/two"));
    drop(running);
    repo.git(&["branch", "-q", "-d", "-r", "origin/two"]);
    let running = Running::start(&home);
    running.wait("that it is gone", |engine| {
        engine.changesets(None).unwrap().is_empty().then_some(())
    });
}

#[test]
fn what_a_worktree_here_holds_is_not_told_twice() {
    let home = HermeticHome::new();
    let (repo, colleague) = shared(&home);
    let (one, other) = (repo.worktree("one"), repo.worktree("other"));
    let running = Running::start(&home);
    running.register(&repo);
    one.commit("Mine", &[("mine.txt", "1\n")]);
    one.git(&["push", "-q", "origin", "one"]);
    other.commit("Another", &[("other.txt", "1\n")]);
    other.git(&["push", "-q", "-u", "origin", "other:renamed"]);
    push(&colleague, "theirs", &[("b.txt", "1\n")]);
    repo.git(&["fetch", "-q"]);
    running.wait("theirs", |_| named(&running, "origin/theirs"));
    running.wait("all", |engine| (engine.changesets(None).unwrap().len() == 3).then_some(()));
    assert!(named(&running, "one").is_some() && named(&running, "other").is_some());
    // Without the worktree, the work is still there.
    repo.git(&["worktree", "remove", "--force", &other.path().to_string_lossy()]);
    running.wait("the remote's", |_| named(&running, "origin/renamed"));
}

#[test]
fn a_branch_that_nobody_worked_on_for_long_is_none_unless_it_is_reviewed() {
    let home = HermeticHome::new();
    let (repo, colleague) = shared(&home);
    push(&colleague, "young", &[("young.txt", "1\n")]);
    let now = callboard_os::clock::now().as_millisecond() / 1000;
    colleague.go_on_at(now - 40 * 86_400);
    push(&colleague, "old", &[("old.txt", "1\n")]);
    repo.git(&["fetch", "-q"]);
    let running = Running::start(&home);
    running.register(&repo);
    running.wait("the young", |_| named(&running, "origin/young"));
    assert!(named(&running, "origin/old").is_none());
    let members = vec!["origin/young".to_owned()];
    running.engine.open_review(None, NewReview { members, title: None }).unwrap();
    colleague.switch("young");
    colleague.git(&["reset", "-q", "--hard", "main"]);
    let tip = push(&colleague, "young", &[("aged.txt", "1\n")]);
    repo.git(&["fetch", "-q"]);
    running.wait("the aged one", |_| named(&running, "origin/young").filter(|one| one.head == tip));
}

#[test]
fn a_conflict_with_a_remotes_branch_is_a_call_and_between_two_of_them_is_not() {
    let home = HermeticHome::new();
    let (repo, colleague) = shared(&home);
    let mine = repo.worktree("mine");
    let running = Running::start(&home);
    running.register(&repo);
    mine.write("a.txt", TEN.replace('5', "five"));
    running.wait("mine", |_| named(&running, "mine"));
    push(&colleague, "theirs", &[("a.txt", &TEN.replace('5', "fünf")), ("b.txt", "1\n")]);
    push(&colleague, "others", &[("b.txt", "2\n")]);
    repo.git(&["fetch", "-q"]);
    let conflicts = |running: &Running| {
        let pairs = running.engine.pairs(None).unwrap().pairs;
        let between = pairs.into_iter().filter(|one| one.conflict.is_some());
        between.map(|one| (one.left.name, one.right.name, one.since.is_some())).collect::<Vec<_>>()
    };
    let all = running.wait("that both stand", |_| {
        let all = conflicts(&running);
        (all.len() == 2 && all.iter().all(|one| one.2)).then_some(all)
    });
    let of = |left: &str, right: &str| (left.to_owned(), right.to_owned(), true);
    assert!(all.contains(&of("mine", "origin/theirs")), "{all:?}");
    assert!(all.contains(&of("origin/others", "origin/theirs")), "{all:?}");
    let calls = running.engine.inbox(None).unwrap().calls;
    let told: Vec<_> = calls.iter().map(|one| (one.kind, one.question.as_str())).collect();
    assert_eq!(told, [(CallKind::Conflict, "mine and origin/theirs conflict in a.txt")]);
}

#[test]
fn it_is_reviewed_and_landed_like_others_and_the_remote_stays_as_it_is() {
    let home = HermeticHome::new();
    let (repo, colleague) = shared(&home);
    let mine = repo.worktree("mine");
    let tip = push(&colleague, "theirs", &[("a.txt", &TEN.replace('5', "five"))]);
    repo.git(&["fetch", "-q"]);
    let running = Running::start(&home);
    running.register(&repo);
    let engine = &running.engine;
    mine.write("b.txt", TEN.replace('5', "five"));
    running.wait("both", |engine| (engine.changesets(None).unwrap().len() == 2).then_some(()));
    let members = vec!["origin/theirs".to_owned(), "mine".to_owned()];
    let review = engine.open_review(None, NewReview { members, title: None }).unwrap();
    assert_eq!((review.files.len(), &review.hinders), (2, &None));
    let on = CommentOn::WholeFile { path: "a.txt".into() };
    engine.add_comment(review.id, NewComment { on, text: "Why?".into() }).unwrap();
    let sent = engine.send_comments(review.id, None).unwrap();
    let failure = sent.comments[0].failure.as_deref().unwrap_or_default();
    assert!(failure.starts_with("origin/theirs comes from a remote"), "{failure}");
    assert_eq!(sent.comments[0].state, CommentState::Draft);
    let landed = engine.land_review(review.id, HowToLand::default()).unwrap();
    assert_eq!(landed.state, ReviewState::Landed, "{:?}", landed.landing);
    assert!(repo.read("a.txt").contains("five") && repo.read("b.txt").contains("five"));
    running
        .wait("nothing left", |engine| engine.changesets(None).unwrap().is_empty().then_some(()));
    assert_eq!(repo.git(&["ls-remote", "origin", "theirs"]).split('\t').next(), Some(tip.as_str()));
    engine.undo_review(review.id).unwrap();
    running.wait("it is back", |_| named(&running, "origin/theirs"));
}
