//! `task`: make, list, show, edit, move, link, remove.

use std::fmt::Write as _;
use std::io::Read;

use callboard_model::task::{Column, Priority};
use callboard_model::view::{MoveTask, NewTask, TaskChange, TaskDetail, TaskView};
use callboard_model::{SessionId, TaskId};
use hyper::Method;

use super::{client, import, in_workspace, session, workspace_here, workspace_needed};
use crate::args::{Fields, PriorityWord, Task};
use crate::client::Client;
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

pub(super) fn task(command: Task, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    match command {
        Task::New { title, fields, column, session, json } => {
            let workspace = workspace_needed(&client)?;
            let mut new = new_task(title, fields)?;
            new.column = column.as_deref().map(column_of).transpose()?;
            new.sessions = sessions(&client, &session)?;
            let task: TaskView =
                client.send(Method::POST, &format!("/api/tasks?workspace={workspace}"), &new)?;
            told(&task, json.json)
        }
        Task::List { all, column, json } => list(&client, all, column.as_deref(), json.json),
        Task::Show { task, json } => {
            let id = task
                .or_else(|| settings.task.clone())
                .ok_or_else(|| CliError::misuse("no task was named", "give its id, such as T12"))?;
            let detail: TaskDetail = client.get(&format!("/api/tasks/{}", task_id(&id)?))?;
            if json.json { output::json(&detail) } else { output::print(&detail_text(&detail)) }
        }
        Task::Edit { task, title, fields, json } => {
            let change = task_change(title, fields)?;
            let path = format!("/api/tasks/{}", task_id(&task)?);
            told(&client.send(Method::PATCH, &path, &change)?, json.json)
        }
        Task::Move { task, column, before, json } => {
            let to = MoveTask {
                column: column_of(&column)?,
                before: before.as_deref().map(task_id).transpose()?,
            };
            let path = format!("/api/tasks/{}/move", task_id(&task)?);
            told(&client.send(Method::POST, &path, &to)?, json.json)
        }
        Task::Link { task, session, remove, json } => {
            let id = session::find(&client, &session)?.session.id;
            let path = format!("/api/tasks/{}/sessions/{id}", task_id(&task)?);
            let method = if remove { Method::DELETE } else { Method::PUT };
            told(&client.send(method, &path, &())?, json.json)
        }
        Task::Remove { task, restore, json } => remove(&client, &task, restore, json.json),
        Task::Import { file, github, label, dry_run, json } => {
            let workspace = workspace_needed(&client)?;
            let wanted = import::Wanted { file, github, label, dry_run, json: json.json };
            import::import(&client, workspace, &wanted)
        }
    }
}

fn remove(client: &Client, task: &str, restore: bool, json: bool) -> Result<(), CliError> {
    let id = task_id(task)?;
    if restore {
        let path = format!("/api/tasks/{id}/restore");
        return told(&client.send(Method::POST, &path, &())?, json);
    }
    let id: TaskId = client.send(Method::DELETE, &format!("/api/tasks/{id}"), &())?;
    if json {
        return output::json(&id);
    }
    output::line(&format!("{id} is removed; `callboard task remove --restore {id}` brings it back"))
}

/// The id that a text names.
pub(super) fn task_id(text: &str) -> Result<TaskId, CliError> {
    text.parse().map_err(|error: callboard_model::ids::ParseIdError| {
        CliError::misuse(error.to_string(), "list them with `callboard task list`")
    })
}

fn column_of(word: &str) -> Result<Column, CliError> {
    Column::from_word(word).ok_or_else(|| {
        let all: Vec<_> =
            Column::ALL.iter().map(|column| column.word().replace('_', "-")).collect();
        CliError::misuse(format!("there is no column `{word}`"), format!("use {}", all.join(", ")))
    })
}

fn sessions(client: &Client, names: &[String]) -> Result<Vec<SessionId>, CliError> {
    names.iter().map(|name| Ok(session::find(client, name)?.session.id)).collect()
}

fn ids(names: &[String]) -> Result<Vec<TaskId>, CliError> {
    names.iter().map(|name| task_id(name)).collect()
}

/// The text, or standard input for `-`.
pub(super) fn body_of(body: Option<String>) -> Result<Option<String>, CliError> {
    if body.as_deref() != Some("-") {
        return Ok(body);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(Some(text))
}

fn priority(word: PriorityWord) -> Priority {
    match word {
        PriorityWord::Urgent => Priority::Urgent,
        PriorityWord::High => Priority::High,
        PriorityWord::Normal => Priority::Normal,
        PriorityWord::Low => Priority::Low,
    }
}

fn new_task(title: String, fields: Fields) -> Result<NewTask, CliError> {
    Ok(NewTask {
        title,
        body: body_of(fields.body)?.unwrap_or_default(),
        priority: fields.priority.map(priority).unwrap_or_default(),
        labels: fields.labels,
        checks: fields.checks,
        scope: fields.scope,
        tracker: fields.tracker,
        branch: fields.branch,
        waits_for: ids(&fields.waits_for)?,
        ..NewTask::default()
    })
}

fn task_change(title: Option<String>, fields: Fields) -> Result<TaskChange, CliError> {
    let list = |list: Vec<String>| {
        Some(list).filter(|list| !list.is_empty()).map(|list| {
            // One empty value empties the list.
            list.into_iter().filter(|item| !item.is_empty()).collect::<Vec<_>>()
        })
    };
    let waits_for = list(fields.waits_for).map(|names| ids(&names)).transpose()?;
    let change = TaskChange {
        revision: None,
        title,
        body: body_of(fields.body)?,
        priority: fields.priority.map(priority),
        labels: list(fields.labels),
        checks: list(fields.checks),
        scope: list(fields.scope),
        tracker: fields.tracker,
        branch: fields.branch,
        waits_for,
    };
    if change == TaskChange::default() {
        return Err(CliError::misuse(
            "nothing to change was given",
            "see `callboard task edit --help`",
        ));
    }
    Ok(change)
}

/// Tells what a task is now.
fn told(task: &TaskView, json: bool) -> Result<(), CliError> {
    if json {
        return output::json(task);
    }
    output::line(&format!("{}  {}  {}", task.id, task.column.title(), output::plain(&task.title)))
}

fn list(client: &Client, all: bool, column: Option<&str>, json: bool) -> Result<(), CliError> {
    let workspace = if all { None } else { workspace_here(client)? };
    let column = column.map(column_of).transpose()?;
    let path = format!("/api/tasks?{}", in_workspace(workspace).trim_start_matches('&'));
    let mut tasks: Vec<TaskView> = client.get(&path)?;
    tasks.retain(|task| column.is_none_or(|column| column == task.column));
    if json {
        return output::json(&tasks);
    }
    if tasks.is_empty() {
        return output::line(&match column {
            Some(column) => format!("no tasks in {}", column.title()),
            None => "no tasks\n\nhint: make one with `callboard task new \"…\"`".to_owned(),
        });
    }
    let mut table = output::table(
        &["", "column", "priority", "title", "sessions", "waits for"],
        output::width(),
    );
    for task in &tasks {
        let names =
            |ids: &[TaskId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let labels: String = task.labels.iter().map(|label| format!(" [{label}]")).collect();
        let tracker = task.tracker.as_ref().map(|t| format!(" {t}")).unwrap_or_default();
        table.add_row([
            task.id.to_string(),
            task.column.title().into(),
            task.priority.word().into(),
            output::short(&format!("{}{tracker}{labels}", task.title), 100),
            task.sessions.iter().map(|s| s.session.to_string()).collect::<Vec<_>>().join(" "),
            names(&task.blocked_by),
        ]);
    }
    output::print(&output::table_text(&table))
}

fn detail_text(detail: &TaskDetail) -> String {
    let task = &detail.task;
    let now = callboard_os::clock::now();
    let mut text = format!(
        "{}  {}  {}\n",
        task.id,
        task.column.title(),
        output::styled(&output::plain(&task.title), Style::Bold)
    );
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(
                text,
                "{} {}",
                output::styled(&format!("{name:<10}"), Style::Dim),
                output::plain(&value)
            );
        }
    };
    let join = |list: &[String]| list.join(", ");
    row("priority", task.priority.word().into());
    row("labels", join(&task.labels));
    row("scope", join(&task.scope));
    row("checks", join(&task.checks));
    row("tracker", task.tracker_url.clone().or_else(|| task.tracker.clone()).unwrap_or_default());
    row("branch", task.branch.clone().unwrap_or_default());
    row("waits for", task.waits_for.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    if !task.body.is_empty() {
        let _ = writeln!(text, "\n{}", output::plain(task.body.trim_end()));
    }
    if !detail.sessions.is_empty() {
        text.push('\n');
        text.push_str(&output::table_text(&super::status::rows(
            &detail.sessions,
            now,
            output::width(),
        )));
    }
    text.push_str(&super::talk::reports(&detail.reports, true));
    if !detail.history.is_empty() {
        text.push('\n');
    }
    for change in detail.history.iter().take(10) {
        let _ = writeln!(
            text,
            "{:>7} ago  {} {}",
            output::ago(Some(change.at), now),
            change.by,
            change.text
        );
    }
    text
}
