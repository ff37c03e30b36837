use callboard_model::note::NoteKind;
use callboard_model::view::NewTask;
use callboard_model::{EventKind, Query, ThreadKey};
use callboard_store::{
    Arrival, Found, IndexText, NoteFacts, NoteFile, SessionRow, WorkspaceRow, limits,
};

use crate::scene::{AGENT, Said, Scene, days_ago, now, said, say};

/// What a query finds, as session and number of its further hits.
fn find(scene: &mut Scene, query: &str) -> Vec<String> {
    let page = scene.read(|s| s.search(&Query::parse(query), now(), 20));
    page.rows
        .iter()
        .map(|row| match &row.found {
            Found::Event(event) if row.more_in_session > 0 => {
                format!("{}+{}", event.session, row.more_in_session)
            }
            Found::Event(event) => event.session.to_string(),
            Found::Task(id) => id.to_string(),
            Found::Note(id) => format!("note {id}"),
        })
        .collect()
}

#[test]
fn words_are_found_whole_by_part_as_phrase_and_by_beginning() {
    let mut scene = Scene::new();
    for (name, text) in [
        ("a", "keep the old onChange signature in src/watch/watcher.rs"),
        ("b", "rename on_change to HTTPServer"),
        ("c", "the signature of the old watch"),
        ("d", "请修复文件监视器的竞争条件, watcher 里的"),
    ] {
        scene.session(name, &[said(EventKind::Text, text)]);
    }
    for (query, expected) in [
        ("onchange", "S1"),
        ("onChange", "S1 S2"),
        ("on_change", "S1 S2"),
        ("change", "S1 S2"),
        ("httpserver", "S2"),
        ("server", "S2"),
        ("watcher.rs", "S1"),
        ("src/watch", "S1"),
        ("src/watch/wat", "S1"),
        ("watcher", "S1 S4"),
        ("wat*", "S1 S3 S4"),
        ("watc", ""),
        ("\"old onChange signature\"", "S1"),
        ("\"old signature\"", ""),
        ("old signature", "S1 S3"),
        ("SIGNATURE", "S1 S3"),
        ("竞争", "S4"),
        ("竞", "S4"),
        ("竞监", ""),
        ("\"竞争条件\" watcher", "S4"),
    ] {
        let mut found = find(&mut scene, query);
        found.sort();
        assert_eq!(found.join(" "), expected, "{query}");
    }
}

#[test]
fn no_query_fails() {
    let mut scene = Scene::new();
    scene.session("a", &[said(EventKind::Text, "NEAR AND OR NOT a-b c++ x^2")]);
    for query in [
        "",
        "\"",
        "\"a",
        "AND",
        "OR NOT",
        "NEAR(a b)",
        "a-b",
        "c++",
        "x^2",
        "* **",
        "{a b}: c",
        "title:a",
        "a\0b",
        "'",
        "file:% since:x",
        "\u{301}",
        "-- ;",
        "(((",
        "kind:task agent:claude",
        "file:\\",
    ] {
        find(&mut scene, query);
    }
    assert_eq!(find(&mut scene, "c++ x^2 near"), ["S1"]);
}

#[test]
fn one_hit_per_family_of_sessions_with_the_rest_counted() {
    let mut scene = Scene::new();
    let lead = scene.session(
        "a",
        &[said(EventKind::Prompt, "fix the fixture"), said(EventKind::Result, "the fixture")],
    );
    let child = scene.session("b", &[said(EventKind::Text, "fixture it is")]);
    let row = SessionRow { parent: Some(lead), ..SessionRow::default() };
    scene.write(|w| w.put_session(child, &row));
    scene.session("c", &[said(EventKind::Result, "fixture")]);
    assert_eq!(find(&mut scene, "fixture"), ["S1+2", "S3"]);
    assert_eq!(find(&mut scene, "fixture session:S2"), ["S2"]);
    assert_eq!(find(&mut scene, "fixture session:S1").len(), 3);
}

#[test]
fn filters_narrow() {
    let mut scene = Scene::new();
    let edit = Said {
        paths: &["/home/x/app/src/Watcher.rs", "/home/x/app/100%_done.md"],
        ..said(EventKind::Edit, "fixture edit")
    };
    let old = Said { at: days_ago(10), ..said(EventKind::Prompt, "fixture old") };
    let a = scene.session("a", &[edit]);
    scene.session("b", &[old]);
    let other = callboard_model::AgentName::known("codex");
    scene.write(|w| {
        let (id, _) = w.session_of(&other, &ThreadKey::main("c"))?;
        say(w, id, "c", &[said(EventKind::Command, "fixture run")], Arrival::Live)
    });
    let row = WorkspaceRow {
        root: "/home/x/app".into(),
        common_dir: "/home/x/app/.git".into(),
        name: "app".into(),
        is_git: true,
    };
    scene.write(|w| {
        let (workspace, _) = w.put_workspace(&row)?;
        let session = SessionRow { cwd: Some("/home/x/app/src".into()), ..SessionRow::default() };
        w.put_session(a, &session)?;
        assert_eq!(w.bind_sessions(workspace, "/home/x/app/")?, [a]);
        let new =
            NewTask { title: "Mend the fixture".into(), sessions: vec![a], ..NewTask::default() };
        w.create_task(workspace, &new, "you")?;
        let text = IndexText::of("Fixtures", "how a fixture is made");
        let file = NoteFile {
            workspace,
            path: "notes/fixtures.md".into(),
            kind: NoteKind::Note,
            number: None,
            version: "1".into(),
            title: "Fixtures".into(),
            at: None,
            modified_at: None,
            facts: NoteFacts::default(),
        };
        w.put_note(&file, &[], &text)
    });
    for (query, expected) in [
        ("fixture agent:codex", "S3"),
        ("fixture kind:edit", "S1"),
        ("fixture kind:prompt kind:command", "S2 S3"),
        ("fixture since:2d kind:message", ""),
        ("fixture until:2d kind:message", "S2"),
        ("fixture file:src/watch", "S1"),
        ("file:src/watch", "S1"),
        ("file:100%_", "S1"),
        ("file:100__", ""),
        ("fixture kind:task", "T1"),
        ("T1", "T1"),
        ("fixture kind:note", "note 1"),
        ("fixture task:T1", "T1 S1"),
        ("fixture workspace:App kind:edit kind:command", "S1"),
        ("fixture workspace:elsewhere", ""),
        ("kind:command", "S3"),
    ] {
        assert_eq!(find(&mut scene, query).join(" "), expected, "{query}");
    }
    scene.write(|w| w.forget_note(callboard_model::WorkspaceId(1), "notes/fixtures.md"));
    assert!(find(&mut scene, "fixture kind:note").is_empty());
}

#[test]
fn what_callboard_wrote_is_found_only_when_asked_for() {
    let mut scene = Scene::new();
    scene.write(|w| {
        let (id, _) = w.session_of(&AGENT, &ThreadKey::main("a"))?;
        let event = callboard_store::NewEvent {
            ordinal: callboard_model::Ordinal(1),
            at: Some(now()),
            kind: EventKind::Result,
            key: "k",
            place: callboard_store::RecordPlace::default(),
            text: Some(IndexText::of_output("", "brief of S4")),
            own: true,
            paths: &[],
        };
        w.append_events(id, &[event], Arrival::Live)
    });
    assert!(find(&mut scene, "brief").is_empty());
    assert_eq!(find(&mut scene, "brief own:yes"), ["S1"]);
}

#[test]
fn history_read_later_does_not_stand_before_what_is_newer() {
    let mut scene = Scene::new();
    scene.session("live", &[said(EventKind::Text, "fixture")]);
    for (name, days) in [("recent", 3), ("older", 40)] {
        scene.write(|w| {
            let (id, _) = w.session_of(&AGENT, &ThreadKey::main(name))?;
            let event = Said { at: days_ago(days), ..said(EventKind::Text, "fixture") };
            say(w, id, name, &[event], Arrival::Backfill)
        });
    }
    assert_eq!(find(&mut scene, "fixture"), ["S1", "S2", "S3"]);
    assert_eq!(find(&mut scene, "kind:text"), ["S1", "S2", "S3"]);
}

fn edits(scene: &mut Scene, name: &str, days: i64, times: usize, arrival: Arrival) {
    let edit = Said {
        at: days_ago(days),
        paths: &["/r/src/lock.rs"],
        ..said(EventKind::Edit, "the lock")
    };
    scene.write(|w| {
        let (id, _) = w.session_of(&AGENT, &ThreadKey::main(name))?;
        say(w, id, name, &vec![edit; times], arrival)
    });
}

#[test]
fn of_many_events_about_a_file_the_newest_are_found() {
    let mut scene = Scene::new();
    // History is read newest first: its highest numbers are its oldest events.
    edits(&mut scene, "recent", 3, 1, Arrival::Backfill);
    edits(&mut scene, "years ago", 900, limits::RANKED_MATCHES, Arrival::Backfill);
    edits(&mut scene, "now", 0, 1, Arrival::Live);
    let found = find(&mut scene, "file:src/lock");
    assert_eq!(found[..2], ["S3", "S1"], "{found:?}");
    assert!(found[2].starts_with("S2+"), "{found:?}");
}

#[test]
fn of_more_events_about_a_file_than_a_filter_takes_the_newest_are_taken() {
    let mut scene = Scene::new();
    edits(&mut scene, "years ago", 900, 1, Arrival::Live);
    scene.repeat_first_event(limits::FILE_EVENTS);
    edits(&mut scene, "now", 0, 1, Arrival::Live);
    for query in ["file:src/lock", "lock file:src/lock"] {
        let found = find(&mut scene, query);
        assert_eq!(found[0], "S2", "{query}: {found:?}");
    }
}

#[test]
fn marks_lie_on_the_words() {
    let mut scene = Scene::new();
    scene.session("a", &[said(EventKind::Text, "Fix the Fixture")]);
    let page = scene.read(|s| s.search(&Query::parse("fixture fix*"), now(), 1));
    assert_eq!(page.marks("Fix the Fixture"), [(0, 3), (8, 15)]);
}
