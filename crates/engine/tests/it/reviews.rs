//! Reviews of changesets that belong together.

use callboard_engine::{DiffWanted, HowToLand, SinceFrom};
use callboard_model::Timestamp;
use callboard_model::review::{CheckOutcome, LandBy, Landing, Review, ReviewState};
use callboard_model::view::{
    ChangeComment, ChangeReview, CommentOn, CommentState, FileDiffView, MarkViewed, Narrowed,
    NewComment, NewReview, ReviewView, Viewed,
};
use callboard_store::{Durability, Store};
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;
use crate::transcripts::now;

const WATCHER: &str = "export class Watcher {\n  private paths: string[] = []\n\n  subscribe(path: string): void {\n    this.paths.push(path)\n  }\n\n  close(): void {\n    this.paths = []\n  }\n}\n";

/// Three agents' worktrees: one changes `Watcher.subscribe`, one newly calls it, one tests it.
struct Story<'h> {
    watcher: Repo<'h>,
    handlers: Repo<'h>,
    running: Running,
}

fn story<'h>(home: &'h HermeticHome, repo: &Repo<'h>) -> Story<'h> {
    repo.commit(
        "begin",
        &[
            ("src/watcher.ts", WATCHER),
            (
                "src/main.ts",
                "import { Watcher } from './watcher'\n\nexport const watcher = new Watcher()\n",
            ),
            ("package.json", "{\"name\": \"it\"}\n"),
        ],
    );
    let (watcher, handlers, tests) =
        (repo.worktree("watcher"), repo.worktree("handlers"), repo.worktree("tests"));
    let running = Running::start(home);
    running.register(repo);
    watcher.write(
        "src/watcher.ts",
        WATCHER
            .replace("subscribe(path: string)", "subscribe(paths: string[], depth: number)")
            .replace("this.paths.push(path)", "this.paths.push(...paths)"),
    );
    handlers.write(
        "src/handlers.ts",
        "import { Watcher } from './watcher'\n\nexport function open(watcher: Watcher, path: string): void {\n  watcher.subscribe(path)\n}\n",
    );
    tests.write(
        "test/watcher.test.ts",
        "import { Watcher } from '../src/watcher'\n\ntest('subscribes', () => {\n  const watcher = new Watcher()\n  watcher.subscribe('a')\n})\n",
    );
    running.wait("all three", |engine| (engine.changesets(None).unwrap().len() == 3).then_some(()));
    Story { watcher, handlers, running }
}

pub(crate) fn open(running: &Running, members: &[&str]) -> ReviewView {
    let members = members.iter().map(|name| (*name).to_owned()).collect();
    running.engine.open_review(None, NewReview { members, title: None }).unwrap()
}

fn diff(running: &Running, review: &ReviewView, path: &str) -> FileDiffView {
    let wanted = DiffWanted { path: path.into(), ..DiffWanted::default() };
    running.engine.review_diff(review.id, &wanted).unwrap()
}

fn names(review: &ReviewView) -> Vec<&str> {
    review.members.iter().map(|member| member.changeset.changeset.name.as_str()).collect()
}

#[test]
fn what_belongs_together_is_proposed_opened_and_read_in_order() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { running, .. } = story(&home, &repo);
    let engine = &running.engine;
    let proposal = running.wait("the proposal", |engine| {
        engine.reviews(None).unwrap().proposals.pop().filter(|group| group.members.len() == 3)
    });
    let reason = |name: &str| {
        let member = proposal.members.iter().find(|one| one.changeset.changeset.name == name);
        member.map(|one| one.reason.clone()).unwrap_or_default()
    };
    assert!(reason("handlers").contains("newly calls `Watcher.subscribe`"), "{proposal:#?}");
    let review = open(&running, &["handlers", "tests", "watcher"]);
    assert_eq!((review.state, names(&review)[0]), (ReviewState::Open, "watcher"));
    let files: Vec<_> =
        review.files.iter().map(|file| (file.place.as_str(), file.path.as_str())).collect();
    assert_eq!(
        files,
        [
            ("contract", "src/watcher.ts"),
            ("uses", "src/handlers.ts"),
            ("test", "test/watcher.test.ts")
        ]
    );
    assert!(review.tree.is_some() && review.hinders.is_none(), "{review:#?}");
    assert!(engine.reviews(None).unwrap().proposals.is_empty(), "it is in a review");
    let again = NewReview { members: vec!["watcher".into()], title: None };
    let refused = engine.open_review(None, again).unwrap_err().to_string();
    assert!(refused.contains("is in R1 already"), "{refused}");
    let split = ChangeReview { split: vec!["tests".into()], ..ChangeReview::default() };
    let left = engine.change_review(review.id, split).unwrap();
    assert_eq!((left.members.len(), left.files.len()), (2, 2));
    let gone = engine.drop_review(review.id).unwrap();
    assert_eq!(gone.state, ReviewState::Dropped);
    let other = open(&running, &["tests"]);
    let join = ChangeReview { join: vec!["watcher".into()], ..ChangeReview::default() };
    engine.change_review(other.id, join).unwrap();
    let taken = engine.undo_review(review.id).unwrap_err().to_string();
    assert!(taken.contains("is in R2 already"), "{taken}");
    let join = ChangeReview { join: vec!["tests".into()], ..ChangeReview::default() };
    let refused = engine.change_review(review.id, join).unwrap_err();
    assert_eq!(refused.to_string(), "R1 was given up; nothing was changed");
}

#[test]
fn each_line_has_its_member_and_a_new_push_leaves_what_was_viewed() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { watcher, handlers, running } = story(&home, &repo);
    let engine = &running.engine;
    // Both change one file, in places that git merges.
    handlers.write(
        "src/watcher.ts",
        WATCHER
            .replace("this.paths = []\n  }\n}", "this.paths = []\n    this.closed = true\n  }\n}"),
    );
    running.wait("both files", |engine| {
        let found = engine.changeset_named(None, "handlers").unwrap();
        (found.files.len() == 2).then_some(())
    });
    let review = open(&running, &["watcher", "handlers"]);
    let told = diff(&running, &review, "src/watcher.ts");
    let owned: Vec<(String, Vec<u32>)> = told
        .hunks
        .iter()
        .flat_map(|hunk| {
            hunk.owners.iter().flat_map(|run| {
                let lines = &hunk.lines[run.at as usize..(run.at + run.lines) as usize];
                lines.iter().map(|line| (line.trim().to_owned(), run.members.clone()))
            })
        })
        .collect();
    let at = |name: &str| vec![names(&review).iter().position(|one| *one == name).unwrap() as u32];
    let line = |text: &str| &owned.iter().find(|(line, _)| line.contains(text)).unwrap().1;
    assert_eq!(*line("depth: number"), at("watcher"));
    assert_eq!(*line("-  subscribe(path"), at("watcher"));
    assert_eq!(*line("this.closed = true"), at("handlers"));
    assert_eq!((told.old_lines, told.new_lines), (11, 12));

    let file = |review: &ReviewView, path: &str| {
        review.files.iter().find(|file| file.path == path).unwrap().clone()
    };
    for path in ["src/watcher.ts", "src/handlers.ts"] {
        let digest = file(&review, path).digest;
        let mark = MarkViewed { path: path.into(), digest, viewed: true };
        let now = engine.mark_viewed(review.id, mark).unwrap();
        assert_eq!(file(&now, path).viewed, Viewed::Yes);
    }
    watcher.write("src/watcher.ts", WATCHER.replace("path: string", "path: URL"));
    let now = running.wait("the new push", |engine| {
        let now = engine.review(review.id).unwrap();
        (file(&now, "src/watcher.ts").viewed == Viewed::ChangedSince).then_some(now)
    });
    assert_eq!(file(&now, "src/handlers.ts").viewed, Viewed::Yes, "it is as it was");
    let since = file(&now, "src/watcher.ts").viewed_tree.unwrap();
    let trees = Some((since, now.tree.clone().unwrap()));
    let wanted = DiffWanted { path: "src/watcher.ts".into(), trees, ..DiffWanted::default() };
    let interdiff = engine.review_diff(review.id, &wanted).unwrap();
    let lines: Vec<&String> = interdiff.hunks.iter().flat_map(|hunk| &hunk.lines).collect();
    assert!(lines.iter().any(|line| line.contains("path: URL")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.starts_with('+') && line.contains("closed")));
    let old = file(&review, "src/watcher.ts").digest;
    let late = MarkViewed { path: "src/watcher.ts".into(), digest: old, viewed: true };
    assert!(
        engine.mark_viewed(review.id, late).unwrap_err().to_string().contains("has changed since")
    );
}

#[test]
fn comments_are_drafts_until_sent_and_what_is_on_nobodys_session_says_so() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { running, .. } = story(&home, &repo);
    let engine = &running.engine;
    let review = open(&running, &["watcher"]);
    let on = CommentOn::WholeFile { path: "src/watcher.ts".into() };
    let kept = engine.add_comment(review.id, NewComment { on, text: "Why depth?".into() }).unwrap();
    let draft = &kept.comments[0];
    assert_eq!((draft.state, draft.to.len()), (CommentState::Draft, 0));
    let other = ChangeComment { text: Some("Why a depth?".into()), resolved: None };
    let changed = engine.change_comment(review.id, draft.id, other).unwrap();
    assert_eq!(changed.comments[0].text, "Why a depth?");
    let sent = engine.send_comments(review.id, None).unwrap();
    assert_eq!(sent.comments[0].state, CommentState::Draft);
    assert!(sent.comments[0].failure.as_deref().is_some_and(|why| why.contains("no session")));
    let none = engine.drop_comment(review.id, draft.id).unwrap();
    assert!(none.comments.is_empty());
    assert!(
        engine
            .send_comments(review.id, None)
            .unwrap_err()
            .to_string()
            .contains("no comment to send")
    );
    let empty = NewComment { on: CommentOn::Review, text: " ".into() };
    assert!(engine.add_comment(review.id, empty).is_err());
}

#[test]
fn what_git_cannot_merge_is_shown_from_both_sides_and_hinders() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { watcher, handlers, running } = story(&home, &repo);
    let engine = &running.engine;
    watcher.write("src/main.ts", "export const left = 1\n");
    handlers.write("src/main.ts", "export const right = 1\n");
    running.wait("the conflict", |engine| {
        let pairs = engine.pairs(None).unwrap().pairs;
        pairs.into_iter().find(|pair| pair.conflict.is_some())
    });
    let review = open(&running, &["watcher", "handlers"]);
    let file = review.files.iter().find(|file| file.path == "src/main.ts").unwrap();
    assert!(file.conflict && file.members.len() == 2 && review.tree.is_none());
    assert!(review.hinders.as_deref().is_some_and(|why| why.contains("src/main.ts")));
    for member in 0..2 {
        let wanted = DiffWanted {
            path: "src/main.ts".into(),
            member: Some(member),
            ..DiffWanted::default()
        };
        let side = engine.review_diff(review.id, &wanted).unwrap();
        assert!(side.hunks.iter().all(|hunk| hunk.owners[0].members == [member as u32]));
        assert!(!side.hunks.is_empty());
    }
    let anyway = HowToLand { anyway: true, ..HowToLand::default() };
    let refused = engine.land_review(review.id, anyway).unwrap_err().to_string();
    assert!(refused.contains("cannot be merged"), "{refused}");
    handlers.git(&["checkout", "-q", "src/main.ts"]);
    running.wait("peace", |engine| engine.review(review.id).unwrap().tree);
}

fn wait_for_checks(running: &Running, review: &ReviewView) -> ReviewView {
    running.wait("the checks", |engine| {
        let now = engine.review(review.id).unwrap();
        let is_over = CheckOutcome::is_over;
        (!now.checks.is_empty() && now.checks.iter().all(|check| is_over(check.outcome)))
            .then_some(now)
    })
}

#[test]
fn green_alone_and_red_together_is_a_proven_conflict_and_hinders() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.write(
        "callboard.toml",
        "checks = [\"! grep -q depth src/watcher.ts || ! test -e src/handlers.ts\"]\n",
    );
    let Story { running, watcher, .. } = story(&home, &repo);
    let engine = &running.engine;
    let review = open(&running, &["watcher", "handlers"]);
    engine.check_review(review.id, false).unwrap();
    let checked = wait_for_checks(&running, &review);
    let outcomes: Vec<_> =
        checked.checks.iter().map(|check| (check.member.is_some(), check.outcome)).collect();
    use CheckOutcome::{Failed, Passed};
    assert_eq!(outcomes, [(false, Failed), (true, Passed), (true, Passed)]);
    assert_eq!(checked.proven[0].members, [0, 1]);
    let refused = engine.land_review(review.id, HowToLand::default()).unwrap_err().to_string();
    assert!(refused.contains("failed; nothing was landed"), "{refused}");
    watcher.write("src/watcher.ts", WATCHER.replace("path: string", "path: URL"));
    let now = running.wait("another tree", |engine| {
        Some(engine.review(review.id).unwrap()).filter(|now| now.checks[0].stale)
    });
    assert!(now.hinders.as_deref().is_some_and(|why| why.contains("run it again")), "{now:#?}");
    let seen = HowToLand { tree: review.tree.clone(), anyway: true, ..HowToLand::default() };
    let refused = engine.land_review(review.id, seen).unwrap_err().to_string();
    assert!(refused.contains("has changed since you looked at it"), "{refused}");
    engine.check_review(review.id, false).unwrap();
    let passed = wait_for_checks(&running, &review);
    assert_eq!((passed.hinders, passed.proven.len()), (None, 0));
    let seen = HowToLand { tree: passed.tree, ..HowToLand::default() };
    assert_eq!(engine.land_review(review.id, seen).unwrap().state, ReviewState::Landed);
}

#[test]
fn who_makes_what_another_uses_already_lands_first_and_letters_stay() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { running, handlers, .. } = story(&home, &repo);
    // It stands in the smaller changeset, and would land first.
    handlers.write(
        "src/handlers.ts",
        "import { Watcher } from './watcher'\n\nexport const open = (watcher: Watcher) => watcher.subscribe(['a'], 2)\n",
    );
    let review = open(&running, &["handlers", "tests"]);
    let letters = |view: &ReviewView| -> Vec<(String, u32)> {
        let members = view.members.iter();
        let mut all: Vec<_> =
            members.map(|one| (one.changeset.changeset.name.clone(), one.letter)).collect();
        all.sort();
        all
    };
    let before = letters(&review);
    let join = ChangeReview { join: vec!["watcher".into()], ..ChangeReview::default() };
    running.engine.change_review(review.id, join).unwrap();
    let now = running.wait("the reason", |engine| {
        let now = engine.review(review.id).unwrap();
        let is_told = now.order.reasons.iter().any(|one| one.then == "handlers");
        let coupled = now.pairs.iter().any(|pair| {
            let names = [&pair.left.name, &pair.right.name];
            names.iter().any(|name| *name == "handlers") && !pair.couplings.is_empty()
        });
        (is_told && !coupled).then_some(now)
    });
    assert_eq!(names(&now)[0], "watcher");
    let why = now.order.reasons.iter().find(|one| one.then == "handlers").unwrap();
    assert_eq!(why.first, "watcher");
    assert!(why.reason.contains("which watcher changes so (src/watcher.ts:4)"), "{}", why.reason);
    assert_eq!(now.files[0].place, "contract");
    let after = letters(&now);
    assert!(before.iter().all(|one| after.contains(one)) && after.contains(&("watcher".into(), 2)));
}

#[test]
fn of_three_that_fail_together_those_are_found_that_it_takes() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let checks = [
        "! grep -q depth src/watcher.ts || ! test -e src/handlers.ts",
        "! grep -q depth src/watcher.ts || ! test -e src/handlers.ts || ! test -e test/watcher.test.ts",
        "test -e src/watcher.ts",
    ];
    repo.write("callboard.toml", format!("checks = {checks:?}\n"));
    let Story { running, .. } = story(&home, &repo);
    let engine = &running.engine;
    let review = open(&running, &["watcher", "handlers", "tests"]);
    engine.check_review(review.id, false).unwrap();
    wait_for_checks(&running, &review);
    let found = running.wait("the search", |engine| {
        let now = engine.review(review.id).unwrap();
        let goes_on = now.proven.iter().any(|one| one.narrowed == Narrowed::Searching);
        (!goes_on && now.proven.len() == 2).then_some(now)
    });
    let names = |at: usize| -> Vec<&str> {
        let members = found.proven[at].members.iter();
        members.map(|at| found.members[*at as usize].changeset.changeset.name.as_str()).collect()
    };
    let [pair, all] = found.proven.as_slice() else { panic!("{:#?}", found.proven) };
    assert_eq!((pair.command.as_str(), pair.narrowed), (checks[0], Narrowed::Found));
    assert_eq!(names(0), ["watcher", "handlers"]);
    assert_eq!((all.command.as_str(), all.narrowed), (checks[1], Narrowed::All));
    assert_eq!(names(1).len(), 3);
    assert_eq!(found.checks.len(), 12, "what was tried on some is no check of the review");
    assert!(engine.check_log(review.id, pair.check.unwrap(), 0).is_ok());
}

#[test]
fn a_review_lands_as_one_and_is_taken_back() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { running, watcher, .. } = story(&home, &repo);
    let engine = &running.engine;
    let before = repo.head();
    repo.write("mine.txt", "not committed\n");
    let review = open(&running, &["watcher", "handlers", "tests"]);
    let landed = engine.land_review(review.id, HowToLand::default()).unwrap();
    assert_eq!(landed.state, ReviewState::Landed);
    let words = landed.landing.unwrap();
    assert!(words.starts_with("Landed on main as ") && words.ends_with("3 commits"), "{words}");
    let subjects = repo.git(&["log", "--format=%s", &format!("{before}..main")]);
    assert_eq!(subjects.lines().last(), Some("watcher"), "what others use comes first");
    assert_eq!(repo.read("src/watcher.ts"), watcher.read("src/watcher.ts"));
    assert!(repo.path().join("test/watcher.test.ts").exists());
    assert_eq!(repo.git(&["status", "--porcelain"]), "?? mine.txt", "what is not committed stays");
    running.wait("nothing left", |engine| {
        engine
            .changesets(None)
            .unwrap()
            .iter()
            .all(|one| one.files.iter().all(|file| file.path == "mine.txt"))
            .then_some(())
    });
    let back = engine.undo_review(review.id).unwrap();
    assert_eq!((back.state, repo.head()), (ReviewState::Open, before.clone()));
    let words = format!("Taken back from main, which is at {} again", &before[..7]);
    assert_eq!(back.landing, Some(words));
    let from = SinceFrom::At(Timestamp::from_millisecond(0));
    let told = engine.since(review.workspace, from, now()).unwrap().reviews;
    let [told] = told.as_slice() else { panic!("{told:#?}") };
    let told: Vec<&str> = told.lines.iter().map(|line| line.text.as_str()).collect();
    let [opened, landed, taken_back] = told.as_slice() else { panic!("{told:#?}") };
    assert_eq!(*opened, "opened with 3 changesets");
    assert!(landed.starts_with("landed on main as "), "{landed}");
    assert!(taken_back.starts_with("taken back from main"), "{taken_back}");
    assert!(!repo.path().join("src/handlers.ts").exists());
    assert_eq!(repo.git(&["status", "--porcelain"]), "?? mine.txt");
    running.wait("all back", |engine| (engine.changesets(None).unwrap().len() == 4).then_some(()));
    running.wait("the combination", |engine| {
        (engine.review(review.id).unwrap().files.len() == 3).then_some(())
    });
    // A base that has moved on is noticed, and merged with.
    let moved = repo.commit("Another", &[("other.txt", "1\n")]);
    let how = HowToLand { by: Some(LandBy::Merge), ..HowToLand::default() };
    let again = engine.land_review(review.id, how).unwrap();
    assert_eq!((again.state, again.land_by), (ReviewState::Landed, LandBy::Merge));
    assert_eq!(repo.git(&["rev-list", "--merges", "--count", &format!("{moved}..main")]), "3");
    repo.commit("On top", &[("top.txt", "1\n")]);
    let refused = engine.undo_review(review.id).unwrap_err();
    assert!(refused.to_string().contains("nothing was moved"), "{refused}");
    assert_eq!(engine.review(review.id).unwrap().state, ReviewState::Landed);
}

#[test]
fn what_is_in_the_way_keeps_a_review_open_and_everything_as_it_was() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { running, .. } = story(&home, &repo);
    let engine = &running.engine;
    repo.write("src/watcher.ts", "mine\n");
    let before = repo.head();
    let review = open(&running, &["watcher"]);
    let refused = engine.land_review(review.id, HowToLand::default()).unwrap_err().to_string();
    assert!(refused.contains("src/watcher.ts (changed)"), "{refused}");
    assert_eq!((repo.head(), repo.read("src/watcher.ts").as_str()), (before, "mine\n"));
    let now = engine.review(review.id).unwrap();
    assert_eq!((now.state, now.landing), (ReviewState::Open, None));
}

#[test]
fn a_landing_that_a_daemon_did_not_end_is_settled_by_the_next() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { running, .. } = story(&home, &repo);
    let review = open(&running, &["watcher"]);
    let begun = repo.head();
    drop(running);
    let landed = repo.commit("What was to land", &[("landed.txt", "1\n")]);
    let settled = |to: &str| {
        let mut store = Store::open(&home.callboard_home()).unwrap();
        let at = callboard_os::clock::now();
        store
            .write(Durability::Full, at, |w| {
                let review = w.view().review(review.id)?.unwrap();
                let landing = Landing {
                    branch: "main".into(),
                    from: begun.clone(),
                    to: Some(to.to_owned()),
                    ..Landing::default()
                };
                let state = ReviewState::Landing;
                w.put_review(Review { state, landing: Some(landing), ..review }).map(|_| ())
            })
            .unwrap();
        drop(store);
        let running = Running::start(&home);
        running.wait("its end", |engine| {
            Some(engine.review(review.id).unwrap()).filter(|now| now.state != ReviewState::Landing)
        })
    };
    assert_eq!(settled(&"0".repeat(40)).state, ReviewState::Open, "the base has none of it");
    let done = settled(&landed);
    assert_eq!(done.state, ReviewState::Landed);
    assert!(done.landing.unwrap().starts_with("Landed on main as "));
}
