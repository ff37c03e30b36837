//! What becomes of a review that is at its remote: sent again, cut off, merged there.

use callboard_engine::HowToSend;
use callboard_model::review::{LandBy, ReviewState, SendAs};
use callboard_model::view::ChangeReview;
use callboard_testkit::HermeticHome;

use crate::fetched::shared;
use crate::sending::{TEN, gh, how, on_github, remote, script, two};

#[test]
fn what_goes_elsewhere_than_was_seen_is_not_pushed() {
    let home = HermeticHome::new();
    let (repo, _) = shared(&home);
    let (running, review, _one) = two(&home, &repo);
    let engine = &running.engine;
    let plan = engine.sending_plan(review.id, &how(SendAs::Pr)).unwrap();
    let elsewhere = home.work().join("elsewhere.git");
    repo.git(&["init", "-q", "--bare", elsewhere.to_str().unwrap()]);
    repo.git(&["remote", "set-url", "--push", "origin", elsewhere.to_str().unwrap()]);
    let seen = HowToSend { address: Some(plan.address.clone()), ..how(SendAs::Pr) };
    let refused = engine.send_review(review.id, &seen).unwrap_err().to_string();
    assert!(refused.contains("pushed to elsewhere than you saw"), "{refused}");
    assert_eq!(repo.at(&elsewhere).git(&["for-each-ref"]), "");
    assert!(engine.review(review.id).unwrap().sent.is_none());
    repo.git(&["config", "--unset", "remote.origin.pushurl"]);
    let sent = engine.send_review(review.id, &seen).unwrap().sent.unwrap();
    assert_eq!((sent.failure, sent.current), (None, true));
}

#[test]
fn what_the_remote_took_before_the_line_broke_is_known_as_ones_own() {
    let home = HermeticHome::new();
    let (repo, _) = shared(&home);
    let (running, review, one) = two(&home, &repo);
    let engine = &running.engine;
    // The reference is there when it runs, and nobody is told.
    let hook = home.work().join("remote.git/hooks/reference-transaction");
    script(&hook, "#!/bin/sh\n[ \"$1\" = committed ] && kill -9 $PPID\nexit 0\n");
    let sent = engine.send_review(review.id, &how(SendAs::Pr)).unwrap().sent.unwrap();
    assert!(sent.failure.is_some(), "{sent:#?}");
    let branch = sent.branches[0].branch.clone();
    remote(&home, &repo, &["rev-parse", "--verify", &branch]);
    std::fs::remove_file(&hook).unwrap();
    one.write("a.txt", TEN.replace('5', "fünf"));
    running.wait("that it is another one", |engine| {
        let now = engine.review(review.id).unwrap();
        now.tree.filter(|tree| Some(tree) != review.tree.as_ref())
    });
    let sent = engine.send_review(review.id, &how(SendAs::Pr)).unwrap().sent.unwrap();
    assert_eq!((sent.failure, sent.current), (None, true));
    assert!(remote(&home, &repo, &["show", &format!("{branch}:a.txt")]).contains("fünf"));
}

#[test]
fn a_branch_that_was_deleted_there_is_made_anew() {
    let home = HermeticHome::new();
    let (repo, _) = shared(&home);
    let (running, review, one) = two(&home, &repo);
    let engine = &running.engine;
    engine.send_review(review.id, &how(SendAs::Stack)).unwrap();
    remote(&home, &repo, &["branch", "-q", "-D", "callboard/R1-one"]);
    one.write("a.txt", TEN.replace('5', "fünf"));
    running.wait("that it is another one", |engine| {
        engine.review(review.id).unwrap().sent.filter(|sent| !sent.current)
    });
    let sent = engine.send_review(review.id, &how(SendAs::Stack)).unwrap().sent.unwrap();
    assert_eq!((sent.failure, sent.current), (None, true));
    assert!(remote(&home, &repo, &["show", "callboard/R1-one:a.txt"]).contains("fünf"));
}

#[test]
fn sent_again_with_other_commits_it_is_pushed_anew() {
    let home = HermeticHome::new();
    let (repo, _) = shared(&home);
    let (running, review, _one) = two(&home, &repo);
    let engine = &running.engine;
    engine.send_review(review.id, &how(SendAs::Stack)).unwrap();
    let parents = |branch: &str| {
        let of = format!("callboard/R1-{branch}");
        remote(&home, &repo, &["log", "-1", "--format=%P", &of]).split(' ').count()
    };
    assert_eq!((parents("one"), parents("other")), (1, 1));
    let change = ChangeReview { land_by: Some(LandBy::Merge), ..ChangeReview::default() };
    engine.change_review(review.id, change).unwrap();
    let sent = engine.send_review(review.id, &how(SendAs::Stack)).unwrap().sent.unwrap();
    assert_eq!((sent.failure, sent.current), (None, true));
    assert_eq!((parents("one"), parents("other")), (2, 2));
}

#[test]
fn what_was_merged_there_has_landed_though_its_lines_were_changed_again() {
    let home = HermeticHome::new();
    let (repo, colleague) = shared(&home);
    gh(&home);
    on_github(&home, &repo);
    let (running, review, one) = two(&home, &repo);
    let (engine, id) = (&running.engine, review.id);
    engine.send_review(id, &how(SendAs::Pr)).unwrap();
    let branch = "callboard/R1-say-numbers-in-words";
    colleague.git(&["fetch", "-q"]);
    colleague.git(&["merge", "-q", "--squash", &format!("origin/{branch}")]);
    colleague.commit("Numbers (#12)", &[]);
    colleague.commit("Better numbers", &[("a.txt", &TEN.replace('5', "cinq"))]);
    colleague.git(&["push", "-q", "origin", "main"]);
    let head = remote(&home, &repo, &["rev-parse", branch]);
    let told_of = |state: &str, head: &str, onto: &str| {
        let told = format!(
            r#"[{{"number":12,"title":"Say","url":"https://github.com/acme/app/pull/12","state":"{state}","headRefName":"{branch}",
                "headRefOid":"{head}","baseRefName":"{onto}"}}]"#
        );
        std::fs::write(home.bin().join("gh..json"), told).unwrap();
    };
    let told = |state: &str| told_of(state, &head, "main");
    told("OPEN");
    let deployed = r#"{"data":{"repository":{"pullRequests":{"nodes":[{"number":12,"commits":{"nodes":[{"commit":{"deployments":{"nodes":[
        {"environment":"Preview","latestStatus":{"state":"SUCCESS","environmentUrl":"https://say.acme.dev"}}]}}}]}}]}}}}"#;
    std::fs::write(home.bin().join("gh.previews"), deployed).unwrap();
    let now = engine.refresh_review(id).unwrap();
    assert_eq!(now.state, ReviewState::Open);
    let pull = now.sent.unwrap().branches[0].pull_request.clone().unwrap();
    assert_eq!(pull.preview.as_deref(), Some("https://say.acme.dev"));
    assert!(now.pull_requests_at.is_some());
    // What came here since is in none of it.
    one.write("b.txt", "more\n");
    running.wait("that it is another one", |engine| {
        engine.review(id).unwrap().sent.filter(|sent| !sent.current)
    });
    told("MERGED");
    assert_eq!(engine.refresh_review(id).unwrap().state, ReviewState::Open);
    // Merged was another commit, or elsewhere.
    told_of("MERGED", "0123", "main");
    engine.refresh_review(id).unwrap();
    one.git(&["checkout", "-q", "--", "b.txt"]);
    running
        .wait("what it was", |engine| engine.review(id).unwrap().sent.filter(|sent| sent.current));
    assert_eq!(engine.refresh_review(id).unwrap().state, ReviewState::Open);
    told_of("MERGED", &head, "develop");
    assert_eq!(engine.refresh_review(id).unwrap().state, ReviewState::Open);
    told("MERGED");
    engine.refresh_review(id).unwrap();
    let landed = running.wait("that it has landed", |engine| {
        Some(engine.review(id).unwrap()).filter(|now| now.state == ReviewState::Landed)
    });
    assert_eq!(landed.landing.as_deref(), Some("Landed on main at its remote"));
    assert!(!landed.can_undo);
}

#[test]
fn a_project_does_without_gh() {
    let home = HermeticHome::new();
    let (repo, _) = shared(&home);
    repo.write("callboard.toml", "reviews.gh = false\nreviews.land_by = \"rebase\"\n");
    repo.write(".git/info/exclude", "callboard.toml\n");
    gh(&home);
    on_github(&home, &repo);
    let (running, review, _one) = two(&home, &repo);
    assert_eq!(review.land_by, LandBy::Rebase);
    let plan = running.engine.sending_plan(review.id, &how(SendAs::Pr)).unwrap();
    assert!(!plan.opens && plan.branches[0].body.starts_with("- one\n"), "{plan:#?}");
    let refused = running.engine.refresh_review(review.id).unwrap_err().to_string();
    assert!(refused.contains("not installed or turned off"), "{refused}");
}
