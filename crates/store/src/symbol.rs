//! Symbols that sessions' changes touched.

use callboard_model::symbol::Symbol;
use callboard_model::{SessionId, Timestamp, WorkspaceId};
use rusqlite::Row;

use crate::{Result, Snapshot, Write};

/// A symbol that a session changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedSymbol {
    /// The session.
    pub session: SessionId,
    /// With the names of what it stands in: `Watcher::poll`.
    pub symbol: String,
    /// The file that it stands in, from the root of the checkout.
    pub path: String,
    /// When it was last seen changed.
    pub at: Timestamp,
}

impl Write<'_> {
    /// Keeps that a session changes these symbols of files. What it changed before stays: it did.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_changed_symbols(
        &mut self,
        workspace: WorkspaceId,
        session: SessionId,
        changed: &[(&str, &str)],
    ) -> Result<()> {
        let now = self.now().as_millisecond();
        let mut put = self.tx.prepare_cached(
            "INSERT OR REPLACE INTO changed_symbol (session, symbol, path, workspace, name, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (path, symbol) in changed {
            let name = Symbol::of(symbol).name().to_owned();
            put.execute((session.0, symbol, path, workspace.0, name, now))?;
        }
        Ok(())
    }
}

fn symbol_of(row: &Row<'_>) -> rusqlite::Result<ChangedSymbol> {
    Ok(ChangedSymbol {
        session: SessionId(row.get(0)?),
        symbol: row.get(1)?,
        path: row.get(2)?,
        at: Timestamp::from_millisecond(row.get(3)?),
    })
}

impl Snapshot<'_> {
    /// The symbols that a session changed.
    ///
    /// # Errors
    /// If the database fails.
    pub fn symbols_changed_by(&self, session: SessionId) -> Result<Vec<ChangedSymbol>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT session, symbol, path, at FROM changed_symbol WHERE session = ?1",
        )?;
        let rows = statement.query_map([session.0], symbol_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What sessions of a workspace changed that is called so, whatever it stands in, the latest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn symbols_called(&self, workspace: WorkspaceId, name: &str) -> Result<Vec<ChangedSymbol>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT session, symbol, path, at FROM changed_symbol
             WHERE workspace = ?1 AND name = ?2 ORDER BY at DESC",
        )?;
        let rows = statement.query_map((workspace.0, name), symbol_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
