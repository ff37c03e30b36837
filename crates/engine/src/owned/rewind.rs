//! Going back: each turn leaves a snapshot of the worktree, taken before its agent has the prompt.

use std::path::PathBuf;

use callboard_git::{keep, snapshot};
use callboard_model::SessionId;
use callboard_model::owned::{Beginning, Owned, OwnedPrompt, OwnedState, TurnSnapshot};
use callboard_model::session::TurnState;
use callboard_model::text;
use callboard_model::view::{
    GoOn, OwnedView, RewindTo, Rewound, RewoundConversation, SessionView, TurnView,
};

use crate::{Engine, EngineError, limits};

/// The folder of all repositories of snapshots, one for each workspace.
const SNAPSHOTS: &str = "snapshots";

/// Where an owned session's files are, and where its snapshots are.
fn places(engine: &Engine, owned: &Owned) -> Option<(PathBuf, PathBuf)> {
    let top = owned.cwd.as_ref().map(PathBuf::from)?;
    let store = engine.home().join(SNAPSHOTS).join(format!("{}.git", owned.workspace));
    callboard_git::locate(&top).filter(|found| found.top == top)?;
    Some((top, store))
}

/// Takes a snapshot for each of the prompts that has none. A turn goes on without one where none can be taken.
pub(super) fn take(engine: &Engine, owned: &Owned, prompts: &[OwnedPrompt]) -> Vec<TurnSnapshot> {
    let Some((top, store)) = places(engine, owned) else { return Vec::new() };
    let known = |prompt: &&OwnedPrompt| !owned.snapshots.iter().any(|s| s.prompt == prompt.id);
    let mut taken = Vec::new();
    for prompt in prompts.iter().filter(known) {
        match snapshot::take(&top, &store, &prompt.id) {
            Ok(()) => taken.push(TurnSnapshot {
                prompt: prompt.id.clone(),
                text: text::clip(&prompt.text, limits::SNIPPET_CHARS),
                at: engine.now(),
            }),
            Err(error) => tracing::warn!(%error, "a turn begins without a snapshot of its files"),
        }
    }
    taken
}

impl Engine {
    /// The turns of an owned session that it can go back to, oldest first.
    ///
    /// # Errors
    /// When there is no such session, or it was not started by Callboard.
    pub fn turns(&self, session: SessionId) -> Result<Vec<TurnView>, EngineError> {
        let (_, owned) = self.rewindable(session)?;
        Ok(turns_of(&owned))
    }

    /// Restores the files to what they were before a prompt, keeping what that replaces, and has the conversation go
    /// on from there, where its agent can.
    ///
    /// # Errors
    /// When a turn goes on, there is no snapshot, or what is there cannot be kept: nothing was changed then.
    pub fn rewind(&self, session: SessionId, to: &RewindTo) -> Result<Rewound, EngineError> {
        let (view, owned) = self.rewindable(session)?;
        let index = index_of(&owned, &to.prompt)?;
        let turn = owned.snapshots[index].clone();
        let (top, store) = places(self, &owned).ok_or_else(|| EngineError::Refused {
            text: format!("the files of {session} are no longer there; nothing was changed"),
            hint: "`callboard worktree restore` brings a removed worktree back",
        })?;
        self.refuse_at_work(&view, &owned)?;
        let would = snapshot::compare(&top, &store, &turn.prompt)?;
        let kept = (!would.is_empty())
            .then(|| format!("{session}-rewind-{}", self.now().as_millisecond()));
        let before = match to.files_only {
            true => None,
            false => self.entry_before(&view, &turn)?,
        };
        if before.is_some() && !owned.state.is_over() {
            self.stop_owned(owned.id)?;
        }
        if let Some(name) = &kept {
            keep::keep(&top, name)?;
        }
        let changes = snapshot::go_back(&top, &store, &turn.prompt)?;
        let (id, about) = (owned.id, (turn.prompt.clone(), kept.clone()));
        self.ask(move |core| core.note_rewound(id, &about.0, about.1.as_deref()))?;
        let (conversation, driven) = match before {
            Some(at) => {
                let goes_on = self.go_on_at(&view, &owned, index, at)?;
                (RewoundConversation::Rewound, Some(goes_on))
            }
            None => self.tell_restored(&owned, &turn, to.files_only, kept.as_deref())?,
        };
        let names = |paths: &[PathBuf]| {
            paths.iter().map(|path| path.to_string_lossy().into_owned()).collect()
        };
        Ok(Rewound {
            session,
            to: turns_of(&owned).swap_remove(index),
            kept,
            written: names(&changes.written),
            removed: names(&changes.removed),
            conversation,
            owned: driven,
        })
    }

    fn rewindable(&self, session: SessionId) -> Result<(SessionView, Owned), EngineError> {
        let view = self.session(session)?;
        let owned = self.read(|s| Ok(s.owned_of_session(session)?))?;
        let owned = owned.ok_or_else(|| EngineError::Refused {
            text: format!("{session} was not started by Callboard: it has no snapshots"),
            hint: "see what it changed with `git diff` in its checkout",
        })?;
        Ok((view, owned))
    }

    fn refuse_at_work(&self, view: &SessionView, owned: &Owned) -> Result<(), EngineError> {
        if !is_idle(owned) {
            return Err(EngineError::Conflict {
                text: format!("a turn of {} goes on; nothing was changed", view.id),
                hint: "wait for its end, or break it off with `callboard interrupt`",
            });
        }
        if owned.state.is_over() {
            super::resume::refuse_second_writer(self, &view.agent, &view.agent_session_id)?;
            self.refuse_beside_successor(view.id)?;
        }
        Ok(())
    }

    /// What the conversation ends with once the prompt and all behind it are dropped, where its agent can do that.
    fn entry_before(
        &self,
        view: &SessionView,
        turn: &TurnSnapshot,
    ) -> Result<Option<String>, EngineError> {
        let (_, driver) = self.agent_for(view.workspace, Some(view.agent.as_str()))?;
        Ok(driver.entry_before(&self.config.environment, &view.agent_session_id, &turn.prompt))
    }

    fn go_on_at(
        &self,
        view: &SessionView,
        before: &Owned,
        index: usize,
        at: String,
    ) -> Result<OwnedView, EngineError> {
        let native = view.agent_session_id.clone();
        let asked = Owned {
            session: Some(view.id),
            native: Some(native.clone()),
            beginning: Beginning::ResumeAt { id: native, at },
            snapshots: before.snapshots[..index].to_vec(),
            ..self.going_on(view, GoOn::default())?
        };
        self.ask_for(vec![asked])?.pop().ok_or(EngineError::Ending)
    }

    /// The conversation goes on from where it is: its agent is told what became of the files.
    fn tell_restored(
        &self,
        owned: &Owned,
        turn: &TurnSnapshot,
        files_only: bool,
        kept: Option<&str>,
    ) -> Result<(RewoundConversation, Option<OwnedView>), EngineError> {
        if files_only || kept.is_none() || owned.state.is_over() {
            return Ok((RewoundConversation::Untouched, None));
        }
        let kept =
            kept.map(|name| format!(" What they were until now is kept as {}{name}.", keep::KEPT));
        let words = format!(
            "The files of this worktree were restored to what they were before the prompt “{}”.{} Take no \
             further step until you are asked.",
            turn.text,
            kept.unwrap_or_default()
        );
        Ok((RewoundConversation::Told, Some(self.send_to(owned.id, words)?)))
    }
}

/// Whether no turn goes on, and none is about to begin.
fn is_idle(owned: &Owned) -> bool {
    owned.state.is_over()
        || (owned.state == OwnedState::Running
            && owned.turn == TurnState::Idle
            && owned.limited.is_none()
            && !owned.has_prompts())
}

fn turns_of(owned: &Owned) -> Vec<TurnView> {
    let turns = owned.snapshots.iter().enumerate();
    turns
        .map(|(index, turn)| TurnView {
            number: index + 1,
            prompt: turn.prompt.clone(),
            text: turn.text.clone(),
            at: turn.at,
        })
        .collect()
}

/// The turn that a number or a prompt's id names.
fn index_of(owned: &Owned, to: &str) -> Result<usize, EngineError> {
    let by_number = to.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let by_number = by_number.filter(|index| *index < owned.snapshots.len());
    let by_id = || owned.snapshots.iter().position(|turn| turn.prompt == to);
    by_number.or_else(by_id).ok_or_else(|| EngineError::NotFound {
        what: format!("prompt {to} with a snapshot"),
        hint: "list them with `callboard rewind S41`",
    })
}

#[cfg(test)]
mod tests {
    use callboard_model::owned::PromptStep;
    use callboard_model::{AgentName, Timestamp, WorkspaceId};

    use super::*;

    #[test]
    fn a_refused_prompt_is_no_turn_that_goes_on() {
        let at = Timestamp::from_millisecond(1);
        let mut owned = Owned {
            state: OwnedState::Running,
            turn: TurnState::Idle,
            prompts: vec![OwnedPrompt::waiting("go".into(), at)],
            ..Owned::asked(WorkspaceId(1), AgentName::known("codex"), at)
        };
        assert!(!is_idle(&owned));
        owned.prompts[0].step = PromptStep::Refused("no".into());
        assert!(is_idle(&owned));
    }
}
