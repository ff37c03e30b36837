//! Calls as they are shown, most urgent first.

use std::hash::{Hash, Hasher};

use callboard_model::call::{
    CallDetail, CallState, CallVia, Effect, Urgency, irreversible, weight,
};
use callboard_model::task::Column;
use callboard_model::view::{CallView, Inbox, RuledCall};
use callboard_model::{CallId, TaskId, Timestamp, WorkspaceId};
use callboard_store::{Call, Result as StoreResult, Snapshot};

use crate::calls::RULE;
use crate::core::view_of;
use crate::{Engine, EngineError};

impl Engine {
    /// The calls that wait for a person, most urgent first; of one workspace, or of all.
    ///
    /// # Errors
    /// When the store fails.
    pub fn inbox(&self, workspace: Option<WorkspaceId>) -> Result<Inbox, EngineError> {
        let now = self.now();
        self.read(|s| Ok(Inbox { calls: self.open_calls(s, workspace, now)?, seq: s.seq()? }))
    }

    /// One call.
    ///
    /// # Errors
    /// When there is none.
    pub fn call(&self, id: CallId) -> Result<CallView, EngineError> {
        let now = self.now();
        self.read(|s| {
            let call = s.call(id)?.ok_or_else(|| EngineError::no_call(id))?;
            Ok(self.call_view(s, call, now)?)
        })
    }

    /// Calls that were closed since a moment, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn calls_closed(&self, since: Timestamp) -> Result<Vec<CallView>, EngineError> {
        let now = self.now();
        self.read(|s| {
            let calls = s.calls_closed(since, callboard_store::limits::CALLS)?;
            Ok(calls
                .into_iter()
                .map(|call| self.call_view(s, call, now))
                .collect::<StoreResult<_>>()?)
        })
    }

    pub(super) fn open_calls(
        &self,
        s: &Snapshot<'_>,
        workspace: Option<WorkspaceId>,
        now: Timestamp,
    ) -> StoreResult<Vec<CallView>> {
        let mut calls = Vec::new();
        for call in s.calls_not_closed()? {
            if workspace.is_none() || call.workspace.is_none() || call.workspace == workspace {
                calls.push(self.call_view(s, call, now)?);
            }
        }
        in_order(&mut calls);
        Ok(calls)
    }

    pub(super) fn call_view(
        &self,
        s: &Snapshot<'_>,
        call: Call,
        now: Timestamp,
    ) -> StoreResult<CallView> {
        let session = match call.session {
            Some(id) => view_of(s, id)?,
            None => None,
        };
        let task = match call.task {
            Some(id) => s.task(id)?,
            None => None,
        };
        let ask = call.body.ask;
        let tracker = task.as_ref().and_then(|task| task.tracker.clone());
        let until = call.answered_at.or(call.closed_at).unwrap_or(now);
        Ok(CallView {
            id: call.id,
            kind: call.kind,
            state: call.life.state,
            generation: call.life.generation,
            urgency: Urgency::of(call.kind, &ask.detail),
            workspace: call.workspace,
            session: call.session,
            agent: session.as_ref().map(|session| session.agent.clone()),
            subagent: ask.subagent,
            task: call.task,
            task_title: task.as_ref().map(|task| task.title.clone()),
            tracker_url: self.tracker_url(s, call.workspace, tracker.as_deref())?,
            tracker,
            goal: call.body.goal.or_else(|| session.and_then(|session| session.goal)),
            group: group(call.kind.word(), &ask.question, &ask.detail),
            takes_text: call.via.is_answerable() && call.via != CallVia::Callboard,
            irreversible: irreversible(&ask.detail).map(ToOwned::to_owned),
            question: ask.question,
            reason: ask.reason,
            detail: ask.detail,
            options: ask.options,
            steps: call.body.steps,
            blocks: match call.task {
                Some(task) => blocked_by(s, task)?,
                None => Vec::new(),
            },
            can_answer: call.via.is_answerable() && call.life.state == CallState::Open,
            window: call.body.window,
            asked_at: call.asked_at,
            blocked_s: u64::try_from(until.since_ms(call.asked_at) / 1_000).unwrap_or(0),
            expires_at: call.life.expires_at,
            answered_by: call.body.answered_by,
            answered_at: call.answered_at,
            answer: call.body.answer,
            told: call.body.told,
        })
    }
}

/// Calls that rules answered since a moment, newest first.
pub(super) fn ruled_since(
    s: &Snapshot<'_>,
    workspace: WorkspaceId,
    from: Timestamp,
) -> StoreResult<Vec<RuledCall>> {
    let answered = s.calls_answered(from, callboard_store::limits::CALLS)?;
    let here = answered.into_iter().filter(|call| call.workspace == Some(workspace));
    let ruled = here.filter_map(|call| {
        let rule = call.body.answered_by.as_deref()?.strip_prefix(RULE)?.to_owned();
        let effect = call.body.ask.effect_of(call.body.answer.as_ref()?)?;
        Some(RuledCall {
            call: call.id,
            session: call.session,
            allowed: effect == Effect::Allow,
            question: call.body.ask.question,
            rule,
            at: call.answered_at?,
        })
    });
    Ok(ruled.collect())
}

/// Most urgent first; within a rank, what has blocked the most for the longest.
fn in_order(calls: &mut [CallView]) {
    calls.sort_by_key(|call| {
        let blocked_ms = i64::try_from(call.blocked_s).unwrap_or(i64::MAX).saturating_mul(1_000);
        let agents = u32::try_from(call.blocks.len()).unwrap_or(u32::MAX).saturating_add(1);
        // What is answered waits for nobody any more.
        let is_answered = call.state != CallState::Open;
        (is_answered, call.urgency, std::cmp::Reverse(weight(blocked_ms, agents)), call.id)
    });
}

/// The tasks that wait for this one and are not done.
fn blocked_by(s: &Snapshot<'_>, task: TaskId) -> StoreResult<Vec<TaskId>> {
    let all = s.tasks(None)?;
    let waits = all.iter().filter(|other| other.waits_for.contains(&task));
    Ok(waits.filter(|other| other.column != Column::Done).map(|other| other.id).collect())
}

/// What calls that ask the same have in common: neither where they would run nor what their agents say they are for.
fn group(kind: &str, question: &str, detail: &CallDetail) -> String {
    let detail = match detail {
        CallDetail::Command { command, .. } => {
            CallDetail::Command { command: command.clone(), cwd: None, description: None }
        }
        other => other.clone(),
    };
    let mut hasher = std::hash::DefaultHasher::new();
    (kind, question, serde_json::to_string(&detail).unwrap_or_default()).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
