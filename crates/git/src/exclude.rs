//! Keeping a folder out of git without touching a file that is committed.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// Adds `pattern` to the repository's own exclude file, unless it is there.
///
/// Gives whether the file was changed.
///
/// # Errors
/// When the file cannot be read or written; then it is as it was.
pub fn add(common_dir: &Path, pattern: &str) -> io::Result<bool> {
    let file = common_dir.join("info/exclude");
    let present = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(e),
    };
    if present.lines().any(|line| line.trim() == pattern) {
        return Ok(false);
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let gap = if present.is_empty() || present.ends_with('\n') { "" } else { "\n" };
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&file)?
        .write_all(format!("{gap}{pattern}\n").as_bytes())?;
    Ok(true)
}
