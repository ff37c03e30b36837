//! What became of the files of a folder, told by their contents.

use std::collections::{BTreeMap, BTreeSet};

use super::{FolderChange, Moved};
use crate::limits;

/// A file of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedFile<'a> {
    /// From the folder's top.
    pub path: &'a str,
    /// What tells its content: the id of its blob, or any hash of it.
    pub content: &'a str,
}

/// Contents that say nothing of where a file went: git's ids of an empty file.
const EMPTY: [&str; 2] = [
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
];

/// What became of a folder's files.
///
/// A file that is gone is looked for by its content, then by its name. Of a file that is still there, its former content
/// elsewhere is a copy, unless what it holds now came from another file: then both changed places.
#[must_use]
pub fn folder(before: &[ListedFile<'_>], after: &[ListedFile<'_>]) -> FolderChange {
    let before_by: BTreeMap<&str, &str> =
        before.iter().map(|file| (file.path, file.content)).collect();
    let after_by: BTreeMap<&str, &str> =
        after.iter().map(|file| (file.path, file.content)).collect();
    let differs = |path: &str, content: &str, other: &BTreeMap<&str, &str>| {
        other.get(path).is_none_or(|there| *there != content)
    };
    let mut went: Vec<&str> = Vec::new();
    let mut came: Vec<&str> = Vec::new();
    let mut change = FolderChange::default();
    for (path, content) in &before_by {
        if differs(path, content, &after_by) {
            went.push(path);
        } else {
            change.left_alone += 1;
            if change.left.len() < limits::FOLDER_LEFT {
                change.left.push((*path).to_owned());
            }
        }
    }
    came.extend(
        after_by.iter().filter(|(path, id)| differs(path, id, &before_by)).map(|(path, _)| *path),
    );
    change.before = count(before_by.len());
    change.after = count(after_by.len());

    let mut pairs = by_content(&went, &came, &before_by, &after_by);
    drop_copies(&mut pairs, &after_by);
    by_name(&went, &came, &before_by, &after_by, &mut pairs);
    let taken: BTreeSet<&str> = pairs.values().copied().collect();
    for (from, to) in &pairs {
        let is_changed = before_by.get(from) != after_by.get(to);
        let moved = Moved { from: (*from).to_owned(), to: (*to).to_owned(), is_changed };
        let list = if parent(from) == parent(to) { &mut change.renamed } else { &mut change.moved };
        list.push(moved);
    }
    for path in came.into_iter().filter(|path| !taken.contains(path)) {
        let list =
            if before_by.contains_key(path) { &mut change.changed } else { &mut change.added };
        list.push(path.to_owned());
    }
    let gone =
        went.into_iter().filter(|path| !pairs.contains_key(path) && !after_by.contains_key(path));
    let holders = holders(&after_by);
    for path in gone {
        let held_by = before_by.get(path).and_then(|content| holders.get(content));
        match held_by.and_then(|paths| nearest(path, paths)) {
            Some(to) => change.merged.push(Moved {
                from: path.to_owned(),
                to: to.to_owned(),
                is_changed: false,
            }),
            None => change.deleted.push(path.to_owned()),
        }
    }
    bound(&mut change);
    change
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

type Contents<'a> = BTreeMap<&'a str, &'a str>;

/// Which file holds each content, empty ones left out.
fn holders<'a>(files: &Contents<'a>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut holders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, content) in files.iter().filter(|(_, content)| !EMPTY.contains(content)) {
        holders.entry(content).or_default().push(path);
    }
    holders
}

/// The path that is most like `path`: the same name, else the same folder, else the first.
fn nearest<'a>(path: &str, among: &[&'a str]) -> Option<&'a str> {
    let of_name = among.iter().find(|other| name(other) == name(path));
    let of_folder = || among.iter().find(|other| parent(other) == parent(path));
    of_name.or_else(of_folder).or(among.first()).copied()
}

/// Files whose content went to another path, each with that path.
fn by_content<'a>(
    went: &[&'a str],
    came: &[&'a str],
    before: &Contents<'a>,
    after: &Contents<'a>,
) -> BTreeMap<&'a str, &'a str> {
    let mut free: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in came {
        let Some(content) = after.get(path).filter(|content| !EMPTY.contains(content)) else {
            continue;
        };
        free.entry(content).or_default().push(path);
    }
    let mut pairs = BTreeMap::new();
    let likes: [fn(&str, &str) -> bool; 3] =
        [|a, b| name(a) == name(b), |a, b| parent(a) == parent(b), |_, _| true];
    for is_like in likes {
        for from in went {
            let Some(to) = before.get(from).and_then(|content| free.get_mut(content)) else {
                continue;
            };
            if pairs.contains_key(from) {
                continue;
            }
            if let Some(at) = to.iter().position(|to| is_like(from, to)) {
                pairs.insert(*from, to.remove(at));
            }
        }
    }
    pairs
}

/// Leaves out pairs whose file is still there with a content that came from nowhere: it was copied, then changed.
fn drop_copies<'a>(pairs: &mut BTreeMap<&'a str, &'a str>, after: &Contents<'a>) {
    loop {
        let arrived: BTreeSet<&str> = pairs.values().copied().collect();
        let number = pairs.len();
        pairs.retain(|from, _| !after.contains_key(from) || arrived.contains(from));
        if pairs.len() == number {
            return;
        }
    }
}

/// Files that are gone while one of their name came up elsewhere, where only one of each has it: moved and changed.
fn by_name<'a>(
    went: &[&'a str],
    came: &[&'a str],
    before: &Contents<'a>,
    after: &Contents<'a>,
    pairs: &mut BTreeMap<&'a str, &'a str>,
) {
    let taken: BTreeSet<&str> = pairs.values().copied().collect();
    let mut named: BTreeMap<&str, (Vec<&'a str>, Vec<&'a str>)> = BTreeMap::new();
    for path in went.iter().filter(|path| !after.contains_key(*path) && !pairs.contains_key(*path))
    {
        named.entry(name(path)).or_default().0.push(path);
    }
    for path in came.iter().filter(|path| !before.contains_key(*path) && !taken.contains(*path)) {
        named.entry(name(path)).or_default().1.push(path);
    }
    for (from, to) in named.into_values() {
        if let ([from], [to]) = (from.as_slice(), to.as_slice()) {
            pairs.insert(from, to);
        }
    }
}

/// Keeps of each list what can be read.
fn bound(change: &mut FolderChange) {
    let most = limits::FOLDER_LISTED;
    let mut left_out = 0;
    for list in [&mut change.moved, &mut change.renamed, &mut change.merged] {
        left_out += list.len().saturating_sub(most);
        list.truncate(most);
    }
    for list in [&mut change.deleted, &mut change.added, &mut change.changed] {
        left_out += list.len().saturating_sub(most);
        list.truncate(most);
    }
    change.left_out = count(left_out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files<'a>(list: &'a [(&'a str, &'a str)]) -> Vec<ListedFile<'a>> {
        list.iter().map(|(path, content)| ListedFile { path, content }).collect()
    }

    fn told(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
        let change = folder(&files(before), &files(after));
        assert_eq!((change.before as usize, change.after as usize), (before.len(), after.len()));
        let pairs = |what: &'static str, list: Vec<Moved>| {
            list.into_iter().map(move |one| {
                let changed = if one.is_changed { " changed" } else { "" };
                format!("{what} {} {}{changed}", one.from, one.to)
            })
        };
        let paths = |what: &'static str, list: Vec<String>| {
            list.into_iter().map(move |path| format!("{what} {path}"))
        };
        pairs("moved", change.moved)
            .chain(pairs("renamed", change.renamed))
            .chain(pairs("merged", change.merged))
            .chain(paths("deleted", change.deleted))
            .chain(paths("added", change.added))
            .chain(paths("changed", change.changed))
            .chain(paths("left", change.left))
            .collect()
    }

    #[test]
    fn a_tidy_folder_is_told() {
        let before = [
            ("a.pdf", "1"),
            ("b.pdf", "2"),
            ("copy.pdf", "2"),
            ("c.txt", "3"),
            ("d", "4"),
            ("e", "5"),
            ("o.docx", "6"),
        ];
        let after = [
            ("in/a.pdf", "1"),
            ("b.pdf", "2"),
            ("Rent.txt", "3"),
            ("d", "9"),
            ("new", "8"),
            ("in/o.docx", "7"),
        ];
        assert_eq!(
            told(&before, &after),
            [
                "moved a.pdf in/a.pdf",
                "moved o.docx in/o.docx changed",
                "renamed c.txt Rent.txt",
                "merged copy.pdf b.pdf",
                "deleted e",
                "added new",
                "changed d",
                "left b.pdf"
            ]
        );
    }

    #[test]
    fn a_copy_is_no_move() {
        // A copy was made, and the file changed.
        assert_eq!(
            told(&[("a", "1")], &[("a", "2"), ("a.bak", "1")]),
            ["added a.bak", "changed a"]
        );
        // A copy was made, and the file left.
        assert_eq!(told(&[("a", "1")], &[("a", "1"), ("a.bak", "1")]), ["added a.bak", "left a"]);
    }

    #[test]
    fn files_that_change_places_are_renamed() {
        assert_eq!(
            told(&[("a", "1"), ("b", "2")], &[("a", "2"), ("b", "1")]),
            ["renamed a b", "renamed b a"]
        );
        assert_eq!(
            told(&[("1", "x"), ("2", "y")], &[("2", "x"), ("3", "y")]),
            ["renamed 1 2", "renamed 2 3"]
        );
        // What took the place is new, so the first was copied away before.
        assert_eq!(
            told(&[("1", "x"), ("2", "y")], &[("1", "z"), ("2", "x")]),
            ["changed 1", "changed 2"]
        );
    }

    #[test]
    fn of_equal_files_each_finds_its_like() {
        let before = [("x/a", "1"), ("x/b", "1"), ("c", "1")];
        let after = [("y/b", "1"), ("y/a", "1")];
        assert_eq!(told(&before, &after), ["moved x/a y/a", "moved x/b y/b", "merged c y/a"]);
    }

    #[test]
    fn empty_files_are_not_each_other() {
        let before = [("a/.keep", EMPTY[0]), ("b", EMPTY[0])];
        assert_eq!(
            told(&before, &[("c/__init__.py", EMPTY[0]), ("b", EMPTY[0])]),
            ["deleted a/.keep", "added c/__init__.py", "left b"]
        );
        assert_eq!(
            told(&before, &[("c/.keep", EMPTY[0]), ("b", EMPTY[0])]),
            ["moved a/.keep c/.keep", "left b"]
        );
    }

    #[test]
    fn names_that_several_have_say_nothing() {
        let before = [("a/index.md", "1"), ("b/index.md", "2")];
        let after = [("c/index.md", "3")];
        assert_eq!(
            told(&before, &after),
            ["deleted a/index.md", "deleted b/index.md", "added c/index.md"]
        );
    }

    #[test]
    fn long_lists_are_bounded() {
        let paths: Vec<String> = (0..limits::FOLDER_LISTED + 7).map(|n| format!("f{n}")).collect();
        let before: Vec<_> = paths.iter().map(|path| ListedFile { path, content: path }).collect();
        let change = folder(&before, &[]);
        assert_eq!((change.deleted.len(), change.left_out), (limits::FOLDER_LISTED, 7));
    }
}
