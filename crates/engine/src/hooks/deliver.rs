//! Answers that go through an agent's own server.

use std::sync::{Arc, Weak};

use callboard_agents::StopFlag;
use callboard_model::call::CallVia;

use crate::calls::Delivery;
use crate::{Engine, EngineError, limits};

/// Delivers them on a thread of its own, until told to stop: an agent may take seconds.
pub(crate) fn start(engine: &Arc<Engine>, stop: StopFlag) {
    let engine: Weak<Engine> = Arc::downgrade(engine);
    std::thread::spawn(move || {
        let mut seen = 0;
        while !stop.stopped() {
            let Some(engine) = engine.upgrade() else { return };
            match engine.answers_to_deliver(CallVia::Server) {
                Ok(answers) => answers.into_iter().for_each(|answer| engine.deliver(answer)),
                Err(EngineError::Ending) => return,
                Err(error) => tracing::warn!(%error, "answers wait to be delivered"),
            }
            seen = engine.wait_for_answers(seen, limits::ANSWERS_LOOK_AGAIN);
        }
    });
}

impl Engine {
    fn deliver(&self, delivery: Delivery) {
        let Delivery { call, generation, agent, thread, ask, answer, .. } = delivery;
        let mut homes = self.homes.iter().filter(|home| home.agent.name() == agent);
        let given = match homes.find(|home| home.agent.serves(&home.path, &thread)) {
            Some(home) => home.agent.answer_by_server(&home.path, &thread, &ask, &answer),
            None => Err("the agent's server no longer has the session".to_owned()),
        };
        let told = match given {
            Ok(()) => self.answer_accepted(call, generation),
            Err(why) => self.answer_undeliverable(call, generation, why),
        };
        if let Err(error) = told {
            tracing::warn!(%error, %call, "what became of an answer was not kept");
        }
    }
}
