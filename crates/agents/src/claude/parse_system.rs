//! Records beside the conversation: `system` and the many that note one fact.

use callboard_model::EventBody;
use callboard_model::event::{Author, Compaction, Failure, Info, Prompt, Turn, TurnPhase, Usage};

use super::parse::Record;
use crate::fields::{Fields, Raw};

/// Returns the record's type, and whether it is known.
pub(super) fn other(record: &mut Record<'_>, kind: String) -> (String, bool) {
    match kind.as_str() {
        "system" => {
            let subtype = record.fields.text("subtype").unwrap_or_default();
            let known = system(record, &subtype);
            let slash = if subtype.is_empty() { "" } else { "/" };
            (format!("{kind}{slash}{subtype}"), known)
        }
        "attachment" => {
            let sort = record.fields.fields("attachment").text("type").unwrap_or_default();
            attachment(record, &sort);
            (format!("attachment/{sort}"), true)
        }
        "progress" => {
            let sort = record.fields.fields("data").text("type").unwrap_or_default();
            (format!("progress/{sort}"), true)
        }
        _ => {
            let known = fact(record, &kind);
            (kind, known)
        }
    }
}

fn system(record: &mut Record<'_>, subtype: &str) -> bool {
    let content = record.fields.text("content");
    match subtype {
        "compact_boundary" | "microcompact_boundary" => {
            let micro = subtype == "microcompact_boundary";
            let metadata = record.fields.fields(if micro {
                "microcompactMetadata"
            } else {
                "compactMetadata"
            });
            let trigger = if micro { Some("micro".to_owned()) } else { metadata.text("trigger") };
            let compaction =
                Compaction { trigger, summary: None, tokens_before: metadata.u64("preTokens") };
            record.say("0", EventBody::Compaction(compaction));
        }
        "api_error" | "error" => {
            let failure = failure(record);
            record.say("0", EventBody::Error(failure));
        }
        "turn_duration" => {
            let duration_ms = record.fields.u64("durationMs");
            record.say("0", EventBody::Turn(Turn { phase: TurnPhase::Completed, duration_ms }));
        }
        "stop_hook_summary" => stop_hooks(record),
        "local_command" | "" => local_command(record, &content.unwrap_or_default()),
        _ => {
            let text = content.or_else(|| record.fields.text("text")).unwrap_or_default();
            record.say("0", EventBody::Notice { topic: subtype.to_owned(), text });
            return SYSTEM_NOTICES.contains(&subtype);
        }
    }
    true
}

/// Notes of the program that carry their words in `content`.
const SYSTEM_NOTICES: &[&str] = &[
    "session_start",
    "api_refusal",
    "away_summary",
    "model_refusal_fallback",
    "informational",
    "bridge_status",
    "task_started",
    "memory_saved",
    "agents_killed",
    "scheduled_task_fire",
    "permission_retry",
    "thinking",
];

fn failure(record: &Record<'_>) -> Failure {
    let error = record.fields.get("error");
    let fields = error.and_then(Raw::fields).unwrap_or_default();
    let nested = fields.fields("error").fields("error");
    let said = nested.text("message").or_else(|| fields.fields("error").text("message"));
    let said =
        said.or_else(|| fields.text("message")).or_else(|| fields.fields("cause").text("code"));
    let text = said
        .or_else(|| error.and_then(Raw::str).map(Into::into))
        .or_else(|| record.fields.text("content"));
    let attempt = record.fields.u64("retryAttempt").unwrap_or(0);
    let will_retry = record.fields.has("retryInMs")
        && attempt <= record.fields.u64("maxRetries").unwrap_or(u64::MAX);
    let status = fields.u64("status").and_then(|s| s.try_into().ok());
    Failure { text: text.unwrap_or_else(|| "API error".to_owned()), will_retry, status }
}

/// The hooks that run when a turn ends: it has ended unless one of them sent the agent on.
fn stop_hooks(record: &mut Record<'_>) {
    let errors = record
        .fields
        .items("hookErrors")
        .into_iter()
        .filter_map(|e| e.str().map(|e| e.into_owned()));
    let text = errors.collect::<Vec<_>>().join("\n");
    let ended = text.is_empty() || record.fields.is_true("preventedContinuation");
    record.say("0", EventBody::Notice { topic: "stop_hook_summary".to_owned(), text });
    if ended {
        record
            .say("turn", EventBody::Turn(Turn { phase: TurnPhase::Completed, duration_ms: None }));
    }
}

fn local_command(record: &mut Record<'_>, content: &str) {
    if content.trim_start().starts_with("<command-name>") {
        super::parse_prompt::prompt(record, 0, content, Vec::new());
    } else if !content.is_empty() {
        record.say("0", EventBody::Notice { topic: "system".to_owned(), text: content.to_owned() });
    }
}

fn attachment(record: &mut Record<'_>, sort: &str) {
    let attachment = record.fields.fields("attachment");
    match sort {
        // A prompt that was typed while the agent worked.
        "queued_command" => {
            let by_program = attachment.str("commandMode").as_deref() == Some("task-notification")
                || attachment.str("prompt").is_some_and(|p| p.starts_with('<'));
            let author = if by_program { Author::Program } else { Author::User };
            let prompt = attachment.get("prompt");
            let text = prompt.and_then(Raw::str).map(Into::into).or_else(|| {
                let parts = prompt?.items()?;
                Some(
                    parts
                        .into_iter()
                        .filter_map(|p| p.fields()?.text("text"))
                        .collect::<Vec<_>>()
                        .join("\n"),
                )
            });
            if let Some(text) = text {
                record.say("0", EventBody::Prompt(Prompt { text, author, images: Vec::new() }));
            }
        }
        "hook_blocking_error"
        | "hook_non_blocking_error"
        | "hook_additional_context"
        | "hook_system_message"
        | "hook_success" => {
            let error = attachment.fields("blockingError").text("blockingError");
            let text = error.or_else(|| attachment.text("stderr")).or_else(|| content(&attachment));
            // Most hooks succeed without a word.
            if sort != "hook_success" || text.is_some() {
                record.say(
                    "0",
                    EventBody::Notice { topic: sort.to_owned(), text: text.unwrap_or_default() },
                );
            }
        }
        "edited_text_file" => {
            let text = attachment.text("filename").unwrap_or_default();
            record.say("0", EventBody::Notice { topic: sort.to_owned(), text });
        }
        _ => {}
    }
}

/// What a hook said, as one text or several.
fn content(attachment: &Fields<'_>) -> Option<String> {
    attachment.text("content").or_else(|| {
        let parts = attachment.items("content").into_iter().filter_map(Raw::str);
        Some(parts.collect::<Vec<_>>().join("\n")).filter(|text| !text.is_empty())
    })
}

/// Records that note one fact. Returns whether the type is known.
fn fact(record: &mut Record<'_>, kind: &str) -> bool {
    let fields = &record.fields;
    let info = match kind {
        "summary" => Info { title: fields.text("summary"), ..Info::default() },
        "ai-title" => Info { title: fields.text("aiTitle"), ..Info::default() },
        "custom-title" => {
            Info { title: fields.text("customTitle"), title_by_user: true, ..Info::default() }
        }
        "agent-name" => Info { title: fields.text("agentName"), ..Info::default() },
        "pr-link" => Info { pull_request: fields.text("prUrl"), ..Info::default() },
        "mode" => Info { mode: fields.text("mode"), ..Info::default() },
        "permission-mode" => Info { mode: fields.text("permissionMode"), ..Info::default() },
        "relocated" => Info { cwd: fields.text("relocatedCwd"), ..Info::default() },
        "worktree-state" => {
            let worktree = fields.fields("worktreeSession");
            let branch = worktree.text("worktreeBranch");
            Info {
                cwd: worktree.text("worktreePath").or_else(|| worktree.text("originalCwd")),
                branch,
                ..Info::default()
            }
        }
        "cost-state" => {
            cost(record);
            return true;
        }
        "queue-operation" => return true,
        _ => return QUIET.contains(&kind) || kind.starts_with("api-request"),
    };
    if info != Info::default() {
        // Without an identity of its own, the same fact may be told again after another: not a repetition.
        let key = format!("{}@{}/0", record.key, record.offset);
        record.say_as(key, EventBody::Info(info));
    }
    true
}

/// Records that say nothing of the conversation that others do not say.
const QUIET: &[&str] = &[
    "file-history-snapshot",
    "file-history-delta",
    "last-prompt",
    "tools-used",
    "atis-latch",
    "frame-link",
    "bridge-session",
    "started",
    "result",
    "attribution-snapshot",
    "content-replacement",
    "marble-origami-commit",
    "marble-origami-snapshot",
    "speculation-accept",
    "tag",
    "agent-color",
    "agent-setting",
    "task-summary",
];

fn cost(record: &mut Record<'_>) {
    let fields = &record.fields;
    let mut usage = Usage { cumulative: true, ..Usage::default() };
    usage.cost_usd =
        fields.get("totalCostUSD").or_else(|| fields.get("costUSD")).and_then(Raw::f64);
    for (_, model) in fields.fields("modelUsage").iter() {
        let Some(model) = model.fields() else { continue };
        usage.input += model.u64("inputTokens").unwrap_or(0);
        usage.output += model.u64("outputTokens").unwrap_or(0);
        usage.cache_read += model.u64("cacheReadInputTokens").unwrap_or(0);
        usage.cache_write += model.u64("cacheCreationInputTokens").unwrap_or(0);
        usage.context_window = model.u64("contextWindow").or(usage.context_window);
    }
    record.say("0", EventBody::Usage(usage));
}
