//! In which order changesets land.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::conflict::Conflict;

/// The order in which a set lands, tried by merging one after another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LandOrder {
    /// What they land on.
    pub base: String,
    /// Those that fit, the first first.
    pub lands: Vec<String>,
    /// Those that do not fit onto the others.
    pub breaks: Vec<Breaks>,
    /// Those that each should land before the other: they land as one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub together: Vec<Vec<String>>,
}

/// One that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Breaks {
    /// Which.
    pub name: String,
    /// The first of those landed before that it breaks with; none if it does not even fit onto the base.
    pub with: Option<String>,
    /// What git cannot merge.
    pub conflict: Conflict,
}

/// An order to be tried, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposed {
    /// All of them, the first first.
    pub order: Vec<usize>,
    /// Groups whose members each should be before the other.
    pub together: Vec<Vec<usize>>,
}

/// The order in which `count` changesets are best landed.
///
/// `before` are pairs of which the first should land before the second; `clashes` are pairs that cannot both land.
/// Of those that may come next the one that keeps fewest others out comes first, then the one of the least size, then
/// the earlier one. What waits for itself in a circle stays side by side.
#[must_use]
pub fn proposed(
    count: usize,
    before: &[(usize, usize)],
    clashes: &[(usize, usize)],
    sizes: &[usize],
) -> Proposed {
    let reaches = reachable(count, before);
    let is_one = |a: usize, b: usize| a == b || (reaches[a][b] && reaches[b][a]);
    let clashing = |a: usize| clashes.iter().filter(|(l, r)| *l == a || *r == a).count();
    let rank = |a: usize| (clashing(a), sizes.get(a).copied().unwrap_or_default(), a);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for member in 0..count {
        match groups.iter_mut().find(|group| is_one(group[0], member)) {
            Some(group) => group.push(member),
            None => groups.push(vec![member]),
        }
    }
    for group in &mut groups {
        group.sort_by_key(|member| rank(*member));
    }
    let together = groups.iter().filter(|group| group.len() > 1).cloned().collect();
    groups.sort_by_key(|group| Reverse(group.iter().map(|member| rank(*member)).max()));
    let mut order = Vec::with_capacity(count);
    // The best is last, so that it is taken from the end.
    while !groups.is_empty() {
        let is_free = |group: &&Vec<usize>| {
            !groups.iter().any(|other| other[0] != group[0] && reaches[other[0]][group[0]])
        };
        let at = groups.iter().rposition(|group| is_free(&group)).unwrap_or(groups.len() - 1);
        order.extend(groups.remove(at));
    }
    Proposed { order, together }
}

/// Which should be before which, by way of others included.
fn reachable(count: usize, before: &[(usize, usize)]) -> Vec<Vec<bool>> {
    let mut reaches = vec![vec![false; count]; count];
    for (first, then) in before.iter().filter(|(a, b)| a != b && *a < count && *b < count) {
        reaches[*first][*then] = true;
    }
    for by in 0..count {
        for from in 0..count {
            if reaches[from][by] {
                let onward = reaches[by].clone();
                reaches[from].iter_mut().zip(onward).for_each(|(known, further)| *known |= further);
            }
        }
    }
    reaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_waited_for_comes_first_then_who_keeps_few_out_then_the_small() {
        let order = |before: &[_], clashes: &[_], sizes: &[_]| {
            proposed(sizes.len(), before, clashes, sizes).order
        };
        assert_eq!(order(&[], &[], &[1, 1, 1]), [0, 1, 2]);
        assert_eq!(order(&[(2, 0)], &[], &[1, 1, 1]), [1, 2, 0]);
        assert_eq!(order(&[(2, 1), (1, 0)], &[], &[1, 9, 99]), [2, 1, 0]);
        assert_eq!(order(&[], &[(0, 1), (0, 2)], &[1, 5, 3]), [2, 1, 0]);
        assert_eq!(order(&[], &[], &[]), [0; 0]);
    }

    #[test]
    fn a_circle_lands_as_one() {
        let found = proposed(4, &[(1, 3), (3, 1), (0, 1), (2, 2), (9, 0)], &[], &[1; 4]);
        assert_eq!(found.together, [[1, 3]]);
        let at = |which: usize| found.order.iter().position(|n| *n == which).unwrap();
        assert_eq!(at(3), at(1) + 1);
        assert!(at(0) < at(1));
        assert_eq!(found.order.len(), 4);
    }
}
