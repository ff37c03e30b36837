//! What a session shares with another or with a note, and how much that says.

use std::collections::BTreeMap;

use callboard_model::Timestamp;

use crate::limits;

/// What is shared weighs so much, times how rare it is.
pub(super) mod weight {
    /// A file that both wrote.
    pub(in crate::related) const WRITTEN: f64 = 1.0;
    /// A file that one wrote and the other read, or that its prompts name.
    pub(in crate::related) const READ: f64 = 0.5;
    /// A file that one wrote and the other read, which writes others.
    pub(in crate::related) const PASSED: f64 = 0.3;
    /// An error that both met.
    pub(in crate::related) const ERROR: f64 = 2.0;
    /// A symbol that both change, or that a note is about.
    pub(in crate::related) const SYMBOL: f64 = 1.2;
    /// A fixture that an error names.
    pub(in crate::related) const FIXTURE: f64 = 1.2;
    /// A rare word of a prompt.
    pub(in crate::related) const WORD: f64 = 0.8;
    /// A file that a note names: somebody thought of it.
    pub(in crate::related) const NAMED: f64 = 1.6;
    /// Below it, nothing is told.
    pub(in crate::related) const LEAST: f64 = 0.95;
    /// What is this much weaker than the strongest that is told is no longer told.
    pub(in crate::related) const BESIDE: f64 = 0.4;
}

/// One thing that is shared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tie {
    /// An error, by its line.
    Error(String),
    /// A symbol that the session changes.
    Changes(String),
    /// A symbol that its prompts name.
    Names(String),
    /// A file, by its path from the top of a checkout.
    File(String),
    /// A word of its prompts.
    Word(String),
}

/// What a session shares with another session or a note.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    /// Each with its weight.
    pub(super) ties: BTreeMap<Tie, f64>,
    /// The latest time at which the other did or said any of it.
    pub(super) at: Option<Timestamp>,
}

impl Shared {
    pub(super) fn add(&mut self, tie: Tie, weight: f64, at: Option<Timestamp>) {
        let known = self.ties.entry(tie).or_default();
        *known = known.max(weight);
        self.at = self.at.max(at);
    }

    /// The weight of all: the strongest in full, each further one half as much as the one before. Many weak ones make
    /// no strong one.
    pub(super) fn weight(&self) -> f64 {
        let mut weights: Vec<f64> = self.ties.values().copied().collect();
        weights.sort_by(|one, other| other.total_cmp(one));
        weights.iter().rev().fold(0.0, |sum, weight| weight + sum / 2.0)
    }

    /// The same of a session: what is long ago weighs less, to a half at the least.
    pub(super) fn aged(&self, now: Timestamp) -> f64 {
        let Some(at) = self.at else { return self.weight() * 0.5 };
        let days = now.since_ms(at).max(0) / (24 * 60 * 60 * 1000);
        let days = f64::from(u32::try_from(days).unwrap_or(u32::MAX));
        self.weight() * (0.5 + 0.5 * 0.5_f64.powf(days / limits::RELATED_HALF_LIFE_DAYS))
    }
}

/// How much it says that so many others have the same.
pub(super) fn rarity(others: usize) -> f64 {
    match u32::try_from(others) {
        Ok(others) if others > 0 => (1.0 + 6.0 / f64::from(others)).ln(),
        _ => 0.0,
    }
}

/// How much of a session's work is about a file that it wrote so often, of so many files, the one it wrote most so often.
pub(super) fn focus(times: u32, files: u32, most: u32) -> f64 {
    let often = (f64::from(times.max(1)) / f64::from(most.max(1))).sqrt();
    // What changes everything is about none of it.
    let few = (12.0 / f64::from(files.max(1))).sqrt().min(1.0);
    (0.5 + 0.5 * often) * few
}

/// What is related, the heaviest first: what weighs enough, alone and beside the heaviest.
pub(super) fn ranked<K>(
    found: BTreeMap<K, Shared>,
    weigh: impl Fn(&Shared) -> f64,
) -> Vec<(K, Shared, f64)> {
    let weighed = found.into_iter().map(|(key, shared)| {
        let weight = weigh(&shared);
        (key, shared, weight)
    });
    let mut all: Vec<(K, Shared, f64)> =
        weighed.filter(|(_, _, weight)| *weight >= weight::LEAST).collect();
    all.sort_by(|(_, _, one), (_, _, other)| other.total_cmp(one));
    all.truncate(limits::RELATED_SHOWN);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_weak_things_make_no_strong_one() {
        let mut weak = Shared::default();
        for n in 0..20 {
            weak.add(Tie::File(format!("src/{n}.rs")), 0.4, None);
        }
        assert!(weak.weight() < weight::LEAST, "{}", weak.weight());
        let mut strong = Shared::default();
        strong.add(Tie::Error("a".into()), 2.0, None);
        strong.add(Tie::Word("b".into()), 1.0, None);
        assert!((strong.weight() - 2.5).abs() < 1e-9);
    }

    #[test]
    fn what_a_session_is_about_weighs_more_than_what_it_touched() {
        assert!((focus(3, 1, 3) - 1.0).abs() < 1e-9);
        assert!(focus(1, 3, 9) < 0.7);
        assert!(focus(1, 120, 1) < 0.4);
    }
}
