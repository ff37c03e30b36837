//! What a report notes of lines, before it is known which files it names.

use std::collections::BTreeMap;

use callboard_model::check::executed::{Executed, ExecutedLines};

use crate::limits;

/// For each file as it is named, how often each line ran.
#[derive(Debug, Default)]
pub(super) struct Noted {
    files: BTreeMap<String, BTreeMap<u32, bool>>,
    /// Folders that relative names may begin in.
    pub(super) roots: Vec<String>,
    /// How often a line was told.
    told: usize,
}

impl Noted {
    /// Notes a line; it has run if it ever did.
    pub(super) fn line(&mut self, file: &str, line: u32, has_run: bool) {
        self.told += 1;
        if line == 0 || self.told > limits::REPORTED_LINES {
            return;
        }
        let lines = match self.files.get_mut(file) {
            Some(lines) => lines,
            None => self.files.entry(file.to_owned()).or_default(),
        };
        *lines.entry(line).or_default() |= has_run;
    }

    /// By the paths that `find` gives for names; what it finds nothing for is left out.
    pub(super) fn executed(self, find: impl Fn(&str) -> Option<String>) -> Executed {
        let mut executed = Executed::default();
        for (named, lines) in self.files {
            let rooted = || self.roots.iter().find_map(|root| find(&format!("{root}/{named}")));
            let Some(path) = rooted().or_else(|| find(&named)) else { continue };
            let lines = ExecutedLines {
                executable: lines.keys().copied().collect(),
                executed: lines.iter().filter(|(_, ran)| **ran).map(|(line, _)| *line).collect(),
            };
            executed.add(Executed { files: [(path, lines)].into(), ..Executed::default() });
        }
        executed
    }
}
