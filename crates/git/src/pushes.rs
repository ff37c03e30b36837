//! What was pushed from a repository, whoever did it: git notes each push in the log of the remote-tracking branch.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use callboard_model::Timestamp;

use crate::limits;
use crate::run::{Git, GitError};

/// A push that a remote took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The remote.
    pub remote: String,
    /// The branch on it.
    pub branch: String,
    /// The commit that the branch was at; none for a new branch.
    pub from: Option<String>,
    /// The commit that it is at now.
    pub to: String,
    /// When.
    pub at: Timestamp,
}

/// A commit in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitLine {
    /// Its abbreviated id.
    pub id: String,
    /// Its subject.
    pub subject: String,
    /// Its author.
    pub author: String,
}

/// The latest pushes to `branch` on every remote of the repository with this common directory, oldest first.
/// Where git keeps no logs of references, there are none.
#[must_use]
pub fn pushes_to(common_dir: &Path, branch: &str) -> Vec<Push> {
    let mut found = Vec::new();
    let remotes = common_dir.join("logs/refs/remotes");
    for remote in std::fs::read_dir(&remotes).into_iter().flatten().flatten() {
        let name = remote.file_name().to_string_lossy().into_owned();
        let Ok(log) = end_of(&remote.path().join(branch)) else { continue };
        found.extend(log.lines().filter_map(|line| push_of(&name, branch, line)));
    }
    found.sort_by_key(|push| push.at);
    found
}

/// The end of a file, from the beginning of a line.
fn end_of(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let start = length.saturating_sub(limits::REFLOG_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(limits::REFLOG_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(match text.split_once('\n') {
        Some((_, rest)) if start > 0 => rest.to_owned(),
        _ => text,
    })
}

/// Reads a line of a reference's log: `old new name <email> seconds zone\tmessage` (gitformat-reflog).
fn push_of(remote: &str, branch: &str, line: &str) -> Option<Push> {
    let (head, message) = line.split_once('\t')?;
    if message.trim() != "update by push" {
        return None;
    }
    let (from, rest) = head.split_once(' ')?;
    let (to, rest) = rest.split_once(' ')?;
    let seconds: i64 = rest.rsplit(' ').nth(1)?.parse().ok()?;
    Some(Push {
        remote: remote.to_owned(),
        branch: branch.to_owned(),
        from: Some(from.to_owned()).filter(|id| !id.bytes().all(|b| b == b'0')),
        to: to.to_owned(),
        at: Timestamp::within_calendar(seconds.checked_mul(1_000)?)?,
    })
}

/// The commits that a push brought to its branch, newest first, at most `limit`.
///
/// # Errors
/// When git cannot be run, or the commits are gone.
pub fn commits_of(git: &Git, push: &Push, limit: usize) -> Result<Vec<CommitLine>, GitError> {
    let range = push.from.as_ref().map_or(push.to.clone(), |from| format!("{from}..{}", push.to));
    let limit = format!("--max-count={limit}");
    let listing =
        git.text(&["log", "--no-show-signature", "--format=%h%x00%an%x00%s", &limit, &range])?;
    let commit = |line: &str| {
        let mut fields = line.split('\0');
        Some(CommitLine {
            id: fields.next()?.to_owned(),
            author: fields.next()?.to_owned(),
            subject: fields.next()?.to_owned(),
        })
    };
    Ok(listing.lines().filter_map(commit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_told_from_a_fetch() {
        let (old, new) = ("1".repeat(40), "2".repeat(40));
        let line = |message: &str| format!("{old} {new} A B <a@b.c> 1700000000 +0100\t{message}");
        let push = push_of("origin", "main", &line("update by push")).unwrap();
        assert_eq!((push.from, push.to), (Some(old.clone()), new.clone()));
        assert_eq!(push.at, Timestamp::from_millisecond(1_700_000_000_000));
        assert_eq!(push_of("origin", "main", &line("fetch: fast-forward")), None);
        assert_eq!(push_of("origin", "main", "damaged"), None);
    }
}
