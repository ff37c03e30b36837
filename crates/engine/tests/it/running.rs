//! Sessions that run, by what their agents list.

use std::fs;

use callboard_model::session::TurnState;
use callboard_testkit::HermeticHome;
use serde_json::json;

use crate::scene::Running;
use crate::transcripts::{Claude, append};

#[test]
fn a_session_whose_agent_tells_a_time_beyond_the_calendar_is_listed() {
    let home = HermeticHome::new();
    let claude = Claude::new("beyond", &home.work());
    append(&claude.path(&home, "p"), &claude.prompt(1, "mend the lock"));
    let (registry, pid) = (home.claude_config_dir().join("sessions"), std::process::id());
    fs::create_dir_all(&registry).unwrap();
    // Microseconds in place of milliseconds.
    let entry = json!({"pid": pid, "sessionId": "beyond", "cwd": home.work(),
        "status": "waiting", "waitingFor": "input needed", "statusUpdatedAt": 1_772_355_600_000_000_u64});
    fs::write(registry.join(format!("{pid}.json")), entry.to_string()).unwrap();
    let running = Running::start(&home);
    let state = running.wait("what it waits for", |_| {
        let state = running.session("beyond").facts;
        (state.turn.is == TurnState::WaitingInput).then_some(state)
    });
    assert_eq!(state.turn.at, None);
}
