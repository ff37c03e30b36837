//! Names of tests that are the same in every run of the same test.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{limits, text};

/// What a runner calls a test, with the file, package or binary where the runner tells it, and without what differs
/// from run to run: `tests/test_a.py::test_x[1]`, `demo::it deep::x`, `src/a.test.ts > suite > x`, `example.com/m.TestX/y`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TestName(String);

impl TestName {
    /// The name of what a runner calls `raw`: addresses and paths of temporary folders are left open.
    #[must_use]
    pub fn of(raw: &str) -> Self {
        let name = without_temporary_paths(&without_addresses(&text::one_line(raw)));
        if name.len() <= limits::TEST_NAME_BYTES {
            return Self(name);
        }
        let hash = xxhash_rust::xxh3::xxh3_64(name.as_bytes());
        Self(format!("{}… {hash:016x}", text::head(&name, limits::TEST_NAME_BYTES - 20)))
    }

    /// This name for the `nth` test that has it.
    pub(super) fn numbered(&self, nth: u32) -> Self {
        Self(format!("{} ({nth})", self.0))
    }

    /// The test that this is a case of: `tests/test_a.py::test_x` of `tests/test_a.py::test_x[1-2]`.
    #[must_use]
    pub fn without_parameters(&self) -> &str {
        match self.0.find('[') {
            Some(at) if at > 0 && self.0.ends_with(']') => &self.0[..at],
            _ => &self.0,
        }
    }

    /// The name as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for TestName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for TestName {
    fn from(raw: &str) -> Self {
        Self::of(raw)
    }
}

impl fmt::Display for TestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a test is called where it stands: the last part of its name. Of Go's subtests, the test that they stand in.
pub(crate) fn leaf_of(name: &str) -> &str {
    let name = name.rsplit(" > ").next().unwrap_or(name);
    if let Some((_, leaf)) = name.rsplit_once("::") {
        return leaf;
    }
    let of_go = [".Test", ".Example", ".Fuzz"].iter().find_map(|word| name.find(word));
    if let Some(at) = of_go.filter(|_| !name.contains(' ')) {
        let leaf = name[at + 1..].split('/').next().unwrap_or_default();
        // With a dot in it, it is a class of Python.
        if !leaf.contains('.') {
            return leaf;
        }
    }
    let is_path = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    match name.rsplit_once('.') {
        Some((_, leaf)) if is_path && !leaf.is_empty() => leaf,
        _ => name,
    }
}

/// `<Thing object at 0x7f2075176cd0>` becomes `<Thing object at 0x…>`.
fn without_addresses(name: &str) -> String {
    const MARK: &str = " at 0x";
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find(MARK) {
        let (before, after) = rest.split_at(at + MARK.len());
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_hexdigit()).len();
        out.push_str(before);
        if digits >= 6 {
            out.push('…');
            rest = &after[digits..];
        } else {
            rest = after;
        }
    }
    out + rest
}

/// Folders below which every run has a folder of its own.
const TEMPORARY: [&str; 4] = ["/tmp/", "/var/tmp/", "/private/var/folders/", "/var/folders/"];

fn without_temporary_paths(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    let next =
        |rest: &str| TEMPORARY.iter().filter_map(|path| Some((rest.find(path)?, path.len()))).min();
    while let Some((at, length)) = next(rest) {
        let within = rest[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric());
        let (before, after) = rest.split_at(at + length);
        out.push_str(before);
        rest = after;
        if !within {
            let ends =
                |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ')' | ']' | '>' | ',');
            rest = &after[after.find(ends).unwrap_or(after.len())..];
            out.push('…');
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_left_open() {
        for (raw, name) in [
            ("a.py::t[<Thing object at 0x7f2075176cd0>]", "a.py::t[<Thing object at 0x…>]"),
            ("a.py::t[0xdeadbeef]", "a.py::t[0xdeadbeef]"),
            ("a.py::t[look at 0x1f]", "a.py::t[look at 0x1f]"),
            ("t[/tmp/pytest-of-me/pytest-7/x0-b]", "t[/tmp/…]"),
            ("reads '/tmp/a b' and /tmp/x", "reads '/tmp/… b' and /tmp/…"),
            ("src/tmp/a.test.js > x", "src/tmp/a.test.js > x"),
            ("\u{1b}[31mred\u{1b}[0m  two", "red two"),
        ] {
            assert_eq!(TestName::of(raw).as_str(), name);
        }
    }

    #[test]
    fn long_names_stay_apart() {
        let [one, other] = ["x", "y"].map(|end| TestName::of(&("a".repeat(500) + end)));
        assert_ne!(one, other);
        assert!(one.as_str().len() <= limits::TEST_NAME_BYTES);
    }

    #[test]
    fn the_last_part_is_what_a_test_is_called_where_it_stands() {
        for (name, leaf) in [
            ("tests/test_a.py::TestX::test_x", "test_x"),
            ("demo tests::adds", "adds"),
            ("test_a.TestX.test_adds", "test_adds"),
            ("example.com/m.TestX/1.5_times", "TestX"),
            ("src/a.test.ts > suite > adds two", "adds two"),
            ("suite > adds", "adds"),
            ("adds 1.5", "adds 1.5"),
            ("a/b", "a/b"),
        ] {
            assert_eq!(leaf_of(name), leaf, "{name}");
        }
        let case = TestName::of("t/a.py::test_x[a[0]-1]");
        assert_eq!(case.without_parameters(), "t/a.py::test_x");
    }
}
