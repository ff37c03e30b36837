//! `task`: the tasks of the board; one's own, unless another is named.

use callboard_engine::EngineError;
use callboard_model::task::Column;
use callboard_model::view::{MoveTask, NewTask, TaskChange, TaskView};
use callboard_model::{TaskId, quote};
use rmcp::model::Tool;
use serde_json::json;

use super::page::page_of;
use super::{Call, Said, does, integer, said, string, strings, words};
use crate::limits;

pub(super) fn tools() -> [Tool; 1] {
    let what = json!({ "type": "string", "enum": ["list", "get", "create", "update", "move"] });
    [does(
        "task",
        "The board's tasks. Without `id`, get, update and move mean your own.",
        &[
            ("do", what),
            ("id", said("such as T12")),
            ("title", string()),
            ("body", string()),
            ("column", said("backlog, ready, running, needs_you, review or done")),
            ("scope", strings()),
            ("waits_for", strings()),
            ("page", integer()),
            ("session", string()),
        ],
        &["do"],
    )]
}

pub(super) fn task(call: &Call<'_>) -> Said {
    match call.needs("do")? {
        "list" => list(call),
        "get" => {
            let told = told(call, &call.engine.task(id(call)?)?)?;
            page_of(&told, call.number("page").unwrap_or(1))
        }
        "create" => create(call),
        "update" => update(call),
        "move" => moved(call),
        other => Err(EngineError::Refused {
            text: format!("a task cannot be told to {}; nothing was done", words::line(other, 40)),
            hint: "do: list, get, create, update or move",
        }),
    }
}

/// The task that is named, else the caller's own.
fn id(call: &Call<'_>) -> Result<TaskId, EngineError> {
    if let Some(name) = call.text("id") {
        return task_id(name);
    }
    let own = call.engine.session(call.session()?)?.task;
    own.ok_or_else(|| EngineError::Refused {
        text: "you work on no task; nothing was done".to_owned(),
        hint: "name one: id: \"T12\"",
    })
}

pub(super) fn task_id(name: &str) -> Result<TaskId, EngineError> {
    name.trim().parse().map_err(|error: callboard_model::ids::ParseIdError| EngineError::Refused {
        text: format!("{error}; nothing was done"),
        hint: "`task` with do: \"list\" tells them",
    })
}

fn column(call: &Call<'_>) -> Result<Option<Column>, EngineError> {
    let Some(word) = call.text("column") else { return Ok(None) };
    Column::from_word(word).map(Some).ok_or_else(|| EngineError::Refused {
        text: format!("there is no column {}; nothing was done", words::line(word, 40)),
        hint: "backlog, ready, running, needs_you, review or done",
    })
}

fn waits_for(call: &Call<'_>) -> Result<Vec<TaskId>, EngineError> {
    call.texts("waits_for").iter().map(|name| task_id(name)).collect()
}

fn list(call: &Call<'_>) -> Said {
    let only = column(call)?;
    let mut tasks = call.engine.tasks(Some(call.workspace()?))?;
    // What is done stands in nobody's way.
    tasks.retain(|task| only.map_or(task.column != Column::Done, |only| task.column == only));
    let lines: String = tasks.iter().map(|task| format!("- {}\n", in_a_line(task))).collect();
    if lines.is_empty() {
        return Ok("there are no such tasks".to_owned());
    }
    page_of(&lines, call.number("page").unwrap_or(1))
}

pub(super) fn in_a_line(task: &TaskView) -> String {
    let title = words::line(&task.title, limits::TOOL_TITLE_CHARS);
    let names = |names: Vec<String>| names.join(", ");
    let mut line = format!("{} {title} ({})", task.id, task.column.word());
    if !task.blocked_by.is_empty() {
        let ids = names(task.blocked_by.iter().map(ToString::to_string).collect());
        line.push_str(&format!(", waits for {ids}"));
    }
    if !task.sessions.is_empty() {
        let ids = names(task.sessions.iter().map(|one| one.session.to_string()).collect());
        line.push_str(&format!(", {ids}"));
    }
    line
}

/// A task in full.
pub(super) fn told(call: &Call<'_>, task: &TaskView) -> Said {
    let mut text = format!("{}\n", in_a_line(task));
    if !task.body.trim().is_empty() {
        text.push_str(&quote::block(&task.body));
    }
    let mut add = |name: &str, lines: &[String]| {
        if !lines.is_empty() {
            let lines: Vec<String> =
                lines.iter().map(|line| words::line(line, limits::TOOL_SNIPPET_CHARS)).collect();
            text.push_str(&format!("{name}: {}\n", lines.join(", ")));
        }
    };
    add("checks", &task.checks);
    add("scope", &task.scope);
    add("labels", &task.labels);
    add("branch", &task.branch.iter().cloned().collect::<Vec<_>>());
    add("tracker", &task.tracker.iter().cloned().collect::<Vec<_>>());
    for session in call.engine.task_detail(task.id)?.sessions {
        let doing = words::line(&session.activity, limits::TOOL_TITLE_CHARS);
        text.push_str(&format!(
            "- {} ({}), {}: {doing}\n",
            session.id,
            session.agent,
            session.state.word()
        ));
    }
    Ok(text)
}

fn create(call: &Call<'_>) -> Said {
    let session = call.session()?;
    let new = NewTask {
        title: call.needs("title")?.trim().to_owned(),
        body: call.text("body").unwrap_or_default().to_owned(),
        column: column(call)?,
        scope: call.texts("scope"),
        waits_for: waits_for(call)?,
        ..NewTask::default()
    };
    let is_again = call.caller.is_again;
    let id = call.engine.create_task_as(session, call.workspace()?, new, is_again)?;
    Ok(format!("created {}", in_a_line(&call.engine.task(id)?)))
}

fn update(call: &Call<'_>) -> Said {
    let session = call.session()?;
    let given = |name: &str| !call.wanted[name].is_null();
    let change = TaskChange {
        title: call.text("title").map(|title| title.trim().to_owned()),
        body: call.wanted["body"].as_str().map(str::to_owned),
        scope: given("scope").then(|| call.texts("scope")),
        waits_for: given("waits_for").then(|| waits_for(call)).transpose()?,
        ..TaskChange::default()
    };
    if change == TaskChange::default() {
        return Err(EngineError::Refused {
            text: "nothing is to be changed; nothing was".to_owned(),
            hint: "give title, body, scope or waits_for; `do: \"move\"` moves it",
        });
    }
    let id = call.engine.change_task_as(session, id(call)?, change)?;
    Ok(format!("changed {}", in_a_line(&call.engine.task(id)?)))
}

fn moved(call: &Call<'_>) -> Said {
    let session = call.session()?;
    let Some(column) = column(call)? else {
        call.needs("column")?;
        return Ok(String::new());
    };
    let to = MoveTask { column, before: None };
    let id = call.engine.move_task_as(session, id(call)?, to)?;
    Ok(format!("moved {}", in_a_line(&call.engine.task(id)?)))
}
