//! Writing the full-text index.

use callboard_model::{EventKind, SessionId, Timestamp};

use crate::source::ms;
use crate::{IndexText, Result, Write, limits};

/// What a row of the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocKind {
    Event(EventKind),
    Task,
    Note,
    Decision,
}

impl DocKind {
    /// The number that is stored. Below 63, so that a set of them is one integer.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Event(kind) => kind.number(),
            Self::Task => 40,
            Self::Note => 41,
            Self::Decision => 42,
        }
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        match number {
            40 => Some(Self::Task),
            41 => Some(Self::Note),
            42 => Some(Self::Decision),
            number => EventKind::from_number(number).map(Self::Event),
        }
    }
}

impl Write<'_> {
    #[allow(clippy::too_many_arguments, reason = "the columns of one row")]
    pub(crate) fn index(
        &mut self,
        doc: i64,
        kind: DocKind,
        own: bool,
        subject: i64,
        session: Option<SessionId>,
        at: Option<Timestamp>,
        text: &IndexText,
    ) -> Result<()> {
        self.tx
            .prepare_cached("INSERT INTO fts (rowid, title, body, parts) VALUES (?1, ?2, ?3, ?4)")?
            .execute((doc, &text.title, &text.body, &text.parts))?;
        self.tx
            .prepare_cached(
                "INSERT INTO doc (doc, kind, own, ref, session, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((doc, kind.number(), own, subject, session.map(|s| s.0), ms(at)))?;
        Ok(())
    }

    /// Merges some parts of the index, so that searches have few to look into.
    pub(crate) fn merge_index(&self) -> Result<()> {
        self.tx
            .prepare_cached("INSERT INTO fts (fts, rank) VALUES ('merge', ?1)")?
            .execute([limits::FTS_MERGE_PAGES])?;
        Ok(())
    }

    pub(crate) fn unindex(&mut self, doc: i64) -> Result<()> {
        self.tx.prepare_cached("DELETE FROM fts WHERE rowid = ?1")?.execute([doc])?;
        self.tx.prepare_cached("DELETE FROM doc WHERE doc = ?1")?.execute([doc])?;
        Ok(())
    }
}
