//! Which paths a task or a session is about.

/// A pattern of paths, from the repository's root.
///
/// `*` and `?` stand for what lies within one name, `**` for any number of names. A pattern that names a folder covers all
/// below it; one with a wildcard and without a slash (`*.rs`) covers what is called so anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Any number of names.
    Any,
    /// One name, with wildcards.
    Name(Vec<char>),
}

impl Pattern {
    /// The pattern that a text writes; an empty one covers nothing.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim().trim_start_matches("./");
        let is_anywhere = text.contains(['*', '?']) && !text.trim_end_matches('/').contains('/');
        let names = text.split('/').filter(|name| !name.is_empty() && *name != ".");
        let mut parts: Vec<Part> = names
            .map(|name| match name {
                "**" => Part::Any,
                name => Part::Name(name.chars().collect()),
            })
            .collect();
        if !parts.is_empty() && is_anywhere {
            parts.insert(0, Part::Any);
        }
        if !parts.is_empty() && parts.last() != Some(&Part::Any) {
            // It may name a folder.
            parts.push(Part::Any);
        }
        Self { parts }
    }

    /// Whether it covers a path.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let names = path.split('/').filter(|name| !name.is_empty());
        let path: Vec<Part> = names.map(|name| Part::Name(literal(name))).collect();
        !path.is_empty() && meet(&self.parts, &path)
    }

    /// Whether there may be a path that both cover.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        let is_empty = self.parts.is_empty() || other.parts.is_empty();
        !is_empty && meet(&self.parts, &other.parts)
    }
}

/// Stands for a wildcard's character in a name that is meant as it is.
const MEANT: char = '\0';

/// A name in which no character is a wildcard.
fn literal(name: &str) -> Vec<char> {
    name.chars().map(|c| if matches!(c, '*' | '?') { MEANT } else { c }).collect()
}

/// Whether a path is covered by both.
fn meet(left: &[Part], right: &[Part]) -> bool {
    overlap(left, right, &Part::Any, |one, other| match (one, other) {
        (Part::Name(one), Part::Name(other)) => {
            overlap(one, other, &'*', |one, other| one == other || *one == '?' || *other == '?')
        }
        _ => false,
    })
}

/// Whether two sequences have one in common, where `any` stands for any number of items: by the places that are reached
/// in both.
fn overlap<T: PartialEq>(left: &[T], right: &[T], any: &T, same: impl Fn(&T, &T) -> bool) -> bool {
    let width = right.len() + 1;
    let mut reached = vec![false; (left.len() + 1) * width];
    reached[0] = true;
    for i in 0..=left.len() {
        for j in 0..=right.len() {
            if !reached[i * width + j] {
                continue;
            }
            let (one, other) = (left.get(i), right.get(j));
            // Any number may be none, and one more of what the other has.
            for (here, there, skip, take) in
                [(one, other, (i + 1, j), (i, j + 1)), (other, one, (i, j + 1), (i + 1, j))]
            {
                if here == Some(any) {
                    reached[skip.0 * width + skip.1] = true;
                    if there.is_some() {
                        reached[take.0 * width + take.1] = true;
                    }
                }
            }
            if let (Some(one), Some(other)) = (one, other)
                && one != any
                && other != any
                && same(one, other)
            {
                reached[(i + 1) * width + j + 1] = true;
            }
        }
    }
    reached[left.len() * width + right.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn covers(pattern: &str, path: &str) -> bool {
        Pattern::of(pattern).covers(path)
    }

    #[test]
    fn a_pattern_covers_paths_from_the_root() {
        assert!(covers("src/watcher/**", "src/watcher/a/b.rs"));
        assert!(covers("src/watcher", "src/watcher/a.rs"));
        assert!(covers("src/watcher/", "src/watcher/a.rs"));
        assert!(covers("./src/*.rs", "src/a.rs"));
        assert!(!covers("src/*.rs", "src/deep/a.rs"));
        assert!(covers("*.rs", "src/deep/a.rs"));
        assert!(covers("**/tests/**", "crates/git/tests/a.rs"));
        assert!(covers("/Cargo.toml", "Cargo.toml"));
        assert!(covers("docs", "docs/a.md") && !covers("docs", "src/docs/a.md"));
        assert!(covers("src/a?.rs", "src/ab.rs"));
        assert!(!covers("src/watcher", "src/watcher_more.rs"));
        assert!(!covers("", "a"));
    }

    #[test]
    fn patterns_meet_where_a_path_may_be_in_both() {
        let meets = |one: &str, other: &str| Pattern::of(one).meets(&Pattern::of(other));
        assert!(meets("src/watcher/**", "src/watcher/new.rs"));
        assert!(meets("src", "src/watcher/*.rs"));
        assert!(meets("src/*/mod.rs", "src/watcher/**"));
        assert!(meets("*.rs", "src/**"));
        assert!(meets("a*c", "ab*"));
        assert!(!meets("src/*.rs", "docs/**"));
        assert!(!meets("src/watcher/**", "src/watchers/**"));
        assert!(!meets("", "src"));
    }

    proptest! {
        #[test]
        fn a_path_that_both_cover_is_where_they_meet(
            path in "[ab]{1,2}(/[ab]{1,2}){0,3}",
            one in "(\\*\\*/)?[ab*?]{1,3}(/[ab*?]{1,3}){0,2}(/\\*\\*)?",
            other in "(\\*\\*/)?[ab*?]{1,3}(/[ab*?]{1,3}){0,2}(/\\*\\*)?",
        ) {
            let (one, other) = (Pattern::of(&one), Pattern::of(&other));
            if one.covers(&path) && other.covers(&path) {
                prop_assert!(one.meets(&other) && other.meets(&one));
            }
        }
    }
}
