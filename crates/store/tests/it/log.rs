use callboard_model::Seq;
use callboard_store::LogKind;
use serde_json::json;

use crate::scene::Scene;

const LASTING: LogKind = LogKind::lasting("changed");
const TRANSIENT: LogKind = LogKind::transient("advanced");

#[test]
fn a_reader_goes_on_where_it_stopped() {
    let mut scene = Scene::new();
    for i in 0..5 {
        scene.write(|w| w.log(LASTING, "T1", &json!({ "n": i })));
    }
    let first = scene.read(|s| s.log_after(Seq(0), 3));
    assert!(first.more);
    let rest = scene.read(|s| s.log_after(first.next, 3));
    assert!(!rest.more && !rest.missed);
    let bodies: Vec<_> =
        first.rows.iter().chain(&rest.rows).map(|row| row.body["n"].as_i64().unwrap()).collect();
    assert_eq!(bodies, [0, 1, 2, 3, 4]);
    assert_eq!(rest.next, scene.store.last_seq());
}

#[test]
fn of_announcements_the_last_of_a_subject_is_kept() {
    let mut scene = Scene::new();
    for n in 0..3 {
        scene.write(|w| w.log(TRANSIENT, "S1", &json!(n)));
        scene.write(|w| w.log(TRANSIENT, "S2", &json!(n)));
    }
    let page = scene.read(|s| s.log_after(Seq(0), 10));
    let rows: Vec<_> = page.rows.iter().map(|r| (r.subject.as_str(), &r.body)).collect();
    assert_eq!(rows, [("S1", &json!(2)), ("S2", &json!(2))]);
}

#[test]
fn pruning_keeps_what_people_did_and_tells_late_readers() {
    let mut scene = Scene::new();
    scene.write(|w| w.log(LASTING, "T1", &json!(1)));
    let floor = scene.write(|w| w.log(TRANSIENT, "S1", &json!(2)));
    let last = scene.write(|w| w.log(TRANSIENT, "S2", &json!(3)));
    assert_eq!(scene.write(|w| w.prune_log(floor)), 1);
    let late = scene.read(|s| s.log_after(Seq(0), 10));
    assert!(late.missed);
    assert_eq!(late.floor, floor);
    assert_eq!(late.rows.iter().map(|r| r.seq).collect::<Vec<_>>(), [Seq(1), last]);
    assert!(!scene.read(|s| s.log_after(floor, 10)).missed);
}
