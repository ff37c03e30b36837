//! Where a note's words come from: files that are not part of the workspace are kept beside the notes.

use std::io::Read;
use std::path::{Path, PathBuf};

use callboard_model::WorkspaceId;
use callboard_model::view::StoredImage;

use crate::client::{Client, encoded};
use crate::error::CliError;

const ENDINGS: [&str; 5] = ["png", "jpg", "jpeg", "gif", "webp"];

/// A path as it is seen from the root, where it is one below it.
pub(super) fn from_root(root: &Path, text: &str) -> String {
    let Ok(here) = std::env::current_dir() else { return text.to_owned() };
    let path = here.join(text);
    let real = path.canonicalize().unwrap_or(path);
    // In a worktree, a file has the same place as in the main checkout.
    let top = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(root);
    let tops = [root, top];
    let below = tops
        .iter()
        .find_map(|top| real.strip_prefix(top.canonicalize().ok()?).ok().map(PathBuf::from));
    match below {
        Some(below) if real.exists() => below.to_string_lossy().into_owned(),
        _ => text.to_owned(),
    }
}

/// A source as it is written into the note. An image or text that lies outside of the repository, and standard input, is
/// copied beside the notes first.
pub(super) fn kept(
    client: &Client,
    workspace: WorkspaceId,
    root: &Path,
    source: &str,
) -> Result<String, CliError> {
    if source == "-" {
        let mut text = Vec::new();
        std::io::stdin().read_to_end(&mut text)?;
        return attached(client, workspace, "txt", text);
    }
    let path = Path::new(source);
    if source.contains("://") || !path.is_file() {
        return Ok(source.to_owned());
    }
    let seen = from_root(root, source);
    let notes = ".callboard/notes/";
    if let Some(beside) = seen.strip_prefix(notes) {
        return Ok(beside.to_owned());
    }
    // What git has stays where it is.
    let is_outside = Path::new(&seen).is_absolute() || seen.starts_with("..");
    if !is_outside && root.join(&seen).is_file() && !is_image(path) {
        return Ok(seen);
    }
    let content = std::fs::read(path)?;
    if is_image(path) {
        let address = format!("/api/notes/images?workspace={workspace}");
        return Ok(client.put_content::<StoredImage>(&address, content)?.path);
    }
    if std::str::from_utf8(&content).is_err() {
        return Err(CliError::misuse(
            format!("{source} is neither a text nor an image; nothing was written"),
            "a source is an event, an address, a PNG, JPEG, GIF or WebP image, or a text",
        ));
    }
    let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned());
    attached(client, workspace, &ending.unwrap_or_default(), content)
}

fn is_image(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

fn attached(
    client: &Client,
    workspace: WorkspaceId,
    ending: &str,
    text: Vec<u8>,
) -> Result<String, CliError> {
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(CliError::misuse("a source is empty; nothing was written", "paste the mail"));
    }
    let address =
        format!("/api/notes/attachments?workspace={workspace}&ending={}", encoded(ending));
    Ok(client.put_content::<StoredImage>(&address, text)?.path)
}
