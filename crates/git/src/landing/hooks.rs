//! The user's hooks of commits, run for a commit that is about to land without `git commit`.
//!
//! They see what `git commit` would show them: an index that is HEAD with what is committed, in the checkout where it
//! lies. Neither the user's index nor a branch is touched, so that nothing has to be taken back if one refuses.

use std::path::{Path, PathBuf};

use crate::carry::carry;
use crate::keep::{KeepError, Scratch};
use crate::locate::locate;
use crate::run::{Git, GitError};
use crate::scoped_commit::differences;

/// In the order in which `git commit` runs them (githooks(5)).
const HOOKS: [&str; 3] = ["pre-commit", "prepare-commit-msg", "commit-msg"];

/// A commit that hooks are asked about.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The top of the checkout that they run in; it is on the commit's parent.
    pub top: &'a Path,
    /// The commit, which another repository may have.
    pub commit: &'a str,
    /// Where it is held in the user's repository, for them to read.
    pub reference: &'a str,
    /// Its message.
    pub message: &'a str,
}

/// Why something is not to be committed. The index, HEAD and all branches are as they were.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// Git refused.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The index could not be copied, or the message not written.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// A hook said no.
    #[error("the hook {hook} refused it; nothing was landed. It said: {said}")]
    Refused {
        /// Which.
        hook: &'static str,
        /// What it wrote.
        said: String,
    },
    /// A hook changed what was to be committed: it would not be what was reviewed.
    #[error("the hook {hook} changed what lands: {}; nothing was landed", list(.files))]
    Changed {
        /// Which.
        hook: &'static str,
        /// The files.
        files: Vec<PathBuf>,
    },
}

impl HookError {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Git(_) => "",
            Self::Keep(_) => "check the disk, and whose the git directory is",
            Self::Refused { .. } => "do what the hook asks, then land again",
            Self::Changed { .. } => {
                "have the session do what the hook does, or commit it with `callboard commit`"
            }
        }
    }
}

fn list(paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
    names.join(", ")
}

/// Runs the hooks of commits; gives the message as they leave it. `git` reads the commit.
///
/// # Errors
/// When a hook refuses or changes what is committed, or git or the disk refuse.
pub fn ask_hooks(git: &Git, asked: &Asked<'_>) -> Result<String, HookError> {
    let user = Git::at(asked.top);
    let folder = user.text(&["rev-parse", "--path-format=absolute", "--git-path", "hooks"])?;
    let there = HOOKS.into_iter().filter(|hook| Path::new(&folder).join(hook).exists());
    let there: Vec<&'static str> = there.collect();
    let checkout = locate(asked.top).filter(|_| !there.is_empty());
    let Some(checkout) = checkout else { return Ok(asked.message.to_owned()) };
    carry(git, asked.reference, asked.commit)?;
    let private = Scratch::of(&checkout, "callboard-hooks")?;
    user.call(["read-tree", "--reset", asked.commit]).index(&private.index).bytes()?;
    let tree = user.text(&["rev-parse", "--verify", &format!("{}^{{tree}}", asked.commit)])?;
    let message = Message::of(&private, asked.message)?;
    for hook in there {
        let mut call = user.call(["hook", "run", "--ignore-missing", hook]);
        if hook != "pre-commit" {
            call = call.arg("--").arg(&message.file);
        }
        if hook == "prepare-commit-msg" {
            call = call.arg("message");
        }
        // As `git commit` does where nobody edits the message (builtin/commit.c).
        let call = call.env("GIT_EDITOR", ":").index(&private.index).patient();
        let output = call.output()?;
        if !output.status.success() {
            let said = [output.error_text(), output.text()];
            let said: Vec<String> = said.into_iter().filter(|text| !text.is_empty()).collect();
            return Err(HookError::Refused { hook, said: said.join("\n") });
        }
        let made = user.call(["write-tree"]).index(&private.index).text()?;
        if made != tree {
            let files = differences(&user, &tree, &made)?;
            let files = files.into_iter().map(|one| one.path).collect();
            return Err(HookError::Changed { hook, files });
        }
    }
    Ok(user.call(["stripspace"]).input(message.read()?).text()?)
}

/// The file that hooks find the message in, until dropped.
struct Message {
    file: PathBuf,
}

impl Message {
    fn of(private: &Scratch, text: &str) -> Result<Self, KeepError> {
        let mut file = private.index.clone().into_os_string();
        file.push(".message");
        let message = Self { file: file.into() };
        std::fs::write(&message.file, format!("{}\n", text.trim_end()))
            .map_err(KeepError::io(&message.file))?;
        Ok(message)
    }

    fn read(&self) -> Result<String, KeepError> {
        let bytes = std::fs::read(&self.file).map_err(KeepError::io(&self.file))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}
