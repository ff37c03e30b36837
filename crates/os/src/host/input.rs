//! What an agent is sent: noted, then written by a thread of its own, so that one that does not read holds nobody up.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use super::SENT;
use super::serve::append_to;
use crate::limits;

/// Why a line is not sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotSent {
    /// Another line was sent with the same id.
    Otherwise,
    /// It cannot be.
    Refused(String),
}

/// What waits to be written to an agent.
pub(super) struct Input {
    queue: Arc<Queue>,
    sent: Mutex<Sent>,
}

#[derive(Default)]
struct Queue {
    lines: Mutex<Waiting>,
    told: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: VecDeque<String>,
    bytes: usize,
    is_closed: bool,
    /// Why nothing more is written.
    failure: Option<String>,
}

impl Queue {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next line, once there is one; none when the input is closed.
    fn next(&self) -> Option<String> {
        let nothing = |waiting: &mut Waiting| waiting.lines.is_empty() && !waiting.is_closed;
        let waiting = self.told.wait_while(self.lock(), nothing);
        waiting.unwrap_or_else(PoisonError::into_inner).lines.front().cloned()
    }
}

impl Input {
    /// Writes to `pipe` from now on.
    pub(super) fn of(pipe: Option<ChildStdin>, dir: &Path) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let sent = Sent::open(dir)?;
        if let Some(pipe) = pipe {
            let queue = queue.clone();
            thread::spawn(move || write(pipe, &queue));
        }
        Ok(Self { queue, sent: Mutex::new(sent) })
    }

    /// Takes a line, once for each id. It is written as soon as the agent reads.
    pub(super) fn send(&self, id: String, line: &str) -> Result<(), NotSent> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, before)) = sent.lines.iter().find(|(known, _)| *known == id) {
            return if *before == mark_of(line) { Ok(()) } else { Err(NotSent::Otherwise) };
        }
        self.take(&mut sent, id, line).map_err(NotSent::Refused)
    }

    fn take(&self, sent: &mut Sent, id: String, line: &str) -> Result<(), String> {
        if line.contains('\n') {
            return Err("a line has no line feed in it".to_owned());
        }
        let mut waiting = self.queue.lock();
        if waiting.is_closed {
            return Err("its input is closed".to_owned());
        }
        if let Some(failure) = &waiting.failure {
            return Err(failure.clone());
        }
        // The first is taken however long it is.
        if waiting.bytes > 0 && waiting.bytes + line.len() > limits::UNREAD_BYTES {
            return Err(format!(
                "the agent does not read: {} lines wait for it already",
                waiting.lines.len()
            ));
        }
        sent.note(id, line).map_err(|error| format!("cannot note what is sent: {error}"))?;
        waiting.bytes += line.len() + 1;
        waiting.lines.push_back(format!("{line}\n"));
        self.queue.told.notify_all();
        Ok(())
    }

    pub(super) fn close(&self) {
        self.queue.lock().is_closed = true;
        self.queue.told.notify_all();
    }
}

/// Writes what waits, until the input is closed or the agent reads no more.
fn write(mut pipe: ChildStdin, queue: &Queue) {
    while let Some(line) = queue.next() {
        let written = pipe.write_all(line.as_bytes()).and_then(|()| pipe.flush());
        let mut waiting = queue.lock();
        waiting.lines.pop_front();
        waiting.bytes = waiting.bytes.saturating_sub(line.len());
        if let Err(error) = written {
            waiting.failure = Some(format!("it reads no more: {error}"));
            waiting.lines.clear();
            return;
        }
    }
}

/// What was sent: the ids of the last lines, and a file to look into.
struct Sent {
    path: PathBuf,
    file: File,
    bytes: u64,
    /// By their ids, each with the mark of its text.
    lines: VecDeque<(String, u64)>,
}

impl Sent {
    fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join(SENT);
        Ok(Self { file: append_to(&path)?, path, bytes: 0, lines: VecDeque::new() })
    }

    fn note(&mut self, id: String, line: &str) -> io::Result<()> {
        if self.bytes > limits::SENT_BYTES {
            // Nobody needs it to go on: the last of it explains what happened.
            fs::rename(&self.path, self.path.with_extension("before.jsonl"))?;
            self.file = append_to(&self.path)?;
            self.bytes = 0;
        }
        let note = format!("{}\n", serde_json::json!({"id": id, "line": line}));
        self.file.write_all(note.as_bytes())?;
        self.bytes += note.len() as u64;
        if self.lines.len() >= limits::SENT_IDS {
            self.lines.pop_front();
        }
        self.lines.push_back((id, mark_of(line)));
        Ok(())
    }
}

/// Tells a line from another one with the same id.
fn mark_of(line: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_line_with_the_id_of_one_that_was_sent_is_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let input = Input::of(None, dir.path()).unwrap();
        let send = |line| input.send("answer a".to_owned(), line);
        assert_eq!((send("yes"), send("yes")), (Ok(()), Ok(())));
        assert_eq!(send("no"), Err(NotSent::Otherwise));
        assert_eq!(fs::read_to_string(dir.path().join(SENT)).unwrap().lines().count(), 1);
    }
}
