//! Copies of files and folders that share their blocks with the original where the disk can.

use std::collections::HashMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps};

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Regular files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes that take no room of their own, until one of the copies is written to.
    pub shared_bytes: u64,
    /// Links into the original's surroundings that lead into the copy's now.
    pub turned_links: u64,
}

/// Copies a file with its mode and times, to a path where nothing is. A link is followed.
///
/// Gives whether the copy shares its blocks.
///
/// # Errors
/// When it cannot be read or written, or something is at `to`; no half of it stays.
pub fn file(from: &Path, to: &Path) -> io::Result<bool> {
    let source = crate::file::open(from)?;
    let meta = source.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut is_able = true;
    copy_file(source, &meta, to, &mut is_able)
}

/// Copies a folder and all below it, with modes, times and links, to a path where nothing is. A link that
/// names a place below `roots.0` by its whole path leads to the same place below `roots.1`.
///
/// # Errors
/// When something cannot be read or written; what was copied till then stays.
pub fn folder(from: &Path, to: &Path, roots: (&Path, &Path)) -> io::Result<Copied> {
    let mut copy =
        FolderCopy { roots, copied: Copied::default(), seen: HashMap::new(), is_able: true };
    copy.folder(from, to)?;
    Ok(copy.copied)
}

/// Has links below `folder` that name a place below `roots.0` by its whole path lead to the same place below
/// `roots.1`.
///
/// # Errors
/// When something cannot be read or written; the links turned till then stay so.
pub fn turn_links(folder: &Path, roots: (&Path, &Path)) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let meta = fs::symlink_metadata(&path)?;
        if meta.is_dir() {
            turn_links(&path, roots)?;
        } else if meta.is_symlink()
            && let Ok(below) = fs::read_link(&path)?.strip_prefix(roots.0)
        {
            fs::remove_file(&path)?;
            std::os::unix::fs::symlink(roots.1.join(below), &path)?;
        }
    }
    Ok(())
}

struct FolderCopy<'a> {
    roots: (&'a Path, &'a Path),
    copied: Copied,
    /// The first copy of each file that has several names.
    seen: HashMap<(u64, u64), PathBuf>,
    /// The disk was not yet found unable to share blocks.
    is_able: bool,
}

impl FolderCopy<'_> {
    fn folder(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let meta = fs::metadata(from)?;
        // Ours to write into till it is full, whatever the original's mode.
        fs::DirBuilder::new().mode(0o700).create(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            match self.entry(&entry.path(), &to.join(entry.file_name())) {
                // The original is in use: what is gone meanwhile is not missed.
                Err(error) if error.kind() == io::ErrorKind::NotFound && !entry.path().exists() => {
                }
                other => other?,
            }
        }
        fs::set_permissions(to, fs::Permissions::from_mode(meta.mode()))?;
        set_times(to, &meta)
    }

    fn entry(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let meta = fs::symlink_metadata(from)?;
        if meta.is_dir() {
            return self.folder(from, to);
        }
        if meta.is_symlink() {
            std::os::unix::fs::symlink(self.turned(fs::read_link(from)?), to)?;
            return set_times(to, &meta);
        }
        if !meta.is_file() {
            // A socket or a pipe belongs to the process that made it.
            return Ok(());
        }
        if meta.nlink() > 1 {
            let key = (meta.dev(), meta.ino());
            if let Some(first) = self.seen.get(&key) {
                return fs::hard_link(first, to);
            }
            self.seen.insert(key, to.to_owned());
        }
        let is_shared = copy_file(File::open(from)?, &meta, to, &mut self.is_able)?;
        self.copied.files += 1;
        self.copied.bytes += meta.len();
        self.copied.shared_bytes += if is_shared { meta.len() } else { 0 };
        Ok(())
    }

    fn turned(&mut self, target: PathBuf) -> PathBuf {
        match target.strip_prefix(self.roots.0) {
            Ok(below) => {
                self.copied.turned_links += 1;
                self.roots.1.join(below)
            }
            Err(_) => target,
        }
    }
}

fn copy_file(mut source: File, meta: &Metadata, to: &Path, is_able: &mut bool) -> io::Result<bool> {
    let mut copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let written = (|| {
        *is_able = *is_able && share_blocks(&copy, &source);
        if !*is_able {
            io::copy(&mut source, &mut copy)?;
        }
        copy.set_permissions(fs::Permissions::from_mode(meta.mode()))?;
        rustix::fs::futimens(&copy, &times_of(meta))?;
        Ok(*is_able)
    })();
    if written.is_err() {
        let _ = fs::remove_file(to);
    }
    written
}

#[cfg(target_os = "linux")]
fn share_blocks(copy: &File, source: &File) -> bool {
    rustix::fs::ioctl_ficlone(copy, source).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn share_blocks(_copy: &File, _source: &File) -> bool {
    false
}

fn set_times(path: &Path, meta: &Metadata) -> io::Result<()> {
    Ok(rustix::fs::utimensat(CWD, path, &times_of(meta), AtFlags::SYMLINK_NOFOLLOW)?)
}

fn times_of(meta: &Metadata) -> Timestamps {
    Timestamps {
        last_access: Timespec { tv_sec: meta.atime(), tv_nsec: meta.atime_nsec() },
        last_modification: Timespec { tv_sec: meta.mtime(), tv_nsec: meta.mtime_nsec() },
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_copy_has_the_modes_times_and_links_of_the_original() {
        let dir = tempfile::tempdir().unwrap();
        let (main, other) = (dir.path().join("main"), dir.path().join("other"));
        fs::create_dir_all(main.join("deps/bin")).unwrap();
        fs::create_dir(&other).unwrap();
        fs::write(main.join("deps/bin/run"), "#!/bin/sh\n").unwrap();
        let mode = |mode| fs::Permissions::from_mode(mode);
        fs::set_permissions(main.join("deps/bin/run"), mode(0o755)).unwrap();
        fs::hard_link(main.join("deps/bin/run"), main.join("deps/again")).unwrap();
        symlink("bin/run", main.join("deps/near")).unwrap();
        symlink(main.join("packages/a"), main.join("deps/a")).unwrap();
        symlink("/nowhere", main.join("deps/far")).unwrap();
        fs::set_permissions(main.join("deps/bin"), mode(0o555)).unwrap();
        let past = Timespec { tv_sec: 1_000_000, tv_nsec: 5 };
        let times = Timestamps { last_access: past, last_modification: past };
        rustix::fs::utimensat(CWD, main.join("deps/bin"), &times, AtFlags::empty()).unwrap();
        let copied = folder(&main.join("deps"), &other.join("deps"), (&main, &other)).unwrap();
        assert_eq!((copied.files, copied.bytes, copied.turned_links), (1, 10, 1));
        let meta = |path: &str| fs::symlink_metadata(other.join("deps").join(path)).unwrap();
        assert_eq!(meta("bin/run").mode() & 0o777, 0o755);
        assert_eq!(meta("bin/run").ino(), meta("again").ino());
        assert_ne!(meta("again").ino(), fs::metadata(main.join("deps/again")).unwrap().ino());
        assert_eq!((meta("bin").mode() & 0o777, meta("bin").mtime()), (0o555, 1_000_000));
        let target = |path: &str| fs::read_link(other.join("deps").join(path)).unwrap();
        assert_eq!(target("near"), Path::new("bin/run"));
        assert_eq!(target("a"), other.join("packages/a"));
        assert_eq!(target("far"), Path::new("/nowhere"));
        fs::set_permissions(main.join("deps/bin"), mode(0o755)).unwrap();
        fs::set_permissions(other.join("deps/bin"), mode(0o755)).unwrap();
    }

    #[test]
    fn nothing_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a"), "new").unwrap();
        fs::write(path("b"), "kept").unwrap();
        assert!(file(&path("a"), &path("b")).is_err());
        assert_eq!(fs::read_to_string(path("b")).unwrap(), "kept");
        symlink("elsewhere", path("c")).unwrap();
        assert!(file(&path("a"), &path("c")).is_err());
        assert!(!path("elsewhere").exists());
        // What a link names is copied, and not the link.
        symlink("a", path("d")).unwrap();
        file(&path("d"), &path("e")).unwrap();
        assert!(fs::symlink_metadata(path("e")).unwrap().is_file());
    }
}
