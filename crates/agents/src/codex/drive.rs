//! Codex driven by `codex app-server` on a Unix socket: JSON-RPC without `jsonrpc`, in WebSocket frames
//! (0.169; its types are printed by `codex app-server generate-ts`). One server holds many threads; each
//! channel has a connection of its own and speaks of one thread.

mod answer;
mod ask;
mod connection;
mod hooks;
mod requests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use callboard_model::Timestamp;
use callboard_model::call::Ask;
use callboard_model::event::FileEdit;
use callboard_model::session::TurnState;
use callboard_os::host::HostSpec;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::requests::{Requested, Requests};
use super::daemon;
use super::handshake::hello;
use crate::drive::{
    Attachment, Beginning, Capabilities, Channel, Connection, Driver, Heard, Launch, Line,
    LineTaker, Order, Process, PromptStep, Refusal, Signal,
};
use crate::limits;

/// What `thread/turns/list` says of a thread that has had no prompt.
const UNWRITTEN: &str = "is not materialized yet";

/// The socket's name in the folder of its host.
const SOCKET: &str = "codex.sock";

pub(super) struct CodexDriver;

impl Driver for CodexDriver {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            steer: true,
            queue: false,
            interrupt: true,
            resume: true,
            fork: true,
            attach_while_driven: true,
        }
    }

    fn takes_id(&self) -> bool {
        false
    }

    fn process(&self, launch: &Launch, folder: &Path) -> Process {
        let socket = folder.join(SOCKET);
        let listen = format!("unix://{}", socket.display());
        let mut args = hooks::arguments(&launch.callboard);
        args.extend(["app-server", "--listen", &listen].map(Into::into));
        let spec = HostSpec {
            program: launch.program.clone(),
            args,
            // It serves many checkouts; each thread names its own.
            cwd: launch.environment.home.clone(),
            env: launch.environment.vars.clone().into_iter().collect(),
        };
        Process::Server { spec, socket }
    }

    fn channel(&self, launch: &Launch, state: Option<&Value>) -> Box<dyn Channel> {
        let kept = state.and_then(|state| State::deserialize(state).ok()).unwrap_or_default();
        Box::new(CodexChannel {
            state: kept,
            launch: launch.clone(),
            requests: Requests::default(),
            is_begun: false,
            is_caught_up: false,
            turns_asked: 0,
            unsent: BTreeSet::new(),
            told: None,
        })
    }

    fn connect(&self, socket: &Path, take: LineTaker) -> io::Result<Box<dyn Connection>> {
        connection::connect(socket, take)
    }

    fn attachment(
        &self,
        program: &Path,
        id: &str,
        socket: Option<&Path>,
        _: Option<&str>,
    ) -> Option<Attachment> {
        let remote = socket.map(|socket| format!("unix://{}", socket.display()));
        let remote = remote.into_iter().flat_map(|address| ["--remote".to_owned(), address]);
        let args = remote.chain(["resume".to_owned(), id.to_owned()]).collect();
        Some(Attachment { program: program.to_owned(), args })
    }

    fn shared_socket(&self, home: &Path) -> Option<PathBuf> {
        Some(daemon::socket(home)).filter(|socket| socket.exists())
    }
}

/// What a channel must not forget.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    thread: Option<String>,
    /// The turn that goes on.
    turn: Option<String>,
    /// What is asked: our key, and the server's id of the request; null until it is asked again on a new
    /// connection.
    asked: BTreeMap<String, Value>,
    /// What was answered on this connection and not seen resolved, newest last: our key, and the server's id
    /// of the request.
    answered: VecDeque<(String, Value)>,
    /// Threads of subagents.
    children: BTreeSet<String>,
    /// Changes of files that were begun: a request to allow one names it only.
    edits: BTreeMap<String, Vec<FileEdit>>,
    /// Prompts that were sent and not heard of since.
    sent: BTreeMap<String, String>,
    /// When the limit that is nearest is lifted.
    resets_at: Option<Timestamp>,
}

struct CodexChannel {
    state: State,
    launch: Launch,
    requests: Requests,
    is_begun: bool,
    /// It is known which turn goes on, and which prompts it has.
    is_caught_up: bool,
    /// How often this connection asked for that.
    turns_asked: u32,
    /// Prompts that came before it was known: no connection has sent them.
    unsent: BTreeSet<String>,
    told: Option<TurnState>,
}

impl Channel for CodexChannel {
    fn open(&mut self) -> Vec<Line> {
        self.requests = Requests::default();
        (self.is_begun, self.is_caught_up, self.turns_asked) = (false, false, 0);
        self.told = None;
        // An answer may have been kept and not sent: only what the server asks again is known to wait.
        let answered = std::mem::take(&mut self.state.answered).into_iter().map(|(key, _)| key);
        let waiting = std::mem::take(&mut self.state.asked).into_keys().chain(answered);
        self.state.asked = waiting.map(|key| (key, Value::Null)).collect();
        vec![self.requests.line(Requested::Hello, "initialize", &hello())]
    }

    fn hear(&mut self, line: &str) -> Heard {
        let Ok(message) = serde_json::from_str::<Value>(line) else { return Heard::default() };
        let params = &message["params"];
        match (message.get("id"), message["method"].as_str()) {
            (Some(id), Some(method)) if self.is_ours(params) || self.is_childs(params) => {
                self.asked(id, method, params)
            }
            (Some(id), None) => match self.requests.take(id) {
                Some(requested) => self.answered(requested, &message),
                None => Heard::default(),
            },
            (None, Some(method)) if self.is_ours(params) => self.notified(method, params),
            (None, Some("serverRequest/resolved")) if self.is_childs(params) => {
                self.notified("serverRequest/resolved", params)
            }
            (None, Some("thread/started")) => {
                self.note_child(&params["thread"]);
                Heard::default()
            }
            (None, Some("account/rateLimits/updated")) => {
                self.state.resets_at = resets_at(&params["rateLimits"]);
                Heard::default()
            }
            _ => Heard::default(),
        }
    }

    fn order(&mut self, order: &Order) -> Result<Vec<Line>, Refusal> {
        match order {
            // Until there is a thread, nothing could be asked about it after a crash.
            Order::Prompt { .. } if !self.is_begun => Err(Refusal::NotYet),
            Order::Prompt { id, text } => Ok(self.prompt(id, text).into_iter().collect()),
            Order::Interrupt { .. } | Order::End { .. } => Ok(self.interrupt()),
            Order::SetMode { .. } => Err(Refusal::Unable("change its mode while it runs")),
            Order::Answer { ask, answer } => {
                if self.state.answered.iter().any(|(key, _)| *key == ask.key) {
                    return Ok(Vec::new());
                }
                let request = match self.state.asked.get(&ask.key) {
                    None => return Err(Refusal::Gone),
                    Some(Value::Null) => return Err(Refusal::NotYet),
                    Some(request) => request.clone(),
                };
                let result = answer::result(ask, answer)?;
                self.state.asked.remove(&ask.key);
                self.state.answered.push_back((ask.key.clone(), request.clone()));
                if self.state.answered.len() > limits::ANSWERS_REMEMBERED {
                    self.state.answered.pop_front();
                }
                let line = json!({"id": &request, "result": result});
                let mut lines = vec![Line::of(format!("answer {}", ask.key), &line)];
                // A refusal has no room for its reason; the running turn takes it as a prompt.
                if let Some(reason) = answer::reason(ask, answer) {
                    lines.extend(self.prompt(&format!("reason {}", ask.key), reason));
                }
                Ok(lines)
            }
        }
    }

    fn state(&self) -> Value {
        serde_json::to_value(&self.state).unwrap_or_default()
    }
}

impl CodexChannel {
    /// Every client hears of every thread.
    fn is_ours(&self, params: &Value) -> bool {
        let thread = params["threadId"].as_str().or_else(|| params["thread"]["id"].as_str());
        thread.is_some() && thread == self.state.thread.as_deref()
    }

    fn is_childs(&self, params: &Value) -> bool {
        params["threadId"].as_str().is_some_and(|thread| self.state.children.contains(thread))
    }

    fn note_child(&mut self, thread: &Value) {
        let parent = thread["parentThreadId"].as_str();
        let is_below = parent.is_some_and(|parent| {
            Some(parent) == self.state.thread.as_deref() || self.state.children.contains(parent)
        });
        if let Some(id) = thread["id"].as_str().filter(|_| is_below) {
            self.state.children.insert(id.to_owned());
        }
    }

    /// A prompt: into the turn that goes on, or as a turn of its own, as soon as it is known which.
    fn prompt(&mut self, id: &str, text: &str) -> Option<Line> {
        self.state.sent.insert(id.to_owned(), text.to_owned());
        if !self.is_caught_up {
            self.unsent.insert(id.to_owned());
        }
        let thread = self.state.thread.clone().filter(|_| self.is_caught_up)?;
        let input = json!([{"type": "text", "text": text, "text_elements": []}]);
        let mut params = json!({"threadId": thread, "clientUserMessageId": id, "input": input});
        let requested = Requested::Prompt { id: id.to_owned(), text: text.to_owned() };
        Some(match &self.state.turn {
            Some(turn) => {
                params["expectedTurnId"] = turn.clone().into();
                let requested = Requested::Steer { id: id.to_owned(), text: text.to_owned() };
                self.requests.line(requested, "turn/steer", &params)
            }
            None => self.requests.line(requested, "turn/start", &params),
        })
    }

    fn interrupt(&mut self) -> Vec<Line> {
        let (Some(thread), Some(turn)) = (&self.state.thread, &self.state.turn) else {
            return Vec::new();
        };
        let params = json!({"threadId": thread, "turnId": turn});
        vec![self.requests.line(Requested::Other, "turn/interrupt", &params)]
    }

    /// Something that was asked of the server is answered.
    fn answered(&mut self, requested: Requested, message: &Value) -> Heard {
        let error = message.get("error").map(|error| {
            error["message"].as_str().map_or_else(|| error.to_string(), str::to_owned)
        });
        match (requested, error) {
            (Requested::Hello, None) => Heard { signals: Vec::new(), lines: self.ask_hooks() },
            // One that does not list them has none of ours.
            (Requested::Hooks, _) => {
                let trust = hooks::trust(&message["result"]);
                Heard { signals: Vec::new(), lines: self.begin(trust) }
            }
            (Requested::Begin, None) => self.begun(&message["result"]),
            (Requested::Hello | Requested::Begin, Some(text)) => {
                Heard::default().tell(Signal::Closed { failure: Some(text) })
            }
            (Requested::Prompt { id, .. } | Requested::Steer { id, .. }, None) => {
                self.state.sent.remove(&id);
                let turn = &message["result"]["turn"];
                if turn["status"] == "inProgress" {
                    self.state.turn = turn["id"].as_str().map(str::to_owned);
                }
                Heard::default().tell(Signal::Prompt { id, step: PromptStep::Taken })
            }
            // The turn ended meanwhile.
            (Requested::Steer { id, text }, Some(_)) => {
                self.state.turn = None;
                Heard { lines: self.prompt(&id, &text).into_iter().collect(), ..Heard::default() }
            }
            (Requested::Prompt { id, .. }, Some(text)) => {
                self.state.sent.remove(&id);
                Heard::default().tell(Signal::Prompt { id, step: PromptStep::Refused(text) })
            }
            (Requested::LastTurn, Some(text)) if !text.contains(UNWRITTEN) => {
                self.not_caught_up(&text)
            }
            (Requested::LastTurn, error) => {
                let last = &message["result"]["data"][0];
                let goes_on = error.is_none() && last["status"] == "inProgress";
                self.state.turn = last["id"].as_str().filter(|_| goes_on).map(str::to_owned);
                self.go_on(&message["result"])
            }
            (Requested::Other, _) => Heard::default(),
        }
    }

    /// Hooks are run only if the thread trusts them, by a hash that the server alone knows.
    fn ask_hooks(&mut self) -> Vec<Line> {
        let params = json!({"cwds": ["/"]});
        let list = self.requests.line(Requested::Hooks, "hooks/list", &params);
        vec![Line::of("initialized", &json!({"method": "initialized"})), list]
    }

    /// The first words about the thread.
    fn begin(&mut self, trust: Option<Value>) -> Vec<Line> {
        let launch = &self.launch;
        let known = self.state.thread.clone().map(Beginning::Resume);
        let beginning = known.as_ref().unwrap_or(&launch.beginning);
        let (method, mut params) = match beginning {
            Beginning::New => ("thread/start", json!({})),
            // It cannot go back: nothing asks it to.
            Beginning::Resume(id) | Beginning::ResumeAt { id, .. } => {
                ("thread/resume", json!({"threadId": id, "excludeTurns": true}))
            }
            Beginning::Fork(id) => ("thread/fork", json!({"threadId": id, "excludeTurns": true})),
        };
        if known.is_none() && !launch.cwd.as_os_str().is_empty() {
            params["cwd"] = launch.cwd.to_string_lossy().into();
            params["model"] = json!(launch.model);
            mode_into(&mut params, launch.mode.as_deref());
            if !launch.variables.is_empty() {
                // The server's own environment is that of the first who needed it.
                params["config"]["shell_environment_policy.set"] = json!(launch.variables);
            }
        }
        if let Some(trust) = trust {
            params["config"]["hooks.state"] = trust;
        }
        // What is asked meanwhile belongs to it, before the answer tells so.
        if let Beginning::Resume(id) = beginning {
            self.state.thread = Some(id.clone());
        }
        vec![self.requests.line(Requested::Begin, method, &params)]
    }

    fn begun(&mut self, result: &Value) -> Heard {
        let thread = &result["thread"];
        let Some(id) = thread["id"].as_str() else {
            let failure = Some("the server names no thread".to_owned());
            return Heard::default().tell(Signal::Closed { failure });
        };
        self.state.thread = Some(id.to_owned());
        self.is_begun = true;
        let mut heard = Heard::default().tell(Signal::Named(id.to_owned())).tell(Signal::Ready);
        heard.signals.extend(self.turn(&thread["status"]));
        if thread["status"]["type"] == "active" || !self.state.sent.is_empty() {
            // Which turn it is, and which prompts it has, the thread alone does not say.
            heard.lines.push(self.ask_turns());
        } else {
            self.state.turn = None;
            let on = self.go_on(&Value::Null);
            heard.signals.extend(on.signals);
            heard.lines = on.lines;
        }
        heard
    }

    fn ask_turns(&mut self) -> Line {
        self.turns_asked += 1;
        let params = json!({"threadId": self.state.thread, "limit": limits::TURNS_LOOKED_AT, "sortDirection": "desc", "itemsView": "full"});
        self.requests.line(Requested::LastTurn, "thread/turns/list", &params)
    }

    /// Which prompts the thread has was not told: it is asked again, and at last left open. Sent twice, a prompt
    /// would be done twice.
    fn not_caught_up(&mut self, why: &str) -> Heard {
        if self.turns_asked < limits::TURNS_ASKED {
            return Heard { lines: vec![self.ask_turns()], ..Heard::default() };
        }
        let (unsent, open): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.state.sent)
            .into_iter()
            .partition(|(id, _)| self.unsent.contains(id));
        self.state.sent = unsent;
        let mut heard = self.go_on(&Value::Null);
        heard.signals.extend(open.into_keys().map(|id| {
            let why =
                format!("Codex does not say whether it has it, and it was not sent again: {why}");
            Signal::Prompt { id, step: PromptStep::Refused(why) }
        }));
        heard
    }

    /// Sends what waits, and again what was sent but is not among the thread's last turns.
    fn go_on(&mut self, turns: &Value) -> Heard {
        let told = turns.to_string();
        self.is_caught_up = true;
        self.unsent.clear();
        let mut heard = Heard::default();
        // What waits was asked again before this answer came.
        let (gone, asked): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.state.asked).into_iter().partition(|(_, id)| id.is_null());
        self.state.asked = asked;
        heard.signals.extend(gone.into_keys().map(|key| Signal::AskGone { key }));
        for (id, text) in std::mem::take(&mut self.state.sent) {
            if told.contains(&format!("\"clientId\":\"{id}\"")) {
                heard.signals.push(Signal::Prompt { id, step: PromptStep::Taken });
            } else {
                heard.lines.extend(self.prompt(&id, &text));
            }
        }
        heard
    }

    fn asked(&mut self, id: &Value, method: &str, params: &Value) -> Heard {
        let ask: Option<Ask> = ask::of(id, method, params, &self.state.edits);
        match ask {
            Some(mut ask) => {
                if self.is_childs(params) {
                    ask.subagent = params["threadId"].as_str().map(str::to_owned);
                }
                // Asked again means not answered.
                self.state.answered.retain(|(key, _)| *key != ask.key);
                self.state.asked.insert(ask.key.clone(), id.clone());
                Heard::default().tell(Signal::Asked(Box::new(ask)))
            }
            // Other clients may know what it is; to refuse would be to answer for them.
            None => Heard::default(),
        }
    }

    fn notified(&mut self, method: &str, params: &Value) -> Heard {
        let mut heard = Heard::default();
        match method {
            "thread/status/changed" => heard.signals.extend(self.turn(&params["status"])),
            "thread/closed" => heard.signals.push(Signal::Closed { failure: None }),
            "turn/started" => {
                self.state.turn = params["turn"]["id"].as_str().map(str::to_owned);
            }
            "turn/completed" => {
                self.state.turn = None;
                self.state.edits.clear();
                heard.signals.extend(self.failed(&params["turn"]));
            }
            "item/started" | "item/completed" => self.item(method, &params["item"], &mut heard),
            "serverRequest/resolved" => {
                let id = &params["requestId"];
                let asked =
                    self.state.asked.iter().chain(self.state.answered.iter().map(|(k, v)| (k, v)));
                let keys: Vec<String> = asked
                    .filter(|(_, request)| *request == id)
                    .map(|(key, _)| key.clone())
                    .collect();
                for key in keys {
                    self.state.asked.remove(&key);
                    self.state.answered.retain(|(answered, _)| *answered != key);
                    heard.signals.push(Signal::AskGone { key });
                }
            }
            _ => {}
        }
        heard
    }

    fn item(&mut self, method: &str, item: &Value, heard: &mut Heard) {
        let id = item["id"].as_str().unwrap_or_default().to_owned();
        match (item["type"].as_str(), method) {
            (Some("fileChange"), "item/started")
                if self.state.edits.len() < limits::EDITS_REMEMBERED =>
            {
                self.state.edits.insert(id, ask::edits(&item["changes"]));
            }
            (Some("fileChange"), "item/completed") => {
                self.state.edits.remove(&id);
            }
            (Some("userMessage"), "item/started") => {
                if let Some(id) = item["clientId"].as_str() {
                    self.state.sent.remove(id);
                    let id = id.to_owned();
                    heard.signals.push(Signal::Prompt { id, step: PromptStep::Begun });
                }
            }
            _ => {}
        }
    }

    fn turn(&mut self, status: &Value) -> Option<Signal> {
        let waits =
            |flag: &str| status["activeFlags"].as_array().into_iter().flatten().any(|f| f == flag);
        let turn = match status["type"].as_str() {
            Some("active") if waits("waitingOnApproval") => TurnState::WaitingPermission,
            Some("active") if waits("waitingOnUserInput") => TurnState::WaitingInput,
            Some("active") => TurnState::Working,
            Some("idle") => TurnState::Idle,
            _ => return None,
        };
        (self.told.replace(turn) != Some(turn)).then_some(Signal::Turn(turn))
    }

    /// `codexErrorInfo` says whether it is a limit.
    fn failed(&self, turn: &Value) -> Option<Signal> {
        let error = Some(&turn["error"]).filter(|_| turn["status"] == "failed")?;
        let text = error["message"].as_str().unwrap_or_default().to_owned();
        let info = &error["codexErrorInfo"];
        let is_limit = matches!(
            info.as_str(),
            Some("usageLimitExceeded" | "rateLimitExceeded" | "sessionBudgetExceeded")
        ) || info["responseTooManyFailedAttempts"]["httpStatusCode"] == 429;
        Some(match is_limit {
            true => Signal::Limited { until: self.state.resets_at, text },
            false => Signal::Failed { text },
        })
    }
}

/// A mode is `APPROVAL` or `APPROVAL/SANDBOX`, such as `on-request/workspace-write`, or a sandbox alone.
fn mode_into(params: &mut Value, mode: Option<&str>) {
    for word in mode.into_iter().flat_map(|mode| mode.split('/')) {
        let is_sandbox = ["read-only", "workspace-write", "danger-full-access"].contains(&word);
        params[if is_sandbox { "sandbox" } else { "approvalPolicy" }] = word.into();
    }
}

/// `primary` and `secondary` windows tell when they begin anew, in seconds since 1970.
fn resets_at(limits: &Value) -> Option<Timestamp> {
    let full = ["primary", "secondary"].map(|name| &limits[name]);
    let full = full.into_iter().filter(|window| window["usedPercent"].as_f64() >= Some(100.0));
    let seconds = full.filter_map(|window| window["resetsAt"].as_i64()).max()?;
    Some(Timestamp::from_millisecond(seconds.checked_mul(1000)?))
}
