//! What agents say, as their hosts write it down: read on as it grows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};

use callboard_os::host::output_part;
use callboard_os::watch::{FileNotification, FileWatcher};

use super::channel::Wake;
use crate::limits;

/// A host's journal, and how far it is read. Its parts are files: the next begins where one ends.
pub(super) struct Journal {
    dir: PathBuf,
    /// Where the part begins that is read.
    begins: u64,
    pub(super) cursor: u64,
    /// What its host was told to be read and kept.
    forgotten: u64,
}

impl Journal {
    pub(super) fn of(dir: &Path, cursor: u64) -> Self {
        let begins = part_of(dir, cursor);
        Self { dir: dir.to_owned(), begins, cursor, forgotten: begins }
    }

    /// Up to where its host can forget it, now that all before `committed` is kept; `None` as long as that would free
    /// no part.
    pub(super) fn forgettable(&mut self, committed: u64) -> Option<u64> {
        let until = self.begins.min(committed);
        (until > self.forgotten).then(|| {
            self.forgotten = until;
            until
        })
    }

    /// The next whole lines, each with the cursor behind it; empty at the end. A line too long to be one of
    /// the protocol's is passed over.
    pub(super) fn read(&mut self) -> io::Result<Vec<(String, u64)>> {
        let lines = self.read_part()?;
        if !lines.is_empty() || !output_part(&self.dir, self.cursor).exists() {
            return Ok(lines);
        }
        // What was written to the part before the next one began is read by now.
        let last = self.read_part()?;
        if last.is_empty() && self.begins < self.cursor {
            self.begins = self.cursor;
            return self.read_part();
        }
        Ok(last)
    }

    fn read_part(&mut self) -> io::Result<Vec<(String, u64)>> {
        let mut file = match File::open(output_part(&self.dir, self.begins)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        file.seek(SeekFrom::Start(self.cursor - self.begins))?;
        let mut from = BufReader::with_capacity(limits::READ_BYTES, file);
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while lines.len() < limits::JOURNAL_LINES && bytes < limits::JOURNAL_BYTES {
            let mut line = Vec::new();
            let read =
                from.by_ref().take(limits::JOURNAL_LINE_BYTES).read_until(b'\n', &mut line)?;
            let is_whole = line.last() == Some(&b'\n');
            if !is_whole && (read as u64) < limits::JOURNAL_LINE_BYTES {
                // The rest is still to come.
                break;
            }
            let mut length = read as u64;
            if !is_whole {
                line.clear();
                length += from.skip_until(b'\n')? as u64;
            }
            self.cursor += length;
            bytes += length;
            lines.push((String::from_utf8_lossy(&line).trim_end().to_owned(), self.cursor));
        }
        Ok(lines)
    }
}

/// Where the part begins that a cursor is in.
fn part_of(dir: &Path, cursor: u64) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let begins = entries.filter_map(|entry| {
        let name = entry.file_name();
        name.to_str()?.strip_prefix("output.")?.strip_suffix(".jsonl")?.parse::<u64>().ok()
    });
    begins.filter(|begins| *begins <= cursor).max().unwrap_or_default()
}

type Readers = Arc<Mutex<BTreeMap<PathBuf, SyncSender<Wake>>>>;

/// Tells channels that something happened in the folders of their hosts.
#[derive(Default)]
pub(super) struct Journals {
    watcher: Mutex<Option<FileWatcher>>,
    readers: Readers,
}

impl Journals {
    pub(super) fn start(&self) {
        let (watcher, notifications) = FileWatcher::new();
        *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher);
        let readers = self.readers.clone();
        std::thread::spawn(move || dispatch(&notifications, &readers));
    }

    /// From now on, `channel` is told when something happens in `dir`.
    pub(super) fn follow(&self, dir: &Path, channel: SyncSender<Wake>) {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).insert(dir.to_owned(), channel);
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watcher) = watcher.as_mut()
            && let Err(error) = watcher.watch(dir, false)
        {
            tracing::warn!(%error, "what an agent says is looked for now and then only");
        }
    }

    pub(super) fn forget(&self, dir: &Path) {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).remove(dir);
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watcher) = watcher.as_mut() {
            watcher.unwatch(dir);
        }
    }

    pub(super) fn stop(&self) {
        // The dispatcher ends with what it listens to.
        self.watcher.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn dispatch(notifications: &Receiver<FileNotification>, readers: &Readers) {
    for notification in notifications {
        let readers = readers.lock().unwrap_or_else(PoisonError::into_inner);
        let concerned: Vec<&SyncSender<Wake>> = match &notification {
            FileNotification::Changed(path) => {
                path.parent().and_then(|dir| readers.get(dir)).into_iter().collect()
            }
            FileNotification::Lost => readers.values().collect(),
        };
        for channel in concerned {
            // A full one has been told already.
            let _ = channel.try_send(Wake::Grown);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn whole_lines_are_read_once_and_a_half_one_waits() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::of(folder.path(), 0);
        assert!(journal.read().unwrap().is_empty());
        let mut file = File::create(output_part(folder.path(), 0)).unwrap();
        file.write_all(b"one\ntwo\nthr").unwrap();
        let lines = journal.read().unwrap();
        assert_eq!(lines, [("one".to_owned(), 4), ("two".to_owned(), 8)]);
        assert!(journal.read().unwrap().is_empty());
        file.write_all(b"ee\n").unwrap();
        assert_eq!(journal.read().unwrap(), [("three".to_owned(), 14)]);
        assert_eq!(Journal::of(folder.path(), 8).read().unwrap(), [("three".to_owned(), 14)]);
    }

    #[test]
    fn it_goes_on_in_the_next_part_and_what_is_kept_can_be_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let write = |begins: u64, text: &str| {
            std::fs::write(output_part(folder.path(), begins), text).unwrap();
        };
        write(0, "one\ntwo\n");
        let mut journal = Journal::of(folder.path(), 0);
        assert_eq!(journal.read().unwrap().len(), 2);
        assert_eq!(journal.forgettable(8), None);
        write(8, "three\n");
        assert_eq!(journal.read().unwrap(), [("three".to_owned(), 14)]);
        assert_eq!(journal.forgettable(4), Some(4));
        assert_eq!(journal.forgettable(14), Some(8));
        assert_eq!(journal.forgettable(14), None);
        std::fs::remove_file(output_part(folder.path(), 0)).unwrap();
        assert_eq!(Journal::of(folder.path(), 8).read().unwrap(), [("three".to_owned(), 14)]);
        write(14, "four\n");
        assert_eq!(Journal::of(folder.path(), 14).read().unwrap(), [("four".to_owned(), 19)]);
    }
}
