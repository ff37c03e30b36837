//! Which files were moved, by the commits of a branch.

use crate::limits;
use crate::run::{Git, GitError};

/// A file that a commit moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Where it was, from the root.
    pub from: String,
    /// Where it went.
    pub to: String,
}

/// What was moved by the latest commits that HEAD has, or by those since `since`; the latest first.
///
/// # Errors
/// When git cannot be run, or there is no commit.
pub fn moves(git: &Git, since: Option<&str>) -> Result<Vec<Move>, GitError> {
    let range = since.map_or_else(|| "HEAD".to_owned(), |since| format!("{since}..HEAD"));
    let most = format!("--max-count={}", limits::MOVING_COMMITS);
    let listed = git
        .call([
            "log",
            "--no-show-signature",
            "--no-merges",
            "-M",
            "--diff-filter=R",
            "--name-status",
            "-z",
            "--format=",
            &most,
            "--end-of-options",
            &range,
        ])
        .patient()
        .bytes()?;
    let mut fields = listed.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let mut moves = Vec::new();
    while let Some(status) = fields.next() {
        // A commit's format may leave a line's end before its first file.
        if !status.trim_start().starts_with('R') {
            continue;
        }
        let (Some(from), Some(to)) = (fields.next(), fields.next()) else { break };
        moves.push(Move { from: from.into_owned(), to: to.into_owned() });
    }
    Ok(moves)
}
