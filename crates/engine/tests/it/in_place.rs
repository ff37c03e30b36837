//! Reviews of sessions that share the base's own checkout: what they changed lands as it lies there.

use callboard_engine::HowToLand;
use callboard_model::SessionId;
use callboard_model::attribution::Owners;
use callboard_model::review::{LandBy, ReviewState};
use callboard_model::view::{NewReview, ReviewView};
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;
use crate::sharing::{TEN, Worker, told, wait_for_owners};

/// Three sessions in one checkout, and a worktree beside it.
struct Story<'h> {
    workers: [Worker; 3],
    ids: [SessionId; 3],
    helpers: Repo<'h>,
    running: Running,
}

/// All write `a.txt`, the first two side by side; each has a file of its own, too; `mine.txt` is the user's.
fn story<'h>(home: &'h HermeticHome, repo: &Repo<'h>) -> Story<'h> {
    repo.commit("begin", &[("a.txt", TEN), ("b.txt", TEN), ("c.txt", TEN), ("mine.txt", TEN)]);
    let helpers = repo.worktree("helpers");
    let running = Running::start(home);
    running.register(repo);
    let names = ["one", "two", "three"];
    let workers = names.map(|name| Worker::new(home, name, repo));
    let ids = [0, 1, 2].map(|at| workers[at].id(&running, names[at]));
    running.wait("all three", |_| {
        told(&running).filter(|told| told.is_shared && told.sessions.len() == 3)
    });
    let mut text = TEN.to_owned();
    let mut owners = Vec::new();
    for (at, (old, new)) in
        [("2\n", "two\n"), ("3\n", "three\n"), ("8\n", "eight\n")].iter().enumerate()
    {
        text = text.replace(old, new);
        workers[at].writes(repo, "a.txt", &text);
        owners.push(Owners::of(ids[at]));
        wait_for_owners(&running, "a.txt", &owners);
    }
    workers[0].writes(repo, "made.txt", "by one\n");
    workers[2].writes(repo, "c.txt", &TEN.replace('5', "five"));
    wait_for_owners(&running, "made.txt", &[Owners::of(ids[0])]);
    wait_for_owners(&running, "c.txt", &[Owners::of(ids[2])]);
    repo.write("mine.txt", TEN.replace('5', "five"));
    wait_for_owners(&running, "mine.txt", &[Owners::unattributed()]);
    repo.git(&["add", "mine.txt"]);
    helpers.write("b.txt", TEN.replace('7', "seven"));
    running.wait("all changesets", |engine| {
        (engine.changesets(None).unwrap().len() == 5).then_some(())
    });
    Story { workers, ids, helpers, running }
}

fn open(running: &Running, members: &[String]) -> ReviewView {
    let new = NewReview { members: members.to_vec(), title: None };
    running.engine.open_review(None, new).unwrap()
}

fn lying(repo: &Repo<'_>) -> Vec<String> {
    ["a.txt", "made.txt", "c.txt", "mine.txt"].map(|path| repo.read(path)).to_vec()
}

#[test]
fn sessions_and_a_worktree_land_as_one_and_what_others_wrote_stays() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { ids, running, workers, helpers } = story(&home, &repo);
    let engine = &running.engine;
    let (before, lay, status) = (repo.head(), lying(&repo), repo.status());
    let members = [ids[0].to_string(), "helpers".to_owned(), ids[1].to_string()];
    let review = open(&running, &members);
    assert!(review.tree.is_some() && review.hinders.is_none(), "{review:#?}");
    let landed = engine.land_review(review.id, HowToLand::default()).unwrap();
    assert_eq!(landed.state, ReviewState::Landed);
    assert_eq!(repo.git(&["rev-list", "--count", &format!("{before}..main")]), "3");
    assert_eq!(lying(&repo), lay, "nobody's file is written");
    assert_eq!(repo.read("b.txt"), helpers.read("b.txt"), "but what the worktree brought");
    let of_both = TEN.replace('2', "two").replace('3', "three");
    assert_eq!(repo.git(&["show", "main:a.txt"]) + "\n", of_both);
    assert_eq!(repo.git(&["show", "main:made.txt"]), "by one");
    assert_eq!(repo.status(), " M a.txt\n M c.txt\nM  mine.txt");
    wait_for_owners(&running, "a.txt", &[Owners::of(ids[2])]);
    // One goes on, and all of it is taken back.
    workers[2].writes(&repo, "c.txt", &TEN.replace('5', "5!"));
    wait_for_owners(&running, "c.txt", &[Owners::of(ids[2])]);
    let lay = lying(&repo);
    let back = engine.undo_review(review.id).unwrap();
    assert_eq!((back.state, repo.head()), (ReviewState::Open, before));
    assert_eq!((lying(&repo), repo.status()), (lay, status));
    assert_eq!(repo.read("b.txt"), TEN);
    let owners = ids.map(Owners::of);
    wait_for_owners(&running, "a.txt", &owners);
    wait_for_owners(&running, "made.txt", &[Owners::of(ids[0])]);
    wait_for_owners(&running, "mine.txt", &[Owners::unattributed()]);
    running.wait("all back", |engine| {
        let now = engine.review(review.id).unwrap();
        (now.files.len() == 3 && now.hinders.is_none()).then_some(())
    });
    for by in [LandBy::Merge, LandBy::Rebase] {
        let how = HowToLand { by: Some(by), ..HowToLand::default() };
        let lay = lying(&repo);
        let landed = engine.land_review(review.id, how).unwrap();
        assert_eq!(landed.state, ReviewState::Landed);
        assert_eq!(lying(&repo), lay);
        assert_eq!(repo.git(&["show", "main:a.txt"]) + "\n", of_both, "{by:?}");
        engine.undo_review(review.id).unwrap();
        assert_eq!(lying(&repo), lay);
        wait_for_owners(&running, "a.txt", &owners);
        running.wait("all back", |engine| {
            let now = engine.review(review.id).unwrap();
            (now.files.len() == 3 && now.hinders.is_none()).then_some(())
        });
    }
}

#[test]
fn lines_that_another_wrote_too_keep_a_review_from_landing_unless_both_are_in_it() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { ids, running, workers, .. } = story(&home, &repo);
    let engine = &running.engine;
    // The third rewrites what the first wrote.
    let text = repo.read("a.txt").replace("two\n", "zwei\n");
    workers[2].writes(&repo, "a.txt", &text);
    let mut both = vec![ids[0], ids[2]];
    both.sort();
    let both = Owners { sessions: both, unknown: false };
    wait_for_owners(&running, "a.txt", &[both, Owners::of(ids[1]), Owners::of(ids[2])]);
    let (before, lay) = (repo.head(), lying(&repo));
    let review = open(&running, &[ids[0].to_string(), ids[1].to_string()]);
    let line = format!("{} in a.txt:2, with {}", ids[0], ids[2]);
    let hinders = review.hinders.unwrap();
    assert_eq!(hinders, format!("others wrote the same lines: {line}"));
    let anyway = HowToLand { anyway: true, ..HowToLand::default() };
    let refused = engine.land_review(review.id, anyway.clone()).unwrap_err().to_string();
    assert!(refused.contains(&line) && refused.contains("nothing was landed"), "{refused}");
    assert_eq!((repo.head(), lying(&repo)), (before, lay.clone()));
    let join = callboard_model::view::ChangeReview {
        join: vec![ids[2].to_string()],
        ..callboard_model::view::ChangeReview::default()
    };
    let joined = engine.change_review(review.id, join).unwrap();
    assert_eq!((joined.hinders, joined.order.breaks.len()), (None, 0));
    let order: Vec<String> = joined.order.order.clone();
    let landed = engine.land_review(review.id, HowToLand::default()).unwrap();
    let last = order.iter().rfind(|name| **name != ids[1].to_string()).unwrap();
    let words = landed.landing.unwrap();
    let told = words.contains("a.txt:2 is of") && words.ends_with(&format!("lands with {last}"));
    assert!(told, "{words}");
    assert_eq!(lying(&repo), lay);
    assert_eq!(repo.git(&["show", "main:a.txt"]) + "\n", text);
    assert_eq!(repo.status(), "M  mine.txt");
}

fn hook(repo: &Repo<'_>, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let file = repo.path().join(".git/hooks").join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn hooks_of_commits_see_what_lands_in_place_and_one_that_refuses_keeps_all_of_it_from_landing() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let Story { ids, running, .. } = story(&home, &repo);
    let engine = &running.engine;
    repo.git(&["config", "core.hooksPath", ".git/hooks"]);
    let members = [ids[0].to_string(), "helpers".to_owned(), ids[1].to_string()];
    let review = open(&running, &members);
    let as_it_was = || {
        let index = repo.git(&["ls-files", "--stage"]);
        (repo.head(), index, lying(&repo), repo.status(), repo.read("b.txt"))
    };
    let before = as_it_was();
    let refused = |why: &str| {
        let refused = engine.land_review(review.id, HowToLand::default()).unwrap_err().to_string();
        assert!(refused.contains(why) && refused.contains("nothing was landed"), "{refused}");
        assert_eq!(as_it_was(), before);
        assert_eq!(engine.review(review.id).unwrap().state, ReviewState::Open);
        assert_eq!(repo.git(&["for-each-ref", "refs/callboard/landing"]), "");
    };
    // The first session's lines pass, the second's do not.
    let looks = "git diff --cached | grep -q '^+three' && { echo no threes; exit 1; }; exit 0";
    hook(&repo, "pre-commit", looks);
    refused(&format!("{}: the hook pre-commit refused it", ids[1]));
    refused("It said: no threes");
    hook(&repo, "pre-commit", "git rm --quiet --cached b.txt");
    refused("the hook pre-commit changed what lands: b.txt");

    hook(
        &repo,
        "pre-commit",
        "git diff --cached --name-only >> .git/seen; git show :a.txt >> .git/seen",
    );
    hook(&repo, "prepare-commit-msg", "test \"$2\" = message && echo 'Ticket: 1' >> \"$1\"");
    hook(&repo, "commit-msg", "grep -q Ticket \"$1\"");
    let landed = engine.land_review(review.id, HowToLand::default()).unwrap();
    assert_eq!(landed.state, ReviewState::Landed);
    let seen = std::fs::read_to_string(repo.path().join(".git/seen")).unwrap();
    let (one, two) = (TEN.replace("2\n", "two\n"), TEN.replace("3\n", "three\n"));
    let (first, second) = (format!("a.txt\nmade.txt\n{one}"), format!("a.txt\n{two}"));
    assert!(seen == format!("{first}{second}") || seen == format!("{second}{first}"), "{seen}");
    let messages = repo.git(&["log", "--format=%b", &format!("{}..main", before.0)]);
    assert_eq!(messages.matches("Ticket: 1").count(), 2, "{messages}");
    let left: Vec<_> = std::fs::read_dir(repo.path().join(".git")).unwrap().flatten().collect();
    assert!(left.iter().all(|one| !one.file_name().to_string_lossy().contains("callboard-hooks-")));
}
