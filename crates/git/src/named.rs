//! Where names stand in the files of a commit.

use crate::run::{Git, GitError};

/// A line that names something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// From the repository's root.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// The line.
    pub text: String,
}

/// The lines of the text files of `commit` in which one of `names` stands as a word, by path.
///
/// # Errors
/// When git cannot be run or knows no such commit.
pub fn named(git: &Git, commit: &str, names: &[&str]) -> Result<Vec<Named>, GitError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut args = vec!["grep", "-n", "-w", "-F", "-z", "-I", "--no-color", "--full-name"];
    for name in names {
        args.extend(["-e", name]);
    }
    args.push(commit);
    let output = git.call(args).patient().output()?;
    // Exit code 1 says that there is none (git-grep(1)); what else it refuses tells of no line either.
    let text = output.text();
    let prefix = format!("{commit}:");
    let lines = text.lines().filter_map(|line| {
        let mut parts = line.splitn(3, '\0');
        let path = parts.next()?.strip_prefix(&prefix)?.to_owned();
        let line = parts.next()?.parse().ok()?;
        Some(Named { path, line, text: parts.next()?.to_owned() })
    });
    Ok(lines.collect())
}
