//! Where transcripts are: `<agent>/<session>.jsonl`, each name with its unusual bytes as `%XX`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use callboard_model::ThreadKey;

use crate::transcript::{Compression, TranscriptFile};
use crate::{Found, limits, walk};

/// Whether an agent may be called that.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= limits::CONFIGURED_NAME_BYTES
}

/// The transcript of a conversation; none if its id is longer than a file's name may be.
pub(super) fn transcript_of(home: &Path, agent: &str, id: &str) -> Option<PathBuf> {
    let file = format!("{}.jsonl", encode(id));
    let fits = !id.is_empty() && file.len() <= limits::FILE_NAME_BYTES;
    fits.then(|| home.join(encode(agent)).join(file))
}

pub(super) fn transcripts(home: &Path, found: &mut dyn FnMut(Found)) {
    walk::files(home, found, &mut |path, metadata, found| {
        if let Some(file) = transcript(home, path, metadata) {
            found(Found::File(file));
        }
    });
}

pub(super) fn transcript_at(home: &Path, path: &Path) -> Option<TranscriptFile> {
    transcript(home, path, &fs::metadata(path).ok()?)
}

/// The agent whose transcript stands there.
pub(super) fn agent_of(path: &Path) -> Option<String> {
    decode(path.parent()?.file_name()?.to_str()?)
}

fn transcript(home: &Path, path: &Path, metadata: &fs::Metadata) -> Option<TranscriptFile> {
    let is_there = path.parent()?.parent()? == home && metadata.is_file();
    let is_named = path.extension() == Some(OsStr::new("jsonl"));
    (is_there && is_named).then_some(())?;
    Some(TranscriptFile {
        path: path.to_owned(),
        compression: Compression::None,
        thread: Some(ThreadKey::main(decode(path.file_stem()?.to_str()?)?)),
        size: metadata.len(),
        modified: metadata.modified().ok(),
    })
}

fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for (n, byte) in name.bytes().enumerate() {
        let is_usual = byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if is_usual || (byte == b'.' && n > 0) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn decode(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        if *first == b'%' {
            let hex = std::str::from_utf8(behind.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &behind[2..];
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_bytes_is_one_file_below_the_home() {
        let home = Path::new("/h");
        for id in ["ses_1", "../../etc/passwd", "a/b é", ".", "%41"] {
            let path = transcript_of(home, "my agent", id).unwrap();
            assert_eq!(path.parent(), Some(Path::new("/h/my%20agent")), "{path:?}");
            assert_eq!(decode(path.file_stem().unwrap().to_str().unwrap()).as_deref(), Some(id));
            assert_eq!(agent_of(&path).as_deref(), Some("my agent"));
        }
        assert_eq!(transcript_of(home, "a", &"x".repeat(400)), None);
    }
}
