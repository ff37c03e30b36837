//! What the whole repository says about a name: how rare it is, who defines it, who imports whom.

mod content;
mod history;
mod repository;
mod stored;

use serde::{Deserialize, Serialize};

use crate::facts::KeyKind;

pub use content::ContentKey;
pub use history::History;
pub use repository::RepositoryIndex;
pub use stored::StoredError;

/// How often two files were changed together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoChange {
    /// In how many commits both.
    pub together: u32,
    /// In how many commits the first.
    pub left: u32,
    /// In how many commits the second.
    pub right: u32,
}

/// What is asked about the repository that changesets stand on.
pub trait Index {
    /// How many files it has.
    fn files(&self) -> u32;
    /// In how many files a name occurs.
    fn files_with(&self, name: &str) -> u32;
    /// How many definitions a name has, declarations aside.
    fn definitions(&self, name: &str) -> u32;
    /// In how many files a key occurs.
    fn files_with_key(&self, kind: KeyKind, name: &str) -> u32;
    /// How many files lie in a folder itself.
    fn files_in(&self, folder: &str) -> u32;
    /// The names of the files that lie in a folder itself.
    fn names_in(&self, folder: &str) -> Vec<&str>;
    /// Whether the file at `path` imports the file at `of`.
    fn imports(&self, path: &str, of: &str) -> bool;
    /// How often two files were changed together.
    fn co_change(&self, left: &str, right: &str) -> CoChange;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts;

    #[test]
    fn a_file_that_is_replaced_counts_once() {
        let mut index = RepositoryIndex::default();
        let one = facts("a.rs", "fn watch() { other() }").expect("facts");
        let two = facts("b.rs", "use crate::a::watch;\nfn run() { watch() }").expect("facts");
        let key = |path: &str, id: &str| ContentKey::of(path, id).expect("code");
        index.put("src/a.rs", &key("src/a.rs", "1"), &one);
        index.put("src/b.rs", &key("src/b.rs", "2"), &two);
        index.put("src/b.rs", &key("src/b.rs", "2"), &two);
        assert_eq!(
            (index.files(), index.files_with("watch"), index.definitions("watch")),
            (2, 2, 1)
        );
        assert!(index.imports("src/b.rs", "src/a.rs") && !index.imports("src/a.rs", "src/b.rs"));
        index.remove("src/a.rs");
        assert_eq!(
            (index.files_with("watch"), index.definitions("watch"), index.files_in("src")),
            (1, 0, 1)
        );
        assert!(index.put_known("src/other.rs", &key("src/other.rs", "1")), "it was read before");
        assert_eq!(index.files_with("watch"), 2);
    }
}
