//! The stream of what changed, from wherever a reader stopped.

use callboard_model::view::{LogEntry, StreamMessage};
use callboard_model::{
    CallId, ChangesetKey, ReviewId, Seq, SessionId, TaskId, WorkspaceId, WorktreeId,
};
use callboard_store::{LogKind, LogRow, Snapshot};

use crate::core::{LOG_IMPORT, LOG_SESSION, view_of};
use crate::worktrees::worktree_message;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// What changed after `seq`, in order, and the order to go on from.
    ///
    /// With a workspace, only what belongs to it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn changes_after(
        &self,
        seq: Seq,
        workspace: Option<WorkspaceId>,
    ) -> Result<(Vec<LogEntry>, Seq), EngineError> {
        self.read(|s| {
            let page = s.log_after(seq, limits::CHANGES_AT_ONCE)?;
            let now = s.seq()?;
            // A reader ahead of all that was committed has read another database.
            if page.missed || seq > now {
                return Ok((vec![LogEntry { seq: now, message: StreamMessage::Reset }], now));
            }
            let mut entries = Vec::new();
            for row in &page.rows {
                if let Some(message) = self.message(s, row, workspace)? {
                    entries.push(LogEntry { seq: row.seq, message });
                }
            }
            Ok((entries, page.next))
        })
    }

    fn message(
        &self,
        s: &Snapshot<'_>,
        row: &LogRow,
        workspace: Option<WorkspaceId>,
    ) -> Result<Option<StreamMessage>, EngineError> {
        let is_here = |of: Option<WorkspaceId>| workspace.is_none() || of == workspace;
        let kind = row.kind.as_str();
        if kind == LOG_SESSION.word() {
            let Ok(id) = row.subject.parse::<SessionId>() else { return Ok(None) };
            let view = view_of(s, id)?.filter(|view| is_here(view.workspace));
            return Ok(view.map(|view| StreamMessage::Session { session: Box::new(view) }));
        }
        if kind == LOG_IMPORT.word() {
            let import = serde_json::from_value(row.body.clone()).unwrap_or_else(|_| self.import());
            return Ok(Some(StreamMessage::Import { import }));
        }
        if kind.starts_with("call.") {
            let Ok(id) = row.subject.parse::<CallId>() else { return Ok(None) };
            let call =
                s.call(id)?.filter(|call| call.workspace.is_none() || is_here(call.workspace));
            let view = call.map(|call| self.call_view(s, call, self.now())).transpose()?;
            return Ok(view.map(|call| StreamMessage::Call { call: Box::new(call) }));
        }
        if kind == LogKind::OWNED.word() {
            let Ok(id) = row.subject.parse() else { return Ok(None) };
            let owned = s.owned(id)?.filter(|owned| is_here(Some(owned.workspace)));
            let owned = owned.as_ref().map(|owned| Box::new(crate::row::owned(owned)));
            return Ok(owned.map(|owned| StreamMessage::Owned { owned }));
        }
        if kind == LogKind::LEASE.word() {
            let Some((of, name)) = row.subject.split_once('/') else { return Ok(None) };
            let Some(of) = of.parse().ok().filter(|of| is_here(Some(*of))) else { return Ok(None) };
            let resource = Box::new(self.resource_view(s, of, name)?);
            return Ok(Some(StreamMessage::Resource { resource }));
        }
        if kind.starts_with("worktree") {
            let number = row.subject.strip_prefix("worktree ").and_then(|n| n.parse().ok());
            let Some(id) = number.map(WorktreeId) else { return Ok(None) };
            let view = worktree_message(s, id)?.filter(|view| is_here(Some(view.workspace)));
            return Ok(view.map(|view| StreamMessage::Worktree { worktree: Box::new(view) }));
        }
        if kind == LogKind::CHANGESET.word() || kind == LogKind::PAIR.word() {
            // One that is gone, or a pair, may be of any workspace: reading too often does no harm.
            let key = ChangesetKey::from_text(&row.subject);
            let changeset = key.map(|key| s.changeset(&key)).transpose()?.flatten();
            let told = changeset.is_none_or(|changeset| is_here(Some(changeset.workspace)));
            return Ok(told.then_some(StreamMessage::Changes));
        }
        if kind == LogKind::REVIEW.word() {
            let Ok(id) = row.subject.parse::<ReviewId>() else { return Ok(None) };
            let review = s.review(id)?.filter(|review| is_here(Some(review.workspace)));
            let told = |review: callboard_model::review::Review| StreamMessage::Review {
                id,
                revision: review.revision,
            };
            return Ok(review.map(told));
        }
        if kind == LogKind::NOTE.word() || kind == LogKind::RECEIPT.word() {
            return Ok(note_message(row, is_here).or_else(|| receipt_message(row, is_here)));
        }
        if kind == LogKind::READING.word() || kind == LogKind::CANDIDATE.word() {
            return found_message(s, row, is_here);
        }
        if !kind.starts_with("task.") {
            return Ok(None);
        }
        let Ok(id) = row.subject.parse::<TaskId>() else { return Ok(None) };
        let Some(task) = s.task(id)?.filter(|task| is_here(Some(task.workspace))) else {
            return Ok(None);
        };
        if task.deleted_at.is_some() {
            return Ok(Some(StreamMessage::TaskRemoved { id }));
        }
        Ok(Some(StreamMessage::Task { task: Box::new(self.view_task(s, task)?) }))
    }
}

fn receipt_message(
    row: &LogRow,
    is_here: impl Fn(Option<WorkspaceId>) -> bool,
) -> Option<StreamMessage> {
    let workspace = row.body["workspace"].as_i64().map(WorkspaceId);
    let of = row.subject.parse().ok().filter(|_| is_here(workspace))?;
    Some(StreamMessage::Receipt { of })
}

fn note_message(
    row: &LogRow,
    is_here: impl Fn(Option<WorkspaceId>) -> bool,
) -> Option<StreamMessage> {
    let (of, path) = row.subject.split_once('/')?;
    let workspace = of.parse().ok().filter(|of| is_here(Some(*of)))?;
    Some(StreamMessage::Note { workspace, path: path.to_owned() })
}

/// What was read in a session, or may be a decision of it.
fn found_message(
    s: &Snapshot<'_>,
    row: &LogRow,
    is_here: impl Fn(Option<WorkspaceId>) -> bool,
) -> Result<Option<StreamMessage>, EngineError> {
    let Ok(session) = row.subject.parse::<SessionId>() else { return Ok(None) };
    let view = view_of(s, session)?.filter(|view| is_here(view.workspace));
    Ok(view.map(|_| match row.kind == LogKind::READING.word() {
        true => StreamMessage::Reading { session },
        false => StreamMessage::Candidates { session },
    }))
}
