//! `worktree env`, `serve` and `setup`: what runs in a worktree, and with what; and what an adopted one lacks.

use std::collections::BTreeMap;

use callboard_engine::equip::shell_text;
use callboard_model::view::{
    ServeWorktree, SetUpWorktree, SetupStep, WorktreeServed, WorktreeSetUp, WorktreeView,
};
use hyper::Method;

use super::{at, named, told};
use crate::args::worktree::{SetupFlags, Worktree};
use crate::client::Client;
use crate::error::CliError;
use crate::output;

/// Does one of the three.
pub(super) fn run(command: Worktree, client: &Client) -> Result<(), CliError> {
    match command {
        Worktree::Env { worktree, json } => {
            let path = at(client, &named(worktree)?, "/environment")?;
            environment(&client.get(&path)?, json.json)
        }
        Worktree::Serve { worktree, stop, json } => {
            let path = at(client, &named(worktree)?, "/serve")?;
            served(&client.send(Method::POST, &path, &ServeWorktree { stop })?, json.json)
        }
        Worktree::Setup { worktree, step: flags, json } => {
            let name = named(worktree)?;
            let Some(step) = step(flags) else {
                return setup(&client.get(&at(client, &name, "")?)?, json.json);
            };
            let path = at(client, &name, "/setup")?;
            let set_up = client.send(Method::POST, &path, &SetUpWorktree { step })?;
            settled(&set_up, step, json.json)
        }
        // The caller hands over no other.
        _ => Ok(()),
    }
}

fn environment(variables: &BTreeMap<String, String>, json: bool) -> Result<(), CliError> {
    // A shell reads it: every character is part of a value, and quoted.
    if json { output::json(variables) } else { output::print(&shell_text(variables)) }
}

/// What became of a development server.
fn served(served: &WorktreeServed, json: bool) -> Result<(), CliError> {
    if json {
        return output::json(served);
    }
    let view = &served.worktree;
    let name = output::plain(&view.name);
    let Some(server) = &view.server else {
        return output::line(&format!("the server of {name} is stopped"));
    };
    let url = output::plain(view.url.as_deref().unwrap_or_default());
    let text = match (served.answers, url.is_empty()) {
        (true, _) => format!("{name} answers at {url}"),
        (false, false) => format!("the server of {name} runs; nothing answers at {url} yet"),
        (false, true) => format!("the server of {name} runs"),
    };
    output::line(&text)?;
    output::line(&format!("log {}", output::plain(&server.log)))
}

/// What an adopted worktree is now, and what it has not.
pub(super) fn adopted(view: &WorktreeView, json: bool) -> Result<(), CliError> {
    told(view, json)?;
    if json {
        return Ok(());
    }
    for remark in &view.remarks {
        output::remark(&format!("note: {remark}"));
    }
    match view.setup.as_deref() {
        None => output::remark(&format!("hint: {}", to_equip(view))),
        Some("running" | "done") => {}
        Some(failed) => output::remark(&format!("note: its setup failed: {failed}")),
    }
    Ok(())
}

/// How a worktree that was given nothing gets what it lacks.
fn to_equip(view: &WorktreeView) -> String {
    format!(
        "`callboard worktree setup {} --again` gives it what it lacks to run, as `callboard.toml` says",
        view.name
    )
}

/// What a person asks to be done about a setup; `None` if it is only to be told.
fn step(flags: SetupFlags) -> Option<SetupStep> {
    match flags {
        SetupFlags { again: true, .. } => Some(SetupStep::Again),
        SetupFlags { revert: true, .. } => Some(SetupStep::Revert),
        SetupFlags { ignore: true, .. } => Some(SetupStep::Ignore),
        _ => None,
    }
}

/// How far a setup is, and what it changed.
fn setup(view: &WorktreeView, json: bool) -> Result<(), CliError> {
    if json {
        return output::json(view);
    }
    let how = match view.setup.as_deref() {
        None => "not set up".to_owned(),
        Some("running") => "setup is running".to_owned(),
        Some("done") => "setup is done".to_owned(),
        Some(failed) => format!("setup failed: {failed}"),
    };
    output::line(&output::plain(&format!("{}: {how}", view.name)))?;
    for remark in &view.remarks {
        output::line(&output::plain(remark))?;
    }
    if let Some(log) = &view.log {
        output::line(&output::plain(&format!("log {log}")))?;
    }
    if view.setup.is_none() {
        output::remark(&format!("hint: {}", to_equip(view)));
    }
    if view.changed_tracked.is_empty() {
        return Ok(());
    }
    output::line("\nchanged by setup, and tracked:")?;
    for path in &view.changed_tracked {
        output::line(&output::plain(&format!("  {path}")))?;
    }
    output::line(
        "\nhint: `--revert` gives them what they had, `--ignore` keeps the change out of status and commits",
    )
}

/// What was done about a setup.
fn settled(set_up: &WorktreeSetUp, step: SetupStep, json: bool) -> Result<(), CliError> {
    if json {
        return output::json(set_up);
    }
    let name = output::plain(&set_up.worktree.name);
    let files = output::plain(&set_up.done.join(", "));
    match step {
        SetupStep::Again => output::line(&format!("the setup of {name} runs again"))?,
        SetupStep::Revert => output::line(&format!("reverted: {files}"))?,
        SetupStep::Ignore => {
            output::line(&format!("kept out of status and commits: {files}"))?;
        }
    }
    if let Some(kept) = &set_up.kept {
        output::line(&format!("what they were is kept as {kept}: `git show {kept}:FILE`"))?;
    }
    if !set_up.left.is_empty() {
        let left = output::plain(&set_up.left.join(", "));
        output::remark(&format!("note: changed again since its setup, and left: {left}"));
    }
    Ok(())
}
