//! `commit`: exactly what one session changed.

use callboard_model::SessionId;
use callboard_model::attribution::Overlap;
use callboard_model::view::{CommitView, NewCommit};
use hyper::Method;

use super::client;
use crate::args::changes::Commit;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

/// The length at which git shortens a commit's id.
const SHORT: usize = 8;

pub(super) fn commit(args: &Commit, settings: &Settings) -> Result<(), CliError> {
    let session: SessionId = args.session.parse().map_err(|error| {
        CliError::misuse(format!("{error}; nothing was committed"), "see `callboard session list`")
    })?;
    let new = NewCommit {
        message: args.message.join("\n\n"),
        author: args.author.clone(),
        overlaps: args.overlaps,
        without_hooks: args.no_verify,
        dry_run: args.dry_run,
    };
    let client = client(settings)?;
    let path = format!("/api/sessions/{session}/commit");
    let done: CommitView = client.send(Method::POST, &path, &new)?;
    if args.json.json {
        return output::json(&done);
    }
    output::print(&told(&done))
}

fn told(done: &CommitView) -> String {
    let count = output::count(done.files.len() as u64, "file");
    let mut text = match &done.commit {
        Some(id) => {
            let id = id.get(..SHORT).unwrap_or(id);
            format!("{id}: {count} of {} committed\n", done.session)
        }
        None => format!("{count} of {} would be committed; nothing was\n", done.session),
    };
    text.push_str(&listed("  ", &done.files));
    let mut also = |what: &str, files: &[String]| {
        if !files.is_empty() {
            text.push_str(&format!("{what}\n{}", listed("  ", files)));
        }
    };
    also("changed by hooks in the commit:", &done.changed_by_hooks);
    also("written by hooks, and not committed:", &done.written_by_hooks);
    also("staged as before, as hooks changed the commit:", &done.left_staged);
    let shared: Vec<String> = done.overlaps.iter().map(|one| place(one, done.session)).collect();
    also("belongs to others, too:", &shared);
    also("stays, as other sessions wrote it:", &done.others);
    also("stays, as nobody is known to have written it:", &done.unattributed);
    text
}

fn listed(indent: &str, files: &[String]) -> String {
    files.iter().map(|file| format!("{indent}{}\n", output::plain(file))).collect()
}

/// `src/a.rs:42, with S42`.
pub(super) fn place(overlap: &Overlap, session: SessionId) -> String {
    let others = overlap.owners.sessions.iter().filter(|other| **other != session);
    let mut others: Vec<String> = others.map(ToString::to_string).collect();
    others.extend(overlap.owners.unknown.then(|| "somebody unknown".to_owned()));
    let line = overlap.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{}{line}, with {}", overlap.path, others.join(" and "))
}
