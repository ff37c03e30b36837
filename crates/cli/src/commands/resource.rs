//! `resource`: who has what cannot be doubled, taking it and giving it back.

use std::path::Path;
use std::process::ExitCode;

use callboard_model::resource::LeaseState;
use callboard_model::view::{GiveResource, LeaseView, ResourceView, TakeResource, WorktreeView};
use callboard_model::{TaskId, WorkspaceId};
use hyper::Method;

use super::{client, in_workspace, workspace_here, workspace_needed};
use crate::args::Resource;
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

/// Milliseconds that one request waits for a turn; then it asks again.
const WAIT_MS: u64 = 20_000;

pub(super) fn resource(command: Resource, settings: &Settings) -> Result<ExitCode, CliError> {
    let client = client(settings)?;
    match command {
        Resource::List { all, json } => {
            let workspace = if all { None } else { workspace_here(&client)? };
            list(&client, workspace, json.json).map(|()| ExitCode::SUCCESS)
        }
        Resource::Take { name, wait, json } => {
            let lease = take(&client, settings, &name, wait)?;
            if matches!(lease.state, LeaseState::Given | LeaseState::Giving) && !json.json {
                output::line(&format!(
                    "{name}: the place in its queue was given up; it was not taken"
                ))?;
                return Ok(ExitCode::from(1));
            }
            told(&lease, json.json)
        }
        Resource::Give { name, json } => {
            let path = path_of(workspace_needed(&client)?, &name, "give");
            let given = GiveResource { holder: worktree_here(&client, settings)? };
            told(&client.send(Method::POST, &path, &given)?, json.json)
        }
    }
}

fn path_of(workspace: WorkspaceId, name: &str, verb: &str) -> String {
    format!("/api/resources/{}/{verb}?workspace={workspace}", encoded(name))
}

fn take(
    client: &Client,
    settings: &Settings,
    name: &str,
    wait: bool,
) -> Result<LeaseView, CliError> {
    let path = path_of(workspace_needed(client)?, name, "take");
    let holder = worktree_here(client, settings)?;
    let folder = std::env::current_dir()?;
    let folder = holder.is_some().then(|| top_of(&folder).display().to_string());
    let task = settings.task.as_deref().and_then(|task| task.parse::<TaskId>().ok());
    let wanted = TakeResource {
        holder,
        folder,
        task,
        queue: wait,
        wait_ms: WAIT_MS,
        ..TakeResource::default()
    };
    let mut place = None;
    loop {
        let lease: LeaseView = client.send(Method::POST, &path, &wanted)?;
        if !matches!(lease.state, LeaseState::Waiting | LeaseState::Taking) {
            return Ok(lease);
        }
        if place != Some(lease.position) && lease.state == LeaseState::Waiting {
            place = Some(lease.position);
            output::remark(&format!("waiting for {name}, {} before", lease.position));
        }
    }
}

/// The worktree that this shell works in: what its environment says, else the one that its folder lies in.
fn worktree_here(client: &Client, settings: &Settings) -> Result<Option<String>, CliError> {
    if settings.worktree.is_some() {
        return Ok(settings.worktree.clone());
    }
    let folder = std::env::current_dir()?;
    let top = top_of(&folder);
    let all: Vec<WorktreeView> = client.get("/api/worktrees")?;
    let here = all.into_iter().find(|tree| tree.id.is_some() && Path::new(&tree.path) == top);
    Ok(here.map(|tree| tree.name))
}

/// The top of the checkout that a folder lies in.
fn top_of(folder: &std::path::Path) -> &std::path::Path {
    folder.ancestors().find(|path| path.join(".git").exists()).unwrap_or(folder)
}

/// What became of it; the answer is "no" where a hook failed.
fn told(lease: &LeaseView, json: bool) -> Result<ExitCode, CliError> {
    let code =
        if lease.state == LeaseState::Failed { ExitCode::from(1) } else { ExitCode::SUCCESS };
    if json {
        return output::json(lease).map(|()| code);
    }
    let note = lease.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    let text = match lease.state {
        LeaseState::Held => format!("{} is with {}", lease.resource, lease.holder),
        LeaseState::Failed => format!("{} could not be taken and is free again", lease.resource),
        LeaseState::Giving => format!("{} is being given back", lease.resource),
        state => format!("{}: {}", lease.resource, state.word()),
    };
    output::line(&format!("{text}{note}")).map(|()| code)
}

fn list(client: &Client, workspace: Option<WorkspaceId>, json: bool) -> Result<(), CliError> {
    let path = format!("/api/resources?{}", in_workspace(workspace).trim_start_matches('&'));
    let resources: Vec<ResourceView> = client.get(&path)?;
    if json {
        return output::json(&resources);
    }
    if resources.is_empty() {
        return output::line(
            "no resources\n\nhint: name what cannot be doubled as `[resources.NAME]` in callboard.toml",
        );
    }
    let now = callboard_os::clock::now();
    let mut table =
        output::table(&["resource", "with", "for", "waiting, next first"], output::width());
    for resource in &resources {
        let names = |some: &[LeaseView]| {
            some.iter().map(|lease| lease.holder.clone()).collect::<Vec<_>>().join(", ")
        };
        let since = resource.held.iter().filter_map(|lease| lease.taken_at).min();
        table.add_row([
            resource.name.clone(),
            if resource.held.is_empty() { "free".into() } else { names(&resource.held) },
            output::ago(since, now),
            names(&resource.queue),
        ]);
    }
    output::print(&output::table_text(&table))
}
