//! `claim`: what a task or a session is going to touch, said beforehand.

use std::path::Path;

use callboard_model::view::{ClaimView, DropClaims, NewClaim, WorktreeView};
use callboard_model::{SessionId, TaskId};
use hyper::Method;

use super::{client, note, task, workspace_needed};
use crate::args::changes::Claim;
use crate::client::Client;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

pub(super) fn claim(args: Claim, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let path = format!("/api/claims?workspace={}", workspace_needed(&client)?);
    if args.list {
        return told(&client.get::<Vec<ClaimView>>(&path)?, args.json.json);
    }
    let mut session = args.session.as_deref().map(session_id).transpose()?;
    let task = match (&args.task, session) {
        (Some(named), _) => Some(task::task_id(named)?),
        (None, Some(_)) => None,
        (None, None) => task_here(&client, settings)?,
    };
    if task.is_none() && session.is_none() {
        session = note::own_session(&client, settings);
    }
    let Some(ids) = args.drop else {
        let new = NewClaim { patterns: args.paths, task, session };
        return told(&client.send::<_, Vec<ClaimView>>(Method::POST, &path, &new)?, args.json.json);
    };
    let which = match ids.is_empty() {
        true => DropClaims { task, session, ..DropClaims::default() },
        false => DropClaims { ids, ..DropClaims::default() },
    };
    let dropped: u64 = client.send(Method::DELETE, &path, &which)?;
    if args.json.json {
        return output::json(&dropped);
    }
    output::line(&format!("{} taken back", output::count(dropped, "claim")))
}

fn session_id(text: &str) -> Result<SessionId, CliError> {
    text.parse().map_err(|error| {
        CliError::misuse(format!("{error}; nothing was claimed"), "see `callboard session list`")
    })
}

/// The task of this shell: what its environment says, else the one whose worktree this is.
fn task_here(client: &Client, settings: &Settings) -> Result<Option<TaskId>, CliError> {
    if let Some(task) = settings.task.as_deref().and_then(|task| task.parse().ok()) {
        return Ok(Some(task));
    }
    let here = std::env::current_dir()?;
    let all: Vec<WorktreeView> = client.get("/api/worktrees")?;
    let around = all.into_iter().filter(|tree| here.starts_with(Path::new(&tree.path)));
    Ok(around.max_by_key(|tree| tree.path.len()).and_then(|tree| tree.task))
}

fn told(claims: &[ClaimView], json: bool) -> Result<(), CliError> {
    if json {
        return output::json(&claims);
    }
    if claims.is_empty() {
        return output::line(
            "nothing is claimed\n\nhint: say what a task is going to touch with `callboard claim 'src/watcher/**'`",
        );
    }
    let mut table = output::table(&["claim", "who", "paths", "meets"], output::width());
    for claim in claims {
        table.add_row([
            claim.id.map_or_else(|| "scope".to_owned(), |id| id.to_string()),
            claim.name.clone(),
            claim.pattern.clone(),
            claim.meets.join("\n"),
        ]);
    }
    output::print(&output::table_text(&table))
}
