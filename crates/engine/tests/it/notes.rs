//! Notes as files of the disk: found, written by several at once, kept through crashes.

mod decisions;
mod sharing;
mod writing;

use callboard_model::Query;
use callboard_model::view::{NewNote, SearchHit, SearchSubject};
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;

fn found(running: &Running, words: &str) -> Vec<SearchHit> {
    let now = callboard_os::clock::now();
    running.engine.search(&Query::parse(words), None, now, 10).unwrap().hits
}

fn new(title: &str) -> NewNote {
    NewNote { title: title.to_owned(), ..NewNote::default() }
}

#[test]
fn notes_behind_a_link_out_of_the_repository_are_not_read() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let elsewhere = home.root().join("elsewhere");
    std::fs::create_dir_all(elsewhere.join("notes")).unwrap();
    std::fs::write(elsewhere.join("notes/secret.md"), "# The walrus sleeps").unwrap();
    std::os::unix::fs::symlink(&elsewhere, repo.path().join(".callboard")).unwrap();
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let now = callboard_os::clock::now();
    let found = running.engine.search(&Query::parse("walrus"), Some(workspace), now, 10).unwrap();
    assert!(found.hits.is_empty(), "{found:?}");
    assert!(running.engine.new_note(new("A walrus")).is_err());
    assert_eq!(std::fs::read_dir(elsewhere.join("notes")).unwrap().count(), 1);
}

#[test]
fn words_of_a_decision_are_found_and_shown_and_not_its_headings() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let running = Running::start(&home);
    running.register(&repo);
    let why = "The refill rate is per tenant.".to_owned();
    let kind = callboard_model::note::NoteKind::Decision;
    let files = vec!["src/bucket.rs".to_owned()];
    let new = NewNote { kind, why: Some(why.clone()), files, ..new("Count per account") };
    running.engine.new_note(new).unwrap();
    // By a word of its title, by one of its body, and by what only its front matter names.
    assert_eq!(found(&running, "account")[0].text, why);
    assert_eq!(found(&running, "tenant")[0].text, why);
    let named = &found(&running, "bucket.rs")[0].text;
    assert!(named.contains("src/bucket.rs"), "{named}");
}

#[test]
fn notes_are_found_as_they_are_written_changed_and_removed() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let file = repo.path().join(".callboard/notes/design/limits.md");
    {
        let running = Running::start(&home);
        running.register(&repo);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "# Token bucket\n\nThe refill rate is per tenant.\n").unwrap();
        let hits = running.wait("the note", |_| {
            let hits = found(&running, "\"refill rate\"");
            (!hits.is_empty()).then_some(hits)
        });
        assert_eq!(hits[0].subject, SearchSubject::Note);
        assert_eq!(hits[0].note.as_deref(), Some(".callboard/notes/design/limits.md"));
        assert_eq!(hits[0].title, "Token bucket");
        assert!(hits[0].text.contains("refill rate"), "{}", hits[0].text);
    }
    // Changed while no daemon runs.
    std::fs::write(&file, "# Token bucket\n\nThe burst is per tenant, twenty tokens.\n").unwrap();
    let running = Running::start(&home);
    running.wait("the changed note", |_| (!found(&running, "burst").is_empty()).then_some(()));
    assert!(found(&running, "\"refill rate\"").is_empty());
    std::fs::remove_file(&file).unwrap();
    running.wait("the end of the note", |_| found(&running, "burst").is_empty().then_some(()));
}
