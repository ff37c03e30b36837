//! JSON in the one form that every program writes alike: RFC 8785, for the numbers that receipts have.

use serde_json::{Map, Value};

/// Digits behind the point that are kept of numbers that are not whole.
const MILLIONTHS: f64 = 1e6;

/// Rounds what is not whole, so that it is read back as it was written, whatever reads it.
pub(super) fn round(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        Value::Number(number) if number.is_f64() => {
            let rounded = number.as_f64().map(|n| (n * MILLIONTHS).round() / MILLIONTHS);
            if let Some(rounded) = rounded.and_then(serde_json::Number::from_f64) {
                *number = rounded;
            }
        }
        _ => {}
    }
}

/// Writes `value` without white space, its fields in order; of the outermost object, without the field `leaving`.
pub(super) fn write(value: &Value, leaving: Option<&str>, out: &mut String) {
    match value {
        Value::Object(fields) => object(fields, leaving, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, None, out);
            }
            out.push(']');
        }
        // Rust writes the fewest digits that lead back to the number, and no exponent.
        Value::Number(number) if number.is_f64() => {
            out.push_str(&number.as_f64().unwrap_or_default().to_string());
        }
        other => out.push_str(&other.to_string()),
    }
}

fn object(fields: &Map<String, Value>, leaving: Option<&str>, out: &mut String) {
    let mut fields: Vec<_> =
        fields.iter().filter(|(name, _)| leaving != Some(name.as_str())).collect();
    fields.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push('{');
    for (at, (name, value)) in fields.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&Value::from(name.as_str()).to_string());
        out.push(':');
        write(value, None, out);
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_that_of_the_rfc() {
        let value: Value = serde_json::from_str(
            r#"{ "b": [1.0, 0.000001, 2.3147, -4, "€\u000f\n\"\\/"], "a": {"\ud83d\ude02": 1, "\ufb33": null}, "digest": 2 }"#,
        )
        .unwrap();
        let mut text = String::new();
        write(&value, Some("digest"), &mut text);
        // By UTF-16, what lies beyond the first plane comes before U+FB33.
        let expected = "{\"a\":{\"\u{1f602}\":1,\"\u{fb33}\":null},\"b\":[1,0.000001,2.3147,-4,\"€\\u000f\\n\\\"\\\\/\"]}";
        assert_eq!(text, expected);
    }
}
