//! Reviews as pull requests: the branches of a review at its remote.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::LandBy;
use crate::changeset::Changeset;

/// As what a review is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendAs {
    /// One pull request of all members.
    #[default]
    Pr,
    /// One for each member, in the order in which they land, each on top of the one before.
    Stack,
}

/// What of a review is at its remote, or is being sent there. What is here survives a kill at any step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// As what.
    pub sent_as: SendAs,
    /// How its commits were made.
    #[serde(default)]
    pub by: LandBy,
    /// The remote: `origin`.
    pub remote: String,
    /// Its page, or its address, as its sender saw it; nothing is pushed to another one.
    #[serde(default)]
    pub address: String,
    /// The branch that it is to land on.
    pub base: String,
    /// The commit of the base that it was made on.
    pub from: String,
    /// Its branches, in the order in which they land.
    pub branches: Vec<SentBranch>,
    /// The members of which it was made, in the order in which they land.
    #[serde(default)]
    pub members: Vec<MadeOf>,
    /// It is not all there yet: a daemon that starts anew goes on.
    pub is_under_way: bool,
    /// What became of the last try, if that failed.
    #[serde(default)]
    pub failure: Option<String>,
}

/// What a member was when a review was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeOf {
    /// Its key.
    pub key: String,
    /// The commit that it had checked out.
    pub head: String,
    /// The tree of all that it held.
    pub tree: String,
}

impl MadeOf {
    /// What a changeset is.
    #[must_use]
    pub fn of(changeset: &Changeset) -> Self {
        let Changeset { key, head, tree, .. } = changeset;
        Self { key: key.to_string(), head: head.clone(), tree: tree.clone() }
    }
}

impl Sent {
    /// Whether commits of the same trees are the same: those of members are part of it unless each is made one.
    #[must_use]
    pub fn is_made_as(&self, other: &Self) -> bool {
        let heads = |of: &Self| of.members.iter().map(|one| one.head.clone()).collect::<Vec<_>>();
        let is_like = (&self.from, self.by) == (&other.from, other.by);
        is_like && (self.by == LandBy::Squash || heads(self) == heads(other))
    }
}

/// A branch of a review at its remote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentBranch {
    /// What it is called there.
    pub branch: String,
    /// The key of the changeset whose it is; none where it is all members'.
    #[serde(default)]
    pub member: Option<String>,
    /// The branch that it is on top of.
    pub onto: String,
    /// One line.
    pub title: String,
    /// What the pull request says; Markdown.
    pub body: String,
    /// Its commit.
    pub to: String,
    /// The tree of that.
    pub tree: String,
    /// The commit that this review last pushed to it: whoever has moved it since is not overwritten.
    #[serde(default)]
    pub pushed: Option<String>,
    /// A commit that was pushed to it without an answer: it may be there, too.
    #[serde(default)]
    pub tried: Option<String>,
    /// The page of its pull request.
    #[serde(default)]
    pub url: Option<String>,
    /// Where a pull request of it can be opened by hand.
    #[serde(default)]
    pub open_at: Option<String>,
    /// The number of its pull request.
    #[serde(default)]
    pub number: Option<u64>,
}

impl SentBranch {
    /// Whether its commit is at the remote.
    #[must_use]
    pub fn is_pushed(&self) -> bool {
        self.pushed.as_ref() == Some(&self.to)
    }

    /// Whether a commit of this branch is one of that other one, too: it holds the same, and says the same.
    #[must_use]
    pub fn is_made_as(&self, other: &Self) -> bool {
        // A branch of all members has a commit for each, which its body lists.
        let is_same_body = self.member.is_some() || self.body == other.body;
        let is_same = (&self.branch, &self.member) == (&other.branch, &other.member);
        is_same && is_same_body && (&self.tree, &self.title) == (&other.tree, &other.title)
    }
}

/// What a title becomes as a part of a branch's name: letters, digits and hyphens, of at most `most` characters.
#[must_use]
pub fn branch_words(title: &str, most: usize) -> String {
    let mut words = String::new();
    for word in title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !words.is_empty() && words.len() + 1 + word.len() > most {
            break;
        }
        if !words.is_empty() {
            words.push('-');
        }
        words.extend(word.chars().take(most).map(|c| c.to_ascii_lowercase()));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_part_of_a_branch() {
        assert_eq!(branch_words("Let the watcher take `paths`!", 40), "let-the-watcher-take-paths");
        assert_eq!(branch_words("Let the watcher take `paths`!", 12), "let-the");
        assert_eq!(branch_words("origin/fix..lock", 40), "origin-fix-lock");
        assert_eq!(branch_words("Ünïcode ~^:", 40), "n-code");
        assert_eq!(branch_words("…", 40), "");
    }
}
