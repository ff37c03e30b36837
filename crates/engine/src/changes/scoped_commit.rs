//! The commit of one session's changes, whatever else is dirty or staged in its checkout.

use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_git::scoped_commit::{CommitError, Committed, Request, commit};
use callboard_model::attribution::{
    FileAttribution, Overlap, Owners, Part, SharedCheckout, parts_of,
};
use callboard_model::view::{CommitView, NewCommit, OwnChangesView};
use callboard_model::{SessionId, WorkspaceId};

use crate::core::view_of;
use crate::owned::succession::goes_on_with;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// Commits what a session changed in its checkout, and nothing else.
    ///
    /// # Errors
    /// When something of it belongs to others, too; when nothing is the session's; when git or a hook refuses. Nothing
    /// is committed then.
    pub fn commit_session(
        &self,
        session: SessionId,
        wanted: &NewCommit,
    ) -> Result<CommitView, EngineError> {
        if wanted.message.trim().is_empty() && !wanted.dry_run {
            return Err(EngineError::Refused {
                text: "a commit needs a message; nothing was committed".to_owned(),
                hint: "say it with -m",
            });
        }
        let (session, top) = self.checkout_of_session(session)?;
        // What the session did a moment ago is told a moment later.
        std::thread::sleep(Duration::from_millis(limits::TOLD_WITHIN_MS.unsigned_abs()));
        let mut tries = 0;
        loop {
            tries += 1;
            let told = self.look_at_checkout(&top)?;
            let (parts, view) = to_commit(&told, session, wanted)?;
            if wanted.dry_run {
                return Ok(view);
            }
            let request = Request {
                parts: &parts,
                message: &wanted.message,
                author: wanted.author.as_deref(),
                without_hooks: wanted.without_hooks,
            };
            match commit(&top, &request) {
                Ok(done) => {
                    let _ = self.look_at_checkout(&top);
                    return Ok(committed(view, done));
                }
                Err(CommitError::Changed(_)) if tries < limits::COMMIT_TRIES => {
                    self.changes.touched.anything(&top);
                }
                Err(error) => return Err(refusal(error)),
            }
        }
    }

    /// The checkouts of a workspace that sessions work in, and whose each of their changes is.
    ///
    /// # Errors
    /// When the store fails.
    pub fn shared_checkouts(
        &self,
        workspace: Option<WorkspaceId>,
    ) -> Result<Vec<SharedCheckout>, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        self.read(|s| Ok(s.shared_checkouts(workspace)?))
    }

    /// What a session changed in its checkout; none where it is not known to have worked in one.
    ///
    /// # Errors
    /// When there is no such session, or the store fails.
    pub fn own_changes(&self, session: SessionId) -> Result<Option<OwnChangesView>, EngineError> {
        let known = self.read(|s| Ok(s.session(session)?))?;
        let known = known.ok_or_else(|| EngineError::no_session(session))?;
        let (root, workspace) =
            (self.read(|s| Ok(goes_on_with(s, known.root)?))?, known.row.workspace);
        let all = match workspace {
            Some(workspace) => self.read(|s| Ok(s.shared_checkouts(workspace)?))?,
            None => Vec::new(),
        };
        Ok(all.into_iter().find(|told| told.sessions.contains(&root)).map(|told| OwnChangesView {
            session: root,
            others: told.sessions.iter().copied().filter(|one| *one != root).collect(),
            overlaps: told.overlaps_of(root),
            unattributed: unattributed(&told),
            files: told.files.into_iter().filter_map(|file| file.only_of(root)).collect(),
            path: told.path,
        }))
    }

    /// The session at the top of its line of parents, or whoever goes on with its work, and where that works.
    fn checkout_of_session(&self, session: SessionId) -> Result<(SessionId, PathBuf), EngineError> {
        let found = self.read(|s| {
            let Some(root) = s.session(session)?.map(|known| known.root) else { return Ok(None) };
            let root = goes_on_with(s, root)?;
            Ok(view_of(s, root)?.map(|view| (root, view.cwd)))
        })?;
        let (root, cwd) = found.ok_or_else(|| EngineError::no_session(session))?;
        let top = self.changes.worked_in_by(root);
        let top = top.or_else(|| self.changes.checkout_of(Path::new(&cwd?)));
        top.map(|top| (root, top)).ok_or_else(|| EngineError::Refused {
            text: format!("{root} works in no checkout that is followed; nothing was committed"),
            hint: "register its repository with `callboard init`",
        })
    }

    fn look_at_checkout(&self, top: &Path) -> Result<std::sync::Arc<SharedCheckout>, EngineError> {
        let was_looked_at = self.changes.touched.look(top, limits::LOOK_WITHIN);
        let told = self.changes.shared_at(top).filter(|_| was_looked_at);
        told.ok_or_else(|| EngineError::Refused {
            text: format!(
                "nothing is known of what sessions did in {}; nothing was committed",
                top.display()
            ),
            hint: "see `callboard doctor`",
        })
    }
}

/// What of a checkout is to be committed for a session.
fn to_commit(
    told: &SharedCheckout,
    session: SessionId,
    wanted: &NewCommit,
) -> Result<(Vec<Part>, CommitView), EngineError> {
    let overlaps = told.overlaps_of(session);
    if !overlaps.is_empty() && !wanted.overlaps && !wanted.dry_run {
        let lines: Vec<String> =
            overlaps.iter().map(|one| format!("  {}", shown_overlap(one, session))).collect();
        return Err(EngineError::Refused {
            text: format!(
                "{session} shares some of its lines with others; nothing was committed:\n{}",
                lines.join("\n")
            ),
            hint: "have one of them write the lines anew, or take them along with --overlaps",
        });
    }
    let parts = parts_of(&told.files, |owners| {
        owners.only() == Some(session) || (wanted.overlaps && owners.has(session))
    });
    let unattributed = unattributed(told);
    if parts.is_empty() && !wanted.dry_run {
        let text = match unattributed.is_empty() {
            true => format!("nothing in {} is {session}'s; nothing was committed", told.path),
            false => format!(
                "nothing in {} is {session}'s; nothing was committed. Nobody is known to have written: {}",
                told.path,
                unattributed.join(", ")
            ),
        };
        return Err(EngineError::Refused { text, hint: "see `callboard changes`" });
    }
    let stays = |file: &&FileAttribution| {
        file.owners().any(|owners| !owners.is_unattributed() && !owners.has(session))
    };
    let others: Vec<String> =
        told.files.iter().filter(stays).map(|file| file.path.clone()).collect();
    let view = CommitView {
        session,
        path: told.path.clone(),
        commit: None,
        files: parts.iter().map(|part| part.path.clone()).collect(),
        changed_by_hooks: Vec::new(),
        written_by_hooks: Vec::new(),
        left_staged: Vec::new(),
        overlaps,
        unattributed,
        others,
    };
    Ok((parts, view))
}

/// The files in which something is nobody's.
fn unattributed(told: &SharedCheckout) -> Vec<String> {
    let is_nobodys = |file: &&FileAttribution| file.owners().any(Owners::is_unattributed);
    told.files.iter().filter(is_nobodys).map(|file| file.path.clone()).collect()
}

/// `src/a.rs:42, with S42`.
pub(crate) fn shown_overlap(overlap: &Overlap, session: SessionId) -> String {
    let others = overlap.owners.sessions.iter().filter(|other| **other != session);
    let mut others: Vec<String> = others.map(ToString::to_string).collect();
    others.extend(overlap.owners.unknown.then(|| "somebody unknown".to_owned()));
    let line = overlap.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{}{line}, with {}", overlap.path, others.join(" and "))
}

fn committed(view: CommitView, done: Committed) -> CommitView {
    let texts = |paths: Vec<PathBuf>| -> Vec<String> {
        paths.into_iter().map(|path| path.to_string_lossy().into_owned()).collect()
    };
    CommitView {
        commit: Some(done.id),
        files: texts(done.paths),
        changed_by_hooks: texts(done.changed_by_hooks),
        written_by_hooks: texts(done.written_by_hooks),
        left_staged: texts(done.left_staged),
        ..view
    }
}

fn refusal(error: CommitError) -> EngineError {
    let hint = error.hint().unwrap_or_default();
    EngineError::Refused { text: error.to_string(), hint }
}
