//! Python's virtual environments name their own place in many files: a copy must name its own.

use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::bring::write_whole;
use crate::limits;

/// Whether the folder is a virtual environment (PEP 405).
pub(super) fn is_one(folder: &Path) -> bool {
    folder.join("pyvenv.cfg").is_file()
}

/// Has a copied environment name places below `to` where the original named those below `from`: first lines
/// of programs, `activate`, and what tells Python where packages lie that are being worked on.
pub(super) fn turn(folder: &Path, from: &Path, to: &Path) -> io::Result<()> {
    turn_file(&folder.join("pyvenv.cfg"), from, to)?;
    for path in entries(&folder.join("bin")) {
        turn_file(&path, from, to)?;
    }
    for python in entries(&folder.join("lib")) {
        for path in entries(&python.join("site-packages")) {
            if names_places(&path) {
                turn_file(&path, from, to)?;
            } else if path.extension().is_some_and(|end| end == "dist-info") {
                turn_file(&path.join("direct_url.json"), from, to)?;
            }
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Files by which packages are found outside of the environment (setuptools, site.py).
fn names_places(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".pth") || name.ends_with(".egg-link") || name.starts_with("__editable__")
}

fn turn_file(path: &Path, from: &Path, to: &Path) -> io::Result<()> {
    let Ok(meta) = fs::symlink_metadata(path) else { return Ok(()) };
    if !meta.is_file() || meta.len() > limits::BROUGHT_IN_MEMORY_BYTES {
        return Ok(());
    }
    let mut content = Vec::new();
    fs::File::open(path)?.read_to_end(&mut content)?;
    let (from, to) = (from.as_os_str().as_bytes(), to.as_os_str().as_bytes());
    let turned = replaced(&content, from, to);
    // A program that is no text has lengths in it that must not change.
    if turned == content || memchr::memchr(0, &content).is_some() {
        return Ok(());
    }
    write_whole(path, &turned, meta.permissions().mode())
}

/// `content` with the path `to` for the path `from`, where it is not the beginning of another name.
fn replaced(content: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut done = Vec::with_capacity(content.len());
    let mut start = 0;
    for at in memmem::find_iter(content, from) {
        let next = content.get(at + from.len());
        let goes_on = next.is_some_and(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b));
        done.extend_from_slice(&content[start..at]);
        done.extend_from_slice(if goes_on { from } else { to });
        start = at + from.len();
    }
    done.extend_from_slice(&content[start..]);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_paths_are_turned() {
        let turned = replaced(b"#!/a/b/bin/python /a/bc /a/b", b"/a/b", b"/x");
        assert_eq!(turned, b"#!/x/bin/python /a/bc /x");
    }
}
