use callboard_model::{EventKind, Ordinal, Seq, ThreadKey};
use callboard_store::{Arrival, EventPage, PageFrom, SessionFilter, SessionRow};

use crate::scene::{AGENT, Scene, days_ago, said, say};

#[test]
fn a_conversation_is_one_session_and_its_subagents_are_others() {
    let mut scene = Scene::new();
    let (a, new) = scene.write(|w| w.session_of(&AGENT, &ThreadKey::main("x")));
    assert!(new);
    assert_eq!(scene.write(|w| w.session_of(&AGENT, &ThreadKey::main("x"))), (a, false));
    let (b, new) = scene.write(|w| w.session_of(&AGENT, &ThreadKey::sub("x", "1")));
    assert!(new && a != b);
}

#[test]
fn roots_follow_parents_in_any_order_and_circles_are_left_out() {
    let mut scene = Scene::new();
    let [a, b, c] = ["a", "b", "c"].map(|n| scene.session(n, &[]));
    let child_of = |parent| SessionRow { parent: Some(parent), ..SessionRow::default() };
    scene.write(|w| w.put_session(c, &child_of(b)));
    scene.write(|w| w.put_session(b, &child_of(a)));
    let root = |scene: &mut Scene, id| scene.read(|s| s.session(id)).unwrap().root;
    assert_eq!([a, b, c].map(|id| root(&mut scene, id)), [a, a, a]);
    scene.write(|w| w.put_session(a, &child_of(c)));
    assert_eq!(scene.read(|s| s.session(a)).unwrap().row.parent, None);
    scene.write(|w| w.put_session(b, &SessionRow::default()));
    assert_eq!([a, b, c].map(|id| root(&mut scene, id)), [a, b, b]);
}

#[test]
fn lists_are_newest_first_and_filtered() {
    let mut scene = Scene::new();
    for (name, days, live) in [("old", 9, false), ("new", 1, true), ("mid", 5, true)] {
        let id = scene.session(name, &[]);
        let row = SessionRow {
            updated_at: Some(days_ago(days)),
            live,
            row: format!("{{\"name\":\"{name}\"}}"),
            ..SessionRow::default()
        };
        scene.write(|w| w.put_session(id, &row));
    }
    let mut names = |filter: SessionFilter| {
        let rows = scene.read(|s| s.sessions(&filter));
        rows.iter().map(|r| r.row[9..12].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(SessionFilter::default()), ["new", "mid", "old"]);
    let live = SessionFilter { live_only: true, limit: 1, ..SessionFilter::default() };
    assert_eq!(names(live), ["new"]);
    let since = SessionFilter { since: Some(days_ago(6)), ..SessionFilter::default() };
    assert_eq!(names(since), ["new", "mid"]);
}

#[test]
fn an_event_reported_twice_is_stored_once_with_both_places() {
    let mut scene = Scene::new();
    let id = scene.session("x", &[said(EventKind::Prompt, "hello")]);
    let rows = ["event", "event_source", "doc", "fts_docsize"].map(|t| scene.count(t));
    let again =
        scene.write(|w| say(w, id, "x", &[said(EventKind::Prompt, "hello")], Arrival::Backfill));
    assert_eq!(again, [None]);
    assert_eq!(["event", "event_source", "doc", "fts_docsize"].map(|t| scene.count(t)), rows);
    let event = scene.read(|s| s.events(id, &page(PageFrom::Start, 1)))[0];
    let elsewhere = callboard_store::RecordPlace { offset: 500, ..event.place };
    scene.write(|w| w.add_event_source(event.seq, elsewhere));
    assert_eq!(scene.read(|s| s.event_sources(event.seq)), [event.place, elsewhere]);
}

#[test]
fn pages_meet_where_events_have_the_same_place() {
    let mut scene = Scene::new();
    // Two files of one session that count their events alike.
    let id = scene.session("x", &[said(EventKind::Prompt, "a"), said(EventKind::Text, "b")]);
    let other = [said(EventKind::Prompt, "c"), said(EventKind::Text, "d")];
    scene.write(|w| say(w, id, "y", &other, Arrival::Live));
    let all = scene.read(|s| s.events(id, &page(PageFrom::Start, 10)));
    let seqs: Vec<i64> = all.iter().map(|event| event.seq.0).collect();
    assert_eq!(all[0].ordinal, all[1].ordinal);
    assert_eq!(seqs, [seqs[0], seqs[0] + 2, seqs[0] + 1, seqs[0] + 3]);

    let (mut from, mut down, mut up) = (PageFrom::Start, Vec::new(), Vec::new());
    while let [event] = scene.read(|s| s.events(id, &page(from, 1)))[..] {
        assert_eq!(scene.read(|s| s.transcript_count_up_to(id, event.seq)), down.len() as u64 + 1);
        down.push(event);
        from = PageFrom::After(event.seq);
    }
    from = PageFrom::End;
    while let [event] = scene.read(|s| s.events(id, &page(from, 1)))[..] {
        up.insert(0, event);
        from = PageFrom::Before(event.seq);
    }
    assert_eq!((&down, &up), (&all, &all));
}

fn page(from: PageFrom, limit: usize) -> EventPage<'static> {
    EventPage { from, kinds: &[], file: None, limit }
}

#[test]
fn pages_meet_without_gap_or_overlap() {
    let mut scene = Scene::new();
    let texts: Vec<String> = (0..10).map(|i| format!("n{i}")).collect();
    let kinds = [EventKind::Prompt, EventKind::Text];
    let events: Vec<_> = texts.iter().enumerate().map(|(i, t)| said(kinds[i % 2], t)).collect();
    let id = scene.session("x", &events);
    let all = scene.read(|s| s.events(id, &page(PageFrom::Start, 100)));
    assert_eq!(all.len(), 10);
    let mut at = |from, limit| {
        let events = scene.read(|s| s.events(id, &page(from, limit)));
        events.iter().map(|e| all.iter().position(|a| a == e).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(at(PageFrom::End, 3), [7, 8, 9]);
    assert_eq!(at(PageFrom::Before(all[7].seq), 3), [4, 5, 6]);
    assert_eq!(at(PageFrom::After(all[7].seq), 3), [8, 9]);
    assert_eq!(at(PageFrom::Around(all[5].seq), 4), [3, 4, 5, 6]);
    assert_eq!(at(PageFrom::Around(all[0].seq), 4), [0, 1, 2, 3]);
    assert_eq!(at(PageFrom::At(all[7].ordinal), 3), [7, 8, 9]);
    assert_eq!(at(PageFrom::At(Ordinal(i64::MAX)), 4), [0usize; 0]);
    assert_eq!(at(PageFrom::After(Seq(i64::MAX)), 4), [0usize; 0]);
    let texts =
        EventPage { from: PageFrom::Start, kinds: &[EventKind::Text], file: None, limit: 2 };
    let events = scene.read(|s| s.events(id, &texts));
    assert_eq!(events, [all[1], all[3]]);
    assert_eq!(scene.read(|s| s.events_after(all[7].seq, Some(id), 10)), [all[8], all[9]]);
}
