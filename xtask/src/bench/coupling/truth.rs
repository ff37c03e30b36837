//! The file of recorded merges: tab-separated, a line for each, with a header that names the columns.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Half;

/// A recorded merge.
pub(super) struct Row {
    pub(super) repo: String,
    pub(super) merge: String,
    pub(super) base: String,
    pub(super) left: String,
    pub(super) right: String,
    /// `SEM` or `CLEAN`.
    pub(super) label: String,
    /// What was repaired, by kind.
    pub(super) class: String,
    /// What most of the repository is written in.
    pub(super) language: String,
}

/// The rows that can be replayed: merges that git makes cleanly.
pub(super) fn read(file: &Path) -> Result<Vec<Row>, String> {
    let text =
        fs::read_to_string(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|known| *known == name)
            .ok_or(format!("{} has no column {name}", file.display()))
    };
    let names = ["source", "repo", "merge", "base", "left", "right", "label", "subclass", "lang"];
    let columns: Vec<usize> = names.iter().map(|name| column(name)).collect::<Result<_, _>>()?;
    let rows = lines.filter_map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |at: usize| cells.get(columns[at]).map(|cell| (*cell).to_owned());
        let row = Row {
            repo: cell(1)?,
            merge: cell(2)?,
            base: cell(3)?,
            left: cell(4)?,
            right: cell(5)?,
            label: cell(6)?,
            class: cell(7)?,
            language: cell(8)?,
        };
        (cell(0)? == "merge" && matches!(row.label.as_str(), "SEM" | "CLEAN")).then_some(row)
    });
    Ok(rows.collect())
}

impl Row {
    /// The half that it belongs to: the ids of merges are as good as random.
    pub(super) fn half(&self) -> Half {
        if self.merge.as_str() < "8" { Half::Developed } else { Half::Held }
    }

    /// Whether the repository at `path` has this merge.
    pub(super) fn is_of(&self, path: &Path) -> bool {
        let object = format!("{}^{{commit}}", self.merge);
        let found =
            Command::new("git").arg("-C").arg(path).args(["cat-file", "-e", &object]).output();
        found.is_ok_and(|found| found.status.success())
    }
}
