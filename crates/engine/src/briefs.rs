//! Briefs: what a session or a task hands to whoever goes on, made of facts, decisions and git.

use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_git::{Git, since};
use callboard_model::brief::{
    self, BriefFact, BriefSession, BriefTask, Elsewhere, GitNow, Material, finish,
};
use callboard_model::call::CallDetail;
use callboard_model::fact::FactBody;
use callboard_model::limits::ANSWER_CHARS;
use callboard_model::view::{BriefView, SessionView};
use callboard_model::{Ordinal, SessionFold, SessionId, TaskId, Timestamp, text};
use callboard_store::{SessionFilter, Snapshot, StoredFact, Task};

use crate::core::{view_of, words_of};
use crate::query::{reports::report_of, views};
use crate::row::fold_of;
use crate::{Engine, EngineError, limits, secrets};

/// What a brief is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BriefOf {
    /// One session, with what its subagents did.
    Session(SessionId),
    /// A task and all of its sessions.
    Task(TaskId),
}

/// What brief is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BriefQuery {
    /// What it is of.
    pub of: BriefOf,
    /// The task that it is made for.
    pub for_task: Option<TaskId>,
    /// Tokens that it may have.
    pub budget: u32,
}

impl Engine {
    /// A brief. The same records and the same state of git give the same brief.
    ///
    /// # Errors
    /// When there is no such session or task, or the store fails.
    pub fn brief(&self, query: BriefQuery) -> Result<BriefView, EngineError> {
        let mut material = self.read(|s| material(s, query))?;
        material.decisions = self.decisions_of(query.of)?;
        let reader = self.read(|s| roots_of(s, query.for_task))?;
        for session in &mut material.sessions {
            session.git = git_now(session);
            if query.for_task.is_some() {
                self.look_elsewhere(session, &reader);
            }
        }
        let budget = query.budget.clamp(limits::BRIEF_TOKENS_LEAST, limits::BRIEF_TOKENS_MOST);
        let mut brief = brief::assemble(&material, budget, self.now());
        mask(&mut brief);
        Ok(brief)
    }

    /// Tells what the base has of a session's work, where the reader works in another folder.
    fn look_elsewhere(&self, session: &mut BriefSession, reader: &[String]) {
        let (Some(git), Some(root)) = (&mut session.git, session.root.as_deref()) else { return };
        let Some(checkout) = callboard_git::locate(Path::new(root)) else { return };
        // The main checkout may be the folder of a task that has not begun.
        let may_be_its_own = reader.is_empty() && !checkout.is_linked();
        if may_be_its_own || reader.iter().any(|own| own == root) {
            return;
        }
        let at = Git::at(Path::new(root));
        let base = self.base_at(&checkout.main_top()).ok();
        let missing = base.as_ref().and_then(|base| since::beyond(&at, &base.start, "HEAD").ok());
        git.elsewhere = Some(Elsewhere {
            base: base.filter(|_| missing.is_some()).map(|base| base.branch),
            missing: missing.and_then(|count| u32::try_from(count).ok()).unwrap_or_default(),
        });
    }
}

/// The folders in which sessions of the task work that a brief is made for.
fn roots_of(s: &Snapshot<'_>, task: Option<TaskId>) -> Result<Vec<String>, EngineError> {
    let Some(task) = task.map(|id| s.task(id)).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    let mut roots = Vec::new();
    for link in &task.sessions {
        roots.extend(fold_of(s, link.session)?.as_ref().and_then(root_of));
    }
    Ok(roots)
}

/// What the store knows for it.
fn material(s: &Snapshot<'_>, query: BriefQuery) -> Result<Material, EngineError> {
    let mut material = Material::default();
    let sessions = match query.of {
        BriefOf::Session(id) => vec![view_of(s, id)?.ok_or_else(|| EngineError::no_session(id))?],
        BriefOf::Task(id) => {
            let task = s.task(id)?.ok_or_else(|| EngineError::no_task(id))?;
            let mut found = Vec::new();
            for link in &task.sessions {
                found.extend(view_of(s, link.session)?);
            }
            material.task = Some(task_of(task));
            found.sort_by_key(|view| (view.started_at, view.id));
            found
        }
    };
    let named: Vec<SessionId> = sessions.iter().map(|view| view.id).collect();
    for view in sessions {
        let children = SessionFilter { parent: Some(view.id), ..SessionFilter::default() };
        let mut children = views(s, &children)?;
        children.sort_by_key(|view| (view.started_at, view.id));
        material.sessions.push(session(s, &view, &named, false)?);
        for child in children.iter().take(limits::BRIEF_SUBAGENTS) {
            material.sessions.push(session(s, child, &named, true)?);
        }
    }
    if let Some(id) = query.for_task {
        material.made_for = Some(task_of(s.task(id)?.ok_or_else(|| EngineError::no_task(id))?));
    }
    Ok(material)
}

fn task_of(task: Task) -> BriefTask {
    BriefTask {
        id: task.id,
        title: task.title,
        body: task.body,
        checks: task.checks,
        scope: task.scope,
    }
}

/// What a session's own records prove, without git.
pub(crate) fn of_session(
    s: &Snapshot<'_>,
    view: &SessionView,
) -> Result<BriefSession, EngineError> {
    session(s, view, &[], false)
}

fn session(
    s: &Snapshot<'_>,
    view: &SessionView,
    named: &[SessionId],
    is_subagent: bool,
) -> Result<BriefSession, EngineError> {
    let fold = fold_of(s, view.id)?.unwrap_or_default();
    let mut facts = Vec::new();
    // What a fork began with is part of what it knows; of work that was handed over, all that became of it.
    let until = view.forked_from.and(view.started_at);
    let mut may_have_checked = false;
    for id in before(s, view)?.into_iter().filter(|id| !named.contains(id)) {
        let is_known = |fact: &StoredFact| until.is_none() || fact.fact.at <= until;
        let (earlier, later): (Vec<_>, Vec<_>) = s.facts(id)?.into_iter().partition(is_known);
        // What ran before the fork and once more behind it is known by the later run alone.
        may_have_checked |= later.iter().any(|fact| is_check(&fact.fact.body));
        facts.extend(earlier.into_iter().filter_map(told));
    }
    facts.extend(s.facts(view.id)?.into_iter().filter_map(told));
    facts.extend(answered_by_tool(s, view.id)?);
    let plan = facts.iter().rfind(|fact| fact.body == FactBody::Planned);
    let plan = plan.map(|fact| (fold.plan.clone(), fact.cites.last().cloned().unwrap_or_default()));
    let title = view.title.clone().or_else(|| view.goal.clone()).unwrap_or_default();
    let root = root_of(&fold);
    let commit = fold.facts.commit.clone();
    let reported = report_of(s, view.id)?.filter(|report| !report.not_verified.is_empty());
    let reported_by = reported.as_ref().and_then(|report| Some(report.cite?.to_string()));
    Ok(BriefSession {
        id: Some(view.id),
        title,
        root,
        commit,
        is_subagent,
        facts,
        plan,
        not_verified: reported.map(|report| report.not_verified).unwrap_or_default(),
        reported_by,
        may_have_checked,
        reading: s.reading(view.id)?,
        git: None,
    })
}

fn is_check(body: &FactBody) -> bool {
    matches!(body, FactBody::Ran(ran) if ran.check.is_some())
}

/// What the user answered to Callboard's own `ask`. Agents keep the answer as they like, or hear it at a later step: the
/// call itself proves it.
fn answered_by_tool(s: &Snapshot<'_>, session: SessionId) -> Result<Vec<BriefFact>, EngineError> {
    let calls = s.calls_answered_to(session)?;
    let told = calls.iter().filter_map(|call| {
        let answer = words_of(&call.body.ask, call.body.answer.as_ref()?);
        let question = match &call.body.ask.detail {
            CallDetail::Questions { questions } => questions.first().map(|one| &one.question),
            _ => None,
        };
        let question = question.unwrap_or(&call.body.ask.question);
        let short = |text: &str| text::clip_words(&text::one_line(text), ANSWER_CHARS);
        Some(BriefFact {
            body: FactBody::Answered { question: short(question), answer: short(&answer) },
            cites: vec![call.id.to_string()],
            last: Ordinal::after(Ordinal(0), call.answered_at),
            at: call.answered_at,
            times: 1,
        })
    });
    Ok(told.collect())
}

/// The sessions whose beginnings a fork shares, or whose work it took over, the first one first.
pub(crate) fn before(s: &Snapshot<'_>, view: &SessionView) -> Result<Vec<SessionId>, EngineError> {
    let earlier = |view: &SessionView| {
        view.forked_from.or_else(|| view.owned.as_deref().and_then(|owned| owned.follows))
    };
    let mut line = Vec::new();
    let mut next = earlier(view);
    while let Some(id) = next.filter(|id| !line.contains(id) && line.len() < limits::FORK_LINE) {
        line.insert(0, id);
        next = view_of(s, id)?.as_ref().and_then(earlier);
    }
    Ok(line)
}

/// The directory that a session's paths are told from.
fn root_of(fold: &SessionFold) -> Option<String> {
    let cwd = fold.facts.cwd.clone().or_else(|| fold.facts.root.clone())?;
    // A folder that is gone lies in no checkout, though one may be above it.
    let is_there = Path::new(&cwd).is_dir();
    let checkout = is_there.then(|| callboard_git::locate(Path::new(&cwd))).flatten();
    let top = checkout.map(|checkout| checkout.top.to_string_lossy().into_owned());
    Some(top.unwrap_or(cwd))
}

/// A fact with its citations; `None` if no event is left that proves it.
fn told(stored: StoredFact) -> Option<BriefFact> {
    let session = stored.session;
    let cites: Vec<String> =
        stored.events.iter().map(|seq| format!("{session}#{}", seq.0)).collect();
    let last = stored.last();
    let StoredFact { fact, times, .. } = stored;
    (!cites.is_empty()).then_some(BriefFact { body: fact.body, cites, last, at: fact.at, times })
}

/// What git says of where a session worked; `None` where there is no checkout any more, or no commit in it.
fn git_now(session: &BriefSession) -> Option<GitNow> {
    if session.is_subagent {
        return None;
    }
    let root = PathBuf::from(session.root.as_deref()?);
    root.is_dir().then(|| callboard_git::locate(&root)).flatten()?;
    let own: Vec<(&str, &str)> = session
        .facts
        .iter()
        .filter_map(|fact| match &fact.body {
            FactBody::Committed { id, subject } => Some((id.as_str(), subject.as_str())),
            _ => None,
        })
        .collect();
    // A quiet commit is known by its subject alone.
    let last = own.last().map(|(id, _)| *id).filter(|id| !id.is_empty());
    let now = since::since(&Git::at(&root), last.or(session.commit.as_deref())).ok()?;
    let is_own = |(commit, told): &&(String, String)| {
        own.iter().any(|(id, subject)| match id.is_empty() {
            true => told == subject,
            false => commit.starts_with(id),
        })
    };
    let came: Vec<&(String, String)> = now.commits.iter().filter(|one| !is_own(one)).collect();
    let others = came.len();
    let ended = session.facts.iter().filter_map(|fact| fact.at).max();
    let mut git = GitNow {
        head: now.head,
        branch: now.branch,
        commits_since: u32::try_from(others).unwrap_or(u32::MAX),
        commits: came.into_iter().take(limits::BRIEF_COMMITS).cloned().collect(),
        dirty: u32::try_from(now.dirty).unwrap_or(u32::MAX),
        ..GitNow::default()
    };
    for fact in &session.facts {
        let FactBody::Edited { path, .. } = &fact.body else { continue };
        let by_commit = others > 0
            && Path::new(path)
                .strip_prefix(&root)
                .is_ok_and(|inside| now.files.iter().any(|file| Path::new(file) == inside));
        match written_at(Path::new(path)) {
            Written::Gone => git.gone.push(path.clone()),
            Written::At(at) if by_commit || is_later(at, ended) => {
                git.changed_since.push(path.clone());
            }
            Written::At(_) | Written::Unknown => {}
        }
    }
    Some(git)
}

enum Written {
    At(Timestamp),
    Gone,
    Unknown,
}

fn written_at(path: &Path) -> Written {
    match path.metadata() {
        Ok(meta) => meta.modified().map_or(Written::Unknown, |at| Written::At(at.into())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Written::Gone,
        Err(_) => Written::Unknown,
    }
}

/// Whether a file was written after the session's last event, and not by its last command, which may end late.
fn is_later(at: Timestamp, ended: Option<Timestamp>) -> bool {
    let slack = i64::try_from(SLACK.as_millis()).unwrap_or_default();
    ended.is_some_and(|ended| at > ended.plus_ms(slack))
}

/// Time after its last event within which a file's change is still the session's.
const SLACK: Duration = Duration::from_secs(2);

/// Masks what the lines hold of tokens and keys, and writes the brief anew if there were any.
fn mask(brief: &mut BriefView) {
    let (title, mut masked) = secrets::mask(&brief.title);
    brief.title = title;
    for line in brief.sections.iter_mut().flat_map(|section| &mut section.lines) {
        let (text, found) = secrets::mask(&line.text);
        if found > 0 {
            line.text = text;
            masked += found;
        }
    }
    if masked > 0 {
        brief.masked = masked;
        finish(brief);
    }
}
