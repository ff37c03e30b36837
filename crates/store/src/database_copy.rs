//! Copies of SQLite databases that other programs own.

use std::path::Path;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::{Result, StoreError, limits};

/// Copies the SQLite database `from` to `to`, where nothing is, as of one moment and with what its
/// write-ahead log holds, also while another program uses it.
///
/// # Errors
/// When it is no database, is locked for long, or cannot be written; then nothing is at `to`.
pub fn copy_database(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(StoreError::Refused {
            text: format!("{} is there already", to.display()),
            hint: "move it away first",
        });
    }
    let copied = copy(from, to);
    if copied.is_err() {
        for end in ["", "-journal", "-wal", "-shm"] {
            let mut name = to.as_os_str().to_owned();
            name.push(end);
            // What was never made is not there to be removed.
            let _ = std::fs::remove_file(name);
        }
    }
    copied
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    // Not read-only: a database with a write-ahead log that nobody has open cannot be read so.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags)?;
    source.busy_timeout(limits::BUSY_TIME)?;
    source.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let mut copy = Connection::open(to)?;
    let backup = Backup::new(&source, &mut copy)?;
    backup.run_to_completion(limits::PAGES_AT_ONCE, limits::COPY_PAUSE, None)?;
    drop(backup);
    copy.close().map_err(|(_, error)| error.into())
}
