//! What Claude Code asks its driver: `can_use_tool`, which is what its hook asks too, and `elicitation`.

use std::path::Path;

use callboard_model::call::{Ask, CallDetail, CallKind, Effect};
use serde_json::json;

use super::super::ask::asked;
use crate::ask::option;
use crate::fields::{Fields, Raw};

/// What the request asks; `None` for requests of other kinds.
pub(super) fn of(id: &str, request: &Fields<'_>, cwd: &Path) -> Option<Ask> {
    match request.str("subtype").as_deref() {
        Some("can_use_tool") => tool(id, request, cwd),
        Some("elicitation") => Some(elicitation(id, request)),
        _ => None,
    }
}

fn tool(id: &str, request: &Fields<'_>, cwd: &Path) -> Option<Ask> {
    let mut ask = asked(id.to_owned(), request, "input", cwd)?;
    if ask.kind == CallKind::Plan {
        let edits = option("session", "Approve and accept edits", Effect::AllowSession);
        ask.options.insert(1, edits);
    }
    Some(ask)
}

/// A server of tools asks for words: `{mcp_server_name, message, requested_schema}`.
fn elicitation(id: &str, request: &Fields<'_>) -> Ask {
    let server = request.text("mcp_server_name").unwrap_or_default();
    let schema = request.get("requested_schema").map(Raw::value).unwrap_or_default();
    Ask {
        key: id.to_owned(),
        kind: CallKind::Question,
        question: request.text("message").unwrap_or_default(),
        detail: CallDetail::Tool { tool: server, input: schema.clone() },
        options: vec![
            option("yes", "Accept", Effect::Allow),
            option("no", "Decline", Effect::Deny),
        ],
        tool_use_id: None,
        subagent: None,
        reason: None,
        reply: json!({"elicitation": schema}),
    }
}
