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
    /// What it said of the context last.
    context: Value,
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
    /// Its content when its use was told: the rest is of its result.
    told_content: Option<Value>,
    /// Its user did.
    is_refused: bool,
}

/// Fields of an update that are not the call's: `_meta` repeats what it did in the agent's own way.
const NOT_OF_CALL: [&str; 2] = ["sessionUpdate", "_meta"];

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
        for mut call in std::mem::take(&mut self.calls) {
            self.tell_use(&mut call);
            call.fields.insert("interrupted".into(), true.into());
            self.tell_result(call);
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
            "agent_message_chunk" => self.chunk("message", update),
            "agent_thought_chunk" => self.chunk("thought", update),
            "compaction_summary_chunk" => self.chunk("compaction", update),
            "compaction_update" => self.compaction(update),
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

    /// Its user refused a call.
    pub(super) fn refused(&mut self, id: &str) {
        let mut calls = self.calls.iter_mut();
        let call =
            calls.find(|call| call.fields.get("toolCallId").is_some_and(|known| known == id));
        if let Some(call) = call {
            call.is_refused = true;
        }
    }

    fn chunk(&mut self, kind: &str, update: &Value) {
        let content = &update["content"];
        let Some(text) = content["text"].as_str() else {
            self.flush();
            return self.say(json!({"type": "other", "update": update}));
        };
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

    /// `compaction_update{status,summary,error}`: only its end is told, with the summary where it is given.
    fn compaction(&mut self, update: &Value) {
        let summary = update["summary"].as_array().into_iter().flatten();
        let summary: Vec<&str> = summary.filter_map(|content| content["text"].as_str()).collect();
        let is_told = self.piece.as_ref().is_some_and(|piece| piece.kind == "compaction");
        if update["status"] != "completed" {
            return;
        }
        self.flush();
        if !is_told {
            self.say(json!({"type": "compaction", "text": summary.join("\n")}));
        }
    }

    fn call(&mut self, update: &Value) {
        let at = self.merge(update);
        let status = self.calls[at].fields.get("status").and_then(Value::as_str);
        // When it is first told, its input may still be on its way.
        let is_whole =
            update["sessionUpdate"] == "tool_call_update" && !is_empty(&update["rawInput"]);
        match status {
            Some("completed" | "failed") => {
                let mut call = self.calls.remove(at);
                self.tell_use(&mut call);
                self.tell_result(call);
            }
            Some("in_progress") => self.tell_use_at(at),
            _ if is_whole => self.tell_use_at(at),
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
        let fields = &mut self.calls[at].fields;
        if known.is_none() {
            // Where the tool has no name of its own, its first title is it; later ones say what it does.
            let title = update["title"].as_str().filter(|title| !title.contains(' '));
            fields.extend(title.map(|title| ("name".to_owned(), title.into())));
        }
        let said = update.as_object().into_iter().flatten();
        for (name, value) in said.filter(|(name, _)| !NOT_OF_CALL.contains(&name.as_str())) {
            let is_poorer = name == "rawInput" && !is_richer(fields.get(name), value);
            if !is_empty(value) && !is_poorer {
                fields.insert(name.clone(), value.clone());
            }
        }
        at
    }

    fn tell_use_at(&mut self, at: usize) {
        if at >= self.calls.len() {
            return;
        }
        let mut call = std::mem::take(&mut self.calls[at]);
        self.tell_use(&mut call);
        self.calls[at] = call;
    }

    fn tell_use(&mut self, call: &mut Call) {
        if call.is_told {
            return;
        }
        call.is_told = true;
        call.told_content = call.fields.get("content").cloned();
        let mut fields = call.fields.clone();
        for of_result in ["rawOutput", "status"] {
            fields.remove(of_result);
        }
        self.say(json!({"type": "tool_use", "call": fields}));
    }

    /// What was told with its use is left out; and its raw output, but for the exit code, where its content
    /// says the same.
    fn tell_result(&mut self, call: Call) {
        let Call { mut fields, told_content, is_refused, .. } = call;
        for of_use in ["rawInput", "locations"] {
            fields.remove(of_use);
        }
        let ended = fields.get("status").is_some_and(|status| status != "pending");
        if fields.get("content") == told_content.as_ref() && (ended || is_refused) {
            fields.remove("content");
        }
        if is_refused {
            fields.insert("refused".into(), "".into());
        }
        let mut call = Value::Object(fields);
        if let Some(output) = parse_tool::text_of(&call).and_then(|_| call.get_mut("rawOutput")) {
            match output.as_object_mut() {
                Some(output) => {
                    output.retain(|name, _| {
                        ["exit_code", "exitCode", "metadata"].contains(&name.as_str())
                    });
                    if let Some(metadata) =
                        output.get_mut("metadata").and_then(Value::as_object_mut)
                    {
                        metadata.retain(|name, _| name == "exit");
                    }
                }
                None => *output = Value::Null,
            }
        }
        self.say(json!({"type": "tool_result", "call": call}));
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
        let context = json!([update["used"], update["size"]]);
        if added.is_none() && self.context == context {
            return;
        }
        self.say(json!({
            "type": "usage", "used": context[0], "size": context[1], "cost_usd": added,
        }));
        self.context = context;
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

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Whether a later input says more: requests for permission repeat a part of it.
fn is_richer(known: Option<&Value>, said: &Value) -> bool {
    let fields = |value: Option<&Value>| value.and_then(Value::as_object).map_or(0, Map::len);
    fields(Some(said)) >= fields(known)
}
