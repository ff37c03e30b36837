//! `share`: notes and decisions, committed like any file.

use callboard_model::view::{NoteShare, SecretLine, ShareNotes};
use hyper::Method;

use super::{client, in_workspace, workspace_needed};
use crate::args::note::Share;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

/// The length at which git shortens a commit's id.
const SHORT: usize = 8;

pub(super) fn share(args: &Share, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?.patient();
    let workspace = Some(workspace_needed(&client)?);
    let send = |share: &ShareNotes| -> Result<NoteShare, CliError> {
        client.send(Method::POST, "/api/notes/share", share)
    };
    if args.unshare {
        let done = send(&ShareNotes { workspace, undo: true, ..ShareNotes::default() })?;
        return match args.json.json {
            true => output::json(&done),
            false => output::line(
                "git sees new notes and decisions no longer; those that are committed stay committed",
            ),
        };
    }
    let of = in_workspace(workspace);
    let plan: NoteShare =
        client.get(&format!("/api/notes/share?{}", of.trim_start_matches('&')))?;
    if args.json.json && args.print {
        return output::json(&plan);
    }
    if plan.files.is_empty() && plan.is_shared {
        return match args.json.json {
            true => output::json(&plan),
            false => {
                output::line("nothing has changed since the last commit; nothing was committed")
            }
        };
    }
    if !args.json.json {
        output::print(&told(&plan))?;
    }
    // Where nothing could be committed, nobody is asked whether it should.
    let is_refused = !plan.secrets.is_empty() && !args.with_secrets;
    if args.print || (!args.yes && !is_refused && !output::agreed("Commit them?")?) {
        return match args.json.json {
            true => output::json(&plan),
            false => output::line("nothing was committed"),
        };
    }
    let share = ShareNotes {
        workspace,
        message: args.message.clone(),
        files: Some(plan.files),
        version: Some(plan.version),
        undo: false,
        with_secrets: args.with_secrets,
    };
    let done = send(&share)?;
    if args.json.json {
        return output::json(&done);
    }
    output::line(&match &done.commit {
        Some(id) => format!("{}: {} committed", id.get(..SHORT).unwrap_or(id), files(&done)),
        None => "git sees notes and decisions from now on; there are none yet".to_owned(),
    })
}

fn files(share: &NoteShare) -> String {
    output::count(share.files.len() as u64, "file")
}

fn told(plan: &NoteShare) -> String {
    let branch = plan.branch.as_deref().map_or("no branch".to_owned(), output::plain);
    let list: String =
        plan.files.iter().map(|file| format!("  {}\n", output::plain(file))).collect();
    let secrets = plan.secrets.iter().map(|secret| {
        let SecretLine { path, line, kind } = secret;
        format!("  {}:{line} holds what looks like a secret ({kind})\n", output::plain(path))
    });
    let secrets: String = secrets.collect();
    format!("{} on {branch} of {}:\n{list}{secrets}", files(plan), output::plain(&plan.path))
}
