//! A file of JSON lines that is written piece by piece.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use super::{Oddities, Truth};

/// Bytes that wait before they are written.
const BUFFER: usize = 1 << 20;

enum Target {
    Plain(BufWriter<File>),
    Zstd(Box<zstd::stream::AutoFinishEncoder<'static, BufWriter<File>>>),
}

/// A file of records, and the count of what is in it.
pub(super) struct Sheet {
    target: Target,
    /// The record that is being written.
    pub(super) line: Vec<u8>,
    /// The end of the line in front of it, not yet written.
    owed: &'static [u8],
    pub(super) written: u64,
    pub(super) truth: Truth,
}

impl Sheet {
    /// A new file; its folders are made. A name that ends in `.zst` is compressed.
    pub(super) fn create(path: &Path) -> Self {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = BufWriter::with_capacity(BUFFER, File::create(path).unwrap());
        let target = if path.extension().is_some_and(|extension| extension == "zst") {
            let encoder = zstd::stream::Encoder::new(file, 1).unwrap();
            Target::Zstd(Box::new(encoder.auto_finish()))
        } else {
            Target::Plain(file)
        };
        let truth = Truth { files: 1, ..Truth::default() };
        Self { target, line: Vec::with_capacity(1 << 16), owed: b"", written: 0, truth }
    }

    /// Adds text to the record.
    pub(super) fn put(&mut self, text: impl AsRef<[u8]>) {
        self.line.extend_from_slice(text.as_ref());
    }

    /// Ends the record. With `joined`, the newline behind it is lost.
    pub(super) fn end(&mut self, joined: bool) {
        self.truth.records += 1;
        self.truth.unique_records += 1;
        self.truth.joined_records += u64::from(joined);
        self.write_line(if joined { b"" } else { b"\n" });
    }

    /// Appends a record again that was written before.
    pub(super) fn repeat(&mut self, line: &[u8]) {
        self.line.extend_from_slice(line);
        self.truth.records += 1;
        self.write_line(b"\n");
    }

    fn write_line(&mut self, end: &'static [u8]) {
        let owed = std::mem::replace(&mut self.owed, end);
        self.write_out(owed);
        let line = std::mem::take(&mut self.line);
        self.write_out(&line);
        self.line = line;
        self.line.clear();
    }

    /// Writes a part of a record that is too long for memory.
    pub(super) fn flush_part(&mut self) {
        let owed = std::mem::take(&mut self.owed);
        self.write_out(owed);
        let line = std::mem::take(&mut self.line);
        self.write_out(&line);
        self.line = line;
        self.line.clear();
    }

    fn write_out(&mut self, bytes: &[u8]) {
        self.written += bytes.len() as u64;
        match &mut self.target {
            Target::Plain(file) => file.write_all(bytes).unwrap(),
            Target::Zstd(file) => file.write_all(bytes).unwrap(),
        }
    }

    /// Ends the file, now and then without its last newline; what is in it.
    pub(super) fn finish(mut self, oddities: Oddities, draw: f64) -> Truth {
        if oddities == Oddities::None || draw > NO_FINAL_NEWLINE {
            let owed = std::mem::take(&mut self.owed);
            self.write_out(owed);
        }
        self.truth.bytes = self.written;
        self.truth
    }
}

/// The share of real transcripts that end without a newline: 52 of 300.
const NO_FINAL_NEWLINE: f64 = 0.17;
