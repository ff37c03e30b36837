//! Sharing: notes and decisions are let into git, and committed by themselves.

use std::path::{Path, PathBuf};

use callboard_git::scoped_commit::{Request, commit};
use callboard_git::shared_folders::SharedFolders;
use callboard_git::{Git, ignored, locate};
use callboard_model::WorkspaceId;
use callboard_model::attribution::{Extent, Part};
use callboard_model::note::version_of;
use callboard_model::view::{NoteShare, SecretLine, ShareNotes};

use super::place::{FOLDERS, is_markdown};
use crate::readable::FOLDER;
use crate::{Engine, EngineError, limits, secrets};

const SHARED: SharedFolders<'static> =
    SharedFolders { within: FOLDER, names: &FOLDERS, except: ".*.callboard-*" };

/// What is committed beside Markdown: what notes show and cite.
const BESIDE: [&str; 2] = ["images", "attachments"];

const MESSAGE: &str = "Share notes and decisions";

impl Engine {
    /// What sharing would commit, or did.
    ///
    /// # Errors
    /// When the workspace is no git repository, or git fails.
    pub fn note_share(&self, workspace: Option<WorkspaceId>) -> Result<NoteShare, EngineError> {
        let (_, root) = self.notes_of(workspace)?;
        let (git, common_dir) = repository(&root)?;
        let is_shared = SHARED.are_shared(&common_dir).map_err(|cause| unreadable(&cause))?;
        let files = wanted(&git)?;
        Ok(NoteShare {
            path: root.to_string_lossy().into_owned(),
            branch: locate(&root).and_then(|checkout| checkout.branch()),
            version: version(&root, &files),
            secrets: secrets_in(&root, &files),
            files,
            message: MESSAGE.to_owned(),
            is_shared,
            commit: None,
        })
    }

    /// Lets notes and decisions into git and commits those that differ from HEAD, and nothing else, on the branch that
    /// the main checkout has; or has git see them no longer.
    ///
    /// # Errors
    /// When other files than those that were shown would be committed, or they say something else, or git refuses.
    pub fn share_notes(&self, share: ShareNotes) -> Result<NoteShare, EngineError> {
        let (workspace, root) = self.notes_of(share.workspace)?;
        let (git, common_dir) = repository(&root)?;
        if share.undo {
            SHARED.set_shared(&common_dir, false).map_err(|cause| unreadable(&cause))?;
            return self.note_share(Some(workspace));
        }
        let files = wanted(&git)?;
        let are_others = share.files.as_ref().is_some_and(|shown| *shown != files)
            || share.version.as_ref().is_some_and(|shown| *shown != version(&root, &files));
        if are_others {
            return Err(EngineError::Conflict {
                text: "the notes have changed since they were shown; nothing was committed"
                    .to_owned(),
                hint: "look again, with `callboard share` or on the page",
            });
        }
        if !share.with_secrets {
            refuse_secrets(&secrets_in(&root, &files))?;
        }
        SHARED.set_shared(&common_dir, true).map_err(|cause| unreadable(&cause))?;
        let made = match files.is_empty() {
            true => None,
            false => Some(commit_of(&root, &files, share.message.as_deref())?),
        };
        if ignored::is_ignored(&git, &Path::new(FOLDER).join(FOLDERS[0]).join("x.md")) {
            return Err(EngineError::Refused {
                text: format!(
                    "a .gitignore keeps {FOLDER} out of git: {}",
                    match &made {
                        Some(id) =>
                            format!("{id} has what is there, and new notes will not be seen"),
                        None => "new notes will not be seen".to_owned(),
                    }
                ),
                hint: "take that line out of it, or add `!.callboard/notes/` and `!.callboard/decisions/` behind it",
            });
        }
        Ok(NoteShare { files, commit: made, ..self.note_share(Some(workspace))? })
    }
}

fn repository(root: &Path) -> Result<(Git, PathBuf), EngineError> {
    let checkout = locate(root).filter(|checkout| checkout.top == root);
    let checkout = checkout.ok_or_else(|| EngineError::Refused {
        text: format!("{} is no checkout of a git repository; nothing was shared", root.display()),
        hint: "notes of a plain folder are shared as its other files are",
    })?;
    Ok((Git::at(root), checkout.common_dir))
}

/// The notes and what they show that differ from HEAD.
fn wanted(git: &Git) -> Result<Vec<String>, EngineError> {
    let found = SHARED.differing(git).map_err(|error| refused(&error))?;
    let is_wanted = |path: &PathBuf| {
        let parts: Vec<_> = path.iter().skip(1).filter_map(|part| part.to_str()).collect();
        let is_plain = !parts.is_empty() && !parts.iter().any(|part| part.starts_with('.'));
        let is_beside = parts.first() == Some(&FOLDERS[0])
            && parts.get(1).is_some_and(|part| BESIDE.contains(part));
        is_plain && (is_beside || parts.last().is_some_and(|name| is_markdown(name)))
    };
    Ok(found
        .iter()
        .filter(|path| is_wanted(path))
        .map(|path| path.to_string_lossy().into_owned())
        .collect())
}

/// The tokens and keys in the texts among these files.
fn secrets_in(root: &Path, files: &[String]) -> Vec<SecretLine> {
    let lines_of = |path: &String| {
        let text = std::fs::read_to_string(root.join(path)).unwrap_or_default();
        let found = secrets::lines(&text).into_iter();
        let line = |(line, kind)| SecretLine { path: path.clone(), line, kind };
        found.map(line).collect::<Vec<_>>()
    };
    files.iter().flat_map(lines_of).take(limits::SECRETS_TOLD).collect()
}

fn refuse_secrets(found: &[SecretLine]) -> Result<(), EngineError> {
    let Some(first) = found.first() else { return Ok(()) };
    let more = match found.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(EngineError::Refused {
        text: format!(
            "{}:{} holds what looks like a secret ({}){more}; nothing was committed",
            first.path, first.line, first.kind
        ),
        hint: "take it out of the note; `callboard share --with-secrets` commits it as it is",
    })
}

/// What these files say, in short.
fn version(root: &Path, files: &[String]) -> String {
    let mut told = Vec::new();
    for file in files {
        told.extend_from_slice(file.as_bytes());
        // A file that is gone says nothing, which is not what an empty one says.
        let said = std::fs::read(root.join(file)).map(|bytes| version_of(&bytes));
        told.extend_from_slice(format!("\0{}\0", said.unwrap_or_default()).as_bytes());
    }
    version_of(&told)
}

fn commit_of(root: &Path, files: &[String], message: Option<&str>) -> Result<String, EngineError> {
    let whole = |path: &String| Part { path: path.clone(), from: None, extent: Extent::Whole };
    let parts: Vec<Part> = files.iter().map(whole).collect();
    let message = message.filter(|text| !text.trim().is_empty()).unwrap_or(MESSAGE);
    let request = Request { parts: &parts, message, ..Request::default() };
    match commit(root, &request) {
        Ok(done) => Ok(done.id),
        Err(error) => {
            let hint = error.hint().unwrap_or_default();
            Err(EngineError::Refused { text: error.to_string(), hint })
        }
    }
}

fn refused(error: &callboard_git::GitError) -> EngineError {
    EngineError::Refused { text: format!("{error}; nothing was shared"), hint: "" }
}

fn unreadable(cause: &std::io::Error) -> EngineError {
    EngineError::Refused {
        text: format!(
            "the repository's info/exclude cannot be read or written: {cause}; nothing was shared"
        ),
        hint: "see whether you may write to it",
    }
}
