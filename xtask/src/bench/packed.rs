//! Recorded runs that others keep packed by `xz`.

use std::path::Path;
use std::process::Command;

/// The text of a packed file.
///
/// # Errors
/// Why there is none, in words: no such file, or no `xz`.
pub(super) fn unpacked(file: &Path) -> Result<String, String> {
    if !file.is_file() {
        return Err(format!("there is no {}", file.display()));
    }
    let read = Command::new("xz").arg("-dc").arg(file).output().map_err(|e| format!("xz: {e}"))?;
    match read.status.success() {
        true => Ok(String::from_utf8_lossy(&read.stdout).into_owned()),
        false => Err(format!("xz cannot unpack {}", file.display())),
    }
}
