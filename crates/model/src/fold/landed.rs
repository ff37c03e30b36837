//! What a session committed, pushed and opened.

use serde::{Deserialize, Serialize};

use crate::text::{clip, one_line};
use crate::{Ordinal, Timestamp, limits};

/// A commit that a session made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitMade {
    /// Its abbreviated id, where git printed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its subject.
    pub subject: String,
    /// The branch it was made on, where git printed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Its place in the session.
    pub ordinal: Ordinal,
    /// When it was made.
    pub at: Option<Timestamp>,
}

/// What a session recorded and shared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landed {
    /// The latest commits, oldest first.
    pub commits: Vec<CommitMade>,
    /// Number of commits in all.
    pub commit_count: u32,
    /// Number of pushes.
    pub pushes: u32,
    /// The place of the last push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<Ordinal>,
    /// Address of the pull request that was opened or named last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<String>,
}

impl Landed {
    /// Commits that no later push has shared, as far as the session's own commands tell.
    #[must_use]
    pub fn unpushed(&self) -> usize {
        self.commits.iter().filter(|c| self.pushed.is_none_or(|p| c.ordinal > p)).count()
    }

    pub(super) fn commit(
        &mut self,
        subject: &str,
        output: &str,
        place: (Ordinal, Option<Timestamp>),
    ) -> Option<&CommitMade> {
        let (branch, id, printed) = printed_commit(output)?;
        let subject = if subject.is_empty() { printed } else { subject };
        self.commit_count += 1;
        if self.commits.len() >= limits::COMMITS {
            self.commits.remove(0);
        }
        self.commits.push(CommitMade {
            id: Some(id.to_owned()),
            subject: clip(&one_line(subject), limits::LINE_CHARS),
            branch: Some(clip(branch, 80)).filter(|branch| !branch.is_empty()),
            ordinal: place.0,
            at: place.1,
        });
        self.commits.last()
    }

    pub(super) fn push(&mut self, ordinal: Ordinal) {
        self.pushes += 1;
        self.pushed = Some(ordinal);
    }
}

/// Branch, id and subject of the commit that `git commit` says it made: `[main 1a2b3c4] Subject`.
pub(crate) fn printed_commit(output: &str) -> Option<(&str, &str, &str)> {
    let printed = output.lines().find_map(|line| {
        let (head, subject) = line.trim().strip_prefix('[')?.split_once("] ")?;
        let (branch, id) = head.rsplit_once(' ')?;
        is_id(id).then(|| (branch.trim_end_matches(" (root-commit)"), id, subject))
    });
    printed.or_else(|| scoped_commit(output).map(|id| ("", id, "")))
}

/// Id of the commit that `callboard commit` says it made: `1a2b3c4d: 2 files of S1 committed`.
fn scoped_commit(output: &str) -> Option<&str> {
    output.lines().find_map(|line| {
        let (id, told) = line.trim().split_once(": ")?;
        let is_told = told.contains(" of S") && told.ends_with(" committed");
        (is_told && is_id(id)).then_some(id)
    })
}

fn is_id(word: &str) -> bool {
    (7..=40).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Id and subject of the commit of this subject, as `git log --oneline` lists it after a `git commit` that says nothing.
pub(crate) fn listed_commit<'t>(output: &'t str, subject: &str) -> Option<(&'t str, &'t str)> {
    output.lines().find_map(|line| {
        let (id, rest) = line.trim().split_once(' ')?;
        // Before the subject may stand the names of branches: `1a2b3c4 (HEAD -> main) Subject`.
        let names = rest.strip_prefix('(').and_then(|names| names.split_once(") "));
        let listed = names.map_or(rest, |(_, listed)| listed);
        (is_id(id) && listed == subject).then_some((id, listed))
    })
}

/// The address of a pull or merge request in a command's output.
pub(crate) fn pull_request_address(output: &str) -> Option<&str> {
    output.split_whitespace().rev().find(|word| {
        word.starts_with("https://")
            && (word.contains("/pull/") || word.contains("/merge_requests/"))
    })
}

/// The branch that `git push` says it wrote on the remote: `1a2b..3c4d  HEAD -> branch`.
pub(super) fn pushed_branch(text: &str) -> Option<&str> {
    let lines = crate::text::head(text, 20_000).lines();
    let told = lines.filter(|line| line.contains("..") || line.contains("[new branch]"));
    let branch = told.filter_map(|line| line.split(" -> ").nth(1)).next_back()?;
    branch.split_whitespace().next()
}
