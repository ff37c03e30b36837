//! An owned session in its agent's own program.

use std::path::{Path, PathBuf};

use callboard_model::SessionId;
use callboard_model::session::TurnState;
use callboard_model::view::Attached;

use super::{begin, resume};
use crate::{Engine, EngineError};

impl Engine {
    /// How its agent's own program shows a session; where that cannot be while it is driven, it is ended first.
    ///
    /// # Errors
    /// When it works, or runs elsewhere.
    pub fn attach(&self, session: SessionId) -> Result<Attached, EngineError> {
        let view = self.session(session)?;
        let (agent, driver) = self.agent_for(view.workspace, Some(view.agent.as_str()))?;
        let mode = self.session_detail(session)?.mode;
        let shown = |socket: Option<&Path>| {
            let program = begin::program_of(agent, &self.config.environment).ok()?;
            driver.attachment(&program, &view.agent_session_id, socket, mode.as_deref())
        };
        if shown(None).is_none() {
            return Err(EngineError::Refused {
                text: format!(
                    "{} has no window that shows {session}; it was left alone",
                    view.agent
                ),
                hint: "its session page and `callboard session show` tell what it says",
            });
        }
        let owned = self.read(|s| Ok(s.owned_of_session(session)?))?;
        let driven = owned.filter(|owned| !owned.state.is_over());
        let mut socket = None;
        match driven {
            Some(owned) if driver.capabilities().attach_while_driven => {
                socket = owned.socket.map(PathBuf::from);
            }
            Some(owned) => {
                if owned.turn.waits_for_user() {
                    let calls = self.read(|s| Ok(s.calls_of_session(session)?))?;
                    let asked = calls.iter().find(|call| call.kind.is_asked());
                    let asked =
                        asked.map_or_else(|| "you".to_owned(), |call| format!("{}", call.id));
                    return Err(EngineError::Refused {
                        text: format!("{session} asks ({asked}); it was left alone"),
                        hint: "answer it with `callboard answer`, or interrupt it with `callboard interrupt`",
                    });
                }
                if owned.turn != TurnState::Idle {
                    return Err(EngineError::Refused {
                        text: format!("{session} works; it was left alone"),
                        hint: "wait until it is ready, or interrupt it with `callboard interrupt`",
                    });
                }
                self.stop_owned(owned.id)?;
            }
            None => resume::refuse_second_writer(self, &view.agent, &view.agent_session_id)?,
        }
        let how = shown(socket.as_deref()).ok_or(EngineError::Ending)?;
        Ok(Attached {
            program: how.program.to_string_lossy().into_owned(),
            args: how.args,
            cwd: view.cwd.unwrap_or_default(),
        })
    }
}
