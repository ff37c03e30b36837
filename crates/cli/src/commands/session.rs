//! `session`: list, show, events.

use std::fmt::Write as _;

use callboard_engine::SessionList as Sessions;
use callboard_model::event::{PlanStep, StepStatus};
use callboard_model::fold::Tokens;
use callboard_model::view::{EventPage, SessionDetail, SessionView, SharedBeginning};
use callboard_model::{Cite, Event};

use super::{client, in_workspace, status, tail, talk, workspace_here};
use crate::args::{Session, SessionList};
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

/// Events shown on each side of one that is cited.
const AROUND: usize = 4;

/// Events asked for at once.
pub(super) const PAGE: usize = 500;

pub(super) fn session(command: Session, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    match command {
        Session::List(args) => list(&args, &client),
        Session::Show { session, json } => {
            if let Ok(cite) = session.parse::<Cite>() {
                return event(&client, cite, json.json);
            }
            let detail = find(&client, &session)?;
            if json.json { output::json(&detail) } else { output::print(&detail_text(&detail)) }
        }
        Session::Tail { session, lines, no_follow, json } => {
            let id = find(&client, &session)?.session.id;
            tail::tail(&client, id, lines, !no_follow, json.json)
        }
        Session::Events { session, kind, after, limit, json } => {
            let id = find(&client, &session)?.session.id;
            let (events, shared) = events(&client, &id.to_string(), &kind, after, limit)?;
            if json.json { output::json(&events) } else { tail::show_text(&events, shared) }
        }
    }
}

/// What a citation names: the event, between those around it, each with its number.
fn event(client: &Client, cite: Cite, json: bool) -> Result<(), CliError> {
    let (session, seq) = (cite.session, cite.seq.0);
    let limit = 2 * AROUND + 1;
    let path = format!("/api/sessions/{session}/events?from=around:{seq}&limit={limit}");
    let page: EventPage = client.get(&path)?;
    let Some(at) = page.events.iter().position(|event| event.seq == cite.seq) else {
        return Err(CliError::misuse(
            format!("{session} has no event #{seq}"),
            format!("`callboard session events {session}` lists those that it has"),
        ));
    };
    if json {
        return output::json(&page.events[at]);
    }
    tail::show_cited(&page.events, cite.seq)
}

/// A session by whatever name.
pub(super) fn find(client: &Client, name: &str) -> Result<SessionDetail, CliError> {
    client.get(&format!("/api/sessions/{}", encoded(name)))
}

fn list(args: &SessionList, client: &Client) -> Result<(), CliError> {
    let workspace = if args.all { None } else { workspace_here(client)? };
    let mut path = format!("/api/sessions?limit={}{}", args.limit, in_workspace(workspace));
    let mut with = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", encoded(value)));
        }
    };
    with("agent", args.agent.as_deref());
    with("state", args.state.as_deref());
    let task = args.task.as_deref().map(super::task::task_id).transpose()?;
    with("task", task.map(|id| id.to_string()).as_deref());
    with("live_only", args.live.then_some("1"));
    with("parents_only", (!args.children).then_some("1"));
    let list: Sessions = client.get(&path)?;
    if args.json.json {
        return output::json(&list.sessions);
    }
    if list.sessions.is_empty() {
        return output::line(match args.all {
            true => {
                "no sessions\n\nhint: leave a filter out; `callboard doctor` tells where they are looked for"
            }
            false => "no sessions here\n\nhint: --all lists those of every workspace",
        });
    }
    let now = callboard_os::clock::now();
    output::print(&output::table_text(&status::rows(&list.sessions, now, output::width())))?;
    let more = list.total.saturating_sub(list.sessions.len() as u64);
    if more > 0 {
        output::remark(&format!("{more} more; -n 0 lists all"));
    }
    Ok(())
}

/// All events that are asked for, page by page, and what of them is shared.
fn events(
    client: &Client,
    id: &str,
    kinds: &[String],
    after: Option<i64>,
    limit: Option<usize>,
) -> Result<(Vec<Event>, Option<SharedBeginning>), CliError> {
    let limit = limit.unwrap_or(usize::MAX);
    let mut from = after.map_or_else(|| "start".to_owned(), |seq| format!("after:{seq}"));
    let mut events: Vec<Event> = Vec::new();
    loop {
        let want = PAGE.min(limit - events.len());
        let path = format!(
            "/api/sessions/{id}/events?from={from}&limit={want}&kinds={}",
            encoded(&kinds.join(","))
        );
        let page: EventPage = client.get(&path)?;
        events.extend(page.events);
        match events.last() {
            Some(last) if page.more_after && events.len() < limit => {
                from = format!("after:{}", last.seq.0);
            }
            _ => return Ok((events, page.shared)),
        }
    }
}

fn detail_text(detail: &SessionDetail) -> String {
    let view = &detail.session;
    let mut text = format!("{}  {}  {}\n", view.id, view.agent, output::state(view.state));
    for (name, value) in facts(detail) {
        if !value.is_empty() {
            let name = output::styled(&format!("{name:<10}"), Style::Dim);
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name} {}", output::plain(&value));
        }
    }
    let steps = detail.plan_steps.iter().map(|step| format!("{} {}", step_mark(step), step.text));
    section(&mut text, "plan", steps);
    let checks = detail.checks.iter().take(5).map(|check| {
        let word = match check.ok {
            Some(true) => "passed",
            Some(false) => "failed",
            None => "unclear",
        };
        format!("{word}  {}", output::short(&check.command, 90))
    });
    section(&mut text, "checks", checks);
    let edited = detail.files.iter().filter(|file| file.edits > 0).take(20);
    section(
        &mut text,
        "files",
        edited.map(|f| format!("{} ({})", f.path, output::count(u64::from(f.edits), "edit"))),
    );
    text.push_str(&talk::reports(detail.report.as_slice(), false));
    text.push_str(&talk::messages(&detail.messages));
    let children = detail.children.iter().map(|child| {
        format!("{}  {}  {}", child.id, child.state.word(), output::short(&child.activity, 80))
    });
    section(&mut text, "subagents", children);
    text
}

fn step_mark(step: &PlanStep) -> &'static str {
    match step.status {
        Some(StepStatus::Completed) => "✓",
        Some(StepStatus::InProgress) => "▸",
        Some(StepStatus::Dropped) => "✗",
        Some(StepStatus::Pending) | None => "·",
    }
}

/// What is known of a session, by name.
fn facts(detail: &SessionDetail) -> Vec<(&'static str, String)> {
    let view = &detail.session;
    let now = callboard_os::clock::now();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let moment = |at: Option<callboard_model::Timestamp>| {
        at.map(|at| format!("{} ({} ago)", output::moment(at, now), output::ago(Some(at), now)))
            .unwrap_or_default()
    };
    vec![
        ("doing", status::doing(view, now, status::ACTIVITY_CHARS)),
        ("goal", text(&view.goal)),
        ("title", text(&view.title)),
        ("fork of", view.forked_from.map(|id| id.to_string()).unwrap_or_default()),
        ("took over", detail.follows.iter().map(named).collect()),
        ("handed to", detail.followed_by.iter().map(named).collect::<Vec<_>>().join(", ")),
        ("task", view.task.map(|task| task.to_string()).unwrap_or_default()),
        ("directory", text(&view.cwd)),
        ("branch", text(&view.branch)),
        ("model", text(&view.model)),
        ("version", text(&view.agent_version)),
        ("started", moment(view.started_at)),
        ("last", moment(view.updated_at)),
        ("tokens", tokens_text(&view.tokens)),
        ("cost", view.cost_usd.map(|cost| format!("${cost:.2} as reported")).unwrap_or_default()),
        ("agent's id", view.agent_session_id.clone()),
        ("kept in", detail.transcripts.join("\n           ")),
        ("readable", text(&detail.readable)),
    ]
}

/// `S8 (codex, working)`.
fn named(view: &SessionView) -> String {
    format!("{} ({}, {})", view.id, view.agent, view.state.word())
}

/// Tokens as the agent reports them; nothing where it reports none.
fn tokens_text(tokens: &Tokens) -> String {
    if *tokens == Tokens::default() {
        return String::new();
    }
    format!(
        "{} read, {} from cache, {} written",
        tokens.input + tokens.cache_write,
        tokens.cache_read,
        tokens.output
    )
}

fn section(text: &mut String, name: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", output::styled(name, Style::Dim));
    for line in lines {
        let _ = writeln!(text, "  {}", output::plain(&line));
    }
}
