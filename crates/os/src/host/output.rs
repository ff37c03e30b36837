//! What an agent prints, as its host writes it down: in parts, so that what is read and kept can go.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use super::OUTPUT;
use super::serve::append_to;
use crate::limits;

/// The file of the part that begins at this byte.
#[must_use]
pub fn output_part(dir: &Path, begins: u64) -> PathBuf {
    match begins {
        0 => dir.join(OUTPUT),
        begins => dir.join(format!("output.{begins}.jsonl")),
    }
}

/// The parts that are there: where each begins, and its file. Who writes, and who is told what can go, share them.
#[derive(Clone)]
pub(super) struct Parts(Arc<(Mutex<Kept>, Condvar)>);

struct Kept {
    files: BTreeMap<u64, PathBuf>,
    written: u64,
    /// The agent is ended: what it still prints is little.
    is_ending: bool,
}

impl Parts {
    pub(super) fn of(dir: &Path) -> Self {
        let files = BTreeMap::from([(0, output_part(dir, 0))]);
        Self(Arc::new((Mutex::new(Kept { files, written: 0, is_ending: false }), Condvar::new())))
    }

    /// Removes the parts that end before a byte; the last stays.
    pub(super) fn forget(&self, until: u64) {
        let (kept, forgotten) = &*self.0;
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let mut parts = kept.files.iter();
            let (Some((begins, file)), Some((next, _))) = (parts.next(), parts.next()) else {
                break;
            };
            // One that stays takes room, and nothing else.
            if *next > until || fs::remove_file(file).is_err() {
                break;
            }
            let begins = *begins;
            kept.files.remove(&begins);
        }
        forgotten.notify_all();
    }

    /// From now on nothing waits for room.
    pub(super) fn end(&self) {
        let (kept, told) = &*self.0;
        kept.lock().unwrap_or_else(PoisonError::into_inner).is_ending = true;
        told.notify_all();
    }

    /// Waits while as much is kept as may be: the agent waits then, and nothing is lost.
    fn wait_for_room(&self) {
        let (kept, forgotten) = &*self.0;
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |kept: &mut Kept| {
            let first = kept.files.keys().next().copied().unwrap_or_default();
            !kept.is_ending && kept.written.saturating_sub(first) >= limits::OUTPUT_BYTES
        };
        drop(forgotten.wait_while(kept, is_full));
    }

    fn wrote(&self, bytes: usize) -> u64 {
        let mut kept = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.written += bytes as u64;
        kept.written
    }

    fn begin(&self, begins: u64, file: &Path) {
        let mut kept = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.files.insert(begins, file.to_owned());
    }
}

/// The part that is written.
struct Part {
    path: PathBuf,
    file: Option<File>,
    bytes: u64,
}

impl Part {
    fn of(path: PathBuf) -> Self {
        Self { path, file: None, bytes: 0 }
    }

    /// Writes all; while the disk is full, the agent waits.
    fn write(&mut self, mut rest: &[u8]) {
        while !rest.is_empty() {
            let written = match &mut self.file {
                None => append_to(&self.path).map(|opened| {
                    self.file = Some(opened);
                    0
                }),
                Some(file) => file.write(rest),
            };
            match written {
                Ok(written) => {
                    self.bytes += written as u64;
                    rest = &rest[written..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => thread::sleep(limits::DISK_FULL_PAUSE),
            }
        }
    }
}

/// Writes what comes out of a pipe down as it comes.
pub(super) fn write_down(
    mut pipe: impl Read + Send + 'static,
    dir: &Path,
    parts: Parts,
) -> thread::JoinHandle<()> {
    let dir = dir.to_owned();
    thread::spawn(move || {
        let mut buffer = vec![0; limits::PIPE_BYTES];
        let mut part = Part::of(output_part(&dir, 0));
        while let Ok(read) = pipe.read(&mut buffer) {
            if read == 0 {
                return;
            }
            let mut rest = &buffer[..read];
            // Lines are whole in their part.
            let end = rest.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            if let Some(end) = end.filter(|_| part.bytes >= limits::OUTPUT_PART_BYTES) {
                part.write(&rest[..end]);
                let begins = parts.wrote(end);
                part = Part::of(output_part(&dir, begins));
                // There from its first moment: its reader goes on there when it finds it.
                part.file = append_to(&part.path).ok();
                parts.begin(begins, &part.path);
                rest = &rest[end..];
            }
            part.write(rest);
            parts.wrote(rest.len());
            parts.wait_for_room();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_end_with_a_line_and_go_once_they_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        let line = [vec![b'x'; 99_999], b"\n".to_vec()].concat();
        let all = line.repeat(100);
        let parts = Parts::of(dir);
        write_down(io::Cursor::new(all.clone()), dir, parts.clone()).join().unwrap();
        let begins: Vec<u64> = parts.0.0.lock().unwrap().files.keys().copied().collect();
        assert!(begins.len() > 2, "{begins:?}");
        let read: Vec<Vec<u8>> =
            begins.iter().map(|begins| fs::read(output_part(dir, *begins)).unwrap()).collect();
        assert!(read.iter().all(|part| part.ends_with(b"\n")));
        assert_eq!(read.concat(), all);
        parts.forget(begins[1]);
        assert!(!output_part(dir, 0).exists() && output_part(dir, begins[1]).exists());
        parts.forget(u64::MAX);
        let left = output_part(dir, *begins.last().unwrap());
        assert!(left.exists());
        assert_eq!(fs::read_dir(dir).unwrap().count(), 1);
    }
}
