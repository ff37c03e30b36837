//! The call for a person that a conflict is.

use callboard_model::WorkspaceId;
use callboard_model::call::{CallDetail, CallKind};
use callboard_model::conflict::{ConflictFile, ConflictKind};
use callboard_model::pair::Pair;
use callboard_model::view::{ChangesetRef, PairView};
use callboard_store::{Result, Write};

use super::{close, tell};

/// Calls for a person: git cannot merge two changesets. What was called for before is brought up to date.
pub(in crate::core) fn raise_conflict(
    w: &mut Write<'_>,
    workspace: WorkspaceId,
    view: &PairView,
) -> Result<()> {
    let key = key_of(&view.left.key, &view.right.key);
    close_by_key(w, &key, "there is more of it")?;
    let (question, detail) = told(view);
    let mut new = tell::of_workspace(workspace, CallKind::Conflict, &key, question, detail);
    // It is on the card of whoever is on one side; the other has its mark.
    let is_nobodys = view.left.sessions.is_empty() && view.left.task.is_none();
    let own = if is_nobodys { &view.right } else { &view.left };
    (new.session, new.task) = (own.sessions.first().copied(), own.task);
    tell::raise_own(w, new).map(|_| ())
}

/// Closes the call of a pair.
pub(in crate::core) fn close_conflict(w: &mut Write<'_>, pair: &Pair, because: &str) -> Result<()> {
    close_by_key(w, &key_of(&pair.left, &pair.right), because)
}

fn key_of(left: &str, right: &str) -> String {
    format!("{left} {right}")
}

fn close_by_key(w: &mut Write<'_>, key: &str, because: &str) -> Result<()> {
    for mut call in w.view().calls_not_closed()? {
        if call.kind == CallKind::Conflict && call.key == key {
            close(w, &mut call, because)?;
        }
    }
    Ok(())
}

/// What it says, and where the two meet.
fn told(view: &PairView) -> (String, CallDetail) {
    let files = view.conflict.as_ref().map(|conflict| conflict.files.as_slice());
    let files = files.unwrap_or_default();
    let (left, right) = (&view.left.name, &view.right.name);
    let is_overlap = files.iter().all(|file| file.kind == ConflictKind::Overlap);
    let question = match files {
        [one] if is_overlap => format!("{left} and {right} wrote the same lines of {}", one.path),
        several if is_overlap => {
            format!("{left} and {right} wrote the same lines of {} files", several.len())
        }
        [one] => format!("{left} and {right} conflict in {}", one.path),
        several => format!("{left} and {right} conflict in {} files", several.len()),
    };
    let goals = [&view.left, &view.right].map(goal).into_iter().flatten();
    let goals: Vec<String> = goals.collect();
    let why = match is_overlap {
        true => "They work in one checkout, and these lines belong to both.",
        false => "Git cannot merge them.",
    };
    let text =
        format!("{}\n\n{why} Agents that run are told at their next step.", goals.join("\n\n"));
    let lines = files.iter().map(place).collect();
    (question, CallDetail::Told { text, lines })
}

fn goal(of: &ChangesetRef) -> Option<String> {
    (!of.title.is_empty()).then(|| format!("**{}**: {}", of.name, of.title))
}

fn place(file: &ConflictFile) -> String {
    match file.hunks.as_slice() {
        [] => file.path.clone(),
        [one] if file.kind == ConflictKind::Overlap => {
            format!("{}: line {}", file.path, one.left_line)
        }
        [one] => format!("{}: line {} and line {}", file.path, one.left_line, one.right_line),
        several => format!("{}: {} places", file.path, several.len()),
    }
}
