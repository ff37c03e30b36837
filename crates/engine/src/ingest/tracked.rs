//! A transcript that is read, and how far.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use callboard_agents::{Agent, Compression, TranscriptFile};
use callboard_model::{Draft, Ordinal, SessionId, Timestamp};
use callboard_store::{Cursor, Source, SourceId, SourceRow};
use serde::{Deserialize, Serialize};

use super::opened::Opened;
use super::uses::{Use, Uses};

/// A transcript that is read.
pub(crate) struct Tracked {
    /// The agent that writes it.
    pub(crate) agent: &'static dyn Agent,
    /// Its present file.
    file: Mutex<TranscriptFile>,
    /// How far it is read; whoever reads it holds this lock, so that nobody else does.
    progress: Mutex<Progress>,
    asked: AtomicBool,
    /// Somebody would read it, but must not before what was read of it is committed.
    waiting: AtomicBool,
    /// Its file has moved, and the store does not know yet.
    moved: AtomicBool,
    /// What the store has: written by whoever commits, who never waits for whoever reads.
    committed: Mutex<Progress>,
    epoch: AtomicU32,
    /// How often in a row it could not be read or kept.
    failures: AtomicU32,
    /// Sessions that it changed, and whose rows wait for its end.
    unsettled: Mutex<BTreeSet<SessionId>>,
}

/// How far a transcript is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Progress {
    /// Its row in the store, once it has one.
    pub(crate) id: Option<SourceId>,
    /// Device and inode: the identity of the file, whatever its name.
    pub(crate) identity: Option<(u64, u64)>,
    /// Counts how often the file was replaced or rewritten.
    pub(crate) generation: u32,
    /// Bytes of its content that are read.
    pub(crate) cursor: u64,
    /// Size and time of the file when it was last read to its end: if both are the same, so is the file.
    pub(crate) seen: Option<(u64, Timestamp)>,
    /// Hash of its first record.
    pub(crate) head_hash: u64,
    /// Hash of the last bytes before the cursor.
    pub(crate) tail_hash: u64,
    /// The place of its last event.
    pub(crate) ordinal: Ordinal,
    /// What its reader remembers.
    pub(crate) reader_state: String,
    /// What its tool uses tell of results to come.
    pub(crate) uses: Uses,
    /// Facts that were kept beside it, which may be gone when they are told again.
    pub(crate) companion: Vec<Draft>,
    /// It was read to its end since the start: what comes now happens now.
    pub(crate) is_live: bool,
    /// What was last read of it goes to the writer as history.
    pub(crate) is_history: bool,
    /// Counts the batches that were made of it since the start.
    pub(crate) batches: u64,
    /// Counts how often reading went back to what the store has; batches of before are void.
    pub(crate) epoch: u32,
}

/// What the store keeps of [`Progress`] as the reader's state.
#[derive(Serialize, Deserialize)]
struct KeptState<'a> {
    ordinal: Ordinal,
    reader: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    uses: Vec<(String, Use)>,
    #[serde(default, skip_serializing_if = "<[Draft]>::is_empty")]
    companion: std::borrow::Cow<'a, [Draft]>,
}

/// The facts that were kept beside a transcript when it was read.
pub(crate) fn companion_of(source: &Source) -> Vec<Draft> {
    let kept = source.row.cursor.parser_state.as_deref();
    let kept = kept.and_then(|text| serde_json::from_str::<KeptState<'_>>(text).ok());
    kept.map(|kept| kept.companion.into_owned()).unwrap_or_default()
}

/// How a file relates to what was read of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Continuity {
    /// Nothing was appended.
    Same,
    /// It goes on after the cursor.
    Grown,
    /// It is another file, or was rewritten: it is read from its beginning.
    Replaced,
}

impl Tracked {
    pub(crate) fn new(agent: &'static dyn Agent, file: TranscriptFile, progress: Progress) -> Self {
        Self {
            agent,
            file: Mutex::new(file),
            committed: Mutex::new(progress.clone()),
            progress: Mutex::new(progress),
            asked: AtomicBool::new(false),
            waiting: AtomicBool::new(false),
            moved: AtomicBool::new(false),
            epoch: AtomicU32::new(0),
            failures: AtomicU32::new(0),
            unsettled: Mutex::default(),
        }
    }

    /// It could not be read or kept; gives how often in a row.
    pub(crate) fn failed(&self) -> u32 {
        self.failures.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// It could be read and kept.
    pub(crate) fn succeeded(&self) {
        self.failures.store(0, Ordering::Release);
    }

    /// Notes sessions whose rows wait for its end.
    pub(crate) fn unsettle(&self, sessions: &BTreeSet<SessionId>) {
        self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).extend(sessions);
    }

    /// The sessions whose rows wait for its end.
    pub(crate) fn unsettled(&self) -> BTreeSet<SessionId> {
        self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its end was reached, and all rows are made.
    pub(crate) fn settled(&self) {
        self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether a batch that was read in `epoch` still counts.
    pub(crate) fn is_current(&self, epoch: u32) -> bool {
        self.epoch.load(Ordering::Acquire) == epoch
    }

    /// What was read up to `progress` is in the store; gives whether somebody waits to read on.
    pub(crate) fn committed(&self, progress: Progress) -> bool {
        *self.committed.lock().unwrap_or_else(PoisonError::into_inner) = progress;
        self.take_waiting()
    }

    /// Whether somebody waits to read on; who asks sees to it.
    pub(crate) fn take_waiting(&self) -> bool {
        self.waiting.swap(false, Ordering::SeqCst)
    }

    /// A batch could not be committed: reading goes back to what the store has, and batches read
    /// since are void.
    pub(crate) fn go_back(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// How far it is read, after going back if it must; waits until nobody else reads it.
    pub(crate) fn progress(&self) -> MutexGuard<'_, Progress> {
        self.current(self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// As [`Self::progress`], for what happens now: `None` while it is read as history, or while what
    /// was read so is not committed. The writer takes what happens now first: its cursor would
    /// pass over what still waits, which a crash would then lose.
    pub(crate) fn progress_now(&self) -> Option<MutexGuard<'_, Progress>> {
        // Noted before looking, so that whoever commits meanwhile sees it.
        self.waiting.store(true, Ordering::SeqCst);
        let progress = match self.progress.try_lock() {
            Ok(progress) => progress,
            Err(TryLockError::WouldBlock) => return None,
            Err(TryLockError::Poisoned(progress)) => progress.into_inner(),
        };
        let progress = self.current(progress);
        if progress.is_history && !self.has_committed(&progress) {
            return None;
        }
        self.waiting.store(false, Ordering::SeqCst);
        Some(progress)
    }

    fn has_committed(&self, progress: &Progress) -> bool {
        let committed = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        // A batch without a record leaves the cursor where it is, and must not be overtaken either.
        committed.batches == progress.batches
    }

    fn current<'a>(&'a self, mut progress: MutexGuard<'a, Progress>) -> MutexGuard<'a, Progress> {
        let epoch = self.epoch.load(Ordering::Acquire);
        if progress.epoch != epoch {
            let committed = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
            *progress = Progress { epoch, is_live: progress.is_live, ..committed.clone() };
        }
        progress
    }

    /// Its present file.
    pub(crate) fn file(&self) -> TranscriptFile {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its file has moved or changed.
    pub(crate) fn set_file(&self, file: TranscriptFile) {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = file;
    }

    /// Its file has moved: the store is told even where nothing was appended.
    pub(crate) fn set_moved(&self) {
        self.moved.store(true, Ordering::Release);
    }

    /// Whether its file has moved since this was last asked.
    pub(crate) fn take_moved(&self) -> bool {
        self.moved.swap(false, Ordering::AcqRel)
    }

    /// Its path now.
    pub(crate) fn path(&self) -> PathBuf {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).path.clone()
    }

    /// Its row in the store, if it has one.
    pub(crate) fn committed_id(&self) -> Option<SourceId> {
        self.committed.lock().unwrap_or_else(PoisonError::into_inner).id
    }

    /// Whether `file`, as found now, differs from what was last read to its end.
    pub(crate) fn may_have_changed(&self, file: &TranscriptFile) -> bool {
        let committed = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (file.size, file.modified.map(Timestamp::from).unwrap_or_default());
        committed.seen != Some(now)
    }

    /// Notes that it is asked for; gives whether it was not already.
    pub(crate) fn ask(&self) -> bool {
        !self.asked.swap(true, Ordering::AcqRel)
    }

    /// From now on changes count as new ones.
    pub(crate) fn answer(&self) {
        self.asked.store(false, Ordering::Release);
    }
}

impl Progress {
    /// How far the store has read a transcript.
    pub(crate) fn of_source(source: &Source) -> Self {
        let cursor = &source.row.cursor;
        let kept: Option<KeptState<'_>> =
            cursor.parser_state.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let (ordinal, reader_state, uses, companion) = kept.map_or_else(Default::default, |kept| {
            let uses = Uses::of_unanswered(kept.uses);
            (kept.ordinal, kept.reader.into_owned(), uses, kept.companion.into_owned())
        });
        Self {
            id: Some(source.id),
            identity: Some((source.row.dev, source.row.inode)),
            generation: cursor.generation,
            cursor: cursor.offset,
            seen: cursor.modified.map(|at| (cursor.size, at)),
            tail_hash: cursor.tail_hash,
            head_hash: cursor.head_hash,
            ordinal,
            reader_state,
            uses,
            companion,
            ..Self::default()
        }
    }

    /// The row that makes the store remember this.
    pub(crate) fn row(&self, agent: &dyn Agent, file: &TranscriptFile) -> SourceRow {
        let kept = KeptState {
            ordinal: self.ordinal,
            reader: (&self.reader_state).into(),
            uses: self.uses.unanswered(),
            companion: (&self.companion).into(),
        };
        let (dev, inode) = self.identity.unwrap_or_default();
        SourceRow {
            agent: agent.name(),
            path: file.path.clone(),
            dev,
            inode,
            thread: file.thread.clone(),
            born: None,
            cursor: Cursor {
                generation: self.generation,
                offset: self.cursor,
                size: self.seen.map_or(0, |(size, _)| size),
                modified: self.seen.map(|(_, at)| at),
                head_hash: self.head_hash,
                tail_hash: self.tail_hash,
                parser_version: 1,
                parser_state: serde_json::to_string(&kept).ok(),
            },
        }
    }

    /// How an opened file relates to what was read.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn continuity(&self, file: &Opened) -> io::Result<Continuity> {
        let meta = &file.meta;
        if self.cursor == 0 {
            return Ok(if meta.len() == 0 { Continuity::Same } else { Continuity::Grown });
        }
        let is_as_seen =
            self.identity == identity(meta) && self.seen == Some((meta.len(), modified(meta)));
        if file.compression == Compression::Zstd {
            return Ok(if is_as_seen { Continuity::Same } else { Continuity::Replaced });
        }
        // Somebody asked for it, whatever its time says: a file system's clock ticks every few milliseconds, and what is
        // written twice between two ticks has one time.
        if meta.len() < self.cursor || file.tail_hash(self.cursor)? != self.tail_hash {
            return Ok(Continuity::Replaced);
        }
        if file.head_hash()?.is_some_and(|hash| self.head_hash != 0 && hash != self.head_hash) {
            return Ok(Continuity::Replaced);
        }
        if is_as_seen {
            return Ok(Continuity::Same);
        }
        Ok(if meta.len() == self.cursor { Continuity::Same } else { Continuity::Grown })
    }
}

/// Device and inode of a file, where the system has them.
pub(crate) fn identity(meta: &Metadata) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((meta.dev(), meta.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = meta;
        None
    }
}

/// When a file last changed.
pub(crate) fn modified(meta: &Metadata) -> Timestamp {
    meta.modified().map(Timestamp::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_now_overtakes_no_batch_of_history() {
        let file = TranscriptFile {
            path: "/x.jsonl".into(),
            compression: Compression::None,
            thread: None,
            size: 0,
            modified: None,
        };
        let tracked = Tracked::new(callboard_agents::all()[0], file, Progress::default());
        let batch = |batches| Progress { cursor: 10, batches, ..Progress::default() };
        // Two are under way; the second only told that the file's end was reached.
        *tracked.progress() = Progress { is_history: true, ..batch(2) };
        assert!(tracked.progress_now().is_none());
        assert!(tracked.committed(batch(1)), "somebody waits");
        assert!(tracked.progress_now().is_none());
        assert!(tracked.committed(batch(2)));
        assert!(tracked.progress_now().is_some());
    }
}
