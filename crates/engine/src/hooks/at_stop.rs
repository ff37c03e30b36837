//! What an agent is asked as it stops, once in a session, where its user allows it: what only words hold, while it
//! knows them.

use callboard_agents::Agent;
use callboard_model::fact::FactBody;
use callboard_model::{SessionFold, SessionId, ThreadKey, stop};
use callboard_store::{Notice, Snapshot};

use super::HookContext;
use crate::row::fold_of;
use crate::{Engine, EngineError};

/// What the notice is about by which a session is asked: told, it was.
pub(crate) const AT_STOP: &str = "at its stop";

/// The end of a turn, as a hook tells it.
#[derive(Clone)]
pub struct HookEnd {
    pub(super) agent: &'static dyn Agent,
    pub(super) thread: ThreadKey,
    pub(super) said: Option<String>,
    /// It was sent on before, at the end of the same turn.
    pub(super) is_sent_on: bool,
}

/// Whether an agent that ends its turn is asked something first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtStop {
    /// It is.
    Asked(HookContext),
    /// That is known once its last words are read from its transcript.
    Later,
    /// It is not.
    No,
}

impl Engine {
    /// Whether a session that ends its turn is asked what only its words hold: its user allows it, it has worked, and it
    /// was not asked before. With `now`, it is decided by what is known.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ask_at_stop(&self, end: &HookEnd, now: bool) -> Result<AtStop, EngineError> {
        let session = self.read(|s| Ok(s.session_id(&end.agent.name(), &end.thread)?))?;
        let Some(session) = session else { return Ok(AtStop::Later) };
        match self.ask_for_proof(session, end, now)? {
            AtStop::No => {}
            asked => return Ok(asked),
        }
        if end.is_sent_on || !self.may_be_asked(session)? {
            return Ok(AtStop::No);
        }
        let (is_read, has_worked) = self.read(|s| {
            let Some(fold) = fold_of(s, session)? else { return Ok((false, false)) };
            let waits = fold.asks_in_its_last_words();
            Ok((end.is_read(&fold), !waits && has_worked(s, session)?))
        })?;
        if !is_read && !now {
            return Ok(AtStop::Later);
        }
        if !has_worked {
            return Ok(AtStop::No);
        }
        // Hooks of two connections stop within a few milliseconds: the writer lets one of them ask.
        self.ask(move |core| core.add_notice_once(session, AT_STOP, stop::QUESTION))?;
        self.give_at_stop(session, end, AT_STOP)
    }

    /// Gives the notice about this, if no other hook is giving it.
    pub(super) fn give_at_stop(
        &self,
        session: SessionId,
        end: &HookEnd,
        subject: &str,
    ) -> Result<AtStop, EngineError> {
        let notice = self.read(|s| unasked(s, session, subject))?;
        let notice = self.notices_on_their_way.take(notice.into_iter().collect(), self.now()).pop();
        let Some((hook, notice)) = end.agent.hook().zip(notice) else { return Ok(AtStop::No) };
        let output = hook.sends_on(&notice.text);
        Ok(AtStop::Asked(HookContext { output, notices: vec![notice.id] }))
    }

    fn may_be_asked(&self, session: SessionId) -> Result<bool, EngineError> {
        let view = self.session(session)?;
        let Some(workspace) = view.workspace.filter(|_| view.parent.is_none()) else {
            return Ok(false);
        };
        if !self.project_of(workspace)?.context.ask_at_stop {
            return Ok(false);
        }
        self.read(|s| {
            Ok(s.notices_about(session, AT_STOP)?.is_empty()
                || unasked(s, session, AT_STOP)?.is_some())
        })
    }
}

impl HookEnd {
    /// Whether what the agent said last is read.
    pub(super) fn is_read(&self, fold: &SessionFold) -> bool {
        self.said.as_deref().is_none_or(|said| {
            let read = fold.said.as_ref().map(|words| words.head.as_str()).unwrap_or_default();
            !read.is_empty() && said.trim().starts_with(read)
        })
    }
}

fn unasked(
    s: &Snapshot<'_>,
    session: SessionId,
    subject: &str,
) -> Result<Option<Notice>, EngineError> {
    Ok(s.notices(session)?.into_iter().find(|notice| notice.subject == subject))
}

/// Whether it changed files or ran commands.
pub(super) fn has_worked(s: &Snapshot<'_>, session: SessionId) -> Result<bool, EngineError> {
    let is_work = |body: &FactBody| {
        matches!(body, FactBody::Edited { .. } | FactBody::Ran(_) | FactBody::Committed { .. })
    };
    Ok(s.facts(session)?.iter().any(|fact| is_work(&fact.fact.body)))
}
