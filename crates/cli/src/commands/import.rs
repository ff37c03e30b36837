//! `task import`: GitHub issues by `gh`, or a Markdown list.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use callboard_model::WorkspaceId;
use callboard_model::task::Column;
use callboard_model::view::{NewTask, TaskView};
use callboard_os::command::Command;
use serde::Deserialize;

use crate::client::Client;
use crate::error::CliError;
use crate::output;

/// Issues asked for at once.
const ISSUES: &str = "500";

/// What is to be imported.
pub(super) struct Wanted {
    pub(super) file: Option<PathBuf>,
    pub(super) github: bool,
    pub(super) label: Vec<String>,
    pub(super) dry_run: bool,
    pub(super) json: bool,
}

pub(super) fn import(
    client: &Client,
    workspace: WorkspaceId,
    wanted: &Wanted,
) -> Result<(), CliError> {
    let found = match &wanted.file {
        Some(file) if !wanted.github => markdown(&read(file)?),
        _ => issues(&wanted.label)?,
    };
    if found.is_empty() {
        output::remark("nothing to import: there is no list in it, or no open issue");
        return if wanted.json { output::json(&found) } else { Ok(()) };
    }
    let known: Vec<TaskView> = client.get(&format!("/api/tasks?workspace={workspace}"))?;
    let (new, before) = fresh(found, &known);
    let mut made: Vec<TaskView> = Vec::new();
    for task in &new {
        if wanted.dry_run {
            output::line(&format!("would make: {}", output::plain(&task.title)))?;
            continue;
        }
        let path = format!("/api/tasks?workspace={workspace}");
        made.push(client.send(hyper::Method::POST, &path, task)?);
    }
    if wanted.json {
        return output::json(&made);
    }
    for task in &made {
        output::line(&format!("{}  {}", task.id, output::plain(&task.title)))?;
    }
    let done = if wanted.dry_run { "would be made" } else { "made" };
    output::remark(&format!("{} {done}, {before} there before", new.len()));
    Ok(())
}

/// Those that are not on the board yet, by tracker or title; and how many are.
fn fresh(found: Vec<NewTask>, known: &[TaskView]) -> (Vec<NewTask>, usize) {
    let trackers: HashSet<&str> = known.iter().filter_map(|task| task.tracker.as_deref()).collect();
    let titles: HashSet<&str> = known.iter().map(|task| task.title.trim()).collect();
    let total = found.len();
    let new: Vec<NewTask> = found
        .into_iter()
        .filter(|task| match task.tracker.as_deref() {
            Some(tracker) => !trackers.contains(tracker),
            None => !titles.contains(task.title.trim()),
        })
        .collect();
    let before = total - new.len();
    (new, before)
}

fn read(file: &Path) -> Result<String, CliError> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(file).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::InvalidData => "it is no text in UTF-8".to_owned(),
            _ => error.to_string(),
        };
        CliError::misuse(
            format!("cannot read {}: {why}; nothing was made", file.display()),
            "name a Markdown file",
        )
    })
}

/// The items of a Markdown list; what is indented below an item is its body. A ticked item is done.
fn markdown(text: &str) -> Vec<NewTask> {
    let mut tasks: Vec<NewTask> = Vec::new();
    let mut labels = Vec::new();
    for line in text.lines() {
        let indented = line.starts_with([' ', '\t']);
        if let Some(heading) = line.strip_prefix('#') {
            let name = heading.trim_start_matches('#').trim().to_lowercase();
            labels = if name.is_empty() { Vec::new() } else { vec![name.replace(' ', "-")] };
        } else if let Some(item) = item_of(line).filter(|_| !indented) {
            let (column, title) = match item.strip_prefix("[ ]") {
                Some(open) => (None, open),
                None => match item.strip_prefix("[x]").or_else(|| item.strip_prefix("[X]")) {
                    Some(done) => (Some(Column::Done), done),
                    None => (None, item),
                },
            };
            let title = title.trim().to_owned();
            let tracker = tracker_in(&title);
            let labels = labels.clone();
            if !title.is_empty() {
                tasks.push(NewTask { title, column, labels, tracker, ..NewTask::default() });
            }
        } else if let Some(task) = tasks.last_mut().filter(|_| indented && !line.trim().is_empty())
        {
            task.body.push_str(line.trim_start());
            task.body.push('\n');
        }
    }
    tasks
}

fn item_of(line: &str) -> Option<&str> {
    let bullet = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
    bullet.or_else(|| {
        let (number, rest) = line.split_once(['.', ')'])?;
        (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
            .then(|| rest.strip_prefix(' '))?
    })
}

/// `#432` or an address in a title.
fn tracker_in(title: &str) -> Option<String> {
    let words =
        title.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ','));
    words
        .map(|word| word.trim_end_matches(['.', ':', ';']))
        .find(|word| {
            let number = word.strip_prefix('#');
            number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
                || word.starts_with("https://")
        })
        .map(ToOwned::to_owned)
}

/// An issue as `gh issue list --json` gives it.
#[derive(Debug, Deserialize)]
struct Issue {
    number: u64,
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    labels: Vec<Label>,
}

#[derive(Debug, Deserialize)]
struct Label {
    name: String,
}

fn issues(labels: &[String]) -> Result<Vec<NewTask>, CliError> {
    let here = std::env::current_dir()?;
    let mut command = Command::new("gh", here)
        .args(["issue", "list", "--state", "open", "--limit", ISSUES])
        .args(["--json", "number,title,body,labels"]);
    for label in labels {
        command = command.args(["--label", label]);
    }
    let output = command.output().map_err(|error| {
        CliError::misuse(
            format!("{error}; nothing was made"),
            "install GitHub's command line (`gh`), or import a Markdown list",
        )
    })?;
    if !output.status.success() {
        return Err(CliError::misuse(
            format!("`gh issue list` failed: {}; nothing was made", output.error_text()),
            "sign in with `gh auth login`",
        ));
    }
    let issues: Vec<Issue> = serde_json::from_slice(&output.stdout).map_err(|error| {
        CliError::misuse(
            format!("what `gh` printed could not be read: {error}; nothing was made"),
            "update `gh`",
        )
    })?;
    Ok(issues.into_iter().map(task_of).collect())
}

fn task_of(issue: Issue) -> NewTask {
    NewTask {
        title: issue.title,
        body: issue.body,
        labels: issue.labels.into_iter().map(|label| label.name).collect(),
        tracker: Some(format!("#{}", issue.number)),
        ..NewTask::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_markdown_list_becomes_tasks() {
        let tasks = markdown(
            "# Watcher\n\n- [ ] Debounce events (#12)\n  Two in 10 ms are one.\n\n- [x] Log drops\n1. Write docs\n\nnot an item\n",
        );
        let told: Vec<_> = tasks
            .iter()
            .map(|t| (t.title.as_str(), t.tracker.as_deref(), t.column, t.body.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("Debounce events (#12)", Some("#12"), None, "Two in 10 ms are one.\n"),
                ("Log drops", None, Some(Column::Done), ""),
                ("Write docs", None, None, ""),
            ]
        );
        assert_eq!(tasks[0].labels, ["watcher"]);
    }
}
