//! What commands came to in trials, so that none is run twice on the same tree.

use callboard_model::WorkspaceId;
use callboard_model::trial::TrialResult;
use rusqlite::OptionalExtension;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Result, Snapshot, StoreError, Write, limits};

/// How hard runs are packed: names of tests repeat themselves, and a higher level saves little.
const ZSTD_LEVEL: i32 = 3;

/// What a result is of.
#[derive(Debug, Clone, Copy)]
pub struct TrialKey<'a> {
    /// The repository.
    pub workspace: WorkspaceId,
    /// The tree that it ran on.
    pub tree: &'a str,
    /// Tells what else it ran with, opaque.
    pub given: &'a str,
    /// The command.
    pub command: &'a str,
}

impl Write<'_> {
    /// Keeps a result in place of the last of its kind; the oldest of too many are forgotten.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_trial_result(&mut self, of: &TrialKey<'_>, result: &TrialResult) -> Result<()> {
        let body = serde_json::to_string(result).map_err(StoreError::unreadable("trial"))?;
        let runs = if result.runs.is_empty() { None } else { packed(&result.runs)? };
        let executed = result.executed.as_ref().map(packed).transpose()?.flatten();
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO trial_result (workspace, tree, given, command, kept_at, body, runs, executed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                of.workspace.0,
                of.tree,
                of.given,
                of.command,
                self.now().as_millisecond(),
                body,
                runs,
                executed,
            ))?;
        // By time: what was kept in one millisecond goes or stays together.
        self.tx
            .prepare_cached(
                "DELETE FROM trial_result WHERE kept_at <
                 (SELECT kept_at FROM trial_result ORDER BY kept_at DESC LIMIT 1 OFFSET ?1)",
            )?
            .execute([limits::TRIAL_RESULTS])?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// What a command came to the last time; `None` if that is not known.
    ///
    /// # Errors
    /// If the database fails.
    pub fn trial_result(&self, of: &TrialKey<'_>) -> Result<Option<TrialResult>> {
        let found = self
            .conn
            .prepare_cached(
                "SELECT body, runs, executed FROM trial_result
                 WHERE workspace = ?1 AND tree = ?2 AND given = ?3 AND command = ?4",
            )?
            .query_row((of.workspace.0, of.tree, of.given, of.command), |row| {
                let packed = |column| row.get::<_, Option<Vec<u8>>>(column);
                Ok((row.get::<_, String>(0)?, packed(1)?, packed(2)?))
            })
            .optional()?;
        let Some((body, runs, executed)) = found else { return Ok(None) };
        let result: TrialResult =
            serde_json::from_str(&body).map_err(StoreError::unreadable("trial"))?;
        // What cannot be read any more is run again.
        Ok(Some(TrialResult {
            runs: runs.and_then(|runs| unpacked(&runs)).unwrap_or_default(),
            executed: executed.and_then(|executed| unpacked(&executed)),
            ..result
        }))
    }
}

fn packed<T: Serialize>(of: &T) -> Result<Option<Vec<u8>>> {
    let text = serde_json::to_vec(of).map_err(StoreError::unreadable("trial"))?;
    Ok(zstd::encode_all(text.as_slice(), ZSTD_LEVEL).ok())
}

fn unpacked<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_reader(zstd::Decoder::new(bytes).ok()?).ok()
}
