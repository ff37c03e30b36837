//! Reviews: changesets that are looked at, checked and landed as one.

use callboard_model::review::{CheckRun, Comment, Review, ReviewState, ViewedFile};
use callboard_model::{ReviewId, WorkspaceId};
use rusqlite::{OptionalExtension, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{LogKind, Result, Snapshot, StoreError, Write};

fn numbered(row: &Row<'_>) -> rusqlite::Result<(i64, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

fn read<T: DeserializeOwned>(body: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(body).map_err(StoreError::unreadable(what))
}

fn written<T: Serialize>(value: &T, what: &'static str) -> Result<String> {
    serde_json::to_string(value).map_err(StoreError::unreadable(what))
}

impl Write<'_> {
    /// Adds a review; gives it with its number.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_review(&mut self, review: Review) -> Result<Review> {
        self.tx
            .prepare_cached("INSERT INTO review (workspace, is_over, body) VALUES (?1, 0, '{}')")?
            .execute([review.workspace.0])?;
        let review = Review { id: ReviewId(self.tx.last_insert_rowid()), ..review };
        let members: Vec<String> =
            review.members.iter().map(|member| member.changeset.key.to_string()).collect();
        let about = json!({ "title": review.title, "members": members });
        self.log(LogKind::REVIEW_OPENED, &review.id.to_string(), &about)?;
        self.put_review(review)
    }

    /// Keeps a review as it is now, with the next revision, and announces it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_review(&mut self, review: Review) -> Result<Review> {
        let review = Review { revision: review.revision + 1, ..review };
        let is_over = matches!(review.state, ReviewState::Landed | ReviewState::Dropped);
        self.tx
            .prepare_cached("UPDATE review SET is_over = ?2, body = ?3 WHERE id = ?1")?
            .execute((review.id.0, is_over, written(&review, "review")?))?;
        let revision = json!({ "revision": review.revision });
        self.log(LogKind::REVIEW, &review.id.to_string(), &revision)?;
        Ok(review)
    }

    /// Marks a file as looked at, or as to be looked at again.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_viewed(
        &mut self,
        review: ReviewId,
        path: &str,
        viewed: Option<&ViewedFile>,
    ) -> Result<()> {
        self.tx
            .prepare_cached("DELETE FROM review_viewed WHERE review = ?1 AND path = ?2")?
            .execute((review.0, path))?;
        if let Some(viewed) = viewed {
            self.tx
                .prepare_cached(
                    "INSERT INTO review_viewed (review, path, digest, tree) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((review.0, path, &viewed.digest, &viewed.tree))?;
        }
        Ok(())
    }

    /// Adds a comment; gives it with its number.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_review_comment(&mut self, review: ReviewId, comment: Comment) -> Result<Comment> {
        self.tx
            .prepare_cached("INSERT INTO review_comment (review, body) VALUES (?1, '{}')")?
            .execute([review.0])?;
        let comment = Comment { id: self.tx.last_insert_rowid(), ..comment };
        self.put_review_comment(&comment)?;
        Ok(comment)
    }

    /// Keeps a comment as it is now.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_review_comment(&mut self, comment: &Comment) -> Result<()> {
        self.tx
            .prepare_cached("UPDATE review_comment SET body = ?2 WHERE id = ?1")?
            .execute((comment.id, written(comment, "comment")?))?;
        Ok(())
    }

    /// Takes a comment away.
    ///
    /// # Errors
    /// If the database fails.
    pub fn drop_review_comment(&mut self, review: ReviewId, comment: &Comment) -> Result<()> {
        self.tx
            .prepare_cached("DELETE FROM review_comment WHERE id = ?1")?
            .execute([comment.id])?;
        let about = json!({ "text": comment.text });
        self.log(LogKind::REVIEW_COMMENT_DROPPED, &review.to_string(), &about)?;
        Ok(())
    }

    /// Keeps a run of a check, in place of an earlier one of the same command on the same.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_check_run(&mut self, review: ReviewId, run: CheckRun) -> Result<CheckRun> {
        let member = run.member.clone().unwrap_or_default();
        self.tx
            .prepare_cached(
                "INSERT INTO review_check (review, command, member, body) VALUES (?1, ?2, ?3, '{}')
                 ON CONFLICT (review, command, member) DO NOTHING",
            )?
            .execute((review.0, &run.command, &member))?;
        let id = self
            .tx
            .prepare_cached(
                "SELECT id FROM review_check WHERE review = ?1 AND command = ?2 AND member = ?3",
            )?
            .query_row((review.0, &run.command, &member), |row| row.get(0))?;
        let run = CheckRun { id, ..run };
        self.tx
            .prepare_cached("UPDATE review_check SET body = ?2 WHERE id = ?1")?
            .execute((id, written(&run, "check")?))?;
        Ok(run)
    }

    /// Forgets the runs of checks that are no longer asked for.
    ///
    /// # Errors
    /// If the database fails.
    pub fn drop_check_run(&mut self, id: i64) -> Result<()> {
        self.tx.prepare_cached("DELETE FROM review_check WHERE id = ?1")?.execute([id])?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// One review.
    ///
    /// # Errors
    /// If the database fails or its row is not readable.
    pub fn review(&self, id: ReviewId) -> Result<Option<Review>> {
        let body: Option<String> = self
            .conn
            .prepare_cached("SELECT body FROM review WHERE id = ?1")?
            .query_row([id.0], |row| row.get(0))
            .optional()?;
        body.map(|body| read(&body, "review")).transpose()
    }

    /// The reviews of a workspace that are not over, newest first.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn reviews_open(&self, workspace: WorkspaceId) -> Result<Vec<Review>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT body FROM review WHERE workspace = ?1 AND is_over = 0 ORDER BY id DESC",
        )?;
        let rows = statement.query_map([workspace.0], |row| row.get::<_, String>(0))?;
        rows.map(|row| read(&row?, "review")).collect()
    }

    /// The reviews of a workspace that are over, newest first.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn reviews_over(&self, workspace: WorkspaceId, limit: usize) -> Result<Vec<Review>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT body FROM review WHERE workspace = ?1 AND is_over = 1 ORDER BY id DESC LIMIT ?2",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((workspace.0, limit), |row| row.get::<_, String>(0))?;
        rows.map(|row| read(&row?, "review")).collect()
    }

    /// The files of a review that were looked at, by path.
    ///
    /// # Errors
    /// If the database fails.
    pub fn viewed_files(&self, review: ReviewId) -> Result<Vec<ViewedFile>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT path, digest, tree FROM review_viewed WHERE review = ?1 ORDER BY path",
        )?;
        let rows = statement.query_map([review.0], |row| {
            Ok(ViewedFile { path: row.get(0)?, digest: row.get(1)?, tree: row.get(2)? })
        })?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// What was said of a review, oldest first.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn review_comments(&self, review: ReviewId) -> Result<Vec<Comment>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, body FROM review_comment WHERE review = ?1 ORDER BY id")?;
        let rows = statement.query_map([review.0], numbered)?;
        rows.map(|row| read(&row?.1, "comment")).collect()
    }

    /// The runs of a review's checks, in the order in which they were first asked for.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn check_runs(&self, review: ReviewId) -> Result<Vec<CheckRun>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, body FROM review_check WHERE review = ?1 ORDER BY id")?;
        let rows = statement.query_map([review.0], numbered)?;
        rows.map(|row| read(&row?.1, "check")).collect()
    }
}
