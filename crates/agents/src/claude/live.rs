//! The registry of running sessions: `sessions/<pid>.json`, written by each of them and removed when it ends.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_model::ThreadKey;
use callboard_model::session::{Alive, TurnState};
use callboard_os::process;

use crate::fields::{Document, Fields, Raw};
use crate::{LiveSession, READING_FOLDER, limits, walk};

pub(super) const SESSIONS: &str = "sessions";

pub(super) fn is_signal(home: &Path, path: &Path) -> bool {
    path.parent() == Some(&home.join(SESSIONS))
}

pub(super) fn sessions(home: &Path) -> Vec<LiveSession> {
    let Ok(entries) = fs::read_dir(home.join(SESSIONS)) else { return Vec::new() };
    entries
        .take(limits::LIVE_ENTRIES)
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|e| e == "json"))
        .filter_map(|entry| session(&walk::small_file(&entry.path())?))
        .filter(|session| !session.cwd.as_ref().is_some_and(|cwd| cwd.ends_with(READING_FOLDER)))
        .collect()
}

fn session(text: &str) -> Option<LiveSession> {
    let document = Document::of(text)?;
    let fields = document.fields()?;
    let pid = fields.u32("pid");
    let start_ticks = fields.get("procStart").and_then(ticks);
    let moment = |name: &str| fields.get(name).and_then(Raw::moment);
    Some(LiveSession {
        thread: ThreadKey::main(fields.text("sessionId")?),
        pid,
        start_ticks,
        alive: alive(pid, start_ticks, &fields),
        turn: turn(&fields),
        waiting_for: fields.text("waitingFor"),
        cwd: fields.text("cwd").map(PathBuf::from),
        at: moment("statusUpdatedAt").or_else(|| moment("startedAt")),
    })
}

/// A pid tells nothing of a process in another container: `pidDomain` ends with the namespace it belongs to.
fn alive(pid: Option<u32>, start_ticks: Option<u64>, fields: &Fields<'_>) -> Alive {
    let ours = fs::read_link("/proc/self/ns/pid").ok();
    let ours = ours.as_deref().and_then(Path::to_str);
    let domain = fields.str("pidDomain").filter(|domain| domain.contains(":pid:["));
    let elsewhere = domain.is_some_and(|domain| !ours.is_some_and(|ours| domain.ends_with(ours)));
    match pid.filter(|_| !elsewhere).and_then(|pid| process::is_running(pid, start_ticks)) {
        Some(true) => Alive::Yes,
        Some(false) => Alive::No,
        None => Alive::Unknown,
    }
}

/// Clock ticks, written as a number or as text.
fn ticks(value: Raw<'_>) -> Option<u64> {
    value.u64().or_else(|| value.str()?.parse().ok())
}

fn turn(fields: &Fields<'_>) -> TurnState {
    match (fields.str("status").as_deref(), fields.str("waitingFor").as_deref()) {
        (Some("busy"), _) => TurnState::Working,
        (Some("idle"), _) => TurnState::Idle,
        (Some("waiting"), Some("input needed")) => TurnState::WaitingInput,
        (Some("waiting"), _) => TurnState::WaitingPermission,
        _ => TurnState::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use callboard_model::Timestamp;

    use super::*;

    #[test]
    fn a_registered_session_tells_what_it_waits_for() {
        let text = r#"{"pid":4194304,"procStart":"7","sessionId":"s-1","cwd":"/r","status":"waiting",
            "waitingFor":"input needed","statusUpdatedAt":1700000000000,"more":1}"#;
        let session = session(text).unwrap();
        assert_eq!(session.thread, ThreadKey::main("s-1"));
        assert_eq!(session.turn, TurnState::WaitingInput);
        assert_eq!(session.start_ticks, Some(7));
        assert_ne!(session.alive, Alive::Yes);
        assert_eq!(session.at, Some(Timestamp::from_millisecond(1_700_000_000_000)));
    }

    #[test]
    fn a_time_beyond_the_calendar_is_not_known() {
        let at = |times: &str| session(&format!(r#"{{"sessionId":"s",{times}}}"#)).unwrap().at;
        assert_eq!(at(r#""statusUpdatedAt":1700000000000000"#), None);
        let started = at(r#""statusUpdatedAt":1700000000000000,"startedAt":1700000000000"#);
        assert_eq!(started, Some(Timestamp::from_millisecond(1_700_000_000_000)));
    }

    #[test]
    fn a_process_in_another_container_is_not_taken_for_dead() {
        let text =
            r#"{"pid":4194304,"sessionId":"s-1","pidDomain":"linux:x:pid:[1]","status":"busy"}"#;
        assert_eq!(session(text).unwrap().alive, Alive::Unknown);
    }
}
