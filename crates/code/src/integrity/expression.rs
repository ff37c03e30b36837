//! What a condition says of its subject, by its text: languages write comparisons much alike.

use super::assertion::{Judged, Strength, squeezed};

/// Calls `see` with each byte at the top level of brackets and quotes, until it says to stop.
fn at_top(text: &str, mut see: impl FnMut(usize, u8) -> bool) {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0i32, 0);
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                let from = at + 1;
                let mut end = from;
                while end < bytes.len() && bytes[end] != quote {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                // A quote without its end is a lifetime or a torn text.
                at = if end < bytes.len() { end } else { at };
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            byte if depth == 0 && see(at, byte) => return,
            _ => {}
        }
        at += 1;
    }
}

/// Both sides of the first of `operators` at the top level of a text.
pub(super) fn split_once<'t>(
    text: &'t str,
    operators: &[&'static str],
) -> Option<(&'t str, &'static str, &'t str)> {
    let mut found = None;
    at_top(text, |at, _| {
        let is_here = |operator: &&&'static str| text[at..].starts_with(**operator);
        if text.is_char_boundary(at)
            && let Some(operator) = operators.iter().find(is_here)
        {
            found = Some((&text[..at], *operator, &text[at + operator.len()..]));
        }
        found.is_some()
    });
    found
}

/// The parts between commas at the top level.
pub(super) fn arguments(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    at_top(text, |at, byte| {
        if byte == b',' {
            parts.push(text[start..at].trim());
            start = at + 1;
        }
        false
    });
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// What stands in the first round brackets of a text, and what follows them.
pub(super) fn in_brackets(text: &str) -> Option<(&str, &str)> {
    let open = text.find('(')?;
    let rest = &text[open..];
    let mut end = None;
    let (mut depth, mut quote, mut escaped) = (0i32, None, false);
    for (at, c) in rest.char_indices() {
        if escaped {
            escaped = false;
        } else if let Some(open) = quote {
            escaped = c == '\\';
            if c == open {
                quote = None;
            }
        } else {
            match c {
                '"' | '`' | '\'' => quote = Some(c),
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => {
                    depth -= 1;
                    if depth == 0 {
                        end = Some(at);
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    let end = end?;
    Some((&rest[1..end], &rest[end + 1..]))
}

/// Whether a text is a value that is written down: a number, a text, a truth value, nothing.
pub(super) fn is_literal(text: &str) -> bool {
    let text = text.trim();
    let word = text.trim_start_matches(['-', '+', '&']);
    word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '"' | '\'' | '`'))
        || is_truth(text).is_some()
        || is_nothing(text)
}

/// What a truth value is.
pub(super) fn is_truth(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "True" => Some(true),
        "false" | "False" => Some(false),
        _ => None,
    }
}

/// Comparisons, longer ones before those that they begin with.
const COMPARISONS: &[&str] = &[
    "===", "!==", "==", "!=", ">=", "<=", "->", "=>", "::<", ">", "<", " is not ", " is ",
    " not in ", " in ",
];

/// What it says that `condition` holds.
pub(super) fn judge(condition: &str) -> Judged {
    let condition = bare(condition);
    if let Some(both) = split_once(condition, &[" and ", "&&"]) {
        let (one, other) = (judge(both.0), judge(both.2));
        return if one.strength >= other.strength { one } else { other };
    }
    if let Some(either) = split_once(condition, &[" or ", "||"]) {
        if are_all(either.0, either.2) {
            return Judged::new(Strength::Vacuous, condition, "");
        }
        let (one, other) = (judge(either.0), judge(either.2));
        return if one.strength <= other.strength { one } else { other };
    }
    match split_once(condition, COMPARISONS) {
        Some((_, "->" | "=>" | "::<", _)) | None => truth(condition),
        Some((left, operator, right)) => compared(left.trim(), operator, right.trim()),
    }
}

/// Calls of which one always holds.
const OPPOSITES: &[(&str, &str)] = &[
    (".is_ok()", ".is_err()"),
    (".is_some()", ".is_none()"),
    ("isnotNone", "isNone"),
    ("!=", "=="),
    ("!==", "==="),
];

/// Whether one of two conditions always holds.
fn are_all(one: &str, other: &str) -> bool {
    // `is not` and `is` are words between which spaces stand.
    let plain = |text: &str| squeezed(bare(text));
    let (one, other) = (plain(one), plain(other));
    let denies = |one: &str, other: &str| {
        one.strip_prefix('!').or_else(|| one.strip_prefix("not")) == Some(other)
            || OPPOSITES.iter().any(|(no, yes)| {
                one.contains(no) && !other.contains(no) && one.replace(no, yes) == other
            })
    };
    denies(&one, &other) || denies(&other, &one)
}

/// A text without brackets that enclose all of it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    match in_brackets(text) {
        Some((inner, rest))
            if text.starts_with('(') && rest.trim().is_empty() && arguments(inner).len() == 1 =>
        {
            bare(inner)
        }
        _ => text,
    }
}

fn compared(left: &str, operator: &str, right: &str) -> Judged {
    let (left, right) = if is_literal(left) && !is_literal(right) && !operator.contains("in ") {
        (right, left)
    } else {
        (left, right)
    };
    let is_size = measured(&squeezed(left)).is_some();
    match operator {
        // Nothing has fewer than no parts.
        ">=" if is_size && right == "0" => Judged::new(Strength::Vacuous, left, right),
        ">" if is_size && right == "-1" => Judged::new(Strength::Vacuous, left, right),
        "==" | "===" | " is " => equal(left, right),
        "!=" | "!==" | " is not " if is_nothing(right) => Judged::new(Strength::Exists, left, ""),
        " in " => Judged::new(Strength::Partial, right, left),
        " not in " => Judged::new(Strength::Partial, right, &format!("not {left}")),
        "<" | "<=" | ">" | ">=" if is_distance(left) || is_distance(right) => {
            Judged::new(Strength::Near, left, "")
        }
        _ => Judged::new(Strength::Partial, left, right),
    }
}

fn is_distance(text: &str) -> bool {
    let text = squeezed(text).to_ascii_lowercase();
    text.contains("abs(") || text.contains("norm(") || text.contains("distance(")
}

/// What it says that one thing is another.
pub(super) fn equal(left: &str, right: &str) -> Judged {
    if squeezed(left) == squeezed(right) || (is_literal(left) && is_literal(right)) {
        return Judged::new(Strength::Vacuous, left, right);
    }
    if let Some(truth) = is_truth(right) {
        // That something is true is said by naming it, too.
        return Judged::new(Strength::Exists, left, if truth { "" } else { "false" });
    }
    let near = ["approx(", "isclose(", "closeTo("].iter().find(|near| right.contains(**near));
    if let Some(near) = near {
        let value = right.split_once(near).map_or("", |(_, rest)| rest);
        let value = arguments(value.trim_end_matches(')')).first().copied().unwrap_or_default();
        return Judged::new(Strength::Near, left, value);
    }
    if ["expect.any(", "expect.anything(", "mock.ANY", "ANY"]
        .iter()
        .any(|any| right.starts_with(any))
    {
        return Judged::new(Strength::Exists, left, right);
    }
    let squeezed_left = squeezed(left);
    match measured(&squeezed_left) {
        Some(of) => Judged::new(Strength::Partial, of, right),
        None => Judged::new(Strength::Exact, left, right),
    }
}

/// What a size or a type is taken of.
fn measured(text: &str) -> Option<&str> {
    let before = ["len(", "type(", "bool(", "sizeof("];
    let inner = before.iter().find_map(|name| text.strip_prefix(name)?.strip_suffix(')'));
    inner.or_else(|| {
        [".len()", ".length", ".size()", ".count()", ".shape", ".dtype", ".ndim"]
            .iter()
            .find_map(|end| text.strip_suffix(end))
    })
}

/// Calls that look at a part of what they are called on, or of their first argument.
const PARTS: &[&str] = &[
    "contains",
    "includes",
    "startswith",
    "endswith",
    "starts_with",
    "ends_with",
    "startsWith",
    "endsWith",
    "match",
    "matches!",
    "search",
    "isinstance",
    "issubset",
    "any",
    "test",
    "hasattr",
    "HasPrefix",
    "HasSuffix",
    "Contains",
    "isArray",
];
const NEARS: &[&str] = &["allclose", "isclose", "relative_eq!", "abs_diff_eq!"];
const EQUALS: &[&str] = &["array_equal", "equals", "DeepEqual", "Equal", "EqualFold", "eq"];

/// What it says that something is true.
fn truth(condition: &str) -> Judged {
    if is_literal(condition) {
        return Judged::new(Strength::Vacuous, condition, "");
    }
    let is_tuple = condition.starts_with('(')
        && in_brackets(condition)
            .is_some_and(|(inner, rest)| rest.trim().is_empty() && arguments(inner).len() > 1);
    if is_tuple {
        return Judged::new(Strength::Vacuous, condition, "");
    }
    let negated = condition.strip_prefix('!').or_else(|| condition.strip_prefix("not "));
    if let Some(rest) = negated {
        let inner = truth(bare(rest));
        return denied(inner);
    }
    let Some(open) = last_call(condition) else {
        return Judged::new(Strength::Exists, condition, "");
    };
    let callee = &condition[..open];
    let name = callee.rsplit(['.', ':']).next().unwrap_or(callee).trim();
    let given = in_brackets(&condition[open..]).map_or("", |(inner, _)| inner);
    let given = arguments(given);
    let first = given.first().copied().unwrap_or_default();
    let receiver = callee.rsplit_once('.').map_or(first, |(receiver, _)| receiver);
    if NEARS.contains(&name) {
        return Judged::new(Strength::Near, first, given.get(1).copied().unwrap_or_default());
    }
    if EQUALS.contains(&name) {
        let (one, other) = match given[..] {
            [one, other, ..] => (one, other),
            _ => (receiver, first),
        };
        return equal(one, other);
    }
    if name == "all" {
        let inner = first.split(" for ").next().unwrap_or(first);
        return judge(inner);
    }
    if PARTS.contains(&name) {
        // `isinstance(out, dict)` looks at its first argument.
        let looked =
            if callee.contains('.') { first } else { given.get(1).copied().unwrap_or_default() };
        return Judged::new(Strength::Partial, receiver, looked);
    }
    let asks = ["is_some", "is_none", "is_ok", "is_err", "is_empty"];
    let subject = if asks.contains(&name) { receiver } else { condition };
    Judged::new(Strength::Exists, subject, "")
}

/// What it says that something does not hold.
pub(super) fn denied(judged: Judged) -> Judged {
    let is_plain = judged.strength == Strength::Exists && judged.expected.is_empty();
    let expected = match judged.expected.as_str() {
        "false" => String::new(),
        _ if is_plain => "false".to_owned(),
        expected => format!("not{expected}"),
    };
    let strength = match judged.strength {
        Strength::Exact | Strength::Vacuous => judged.strength,
        other => other.min(Strength::Partial),
    };
    Judged { strength, expected, ..judged }
}

/// Whether something that is expected is nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(text.trim(), "None" | "null" | "nil" | "undefined")
}

/// Where the brackets of the last call of a chain open.
fn last_call(text: &str) -> Option<usize> {
    let text = text.trim_end();
    text.ends_with(')').then_some(())?;
    let mut opened = Vec::new();
    let mut last = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => opened.push(at),
            b')' | b']' | b'}' => last = opened.pop(),
            _ => {}
        }
    }
    last.filter(|at| text.as_bytes()[*at] == b'(')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(condition: &str) -> (Strength, String, String) {
        let judged = judge(condition);
        (judged.strength, judged.subject, judged.expected)
    }

    #[test]
    fn conditions_say_more_or_less() {
        use Strength::{Exact, Exists, Near, Partial, Vacuous};
        for (condition, strength, subject, expected) in [
            ("total == 3", Exact, "total", "3"),
            ("(3 == total)", Exact, "total", "3"),
            ("total", Exists, "total", ""),
            ("out is not None", Exists, "out", ""),
            ("out is None", Exact, "out", "None"),
            ("f(x) == True", Exists, "f(x)", ""),
            ("'a' in out", Partial, "out", "'a'"),
            ("len(out) == 3", Partial, "out", "3"),
            ("got.is_some()", Exists, "got", ""),
            ("!list.is_empty()", Exists, "list", "false"),
            ("x == False", Exists, "x", "false"),
            ("not x", Exists, "x", "false"),
            ("a not in b", Partial, "b", "nota"),
            ("f(\"a, b\").contains(\"c\")", Partial, "f(\"a,b\")", "\"c\""),
            ("(a - 1.5).abs() < 1e-9", Near, "(a-1.5).abs()", ""),
            ("x == pytest.approx(1.5, rel=2)", Near, "x", "1.5"),
            ("True", Vacuous, "True", ""),
            ("(a == 1, 'message')", Vacuous, "(a==1,'message')", ""),
            ("a == 1 and b", Exact, "a", "1"),
            ("a == 1 or b", Exists, "b", ""),
        ] {
            assert_eq!(told(condition), (strength, subject.into(), expected.into()), "{condition}");
        }
    }
}
