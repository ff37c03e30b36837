//! Files that hold code and tests: the code of one version with the tests of another.
//!
//! In Rust, what stands under `#[cfg(test)]` or is marked as a test goes with the tests, and all else with the code;
//! examples in comments stay with what they explain. Other languages that keep tests beside code are left as they are.

mod items;
mod swap;

use std::cell::OnceCell;

use crate::language::Language;
use crate::limits;
use items::Parsed;

/// A file of two commits, put together both ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitTests {
    /// The new code with the base's tests; none where there is no new code.
    pub new_code: Option<String>,
    /// The base's code with the new tests; none where the base has no code.
    pub base_code: Option<String>,
}

/// Puts the file at `path` together both ways, of its text in the base and now; either may be missing. `None` where it is
/// all code, all tests, or cannot be read: it is taken whole then.
#[must_use]
pub fn split_tests(path: &str, base: Option<&str>, new: Option<&str>) -> Option<SplitTests> {
    if Language::of(path) != Some(Language::Rust) {
        return None;
    }
    let is_plain = |text: &&str| {
        text.len() <= limits::FILE_BYTES && (text.contains("test") || text.contains("check"))
    };
    if ![base, new].iter().flatten().any(is_plain) {
        return None;
    }
    let (parsed_base, parsed_new) = (parsed(base)?, parsed(new)?);
    let has_tests = |one: &Option<Parsed<'_>>| one.as_ref().is_some_and(Parsed::has_tests);
    if !has_tests(&parsed_base) && !has_tests(&parsed_new) {
        return None;
    }
    let is_whole = |one: &Option<Parsed<'_>>| one.as_ref().is_some_and(|one| one.is_whole);
    if is_whole(&parsed_base) || is_whole(&parsed_new) {
        let [base, new] = [base, new].map(|text| text.map(str::to_owned));
        return Some(SplitTests { new_code: base, base_code: new });
    }
    let together = Together { base: parsed_base, new: parsed_new, is_same_code: OnceCell::new() };
    Some(SplitTests { new_code: together.new_code(), base_code: together.base_code() })
}

/// A text that may be missing; `None` where it cannot be read.
fn parsed(text: Option<&str>) -> Option<Option<Parsed<'_>>> {
    match text {
        Some(text) => Parsed::of(text).map(Some),
        None => Some(None),
    }
}

/// Both versions of a file.
struct Together<'t> {
    base: Option<Parsed<'t>>,
    new: Option<Parsed<'t>>,
    is_same_code: OnceCell<bool>,
}

impl Together<'_> {
    /// Where only one of the two changed, the other version is what it is together with it, to the last blank line.
    fn is_same_code(&self) -> bool {
        *self.is_same_code.get_or_init(|| match (&self.base, &self.new) {
            (Some(base), Some(new)) => base.code() == new.code(),
            _ => false,
        })
    }

    fn is_same_tests(&self) -> bool {
        match (&self.base, &self.new) {
            (Some(base), Some(new)) => base.tests() == new.tests(),
            _ => false,
        }
    }

    fn new_code(&self) -> Option<String> {
        self.code_with_tests(self.new.as_ref()?, self.base.as_ref())
    }

    fn base_code(&self) -> Option<String> {
        self.code_with_tests(self.base.as_ref()?, self.new.as_ref())
    }

    fn code_with_tests(&self, code: &Parsed<'_>, tests: Option<&Parsed<'_>>) -> Option<String> {
        Some(match tests {
            Some(tests) if self.is_same_code() => tests.text.to_owned(),
            Some(_) if self.is_same_tests() => code.text.to_owned(),
            tests => swap::with_tests(code, tests),
        })
    }
}

#[cfg(test)]
mod tests;
