//! "Nothing was deleted", beside files that are gone and tables that lost rows.

use super::super::lexicon::is_path;
use super::super::{Claim, Stock, TouchedFile};
use super::changes::is_of;
use super::{Case, Finds, Verdict};
use crate::changeset::FileStatus;
use crate::check::command::base;
use crate::receipt::TableChange;

impl Case<'_> {
    pub(super) fn kept(&self, what: Stock, names: &[String], claim: &Claim) -> Finds {
        let paths: Vec<&String> = names.iter().filter(|name| is_path(name)).collect();
        match what {
            Stock::Files => self.kept_files(&paths, claim, false),
            Stock::Rows => self.kept_rows(names, claim),
            Stock::Everything => {
                let files = self.kept_files(&paths, claim, true);
                if files.verdict != Verdict::Supported || self.evidence.content.tables.is_empty() {
                    return files;
                }
                match self.kept_rows(names, claim) {
                    rows if rows.verdict == Verdict::Contradicted => Finds {
                        verdict: Verdict::NotChecked,
                        why: format!("No file is gone; {}", rows.why),
                        ..rows
                    },
                    rows => rows,
                }
            }
        }
    }

    fn kept_files(&self, paths: &[&String], claim: &Claim, is_anything: bool) -> Finds {
        let Some(files) = &self.evidence.files else {
            return Finds::new(Verdict::NotChecked, "The change is not known.");
        };
        let is_meant =
            |file: &&TouchedFile| paths.is_empty() || paths.iter().any(|name| is_of(file, name));
        let gone = files.iter().filter(is_meant).filter(|file| file.status == FileStatus::Deleted);
        let gone: Vec<&TouchedFile> = gone.collect();
        let Some(first) = gone.first() else {
            return Finds::new(Verdict::Supported, "No such file is gone from the change.");
        };
        let told = |file: &&&TouchedFile| {
            paths.is_empty() && claim.around.names.iter().any(|name| is_of(file, name))
        };
        let stays = |file: &&&TouchedFile| self.may_be_elsewhere(file, files, is_anything);
        match gone.iter().find(|file| !told(file) && !stays(file)) {
            Some(file) => {
                Finds::new(Verdict::Contradicted, format!("`{}` was deleted.", file.path))
            }
            None => Finds::new(
                Verdict::NotChecked,
                format!("`{}` was deleted; its content may be in another file.", first.path),
            ),
        }
    }

    /// Whether what a deleted file held may be in another one: a copy of it, or a new file of its name or kind.
    fn may_be_elsewhere(
        &self,
        gone: &TouchedFile,
        files: &[TouchedFile],
        is_anything: bool,
    ) -> bool {
        let folder = self.evidence.content.folder.as_ref();
        let is_copied = folder.is_some_and(|folder| {
            folder
                .merged
                .iter()
                .chain(&folder.moved)
                .chain(&folder.renamed)
                .any(|moved| moved.from == gone.path)
        });
        let ending =
            |path: &str| base(path).rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
        let is_like = |file: &&TouchedFile| {
            let is_new = file.status == FileStatus::Added;
            is_new
                && (base(&file.path) == base(&gone.path)
                    || is_anything && ending(&file.path) == ending(&gone.path))
        };
        is_copied || files.iter().any(|file| is_like(&file))
    }

    fn kept_rows(&self, names: &[String], claim: &Claim) -> Finds {
        let paths: Vec<&String> = names.iter().filter(|name| is_path(name)).collect();
        let own = names.iter().find(|name| !is_path(name));
        let is_meant = |table: &&TableChange| {
            paths.is_empty()
                || paths.iter().any(|name| table.path.ends_with(name.trim_start_matches("./")))
        };
        let tables: Vec<&TableChange> =
            self.evidence.content.tables.iter().filter(is_meant).collect();
        if tables.is_empty() || tables.iter().any(|table| table.unread.is_some()) {
            return Finds::new(Verdict::NotChecked, "No table of the change was compared.");
        }
        let short = tables.iter().find(|table| table.rows_after < table.rows_before);
        let removed = tables.iter().find(|table| table.rows_removed > 0);
        match (short, removed) {
            (None, None) => Finds::new(Verdict::Supported, "No row of a table is gone."),
            (Some(table), _)
                if !claim.around.tells_gone && own.is_none_or(|own| is_named_for(table, own)) =>
            {
                let (before, after) = (table.rows_before, table.rows_after);
                Finds::new(
                    Verdict::Contradicted,
                    format!("`{}` has {after} rows and had {before}.", table.path),
                )
            }
            (Some(table), _) | (_, Some(table)) => Finds::new(
                Verdict::NotChecked,
                format!(
                    "{} rows of `{}` are gone; whether those are meant is not sure.",
                    table.rows_removed, table.path
                ),
            ),
        }
    }
}

/// Whether a table goes by what its rows are called: `customers.csv`, or a sheet "Customers".
fn is_named_for(table: &TableChange, noun: &str) -> bool {
    let stem = noun.trim_end_matches('s').to_lowercase();
    let sheet = table.sheet.as_deref().unwrap_or_default().to_lowercase();
    base(&table.path).to_lowercase().contains(&stem) || sheet.contains(&stem)
}
