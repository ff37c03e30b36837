//! One transcript, read record by record.

use callboard_model::ThreadKey;

use super::parse;
use crate::slim::Slim;
use crate::stream::StreamRule;
use crate::transcript::{Parsed, RecordPosition, TranscriptFile, TranscriptReader};

pub(super) struct Reader {
    thread: ThreadKey,
}

impl Reader {
    pub(super) fn new(file: &TranscriptFile) -> Self {
        Self { thread: file.thread.clone().unwrap_or_else(|| ThreadKey::main("")) }
    }
}

impl TranscriptReader for Reader {
    // What repeats is left out when it is written.
    fn slim<'l>(&mut self, record: &'l str) -> Slim<'l> {
        Slim::whole(record)
    }

    fn parse(&mut self, record: &str, at: RecordPosition) -> Parsed {
        parse::parse(record, at, &self.thread)
    }

    fn slim_rules(&self) -> &'static [StreamRule] {
        &[]
    }

    fn state(&self) -> String {
        String::new()
    }
}
