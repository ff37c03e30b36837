//! Putting the commits of a changeset onto another commit, one by one, in memory.

use super::commits::{Change, Maker, PrepareError, Words, title_of};
use crate::own::facts_of;
use crate::run::GitError;
use crate::tree::TreeError;

/// Why it cannot be done.
#[derive(Debug)]
pub(super) enum ReplayError {
    Prepare(PrepareError),
    Rebase(String),
}

impl ReplayError {
    /// The same, of this changeset.
    pub(super) fn of(self, change: usize, of: &Change) -> PrepareError {
        match self {
            Self::Prepare(error) => error,
            Self::Rebase(why) => PrepareError::Rebase { change, title: of.title.clone(), why },
        }
    }
}

impl From<PrepareError> for ReplayError {
    fn from(error: PrepareError) -> Self {
        Self::Prepare(error)
    }
}

impl From<GitError> for ReplayError {
    fn from(error: GitError) -> Self {
        Self::Prepare(error.into())
    }
}

impl Maker<'_> {
    /// Its own commits, which none of `there` has, on top of `tip`, as `git rebase` makes them: merges are left out,
    /// and what changes nothing any more. What is not committed comes last.
    pub(super) fn rebase(
        &self,
        change: &Change,
        tip: &str,
        there: &[&str],
    ) -> Result<Vec<String>, ReplayError> {
        let args = ["rev-list", "--reverse", "--topo-order", "--no-merges", "--parents"];
        let listed = self.git.text(&[args.as_slice(), &[&change.head, "--not"], there].concat())?;
        let mut made = Vec::new();
        let mut at = tip.to_owned();
        for line in listed.lines() {
            let Some((commit, parent)) = line.split_once(' ') else {
                let why = format!("{} has no commit before it", short(line));
                return Err(ReplayError::Rebase(why));
            };
            if parent == at {
                commit.clone_into(&mut at);
                made.push(at.clone());
            } else if let Some(tree) = self.on_top(parent, &at, commit)? {
                at = self.again(commit, &tree, &at)?;
                made.push(at.clone());
            }
        }
        if change.commit != change.head
            && let Some(tree) = self.on_top(&change.head, &at, &change.commit)?
        {
            let mut words = Words { message: title_of(change), ..Words::default() };
            if made.is_empty() {
                // It is all that there is, and says what it is for.
                words.message = self.message(change, &[])?;
            }
            at = self.commit(&tree, &[&at], &words)?;
            made.push(at.clone());
        }
        if facts_of(self.git, &at)?.tree == change.tree {
            return Ok(made);
        }
        let why = "its commits, one by one, come to other files than all at once".to_owned();
        Err(ReplayError::Rebase(why))
    }

    /// The tree of what `commit` changes since `parent`, on top of `at`; none where nothing is left of it.
    fn on_top(&self, parent: &str, at: &str, commit: &str) -> Result<Option<String>, ReplayError> {
        let base = format!("--merge-base={parent}");
        let args = ["merge-tree", "--write-tree", "--no-messages", &base, at, commit];
        let output = self.git.call(args).env("GIT_ATTR_SOURCE", at).patient().output()?;
        match output.status.code() {
            Some(0) => {}
            Some(1) => {
                let why = format!("{} conflicts with what is there by then", short(commit));
                return Err(ReplayError::Rebase(why));
            }
            _ => {
                let refused = GitError::Refused {
                    cwd: self.git.cwd().to_owned(),
                    args: args.join(" "),
                    message: output.error_text(),
                };
                return Err(PrepareError::from(TreeError::from(refused)).into());
            }
        }
        let tree = output.text().lines().next().unwrap_or_default().to_owned();
        Ok((tree != facts_of(self.git, at)?.tree).then_some(tree))
    }

    /// The same commit with another tree and parent: author, date and message as they are, byte for byte.
    fn again(&self, commit: &str, tree: &str, parent: &str) -> Result<String, ReplayError> {
        let raw = self.git.bytes(&["cat-file", "commit", commit])?;
        let end = raw.windows(2).position(|two| two == b"\n\n").unwrap_or(raw.len());
        let (head, message) = (&raw[..end], raw.get(end + 2..).unwrap_or_default());
        let field = |name: &[u8]| {
            head.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))
        };
        let author = field(b"author ").and_then(author_of);
        let Some((name, mail, date)) = author else {
            let why = format!("{} does not say who wrote it", short(commit));
            return Err(ReplayError::Rebase(why));
        };
        // A bare number of seconds could be taken for a date of another kind.
        let date = [b"@", date].concat();
        let encoding = field(b"encoding ").and_then(|name| std::str::from_utf8(name).ok());
        let words =
            Words { message: message.to_vec(), author: Some([name, mail, &date]), encoding };
        Ok(self.commit(tree, &[parent], &words)?)
    }
}

/// Name, mail address and date of `NAME <MAIL> SECONDS ZONE`.
fn author_of(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let open = line.iter().position(|byte| *byte == b'<')?;
    let close = line.iter().rposition(|byte| *byte == b'>')?;
    let date = line.get(close + 1..)?.trim_ascii();
    Some((line[..open].trim_ascii(), line.get(open + 1..close)?, date))
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
