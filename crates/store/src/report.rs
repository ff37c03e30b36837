//! How much is kept, and whether it is whole.

use callboard_model::AgentName;

use crate::{Result, Snapshot};

/// How much is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sessions.
    pub sessions: u64,
    /// Sessions all of whose files are gone.
    pub sessions_without_files: u64,
    /// Events.
    pub events: u64,
    /// Texts that can be found.
    pub indexed: u64,
    /// Sources, gone ones too.
    pub sources: u64,
    /// Tasks, deleted ones too.
    pub tasks: u64,
    /// Bytes of records read.
    pub read_bytes: u64,
    /// Bytes of them kept, before compression.
    pub kept_bytes: u64,
    /// Pages of the database in bytes, unused ones too.
    pub database_bytes: u64,
    /// Unused pages in bytes.
    pub unused_bytes: u64,
    /// Blobs in bytes on the disk.
    pub blob_bytes: u64,
}

/// How much is kept of one agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgentTotals {
    /// Files known that are there.
    pub files: u64,
    /// Sessions.
    pub sessions: u64,
}

impl Snapshot<'_> {
    fn number(&self, sql: &str) -> Result<u64> {
        let number: Option<i64> = self.conn.query_row(sql, [], |row| row.get(0))?;
        Ok(number.unwrap_or(0).cast_unsigned())
    }

    /// How much is kept. Reads whole indexes: some ten milliseconds for a large history.
    ///
    /// # Errors
    /// If the database fails.
    pub fn totals(&self) -> Result<Totals> {
        let page = self.number("PRAGMA page_size")?;
        Ok(Totals {
            sessions: self.number("SELECT count(*) FROM session")?,
            sessions_without_files: self.number(
                "SELECT count(*) FROM session s WHERE sub = ''
                   AND EXISTS (SELECT 1 FROM source WHERE thread_native = native
                     AND thread_sub IS NULL)
                   AND NOT EXISTS (SELECT 1 FROM source WHERE thread_native = native
                     AND gone_at IS NULL)",
            )?,
            events: self.number("SELECT count(*) FROM event")?,
            indexed: self.number("SELECT count(*) FROM doc")?,
            sources: self.number("SELECT count(*) FROM source")?,
            tasks: self.number("SELECT count(*) FROM task")?,
            read_bytes: self.number("SELECT sum(bytes) FROM record_count")?,
            kept_bytes: self.number("SELECT sum(kept_bytes) FROM record_count")?,
            database_bytes: self.number("PRAGMA page_count")? * page,
            unused_bytes: self.number("PRAGMA freelist_count")? * page,
            blob_bytes: self.number("SELECT sum(stored) FROM blob")?,
        })
    }

    /// How much is kept of one agent.
    ///
    /// # Errors
    /// If the database fails.
    pub fn agent_totals(&self, agent: &AgentName) -> Result<AgentTotals> {
        let count = |sql: &str| -> Result<u64> {
            let count: i64 =
                self.conn.prepare_cached(sql)?.query_row([agent.as_str()], |row| row.get(0))?;
            Ok(count.cast_unsigned())
        };
        Ok(AgentTotals {
            files: count("SELECT count(*) FROM source WHERE agent = ?1 AND gone_at IS NULL")?,
            sessions: count("SELECT count(*) FROM session WHERE agent = ?1 AND sub = ''")?,
        })
    }

    /// Whether the database is whole, in SQLite's own words if it is not. Reads all of it.
    ///
    /// # Errors
    /// If it cannot be read at all.
    pub fn damage(&self) -> Result<Option<String>> {
        let found: String = self.conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok(Some(found).filter(|text| text != "ok"))
    }
}
