//! One transcript, read record by record.

use callboard_model::ThreadKey;
use callboard_model::event::Info;
use serde::{Deserialize, Serialize};

use super::{parse, slim};
use crate::limits;
use crate::slim::{Seen, Slim};
use crate::stream::StreamRule;
use crate::transcript::{Parsed, RecordPosition, TranscriptFile, TranscriptReader};

pub(super) struct Reader {
    /// The thread that the file's name tells.
    named: Option<ThreadKey>,
    pub(super) state: State,
}

/// What is remembered from one record to the next.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// The thread that the first header names, where the file's name does not.
    pub(super) thread: Option<String>,
    /// What was last said about the session, to say it again only when it changes.
    pub(super) info: Info,
    /// Texts of the conversation, which notifications repeat.
    pub(super) texts: Seen,
    /// The last `turn_context` and `world_state`.
    pub(super) turn_context: u64,
    pub(super) world_state: u64,
}

impl Reader {
    pub(super) fn new(file: &TranscriptFile, state: Option<&str>) -> Self {
        let state = state.filter(|text| text.len() <= limits::STATE_BYTES);
        let state = state.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        Self { named: file.thread.clone(), state }
    }

    pub(super) fn thread(&self) -> ThreadKey {
        let told = || ThreadKey::main(self.state.thread.clone().unwrap_or_default());
        self.named.clone().unwrap_or_else(told)
    }
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
