//! `where_am_i`: the caller's session, task and folder, and who else is at work.

use std::path::Path;

use callboard_engine::{EngineError, SessionQuery, WorktreesWanted};
use callboard_model::WorkspaceId;
use callboard_model::call::CallState;
use callboard_model::text;
use callboard_model::view::{RelatedItem, SessionView, WorktreeView};
use rmcp::model::Tool;

use super::page::page_of;
use super::read::note;
use super::{Call, Said, changes, reads, string, task, words};
use crate::limits;

pub(super) fn tools() -> [Tool; 1] {
    [reads(
        "where_am_i",
        "Your session, task and folder, who else is at work, whom you meet, claims, notes, related work, open questions.",
        &[("session", string())],
        &[],
    )]
}

pub(super) fn where_am_i(call: &Call<'_>) -> Said {
    let workspace = call.workspace()?;
    let own = call.session.map(|session| call.engine.session(session)).transpose()?;
    let mut text = String::new();
    match &own {
        Some(view) => {
            let goal = view.goal.as_deref().unwrap_or_default();
            let goal = words::line(goal, limits::TOOL_SNIPPET_CHARS);
            text.push_str(&format!("You are {} ({}), in {workspace}; goal {goal}\n", view.id, view.agent));
            if let Some(id) = view.task {
                let told = task::told(call, &call.engine.task(id)?)?;
                section(&mut text, "Your task", vec![cut(&told, limits::TOOL_TASK_BYTES)]);
            }
        }
        None => text.push_str(&format!(
            "Which session you are is not known: say it with each call, session: \"S41\". You are in {workspace}.\n"
        )),
    }
    section(&mut text, "Your folder", folder(call, workspace, own.as_ref())?);
    section(&mut text, "At work here", others(call, workspace, own.as_ref())?);
    section(&mut text, "Whom your changes meet", changes::meetings(call)?);
    section(&mut text, "Claims", claims(call, workspace, own.as_ref())?);
    let near = notes(call)?;
    let is_near = |name: &str| near.iter().any(|(near, _)| near == name);
    let related = related(call, is_near)?;
    let near = near.into_iter().map(|(_, line)| line).collect();
    section(&mut text, "Notes and decisions (`read` tells them)", near);
    section(&mut text, "Others' work that may bear on yours (`read` tells more)", related);
    section(&mut text, "Waits for your user", questions(call, workspace)?);
    page_of(&text, 1)
}

/// A heading with its lines, of which the first few are told.
fn section(text: &mut String, name: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("\n## {name}\n"));
    let more = lines.len().saturating_sub(limits::TOOL_LINES);
    for line in lines.iter().take(limits::TOOL_LINES) {
        text.push_str(&format!("{}\n", line.trim_end()));
    }
    if more > 0 {
        text.push_str(&format!("({more} more)\n"));
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most);
    let end = text[..end].rfind('\n').unwrap_or(end);
    format!("{}\n(more by `task` with do: \"get\")", &text[..end])
}

fn folder(
    call: &Call<'_>,
    workspace: WorkspaceId,
    own: Option<&SessionView>,
) -> Result<Vec<String>, EngineError> {
    let cwd = own.and_then(|view| view.cwd.clone());
    let cwd = cwd.unwrap_or_else(|| call.caller.cwd.to_string_lossy().into_owned());
    // A folder without git has no worktrees.
    let all = call.engine.worktrees(Some(workspace), WorktreesWanted::default());
    let mut inside: Vec<WorktreeView> = all.unwrap_or_default();
    inside.retain(|worktree| Path::new(&cwd).starts_with(&worktree.path));
    let Some(worktree) = inside.into_iter().max_by_key(|worktree| worktree.path.len()) else {
        let branch = own.and_then(|view| view.branch.clone()).map(|it| format!(", branch {it}"));
        return Ok(vec![format!("{}{}", words::name(&cwd), branch.unwrap_or_default())]);
    };
    let (path, name) = (words::name(&worktree.path), words::name(&worktree.name));
    let mut lines = vec![format!("{path} (worktree {name})")];
    let branch = worktree.branch.unwrap_or_else(|| "a commit".to_owned());
    let base = worktree.base.map(|base| format!(", lands on {base}")).unwrap_or_default();
    lines.push(format!("branch {branch}{base}"));
    let ports: Vec<String> =
        worktree.ports.iter().map(|(name, port)| format!("{name} {port}")).collect();
    if !ports.is_empty() {
        lines.push(format!("ports: {}", ports.join(", ")));
    }
    lines.extend(worktree.url.map(|url| format!("serves at {url}")));
    // Values may be secrets, and are in its environment already.
    let names: Vec<&str> = worktree.environment.keys().map(String::as_str).collect();
    if !names.is_empty() {
        lines.push(format!("set for you: {}", names.join(", ")));
    }
    Ok(lines)
}

fn others(
    call: &Call<'_>,
    workspace: WorkspaceId,
    own: Option<&SessionView>,
) -> Result<Vec<String>, EngineError> {
    let query = SessionQuery {
        workspace: Some(workspace),
        live_only: true,
        parents_only: true,
        ..SessionQuery::default()
    };
    let mut live = call.engine.sessions(&query)?.sessions;
    live.retain(|view| own.is_none_or(|own| own.id != view.id && own.parent != Some(view.id)));
    Ok(live.iter().map(neighbour).collect())
}

/// Another session in a line.
pub(super) fn neighbour(view: &SessionView) -> String {
    let task = view.task.map(|task| format!(", {task}")).unwrap_or_default();
    let heading = words::line(view.heading().unwrap_or_default(), limits::TOOL_TITLE_CHARS);
    let doing = words::line(&view.activity, limits::TOOL_TITLE_CHARS);
    let files = view.files.iter().take(limits::TOOL_FILES).map(|file| words::name(file));
    let files: Vec<String> = files.collect();
    let files = match files.is_empty() {
        true => String::new(),
        false => format!("; files {}", files.join(", ")),
    };
    format!("- {} ({}{task}) {heading}, {}: {doing}{files}", view.id, view.agent, view.state.word())
}

fn claims(
    call: &Call<'_>,
    workspace: WorkspaceId,
    own: Option<&SessionView>,
) -> Result<Vec<String>, EngineError> {
    let is_own = |name: &str| {
        let task = own.and_then(|view| view.task).map(|task| task.to_string());
        own.is_some_and(|view| view.id.to_string() == name) || task.as_deref() == Some(name)
    };
    let mut lines = Vec::new();
    for claim in call.engine.claims(Some(workspace))? {
        let whose = if is_own(&claim.name) { "you" } else { claim.name.as_str() };
        let line = format!("- {whose}: {}", words::name(&claim.pattern));
        // What a task's scope says and its session claims is one.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// What was written down for the caller's task, itself or the files it touched: each with its name, in a line.
fn notes(call: &Call<'_>) -> Result<Vec<(String, String)>, EngineError> {
    let Some(session) = call.session else { return Ok(Vec::new()) };
    let near = call.engine.notes_near(session, limits::TOOL_NOTES)?;
    let line = |one: &callboard_engine::NearNote| {
        let name = one.row.id.map_or_else(|| one.row.path.clone(), |id| id.to_string());
        (name, format!("- {}; for {}", note::heading(&one.row), words::name(&one.to)))
    };
    Ok(near.iter().map(line).collect())
}

/// What others did or wrote that bears on the caller's work, each in a line with what to read for more; `is_near` are
/// notes that were told already.
fn related(call: &Call<'_>, is_near: impl Fn(&str) -> bool) -> Result<Vec<String>, EngineError> {
    let Some(session) = call.session else { return Ok(Vec::new()) };
    let related = match call.engine.related(session) {
        Ok(related) => related,
        Err(error) => {
            tracing::warn!(%error, "what is related to a session could not be told");
            return Ok(Vec::new());
        }
    };
    let told = related.items.iter().filter(|item| !item.note.as_deref().is_some_and(&is_near));
    Ok(told.map(in_a_line).collect())
}

fn in_a_line(item: &RelatedItem) -> String {
    let name = match (&item.note, item.session) {
        (Some(note), _) => words::name(note),
        (None, session) => session.map(|session| session.to_string()).unwrap_or_default(),
    };
    let who = item.agent.as_ref().map(|agent| format!(" ({agent})")).unwrap_or_default();
    let title = words::line(&item.title, limits::TOOL_TITLE_CHARS);
    let why = text::clip(&item.why.join("; "), limits::TOOL_SNIPPET_CHARS);
    // The line that speaks of what is shared, rather than all of the session.
    let cite = item.lines.first().and_then(|line| line.cites.first());
    let read = cite.filter(|cite| **cite != name).map(|cite| format!(", {cite}"));
    format!("- {name}{who} {title}: {why}; read {name}{}", read.unwrap_or_default())
}

fn questions(call: &Call<'_>, workspace: WorkspaceId) -> Result<Vec<String>, EngineError> {
    let Some(session) = call.session else { return Ok(Vec::new()) };
    let calls = call.engine.inbox(Some(workspace))?.calls;
    let own = calls.iter().filter(|one| one.session == Some(session) && one.kind.is_asked());
    let line = |one: &callboard_model::view::CallView| {
        let question = words::line(&one.question, limits::TOOL_SNIPPET_CHARS);
        let state = if one.state == CallState::Open { "" } else { ", answered" };
        format!("- {} {question}{state}", one.id)
    };
    Ok(own.map(line).collect())
}
