//! What one pass of a reader hands to the writer.

use std::sync::Arc;

use callboard_agents::TranscriptFile;
use callboard_model::{Draft, Ordinal, ThreadKey};
use callboard_store::{Block, IndexText, RecordCounts, StoredBlob};

use super::tracked::{Progress, Tracked};

/// Consecutive records of one transcript, ready to be committed together with the cursor behind them.
pub(crate) struct Batch {
    /// The transcript.
    pub(crate) transcript: Arc<Tracked>,
    /// Its file as it was read.
    pub(crate) file: TranscriptFile,
    /// How far it is read once this batch is committed.
    pub(crate) progress: Progress,
    /// It happens now, rather than before.
    pub(crate) is_live: bool,
    /// The end of the file was reached.
    pub(crate) is_last: bool,
    /// The records.
    pub(crate) blocks: Vec<Block>,
    /// Their events per conversation, in order.
    pub(crate) threads: Vec<ThreadEvents>,
    /// How many records there are of each type.
    pub(crate) counts: RecordCounts,
    /// Unknown fields and values, each with where its record begins.
    pub(crate) unknown: Vec<(String, u64)>,
    /// Binary content, already on the disk, with what it is.
    pub(crate) blobs: Vec<(StoredBlob, String)>,
    /// Bytes of the transcript in this batch.
    pub(crate) raw_bytes: u64,
    /// How many records that are.
    pub(crate) records: u64,
}

/// The events of one conversation in a batch.
pub(crate) struct ThreadEvents {
    pub(crate) thread: ThreadKey,
    pub(crate) events: Vec<Prepared>,
}

/// An event with all that the store needs of it.
pub(crate) struct Prepared {
    pub(crate) draft: Draft,
    pub(crate) ordinal: Ordinal,
    /// Where its record begins.
    pub(crate) offset: u64,
    /// Its words for the index.
    pub(crate) text: Option<IndexText>,
    /// The files it is about.
    pub(crate) paths: Vec<String>,
    /// It is Callboard's own output.
    pub(crate) is_own: bool,
}
