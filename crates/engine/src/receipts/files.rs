//! Receipts as files, in `.callboard/receipts/`: for people, for agents and for grep.

use std::path::Path;

use callboard_git::Git;
use callboard_model::receipt::statement::Statement;
use callboard_model::receipt::{Receipt, ReceiptOf, render};
use callboard_model::view::ReceiptView;
use callboard_os::file::{Folder, write_whole};

use crate::readable::FOLDER;
use crate::{Engine, EngineError};

/// The folder of receipts, in that of a workspace's files.
const RECEIPTS: &str = "receipts";

impl Engine {
    /// Writes a receipt's Markdown beside the workspace's notes. Where that fails it is told in the log, and tried with the
    /// next: the store has it.
    pub(super) fn write_receipt(&self, root: &Path, view: &ReceiptView) {
        let text = render::markdown(&view.receipt, &view.shown());
        let written = Folder::below(root, &[FOLDER, RECEIPTS])
            .and_then(|_| write_whole(&path_of(root, &view.receipt.of), text.as_bytes(), None));
        if let Err(error) = written {
            tracing::warn!(%error, of = %view.receipt.of, "a receipt could not be written beside the notes; the daemon has it");
        }
    }

    /// A receipt as an in-toto Statement, which names the repository by its remote.
    ///
    /// # Errors
    /// When the store fails.
    pub fn statement_of(&self, receipt: &Receipt) -> Result<String, EngineError> {
        let workspace = self.workspace_of(&receipt.of)?;
        let root = self.root_of_workspace(workspace)?;
        let remote = callboard_git::remote::url(&Git::at(&root));
        let statement =
            Statement::of(receipt, remote.as_deref()).map_err(|error| EngineError::Refused {
                text: format!("{error}; nothing was written"),
                hint: "make it anew with `callboard receipt check`",
            })?;
        Ok(statement.to_json())
    }

    /// The path of a receipt's file, if it is there.
    pub(super) fn receipt_file(
        &self,
        root: &Path,
        of: &ReceiptOf,
    ) -> Result<Option<String>, EngineError> {
        let path = path_of(root, of);
        Ok(path.is_file().then(|| path.to_string_lossy().into_owned()))
    }
}

fn path_of(root: &Path, of: &ReceiptOf) -> std::path::PathBuf {
    root.join(FOLDER).join(RECEIPTS).join(format!("{}.md", of.file_stem()))
}
