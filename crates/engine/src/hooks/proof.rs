//! What an agent is told at its stop that its work does not show, where its user allows it: once, and once more if
//! something else is missing then.

use std::path::Path;

use callboard_model::receipt::{ReceiptOf, missing};
use callboard_model::{SessionId, stop};

use super::at_stop::{AtStop, HookEnd, has_worked};
use crate::row::fold_of;
use crate::{Engine, EngineError, limits};

/// What the notices are about by which a session is told.
const PROOF: &str = "proof";

impl Engine {
    /// What a session that ends its turn is told of missing proof, twice at most in a turn.
    pub(super) fn ask_for_proof(
        &self,
        session: SessionId,
        end: &HookEnd,
        now: bool,
    ) -> Result<AtStop, EngineError> {
        let view = self.session(session)?;
        let Some(workspace) = view.workspace.filter(|_| view.parent.is_none()) else {
            return Ok(AtStop::No);
        };
        if !self.project_of(workspace)?.receipts.tell_agents {
            return Ok(AtStop::No);
        }
        let (turn, is_read, is_wanted) = self.read(|s| {
            let Some(fold) = fold_of(s, session)? else { return Ok((0, false, false)) };
            let turn = fold.goal.as_ref().map_or(0, |goal| goal.ordinal.0);
            let waits = fold.asks_in_its_last_words();
            Ok((turn, end.is_read(&fold), !waits && has_worked(s, session)?))
        })?;
        if !is_read && !now {
            return Ok(AtStop::Later);
        }
        let subjects = [1, 2].map(|time| format!("{PROOF} {turn} {time}"));
        let told = self.read(|s| {
            let [first, second] = &subjects;
            Ok([s.notice_text(session, first)?, s.notice_text(session, second)?])
        })?;
        let subject = match &told {
            [None, _] => &subjects[0],
            [Some(_), None] if end.is_sent_on => &subjects[1],
            // A hook of the same stop gives what another one is giving, or nothing.
            [Some(_), None] => return self.give_at_stop(session, end, &subjects[0]),
            [Some(_), Some(_)] => return self.give_at_stop(session, end, &subjects[1]),
        };
        if !is_wanted {
            return Ok(AtStop::No);
        }
        if let Some(cwd) = view.cwd.as_deref().and_then(|cwd| callboard_git::locate(Path::new(cwd)))
        {
            self.changes.look_at(&cwd.top, limits::SWEEP_LOOKS_WITHIN);
        }
        let of = ReceiptOf::Session(session);
        let lines = missing(&self.receipt_now(&of)?);
        let text = stop::asks_for_proof(&lines);
        if lines.is_empty() || told[0].as_ref() == Some(&text) {
            return Ok(AtStop::No);
        }
        let (about, words) = (subject.clone(), text);
        self.ask(move |core| core.add_notice_once(session, &about, &words))?;
        self.give_at_stop(session, end, subject)
    }
}
