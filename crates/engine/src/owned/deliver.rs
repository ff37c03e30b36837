//! Brings answers to the channels of the sessions that asked.

use std::sync::Weak;

use callboard_model::call::CallVia;

use super::channel::Wake;
use crate::{Engine, EngineError, limits};

pub(super) fn start(engine: Weak<Engine>) {
    std::thread::spawn(move || {
        let mut seen = 0;
        loop {
            let Some(engine) = engine.upgrade() else { return };
            if engine.stop.stopped() {
                return;
            }
            match deliver(&engine) {
                Ok(()) => {}
                Err(EngineError::Ending) => return,
                Err(error) => tracing::warn!(%error, "answers wait; they are delivered later"),
            }
            let bell = engine.answers.clone();
            drop(engine);
            seen = bell.wait(seen, limits::CHANNEL_SWEEP);
        }
    });
}

fn deliver(engine: &Engine) -> Result<(), EngineError> {
    for delivery in engine.answers_to_deliver(CallVia::Driver)? {
        let session = delivery.session;
        let owned = engine.read(|s| Ok(s.owned_of_session(session)?))?;
        let Some(owned) = owned.filter(|owned| !owned.state.is_over()) else {
            let why = "its agent does not run".to_owned();
            engine.answer_undeliverable(delivery.call, delivery.generation, why)?;
            continue;
        };
        // Without a channel yet, it is being taken back: the next look finds it.
        if let Some(channel) = engine.owned.channel(owned.id) {
            // One that is gone is just over, which closes the call; one that is full has it at the next look.
            let _ = channel.try_send(Wake::Deliver(Box::new(delivery)));
        }
    }
    Ok(())
}
