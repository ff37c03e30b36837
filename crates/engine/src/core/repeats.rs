//! Records that say what another one has said: counted, and not kept twice.

use std::collections::{BTreeMap, BTreeSet};

use callboard_store::{RecordPlace, Result, Stored, Write};

use crate::ingest::batch::Batch;

/// For each record of a batch, by its offset, where all that it says is told already.
#[derive(Debug, Default)]
pub(super) struct Repeats(BTreeMap<u64, Option<RecordPlace>>);

impl Repeats {
    /// Notes what became of an event of the record at `place`.
    pub(super) fn note(&mut self, place: RecordPlace, stored: Stored) {
        let told_at = match stored {
            Stored::New { told_at, .. } => told_at,
            Stored::Known(told_at) => Some(told_at).filter(|told_at| *told_at != place),
        };
        let known = self.0.entry(place.offset).or_insert(told_at);
        if told_at.is_none() {
            *known = None;
        }
    }

    /// Takes from the batch the texts of records that are kept already, word for word.
    pub(super) fn leave_out(self, w: &Write<'_>, batch: &mut Batch) -> Result<()> {
        let told: Vec<(u64, RecordPlace)> =
            self.0.into_iter().filter_map(|(offset, told_at)| Some((offset, told_at?))).collect();
        if told.is_empty() {
            return Ok(());
        }
        let places: Vec<RecordPlace> = told.iter().map(|(_, told_at)| *told_at).collect();
        let kept = w.view().records(&places)?;
        let originals: BTreeMap<u64, String> = told
            .iter()
            .zip(kept)
            .filter_map(|((offset, _), original)| Some((*offset, original?.text)))
            .collect();
        let agent = batch.transcript.agent;
        for block in &mut batch.blocks {
            if originals.range(block.start..block.end).next().is_none() {
                continue;
            }
            let mut repeated = BTreeSet::new();
            for (record, text) in block.kept()? {
                let is_kept = |original: &String| agent.same_record(original, &text);
                if originals.get(&record.offset).is_some_and(is_kept) {
                    repeated.insert(record.offset);
                    batch.counts.repeated(&record.record_type, record.length, text.len() as u64);
                }
            }
            if !repeated.is_empty() {
                *block = block.without(&repeated)?;
            }
        }
        Ok(())
    }
}
