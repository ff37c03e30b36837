//! In which order the files of a review are read: contracts first, then who uses them, then tests.

use serde::{Deserialize, Serialize};

use super::CombinedFile;
use crate::changeset::FileKind;
use crate::coupling::{Changer, Coupling, Strength};

/// Why a file is read where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingPlace {
    /// It holds what others use.
    Contract,
    /// People write it, and it says what the program does.
    Uses,
    /// It tests others.
    Test,
    /// Prose, manifests, what is made by programs.
    Rest,
}

impl ReadingPlace {
    /// The word that is shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Uses => "uses",
            Self::Test => "test",
            Self::Rest => "rest",
        }
    }
}

/// Puts the files of a review into the order in which they are read, by what couples its members.
///
/// What one changes and another uses is a contract, the strongest first; so is what declares how others are called: a
/// schema, a migration, an interface description. Files of one place stay by path.
pub fn in_reading_order(files: &mut [CombinedFile], couplings: &[Coupling]) {
    let used = |path: &str| {
        let changed = couplings.iter().filter_map(|coupling| {
            let at = match coupling.changer? {
                Changer::Left => &coupling.left_at,
                Changer::Right => &coupling.right_at,
            };
            (at.path == path && coupling.strength >= Strength::Review).then_some(coupling.strength)
        });
        changed.max()
    };
    for file in files.iter_mut() {
        file.place = match file.file.kind {
            FileKind::Test => ReadingPlace::Test,
            FileKind::Code if used(&file.file.path).is_some() => ReadingPlace::Contract,
            FileKind::Code if declares(&file.file.path) => ReadingPlace::Contract,
            FileKind::Code => ReadingPlace::Uses,
            FileKind::Other if declares(&file.file.path) => ReadingPlace::Contract,
            _ => ReadingPlace::Rest,
        };
    }
    files.sort_by_cached_key(|file| {
        let strength = std::cmp::Reverse(used(&file.file.path));
        // What a program writes is read last of all.
        let is_made = matches!(file.file.kind, FileKind::Lock | FileKind::Generated);
        (file.place, is_made, strength, file.file.path.clone())
    });
}

/// Whether a file declares how others are called, by its name.
fn declares(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let ends = [".proto", ".d.ts", ".graphql", ".gql", ".thrift", ".avsc", ".sql", ".pyi", ".h"];
    let names = ["schema.prisma", "openapi.json", "openapi.yaml", "openapi.yml", "schema.rb"];
    let is_migration = folder.split('/').any(|part| part == "migrations" || part == "migrate");
    is_migration || names.contains(&name) || ends.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changeset::{ChangedFile, FileStatus, Place};
    use crate::coupling::CouplingKind;

    fn file(path: &str, kind: FileKind) -> CombinedFile {
        let (status, path) = (FileStatus::Modified, path.to_owned());
        let (from, old, new) = (None, None, None);
        let (added, removed, binary) = (1, 1, false);
        CombinedFile {
            file: ChangedFile { path, from, status, kind, added, removed, binary, old, new },
            place: ReadingPlace::Rest,
            members: vec![0],
            conflict: false,
            digest: String::new(),
        }
    }

    #[test]
    fn contracts_come_first_then_uses_then_tests() {
        let mut files = vec![
            file("Cargo.lock", FileKind::Lock),
            file("README.md", FileKind::Other),
            file("migrations/2.sql", FileKind::Code),
            file("src/a.rs", FileKind::Code),
            file("src/watcher.rs", FileKind::Code),
            file("tests/a.rs", FileKind::Test),
        ];
        let at = |path: &str| Place { path: path.into(), line: 1 };
        let coupling = Coupling {
            kind: CouplingKind::Signature,
            strength: Strength::Warn,
            reason: String::new(),
            symbol: None,
            left_at: at("src/a.rs"),
            right_at: at("src/watcher.rs"),
            changer: Some(Changer::Right),
        };
        in_reading_order(&mut files, &[coupling]);
        let order: Vec<_> =
            files.iter().map(|file| (file.place.word(), file.file.path.as_str())).collect();
        assert_eq!(
            order,
            [
                ("contract", "src/watcher.rs"),
                ("contract", "migrations/2.sql"),
                ("uses", "src/a.rs"),
                ("test", "tests/a.rs"),
                ("rest", "README.md"),
                ("rest", "Cargo.lock"),
            ]
        );
    }
}
