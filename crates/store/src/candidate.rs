//! Candidates of decisions that are settled; those that are open are told from facts.

use callboard_model::candidate::CandidateState;
use callboard_model::{SessionId, Timestamp, WorkspaceId};
use rusqlite::Row;
use serde_json::json;

use crate::fact::StoredFact;
use crate::{LogKind, Result, Snapshot, Write};

/// What became of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledCandidate {
    /// The session that it was said in.
    pub session: SessionId,
    /// What it is within its session.
    pub key: String,
    /// Accepted or dismissed.
    pub state: CandidateState,
    /// The path of the note that it became.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Write<'_> {
    /// Settles a candidate, or has it open again.
    ///
    /// # Errors
    /// If the database fails.
    pub fn settle_candidate(
        &mut self,
        session: SessionId,
        key: &str,
        state: CandidateState,
        note: Option<&str>,
    ) -> Result<()> {
        if state == CandidateState::Open {
            self.tx
                .prepare_cached("DELETE FROM candidate WHERE session = ?1 AND key = ?2")?
                .execute((session.0, key))?;
        } else {
            let at = self.now().as_millisecond();
            self.tx
                .prepare_cached(
                    "INSERT INTO candidate (session, key, state, note, at) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (session, key) DO UPDATE SET state = excluded.state,
                       note = excluded.note, at = excluded.at",
                )?
                .execute((session.0, key, state.word(), note, at))?;
        }
        let about = json!({ "key": key, "state": state, "note": note });
        self.log(LogKind::CANDIDATE, &session.to_string(), &about)?;
        Ok(())
    }
}

fn settled_of(row: &Row<'_>) -> rusqlite::Result<SettledCandidate> {
    let state: String = row.get(2)?;
    Ok(SettledCandidate {
        session: SessionId(row.get(0)?),
        key: row.get(1)?,
        state: match state.as_str() {
            "accepted" => CandidateState::Accepted,
            _ => CandidateState::Dismissed,
        },
        note: row.get(3)?,
        at: Timestamp::from_millisecond(row.get(4)?),
    })
}

impl Snapshot<'_> {
    /// The candidates of a session that are settled.
    ///
    /// # Errors
    /// If the database fails.
    pub fn settled_candidates(&self, session: SessionId) -> Result<Vec<SettledCandidate>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT session, key, state, note, at FROM candidate WHERE session = ?1 ORDER BY at, key",
        )?;
        let rows = statement.query_map([session.0], settled_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The sessions of a workspace with facts that may be candidates, those with the newest such fact first, at most
    /// `most`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn sessions_with_candidates(
        &self,
        workspace: WorkspaceId,
        most: usize,
    ) -> Result<Vec<SessionId>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT f.session FROM fact f JOIN session s ON s.id = f.session
             WHERE s.workspace = ?1 AND NOT s.hidden AND f.kind IN ('answered', 'approved', 'rejected', 'refused', 'summarised', 'directed')
               AND (f.kind <> 'directed' OR f.body LIKE '%\"after_interruption\":true%')
             GROUP BY f.session ORDER BY max(f.at) DESC, f.session DESC LIMIT ?2",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = statement.query_map((workspace.0, most), |row| row.get(0).map(SessionId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The facts of a session that may be candidates, in the order of their last events.
    ///
    /// # Errors
    /// If the database fails.
    pub fn facts_for_candidates(&self, session: SessionId) -> Result<Vec<StoredFact>> {
        let facts = self.facts_where(
            "session = ?1 AND kind IN ('answered', 'approved', 'rejected', 'refused', 'summarised', 'directed')
             AND (kind <> 'directed' OR body LIKE '%\"after_interruption\":true%')
             ORDER BY ordinal, id",
            [session.0],
        )?;
        self.with_events(facts)
    }
}
