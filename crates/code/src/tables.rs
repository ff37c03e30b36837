//! What became of tables: CSV files and sheets of workbooks, before and after.

mod compare;
mod delimited;
mod rows;
mod workbook;

use callboard_model::receipt::TableChange;

use crate::limits;

/// A table: the cells of each row, and where the row stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Grid {
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Row {
    /// From 1, as a spreadsheet counts it.
    number: u32,
    cells: Vec<Field>,
}

/// What a cell holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Field {
    /// Its value; of a formula, the one that was worked out last, if any was.
    value: String,
    /// Its formula.
    formula: Option<String>,
}

/// A table of a file: the name of its sheet, in a workbook, and its cells.
type Sheet = (Option<String>, Result<Grid, String>);

/// Whether `path` names a table that can be read.
#[must_use]
pub fn is_table(path: &str) -> bool {
    kind_of(path).is_some()
}

/// What became of the tables of the file at `path`: one for a CSV file, one for each sheet of a workbook that differs.
/// A side is none where the file was not there; what cannot be read says why.
#[must_use]
pub fn tables(path: &str, before: Option<&[u8]>, after: Option<&[u8]>) -> Vec<TableChange> {
    let Some(kind) = kind_of(path) else { return Vec::new() };
    if before == after {
        return Vec::new();
    }
    let read = |side: Option<&[u8]>| match side {
        None => Ok(Vec::new()),
        Some(bytes) if bytes.len() > limits::TABLE_BYTES => {
            Err(format!("It has more than {} MB.", limits::TABLE_BYTES >> 20))
        }
        Some(bytes) => match kind {
            Kind::Delimited(by) => Ok(vec![(None, delimited::read(bytes, by))]),
            Kind::Workbook => workbook::read(bytes),
        },
    };
    let unread = |why: String| TableChange {
        path: path.to_owned(),
        unread: Some(why),
        ..TableChange::default()
    };
    match (read(before), read(after)) {
        (Ok(before), Ok(after)) => of_sheets(path, &before, &after),
        (_, Err(why)) => vec![unread(why)],
        (Err(why), _) => vec![unread(format!("As it was before: {why}"))],
    }
}

/// How a file holds its table.
#[derive(Clone, Copy)]
enum Kind {
    /// As text, parted by this, where its ending says so.
    Delimited(Option<u8>),
    Workbook,
}

fn kind_of(path: &str) -> Option<Kind> {
    let name = path.rsplit('/').next()?;
    match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "csv" => Some(Kind::Delimited(None)),
        "tsv" | "tab" => Some(Kind::Delimited(Some(b'\t'))),
        "xlsx" | "xlsm" => Some(Kind::Workbook),
        _ => None,
    }
}

/// Sheets are the same by their names, in the order in which they stand now; those that are gone come last.
fn of_sheets(path: &str, before: &[Sheet], after: &[Sheet]) -> Vec<TableChange> {
    let find =
        |among: &[Sheet], name: &Option<String>| among.iter().position(|(other, _)| other == name);
    let empty: Result<Grid, String> = Ok(Grid::default());
    let mut changes = Vec::new();
    for (name, now) in after {
        let was = find(before, name).map_or(&empty, |at| &before[at].1);
        changes.extend(of_sheet(path, name.as_deref(), was, now));
    }
    for (name, was) in before.iter().filter(|(name, _)| find(after, name).is_none()) {
        changes.extend(of_sheet(path, name.as_deref(), was, &empty));
    }
    changes.truncate(limits::TABLE_SHEETS);
    changes
}

fn of_sheet(
    path: &str,
    sheet: Option<&str>,
    before: &Result<Grid, String>,
    after: &Result<Grid, String>,
) -> Option<TableChange> {
    let named = TableChange {
        path: path.to_owned(),
        sheet: sheet.map(str::to_owned),
        ..TableChange::default()
    };
    match (before, after) {
        (Ok(before), Ok(after)) if before == after => None,
        (Ok(before), Ok(after)) => Some(compare::compare(named, before, after)),
        (_, Err(why)) => Some(TableChange { unread: Some(why.clone()), ..named }),
        (Err(why), _) => {
            Some(TableChange { unread: Some(format!("As it was before: {why}")), ..named })
        }
    }
}

impl Field {
    fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), formula: None }
    }

    fn is_empty(&self) -> bool {
        self.value.trim().is_empty() && self.formula.is_none()
    }

    /// Whether both hold the same. A formula is the same as long as it or what comes of it is: rows that move change
    /// what it names, and programs that write workbooks work nothing out.
    fn is_as(&self, other: &Self) -> bool {
        match (&self.formula, &other.formula) {
            (None, None) => self.value == other.value,
            (Some(one), Some(two)) => {
                one == two || !self.value.is_empty() && self.value == other.value
            }
            _ => false,
        }
    }

    /// What tells a row from others: a formula says less than what comes of it.
    fn text(&self) -> &str {
        match &self.formula {
            Some(formula) if self.value.is_empty() => formula,
            _ => &self.value,
        }
    }

    /// As it is told.
    fn shown(&self) -> String {
        let text = match &self.formula {
            Some(formula) => format!("={}", formula.trim_start_matches('=')),
            None => self.value.clone(),
        };
        match text.char_indices().nth(limits::CELL_CHARACTERS) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

impl Grid {
    /// Why it is not compared: it is too large. `None` where it is not.
    fn excess(rows: usize, columns: usize, cells: usize) -> Option<String> {
        let limits = [
            (rows, limits::TABLE_ROWS, "rows"),
            (columns, limits::TABLE_COLUMNS, "columns"),
            (cells, limits::TABLE_CELLS, "cells"),
        ];
        let over = limits.into_iter().find(|(number, most, _)| number > most);
        over.map(|(_, most, what)| format!("It has more than {most} {what}."))
    }
}
