//! The commits by which changesets land, made of the trees that they were merged to in memory.
//!
//! They are written into the repository that [`Trees::git`](crate::tree::Trees::git) writes to. Once all are made, what
//! they need is carried into the user's, and held there by a reference; neither a branch nor a checkout is touched.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::LANDING;
use crate::carry::carry;
use crate::own::facts_of;
use crate::run::{Call, Git, GitError};
use crate::tree::TreeError;

/// How a changeset comes onto the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// One commit of all that it changes.
    Squash,
    /// A merge commit, whose second parent is its branch.
    Merge,
    /// Its own commits, one after another on top of the base.
    Rebase,
}

/// One changeset, merged in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The commit of its own that it is at.
    pub head: String,
    /// All that it changes, uncommitted work included
    /// ([`WorktreeTree::commit`](crate::tree::WorktreeTree::commit)); `head` where all is committed.
    pub commit: String,
    /// The tree with it and all before it.
    pub tree: String,
    /// The first line of the message.
    pub title: String,
    /// What follows it; may be empty.
    pub body: String,
    /// How it comes.
    pub by: By,
}

/// What is to be made.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The review, a name such as `R7`: the commits are held under [`LANDING`](super::LANDING).
    pub review: &'a str,
    /// The commit that the first changeset was merged into.
    pub from: &'a str,
    /// The changesets, each merged into what is there behind the one before.
    pub changes: &'a [Change],
}

/// Commits that were made, and are in the user's repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The last; where the base branch goes. The commit begun at where nothing changes any more.
    pub tip: String,
    /// The commits of each changeset, the one that its tree is in last; none where it changes nothing any more.
    pub commits: Vec<Vec<String>>,
}

/// Why no commits were made. No branch and no checkout was changed.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// Git or the disk refused.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// Nobody is known to be the author.
    #[error("git knows no name and mail address to commit with: {0}; nothing was landed")]
    Nobody(String),
    /// A commit could not be signed.
    #[error("a commit could not be signed: {0}; nothing was landed")]
    Unsigned(String),
    /// The commits of a changeset cannot be put on the base one by one.
    #[error("{title} cannot be rebased: {why}; nothing was landed")]
    Rebase {
        /// Which of the changesets, by number from zero.
        change: usize,
        /// Its title.
        title: String,
        /// Why.
        why: String,
    },
}

impl PrepareError {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Tree(error) => error.hint(),
            Self::Nobody(_) => "`git config user.name` and `git config user.email` set them",
            Self::Unsigned(_) => {
                "see that the key can be used without a terminal, or unset `commit.gpgSign`"
            }
            Self::Rebase { .. } => "land it by squash or by merge",
        }
    }
}

impl From<GitError> for PrepareError {
    fn from(error: GitError) -> Self {
        Self::Tree(error.into())
    }
}

/// Makes the commits, and has the user's repository hold them.
///
/// # Errors
/// When git knows nobody to commit as, a commit cannot be signed, commits cannot be rebased, or git or the disk refuse.
pub fn prepare(git: &Git, request: &Request<'_>) -> Result<Prepared, PrepareError> {
    let maker = Maker::of(git)?;
    let mut tip = request.from.to_owned();
    let mut all = Vec::with_capacity(request.changes.len());
    for (number, change) in request.changes.iter().enumerate() {
        // One may be built on another's branch: what came with that is not its own.
        let heads = request.changes[..number].iter().map(|before| before.head.as_str());
        let there: Vec<&str> = heads.chain([tip.as_str()]).collect();
        let commits = if facts_of(git, &tip)?.tree == change.tree {
            Vec::new()
        } else {
            match change.by {
                By::Squash => maker.squash(change, &tip, &there)?,
                By::Merge => maker.merge(change, &tip)?,
                By::Rebase => {
                    let rebased = maker.rebase(change, &tip, &there);
                    rebased.map_err(|error| error.of(number, change))?
                }
            }
        };
        if let Some(last) = commits.last() {
            tip.clone_from(last);
        }
        all.push(commits);
    }
    carry(git, &format!("{LANDING}{}", request.review), &tip)?;
    Ok(Prepared { tip, commits: all })
}

/// Makes commits as the user.
pub(super) struct Maker<'a> {
    pub(super) git: &'a Git,
    mail: String,
    signs: bool,
}

/// What a commit is made of, beside its tree and parents.
#[derive(Debug, Default)]
pub(super) struct Words<'a> {
    pub(super) message: Vec<u8>,
    /// Name, mail address and date, if not the user's own and now.
    pub(super) author: Option<[&'a [u8]; 3]>,
    /// The encoding of all that, if not UTF-8.
    pub(super) encoding: Option<&'a str>,
}

impl<'a> Maker<'a> {
    fn of(git: &'a Git) -> Result<Self, PrepareError> {
        let mut mail = String::new();
        for who in ["GIT_COMMITTER_IDENT", "GIT_AUTHOR_IDENT"] {
            let told = git.text(&[AS_CONFIGURED.as_slice(), &["var", who]].concat());
            let ident = told.map_err(|error| match error {
                GitError::Refused { message, .. } => PrepareError::Nobody(last_line(&message)),
                error => error.into(),
            })?;
            mail = mail_of(&ident).to_owned();
        }
        let signs = git.text(&["config", "--type=bool", "--get", "commit.gpgSign"]);
        Ok(Self { git, mail, signs: signs.is_ok_and(|told| told == "true") })
    }

    fn squash(
        &self,
        change: &Change,
        tip: &str,
        there: &[&str],
    ) -> Result<Vec<String>, PrepareError> {
        let message = self.message(change, &self.co_authors(change, there)?)?;
        let words = Words { message, ..Words::default() };
        Ok(vec![self.commit(&change.tree, &[tip], &words)?])
    }

    fn merge(&self, change: &Change, tip: &str) -> Result<Vec<String>, PrepareError> {
        let mut made = Vec::new();
        let message = self.message(change, &[])?;
        let mut branch = change.head.clone();
        if change.commit != change.head {
            // What is not committed, and maybe not merged to its end, as the user's own commit.
            let tree = facts_of(self.git, &change.commit)?.tree;
            let parents = self.git.text(&["rev-parse", &format!("{}^@", change.commit)])?;
            let parents: Vec<&str> = parents.lines().collect();
            let words = Words { message: title_of(change), ..Words::default() };
            branch = self.commit(&tree, &parents, &words)?;
            made.push(branch.clone());
        }
        let words = Words { message, ..Words::default() };
        made.push(self.commit(&change.tree, &[tip, &branch], &words)?);
        Ok(made)
    }

    /// Writes a commit.
    pub(super) fn commit(
        &self,
        tree: &str,
        parents: &[&str],
        words: &Words<'_>,
    ) -> Result<String, PrepareError> {
        let encoding = format!("i18n.commitEncoding={}", words.encoding.unwrap_or("UTF-8"));
        let mut args = vec!["-c", &encoding];
        args.extend(AS_CONFIGURED);
        args.extend(["commit-tree", tree]);
        for parent in parents {
            args.extend(["-p", parent]);
        }
        if self.signs {
            args.push("-S");
        }
        // Somebody may have to type what unlocks the key.
        let mut call: Call = self.git.call(args).input(words.message.clone()).patient();
        if let Some(author) = words.author {
            for (what, bytes) in ["NAME", "EMAIL", "DATE"].into_iter().zip(author) {
                call = call.env(&format!("GIT_AUTHOR_{what}"), crate::paths::path_of(bytes));
            }
        }
        call.text().map_err(|error| match error {
            GitError::Refused { message, .. } if self.signs && is_of_signing(&message) => {
                PrepareError::Unsigned(message)
            }
            error => error.into(),
        })
    }

    /// The message of a changeset, with those who wrote it beside the user.
    pub(super) fn message(
        &self,
        change: &Change,
        co_authors: &[String],
    ) -> Result<Vec<u8>, PrepareError> {
        let mut message = title_of(change);
        let body = change.body.trim();
        if !body.is_empty() {
            message.extend(format!("\n{body}\n").into_bytes());
        }
        if co_authors.is_empty() {
            return Ok(message);
        }
        let mut args = vec!["interpret-trailers", "--no-divider"];
        args.extend(["--if-exists", "addIfDifferent", "--if-missing", "add"]);
        let trailers: Vec<String> =
            co_authors.iter().map(|author| format!("--trailer=Co-authored-by: {author}")).collect();
        args.extend(trailers.iter().map(String::as_str));
        Ok(self.git.call(args).input(message).bytes()?)
    }

    /// Who wrote its own commits, which none of `there` has, by themselves or with others, each once.
    fn co_authors(&self, change: &Change, there: &[&str]) -> Result<Vec<String>, PrepareError> {
        let format = "--format=%aN <%aE>%n%(trailers:key=Co-authored-by,valueonly)";
        let args = ["log", "--reverse", "--no-merges", "--no-show-signature", format];
        let told = self.git.text(&[args.as_slice(), &[&change.head, "--not"], there].concat())?;
        let mut known = BTreeSet::from([self.mail.to_lowercase()]);
        let is_new = |line: &&str| !line.is_empty() && known.insert(mail_of(line).to_lowercase());
        Ok(told.lines().map(str::trim).filter(is_new).map(str::to_owned).collect())
    }
}

/// Nobody is made up of the names of the account and the machine (git-config(1), `user.useConfigOnly`).
const AS_CONFIGURED: [&str; 2] = ["-c", "user.useConfigOnly=true"];

/// The title as a line of its own.
pub(super) fn title_of(change: &Change) -> Vec<u8> {
    let words: Vec<&str> = change.title.split_whitespace().collect();
    let title = if words.is_empty() { "Changes".to_owned() } else { words.join(" ") };
    format!("{title}\n").into_bytes()
}

/// The mail address of `NAME <MAIL>`; all of it where there is none.
fn mail_of(ident: &str) -> &str {
    let inner = ident.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(ident, |(mail, _)| mail)
}

fn last_line(message: &str) -> String {
    let line = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(message);
    line.trim().trim_start_matches("fatal: ").to_owned()
}

/// Whether git says that a signature failed (gpg-interface.c).
fn is_of_signing(message: &str) -> bool {
    ["gpg", "ssh-keygen", "sign"].iter().any(|word| message.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_and_a_mail_address_is_found() {
        let change = Change {
            head: String::new(),
            commit: String::new(),
            tree: String::new(),
            title: " Add\n the  watcher ".into(),
            body: String::new(),
            by: By::Squash,
        };
        assert_eq!(title_of(&change), b"Add the watcher\n");
        assert_eq!(title_of(&Change { title: "\n".into(), ..change }), b"Changes\n");
        assert_eq!(mail_of("A B <a@b> 1 +0000"), "a@b");
        assert_eq!(mail_of("nobody"), "nobody");
    }
}
