//! Transcripts: where an agent keeps them and how one is read.

use std::path::PathBuf;
use std::time::SystemTime;

use callboard_model::{Draft, ThreadKey};

use crate::slim::Slim;
use crate::stream::StreamRule;

/// How a transcript's bytes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// As they are; the file may grow.
    None,
    /// Zstandard; the file is finished.
    Zstd,
}

/// A file that holds a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptFile {
    /// Where it is.
    pub path: PathBuf,
    /// How its bytes are kept.
    pub compression: Compression,
    /// The conversation that its name tells, if it does.
    pub thread: Option<ThreadKey>,
    /// Bytes in the file, as kept.
    pub size: u64,
    /// When it last changed.
    pub modified: Option<SystemTime>,
}

/// What a walk through an agent's home comes upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A transcript.
    File(TranscriptFile),
    /// Something that could not be looked at.
    Problem {
        /// Where.
        path: PathBuf,
        /// What is wrong with it, in words.
        what: String,
    },
}

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordPosition {
    /// Bytes before it in its (uncompressed) transcript.
    pub offset: u64,
}

/// What a record says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// The agent's name for its type (`user`, `event_msg/token_count`).
    pub record_type: String,
    /// Whether this version knows that type.
    pub known: bool,
    /// Fields and values it does not know (`user.newField`, `user.uuid=number`); bounded.
    pub unknown: Vec<String>,
    /// What happened; a record may tell of nothing, or of several things.
    pub drafts: Vec<Draft>,
}

/// Reads one transcript's records, in their order.
///
/// For each record first [`slim`](Self::slim), then [`parse`](Self::parse) of what it kept.
pub trait TranscriptReader: Send {
    /// The record without what repeats, what nobody can read, and binary content.
    ///
    /// Remembers what it saw, to recognise its repetition. Slimming what was kept anew, with a fresh
    /// reader, changes nothing.
    fn slim<'l>(&mut self, record: &'l str) -> Slim<'l>;

    /// What a slim record says.
    ///
    /// A fresh reader gives the same drafts with the same keys for a single record, but for
    /// [`Info`](callboard_model::event::Info) (given when it changes) and the threads of sidechains.
    fn parse(&mut self, record: &str, at: RecordPosition) -> Parsed;

    /// What to leave out of a line that is too long to be looked at as a whole.
    fn slim_rules(&self) -> &'static [StreamRule];

    /// What the reader remembers, as a small JSON text to give to the next one.
    fn state(&self) -> String;
}
