//! Whose the changes of a checkout are, as looks at it and what its sessions tell come in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use callboard_git::Git;
use callboard_git::shared_checkout::{Moment, attributions, file_looks};
use callboard_git::tree::{Trees, WorktreeTree};
use callboard_model::attribution::{Act, Attribution, FileAttribution, Look, SharedCheckout, Use};
use callboard_model::session::Alive;
use callboard_model::view::SessionView;
use callboard_model::{SessionId, Timestamp, WorkspaceId};
use callboard_store::Snapshot;
use serde::{Deserialize, Serialize};

use super::heard::{Begun, Heard, News};
use crate::core::view_of;
use crate::owned::succession::goes_on_with;
use crate::{Engine, EngineError, limits};

/// What the next look at a checkout goes on from.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    attribution: Attribution,
    heard: Heard,
    head: Option<String>,
    /// The commit of the last look.
    disk: Option<String>,
    /// The last looks of this daemon that saw something.
    #[serde(skip)]
    looks: VecDeque<Seen>,
    /// When the last look of this daemon began.
    #[serde(skip)]
    looked_at: Option<Timestamp>,
}

/// When what a look saw came about.
#[derive(Debug, Clone, Copy)]
struct Seen {
    number: u64,
    after: Timestamp,
    until: Timestamp,
}

/// A checkout that sessions work in, as it was last looked at.
#[derive(Debug)]
pub(super) struct Attributed {
    kept: Kept,
    pub(super) told: SharedCheckout,
}

/// A look at a checkout, and whose sessions told something since the one before.
pub(super) struct Looked<'a> {
    pub(super) workspace: WorkspaceId,
    pub(super) top: &'a Path,
    pub(super) tree: &'a WorktreeTree,
    /// Before anything of it was read.
    pub(super) began_at: Timestamp,
    pub(super) told_by: &'a BTreeSet<SessionId>,
}

/// Takes in a look. `None` where no session works; gives whether anything is another's now.
pub(super) fn attribute(
    engine: &Engine,
    trees: &Trees,
    known: Option<Attributed>,
    look: &Looked<'_>,
) -> Result<Option<(Attributed, bool)>, EngineError> {
    let path = look.top.to_string_lossy().into_owned();
    let (mut kept, before) = match known {
        Some(known) => (known.kept, Some(known.told)),
        None => (load(engine, trees, &path)?, None),
    };
    let is_first = kept.looked_at.is_none();
    let mut speak = look.told_by.clone();
    if is_first {
        speak.extend(engine.read(|s| Ok(at_work(engine, s, look, &kept.heard)?))?);
    }
    if speak.is_empty() && kept.heard.sessions.is_empty() {
        return Ok(None);
    }
    let mut news = News::default();
    let open = engine.read(|s| {
        for session in &speak {
            kept.heard.hear(s, look.top, *session, &mut news)?;
        }
        Ok(kept.heard.open(s)?)
    })?;
    if !is_first {
        note_sweeps(engine, &news)?;
    }
    let until = engine.now();
    let was_late = kept.attribute_late(&news.begun, is_first);
    let saw = kept.see(trees.git(), look, until, uses(&kept, news, open, is_first))?;
    // Where nothing differs from the look before, no git is asked.
    let files = match &before {
        Some(before) if !saw && !was_late => before.files.clone(),
        _ => kept.files(trees.git(), look)?,
    };
    let told = engine.read(|s| Ok(kept.told(s, files, (look, until), path)?))?;
    let is_other = before.as_ref() != Some(&told);
    if is_first || is_other || saw || was_late {
        let state = serde_json::to_string(&kept).unwrap_or_default();
        let (told, state) = (told.clone(), state);
        engine.ask(move |core| core.take_attribution(&told, &state))?;
    }
    Ok(Some((Attributed { kept, told }, is_other)))
}

/// Calls for a person where a command swept what others changed, as the last look saw it.
fn note_sweeps(engine: &Engine, news: &News) -> Result<(), EngineError> {
    for one in news.ended.iter().filter(|one| one.went_well) {
        let Act::Command(command) = &one.use_.act else { continue };
        if let Some(swept) = engine.swept_of(one.use_.session, command, &one.cwd) {
            engine.ask(move |core| core.note_sweep(&swept, false))?;
        }
    }
    Ok(())
}

/// What an earlier daemon kept, if what it last saw is there.
fn load(engine: &Engine, trees: &Trees, path: &str) -> Result<Kept, EngineError> {
    let kept = engine.read(|s| Ok(s.attribution(path)?))?;
    let kept: Option<Kept> = kept.and_then(|kept| serde_json::from_str(&kept).ok());
    let is_there = |kept: &Kept| {
        let all = kept.head.iter().chain(&kept.disk);
        all.into_iter().all(|commit| trees.git().has_commit(commit))
    };
    Ok(kept.filter(is_there).unwrap_or_default())
}

/// The sessions that may have told something before this daemon looked.
fn at_work(
    engine: &Engine,
    s: &Snapshot<'_>,
    look: &Looked<'_>,
    heard: &Heard,
) -> callboard_store::Result<Vec<SessionId>> {
    let mut found: Vec<SessionId> = Vec::new();
    for place in s.session_directories(look.workspace)? {
        let is_here = || engine.changes.checkout_of(&place.cwd).as_deref() == Some(look.top);
        let is_known = heard.sessions.contains(&place.session);
        let is_met = || is_known || is_here();
        let view = if is_met() { view_of(s, place.session)? } else { None };
        if is_known || view.is_some_and(|view| may_work(&view, engine.now())) {
            found.push(place.session);
            found.extend(s.children(place.session)?);
        }
    }
    Ok(found)
}

/// Whether a session may go on by itself: it runs, or it is not known whether it does, and something happened of late.
fn may_work(view: &SessionView, now: Timestamp) -> bool {
    match view.facts.alive.is {
        Alive::Yes => true,
        Alive::No => false,
        Alive::Unknown => {
            view.updated_at.is_some_and(|at| now.since_ms(at) < limits::WORKS_UNSEEN_MS)
        }
    }
}

/// Who could have written what a look sees.
fn uses(kept: &Kept, mut news: News, open: Vec<Use>, is_first: bool) -> Vec<Use> {
    news.ended.sort_by_key(|one| one.ended_at);
    let is_meant = |one: &super::heard::Ended| match one.use_.act {
        Act::Edit(_) => true,
        // What came about while nobody looked is nobody's, whatever ran meanwhile.
        _ if is_first => false,
        // What it wrote was seen by the looks before, which are told of it.
        _ => kept.looked_at.is_none_or(|last| one.ended_at.is_none_or(|ended| ended >= last)),
    };
    let ended = news.ended.into_iter().filter(is_meant).map(|one| one.use_);
    let open = open.into_iter().filter(|one| !is_first || matches!(one.act, Act::Edit(_)));
    ended.chain(open).collect()
}

impl Kept {
    /// Tells of commands that ran while earlier looks saw what came about; gives whether there was one.
    fn attribute_late(&mut self, begun: &[Begun], is_first: bool) -> bool {
        if is_first {
            return false;
        }
        let mut was_late = false;
        for one in begun {
            let ran = |seen: &&Seen| {
                one.began_at.is_none_or(|began| began < seen.until)
                    && one.ended_at.is_none_or(|ended| ended > seen.after)
            };
            let numbers = self.looks.iter().filter(ran).map(|seen| seen.number);
            if let (Some(first), Some(last)) = (numbers.clone().min(), numbers.max()) {
                self.attribution.was_running(one.session, &one.command, first..=last);
                was_late = true;
            }
        }
        was_late
    }

    /// Takes in what differs from the look before; gives whether anything does.
    fn see(
        &mut self,
        git: &Git,
        look: &Looked<'_>,
        until: Timestamp,
        uses: Vec<Use>,
    ) -> Result<bool, EngineError> {
        let now = Moment { head: look.tree.head.as_deref(), disk: &look.tree.commit };
        // Nothing was looked at before: all that differs from the commit differs since then.
        let disk = self.disk.as_deref().or(now.head).unwrap_or(now.disk);
        let before = match self.disk {
            Some(_) => Moment { head: self.head.as_deref(), disk },
            None => Moment { head: now.head, disk },
        };
        let named: Vec<String> = uses.iter().flat_map(edited).collect();
        let files = match before == now && named.is_empty() {
            true => Vec::new(),
            false => file_looks(git, &before, &now, &self.attribution, &named)?,
        };
        let after = self.looked_at.unwrap_or(look.began_at);
        (self.head, self.disk) = (look.tree.head.clone(), Some(look.tree.commit.clone()));
        self.looked_at = Some(look.began_at);
        if files.is_empty() {
            return Ok(false);
        }
        self.attribution.look(&Look { files, uses });
        self.looks.push_back(Seen { number: self.attribution.last_look(), after, until });
        if self.looks.len() > limits::REMEMBERED_LOOKS {
            self.looks.pop_front();
        }
        Ok(true)
    }

    /// Whose each difference is that the look saw.
    fn files(&self, git: &Git, look: &Looked<'_>) -> Result<Vec<FileAttribution>, EngineError> {
        let now = Moment { head: look.tree.head.as_deref(), disk: &look.tree.commit };
        Ok(attributions(git, &now, &self.attribution)?)
    }

    fn told(
        &mut self,
        s: &Snapshot<'_>,
        files: Vec<FileAttribution>,
        (look, at): (&Looked<'_>, Timestamp),
        path: String,
    ) -> callboard_store::Result<SharedCheckout> {
        let owners = files.iter().flat_map(FileAttribution::owners);
        let owners: BTreeSet<SessionId> =
            owners.flat_map(|owners| owners.sessions.iter().copied()).collect();
        self.heard.forget_ended(s, |session| owners.contains(&session))?;
        let mut at_work = owners;
        for session in &self.heard.sessions {
            if view_of(s, *session)?.is_some_and(|view| may_work(&view, at)) {
                at_work.insert(*session);
            }
        }
        // What was handed off belongs to whoever goes on with it.
        let mut goes_on = BTreeMap::new();
        for session in at_work {
            goes_on.insert(session, goes_on_with(s, session)?);
        }
        let whose = |session| goes_on.get(&session).copied().unwrap_or(session);
        let files = files.into_iter().map(|file| file.handed_on(whose)).collect();
        let sessions: BTreeSet<SessionId> = goes_on.values().copied().collect();
        let is_shared = sessions.len() > 1 && !is_of_one_task(s, look, &sessions)?;
        Ok(SharedCheckout {
            path,
            workspace: look.workspace,
            head: look.tree.head.clone(),
            sessions: sessions.into_iter().collect(),
            is_shared,
            files,
        })
    }
}

/// Whether the checkout is a task's, and all of them work on that: what they change is one changeset.
fn is_of_one_task(
    s: &Snapshot<'_>,
    look: &Looked<'_>,
    sessions: &BTreeSet<SessionId>,
) -> callboard_store::Result<bool> {
    let worktrees = s.worktrees(Some(look.workspace))?;
    let own = worktrees.iter().find(|one| one.row.path == look.top).and_then(|one| one.row.task);
    let Some(task) = own else { return Ok(false) };
    for session in sessions {
        if view_of(s, *session)?.is_none_or(|view| view.task != Some(task)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn edited(one: &Use) -> Vec<String> {
    match &one.act {
        Act::Edit(files) => {
            files.iter().flat_map(|file| file.from.iter().chain([&file.path])).cloned().collect()
        }
        Act::Command(_) | Act::Anything => Vec::new(),
    }
}
