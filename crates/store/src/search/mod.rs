//! Search: full text in events, tasks and notes.

mod candidates;
mod expression;
mod filter;
mod index;
mod rank;

use callboard_model::{Query, Seq, SessionId, TaskId, Timestamp};

pub(crate) use index::DocKind;

use crate::{EventRow, Result, Snapshot, limits};

/// What was found, best first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchPage {
    /// The best hit of every session, and every task and note. For a query that names sessions,
    /// every hit.
    pub rows: Vec<SearchRow>,
    /// Matches that were ranked.
    pub ranked: usize,
    /// More matched than were ranked; the newest were.
    pub truncated: bool,
    /// The words of the query, to be marked in what was found by [`SearchPage::marks`].
    pub words: Vec<String>,
}

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRow {
    /// What was found.
    pub found: Found,
    /// When it happened or last changed.
    pub at: Option<Timestamp>,
    /// Higher is better; comparable within one page only.
    pub score: f64,
    /// The session at the top of the line of parents of the event's.
    pub root: Option<SessionId>,
    /// Further hits in the same session, or in those that it started.
    pub more_in_session: u32,
}

/// What a hit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// An event.
    Event(EventRow),
    /// A task.
    Task(TaskId),
    /// A note, by its number.
    Note(i64),
}

impl Found {
    /// The event's number, if it is one.
    #[must_use]
    pub fn seq(&self) -> Option<Seq> {
        match self {
            Self::Event(event) => Some(event.seq),
            Self::Task(_) | Self::Note(_) => None,
        }
    }
}

impl SearchPage {
    /// Where the words of the query occur in a text: byte offsets of begin and end, in order,
    /// without overlap.
    #[must_use]
    pub fn marks(&self, text: &str) -> Vec<(u32, u32)> {
        expression::marks(&self.words, text)
    }
}

impl Snapshot<'_> {
    /// What a query finds, at most `limit` hits. Days that it names without a zone are days in
    /// UTC: resolve it first. A query without words finds what is newest.
    ///
    /// # Errors
    /// If the database fails; never because of what the query says.
    pub fn search(&self, query: &Query, now: Timestamp, limit: usize) -> Result<SearchPage> {
        if query.is_empty() {
            return Ok(SearchPage::default());
        }
        let filter = filter::Filter::of(self, query, now)?;
        let expression = expression::Expression::of(&query.terms);
        let candidates = match &expression.text {
            Some(text) => self.matches(text, expression.has_phrase, &filter)?,
            None if query.terms.is_empty() => self.newest(&filter)?,
            None => candidates::Candidates::default(),
        };
        let fold = query.sessions.is_empty();
        let hits = rank::ranked(candidates.rows, now, expression.text.is_some());
        let ranked = hits.len();
        let hits = self.folded(hits, fold, limit.min(limits::SEARCH_HITS))?;
        let rows = hits.into_iter().map(|hit| self.row(hit)).collect::<Result<Vec<_>>>()?;
        Ok(SearchPage {
            rows: rows.into_iter().flatten().collect(),
            ranked,
            truncated: candidates.truncated,
            words: expression.words,
        })
    }

    fn row(&self, hit: rank::Folded) -> Result<Option<SearchRow>> {
        let found = match hit.best.kind {
            DocKind::Event(_) => match self.event(Seq(hit.best.subject))? {
                Some(event) => Found::Event(event),
                None => return Ok(None),
            },
            DocKind::Task => Found::Task(TaskId(hit.best.subject)),
            DocKind::Note | DocKind::Decision => Found::Note(hit.best.subject),
        };
        Ok(Some(SearchRow {
            found,
            at: hit.best.at,
            score: hit.best.score,
            root: hit.root,
            more_in_session: hit.more,
        }))
    }
}
