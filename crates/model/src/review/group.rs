//! Changesets that belong together.

use crate::changeset::FileKind;
use crate::conflict::Conflict;
use crate::coupling::{CouplingKind, Strength};
use crate::pair::Pair;

/// Changesets that belong together, by their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Each with the pair that joins it to another one of the group, the strongest first.
    pub members: Vec<(String, Pair)>,
}

/// The groups that pairs make, by strong edges only: a conflict in what people write, or a coupling that asks for both to
/// be looked at together.
///
/// Manifests, lock files and change logs that everybody touches join nobody, nor does history.
#[must_use]
pub fn groups(pairs: &[Pair]) -> Vec<Group> {
    let mut strong: Vec<(Strength, &Pair)> =
        pairs.iter().filter_map(|pair| Some((strength(pair)?, pair))).collect();
    strong.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.left.cmp(&other.left)));
    let mut groups: Vec<Group> = Vec::new();
    for (_, pair) in strong {
        let at = |key: &String| {
            groups.iter().position(|group| group.members.iter().any(|(known, _)| known == key))
        };
        let joins = |key: &String| (key.clone(), pair.clone());
        match (at(&pair.left), at(&pair.right)) {
            (None, None) => {
                groups.push(Group { members: vec![joins(&pair.left), joins(&pair.right)] });
            }
            (Some(at), None) => groups[at].members.push(joins(&pair.right)),
            (None, Some(at)) => groups[at].members.push(joins(&pair.left)),
            (Some(one), Some(other)) if one != other => {
                let moved = groups.remove(one.max(other));
                groups[one.min(other)].members.extend(moved.members);
            }
            _ => {}
        }
    }
    groups
}

/// How strongly a pair joins its sides; `None` if it does not.
fn strength(pair: &Pair) -> Option<Strength> {
    let is_written = |conflict: &Conflict| {
        let shared = |kind| {
            matches!(
                kind,
                FileKind::Manifest | FileKind::Lock | FileKind::ChangeLog | FileKind::Generated
            )
        };
        conflict.files.iter().any(|file| !shared(file.file))
    };
    if pair.conflict.as_ref().is_some_and(is_written) {
        return Some(Strength::Block);
    }
    let joining = pair.couplings.iter().filter(|coupling| {
        coupling.strength >= Strength::Review
            && !matches!(coupling.kind, CouplingKind::History | CouplingKind::Dependency)
    });
    joining.map(|coupling| coupling.strength).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ChangesetKey;
    use crate::changeset::Place;
    use crate::conflict::{ConflictFile, ConflictKind};
    use crate::coupling::Coupling;

    fn pair(left: &str, right: &str) -> Pair {
        let key = |name: &str| ChangesetKey::Worktree(name.to_owned());
        Pair::new(&key(left), &key(right))
    }

    fn coupled(left: &str, right: &str, kind: CouplingKind, strength: Strength) -> Pair {
        let at = Place { path: "a".into(), line: 1 };
        let (left_at, right_at) = (at.clone(), at);
        let (reason, symbol) = (String::new(), None);
        let coupling =
            Coupling { kind, strength, reason, symbol, left_at, right_at, changer: None };
        Pair { couplings: vec![coupling], ..pair(left, right) }
    }

    fn conflicting(left: &str, right: &str, file: FileKind) -> Pair {
        let kind = ConflictKind::Content;
        let file = ConflictFile { path: "a".into(), kind, file, hunks: Vec::new() };
        Pair { conflict: Some(Conflict { files: vec![file] }), ..pair(left, right) }
    }

    fn names(groups: &[Group]) -> Vec<Vec<&str>> {
        groups.iter().map(members).collect()
    }

    fn members(group: &Group) -> Vec<&str> {
        let keys = group.members.iter().map(|(key, _)| key.trim_start_matches("worktree:"));
        let mut keys: Vec<&str> = keys.collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn strong_edges_join_and_weak_ones_do_not() {
        use CouplingKind::{Body, Dependency, History, Signature};
        let pairs = [
            coupled("a", "b", Signature, Strength::Warn),
            coupled("b", "c", Body, Strength::Review),
            coupled("d", "e", Body, Strength::Info),
            coupled("d", "f", History, Strength::Review),
            coupled("e", "f", Dependency, Strength::Warn),
            conflicting("g", "h", FileKind::Code),
            conflicting("a", "h", FileKind::Lock),
        ];
        assert_eq!(names(&groups(&pairs)), [vec!["g", "h"], vec!["a", "b", "c"]]);
    }

    #[test]
    fn two_groups_that_meet_become_one() {
        let edge = |left, right| coupled(left, right, CouplingKind::Signature, Strength::Warn);
        let pairs = [edge("a", "b"), edge("c", "d"), edge("d", "a")];
        assert_eq!(names(&groups(&pairs)), [vec!["a", "b", "c", "d"]]);
    }
}
