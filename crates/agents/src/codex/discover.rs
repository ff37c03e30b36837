//! Where transcripts are: `sessions/YYYY/MM/DD/rollout-<time>-<thread>.jsonl[.zst]` (in the first
//! versions directly in `sessions/`), and `archived_sessions/`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use callboard_model::event::Info;
use callboard_model::{Draft, EventBody, ThreadKey};
use xxhash_rust::xxh3::xxh3_64;

use crate::fields::Document;
use crate::transcript::{Compression, TranscriptFile};
use crate::{Environment, Found, walk};

pub(super) const FOLDERS: [&str; 2] = ["sessions", "archived_sessions"];
const NAMES: &str = "session_index.jsonl";

pub(super) fn homes(environment: &Environment) -> Vec<PathBuf> {
    vec![
        environment
            .var("CODEX_HOME")
            .map_or_else(|| environment.home.join(".codex"), PathBuf::from),
    ]
}

pub(super) fn transcripts(home: &Path, found: &mut dyn FnMut(Found)) {
    for folder in FOLDERS {
        walk::files(&home.join(folder), found, &mut |path, metadata, found| {
            let Some(compression) = compression(path) else { return };
            match transcript(path, compression, metadata) {
                Some(file) => found(Found::File(file)),
                None => found(walk::problem(path, &"named as a transcript, but no file")),
            }
        });
    }
}

pub(super) fn transcript_at(home: &Path, path: &Path) -> Option<TranscriptFile> {
    FOLDERS.iter().any(|folder| path.starts_with(home.join(folder))).then_some(())?;
    transcript(path, compression(path)?, &fs::metadata(path).ok()?)
}

/// `None` for a file that is not named as a transcript.
fn compression(path: &Path) -> Option<Compression> {
    match path.extension()?.to_str()? {
        "jsonl" => Some(Compression::None),
        "zst" if Path::new(path.file_stem()?).extension() == Some(OsStr::new("jsonl")) => {
            Some(Compression::Zstd)
        }
        _ => None,
    }
}

fn transcript(
    path: &Path,
    compression: Compression,
    metadata: &fs::Metadata,
) -> Option<TranscriptFile> {
    metadata.is_file().then(|| TranscriptFile {
        path: path.to_owned(),
        compression,
        thread: thread_of(path),
        size: metadata.len(),
        modified: metadata.modified().ok(),
    })
}

/// The thread id that ends the name: 36 characters of a UUID.
fn thread_of(path: &Path) -> Option<ThreadKey> {
    let name = path.file_name()?.to_str()?;
    let stem = name.split_once(".jsonl")?.0;
    let id = stem.get(stem.len().checked_sub(36)?..)?;
    let well_formed = id.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    well_formed.then(|| ThreadKey::main(id))
}

/// The name that the index of sessions gives the thread; its last line about it counts.
pub(super) fn companion(file: &TranscriptFile) -> Vec<Draft> {
    let Some(thread) = file.thread.clone() else { return Vec::new() };
    let home = file.path.ancestors().find(|folder| {
        folder.file_name().and_then(OsStr::to_str).is_some_and(|name| FOLDERS.contains(&name))
    });
    let Some(index) =
        home.and_then(Path::parent).and_then(|home| walk::small_file(&home.join(NAMES)))
    else {
        return Vec::new();
    };
    let lines = index.lines().rev().filter(|line| line.contains(&thread.native));
    let mut names = lines.filter_map(|line| {
        let document = Document::of(line)?;
        let entry = document.fields().filter(|e| e.str("id").as_deref() == Some(&thread.native))?;
        entry.text("thread_name")
    });
    let Some(title) = names.next() else { return Vec::new() };
    let key = format!("companion/{:016x}", xxh3_64(title.as_bytes()));
    let info = Info { title: Some(title), ..Info::default() };
    vec![Draft { thread, key, at: None, body: EventBody::Info(info) }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_the_thread() {
        let id = "01997e76-d124-7592-9cac-2ec05abbca08";
        for end in ["jsonl", "jsonl.zst"] {
            let path = PathBuf::from(format!("/h/sessions/rollout-2025-09-24T19-22-20-{id}.{end}"));
            assert_eq!(thread_of(&path), Some(ThreadKey::main(id)));
            assert!(compression(&path).is_some());
        }
        assert_eq!(thread_of(Path::new("/h/sessions/é-é-short.jsonl")), None);
        assert_eq!(compression(Path::new("/h/sessions/a.zst")), None);
    }
}
