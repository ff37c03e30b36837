//! JSON looked at in place: a record is megabytes of text of which a parser wants a few short fields.
//!
//! A value is a slice of its record and is decoded only when asked for. The scanner is lenient: it
//! finds where values end and leaves their grammar to whoever decodes them, so no input is an error.

use std::borrow::Cow;

use serde_json::Value;

/// A JSON value, as it stands in its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    /// The value that begins `text` (after white space) and ends with it (before white space).
    pub(crate) fn whole(text: &'a str) -> Option<Self> {
        let start = skip_space(text.as_bytes(), 0);
        let end = value_end(text.as_bytes(), start)?;
        let rest = text.get(end..)?;
        rest.bytes().all(is_space).then(|| Self(&text[start..end]))
    }

    /// Its text.
    pub(crate) fn text(self) -> &'a str {
        self.0
    }

    /// Whether it is `null`.
    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// The name of its JSON type.
    pub(crate) fn type_name(self) -> &'static str {
        match self.0.as_bytes().first() {
            Some(b'"') => "string",
            Some(b'{') => "object",
            Some(b'[') => "array",
            Some(b't' | b'f') => "boolean",
            Some(b'n') => "null",
            _ => "number",
        }
    }

    /// A string's content, still escaped.
    pub(crate) fn escaped(self) -> Option<&'a str> {
        self.0.strip_prefix('"')?.strip_suffix('"')
    }

    /// A string, decoded; half of a surrogate pair becomes U+FFFD.
    pub(crate) fn str(self) -> Option<Cow<'a, str>> {
        self.escaped().map(unescape)
    }

    /// A whole number, also one written with a fraction of zero.
    pub(crate) fn i64(self) -> Option<i64> {
        self.0.parse().ok().or_else(|| {
            let number = self.f64()?;
            (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
        })
    }

    /// A whole number that is not negative.
    pub(crate) fn u64(self) -> Option<u64> {
        self.i64().and_then(|n| n.try_into().ok())
    }

    /// A number.
    pub(crate) fn f64(self) -> Option<f64> {
        if self.type_name() == "number" {
            self.0.parse().ok().filter(|n: &f64| n.is_finite())
        } else {
            None
        }
    }

    /// A truth value.
    pub(crate) fn bool(self) -> Option<bool> {
        self.0.parse().ok()
    }

    /// An object's fields.
    pub(crate) fn fields(self) -> Option<Fields<'a>> {
        if !self.0.starts_with('{') {
            return None;
        }
        let mut list = Vec::with_capacity(8);
        let mut at = 1;
        while let Some((key, value, next)) = field_at(self.0, at) {
            list.push((key, value));
            at = next;
        }
        Some(Fields { list })
    }

    /// An array's items.
    pub(crate) fn items(self) -> Option<Vec<Raw<'a>>> {
        if !self.0.starts_with('[') {
            return None;
        }
        let bytes = self.0.as_bytes();
        let mut list = Vec::new();
        let mut at = skip_separators(bytes, 1);
        while let Some(end) = value_end(bytes, at) {
            list.push(Raw(&self.0[at..end]));
            at = skip_separators(bytes, end);
        }
        Some(list)
    }

    /// The value decoded; its text as a string if it is not valid JSON (or nests too deeply).
    pub(crate) fn value(self) -> Value {
        serde_json::from_str(self.0).unwrap_or_else(|_| Value::String(self.0.to_owned()))
    }
}

/// The fields of an object, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields<'a> {
    list: Vec<(Cow<'a, str>, Raw<'a>)>,
}

impl<'a> Fields<'a> {
    /// The field of a name, unless it is missing or `null`; of several, the last.
    pub(crate) fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.list
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, v)| *v)
            .filter(|v| !v.is_null())
    }

    /// Whether there is a field of that name, `null` or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.list.iter().any(|(key, _)| key == name)
    }

    /// A string field, decoded.
    pub(crate) fn str(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)?.str()
    }

    /// A string field, decoded, if it is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.str(name).filter(|s| !s.is_empty()).map(Cow::into_owned)
    }

    /// An object field; empty if it is missing or no object.
    pub(crate) fn fields(&self, name: &str) -> Fields<'a> {
        self.get(name).and_then(Raw::fields).unwrap_or_default()
    }

    /// An array field; empty if it is missing or no array.
    pub(crate) fn items(&self, name: &str) -> Vec<Raw<'a>> {
        self.get(name).and_then(Raw::items).unwrap_or_default()
    }

    /// A field that holds a whole number.
    pub(crate) fn u64(&self, name: &str) -> Option<u64> {
        self.get(name)?.u64()
    }

    /// A field that holds a whole number of 32 bits.
    pub(crate) fn u32(&self, name: &str) -> Option<u32> {
        self.u64(name).and_then(|n| n.try_into().ok())
    }

    /// Whether the field is `true`.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name).and_then(Raw::bool).unwrap_or(false)
    }

    /// Every field.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Raw<'a>)> {
        self.list.iter().map(|(key, value)| (&**key, *value))
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).copied().is_some_and(is_space) {
        at += 1;
    }
    at
}

fn skip_separators(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).copied().is_some_and(|b| is_space(b) || b == b',') {
        at += 1;
    }
    at
}

fn field_at(text: &str, at: usize) -> Option<(Cow<'_, str>, Raw<'_>, usize)> {
    let bytes = text.as_bytes();
    let key_start = skip_separators(bytes, at);
    if bytes.get(key_start) != Some(&b'"') {
        return None;
    }
    let key_end = string_end(bytes, key_start)?;
    let colon = skip_space(bytes, key_end);
    if bytes.get(colon) != Some(&b':') {
        return None;
    }
    let start = skip_space(bytes, colon + 1);
    let end = value_end(bytes, start)?;
    Some((unescape(&text[key_start + 1..key_end - 1]), Raw(&text[start..end]), end))
}

/// Where the string that begins at `at` (with its quote) ends.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Where the value that begins at `at` ends; `None` if none begins there or it does not end.
pub(crate) fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string_end(bytes, at),
        b'{' | b'[' => container_end(bytes, at),
        b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
            let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.');
            Some(at + bytes[at..].iter().take_while(|b| word(b)).count())
        }
        _ => None,
    }
}

fn container_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = at;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string_end(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The text that an escaped string stands for.
pub(crate) fn unescape(escaped: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', escaped.as_bytes()) else {
        return Cow::Borrowed(escaped);
    };
    let mut text = String::with_capacity(escaped.len());
    let mut rest = escaped;
    let mut next = Some(first);
    while let Some(at) = next {
        text.push_str(&rest[..at]);
        let (character, used) = escape(&rest[at..]);
        text.push(character);
        rest = &rest[at + used..];
        next = memchr::memchr(b'\\', rest.as_bytes());
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// The character that the escape at the beginning of `text` stands for, and its length.
fn escape(text: &str) -> (char, usize) {
    let plain = match text.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode_escape(text),
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        _ => return ('\u{fffd}', 1),
    };
    (plain, 2)
}

fn unicode_escape(text: &str) -> (char, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let Some(high) = unit(2) else { return ('\u{fffd}', 2) };
    let leads = (0xd800..0xdc00).contains(&high) && text.get(6..8) == Some("\\u");
    if let Some(low) = unit(8).filter(|low| leads && (0xdc00..0xe000).contains(low)) {
        let point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return (char::from_u32(point).unwrap_or('\u{fffd}'), 12);
    }
    (char::from_u32(high).unwrap_or('\u{fffd}'), 6)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_found_in_place() {
        let text = r#" {"a":"x\"}y","b":{"c":[1,2.0,"z"]},"n":null,"a":true} "#;
        let f = Raw::whole(text).unwrap().fields().unwrap();
        assert_eq!(f.get("a").unwrap().bool(), Some(true), "the last of two fields counts");
        assert_eq!(f.get("n"), None);
        assert!(f.has("n"));
        let items = f.fields("b").items("c");
        assert_eq!(items[1].u64(), Some(2));
        assert_eq!(items[2].str().unwrap(), "z");
    }

    #[test]
    fn half_a_surrogate_pair_is_not_an_error() {
        assert_eq!(unescape(r"a\ud83d\ude00b"), "a😀b");
        assert_eq!(unescape(r"a\ud83db"), "a\u{fffd}b");
        assert_eq!(unescape(r"\uzz\"), "\u{fffd}zz\u{fffd}");
    }

    proptest! {
        #[test]
        fn no_text_is_an_error(text in ".*") {
            let _ = unescape(&text);
            if let Some(raw) = Raw::whole(&text) {
                let _ = (raw.fields().map(|f| f.iter().count()), raw.items(), raw.value());
            }
        }

        #[test]
        fn strings_decode_as_serde_decodes_them(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(Raw::whole(&json).unwrap().str().unwrap(), text);
        }
    }
}
