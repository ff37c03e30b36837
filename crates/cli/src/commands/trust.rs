//! `trust`: what `callboard.toml` can do, and whether it may.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::Path;

use callboard_engine::project;
use callboard_model::WorkspaceId;
use callboard_model::view::{ApproveTrust, TrustState, TrustView, Workspace};
use hyper::Method;

use super::{client, workspace_needed};
use crate::args::Trust;
use crate::client::encoded;
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

pub(super) fn trust(args: &Trust, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let path = path_of(workspace_needed(&client)?);
    if args.revoke {
        let now: TrustView = client.send(Method::DELETE, &path, &())?;
        return if args.json.json { output::json(&now) } else { output::print(&told(&now)) };
    }
    let shown: TrustView = client.get(&path)?;
    let is_open = matches!(shown.state, TrustState::Waiting | TrustState::Declined);
    if !(args.yes && is_open) && args.json.json {
        return output::json(&shown);
    }
    if !args.json.json {
        output::print(&told(&shown))?;
    }
    if !is_open || !(args.yes || agreed()?) {
        return Ok(());
    }
    let approval = ApproveTrust { fingerprint: shown.fingerprint };
    let now: TrustView = client.send(Method::POST, &path, &approval)?;
    if args.json.json {
        return output::json(&now);
    }
    output::remark("approved: it takes effect from now on");
    Ok(())
}

/// Approves what was written into the `callboard.toml` of `root`: whoever had it written has seen it.
pub(super) fn approve_written(
    root: &Path,
    text: &str,
    settings: &Settings,
) -> Result<(), CliError> {
    let approval = project::fingerprint_of(text)
        .map_err(|error| CliError::misuse(error.to_string(), "mend it"))?;
    let is_trusted = settings.trusted.iter().any(|folder| root.starts_with(folder));
    let Some(approval) = approval.filter(|_| !is_trusted) else { return Ok(()) };
    let client = client(settings)?;
    let path = serde_json::json!({ "path": root });
    let workspace: Workspace = client.send(Method::POST, "/api/workspaces", &path)?;
    client.send::<_, TrustView>(Method::POST, &path_of(workspace.id), &approval).map(drop)
}

fn path_of(workspace: WorkspaceId) -> String {
    format!("/api/workspaces/{}/trust", encoded(&workspace.to_string()))
}

fn told(trust: &TrustView) -> String {
    let mut text = format!("{}\n", output::plain(&trust.file));
    let is_new = trust.approved_at.is_none();
    if trust.powers.is_empty() && trust.removed.is_empty() {
        text.push_str("  nothing of it needs an approval\n");
        return text;
    }
    for line in &trust.powers {
        let mark = if !is_new && trust.added.contains(line) { '+' } else { ' ' };
        let _ = writeln!(text, "  {mark} {}", output::plain(line));
    }
    for line in &trust.removed {
        let _ = writeln!(text, "  - {}", output::plain(line));
    }
    let by = trust.approved_by.as_deref().unwrap_or("you");
    let state = match trust.state {
        TrustState::Nothing => "nothing of it needs an approval".to_owned(),
        TrustState::Approved => format!("approved by {by}"),
        TrustState::Trusted => "takes effect: CALLBOARD_TRUST names a folder above it".to_owned(),
        TrustState::Waiting if is_new => {
            "not approved yet: until then nothing of this takes effect".to_owned()
        }
        TrustState::Waiting => {
            "changed since it was approved: nothing of this takes effect".to_owned()
        }
        TrustState::Declined => {
            "not approved, as you said: nothing of this takes effect".to_owned()
        }
    };
    let _ = writeln!(text, "{}", output::styled(&state, Style::Bold));
    text
}

/// Asks; nobody who is not there agrees.
fn agreed() -> Result<bool, CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::misuse(
            "nobody is there to be asked; nothing was approved",
            "read what it does, then `callboard trust --yes`",
        ));
    }
    let is_yes = output::agreed("\nLet it do this?")?;
    if !is_yes {
        output::line("nothing was approved")?;
    }
    Ok(is_yes)
}
