//! Deleting folders: no link is followed, no other disk is entered, and what it freed is counted.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

/// Deletes a folder with all that is in it; gives the bytes that were freed on its disk: a file that has
/// another name elsewhere frees none.
///
/// # Errors
/// When something in it cannot be deleted, or is on another disk; what was not deleted is there still.
pub fn folder(path: &Path) -> io::Result<u64> {
    let handle = open(&CWD, path)?;
    let disk = rustix::fs::fstat(&handle)?.st_dev;
    let freed = empty(&handle, disk)?;
    rustix::fs::unlinkat(CWD, path, AtFlags::REMOVEDIR)?;
    Ok(freed)
}

fn open(from: &impl AsFd, name: impl rustix::path::Arg + Copy) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match rustix::fs::openat(from, name, flags, Mode::empty()) {
        Err(Errno::ACCESS) => {
            // Package caches write-protect their folders.
            rustix::fs::chmodat(from, name, Mode::RWXU, AtFlags::empty())?;
            Ok(rustix::fs::openat(from, name, flags, Mode::empty())?)
        }
        opened => Ok(opened?),
    }
}

fn empty(folder: &OwnedFd, disk: u64) -> io::Result<u64> {
    let mut names: Vec<CString> = Vec::new();
    for entry in Dir::read_from(folder)? {
        let name = entry?.file_name().to_owned();
        if !matches!(name.to_bytes(), b"." | b"..") {
            names.push(name);
        }
    }
    let mut freed = 0;
    for name in &names {
        let name = name.as_c_str();
        let stat = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let is_folder = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        if is_folder {
            if stat.st_dev != disk {
                return Err(io::Error::other(format!(
                    "{} is on another disk",
                    name.to_string_lossy()
                )));
            }
            freed += empty(&open(folder, name)?, disk)?;
        } else if stat.st_nlink == 1 {
            freed += u64::try_from(stat.st_blocks).unwrap_or(0) * BLOCK_BYTES;
        }
        unlink(folder, name, is_folder)?;
    }
    Ok(freed)
}

/// The unit in which the system counts the room of a file (stat(2)).
const BLOCK_BYTES: u64 = 512;

fn unlink(folder: &OwnedFd, name: &std::ffi::CStr, is_folder: bool) -> io::Result<()> {
    let flags = if is_folder { AtFlags::REMOVEDIR } else { AtFlags::empty() };
    match rustix::fs::unlinkat(folder, name, flags) {
        Err(Errno::ACCESS) => {
            rustix::fs::fchmod(folder, Mode::RWXU)?;
            Ok(rustix::fs::unlinkat(folder, name, flags)?)
        }
        done => Ok(done?),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_folder_goes_and_what_links_lead_to_stays() {
        let dir = tempfile::tempdir().unwrap();
        let kept = dir.path().join("kept");
        fs::create_dir(&kept).unwrap();
        fs::write(kept.join("f"), "kept").unwrap();
        let doomed = dir.path().join("doomed");
        fs::create_dir_all(doomed.join("read-only/inner")).unwrap();
        fs::write(doomed.join("own"), vec![7; 10_000]).unwrap();
        fs::write(doomed.join("read-only/inner/g"), "x").unwrap();
        fs::hard_link(kept.join("f"), doomed.join("shared")).unwrap();
        symlink(&kept, doomed.join("link")).unwrap();
        fs::set_permissions(doomed.join("read-only"), fs::Permissions::from_mode(0o555)).unwrap();
        let freed = folder(&doomed).unwrap();
        assert!((10_000..200_000).contains(&freed), "{freed}");
        assert!(!doomed.exists());
        assert_eq!(fs::read(kept.join("f")).unwrap(), b"kept");
        assert!(folder(&doomed).is_err());
    }
}
