//! What people decided about the powers of `callboard.toml`. Each decision is a line in the log.

use callboard_model::project::PowerSet;
use callboard_model::{Timestamp, WorkspaceId};
use rusqlite::Row;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{LogKind, Result, Snapshot, StoreError, Write};

/// What was decided about a set of powers.
#[derive(Debug, Clone, PartialEq)]
pub struct TrustDecision {
    /// The set.
    pub set: PowerSet,
    /// It takes effect.
    pub is_approved: bool,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
}

/// Tells one set of powers from every other: 32 hexadecimal digits.
#[must_use]
pub fn fingerprint(set: &PowerSet) -> String {
    // A set is sorted, so equal sets are equal texts.
    let digest = Sha256::digest(json!([set.powers, set.deny]).to_string());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn decision_of(row: &Row<'_>) -> rusqlite::Result<(bool, Timestamp, String, String)> {
    Ok((row.get(0)?, Timestamp::from_millisecond(row.get(1)?), row.get(2)?, row.get(3)?))
}

impl Write<'_> {
    /// Keeps what was decided about a set of powers; the last decision on a set holds.
    ///
    /// # Errors
    /// If the database fails.
    pub fn decide_trust(
        &mut self,
        workspace: WorkspaceId,
        set: &PowerSet,
        is_approved: bool,
        by: &str,
    ) -> Result<()> {
        let print = fingerprint(set);
        let body = serde_json::to_string(set).map_err(StoreError::unreadable("powers"))?;
        let at = self.now().as_millisecond();
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO trust (workspace, fingerprint, approved, at, by, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((workspace.0, &print, is_approved, at, by, body))?;
        let about = json!({
            "by": by, "approved": is_approved, "fingerprint": print, "powers": set.lines(), "deny": set.deny,
        });
        self.log(LogKind::TRUST, &workspace.to_string(), &about)?;
        Ok(())
    }

    /// Forgets what was decided for a workspace.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_trust(&mut self, workspace: WorkspaceId, by: &str) -> Result<()> {
        self.tx.prepare_cached("DELETE FROM trust WHERE workspace = ?1")?.execute([workspace.0])?;
        let about = json!({ "by": by, "revoked": true });
        self.log(LogKind::TRUST, &workspace.to_string(), &about)?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// What was decided for a workspace, the last decision last.
    ///
    /// # Errors
    /// If the database fails or a set of powers cannot be read.
    pub fn trust(&self, workspace: WorkspaceId) -> Result<Vec<TrustDecision>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT approved, at, by, body FROM trust WHERE workspace = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([workspace.0], decision_of)?;
        rows.map(|row| {
            let (is_approved, at, by, body) = row?;
            let set = serde_json::from_str(&body).map_err(StoreError::unreadable("powers"))?;
            Ok(TrustDecision { set, is_approved, at, by })
        })
        .collect()
    }
}
