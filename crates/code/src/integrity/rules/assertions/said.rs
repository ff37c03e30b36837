//! Two assertions of one kind held against each other: whether one says the same in other words, more, or less.

use std::collections::BTreeSet;

use crate::integrity::assertion::{Assertion, Strength};
use crate::integrity::rules::tolerance::is_limit;

/// Whether the later of two asks for more: a value where any was taken, more places, a value where a bound was.
pub(super) fn is_more(before: &str, after: &str) -> bool {
    wildcards(before) > wildcards(after)
        || is_nearer(before, after)
        || (bound(before).is_some() && bound(after).is_none())
}

/// How often a text takes whatever comes: `expect.any(String)`, `mock.ANY`, `expect.objectContaining(…)`.
pub(super) fn wildcards(text: &str) -> usize {
    let any = [
        "expect.any(",
        "expect.anything(",
        "mock.ANY",
        "expect.objectContaining(",
        "expect.arrayContaining(",
        "expect.stringContaining(",
        "expect.stringMatching(",
        "sinon.match.",
        "mock.Anything",
        "gomock.Any(",
        "IsStr",
        "IsInt",
        "IsNow",
    ];
    let bare = |text: &str| text.matches("=ANY").count() + text.matches(" ANY").count();
    any.iter().map(|any| text.matches(any).count()).sum::<usize>() + bare(text)
}

/// The side on which a bound lies, and the number, if an assertion gives one.
fn bound(text: &str) -> Option<(bool, f64)> {
    let least = [
        "GreaterThan",
        "greaterThan",
        "assertGreater",
        "Greater(",
        "GreaterOrEqual(",
        "atLeast",
        "isAtLeast",
        ".above(",
        ".least(",
        " >= ",
        " > ",
    ];
    let most = [
        "LessThan",
        "lessThan",
        "assertLess",
        "Less(",
        "LessOrEqual(",
        "atMost",
        "isAtMost",
        ".below(",
        ".most(",
        " <= ",
        " < ",
    ];
    let has = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    let is_least = has(&least);
    if is_least == has(&most) {
        return None;
    }
    let number = text
        .rsplit(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_' | '-')))
        .find_map(|part| part.replace('_', "").parse::<f64>().ok())?;
    Some((is_least, number))
}

/// Classes of errors that take in others, each with some of those.
const WIDER: &[(&str, &[&str])] = &[
    ("LookupError", &["KeyError", "IndexError"]),
    (
        "OSError",
        &[
            "FileNotFoundError",
            "PermissionError",
            "FileExistsError",
            "IsADirectoryError",
            "NotADirectoryError",
            "ConnectionError",
            "TimeoutError",
        ],
    ),
    ("IOError", &["FileNotFoundError", "PermissionError", "FileExistsError"]),
    ("ConnectionError", &["ConnectionResetError", "ConnectionRefusedError", "BrokenPipeError"]),
    ("ArithmeticError", &["ZeroDivisionError", "OverflowError", "FloatingPointError"]),
    ("ValueError", &["UnicodeDecodeError", "UnicodeEncodeError", "JSONDecodeError"]),
    ("RuntimeError", &["NotImplementedError", "RecursionError"]),
    (
        "Error",
        &["TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"],
    ),
];

/// Whether an assertion of the same kind asks for less: a wider bound, a wider error, a part of the text or the fields.
pub(super) fn is_thinned(old: &Assertion, new: &Assertion) -> bool {
    if let (Some((is_least, was)), Some((is_still, is))) = (bound(&old.text), bound(&new.text))
        && old.strength == Strength::Partial
        && !is_limit(&new.text)
    {
        return is_least == is_still && if is_least { is < was } else { is > was };
    }
    let names = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (was, is) = (names(&old.expected), names(&new.expected));
    let is_raised = old.subject == "raises" || new.text.to_ascii_lowercase().contains("throw");
    let is_wider = |(wide, narrow): &(&str, &[&str])| {
        is.iter().any(|name| name == wide)
            && !was.iter().any(|name| name == wide)
            && was.iter().any(|name| narrow.contains(&&**name))
    };
    if is_raised && WIDER.iter().any(is_wider) {
        return true;
    }
    let takes_parts = old.strength == Strength::Partial
        || is_raised
        || ["toMatchObject", "ObjectContaining", "ErrorContains", "match="]
            .iter()
            .any(|word| old.text.contains(word) && new.text.contains(word));
    let is_denied = old.expected.starts_with("not") || new.expected.starts_with("not");
    if !takes_parts || is_denied || old.text.contains("ength") || bound(&new.text).is_some() {
        return false;
    }
    let (had, has) = (literals(&old.expected), literals(&new.expected));
    let is_shorter = match (&had[..], &has[..]) {
        ([was], [is]) => {
            is.len() < was.len()
                && !is.is_empty()
                && was.contains(&**is)
                && !was.starts_with(|c: char| c.is_ascii_digit())
        }
        _ => false,
    };
    let is_fewer = is.len() < was.len()
        && !is.is_empty()
        && is.iter().all(|name| was.contains(name))
        && has.iter().all(|one| had.contains(one))
        && has.len() < had.len();
    is_shorter || is_fewer
}

/// Whether a value must be nearer than it had to be: it is given with more places.
fn is_nearer(before: &str, after: &str) -> bool {
    let places = |text: &str| -> Option<f64> {
        let (_, given) = text.split_once("toBeCloseTo(")?;
        let given = given.split_once(')').map_or(given, |(given, _)| given);
        given.rsplit_once(',').and_then(|(_, places)| places.trim().parse().ok())
    };
    matches!((places(before), places(after)), (Some(was), Some(is)) if is > was)
}

/// Texts and numbers that are written down in a text, in order.
pub(super) fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit() || matches!(c, '"' | '\'' | '`')) {
        let is_in_name = rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let from = &rest[at..];
        let quote = from.chars().next().filter(|c| !c.is_ascii_digit());
        let end = match quote {
            Some(quote) => from[1..].find(quote).map_or(from.len(), |end| end + 2),
            None => from
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')))
                .unwrap_or(from.len()),
        };
        let literal = from[..end].trim_matches(['"', '\'', '`']);
        if quote.is_some() || !is_in_name {
            found.push(literal.replace('_', ""));
        }
        rest = &from[end..];
    }
    found
}

/// Words that only say how something is compared or given, in assertions of all kinds.
const FORMS: &[&str] = &[
    "Some",
    "Ok",
    "unwrap",
    "expect",
    "as_deref",
    "as_ref",
    "as_str",
    "to_string",
    "into",
    "vec",
    "String",
    "from",
    "self",
    "assert",
    "assertEqual",
    "assertRaises",
    "assertRaisesRegex",
    "assertRaisesMessage",
    "assertEquals",
    "assertTrue",
    "assertIn",
    "assertIs",
    "pytest",
    "raises",
    "match",
    "with",
    "in",
    "is",
    "await",
    "to",
    "equal",
    "eql",
    "deep",
    "be",
    "toBe",
    "toEqual",
    "toStrictEqual",
    "strictEqual",
    "deepEqual",
    "deepStrictEqual",
    "assert_eq",
    "throw",
    "throws",
    "toThrow",
    "toThrowError",
    "name",
    "message",
    "Error",
    "t",
    "require",
    "Equal",
    "if",
    "got",
    "want",
    "Fatalf",
    "Errorf",
    "Fatal",
];

/// Whether two assertions speak of the same values and the same names, in other words.
pub(super) fn is_said_alike(before: &str, after: &str) -> bool {
    let names = |text: &str| -> BTreeSet<String> {
        let mut bare = String::new();
        let mut quote = None;
        for c in text.chars() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'' | '`') => quote = Some(c),
                (None, c) => bare.push(c),
            }
        }
        let names = bare.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        names
            .filter(|name| !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()))
            .filter(|name| !FORMS.contains(name))
            .map(str::to_owned)
            .collect()
    };
    let (was, is) = (literals(before), literals(after));
    let is_error = |text: &str| text.to_ascii_lowercase().contains("throw");
    // How an error is named may be written beside its message.
    let is_told_more = is_error(before)
        && is_error(after)
        && was.len() < is.len()
        && was.iter().all(|one| is.contains(one));
    // A text may be put together of parts.
    let is_joined = before.contains('+') && was.concat() == is.concat();
    !was.is_empty() && (was == is || is_told_more || is_joined) && names(before) == names(after)
}
