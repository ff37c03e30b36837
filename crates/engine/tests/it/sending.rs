//! Reviews that are sent to a remote as pull requests: a real git and a bare repository, and a `gh` that writes down
//! what it is asked.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use callboard_engine::HowToSend;
use callboard_model::review::{Review, ReviewState, SendAs, Sent};
use callboard_model::view::{ChangeComment, CommentOn, CommentState, NewReview, ReviewView};
use callboard_store::{Durability, Store, StoreError};
use callboard_testkit::{HermeticHome, Repo};

use crate::fetched::{push, shared};
use crate::scene::Running;

pub(crate) const TEN: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

/// Answers as GitHub's command line does: a list as JSON, and the address of what was opened as the last line.
const GH: &str = r#"#!/bin/sh
dir=$(dirname "$0")
printf '%s\n' "$*" >> "$dir/gh.calls"
[ -e "$dir/gh.fails" ] && { cat "$dir/gh.fails" >&2; exit 4; }
what="$1 $2"
while [ $# -gt 0 ]; do
  [ "$1" = --head ] && head=$(echo "$2" | tr / _)
  [ "$1" = --base ] && base=$2
  shift
done
case "$what" in
  "api graphql") cat "$dir/gh.previews" 2>/dev/null || exit 1 ;;
  "api "*)
    n=${what#*/pulls/}
    cat "$dir/gh.said.${n%%/*}" 2>/dev/null || echo '[]' ;;
  "pr list") cat "$dir/gh.$head.json" 2>/dev/null || echo '[]' ;;
  "pr create")
    cat > "$dir/gh.$head.body"
    n=$(ls "$dir" | grep -c 'json$'); n=$((n + 12))
    echo "[{\"number\":$n,\"url\":\"https://github.com/acme/app/pull/$n\",\"baseRefName\":\"$base\",\"isDraft\":false}]" > "$dir/gh.$head.json"
    echo "Creating pull request"
    echo "https://github.com/acme/app/pull/$n" ;;
esac
"#;

pub(crate) fn gh(home: &HermeticHome) {
    std::fs::create_dir_all(home.bin()).unwrap();
    script(&home.bin().join("gh"), GH);
}

pub(crate) fn script(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn calls(home: &HermeticHome) -> Vec<String> {
    let told = std::fs::read_to_string(home.bin().join("gh.calls")).unwrap_or_default();
    // What became of all of them is asked for whenever branches of the remote move.
    let own =
        told.lines().filter(|line| !line.contains("--state all") && !line.starts_with("api "));
    own.map(|line| line.split(" --").next().unwrap().to_owned()).collect()
}

/// The remote is GitHub by its address, and a folder by where it is pushed to.
pub(crate) fn on_github(home: &HermeticHome, repo: &Repo<'_>) {
    let bare = home.work().join("remote.git");
    repo.git(&["remote", "set-url", "origin", "https://github.com/acme/app.git"]);
    repo.git(&["remote", "set-url", "--push", "origin", bare.to_str().unwrap()]);
}

/// Two worktrees that change one file each, in one review.
pub(crate) fn two<'h>(home: &HermeticHome, repo: &Repo<'h>) -> (Running, ReviewView, Repo<'h>) {
    let (one, other) = (repo.worktree("one"), repo.worktree("other"));
    let running = Running::start(home);
    running.register(repo);
    one.write("a.txt", TEN.replace('5', "five"));
    other.write("b.txt", TEN.replace('5', "five").replace('7', "seven"));
    running.wait("both", |engine| (engine.changesets(None).unwrap().len() == 2).then_some(()));
    let members = vec!["one".to_owned(), "other".to_owned()];
    let title = Some("Say numbers in words".to_owned());
    let review = running.engine.open_review(None, NewReview { members, title }).unwrap();
    (running, review, one)
}

pub(crate) fn how(sent_as: SendAs) -> HowToSend {
    HowToSend { sent_as, ..HowToSend::default() }
}

pub(crate) fn remote(home: &HermeticHome, repo: &Repo<'_>, args: &[&str]) -> String {
    repo.at(&home.work().join("remote.git")).git(args)
}

fn branches(review: &ReviewView) -> Vec<(&str, &str)> {
    let all = &review.sent.as_ref().unwrap().branches;
    all.iter().map(|one| (one.branch.as_str(), one.onto.as_str())).collect()
}

#[test]
fn a_stack_is_pushed_and_opened_one_on_top_of_the_other_and_sent_again_as_it_changes() {
    let home = HermeticHome::new();
    let (repo, _) = shared(&home);
    gh(&home);
    on_github(&home, &repo);
    let (running, review, one) = two(&home, &repo);
    let engine = &running.engine;
    let before = remote(&home, &repo, &["for-each-ref"]);
    let plan = engine.sending_plan(review.id, &how(SendAs::Stack)).unwrap();
    assert!(plan.opens && plan.address.ends_with("/remote.git"), "{plan:#?}");
    assert_eq!(remote(&home, &repo, &["for-each-ref"]), before, "nothing was sent");
    assert!(calls(&home).is_empty());
    let sent = engine.send_review(review.id, &how(SendAs::Stack)).unwrap();
    assert_eq!(
        branches(&sent),
        [("callboard/R1-one", "main"), ("callboard/R1-other", "callboard/R1-one")]
    );
    let told = sent.sent.clone().unwrap();
    assert_eq!((told.failure, told.current, told.under_way), (None, true, false));
    let pull = told.branches[0].pull_request.as_ref().unwrap();
    assert_eq!((pull.name.as_str(), pull.url.ends_with("/pull/12")), ("#12", true));
    assert_eq!(calls(&home), ["pr list", "pr create", "pr list", "pr create"]);
    let of_changeset =
        |name: &str| engine.changeset_named(None, name).unwrap().pull_request.unwrap();
    assert_eq!(
        (of_changeset("one").name, of_changeset("other").name),
        ("#12".into(), "#13".into())
    );
    let log = |branch: &str| {
        remote(&home, &repo, &["log", "--format=%s", &format!("main..callboard/{branch}")])
    };
    assert_eq!((log("R1-one").as_str(), log("R1-other").as_str()), ("one", "other\none"));
    assert_eq!(repo.git(&["rev-parse", "main"]), remote(&home, &repo, &["rev-parse", "main"]));
    // What was sent is no changeset of somebody else's.
    let again = engine.send_review(review.id, &how(SendAs::Stack)).unwrap();
    let there = remote(&home, &repo, &["for-each-ref"]);
    assert_eq!(again.sent.unwrap().branches.len(), 2);
    one.write("a.txt", TEN.replace('5', "fünf"));
    running.wait("that it is another one", |engine| {
        engine.review(review.id).unwrap().sent.filter(|sent| !sent.current)
    });
    let again = engine.send_review(review.id, &how(SendAs::Stack)).unwrap();
    assert_eq!(again.sent.clone().unwrap().failure, None);
    assert_ne!(remote(&home, &repo, &["for-each-ref"]), there);
    assert!(remote(&home, &repo, &["show", "callboard/R1-other:a.txt"]).contains("fünf"));
    assert_eq!(calls(&home).iter().filter(|call| *call == "pr create").count(), 2);
    assert_eq!(engine.changesets(None).unwrap().len(), 2);
}

#[test]
fn what_somebody_else_moved_is_not_overwritten_and_no_gh_is_no_failure() {
    let home = HermeticHome::new();
    let (repo, colleague) = shared(&home);
    let (running, review, one) = two(&home, &repo);
    let engine = &running.engine;
    let name = "callboard/R1-say-numbers-in-words";
    let sent = engine.send_review(review.id, &how(SendAs::Pr)).unwrap();
    assert_eq!(branches(&sent), [(name, "main")]);
    let told = sent.sent.unwrap();
    assert_eq!((told.failure, told.branches[0].pull_request.clone()), (None, None));
    let refused = engine.send_review(review.id, &how(SendAs::Stack)).unwrap_err().to_string();
    assert_eq!(refused, "R1 was sent otherwise before, as one pull request; nothing was sent");
    colleague.git(&["fetch", "-q"]);
    colleague.git(&["switch", "-q", name]);
    let theirs = push(&colleague, name, &[("c.txt", "theirs\n")]);
    one.write("a.txt", TEN.replace('5', "fünf"));
    running.wait("that it is another one", |engine| {
        engine.review(review.id).unwrap().sent.filter(|sent| !sent.current)
    });
    let sent = engine.send_review(review.id, &how(SendAs::Pr)).unwrap().sent.unwrap();
    let failure = sent.failure.unwrap();
    assert!(failure.starts_with(&format!("origin did not take {name}")), "{failure}");
    assert_eq!(remote(&home, &repo, &["rev-parse", name]), theirs);
    // The base here has what the remote's has not.
    repo.commit("Mine", &[("mine.txt", "1\n")]);
    let ahead = running.wait("the refusal", |engine| {
        let refused = engine.sending_plan(review.id, &how(SendAs::Pr)).unwrap_err().to_string();
        refused.contains("has commits here").then_some(refused)
    });
    assert!(ahead.ends_with("nothing was sent"), "{ahead}");
}

#[test]
fn a_send_that_a_daemon_did_not_end_is_ended_by_the_next_and_opens_nothing_twice() {
    let home = HermeticHome::new();
    let (repo, _) = shared(&home);
    gh(&home);
    on_github(&home, &repo);
    let (running, review, _one) = two(&home, &repo);
    let id = review.id;
    std::fs::write(home.bin().join("gh.fails"), "To get started, run: gh auth login").unwrap();
    let sent = running.engine.send_review(id, &how(SendAs::Stack)).unwrap().sent.unwrap();
    let failure = sent.failure.unwrap();
    assert!(failure.contains("`gh pr list` failed: To get started"), "{failure}");
    assert!(sent.branches.iter().all(|one| one.pushed && one.open_at.is_some()));
    let there = remote(&home, &repo, &["for-each-ref"]);
    std::fs::remove_file(home.bin().join("gh.fails")).unwrap();
    drop(running);
    let cut_off = |change: fn(&mut Sent)| {
        // Whoever asked GitHub last may still be at it.
        let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let mut store = loop {
            match Store::open(&home.callboard_home()) {
                Err(StoreError::Locked { .. }) if std::time::Instant::now() < end => {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                opened => break opened.unwrap(),
            }
        };
        let write = store.write(Durability::Full, callboard_os::clock::now(), |w| {
            let review = w.view().review(id)?.unwrap();
            let mut sent = review.sent.clone().unwrap();
            sent.is_under_way = true;
            change(&mut sent);
            w.put_review(Review { sent: Some(sent), ..review }).map(|_| ())
        });
        write.unwrap();
        drop(store);
        let running = Running::start(&home);
        running.wait("its end", |engine| {
            engine.review(id).unwrap().sent.filter(|sent| !sent.under_way)
        })
    };
    // Killed before it knew of a push that was made.
    let done = cut_off(|sent| sent.branches.iter_mut().for_each(|one| one.pushed = None));
    assert_eq!(done.failure, None);
    // Killed before it knew of pull requests that were opened.
    let done = cut_off(|sent| sent.branches.iter_mut().for_each(|one| one.number = None));
    assert_eq!(done.branches[1].pull_request.as_ref().unwrap().name, "#13");
    assert_eq!(calls(&home).iter().filter(|call| *call == "pr create").count(), 2);
    assert_eq!(remote(&home, &repo, &["for-each-ref"]), there);
}

/// What `gh pr list` tells of the colleague's branch, with a check that came to this.
fn told(conclusion: &str) -> String {
    format!(
        r#"[{{"number":7,"title":"Theirs","url":"https://github.com/acme/app/pull/7","state":"OPEN","headRefName":"theirs",
            "statusCheckRollup":[{{"__typename":"CheckRun","name":"test","status":"COMPLETED","conclusion":"{conclusion}"}},
            {{"__typename":"StatusContext","context":"Preview","state":"SUCCESS","targetUrl":"https://pr-7.preview.dev"}}]}},
            {{"number":"odd"}}]"#
    )
}

#[test]
fn what_github_knows_of_a_fetched_branch_comes_with_the_fetch_and_when_asked_for() {
    let home = HermeticHome::new();
    let (repo, colleague) = shared(&home);
    gh(&home);
    on_github(&home, &repo);
    let running = Running::start(&home);
    running.register(&repo);
    let answer = home.bin().join("gh..json");
    std::fs::write(&answer, told("FAILURE")).unwrap();
    let bare = home.work().join("remote.git");
    let fetch = ["fetch", "-q", bare.to_str().unwrap(), "+refs/heads/*:refs/remotes/origin/*"];
    push(&colleague, "first", &[("b.txt", "1\n")]);
    repo.git(&fetch);
    // What was there before a daemon came is no fetch that it saw.
    running.wait("the first", |engine| engine.changesets(None).unwrap().pop());
    push(&colleague, "theirs", &[("a.txt", &TEN.replace('5', "fünf"))]);
    repo.git(&fetch);
    let seen = |running: &Running| {
        let all = running.engine.changesets(None).unwrap();
        all.into_iter().find_map(|one| one.pull_request)
    };
    let pull = running.wait("its pull request", |_| seen(&running));
    assert_eq!((pull.name.as_str(), pull.checks.as_deref()), ("#7", Some("failed")));
    assert_eq!(pull.failing, ["test"]);
    assert_eq!(pull.preview.as_deref(), Some("https://pr-7.preview.dev"));
    std::fs::write(&answer, told("SUCCESS")).unwrap();
    let members = vec!["origin/theirs".to_owned()];
    let engine = &running.engine;
    let review = engine.open_review(None, NewReview { members, title: None }).unwrap();
    let passed = |review: &ReviewView| {
        let pull = review.members[0].changeset.pull_request.clone();
        pull.is_some_and(|pull| pull.checks.as_deref() == Some("passed"))
    };
    running.wait("what opening told", |engine| {
        passed(&engine.review(review.id).unwrap()).then_some(())
    });
    std::fs::write(home.bin().join("gh.fails"), "To get started, run: gh auth login").unwrap();
    let failed = engine.refresh_review(review.id).unwrap_err().to_string();
    assert!(failed.contains("gh auth login; nothing was changed"), "{failed}");
    assert!(passed(&engine.review(review.id).unwrap()), "what was known stays");
    std::fs::remove_file(home.bin().join("gh.fails")).unwrap();
    std::fs::write(&answer, told("")).unwrap();
    let now = engine.refresh_review(review.id).unwrap();
    let pull = now.members[0].changeset.pull_request.clone().unwrap();
    assert_eq!(pull.checks.as_deref(), Some("passed"), "a word that is not known says nothing");
    std::fs::write(&answer, told("FAILURE")).unwrap();
    let now = engine.refresh_review(review.id).unwrap();
    assert!(!passed(&now));
    std::fs::remove_file(home.bin().join("gh")).unwrap();
    let none = engine.refresh_review(review.id).unwrap_err().to_string();
    assert!(none.contains("`gh` is not installed"), "{none}");
}

/// What `gh api` tells of a comment on a line of `a.txt`; the hunk ends with that line.
fn said(id: u64, text: &str, (line, stands): (u32, &str)) -> String {
    format!(
        r#"{{"id":{id},"user":{{"login":"lea-b"}},"body":"{text}","path":"a.txt","side":"RIGHT","line":{line},"original_line":{line},
            "html_url":"https://github.com/acme/app/pull/7#discussion_r{id}","diff_hunk":"@@ -1,10 +1,10 @@\n 4\n-5\n+{stands}"}}"#
    )
}

fn drafts(review: &ReviewView) -> Vec<(u64, CommentState, &str)> {
    let from =
        |one: &callboard_model::view::ReviewComment| one.from.as_ref().map_or(0, |from| from.id);
    review.comments.iter().map(|one| (from(one), one.state, one.text.as_str())).collect()
}

#[test]
fn what_was_said_on_a_pull_request_comes_once_as_drafts_and_is_sent_one_by_one_as_theirs() {
    let home = HermeticHome::new();
    let (repo, _) = shared(&home);
    gh(&home);
    on_github(&home, &repo);
    let (running, review, one) = two(&home, &repo);
    let engine = &running.engine;
    let id = review.id;
    let sent = engine.send_review(id, &how(SendAs::Stack)).unwrap().sent.unwrap();
    assert_eq!(sent.branches[0].pull_request.as_ref().unwrap().name, "#12");
    let tell = |all: &[String]| {
        std::fs::write(home.bin().join("gh.said.12"), format!("[{}]", all.join(","))).unwrap();
        engine.refresh_review(id).unwrap()
    };
    let first = said(1, "Why in words?", (5, "five"));
    let now = tell(&[said(2, "And this?", (3, "gone")), first.clone(), r#"{"id":"odd"}"#.into()]);
    let quoted = "> a.txt:3\n>\n>     gone\n\nAnd this?";
    assert_eq!(
        drafts(&now),
        [(1, CommentState::Draft, "Why in words?"), (2, CommentState::Draft, quoted)]
    );
    let from = now.comments[0].from.clone().unwrap();
    assert_eq!((from.by.as_str(), from.pull_request.as_str()), ("lea-b", "#12"));
    let lines = |on: &CommentOn| match on {
        CommentOn::Lines { path, from, to, text, .. } => format!("{path}:{from}-{to} {text}"),
        CommentOn::WholeFile { path } => path.clone(),
        _ => "elsewhere".to_owned(),
    };
    assert_eq!(lines(&now.comments[0].on), "a.txt:5-5 five");
    assert_eq!(lines(&now.comments[1].on), "a.txt");
    // Sending all sends no words of others.
    let refused = engine.send_comments(id, None).unwrap_err().to_string();
    assert!(refused.contains("has no comment to send"), "{refused}");
    let words = ChangeComment { text: Some("Mine".into()), resolved: None };
    let refused = engine.change_comment(id, now.comments[0].id, words).unwrap_err().to_string();
    assert_eq!(refused, "those are lea-b's words; nothing was changed");
    // Another line above it, and other words: it is the same draft, where its line is now.
    one.write("a.txt", format!("0\n{}", TEN.replace('5', "five")));
    running.wait("that it is another one", |engine| {
        engine.review(id).unwrap().sent.filter(|sent| !sent.current)
    });
    let now = tell(&[said(2, "And this?", (3, "gone")), said(1, "Why not 5?", (5, "five"))]);
    assert_eq!(drafts(&now)[0], (1, CommentState::Draft, "Why not 5?"));
    assert_eq!((lines(&now.comments[0].on).as_str(), now.comments.len()), ("a.txt:6-6 five", 2));
    // Dropped or resolved, they do not come back, in no other review either.
    engine.drop_comment(id, now.comments[1].id).unwrap();
    let resolved = ChangeComment { text: None, resolved: Some(true) };
    engine.change_comment(id, now.comments[0].id, resolved).unwrap();
    let now = tell(&[said(2, "Again", (3, "gone")), said(1, "Again", (5, "five"))]);
    assert_eq!(drafts(&now), [(1, CommentState::Resolved, "Why not 5?")]);
    // What cannot be read changes nothing.
    std::fs::write(home.bin().join("gh.said.12"), r#"{"message":"Not Found"}"#).unwrap();
    let failed = engine.refresh_review(id).unwrap_err().to_string();
    assert!(failed.ends_with("comments are as they were"), "{failed}");
    assert_eq!(engine.review(id).unwrap().comments.len(), 1);
}

#[test]
fn a_review_whose_pull_requests_were_merged_has_landed() {
    let home = HermeticHome::new();
    let (repo, colleague) = shared(&home);
    let (running, review, _one) = two(&home, &repo);
    let engine = &running.engine;
    engine.send_review(review.id, &how(SendAs::Pr)).unwrap();
    colleague.git(&["fetch", "-q"]);
    colleague.git(&["merge", "-q", "--squash", "origin/callboard/R1-say-numbers-in-words"]);
    colleague.commit("Numbers (#12)", &[]);
    colleague.git(&["push", "-q", "origin", "main"]);
    repo.git(&["fetch", "-q"]);
    let landed = running.wait("that it has landed", |engine| {
        Some(engine.review(review.id).unwrap()).filter(|now| now.state == ReviewState::Landed)
    });
    assert_eq!(landed.landing.as_deref(), Some("Landed on main at its remote"));
    running
        .wait("nothing left", |engine| engine.changesets(None).unwrap().is_empty().then_some(()));
    let refused = engine.undo_review(review.id).unwrap_err().to_string();
    assert_eq!(refused, "R1 landed at its remote; nothing was taken back");
}
