//! Lines too long to hold: slimmed while they are read, in bounded memory.

mod machine;
mod spill;

use std::io::{self, BufRead};

use xxhash_rust::xxh3::Xxh3Default;

use crate::slim::Dropped;
use machine::Machine;

/// Strings and containers under this key, at any depth, are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamRule {
    /// The key.
    pub key: &'static str,
    /// Why what it holds is left out.
    pub why: &'static str,
}

/// Takes content that is too large to stay in its record, piece by piece.
pub trait BlobSink {
    /// Content begins.
    ///
    /// # Errors
    /// When it cannot be kept; the record is then read again later.
    fn begin(&mut self, media_type: &str) -> io::Result<()>;

    /// A piece of it.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// It is complete. Returns its SHA-256 in hex.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn end(&mut self) -> io::Result<String>;
}

/// A line, slimmed while it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamedRecord {
    /// Bytes of the line, without its line break.
    pub raw_len: u64,
    /// XXH3-64 of those bytes.
    pub raw_hash64: u64,
    /// Whether a line break ended it; if not, the input ended first and the line may still grow.
    pub complete: bool,
    /// What stays, as [`Slim::kept`](crate::Slim::kept).
    pub kept: String,
    /// Bytes of `kept` that stand in place of dropped ones, where nothing was damaged.
    pub added: usize,
    /// What was left out, one entry for each reason.
    pub dropped: Vec<Dropped>,
}

/// Reads one line up to and with its line break, and slims it on the way.
///
/// It never holds more than a fixed amount, whatever the line holds. What grows beyond that is left out and counted.
///
/// # Errors
/// Those of `input` and of `blobs`; part of the line is then consumed.
pub fn slim_stream(
    input: &mut dyn BufRead,
    rules: &[StreamRule],
    blobs: &mut dyn BlobSink,
) -> io::Result<StreamedRecord> {
    let mut machine = Machine::new(rules, blobs);
    let mut hash = Xxh3Default::new();
    let mut raw_len = 0u64;
    let mut complete = false;
    while !complete {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let line_break = memchr::memchr(b'\n', buffer);
        let chunk = &buffer[..line_break.unwrap_or(buffer.len())];
        hash.update(chunk);
        raw_len += chunk.len() as u64;
        machine.feed(chunk)?;
        let used = chunk.len() + usize::from(line_break.is_some());
        complete = line_break.is_some();
        input.consume(used);
    }
    let (kept, added, dropped) = machine.finish()?;
    Ok(StreamedRecord { raw_len, raw_hash64: hash.digest(), complete, kept, added, dropped })
}

#[cfg(test)]
mod tests;
