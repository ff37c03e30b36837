//! Tool uses that have no result yet, and what goes on in the background.

use serde::{Deserialize, Serialize};

use super::PlanTrack;
use crate::event::{Change, EventBody, SearchPlace};
use crate::purpose::Purpose;
use crate::text::{clip, clip_start, one_line};
use crate::{Ordinal, Timestamp, limits};

/// What a tool use does, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case")]
pub enum Doing {
    /// Runs a command.
    Command {
        /// What for.
        purpose: Purpose,
        /// The agent's words for it.
        description: Option<String>,
        /// It runs on while the agent continues.
        background: bool,
    },
    /// Writes files.
    Edit {
        /// Which.
        paths: Vec<String>,
        /// What becomes of the first.
        change: Change,
    },
    /// Reads a file.
    Read {
        /// Which.
        path: String,
    },
    /// Looks for something.
    Search {
        /// Where.
        place: SearchPlace,
        /// For what.
        query: String,
        /// Limited to.
        path: Option<String>,
    },
    /// Has another agent do something.
    Delegate {
        /// What.
        title: String,
    },
    /// States its plan.
    Plan,
    /// Waits for approval of a plan.
    Propose {
        /// The plan's first words.
        title: String,
    },
    /// Asks its user.
    Ask {
        /// The first question.
        question: String,
        /// Further questions.
        more: usize,
    },
    /// Uses a tool of no other kind.
    Tool {
        /// The agent's name of it.
        name: String,
        /// The first short text it was given.
        subject: String,
    },
}

/// A tool use without a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenUse {
    /// The agent's id of it.
    pub id: String,
    /// What it does.
    pub doing: Doing,
    /// Its place in the session.
    pub ordinal: Ordinal,
    /// When it began.
    pub at: Option<Timestamp>,
    /// A command as the agent wrote it: what a person is asked to allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The plan as it was, should this change of it fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_before: Option<Box<PlanTrack>>,
}

/// A command or subagent that runs on while the agent continues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackgroundWork {
    /// The agent's id of it.
    pub id: String,
    /// It is a subagent, not a command.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub subagent: bool,
    /// The command, or the piece of work.
    pub title: String,
    /// When it began.
    pub at: Option<Timestamp>,
}

/// What runs on while the agent continues.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Background {
    /// In the order it began.
    pub list: Vec<BackgroundWork>,
}

impl Background {
    pub(super) fn begin(&mut self, work: BackgroundWork) {
        self.list.retain(|known| known.id != work.id);
        if self.list.len() >= limits::BACKGROUND_WORK {
            self.list.remove(0);
        }
        self.list.push(work);
    }

    /// What a text names by its id.
    #[must_use]
    pub fn named_in(&self, text: &str) -> Option<&BackgroundWork> {
        self.list.iter().find(|work| work.id.len() > 2 && text.contains(&work.id))
    }

    /// What a tool's output or the agent's program says of work that it names: over, unless it runs.
    pub(super) fn told(&mut self, named: &str, report: &str) {
        let report = crate::text::head(report, 2_000).to_ascii_lowercase();
        let runs = report.contains("running") && !report.contains("completed");
        if !runs && let Some(id) = self.named_in(named).map(|work| work.id.clone()) {
            self.list.retain(|work| work.id != id);
        }
    }

    /// The subagents among it.
    pub fn subagents(&self) -> impl Iterator<Item = &BackgroundWork> {
        self.list.iter().filter(|work| work.subagent)
    }
}

/// The open uses of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenUses {
    /// In order.
    pub list: Vec<OpenUse>,
    /// Older ones that had to make room.
    #[serde(default)]
    pub dropped: u32,
}

impl OpenUses {
    pub(super) fn open(&mut self, new: OpenUse) {
        self.list.retain(|u| u.id != new.id);
        if self.list.len() >= limits::OPEN_USES {
            self.list.remove(0);
            self.dropped += 1;
        }
        self.list.push(new);
    }

    pub(super) fn close(&mut self, id: &str) -> Option<OpenUse> {
        let id = short_id(id);
        let at = self.list.iter().position(|u| u.id == id)?;
        Some(self.list.remove(at))
    }

    /// Those begun after `spoken`: an agent speaks again only when it has every result, so that
    /// earlier ones are over although nothing told it.
    pub fn current(&self, spoken: Option<Ordinal>) -> impl DoubleEndedIterator<Item = &OpenUse> {
        self.list.iter().filter(move |u| spoken.is_none_or(|spoken| u.ordinal > spoken))
    }

    /// The first that a person may be asked to allow: uses that only look are seldom asked for.
    #[must_use]
    pub fn first_acting(&self, spoken: Option<Ordinal>) -> Option<&OpenUse> {
        let looks = |u: &&OpenUse| matches!(u.doing, Doing::Read { .. } | Doing::Search { .. });
        self.current(spoken).find(|u| !looks(u)).or_else(|| self.current(spoken).next())
    }

    /// The unanswered question or proposal, if there is one.
    #[must_use]
    pub fn waiting(&self, spoken: Option<Ordinal>) -> Option<&OpenUse> {
        self.current(spoken).rfind(|u| matches!(u.doing, Doing::Ask { .. } | Doing::Propose { .. }))
    }

    /// The pieces of work that other agents are at.
    pub fn delegated(&self, spoken: Option<Ordinal>) -> impl Iterator<Item = (&OpenUse, &str)> {
        self.current(spoken).filter_map(|u| match &u.doing {
            Doing::Delegate { title } => Some((u, title.as_str())),
            _ => None,
        })
    }
}

pub(super) fn short_id(id: &str) -> String {
    clip(id, 80)
}

pub(super) fn object(text: &str) -> String {
    clip(&one_line(crate::text::head(text, 2_000)), limits::OBJECT_CHARS)
}

fn path(text: &str) -> String {
    clip_start(&one_line(text), limits::PATH_CHARS)
}

impl Doing {
    /// What a tool use does; `None` for events that are no tool use.
    #[must_use]
    pub fn of(body: &EventBody) -> Option<Self> {
        Some(match body {
            EventBody::Command(c) => Self::Command {
                purpose: Purpose::of(&c.command),
                description: c.description.as_deref().map(object).filter(|d| !d.is_empty()),
                background: c.background,
            },
            EventBody::Edit(e) => Self::Edit {
                paths: e.files.iter().take(limits::PATHS_PER_USE).map(|f| path(&f.path)).collect(),
                change: e.files.first().map_or(Change::Modify, |f| f.change),
            },
            EventBody::Read(r) => Self::Read { path: path(&r.path) },
            EventBody::Search(s) => Self::Search {
                place: s.place,
                query: object(&s.query),
                path: s.path.as_deref().map(path),
            },
            EventBody::Delegate(d) => Self::Delegate {
                title: object(if d.title.is_empty() { &d.prompt } else { &d.title }),
            },
            EventBody::Plan(p) => match &p.proposal {
                Some(text) => Self::Propose { title: crate::goal::heading(text) },
                None => Self::Plan,
            },
            EventBody::Question(q) => Self::Ask {
                question: q.questions.first().map(|q| object(&q.question)).unwrap_or_default(),
                more: q.questions.len().saturating_sub(1),
            },
            EventBody::Tool(t) => Self::Tool {
                name: clip(&one_line(&t.tool_use.tool), 80),
                subject: subject(&t.input),
            },
            _ => return None,
        })
    }
}

/// The first short text in a tool's input: most often what it is used on.
fn subject(input: &serde_json::Value) -> String {
    let first = match input {
        serde_json::Value::Object(fields) => fields.values().find_map(|v| v.as_str()),
        serde_json::Value::String(text) => Some(text.as_str()),
        _ => None,
    };
    first.filter(|text| text.len() <= 300).map(object).unwrap_or_default()
}
