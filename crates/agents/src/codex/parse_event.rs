//! Notifications: `event_msg`. Those that repeat an item of the conversation yield nothing; what only they tell is here.

use callboard_model::EventBody;
use callboard_model::event::{
    Command, Edit, Failure, Tool, ToolResult, ToolUse, Turn, TurnPhase, Usage,
};
use serde_json::Value;

use super::parse::Record;
use super::parse_call;
use crate::fields::{Fields, Raw};

/// Notifications of which the conversation's items tell the same, or that tell nothing of the work.
const REPEATED: &[&str] = &[
    "user_message",
    "agent_message",
    "agent_reasoning",
    "agent_reasoning_raw_content",
    "agent_reasoning_section_break",
    "exec_command_begin",
    "exec_command_end",
    "exec_command_output_delta",
    "patch_apply_begin",
    "patch_apply_end",
    "mcp_tool_call_begin",
    "mcp_tool_call_end",
    "web_search_begin",
    "web_search_end",
    "view_image_tool_call",
    "plan_update",
    "item_started",
    "turn_diff",
    "session_configured",
    "context_compacted",
    "thread_settings_applied",
    "account/rateLimits/updated",
    "dynamic_tool_call_request",
    "dynamic_tool_call_response",
    "image_generation_end",
    "thread_goal_updated",
    "collab_agent_spawn_begin",
    "collab_agent_spawn_end",
    "collab_agent_interaction_begin",
    "collab_agent_interaction_end",
    "collab_waiting_begin",
    "collab_waiting_end",
    "collab_close_begin",
    "collab_close_end",
    "collab_resume_begin",
    "collab_resume_end",
    "sub_agent_activity",
    "mcp_startup_update",
    "mcp_startup_complete",
    "hook_started",
    "hook_completed",
    "raw_response_item",
    "undo_started",
];

/// Returns the notification's type, and whether it is known.
pub(super) fn event(event: &Fields<'_>, record: &mut Record) -> (String, bool) {
    let kind = event.text("type").unwrap_or_else(|| "(no type)".to_owned());
    let turn = |phase| EventBody::Turn(Turn { phase, duration_ms: event.u64("duration_ms") });
    match kind.as_str() {
        "task_started" | "turn_started" => record.say("0", turn(TurnPhase::Started)),
        "task_complete" | "turn_complete" | "turn.completed" => {
            record.say("0", turn(TurnPhase::Completed))
        }
        "turn_aborted" => record.say("0", turn(TurnPhase::Interrupted)),
        "token_count" => token_count(event, record),
        "error" | "stream_error" | "warning" => error(&kind, event, record),
        "item_completed" => {
            let item = event.fields("item");
            let (sort, known) = completed(&item, record);
            return (format!("{kind}/{sort}"), known);
        }
        "entered_review_mode" | "exited_review_mode" => {
            let findings = event.fields("review_output").text("overall_explanation");
            let text = findings.or_else(|| event.text("user_facing_hint")).unwrap_or_default();
            record.say("0", EventBody::Notice { topic: kind.clone(), text });
        }
        "thread_rolled_back"
        | "undo_completed"
        | "background_event"
        | "deprecation_notice"
        | "thread_name_updated"
        | "model_reroute"
        | "guardian_assessment" => {
            let text =
                event.text("message").or_else(|| event.text("thread_name")).unwrap_or_default();
            record.say("0", EventBody::Notice { topic: kind.clone(), text });
        }
        _ => {
            let known = REPEATED.contains(&kind.as_str());
            return (kind, known);
        }
    }
    (kind, true)
}

/// The totals of the thread so far; the service counts cached tokens among those read.
fn token_count(event: &Fields<'_>, record: &mut Record) {
    let info = event.fields("info");
    let total = info.fields("total_token_usage");
    if total.is_empty() {
        return;
    }
    let cache_read = total.u64("cached_input_tokens").unwrap_or(0);
    record.say(
        "usage",
        EventBody::Usage(Usage {
            input: total.u64("input_tokens").unwrap_or(0).saturating_sub(cache_read),
            cache_read,
            cache_write: total.u64("cache_write_input_tokens").unwrap_or(0),
            output: total.u64("output_tokens").unwrap_or(0),
            cumulative: true,
            context_used: info.fields("last_token_usage").u64("total_tokens"),
            context_window: info.u64("model_context_window"),
            ..Usage::default()
        }),
    );
}

fn error(kind: &str, event: &Fields<'_>, record: &mut Record) {
    let text =
        event.text("message").or_else(|| event.fields("error").text("message")).unwrap_or_default();
    if kind == "warning" {
        return record.say("0", EventBody::Notice { topic: kind.to_owned(), text });
    }
    let detail = event.get("codex_error_info").and_then(Raw::fields).unwrap_or_default();
    let status = detail.iter().find_map(|(_, v)| v.fields()?.u64("http_status_code"));
    let will_retry = kind == "stream_error";
    record.say(
        "0",
        EventBody::Error(Failure {
            text,
            will_retry,
            status: status.and_then(|s| s.try_into().ok()),
        }),
    );
}

/// Items that were completed. Those that the model called itself are told by its call and the output;
/// those that its program called (ids `exec-…`) are told here alone, as are edits with line numbers.
fn completed(item: &Fields<'_>, record: &mut Record) -> (String, bool) {
    let kind = item.text("type").unwrap_or_default();
    let id = item.text("id").unwrap_or_else(|| record.key.clone());
    let nested = id.starts_with("exec-");
    match kind.as_str() {
        "CommandExecution" if nested => command(&id, item, record),
        "FileChange" => file_change(&id, nested, item, record),
        "McpToolCall" | "DynamicToolCall" if nested => tool(&id, item, record),
        "CommandExecution"
        | "AgentMessage"
        | "UserMessage"
        | "Reasoning"
        | "McpToolCall"
        | "DynamicToolCall"
        | "WebSearch"
        | "ContextCompaction"
        | "CollabAgentToolCall"
        | "SubAgentActivity"
        | "ImageView"
        | "ImageGeneration"
        | "EnteredReviewMode"
        | "ExitedReviewMode"
        | "HookPrompt"
        | "Sleep" => {}
        "Plan" => {
            let text = item.text("text").unwrap_or_default();
            record.say("0", EventBody::Notice { topic: "plan".to_owned(), text });
        }
        _ => return (kind, false),
    }
    (kind, true)
}

fn command(id: &str, item: &Fields<'_>, record: &mut Record) {
    let tool_use = ToolUse { tool_use_id: id.to_owned(), tool: "exec_command".to_owned() };
    let command = item.get("command").and_then(parse_call::command_line).unwrap_or_default();
    let cwd =
        item.text("cwd").map(|cwd| cwd.strip_prefix("file://").map(str::to_owned).unwrap_or(cwd));
    let body =
        Command { tool_use, command, description: None, cwd, background: false, escalation: None };
    record.say_as(format!("use:{id}"), EventBody::Command(body));
    let result = ToolResult {
        text: item.text("aggregated_output").unwrap_or_default(),
        exit_code: item.get("exit_code").and_then(Raw::i64).and_then(|c| c.try_into().ok()),
        ..outcome(id, item)
    };
    record.say_as(format!("result:{id}"), EventBody::Result(result));
}

fn file_change(id: &str, nested: bool, item: &Fields<'_>, record: &mut Record) {
    let edits = parse_call::changes(&item.fields("changes"));
    if nested {
        let tool_use = ToolUse { tool_use_id: id.to_owned(), tool: "apply_patch".to_owned() };
        let edit = Edit { tool_use, files: edits.clone() };
        record.say_as(format!("use:{id}"), EventBody::Edit(edit));
    }
    let done = item.str("status").as_deref() == Some("completed");
    if !nested && !done {
        return; // the output tells why
    }
    let edits = if done { edits } else { Vec::new() };
    let (text, stderr) = (item.text("stdout").unwrap_or_default(), item.text("stderr"));
    let result = ToolResult { text, stderr, edits, ..outcome(id, item) };
    record.say_as(format!("result:{id}"), EventBody::Result(result));
}

fn tool(id: &str, item: &Fields<'_>, record: &mut Record) {
    let names = [item.text("server").or_else(|| item.text("namespace")), item.text("tool")];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join("/");
    let tool_use = ToolUse { tool_use_id: id.to_owned(), tool: name };
    let input = item.get("arguments").map_or(Value::Null, Raw::value);
    record.say_as(format!("use:{id}"), EventBody::Tool(Tool { tool_use, input }));
    let content =
        item.fields("result").items("content").into_iter().chain(item.items("content_items"));
    let texts: Vec<String> = content.filter_map(|part| part.fields()?.text("text")).collect();
    let text = if texts.is_empty() {
        item.fields("error").text("message").unwrap_or_default()
    } else {
        texts.join("\n")
    };
    record.say_as(
        format!("result:{id}"),
        EventBody::Result(ToolResult { text, ..outcome(id, item) }),
    );
}

fn outcome(id: &str, item: &Fields<'_>) -> ToolResult {
    let status = item.text("status").unwrap_or_default();
    let duration = item.fields("duration");
    let nanos = duration.u64("nanos").unwrap_or(0);
    ToolResult {
        tool_use_id: id.to_owned(),
        ok: (!status.is_empty()).then(|| status == "completed"),
        duration_ms: duration.u64("secs").map(|secs| secs * 1000 + nanos / 1_000_000),
        refused: (status == "declined").then(String::new),
        ..ToolResult::default()
    }
}
