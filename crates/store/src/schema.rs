//! The database's layout: numbered steps, each embedded, none ever edited.

use std::path::Path;

use rusqlite::Connection;

use crate::{Result, StoreError};

/// The steps in order; the database's `user_version` counts those it has taken.
const STEPS: &[&str] = &[
    include_str!("../migrations/0001_begin.sql"),
    include_str!("../migrations/0002_forks.sql"),
    include_str!("../migrations/0003_worktrees.sql"),
    include_str!("../migrations/0004_owned.sql"),
    include_str!("../migrations/0005_calls.sql"),
    include_str!("../migrations/0006_leases.sql"),
    include_str!("../migrations/0007_nights.sql"),
    include_str!("../migrations/0008_trust.sql"),
    include_str!("../migrations/0009_one_writer.sql"),
    include_str!("../migrations/0010_changesets.sql"),
    include_str!("../migrations/0011_reviews.sql"),
    include_str!("../migrations/0012_trials.sql"),
    include_str!("../migrations/0013_attribution.sql"),
    include_str!("../migrations/0014_facts.sql"),
    include_str!("../migrations/0015_notes.sql"),
    include_str!("../migrations/0016_posts.sql"),
    include_str!("../migrations/0017_symbols.sql"),
    include_str!("../migrations/0018_readings.sql"),
    include_str!("../migrations/0019_candidates.sql"),
    include_str!("../migrations/0020_followed.sql"),
    include_str!("../migrations/0021_receipts.sql"),
    include_str!("../migrations/0022_trial_runs.sql"),
    include_str!("../migrations/0023_executed_lines.sql"),
];

/// The newest layout of this version.
pub(crate) const NEWEST: i64 = STEPS.len() as i64;

/// Refuses a database that a later version made.
pub(crate) fn check(conn: &Connection, path: &Path) -> Result<i64> {
    let found: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > NEWEST {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: NEWEST });
    }
    Ok(found)
}

/// Brings the database to the newest layout; each step is one transaction.
pub(crate) fn migrate(conn: &mut Connection, path: &Path) -> Result<()> {
    let taken = check(conn, path)?;
    for number in taken..NEWEST {
        let step = usize::try_from(number).ok().and_then(|i| STEPS.get(i)).copied();
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)?;
        tx.execute_batch(step.unwrap_or_default())?;
        tx.pragma_update(None, "user_version", number + 1)?;
        tx.commit()?;
    }
    Ok(())
}
