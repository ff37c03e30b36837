//! What agents may do that lead others, where their user allows it: start sessions, wait for them, look at what they
//! did.

use callboard_engine::EngineError;
use callboard_model::session::StateWord;
use callboard_model::view::{NewStart, SessionView};
use callboard_model::{SessionId, quote};
use rmcp::model::Tool;

use super::page::page_of;
use super::wait::end_of;
use super::{Call, Said, does, integer, place, reads, said, string, strings, task, words};
use crate::limits;

pub(super) fn tools() -> [Tool; 3] {
    [
        does(
            "start",
            "Start a session in a worktree of its own: on a task, or with a prompt.",
            &[
                ("task", said("such as T12")),
                ("prompt", string()),
                ("agent", string()),
                ("session", string()),
            ],
            &[],
        ),
        reads(
            "watch",
            "Wait until one of these sessions stops or changes state.",
            &[("sessions", strings()), ("wait_seconds", integer())],
            &["sessions"],
        ),
        reads(
            "review",
            "What a session or task changed, and its checks.",
            &[("of", said("S41 or T12")), ("page", integer())],
            &["of"],
        ),
    ]
}

/// Refuses what only agents may do that lead.
fn may_lead(call: &Call<'_>) -> Result<(), EngineError> {
    if call.engine.may_lead(call.workspace()?)? {
        return Ok(());
    }
    Err(EngineError::Refused {
        text: "agents may not lead others here; nothing was done".to_owned(),
        hint: "your user allows it by `agents.lead = true` in callboard.toml",
    })
}

pub(super) fn start(call: &Call<'_>) -> Said {
    may_lead(call)?;
    let session = call.session()?;
    let new = NewStart {
        task: call.text("task").map(task::task_id).transpose()?,
        prompt: call.text("prompt").map(str::to_owned),
        agent: call.text("agent").map(str::to_owned),
        ..NewStart::default()
    };
    let workspace = call.workspace()?;
    let started = call.engine.start_sessions_as(session, workspace, new, call.caller.is_again)?;
    let lines = started.iter().map(|owned| {
        let task = owned.task.map(|task| format!("{task} ")).unwrap_or_default();
        let waits = owned
            .waits
            .as_ref()
            .map(|why| format!(", waits: {}", words::line(why, limits::TOOL_SNIPPET_CHARS)));
        format!("{task}is started with {}{}\n", owned.agent, waits.unwrap_or_default())
    });
    let lines: String = lines.collect();
    Ok(format!("{lines}`watch` takes the task until its session has an id"))
}

/// The sessions that are named, by themselves or by their tasks.
fn watched(call: &Call<'_>) -> Result<Vec<SessionView>, EngineError> {
    let mut views = Vec::new();
    for name in call.texts("sessions").iter().take(limits::TOOL_LINES) {
        if name.starts_with(['T', 't']) {
            views.extend(call.engine.task_detail(task::task_id(name)?)?.sessions);
        } else {
            views.push(call.engine.session(call.engine.session_named(name)?)?);
        }
    }
    Ok(views)
}

pub(super) fn watch(call: &Call<'_>) -> Said {
    may_lead(call)?;
    if call.texts("sessions").is_empty() {
        call.needs("sessions")?;
    }
    let states = |views: &[SessionView]| -> Vec<(SessionId, StateWord)> {
        views.iter().map(|view| (view.id, view.state)).collect()
    };
    let end = end_of(call.number("wait_seconds"));
    let mut news = call.engine.listen();
    let place = call.waits.place();
    let before = states(&watched(call)?);
    loop {
        news.mark_unchanged();
        let views = watched(call)?;
        let now = states(&views);
        // A task whose session has not begun is waited for.
        let works = now.is_empty() || now.iter().any(|(_, state)| *state == StateWord::Working);
        let is_over = now != before || !works || place.is_none();
        if is_over || !call.waits.for_news(&mut news, end) {
            let lines: Vec<String> = views.iter().map(place::neighbour).collect();
            return Ok(match lines.is_empty() {
                true => "no session has begun yet".to_owned(),
                false => lines.join("\n"),
            });
        }
    }
}

pub(super) fn review(call: &Call<'_>) -> Said {
    may_lead(call)?;
    let (name, workspace) = (call.needs("of")?.trim(), call.workspace()?);
    let changeset = call.engine.changeset_named(Some(workspace), name)?;
    let of = &changeset.changeset;
    let title = words::line(&of.title, limits::TOOL_TITLE_CHARS);
    let mut text = format!("{} {title}: +{} -{}\n", of.name, changeset.added, changeset.removed);
    for file in &changeset.files {
        text.push_str(&format!("- {}\n", words::name(&file.path)));
    }
    for session in &of.sessions {
        for check in call.engine.session_detail(*session)?.checks.iter().take(limits::TOOL_LINES) {
            let word = match check.ok {
                Some(true) => "passed",
                Some(false) => "failed",
                None => "unclear",
            };
            let command = words::line(&check.command, limits::TOOL_SNIPPET_CHARS);
            text.push_str(&format!("check of {session} {word}: {command}\n"));
        }
    }
    let patch = call.engine.changeset_patch(Some(workspace), &of.key)?.patch;
    text.push_str(&format!("\n{}", quote::block(&patch)));
    page_of(&text, call.number("page").unwrap_or(1))
}
