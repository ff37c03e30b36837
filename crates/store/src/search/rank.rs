//! The order of hits: how well the words fit, what kind of thing it is, how old it is.

use std::cmp::Ordering;
use std::collections::HashMap;

use callboard_model::{EventKind, SessionId, Timestamp};

use super::DocKind;
use super::candidates::Candidate;
use crate::{Result, Snapshot};

/// Age at which half of what recency adds is gone.
const HALF_LIFE_MS: f64 = 14.0 * 86_400_000.0;
/// What recency can add to a hit, beside 1.
const RECENCY: f64 = 0.5;

/// The best hit of a session, with the number of its others.
pub(super) struct Folded {
    pub(super) best: Candidate,
    pub(super) root: Option<SessionId>,
    pub(super) more: u32,
}

/// How much a kind of thing says: what was said before what was done before what came back.
fn weight(kind: DocKind) -> f64 {
    use EventKind as K;
    match kind {
        DocKind::Task | DocKind::Note | DocKind::Decision => 2.0,
        DocKind::Event(kind) => match kind {
            K::Prompt => 1.6,
            K::Text | K::Question | K::Plan | K::Compaction => 1.3,
            K::Edit | K::Command | K::Delegate | K::Error => 1.0,
            K::Thinking | K::Read | K::Search | K::Tool => 0.8,
            K::Result => 0.55,
            K::Usage | K::Turn | K::Info | K::Notice | K::Unknown => 0.4,
        },
    }
}

fn recency(at: Option<Timestamp>, now: Timestamp) -> f64 {
    at.map_or(0.0, |at| (-(now.since_ms(at) as f64) / HALF_LIFE_MS).exp2())
}

/// The candidates, best first; without words, newest first.
pub(super) fn ranked(mut hits: Vec<Candidate>, now: Timestamp, by_words: bool) -> Vec<Candidate> {
    for hit in &mut hits {
        let recency = recency(hit.at, now);
        hit.score = if by_words {
            hit.score * weight(hit.kind) * (1.0 + RECENCY * recency)
        } else {
            recency
        };
    }
    hits.sort_by(|a, b| {
        let newer = || (b.at, b.doc, b.subject).cmp(&(a.at, a.doc, a.subject));
        let better = if by_words { b.score.total_cmp(&a.score) } else { Ordering::Equal };
        better.then_with(newer)
    });
    hits
}

impl Snapshot<'_> {
    /// At most `limit` hits; if `fold`, one per root session.
    pub(super) fn folded(
        &self,
        hits: Vec<Candidate>,
        fold: bool,
        limit: usize,
    ) -> Result<Vec<Folded>> {
        let mut roots: HashMap<i64, i64> = HashMap::new();
        let mut first: HashMap<i64, usize> = HashMap::new();
        let mut folded: Vec<Folded> = Vec::new();
        let mut root_of = self.conn.prepare_cached("SELECT root FROM session WHERE id = ?1")?;
        for best in hits {
            let root = match best.session {
                Some(session) => match roots.get(&session) {
                    Some(root) => Some(*root),
                    None => {
                        let root = root_of.query_row([session], |r| r.get(0)).unwrap_or(session);
                        roots.insert(session, root);
                        Some(root)
                    }
                },
                None => None,
            };
            if fold && let Some(root) = root {
                if let Some(index) = first.get(&root) {
                    if let Some(before) = folded.get_mut(*index) {
                        before.more += 1;
                    }
                    continue;
                }
                first.insert(root, folded.len());
            }
            if folded.len() < limit {
                folded.push(Folded { best, root: root.map(SessionId), more: 0 });
            }
        }
        Ok(folded)
    }
}
