//! Answers in Codex's words.

use callboard_model::call::{Ask, CallAnswer, CallKind, Effect};
use serde_json::{Map, Value, json};

use crate::drive::Refusal;

/// The result that answers the request.
pub(super) fn result(ask: &Ask, answer: &CallAnswer) -> Result<Value, Refusal> {
    let effect = ask.effect_of(answer).ok_or_else(|| {
        Refusal::Misfit("there is no such option; see the options of the call".to_owned())
    })?;
    let reply = &ask.reply;
    if let Some(questions) = reply["questions"].as_array() {
        return answers(ask, answer, questions);
    }
    if !reply["elicitation"].is_null() {
        return Ok(elicited(ask, answer, effect));
    }
    if let Some(permissions) = reply.get("permissions") {
        return Ok(match effect {
            Effect::AllowSession => json!({"permissions": permissions, "scope": "session"}),
            Effect::Deny | Effect::DenyAndStop => json!({"permissions": {}, "scope": "turn"}),
            _ => json!({"permissions": permissions, "scope": "turn"}),
        });
    }
    Ok(json!({"decision": match effect {
        Effect::AllowSession => json!("acceptForSession"),
        Effect::AllowAlways => {
            json!({"acceptWithExecpolicyAmendment": {"execpolicy_amendment": reply["decision"]}})
        }
        Effect::Deny => json!("decline"),
        Effect::DenyAndStop => json!("cancel"),
        _ => json!("accept"),
    }}))
}

/// Why a permission is refused, where its user says so.
pub(super) fn reason<'a>(ask: &Ask, answer: &'a CallAnswer) -> Option<&'a str> {
    let is_refused = ask.effect_of(answer) == Some(Effect::Deny);
    answer.text.as_deref().filter(|_| is_refused && ask.kind == CallKind::Permission)
}

/// `{"answers": {"<id>": {"answers": ["…"]}}}`.
fn answers(ask: &Ask, answer: &CallAnswer, questions: &[Value]) -> Result<Value, Refusal> {
    let mut answers = Map::new();
    for pair in questions {
        let (question, id) = (pair[0].as_str().unwrap_or_default(), pair[1].as_str());
        let chosen = || {
            let option = ask.options.iter().find(|o| answer.option.as_ref() == Some(&o.id))?;
            Some(vec![option.label.clone()])
        };
        let words = answer.answers.get(question).cloned().or_else(chosen);
        let words = words.or_else(|| answer.text.clone().map(|text| vec![text]));
        let words =
            words.ok_or_else(|| Refusal::Misfit(format!("there is no answer to “{question}”")))?;
        answers.insert(id.unwrap_or_default().to_owned(), json!({"answers": words}));
    }
    Ok(json!({"answers": answers}))
}

fn elicited(ask: &Ask, answer: &CallAnswer, effect: Effect) -> Value {
    if matches!(effect, Effect::Deny | Effect::DenyAndStop) {
        return json!({"action": "decline", "content": null});
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
