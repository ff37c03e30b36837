//! Whose line it is in a file that several changesets were merged into, one after another.

use crate::attribution::lines::{Replace, differences, lines};

/// Whose lines they are, by number from 0: places among the members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blame {
    /// For each line of the last text, who wrote it; none for a line of the first text.
    pub added: Vec<Option<u32>>,
    /// For each line of the first text, who took it away; none for a line that stayed.
    pub removed: Vec<Option<u32>>,
}

/// Whose lines a text is made of, that was `first` and then, after each member, the text of its step.
///
/// A line that one member wrote and a later one changed is the later one's.
#[must_use]
pub fn blame(first: &str, steps: &[(u32, &str)]) -> Blame {
    let mut before = lines(first);
    let mut removed: Vec<Option<u32>> = vec![None; before.len()];
    // Each line of the text so far: who wrote it, or which line of the first text it is.
    let mut origins: Vec<Result<u32, usize>> = (0..before.len()).map(Err).collect();
    for (member, text) in steps {
        let after = lines(text);
        let mut next = Vec::with_capacity(after.len());
        let mut at = 0;
        for Replace { old, new } in differences(&before, &after) {
            next.extend_from_slice(&origins[at..old.start]);
            for gone in origins[old.clone()].iter().filter_map(|origin| origin.err()) {
                removed[gone] = Some(*member);
            }
            next.extend(new.map(|_| Ok(*member)));
            at = old.end;
        }
        next.extend_from_slice(&origins[at..]);
        (before, origins) = (after, next);
    }
    Blame { added: origins.into_iter().map(Result::ok).collect(), removed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_of_who_wrote_it_last() {
        let found = blame("a\nb\nc\n", &[(0, "a\nB\nc\n"), (1, "a\nB\nnew\nc\nlast\n")]);
        assert_eq!(found.added, [None, Some(0), Some(1), None, Some(1)]);
        assert_eq!(found.removed, [None, Some(0), None]);
    }

    #[test]
    fn a_line_that_two_change_is_the_later_ones() {
        let found = blame("a\n", &[(0, "b\n"), (1, "c\n"), (2, "c\n")]);
        assert_eq!((found.added, found.removed), (vec![Some(1)], vec![Some(0)]));
        let back = blame("a\n", &[(0, ""), (1, "a\n")]);
        assert_eq!((back.added, back.removed), (vec![Some(1)], vec![Some(0)]));
    }
}
