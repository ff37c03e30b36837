//! From agents' files to batches: what there is, what changed, who reads it.

pub(crate) mod batch;
mod jobs;
mod lines;
mod opened;
mod read;
mod spill;
pub(crate) mod tracked;
mod tracking;
mod uses;
mod watching;
mod words;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use callboard_agents::{Found, TranscriptFile};
use callboard_model::Timestamp;
use callboard_store::{BlobStore, Source, SourceId};

use self::batch::Batch;
use self::jobs::Jobs;
use self::tracked::Tracked;
use self::tracking::{Lost, Tracking};
use crate::engine::Clock;
use crate::limits;
use crate::live::Home;

/// What reading tells the writer.
pub(crate) enum Report {
    /// Records to commit.
    Batch(Box<Batch>),
    /// A transcript could not be read.
    Failed {
        /// Which.
        transcript: Arc<Tracked>,
        /// Why, in words.
        text: String,
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// A transcript's file is gone.
    Gone(SourceId),
    /// Something that could not be looked at while walking a home.
    Problem {
        /// Where.
        path: PathBuf,
        /// What is wrong with it.
        text: String,
    },
    /// All history is read.
    HistoryDone {
        /// Called once all that was delivered before is committed.
        committed: Box<dyn FnOnce() + Send>,
    },
}

/// Where reports go; gives `false` when nobody takes them any more.
pub(crate) type Deliver = Arc<dyn Fn(bool, Report) -> bool + Send + Sync>;

/// Asked about each path that changed, with the number of its home; says whether it was its own affair.
type OnChange = Box<dyn Fn(usize, &Path) -> bool + Send + Sync>;

/// How far reading history is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct HistoryProgress {
    pub(crate) running: bool,
    pub(crate) bytes_done: u64,
    pub(crate) bytes_total: u64,
    pub(crate) files_done: u64,
    pub(crate) files_total: u64,
}

/// What was read from agents' files since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Bytes of transcripts.
    pub bytes: u64,
    /// Records parsed.
    pub records: u64,
}

/// Reads agents' transcripts until stopped.
pub(crate) struct Ingest {
    shared: Arc<Shared>,
}

struct Shared {
    homes: Vec<Home>,
    jobs: Jobs,
    tracking: Tracking,
    blobs: BlobStore,
    clock: Clock,
    deliver: Deliver,
    history: Mutex<HistoryProgress>,
    work: Mutex<Work>,
    on_change: OnChange,
}

impl Ingest {
    /// Starts reading. `on_change` is asked first about each path that changed (with the number of
    /// its home) and says whether the path was its own affair.
    pub(crate) fn start(
        homes: Vec<Home>,
        known: Vec<Source>,
        blobs: BlobStore,
        clock: Clock,
        deliver: Deliver,
        on_change: impl Fn(usize, &Path) -> bool + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            homes,
            jobs: Jobs::new(),
            tracking: Tracking::new(known),
            blobs,
            clock,
            deliver,
            history: Mutex::new(HistoryProgress { running: true, ..HistoryProgress::default() }),
            work: Mutex::default(),
            on_change: Box::new(on_change),
        });
        for _ in 0..limits::BACKFILL_READERS {
            let shared = shared.clone();
            // The writer waits for the readers only if they are slower than it is.
            thread::spawn(move || {
                callboard_os::thread::give_way();
                shared.read_history();
            });
        }
        let live = shared.clone();
        thread::spawn(move || live.read_live());
        let later = shared.clone();
        thread::spawn(move || later.jobs.run_later(later.clock));
        watching::start(shared.clone());
        Self { shared }
    }

    /// How far reading history is.
    pub(crate) fn history(&self) -> HistoryProgress {
        *self.shared.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read since the start.
    pub(crate) fn work(&self) -> Work {
        *self.shared.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all reading; what is being delivered is finished.
    pub(crate) fn stop(&self) {
        self.shared.jobs.close();
    }

    /// Reads a transcript on that waited for what was read of it before.
    pub(crate) fn read_on(&self, transcript: &Arc<Tracked>) {
        self.shared.jobs.add_live(transcript.clone());
    }

    /// Reads a transcript again that could not be read or kept.
    pub(crate) fn retry_at(&self, transcript: &Arc<Tracked>, due: Timestamp) {
        self.shared.jobs.add_later(transcript.clone(), due);
    }
}

impl Shared {
    /// Walks every home: what is new or has grown is to be read, what is gone is reported.
    fn walk(self: &Arc<Self>) {
        let mut found = Vec::new();
        for home in &self.homes {
            home.agent.transcripts(&home.path, &mut |item| match item {
                Found::File(file) => found.push((home.agent, file)),
                Found::Problem { path, what } => {
                    (self.deliver)(true, Report::Problem { path, text: what });
                }
            });
        }
        let mut due = Vec::new();
        for (agent, file) in found {
            let (size, modified) = (file.size, file.modified);
            let (transcript, was_tracked) = self.tracking.track(agent, file, false);
            if was_tracked {
                continue;
            }
            let read = transcript.progress().cursor;
            self.update_history(|history| {
                history.files_total += 1;
                history.bytes_total += size.saturating_sub(read);
            });
            due.push((transcript, modified));
        }
        self.jobs.add_history(due);
        for source in self.tracking.missing() {
            (self.deliver)(true, Report::Gone(source.id));
        }
        // Without any transcript nobody would ever come upon the last one.
        if self.history_is_empty() {
            self.finish_history();
        }
    }

    fn read_history(self: &Arc<Self>) {
        while let Some(transcript) = self.jobs.next_history() {
            self.read(&transcript, false);
            if transcript.take_waiting() {
                self.jobs.add_live(transcript);
            }
            self.update_history(|history| history.files_done += 1);
            if self.jobs.history_done() {
                self.finish_history();
            }
        }
    }

    fn read_live(&self) {
        while let Some(transcript) = self.jobs.next_live() {
            // What is appended from here on asks anew.
            transcript.answer();
            self.read(&transcript, true);
        }
    }

    fn read(&self, transcript: &Arc<Tracked>, is_live: bool) {
        let mut is_delivered = false;
        let outcome = read::read(transcript, is_live, &self.blobs, &mut |batch| {
            is_delivered = true;
            let lane = batch.is_live;
            if !is_live {
                self.update_history(|history| history.bytes_done += batch.raw_bytes);
            }
            self.count(&batch);
            (self.deliver)(lane, Report::Batch(Box::new(batch))) && !self.jobs.is_closed()
        });
        let Err(error) = outcome else {
            // What was delivered has yet to be kept.
            if !is_delivered {
                transcript.succeeded();
            }
            return;
        };
        if error.kind() == std::io::ErrorKind::NotFound {
            self.lose(&transcript.path());
            return;
        }
        let wait = retry_wait(transcript.failed());
        let retry_at = self.after(wait);
        (self.deliver)(
            is_live,
            Report::Failed { transcript: transcript.clone(), text: error.to_string(), retry_at },
        );
    }

    fn after(&self, wait: std::time::Duration) -> Timestamp {
        (self.clock)().plus_ms(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
    }

    fn count(&self, batch: &Batch) {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        work.bytes += batch.raw_bytes;
        work.records += batch.records;
    }

    /// A file appeared or changed.
    fn touch(&self, home: &Home, path: &Path) {
        if let Some(transcript) = self.tracking.get(path) {
            if path.exists() {
                self.jobs.add_live(transcript);
            } else {
                self.lose(path);
            }
        } else if let Some(file) = home.agent.transcript_at(&home.path, path) {
            self.begin(home, file);
        }
    }

    fn begin(&self, home: &Home, file: TranscriptFile) {
        let (transcript, _) = self.tracking.track(home.agent, file, true);
        self.jobs.add_live(transcript);
    }

    fn lose(&self, path: &Path) {
        match self.tracking.lose(path) {
            Some(Lost::Gone(transcript)) => {
                if let Some(id) = transcript.committed_id() {
                    (self.deliver)(true, Report::Gone(id));
                }
            }
            Some(Lost::Moved(transcript)) => self.jobs.add_live(transcript),
            None => {}
        }
    }

    fn update_history(&self, change: impl FnOnce(&mut HistoryProgress)) {
        change(&mut self.history.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn history_is_empty(&self) -> bool {
        self.history.lock().unwrap_or_else(PoisonError::into_inner).files_total == 0
    }

    fn finish_history(self: &Arc<Self>) {
        let shared = self.clone();
        let committed = Box::new(move || {
            shared.update_history(|history| {
                history.running = false;
                history.bytes_done = history.bytes_total;
            });
        });
        (self.deliver)(false, Report::HistoryDone { committed });
    }
}

/// How long to wait after so many failures in a row.
pub(crate) fn retry_wait(failures: u32) -> std::time::Duration {
    limits::RETRY_AFTER
        .saturating_mul(1 << failures.min(16).saturating_sub(1))
        .min(limits::RETRY_AT_MOST)
}
