//! What was posted to a tracker.

use callboard_model::{Timestamp, WorkspaceId};
use rusqlite::Row;
use serde_json::json;

use crate::{LogKind, Result, Snapshot, Write};

/// A text that was posted, or may have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its number.
    pub id: i64,
    /// What it was of: a note's path, `S41` or `T12`.
    pub subject: String,
    /// The address of the issue or pull request.
    pub destination: String,
    /// Which text it was.
    pub version: String,
    /// When it was about to leave.
    pub at: Timestamp,
    /// The address of the comment; `None` while nobody knows whether there is one.
    pub address: Option<String>,
}

impl Write<'_> {
    /// Remembers that a text is about to be posted; gives the number of that.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_post(
        &mut self,
        workspace: WorkspaceId,
        (subject, destination): (&str, &str),
        version: &str,
    ) -> Result<i64> {
        let now = self.now().as_millisecond();
        self.tx
            .prepare_cached(
                "INSERT INTO post (workspace, subject, destination, version, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((workspace.0, subject, destination, version, now))?;
        Ok(self.tx.last_insert_rowid())
    }

    /// Remembers what became of a post: the address of the comment, or that there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub fn settle_post(
        &mut self,
        workspace: WorkspaceId,
        post: &Post,
        address: Option<&str>,
    ) -> Result<()> {
        match address {
            Some(address) => {
                self.tx
                    .prepare_cached("UPDATE post SET address = ?2 WHERE id = ?1")?
                    .execute((post.id, address))?;
                let about = json!({ "to": post.destination, "address": address });
                self.log(LogKind::POSTED, &format!("{workspace}/{}", post.subject), &about)?;
            }
            None => {
                self.tx.prepare_cached("DELETE FROM post WHERE id = ?1")?.execute([post.id])?;
            }
        }
        // Whoever shows the note shows where it was posted.
        if self.view().note_at(workspace, &post.subject)?.is_some() {
            self.announce_note(workspace, &post.subject, &json!({ "posted": address }))?;
        }
        Ok(())
    }
}

fn post_of(row: &Row<'_>) -> rusqlite::Result<Post> {
    Ok(Post {
        id: row.get(0)?,
        subject: row.get(1)?,
        destination: row.get(2)?,
        version: row.get(3)?,
        at: Timestamp::from_millisecond(row.get(4)?),
        address: row.get(5)?,
    })
}

impl Snapshot<'_> {
    /// What was posted of something, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn posts_of(
        &self,
        workspace: WorkspaceId,
        subject: &str,
        limit: usize,
    ) -> Result<Vec<Post>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, subject, destination, version, at, address FROM post
             WHERE workspace = ?1 AND subject = ?2 ORDER BY id DESC LIMIT ?3",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((workspace.0, subject, limit), post_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
