//! Sessions that a limit of their agent's service holds up.

use callboard_model::Timestamp;
use callboard_model::owned::{Owned, OwnedState};

use crate::{Engine, EngineError, limits};

/// What an agent is told when the limit that held it up is over.
const GO_ON: &str = "Go on where you stopped.";

/// Has sessions go on whose limit is over.
pub(super) fn go_on_after_limits(engine: &Engine, owned: &[Owned]) -> Result<(), EngineError> {
    for one in owned {
        if after(one, engine.now()) == AfterLimit::Held {
            continue;
        }
        let id = one.id;
        // The list is as old as what was done since: whether it goes on is looked at where it is written.
        if engine.ask(move |core| core.go_on_after_limit(id, GO_ON, after))? {
            engine.tell_of_prompts(id);
        }
    }
    Ok(())
}

/// What is due for a session that a limit may hold up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterLimit {
    /// It is left as it is.
    Held,
    /// The limit is taken off; it has prompts that it goes on with.
    Free,
    /// The limit is taken off, and it is told to go on.
    GoOn,
}

fn after(owned: &Owned, now: Timestamp) -> AfterLimit {
    let is_running = owned.state == OwnedState::Running && !owned.is_stopped;
    let is_over = limit_ends(owned).is_some_and(|due| due <= now);
    match (is_running && is_over, owned.has_prompts()) {
        (false, _) => AfterLimit::Held,
        (true, true) => AfterLimit::Free,
        (true, false) => AfterLimit::GoOn,
    }
}

/// When the limit that holds it up is over, or is tried again.
pub(super) fn limit_ends(owned: &Owned) -> Option<Timestamp> {
    let limited = owned.limited.as_ref()?;
    limited.until.or_else(|| Some(owned.turn_at?.plus_ms(limits::LIMIT_TRIED_MS)))
}

#[cfg(test)]
mod tests {
    use callboard_model::owned::{Limited, OwnedPrompt, PromptStep};
    use callboard_model::{AgentName, WorkspaceId};

    use super::*;

    #[test]
    fn a_session_is_told_to_go_on_once_and_not_on_top_of_its_user() {
        let at = Timestamp::from_millisecond;
        let limited = Limited { until: Some(at(5)), text: "over".into() };
        let owned = Owned {
            state: OwnedState::Running,
            limited: Some(limited),
            ..Owned::asked(WorkspaceId(1), AgentName::known("claude"), at(1))
        };
        assert_eq!(after(&owned, at(4)), AfterLimit::Held);
        assert_eq!(after(&owned, at(5)), AfterLimit::GoOn);
        let written = OwnedPrompt::waiting("Go on, and be quick".into(), at(4));
        let refused = OwnedPrompt { step: PromptStep::Refused("no".into()), ..written.clone() };
        let with = |prompt| Owned { prompts: vec![prompt], ..owned.clone() };
        assert_eq!(after(&with(written), at(5)), AfterLimit::Free);
        assert_eq!(after(&with(refused), at(5)), AfterLimit::GoOn);
        let freed = Owned { limited: None, ..owned.clone() };
        assert_eq!(after(&freed, at(5)), AfterLimit::Held, "it went on since");
        let stopped = Owned { is_stopped: true, ..owned };
        assert_eq!(after(&stopped, at(5)), AfterLimit::Held);
    }
}
