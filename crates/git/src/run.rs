//! The one runner of the git command.

use std::path::{Path, PathBuf};

use callboard_os::command::{Command, CommandError, Output};

/// Git in one directory.
#[derive(Debug, Clone)]
pub struct Git {
    cwd: PathBuf,
}

/// Why git did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// It could not be run.
    #[error("cannot run git in {}: {cause}; nothing was changed", .cwd.display())]
    Run {
        /// Where.
        cwd: PathBuf,
        /// Why.
        cause: CommandError,
    },
    /// It refused.
    #[error("`git {args}` failed in {}: {message}", .cwd.display())]
    Refused {
        /// Where.
        cwd: PathBuf,
        /// What it was asked.
        args: String,
        /// What it said.
        message: String,
    },
}

impl Git {
    /// Git in `cwd`.
    #[must_use]
    pub fn at(cwd: impl Into<PathBuf>) -> Self {
        Self { cwd: cwd.into() }
    }

    /// The directory it runs in.
    #[must_use]
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// Runs git and gives its output, whatever its exit code.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn output(&self, args: &[&str]) -> Result<Output, GitError> {
        Command::new("git", &self.cwd)
            // Reading must not take the index lock under an agent that is about to commit.
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .args(["-c", "core.fsmonitor=false", "-c", "gc.auto=0"])
            .args(args)
            .output()
            .map_err(|cause| GitError::Run { cwd: self.cwd.clone(), cause })
    }

    /// Runs git and gives its standard output as text.
    ///
    /// # Errors
    /// When git cannot be run or refuses.
    pub fn text(&self, args: &[&str]) -> Result<String, GitError> {
        let output = self.output(args)?;
        if output.status.success() {
            return Ok(output.text());
        }
        Err(GitError::Refused {
            cwd: self.cwd.clone(),
            args: args.join(" "),
            message: output.error_text(),
        })
    }

    /// Whether the repository has the commit `id`.
    #[must_use]
    pub fn has_commit(&self, id: &str) -> bool {
        let is_id = id.len() >= 7 && id.bytes().all(|b| b.is_ascii_hexdigit());
        is_id
            && self
                .output(&["cat-file", "-e", &format!("{id}^{{commit}}")])
                .is_ok_and(|output| output.status.success())
    }
}
