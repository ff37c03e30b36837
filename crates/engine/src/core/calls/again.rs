//! What a driver is asked a second time: its agent has no answer, whatever was sent before.

use callboard_model::Timestamp;
use callboard_model::call::{Ask, CallLife, CallStep, CallVia};
use callboard_store::{Call, CallBody, LogKind, Write};
use serde_json::json;

use crate::EngineError;

/// Has the same answer delivered again where the same is asked; where it is something else, that is to be answered
/// anew. A request that nobody answered stays as it is.
pub(super) fn ask_again(w: &mut Write<'_>, call: &mut Call, ask: &Ask) -> Result<(), EngineError> {
    if call.via != CallVia::Driver {
        return Ok(());
    }
    let Some(life) = again(call.life, &mut call.body, ask, w.now()) else { return Ok(()) };
    call.life = life;
    if call.body.answer.is_none() {
        call.answered_at = None;
    }
    w.put_call(call, LogKind::CALL_MOVED, &json!({ "told": call.body.told }))?;
    Ok(())
}

/// The call's life from now on; none if nothing of it changes.
fn again(before: CallLife, body: &mut CallBody, ask: &Ask, now: Timestamp) -> Option<CallLife> {
    let of = |ask: &Ask| (ask.question.clone(), ask.detail.clone(), ask.options.clone());
    let is_same = of(&body.ask) == of(ask);
    let step = if is_same { CallStep::Repeat } else { CallStep::Replace };
    let life = before.after(step, now).ok().filter(|life| *life != before)?;
    body.ask = ask.clone();
    if is_same {
        body.told = Some("the agent asked again: it is sent the same answer".to_owned());
    } else {
        (body.answer, body.answered_by) = (None, None);
        body.told = Some("the agent asks something else now".to_owned());
    }
    Some(life)
}

#[cfg(test)]
mod tests {
    use callboard_model::call::{CallAnswer, CallDetail, CallKind, CallOption, CallState, Effect};
    use serde_json::Value;

    use super::*;

    fn ask(command: &str) -> Ask {
        Ask {
            key: "turn:item".into(),
            kind: CallKind::Permission,
            question: "May I?".into(),
            detail: CallDetail::Command { command: command.into(), cwd: None, description: None },
            options: vec![CallOption {
                id: "yes".into(),
                label: "Yes".into(),
                effect: Effect::Allow,
                writes: None,
            }],
            tool_use_id: None,
            subagent: None,
            reason: None,
            reply: Value::Null,
        }
    }

    #[test]
    fn an_answer_that_was_taken_is_sent_again_to_the_same_question_only() {
        let now = Timestamp::from_millisecond(1);
        let mut body = CallBody::asked(ask("ls"));
        let open = CallLife::asked(None);
        assert_eq!(again(open, &mut body, &ask("ls"), now), None);
        body.answer = Some(CallAnswer::option("yes"));
        let answered = open.after(CallStep::Answer { generation: 1 }, now).unwrap();
        assert_eq!(again(answered, &mut body, &ask("ls"), now), None, "it is on its way");
        let accepted = answered.after(CallStep::Accept, now).unwrap();
        let sent_again = again(accepted, &mut body, &ask("ls"), now).unwrap();
        assert_eq!((sent_again.state, sent_again.generation), (CallState::Answered, 1));
        assert!(body.answer.is_some());
        let other = again(accepted, &mut body, &ask("rm -rf build"), now).unwrap();
        assert_eq!((other.state, other.generation), (CallState::Open, 2));
        assert!(body.answer.is_none() && body.ask == ask("rm -rf build"));
        assert!(again(open, &mut body, &ask("ls"), now).is_some(), "also where nobody answered");
    }
}
