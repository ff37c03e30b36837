//! Which test of before is which test of now: by name in its file, by name across files, by body.

use std::collections::{BTreeMap, BTreeSet};

use super::compared::{Change, Compared};
use super::source::Test;
use crate::limits;

/// A test with the file it stands in, by its number.
#[derive(Clone, Copy)]
pub(super) struct Placed<'c> {
    pub(super) file: usize,
    pub(super) test: &'c Test,
}

/// The tests of a change, before and after.
pub(super) struct Tests<'c> {
    /// Tests that are on both sides.
    pub(super) kept: Vec<(Placed<'c>, Placed<'c>)>,
    /// Tests that are on no side but the old one.
    pub(super) gone: Vec<Placed<'c>>,
    /// Tests that are new.
    pub(super) come: Vec<Placed<'c>>,
}

/// How much of what two tests do must be the same, for one to be the other under a new name.
const ALIKE: f64 = 0.6;

impl<'c> Tests<'c> {
    pub(super) fn of(change: &'c Change<'_>) -> Self {
        let mut olds: Vec<Placed<'c>> = Vec::new();
        let mut news: Vec<Placed<'c>> = Vec::new();
        for (at, file) in change.files.iter().enumerate().filter(|(_, file)| !file.is_foreign) {
            olds.extend(
                file.old.iter().flat_map(|side| &side.tests).map(|test| Placed { file: at, test }),
            );
            news.extend(
                file.new.iter().flat_map(|side| &side.tests).map(|test| Placed { file: at, test }),
            );
        }
        let mut tests = Self { kept: Vec::new(), gone: olds, come: news };
        tests.pair(|one| (one.test.is_group, one.file.to_string(), one.test.path.clone()));
        tests.pair(|one| (one.test.is_group, one.file.to_string(), one.test.name.clone()));
        tests.pair(|one| (one.test.is_group, String::new(), one.test.name.clone()));
        tests.pair(|one| (one.test.is_group, String::new(), one.test.body.clone()));
        tests.renamed();
        tests
    }

    /// Pairs those of one key on both sides.
    fn pair<K: Ord>(&mut self, key: impl Fn(&Placed<'c>) -> K) {
        let mut news: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for (at, new) in self.come.iter().enumerate().rev() {
            news.entry(key(new)).or_default().push(at);
        }
        let mut taken = BTreeSet::new();
        let mut gone = Vec::new();
        for old in std::mem::take(&mut self.gone) {
            match news.get_mut(&key(&old)).and_then(Vec::pop) {
                Some(at) => {
                    taken.insert(at);
                    self.kept.push((old, self.come[at]));
                }
                None => gone.push(old),
            }
        }
        self.gone = gone;
        let mut at = 0;
        self.come.retain(|_| {
            at += 1;
            !taken.contains(&(at - 1))
        });
    }

    /// Pairs those that do much the same under other names.
    fn renamed(&mut self) {
        if self.gone.len() > limits::RENAMED_TESTS || self.come.len() > limits::RENAMED_TESTS {
            return;
        }
        let mut gone = Vec::new();
        for old in std::mem::take(&mut self.gone) {
            let likeness = |new: &Placed<'c>| {
                if new.file == old.file { alike(old.test, new.test) } else { 0.0 }
            };
            let best = self.come.iter().enumerate().map(|(at, new)| (at, likeness(new)));
            match best.max_by(|one, other| one.1.total_cmp(&other.1)) {
                Some((at, share)) if share >= ALIKE => {
                    let new = self.come.remove(at);
                    self.kept.push((old, new));
                }
                _ => gone.push(old),
            }
        }
        self.gone = gone;
    }
}

/// Which share of their assertions is the same, or of what they do.
fn alike(old: &Test, new: &Test) -> f64 {
    if old.is_group != new.is_group || old.assertions.is_empty() {
        return 0.0;
    }
    let key = |test: &Test| -> Vec<String> {
        test.assertions.iter().map(|one| format!("{}={}", one.subject, one.expected)).collect()
    };
    let (olds, news) = (key(old), key(new));
    let same = olds.iter().filter(|one| news.contains(one)).count();
    same as f64 / olds.len().max(news.len()) as f64
}

/// Whether the diff shows all of a test.
pub(super) fn is_shown(file: &Compared<'_>, test: &Test) -> bool {
    !file.file.is_partial || file.are_come(test.line, test.end)
}
