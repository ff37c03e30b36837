//! What was read, by record type, and what of it this version does not know.

use std::collections::BTreeMap;

use callboard_model::AgentName;

use crate::{RecordPlace, Result, Snapshot, Write, block};

/// Counts of one batch; needs no database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordCounts {
    types: BTreeMap<String, TypeCount>,
    unknown: BTreeMap<String, (u64, RecordPlace)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct TypeCount {
    known: bool,
    records: u64,
    bytes: u64,
    kept_bytes: u64,
}

/// How often a record type was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordTypeRow {
    /// The agent's name for it.
    pub record_type: String,
    /// Whether the parser that read it last knows it.
    pub known: bool,
    /// How often.
    pub records: u64,
    /// Bytes of it.
    pub bytes: u64,
    /// Bytes of it that are kept.
    pub kept_bytes: u64,
}

/// A field or value that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRow {
    /// What it is, such as `user.newField`.
    pub what: String,
    /// How often it was seen.
    pub n: u64,
    /// Source and offset where it was seen first.
    pub first: (crate::SourceId, u64),
}

impl RecordCounts {
    /// Counts one record.
    pub fn add(&mut self, record_type: &str, known: bool, bytes: u64, kept_bytes: u64) {
        let count = match self.types.get_mut(record_type) {
            Some(count) => count,
            None => self.types.entry(record_type.to_owned()).or_default(),
        };
        count.known = known;
        count.records += 1;
        count.bytes += bytes;
        count.kept_bytes += kept_bytes;
    }

    /// Counts a record again, which turned out to repeat one that is kept, as nothing but that.
    pub fn repeated(&mut self, record_type: &str, bytes: u64, kept_bytes: u64) {
        if let Some(count) = self.types.get_mut(record_type) {
            count.records = count.records.saturating_sub(1);
            count.bytes = count.bytes.saturating_sub(bytes);
            count.kept_bytes = count.kept_bytes.saturating_sub(kept_bytes);
        }
        self.add(block::REPEATED, true, bytes, 0);
    }

    /// Counts a field or value that is not known.
    pub fn add_unknown(&mut self, what: &str, place: RecordPlace) {
        match self.unknown.get_mut(what) {
            Some((n, _)) => *n += 1,
            None => {
                self.unknown.insert(what.to_owned(), (1, place));
            }
        }
    }

    /// Nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.types.is_empty() && self.unknown.is_empty()
    }
}

impl Write<'_> {
    /// Adds a batch's counts to an agent's.
    ///
    /// # Errors
    /// If the database fails.
    pub fn count_records(&mut self, agent: &AgentName, counts: &RecordCounts) -> Result<()> {
        let mut add = self.tx.prepare_cached(
            "INSERT INTO record_count (agent, record_type, known, records, bytes, kept_bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (agent, record_type) DO UPDATE SET known = excluded.known,
               records = records + excluded.records, bytes = bytes + excluded.bytes,
               kept_bytes = kept_bytes + excluded.kept_bytes",
        )?;
        for (name, count) in &counts.types {
            add.execute((
                agent.as_str(),
                name,
                count.known,
                count.records.cast_signed(),
                count.bytes.cast_signed(),
                count.kept_bytes.cast_signed(),
            ))?;
        }
        let mut add = self.tx.prepare_cached(
            "INSERT INTO unknown_count (agent, what, n, first_source, first_offset)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (agent, what) DO UPDATE SET n = n + excluded.n",
        )?;
        for (what, (n, place)) in &counts.unknown {
            add.execute((
                agent.as_str(),
                what,
                n.cast_signed(),
                place.source.0,
                place.offset.cast_signed(),
            ))?;
        }
        Ok(())
    }
}

impl Snapshot<'_> {
    /// What was read of an agent, most bytes first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn record_types(&self, agent: &AgentName) -> Result<Vec<RecordTypeRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT record_type, known, records, bytes, kept_bytes FROM record_count
             WHERE agent = ?1 ORDER BY bytes DESC, record_type",
        )?;
        let rows = statement.query_map([agent.as_str()], |row| {
            Ok(RecordTypeRow {
                record_type: row.get(0)?,
                known: row.get(1)?,
                records: row.get::<_, i64>(2)?.cast_unsigned(),
                bytes: row.get::<_, i64>(3)?.cast_unsigned(),
                kept_bytes: row.get::<_, i64>(4)?.cast_unsigned(),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What was not known of an agent, most frequent first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn unknown(&self, agent: &AgentName) -> Result<Vec<UnknownRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT what, n, first_source, first_offset FROM unknown_count
             WHERE agent = ?1 ORDER BY n DESC, what",
        )?;
        let rows = statement.query_map([agent.as_str()], |row| {
            Ok(UnknownRow {
                what: row.get(0)?,
                n: row.get::<_, i64>(1)?.cast_unsigned(),
                first: (crate::SourceId(row.get(2)?), row.get::<_, i64>(3)?.cast_unsigned()),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
