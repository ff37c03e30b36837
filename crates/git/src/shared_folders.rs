//! Folders within an excluded one that are shared all the same: as any file, they are committed and merged.
//!
//! The folder around them stays out of git, and so does a link by its name in a linked worktree: a pattern that ends in
//! `/` names no link (gitignore(5)), so the folder is let in and the link is not.

use std::io;
use std::path::{Path, PathBuf};

use callboard_os::file::write_whole;

use crate::paths::path_of;
use crate::run::{Git, GitError};

/// What of a folder is shared.
#[derive(Debug, Clone, Copy)]
pub struct SharedFolders<'a> {
    /// The folder around them, from the checkout's root; excluded as a whole by `/NAME`.
    pub within: &'a str,
    /// Their names.
    pub names: &'a [&'a str],
    /// What stays out of them, as a pattern of names.
    pub except: &'a str,
}

impl SharedFolders<'_> {
    /// The lines that let them in, after the one that keeps the whole out.
    fn lines(&self) -> Vec<String> {
        let within = self.within;
        let mut lines = vec![format!("!/{within}/"), format!("/{within}/*")];
        lines.extend(self.names.iter().map(|name| format!("!/{within}/{name}/")));
        lines.push(format!("/{within}/**/{}", self.except));
        lines
    }

    /// Whether git sees them.
    ///
    /// # Errors
    /// When the exclude file cannot be read.
    pub fn are_shared(&self, common_dir: &Path) -> io::Result<bool> {
        let present = read(common_dir)?;
        Ok(self.lines().iter().all(|line| present.lines().any(|known| known.trim() == line)))
    }

    /// Has git see them, or no longer; whether that changed anything. Other lines of the exclude file stay.
    ///
    /// # Errors
    /// When it cannot be read or written; then it is as it was.
    pub fn set_shared(&self, common_dir: &Path, shared: bool) -> io::Result<bool> {
        let present = read(common_dir)?;
        let lines = self.lines();
        let whole = format!("/{}", self.within);
        let is_ours = |line: &str| lines.iter().any(|own| own == line.trim());
        let mut text: String =
            present.split_inclusive('\n').filter(|line| !is_ours(line)).collect();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        if !text.lines().any(|line| line.trim() == whole) {
            text.push_str(&format!("{whole}\n"));
        }
        if shared {
            // The last pattern that matches decides.
            lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
        }
        if text == present {
            return Ok(false);
        }
        let file = file_of(common_dir);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let permissions = std::fs::metadata(&file).ok().map(|meta| meta.permissions());
        write_whole(&file, text.as_bytes(), permissions)?;
        Ok(true)
    }

    /// The files in them that differ from HEAD, from the checkout's root, whether git sees them or not.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn differing(&self, git: &Git) -> Result<Vec<PathBuf>, GitError> {
        let folders: Vec<String> =
            self.names.iter().map(|name| format!("{}/{name}", self.within)).collect();
        let mut args = vec!["--literal-pathspecs", "ls-files", "-z", "--others", "--"];
        args.extend(folders.iter().map(String::as_str));
        let mut found = split(&git.bytes(&args)?);
        let tracked = match git.text(&["rev-parse", "--verify", "--quiet", "HEAD"]) {
            Ok(_) => {
                let mut args = vec!["--literal-pathspecs", "diff", "-z", "--name-only"];
                args.extend(["--no-renames", "--no-ext-diff", "HEAD", "--"]);
                args.extend(folders.iter().map(String::as_str));
                split(&git.bytes(&args)?)
            }
            Err(_) => Vec::new(),
        };
        found.extend(tracked);
        found.sort();
        found.dedup();
        Ok(found)
    }
}

fn split(listing: &[u8]) -> Vec<PathBuf> {
    listing.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path_of).collect()
}

fn file_of(common_dir: &Path) -> PathBuf {
    common_dir.join("info/exclude")
}

fn read(common_dir: &Path) -> io::Result<String> {
    match std::fs::read_to_string(file_of(common_dir)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}
