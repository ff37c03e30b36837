//! Opening a session's files in the user's editor.

use std::path::{Path, PathBuf};

use callboard_model::SessionId;
use callboard_os::command::{Command, find_program};
use callboard_os::open::{editor_command, needs_terminal};

use crate::{Engine, EngineError};

/// Editors that open a file from outside, tried in this order where none is chosen.
const KNOWN: [&str; 7] = ["code", "cursor", "zed", "codium", "windsurf", "subl", "idea"];

impl Engine {
    /// Opens `path`, as seen from the session's directory, at `line` in the user's editor.
    ///
    /// # Errors
    /// When there is no such file, or no editor to open it with.
    pub fn open_file(
        &self,
        session: Option<SessionId>,
        path: &str,
        line: Option<u32>,
        chosen: Option<&str>,
    ) -> Result<(), EngineError> {
        let cwd = match session {
            Some(id) => self.session(id)?.cwd.map(PathBuf::from),
            None => None,
        };
        let file = cwd.unwrap_or_default().join(path);
        if !file.is_absolute() || !file.exists() {
            return Err(EngineError::Refused {
                text: format!("{} is not there any more; nothing was opened", file.display()),
                hint: "it may lie in a worktree that was removed, or on another branch",
            });
        }
        let editor = self.editor(chosen)?;
        let words = editor_command(&editor, &file, line);
        let (program, args) = words.split_first().ok_or_else(no_editor)?;
        let folder = file.parent().unwrap_or(Path::new("/"));
        Command::new(program, folder).args(args).detach(None).map(|_| ()).map_err(|cause| {
            EngineError::Refused {
                text: format!("{cause}; nothing was opened"),
                hint: "set CALLBOARD_EDITOR to your editor's command, such as `code` or `zed`",
            }
        })
    }

    fn editor(&self, chosen: Option<&str>) -> Result<String, EngineError> {
        if let Some(chosen) = chosen.filter(|editor| !editor.trim().is_empty()) {
            return Ok(chosen.to_owned());
        }
        let vars = &self.config.environment.vars;
        let set = ["VISUAL", "EDITOR"].iter().filter_map(|name| vars.get(*name));
        let path = vars.get("PATH").map(String::as_str).unwrap_or_default();
        let installed = KNOWN
            .iter()
            .find(|name| find_program(name, path.as_ref()).is_some())
            .map(|n| (*n).to_owned());
        set.filter(|editor| !editor.is_empty() && !needs_terminal(editor))
            .map(ToOwned::to_owned)
            .next()
            .or(installed)
            .ok_or_else(no_editor)
    }
}

fn no_editor() -> EngineError {
    EngineError::Refused {
        text: "no editor was found that opens a file from outside a terminal; nothing was opened"
            .into(),
        hint: "set CALLBOARD_EDITOR to your editor's command, such as `code` or `zed`",
    }
}
