//! What an agent asks its user by a tool: a call like any other, whose answer it fetches or is told.

use std::hash::{Hash, Hasher};

use callboard_model::call::{Ask, CallDetail, CallKind, CallOption, CallState, CallVia, Effect};
use callboard_model::event::QuestionItem;
use callboard_model::owned::OwnedState;
use callboard_model::session::TurnState;
use callboard_model::{CallId, SessionId, text};

use crate::core::{told_of, words_of};
use crate::{Engine, EngineError, limits};

/// How far the answer to a question is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answering {
    /// Nobody has answered yet.
    Waits,
    /// In the words of whoever answered.
    Answered(String),
    /// It is over without an answer, and why.
    Over(String),
}

impl Engine {
    /// Asks the user of a session; the same question again is the same call, until its answer was taken.
    ///
    /// # Errors
    /// When nothing is asked, too much, or too much at once: nothing is asked then.
    pub fn ask_user(
        &self,
        session: SessionId,
        question: &str,
        options: Vec<String>,
        why: Option<String>,
    ) -> Result<CallId, EngineError> {
        let question = question.trim().to_owned();
        let length = question.chars().count() + options.iter().map(String::len).sum::<usize>();
        if question.is_empty() || length > limits::SAID_CHARS {
            return Err(EngineError::Refused {
                text: "a question has between 1 and 4000 characters; nothing was asked".to_owned(),
                hint: "ask what has to be decided, in a few sentences",
            });
        }
        let mut hasher = std::hash::DefaultHasher::new();
        (&question, &options).hash(&mut hasher);
        let choices = options.iter().zip(1..).map(|(label, number): (&String, u32)| CallOption {
            id: number.to_string(),
            label: label.clone(),
            effect: Effect::Choose,
            writes: None,
        });
        let ask = Ask {
            key: format!("tool:{:016x}", hasher.finish()),
            kind: CallKind::Question,
            question: text::one_line(&question),
            options: choices.collect(),
            detail: CallDetail::Questions {
                questions: vec![QuestionItem { question, options, multiple: false }],
            },
            tool_use_id: None,
            subagent: None,
            reason: why.filter(|why| !why.trim().is_empty()),
            reply: serde_json::Value::Null,
        };
        self.ask(move |core| core.ask_by_tool(session, &ask))
    }

    /// Gives the answer to who asked by a tool and has ended its turn since, where Callboard drives it: it would hear of
    /// it at its next step only, and waits for that.
    pub(crate) fn bring_answer(&self, id: CallId) -> Result<(), EngineError> {
        let Some(call) = self.read(|s| Ok(s.call(id)?))? else { return Ok(()) };
        let (Some(session), Some(told)) = (call.session, told_of(&call)) else { return Ok(()) };
        let view = self.session(session)?;
        let is_driven = view.owned.is_some_and(|owned| owned.state == OwnedState::Running);
        if call.life.state != CallState::Answered
            || !is_driven
            || view.facts.turn.is != TurnState::Idle
        {
            return Ok(());
        }
        match self.send(session, told) {
            Ok(_) => self.ask(move |core| core.answer_taken(id)),
            // It is told at its next step all the same.
            Err(error) => {
                tracing::warn!(%error, call = %id, "an answer waits for its session's next step");
                Ok(())
            }
        }
    }

    /// How far the answer to a session's own question is; one that is given counts as taken.
    ///
    /// # Errors
    /// When it asked no such question.
    pub fn take_answer(&self, session: SessionId, id: CallId) -> Result<Answering, EngineError> {
        let call = self.read(|s| Ok(s.call(id)?))?.ok_or_else(|| EngineError::no_call(id))?;
        if call.via != CallVia::Tool || call.session != Some(session) {
            return Err(EngineError::Refused {
                text: format!("{id} is no question that you asked; nothing was done"),
                hint: "name the handle that `ask` gave you",
            });
        }
        let words = call.body.answer.as_ref().map(|answer| words_of(&call.body.ask, answer));
        Ok(match (call.life.state, words) {
            (CallState::Open, _) => Answering::Waits,
            (CallState::Answered, Some(words)) => {
                self.ask(move |core| core.answer_taken(id))?;
                Answering::Answered(words)
            }
            // Whoever asks again has not heard it.
            (_, Some(words)) => Answering::Answered(words),
            (_, None) => Answering::Over(call.body.told.unwrap_or_else(|| "closed".to_owned())),
        })
    }
}
