//! Agents driven by the Agent Client Protocol, version 1 (JSON-RPC by lines over standard input and output;
//! agentclientprotocol.com, schema 1.15). Of what a client may offer, nothing is: files and terminals are
//! the agent's own affair.

mod ask;
mod compose;
mod open;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use callboard_model::call::Effect;
use callboard_model::session::TurnState;
use callboard_os::host::HostSpec;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::compose::Composer;
use super::discover;
use super::parse::word;
use crate::drive::{
    Attachment, Beginning, Capabilities, Channel, Connection, Driver, Heard, Launch, Line,
    LineTaker, Order, Process, PromptStep, Refusal, Signal,
};

/// JSON-RPC: there is no such method.
const NO_METHOD: i64 = -32601;

/// The protocol: its user has to sign in first.
const SIGN_IN: i64 = -32000;

pub(super) struct AcpDriver {
    pub(super) name: &'static str,
}

impl Driver for AcpDriver {
    fn capabilities(&self) -> Capabilities {
        Capabilities { interrupt: true, resume: true, ..Capabilities::default() }
    }

    fn takes_id(&self) -> bool {
        false
    }

    fn process(&self, launch: &Launch, _: &Path) -> Process {
        let mut env: BTreeMap<String, String> = launch.environment.vars.clone();
        env.extend(launch.variables.clone());
        Process::Pipes(HostSpec {
            program: launch.program.clone(),
            args: launch.args.clone(),
            cwd: launch.cwd.clone(),
            env: env.into_iter().collect(),
        })
    }

    fn channel(&self, launch: &Launch, state: Option<&Value>) -> Box<dyn Channel> {
        let kept = state.and_then(|state| State::deserialize(state).ok());
        Box::new(AcpChannel {
            name: self.name,
            beginning: launch.beginning.clone(),
            cwd: launch.cwd.to_string_lossy().into_owned(),
            model: launch.model.clone(),
            mode: launch.mode.clone(),
            state: kept.unwrap_or_default(),
            told: None,
        })
    }

    fn connect(&self, _: &Path, _: LineTaker) -> io::Result<Box<dyn Connection>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "it has a process for each conversation"))
    }

    // How its own program shows a conversation is not in the protocol.
    fn attachment(
        &self,
        _: &Path,
        _: &str,
        _: Option<&Path>,
        _: Option<&str>,
    ) -> Option<Attachment> {
        None
    }

    fn shared_socket(&self, _: &Path) -> Option<PathBuf> {
        None
    }

    fn transcript(&self, home: &Path, id: &str) -> Option<PathBuf> {
        discover::transcript_of(home, self.name, id)
    }
}

/// What a channel must not forget.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    /// The conversation.
    id: Option<String>,
    /// It was begun or taken up, and is as it was asked to be: what comes now is new.
    is_open: bool,
    /// How its user signs in, in the agent's words.
    sign_in: Option<String>,
    /// The name and version that the agent gives.
    version: Option<String>,
    /// What is asked of the conversation before it takes prompts.
    settling: BTreeSet<String>,
    /// The option that its mode is, where it is one.
    mode_option: Option<String>,
    /// The prompt whose turn it is.
    current: Option<String>,
    /// Something was heard of it.
    has_begun: bool,
    /// What is asked, by its key.
    asked: BTreeMap<String, Pending>,
    /// What was answered and is not seen to go on.
    answered: BTreeMap<String, Pending>,
    composer: Composer,
}

/// A request of the agent that waits.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Pending {
    /// The agent's id of the request.
    id: Value,
    tool: Option<String>,
}

struct AcpChannel {
    name: &'static str,
    beginning: Beginning,
    cwd: String,
    model: Option<String>,
    mode: Option<String>,
    state: State,
    told: Option<TurnState>,
}

impl Channel for AcpChannel {
    fn open(&mut self) -> Vec<Line> {
        vec![open::initialize()]
    }

    fn hear(&mut self, line: &str) -> Heard {
        let Ok(message) = serde_json::from_str::<Value>(line) else { return Heard::default() };
        let heard = match (message["method"].as_str(), &message["id"]) {
            (Some("session/request_permission"), id) if !id.is_null() => {
                self.requested(id, &message["params"])
            }
            (Some("session/update"), _) => self.updated(&message["params"]),
            (Some(_), Value::Null) => Heard::default(),
            // Left without an answer, it would wait for ever. Some ask for what they know not to be offered.
            (Some(_), id) => Heard { lines: vec![unsupported(id)], ..Heard::default() },
            (None, Value::String(id)) => self.answered(id, &message),
            (None, _) => Heard::default(),
        };
        self.with_turn(heard)
    }

    fn order(&mut self, order: &Order) -> Result<Vec<Line>, Refusal> {
        let Some(session) = self.state.id.clone().filter(|_| self.state.is_open) else {
            return Err(Refusal::NotYet);
        };
        Ok(match order {
            Order::Prompt { id, text } => {
                // A second prompt of the same turn means nothing in the protocol: it waits for its end.
                if self.state.current.as_ref().is_some_and(|current| current != id) {
                    return Err(Refusal::NotYet);
                }
                if self.state.current.is_none() {
                    self.state.current = Some(id.clone());
                    self.state.has_begun = false;
                    self.state.composer.prompt(id, text);
                }
                let prompt = json!([{"type": "text", "text": text}]);
                vec![request(
                    id,
                    "session/prompt",
                    &json!({"sessionId": session, "prompt": prompt}),
                )]
            }
            Order::Interrupt { id } | Order::End { id } => {
                let asked = std::mem::take(&mut self.state.asked);
                let cancelled = json!({"outcome": {"outcome": "cancelled"}});
                let mut lines = vec![Line::of(
                    id,
                    &json!({"jsonrpc": "2.0", "method": "session/cancel", "params": {"sessionId": session}}),
                )];
                lines.extend(asked.iter().map(|(key, one)| reply(key, &one.id, &cancelled)));
                self.state.answered.extend(asked);
                lines
            }
            Order::SetMode { id, mode } => {
                vec![open::set_mode(id, &session, self.state.mode_option.as_deref(), mode)]
            }
            Order::Answer { ask, answer } => {
                let chosen = ask::chosen(ask, answer)?;
                let waiting = self.state.asked.remove(&ask.key);
                let pending = waiting.or_else(|| self.state.answered.remove(&ask.key));
                let pending = pending.ok_or(Refusal::Gone)?;
                let line = reply(&ask.key, &pending.id, &chosen);
                let is_denied = ask.effect_of(answer) == Some(Effect::Deny);
                if let Some(tool) = pending.tool.as_ref().filter(|_| is_denied) {
                    self.state.composer.refused(tool);
                }
                self.state.answered.insert(ask.key.clone(), pending);
                vec![line]
            }
        })
    }

    fn records(&mut self) -> Vec<Value> {
        self.state.composer.take()
    }

    fn finish(&mut self) {
        if self.state.current.take().is_some() {
            self.state.composer.stop(Some("cancelled"), None, &Value::Null);
        }
    }

    fn state(&self) -> Value {
        serde_json::to_value(&self.state).unwrap_or_default()
    }
}

impl AcpChannel {
    /// The agent asks its user.
    fn requested(&mut self, id: &Value, params: &Value) -> Heard {
        let prompt = self.state.current.as_deref().unwrap_or_default();
        // Its numbers begin anew with each process; the prompt's do not.
        let key = format!("{prompt} {id}");
        let call = self.state.composer.asked_about(&params["toolCall"]);
        let ask = ask::of(key.clone(), &call, &params["options"], self.name);
        let tool = word(&call, "toolCallId");
        self.state.asked.insert(key, Pending { id: id.clone(), tool });
        self.begun(Heard::default()).tell(Signal::Asked(Box::new(ask)))
    }

    /// The conversation goes on. What comes before it is open is its history, told again.
    fn updated(&mut self, params: &Value) -> Heard {
        let heard = Heard::default();
        // A subagent's conversation is another one.
        if !self.state.is_open || word(params, "sessionId") != self.state.id {
            return heard;
        }
        let update = &params["update"];
        let heard = match (update["sessionUpdate"].as_str(), word(update, "toolCallId")) {
            (Some("tool_call_update"), tool @ Some(_)) => {
                self.gone_on(heard, |pending| pending.tool == tool)
            }
            _ => heard,
        };
        match self.state.composer.update(update) {
            true => self.begun(heard),
            false => heard,
        }
    }

    /// Tells once that the prompt is being worked on.
    fn begun(&mut self, heard: Heard) -> Heard {
        let Some(id) = self.state.current.clone().filter(|_| !self.state.has_begun) else {
            return heard;
        };
        self.state.has_begun = true;
        heard.tell(Signal::Prompt { id, step: PromptStep::Begun })
    }

    /// The agent answered a request of ours.
    fn answered(&mut self, id: &str, message: &Value) -> Heard {
        match id {
            open::INITIALIZE => self.initialized(message),
            open::SESSION => self.session_opened(message),
            _ if self.state.settling.remove(id) => self.settled(message),
            _ if self.state.current.as_deref() == Some(id) => self.turn_ended(id, message),
            _ => Heard::default(),
        }
    }

    /// `session/prompt` is answered when its turn is over.
    fn turn_ended(&mut self, id: &str, message: &Value) -> Heard {
        let mut heard = self.gone_on(Heard::default(), |_| true);
        let asked = std::mem::take(&mut self.state.asked);
        heard.signals.extend(asked.into_keys().map(|key| Signal::AskGone { key }));
        heard = heard.tell(Signal::Prompt { id: id.to_owned(), step: PromptStep::Done });
        let error = message.get("error").map(|error| self.failure(error));
        let reason = message["result"]["stopReason"].as_str();
        let text =
            error.clone().or_else(|| Some(stopped_by(reason?)).filter(|_| is_failure(reason)));
        self.state.composer.stop(reason, error.as_deref(), &message["result"]["usage"]);
        self.state.current = None;
        if let Some(text) = text {
            heard = heard.tell(Signal::Failed { text });
        }
        // The next prompt may come.
        heard.tell(Signal::Ready)
    }

    /// What an error says, with what to do about it.
    fn failure(&self, error: &Value) -> String {
        if error["code"].as_i64() == Some(SIGN_IN) {
            let how = self.state.sign_in.clone();
            let how = how.unwrap_or_else(|| "start it in a terminal and sign in there".to_owned());
            return format!("{} wants you to sign in first: {how}", self.name);
        }
        let text = word(error, "message").unwrap_or_else(|| "it does not say why".to_owned());
        match word(&error["data"], "message").or_else(|| word(&error["data"], "details")) {
            Some(more) if more != text => format!("{text}: {more}"),
            _ => text,
        }
    }

    /// Tells that what was answered goes on, where it is as wanted.
    fn gone_on(&mut self, mut heard: Heard, wanted: impl Fn(&Pending) -> bool) -> Heard {
        let (gone, left): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.state.answered)
                .into_iter()
                .partition(|(_, pending)| wanted(pending));
        self.state.answered = left;
        heard.signals.extend(gone.into_keys().map(|key| Signal::AskGone { key }));
        heard
    }

    /// Adds what the turn waits for, where that changed.
    fn with_turn(&mut self, mut heard: Heard) -> Heard {
        let turn = if !self.state.asked.is_empty() {
            TurnState::WaitingPermission
        } else if self.state.current.is_some() {
            TurnState::Working
        } else {
            TurnState::Idle
        };
        if self.state.is_open && self.told != Some(turn) {
            self.told = Some(turn);
            heard.signals.push(Signal::Turn(turn));
        }
        heard
    }
}

/// Whether a turn that stopped for this reason failed.
fn is_failure(reason: Option<&str>) -> bool {
    !matches!(reason, Some("end_turn" | "cancelled") | None)
}

/// Why a turn stopped, in words.
pub(super) fn stopped_by(reason: &str) -> String {
    match reason {
        "max_tokens" => "the agent reached the model's limit of tokens".to_owned(),
        "max_turn_requests" => "the agent reached its limit of requests in one turn".to_owned(),
        "refusal" => "the agent refused to go on".to_owned(),
        other => format!("the agent stopped: {}", other.replace('_', " ")),
    }
}

/// A request; its id is that of its line.
fn request(id: &str, method: &str, params: &Value) -> Line {
    Line::of(id, &json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
}

/// The line that answers what was asked; the same is answered once.
fn reply(key: &str, id: &Value, result: &Value) -> Line {
    Line::of(format!("answer {key}"), &json!({"jsonrpc": "2.0", "id": id, "result": result}))
}

fn unsupported(id: &Value) -> Line {
    let error = json!({"code": NO_METHOD, "message": "this client does not do that"});
    Line::of(format!("refuse {id}"), &json!({"jsonrpc": "2.0", "id": id, "error": error}))
}
