//! `run`: sessions that Callboard starts, on a task or on a prompt.

use std::io::{self, IsTerminal};

use callboard_model::TaskId;
use callboard_model::owned::OwnedState;
use callboard_model::view::{NewStart, OwnedView};
use hyper::Method;

use super::{client, in_workspace, workspace_needed};
use crate::args::Run;
use crate::client::Client;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

/// Time in which a session usually starts; whoever asked is told what it waits for then.
const LOOKS: u32 = 100;
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(100);

pub(super) fn run(run: Run, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let task = run.work.parse::<TaskId>().ok().filter(|_| looks_like_a_task(&run.work));
    let workspace = match task {
        Some(_) => None,
        None => Some(workspace_needed(&client)?),
    };
    let new = NewStart {
        task,
        prompt: run.prompt.or_else(|| task.is_none().then(|| run.work.clone())),
        agent: run.agent,
        model: run.model,
        mode: run.mode,
        in_place: run.in_place,
        at_once: run.at_once,
        count: run.count,
    };
    let path = format!("/api/owned?{}", in_workspace(workspace).trim_start_matches('&'));
    let asked: Vec<OwnedView> = client.send(Method::POST, &path, &new)?;
    // All that are started of one task meet the same.
    for met in asked.first().iter().flat_map(|owned| &owned.overlaps) {
        output::remark(&format!("overlap: {met}"));
    }
    let mut failed = None;
    let mut shown = Vec::new();
    for owned in asked {
        let mut owned = settled(&client, owned)?;
        if !run.json.json && may_start_at_once(&owned)? {
            owned = client.send(Method::POST, &format!("/api/owned/{}/start", owned.id), &())?;
            owned = settled(&client, owned)?;
        }
        if owned.state == OwnedState::Failed {
            failed.clone_from(&owned.failure);
        }
        if run.json.json {
            shown.push(owned);
        } else {
            output::line(&told(&owned))?;
        }
    }
    if run.json.json {
        output::json(&shown)?;
    }
    match failed {
        Some(failure) => Err(CliError::misuse(
            format!("it did not start: {failure}"),
            "mend that, and run it again",
        )),
        None => Ok(()),
    }
}

/// Whether somebody at the terminal wants what waits for its turn to start all the same.
fn may_start_at_once(owned: &OwnedView) -> Result<bool, CliError> {
    let waits = owned.waits.as_deref().filter(|_| owned.can.start_at_once);
    let is_asked = io::stdin().is_terminal() && io::stdout().is_terminal();
    match waits.filter(|_| is_asked) {
        Some(_) => {
            output::line(&told(owned))?;
            output::agreed("Start it all the same?")
        }
        None => Ok(false),
    }
}

/// `T12` and `t12`; a number alone is a prompt as good as any.
fn looks_like_a_task(work: &str) -> bool {
    work.starts_with(['T', 't']) && work[1..].bytes().all(|b| b.is_ascii_digit())
}

/// The session once it has started, waits for something, or has failed.
pub(super) fn settled(client: &Client, asked: OwnedView) -> Result<OwnedView, CliError> {
    let mut owned = asked;
    for _ in 0..LOOKS {
        let is_starting = matches!(
            owned.state,
            OwnedState::Queued | OwnedState::Preparing | OwnedState::Starting
        );
        if !is_starting || (owned.state == OwnedState::Queued && owned.waits.is_some()) {
            return Ok(owned);
        }
        std::thread::sleep(LOOK_EVERY);
        owned = client.get(&format!("/api/owned/{}", owned.id))?;
    }
    Ok(owned)
}

/// One line about an owned session.
pub(super) fn told(owned: &OwnedView) -> String {
    let name = match (owned.session, owned.task) {
        (Some(session), _) => session.to_string(),
        (None, Some(task)) => task.to_string(),
        (None, None) => format!("owned {}", owned.id),
    };
    let task = owned.task.filter(|_| owned.session.is_some());
    let of = task.map(|task| format!(" on {task}")).unwrap_or_default();
    let cwd = owned.cwd.as_deref().map(|cwd| format!(" in {cwd}")).unwrap_or_default();
    let agent = &owned.agent;
    match owned.state {
        OwnedState::Queued => {
            let why = owned.waits.as_deref().unwrap_or("its turn comes");
            format!("{name}  {agent} waits: {why}")
        }
        OwnedState::Running => format!("{name}  {agent} runs{of}{cwd}"),
        OwnedState::Preparing | OwnedState::Starting => {
            format!("{name}  {agent} is being started{of}{cwd}")
        }
        OwnedState::Ended => format!("{name}  {agent} ended"),
        OwnedState::Interrupted | OwnedState::Failed => {
            let why = owned.failure.as_deref().unwrap_or("nothing tells why");
            format!("{name}  {agent} {}: {}", owned.state.word(), output::plain(why))
        }
    }
}
