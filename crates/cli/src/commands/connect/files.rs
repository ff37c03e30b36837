//! The files that connecting changes: read, written whole, and remembered as they were.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use callboard_agents::FileChange;
use serde::{Deserialize, Serialize};

use crate::daemon::write_private;
use crate::error::CliError;

/// A file of an agent's settings is far smaller.
const FILE_BYTES: u64 = 16 << 20;

const FOLDER: &str = "connect";

/// What connecting an agent changed: each file without us, and with us.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    changes: Vec<FileChange>,
    /// Folders that were made for it.
    made: Vec<PathBuf>,
}

impl Record {
    pub(super) fn load(home: &Path, agent: &str) -> Result<Self, CliError> {
        match fs::read(Self::path(home, agent)) {
            // One that cannot be read is as good as none: what we added is recognised by itself.
            Ok(text) => Ok(serde_json::from_slice(&text).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn of(&self, path: &Path) -> Option<&FileChange> {
        self.changes.iter().find(|change| change.path == path)
    }

    /// Every file that is remembered.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.changes.iter().map(|change| change.path.as_path())
    }

    /// Remembers a change of one file, or forgets it.
    pub(super) fn put(&mut self, path: &Path, change: Option<FileChange>) {
        self.changes.retain(|known| known.path != path);
        self.changes.extend(change);
    }

    pub(super) fn keep(&mut self, changes: Vec<FileChange>, made: Vec<PathBuf>) {
        self.changes = changes;
        self.made.extend(made);
    }

    pub(super) fn save(&self, home: &Path, agent: &str) -> Result<(), CliError> {
        let text = serde_json::to_vec(self).map_err(io::Error::other)?;
        fs::create_dir_all(home.join(FOLDER))?;
        write_private(&Self::path(home, agent), &text)
    }

    /// Removes the folders that were made, as far as they are empty, and the record.
    pub(super) fn forget(&self, home: &Path, agent: &str) -> Result<(), CliError> {
        let mut made = self.made.clone();
        made.sort_by_key(|folder| std::cmp::Reverse(folder.components().count()));
        for folder in made {
            // One that holds something of its user's stays.
            let _ = fs::remove_dir(folder);
        }
        match fs::remove_file(Self::path(home, agent)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn path(home: &Path, agent: &str) -> PathBuf {
        home.join(FOLDER).join(format!("{agent}.json"))
    }
}

/// The text of each file; `None` where there is none.
pub(super) fn texts(paths: &[PathBuf]) -> Result<Vec<Option<String>>, CliError> {
    paths.iter().map(|path| text(path)).collect()
}

fn text(path: &Path) -> Result<Option<String>, CliError> {
    let refused =
        |why: &str| CliError::misuse(format!("{}: {why}; nothing was changed", path.display()), "");
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(&error.to_string())),
        Ok(found) if !found.is_file() || found.len() > FILE_BYTES => {
            return Err(refused("this is no file of settings"));
        }
        Ok(_) => {}
    }
    fs::read_to_string(path).map(Some).map_err(|error| refused(&error.to_string()))
}

/// Makes the changes, each file whole or not at all, and keeps what was there; gives the folders that were made.
pub(super) fn write(
    home: &Path,
    agent: &str,
    changes: &[FileChange],
) -> Result<Vec<PathBuf>, CliError> {
    for change in changes {
        if text(&change.path)? != change.before {
            return Err(CliError::misuse(
                format!("{} was changed meanwhile; nothing was written", change.path.display()),
                "try again",
            ));
        }
    }
    let mut made = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        keep(home, agent, change)?;
        replace(change, &mut made).map_err(|error| {
            let others: Vec<String> =
                changes[..at].iter().map(|done| done.path.display().to_string()).collect();
            let others = if others.is_empty() { "nothing".into() } else { others.join(", ") };
            CliError::misuse(
                format!("cannot write {}: {error}; {others} was changed", change.path.display()),
                "what was there before is kept in connect/before of CALLBOARD_HOME",
            )
        })?;
    }
    Ok(made)
}

/// What was there before, for whoever wants it back.
fn keep(home: &Path, agent: &str, change: &FileChange) -> Result<(), CliError> {
    let Some(before) = &change.before else { return Ok(()) };
    let folder = home.join(FOLDER).join("before");
    fs::create_dir_all(&folder)?;
    let name = change.path.file_name().unwrap_or_default().to_string_lossy();
    let moment = callboard_os::clock::now().as_millisecond();
    let name = format!("{agent}-{moment}-{name}");
    write_private(&folder.join(name), before.as_bytes())
}

fn replace(change: &FileChange, made: &mut Vec<PathBuf>) -> io::Result<()> {
    let Some(after) = &change.after else { return fs::remove_file(&change.path) };
    // A link, into a repository of settings for example, stays one.
    let path = change.path.canonicalize().unwrap_or_else(|_| change.path.clone());
    let folder = path.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
    let missing = folder.ancestors().take_while(|folder| !folder.exists());
    made.extend(missing.map(Path::to_owned).collect::<Vec<_>>());
    fs::create_dir_all(folder)?;
    let permissions = fs::metadata(&path).ok().map(|found| found.permissions());
    callboard_os::file::write_whole(&path, after.as_bytes(), permissions)
}
