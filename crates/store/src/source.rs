//! The files that are read, and how far.

use std::path::{Path, PathBuf};

use callboard_model::{AgentName, ThreadKey, Timestamp};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{OptionalExtension, Row};

use crate::{Result, Snapshot, Write};

/// A source, for as long as the database lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub i64);

/// Where a record is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordPlace {
    /// In which source.
    pub source: SourceId,
    /// In which of the contents that the source has had.
    pub generation: u32,
    /// Where it begins, in bytes.
    pub offset: u64,
}

/// How far a source is read. Committed with the records up to there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Counts how often the content was found replaced.
    pub generation: u32,
    /// Everything before this byte is kept.
    pub offset: u64,
    /// Size of the file when it was last looked at.
    pub size: u64,
    /// When the file was last changed.
    pub modified: Option<Timestamp>,
    /// Hash of its first bytes: tells a moved file from another one in its place.
    pub head_hash: u64,
    /// Hash of the last bytes before `offset`: tells an appended file from a rewritten one.
    pub tail_hash: u64,
    /// Version of the parser.
    pub parser_version: u32,
    /// What the parser remembers.
    pub parser_state: Option<String>,
}

/// A source as it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// The agent whose file it is.
    pub agent: AgentName,
    /// Where it is.
    pub path: PathBuf,
    /// Device of the file.
    pub dev: u64,
    /// Its inode there.
    pub inode: u64,
    /// The conversation that its name tells.
    pub thread: Option<ThreadKey>,
    /// When it was made.
    pub born: Option<Timestamp>,
    /// How far it is read.
    pub cursor: Cursor,
}

/// What is wrong with a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceProblem {
    /// In words.
    pub text: String,
    /// When it was found.
    pub at: Timestamp,
    /// When to try again.
    pub retry_at: Option<Timestamp>,
}

/// A source as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// What was found.
    pub row: SourceRow,
    /// What is wrong with it.
    pub problem: Option<SourceProblem>,
    /// When it was found gone; what was read of it is kept.
    pub gone_at: Option<Timestamp>,
}

/// A path as SQLite keeps it: text where it is UTF-8, else its bytes.
pub(crate) struct PathValue<'a>(pub(crate) &'a Path);

impl rusqlite::ToSql for PathValue<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0.to_str() {
            Some(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            None => ToSqlOutput::Owned(Value::Blob(self.0.as_os_str().as_encoded_bytes().to_vec())),
        })
    }
}

pub(crate) fn path_of(row: &Row<'_>, index: usize) -> rusqlite::Result<PathBuf> {
    let bytes = match row.get_ref(index)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        _ => &[],
    };
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
    }
    #[cfg(not(unix))]
    Ok(PathBuf::from(String::from_utf8_lossy(bytes).into_owned()))
}

pub(crate) fn time_of(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(index)?.map(Timestamp::from_millisecond))
}

pub(crate) fn ms(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millisecond)
}

const COLUMNS: &str = "id, agent, path, dev, inode, generation, size, cursor, head_hash, tail_hash,
    parser_version, parser_state, born_at, modified_at, thread_native, thread_sub, problem,
    problem_at, retry_at, gone_at";

fn source_of(row: &Row<'_>) -> rusqlite::Result<Source> {
    let native: Option<String> = row.get(14)?;
    let sub: Option<String> = row.get(15)?;
    let problem: Option<String> = row.get(16)?;
    let (problem_at, retry_at) = (time_of(row, 17)?, time_of(row, 18)?);
    Ok(Source {
        id: SourceId(row.get(0)?),
        row: SourceRow {
            agent: AgentName(row.get::<_, String>(1)?.into()),
            path: path_of(row, 2)?,
            dev: row.get::<_, i64>(3)?.cast_unsigned(),
            inode: row.get::<_, i64>(4)?.cast_unsigned(),
            thread: native.map(|native| ThreadKey { native, sub }),
            born: time_of(row, 12)?,
            cursor: Cursor {
                generation: row.get(5)?,
                size: row.get::<_, i64>(6)?.cast_unsigned(),
                offset: row.get::<_, i64>(7)?.cast_unsigned(),
                head_hash: row.get::<_, i64>(8)?.cast_unsigned(),
                tail_hash: row.get::<_, i64>(9)?.cast_unsigned(),
                parser_version: row.get(10)?,
                parser_state: row.get(11)?,
                modified: time_of(row, 13)?,
            },
        },
        problem: problem.map(|text| SourceProblem {
            text,
            at: problem_at.unwrap_or_default(),
            retry_at,
        }),
        gone_at: time_of(row, 19)?,
    })
}

impl Write<'_> {
    /// Keeps a source as it is found. A file that moved (same device, inode and head, other path)
    /// keeps its row; a row whose path another file has taken is marked as gone.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_source(&mut self, row: &SourceRow) -> Result<SourceId> {
        let id = match self.same_file(row)? {
            Some(id) => id,
            None => {
                self.take_path(row, None)?;
                self.tx
                    .prepare_cached(
                        "INSERT INTO source (agent, path, dev, inode, generation, size, cursor,
                             head_hash, tail_hash, parser_version)
                         VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0, 0, 0)",
                    )?
                    .execute((
                        row.agent.as_str(),
                        PathValue(&row.path),
                        row.dev.cast_signed(),
                        row.inode.cast_signed(),
                    ))?;
                SourceId(self.tx.last_insert_rowid())
            }
        };
        self.take_path(row, Some(id))?;
        self.tx
            .prepare_cached(
                "UPDATE source SET path = ?2, dev = ?3, inode = ?4, thread_native = ?5,
                   thread_sub = ?6, born_at = ?7, gone_at = NULL WHERE id = ?1",
            )?
            .execute((
                id.0,
                PathValue(&row.path),
                row.dev.cast_signed(),
                row.inode.cast_signed(),
                row.thread.as_ref().map(|t| &t.native),
                row.thread.as_ref().and_then(|t| t.sub.as_ref()),
                ms(row.born),
            ))?;
        self.advance_source(id, &row.cursor)?;
        Ok(id)
    }

    fn same_file(&self, row: &SourceRow) -> Result<Option<SourceId>> {
        let by_path: Option<(i64, bool)> = self
            .tx
            .prepare_cached(
                "SELECT id, dev = ?3 AND inode = ?4 FROM source
                 WHERE path = ?1 AND agent = ?2 AND gone_at IS NULL",
            )?
            .query_row(
                (
                    PathValue(&row.path),
                    row.agent.as_str(),
                    row.dev.cast_signed(),
                    row.inode.cast_signed(),
                ),
                |r| Ok((r.get(0)?, r.get(1)?)),
            )
            .optional()?;
        if let Some((id, true)) = by_path {
            return Ok(Some(SourceId(id)));
        }
        let by_inode: Option<i64> = self
            .tx
            .prepare_cached(
                "SELECT id FROM source WHERE dev = ?1 AND inode = ?2 AND agent = ?3
                   AND head_hash = ?4 ORDER BY gone_at IS NOT NULL, id DESC LIMIT 1",
            )?
            .query_row(
                (
                    row.dev.cast_signed(),
                    row.inode.cast_signed(),
                    row.agent.as_str(),
                    row.cursor.head_hash.cast_signed(),
                ),
                |r| r.get(0),
            )
            .optional()?;
        Ok(by_inode.or(by_path.map(|(id, _)| id)).map(SourceId))
    }

    fn take_path(&self, row: &SourceRow, except: Option<SourceId>) -> Result<()> {
        self.tx
            .prepare_cached(
                "UPDATE source SET gone_at = ?3
                 WHERE path = ?1 AND gone_at IS NULL AND id IS NOT ?2",
            )?
            .execute((PathValue(&row.path), except.map(|id| id.0), self.now().as_millisecond()))?;
        Ok(())
    }

    /// Moves a source's cursor, and forgets what was wrong with it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn advance_source(&mut self, id: SourceId, cursor: &Cursor) -> Result<()> {
        self.tx
            .prepare_cached(
                "UPDATE source SET generation = ?2, size = ?3, cursor = ?4, head_hash = ?5,
                   tail_hash = ?6, parser_version = ?7, parser_state = ?8, modified_at = ?9,
                   problem = NULL, problem_at = NULL, retry_at = NULL
                 WHERE id = ?1",
            )?
            .execute((
                id.0,
                cursor.generation,
                cursor.size.cast_signed(),
                cursor.offset.cast_signed(),
                cursor.head_hash.cast_signed(),
                cursor.tail_hash.cast_signed(),
                cursor.parser_version,
                &cursor.parser_state,
                ms(cursor.modified),
            ))?;
        Ok(())
    }

    /// Notes what is wrong with a source, or that nothing is.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_source_problem(
        &mut self,
        id: SourceId,
        problem: Option<&SourceProblem>,
    ) -> Result<()> {
        self.tx
            .prepare_cached(
                "UPDATE source SET problem = ?2, problem_at = ?3, retry_at = ?4 WHERE id = ?1",
            )?
            .execute((
                id.0,
                problem.map(|p| &p.text),
                ms(problem.map(|p| p.at)),
                ms(problem.and_then(|p| p.retry_at)),
            ))?;
        Ok(())
    }

    /// Notes that a source's file is gone; what was read of it stays.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_source_gone(&mut self, id: SourceId) -> Result<()> {
        self.tx
            .prepare_cached("UPDATE source SET gone_at = ?2 WHERE id = ?1 AND gone_at IS NULL")?
            .execute((id.0, self.now().as_millisecond()))?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// Every source, gone ones too.
    ///
    /// # Errors
    /// If the database fails.
    pub fn sources(&self) -> Result<Vec<Source>> {
        let mut statement =
            self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM source ORDER BY id"))?;
        let rows = statement.query_map([], source_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One source.
    ///
    /// # Errors
    /// If the database fails.
    pub fn source(&self, id: SourceId) -> Result<Option<Source>> {
        Ok(self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM source WHERE id = ?1"))?
            .query_row([id.0], source_of)
            .optional()?)
    }
}
