//! One transcript, read record by record.

use std::collections::VecDeque;

use callboard_model::ThreadKey;
use callboard_model::event::Info;
use serde::{Deserialize, Serialize};

use super::{parse, slim};
use crate::fields::Document;
use crate::limits;
use crate::slim::{Seen, Slim};
use crate::stream::StreamRule;
use crate::transcript::{Parsed, RecordPosition, TranscriptFile, TranscriptReader};

pub(super) struct Reader {
    pub(super) thread: Option<ThreadKey>,
    pub(super) state: State,
}

/// What is remembered from one record to the next.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// What was last told of each thread, to tell it again only when it changes.
    pub(super) told: VecDeque<(ThreadKey, Info)>,
    /// Sidechains: last record, first record.
    pub(super) chains: VecDeque<(String, String)>,
    /// Inputs of tools, which results repeat.
    pub(super) inputs: Seen,
    /// The growing output of running commands.
    pub(super) outputs: VecDeque<slim::GrowingOutput>,
    /// The last list of tracked files.
    pub(super) snapshot: u64,
    /// Instructions and descriptions of tools that the model was given.
    pub(super) instructions: Seen,
}

impl Reader {
    pub(super) fn new(file: &TranscriptFile, state: Option<&str>) -> Self {
        let state = state.filter(|text| text.len() <= limits::STATE_BYTES);
        let state = state.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        Self { thread: file.thread.clone(), state }
    }
}

/// Fields of a record that a fork changes in its copy.
const OF_SESSION: [&str; 5] =
    ["sessionId", "session_id", "promptId", "requestSessionId", "forkedFrom"];

/// Whether one record is the other's copy in a fork.
pub(super) fn same_record(one: &str, other: &str) -> bool {
    let (one, other) = (Document::of(one), Document::of(other));
    let fields = |document: &Option<Document<'_>>| {
        let fields = document.as_ref()?.fields()?;
        let own = fields.iter().filter(|(name, _)| !OF_SESSION.contains(&&**name));
        Some(
            own.map(|(name, value)| (name.to_string(), value.text().to_owned()))
                .collect::<Vec<_>>(),
        )
    };
    let one = fields(&one);
    one.is_some() && one == fields(&other)
}

impl TranscriptReader for Reader {
    fn slim<'l>(&mut self, record: &'l str) -> Slim<'l> {
        slim::slim(record, &mut self.state)
    }

    fn parse(&mut self, record: &str, at: RecordPosition) -> Parsed {
        parse::parse(record, at, self)
    }

    fn slim_rules(&self) -> &'static [StreamRule] {
        slim::RULES
    }

    fn state(&self) -> String {
        serde_json::to_string(&self.state).unwrap_or_default()
    }
}

impl State {
    /// The first record of the sidechain that a record with this uuid and parent belongs to.
    pub(super) fn chain_root(&mut self, uuid: &str, parent: Option<&str>) -> String {
        let known = parent.and_then(|p| self.chains.iter().position(|(last, _)| last == p));
        let root = match (known.and_then(|at| self.chains.get(at)), parent) {
            (Some((_, root)), _) => root.clone(),
            (None, Some(parent)) => parent.to_owned(),
            (None, None) => uuid.to_owned(),
        };
        if self.chains.len() >= limits::REMEMBERED_CHAIN_LINKS {
            self.chains.pop_front();
        }
        self.chains.push_back((uuid.to_owned(), root.clone()));
        root
    }
}
