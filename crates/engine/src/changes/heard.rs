//! What sessions tell of their tool uses, as attribution takes it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use callboard_model::attribution::{Act, Use};
use callboard_model::event::{FileEdit, ToolResult};
use callboard_model::session::{Alive, TurnState};
use callboard_model::{Event, EventBody, EventKind, Seq, SessionId, Timestamp};
use callboard_store::{EventPage, EventRow, PageFrom, Result, Snapshot};
use serde::{Deserialize, Serialize};

use crate::core::view_of;
use crate::limits;
use crate::transcript::Retelling;

/// What tells of tool uses.
const KINDS: [EventKind; 4] =
    [EventKind::Command, EventKind::Edit, EventKind::Tool, EventKind::Result];

/// The sessions of a checkout, as far as they were heard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Heard {
    /// Those that work in it; no subagents.
    pub(super) sessions: BTreeSet<SessionId>,
    /// Up to which event each was heard, subagents too.
    until: BTreeMap<SessionId, Seq>,
    /// Uses that began, and of which no end is known.
    open: Vec<OpenUse>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OpenUse {
    session: SessionId,
    id: String,
    act: Act,
    began_at: Option<Timestamp>,
    /// It goes on behind its result.
    in_background: bool,
}

/// A use that ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) use_: Use,
    /// Where its session works.
    pub(super) cwd: PathBuf,
    /// It is not known to have failed.
    pub(super) went_well: bool,
    pub(super) ended_at: Option<Timestamp>,
}

/// A command that was not heard of before.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) session: SessionId,
    pub(super) command: String,
    pub(super) began_at: Option<Timestamp>,
    /// None while it runs.
    pub(super) ended_at: Option<Timestamp>,
}

/// What was heard at once.
#[derive(Debug, Default)]
pub(super) struct News {
    /// In the order of their ends.
    pub(super) ended: Vec<Ended>,
    pub(super) begun: Vec<Begun>,
}

impl Heard {
    /// Hears what a session, or a subagent of one, told since it was last heard. Of one that is new here, the last that
    /// it told.
    pub(super) fn hear(
        &mut self,
        s: &Snapshot<'_>,
        top: &Path,
        session: SessionId,
        news: &mut News,
    ) -> Result<()> {
        let Some(known) = s.session(session)? else { return Ok(()) };
        self.sessions.insert(known.root);
        let rows = match self.until.get(&session) {
            Some(seq) => since(s, session, *seq)?,
            None => {
                let limit = limits::HEARD_EVENTS;
                let page = EventPage { from: PageFrom::End, kinds: &KINDS, file: None, limit };
                s.events(session, &page)?
            }
        };
        let last = s.last_event(session)?.unwrap_or_default();
        self.until.insert(session, last);
        let place = Place { top, cwd: known.row.cwd.as_deref().map(Path::new) };
        for event in Retelling::new(s).events(&rows)? {
            self.take(known.root, &place, event, news);
        }
        Ok(())
    }

    fn take(&mut self, session: SessionId, place: &Place<'_>, event: Event, news: &mut News) {
        let mut open = |id: String, act: Act, in_background: bool| {
            let began_at = event.at;
            self.open.push(OpenUse { session, id, act, began_at, in_background });
        };
        match event.body {
            EventBody::Command(command) => {
                let begun = Begun {
                    session,
                    command: command.command.clone(),
                    began_at: event.at,
                    ended_at: None,
                };
                news.begun.push(begun);
                let act = Act::Command(command.command);
                open(command.tool_use.tool_use_id, act, command.background);
            }
            EventBody::Edit(edit) => {
                open(edit.tool_use.tool_use_id, Act::Edit(place.within(edit.files)), false);
            }
            EventBody::Tool(tool) => open(tool.tool_use.tool_use_id, Act::Anything, false),
            EventBody::Result(result) => self.end(session, place, result, event.at, news),
            _ => {}
        }
    }

    fn end(
        &mut self,
        session: SessionId,
        place: &Place<'_>,
        result: ToolResult,
        at: Option<Timestamp>,
        news: &mut News,
    ) {
        let is_meant = |one: &OpenUse| one.session == session && one.id == result.tool_use_id;
        let Some(found) = self.open.iter().position(is_meant) else { return };
        let mut open = self.open.swap_remove(found);
        if result.refused.is_some() {
            let is_it = |one: &Begun| {
                matches!(&open.act, Act::Command(line) if *line == one.command)
                    && one.began_at == open.began_at
            };
            news.begun.retain(|one| one.session != session || !is_it(one));
            return;
        }
        if result.background_id.is_some() || open.in_background {
            open.in_background = true;
            self.open.push(open);
            return;
        }
        match &mut open.act {
            Act::Edit(_) if result.ok == Some(false) || result.interrupted => return,
            Act::Edit(files) if !result.edits.is_empty() => *files = place.within(result.edits),
            Act::Command(line) => {
                let is_it = |one: &&mut Begun| {
                    one.session == session && one.command == *line && one.began_at == open.began_at
                };
                if let Some(begun) = news.begun.iter_mut().find(is_it) {
                    begun.ended_at = at;
                }
            }
            Act::Edit(_) | Act::Anything => {}
        }
        let use_ = Use { session, act: open.act, ended: true };
        let cwd = place.cwd.unwrap_or(place.top).to_owned();
        let went_well = result.ok != Some(false);
        news.ended.push(Ended { use_, cwd, went_well, ended_at: at });
    }

    /// What is under way, without what sessions left that ended or wait for their user's next word.
    pub(super) fn open(&mut self, s: &Snapshot<'_>) -> Result<Vec<Use>> {
        let mut views = BTreeMap::new();
        let sessions: BTreeSet<SessionId> = self.open.iter().map(|one| one.session).collect();
        for session in sessions {
            views.insert(session, view_of(s, session)?);
        }
        self.open.retain(|one| {
            let Some(Some(view)) = views.get(&one.session) else { return false };
            let (alive, turn) = (&view.facts.alive, &view.facts.turn);
            let is_over = turn.is == TurnState::Idle && turn.at >= one.began_at;
            alive.is != Alive::No && (one.in_background || !is_over)
        });
        let uses = self.open.iter();
        Ok(uses
            .map(|one| Use { session: one.session, act: one.act.clone(), ended: false })
            .collect())
    }

    /// Forgets sessions that ended, but for those that are still meant.
    pub(super) fn forget_ended(
        &mut self,
        s: &Snapshot<'_>,
        is_meant: impl Fn(SessionId) -> bool,
    ) -> Result<()> {
        for session in self.sessions.clone() {
            let view = view_of(s, session)?;
            let has_ended = view.is_none_or(|view| view.facts.alive.is == Alive::No);
            if has_ended && !is_meant(session) {
                self.sessions.remove(&session);
                self.until.remove(&session);
            }
        }
        Ok(())
    }
}

/// All that tells of tool uses behind an event.
fn since(s: &Snapshot<'_>, session: SessionId, mut seq: Seq) -> Result<Vec<EventRow>> {
    let mut all = Vec::new();
    loop {
        let rows = s.events_after(seq, Some(session), limits::PAGE_EVENTS)?;
        let Some(last) = rows.last() else { return Ok(all) };
        seq = last.seq;
        all.extend(rows.into_iter().filter(|row| KINDS.contains(&row.kind)));
    }
}

/// Where a session names files from.
struct Place<'a> {
    top: &'a Path,
    cwd: Option<&'a Path>,
}

impl Place<'_> {
    /// Edits of files of the checkout, named from its root.
    fn within(&self, files: Vec<FileEdit>) -> Vec<FileEdit> {
        let each = files.into_iter().filter_map(|mut edit| {
            edit.path = self.path(&edit.path)?;
            edit.from = edit.from.as_deref().and_then(|from| self.path(from));
            Some(edit)
        });
        each.collect()
    }

    fn path(&self, named: &str) -> Option<String> {
        let path = clean(&self.cwd.unwrap_or(self.top).join(named));
        let inside = path.strip_prefix(self.top).map(Path::to_owned).ok().or_else(|| {
            // A folder above may have been named by a link.
            let (folder, name) = (path.parent()?.canonicalize().ok()?, path.file_name()?);
            folder.join(name).strip_prefix(self.top).map(Path::to_owned).ok()
        })?;
        inside.to_str().map(str::to_owned)
    }
}

/// A path without `.` and `..`.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(clean.pop()),
            part => clean.push(part),
        }
    }
    clean
}
