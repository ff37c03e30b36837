//! The commands of a session: how often each passed and failed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Ran;
use super::output::Ended;
use crate::check::Verdict;
use crate::limits;
use crate::purpose::Purpose;

/// How often each command passed and failed; those that ran least often make room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Commands {
    counts: BTreeMap<String, (u32, u32)>,
}

impl Commands {
    /// What is known of a command now that it ran once more, and by which name it goes.
    pub(super) fn ran(&mut self, line: &str, purpose: &Purpose, ended: &Ended) -> (Ran, String) {
        let name = name_of(purpose);
        if self.counts.len() >= limits::FACT_COMMANDS && !self.counts.contains_key(&name) {
            let rarest = self.counts.iter().min_by_key(|(_, (passes, failures))| passes + failures);
            if let Some(rarest) = rarest.map(|(name, _)| name.clone()) {
                self.counts.remove(&rarest);
            }
        }
        let (passes, failures) = self.counts.entry(name.clone()).or_default();
        match ended.verdict {
            Verdict::Passed => *passes += 1,
            Verdict::Failed => *failures += 1,
            Verdict::Unknown => {}
        }
        let check = match purpose {
            Purpose::Check { check, .. } => Some(*check),
            _ => None,
        };
        let ran = Ran {
            command: line.trim().to_owned(),
            check,
            verdict: ended.verdict,
            result: ended.result.clone(),
            failure: ended.failure.clone(),
            passes: *passes,
            failures: *failures,
        };
        (ran, name)
    }
}

/// A command without what differs between its runs, such as filters of its output.
pub(super) fn name_of(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Check { command, .. } | Purpose::Run { command } => command.clone(),
        _ => String::new(),
    }
}
