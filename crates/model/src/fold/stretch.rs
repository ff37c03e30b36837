//! The current stretch of work: what was done since the last prompt, check or summary of history.

use serde::{Deserialize, Serialize};

use super::uses::Doing;
use crate::event::{Change, SearchPlace};
use crate::purpose::Purpose;
use crate::{Ordinal, Timestamp, limits};

/// What was done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// A file was read.
    Read,
    /// A file was changed.
    Edit,
    /// A file was written as a whole.
    Write,
    /// A file was removed.
    Delete,
    /// Text or files were looked for.
    Search,
    /// A folder was listed.
    List,
    /// The web was searched.
    Web,
    /// A page was read.
    Page,
    /// A command was run.
    Run,
    /// A check was run.
    Check,
    /// Work was recorded or shared.
    Share,
    /// Another agent was given work.
    Delegate,
    /// A tool of no other kind was used.
    Tool,
}

/// One thing done, perhaps several times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What.
    pub verb: Verb,
    /// To what.
    pub object: String,
    /// How often.
    pub count: u32,
    /// How often it failed.
    #[serde(default)]
    pub failed: u32,
    /// The last time's place in the session.
    pub last: Ordinal,
}

/// The stretch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// When it began.
    pub since: Option<Timestamp>,
    /// When the last tool use in it began.
    pub until: Option<Timestamp>,
    /// What was done, least recent first.
    pub steps: Vec<Step>,
    /// Steps that had to make room.
    #[serde(default)]
    pub dropped: u32,
    /// Tool uses in all.
    #[serde(default)]
    pub uses: u32,
}

impl Stretch {
    pub(super) fn restart(&mut self, at: Option<Timestamp>) {
        *self = Self { since: at, ..Self::default() };
    }

    pub(super) fn add(&mut self, doing: &Doing, place: (Ordinal, Option<Timestamp>)) {
        self.uses += 1;
        self.since = self.since.or(place.1);
        self.until = place.1.or(self.until);
        for (verb, object) in objects(doing) {
            self.step(verb, object, place.0);
        }
    }

    fn step(&mut self, verb: Verb, object: &str, ordinal: Ordinal) {
        let known = self.steps.iter().position(|s| s.verb == verb && s.object == object);
        let mut step = match known {
            Some(at) => self.steps.remove(at),
            None => Step { verb, object: object.to_owned(), count: 0, failed: 0, last: ordinal },
        };
        step.count += 1;
        step.last = ordinal;
        if self.steps.len() >= limits::STRETCH_STEPS {
            self.steps.remove(0);
            self.dropped += 1;
        }
        self.steps.push(step);
    }

    pub(super) fn fail(&mut self, doing: &Doing) {
        for (verb, object) in objects(doing) {
            if let Some(step) = self.steps.iter_mut().find(|s| s.verb == verb && s.object == object)
            {
                step.failed += 1;
            }
        }
    }
}

/// What a tool use does to what.
fn objects(doing: &Doing) -> Vec<(Verb, &str)> {
    match doing {
        Doing::Command { purpose, .. } => match purpose {
            Purpose::Check { command, .. } => vec![(Verb::Check, command)],
            Purpose::Read { paths } => paths.iter().map(|p| (Verb::Read, p.as_str())).collect(),
            Purpose::Write { paths } => paths.iter().map(|p| (Verb::Edit, p.as_str())).collect(),
            Purpose::Search { query, path } if query.is_empty() => {
                vec![(Verb::List, path.as_deref().unwrap_or("."))]
            }
            Purpose::Search { query, .. } => vec![(Verb::Search, query)],
            Purpose::Share { subject, .. } => vec![(Verb::Share, subject)],
            Purpose::Run { command } => vec![(Verb::Run, command)],
            Purpose::Wait => Vec::new(),
        },
        Doing::Edit { paths, change } => {
            let verb = match change {
                Change::Write => Verb::Write,
                Change::Delete => Verb::Delete,
                Change::Modify | Change::Move => Verb::Edit,
            };
            paths.iter().map(|p| (verb, p.as_str())).collect()
        }
        Doing::Read { path } => vec![(Verb::Read, path)],
        Doing::Search { place, query, .. } => {
            let verb = match place {
                SearchPlace::Text => Verb::Search,
                SearchPlace::Files => Verb::Search,
                SearchPlace::Web => Verb::Web,
                SearchPlace::Page => Verb::Page,
            };
            vec![(verb, query)]
        }
        Doing::Delegate { title } => vec![(Verb::Delegate, title)],
        Doing::Tool { name, .. } => vec![(Verb::Tool, name)],
        Doing::Plan | Doing::Propose { .. } | Doing::Ask { .. } => Vec::new(),
    }
}
