//! Answers through the shared daemon (0.169). Whoever resumes a thread is sent what it asks; the first answer of
//! any client is taken, and the terminal's dialog closes. The thread is taken for that alone.

use std::path::Path;

use callboard_model::ThreadKey;
use callboard_model::call::{Ask, CallAnswer, CallDetail, Effect};
use callboard_model::event::FileEdit;
use serde_json::{Value, json};

use super::client::Client;
use super::requested_patch;

const COMMAND: &str = "item/commandExecution/requestApproval";
const PATCH: &str = "item/fileChange/requestApproval";
const TOOL: &str = "mcpServer/elicitation/request";

/// Whether the daemon of `home` has the thread.
pub(in crate::codex) fn serves(home: &Path, thread: &ThreadKey) -> bool {
    let loaded = || {
        let mut client = Client::connect(home)?;
        let mut params = json!({});
        loop {
            let page = client.ask("thread/loaded/list", &params)?;
            let ids = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
            if ids.iter().any(|id| id == thread.native.as_str()) {
                return Ok::<_, String>(true);
            }
            match page["nextCursor"].as_str() {
                Some(cursor) => params = json!({"cursor": cursor}),
                None => return Ok(false),
            }
        }
    };
    loaded().unwrap_or(false)
}

/// Answers what the thread asks, if that is what `ask` says.
pub(in crate::codex) fn answer(
    home: &Path,
    thread: &ThreadKey,
    ask: &Ask,
    answer: &CallAnswer,
) -> Result<(), String> {
    let effect = ask.effect_of(answer).ok_or("the agent takes no such answer")?;
    let mut client = Client::connect(home)?;
    let id = thread.native.as_str();
    let resumed = client.ask("thread/resume", &json!({"threadId": id}))?;
    let rollout = resumed["thread"]["path"].as_str().map(Path::new);
    let patch_of = |item: &str| requested_patch::of_item(rollout?, item);
    let request = client
        .find(|message| message["params"]["threadId"] == id && is_asked(ask, message, &patch_of))
        .map_err(|_| "what it asks now is not surely this; answer in its window".to_owned())?;
    let (request_id, params) = (&request["id"], &request["params"]);
    let result = match request["method"].as_str() {
        Some(TOOL) => elicited(effect),
        _ => json!({"decision": decision(effect, params)?}),
    };
    client.say(&json!({"id": request_id, "result": result}))?;
    client.find(|message| {
        message["method"] == "serverRequest/resolved"
            && message["params"]["requestId"] == *request_id
    })?;
    if let Some(text) = answer.text.as_deref().filter(|_| result["decision"] == "decline") {
        let input = json!([{"type": "text", "text": text}]);
        let steer = json!({"threadId": id, "expectedTurnId": params["turnId"], "input": input});
        if let Err(error) = client.ask("turn/steer", &steer) {
            tracing::warn!(error, "the agent was refused, but not told why");
        }
    }
    // The daemon forgets a client that is gone as well.
    let _ = client.ask("thread/unsubscribe", &json!({"threadId": id}));
    Ok(())
}

/// Whether a message asks exactly that: an answer to one command must never run another. A request to write
/// names its item only; `patch_of` tells what the item writes.
fn is_asked(ask: &Ask, message: &Value, patch_of: &dyn Fn(&str) -> Option<Vec<FileEdit>>) -> bool {
    if message["id"].is_null() {
        return false;
    }
    let params = &message["params"];
    if params["turnId"].is_null() || params["turnId"] != ask.reply["turn"] {
        return false;
    }
    match (message["method"].as_str(), &ask.detail) {
        (Some(COMMAND), CallDetail::Command { command, .. }) => {
            let amendment = params["proposedExecpolicyAmendment"].as_array();
            let actions =
                params["commandActions"].as_array().map(Vec::as_slice).unwrap_or_default();
            let wrapped = amendment.and_then(|words| words.last()).and_then(Value::as_str);
            let known = [params["command"].as_str(), wrapped];
            known.into_iter().flatten().any(|text| text == command)
                || matches!(actions, [only] if only["command"] == command.as_str())
        }
        (Some(PATCH), CallDetail::Edit { files }) => {
            let item = params["itemId"].as_str().unwrap_or_default();
            match &ask.tool_use_id {
                Some(id) => id == item,
                None => !files.is_empty() && patch_of(item).as_ref() == Some(files),
            }
        }
        (Some(TOOL), CallDetail::Tool { tool, input }) => {
            let meta = &params["_meta"];
            let names = (params["serverName"].as_str(), meta["tool_name"].as_str());
            let (Some(server), Some(name)) = names else { return false };
            meta["codex_approval_kind"] == "mcp_tool_call"
                && *tool == format!("mcp__{server}__{name}")
                && meta["tool_params"] == *input
        }
        _ => false,
    }
}

fn decision(effect: Effect, params: &Value) -> Result<Value, String> {
    let offered = params["availableDecisions"].as_array();
    let is_offered = |word: &str| offered.is_none_or(|all| all.iter().any(|one| one == word));
    let wanted: &[&str] = match effect {
        Effect::Allow => &["accept"],
        Effect::AllowSession => &["acceptForSession"],
        Effect::Deny => &["decline", "cancel"],
        Effect::DenyAndStop => &["cancel", "decline"],
        Effect::AllowAlways | Effect::Choose | Effect::Acknowledge => &[],
    };
    let word = wanted.iter().find(|word| is_offered(word));
    word.map(|word| Value::from(*word)).ok_or_else(|| "the agent does not offer that".to_owned())
}

fn elicited(effect: Effect) -> Value {
    match effect {
        Effect::Allow | Effect::AllowSession => json!({"action": "accept", "content": {}}),
        Effect::DenyAndStop => json!({"action": "cancel"}),
        _ => json!({"action": "decline"}),
    }
}

#[cfg(test)]
mod tests {
    use callboard_model::call::CallKind;

    use super::*;

    fn ask(command: &str) -> Ask {
        let command = command.to_owned();
        Ask {
            key: "k".into(),
            kind: CallKind::Permission,
            question: String::new(),
            detail: CallDetail::Command { command, cwd: None, description: None },
            options: Vec::new(),
            tool_use_id: None,
            subagent: None,
            reason: None,
            reply: json!({"turn": "u1"}),
        }
    }

    #[test]
    fn only_the_same_command_of_the_same_turn_is_answered() {
        // As captured of 0.169, shortened.
        let request = json!({"method": COMMAND, "id": 0, "params": {"threadId": "t", "turnId": "u1",
            "command": "/bin/bash -lc 'echo one; cat x'",
            "commandActions": [{"type": "unknown", "command": "echo one; cat x"}],
            "availableDecisions": ["accept", {"acceptWithExecpolicyAmendment": {}}, "cancel"]}});
        assert!(is_asked(&ask("echo one; cat x"), &request, &|_| None));
        assert!(!is_asked(&ask("echo one"), &request, &|_| None));
        let mut other = ask("echo one; cat x");
        other.reply = json!({"turn": "u2"});
        assert!(!is_asked(&other, &request, &|_| None));
        let params = &request["params"];
        assert_eq!(decision(Effect::Allow, params), Ok(json!("accept")));
        assert_eq!(decision(Effect::Deny, params), Ok(json!("cancel")));
        assert!(decision(Effect::AllowSession, params).is_err());
    }

    #[test]
    fn only_the_same_patch_is_allowed() {
        // As captured of 0.169.
        let request = json!({"method": PATCH, "id": 1, "params": {"threadId": "t", "turnId": "u1",
            "itemId": "call_1", "reason": null, "grantRoot": null}});
        let of = |line: &str| vec![crate::codex::patch::written("/x.txt".into(), line)];
        let mut ask = ask("");
        ask.detail = CallDetail::Edit { files: of("one") };
        assert!(is_asked(&ask, &request, &|item| (item == "call_1").then(|| of("one"))));
        assert!(!is_asked(&ask, &request, &|_| Some(of("two"))));
        assert!(!is_asked(&ask, &request, &|_| None), "what it writes is not known");
        let mut of_no_turn = request.clone();
        of_no_turn["params"]["turnId"] = Value::Null;
        assert!(!is_asked(&ask, &of_no_turn, &|_| Some(of("one"))));
        ask.reply = json!({"turn": null});
        assert!(!is_asked(&ask, &of_no_turn, &|_| Some(of("one"))));
        ask.reply = json!({"turn": "u1"});
        ask.tool_use_id = Some("call_2".into());
        assert!(!is_asked(&ask, &request, &|_| Some(of("one"))));
        ask.tool_use_id = Some("call_1".into());
        assert!(is_asked(&ask, &request, &|_| None));
    }

    #[test]
    fn only_the_same_use_of_a_tool_is_allowed() {
        // As captured of 0.169, shortened.
        let request = json!({"method": TOOL, "id": 0, "params": {"threadId": "t", "turnId": "u1",
            "serverName": "rig", "_meta": {"codex_approval_kind": "mcp_tool_call",
            "tool_name": "ping", "tool_params": {"message": "hello"}}}});
        let of = |tool: &str, message: &str| {
            let mut ask = ask("");
            let input = json!({"message": message});
            ask.detail = CallDetail::Tool { tool: tool.into(), input };
            ask
        };
        let is_asked = |ask: &Ask, request| is_asked(ask, request, &|_| None);
        assert!(is_asked(&of("mcp__rig__ping", "hello"), &request));
        assert!(!is_asked(&of("mcp__rig__ping", "other"), &request));
        assert!(!is_asked(&of("mcp__rig__drop", "hello"), &request));
        assert!(!is_asked(&of("mcp__other__ping", "hello"), &request));
        let mut of_no_turn = request.clone();
        of_no_turn["params"]["turnId"] = Value::Null;
        assert!(!is_asked(&of("mcp__rig__ping", "hello"), &of_no_turn));
    }
}
