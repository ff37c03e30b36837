//! Readable transcripts in `.callboard/sessions/`, for agents and grep.

use callboard_model::view::SessionView;
use callboard_store::Snapshot;

use crate::{Engine, EngineError};

impl Engine {
    /// Where a session's readable transcript is, if its workspace has one.
    pub(crate) fn readable_path(
        &self,
        s: &Snapshot<'_>,
        view: &SessionView,
    ) -> Result<Option<String>, EngineError> {
        let Some(workspace) = view.workspace else { return Ok(None) };
        let Some(workspace) = s.workspace(workspace)? else { return Ok(None) };
        let path = workspace.row.root.join(".callboard/sessions").join(format!("{}.md", view.id));
        Ok(path.exists().then(|| path.to_string_lossy().into_owned()))
    }
}
