use callboard_model::resource::LeaseState;
use callboard_store::{NewLease, StoreError, WorkspaceRow};

use crate::scene::Scene;

fn of(holder: &str) -> NewLease {
    NewLease { resource: "stack".into(), holder: holder.into(), ..NewLease::default() }
}

#[test]
fn a_holder_has_one_lease_and_each_step_is_in_the_log() {
    let mut scene = Scene::new();
    let row = WorkspaceRow {
        root: "/r".into(),
        common_dir: "/r/.git".into(),
        name: "r".into(),
        is_git: true,
    };
    let (workspace, _) = scene.write(|w| w.put_workspace(&row));
    let first = scene.write(|w| w.put_lease(workspace, &of("a")));
    let again = scene.write(|w| w.put_lease(workspace, &of("a")));
    let second = scene.write(|w| w.put_lease(workspace, &of("b")));
    assert_eq!((first.id == again.id, first.id < second.id), (true, true));
    for state in [LeaseState::Taking, LeaseState::Held, LeaseState::Giving, LeaseState::Given] {
        assert_eq!(scene.write(|w| w.move_lease(first.id, state, None)).state, state);
    }
    let open = scene.read(|s| s.open_leases());
    assert_eq!(open.iter().map(|l| l.holder.as_str()).collect::<Vec<_>>(), ["b"]);
    let log = scene.read(|s| s.log_of(&format!("{workspace}/stack"), 10));
    let told: Vec<_> = log.iter().rev().map(|row| row.body["state"].to_string()).collect();
    assert_eq!(
        told,
        ["\"waiting\"", "\"waiting\"", "\"taking\"", "\"held\"", "\"giving\"", "\"given\""]
    );
    let refused =
        scene.store.write(callboard_store::Durability::Normal, crate::scene::now(), |w| {
            w.move_lease(first.id, LeaseState::Held, None)
        });
    assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
    let later = scene.write(|w| w.put_lease(workspace, &of("a")));
    assert!(later.id > second.id);
}
