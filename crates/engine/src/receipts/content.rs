//! Work that is not code: folders that were tidied, tables, and texts that rest on sources.

use std::collections::BTreeMap;

use callboard_code::tables::{is_table, tables};
use callboard_git::{Git, blobs};
use callboard_model::changeset::{ChangedFile, FileKind, FileStatus};
use callboard_model::receipt::{
    Content, FolderChange, ListedFile, Opened, SourcesUsed, Written, folder, sources,
};

use super::sessions::Did;
use super::subject::Subject;
use crate::{EngineError, limits};

/// Endings of files that people read as they are.
const PROSE: [&str; 6] = ["md", "markdown", "txt", "rst", "adoc", "html"];

/// What of the work is not code.
///
/// # Errors
/// When git cannot be run.
pub(super) fn content_of(
    git: Option<&Git>,
    subject: &Subject,
    did: &Did,
) -> Result<Content, EngineError> {
    let Some(git) = git else { return Ok(Content::default()) };
    let files = &subject.work.files;
    let contents = contents_of(git, files)?;
    let content_of = |id: Option<&String>| id.and_then(|id| contents.get(id)).map(Vec::as_slice);
    let changed = files.iter().filter(|file| is_table(&file.path));
    let tables = changed.take(limits::RECEIPT_TABLES).flat_map(|file| {
        tables(&file.path, content_of(file.old.as_ref()), content_of(file.new.as_ref()))
    });
    Ok(Content {
        tables: tables.collect(),
        folder: tidied(git, subject)?,
        sources: sources_of(files, &contents, did),
    })
}

/// The contents of tables and of prose, by their ids.
fn contents_of(git: &Git, files: &[ChangedFile]) -> Result<BTreeMap<String, Vec<u8>>, EngineError> {
    let wanted = files.iter().filter(|file| is_table(&file.path) || is_prose(file));
    let ids: Vec<&str> = wanted
        .take(limits::RECEIPT_FILES)
        .flat_map(|file| file.old.as_deref().into_iter().chain(file.new.as_deref()))
        .collect();
    let mut contents = BTreeMap::new();
    let mut room = limits::RECEIPT_TEXT_BYTES;
    blobs::read(git, &ids, |at, bytes| {
        let (Some(id), Some(left)) = (ids.get(at), room.checked_sub(bytes.len())) else { return };
        room = left;
        contents.insert((*id).to_owned(), bytes.to_vec());
    })?;
    Ok(contents)
}

fn is_prose(file: &ChangedFile) -> bool {
    file.new.is_some() && !file.binary && is_prose_path(&file.path)
}

/// Whether people read a file of this name as it is.
pub(super) fn is_prose_path(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    PROSE.contains(&ending.as_str())
}

/// The folder before and after, where the work is no code and files went or moved.
fn tidied(git: &Git, subject: &Subject) -> Result<Option<FolderChange>, EngineError> {
    let files = &subject.work.files;
    let is_code = |file: &ChangedFile| matches!(file.kind, FileKind::Code | FileKind::Test);
    let moves =
        |file: &ChangedFile| matches!(file.status, FileStatus::Renamed | FileStatus::Deleted);
    if files.iter().any(is_code) || !files.iter().any(moves) {
        return Ok(None);
    }
    let before = blobs::files(git, &subject.work.base.tree)?;
    let after = blobs::files(git, &subject.work.now.tree)?;
    let listed = |files: &[blobs::TreeFile]| -> Vec<(String, String)> {
        files.iter().map(|file| (file.path.clone(), file.id.clone())).collect()
    };
    let (before, after) = (listed(&before), listed(&after));
    Ok(Some(folder(&shown(&before), &shown(&after))))
}

fn shown(files: &[(String, String)]) -> Vec<ListedFile<'_>> {
    files.iter().map(|(path, content)| ListedFile { path, content }).collect()
}

/// The sources that texts newly cite, beside those that sessions opened.
fn sources_of(
    files: &[ChangedFile],
    contents: &BTreeMap<String, Vec<u8>>,
    did: &Did,
) -> Option<SourcesUsed> {
    let text_of = |id: Option<&String>| {
        let bytes = contents.get(id?)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    let texts: Vec<(&str, Option<String>, String)> = files
        .iter()
        .filter(|file| is_prose(file))
        .filter_map(|file| {
            Some((file.path.as_str(), text_of(file.old.as_ref()), text_of(file.new.as_ref())?))
        })
        .collect();
    let opened: Vec<Opened<'_>> = did
        .opened
        .iter()
        .map(|one| Opened {
            source: &one.source,
            cite: one.cite,
            succeeded: one.succeeded != Some(false),
        })
        .collect();
    let found: Vec<&str> = did.found.iter().flat_map(|text| addresses(text)).collect();
    let written: Vec<Written<'_>> = texts
        .iter()
        .map(|(path, before, text)| Written { path, before: before.as_deref(), text })
        .collect();
    let used = sources(&written, &opened, &found);
    let is_research = used.cited.iter().any(|cited| cited.source.contains("://"));
    (!written.is_empty() && is_research).then_some(used)
}

/// The addresses in what a search told.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("http").filter_map(|(at, _)| {
        let rest = &text[at..];
        let is_address = rest.starts_with("http://") || rest.starts_with("https://");
        let ends = |c: char| c.is_whitespace() || "\"'<>)]}".contains(c);
        is_address.then(|| &rest[..rest.find(ends).unwrap_or(rest.len())])
    })
}
