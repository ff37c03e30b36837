//! Which lines of which files a check ran.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Lines of a file, counted from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lines {
    /// First and last of each range, in order; none touches the next.
    ranges: Vec<(u32, u32)>,
}

impl FromIterator<u32> for Lines {
    fn from_iter<I: IntoIterator<Item = u32>>(lines: I) -> Self {
        let mut lines: Vec<u32> = lines.into_iter().collect();
        lines.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for line in lines {
            match ranges.last_mut() {
                Some((_, last)) if line <= last.saturating_add(1) => *last = line,
                _ => ranges.push((line, line)),
            }
        }
        Self { ranges }
    }
}

impl Lines {
    /// First and last line of each range, in order.
    #[must_use]
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// Each line, in order.
    pub fn each(&self) -> impl Iterator<Item = u32> {
        self.ranges.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranges.iter().map(|(first, last)| (last - first) as usize + 1).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether a line is one of them.
    #[must_use]
    pub fn has(&self, line: u32) -> bool {
        let at = self.ranges.partition_point(|(_, last)| *last < line);
        self.ranges.get(at).is_some_and(|(first, _)| *first <= line)
    }

    /// Those of both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.each().chain(other.each()).collect()
    }
}

/// What is known of the lines of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutedLines {
    /// Lines that can be run.
    pub executable: Lines,
    /// Lines of them that ran.
    pub executed: Lines,
}

/// Why it is not known of some files which of their lines ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotMeasured {
    /// A Python before 3.12 runs them, and has no coverage.py.
    NoCoveragePy,
    /// The check measures Python by itself, and only one can.
    MeasuredByCheck,
    /// JavaScript ran that a program had made of them.
    Transformed,
    /// There was more to read than is read.
    TooMuch,
    /// The check failed as it was measured, and passed as it was not.
    ChangesResult,
}

impl NotMeasured {
    /// The reason, as the end of a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NoCoveragePy => "coverage.py is not installed in the project's environment",
            Self::MeasuredByCheck => "the check measures Python itself, and left no report",
            Self::Transformed => "what ran was made of the files by another program",
            Self::TooMuch => "there was too much to read",
            Self::ChangesResult => "the check failed as it was measured, and passed as it was not",
        }
    }
}

/// Which lines a check ran, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executed {
    /// By path, from the repository's root.
    pub files: BTreeMap<String, ExecutedLines>,
    /// Files that ran, of which the lines are not known.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unclear: BTreeSet<String>,
    /// Why something is not known.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub not_measured: BTreeSet<NotMeasured>,
}

impl Executed {
    /// Nothing is known, for this reason.
    #[must_use]
    pub fn not_measured(why: NotMeasured) -> Self {
        Self { not_measured: BTreeSet::from([why]), ..Self::default() }
    }

    /// Whether no line of any file is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Adds what another run of the same code executed: a line has run if it ran in either.
    pub fn add(&mut self, other: Self) {
        for (path, lines) in other.files {
            let known = self.files.entry(path).or_default();
            known.executable = known.executable.and(&lines.executable);
            known.executed = known.executed.and(&lines.executed);
        }
        self.unclear.extend(other.unclear);
        self.not_measured.extend(other.not_measured);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_as_ranges() {
        let lines: Lines = [7, 3, 4, 4, 5, 9].into_iter().collect();
        assert_eq!(lines.ranges(), [(3, 5), (7, 7), (9, 9)]);
        assert_eq!(
            (lines.len(), lines.has(4), lines.has(6), lines.has(10)),
            (5, true, false, false)
        );
        assert_eq!(lines.and(&[6, 8].into_iter().collect()).ranges(), [(3, 9)]);
        assert!(Lines::default().is_empty() && !Lines::default().has(0));
    }

    #[test]
    fn a_line_has_run_if_it_ran_once() {
        let run = |executed: &[u32]| {
            let lines = ExecutedLines {
                executable: (1..5).collect(),
                executed: executed.iter().copied().collect(),
            };
            Executed { files: BTreeMap::from([("a.js".to_owned(), lines)]), ..Executed::default() }
        };
        let mut all = run(&[1, 2]);
        all.add(run(&[2, 4]));
        assert_eq!(all.files["a.js"].executed.ranges(), [(1, 2), (4, 4)]);
        assert_eq!(all.files["a.js"].executable.len(), 4);
    }
}
