//! What a tool use tells of its result.

use callboard_engine::{EventsFrom, EventsWanted};
use callboard_model::query::Query;
use callboard_model::{EventBody, EventKind};
use callboard_testkit::HermeticHome;
use serde_json::json;

use crate::scene::{Running, events};
use crate::transcripts::{Claude, append};

#[test]
fn what_callboard_said_is_not_found_again_although_it_was_told_later_than_asked() {
    let home = HermeticHome::new();
    let claude = Claude::new("asks", &home.work());
    let path = claude.path(&home, "p");
    append(&path, &claude.prompt(1, "Look for it"));
    let running = Running::start(&home);
    let id = running.session("asks").id;
    let write = |text: &str| {
        let before = events(&running.engine, id).len();
        append(&path, text);
        running
            .wait("what was written", |engine| (events(engine, id).len() > before).then_some(()));
    };
    // Use and result arrive one by one, as they do while an agent works.
    write(&claude.runs(2, "callboard search walrus"));
    write(&claude.ran(3, 2, "S7: the walrus sleeps"));
    write(&claude.runs(4, "cat notes.md"));
    write(&claude.ran(5, 4, "the walrus wakes"));
    let query = Query::parse("walrus kind:result");
    let now = callboard_os::clock::now();
    let found = running.engine.search(&query, None, now, 10).unwrap();
    let texts: Vec<&str> = found.hits.iter().map(|hit| hit.text.as_str()).collect();
    assert_eq!(texts, ["the walrus wakes"]);
}

#[test]
fn the_events_of_one_file_come_with_their_results_page_by_page() {
    let home = HermeticHome::new();
    let claude = Claude::new("edits", &home.work());
    let edit = |n: u64, path: &str| {
        let input = json!({"file_path": path, "old_string": "a", "new_string": "b"});
        claude.uses(n, "Edit", input)
    };
    let in_work = |path: &str| home.work().join(path).to_string_lossy().into_owned();
    let mut text = claude.prompt(1, "Mend it");
    // Two are begun before either is answered; the other file's name only ends alike.
    text += &(edit(2, &in_work("src/a.rs")) + &edit(3, &in_work("src/extra.rs")));
    text += &(claude.ran(4, 2, "String to replace not found") + &claude.ran(5, 3, "done"));
    text += &(edit(6, "src/a.rs") + &claude.ran(7, 6, "done"));
    text += &(edit(8, &in_work("src/a.rs.bak")) + &claude.ran(9, 8, "done"));
    append(&claude.path(&home, "p"), &text);
    let running = Running::start(&home);
    let id = running.session("edits").id;

    let kinds = [EventKind::Edit, EventKind::Result];
    let (mut from, mut found) = (EventsFrom::Start, Vec::new());
    loop {
        let wanted = EventsWanted { from, kinds: &kinds, file: Some("src/a.rs"), limit: 1 };
        let page = running.engine.events(id, wanted).unwrap();
        found.extend(page.events);
        from = EventsFrom::After(found.last().unwrap().seq);
        if !page.more_after {
            break;
        }
    }
    let told: Vec<String> = found
        .iter()
        .map(|event| match &event.body {
            EventBody::Edit(edit) => format!("edit {}", edit.tool_use.tool_use_id),
            EventBody::Result(result) => format!("result {}", result.tool_use_id),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, ["edit t2", "result t2", "edit t6", "result t6"]);
}
