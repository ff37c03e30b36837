//! One write transaction.

use callboard_model::{Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::{Result, limits};

/// The counters that the writer gives numbers from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// The last order of commit given.
    pub(crate) seq: i64,
    /// The smallest number of an indexed text.
    pub(crate) doc_low: i64,
    /// The largest.
    pub(crate) doc_high: i64,
}

impl Numbers {
    pub(crate) fn read(conn: &Connection) -> Result<Self> {
        let (doc_low, doc_high) =
            conn.query_row("SELECT min(doc), max(doc) FROM doc", [], |row| {
                Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?))
            })?;
        Ok(Self {
            seq: last_seq(conn)?,
            doc_low: doc_low.unwrap_or(0).min(0),
            doc_high: doc_high.unwrap_or(0).max(0),
        })
    }
}

/// The order of the newest row; never less than the floor of what was pruned.
pub(crate) fn last_seq(conn: &Connection) -> Result<i64> {
    let mut statement = conn.prepare_cached(
        "SELECT max(ifnull((SELECT max(seq) FROM event), 0), ifnull((SELECT max(seq) FROM log), 0),
                    ifnull((SELECT max(seq) FROM event_copy), 0),
                    ifnull((SELECT value FROM meta WHERE key = 'last_seq'), 0))",
    )?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// A short random name that no other has: for folders whose paths must stay short.
#[must_use]
pub fn fresh_name() -> String {
    let name = uuid::Uuid::new_v4().simple().to_string();
    name.chars().take(limits::NAME_CHARS).collect()
}

/// One write transaction; what it does is committed as a whole.
#[derive(Debug)]
pub struct Write<'a> {
    pub(crate) tx: Transaction<'a>,
    now: Timestamp,
    pub(crate) numbers: Numbers,
    /// Numbers reserved for this transaction's backfilled texts: next, end.
    backfill: Option<(i64, i64)>,
}

impl<'a> Write<'a> {
    pub(crate) fn new(tx: Transaction<'a>, now: Timestamp, numbers: Numbers) -> Self {
        Self { tx, now, numbers, backfill: None }
    }

    pub(crate) fn commit(self) -> Result<Numbers> {
        if self.backfill.is_some() {
            self.merge_index()?;
        }
        self.tx.commit()?;
        Ok(self.numbers)
    }

    /// The moment that this transaction's changes are dated.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The order of the last row written so far.
    #[must_use]
    pub fn seq(&self) -> Seq {
        Seq(self.numbers.seq)
    }

    /// What a snapshot sees, as this transaction sees it.
    #[must_use]
    pub fn view(&self) -> crate::Snapshot<'_> {
        crate::Snapshot::new(&self.tx)
    }

    pub(crate) fn next_seq(&mut self) -> i64 {
        self.numbers.seq += 1;
        self.numbers.seq
    }

    /// The number of a text that is newer than all others.
    pub(crate) fn next_doc(&mut self) -> i64 {
        self.numbers.doc_high += 1;
        self.numbers.doc_high
    }

    /// The number of a text from history. History is read newest first, so each transaction's
    /// numbers lie below all before; within it they rise, which the full-text index wants.
    pub(crate) fn next_backfill_doc(&mut self) -> i64 {
        let (next, end) = match self.backfill {
            Some((next, end)) if next < end => (next, end),
            _ => {
                let end = self.numbers.doc_low;
                (end - limits::DOCS_PER_RESERVATION, end)
            }
        };
        self.backfill = Some((next + 1, end));
        self.numbers.doc_low = self.numbers.doc_low.min(next);
        next
    }

    /// A random id that sorts by this transaction's moment.
    #[must_use]
    pub fn new_uuid(&self) -> String {
        let ms = u64::try_from(self.now.as_millisecond()).unwrap_or_default();
        let (secs, nanos) = (ms / 1_000, (ms % 1_000) * 1_000_000);
        let at = uuid::Timestamp::from_unix(
            uuid::NoContext,
            secs,
            u32::try_from(nanos).unwrap_or_default(),
        );
        uuid::Uuid::new_v7(at).to_string()
    }

    /// Keeps a setting of Callboard's own; any JSON.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_setting(&mut self, key: &str, value: &serde_json::Value) -> Result<()> {
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO setting (key, value) VALUES (?1, ?2)")?
            .execute((key, value.to_string()))?;
        Ok(())
    }

    pub(crate) fn put_meta(&mut self, key: &str, value: i64) -> Result<()> {
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?
            .execute((key, value))?;
        Ok(())
    }
}

impl crate::Snapshot<'_> {
    /// A setting of Callboard's own.
    ///
    /// # Errors
    /// If the database fails or the value is not JSON.
    pub fn setting(&self, key: &str) -> Result<Option<serde_json::Value>> {
        let text: Option<String> = self
            .conn
            .prepare_cached("SELECT value FROM setting WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?;
        text.map(|t| serde_json::from_str(&t))
            .transpose()
            .map_err(crate::StoreError::unreadable("setting"))
    }

    pub(crate) fn meta(&self, key: &str) -> Result<Option<i64>> {
        Ok(self
            .conn
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }
}
