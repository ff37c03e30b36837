//! Records in the database: written in blocks, read one by one.

use rusqlite::{OptionalExtension, Row};

use crate::block::{self, Codec, RecordMeta};
use crate::{
    Block, BlockBuilder, RecordPlace, Result, Snapshot, SourceId, StoreError, Write, limits,
};

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordText {
    /// Where it is.
    pub place: RecordPlace,
    /// Its bytes in the source.
    pub length: u64,
    /// xxh3-64 of them.
    pub hash: u64,
    /// The agent's name for its type.
    pub record_type: String,
    /// What is kept of it; empty if all of it is repeated elsewhere.
    pub text: String,
}

struct StoredBlock {
    start: u64,
    end: u64,
    codec: i64,
    body_size: usize,
    records: Vec<u8>,
    body: Vec<u8>,
}

const COLUMNS: &str = "start, end, codec, body_size, records, body";

impl StoredBlock {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            start: row.get::<_, i64>(0)?.cast_unsigned(),
            end: row.get::<_, i64>(1)?.cast_unsigned(),
            codec: row.get(2)?,
            body_size: row.get::<_, i64>(3)?.try_into().unwrap_or_default(),
            records: row.get(4)?,
            body: row.get(5)?,
        })
    }

    /// Its records with the range of each in its body.
    fn open(self) -> Result<OpenBlock> {
        let codec = Codec::from_number(self.codec).ok_or_else(|| StoreError::Unreadable {
            what: "block",
            detail: format!("codec {} is not known", self.codec),
        })?;
        let records = block::records(&self.records, self.start)?;
        let body = block::unpack(codec, self.body, self.body_size)?;
        Ok(OpenBlock { start: self.start, end: self.end, records, body })
    }
}

/// A block that was read and unpacked.
struct OpenBlock {
    start: u64,
    end: u64,
    records: Vec<RecordMeta<'static>>,
    body: Vec<u8>,
}

impl OpenBlock {
    fn kept(&self) -> impl Iterator<Item = (&RecordMeta<'static>, &[u8])> {
        let mut at = 0;
        self.records.iter().map(move |record| {
            let kept = self.body.get(at..at + record.kept_length).unwrap_or_default();
            at += record.kept_length;
            (record, kept)
        })
    }

    fn text(&self, place: RecordPlace) -> Option<RecordText> {
        let (record, kept) = self.kept().find(|(r, _)| r.offset == place.offset)?;
        Some(text_of(place, record, kept))
    }
}

fn text_of(place: RecordPlace, record: &RecordMeta<'_>, kept: &[u8]) -> RecordText {
    RecordText {
        place,
        length: record.length,
        hash: record.hash,
        record_type: record.record_type.clone().into_owned(),
        text: String::from_utf8_lossy(kept).into_owned(),
    }
}

impl Write<'_> {
    /// Keeps a block; `false` if its records are kept already, so that nothing of it may be
    /// counted again.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_block(&mut self, source: SourceId, generation: u32, block: &Block) -> Result<bool> {
        let covered: Option<i64> = self
            .tx
            .prepare_cached(
                "SELECT end FROM block WHERE source = ?1 AND generation = ?2 AND start <= ?3
                 ORDER BY start DESC LIMIT 1",
            )?
            .query_row((source.0, generation, block.start.cast_signed()), |row| row.get(0))
            .optional()?;
        if covered.is_some_and(|end| end.cast_unsigned() >= block.end) {
            return Ok(false);
        }
        // Read in other pieces before: the same records, of which this holds more.
        self.tx
            .prepare_cached(
                "DELETE FROM block WHERE source = ?1 AND generation = ?2 AND start >= ?3 AND end <= ?4",
            )?
            .execute((
                source.0,
                generation,
                block.start.cast_signed(),
                block.end.cast_signed(),
            ))?;
        self.insert_block(source, generation, block)?;
        Ok(true)
    }

    fn insert_block(&self, source: SourceId, generation: u32, block: &Block) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO block (source, generation, start, end, loose, codec, body_size, records,
                                    body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                source.0,
                generation,
                block.start.cast_signed(),
                block.end.cast_signed(),
                block.is_loose(),
                block.codec.number(),
                i64::try_from(block.body_size).unwrap_or(i64::MAX),
                &block.records,
                &block.body,
            ))?;
        Ok(())
    }

    /// Merges neighbouring small blocks into compressed ones, at most `limit` of those, and some of
    /// the full-text index; returns how many blocks it made. Records keep their places. For idle
    /// times.
    ///
    /// # Errors
    /// If the database fails or a block cannot be read.
    pub fn merge_blocks(&mut self, limit: usize) -> Result<usize> {
        let runs = self.view().loose_runs(limit.min(limits::MERGES_PER_CALL))?;
        for run in &runs {
            let merged = self.view().merge(run)?;
            for id in &run.blocks {
                self.tx.prepare_cached("DELETE FROM block WHERE id = ?1")?.execute([id])?;
            }
            for block in &merged {
                self.insert_block(run.source, run.generation, block)?;
            }
        }
        self.merge_index()?;
        Ok(runs.len())
    }
}

/// Neighbouring small blocks of one source.
#[derive(Debug)]
struct LooseRun {
    source: SourceId,
    generation: u32,
    blocks: Vec<i64>,
    body_size: i64,
    last_start: i64,
}

impl LooseRun {
    fn is_due(&self) -> bool {
        self.blocks.len() > 1
            && (self.blocks.len() >= limits::LOOSE_RUN
                || usize::try_from(self.body_size).is_ok_and(|size| size >= limits::BLOCK_BYTES))
    }

    fn is_full(&self) -> bool {
        usize::try_from(self.body_size).is_ok_and(|size| size >= limits::BLOCK_BYTES)
            || self.blocks.len() >= limits::BLOCK_RECORDS
    }
}

impl Snapshot<'_> {
    fn loose_runs(&self, limit: usize) -> Result<Vec<LooseRun>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, source, generation, start, body_size,
                    (SELECT max(start) FROM block b WHERE b.source = block.source
                       AND b.generation = block.generation AND b.start < block.start)
             FROM block WHERE loose = 1 ORDER BY source, generation, start",
        )?;
        let mut rows = statement.query([])?;
        let mut runs: Vec<LooseRun> = Vec::new();
        let mut open: Option<LooseRun> = None;
        while let Some(row) = rows.next()? {
            let (id, source, generation) = (row.get(0)?, SourceId(row.get(1)?), row.get(2)?);
            let (start, size): (i64, i64) = (row.get(3)?, row.get(4)?);
            let before: Option<i64> = row.get(5)?;
            match &mut open {
                Some(run)
                    if run.source == source
                        && run.generation == generation
                        && before == Some(run.last_start)
                        && !run.is_full() =>
                {
                    run.blocks.push(id);
                    run.body_size += size;
                    run.last_start = start;
                }
                _ => {
                    runs.extend(open.take().filter(LooseRun::is_due));
                    if runs.len() >= limit {
                        return Ok(runs);
                    }
                    open = Some(LooseRun {
                        source,
                        generation,
                        blocks: vec![id],
                        body_size: size,
                        last_start: start,
                    });
                }
            }
        }
        runs.extend(open.filter(LooseRun::is_due));
        Ok(runs)
    }

    fn merge(&self, run: &LooseRun) -> Result<Vec<Block>> {
        let mut builder = BlockBuilder::new(Codec::Zstd);
        let mut merged = Vec::new();
        for id in &run.blocks {
            let stored = self
                .conn
                .prepare_cached(&format!("SELECT {COLUMNS} FROM block WHERE id = ?1"))?
                .query_row([id], StoredBlock::of)?;
            let open = stored.open()?;
            for (record, kept) in open.kept() {
                merged.extend(builder.push(record, kept));
            }
        }
        merged.extend(builder.finish());
        Ok(merged)
    }

    fn block_at(&self, place: RecordPlace) -> Result<Option<OpenBlock>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM block
                 WHERE source = ?1 AND generation = ?2 AND start <= ?3 ORDER BY start DESC LIMIT 1"
            ))?
            .query_row(
                (place.source.0, place.generation, place.offset.cast_signed()),
                StoredBlock::of,
            )
            .optional()?
            .map(StoredBlock::open)
            .transpose()
    }

    /// The record at `place`; `None` if none is kept there.
    ///
    /// # Errors
    /// If the database fails or the block cannot be read.
    pub fn record(&self, place: RecordPlace) -> Result<Option<RecordText>> {
        Ok(self.block_at(place)?.and_then(|block| block.text(place)))
    }

    /// The records at `places`, in their order; opens each block once.
    ///
    /// # Errors
    /// If the database fails or a block cannot be read.
    pub fn records(&self, places: &[RecordPlace]) -> Result<Vec<Option<RecordText>>> {
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_unstable_by_key(|i| places[*i]);
        let mut found = vec![None; places.len()];
        let mut open: Option<(RecordPlace, OpenBlock)> = None;
        for i in order {
            let place = places[i];
            let inside = open.as_ref().is_some_and(|(at, block)| {
                at.source == place.source
                    && at.generation == place.generation
                    && (block.start..block.end).contains(&place.offset)
            });
            if !inside {
                open = self.block_at(place)?.map(|block| (place, block));
            }
            found[i] = open.as_ref().and_then(|(_, block)| block.text(place));
        }
        Ok(found)
    }

    /// Runs `f` on every record of a source's generation, from `offset` on, in order, until it
    /// says `false`; for reprojection and for repair.
    ///
    /// # Errors
    /// If the database fails or a block cannot be read, and what `f` fails with.
    pub fn each_record(
        &self,
        source: SourceId,
        generation: u32,
        offset: u64,
        mut f: impl FnMut(RecordText) -> Result<bool>,
    ) -> Result<()> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM block WHERE source = ?1 AND generation = ?2 AND end > ?3
             ORDER BY start"
        ))?;
        let mut rows = statement.query((source.0, generation, offset.cast_signed()))?;
        while let Some(row) = rows.next()? {
            let block = StoredBlock::of(row)?.open()?;
            for (record, kept) in block.kept().filter(|(r, _)| r.offset >= offset) {
                let place = RecordPlace { source, generation, offset: record.offset };
                if !f(text_of(place, record, kept))? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
