//! A transcript's records, from its cursor to its end, as batches.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use callboard_agents::{
    Parsed, RecordPosition, Slim, TranscriptFile, TranscriptReader, slim_stream, split_objects,
};
use callboard_model::{EventBody, Ordinal};
use callboard_store::{BlobStore, BlockBuilder, Codec, RecordCounts, RecordMeta, StoredBlob};
use xxhash_rust::xxh3::xxh3_64;

use super::batch::{Batch, Prepared, ThreadEvents};
use super::lines::{Line, Lines};
use super::opened::Opened;
use super::spill::Spill;
use super::tracked::{Continuity, Progress, Tracked, identity, modified};
use super::uses::Use;
use super::words;
use crate::limits;

/// Reads what `transcript` holds beyond its cursor and hands it to `deliver` in batches.
///
/// `deliver` says whether to go on.
///
/// # Errors
/// When the file cannot be read; what was delivered before stays valid.
pub(crate) fn read(
    transcript: &Arc<Tracked>,
    is_live: bool,
    blobs: &BlobStore,
    deliver: &mut dyn FnMut(Batch) -> bool,
) -> io::Result<()> {
    let progress = if is_live { transcript.progress_now() } else { Some(transcript.progress()) };
    let Some(mut progress) = progress else { return Ok(()) };
    let file = transcript.file();
    let opened = Opened::open(&file.path, file.compression)?;
    match progress.continuity(&opened)? {
        Continuity::Same if !transcript.take_moved() => {
            progress.is_live = true;
            return Ok(());
        }
        Continuity::Same | Continuity::Grown => {}
        Continuity::Replaced => {
            *progress = Progress {
                id: progress.id,
                generation: progress.generation + 1,
                batches: progress.batches,
                epoch: progress.epoch,
                is_live: progress.is_live,
                companion: std::mem::take(&mut progress.companion),
                ..Progress::default()
            };
        }
    }
    progress.identity = identity(&opened.meta);
    let is_live = is_live && progress.is_live;
    progress.is_history = !is_live;
    let reader = transcript.agent.reader(&file, Some(&progress.reader_state));
    let lines = opened.lines(progress.cursor)?;
    // A live line is not worth compressing: it is packed with its neighbours later.
    let codec = if is_live { Codec::Raw } else { Codec::Zstd };
    let mut pass = Pass {
        transcript,
        file,
        opened: &opened,
        progress: &mut progress,
        is_live,
        reader,
        blobs,
        builder: BlockBuilder::new(codec),
        gathered: Gathered::default(),
    };
    pass.run(lines, deliver)
}

/// One pass over a transcript.
struct Pass<'a> {
    transcript: &'a Arc<Tracked>,
    file: TranscriptFile,
    opened: &'a Opened,
    progress: &'a mut Progress,
    is_live: bool,
    reader: Box<dyn TranscriptReader>,
    blobs: &'a BlobStore,
    builder: BlockBuilder,
    gathered: Gathered,
}

/// What the next batch holds so far.
#[derive(Default)]
struct Gathered {
    blocks: Vec<callboard_store::Block>,
    threads: Vec<ThreadEvents>,
    places: HashMap<callboard_model::ThreadKey, usize>,
    events: usize,
    counts: RecordCounts,
    unknown: Vec<(String, u64)>,
    blobs: Vec<(StoredBlob, String)>,
    raw_bytes: u64,
    records: u64,
}

impl Gathered {
    fn is_full(&self) -> bool {
        self.raw_bytes >= limits::BATCH_RAW_BYTES || self.events >= limits::BATCH_EVENTS
    }
}

/// A record's bytes as they lie in the file.
struct RawRecord {
    offset: u64,
    length: u64,
    hash: u64,
}

impl Pass<'_> {
    fn run(&mut self, mut lines: Lines, deliver: &mut dyn FnMut(Batch) -> bool) -> io::Result<()> {
        if self.progress.cursor == 0 {
            self.take_companion();
        }
        loop {
            match lines.next()? {
                Line::Whole { offset, bytes, next } => {
                    self.take_line(offset, bytes)?;
                    self.advance(next);
                }
                Line::Giant { offset } => match self.take_giant(offset, &mut lines)? {
                    Some(next) => self.advance(next),
                    None => break,
                },
                Line::Unfinished | Line::End => break,
            }
            if self.gathered.is_full() {
                let batch = self.batch(false)?;
                if !deliver(batch) {
                    return Ok(());
                }
            }
        }
        let batch = self.batch(true)?;
        deliver(batch);
        Ok(())
    }

    fn advance(&mut self, next: u64) {
        self.gathered.raw_bytes += next - self.progress.cursor;
        self.progress.cursor = next;
    }

    /// Facts that are kept beside the transcript.
    fn take_companion(&mut self) {
        let drafts = self.transcript.agent.companion(&self.file);
        if !drafts.is_empty() {
            self.progress.companion.clone_from(&drafts);
        }
        self.take_events(0, Parsed { drafts, known: true, ..Parsed::default() });
    }

    fn take_line(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let Ok(text) = std::str::from_utf8(bytes) else {
            // Damaged: one record, whose bytes are still told as they lie in the file.
            let raw = RawRecord { offset, length: bytes.len() as u64, hash: xxh3_64(bytes) };
            let readable = String::from_utf8_lossy(bytes);
            let slim = self.reader.slim(&readable);
            return self.take_record(&raw, slim);
        };
        if text.trim().is_empty() {
            return Ok(());
        }
        for (start, object) in split_objects(text) {
            if object.trim().is_empty() {
                continue;
            }
            let raw = RawRecord {
                offset: offset + start as u64,
                length: object.len() as u64,
                hash: xxh3_64(object.as_bytes()),
            };
            let slim = self.reader.slim(object);
            self.take_record(&raw, slim)?;
        }
        Ok(())
    }

    /// A line that is too long to hold; gives where the next begins, unless this one may still grow.
    fn take_giant(&mut self, offset: u64, lines: &mut Lines) -> io::Result<Option<u64>> {
        let mut spill = Spill::new(self.blobs.clone());
        let record = slim_stream(&mut lines.giant(), self.reader.slim_rules(), &mut spill)?;
        if !record.complete {
            return Ok(None);
        }
        self.gathered.blobs.extend(spill.blobs);
        let raw = RawRecord { offset, length: record.raw_len, hash: record.raw_hash64 };
        // What is left of it is small enough to be slimmed again, as any other record.
        let kept = record.kept;
        let slim = self.reader.slim(&kept);
        self.take_record(&raw, slim)?;
        Ok(Some(lines.after_giant(record.raw_len + 1)))
    }

    fn take_record(&mut self, raw: &RawRecord, slim: Slim<'_>) -> io::Result<()> {
        if self.progress.head_hash == 0 {
            self.progress.head_hash = raw.hash;
        }
        self.gathered.records += 1;
        let parsed = if slim.kept.is_empty() {
            Parsed {
                record_type: callboard_store::REPEATED.into(),
                known: true,
                ..Parsed::default()
            }
        } else {
            self.reader.parse(&slim.kept, RecordPosition { offset: raw.offset })
        };
        let kept = slim.kept.len() as u64;
        self.gathered.counts.add(&parsed.record_type, parsed.known, raw.length, kept);
        self.gathered.unknown.extend(parsed.unknown.iter().map(|what| (what.clone(), raw.offset)));
        let meta = RecordMeta {
            offset: raw.offset,
            length: raw.length,
            hash: raw.hash,
            record_type: parsed.record_type.clone().into(),
            kept_length: slim.kept.len(),
        };
        if let Some(block) = self.builder.push(&meta, slim.kept.as_bytes()) {
            self.gathered.blocks.push(block);
        }
        for blob in slim.blobs {
            // On the disk before anything refers to it.
            let stored = self.blobs.put(&blob.bytes).map_err(io::Error::other)?;
            self.gathered.blobs.push((stored, blob.media_type));
        }
        self.take_events(raw.offset, parsed);
        Ok(())
    }

    fn take_events(&mut self, offset: u64, parsed: Parsed) {
        for draft in parsed.drafts {
            let ordinal = Ordinal::after(self.progress.ordinal, draft.at);
            self.progress.ordinal = ordinal;
            let Use { paths, is_own, is_read } = self.progress.uses.note(&draft.body);
            let text = match &draft.body {
                EventBody::Result(_) if is_read => words::index_file(&draft.body),
                body => words::index_text(body),
            };
            let event = Prepared { ordinal, offset, text, paths, is_own, draft };
            let threads = &mut self.gathered.threads;
            let place = *self.gathered.places.entry(event.draft.thread.clone()).or_insert_with_key(
                |thread| {
                    threads.push(ThreadEvents { thread: thread.clone(), events: Vec::new() });
                    threads.len() - 1
                },
            );
            threads[place].events.push(event);
            self.gathered.events += 1;
        }
    }

    /// What was gathered, with the cursor behind it.
    fn batch(&mut self, is_last: bool) -> io::Result<Batch> {
        let mut gathered = std::mem::take(&mut self.gathered);
        gathered.blocks.extend(self.builder.finish());
        if self.file.compression == callboard_agents::Compression::None {
            self.progress.tail_hash = self.opened.tail_hash(self.progress.cursor)?;
        }
        self.progress.reader_state = self.reader.state();
        self.progress.batches += 1;
        if is_last {
            let meta = &self.opened.meta;
            self.progress.seen = Some((meta.len(), modified(meta)));
            self.progress.is_live = true;
        }
        Ok(Batch {
            transcript: self.transcript.clone(),
            file: self.file.clone(),
            progress: self.progress.clone(),
            is_live: self.is_live,
            is_last,
            blocks: gathered.blocks,
            threads: gathered.threads,
            counts: gathered.counts,
            unknown: gathered.unknown,
            blobs: gathered.blobs,
            raw_bytes: gathered.raw_bytes,
            records: gathered.records,
        })
    }
}

#[cfg(test)]
mod tests {
    use callboard_agents::Compression;

    use super::*;

    #[test]
    fn what_replaces_a_file_while_it_is_read_is_read_from_its_beginning() {
        let dir = tempfile::tempdir().unwrap();
        let (path, next) = (dir.path().join("t.jsonl"), dir.path().join("next"));
        let half = usize::try_from(limits::BATCH_RAW_BYTES).unwrap();
        let record = |c: &str| format!("{{\"x\":\"{}\"}}\n", c.repeat(half));
        let first = "{\"x\":0}\n".to_owned();
        std::fs::write(&path, first.clone() + &record("a") + &record("b")).unwrap();
        std::fs::write(&next, first + &record("c") + &record("d")).unwrap();
        let file = TranscriptFile {
            path: path.clone(),
            compression: Compression::None,
            thread: None,
            size: 0,
            modified: None,
        };
        let agent = callboard_agents::all()[0];
        let transcript = Arc::new(Tracked::new(agent, file, Progress::default()));
        let blobs = BlobStore::new(dir.path());
        let records = |transcript: &Arc<Tracked>| {
            let mut records = 0;
            read(transcript, false, &blobs, &mut |batch| {
                records += batch.records;
                if next.exists() {
                    std::fs::rename(&next, &path).unwrap();
                }
                true
            })
            .unwrap();
            (records, transcript.progress().generation)
        };
        assert_eq!(records(&transcript), (3, 0));
        assert_eq!(records(&transcript), (3, 1), "another file, of the same length and beginning");
        assert_eq!(records(&transcript), (0, 1));
    }

    #[test]
    fn what_is_written_anew_within_a_tick_of_the_clock_is_read_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.jsonl");
        let write = |text: &str| {
            std::fs::write(&path, text).unwrap();
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        };
        let file = TranscriptFile {
            path: path.clone(),
            compression: Compression::None,
            thread: None,
            size: 0,
            modified: None,
        };
        let transcript =
            Arc::new(Tracked::new(callboard_agents::all()[0], file, Progress::default()));
        let blobs = BlobStore::new(dir.path());
        let records = || {
            let mut records = 0;
            let mut count = |batch: Batch| {
                records += batch.records;
                true
            };
            read(&transcript, false, &blobs, &mut count).unwrap();
            records
        };
        write("{\"x\":1}\n{\"x\":2}\n");
        assert_eq!((records(), records()), (2, 0));
        write("{\"x\":9}\n{\"x\":2}\n");
        assert_eq!((records(), records()), (2, 0), "another beginning");
        write("{\"x\":9}\n{\"x\":7}\n");
        assert_eq!((records(), records()), (2, 0), "another end");
    }
}
