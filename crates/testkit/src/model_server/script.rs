//! What the model says: scripts, their turns, and the choice of a turn from a request.

use std::time::Duration;

use serde_json::Value;

/// The turns that a model plays when a prompt holds `[[script:NAME]]`.
#[derive(Debug, Clone)]
pub struct Script {
    pub(crate) name: String,
    turns: Vec<Turn>,
    after: Turn,
}

impl Script {
    /// A script without turns. `name` is what the marker in a prompt says: letters, digits, `_`, `.`, `-`.
    ///
    /// # Panics
    /// When a marker could not hold the name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        assert!(
            !name.is_empty() && name.chars().all(is_name_char),
            "a script's name has letters, digits, `_`, `.` and `-` only: {name:?}"
        );
        Self { name: name.to_owned(), turns: Vec::new(), after: Turn::text("(script over)") }
    }

    /// Adds a turn: the model's reply to one request.
    #[must_use]
    pub fn turn(mut self, turn: Turn) -> Self {
        self.turns.push(turn);
        self
    }

    /// What is played for every request after the last turn; without it, the text "(script over)".
    #[must_use]
    pub fn then_always(mut self, turn: Turn) -> Self {
        self.after = turn;
        self
    }

    /// The marker that makes a prompt play this script: `[[script:NAME]]`.
    #[must_use]
    pub fn marker(&self) -> String {
        marker(&self.name)
    }

    pub(crate) fn turn_at(&self, n: usize) -> &Turn {
        self.turns.get(n).unwrap_or(&self.after)
    }
}

/// The marker that makes a prompt play the script `name`.
#[must_use]
pub fn marker(name: &str) -> String {
    format!("[[script:{name}]]")
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// One reply of the model.
#[derive(Debug, Clone, Default)]
pub struct Turn {
    pub(crate) thinking: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) calls: Vec<ToolCall>,
    pub(crate) stop_reason: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) delay: Duration,
    pub(crate) pace: Duration,
    pub(crate) gate: Option<String>,
    pub(crate) gate_mid_text: Option<String>,
    pub(crate) failure: Option<Failure>,
}

/// A tool call of the model.
#[derive(Debug, Clone)]
pub(crate) struct ToolCall {
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) input: ToolInput,
}

/// What a tool is called with.
#[derive(Debug, Clone)]
pub(crate) enum ToolInput {
    /// Arguments, as JSON.
    Json(Value),
    /// The text of a freeform (custom) call of the Responses format.
    Raw(String),
}

/// Tokens that a turn reports.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Tokens read, without those that a cache served.
    pub input: u64,
    /// Tokens that a cache served.
    pub cached: u64,
    /// Tokens written to the cache.
    pub cache_write: u64,
    /// Tokens said.
    pub output: u64,
}

impl Default for Usage {
    fn default() -> Self {
        Self { input: 100, cached: 0, cache_write: 0, output: 20 }
    }
}

/// An error in place of a reply.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) times: u32,
    /// Seconds after which the account's limit begins anew.
    pub(crate) resets_in: Option<u64>,
}

impl Turn {
    /// A turn that says `text`. Texts and tool inputs may hold `{{cwd}}`, `{{last_result}}` (the
    /// newest tool result), `{{n}}` (this turn's number), `{{model}}` and `{{plan_file}}`.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { text: Some(text.to_owned()), ..Self::default() }
    }

    /// A turn that says nothing; add a tool call.
    #[must_use]
    pub fn silent() -> Self {
        Self::default()
    }

    /// A turn that always fails: HTTP status, the error's type in the API's words, message.
    #[must_use]
    pub fn error(status: u16, kind: &str, message: &str) -> Self {
        Self::silent().fail_first(u32::MAX, status, kind, message)
    }

    /// Fails the first `times` requests for this turn in a session, then plays it.
    #[must_use]
    pub fn fail_first(mut self, times: u32, status: u16, kind: &str, message: &str) -> Self {
        self.failure = Some(Failure {
            status,
            kind: kind.to_owned(),
            message: message.to_owned(),
            times,
            resets_in: None,
        });
        self
    }

    /// Says for the first `times` requests of a session that the account's five-hour limit is reached, and that
    /// it begins anew in `seconds`; then plays the turn.
    #[must_use]
    pub fn limit_first(self, times: u32, seconds: u64) -> Self {
        let mut turn = self.fail_first(times, 429, "rate_limit_error", "The limit is reached.");
        if let Some(failure) = &mut turn.failure {
            failure.resets_in = Some(seconds);
        }
        turn
    }

    /// Reasons before it speaks.
    #[must_use]
    pub fn thinking(mut self, thinking: &str) -> Self {
        self.thinking = Some(thinking.to_owned());
        self
    }

    /// Calls a tool with JSON arguments. Several calls in one turn are one batch.
    #[must_use]
    pub fn tool(self, name: &str, input: Value) -> Self {
        self.call(name, None, ToolInput::Json(input))
    }

    /// Calls a tool of a namespace with JSON arguments (Responses format only).
    #[must_use]
    pub fn tool_in(self, namespace: &str, name: &str, input: Value) -> Self {
        self.call(name, Some(namespace), ToolInput::Json(input))
    }

    /// Calls a freeform tool with text (Responses format only), such as `apply_patch`.
    #[must_use]
    pub fn custom_tool(self, name: &str, input: &str) -> Self {
        self.call(name, None, ToolInput::Raw(input.to_owned()))
    }

    /// Calls a freeform tool of a namespace with text (Responses format only).
    #[must_use]
    pub fn custom_tool_in(self, namespace: &str, name: &str, input: &str) -> Self {
        self.call(name, Some(namespace), ToolInput::Raw(input.to_owned()))
    }

    fn call(mut self, name: &str, namespace: Option<&str>, input: ToolInput) -> Self {
        let namespace = namespace.map(ToOwned::to_owned);
        self.calls.push(ToolCall { name: name.to_owned(), namespace, input });
        self
    }

    /// Reports these tokens.
    #[must_use]
    pub fn usage(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }

    /// Stops for this reason (Messages format); by default `tool_use` or `end_turn`.
    #[must_use]
    pub fn stop_reason(mut self, reason: &str) -> Self {
        self.stop_reason = Some(reason.to_owned());
        self
    }

    /// Waits this long before it replies. For what must wait for the test, use [`Turn::gate`].
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Waits this long before every piece of streamed text.
    #[must_use]
    pub fn pace(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// Holds the whole reply until the test releases the gate.
    #[must_use]
    pub fn gate(mut self, name: &str) -> Self {
        self.gate = Some(name.to_owned());
        self
    }

    /// Streams half of the text, then holds the rest until the test releases the gate.
    #[must_use]
    pub fn gate_mid_text(mut self, name: &str) -> Self {
        self.gate_mid_text = Some(name.to_owned());
        self
    }

    /// The turn with every `{{name}}` that `fill` knows replaced, in texts and tool inputs.
    pub(crate) fn filled(&self, fill: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut turn = self.clone();
        turn.text = turn.text.map(|t| fill_text(&t, fill));
        turn.thinking = turn.thinking.map(|t| fill_text(&t, fill));
        for call in &mut turn.calls {
            match &mut call.input {
                ToolInput::Json(value) => fill_value(value, fill),
                ToolInput::Raw(text) => *text = fill_text(text, fill),
            }
        }
        turn
    }
}

fn fill_value(value: &mut Value, fill: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => *text = fill_text(text, fill),
        Value::Array(items) => items.iter_mut().for_each(|v| fill_value(v, fill)),
        Value::Object(fields) => fields.values_mut().for_each(|v| fill_value(v, fill)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn fill_text(text: &str, fill: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("{{") {
        out.push_str(before);
        match from.split_once("}}").and_then(|(name, after)| Some((fill(name)?, after))) {
            Some((value, after)) => {
                out.push_str(&value);
                rest = after;
            }
            None => {
                out.push_str("{{");
                rest = from;
            }
        }
    }
    out.push_str(rest);
    out
}

/// A place in a script that a marker names: `[[script:NAME]]`, or `[[script:NAME@N]]` from turn N on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cue {
    pub(crate) script: String,
    pub(crate) turn: usize,
}

impl Cue {
    /// The place that the last marker in `text` names.
    pub(crate) fn last_in(text: &str) -> Option<Self> {
        let mut found = None;
        let mut rest = text;
        while let Some((_, from)) = rest.split_once("[[script:") {
            rest = from;
            let Some((inside, after)) = from.split_once("]]") else { continue };
            let (name, turn) = inside.split_once('@').unwrap_or((inside, "0"));
            if let (true, Ok(turn)) =
                (!name.is_empty() && name.chars().all(is_name_char), turn.parse())
            {
                found = Some(Self { script: name.to_owned(), turn });
                rest = after;
            }
        }
        found
    }

    /// The marker that names this place.
    pub(crate) fn marker(&self) -> String {
        marker(&format!("{}@{}", self.script, self.turn))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_marker_counts_and_may_start_later() {
        let cue = |script: &str, turn| Some(Cue { script: script.to_owned(), turn });
        assert_eq!(Cue::last_in("do [[script:a]] and [[script:b.c-1]]"), cue("b.c-1", 0));
        assert_eq!(Cue::last_in("[[script:a@3]] [[script:!]] [[script:"), cue("a", 3));
        assert_eq!(Cue::last_in(&cue("a", 7).unwrap().marker()), cue("a", 7));
        assert_eq!(Cue::last_in("nothing [[here]]"), None);
    }

    #[test]
    fn placeholders_are_filled_and_others_left() {
        let fill = |name: &str| (name == "cwd").then(|| "/w".to_owned());
        let turn = Turn::text("in {{cwd}}, not {{x}} {{")
            .tool("Write", json!({"file_path": "{{cwd}}/a", "lines": ["{{cwd}}"]}))
            .filled(&fill);
        assert_eq!(turn.text.as_deref(), Some("in /w, not {{x}} {{"));
        let ToolInput::Json(input) = &turn.calls[0].input else { panic!() };
        assert_eq!(*input, json!({"file_path": "/w/a", "lines": ["/w"]}));
    }
}
