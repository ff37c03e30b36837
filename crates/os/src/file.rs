//! Opening files that others may have put there: no link leads elsewhere, no pipe is waited for.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;

mod exchange;

pub use exchange::{Content, DRAFT};

/// Opens a file to be read; a pipe that nobody writes to keeps nobody waiting.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Writes a file that is there whole or as it was before, with these permissions or those of a new file. The
/// draft beside it is a file of its own: a link in its place is removed and not followed.
///
/// # Errors
/// When it cannot be written; then what was there is as it was.
pub fn write_whole(
    path: &Path,
    content: &[u8],
    permissions: Option<Permissions>,
) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".callboard-draft");
    let draft = path.with_file_name(name);
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    // Nobody else reads it before it has its permissions.
    let mode = if permissions.is_some() { 0o600 } else { 0o666 };
    let mut file = File::from(rustix::fs::open(&draft, flags, Mode::from_raw_mode(mode))?);
    let written = (|| {
        file.write_all(content)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()?;
        std::fs::rename(&draft, path)
    })();
    written.inspect_err(|_| {
        // It is nobody's file.
        let _ = std::fs::remove_file(&draft);
    })
}

/// A folder that lies below another one, whatever the links on the way say.
#[derive(Debug)]
pub struct Folder {
    handle: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// The folder by these names below `root`, each made if missing.
    ///
    /// # Errors
    /// When it cannot be made or opened, or a link leads out of `root`; nothing is made there.
    pub fn below(root: &Path, names: &[&str]) -> io::Result<Self> {
        let root = root.canonicalize()?;
        let top = open_folder(&CWD, &root)?;
        let mut folder = Self { handle: open_folder(&top, Path::new("."))?, path: root.clone() };
        for name in names {
            match rustix::fs::mkdirat(&folder.handle, *name, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            let path = folder.path.join(name).canonicalize()?;
            let Ok(inside) = path.strip_prefix(&root) else {
                let text = format!("a link leads to {}, out of the repository", path.display());
                return Err(io::Error::other(text));
            };
            // Without links: what is replaced meanwhile fails.
            let mut handle = open_folder(&top, Path::new("."))?;
            for part in inside {
                handle = open_folder(&handle, Path::new(part))?;
            }
            folder = Self { handle, path };
        }
        Ok(folder)
    }

    /// Opens a file to be read and written; `None` if there is none.
    ///
    /// # Errors
    /// When it is a link or no regular file, or cannot be opened.
    pub fn open(&self, name: &str) -> io::Result<Option<File>> {
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Err(io::Error::other("it is a link")),
            Err(error) => return Err(error.into()),
        };
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        Ok(Some(file))
    }

    /// Makes a file, to be read and written.
    ///
    /// # Errors
    /// When there is something by that name, which is left as it is, or the file cannot be made.
    pub fn create(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(0o666);
        Ok(File::from(rustix::fs::openat(&self.handle, name, flags, mode)?))
    }
}

fn open_folder(from: &impl std::os::fd::AsFd, path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(from, path, flags, Mode::empty())?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_draft_is_not_written_through_a_link() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (path, theirs) = (dir.path().join("f"), other.path().join("theirs"));
        fs::write(&theirs, "kept").unwrap();
        symlink(&theirs, dir.path().join("f.callboard-draft")).unwrap();
        write_whole(&path, b"x", Some(Permissions::from_mode(0o640))).unwrap();
        assert_eq!(fs::read(&theirs).unwrap(), b"kept");
        assert_eq!(fs::read(&path).unwrap(), b"x");
        let meta = fs::symlink_metadata(&path).unwrap();
        assert!(meta.is_file() && meta.permissions().mode() & 0o7777 == 0o640);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        fs::create_dir(dir.path().join("f.callboard-draft")).unwrap();
        assert!(write_whole(&path, b"y", None).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"x");
    }

    #[test]
    fn a_folder_is_made_and_links_within_are_followed() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("real")).unwrap();
        symlink("real", dir.path().join("a")).unwrap();
        let folder = Folder::below(dir.path(), &["a", "b"]).unwrap();
        folder.create("f").unwrap().write_all(b"x").unwrap();
        assert_eq!(fs::read(dir.path().join("real/b/f")).unwrap(), b"x");
        assert!(folder.create("f").is_err());
        assert!(folder.open("f").unwrap().is_some());
        assert!(folder.open("g").unwrap().is_none());
    }

    #[test]
    fn no_link_leads_out() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(other.path().join("f"), "kept").unwrap();
        symlink(other.path(), dir.path().join("a")).unwrap();
        assert!(Folder::below(dir.path(), &["a"]).is_err());
        assert!(Folder::below(dir.path(), &["a", "b"]).is_err());
        assert!(!other.path().join("b").exists());
        let folder = Folder::below(dir.path(), &["c"]).unwrap();
        symlink(other.path().join("f"), dir.path().join("c/f")).unwrap();
        symlink(other.path().join("g"), dir.path().join("c/g")).unwrap();
        for name in ["f", "g"] {
            assert!(folder.open(name).is_err());
            assert!(folder.create(name).is_err());
        }
        assert!(!other.path().join("g").exists());
    }
}
