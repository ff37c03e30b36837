//! Checkpoints beside the writer: moving the log into the database is mostly waiting for the disk, and
//! a live line must not wait behind it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use crate::store::DATABASE;
use crate::{Result, limits};

/// A connection that does nothing but checkpoints.
#[derive(Debug)]
pub struct Checkpointer {
    conn: Connection,
    log: PathBuf,
}

impl Checkpointer {
    /// A checkpointer of the database in `dir`.
    ///
    /// # Errors
    /// If the database cannot be opened.
    pub fn open(dir: &Path) -> Result<Self> {
        let conn = Connection::open(dir.join(DATABASE))?;
        conn.busy_timeout(Duration::ZERO)?;
        // A connection's own cache is of no use to a checkpoint.
        conn.pragma_update(None, "cache_size", 0)?;
        Ok(Self { conn, log: dir.join(format!("{DATABASE}-wal")) })
    }

    /// Moves what the write-ahead log holds into the database if it has grown enough; waits for no
    /// reader and no writer. While the writer is busy the log may grow larger: the disk that is told
    /// to keep it makes the writer wait. Gives whether it did.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn run(&self, is_busy: bool) -> Result<bool> {
        let length = std::fs::metadata(&self.log).map_or(0, |meta| meta.len());
        let enough = if is_busy { limits::CHECKPOINT_BYTES_BUSY } else { limits::CHECKPOINT_BYTES };
        if length < enough {
            return Ok(false);
        }
        self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(true)
    }
}
