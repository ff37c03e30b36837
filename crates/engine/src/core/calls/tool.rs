//! Questions that an agent asks by a tool of Callboard's: it fetches the answer, or is told it at its next step.

use callboard_model::call::{Ask, CallAnswer, CallDetail, CallState, CallStep, CallVia};
use callboard_model::{CallId, SessionId, quote};
use callboard_store::{Call, CallBody, LogKind, NewCall, Write};
use serde_json::json;

use super::{close, step};
use crate::core::{Core, view_of};
use crate::{EngineError, limits};

/// Begins what notices of answers are about.
const ANSWER: &str = "answer:";

impl Core {
    /// Raises the call of a question, or finds the one that stands for the same.
    pub(crate) fn ask_by_tool(
        &mut self,
        session: SessionId,
        ask: &Ask,
    ) -> Result<CallId, EngineError> {
        self.write_for_person(|w| {
            let open = w.view().calls_of_session(session)?;
            let mut asked = open.iter().filter(|call| call.via == CallVia::Tool);
            if let Some(known) = asked.clone().find(|call| call.key == ask.key) {
                return Ok(known.id);
            }
            if asked.nth(limits::QUESTIONS_OF_SESSION - 1).is_some() {
                return Err(EngineError::Refused {
                    text: format!(
                        "{session} waits for {} answers already; nothing was asked",
                        limits::QUESTIONS_OF_SESSION
                    ),
                    hint: "go on with what needs no answer, or put several questions into one",
                });
            }
            let view =
                view_of(&w.view(), session)?.ok_or_else(|| EngineError::no_session(session))?;
            let fold = crate::row::fold_of(&w.view(), session)?;
            let mut body = CallBody::asked(ask.clone());
            body.steps = fold.map(|fold| fold.steps()).unwrap_or_default();
            body.goal.clone_from(&view.goal);
            let new = NewCall {
                workspace: view.workspace,
                session: Some(session),
                task: view.task,
                via: CallVia::Tool,
                expires_at: None,
                body,
            };
            Ok(w.raise_call(new)?.id)
        })
    }

    /// Takes note that a session has the answer of a question: it is not told it again.
    pub(crate) fn answer_taken(&mut self, id: CallId) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let Some(mut call) = w.view().call(id)? else { return Ok(()) };
            w.withdraw_notices(&subject(id))?;
            Ok(taken(w, &mut call)?)
        })
    }
}

/// Has whoever asked by a tool told the answer at its next step, unless it fetches it before.
pub(super) fn tell_answer(w: &mut Write<'_>, call: &Call) -> callboard_store::Result<()> {
    match (call.session, told_of(call)) {
        (Some(session), Some(told)) => w.add_notice(session, &subject(call.id), &told).map(|_| ()),
        _ => Ok(()),
    }
}

/// What whoever asked by a tool is told of the answer; `None` where there is none, or it was asked otherwise.
pub(crate) fn told_of(call: &Call) -> Option<String> {
    let answer = call.body.answer.as_ref().filter(|_| call.via == CallVia::Tool)?;
    let question = quote::line(&call.body.ask.question, limits::SNIPPET_CHARS);
    let words = words_of(&call.body.ask, answer);
    Some(format!("your user answered {} ({question}): {words}", call.id))
}

/// Of what was told just now, answers count as taken.
pub(in crate::core) fn answers_told(
    w: &mut Write<'_>,
    told: &[(SessionId, String)],
) -> callboard_store::Result<()> {
    for (_, subject) in told {
        let id = subject.strip_prefix(ANSWER).and_then(|id| id.parse::<CallId>().ok());
        if let Some(mut call) = id.map(|id| w.view().call(id)).transpose()?.flatten() {
            taken(w, &mut call)?;
        }
    }
    Ok(())
}

fn taken(w: &mut Write<'_>, call: &mut Call) -> callboard_store::Result<()> {
    if call.life.state != CallState::Answered || step(w, call, CallStep::Accept).is_err() {
        return Ok(());
    }
    w.put_call(call, LogKind::CALL_MOVED, &json!({ "told": "the agent took the answer" }))?;
    close(w, call, "the agent took the answer")
}

fn subject(id: CallId) -> String {
    format!("{ANSWER}{id}")
}

/// An answer in the words of whoever gave it.
pub(crate) fn words_of(ask: &Ask, answer: &CallAnswer) -> String {
    let chosen = answer.option.as_ref().map(|id| {
        let option = ask.options.iter().find(|option| option.id == *id);
        option.map_or_else(|| id.clone(), |option| option.label.clone())
    });
    let several = match &ask.detail {
        CallDetail::Questions { questions } => questions.len() > 1,
        _ => false,
    };
    let parts = answer.answers.iter().map(|(question, given)| match several {
        true => format!("{question}: {}", given.join(", ")),
        false => given.join(", "),
    });
    let words: Vec<String> = chosen.into_iter().chain(parts).chain(answer.text.clone()).collect();
    words.join("; ")
}
