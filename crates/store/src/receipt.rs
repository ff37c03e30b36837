//! Receipts, the last of each piece of work, and the cases of rules that somebody accepted.

use std::collections::BTreeMap;

use callboard_model::receipt::{Accepted, Receipt, ReceiptOf};
use callboard_model::view::ReceiptGlance;
use callboard_model::{Timestamp, WorkspaceId};
use rusqlite::{OptionalExtension, Row};
use serde_json::json;

use crate::{LogKind, Result, Snapshot, StoreError, Write};

/// What a receipt speaks of: where any of it is another, the receipt is stale.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptKey {
    /// The tree that the work began from.
    pub base: String,
    /// The tree that it left.
    pub tree: String,
    /// A hash of what else it hangs on: checks, rules, gate, scope and the words of what was asked for.
    pub given: String,
}

/// A receipt as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredReceipt {
    /// Whose work it is.
    pub workspace: WorkspaceId,
    /// What it speaks of.
    pub key: ReceiptKey,
    /// Why it does not speak of what is there now.
    pub stale: Option<String>,
    /// The receipt.
    pub receipt: Receipt,
}

/// Which receipts there are, without what they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// What it is of.
    pub of: ReceiptOf,
    /// What it speaks of.
    pub key: ReceiptKey,
    /// It is stale already.
    pub is_stale: bool,
}

impl Write<'_> {
    /// Keeps a receipt in the place of the subject's last, and announces it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_receipt(&mut self, stored: &StoredReceipt, glance: &ReceiptGlance) -> Result<()> {
        let StoredReceipt { workspace, key, stale, receipt } = stored;
        let body = serde_json::to_string(receipt).map_err(StoreError::unreadable("receipt"))?;
        let glance = serde_json::to_string(glance).map_err(StoreError::unreadable("receipt"))?;
        let subject = receipt.of.to_string();
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO receipt
                   (subject, workspace, made_at, base, tree, given, stale, glance, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                &subject,
                workspace.0,
                receipt.made_at.as_millisecond(),
                &key.base,
                &key.tree,
                &key.given,
                stale,
                glance,
                body,
            ))?;
        self.receipt_changed(*workspace, &receipt.of)
    }

    /// Says why a receipt does not speak of what is there now; gives whether that is news.
    ///
    /// # Errors
    /// If the database fails.
    pub fn mark_receipt_stale(&mut self, of: &ReceiptOf, why: &str) -> Result<bool> {
        let workspace: Option<i64> = self
            .tx
            .prepare_cached(
                "UPDATE receipt SET stale = ?2 WHERE subject = ?1 AND stale IS NULL
                 RETURNING workspace",
            )?
            .query_row((of.to_string(), why), |row| row.get(0))
            .optional()?;
        let Some(workspace) = workspace else { return Ok(false) };
        self.receipt_changed(WorkspaceId(workspace), of)?;
        Ok(true)
    }

    /// Announces a receipt as it is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub fn announce_receipt(&mut self, of: &ReceiptOf) -> Result<()> {
        match self.view().receipt(of)? {
            Some(kept) => self.receipt_changed(kept.workspace, of),
            None => Ok(()),
        }
    }

    /// Keeps who lets a case of a rule be, and why.
    ///
    /// # Errors
    /// If the database fails.
    pub fn accept_case(
        &mut self,
        (workspace, of): (WorkspaceId, &ReceiptOf),
        key: &str,
        accepted: &Accepted,
    ) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO receipt_accepted (workspace, key, by, reason, at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                workspace.0,
                key,
                &accepted.by,
                &accepted.reason,
                accepted.at.as_millisecond(),
            ))?;
        let about = json!({ "case": key, "by": accepted.by, "reason": accepted.reason });
        self.log(LogKind::RECEIPT_ACCEPTED, &of.to_string(), &about)?;
        Ok(())
    }

    /// Takes back that a case may be; gives whether it was accepted.
    ///
    /// # Errors
    /// If the database fails.
    pub fn take_back_case(
        &mut self,
        (workspace, of): (WorkspaceId, &ReceiptOf),
        key: &str,
        by: &str,
    ) -> Result<bool> {
        let gone = self
            .tx
            .prepare_cached("DELETE FROM receipt_accepted WHERE workspace = ?1 AND key = ?2")?
            .execute((workspace.0, key))?;
        if gone > 0 {
            let about = json!({ "case": key, "by": by, "taken_back": true });
            self.log(LogKind::RECEIPT_ACCEPTED, &of.to_string(), &about)?;
        }
        Ok(gone > 0)
    }

    fn receipt_changed(&mut self, workspace: WorkspaceId, of: &ReceiptOf) -> Result<()> {
        self.log(LogKind::RECEIPT, &of.to_string(), &json!({ "workspace": workspace.0 }))?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// The last receipt of a subject.
    ///
    /// # Errors
    /// If the database fails or its row is not readable.
    pub fn receipt(&self, of: &ReceiptOf) -> Result<Option<StoredReceipt>> {
        let found = self
            .conn
            .prepare_cached(
                "SELECT workspace, base, tree, given, stale, body FROM receipt WHERE subject = ?1",
            )?
            .query_row([of.to_string()], |row| {
                let workspace = WorkspaceId(row.get(0)?);
                Ok((workspace, key_of(row, 1)?, row.get(4)?, row.get::<_, String>(5)?))
            })
            .optional()?;
        let Some((workspace, key, stale, body)) = found else { return Ok(None) };
        let receipt = serde_json::from_str(&body).map_err(StoreError::unreadable("receipt"))?;
        Ok(Some(StoredReceipt { workspace, key, stale, receipt }))
    }

    /// The receipts of a workspace, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn receipt_rows(&self, workspace: WorkspaceId) -> Result<Vec<ReceiptRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT subject, base, tree, given, stale IS NOT NULL FROM receipt
             WHERE workspace = ?1 ORDER BY made_at DESC, subject",
        )?;
        let rows = statement.query_map([workspace.0], |row| {
            Ok((row.get::<_, String>(0)?, key_of(row, 1)?, row.get(4)?))
        })?;
        let mut out = Vec::new();
        for row in rows {
            let (subject, key, is_stale) = row?;
            // What a later version keeps of other subjects is passed over.
            out.extend(subject.parse().ok().map(|of| ReceiptRow { of, key, is_stale }));
        }
        Ok(out)
    }

    /// The newest receipts of a workspace in a few words, at most `limit`.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn receipt_glances(
        &self,
        workspace: WorkspaceId,
        limit: usize,
    ) -> Result<Vec<ReceiptGlance>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT glance, stale IS NOT NULL FROM receipt
             WHERE workspace = ?1 ORDER BY made_at DESC, subject LIMIT ?2",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((workspace.0, limit), |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))
        })?;
        let mut out = Vec::new();
        for row in rows {
            let (glance, stale) = row?;
            let glance: ReceiptGlance =
                serde_json::from_str(&glance).map_err(StoreError::unreadable("receipt"))?;
            out.push(ReceiptGlance { stale, ..glance });
        }
        Ok(out)
    }

    /// What the receipt of a subject comes to, in a few words.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn receipt_glance(&self, of: &ReceiptOf) -> Result<Option<ReceiptGlance>> {
        let found: Option<(String, bool)> = self
            .conn
            .prepare_cached("SELECT glance, stale IS NOT NULL FROM receipt WHERE subject = ?1")?
            .query_row([of.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((glance, stale)) = found else { return Ok(None) };
        let glance: ReceiptGlance =
            serde_json::from_str(&glance).map_err(StoreError::unreadable("receipt"))?;
        Ok(Some(ReceiptGlance { stale, ..glance }))
    }

    /// The cases that somebody lets be, by their keys.
    ///
    /// # Errors
    /// If the database fails.
    pub fn accepted_cases(&self, workspace: WorkspaceId) -> Result<BTreeMap<String, Accepted>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, by, reason, at FROM receipt_accepted WHERE workspace = ?1",
        )?;
        let rows = statement.query_map([workspace.0], |row| {
            let at = Timestamp::from_millisecond(row.get(3)?);
            Ok((row.get(0)?, Accepted { by: row.get(1)?, reason: row.get(2)?, at }))
        })?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }
}

fn key_of(row: &Row<'_>, at: usize) -> rusqlite::Result<ReceiptKey> {
    Ok(ReceiptKey { base: row.get(at)?, tree: row.get(at + 1)?, given: row.get(at + 2)? })
}
