//! Answers in Claude Code's words (`PermissionResult` of `sdk.d.ts`).

use callboard_model::call::{Ask, CallAnswer, CallKind, Effect};
use serde_json::{Map, Value, json};

use super::super::ask::decision;
use crate::drive::Refusal;

/// What the agent is told.
pub(super) fn response(ask: &Ask, answer: &CallAnswer) -> Result<Value, Refusal> {
    let effect = ask.effect_of(answer).ok_or_else(|| {
        Refusal::Misfit("there is no such option; see the options of the call".to_owned())
    })?;
    if !ask.reply["elicitation"].is_null() {
        return Ok(elicited(ask, answer, effect));
    }
    let misfit = || Refusal::Misfit("not every question has an answer".to_owned());
    let mut decision = decision(ask, answer).ok_or_else(misfit)?;
    if decision["behavior"] == "allow" {
        // A request of this kind is answered with its whole input (2.1.329).
        if decision["updatedInput"].is_null() {
            decision["updatedInput"] = ask.reply["input"].clone();
        }
        if ask.kind == CallKind::Plan && effect == Effect::AllowSession {
            let edits = json!({"type": "setMode", "mode": "acceptEdits", "destination": "session"});
            decision["updatedPermissions"] = json!([edits]);
        }
    }
    Ok(decision)
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
