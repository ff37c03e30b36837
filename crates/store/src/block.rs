//! Runs of consecutive records, packed.
//!
//! A block's list of records begins with a version byte and the names of its record types; then
//! follow, per record, as LEB128 varints: bytes skipped since the end of the record before, its
//! length, its hash (8 bytes, little endian), its type, and the length of what is kept of it. What
//! is kept lies in the body, in the same order, without anything between.

use std::borrow::Cow;
use std::collections::BTreeSet;

use zstd::bulk::Compressor;

use crate::{Result, StoreError, limits};

const LIST_VERSION: u8 = 1;
const ZSTD_LEVEL: i32 = 3;

/// How a body is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// As it is: for the few records of a live append.
    Raw,
    /// As one zstd frame.
    Zstd,
}

impl Codec {
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Raw => 0,
            Self::Zstd => 1,
        }
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Raw),
            1 => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// One record of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordMeta<'a> {
    /// Where it begins in the source, in bytes.
    pub offset: u64,
    /// Its bytes in the source.
    pub length: u64,
    /// xxh3-64 of them.
    pub hash: u64,
    /// The agent's name for its type.
    pub record_type: Cow<'a, str>,
    /// Bytes kept of it; 0 if all of it is repeated elsewhere.
    pub kept_length: usize,
}

/// A finished run of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Where its first record begins in the source.
    pub start: u64,
    /// Where its last record ends.
    pub end: u64,
    pub(crate) codec: Codec,
    pub(crate) body_size: usize,
    pub(crate) records: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

/// The type of records that say what is kept elsewhere.
pub const REPEATED: &str = "(repeated)";

impl Block {
    /// Its records with what is kept of each.
    ///
    /// # Errors
    /// If it cannot be unpacked.
    pub fn kept(&self) -> Result<Vec<(RecordMeta<'static>, String)>> {
        let body = unpack(self.codec, self.body.clone(), self.body_size)?;
        let mut at = 0;
        let records = records(&self.records, self.start)?.into_iter().map(|record| {
            let kept = body.get(at..at + record.kept_length).unwrap_or_default();
            at += record.kept_length;
            (record, String::from_utf8_lossy(kept).into_owned())
        });
        Ok(records.collect())
    }

    /// The same block with nothing kept of the records at these offsets, which repeat others.
    ///
    /// # Errors
    /// If it cannot be unpacked.
    pub fn without(&self, repeated: &BTreeSet<u64>) -> Result<Self> {
        let mut builder = BlockBuilder::new(self.codec);
        for (mut record, mut text) in self.kept()? {
            if repeated.contains(&record.offset) {
                record.record_type = REPEATED.into();
                text.clear();
            }
            builder.push(&record, text.as_bytes());
        }
        Ok(builder.finish().unwrap_or_else(|| self.clone()))
    }

    /// Small enough to be merged with its neighbours.
    pub(crate) fn is_loose(&self) -> bool {
        self.body_size < limits::BLOCK_BYTES / 2 && self.records.len() < limits::BLOCK_RECORDS * 8
    }
}

/// Packs records into blocks. Needs no database: meant for the threads that parse.
pub struct BlockBuilder {
    codec: Codec,
    /// Kept from block to block: setting one up costs as much as packing a small block.
    packer: Option<Compressor<'static>>,
    start: Option<u64>,
    end: u64,
    types: Vec<String>,
    list: Vec<u8>,
    count: usize,
    body: Vec<u8>,
}

impl BlockBuilder {
    /// A builder of blocks whose bodies are kept as `codec` says.
    #[must_use]
    pub fn new(codec: Codec) -> Self {
        Self {
            codec,
            packer: None,
            start: None,
            end: 0,
            types: Vec::new(),
            list: Vec::new(),
            count: 0,
            body: Vec::new(),
        }
    }

    /// Adds a record that follows those before in the source, and what is kept of it; gives the
    /// block that became full before it, if one did. `kept_length` of `record` is not looked at.
    pub fn push(&mut self, record: &RecordMeta<'_>, kept: &[u8]) -> Option<Block> {
        let behind = self.start.is_some() && record.offset < self.end;
        let full = self.count >= limits::BLOCK_RECORDS
            || (self.count > 0 && self.body.len() + kept.len() > limits::BLOCK_BYTES);
        let done = if full || behind { self.finish() } else { None };
        if self.start.is_none() {
            self.start = Some(record.offset);
            self.end = record.offset;
        }
        let type_index = match self.types.iter().position(|t| *t == record.record_type) {
            Some(index) => index,
            None => {
                self.types.push(record.record_type.clone().into_owned());
                self.types.len() - 1
            }
        };
        put_varint(&mut self.list, record.offset - self.end);
        put_varint(&mut self.list, record.length);
        self.list.extend_from_slice(&record.hash.to_le_bytes());
        put_varint(&mut self.list, type_index as u64);
        put_varint(&mut self.list, kept.len() as u64);
        self.body.extend_from_slice(kept);
        self.end = record.offset + record.length;
        self.count += 1;
        done
    }

    /// The block of what was added since the last one; `None` if nothing was.
    pub fn finish(&mut self) -> Option<Block> {
        let start = self.start.take()?;
        let mut records = vec![LIST_VERSION];
        put_varint(&mut records, self.types.len() as u64);
        for name in self.types.drain(..) {
            put_varint(&mut records, name.len() as u64);
            records.extend_from_slice(name.as_bytes());
        }
        put_varint(&mut records, self.count as u64);
        records.append(&mut self.list);
        self.count = 0;
        let body = std::mem::take(&mut self.body);
        let body_size = body.len();
        let (codec, body) = self.pack(body);
        Some(Block { start, end: self.end, codec, body_size, records, body })
    }

    /// Compresses where that is asked for and makes it smaller.
    fn pack(&mut self, body: Vec<u8>) -> (Codec, Vec<u8>) {
        if self.codec == Codec::Zstd
            && let Some(packed) = self.compress(&body)
            && packed.len() < body.len()
        {
            return (Codec::Zstd, packed);
        }
        (Codec::Raw, body)
    }

    fn compress(&mut self, body: &[u8]) -> Option<Vec<u8>> {
        if self.packer.is_none() {
            self.packer = packer().ok();
        }
        self.packer.as_mut()?.compress(body).ok()
    }
}

/// Packs into frames that tell whether they were damaged.
pub(crate) fn packer() -> std::io::Result<Compressor<'static>> {
    let mut packer = Compressor::new(ZSTD_LEVEL)?;
    packer.include_checksum(true)?;
    Ok(packer)
}

impl std::fmt::Debug for BlockBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockBuilder")
            .field("codec", &self.codec)
            .field("start", &self.start)
            .field("records", &self.count)
            .finish_non_exhaustive()
    }
}

/// The body as it was before it was packed.
pub(crate) fn unpack(codec: Codec, body: Vec<u8>, body_size: usize) -> Result<Vec<u8>> {
    match codec {
        Codec::Raw => Ok(body),
        Codec::Zstd => zstd::bulk::decompress(&body, body_size)
            .map_err(|e| StoreError::Unreadable { what: "block", detail: e.to_string() }),
    }
}

/// The records of a block that begins at `start`, in order.
pub(crate) fn records(list: &[u8], start: u64) -> Result<Vec<RecordMeta<'static>>> {
    let damaged = || StoreError::Unreadable {
        what: "block",
        detail: "its list of records is cut off".to_owned(),
    };
    read_list(list, start).ok_or_else(damaged)
}

fn read_list(list: &[u8], start: u64) -> Option<Vec<RecordMeta<'static>>> {
    let (version, mut rest) = list.split_first()?;
    if *version != LIST_VERSION {
        return None;
    }
    let rest = &mut rest;
    let type_count = usize::try_from(take_varint(rest)?).ok()?;
    let mut types = Vec::with_capacity(type_count.min(limits::BLOCK_RECORDS));
    for _ in 0..type_count {
        let length = usize::try_from(take_varint(rest)?).ok()?;
        types.push(String::from_utf8(take(rest, length)?.to_vec()).ok()?);
    }
    let count = usize::try_from(take_varint(rest)?).ok()?;
    let mut records = Vec::with_capacity(count.min(limits::BLOCK_RECORDS));
    let mut end = start;
    for _ in 0..count {
        let offset = end.checked_add(take_varint(rest)?)?;
        let length = take_varint(rest)?;
        let hash = u64::from_le_bytes(take(rest, 8)?.try_into().ok()?);
        let record_type = types.get(usize::try_from(take_varint(rest)?).ok()?)?.clone();
        let kept_length = usize::try_from(take_varint(rest)?).ok()?;
        end = offset.checked_add(length)?;
        records.push(RecordMeta {
            offset,
            length,
            hash,
            record_type: record_type.into(),
            kept_length,
        });
    }
    Some(records)
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_frame_is_found() {
        let text = "what was said, and what was said again ".repeat(20);
        let mut packed = packer().unwrap().compress(text.as_bytes()).unwrap();
        assert_eq!(unpack(Codec::Zstd, packed.clone(), text.len()).unwrap(), text.as_bytes());
        // The checksum stands at the end.
        *packed.last_mut().unwrap() ^= 1;
        assert!(unpack(Codec::Zstd, packed, text.len()).is_err());
    }
}
