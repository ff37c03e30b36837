//! Notes and briefs posted to a tracker: a real git, and a `gh` that keeps what it is given.

use callboard_engine::EngineError;
use callboard_model::Timestamp;
use callboard_model::note::NoteKind;
use callboard_model::view::{
    NewNote, NewPost, NoteEdit, PostOf, PostPreview, PostState, PostView, PostWanted,
};
use callboard_testkit::{FakeTracker, HermeticHome, Repo};

use crate::scene::Running;

const ISSUE: &str = "https://github.com/acme/app/issues/432";

fn wanted(of: &str, to: &str) -> PostWanted {
    PostWanted {
        workspace: None,
        of: PostOf::Note(of.into()),
        to: to.into(),
        for_task: None,
        budget: None,
    }
}

fn preview(running: &Running) -> PostPreview {
    running.engine.post_preview(&wanted("D1", "#432")).unwrap()
}

fn post(running: &Running, again: bool) -> Result<PostView, EngineError> {
    let seen = preview(running).seen;
    running.engine.post(&NewPost { wanted: wanted("D1", "#432"), seen, again })
}

/// A repository that is GitHub's by its address, with one decision.
fn decided<'h>(home: &'h HermeticHome) -> (Repo<'h>, Running) {
    let repo = Repo::new(home);
    repo.git(&["remote", "add", "origin", "https://token@github.com/acme/app.git"]);
    let running = Running::start(home);
    running.register(&repo);
    let secret = format!("{}{}", "ghp_", "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5");
    let why = format!("See ![it](images/a.png), [[Watching]] and S41#12: @alice had {secret}.");
    let new = NewNote { kind: NoteKind::Decision, why: Some(why), ..NewNote::default() };
    running.engine.new_note(NewNote { title: "Keep three".into(), ..new }).unwrap();
    (repo, running)
}

fn edit(running: &Running, from: &str, to: &str) {
    let view = running.engine.note(None, "D1").unwrap();
    let text = view.text.replace(from, to);
    let edit =
        NoteEdit { workspace: None, path: view.row.path, base: view.version, text, by: None };
    running.engine.edit_note(edit).unwrap();
}

#[test]
fn only_what_was_seen_is_posted_and_it_is_remembered() {
    let home = HermeticHome::new();
    let tracker = FakeTracker::new(&home);
    let (_repo, running) = decided(&home);
    let seen = preview(&running);
    assert_eq!(
        seen.text,
        "# Keep three\n\n## Why\nSee it (images/a.png), Watching and S41#12: @alice had ‹masked: GitHub Personal Access Token›."
    );
    assert_eq!((seen.masked, seen.images.len(), seen.mentions.len()), (1, 1, 1));
    assert_eq!(seen.to.address, ISSUE);
    assert_eq!(seen.to.title.as_deref(), Some("Watchers disagree"));
    assert_eq!(seen.account.as_deref(), Some("octo"));
    assert_eq!((seen.hindered, seen.already), (None, None));
    assert_eq!(tracker.comments(), Vec::<String>::new());
    edit(&running, "Keep three", "Keep four");
    let new = NewPost { wanted: wanted("D1", "#432"), seen: seen.seen, again: false };
    let refused = running.engine.post(&new).unwrap_err();
    assert!(refused.to_string().contains("has changed since it was shown"), "{refused}");
    // Nor does what was seen of one place go to another.
    let elsewhere = wanted("D1", "https://github.com/acme/other/issues/432");
    let seen = preview(&running).seen;
    assert!(running.engine.post(&NewPost { wanted: elsewhere, seen, again: false }).is_err());
    assert_eq!(tracker.comments(), Vec::<String>::new());
    let posted = post(&running, false).unwrap();
    assert_eq!(posted.address, format!("{ISSUE}#issuecomment-1"));
    assert_eq!((posted.to.as_str(), posted.state), ("#432", PostState::Posted));
    assert_eq!(tracker.comments(), [preview(&running).text]);
    let known = running.engine.note(None, "D1").unwrap().posts;
    assert_eq!(known, [posted]);
    let refused = post(&running, false).unwrap_err();
    assert!(refused.to_string().contains("was posted to #432 as it is"), "{refused}");
    assert!(post(&running, true).is_ok());
    edit(&running, "Keep four", "Keep five");
    let known = running.engine.note(None, "D1").unwrap().posts;
    assert_eq!(known.iter().map(|one| one.is_current).collect::<Vec<_>>(), [Some(false); 2]);
    post(&running, false).unwrap();
    assert_eq!(tracker.comments().len(), 3);
}

#[test]
fn a_post_that_was_cut_off_is_looked_for_before_another() {
    let home = HermeticHome::new();
    let tracker = FakeTracker::new(&home);
    let (_repo, running) = decided(&home);
    tracker.set("cuts", true);
    let told = post(&running, false).unwrap_err();
    assert!(told.to_string().contains("it may have been posted"), "{told}");
    let known = running.engine.note(None, "D1").unwrap().posts;
    assert_eq!((known[0].state, known[0].address.as_str()), (PostState::Unknown, ISSUE));
    tracker.set("cuts", false);
    let found = preview(&running).already.unwrap();
    assert_eq!(found.state, PostState::Posted);
    assert_eq!(found.address, format!("{ISSUE}#issuecomment-1"));
    assert!(post(&running, false).is_err());
    assert_eq!(tracker.comments().len(), 1);
    // One that never came there.
    edit(&running, "Keep three", "Keep four");
    tracker.set("loses", true);
    assert!(post(&running, false).is_err());
    tracker.set("loses", false);
    let told = post(&running, false).unwrap_err();
    assert!(told.to_string().contains("look again in a minute"), "{told}");
    drop(running);
    let later: fn() -> Timestamp = || callboard_os::clock::now().plus_ms(120_000);
    let running = Running::start_at(&home, later);
    assert_eq!(preview(&running).already, None);
    post(&running, false).unwrap();
    assert_eq!(tracker.comments().len(), 2);
    assert_eq!(running.engine.note(None, "D1").unwrap().posts.len(), 2);
}

#[test]
fn what_is_refused_or_turned_off_leaves_nothing_behind() {
    let home = HermeticHome::new();
    let tracker = FakeTracker::new(&home);
    let (repo, running) = decided(&home);
    tracker.set("refuses", true);
    let told = preview(&running);
    assert!(told.remarks[0].contains("HTTP 403") && told.hindered.is_none(), "{told:#?}");
    let told = post(&running, false).unwrap_err();
    assert!(told.to_string().ends_with("(HTTP 403); nothing was posted"), "{told}");
    assert!(running.engine.note(None, "D1").unwrap().posts.is_empty());
    tracker.set("refuses", false);
    let elsewhere = wanted("D1", "https://gitlab.com/acme/app/-/issues/4");
    let told = running.engine.post_preview(&elsewhere).unwrap();
    assert!(told.hindered.unwrap().contains("no issue or pull request of a GitHub"));
    let before = tracker.calls().len();
    repo.write("callboard.toml", "reviews.gh = false\n");
    let told = preview(&running);
    assert!(told.hindered.unwrap().contains("turns `gh` off"));
    assert!(told.text.starts_with("# Keep three"));
    let told = post(&running, false).unwrap_err();
    assert!(told.to_string().contains("turns `gh` off"), "{told}");
    assert_eq!(tracker.calls().len(), before, "{:?}", tracker.calls());
    assert_eq!(tracker.comments(), Vec::<String>::new());
}
