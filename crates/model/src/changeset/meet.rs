//! Whether two changesets can meet at all: the pairs that cannot need no merge.
//!
//! Git's merge (merge-ort.c) takes a path that one side alone changes as that side has it. It can come to a conflict
//! only where both change one path, where one's file stands in the way of the other's folder, or where one puts a
//! file into a folder that the other moved.

use std::collections::HashSet;

use super::{ChangedFile, FileStatus};

/// Whether git could find a conflict between two changesets with the same base; where this is false it finds none.
///
/// Both must be told against the same commit, which must be the only merge base of the two.
#[must_use]
pub fn can_meet(left: &[ChangedFile], right: &[ChangedFile]) -> bool {
    let (left, right) = (Touched::of(left), Touched::of(right));
    left.shares_path_with(&right)
        || left.stands_in_the_way_of(&right)
        || right.stands_in_the_way_of(&left)
        || left.may_move_folder_of(&right)
        || right.may_move_folder_of(&left)
}

/// The paths of one changeset.
struct Touched<'a> {
    /// All of them.
    all: HashSet<&'a str>,
    /// Some of it is new.
    adds: bool,
    /// Folders above what is new.
    above_new: HashSet<&'a str>,
    /// Folders above what goes.
    above_gone: HashSet<&'a str>,
}

impl<'a> Touched<'a> {
    fn of(files: &'a [ChangedFile]) -> Self {
        let (all, above_new, above_gone) = (HashSet::new(), HashSet::new(), HashSet::new());
        let mut touched = Self { all, adds: false, above_new, above_gone };
        for file in files {
            touched.all.insert(&file.path);
            if let Some(from) = &file.from {
                touched.all.insert(from);
                touched.above_gone.extend(folders_above(from));
            }
            if file.status == FileStatus::Added || file.from.is_some() {
                touched.adds = true;
                touched.above_new.extend(folders_above(&file.path));
            }
            if file.status == FileStatus::Deleted {
                touched.above_gone.extend(folders_above(&file.path));
            }
        }
        touched
    }

    fn shares_path_with(&self, other: &Self) -> bool {
        let (few, many) =
            if self.all.len() < other.all.len() { (self, other) } else { (other, self) };
        few.all.iter().any(|path| many.all.contains(path))
    }

    /// A path of this one is a folder of the other.
    fn stands_in_the_way_of(&self, other: &Self) -> bool {
        other
            .all
            .iter()
            .flat_map(|path| folders_above(path))
            .any(|folder| self.all.contains(folder))
    }

    /// This one takes files out of a folder, as it does when it moves the folder, and the other puts one in.
    ///
    /// Whether what went was moved is not asked: how alike two files are to git depends on its limits.
    fn may_move_folder_of(&self, other: &Self) -> bool {
        self.adds && self.above_gone.iter().any(|folder| other.above_new.contains(folder))
    }
}

/// Every folder that a path lies in, without the root: that one is never moved.
fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changeset::FileKind;

    fn file(path: &str, status: FileStatus, from: Option<&str>) -> ChangedFile {
        ChangedFile {
            path: path.into(),
            from: from.map(str::to_owned),
            status,
            kind: FileKind::of(path),
            added: 0,
            removed: 0,
            binary: false,
            old: None,
            new: None,
        }
    }

    #[test]
    fn only_what_git_could_call_a_conflict_meets() {
        use FileStatus::{Added, Deleted, Modified, Renamed};
        let edit = |path: &str| vec![file(path, Modified, None)];
        let add = |path: &str| vec![file(path, Added, None)];
        let moved = |from: &str, to: &str| vec![file(to, Renamed, Some(from))];
        let either_way = |one: &[ChangedFile], other: &[ChangedFile]| {
            assert_eq!(can_meet(one, other), can_meet(other, one));
            can_meet(one, other)
        };
        assert!(either_way(&edit("src/a.rs"), &edit("src/a.rs")));
        assert!(!either_way(&edit("src/a.rs"), &edit("src/b.rs")));
        assert!(!either_way(&edit("src/a.rs"), &add("src/b.rs")));
        assert!(!either_way(&add("src/a.rs"), &add("src/b.rs")));
        assert!(either_way(&moved("old.rs", "new.rs"), &edit("old.rs")));
        assert!(either_way(&moved("old.rs", "new.rs"), &add("new.rs")));
        // A file where the other has a folder.
        assert!(either_way(&add("lib"), &add("lib/deep/a.rs")));
        assert!(!either_way(&add("lib"), &add("library/a.rs")));
        // The folder is moved away below a new file.
        assert!(either_way(&moved("old/a.rs", "new/a.rs"), &add("old/sub/b.rs")));
        assert!(either_way(&moved("old/a.rs", "a.rs"), &moved("x.rs", "old/x.rs")));
        assert!(!either_way(&moved("old/a.rs", "new/a.rs"), &edit("old/b.rs")));
        // Nothing was put elsewhere, so nothing was moved.
        assert!(!either_way(&[file("old/a.rs", Deleted, None)], &add("old/b.rs")));
        assert!(!either_way(&[], &edit("a")));
    }
}
