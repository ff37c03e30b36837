//! A transcript's file while it is looked at and read: one handle, whatever is put in its place meanwhile.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

use callboard_agents::{Compression, split_objects};
use xxhash_rust::xxh3::xxh3_64;

use super::lines::Lines;
use crate::limits;

/// An opened transcript.
pub(super) struct Opened {
    file: File,
    /// As it was when it was opened.
    pub(super) meta: Metadata,
    pub(super) compression: Compression,
}

impl Opened {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// When it cannot be opened, or is no regular file.
    pub(super) fn open(path: &Path, compression: Compression) -> io::Result<Self> {
        let file = callboard_os::file::open(path)?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        Ok(Self { file, meta, compression })
    }

    /// Its lines, from byte `cursor` of its content on.
    pub(super) fn lines(&self, cursor: u64) -> io::Result<Lines> {
        Lines::of(self.file.try_clone()?, self.compression, cursor)
    }

    /// Hash of its first record; `None` if none ends within its first bytes.
    pub(super) fn head_hash(&self) -> io::Result<Option<u64>> {
        let mut head = BufReader::new(self.at(0).take(limits::HEAD_BYTES));
        let mut line = Vec::new();
        while head.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
            let text = String::from_utf8_lossy(&line);
            let records = split_objects(text.trim_end_matches('\n'));
            if let Some((_, record)) = records.iter().find(|(_, record)| !record.trim().is_empty())
            {
                return Ok(Some(xxh3_64(record.as_bytes())));
            }
            line.clear();
        }
        Ok(None)
    }

    /// Hash of its last bytes before `cursor`.
    pub(super) fn tail_hash(&self, cursor: u64) -> io::Result<u64> {
        let length = cursor.min(limits::TAIL_BYTES);
        let mut tail = Vec::new();
        self.at(cursor - length).take(length).read_to_end(&mut tail)?;
        Ok(xxh3_64(&tail))
    }

    fn at(&self, offset: u64) -> At<'_> {
        At { file: &self.file, offset }
    }
}

/// Reads from an offset on, wherever others read.
struct At<'a> {
    file: &'a File,
    offset: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read_at(buffer, self.offset)?;
        self.offset += length as u64;
        Ok(length)
    }
}
