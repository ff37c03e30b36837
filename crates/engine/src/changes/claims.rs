//! Claims: what tasks and sessions say beforehand that they will touch, and whom that meets.

use callboard_model::changeset::Changeset;
use callboard_model::limits::LINE_CHARS;
use callboard_model::scope::Pattern;
use callboard_model::task::Column;
use callboard_model::view::{ClaimView, DropClaims, NewClaim, TaskView};
use callboard_model::{SessionId, TaskId, WorkspaceId, quote};
use callboard_store::{Result as StoreResult, Snapshot};

use crate::core::view_of;
use crate::owned::succession::goes_on_with;
use crate::query::Naming;
use crate::{Engine, EngineError, limits, secrets};

/// Who is going to touch something, or does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Holder {
    task: Option<TaskId>,
    session: Option<SessionId>,
    name: String,
    title: String,
}

impl Holder {
    fn of(task: Option<TaskId>, session: Option<SessionId>, title: String) -> Self {
        let name = task.map(|task| task.to_string());
        let name = name.or_else(|| session.map(|session| session.to_string()));
        Self { task, session, name: name.unwrap_or_default(), title }
    }

    /// A task's session is the task.
    fn is_same(&self, other: &Self) -> bool {
        match (self.task, other.task) {
            (Some(one), Some(other)) => one == other,
            _ => self.session.is_some() && self.session == other.session,
        }
    }
}

/// A claim, or the scope of a task that runs.
struct Held {
    id: Option<i64>,
    holder: Holder,
    text: String,
    made_at: Option<callboard_model::Timestamp>,
}

/// Somebody's changes.
struct Changing {
    holder: Holder,
    sessions: Vec<SessionId>,
    paths: Vec<String>,
}

/// All that a claim may meet in a workspace.
struct Meeting {
    held: Vec<Held>,
    changing: Vec<Changing>,
}

impl Meeting {
    fn of(s: &Snapshot<'_>, workspace: WorkspaceId) -> StoreResult<Self> {
        let tasks = s.tasks(Some(workspace))?;
        let holder_of = |task: Option<TaskId>, session: Option<SessionId>| -> StoreResult<Holder> {
            // What a session said before it was handed off is its successor's to keep.
            let session = session.map(|session| goes_on_with(s, session)).transpose()?;
            let view = session.map(|session| view_of(s, session)).transpose()?.flatten();
            let task = task.or_else(|| view.as_ref().and_then(|view| view.task));
            let known = tasks.iter().find(|known| Some(known.id) == task);
            let goal = || view.as_ref().and_then(|view| view.title.clone().or(view.goal.clone()));
            let title = known.map(|task| task.title.clone()).or_else(goal).unwrap_or_default();
            Ok(Holder::of(task, session, title))
        };
        let mut held = Vec::new();
        for claim in s.claims(workspace)? {
            held.push(Held {
                id: Some(claim.id),
                holder: holder_of(claim.task, claim.session)?,
                text: claim.pattern,
                made_at: Some(claim.made_at),
            });
        }
        let runs = |column| matches!(column, Column::Running | Column::NeedsYou | Column::Review);
        for task in tasks.iter().filter(|task| runs(task.column) && task.deleted_at.is_none()) {
            for text in &task.scope {
                let holder = holder_of(Some(task.id), None)?;
                held.push(Held { id: None, holder, text: text.clone(), made_at: None });
            }
        }
        let changesets = s.changesets(workspace)?;
        let naming = Naming::of(s, workspace, &changesets)?;
        let mut changing = Vec::new();
        for changeset in changesets {
            let Changeset { key, branch, files, .. } = changeset;
            let named = naming.name(s, &key, branch.as_deref())?;
            let session = named.sessions.first().map(|session| goes_on_with(s, *session));
            let holder = Holder {
                task: named.task,
                session: session.transpose()?,
                name: named.name,
                title: named.title,
            };
            let paths = files.into_iter().flat_map(|file| file.from.into_iter().chain([file.path]));
            changing.push(Changing { holder, sessions: named.sessions, paths: paths.collect() });
        }
        Ok(Self { held, changing })
    }

    /// Whom a pattern meets, each in a sentence, with the sessions that are to hear of it.
    fn meets(&self, own: &Holder, text: &str) -> Vec<(String, Vec<SessionId>)> {
        let pattern = Pattern::of(text);
        let mut met = Vec::new();
        for changing in self.changing.iter().filter(|one| !one.holder.is_same(own)) {
            let paths: Vec<&String> =
                changing.paths.iter().filter(|path| pattern.covers(path)).collect();
            if let Some((first, rest)) = paths.split_first() {
                let more = match rest.len() {
                    0 => String::new(),
                    1 => " and 1 more file there".to_owned(),
                    several => format!(" and {several} more files there"),
                };
                let name = &changing.holder.name;
                met.push((format!("{name} changes {first}{more}"), changing.sessions.clone()));
            }
        }
        for held in self.held.iter().filter(|held| !held.holder.is_same(own)) {
            if Pattern::of(&held.text).meets(&pattern) {
                let says = if held.id.is_some() { "claims" } else { "is about" };
                let told = format!("{} {says} {}", held.holder.name, held.text);
                met.push((told, held.holder.session.into_iter().collect()));
            }
        }
        met
    }

    fn view(&self, held: &Held) -> ClaimView {
        let met = self.meets(&held.holder, &held.text);
        ClaimView {
            id: held.id,
            name: held.holder.name.clone(),
            title: held.holder.title.clone(),
            pattern: held.text.clone(),
            made_at: held.made_at,
            meets: met.into_iter().map(|(told, _)| told).collect(),
        }
    }
}

impl Engine {
    /// What tasks and sessions are going to touch, and whom that meets.
    ///
    /// # Errors
    /// When the store fails.
    pub fn claims(&self, workspace: Option<WorkspaceId>) -> Result<Vec<ClaimView>, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        self.read(|s| {
            let meeting = Meeting::of(s, workspace)?;
            Ok(meeting.held.iter().map(|held| meeting.view(held)).collect())
        })
    }

    /// Takes note of what a task or a session is going to touch. Whoever it meets is told at its next step.
    ///
    /// # Errors
    /// When it is nobody's, has no pattern, or there are too many.
    pub fn claim_paths(
        &self,
        workspace: Option<WorkspaceId>,
        new: NewClaim,
    ) -> Result<Vec<ClaimView>, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        let patterns: Vec<String> =
            new.patterns.iter().map(|text| text.trim().to_owned()).collect();
        if patterns.is_empty() || patterns.iter().any(String::is_empty) {
            return Err(EngineError::Refused {
                text: "no path was named; nothing was claimed".into(),
                hint: "name paths from the repository's root: `callboard claim 'src/watcher/**'`",
            });
        }
        if new.task.is_none() && new.session.is_none() {
            return Err(EngineError::Refused {
                text: "it is not known who claims; nothing was claimed".into(),
                hint: "name a task with `--task T12`, or a session with `--session S41`",
            });
        }
        if let Some(task) = new.task {
            self.task(task)?;
        }
        if self.read(|s| Ok(s.claims(workspace)?.len()))? + patterns.len() > limits::CLAIMS {
            return Err(EngineError::Refused {
                text: format!("{} claims stand already; nothing was claimed", limits::CLAIMS),
                hint: "take back what is over with `callboard claim --drop`",
            });
        }
        let who = (new.task, new.session);
        let ids = self.ask(move |core| core.add_claims(workspace, who, patterns))?;
        let (views, told) = self.read(|s| {
            let meeting = Meeting::of(s, workspace)?;
            let own = meeting.held.iter().filter(|held| held.id.is_some_and(|id| ids.contains(&id)));
            let (mut views, mut told) = (Vec::new(), Vec::new());
            for held in own {
                for (_, sessions) in meeting.meets(&held.holder, &held.text) {
                    let text = format!(
                        "{} ({}) is going to change {}, where you work too. `callboard claim --list` shows who is about what.",
                        held.holder.name,
                        quote::line(&secrets::mask(&held.holder.title).0, LINE_CHARS),
                        quote::bare(&held.text)
                    );
                    told.extend(sessions.into_iter().map(|session| (session, text.clone())));
                }
                views.push(meeting.view(held));
            }
            Ok((views, told))
        })?;
        self.ask(move |core| core.tell_agents(told))?;
        Ok(views)
    }

    /// Takes claims back; gives how many.
    ///
    /// # Errors
    /// When the store fails.
    pub fn drop_claims(
        &self,
        workspace: Option<WorkspaceId>,
        which: DropClaims,
    ) -> Result<usize, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        self.ask(move |core| core.drop_claims(workspace, &which))
    }

    /// Whom a task's scope meets, each in a sentence: said before it starts.
    pub(crate) fn scope_meets(&self, task: &TaskView) -> Result<Vec<String>, EngineError> {
        if task.scope.is_empty() {
            return Ok(Vec::new());
        }
        self.read(|s| {
            let meeting = Meeting::of(s, task.workspace)?;
            let own = Holder::of(Some(task.id), None, String::new());
            let met = task.scope.iter().flat_map(|text| meeting.meets(&own, text));
            let mut met: Vec<String> = met.map(|(told, _)| told).collect();
            met.dedup();
            Ok(met)
        })
    }
}
