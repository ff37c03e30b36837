//! On which side a file stands where code and tests of two commits are put together.

use super::FileKind;

/// What a file goes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GoesWith {
    /// What the program does, and all that is not said to go with its tests.
    Code,
    /// Tests, and what they read or are run by: fixtures, snapshots, the configuration of a runner.
    Tests,
    /// What says what is depended on: the code needs it, and new tests may.
    Dependencies,
}

/// Folders of recorded results, beside those that hold tests.
const RECORDED_FOLDERS: [&str; 4] = ["golden", "goldens", "snapshots", "cassettes"];

/// Endings of recorded results.
const RECORDED_ENDINGS: [&str; 5] = [".ambr", ".golden", ".received.txt", ".approved.txt", ".snap"];

/// Files that say which tests are run, and how: whoever changes them changes what the old tests are.
const RUNNERS: [&str; 7] = [
    ".coveragerc",
    ".pytest.ini",
    "nextest.toml",
    "noxfile.py",
    "phpunit.xml",
    "pytest.ini",
    "tox.ini",
];

/// Their names up to the ending.
const RUNNER_STEMS: [&str; 8] = [
    ".mocharc.",
    "cypress.config.",
    "jest.config.",
    "jest.setup.",
    "karma.conf.",
    "playwright.config.",
    "vitest.config.",
    "vitest.workspace.",
];

impl GoesWith {
    /// What the file at `path` goes with, from the repository's root; by its name and folders alone.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
        let is_recorded = folders.split('/').any(|folder| RECORDED_FOLDERS.contains(&folder))
            || RECORDED_ENDINGS.iter().any(|ending| name.ends_with(ending));
        let is_runner =
            RUNNERS.contains(&name) || RUNNER_STEMS.iter().any(|stem| name.starts_with(stem));
        match FileKind::of(path) {
            FileKind::Test => Self::Tests,
            // A project within the tests is theirs.
            FileKind::Manifest | FileKind::Lock if is_below_tests(folders) => Self::Tests,
            _ if is_runner => Self::Tests,
            FileKind::Manifest | FileKind::Lock => Self::Dependencies,
            FileKind::Code | FileKind::Generated if !name.ends_with(".snap") => Self::Code,
            _ if is_recorded => Self::Tests,
            _ => Self::Code,
        }
    }
}

fn is_below_tests(folders: &str) -> bool {
    !folders.is_empty() && FileKind::of(&format!("{folders}/x")) == FileKind::Test
}

/// Whether a manifest only gained: everything that `old` depends on stands in `new`, too, so that the old code can be
/// built with it. That its own version rose says nothing, nor that its lines moved. A new target does: its file may not
/// be there.
#[must_use]
pub fn manifest_only_gains(old: &str, new: &str) -> bool {
    let mut added: Vec<&str> = lines(new).collect();
    for line in lines(old) {
        match added.iter().position(|other| *other == line) {
            Some(at) => {
                added.swap_remove(at);
            }
            None => return false,
        }
    }
    !added.iter().any(|line| names_a_file(line))
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let plain = text.lines().map(|line| line.trim().trim_end_matches(','));
    plain.filter(|line| !line.is_empty() && !is_own_version(line))
}

fn is_own_version(line: &str) -> bool {
    let rest = line.strip_prefix("\"version\"").or_else(|| line.strip_prefix("version"));
    rest.is_some_and(|rest| rest.trim_start().starts_with([':', '=']))
}

/// A path in a manifest names a target or a package beside it.
fn names_a_file(line: &str) -> bool {
    let compact: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    compact.contains("path=") || compact.starts_with("[[") || compact.starts_with("[workspace")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tests_read_goes_with_them() {
        use GoesWith::{Code, Dependencies, Tests};
        for (path, goes_with) in [
            ("src/lib.rs", Code),
            ("src/parser/tests.rs", Tests),
            ("tests/it/main.rs", Tests),
            ("conftest.py", Tests),
            ("app/conftest.py", Tests),
            ("pkg/testdata/a.json", Tests),
            ("pkg/watcher_test.go", Tests),
            ("src/__snapshots__/a.test.ts.snap", Tests),
            ("src/snapshots/demo__a.snap", Tests),
            ("src/snapshots/mod.rs", Code),
            ("golden/a.txt", Tests),
            ("tests/package.json", Tests),
            ("pytest.ini", Tests),
            ("web/vitest.config.ts", Tests),
            ("web/vite.config.ts", Code),
            (".config/nextest.toml", Tests),
            ("Cargo.toml", Dependencies),
            ("web/package-lock.json", Dependencies),
            ("README.md", Code),
            (".github/workflows/ci.yml", Code),
        ] {
            assert_eq!(GoesWith::of(path), goes_with, "{path}");
        }
    }

    #[test]
    fn a_manifest_gains_what_it_did_not_have() {
        let old = "[package]\nversion = \"1.0.0\"\n[dependencies]\nserde = \"1\"\n";
        for (new, gains) in [
            (old.to_owned(), true),
            (format!("{old}[dev-dependencies]\ninsta = \"1\"\n"), true),
            (old.replace("1.0.0", "1.0.1"), true),
            (old.replace("serde = \"1\"", "serde = \"2\""), false),
            (format!("{old}[[bin]]\nname = \"x\"\n"), false),
            (format!("{old}core = {{ path = \"core\" }}\n"), false),
        ] {
            assert_eq!(manifest_only_gains(old, &new), gains, "{new}");
        }
        let (old, new) = ("{\n  \"a\": \"1\"\n}\n", "{\n  \"a\": \"1\",\n  \"vitest\": \"3\"\n}\n");
        assert!(manifest_only_gains(old, new) && !manifest_only_gains(new, old));
    }
}
