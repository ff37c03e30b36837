//! Pairs of changesets, followed: what is between them, since when, and what was told of it.
//!
//! Agents write half files, so nothing is told before it was there in two looks that lie a while apart, and nothing
//! is taken back before it was gone in as many.

use serde::{Deserialize, Serialize};

use crate::changeset::FileKind;
use crate::conflict::Conflict;
use crate::coupling::{Coupling, Strength};
use crate::limits::STANDS_MS;
use crate::{ChangesetKey, Timestamp};

/// What a look at a pair found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Between {
    /// What git cannot merge.
    pub conflict: Option<Conflict>,
    /// What couples them, the first to be seen first.
    pub couplings: Vec<Coupling>,
    /// What one uses as the other makes it: nothing to tell anybody of, but that one lands first.
    pub needs: Vec<Coupling>,
}

/// A finding that is followed: it stands once it was there in two looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about; the same finding has the same.
    pub subject: String,
    /// In which look it was first there.
    pub since: Timestamp,
    /// It was there for long enough.
    pub stands: bool,
    /// Since when it is not there any more.
    #[serde(default)]
    pub gone_since: Option<Timestamp>,
    /// The agents concerned were told.
    #[serde(default)]
    pub told: bool,
}

/// Two changesets, and what is between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// One, as text.
    pub left: String,
    /// The other.
    pub right: String,
    /// The trees that were looked at.
    pub trees: (String, String),
    /// What git cannot merge.
    pub conflict: Option<Conflict>,
    /// What couples them.
    pub couplings: Vec<Coupling>,
    /// What one uses as the other makes it: that one lands first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Coupling>,
    /// What is followed of both.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// One of them was changed while it was followed: what was there before is nobody's news.
    #[serde(default)]
    pub is_live: bool,
}

impl Pair {
    /// Two changesets that were never looked at together.
    #[must_use]
    pub fn new(left: &ChangesetKey, right: &ChangesetKey) -> Self {
        Self {
            left: left.to_string(),
            right: right.to_string(),
            trees: Default::default(),
            conflict: None,
            couplings: Vec::new(),
            needs: Vec::new(),
            findings: Vec::new(),
            is_live: false,
        }
    }

    /// There is nothing between them, nor was there a moment ago.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.has_nothing_to_see() && self.needs.is_empty()
    }

    /// Nothing is between them to be looked at, nor was a moment ago, though one may land first.
    #[must_use]
    pub fn has_nothing_to_see(&self) -> bool {
        self.conflict.is_none() && self.couplings.is_empty() && self.findings.is_empty()
    }

    /// Since when they conflict, if that stands.
    #[must_use]
    pub fn conflicts_since(&self) -> Option<Timestamp> {
        let standing = self.findings.iter().filter(|finding| finding.stands);
        standing.filter(|finding| finding.is_conflict()).map(|finding| finding.since).min()
    }

    /// Takes in what a look found; gives whether anything changed.
    pub fn look(&mut self, trees: (String, String), found: Between, now: Timestamp) -> bool {
        let (before, was) = (self.findings.clone(), (self.conflict.take(), &self.couplings));
        let differs =
            was.0 != found.conflict || *was.1 != found.couplings || self.needs != found.needs;
        let subjects = subjects(&found);
        for finding in &mut self.findings {
            finding.look(subjects.contains(&finding.subject), now);
        }
        self.findings.retain(|finding| finding.gone_since.is_none() || finding.stands);
        for subject in subjects {
            if !self.findings.iter().any(|known| known.subject == subject) {
                self.findings.push(Finding::seen(subject, now));
            }
        }
        (self.trees, self.conflict, self.couplings) = (trees, found.conflict, found.couplings);
        self.needs = found.needs;
        differs || self.findings != before
    }

    /// What the last look found.
    #[must_use]
    pub fn last_look(&self) -> ((String, String), Between) {
        let between = Between {
            conflict: self.conflict.clone(),
            couplings: self.couplings.clone(),
            needs: self.needs.clone(),
        };
        (self.trees.clone(), between)
    }

    /// When one more look decides about a finding.
    #[must_use]
    pub fn settles_at(&self) -> Option<Timestamp> {
        self.findings.iter().filter_map(Finding::settles_at).min()
    }

    /// What stands and nobody was told yet; from now on they were.
    pub fn take_news(&mut self) -> Vec<String> {
        if !self.is_live {
            return Vec::new();
        }
        let news = self.findings.iter_mut().filter(|finding| finding.stands && !finding.told);
        news.map(|finding| {
            finding.told = true;
            finding.subject.clone()
        })
        .collect()
    }
}

impl Finding {
    fn seen(subject: String, now: Timestamp) -> Self {
        Self { subject, since: now, stands: false, gone_since: None, told: false }
    }

    fn is_conflict(&self) -> bool {
        self.subject.starts_with(CONFLICT)
    }

    fn look(&mut self, is_there: bool, now: Timestamp) {
        let has_stood = |since: Timestamp| now.since_ms(since) >= STANDS_MS;
        match (is_there, self.gone_since) {
            (true, _) => {
                self.gone_since = None;
                self.stands |= has_stood(self.since);
            }
            (false, None) => self.gone_since = Some(now),
            // It goes with those that never stood.
            (false, Some(since)) if has_stood(since) => self.stands = false,
            (false, Some(_)) => {}
        }
    }

    /// When one more look decides about it.
    fn settles_at(&self) -> Option<Timestamp> {
        match self.gone_since {
            Some(since) => Some(since.plus_ms(STANDS_MS)),
            None => (!self.stands).then(|| self.since.plus_ms(STANDS_MS)),
        }
    }
}

const CONFLICT: &str = "conflict ";

/// What is worth to be told of what was found: conflicts in what people write, and couplings that are likely to break.
fn subjects(found: &Between) -> Vec<String> {
    let files = found.conflict.iter().flat_map(|conflict| &conflict.files);
    let made_again = [FileKind::Lock, FileKind::Generated];
    let files = files.filter(|file| !made_again.contains(&file.file));
    let conflicts = files.map(|file| format!("{CONFLICT}{}", file.path));
    let strong = found.couplings.iter().filter(|coupling| coupling.strength >= Strength::Warn);
    let couplings = strong.map(|coupling| format!("coupling {}", coupling.reason));
    let mut all: Vec<String> = conflicts.chain(couplings).collect();
    all.dedup();
    all
}

/// The file that a finding's subject names, if it is a conflict.
#[must_use]
pub fn conflict_in(subject: &str) -> Option<&str> {
    subject.strip_prefix(CONFLICT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conflict::{ConflictFile, ConflictKind};

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms)
    }

    fn conflict(paths: &[&str]) -> Between {
        let file = |path: &&str| ConflictFile {
            path: (*path).to_owned(),
            kind: ConflictKind::Content,
            file: FileKind::Code,
            hunks: Vec::new(),
        };
        let files = paths.iter().map(file).collect();
        Between { conflict: Some(Conflict { files }), ..Between::default() }
    }

    fn pair() -> Pair {
        let key = |name: &str| ChangesetKey::Worktree(name.into());
        Pair { is_live: true, ..Pair::new(&key("/a"), &key("/b")) }
    }

    fn look(pair: &mut Pair, found: Between, now: i64) -> Option<Timestamp> {
        pair.look(("1".into(), "2".into()), found, at(now));
        pair.settles_at()
    }

    #[test]
    fn a_half_written_file_is_told_to_nobody() {
        let mut pair = pair();
        assert_eq!(look(&mut pair, conflict(&["a.rs"]), 0), Some(at(STANDS_MS)));
        assert!(pair.take_news().is_empty());
        look(&mut pair, Between::default(), 10);
        assert!(pair.is_free(), "{pair:?}");
    }

    #[test]
    fn what_stands_is_told_once_and_does_not_flicker() {
        let mut pair = pair();
        look(&mut pair, conflict(&["a.rs"]), 0);
        assert_eq!(look(&mut pair, conflict(&["a.rs"]), STANDS_MS), None);
        assert_eq!(pair.take_news(), ["conflict a.rs"]);
        assert_eq!(pair.conflicts_since(), Some(at(0)));
        // Gone for a moment, it is no news when it is back.
        let settles = look(&mut pair, Between::default(), STANDS_MS + 1);
        assert_eq!(settles, Some(at(2 * STANDS_MS + 1)));
        assert!(!pair.is_free());
        look(&mut pair, conflict(&["a.rs"]), STANDS_MS + 2);
        assert!(pair.take_news().is_empty());
        // Another file is.
        look(&mut pair, conflict(&["a.rs", "b.rs"]), 3 * STANDS_MS);
        look(&mut pair, conflict(&["a.rs", "b.rs"]), 4 * STANDS_MS);
        assert_eq!(pair.take_news(), ["conflict b.rs"]);
        // Gone for long enough, it is over.
        look(&mut pair, Between::default(), 5 * STANDS_MS);
        look(&mut pair, Between::default(), 6 * STANDS_MS);
        assert!(pair.is_free(), "{pair:?}");
    }

    #[test]
    fn what_was_there_before_is_told_when_one_of_them_goes_on() {
        let mut pair = Pair { is_live: false, ..pair() };
        look(&mut pair, conflict(&["a.rs"]), 0);
        look(&mut pair, conflict(&["a.rs"]), STANDS_MS);
        assert!(pair.take_news().is_empty() && pair.conflicts_since().is_some());
        pair.is_live = true;
        assert_eq!(pair.take_news(), ["conflict a.rs"]);
    }

    #[test]
    fn a_lock_file_is_shown_and_nobody_is_told() {
        let mut pair = pair();
        let mut found = conflict(&["Cargo.lock"]);
        found.conflict.as_mut().unwrap().files[0].file = FileKind::Lock;
        assert_eq!(look(&mut pair, found, 0), None);
        assert!(pair.conflict.is_some());
    }
}
