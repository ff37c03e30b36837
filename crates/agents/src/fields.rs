//! JSON looked at in place: a record is megabytes of text of which a parser wants a few short fields.
//!
//! One pass notes where each value begins and ends; a value is decoded only when asked for. The pass is
//! lenient: it leaves the grammar of values to whoever decodes them.

use std::borrow::Cow;

use callboard_model::Timestamp;
use serde_json::Value;

use crate::limits;

/// A text with the places of the JSON values in it.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    text: &'t str,
    nodes: Vec<Node>,
}

/// A value, or an object's key.
#[derive(Debug, Clone, Copy)]
struct Node {
    start: u32,
    end: u32,
    /// The node after it and all within it.
    next: u32,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    /// A colon follows.
    Key,
    /// A colon follows, and it must be decoded to be compared.
    EscapedKey,
}

impl<'t> Document<'t> {
    /// The value that begins `text` (after white space) and ends with it (before white space).
    ///
    /// `None` if there is none, or if it is made of more values than a record ever is.
    pub(crate) fn of(text: &'t str) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        let mut nodes: Vec<Node> = Vec::with_capacity(16 + text.len() / 64);
        let mut open: Vec<u32> = Vec::with_capacity(16);
        let bytes = text.as_bytes();
        let mut at = skip_space(bytes, 0);
        while let Some(byte) = bytes.get(at) {
            let end = match byte {
                b'{' | b'[' => {
                    open.push(nodes.len() as u32);
                    at + 1
                }
                b'}' | b']' => {
                    let container = open.pop()? as usize;
                    at += 1;
                    nodes[container].end = at as u32;
                    nodes[container].next = nodes.len() as u32;
                    if open.is_empty() {
                        break;
                    }
                    continue;
                }
                b':' => {
                    let key = nodes.last_mut()?;
                    let name = &bytes[key.start as usize..key.end as usize];
                    key.kind = if name.contains(&b'\\') { Kind::EscapedKey } else { Kind::Key };
                    at += 1;
                    continue;
                }
                b',' | b' ' | b'\t' | b'\r' | b'\n' => {
                    at += 1;
                    continue;
                }
                _ => value_end(bytes, at)?,
            };
            if nodes.len() >= limits::VALUES_PER_RECORD {
                return None;
            }
            let next = nodes.len() as u32 + 1;
            nodes.push(Node { start: at as u32, end: end as u32, next, kind: Kind::Value });
            at = end;
            if open.is_empty() {
                break;
            }
        }
        let complete = open.is_empty() && !nodes.is_empty() && skip_space(bytes, at) == bytes.len();
        complete.then_some(Self { text, nodes })
    }

    /// The value.
    pub(crate) fn root(&self) -> Raw<'_> {
        Raw { document: self, node: 0 }
    }

    /// The fields of an object.
    pub(crate) fn fields(&self) -> Option<Fields<'_>> {
        self.root().fields()
    }
}

/// A JSON value, as it stands in its record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'a> {
    document: &'a Document<'a>,
    node: u32,
}

impl<'a> Raw<'a> {
    fn place(self) -> Node {
        self.document.nodes[self.node as usize]
    }

    /// Where it stands in the text.
    pub(crate) fn span(self) -> std::ops::Range<usize> {
        let place = self.place();
        place.start as usize..place.end as usize
    }

    /// Its text.
    pub(crate) fn text(self) -> &'a str {
        let place = self.place();
        &self.document.text[place.start as usize..place.end as usize]
    }

    /// Whether it is `null`.
    pub(crate) fn is_null(self) -> bool {
        self.text() == "null"
    }

    /// The name of its JSON type.
    pub(crate) fn type_name(self) -> &'static str {
        match self.document.text.as_bytes()[self.place().start as usize] {
            b'"' => "string",
            b'{' => "object",
            b'[' => "array",
            b't' | b'f' => "boolean",
            b'n' => "null",
            _ => "number",
        }
    }

    /// A string's content, still escaped.
    pub(crate) fn escaped(self) -> Option<&'a str> {
        self.text().strip_prefix('"')?.strip_suffix('"')
    }

    /// A string, decoded; half of a surrogate pair becomes U+FFFD.
    pub(crate) fn str(self) -> Option<Cow<'a, str>> {
        self.escaped().map(unescape)
    }

    /// A whole number, also one written with a fraction of zero.
    pub(crate) fn i64(self) -> Option<i64> {
        self.text().parse().ok().or_else(|| {
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
        let number = self.text().parse().ok().filter(|_| self.type_name() == "number");
        number.filter(|n: &f64| n.is_finite())
    }

    /// A moment, in milliseconds or as RFC 3339; none beyond the calendar.
    pub(crate) fn moment(self) -> Option<Timestamp> {
        match self.i64() {
            Some(ms) => Timestamp::within_calendar(ms),
            None => Timestamp::parse(&self.str()?),
        }
    }

    /// A truth value.
    pub(crate) fn bool(self) -> Option<bool> {
        self.text().parse().ok()
    }

    /// An object's fields.
    pub(crate) fn fields(self) -> Option<Fields<'a>> {
        (self.type_name() == "object").then_some(Fields { object: Some(self) })
    }

    /// An array's items.
    pub(crate) fn items(self) -> Option<Vec<Raw<'a>>> {
        (self.type_name() == "array").then(|| self.children().collect())
    }

    /// The value decoded; its text as a string if it is not valid JSON (or nests too deeply).
    pub(crate) fn value(self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|_| Value::String(self.text().to_owned()))
    }

    fn children(self) -> impl Iterator<Item = Raw<'a>> {
        let (document, last) = (self.document, self.place().next);
        let mut node = self.node + 1;
        std::iter::from_fn(move || {
            let child = (node < last).then_some(Raw { document, node })?;
            node = child.place().next;
            Some(child)
        })
    }
}

/// The fields of an object, in their order.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fields<'a> {
    object: Option<Raw<'a>>,
}

impl<'a> Fields<'a> {
    fn pairs(&self) -> impl Iterator<Item = (Raw<'a>, Raw<'a>)> + use<'a> {
        let mut children = self.object.map(Raw::children);
        let mut key: Option<Raw<'a>> = None;
        std::iter::from_fn(move || {
            for child in children.as_mut()? {
                if child.place().kind != Kind::Value {
                    key = Some(child);
                } else if let Some(key) = key.take() {
                    return Some((key, child));
                }
            }
            None
        })
    }

    fn bytes(&self) -> &'a [u8] {
        self.object.map_or(&[], |object| object.document.text.as_bytes())
    }

    fn find(&self, name: &str) -> Option<Raw<'a>> {
        let named = |key: Raw<'_>| {
            let place = key.place();
            let content = place.start as usize + 1..(place.end as usize).saturating_sub(1);
            match place.kind {
                Kind::EscapedKey => key.str().is_some_and(|key| key == name),
                _ => {
                    content.len() == name.len()
                        && self.bytes().get(content).is_some_and(|key| key == name.as_bytes())
                }
            }
        };
        self.pairs().find(|(key, _)| named(*key)).map(|(_, value)| value)
    }

    /// The field of a name, unless it is missing or `null`; of several, the first.
    pub(crate) fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.find(name).filter(|value| !value.is_null())
    }

    /// Whether there is a field of that name, `null` or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
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

    /// Where each field stands, with its name.
    pub(crate) fn spans(&self) -> Vec<std::ops::Range<usize>> {
        self.pairs().map(|(key, value)| key.span().start..value.span().end).collect()
    }

    /// Every field.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Cow<'a, str>, Raw<'a>)> + use<'a> {
        self.pairs().map(|(key, value)| (key.str().unwrap_or_default(), value))
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.pairs().next().is_none()
    }
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
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
        let text = r#" {"a":"x\"}y","b":{"c":[1,2.0,"z"]},"n":null,"a":true,"\u0065":6} "#;
        let document = Document::of(text).unwrap();
        let f = document.fields().unwrap();
        assert_eq!(f.str("a").unwrap(), "x\"}y", "the first of two fields counts");
        assert!(f.get("n").is_none());
        assert!(f.has("n"));
        let items = f.items("b");
        assert!(items.is_empty());
        let inner = f.fields("b");
        let items = inner.items("c");
        assert_eq!(items[1].u64(), Some(2));
        assert_eq!(items[2].str().unwrap(), "z");
        assert_eq!(f.u64("e"), Some(6), "keys are decoded");
    }

    #[test]
    fn half_a_surrogate_pair_is_not_an_error() {
        assert_eq!(unescape(r"a\ud83d\ude00b"), "a😀b");
        assert_eq!(unescape(r"a\ud83db"), "a\u{fffd}b");
        assert_eq!(unescape(r"\uzz\"), "\u{fffd}zz\u{fffd}");
    }

    proptest! {
        #[test]
        fn no_text_is_an_error(text in prop_oneof![".*", r#"[{}\[\]"\\a:, 1é]{0,40}"#]) {
            let _ = unescape(&text);
            if let Some(document) = Document::of(&text) {
                let raw = document.root();
                let _ = (raw.fields().map(|f| f.iter().count()), raw.items(), raw.value());
            }
        }

        #[test]
        fn strings_decode_as_serde_decodes_them(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            let document = Document::of(&json).unwrap();
            prop_assert_eq!(document.root().str().unwrap(), text);
        }
    }
}
