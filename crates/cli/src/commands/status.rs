//! `status`: what every session is doing, and who waits.

use callboard_engine::SessionList;
use callboard_model::Timestamp;
use callboard_model::session::StateWord;
use callboard_model::view::SessionView;

use super::{client, in_workspace, workspace_here};
use crate::args::Status;
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
    if sessions.is_empty() {
        return output::line(
            "no session runs, and none ended in the last 12 hours\n\nhint: start an agent in a repository; `callboard session list` shows earlier ones",
        );
    }
    let count = |state| sessions.iter().filter(|view| view.state == state).count();
    let needs_you = count(StateWord::NeedsYou);
    let summary =
        format!("{} · {} working", output::need_you(needs_you as u64), count(StateWord::Working));
    output::line(&if needs_you > 0 { output::styled(&summary, Style::Accent) } else { summary })?;
    output::line("")?;
    output::print(&output::table_text(&rows(&sessions, now)))
}

fn is_shown(view: &SessionView, now: Timestamp) -> bool {
    let is_recent = view.updated_at.is_some_and(|at| now.since_ms(at) < RECENT_MS);
    is_recent || matches!(view.state, StateWord::NeedsYou | StateWord::Working | StateWord::Ready)
}

/// Characters of an activity: it is one line of about as many.
pub(super) const ACTIVITY_CHARS: usize = 120;

/// Room for what a session does below which the time it takes is left out.
const ROOM_FOR_TIME: usize = 48;

/// Room for what a session does below which its check and files are left out.
const ROOM_WANTED: usize = 56;

/// Sessions as rows, everywhere the same.
pub(super) fn rows(sessions: &[SessionView], now: Timestamp) -> comfy_table::Table {
    let column = |head: &str, of: &dyn Fn(&SessionView) -> String| {
        std::iter::once(head.to_owned()).chain(sessions.iter().map(of)).collect::<Vec<_>>()
    };
    let before = [
        column("", &|view| view.id.to_string()),
        column("agent", &|view| view.agent.to_string()),
        column("state", &|view| view.state.word().to_owned()),
    ];
    let facts = [column("check", &check), column("files", &files)];
    let last = [column("last", &|view| output::ago(view.updated_at, now))];
    let all = [&before[..], &facts, &last].concat();
    let bare = [&before[..], &last].concat();
    let sizing = output::table(&[]);
    let room = output::room_beside(&sizing, &all);
    let has_facts = room.is_none_or(|room| room >= ROOM_WANTED);
    let room = if has_facts { room } else { output::room_beside(&sizing, &bare) };
    let heads: &[&str] = if has_facts {
        &["", "agent", "state", "doing", "check", "files", "last"]
    } else {
        &["", "agent", "state", "doing", "last"]
    };
    let mut table = output::table(heads);
    for view in sessions {
        let mut row = vec![
            view.id.to_string(),
            view.agent.to_string(),
            output::state(view.state),
            goal_and_doing(view, now, room),
        ];
        if has_facts {
            row.extend([check(view), files(view)]);
        }
        row.push(output::ago(view.updated_at, now));
        table.add_row(row);
    }
    table
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
    match view.activity_since.filter(|_| takes_time && most >= ROOM_FOR_TIME) {
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
