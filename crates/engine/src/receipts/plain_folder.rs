//! Work in a folder that is no repository: what lay there when a session began, beside what lies there now.

use std::path::Path;
use std::sync::Arc;

use callboard_code::tables::is_table;
use callboard_git::changeset::changed_files;
use callboard_git::plain_folder::PlainFolder;
use callboard_model::receipt::Work;
use callboard_model::view::SessionView;
use callboard_model::{SessionId, WorkspaceId};

use super::content::is_prose_path;
use super::subject::revision;
use crate::{Engine, EngineError, limits};

/// Where what is kept of such folders lies, in Callboard's home.
const FOLDERS: &str = "folders";

/// The name of the moment at which nobody worked in the folder, as it was last seen.
const AT_REST: &str = "rest";

impl Engine {
    /// The root of a workspace, if it is no repository.
    pub(super) fn plain_folder(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Option<PlainFolder>, EngineError> {
        let known = self.read(|s| Ok(s.workspace(workspace)?))?;
        let Some(known) = known.filter(|known| !known.row.is_git) else { return Ok(None) };
        let store = self.home().join(FOLDERS).join(format!("{workspace}.git"));
        Ok(Some(PlainFolder::at(&store, &known.row.root)?))
    }

    /// Keeps what lies in folders that are no repositories, for sessions that begin there; beside everything else, as the
    /// first time may take a while.
    pub(crate) fn see_plain_folders(self: &Arc<Self>, workspaces: Vec<WorkspaceId>) {
        let engine = Arc::clone(self);
        std::thread::spawn(move || {
            for workspace in workspaces {
                if let Err(error) = engine.see_at_rest(workspace) {
                    tracing::info!(%error, %workspace, "what lies in its folder is not known");
                }
            }
        });
    }

    /// Keeps what lies in a folder in which nobody works.
    pub(super) fn see_at_rest(&self, workspace: WorkspaceId) -> Result<(), EngineError> {
        let Some(folder) = self.plain_folder(workspace)? else { return Ok(()) };
        Ok(folder.remember(AT_REST, &folder.look(is_read)?.commit)?)
    }

    /// Keeps what lay in the folder when a session began to work there.
    pub(super) fn see_begin(&self, session: &SessionView) -> Result<(), EngineError> {
        let Some(workspace) = session.workspace else { return Ok(()) };
        let Some(folder) = self.plain_folder(workspace)? else { return Ok(()) };
        let name = session.id.to_string();
        if folder.remembered(&name).is_some() {
            return Ok(());
        }
        // Of one that may have done something already, what lay there before it began is told.
        let may_have_worked = session.events > 1;
        let begun = match folder.remembered(AT_REST).filter(|_| may_have_worked) {
            Some(begun) => begun,
            None => folder.look(is_read)?.commit,
        };
        Ok(folder.remember(&name, &begun)?)
    }

    /// What was changed in a folder since the first of these sessions began; nothing where that was not seen.
    pub(super) fn work_in_folder(
        &self,
        folder: &PlainFolder,
        sessions: &[SessionView],
        workspace: WorkspaceId,
    ) -> Result<Work, EngineError> {
        let mut ids: Vec<SessionId> = sessions.iter().map(|view| view.id).collect();
        ids.sort_unstable();
        let begun = ids.into_iter().find_map(|id| folder.remembered(&id.to_string()));
        let Some(begun) = begun else { return Ok(Work::default()) };
        let now = folder.look(is_read)?;
        let git = folder.git();
        let root = self.root_of_workspace(workspace)?;
        Ok(Work {
            folder: Some(root.to_string_lossy().into_owned()),
            files: changed_files(&git, &begun, &now.commit)?,
            left_out: now.left_out.iter().map(|path| path.display().to_string()).collect(),
            base: revision(&git, &format!("{begun}^{{tree}}"))?,
            now: revision(&git, &format!("{}^{{tree}}", now.commit))?,
            is_uncommitted: false,
            ..Work::default()
        })
    }
}

/// Whether the content of a file is kept: what can be compared by its words or rows, and what is small.
fn is_read(path: &Path, bytes: u64) -> bool {
    let name = path.to_string_lossy();
    let most = match is_table(&name) || is_prose_path(&name) {
        true => limits::FOLDER_TEXT_BYTES,
        false => limits::FOLDER_FILE_BYTES,
    };
    bytes <= most
}
