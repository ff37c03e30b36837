//! Changes to a JSON text that leave everything else in it as it was written.

use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use crate::fields::{Document, Fields, Raw};

/// The text with `value` at the end of the array that the path of names leads to; what is missing on the way is made.
///
/// `None` where the text is no JSON, or something else stands on the way.
pub(crate) fn with_item(text: &str, path: &[&str], value: &Value) -> Option<String> {
    let document = Document::of(text)?;
    let mut at = document.root();
    for (depth, name) in path.iter().enumerate() {
        let fields = at.fields()?;
        match fields.get(name) {
            Some(next) => at = next,
            None => {
                let rest = &path[depth + 1..];
                let missing =
                    rest.iter().rev().fold(Value::Array(vec![value.clone()]), |v, name| {
                        Value::Object([((*name).to_owned(), v)].into_iter().collect())
                    });
                let member = format!("{}: {}", Value::from(*name), pretty(&missing, text));
                return Some(inserted(text, &at.span(), &fields.spans(), &member));
            }
        }
    }
    let items: Vec<Range<usize>> = at.items()?.into_iter().map(Raw::span).collect();
    Some(inserted(text, &at.span(), &items, &pretty(value, text)))
}

/// The text without the item at `index` of the array at `container`, or the field of an object.
pub(crate) fn without_part(
    text: &str,
    container: &Range<usize>,
    parts: &[Range<usize>],
    index: usize,
) -> String {
    let gone = match (index, parts.get(index + 1)) {
        (0, None) => container.start + 1..container.end - 1,
        (0, Some(next)) => parts[0].start..next.start,
        _ => parts[index - 1].end..parts[index].end,
    };
    [&text[..gone.start], &text[gone.end..]].concat()
}

/// The fields of the object that the path leads to, and where it stands.
pub(crate) fn object_at<'d>(
    document: &'d Document<'_>,
    path: &[&str],
) -> Option<(Range<usize>, Fields<'d>)> {
    let mut at = document.root();
    for name in path {
        at = at.fields()?.get(name)?;
    }
    Some((at.span(), at.fields()?))
}

fn inserted(text: &str, container: &Range<usize>, parts: &[Range<usize>], part: &str) -> String {
    let (at, new) = match (parts.first(), parts.last()) {
        (Some(first), Some(last)) => {
            let before = &text[container.start + 1..first.start];
            let new = match before.rsplit_once('\n') {
                Some((_, indent)) => {
                    format!(",\n{indent}{}", part.replace('\n', &format!("\n{indent}")))
                }
                None => format!(", {}", on_one_line(part)),
            };
            (last.end..last.end, new)
        }
        _ => {
            let line = text[..container.start].rsplit('\n').next().unwrap_or_default();
            let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
            let inner = format!("\n{indent}{}", unit(text));
            let new = format!("{inner}{}\n{indent}", part.replace('\n', &inner));
            (container.start + 1..container.end - 1, new)
        }
    };
    [&text[..at.start], &new, &text[at.end..]].concat()
}

/// As `part` was made by [`pretty`], no line feed is within a string.
fn on_one_line(part: &str) -> String {
    part.lines().map(str::trim_start).collect::<Vec<_>>().join(" ")
}

/// What the text indents with.
fn unit(text: &str) -> &str {
    let indents = text.lines().map(|line| &line[..line.len() - line.trim_start().len()]);
    indents.filter(|indent| !indent.is_empty()).min_by_key(|indent| indent.len()).unwrap_or("  ")
}

fn pretty(value: &Value, text: &str) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(unit(text).as_bytes());
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    // Writing a value to memory does not fail.
    let _ = value.serialize(&mut serializer);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn added(text: &str) -> String {
        with_item(text, &["hooks", "Ask"], &json!({"a": [1]})).unwrap()
    }

    #[test]
    fn what_is_missing_is_made_in_the_texts_own_style() {
        assert_eq!(
            added("{}\n"),
            "{\n  \"hooks\": {\n    \"Ask\": [\n      {\n        \"a\": [\n          1\n        ]\n      }\n    ]\n  }\n}\n"
        );
        assert_eq!(
            added("{\n\t\"hooks\": {\n\t\t\"Stop\": [ 1,  2 ]\n\t}\n}"),
            "{\n\t\"hooks\": {\n\t\t\"Stop\": [ 1,  2 ],\n\t\t\"Ask\": [\n\t\t\t{\n\t\t\t\t\"a\": [\n\t\t\t\t\t1\n\t\t\t\t]\n\t\t\t}\n\t\t]\n\t}\n}"
        );
        assert_eq!(
            added(r#"{"hooks": {"Ask": [{"b": 1}]}, "x": 1}"#),
            r#"{"hooks": {"Ask": [{"b": 1}, { "a": [ 1 ] }]}, "x": 1}"#
        );
        assert_eq!(with_item("{\"hooks\": 1}", &["hooks", "Ask"], &json!(1)), None);
        assert_eq!(with_item("// no", &["hooks"], &json!(1)), None);
    }

    #[test]
    fn a_part_is_taken_out_with_its_comma() {
        let text = r#"{"a": [1,  2 , 3]}"#;
        let cut = |index| {
            let document = Document::of(text).unwrap();
            let array = document.fields().unwrap().get("a").unwrap();
            let items: Vec<_> = array.items().unwrap().into_iter().map(Raw::span).collect();
            without_part(text, &array.span(), &items, index)
        };
        assert_eq!(cut(0), r#"{"a": [2 , 3]}"#);
        assert_eq!(cut(1), r#"{"a": [1 , 3]}"#);
        assert_eq!(cut(2), r#"{"a": [1,  2]}"#);
    }
}
