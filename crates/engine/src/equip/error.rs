//! Why a step failed.

use std::io;
use std::path::Path;

use callboard_git::GitError;
use callboard_os::script::ScriptError;

use crate::EngineError;

/// What becomes of a worktree whose script failed.
const STAYS: &str = "; the worktree stays as the script left it";

/// Why a worktree could not be equipped.
#[derive(Debug, thiserror::Error)]
#[error("cannot {step}: {text}")]
pub struct EquipError {
    /// What was tried.
    pub step: &'static str,
    /// What is wrong; what was left untouched.
    pub text: String,
    /// What to do.
    pub hint: &'static str,
}

impl EquipError {
    pub(super) fn new(step: &'static str, text: impl Into<String>, hint: &'static str) -> Self {
        Self { step, text: text.into(), hint }
    }

    /// The same of a worktree that goes away again.
    pub(crate) fn of_throwaway(&self) -> String {
        let text = self.text.strip_suffix(STAYS).unwrap_or(&self.text);
        format!("cannot {}: {text}; mend it, then check again", self.step)
    }

    pub(super) fn io<'a>(
        step: &'static str,
        path: &'a Path,
    ) -> impl FnOnce(io::Error) -> Self + 'a {
        move |cause| {
            let hint = match cause.kind() {
                io::ErrorKind::StorageFull => {
                    "free some space on the disk, then go on with its setup"
                }
                _ => "mend it, then go on with its setup",
            };
            let text = format!("{}: {cause}; nothing half-made was left there", path.display());
            Self::new(step, text, hint)
        }
    }

    pub(super) fn git(step: &'static str) -> impl FnOnce(GitError) -> Self {
        move |cause| Self::new(step, cause.to_string(), "mend what git names, then try again")
    }

    pub(super) fn script(step: &'static str) -> impl FnOnce(ScriptError) -> Self {
        move |cause| {
            let text = format!("{cause}{STAYS}");
            Self::new(
                step,
                text,
                "mend the script in callboard.toml, or what it needs, then go on with its setup",
            )
        }
    }
}

impl From<EquipError> for EngineError {
    fn from(error: EquipError) -> Self {
        Self::Refused { text: error.to_string(), hint: error.hint }
    }
}
