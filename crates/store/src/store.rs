//! The one writer.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_model::{Seq, Timestamp};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

use crate::write::{Numbers, Write};
use crate::{Reader, Result, StoreError, limits, schema};

/// The database's file in its folder.
pub const DATABASE: &str = "callboard.db";
const LOCK: &str = "callboard.lock";

/// What a commit must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A loss of power: what people do to their board.
    Full,
    /// A crash of the program: what can be read again from the agents' own files.
    Normal,
}

/// The one writer of a database; holds a lock so that there is no second.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    dir: PathBuf,
    durability: Option<Durability>,
    numbers: Numbers,
    _lock: File,
}

impl Store {
    /// Opens the database in `dir`, which it makes if there is none.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while another process writes to it, [`StoreError::Newer`] if a later
    /// version made it, [`StoreError::Corrupt`] if it is damaged; it is untouched then.
    pub fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir).map_err(StoreError::io("make", dir))?;
        let lock = lock(dir)?;
        let path = dir.join(DATABASE);
        let mut conn = Connection::open(&path)?;
        conn.busy_timeout(Duration::from_millis(limits::BUSY_MS))?;
        schema::check(&conn, &path)?;
        prepare(&conn)?;
        schema::migrate(&mut conn, &path)?;
        tune_index(&conn)?;
        let numbers = Numbers::read(&conn)?;
        Ok(Self { conn, dir: dir.to_owned(), durability: None, numbers, _lock: lock })
    }

    /// A new read-only connection to the same database.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn reader(&self) -> Result<Reader> {
        Reader::open(&self.dir)
    }

    /// The folder of the database.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Runs `f` in one transaction at the moment `now`. All of it is committed, or nothing.
    ///
    /// # Errors
    /// What `f` fails with, or the commit; nothing was changed then.
    pub fn write<T>(
        &mut self,
        durability: Durability,
        now: Timestamp,
        f: impl FnOnce(&mut Write<'_>) -> Result<T>,
    ) -> Result<T> {
        if self.durability != Some(durability) {
            let level = match durability {
                Durability::Full => "FULL",
                Durability::Normal => "NORMAL",
            };
            self.conn.pragma_update(None, "synchronous", level)?;
            self.durability = Some(durability);
        }
        let tx = Transaction::new(&mut self.conn, TransactionBehavior::Immediate)?;
        let mut write = Write::new(tx, now, self.numbers);
        let value = f(&mut write)?;
        self.numbers = write.commit()?;
        Ok(value)
    }

    /// The order of the newest commit's last row.
    #[must_use]
    pub fn last_seq(&self) -> Seq {
        Seq(self.numbers.seq)
    }

    /// Moves what the write-ahead log holds into the database, as far as no reader needs it where
    /// it is; never waits for one. To be called when nothing else is to be written.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn checkpoint(&self) -> Result<()> {
        self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Renames a damaged database, so that a new one can begin; returns its new path. Nothing is
    /// deleted: the tasks in it may still be saved by hand.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while another process writes to it, [`StoreError::Missing`] if there
    /// is none.
    pub fn set_aside_corrupt(dir: &Path) -> Result<PathBuf> {
        let _lock = lock(dir)?;
        let path = dir.join(DATABASE);
        if !path.exists() {
            return Err(StoreError::Missing { path });
        }
        let aside = (1..)
            .map(|n| dir.join(format!("{DATABASE}.damaged-{n}")))
            .find(|p| !p.exists())
            .unwrap_or_else(|| dir.join(format!("{DATABASE}.damaged")));
        for suffix in ["-wal", "-shm", ""] {
            let from = with_suffix(&path, suffix);
            if from.exists() {
                std::fs::rename(&from, with_suffix(&aside, suffix))
                    .map_err(StoreError::io("rename", &from))?;
            }
        }
        Ok(aside)
    }
}

/// `path` with `suffix` added to its file name, as SQLite names the files beside a database.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(StoreError::io("open", &path))?;
    for left in (0..limits::LOCK_TRIES).rev() {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // A program that the last writer was about to start has the lock, too, until it is that program.
            Err(TryLockError::WouldBlock) if left > 0 => std::thread::sleep(limits::LOCK_PAUSE),
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(e)) => return Err(StoreError::io("lock", &path)(e)),
        }
    }
    Err(StoreError::Locked { path })
}

fn prepare(conn: &Connection) -> Result<()> {
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update_and_check(None, "journal_size_limit", limits::WAL_BYTES_KEPT, |_| Ok(()))?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", limits::AUTOCHECKPOINT_PAGES, |_| {
        Ok(())
    })?;
    conn.pragma_update(None, "cache_size", -limits::WRITER_CACHE_KIB)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    keep_plans(conn)?;
    Ok(())
}

/// Statements stay prepared, whatever values they are given: every query here has an index to go by.
pub(crate) fn keep_plans(conn: &Connection) -> Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(limits::STATEMENTS);
    Ok(())
}

/// Settings of the full-text index, which it keeps itself. It merges nothing on its own: a live line
/// would pay for what history has added.
fn tune_index(conn: &Connection) -> Result<()> {
    for (setting, value) in [
        ("automerge", 0),
        ("usermerge", limits::FTS_MERGE_PARTS),
        ("hashsize", limits::FTS_GATHER_BYTES),
    ] {
        let set: Option<i64> = conn
            .query_row("SELECT v FROM fts_config WHERE k = ?1", [setting], |row| row.get(0))
            .optional()?;
        if set != Some(value) {
            conn.execute("INSERT INTO fts (fts, rank) VALUES (?1, ?2)", (setting, value))?;
        }
    }
    Ok(())
}

/// Flags of a connection that only reads.
pub(crate) fn read_only() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX
}
