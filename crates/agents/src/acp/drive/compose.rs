//! What is said in a conversation, as records of its transcript: pieces of a message are joined, a tool call
//! is told when it is known what it does and when it has come to its end.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::acp::parse::word;
use crate::acp::parse_tool;
use crate::limits;

/// Makes records. Told the same again, it makes the same records with the same ids.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Composer {
    /// The prompt whose turn it is or was last.
    prompt: String,
    /// Records of that turn so far.
    n: u64,
    piece: Option<Piece>,
    calls: Vec<Call>,
    /// What the agent said of the cost last, in US dollars.
    cost: Option<f64>,
    /// Those that nobody has taken yet.
    #[serde(skip)]
    records: Vec<Value>,
}

/// A message of which there may be more.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Piece {
    kind: String,
    message: Option<String>,
    text: String,
}

/// A tool call that has not ended.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Call {
    fields: Map<String, Value>,
    is_told: bool,
}

impl Composer {
    /// The records since the last time.
    pub(super) fn take(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.records)
    }

    /// What is known of the conversation itself; it may be said several times.
    pub(super) fn session(&mut self, mut facts: Value) {
        facts["type"] = "session".into();
        self.records.push(facts);
    }

    /// A turn begins.
    pub(super) fn prompt(&mut self, id: &str, text: &str) {
        self.flush();
        (self.prompt, self.n) = (id.to_owned(), 0);
        self.say(json!({"type": "prompt", "text": text}));
    }

    /// A turn has ended.
    pub(super) fn stop(&mut self, reason: Option<&str>, error: Option<&str>, usage: &Value) {
        self.flush();
        for call in std::mem::take(&mut self.calls) {
            self.tell_use(&call);
            let mut fields = call.fields;
            fields.insert("interrupted".into(), true.into());
            self.tell_result(fields);
        }
        let mut record = json!({"type": "stop", "reason": reason, "error": error});
        if !usage.is_null() {
            record["usage"] = usage.clone();
        }
        self.say(record);
    }

    /// Takes an update; gives whether it is of a turn.
    pub(super) fn update(&mut self, update: &Value) -> bool {
        let kind = update["sessionUpdate"].as_str().unwrap_or_default();
        match kind {
            "agent_message_chunk" | "agent_thought_chunk" => self.chunk(kind, update),
            "tool_call" | "tool_call_update" => {
                self.flush_text();
                self.call(update);
            }
            "plan" => {
                self.flush();
                self.say(json!({"type": "plan", "entries": update["entries"]}));
            }
            "usage_update" => {
                self.usage(update);
                return false;
            }
            // The user's own words stand in the prompt; what may be typed is not part of what was said.
            "user_message_chunk" | "available_commands_update" => return false,
            "current_mode_update" => {
                self.say(json!({"type": "session", "mode": update["currentModeId"]}));
                return false;
            }
            "config_option_update" => {
                self.options(update);
                return false;
            }
            "session_info_update" => {
                if let Some(title) = word(update, "title") {
                    self.say(json!({"type": "session", "title": title}));
                }
                return false;
            }
            "notice" => {
                let text = word(update, "description");
                self.say(json!({"type": "notice", "topic": update["title"], "text": text}));
            }
            _ => {
                self.flush();
                self.say(json!({"type": "other", "update": update}));
            }
        }
        true
    }

    /// The tool call that the agent asks about, with all that was said of it.
    pub(super) fn asked_about(&mut self, update: &Value) -> Value {
        self.flush_text();
        let at = self.merge(update);
        let Some(call) = self.calls.get_mut(at) else { return update.clone() };
        let fields = Value::Object(call.fields.clone());
        self.tell_use_at(at);
        fields
    }

    fn chunk(&mut self, kind: &str, update: &Value) {
        let content = &update["content"];
        let Some(text) = content["text"].as_str() else {
            self.flush();
            return self.say(json!({"type": "other", "update": update}));
        };
        let kind = if kind == "agent_message_chunk" { "message" } else { "thought" };
        let message = word(update, "messageId");
        let goes_on = self.piece.as_ref().is_some_and(|piece| {
            piece.kind == kind
                && piece.message == message
                && piece.text.len() + text.len() <= limits::MESSAGE_BYTES
        });
        if !goes_on {
            self.flush();
            self.piece = Some(Piece { kind: kind.to_owned(), message, text: String::new() });
        }
        if let Some(piece) = &mut self.piece {
            piece.text.push_str(text);
        }
    }

    fn call(&mut self, update: &Value) {
        let at = self.merge(update);
        let status = self.calls[at].fields.get("status").and_then(Value::as_str);
        match status {
            Some("completed" | "failed") => {
                let call = self.calls.remove(at);
                self.tell_use(&call);
                self.tell_result(call.fields);
            }
            Some("in_progress") => self.tell_use_at(at),
            // While it is pending, its input may still be incomplete.
            _ => {}
        }
    }

    /// Adds what is said of a call to what is known of it; gives where it is.
    fn merge(&mut self, update: &Value) -> usize {
        let id = &update["toolCallId"];
        let known = self.calls.iter().position(|call| call.fields.get("toolCallId") == Some(id));
        let at = known.unwrap_or_else(|| {
            if self.calls.len() >= limits::OPEN_TOOL_CALLS {
                self.calls.remove(0);
            }
            self.calls.push(Call::default());
            self.calls.len() - 1
        });
        let said = update.as_object().into_iter().flatten();
        for (name, value) in said.filter(|(name, _)| *name != "sessionUpdate") {
            let is_empty = match value {
                Value::Null => true,
                Value::Array(items) => items.is_empty(),
                Value::Object(fields) => fields.is_empty(),
                _ => false,
            };
            let fields = &mut self.calls[at].fields;
            // The first name is the tool's; later ones say what it does.
            if !is_empty && (name != "rawInput" || is_richer(fields.get(name), value)) {
                fields.insert(name.clone(), value.clone());
            }
        }
        at
    }

    fn tell_use_at(&mut self, at: usize) {
        let Some(call) = self.calls.get_mut(at) else { return };
        if call.is_told {
            return;
        }
        call.is_told = true;
        let told = Call { fields: call.fields.clone(), is_told: false };
        self.tell_use(&told);
    }

    fn tell_use(&mut self, call: &Call) {
        if call.is_told {
            return;
        }
        let mut fields = call.fields.clone();
        for of_result in ["rawOutput", "status"] {
            fields.remove(of_result);
        }
        self.say(json!({"type": "tool_use", "call": fields}));
    }

    /// What it was given stands with its use; its raw output says again what its content says, but for the
    /// exit code.
    fn tell_result(&mut self, mut fields: Map<String, Value>) {
        fields.remove("rawInput");
        fields.remove("locations");
        let call = Value::Object(fields);
        let mut short = call.clone();
        if let Some(output) = parse_tool::text_of(&call).and(short["rawOutput"].as_object_mut()) {
            output.retain(|name, _| ["exit_code", "exitCode", "metadata"].contains(&name.as_str()));
            if let Some(metadata) = output.get_mut("metadata").and_then(Value::as_object_mut) {
                metadata.retain(|name, _| name == "exit");
            }
        }
        self.say(json!({"type": "tool_result", "call": short}));
    }

    /// Tells what was added to the cost; what a conversation had cost before is not known to be new.
    fn usage(&mut self, update: &Value) {
        let cost = &update["cost"];
        let now = cost["amount"].as_f64().filter(|_| cost["currency"] == "USD");
        let added = match (now, self.cost) {
            (Some(now), Some(before)) => Some(now - before).filter(|added| *added > 0.0),
            (now, None) => now.filter(|_| self.n > 0),
            _ => None,
        };
        self.cost = now.or(self.cost);
        self.say(json!({"type": "usage", "used": update["used"], "size": update["size"], "cost_usd": added}));
    }

    fn options(&mut self, update: &Value) {
        let options = update["configOptions"].as_array().into_iter().flatten();
        let of = |category: &str| {
            let mut options = options.clone();
            options.find(|o| o["category"] == category || o["id"] == category)?.get("currentValue")
        };
        self.records.push(json!({"type": "session", "model": of("model"), "mode": of("mode")}));
    }

    fn flush(&mut self) {
        self.flush_text();
        for at in 0..self.calls.len() {
            self.tell_use_at(at);
        }
    }

    fn flush_text(&mut self) {
        let Some(piece) = self.piece.take().filter(|piece| !piece.text.is_empty()) else { return };
        self.say(json!({"type": piece.kind, "text": piece.text}));
    }

    fn say(&mut self, mut record: Value) {
        if !self.prompt.is_empty() {
            record["id"] = format!("{}/{}", self.prompt, self.n).into();
        }
        self.n += 1;
        self.records.push(record);
    }
}

/// Whether a later input says more: requests for permission repeat a part of it.
fn is_richer(known: Option<&Value>, said: &Value) -> bool {
    let fields = |value: Option<&Value>| value.and_then(Value::as_object).map_or(0, Map::len);
    fields(Some(said)) >= fields(known)
}
