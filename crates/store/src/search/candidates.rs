//! The matches that are ranked: the newest that the filters let through.

use std::collections::HashSet;

use callboard_model::{EventKind, Timestamp};
use rusqlite::{Row, Rows};

use super::DocKind;
use super::filter::Filter;
use crate::{Result, Snapshot, limits};

/// A match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) doc: i64,
    pub(super) kind: DocKind,
    /// The event's seq, the task or the note.
    pub(super) subject: i64,
    pub(super) session: Option<i64>,
    pub(super) at: Option<Timestamp>,
    /// What bm25 says, higher is better; 0 without words.
    pub(super) score: f64,
}

/// Matches, and whether there are more.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) rows: Vec<Candidate>,
    pub(super) truncated: bool,
}

impl Candidates {
    /// Takes at most `most` rows of doc, kind, own, subject, session, moment, bm25, newest first.
    fn gather(mut rows: Rows<'_>, filter: &Filter, most: usize) -> Result<Self> {
        let mut found = Self::default();
        let mut seen = 0;
        while let Some(row) = rows.next()? {
            seen += 1;
            if found.rows.len() >= most || seen > limits::SCANNED_MATCHES {
                found.truncated = true;
                break;
            }
            found.rows.extend(candidate(row, filter)?);
        }
        Ok(found)
    }
}

fn candidate(row: &Row<'_>, filter: &Filter) -> rusqlite::Result<Option<Candidate>> {
    let kind = DocKind::from_number(row.get(1)?).unwrap_or(DocKind::Event(EventKind::Unknown));
    let (own, subject) = (row.get(2)?, row.get(3)?);
    let (session, at): (Option<i64>, Option<i64>) = (row.get(4)?, row.get(5)?);
    if !filter.lets_through(kind, own, subject, session, at) {
        return Ok(None);
    }
    Ok(Some(Candidate {
        doc: row.get(0)?,
        kind,
        subject,
        session,
        at: at.map(Timestamp::from_millisecond),
        score: -row.get::<_, f64>(6)?,
    }))
}

impl Snapshot<'_> {
    /// The newest documents that match an expression.
    pub(super) fn matches(
        &self,
        expression: &str,
        has_phrase: bool,
        filter: &Filter,
    ) -> Result<Candidates> {
        let (low, high) = filter.docs.unwrap_or((i64::MIN, i64::MAX));
        let mut statement = self.conn.prepare_cached(
            // What is left out anyway is not weighed.
            "SELECT d.doc, d.kind, d.own, d.ref, d.session, d.at,
                    iif((?4 >> d.kind) & 1 AND (?5 OR NOT d.own) AND d.at >= ?6 IS NOT FALSE
                        AND d.at <= ?7 IS NOT FALSE,
                        iif(?8, -1.0, bm25(fts, 4.0, 1.0, 0.5)), 0.0)
             FROM fts CROSS JOIN doc d ON d.doc = fts.rowid
             WHERE fts MATCH ?1 AND fts.rowid BETWEEN ?2 AND ?3
             ORDER BY fts.rowid DESC",
        )?;
        let Filter { kinds, own, since, until, .. } = filter;
        let rows =
            statement.query((expression, low, high, kinds, own, since, until, has_phrase))?;
        let most = if has_phrase { limits::RANKED_PHRASES } else { limits::RANKED_MATCHES };
        Candidates::gather(rows, filter, most)
    }

    /// The newest documents, or events about files.
    pub(super) fn newest(&self, filter: &Filter) -> Result<Candidates> {
        if let Some(events) = &filter.events {
            return self.newest_of(events, filter);
        }
        let (low, high) = filter.docs.unwrap_or((i64::MIN, i64::MAX));
        let mut statement = self.conn.prepare_cached(
            "SELECT doc, kind, own, ref, session, at, 0.0 FROM doc
             WHERE doc BETWEEN ?1 AND ?2 ORDER BY doc DESC",
        )?;
        Candidates::gather(statement.query((low, high))?, filter, limits::RANKED_MATCHES)
    }

    fn newest_of(&self, events: &HashSet<i64>, filter: &Filter) -> Result<Candidates> {
        let events: Vec<i64> = events.iter().copied().collect();
        let mut statement = self.conn.prepare_cached(
            // Not by seq: history is kept newest first, so that its highest are its oldest.
            "SELECT ifnull(e.doc, 0), e.kind, 0, e.seq, e.session, e.at, 0.0
             FROM json_each(?1) about CROSS JOIN event e ON e.seq = about.value
             ORDER BY e.at DESC, e.doc DESC, e.seq DESC",
        )?;
        let rows = statement.query([serde_json::json!(events).to_string()])?;
        Candidates::gather(rows, filter, limits::RANKED_MATCHES)
    }
}
