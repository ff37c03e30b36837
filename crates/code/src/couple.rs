//! Couplings: who changed what another newly uses, each in one sentence with two places.

mod imports;
mod keys;
mod link;
mod needs;
mod register;
mod replaced;
mod rules;
mod shared;
mod side;
mod touched;
mod uses;

use callboard_model::changeset::Place;
use callboard_model::coupling::{Changer, Coupling, CouplingKind, Strength};

use crate::change::ChangesetFacts;
use crate::index::Index;
use crate::limits;

use side::Side;
pub use side::{Join, Met};

/// Score from which a coupling is likely to break: measured on real merges, see `cargo xtask bench coupling`.
const WARN: f32 = 0.6;
/// Score from which one is looked at together.
const REVIEW: f32 = 0.4;
/// Score below which there is nothing to say.
const TELL: f32 = 0.25;

/// A coupling with what it is ranked by.
#[derive(Debug, Clone)]
struct Found {
    kind: CouplingKind,
    /// From 0 to 1: how likely it is that one must know of the other.
    score: f32,
    /// The most that it can ask.
    most: Strength,
    symbol: String,
    /// With `{changer}` and `{user}`.
    reason: String,
    changed_at: Place,
    used_at: Place,
    /// The use stands in a test.
    test: bool,
}

impl Found {
    fn strength(&self) -> Option<Strength> {
        let strength = match self.score {
            score if score >= WARN => Strength::Warn,
            score if score >= REVIEW => Strength::Review,
            score if score >= TELL => Strength::Info,
            _ => return None,
        };
        Some(strength.min(self.most))
    }

    /// The coupling, where this one changed it; none where both do the same, and it is told from the left.
    fn told(self, changer: Option<Changer>) -> Option<(f32, bool, Coupling)> {
        let strength = self.strength()?;
        let from = changer.unwrap_or(Changer::Left);
        let (changed, used) = match from {
            Changer::Left => ("{left}", "{right}"),
            Changer::Right => ("{right}", "{left}"),
        };
        let reason = self.reason.replace("{changer}", changed).replace("{user}", used);
        let (left_at, right_at) = match from {
            Changer::Left => (self.changed_at, self.used_at),
            Changer::Right => (self.used_at, self.changed_at),
        };
        let symbol = Some(self.symbol);
        Some((
            self.score,
            self.test,
            Coupling { kind: self.kind, strength, reason, symbol, left_at, right_at, changer },
        ))
    }
}

/// What couples two changesets, both ways: the first is the one that a reviewer must see.
#[must_use]
pub fn couple(left: &ChangesetFacts, right: &ChangesetFacts, index: &dyn Index) -> Vec<Coupling> {
    between(&Side::of(left), &Side::of(right), index)
}

/// What one of two changesets newly uses as the other makes it, the surest first: nothing to warn of, but an order.
#[must_use]
pub fn needs(left: &ChangesetFacts, right: &ChangesetFacts, index: &dyn Index) -> Vec<Coupling> {
    needed(&Side::of(left), &Side::of(right), index)
}

fn needed(left: &Side<'_>, right: &Side<'_>, index: &dyn Index) -> Vec<Coupling> {
    let mut found: Vec<(f32, bool, Coupling)> = Vec::new();
    for (changer, one, other) in [(Changer::Left, left, right), (Changer::Right, right, left)] {
        let directed = needs::made_and_used(one, other, index);
        found.extend(directed.into_iter().filter_map(|found| found.told(Some(changer))));
    }
    let mut all = ranked(found);
    all.truncate(limits::NEEDS);
    all
}

fn between(left: &Side<'_>, right: &Side<'_>, index: &dyn Index) -> Vec<Coupling> {
    let mut found: Vec<(f32, bool, Coupling)> = Vec::new();
    for (changer, one, other) in [(Changer::Left, left, right), (Changer::Right, right, left)] {
        let mut directed = rules::changed_and_used(one, other, index);
        directed.extend(rules::moved_files(one, other, index));
        directed.extend(imports::lost_and_used(one, other));
        directed.extend(keys::gone_and_used(one, other, index));
        directed.extend(shared::packages(one, other));
        directed.extend(shared::expectations(one, other, index));
        directed.extend(uses::retired_and_used(one, other, index));
        directed.extend(uses::copies_gone(one, other, index));
        directed.extend(uses::variables_gone(one, other));
        directed.extend(shared::texts(one, other));
        directed.extend(register::unlisted(one, other, index));
        directed.extend(replaced::replaced_and_written(one, other));
        directed.extend(uses::members_changed(one, other, index));
        directed.extend(uses::shared_names(one, other, index));
        found.extend(directed.into_iter().filter_map(|found| found.told(Some(changer))));
    }
    let both =
        shared::defined_twice(left, right).into_iter().chain(shared::edited_twice(left, right));
    let both = both.chain(keys::changed_twice(left, right, index));
    found.extend(both.filter_map(|found| found.told(None)));
    found.extend(touched::touched_by_both(left, right, index).filter_map(|found| found.told(None)));
    if found.is_empty() {
        let history = shared::history(left, right, index);
        found.extend(history.into_iter().filter_map(|found| found.told(None)));
    }
    ranked(found)
}

/// In the order of what a reviewer must see, few for each symbol.
fn ranked(mut found: Vec<(f32, bool, Coupling)>) -> Vec<Coupling> {
    let place = |coupling: &Coupling| (coupling.left_at.clone(), coupling.right_at.clone());
    found.sort_by(|(score, test, one), (other_score, other_test, other)| {
        other
            .strength
            .cmp(&one.strength)
            .then(other_score.total_cmp(score))
            .then(one.kind.cmp(&other.kind))
            .then(test.cmp(other_test))
            .then_with(|| place(one).cmp(&place(other)))
    });
    let mut kept: Vec<Coupling> = Vec::new();
    for (_, _, coupling) in found {
        let same = kept.iter().filter(|kept| kept.symbol == coupling.symbol);
        let (mut count, mut is_told) = (0, false);
        for kept in same {
            count += 1;
            // A weaker sentence about the same two places says nothing new.
            is_told |= kept.left_at == coupling.left_at || kept.right_at == coupling.right_at;
        }
        if count < limits::PER_SYMBOL
            && !(is_told && coupling.strength < Strength::Warn)
            && !(is_told && count > 1)
        {
            kept.push(coupling);
        }
        if kept.len() == limits::COUPLINGS {
            break;
        }
    }
    kept
}

fn place(path: &str, line: u32) -> Place {
    Place { path: path.to_owned(), line }
}
