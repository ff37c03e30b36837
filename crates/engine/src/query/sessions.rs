//! Lists of sessions, and one session in full.

use std::fmt;
use std::str::FromStr;

use callboard_model::fold::SessionFold;
use callboard_model::session::StateWord;
use callboard_model::view::{FileTouch, SessionDetail, SessionView};
use callboard_model::{AgentName, Seq, SessionId, TaskId, Timestamp, WorkspaceId};
use callboard_store::{SessionFilter, Snapshot};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::board::views;
use crate::core::{messages_of, view_of};
use crate::row::{check_result, relative};
use crate::{Engine, EngineError, limits};

/// Which sessions are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionQuery {
    /// Of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// Of this agent.
    pub agent: Option<AgentName>,
    /// In this state.
    pub state: Option<StateWord>,
    /// Linked to this task.
    pub task: Option<TaskId>,
    /// With these words in title, goal, activity, branch or directory.
    pub words: Option<String>,
    /// Without subagents and sidechains.
    pub parents_only: bool,
    /// That run now.
    pub live_only: bool,
    /// Behind this place.
    pub after: Option<SessionPlace>,
    /// At most so many; 0 for all.
    pub limit: usize,
}

/// Sessions, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SessionList {
    /// Their rows.
    pub sessions: Vec<SessionView>,
    /// How many the query picks in all.
    pub total: u64,
    /// What to give as `before` for the next ones.
    #[schema(value_type = Option<String>)]
    pub next: Option<SessionPlace>,
    /// As of this commit.
    pub seq: Seq,
}

/// Where a session stands in a list: by its last change, then by its id. Written as `S41@` with the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionPlace {
    updated_at: Option<Timestamp>,
    id: SessionId,
}

impl SessionPlace {
    fn of(view: &SessionView) -> Self {
        Self { updated_at: view.updated_at, id: view.id }
    }
}

impl fmt::Display for SessionPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@", self.id)?;
        self.updated_at.map_or(Ok(()), |at| write!(f, "{at}"))
    }
}

impl FromStr for SessionPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (id, at) = text.split_once('@').ok_or(())?;
        let updated_at = match at {
            "" => None,
            at => Some(Timestamp::parse(at).ok_or(())?),
        };
        Ok(Self { updated_at, id: id.parse().map_err(drop)? })
    }
}

impl Serialize for SessionPlace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionPlace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(|()| serde::de::Error::custom("no place in a list of sessions"))
    }
}

/// That no session has a name; who gave that of something else is told what it is.
fn no_session_named(name: &str) -> EngineError {
    let begins = |kind: char| {
        let rest = name.strip_prefix([kind, kind.to_ascii_lowercase()]);
        rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let hint = if begins('T') {
        "that is a task: `callboard session list --task` lists its sessions"
    } else if begins('D') {
        "that is a decision: `callboard decision` shows it, with the session that it came from"
    } else if begins('R') {
        "that is a review: `callboard review` shows it, with the sessions of its members"
    } else {
        "list them with `callboard session list`"
    };
    EngineError::NotFound { what: format!("session `{name}`"), hint }
}

impl Engine {
    /// The sessions that a query picks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn sessions(&self, query: &SessionQuery) -> Result<SessionList, EngineError> {
        self.read(|s| {
            let filter = SessionFilter {
                workspace: query.workspace,
                agent: query.agent.clone(),
                roots_only: query.parents_only,
                live_only: query.live_only,
                ..SessionFilter::default()
            };
            let mut picked = views(s, &filter)?;
            picked.retain(|view| query.picks(view));
            let total = picked.len() as u64;
            if let Some(place) = query.after {
                picked.retain(|view| SessionPlace::of(view) < place);
            }
            let more = query.limit > 0 && picked.len() > query.limit;
            if more {
                picked.truncate(query.limit);
            }
            let next = picked.last().filter(|_| more).map(SessionPlace::of);
            Ok(SessionList { sessions: picked, total, next, seq: s.seq()? })
        })
    }

    /// A session's row.
    ///
    /// # Errors
    /// When there is none.
    pub fn session(&self, id: SessionId) -> Result<SessionView, EngineError> {
        self.read(|s| view_of(s, id)?.ok_or_else(|| EngineError::no_session(id)))
    }

    /// The session that a text names: its short id (`S41`, `41`), or the beginning of the agent's own id
    /// of it, of at least four characters, that no other session's id has.
    ///
    /// # Errors
    /// When it names none, or several.
    pub fn session_named(&self, name: &str) -> Result<SessionId, EngineError> {
        self.read(|s| {
            let short = name.parse::<SessionId>().ok();
            if let Some(view) = short.map(|id| view_of(s, id)).transpose()?.flatten() {
                return Ok(view.id);
            }
            let all = SessionFilter { roots_only: true, ..SessionFilter::default() };
            let is_named = |view: &SessionView| {
                view.agent_session_id == name
                    || name.len() >= limits::NAME_CHARS && view.agent_session_id.starts_with(name)
            };
            let found: Vec<_> = views(s, &all)?.into_iter().filter(is_named).collect();
            match (found.as_slice(), short) {
                ([view], _) => Ok(view.id),
                ([], Some(id)) => Err(EngineError::no_session(id)),
                ([], None) => Err(no_session_named(name)),
                (several, _) => Err(EngineError::Refused {
                    text: format!("`{name}` could be any of {}", candidates(several)),
                    hint: "give more of the id, or the short one (`S41`)",
                }),
            }
        })
    }

    /// A session with all that its page shows.
    ///
    /// # Errors
    /// When there is none.
    pub fn session_detail(&self, id: SessionId) -> Result<SessionDetail, EngineError> {
        self.read(|s| {
            let session = view_of(s, id)?.ok_or_else(|| EngineError::no_session(id))?;
            let fold = crate::row::fold_of(s, id)?;
            let fold = fold.unwrap_or_default();
            let children =
                views(s, &SessionFilter { parent: Some(id), ..SessionFilter::default() })?;
            let other = |id: Option<SessionId>| match id {
                Some(id) => view_of(s, id),
                None => Ok(None),
            };
            let (parent, forked_from) = (other(session.parent)?, other(session.forked_from)?);
            let follows = other(session.owned.as_deref().and_then(|owned| owned.follows))?;
            let mut followed_by = Vec::new();
            for successor in s.successors(id)? {
                followed_by.extend(view_of(s, successor)?);
            }
            Ok(SessionDetail {
                goal_text: fold.goal().map(|goal| goal.full.clone()),
                plan_steps: fold.plan.steps.clone(),
                files: files(&fold),
                files_more: fold.files.dropped,
                checks: fold.checks.runs.iter().rev().map(check_result).collect(),
                milestones: fold.milestones.list.iter().cloned().collect(),
                children,
                parent,
                forked_from,
                follows,
                followed_by,
                mode: fold.facts.mode.clone(),
                entrypoint: fold.facts.entrypoint.clone(),
                pull_requests: fold.landed.pull_request.iter().cloned().collect(),
                transcripts: transcripts(s, id)?,
                readable: self.readable_path(s, &session)?,
                report: super::reports::report_of(s, id)?,
                messages: messages_of(s, id)?,
                session,
                seq: s.seq()?,
            })
        })
    }
}

/// Some sessions by both of their ids.
fn candidates(views: &[SessionView]) -> String {
    let shown = views.iter().take(limits::CANDIDATES);
    let mut names: Vec<String> =
        shown.map(|view| format!("{} ({})", view.id, view.agent_session_id)).collect();
    let more = views.len().saturating_sub(limits::CANDIDATES);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

impl SessionQuery {
    fn picks(&self, view: &SessionView) -> bool {
        self.state.is_none_or(|state| state == view.state)
            && self.task.is_none_or(|task| Some(task) == view.task)
            && self.words.as_deref().is_none_or(|words| has_words(view, words))
    }
}

/// Whether each of the words stands somewhere in the row.
fn has_words(view: &SessionView, words: &str) -> bool {
    let place = [
        view.title.as_deref(),
        view.goal.as_deref(),
        Some(view.activity.as_str()),
        view.branch.as_deref(),
        view.cwd.as_deref(),
        Some(view.agent_session_id.as_str()),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join("\n")
    .to_lowercase();
    let id = view.id.to_string().to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| word == id || place.contains(word))
}

/// The files that the fold knows, last touched first.
fn files(fold: &SessionFold) -> Vec<FileTouch> {
    let used = fold.files_used();
    let mut files: Vec<_> = used.iter().collect();
    files.sort_by_key(|(_, touch)| std::cmp::Reverse(touch.last));
    files
        .into_iter()
        .map(|(path, touch)| FileTouch {
            path: relative(path, fold.facts.cwd.as_deref()),
            reads: touch.reads,
            edits: touch.edits,
            at: touch.at,
        })
        .collect()
}

/// The files that the session's transcript is kept in.
fn transcripts(s: &Snapshot<'_>, id: SessionId) -> callboard_store::Result<Vec<String>> {
    let sources = s.sources_of_session(id)?;
    Ok(sources.iter().map(|source| source.row.path.to_string_lossy().into_owned()).collect())
}
