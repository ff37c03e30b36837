use callboard_model::Timestamp;
use callboard_model::view::ApproveTrust;
use callboard_os::host::ProcessId;
use callboard_testkit::{HermeticHome, Repo};

use super::*;
use crate::EngineConfig;

/// An engine whose clock stands still.
pub(in crate::owned) fn engine(home: &Path) -> Arc<Engine> {
    let environment = Environment { home: home.to_owned(), vars: BTreeMap::default() };
    let clock = || Timestamp::from_millisecond(0);
    let home = home.join("callboard");
    Engine::start(EngineConfig { home, environment, clock, trusted: Vec::new(), confine_by: None })
        .unwrap()
}

#[test]
fn the_mode_of_the_configuration_holds_as_long_as_it_is_approved() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.write("callboard.toml", "[agents]\nmode = \"bypassPermissions\"\n");
    let engine = engine(home.root());
    let workspace = engine.register(repo.path()).unwrap();
    let owned = Owned::asked(workspace, callboard_agents::all()[0].name(), engine.now());
    assert_eq!(usual_mode(&engine, &owned).unwrap(), None);
    let fingerprint = engine.trust(workspace).unwrap().fingerprint;
    engine.approve_trust(workspace, &ApproveTrust { fingerprint }).unwrap();
    assert_eq!(usual_mode(&engine, &owned).unwrap().as_deref(), Some("bypassPermissions"));
    engine.revoke_trust(workspace).unwrap();
    assert_eq!(usual_mode(&engine, &owned).unwrap(), None);
    engine.stop();
}

#[test]
fn the_end_of_a_host_is_awaited_once_however_often_its_session_is_driven() {
    let home = tempfile::tempdir().unwrap();
    let engine = engine(home.path());
    let (dir, this) = (home.path().join("host"), ProcessId::of(std::process::id()));
    std::fs::create_dir(&dir).unwrap();
    let started = serde_json::json!({ "host": this, "agent": this });
    std::fs::write(dir.join("started.json"), started.to_string()).unwrap();
    await_end(&engine, 1, &dir);
    assert!(!engine.owned.begins_to_await(this), "a thread waits for it");
    engine.owned.awaits_no_more(this);
    assert!(engine.owned.begins_to_await(this));
    engine.stop();
}
