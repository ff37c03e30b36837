//! Read-only connections, and what one of them sees at one moment.

use std::path::Path;
use std::time::Duration;

use callboard_model::Seq;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::store::{DATABASE, keep_plans, read_only};
use crate::{Result, StoreError, limits, schema, write};

/// A connection that only reads.
#[derive(Debug)]
pub struct Reader {
    conn: Connection,
}

impl Reader {
    /// Opens the database in `dir` for reading.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none or nothing is in it yet, [`StoreError::Newer`],
    /// [`StoreError::Corrupt`].
    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join(DATABASE);
        if !path.exists() {
            return Err(StoreError::Missing { path });
        }
        let conn = Connection::open_with_flags(&path, read_only())?;
        conn.busy_timeout(Duration::from_millis(limits::BUSY_MS))?;
        if schema::check(&conn, &path)? < schema::NEWEST {
            return Err(StoreError::Missing { path });
        }
        conn.pragma_update(None, "query_only", true)?;
        conn.pragma_update(None, "cache_size", -limits::READER_CACHE_KIB)?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        keep_plans(&conn)?;
        Ok(Self { conn })
    }

    /// Runs `f` in one read transaction: everything it reads is as of one commit.
    ///
    /// # Errors
    /// What `f` fails with.
    pub fn snapshot<T>(&mut self, f: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        let tx = Transaction::new(&mut self.conn, TransactionBehavior::Deferred)?;
        f(&Snapshot::new(&tx))
    }
}

/// What a reader sees at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    pub(crate) conn: &'a Connection,
}

impl<'a> Snapshot<'a> {
    pub(crate) fn new(conn: &'a Connection) -> Self {
        Self { conn }
    }

    /// The order of the newest row that this snapshot sees: a reader that goes on from here misses
    /// nothing.
    ///
    /// # Errors
    /// If the database fails.
    pub fn seq(&self) -> Result<Seq> {
        write::last_seq(self.conn).map(Seq)
    }
}
