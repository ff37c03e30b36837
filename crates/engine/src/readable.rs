//! Readable transcripts in `.callboard/sessions/`, for agents and grep: appended to as sessions go on.

mod text;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use callboard_agents::StopFlag;
use callboard_model::view::{SessionView, StreamMessage};
use callboard_model::{Seq, SessionId, Timestamp};
use callboard_store::{EventPage, PageFrom, SessionFilter, Snapshot};

use crate::core::view_of;
use crate::transcript::Retelling;
use crate::{Engine, EngineError, limits};

/// Begins the last line, which says how far the file goes.
const MARK: &str = "<!-- callboard goes on after event ";

/// The folder of a workspace's files, beside its main checkout.
pub(crate) const FOLDER: &str = ".callboard";

/// Writes readable transcripts until told to stop.
pub(crate) fn start(engine: &Arc<Engine>, stop: StopFlag) {
    let engine = Arc::downgrade(engine);
    std::thread::spawn(move || {
        let mut due: BTreeMap<SessionId, Timestamp> = BTreeMap::new();
        let mut seen: Option<Seq> = None;
        while !stop.stopped() {
            std::thread::sleep(limits::READABLE_AFTER / 2);
            let Some(engine) = engine.upgrade() else { return };
            if let Err(error) = engine.write_readable(&mut due, &mut seen) {
                tracing::warn!(%error, "a readable transcript could not be written; it is tried again");
            }
        }
    });
}

impl Engine {
    /// Where a session's readable transcript is, if its workspace has one.
    pub(crate) fn readable_path(
        &self,
        s: &Snapshot<'_>,
        view: &SessionView,
    ) -> Result<Option<String>, EngineError> {
        let path = path_of(s, view)?.filter(|path| path.exists());
        Ok(path.map(|path| path.to_string_lossy().into_owned()))
    }

    /// Brings those files up to date whose sessions changed and have been quiet for a moment.
    fn write_readable(
        &self,
        due: &mut BTreeMap<SessionId, Timestamp>,
        seen: &mut Option<Seq>,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let wait_ms = i64::try_from(limits::READABLE_AFTER.as_millis()).unwrap_or(i64::MAX);
        match *seen {
            // What changed while no daemon ran is found by looking at all.
            None => {
                *seen = Some(*self.listen().borrow());
                due.extend(self.readable_sessions(now)?.into_iter().map(|id| (id, now)));
            }
            Some(seq) if seq < *self.listen().borrow() => {
                let (entries, next) = self.changes_after(seq, None)?;
                *seen = Some(next);
                for entry in entries {
                    match entry.message {
                        StreamMessage::Session { session } => {
                            due.entry(session.id).or_insert(now);
                        }
                        StreamMessage::Reset => *seen = None,
                        StreamMessage::Import { import } if !import.running => *seen = None,
                        _ => {}
                    }
                }
            }
            Some(_) => {}
        }
        let ready: Vec<SessionId> = due
            .iter()
            .filter(|(_, since)| now.since_ms(**since) >= wait_ms)
            .map(|(id, _)| *id)
            .take(limits::READABLE_AT_ONCE)
            .collect();
        for id in ready {
            due.remove(&id);
            self.read(|s| bring_up_to_date(s, id))?;
        }
        Ok(())
    }

    /// The sessions of registered workspaces that are young enough.
    fn readable_sessions(&self, now: Timestamp) -> Result<Vec<SessionId>, EngineError> {
        let since = Timestamp::from_millisecond(now.as_millisecond() - limits::READABLE_AGE_MS);
        self.read(|s| {
            let mut ids = Vec::new();
            for workspace in s.workspaces()? {
                let filter = SessionFilter {
                    workspace: Some(workspace.id),
                    since: Some(since),
                    ..SessionFilter::default()
                };
                ids.extend(s.sessions(&filter)?.into_iter().map(|row| row.id));
            }
            Ok(ids)
        })
    }
}

fn path_of(s: &Snapshot<'_>, view: &SessionView) -> Result<Option<PathBuf>, EngineError> {
    let Some(workspace) = view.workspace else { return Ok(None) };
    let root = s.workspace(workspace)?.map(|workspace| workspace.row.root);
    Ok(root.map(|root| root.join(FOLDER).join("sessions").join(format!("{}.md", view.id))))
}

/// Appends to a session's file what it does not have yet.
fn bring_up_to_date(s: &Snapshot<'_>, id: SessionId) -> Result<(), EngineError> {
    let Some(view) = view_of(s, id)? else { return Ok(()) };
    let Some(path) = path_of(s, &view)? else { return Ok(()) };
    let written = write_file(s, &view, &path);
    match written {
        Ok(()) => Ok(()),
        Err(WriteError::Engine(error)) => Err(error),
        Err(WriteError::Io(error)) => {
            tracing::warn!(%error, path = %path.display(), "cannot write a readable transcript");
            Ok(())
        }
    }
}

enum WriteError {
    Engine(EngineError),
    Io(io::Error),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<callboard_store::StoreError> for WriteError {
    fn from(error: callboard_store::StoreError) -> Self {
        Self::Engine(error.into())
    }
}

fn write_file(s: &Snapshot<'_>, view: &SessionView, path: &Path) -> Result<(), WriteError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut mark = Mark::default();
    let mut from = PageFrom::Start;
    let mut file = match read_mark(path)? {
        // Events that came since and belong before its end are in no file that only grows.
        Some((begun, found)) if s.transcript_count_up_to(view.id, found.last)? == found.events => {
            mark = found;
            if found.events > 0 {
                from = PageFrom::After(found.last);
            }
            begun.cut()?
        }
        _ => {
            let mut file = File::create(path)?;
            file.write_all(text::heading(view).as_bytes())?;
            file
        }
    };
    let shared = s.shared_beginning(view.id)?;
    let is_own =
        |ordinal, seq| shared.is_some_and(|shared| (shared.ordinal, shared.seq) < (ordinal, seq));
    let mut was_own = s.event(mark.last)?.is_some_and(|last| is_own(last.ordinal, last.seq));
    let mut retelling = Retelling::new(s);
    loop {
        let page = EventPage { from, kinds: &[], file: None, limit: limits::PAGE_EVENTS };
        let rows = s.transcript(view.id, &page)?;
        let Some(newest) = rows.last() else { break };
        mark.last = newest.seq;
        mark.events += rows.len() as u64;
        from = PageFrom::After(newest.seq);
        for event in retelling.events(&rows)? {
            if let Some(shared) = shared.filter(|shared| !was_own && shared.is_before(&event)) {
                was_own = true;
                file.write_all(text::end_of_shared(shared.session).as_bytes())?;
            }
            file.write_all(text::of_event(&event).as_bytes())?;
        }
    }
    Ok(writeln!(file, "{MARK}{} of {} -->", mark.last.0, mark.events)?)
}

/// How far a file goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Mark {
    /// Its last event.
    last: Seq,
    /// How many events it tells.
    events: u64,
}

impl Mark {
    fn parse(text: &str) -> Option<Self> {
        let (last, events) = text.strip_suffix(" -->\n")?.split_once(" of ")?;
        Some(Self { last: Seq(last.parse().ok()?), events: events.parse().ok()? })
    }
}

/// A file that can be gone on with.
struct Begun {
    file: File,
    /// Where its mark begins.
    end: u64,
}

impl Begun {
    /// The file without its mark.
    fn cut(mut self) -> io::Result<File> {
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        Ok(self.file)
    }
}

/// The file and how far it goes; `None` if it must be written anew.
fn read_mark(path: &Path) -> io::Result<Option<(Begun, Mark)>> {
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = file.seek(SeekFrom::End(0))?;
    let tail_at = length.saturating_sub(128);
    file.seek(SeekFrom::Start(tail_at))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let mark = tail.windows(MARK.len()).rposition(|window| window == MARK.as_bytes());
    let Some(mark) = mark else { return Ok(None) };
    let rest = String::from_utf8_lossy(&tail[mark + MARK.len()..]).into_owned();
    let end = tail_at + mark as u64;
    Ok(Mark::parse(&rest).map(|mark| (Begun { file, end }, mark)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_on_at_its_mark_and_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("S1.md");
        assert!(read_mark(&path).unwrap().is_none());
        fs::write(&path, format!("# S1\nhello\n{MARK}42 of 7 -->\n")).unwrap();
        let (begun, mark) = read_mark(&path).unwrap().unwrap();
        assert_eq!(mark, Mark { last: Seq(42), events: 7 });
        begun.cut().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "# S1\nhello\n");
        assert!(read_mark(&path).unwrap().is_none(), "a file that was cut off is written anew");
    }
}
