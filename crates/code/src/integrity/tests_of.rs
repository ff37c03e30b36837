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
                if new.file != old.file {
                    return 0.0;
                }
                alike(old.test, new.test).max(said_alike(old.test, new.test))
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

/// Which share of the words of two tests is the same, where each value of the old one stands in the new one, too: what
/// is tested may have another name now.
fn said_alike(old: &Test, new: &Test) -> f64 {
    if old.is_group != new.is_group || old.assertions.is_empty() || new.assertions.is_empty() {
        return 0.0;
    }
    let words = |test: &Test| -> Vec<String> {
        let texts = test.assertions.iter().map(|one| one.text.as_str());
        let texts = texts.chain(std::iter::once(test.body.as_str())).collect::<Vec<_>>().join(" ");
        let parts = texts.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let mut words: Vec<String> =
            parts.filter(|part| !part.is_empty()).map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    let values = |words: &[String]| -> Vec<String> {
        let is_value = |word: &&String| word.starts_with(|c: char| c.is_ascii_digit());
        words.iter().filter(is_value).cloned().collect()
    };
    let quoted = |test: &Test| -> Vec<String> {
        let texts = test.body.split(['"', '\'', '`']).skip(1).step_by(2);
        texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
    };
    let (was, is) = (words(old), words(new));
    let (numbers, texts) = (values(&was), quoted(old));
    let (has_numbers, has_texts) = (values(&is), quoted(new));
    let has_all = numbers.iter().all(|one| has_numbers.contains(one))
        && texts.iter().all(|one| has_texts.contains(one));
    if numbers.len() + texts.len() < 2 && was.len() < 6 || !has_all {
        return 0.0;
    }
    let mut left = is.clone();
    let same = was.iter().filter(|word| {
        let at = left.iter().position(|other| other == *word);
        at.map(|at| left.swap_remove(at)).is_some()
    });
    same.count() as f64 * 2.0 / (was.len() + is.len()) as f64
}

/// Whether the diff shows all of a test.
pub(super) fn is_shown(file: &Compared<'_>, test: &Test) -> bool {
    !file.file.is_partial || file.are_come(test.line, test.end)
}
