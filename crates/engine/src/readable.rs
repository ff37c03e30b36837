//! Readable transcripts in `.callboard/sessions/`, for agents and grep: appended to as sessions go on.

mod text;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use callboard_agents::StopFlag;
use callboard_model::view::{SessionView, StreamMessage};
use callboard_model::{Seq, SessionId, Timestamp};
use callboard_os::file::Folder;
use callboard_store::{EventPage, PageFrom, SessionFilter, Snapshot};

use crate::core::view_of;
use crate::transcript::Retelling;
use crate::{Engine, EngineError, limits};

/// Begins the last line, which says how far the file goes.
const MARK: &str = "<!-- callboard goes on after event ";

/// The folder of a workspace's files, beside its main checkout.
pub(crate) const FOLDER: &str = ".callboard";

/// The folder of readable transcripts, in there.
const SESSIONS: &str = "sessions";

/// What is to be written.
#[derive(Default)]
struct Writing {
    /// Sessions that changed, each with since when it waits.
    due: BTreeMap<SessionId, Timestamp>,
    /// The log is looked through up to here.
    seen: Option<Seq>,
    /// What could not be written and why, so that it is told once.
    told: BTreeMap<PathBuf, String>,
}

/// Writes readable transcripts until told to stop.
pub(crate) fn start(engine: &Arc<Engine>, stop: StopFlag) {
    let engine = Arc::downgrade(engine);
    std::thread::spawn(move || {
        let mut writing = Writing::default();
        while !stop.stopped() {
            std::thread::sleep(limits::READABLE_AFTER / 2);
            let Some(engine) = engine.upgrade() else { return };
            if let Err(error) = engine.write_readable(&mut writing) {
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
        let path = Place::of(s, view)?.map(|place| place.path());
        let is_file = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file());
        Ok(path.filter(is_file).map(|path| path.to_string_lossy().into_owned()))
    }

    /// Brings those files up to date whose sessions changed and have been quiet for a moment.
    fn write_readable(&self, writing: &mut Writing) -> Result<(), EngineError> {
        let now = self.now();
        self.look_for_changes(writing, now)?;
        let ms = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let wait_ms = ms(limits::READABLE_AFTER);
        let retry_ms = ms(limits::READABLE_AGAIN_AFTER);
        let mut ready: Vec<(Timestamp, SessionId)> = writing
            .due
            .iter()
            .filter(|(_, since)| now.since_ms(**since) >= wait_ms)
            .map(|(id, since)| (*since, *id))
            .collect();
        ready.sort_unstable();
        ready.truncate(limits::READABLE_AT_ONCE);
        let mut failure = None;
        for (_, id) in ready {
            let written = self.read(|s| self.bring_up_to_date(s, id, &mut writing.told));
            if let Ok(true) = written {
                writing.due.remove(&id);
                continue;
            }
            failure = failure.or(written.err());
            let again = now.as_millisecond() + retry_ms - wait_ms;
            writing.due.insert(id, Timestamp::from_millisecond(again));
        }
        failure.map_or(Ok(()), Err)
    }

    fn look_for_changes(&self, writing: &mut Writing, now: Timestamp) -> Result<(), EngineError> {
        let newest = *self.listen().borrow();
        match writing.seen {
            // What changed while no daemon ran is found by looking at all.
            None => {
                let all = self.readable_sessions(now)?;
                writing.seen = Some(newest);
                writing.due.extend(all.into_iter().map(|id| (id, now)));
            }
            Some(seq) if seq < newest => {
                let (entries, next) = self.changes_after(seq, None)?;
                writing.seen = Some(next);
                for entry in entries {
                    match entry.message {
                        StreamMessage::Session { session } => {
                            writing.due.entry(session.id).or_insert(now);
                        }
                        StreamMessage::Reset => writing.seen = None,
                        StreamMessage::Import { import } if !import.running => writing.seen = None,
                        _ => {}
                    }
                }
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Appends to a session's file what it does not have yet; gives whether it could.
    fn bring_up_to_date(
        &self,
        s: &Snapshot<'_>,
        id: SessionId,
        told: &mut BTreeMap<PathBuf, String>,
    ) -> Result<bool, EngineError> {
        let Some(view) = view_of(s, id)? else { return Ok(true) };
        let Some(place) = Place::of(s, &view)?.filter(|place| place.root.exists()) else {
            return Ok(true);
        };
        let (path, text) = match write_file(s, &view, &place) {
            Ok(()) => {
                self.tell_no_more(&place, told);
                return Ok(true);
            }
            Err(WriteError::Engine(error)) => return Err(error),
            Err(WriteError::Folder(error)) => (
                place.folder(),
                format!(
                    "readable transcripts cannot be written: {error}; nothing was changed there, \
                     and it is tried again"
                ),
            ),
            Err(WriteError::File(error)) => (
                place.path(),
                format!(
                    "a readable transcript cannot be written: {error}; it is tried again; to get \
                     it, put what is there elsewhere or make room"
                ),
            ),
            Err(WriteError::NotOurs) => (
                place.path(),
                "Callboard did not write this file, and left it as it is; to get the readable \
                 transcript that belongs there, give it another name"
                    .to_owned(),
            ),
        };
        self.tell_once(path, text, told);
        Ok(false)
    }

    fn tell_once(&self, path: PathBuf, text: String, told: &mut BTreeMap<PathBuf, String>) {
        if told.get(&path) == Some(&text) {
            return;
        }
        tracing::warn!(path = %path.display(), "{text}");
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() < limits::READABLE_PROBLEMS && problems.len() < limits::PROBLEMS {
            problems.insert(path.clone(), text.clone());
        }
        told.insert(path, text);
    }

    fn tell_no_more(&self, place: &Place, told: &mut BTreeMap<PathBuf, String>) {
        for path in [place.path(), place.folder()] {
            if told.remove(&path).is_some() {
                self.problems.lock().unwrap_or_else(PoisonError::into_inner).remove(&path);
            }
        }
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

/// Where a session's file belongs.
struct Place {
    root: PathBuf,
    name: String,
}

impl Place {
    /// The place of a session's file; `None` if it has no workspace.
    fn of(s: &Snapshot<'_>, view: &SessionView) -> Result<Option<Self>, EngineError> {
        let Some(workspace) = view.workspace else { return Ok(None) };
        let root = s.workspace(workspace)?.map(|workspace| workspace.row.root);
        Ok(root.map(|root| Self { root, name: format!("{}.md", view.id) }))
    }

    fn folder(&self) -> PathBuf {
        self.root.join(FOLDER).join(SESSIONS)
    }

    fn path(&self) -> PathBuf {
        self.folder().join(&self.name)
    }
}

enum WriteError {
    Engine(EngineError),
    /// The folder cannot be written to, or is not the workspace's.
    Folder(io::Error),
    File(io::Error),
    /// Somebody else wrote the file.
    NotOurs,
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<EngineError> for WriteError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<callboard_store::StoreError> for WriteError {
    fn from(error: callboard_store::StoreError) -> Self {
        Self::Engine(error.into())
    }
}

fn write_file(s: &Snapshot<'_>, view: &SessionView, place: &Place) -> Result<(), WriteError> {
    // A repository may bring links of its own along.
    let folder = Folder::below(&place.root, &[FOLDER, SESSIONS]).map_err(WriteError::Folder)?;
    let mut file = match folder.open(&place.name)? {
        Some(file) => file,
        None => folder.create(&place.name)?,
    };
    let begins = text::begins(view.id);
    if !is_ours(&mut file, &begins)? {
        return Err(WriteError::NotOurs);
    }
    let mut mark = Mark::default();
    let mut from = PageFrom::Start;
    match read_mark(&mut file)? {
        // Events that came since and belong before its end are in no file that only grows.
        Some((end, found)) if s.transcript_count_up_to(view.id, found.last)? == found.events => {
            mark = found;
            if found.events > 0 {
                from = PageFrom::After(found.last);
            }
            cut(&mut file, end)?;
        }
        _ => {
            // What is left if this is cut short is still known as ours.
            cut(&mut file, begins.len() as u64)?;
            file.rewind()?;
            file.write_all(text::heading(view).as_bytes())?;
        }
    }
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

/// Whether Callboard wrote what is in the file, if anything is.
fn is_ours(file: &mut File, begins: &str) -> io::Result<bool> {
    let mut head = Vec::new();
    file.rewind()?;
    file.take(begins.len() as u64).read_to_end(&mut head)?;
    Ok(head.is_empty() || head == begins.as_bytes())
}

/// Leaves at most the first `end` bytes of a file, and goes on behind them.
fn cut(file: &mut File, end: u64) -> io::Result<()> {
    let end = end.min(file.metadata()?.len());
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end)).map(|_| ())
}

/// Where a file's mark begins, and how far the file goes; `None` if it must be written anew.
fn read_mark(file: &mut File) -> io::Result<Option<(u64, Mark)>> {
    let length = file.seek(SeekFrom::End(0))?;
    let tail_at = length.saturating_sub(128);
    file.seek(SeekFrom::Start(tail_at))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let mark = tail.windows(MARK.len()).rposition(|window| window == MARK.as_bytes());
    let Some(mark) = mark else { return Ok(None) };
    let rest = String::from_utf8_lossy(&tail[mark + MARK.len()..]).into_owned();
    let end = tail_at + mark as u64;
    Ok(Mark::parse(&rest).map(|mark| (end, mark)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_on_at_its_mark_and_nowhere_else() {
        let mut file = tempfile::tempfile().unwrap();
        assert!(read_mark(&mut file).unwrap().is_none());
        write!(file, "# S1 · x\nhello\n{MARK}42 of 7 -->\n").unwrap();
        let (end, mark) = read_mark(&mut file).unwrap().unwrap();
        assert_eq!(mark, Mark { last: Seq(42), events: 7 });
        cut(&mut file, end).unwrap();
        let mut left = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut left).unwrap();
        assert_eq!(left, "# S1 · x\nhello\n");
        assert!(read_mark(&mut file).unwrap().is_none(), "a file that was cut off is written anew");
    }

    #[test]
    fn a_file_is_ours_by_its_beginning() {
        let begins = text::begins(SessionId(1));
        for (content, expected) in
            [("", true), ("# S1 · claude · x", true), ("# S1", false), ("# S10 · x", false)]
        {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(content.as_bytes()).unwrap();
            assert_eq!(is_ours(&mut file, &begins).unwrap(), expected, "{content}");
        }
    }
}
