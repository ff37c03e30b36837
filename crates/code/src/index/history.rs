//! Which files were changed together, by the latest commits.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::CoChange;
use crate::limits;

/// The latest commits, by the files that each changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// By path: the numbers of its commits, in order.
    files: HashMap<Box<str>, Vec<u32>>,
    next: u32,
}

impl History {
    /// Counts one more commit. One that changed very many files says nothing of any two of them, and is passed over.
    pub fn count(&mut self, paths: &[&str]) {
        if paths.len() > limits::COMMIT_FILES {
            return;
        }
        for path in paths {
            let numbers = self.files.entry((*path).into()).or_default();
            if numbers.last() != Some(&self.next) {
                numbers.push(self.next);
            }
        }
        self.next += 1;
        if self.next.is_multiple_of(limits::HISTORY_COMMITS) {
            self.forget();
        }
    }

    /// How often two files were changed together.
    #[must_use]
    pub fn co_change(&self, left: &str, right: &str) -> CoChange {
        let of = |path: &str| self.files.get(path).map_or(&[][..], Vec::as_slice);
        let (left, right) = (of(left), of(right));
        let together = left.iter().filter(|number| right.binary_search(number).is_ok());
        let count = |found: usize| u32::try_from(found).unwrap_or(u32::MAX);
        CoChange {
            together: count(together.count()),
            left: count(left.len()),
            right: count(right.len()),
        }
    }

    /// Forgets commits that are older than the latest ones that count.
    fn forget(&mut self) {
        let oldest = self.next.saturating_sub(limits::HISTORY_COMMITS);
        for numbers in self.files.values_mut() {
            numbers.retain(|number| *number >= oldest);
        }
        self.files.retain(|_, numbers| !numbers.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_counted_and_forgotten() {
        let mut history = History::default();
        history.count(&["a", "b", "a"]);
        history.count(&["b"]);
        assert_eq!(history.co_change("b", "a"), CoChange { together: 1, left: 2, right: 1 });
        let many: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        history.count(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(history.co_change("1", "2"), CoChange::default());
        for _ in 0..2 * limits::HISTORY_COMMITS {
            history.count(&["c"]);
        }
        assert_eq!(history.co_change("a", "b"), CoChange::default());
        assert!(history.co_change("c", "c").left <= 2 * limits::HISTORY_COMMITS);
    }
}
