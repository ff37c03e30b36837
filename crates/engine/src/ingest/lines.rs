//! A transcript's lines, from a cursor on, whatever their length.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use callboard_agents::{Compression, limits::LINE_IN_MEMORY_BYTES};

use crate::limits;

/// What lies at the cursor of a transcript.
pub(crate) enum Line<'a> {
    /// A line with its end, or a last line that is complete without one.
    Whole {
        /// Where it begins.
        offset: u64,
        /// Its bytes, without the line feed.
        bytes: &'a [u8],
        /// Where the next line begins.
        next: u64,
    },
    /// A line that is too long to hold in memory: read it from [`Lines::giant`].
    Giant {
        /// Where it begins.
        offset: u64,
    },
    /// A last line without an end: it waits for its rest.
    Unfinished,
    /// There is nothing more.
    End,
}

/// Reads lines from a transcript.
pub(crate) struct Lines {
    input: BufReader<Box<dyn Read + Send>>,
    buffer: Vec<u8>,
    offset: u64,
}

impl Lines {
    /// The lines of `file` from byte `cursor` of its content on.
    pub(crate) fn of(mut file: File, compression: Compression, cursor: u64) -> io::Result<Self> {
        let input: Box<dyn Read + Send> = match compression {
            Compression::None => {
                file.seek(SeekFrom::Start(cursor))?;
                Box::new(file)
            }
            Compression::Zstd => {
                file.rewind()?;
                let mut content = zstd::Decoder::new(file)?;
                let skipped = io::copy(&mut content.by_ref().take(cursor), &mut io::sink())?;
                if skipped < cursor {
                    return Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the file is shorter than what was read of it before",
                    ));
                }
                Box::new(content)
            }
        };
        Ok(Self {
            input: BufReader::with_capacity(limits::READ_BYTES, input),
            buffer: Vec::new(),
            offset: cursor,
        })
    }

    /// The next line. A giant one must be taken with [`Self::giant`] before the next call.
    pub(crate) fn next(&mut self) -> io::Result<Line<'_>> {
        self.buffer.clear();
        let offset = self.offset;
        let ended = loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                break false;
            }
            if let Some(end) = memchr::memchr(b'\n', chunk) {
                self.buffer.extend_from_slice(&chunk[..end]);
                self.input.consume(end + 1);
                break true;
            }
            self.buffer.extend_from_slice(chunk);
            let length = chunk.len();
            self.input.consume(length);
            if self.buffer.len() > LINE_IN_MEMORY_BYTES {
                return Ok(Line::Giant { offset });
            }
        };
        let length = self.buffer.len() as u64;
        if ended {
            self.offset = offset + length + 1;
        } else if self.buffer.is_empty() {
            return Ok(Line::End);
        } else if is_complete(&self.buffer) {
            // Some writers end a file without a line feed; the next object may follow on the same line.
            self.offset = offset + length;
        } else {
            return Ok(Line::Unfinished);
        }
        Ok(Line::Whole { offset, bytes: &self.buffer, next: self.offset })
    }

    /// The rest of a giant line as a reader, with its beginning; afterwards call [`Self::after_giant`].
    pub(crate) fn giant(&mut self) -> impl BufRead + '_ {
        let begun = std::mem::take(&mut self.buffer);
        io::Cursor::new(begun).chain(&mut self.input)
    }

    /// Goes on after a giant line of `length` bytes with its end.
    pub(crate) fn after_giant(&mut self, length: u64) -> u64 {
        self.offset += length;
        self.offset
    }
}

/// Whether the bytes are a whole JSON value, so that nothing more can belong to it.
fn is_complete(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8], cursor: u64) -> Vec<(u64, String)> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.jsonl");
        std::fs::write(&path, content).unwrap();
        let mut lines = Lines::of(File::open(&path).unwrap(), Compression::None, cursor).unwrap();
        let mut found = Vec::new();
        loop {
            match lines.next().unwrap() {
                Line::Whole { offset, bytes, .. } => {
                    found.push((offset, String::from_utf8_lossy(bytes).into_owned()));
                }
                Line::Unfinished => {
                    found.push((0, "…".into()));
                    return found;
                }
                Line::Giant { .. } | Line::End => return found,
            }
        }
    }

    #[test]
    fn a_half_written_last_line_waits() {
        assert_eq!(read(b"{\"a\":1}\n{\"b\":", 0), [(0, "{\"a\":1}".into()), (0, "…".into())]);
    }

    #[test]
    fn a_complete_last_line_needs_no_line_feed() {
        assert_eq!(read(b"{}\n{\"b\":2}", 0), [(0, "{}".into()), (3, "{\"b\":2}".into())]);
        assert_eq!(read(b"{\"a\":1}\n{}", 7), [(7, String::new()), (8, "{}".into())]);
    }

    #[test]
    fn a_giant_line_is_not_held() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.jsonl");
        let mut content = vec![b'x'; LINE_IN_MEMORY_BYTES + limits::READ_BYTES + 10];
        content.extend(b"\n{}\n");
        std::fs::write(&path, &content).unwrap();
        let mut lines = Lines::of(File::open(&path).unwrap(), Compression::None, 0).unwrap();
        assert!(matches!(lines.next().unwrap(), Line::Giant { offset: 0 }));
        let length = {
            let mut giant = lines.giant();
            let mut sunk = Vec::new();
            giant.read_until(b'\n', &mut sunk).unwrap() as u64
        };
        lines.after_giant(length);
        assert!(matches!(lines.next().unwrap(), Line::Whole { bytes: b"{}", .. }));
    }
}
