//! `status`: what every session is doing, and who waits.

use callboard_engine::SessionList;
use callboard_model::call::CallState;
use callboard_model::owned::OwnedState;
use callboard_model::session::StateWord;
use callboard_model::view::{CallView, Inbox, OwnedView, SessionView};
use callboard_model::{Timestamp, WorkspaceId};
use comfy_table::Table;

use super::{client, in_workspace, run, workspace_here};
use crate::args::Status;
use crate::client::Client;
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

/// Sessions that ended are shown for so long.
const RECENT_MS: i64 = 12 * 3600 * 1000;

pub(super) fn status(args: &Status, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let workspace = if args.all { None } else { workspace_here(&client)? };
    let path = format!("/api/sessions?parents_only=1&limit=0{}", in_workspace(workspace));
    let list: SessionList = client.get(&path)?;
    let now = callboard_os::clock::now();
    let mut sessions: Vec<SessionView> =
        list.sessions.into_iter().filter(|view| is_shown(view, now)).collect();
    sessions.sort_by_key(|view| (view.state, std::cmp::Reverse(view.updated_at)));
    if args.json.json {
        return output::json(&sessions);
    }
    let queued = queued(&client, workspace)?;
    if sessions.is_empty() && queued.is_empty() {
        return output::line(
            "no session runs, and none ended in the last 12 hours\n\nhint: start an agent in a repository; `callboard session list` shows earlier ones",
        );
    }
    let count = |state| sessions.iter().filter(|view| view.state == state).count() as u64;
    let more = calls_beside(&client, workspace, &sessions)?;
    let summary = summary(&count, more);
    let calls = count(StateWord::NeedsYou) + count(StateWord::Failed) + more > 0;
    output::line(&if calls { output::styled(&summary, Style::Accent) } else { summary })?;
    output::line("")?;
    output::print(&output::table_text(&rows(&sessions, now, output::width())))?;
    if !queued.is_empty() {
        output::line("\nto be started:")?;
    }
    queued.iter().try_for_each(|owned| output::line(&format!("  {}", run::told(owned))))
}

/// Sessions that were asked for and wait for their turn.
fn queued(client: &Client, workspace: Option<WorkspaceId>) -> Result<Vec<OwnedView>, CliError> {
    let mut all: Vec<OwnedView> = client.get("/api/owned")?;
    all.retain(|owned| {
        owned.state == OwnedState::Queued && workspace.is_none_or(|id| owned.workspace == id)
    });
    Ok(all)
}

/// How many calls wait for a person that no session's state tells of: the inbox has them, too.
fn calls_beside(
    client: &Client,
    workspace: Option<WorkspaceId>,
    sessions: &[SessionView],
) -> Result<u64, CliError> {
    let path = format!("/api/calls?{}", in_workspace(workspace).trim_start_matches('&'));
    let inbox: Inbox = client.get(&path)?;
    let is_told = |call: &CallView| {
        let view = sessions.iter().find(|view| Some(view.id) == call.session);
        view.is_some_and(|view| matches!(view.state, StateWord::NeedsYou | StateWord::Failed))
    };
    let waits = |call: &&CallView| call.state == CallState::Open && call.urgency.interrupts();
    Ok(inbox.calls.iter().filter(waits).filter(|call| !is_told(call)).count() as u64)
}

/// How many sessions call for a person, how many calls beside them are in the inbox, and how many work.
fn summary(count: &dyn Fn(StateWord) -> u64, more: u64) -> String {
    let failed = match count(StateWord::Failed) {
        0 => String::new(),
        failed => format!(" · {failed} failed"),
    };
    let needs_you = output::need_you(count(StateWord::NeedsYou));
    let call = if count(StateWord::NeedsYou) > 0 { "more call" } else { "call" };
    let beside = match more {
        0 => String::new(),
        more => format!(" · {} in `callboard inbox`", output::count(more, call)),
    };
    format!("{needs_you}{failed}{beside} · {} working", count(StateWord::Working))
}

fn is_shown(view: &SessionView, now: Timestamp) -> bool {
    let is_recent = view.updated_at.is_some_and(|at| now.since_ms(at) < RECENT_MS);
    is_recent || matches!(view.state, StateWord::NeedsYou | StateWord::Working | StateWord::Ready)
}

/// Characters of an activity: it is one line of about as many.
pub(super) const ACTIVITY_CHARS: usize = 120;

/// Room for what a session does: for less, other columns are left out, and then the time it takes.
const ROOM_WANTED: usize = 40;

/// A column of the table; what a session does stands between them.
struct Column {
    head: &'static str,
    of: fn(&SessionView, Timestamp) -> String,
    /// Whether it stands before what the session does.
    before: bool,
}

const COLUMNS: [Column; 6] = [
    Column { head: "", of: |view, _| view.id.to_string(), before: true },
    Column { head: "agent", of: |view, _| view.agent.to_string(), before: true },
    Column { head: "state", of: |view, _| view.state.word().to_owned(), before: true },
    Column { head: "check", of: |view, _| check(view), before: false },
    Column { head: "files", of: |view, _| files(view), before: false },
    Column { head: "last", of: |view, now| output::ago(view.updated_at, now), before: false },
];

/// What a narrow terminal can do without, the least important first.
const LEFT_OUT_FIRST: [&str; 3] = ["files", "agent", "last"];

/// Sessions as rows, everywhere the same, in a terminal of so many columns; for a program, which has
/// no width, what a session does comes last, so that nothing is filled up to its end.
pub(super) fn rows(sessions: &[SessionView], now: Timestamp, width: Option<usize>) -> Table {
    let mut columns: Vec<&Column> = COLUMNS.iter().collect();
    let room = width.map(|width| fitted(&mut columns, sessions, now, width));
    let split = match room {
        Some(_) => columns.partition_point(|column| column.before),
        None => columns.len(),
    };
    let (before, after) = columns.split_at(split);
    let heads = |side: &[&Column]| side.iter().map(|column| column.head).collect::<Vec<_>>();
    let mut table = output::table(&[heads(before), vec!["doing"], heads(after)].concat(), width);
    for view in sessions {
        let cells = |side: &[&Column]| {
            side.iter()
                .map(|column| match column.head {
                    "state" => output::state(view.state),
                    _ => (column.of)(view, now),
                })
                .collect::<Vec<_>>()
        };
        let doing = vec![goal_and_doing(view, now, room)];
        table.add_row([cells(before), doing, cells(after)].concat());
    }
    table
}

/// Takes away columns until there is room for what a session does; returns that room.
fn fitted(
    columns: &mut Vec<&Column>,
    sessions: &[SessionView],
    now: Timestamp,
    width: usize,
) -> usize {
    let mut left_out = LEFT_OUT_FIRST.iter();
    loop {
        let cells = |column: &&Column| {
            let rows = sessions.iter().map(|view| (column.of)(view, now));
            std::iter::once(column.head.to_owned()).chain(rows).collect::<Vec<_>>()
        };
        let room = output::room_beside(width, &columns.iter().map(cells).collect::<Vec<_>>());
        match left_out.next() {
            Some(head) if room < ROOM_WANTED => columns.retain(|column| column.head != *head),
            _ => return room,
        }
    }
}

/// What it is to reach and what it does, in two lines for a person and one for a program.
fn goal_and_doing(view: &SessionView, now: Timestamp, room: Option<usize>) -> String {
    let task = view.task.map_or_else(String::new, |task| format!("{task} "));
    let goal = format!("{task}{}", view.heading().unwrap_or_default());
    let most = room.unwrap_or(usize::MAX).max(16);
    let goal = output::styled(&output::short(&goal, most.min(90)), Style::Bold);
    match room {
        Some(_) => format!("{goal}\n{}", doing(view, now, most.min(ACTIVITY_CHARS))),
        None => format!("{goal} · {}", doing(view, now, ACTIVITY_CHARS)),
    }
}

/// The activity in at most `most` characters, with the time it has taken.
pub(super) fn doing(view: &SessionView, now: Timestamp, most: usize) -> String {
    let takes_time = matches!(view.state, StateWord::Working | StateWord::NeedsYou);
    match view.activity_since.filter(|_| takes_time && most >= ROOM_WANTED) {
        Some(since) => {
            let lasts = format!(", {}", output::span(now.since_ms(since)));
            let room = most.saturating_sub(lasts.len());
            format!("{}{lasts}", output::short(&view.activity, room))
        }
        None => output::short(&view.activity, most),
    }
}

fn files(view: &SessionView) -> String {
    if view.files_changed > 0 { view.files_changed.to_string() } else { String::new() }
}

fn check(view: &SessionView) -> String {
    match view.last_check.as_ref().map(|check| check.ok) {
        Some(Some(true)) => "✓ passed".into(),
        Some(Some(false)) => "✗ failed".into(),
        Some(None) => "? unclear".into(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: &str = "2026-11-01T12:00:00Z";

    fn session(id: &str, state: &str, activity: &str, more: Value) -> SessionView {
        let mut view = json!({
            "id": id, "agent": "claude", "agent_session_id": "", "state": state, "activity": activity,
            "facts": callboard_model::session::SessionState::default(), "files": [], "files_changed": 0,
            "tokens": callboard_model::fold::Tokens::default(), "children": 0, "events": 1, "seq": 1,
        });
        view.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(view).unwrap()
    }

    fn check(ok: bool) -> Value {
        json!({"command": "cargo test", "ok": ok, "ordinal": callboard_model::Ordinal::default()})
    }

    fn some() -> [SessionView; 3] {
        let asks = "asks to allow: `rm -rf target/debug`";
        let edits = "editing `src/db.rs` after `cargo test` failed in 2 of 41 tests";
        let reads = "reading `src/search/{rank,filter}.rs`: 6 reads, 2 searches";
        let at = |second: u8| format!("2026-11-01T11:59:{second}Z");
        [
            session(
                "S41",
                "needs_you",
                asks,
                json!({
                "task": "T12", "goal": "keep the watcher from dropping events", "files_changed": 3,
                "updated_at": at(56), "activity_since": at(56), "last_check": check(false)}),
            ),
            session(
                "S43",
                "working",
                edits,
                json!({
                "agent": "codex", "task": "T15", "goal": "write the migration for sessions",
                "updated_at": at(59), "files_changed": 2, "last_check": check(true)}),
            ),
            session(
                "S44",
                "working",
                reads,
                json!({
                "goal": "look into the slow search", "updated_at": at(48)}),
            ),
        ]
    }

    fn text(width: Option<usize>) -> String {
        let now = Timestamp::parse(NOW).unwrap();
        output::table_text(&rows(&some(), now, width))
    }

    #[test]
    fn the_readme_shows_what_is_printed() {
        let count = |state| some().iter().filter(|view| view.state == state).count() as u64;
        let printed = format!("$ callboard status\n{}\n\n{}", summary(&count, 0), text(Some(112)));
        let readme = include_str!("../../../../README.md");
        assert!(readme.contains(&printed), "the README lacks:\n{printed}");
    }

    #[test]
    fn a_narrow_terminal_keeps_a_failed_check_in_sight() {
        for width in [60, 80, 100, 120] {
            let text = text(Some(width));
            assert!(text.contains("✗ failed"), "{width}:\n{text}");
            assert_eq!(text.contains("files"), width >= 100, "{width}:\n{text}");
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}:\n{text}");
            assert_eq!(text.lines().count(), 7, "{width}:\n{text}");
        }
    }

    #[test]
    fn a_program_reads_a_row_in_a_line_that_nothing_is_filled_up_in() {
        let text = text(None);
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.lines().next().unwrap().ends_with("doing"), "{text}");
        assert!(text.lines().all(|line| !line.trim_start().contains(&" ".repeat(24))), "{text}");
    }

    #[test]
    fn failed_sessions_are_counted_where_there_are_some() {
        let of = |failed| move |state| if state == StateWord::Failed { failed } else { 2 };
        assert_eq!(summary(&of(0), 0), "2 need you · 2 working");
        assert_eq!(summary(&of(1), 0), "2 need you · 1 failed · 2 working");
        let more = "2 need you · 1 more call in `callboard inbox` · 2 working";
        assert_eq!(summary(&of(0), 1), more);
    }
}
