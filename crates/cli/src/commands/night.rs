//! `night`: tasks that are worked while nobody is there.

use std::fmt::Write as _;

use callboard_model::night::{NightLimit, NightOutcome};
use callboard_model::view::{NewNight, NightTaskView, NightView};
use callboard_model::{Timestamp, WorkspaceId};
use hyper::Method;
use jiff::civil::Time;
use jiff::{ToSpan, Zoned};

use super::{client, task, workspace_needed};
use crate::args::Night;
use crate::client::Client;
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

pub(super) fn night(args: Night, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let workspace = workspace_needed(&client)?;
    let night = if args.status || args.end {
        last(&client, workspace, args.end)?
    } else {
        let tasks = args.tasks.iter().map(|name| task::task_id(name)).collect::<Result<_, _>>()?;
        let until = args.until.as_deref().map(|text| next(text, &zoned_now())).transpose()?;
        let new = NewNight {
            tasks,
            until,
            running: args.running,
            agent: args.agent,
            model: args.model,
            mode: args.mode,
        };
        client.send(Method::POST, &format!("/api/night?workspace={workspace}"), &new)?
    };
    if args.json.json {
        return output::json(&night);
    }
    output::print(&text_of(&night))
}

fn last(client: &Client, workspace: WorkspaceId, end: bool) -> Result<NightView, CliError> {
    let last: Option<NightView> = client.get(&format!("/api/night?workspace={workspace}"))?;
    let last = last.ok_or_else(|| {
        CliError::misuse("there was no night here", "begin one with `callboard night T1 T2`")
    })?;
    if !end {
        return Ok(last);
    }
    if last.ended_at.is_some() {
        return Err(CliError::misuse(
            "no night goes on here; nothing was ended",
            "see the last one with `callboard night --status`",
        ));
    }
    client.send(Method::DELETE, &format!("/api/night/{}", last.id), &())
}

fn zoned_now() -> Zoned {
    let now = jiff::Timestamp::from_millisecond(callboard_os::clock::now().as_millisecond());
    now.unwrap_or_default().to_zoned(jiff::tz::TimeZone::system())
}

/// The next moment at which the clock shows `8:00`.
fn next(text: &str, now: &Zoned) -> Result<Timestamp, CliError> {
    let padded = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
    let moment = padded.parse::<Time>().ok().and_then(|time| {
        let today = now.with().time(time).build().ok()?;
        if &today > now { Some(today) } else { today.checked_add(1.day()).ok() }
    });
    let ms = moment.map(|moment| moment.timestamp().as_millisecond());
    ms.map(Timestamp::from_millisecond).ok_or_else(|| {
        CliError::misuse(format!("`{text}` is no time of day; nothing was begun"), "say `8:00`")
    })
}

/// A night, for people.
pub(super) fn text_of(night: &NightView) -> String {
    let mut text = String::from("night ");
    let _ = write!(text, "from {}", output::clock(night.begun_at));
    match (night.ended_at, night.until) {
        (Some(end), _) => _ = writeln!(text, " to {}: over", output::clock(end)),
        (None, Some(until)) => {
            _ = writeln!(text, ": nothing is started after {}", output::clock(until));
        }
        (None, None) => text.push_str(": until all is done\n"),
    }
    if let Some(why) = night.may_sleep.as_ref().filter(|_| night.ended_at.is_none()) {
        let told = format!("  the machine may fall asleep: {}", output::plain(why));
        let _ = writeln!(text, "{}", output::styled(&told, Style::Dim));
    }
    for task in &night.tasks {
        text.push_str(&task_text(task));
    }
    text
}

fn task_text(task: &NightTaskView) -> String {
    let title = output::short(&task.title, 60);
    let mut text = format!("  {}  {}  {title}", task.task, task.outcome.word());
    if let Some(session) = task.session {
        let _ = write!(text, "  {session}");
    }
    text.push('\n');
    if let (Some(call), Some(question)) = (task.call, &task.question) {
        let question = output::short(question, 90);
        let told = match task.asks {
            true => output::styled(&format!("{call} asks: {question}"), Style::Accent),
            false => format!("{call} asked: {question} (answered since)"),
        };
        let _ = writeln!(text, "      {told}");
    }
    for limit in &task.limits {
        let _ = writeln!(text, "      {}", output::plain(&limit_text(limit)));
    }
    if let Some(note) = task.note.as_ref().filter(|_| task.outcome != NightOutcome::Finished) {
        let _ = writeln!(text, "      {}", output::short(note, 90));
    }
    text
}

fn limit_text(limit: &NightLimit) -> String {
    let from = output::clock(limit.from);
    match (limit.to, limit.until) {
        (Some(to), _) => {
            format!("waited {} from {from}: {}", output::span(to.since_ms(limit.from)), limit.text)
        }
        (None, Some(until)) => format!("waits until {}: {}", output::clock(until), limit.text),
        (None, None) => format!("waits since {from}: {}", limit.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_the_next_one() {
        let now: Zoned = "2026-03-04T22:30:00[UTC]".parse().unwrap();
        let told = |text: &str| next(text, &now).unwrap().to_string();
        assert_eq!(told("8:00"), "2026-03-05T08:00:00.000Z");
        assert_eq!(told("23:15"), "2026-03-04T23:15:00.000Z");
        assert!(next("soon", &now).is_err());
    }
}
