//! The disk as a confined command finds it (mount_namespaces(7)): all of it read-only, its own folders as they are,
//! nothing where something is hidden, and folders for temporary files, devices and processes of its own.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, StatVfsMountFlags, statvfs};
use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, mount, mount_change,
    mount_remount, move_mount, open_tree,
};
use rustix::process::geteuid;

use super::Service;
use super::order::Order;
use super::overlay::{self, Written};
use crate::limits;

/// The folders of temporary files, which are the command's own.
pub(super) const TEMPORARY: [&str; 2] = ["/tmp", "/var/tmp"];
pub(super) const SHARED_MEMORY: &str = "/dev/shm";
/// The devices that a command has.
pub(super) const DEVICES: [&str; 6] =
    ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];
/// Sockets of the user's session: its agent of keys, its bus, its containers.
const SESSIONS: &str = "/run/user";
const NOTHING: &str = "/dev/null";

/// What is put in a place.
enum Put {
    /// A part of the disk that was taken up before anything was covered.
    Tree { tree: OwnedFd, is_folder: bool },
    /// Nothing to be seen.
    Hide,
}

/// What became of the folders that a command gets a copy of.
#[derive(Default)]
pub(super) struct Copies {
    /// What it writes to them.
    pub(super) written: Vec<Written>,
    /// Those that it has as they are.
    pub(super) shared: Vec<PathBuf>,
}

/// Puts the disk together. On an error it is half done: the process is of no use then.
pub(super) fn arrange(order: &Order) -> io::Result<Copies> {
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    let writable = trees(&order.confine.writable)?;
    let (copied, copies) = copied(order)?;
    let temporary = temporary(order)?;
    let devices: Vec<_> =
        DEVICES.iter().filter_map(|path| Some((*path, taken_up(Path::new(path)).ok()?))).collect();
    let nothing = PathBuf::from(NOTHING);
    mount_own_processes()?;
    make_read_only()?;
    // Taken up only now, what may be read is read-only with all that is mounted below it.
    let readable = trees(&readable(order))?;
    let mut places: Vec<(PathBuf, Put)> =
        temporary.into_iter().chain(covered(order, &writable)).collect();
    // Of one path both hidden and given, what is given stays: it is put behind.
    places.extend(copied.into_iter().chain(writable).chain(readable));
    // What is deeper is put on top of what it lies in.
    places.sort_by_key(|(path, _)| path.components().count());
    let mut sealed = Vec::new();
    for (path, put) in places {
        match put {
            Put::Tree { tree, is_folder } => {
                make_place(&path, is_folder)?;
                put_tree(&tree, &path)?;
            }
            Put::Hide if path.is_dir() => {
                mount_memory(&path, "mode=0755,size=1m", MountFlags::NODEV)?;
                sealed.push(path);
            }
            Put::Hide if path.exists() => put_tree(&taken_up(&nothing)?, &path)?,
            Put::Hide => {}
        }
    }
    put_devices(&devices, order)?;
    for path in sealed {
        remount_read_only(&path, MountFlags::NOSUID | MountFlags::NODEV)?;
    }
    Ok(copies)
}

/// Folders whose changes are gone with the command.
fn copied(order: &Order) -> io::Result<(Vec<(PathBuf, Put)>, Copies)> {
    let (mut places, mut copies) = (Vec::new(), Copies::default());
    for (number, copied) in order.confine.copied.iter().enumerate() {
        let Ok(path) = copied.folder.canonicalize() else { continue };
        match overlay::over(&path, &order.temp, number) {
            Ok(overlay) => {
                places.push((path, Put::Tree { tree: overlay.tree, is_folder: true }));
                copies.written.push(overlay.written);
            }
            // Caches that cannot be written to stop most builds.
            Err(_) if copied.is_else_shared => {
                places.extend(trees([&path])?);
                copies.shared.push(path);
            }
            Err(_) => {}
        }
    }
    Ok((places, copies))
}

/// Parts of the disk, each in its own place. What is not there is left out.
fn trees<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> io::Result<Vec<(PathBuf, Put)>> {
    let there = paths.into_iter().filter_map(|path| path.canonicalize().ok());
    let tree = |path: PathBuf| {
        if path == Path::new("/") {
            return Err(io::Error::other("a command that is given everything is not confined"));
        }
        let put = Put::Tree { tree: taken_up(&path)?, is_folder: path.is_dir() };
        Ok((path, put))
    };
    there.map(tree).collect()
}

/// What is to be seen although what it lies in is not: what is given, and the home and programs of somebody who has them
/// among temporary files.
fn readable(order: &Order) -> Vec<PathBuf> {
    let variable = |wanted: &str| {
        let found = order.env.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| std::env::split_paths(value).collect::<Vec<_>>()).unwrap_or_default()
    };
    let is_temporary = |path: &PathBuf| {
        TEMPORARY.iter().any(|place| path.starts_with(place) && path != Path::new(place))
    };
    let named = variable("HOME").into_iter().chain(variable("PATH")).filter(is_temporary);
    let sockets = order.confine.network.services().iter().filter_map(|service| match service {
        Service::Socket(path) => Some(path),
        Service::Port(_) => None,
    });
    order.confine.readable.iter().chain(sockets).cloned().chain(named).collect()
}

/// What is not to be seen: what is hidden, and the sockets of others.
fn covered(order: &Order, own: &[(PathBuf, Put)]) -> Vec<(PathBuf, Put)> {
    let is_own = |path: &Path| own.iter().any(|(own, _)| path.starts_with(own));
    let sockets = order.sockets.iter().filter_map(|path| path.canonicalize().ok());
    let sockets = sockets.filter(|path| !is_own(path));
    let sessions = PathBuf::from(SESSIONS);
    let hidden = order.confine.hidden.iter().chain([&sessions]);
    let hidden = hidden.filter_map(|path| path.canonicalize().ok());
    let hidden = hidden.filter(|path| path != Path::new("/"));
    hidden.chain(sockets).map(|path| (path, Put::Hide)).collect()
}

/// The command's own folder in the places of those for temporary files.
fn temporary(order: &Order) -> io::Result<Vec<(PathBuf, Put)>> {
    let mut places: Vec<(PathBuf, Put)> = Vec::new();
    for place in TEMPORARY {
        let Ok(place) = Path::new(place).canonicalize() else { continue };
        if places.iter().any(|(path, _)| *path == place) {
            continue;
        }
        let name = place.strip_prefix("/").unwrap_or(&place);
        let folder = order.temp.join(name);
        fs::create_dir_all(&folder)?;
        let tree = taken_up(&folder)?;
        places.push((place, Put::Tree { tree, is_folder: true }));
    }
    Ok(places)
}

/// A copy of the mounts below `path`, to be put somewhere.
fn taken_up(path: &Path) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE;
    open_tree(CWD, path, flags).map_err(|error| of_path(path, error))
}

fn put_tree(tree: &OwnedFd, path: &Path) -> io::Result<()> {
    move_mount(tree, "", CWD, path, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
        .map_err(|error| of_path(path, error))
}

/// Something to put a mount on, where the path was covered with nothing.
fn make_place(path: &Path, is_folder: bool) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    if is_folder {
        return fs::create_dir_all(path);
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::File::create(path).map(|_| ())
}

/// Its own view of processes: those of its namespace. Root would change the system's settings in it.
fn mount_own_processes() -> io::Result<()> {
    let mut flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    if geteuid().is_root() {
        flags |= MountFlags::RDONLY;
    }
    mount("proc", "/proc", "proc", flags, None).map_err(|error| of_path(Path::new("/proc"), error))
}

fn mount_memory(path: &Path, options: &str, flags: MountFlags) -> io::Result<()> {
    let options = CString::new(options)?;
    mount("tmpfs", path, "tmpfs", MountFlags::NOSUID | flags, options.as_c_str())
        .map_err(|error| of_path(path, error))
}

/// Devices without those that are disks, memory or other people's terminals.
fn put_devices(devices: &[(&str, OwnedFd)], order: &Order) -> io::Result<()> {
    let folder = Path::new("/dev");
    mount_memory(folder, "mode=0755,size=1m", MountFlags::NOEXEC)?;
    for (path, tree) in devices {
        fs::File::create(path)?;
        put_tree(tree, Path::new(path))?;
    }
    for (name, target) in [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
        ("ptmx", "pts/ptmx"),
    ] {
        symlink(target, folder.join(name))?;
    }
    let terminals = folder.join("pts");
    fs::create_dir(&terminals)?;
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    mount("devpts", &terminals, "devpts", flags, c"newinstance,ptmxmode=0666,mode=620")
        .map_err(|error| of_path(&terminals, error))?;
    let shared = Path::new(SHARED_MEMORY);
    fs::create_dir(shared)?;
    let most = order.confine.memory_bytes / limits::CONFINED_SHARED_MEMORY_PART;
    mount_memory(shared, &format!("mode=1777,size={most}"), MountFlags::NODEV)?;
    remount_read_only(folder, MountFlags::NOSUID | MountFlags::NOEXEC)
}

/// Makes every mount that can be reached read-only, but the one of processes.
fn make_read_only() -> io::Result<()> {
    for (path, flags) in mounts(&fs::read_to_string("/proc/self/mountinfo")?) {
        if path.starts_with("/proc") {
            continue;
        }
        match remount_read_only(&path, flags) {
            Ok(()) => {}
            // Covered by another, or not to be reached by us: what still can be written is looked at.
            Err(_)
                if statvfs(&path)
                    .is_ok_and(|stat| !stat.f_flag.contains(StatVfsMountFlags::RDONLY)) =>
            {
                return Err(io::Error::other(format!(
                    "{} cannot be made read-only",
                    path.display()
                )));
            }
            Err(_) => {}
        }
    }
    Ok(())
}

fn remount_read_only(path: &Path, flags: MountFlags) -> io::Result<()> {
    mount_remount(path, MountFlags::BIND | MountFlags::RDONLY | flags, c"")
        .map_err(|error| of_path(path, error))
}

/// The mounts of /proc/PID/mountinfo (proc_pid_mountinfo(5)), each with its place and the flags that must be kept.
fn mounts(text: &str) -> Vec<(PathBuf, MountFlags)> {
    let mount = |line: &str| {
        let mut fields = line.split(' ').skip(4);
        let (path, options) = (fields.next()?, fields.next()?);
        let mut flags = MountFlags::empty();
        for option in options.split(',') {
            flags |= match option {
                "nosuid" => MountFlags::NOSUID,
                "nodev" => MountFlags::NODEV,
                "noexec" => MountFlags::NOEXEC,
                _ => MountFlags::empty(),
            };
        }
        Some((unescaped(path), flags))
    };
    text.lines().filter_map(mount).collect()
}

/// A path in which blanks and backslashes stand as three octal digits.
fn unescaped(path: &str) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match (first, escaped) {
            (b'\\', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[3..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

fn of_path(path: &Path, error: Errno) -> io::Error {
    let error = io::Error::from(error);
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_read_with_their_flags() {
        let text = "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n\
                    30 22 0:5 / /mnt/a\\040b rw,nosuid,nodev shared:2 - tmpfs tmpfs rw\nwhat\n";
        let found = mounts(text);
        assert_eq!(found[0], (PathBuf::from("/"), MountFlags::empty()));
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        assert_eq!(found[1], (PathBuf::from("/mnt/a b"), flags));
        assert_eq!(found.len(), 2);
    }
}
