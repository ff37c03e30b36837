//! Answers in Claude Code's words (`PermissionResult` of `sdk.d.ts`).

use callboard_model::call::{Ask, CallAnswer, CallDetail, CallKind, Effect};
use serde_json::{Map, Value, json};

use super::ask::is_kept;
use crate::drive::Refusal;

/// The model reads this where its user gave no reason.
const NO_REASON: &str = "Your user does not allow this.";

/// What the agent is told.
pub(super) fn response(ask: &Ask, answer: &CallAnswer) -> Result<Value, Refusal> {
    let effect = ask.effect_of(answer).ok_or_else(|| {
        Refusal::Misfit("there is no such option; see the options of the call".to_owned())
    })?;
    if !ask.reply["elicitation"].is_null() {
        return Ok(elicited(ask, answer, effect));
    }
    let input = &ask.reply["input"];
    let deny = |stops: bool| {
        let message = answer.text.as_deref().unwrap_or(NO_REASON);
        json!({"behavior": "deny", "message": message, "interrupt": stops})
    };
    Ok(match effect {
        Effect::Deny => deny(false),
        Effect::DenyAndStop => deny(true),
        Effect::Choose => json!({"behavior": "allow", "updatedInput": answered(ask, answer)?}),
        Effect::Allow | Effect::Acknowledge => json!({"behavior": "allow", "updatedInput": input}),
        Effect::AllowSession | Effect::AllowAlways => {
            let rules = rules(ask, effect == Effect::AllowSession);
            json!({"behavior": "allow", "updatedInput": input, "updatedPermissions": rules})
        }
    })
}

/// The rules that the agent suggested; for a session alone, none of them is written down.
fn rules(ask: &Ask, session_only: bool) -> Value {
    if ask.kind == CallKind::Plan {
        return json!([{"type": "setMode", "mode": "acceptEdits", "destination": "session"}]);
    }
    let suggested = ask.reply["suggestions"].as_array().cloned().unwrap_or_default();
    let adapted = suggested.into_iter().map(|mut rule| {
        if session_only && is_kept(&rule) {
            rule["destination"] = "session".into();
        }
        rule
    });
    Value::Array(adapted.collect())
}

/// The input with what was chosen: `answers: {"<question>": "<label>, <label>"}`.
fn answered(ask: &Ask, answer: &CallAnswer) -> Result<Value, Refusal> {
    let CallDetail::Questions { questions } = &ask.detail else {
        return Err(Refusal::Misfit("nothing is to be chosen here".to_owned()));
    };
    let mut answers = Map::new();
    for question in questions {
        let given = answer.answers.get(&question.question).map(|chosen| chosen.join(", "));
        let chosen = || {
            let option = ask.options.iter().find(|o| answer.option.as_ref() == Some(&o.id))?;
            Some(option.label.clone())
        };
        let words = given.or_else(chosen).or_else(|| answer.text.clone());
        let words = words.ok_or_else(|| {
            Refusal::Misfit(format!("there is no answer to “{}”", question.question))
        })?;
        answers.insert(question.question.clone(), words.into());
    }
    let mut input = ask.reply["input"].clone();
    input["answers"] = Value::Object(answers);
    Ok(input)
}

/// Words for a server of tools; one property takes free text.
fn elicited(ask: &Ask, answer: &CallAnswer, effect: Effect) -> Value {
    if matches!(effect, Effect::Deny | Effect::DenyAndStop) {
        return json!({"action": "decline"});
    }
    let mut content = Map::new();
    for (name, values) in &answer.answers {
        content.insert(name.clone(), values.join(", ").into());
    }
    let properties = ask.reply["elicitation"]["properties"].as_object();
    let only = properties.filter(|p| p.len() == 1).and_then(|p| p.keys().next());
    if let (Some(name), Some(text)) = (only, &answer.text) {
        content.insert(name.clone(), text.clone().into());
    }
    json!({"action": "accept", "content": content})
}
