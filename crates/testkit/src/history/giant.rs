//! A rollout with one line of any length, as compaction with inlined images leaves it.

use std::io::Write;
use std::path::Path;

use super::random::Random;
use super::sheet::Sheet;
use super::words::{Vocabulary, Writer};
use super::{Oddities, Truth};

/// Bytes of one inlined image.
const IMAGE: usize = 1 << 20;

/// Writes a Codex rollout to `path` whose third record is one `compacted` line of `bytes`.
///
/// It holds two prompts: "Before the giant line." and "After the giant line.".
pub fn write_giant_line(path: &Path, bytes: u64) -> Truth {
    let vocabulary = Vocabulary::new(1, 10);
    let mut writer = Writer::new(&vocabulary, Random::new(1, 1));
    let mut sheet = Sheet::create(path);
    let stamp = r#"{"timestamp":"2026-06-01T00:00:00.000Z","type":"#;
    sheet.put(stamp);
    sheet.put(
        r#""session_meta","payload":{"id":"019a0000-0000-7000-8000-000000000001","timestamp":"2026-06-01T00:00:00.000Z","cwd":"/nowhere","originator":"codex_cli_rs","cli_version":"0.104.0","source":"cli"}}"#,
    );
    sheet.end(false);
    put_prompt(&mut sheet, stamp, "Before the giant line.");
    sheet.put(stamp);
    sheet.put(r#""compacted","payload":{"message":"","replacement_history":["#);
    let begin = sheet.written;
    let mut first = true;
    while first || sheet.written - begin < bytes {
        sheet.put(if first { "" } else { "," });
        first = false;
        sheet.put(r#"{"type":"message","role":"user","content":[{"type":"input_text","text":""#);
        writer.prose(2_000, &mut sheet.line);
        sheet.put(r#""},{"type":"input_image","image_url":"data:image/png;base64,"#);
        let left = bytes.saturating_sub(sheet.written - begin);
        let size = IMAGE.min(usize::try_from(left).unwrap_or(IMAGE)) & !3;
        vocabulary.noise(&mut writer.random, size, &mut sheet.line);
        sheet.put(r#""}]}"#);
        sheet.flush_part();
    }
    sheet.put("]}}");
    sheet.end(false);
    put_prompt(&mut sheet, stamp, "After the giant line.");
    sheet.truth.prompts = 2;
    sheet.truth.sessions = 1;
    sheet.truth.codex_sessions = 1;
    sheet.truth.compactions = 1;
    sheet.finish(Oddities::None, 1.0)
}

fn put_prompt(sheet: &mut Sheet, stamp: &str, text: &str) {
    write!(
        sheet.line,
        r#"{stamp}"response_item","payload":{{"type":"message","role":"user","content":[{{"type":"input_text","text":"{text}"}}]}}}}"#
    )
    .unwrap();
    sheet.end(false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_giant_line_is_one_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rollout.jsonl");
        let truth = write_giant_line(&path, 3 << 20);
        let text = std::fs::read_to_string(&path).unwrap();
        let lengths: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!((lengths.len(), truth.records), (4, 4));
        assert!((3 << 20..5 << 20).contains(&lengths[2]), "{lengths:?}");
        assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    }
}
