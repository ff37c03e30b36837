//! What a test asserts, and how much that says.

/// How much an assertion says of its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Strength {
    /// It always holds.
    Vacuous,
    /// The subject is there, is true, does not fail, fails somehow.
    Exists,
    /// One side of it: its size, its type, a part, a bound.
    Partial,
    /// Its value, more or less.
    Near,
    /// Its value.
    Exact,
    /// Something that is defined elsewhere asserts.
    Elsewhere,
}

impl Strength {
    /// What it says, as the end of a sentence.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Vacuous => "always holds",
            Self::Exists => "only asks whether there is something",
            Self::Partial => "checks a part only",
            Self::Near => "takes what is near",
            Self::Exact | Self::Elsewhere => "checks the value",
        }
    }
}

/// An assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assertion {
    pub(super) line: u32,
    pub(super) end: u32,
    pub(super) strength: Strength,
    /// What is looked at, without spaces.
    pub(super) subject: String,
    /// What it is compared with, without spaces; empty where nothing is.
    pub(super) expected: String,
    /// As it stands in the file.
    pub(super) text: String,
}

/// What an expression or a call of an assertion comes to, without a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) strength: Strength,
    pub(super) subject: String,
    pub(super) expected: String,
}

impl Judged {
    pub(super) fn new(strength: Strength, subject: &str, expected: &str) -> Self {
        Self { strength, subject: squeezed(subject), expected: squeezed(expected) }
    }
}

/// A text without spaces.
pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

impl Assertion {
    /// What makes it the same as another one.
    pub(super) fn key(&self) -> (Strength, &str, &str) {
        (self.strength, &self.subject, &self.expected)
    }
}

/// Beginnings of names that assert, of functions that are defined elsewhere.
const ASSERTING: &[&str] = &[
    "assert",
    "check",
    "verify",
    "expect",
    "ensure",
    "must",
    "require",
    "validate",
    "should",
    "compare",
    "is_equal",
    "run_test",
    "runtest",
    "testcase",
    "test_case",
    "_test",
    "do_test",
    "match_",
    "fnmatch",
    "compile_fail",
    "re_match",
    "no_fnmatch",
    "quickcheck",
    "trycmd",
    "testcases",
    "compile_pass",
];

/// Whether a function of this name asserts, by all that is known of it.
pub(super) fn is_asserting(name: &str) -> bool {
    let name = name.split("::<").next().unwrap_or(name);
    let name = name.rsplit(['.', ':']).next().unwrap_or(name);
    let lower = name.trim_start_matches('_').to_ascii_lowercase();
    ASSERTING.iter().any(|begin| lower.starts_with(begin.trim_start_matches('_')))
        || lower.contains("assert")
}
