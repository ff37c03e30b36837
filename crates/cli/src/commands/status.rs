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

/// Sessions as rows, everywhere the same.
pub(super) fn rows(sessions: &[SessionView], now: Timestamp) -> comfy_table::Table {
    let mut table = output::table(&["", "agent", "state", "doing", "check", "files", "last"]);
    for view in sessions {
        let goal = view.heading().unwrap_or_default();
        let task = view.task.map_or_else(String::new, |task| format!("{task} "));
        table.add_row([
            view.id.to_string(),
            view.agent.to_string(),
            output::state(view.state),
            format!(
                "{}{}{}",
                output::styled(&format!("{task}{}", output::short(goal, 90)), Style::Bold),
                if output::is_for_a_person() { "\n" } else { " · " },
                doing(view, now)
            ),
            check(view),
            if view.files_changed > 0 { view.files_changed.to_string() } else { String::new() },
            output::ago(view.updated_at, now),
        ]);
    }
    table
}

/// The activity, with the time it has taken.
pub(super) fn doing(view: &SessionView, now: Timestamp) -> String {
    let activity = output::short(&view.activity, 120);
    let takes_time = matches!(view.state, StateWord::Working | StateWord::NeedsYou);
    match view.activity_since.filter(|_| takes_time) {
        Some(since) => format!("{activity}, {}", output::span(now.since_ms(since))),
        None => activity,
    }
}

fn check(view: &SessionView) -> String {
    match view.last_check.as_ref().map(|check| check.ok) {
        Some(Some(true)) => "✓ passed".into(),
        Some(Some(false)) => "✗ failed".into(),
        Some(None) => "? unclear".into(),
        None => String::new(),
    }
}
