use std::io::BufReader;

use data_encoding::BASE64;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{content_hash, limits};

#[derive(Default)]
struct Kept {
    open: Option<(String, Vec<u8>)>,
    blobs: Vec<(String, Vec<u8>)>,
    largest_piece: usize,
}

impl BlobSink for Kept {
    fn begin(&mut self, media_type: &str) -> io::Result<()> {
        self.open = Some((media_type.to_owned(), Vec::new()));
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.largest_piece = self.largest_piece.max(bytes.len());
        self.open.as_mut().unwrap().1.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self) -> io::Result<String> {
        let blob = self.open.take().unwrap();
        let hash = content_hash(&blob.1);
        self.blobs.push(blob);
        Ok(hash)
    }
}

const RULES: &[StreamRule] = &[StreamRule { key: "history", why: "replayed" }];

fn stream(line: &str, buffer: usize) -> (StreamedRecord, Kept) {
    let mut kept = Kept::default();
    let mut input = BufReader::with_capacity(buffer, line.as_bytes());
    let record = slim_stream(&mut input, RULES, &mut kept).unwrap();
    (record, kept)
}

fn accounted(record: &StreamedRecord) -> u64 {
    let dropped: usize = record.dropped.iter().map(|d| d.bytes).sum();
    (record.kept.len() - record.added + dropped) as u64
}

#[test]
fn values_under_a_rule_are_left_out() {
    let line = r#"{"a":1,"history":[{"x":"]}\"","history":1}],"b":{"history":"s"},"history":7}"#;
    let (record, _) = stream(&format!("{line}\nnext"), 3);
    assert_eq!(record.kept, r#"{"a":1,"history":null,"b":{"history":null},"history":7}"#);
    assert!(record.complete);
    assert_eq!(record.raw_len, line.len() as u64);
    assert_eq!(record.raw_hash64, xxhash_rust::xxh3::xxh3_64(line.as_bytes()));
    assert_eq!(accounted(&record), record.raw_len);
}

#[test]
fn long_strings_become_blobs() {
    let text = "line\n\"é😀\" ".repeat(60_000);
    let picture = [&b"\x89PNG\r\n\x1a\n"[..], &vec![9u8; 600_000]].concat();
    let value = json!({
        "text": text, "image": BASE64.encode(&picture),
        "url": format!("data:image/webp;base64,{}", BASE64.encode(&picture)), "end": "here",
    });
    let line = value.to_string();
    let (record, kept) = stream(&line, 8192);
    let slim: Value = serde_json::from_str(&record.kept).unwrap();
    assert_eq!(slim["text"], format!("blob:{}", content_hash(text.as_bytes())));
    assert_eq!(slim["image"], format!("blob:{}", content_hash(&picture)));
    assert_eq!(slim["end"], "here");
    let types: Vec<_> = kept.blobs.iter().map(|(t, _)| t.as_str()).collect();
    assert_eq!(types, ["text/plain; charset=utf-8", "image/png", "image/webp"]);
    assert_eq!(kept.blobs[2].1, picture);
    assert!(!record.complete);
    assert_eq!(accounted(&record), record.raw_len);
}

#[test]
fn how_the_input_is_buffered_makes_no_difference() {
    for extra in [0, 1, 100, 70_000] {
        let text = "x".repeat(limits::STREAMED_STRING_BYTES + extra);
        let line = format!(r#"{{"k":"{text}"}}"#);
        let kept = [1000, 65_536, 1 << 20].map(|buffer| stream(&line, buffer).0.kept);
        assert_eq!(kept[0].contains("blob:"), extra > 0);
        assert!(kept.iter().all(|k| *k == kept[0]));
    }
}

#[test]
fn what_is_kept_is_bounded_and_stays_json() {
    let item = json!({"n": "x".repeat(1000), "deep": [[1]]}).to_string();
    let line = format!(r#"{{"items":[{}]}}"#, vec![item; 12_000].join(","));
    assert!(line.len() > 2 * limits::STREAMED_KEPT_BYTES);
    let (record, _) = stream(&line, 65_536);
    assert!(record.kept.len() < limits::STREAMED_KEPT_BYTES + 4096);
    serde_json::from_str::<Value>(&record.kept).unwrap();
    assert_eq!(accounted(&record), record.raw_len);
}

#[test]
fn damage_is_bounded_too() {
    for line in ["[".repeat(1 << 20), " ".repeat(10 << 20), format!("{{\"{}", "k".repeat(20 << 20))]
    {
        let (record, _) = stream(&line, 65_536);
        assert!(record.kept.len() <= 2 * limits::STREAMED_KEPT_BYTES + 1024);
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let key = prop_oneof![Just("history".to_owned()), "[a-z\"\\\\]{0,3}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn without_history(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_history).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, v)| {
                    let skipped =
                        key == "history" && (v.is_string() || v.is_array() || v.is_object());
                    (key, if skipped { Value::Null } else { without_history(v) })
                })
                .collect(),
        ),
        other => other,
    }
}

proptest! {
    #[test]
    fn streaming_is_slimming(value in json_value(), buffer in 1usize..40) {
        let (record, _) = stream(&value.to_string(), buffer);
        prop_assert_eq!(&record.kept, &without_history(value).to_string());
        prop_assert_eq!(accounted(&record), record.raw_len);
    }

    #[test]
    fn any_bytes_end_at_their_line_break(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut input = BufReader::with_capacity(7, &bytes[..]);
        let record = slim_stream(&mut input, RULES, &mut Kept::default()).unwrap();
        let line = bytes.split(|b| *b == b'\n').next().unwrap();
        prop_assert_eq!(record.raw_len, line.len() as u64);
    }
}
