//! The database of each worktree.

use serde::{Deserialize, Serialize};

use super::command_lines;

/// The section `[database]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// Which database it is.
    pub kind: DatabaseKind,
    /// The variable that holds its address.
    pub variable: String,
    /// The address of the main checkout's database; what its env files give the variable if not given.
    pub url: Option<String>,
    /// The database that each is a copy of; the one of the address if not given.
    pub template: Option<String>,
    /// The file of an SQLite database, from the root.
    pub file: Option<String>,
    /// What brings a new database up to date, by `sh`.
    #[serde(deserialize_with = "command_lines")]
    pub migrate: Vec<String>,
    /// Seconds that making it, and each line of `migrate`, may take.
    pub seconds: u64,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            kind: DatabaseKind::Postgres,
            variable: "DATABASE_URL".into(),
            url: None,
            template: None,
            file: None,
            migrate: Vec::new(),
            seconds: 300,
        }
    }
}

/// Databases of which each worktree can have its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseKind {
    /// By `CREATE DATABASE … TEMPLATE`.
    Postgres,
    /// By a copy of the file.
    Sqlite,
}
