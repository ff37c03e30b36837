//! What a request tells about the conversation so far: who spoke, which script plays, what a tool said.
//!
//! The turn to play is the number of model turns after the last marker that a user wrote. So
//! resuming, forking, retrying and parallel sessions need no memory on the server.

use callboard_model::reading::END;
use serde_json::Value;

use super::script::Cue;

/// A wire format of model APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Anthropic Messages: `POST /v1/messages`.
    Messages,
    /// OpenAI Responses: `POST /v1/responses`.
    Responses,
}

/// What the agent wants with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The next turn of a script.
    Play(Cue),
    /// A turn of a conversation in which no marker stands.
    Unscripted,
    /// A summary of the conversation, which must go on at this place.
    Compact(Option<Cue>),
    /// A title or the like.
    Aside,
}

/// The script by which a session is read whose words Callboard asks for.
const READS: &str = "reads";

enum Speech {
    User(Vec<String>),
    ToolResult,
    Model,
}

/// What the request `body` is for.
pub(crate) fn purpose(format: Format, body: &Value) -> Purpose {
    let speeches = match format {
        Format::Messages => messages(body),
        Format::Responses => responses(body),
    };
    let cue = next_cue(&speeches);
    let last = match speeches.last() {
        Some(Speech::User(texts)) => texts.join("\n"),
        _ => String::new(),
    };
    if asks_for_summary(&last) {
        return Purpose::Compact(cue);
    }
    // What it quotes of a session may hold markers of that one.
    if last.trim_end().ends_with(END) {
        return Purpose::Play(Cue { script: READS.to_owned(), turn: 0 });
    }
    // Claude Code gives its side queries no tools.
    let has_tools = body.get("tools").and_then(Value::as_array).is_some_and(|t| !t.is_empty());
    if format == Format::Messages && !has_tools {
        return Purpose::Aside;
    }
    cue.map_or(Purpose::Unscripted, Purpose::Play)
}

fn asks_for_summary(text: &str) -> bool {
    [
        "create a detailed summary",
        "CRITICAL: Respond with TEXT ONLY",
        "CONTEXT CHECKPOINT COMPACTION",
    ]
    .iter()
    .any(|p| text.contains(p))
}

fn next_cue(speeches: &[Speech]) -> Option<Cue> {
    let (at, mut cue) = speeches.iter().enumerate().rev().find_map(|(at, speech)| {
        let Speech::User(texts) = speech else { return None };
        // A brief quotes what another conversation was told.
        let own = |text: &'_ String| Cue::last_in(callboard_model::brief::own_words(text));
        texts.iter().rev().find_map(own).map(|cue| (at, cue))
    })?;
    // Consecutive model items are one turn: the Responses format lists a turn's items one by one.
    let mut in_turn = false;
    for speech in &speeches[at + 1..] {
        let is_model = matches!(speech, Speech::Model);
        cue.turn += usize::from(is_model && !in_turn);
        in_turn = is_model;
    }
    Some(cue)
}

fn messages(body: &Value) -> Vec<Speech> {
    array(&body["messages"])
        .iter()
        .filter_map(|message| match message["role"].as_str() {
            Some("user") => Some(Speech::User(texts_of(&message["content"]))),
            Some("assistant") => Some(Speech::Model),
            // A system message in mid-conversation is nobody's turn.
            _ => None,
        })
        .collect()
}

fn responses(body: &Value) -> Vec<Speech> {
    if let Some(text) = body["input"].as_str() {
        return vec![Speech::User(vec![text.to_owned()])];
    }
    array(&body["input"]).iter().map(response_item).collect()
}

fn response_item(item: &Value) -> Speech {
    match item["type"].as_str().unwrap_or("message") {
        "message" if item["role"] == "assistant" => Speech::Model,
        "message" => Speech::User(texts_of(&item["content"])),
        // Mail between agents: only a new task may choose a script.
        "agent_message" => {
            let texts = texts_of(&item["content"]);
            let is_task =
                texts.first().is_some_and(|t| t.contains("NEW_TASK") || t.contains("FOLLOWUP"));
            if is_task { Speech::User(texts) } else { Speech::ToolResult }
        }
        "additional_tools" => Speech::ToolResult,
        kind if kind.ends_with("_output") => Speech::ToolResult,
        _ => Speech::Model,
    }
}

/// Texts that a user wrote: never tool results.
fn texts_of(content: &Value) -> Vec<String> {
    if let Some(text) = content.as_str() {
        return vec![text.to_owned()];
    }
    let text_of = |block: &Value| match block["type"].as_str() {
        Some("text" | "input_text") => block["text"].as_str().map(ToOwned::to_owned),
        Some("encrypted_content" | "encrypted_text") => {
            block["encrypted_content"].as_str().map(ToOwned::to_owned)
        }
        _ => None,
    };
    array(content).iter().filter_map(text_of).collect()
}

/// What the newest tool result of the request says; empty without one.
pub(crate) fn last_result(format: Format, body: &Value) -> String {
    let found = match format {
        Format::Messages => array(&body["messages"])
            .iter()
            .rev()
            .flat_map(|m| array(&m["content"]).iter().rev())
            .find(|block| block["type"] == "tool_result")
            .map(|block| joined(&block["content"])),
        Format::Responses => array(&body["input"])
            .iter()
            .rev()
            .find(|item| item["type"].as_str().is_some_and(|t| t.ends_with("_output")))
            .map(|item| joined(&item["output"])),
    };
    found.unwrap_or_default()
}

fn joined(content: &Value) -> String {
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    let texts: Vec<&str> = array(content).iter().filter_map(|part| part["text"].as_str()).collect();
    texts.join("\n")
}

/// The directory that the agent says it works in.
pub(crate) fn cwd(raw: &str) -> Option<String> {
    let stop_at = |text: &str, stop: &[char]| {
        text.split(stop).next().map(str::trim).filter(|t| !t.is_empty()).map(ToOwned::to_owned)
    };
    // Codex repeats its environment when it changes: the newest one counts.
    if let Some((_, after)) = raw.rsplit_once("<cwd>") {
        return stop_at(after, &['<']);
    }
    let (_, after) = raw.split_once("orking directory: ")?;
    stop_at(after, &['\\', '\n', '"'])
}

/// The file that Claude Code wants its plan in.
pub(crate) fn plan_file(raw: &str) -> Option<String> {
    let (before, after) = raw.rsplit_once("/plans/")?;
    let in_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    let folder = before.rsplit(|c| !in_path(c)).next()?;
    let (name, _) = after.split_once(".md")?;
    name.chars().all(in_path).then(|| format!("{folder}/plans/{name}.md"))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn play(script: &str, turn: usize) -> Purpose {
        Purpose::Play(Cue { script: script.to_owned(), turn })
    }

    #[test]
    fn messages_count_model_turns_after_the_last_marker() {
        let body = json!({"tools": [{"name": "Bash"}], "messages": [
            {"role": "user", "content": "first [[script:old]]"},
            {"role": "assistant", "content": [{"type": "text", "text": "ok"}]},
            {"role": "user", "content": [{"type": "text", "text": "now [[script:new]]"}]},
            {"role": "assistant", "content": [{"type": "tool_use", "name": "Bash"}]},
            {"role": "user", "content": [
                {"type": "tool_result", "content": [{"type": "text", "text": "[[script:fake]]"}]}]},
            {"role": "system", "content": "a reminder [[script:fake]]"},
        ]});
        assert_eq!(purpose(Format::Messages, &body), play("new", 1));
        assert_eq!(last_result(Format::Messages, &body), "[[script:fake]]");
    }

    #[test]
    fn responses_count_runs_of_model_items() {
        let body = json!({"input": [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "[[script:x]]"}]},
            {"type": "reasoning"}, {"type": "message", "role": "assistant", "content": []},
            {"type": "function_call"}, {"type": "function_call_output", "output": "one"},
            {"type": "custom_tool_call"}, {"type": "custom_tool_call_output", "output": "two"},
        ]});
        assert_eq!(purpose(Format::Responses, &body), play("x", 2));
        assert_eq!(last_result(Format::Responses, &body), "two");
    }

    #[test]
    fn a_summary_says_where_the_script_goes_on() {
        let body = json!({"messages": [
            {"role": "user", "content": "[[script:x]]"},
            {"role": "assistant", "content": "done"},
            {"role": "user", "content": "create a detailed summary of the conversation so far"},
        ]});
        let at = Cue { script: "x".to_owned(), turn: 1 };
        assert_eq!(purpose(Format::Messages, &body), Purpose::Compact(Some(at)));
    }

    #[test]
    fn a_query_without_tools_is_an_aside() {
        let body = json!({"messages": [{"role": "user", "content": "[[script:x]]"}]});
        assert_eq!(purpose(Format::Messages, &body), Purpose::Aside);
    }

    #[test]
    fn finds_the_directory_and_the_plan() {
        assert_eq!(cwd(r#""Primary working directory: /a b/c\nmore""#).as_deref(), Some("/a b/c"));
        assert_eq!(cwd("<cwd>/old</cwd> <cwd>/new</cwd>").as_deref(), Some("/new"));
        assert_eq!(
            plan_file("at /h/.claude/plans/a-b.md now").as_deref(),
            Some("/h/.claude/plans/a-b.md")
        );
        assert_eq!(plan_file("no plan"), None);
    }
}
