//! Work that is not code: folders that were tidied, tables, texts that rest on sources.

mod folder;
mod sources;

pub use folder::{ListedFile, folder};
pub use sources::{Opened, Written, sources};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Cite;

/// What became of a file of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Moved {
    /// Where it was.
    pub from: String,
    /// Where it is.
    pub to: String,
    /// Its content is another, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_changed: bool,
}

/// A folder before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FolderChange {
    /// Files that were there before.
    pub before: u32,
    /// Files that are there now.
    pub after: u32,
    /// Files in another folder than they were.
    pub moved: Vec<Moved>,
    /// Files with another name in the same folder.
    pub renamed: Vec<Moved>,
    /// Files that are gone, and whose content is nowhere else.
    pub deleted: Vec<String>,
    /// Files that are gone, and whose content another file still has.
    pub merged: Vec<Moved>,
    /// Files that are new.
    pub added: Vec<String>,
    /// Files whose content is another.
    pub changed: Vec<String>,
    /// How many are as they were.
    pub left_alone: u32,
    /// Some of the files that are as they were, by path.
    pub left: Vec<String>,
    /// Files that belong into these lists and are not listed.
    #[serde(default)]
    pub left_out: u32,
}

/// A cell of a table that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CellChange {
    /// The row as it is now, as a spreadsheet counts it: from 1, the heading included.
    pub row: u32,
    /// The name of the column, or its letter.
    pub column: String,
    /// What it held.
    pub before: String,
    /// What it holds.
    pub after: String,
}

/// A table before and after: a CSV file, or a sheet of a workbook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TableChange {
    /// The file.
    pub path: String,
    /// The sheet, in a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Rows before, without the heading.
    pub rows_before: u32,
    /// Rows now.
    pub rows_after: u32,
    /// Rows that are new.
    pub rows_added: u32,
    /// Rows that are gone.
    pub rows_removed: u32,
    /// Rows some cell of which is another.
    pub rows_changed: u32,
    /// Rows stand in another order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_reordered: bool,
    /// Columns that are new.
    pub columns_added: Vec<String>,
    /// Columns that are gone.
    pub columns_removed: Vec<String>,
    /// Of each column that was filled or changed: its rows with a value, and those that it has none in.
    pub columns: Vec<ColumnChange>,
    /// Some of the cells that changed.
    pub cells: Vec<CellChange>,
    /// Some of the rows that are gone: what stood in each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<GoneRow>,
    /// Why less is told, where it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

/// A row of a table that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GoneRow {
    /// Its number as it was, from 1.
    pub row: u32,
    /// What its cells held.
    pub cells: Vec<String>,
}

/// A column that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColumnChange {
    /// Its name.
    pub name: String,
    /// Rows of it that changed.
    pub changed: u32,
    /// Rows that hold nothing in it now: skipped, if it was to be filled.
    pub empty: u32,
    /// Some of those rows, as a spreadsheet counts them.
    pub empty_rows: Vec<u32>,
}

/// A source that a text cites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CitedSource {
    /// Its address, or the path of a file.
    pub source: String,
    /// Where it is cited.
    pub spot: super::Spot,
    /// The event by which it was opened; none where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Cite>,
    /// It was opened, and that failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// Only a search named it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_found: bool,
}

/// Sources of the texts that the work wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourcesUsed {
    /// Those that are cited.
    pub cited: Vec<CitedSource>,
    /// Those that were opened and are cited nowhere.
    pub opened_only: Vec<String>,
}

/// What the work did that is not code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Content {
    /// The folder before and after, where files were moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<FolderChange>,
    /// Tables that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableChange>,
    /// Sources of texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<SourcesUsed>,
}

impl Content {
    /// Whether there is nothing to be told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.folder.is_none() && self.tables.is_empty() && self.sources.is_none()
    }
}
