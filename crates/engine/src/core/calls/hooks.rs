//! Calls that a hook waits for, and those that their user was notified of.

use callboard_model::call::{CallState, CallStep, CallVia};
use callboard_model::{CallId, Timestamp};
use callboard_store::LogKind;
use serde_json::json;

use super::super::Core;
use super::step;
use crate::EngineError;

impl Core {
    /// The hook that waited is gone; the agent's own dialog may still be there. What was answered and not taken
    /// waits again.
    pub(crate) fn hook_gone(&mut self, id: CallId) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let Some(mut call) = w.view().call(id)? else { return Ok(()) };
            let is_left = matches!(call.life.state, CallState::Open | CallState::Answered);
            if call.via != CallVia::Hook || !is_left {
                return Ok(());
            }
            if step(w, &mut call, CallStep::Reopen).is_ok() {
                (call.body.answer, call.body.answered_by, call.answered_at) = (None, None, None);
            }
            call.via = CallVia::Window;
            call.body.told = Some("the hook that waited for the answer is gone".into());
            w.put_call(&call, LogKind::CALL_MOVED, &json!({ "via": call.via.word() }))?;
            Ok(())
        })
    }
}

impl Core {
    /// The user was notified of these calls.
    pub(crate) fn notified(&mut self, calls: &[CallId], at: Timestamp) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            for id in calls {
                let Some(mut call) = w.view().call(*id)? else { continue };
                call.body.notified_at = Some(at);
                w.put_call(&call, LogKind::CALL_MOVED, &json!({ "notified": true }))?;
            }
            Ok(())
        })
    }
}
