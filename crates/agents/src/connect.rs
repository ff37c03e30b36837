//! What connects an agent with Callboard: the change to its files, worked out before anything is written.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The program that an agent's hooks run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookCommand {
    /// `callboard`, by its whole path.
    pub program: PathBuf,
    /// The daemon's socket.
    pub socket: PathBuf,
}

/// A file before and after; `None` where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// The file.
    pub path: PathBuf,
    /// Its text before.
    pub before: Option<String>,
    /// Its text after.
    pub after: Option<String>,
}

impl FileChange {
    /// Whether there is anything to write.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.before != self.after
    }
}

/// A connection that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The program that its hooks run.
    pub program: PathBuf,
    /// What it lacks, as an older Callboard made it: the agent's names of events without a hook, and `mcp` without the
    /// server.
    pub lacks: Vec<&'static str>,
}

/// What is to be changed, and what else its user should know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectPlan {
    /// Every file that belongs to it, also those that are as they should be.
    pub changes: Vec<FileChange>,
    /// What to do or to know.
    pub notes: Vec<String>,
}

/// Why nothing is changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}; nothing was changed")]
pub struct ConnectError {
    /// What is in the way.
    pub text: String,
    /// What to do.
    pub hint: String,
}

impl ConnectError {
    pub(crate) fn new(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { text: text.into(), hint: hint.into() }
    }
}

/// How an agent is connected. What it gives is a plan; whoever asked for it writes.
pub trait Connect: Send + Sync {
    /// What connects the agent of `home`. `files` are its texts without an earlier connection, in the order of
    /// [`files`](Self::files).
    ///
    /// # Errors
    /// When something is in the way.
    fn connect(
        &self,
        home: &Path,
        command: &HookCommand,
        program: Option<&Path>,
        files: &[Option<String>],
    ) -> Result<ConnectPlan, ConnectError>;

    /// The file of a repository in which the agent looks for instructions.
    fn instructions(&self) -> &'static str;

    /// The files that a connection is made of.
    fn files(&self, home: &Path) -> Vec<PathBuf>;

    /// Each file's text without what connecting added, whatever else was changed in it since. `added` is what
    /// connecting changed, if that is known.
    ///
    /// # Errors
    /// When it cannot be told apart.
    fn without(
        &self,
        path: &Path,
        text: &str,
        added: Option<&FileChange>,
    ) -> Result<Option<String>, ConnectError>;

    /// The connection that `home` has.
    fn connected(&self, home: &Path) -> Option<Connected>;
}

/// A text as one word of a shell's command line.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The first word of a command line that [`quoted`] made.
pub(crate) fn first_word(command: &str) -> String {
    let mut word = String::new();
    let (mut is_quoted, mut is_escaped) = (false, false);
    for c in command.chars() {
        match c {
            _ if is_escaped => {
                word.push(c);
                is_escaped = false;
            }
            '\'' => is_quoted = !is_quoted,
            '\\' if !is_quoted => is_escaped = true,
            ' ' if !is_quoted => break,
            _ => word.push(c),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_word_is_read_back() {
        for word in ["/usr/bin/callboard", "/Users/a b/it's/callboard", ""] {
            assert_eq!(first_word(&format!("{} hook", quoted(word))), word);
        }
    }
}
