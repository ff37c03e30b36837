//! After an upgrade, sessions that were folded by other rules are folded anew, and after a crash those whose
//! fold was left in part: beside the writer, newest first. Until then their rows are those of before.

use std::sync::Arc;

use callboard_agents::StopFlag;
use callboard_model::fold::{SessionFold, VERSION};
use callboard_model::{Seq, SessionId};
use serde_json::json;

use crate::core::view_of;
use crate::transcript::Retelling;
use crate::{Engine, EngineError};

/// The setting that tells by which rules all sessions are folded.
const SETTING: &str = "fold_version";

/// A fold made anew, of all events up to `seq`.
pub(crate) struct Refolded {
    pub(crate) session: SessionId,
    pub(crate) fold: SessionFold,
    pub(crate) seq: Seq,
}

/// Folds anew what other rules folded, and ends.
pub(crate) fn start(engine: &Arc<Engine>, stop: StopFlag) {
    let engine = engine.clone();
    std::thread::spawn(move || {
        callboard_os::thread::give_way();
        match refold_all(&engine, &stop) {
            Ok(()) | Err(EngineError::Ending) => {}
            Err(error) => {
                tracing::warn!(%error, "sessions could not be folded anew; the next start does it")
            }
        }
    });
}

fn refold_all(engine: &Engine, stop: &StopFlag) -> Result<(), EngineError> {
    let now = json!(VERSION);
    let sessions = engine.read(|s| {
        if s.setting(SETTING)?.as_ref() == Some(&now) {
            return Ok(s.folded_in_part()?);
        }
        Ok(s.folded_otherwise(VERSION)?)
    })?;
    for session in sessions {
        if stop.stopped() {
            return Ok(());
        }
        let refolded = engine.read(|s| {
            // A subagent's own row names its parent, which is there by now.
            if view_of(s, session)?.is_none() {
                return Ok(None);
            }
            let (fold, seq) = Retelling::new(s).fold(session)?;
            Ok(Some(Refolded { session, fold, seq }))
        })?;
        if let Some(refolded) = refolded {
            engine.ask(move |core| core.take_refolded(refolded))?;
        }
    }
    engine.ask(move |core| core.put_setting(SETTING, &now))
}
