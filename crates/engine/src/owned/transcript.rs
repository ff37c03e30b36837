//! Transcripts of agents that keep none which can be read: written as their channels tell.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use callboard_model::Timestamp;
use serde_json::Value;

/// Appends records, each with the present moment. A line that a crash left half-written is taken back: its
/// record is told again.
pub(super) fn append(path: &Path, records: &[Value], at: Timestamp) -> io::Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file =
        OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(path)?;
    let end = end_of_lines(&mut file)?;
    let mut text = Vec::new();
    for record in records {
        let mut record = record.clone();
        record["at"] = at.as_millisecond().into();
        serde_json::to_writer(&mut text, &record)?;
        text.push(b'\n');
    }
    let written = file.set_len(end).and_then(|()| file.write_all(&text));
    if written.is_err() {
        // Nothing of it rather than half; what cannot be taken back now is at the next time.
        let _ = file.set_len(end);
    }
    written
}

/// Bytes up to the end of the last whole line.
fn end_of_lines(file: &mut fs::File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    let mut byte = [0];
    while end > 0 {
        file.seek(SeekFrom::Start(end - 1))?;
        file.read_exact(&mut byte)?;
        if byte == *b"\n" {
            break;
        }
        end -= 1;
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn half_a_line_of_a_crash_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent/s.jsonl");
        let at = Timestamp::from_millisecond(5);
        append(&path, &[], at).unwrap();
        assert!(!path.exists());
        append(&path, &[json!({"n": 1})], at).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}{{\"n\":")).unwrap();
        append(&path, &[json!({"n": 2}), json!({"n": 3})], at).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.starts_with(&whole) && text.ends_with("{\"n\":3,\"at\":5}\n"), "{text}");
    }
}
