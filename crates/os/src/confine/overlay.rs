//! Folders of which a command gets a copy that is not made: what it writes lies elsewhere and is gone with it
//! (the kernel's filesystems/overlayfs.rst; in a namespace of users since Linux 5.11).

use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsconfig_set_flag,
    fsconfig_set_string, fsmount, fsopen,
};

/// The folder of what is written, in that of a command's temporary files.
const WRITTEN: &str = "copies";

/// A folder as a command gets it, not yet in its place.
pub(super) struct Overlay {
    pub(super) tree: OwnedFd,
    pub(super) written: Written,
}

/// Where that is which a command writes to such a folder. Once everything is in its place, no path leads there.
pub(super) struct Written(OwnedFd);

impl Written {
    /// A path of it for this process.
    pub(super) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }
}

/// Puts what is written below `temp` over a folder. Not every file system can be either of them.
pub(super) fn over(folder: &Path, temp: &Path, number: usize) -> io::Result<Overlay> {
    let own = temp.join(WRITTEN).join(number.to_string());
    let (upper, work) = (own.join("upper"), own.join("work"));
    fs::create_dir_all(&upper)?;
    fs::create_dir_all(&work)?;
    let context = fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_set_string(&context, "lowerdir", escaped(folder))?;
    fsconfig_set_string(&context, "upperdir", upper.as_path())?;
    fsconfig_set_string(&context, "workdir", work.as_path())?;
    // Its notes on files: others are kept for root.
    fsconfig_set_flag(&context, "userxattr")?;
    fsconfig_create(&context)?;
    let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    let tree = fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, attributes)?;
    let opened = openat(CWD, &upper, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    Ok(Overlay { tree, written: Written(opened) })
}

/// A path in which what divides lower folders stands for itself.
fn escaped(path: &Path) -> PathBuf {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let mut bytes = Vec::new();
    for byte in path.as_os_str().as_bytes() {
        if matches!(byte, b':' | b'\\') {
            bytes.push(b'\\');
        }
        bytes.push(*byte);
    }
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}
