//! Where transcripts are: `projects/<folder of the project>/<session>.jsonl`, those of subagents in
//! `<session>/subagents/**/agent-<id>.jsonl`, in earlier versions `agent-<id>.jsonl` beside the session.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use callboard_model::event::Info;
use callboard_model::{Draft, EventBody, ThreadKey};
use xxhash_rust::xxh3::xxh3_64;

use crate::fields::Document;
use crate::transcript::{Compression, TranscriptFile};
use crate::{Environment, Found, walk};

pub(super) const PROJECTS: &str = "projects";
const SUBAGENTS: &str = "subagents";

/// `CLAUDE_CONFIG_DIR` alone if it is set (several, separated by commas, as other readers of these
/// files allow), else `~/.claude` and `~/.config/claude`.
pub(super) fn homes(environment: &Environment) -> Vec<PathBuf> {
    match environment.var("CLAUDE_CONFIG_DIR") {
        Some(folders) => {
            folders.split(',').map(str::trim).filter(|f| !f.is_empty()).map(PathBuf::from).collect()
        }
        None => vec![environment.home.join(".claude"), environment.home.join(".config/claude")],
    }
}

pub(super) fn transcripts(home: &Path, found: &mut dyn FnMut(Found)) {
    let root = home.join(PROJECTS);
    walk::files(&root, found, &mut |path, metadata, found| {
        if !named_as_transcript(path) {
            return;
        }
        match transcript(&root, path, metadata) {
            Some(file) => found(Found::File(file)),
            None => found(walk::problem(path, &"named as a transcript, but no file")),
        }
    });
}

pub(super) fn transcript_at(home: &Path, path: &Path) -> Option<TranscriptFile> {
    let root = home.join(PROJECTS);
    if !path.starts_with(&root) || !named_as_transcript(path) {
        return None;
    }
    transcript(&root, path, &fs::metadata(path).ok()?)
}

fn named_as_transcript(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("jsonl"))
        && !path.components().any(|part| part.as_os_str() == "tool-results")
}

fn transcript(root: &Path, path: &Path, metadata: &fs::Metadata) -> Option<TranscriptFile> {
    metadata.is_file().then(|| TranscriptFile {
        path: path.to_owned(),
        compression: Compression::None,
        thread: thread_of(root, path),
        size: metadata.len(),
        modified: metadata.modified().ok(),
    })
}

/// The conversation that a path tells. A file `agent-<id>.jsonl` beside the session's does not tell whose it is.
fn thread_of(root: &Path, path: &Path) -> Option<ThreadKey> {
    let stem = path.file_stem()?.to_str()?;
    let Some(agent) = stem.strip_prefix("agent-") else {
        // Other files of a session's folder (a workflow's journal) belong to the session.
        return Some(ThreadKey::main(session_folder(root, path).unwrap_or(stem)));
    };
    session_folder(root, path).map(|session| ThreadKey::sub(session, agent))
}

/// The session whose folder, at the depth of `<project>/<session>/`, holds the file.
fn session_folder<'p>(root: &Path, path: &'p Path) -> Option<&'p str> {
    let mut parts = path.strip_prefix(root).ok()?.iter().skip(1);
    let session = parts.next()?.to_str()?;
    (parts.next()? == SUBAGENTS).then_some(session)
}

/// What `agent-<id>.meta.json` tells of a subagent.
pub(super) fn companion(file: &TranscriptFile) -> Vec<Draft> {
    let Some(thread) = file.thread.clone().filter(|t| t.sub.is_some()) else { return Vec::new() };
    let Some(text) = walk::small_file(&file.path.with_extension("meta.json")) else {
        return Vec::new();
    };
    let document = Document::of(&text);
    let fields = document.as_ref().and_then(Document::fields).unwrap_or_default();
    let info = Info {
        parent: Some(thread.native.clone()),
        agent_type: fields.text("agentType"),
        parent_tool_use_id: fields.text("toolUseId"),
        title: fields.text("description"),
        ..Info::default()
    };
    let key = format!("companion/{:016x}", xxh3_64(text.as_bytes()));
    vec![Draft { thread, key, at: None, body: EventBody::Info(info) }]
}
