//! The room that a command takes on disks: guessed from what is cheap to ask, and counted when the guess says so.

use std::collections::HashSet;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::tree::Process;
use super::{Confine, Limit};

const BLOCK_BYTES: u64 = 512;

/// What a command has taken since it began.
#[derive(Debug)]
pub(super) struct Room {
    folders: Vec<PathBuf>,
    most_bytes: u64,
    most_files: u64,
    /// When it began, as the file system's clock tells it: seconds and nanoseconds.
    since: (i64, i64),
    /// What the watching step and all that it has collected wrote; opened while that is allowed.
    own: Option<File>,
    before: Cheap,
    /// What was counted last.
    taken: Taken,
}

/// What is cheap to ask.
#[derive(Debug, Clone, Copy, Default)]
struct Cheap {
    written: u64,
    free_bytes: u64,
    free_files: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Taken {
    bytes: u64,
    files: u64,
}

impl Room {
    /// From now on, below these folders, the first of which is the command's own alone.
    pub(super) fn of(folders: Vec<PathBuf>, confine: &Confine) -> Self {
        let own = File::open("/proc/self/io").ok();
        let since = folders.first().and_then(|folder| now_of(folder)).unwrap_or((i64::MAX, 0));
        let (most_bytes, most_files) = (confine.disk_bytes, confine.files);
        let mut room = Self {
            folders,
            most_bytes,
            most_files,
            since,
            own,
            before: Cheap::default(),
            taken: Taken::default(),
        };
        room.before = room.cheap(&[]);
        room
    }

    /// The limit that is passed, if one is.
    pub(super) fn passed(&mut self, processes: &[Process]) -> Option<(Limit, u64)> {
        let now = self.cheap(processes);
        let grew = now.written.saturating_sub(self.before.written);
        let lost = self.before.free_bytes.saturating_sub(now.free_bytes);
        let made = self.before.free_files.saturating_sub(now.free_files);
        let may_take = self.most_bytes.saturating_sub(self.taken.bytes);
        let may_make = self.most_files.saturating_sub(self.taken.files);
        if grew.max(lost) <= may_take && made <= may_make {
            return None;
        }
        self.taken = self.count();
        self.before = now;
        if self.taken.bytes > self.most_bytes {
            Some((Limit::Disk, self.most_bytes))
        } else if self.taken.files > self.most_files {
            Some((Limit::Files, self.most_files))
        } else {
            None
        }
    }

    fn cheap(&self, processes: &[Process]) -> Cheap {
        let own = self.own.as_ref().and_then(|file| {
            let mut text = [0; 1024];
            let read = file.read_at(&mut text, 0).ok()?;
            written(std::str::from_utf8(&text[..read]).ok()?)
        });
        let of = |process: &Process| {
            written(&fs::read_to_string(format!("/proc/{}/io", process.pid)).ok()?)
        };
        let others: u64 = processes.iter().filter_map(of).sum();
        let mut cheap = Cheap { written: own.unwrap_or(0) + others, free_bytes: 0, free_files: 0 };
        for stat in self.folders.iter().filter_map(|folder| rustix::fs::statvfs(folder).ok()) {
            cheap.free_bytes =
                cheap.free_bytes.saturating_add(stat.f_bfree.saturating_mul(stat.f_frsize));
            cheap.free_files = cheap.free_files.saturating_add(stat.f_ffree);
        }
        cheap
    }

    /// Counts what was made or changed since, up to the limits.
    fn count(&self) -> Taken {
        let mut taken = Taken::default();
        let mut open = self.folders.clone();
        let mut linked = HashSet::new();
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let Ok(meta) = entry.metadata() else { continue };
                if meta.is_dir() {
                    open.push(entry.path());
                }
                let is_new = (meta.ctime(), meta.ctime_nsec()) >= self.since;
                let is_first =
                    meta.is_dir() || meta.nlink() == 1 || linked.insert((meta.dev(), meta.ino()));
                if is_new && is_first {
                    taken.bytes += meta.blocks() * BLOCK_BYTES;
                    taken.files += 1;
                }
            }
            if taken.bytes > self.most_bytes || taken.files > self.most_files {
                break;
            }
        }
        taken
    }
}

/// The time that a file which is written now gets.
fn now_of(folder: &Path) -> Option<(i64, i64)> {
    let path = folder.join(".began");
    let meta = File::create(&path).ok()?.metadata().ok()?;
    let _ = fs::remove_file(path);
    Some((meta.ctime(), meta.ctime_nsec()))
}

/// The line `write_bytes:` of /proc/PID/io (proc_pid_io(5)): what goes to disks, of children that were collected, too.
fn written(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix("write_bytes:"))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let (own, checkout) = (dir.path().join("own"), dir.path().join("checkout"));
        fs::create_dir(&own).unwrap();
        fs::create_dir(&checkout).unwrap();
        fs::write(checkout.join("old"), vec![1; 100_000]).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        let room = Room::of(vec![own, checkout.clone()], &Confine::new(&checkout, &checkout));
        assert_eq!(room.count(), Taken::default());
        fs::write(checkout.join("new"), vec![1; 100_000]).unwrap();
        fs::hard_link(checkout.join("new"), checkout.join("again")).unwrap();
        let taken = room.count();
        assert_eq!(taken.files, 1);
        assert!((100_000..200_000).contains(&taken.bytes), "{taken:?}");
    }

    #[test]
    fn what_goes_to_disks_is_read() {
        assert_eq!(written("rchar: 1\nwrite_bytes: 42\ncancelled_write_bytes: 0\n"), Some(42));
        assert_eq!(written(""), None);
    }
}
