//! What of a record is unique: spans that repeat something, or that nobody can read, are cut out.

use std::borrow::Cow;
use std::collections::VecDeque;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::xxh3_64;

use crate::fields::Raw;
use crate::limits;

/// A record without what it repeats.
///
/// Every byte is accounted for: the raw record's length is
/// `kept.len() - added + dropped.iter().map(|d| d.bytes).sum()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slim<'l> {
    /// What stays; empty if all of it repeats something.
    pub kept: Cow<'l, str>,
    /// Bytes of `kept` that stand in place of dropped ones.
    pub added: usize,
    /// What was dropped, in the record's order.
    pub dropped: Vec<Dropped>,
    /// What is kept outside of the record.
    pub blobs: Vec<BlobDraft>,
}

/// A span that was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// Its length in the raw record.
    pub bytes: usize,
    /// Why, in words that counts are kept by.
    pub why: &'static str,
}

/// Binary content of a record, to be kept by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobDraft {
    /// Such as `image/png`.
    pub media_type: String,
    /// The content, decoded.
    pub bytes: Vec<u8>,
    /// SHA-256 of the content in hex.
    pub hash: String,
}

impl<'l> Slim<'l> {
    /// A record of which all is unique.
    #[must_use]
    pub fn whole(record: &'l str) -> Self {
        Self { kept: Cow::Borrowed(record), added: 0, dropped: Vec::new(), blobs: Vec::new() }
    }

    /// A record of which nothing is.
    #[must_use]
    pub fn nothing(record: &str, why: &'static str) -> Self {
        let dropped = vec![Dropped { bytes: record.len(), why }];
        Self { kept: Cow::Borrowed(""), added: 0, dropped, blobs: Vec::new() }
    }
}

/// What a blob is called in the record that it was taken from.
pub(crate) const BLOB_MARKER: &str = "blob:";

/// SHA-256 in hex.
#[must_use]
pub fn content_hash(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// The blob that a marker names.
pub(crate) fn blob_of_marker(marker: &str) -> Option<&str> {
    marker.strip_prefix(BLOB_MARKER).filter(|hash| hash.len() == 64)
}

/// Spans to be cut out of a record.
pub(crate) struct Cuts<'l> {
    record: &'l str,
    cuts: Vec<(usize, usize, Cow<'static, str>, &'static str)>,
    blobs: Vec<BlobDraft>,
}

impl<'l> Cuts<'l> {
    pub(crate) fn of(record: &'l str) -> Self {
        Self { record, cuts: Vec::new(), blobs: Vec::new() }
    }

    /// Cuts `span`, a slice of the record, and leaves `marker` in its place.
    ///
    /// A slice of something else, or one that is not longer than its marker, stays.
    pub(crate) fn cut(
        &mut self,
        span: &str,
        marker: impl Into<Cow<'static, str>>,
        why: &'static str,
    ) {
        let marker = marker.into();
        let base = self.record.as_ptr() as usize;
        let Some(start) = (span.as_ptr() as usize).checked_sub(base) else { return };
        if start + span.len() <= self.record.len() && span.len() > marker.len() {
            self.cuts.push((start, start + span.len(), marker, why));
        }
    }

    /// Cuts a value and leaves `null`.
    pub(crate) fn drop_value(&mut self, value: Raw<'_>, why: &'static str) {
        self.cut(value.text(), "null", why);
    }

    /// Makes a blob of a string that holds base64 and leaves its marker. What is not base64 stays.
    pub(crate) fn blob(&mut self, value: Raw<'_>, media_type: &str) {
        let Some(encoded) = value.escaped().filter(|s| s.len() >= limits::DUPLICATE_BYTES) else {
            return;
        };
        let (prefix, encoded) = data_address(encoded).unwrap_or(("", encoded));
        if let Ok(bytes) = BASE64.decode(encoded.as_bytes()) {
            let media_type = media_type_of(prefix).unwrap_or(media_type).to_owned();
            let hash = content_hash(&bytes);
            self.cut(encoded, format!("{BLOB_MARKER}{hash}"), "binary content, kept as a blob");
            self.blobs.push(BlobDraft { media_type, bytes, hash });
        }
    }

    pub(crate) fn finish(mut self) -> Slim<'l> {
        if self.cuts.is_empty() {
            return Slim::whole(self.record);
        }
        self.cuts.sort_by_key(|(start, end, ..)| (*start, std::cmp::Reverse(*end)));
        let mut kept = String::with_capacity(self.record.len());
        let (mut at, mut added, mut dropped) = (0, 0, Vec::with_capacity(self.cuts.len()));
        for (start, end, marker, why) in self.cuts {
            if start < at {
                continue; // lies within what is cut already
            }
            kept.push_str(&self.record[at..start]);
            kept.push_str(&marker);
            added += marker.len();
            dropped.push(Dropped { bytes: end - start, why });
            at = end;
        }
        kept.push_str(&self.record[at..]);
        Slim { kept: Cow::Owned(kept), added, dropped, blobs: self.blobs }
    }
}

/// `data:image/png;base64,` and what follows it.
pub(crate) fn data_address(text: &str) -> Option<(&str, &str)> {
    let head = text.get(..limits::PICTURE_SNIFF_BYTES.min(text.len()))?;
    let comma = head.starts_with("data:").then(|| head.find(";base64,"))?? + ";base64,".len();
    Some(text.split_at(comma))
}

/// The media type that a `data:` address begins with.
pub(crate) fn media_type_of(address: &str) -> Option<&str> {
    address.strip_prefix("data:")?.split(';').next().filter(|t| !t.is_empty())
}

/// Hashes of strings seen lately: to recognise their repetition. Kept as one text of hex digits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct Seen(VecDeque<u64>);

impl Seen {
    /// Remembers an escaped string, and forgets the oldest beyond `most`; short ones are not worth it.
    pub(crate) fn remember(&mut self, text: &str, most: usize) {
        if text.len() < limits::REMEMBERED_INPUT_BYTES {
            return;
        }
        let hash = xxh3_64(text.as_bytes());
        if self.0.contains(&hash) {
            return;
        }
        if self.0.len() >= most {
            self.0.pop_front();
        }
        self.0.push_back(hash);
    }

    pub(crate) fn knows(&self, text: &str) -> bool {
        text.len() >= limits::REMEMBERED_INPUT_BYTES && self.0.contains(&xxh3_64(text.as_bytes()))
    }
}

impl From<Seen> for String {
    fn from(seen: Seen) -> Self {
        seen.0.iter().map(|hash| format!("{hash:016x}")).collect()
    }
}

impl From<String> for Seen {
    fn from(text: String) -> Self {
        let hashes = text
            .as_bytes()
            .chunks_exact(16)
            .filter_map(|digits| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        Self(hashes.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Document;

    #[test]
    fn cuts_account_for_every_byte() {
        let record = r#"{"a":"0123456789","b":[1,2,3,4,5],"c":{"d":1}}"#;
        let document = Document::of(record).unwrap();
        let fields = document.fields().unwrap();
        let mut cuts = Cuts::of(record);
        cuts.drop_value(fields.get("b").unwrap(), "test");
        cuts.drop_value(fields.get("a").unwrap(), "test");
        cuts.cut("a slice of something else", "", "test");
        let slim = cuts.finish();
        assert_eq!(slim.kept, r#"{"a":null,"b":null,"c":{"d":1}}"#);
        let dropped: usize = slim.dropped.iter().map(|d| d.bytes).sum();
        assert_eq!(record.len(), slim.kept.len() - slim.added + dropped);
    }

    #[test]
    fn base64_becomes_a_blob_and_other_text_stays() {
        let encoded = BASE64.encode(&[7u8; 600]);
        let record = format!(r#"{{"data":"{encoded}","text":"{}"}}"#, "not base64 ".repeat(60));
        let document = Document::of(&record).unwrap();
        let fields = document.fields().unwrap();
        let mut cuts = Cuts::of(&record);
        cuts.blob(fields.get("data").unwrap(), "image/png");
        cuts.blob(fields.get("text").unwrap(), "image/png");
        let slim = cuts.finish();
        assert_eq!(slim.blobs.len(), 1);
        assert_eq!(slim.blobs[0].bytes, [7u8; 600]);
        assert!(slim.kept.contains(&format!("\"blob:{}\"", slim.blobs[0].hash)));
        assert!(slim.kept.contains("not base64"));
    }
}
