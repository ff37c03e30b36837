//! Claude Code driven by stream-json and its control protocol (`claude -p --input-format stream-json`,
//! 2.1.329; the frames are those of the Agent SDK's `query.py` and `sdk.d.ts`).

mod answer;
mod ask;
mod record;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use callboard_model::Timestamp;
use callboard_model::call::CallKind;
use callboard_model::session::TurnState;
use callboard_os::host::HostSpec;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::connect;
use crate::Environment;
use crate::drive::{
    Attachment, Beginning, Capabilities, Channel, Connection, Driver, Heard, Launch, Line,
    LineTaker, Order, Process, PromptStep, Refusal, Signal,
};
use crate::fields::{Document, Fields};

/// Set by an agent for what it starts; an agent of ours is nobody's child.
const OF_A_PARENT: &[&str] = &[
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_SESSION_ID",
    "CLAUDE_CODE_SSE_PORT",
    "CLAUDE_PID",
];

/// The id of the first line.
const OPENING: &str = "open";

pub(super) struct ClaudeDriver;

impl Driver for ClaudeDriver {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            queue: true,
            interrupt: true,
            resume: true,
            fork: true,
            ..Capabilities::default()
        }
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn process(&self, launch: &Launch, _: &Path) -> Process {
        let mut args: Vec<String> =
            ["-p", "--output-format", "stream-json", "--input-format", "stream-json", "--verbose"]
                .map(Into::into)
                .into();
        args.extend(["--permission-prompt-tool", "stdio"].map(Into::into));
        let mut with = |name: &str, value: &str| args.extend([name.to_owned(), value.to_owned()]);
        match &launch.beginning {
            Beginning::New => with("--session-id", &launch.id),
            Beginning::Resume(id) => with("--resume", id),
            Beginning::ResumeAt { id, at } => {
                with("--resume", id);
                with("--resume-session-at", at);
            }
            Beginning::Fork(id) => {
                with("--resume", id);
                with("--session-id", &launch.id);
                args.push("--fork-session".to_owned());
            }
        }
        let mut with = |name: &str, value: &Option<String>| {
            args.extend(value.iter().flat_map(|value| [name.to_owned(), value.clone()]));
        };
        with("--model", &launch.model);
        with("--permission-mode", &launch.mode);
        with("--settings", &Some(settings(&launch.callboard)));
        with("--mcp-config", &Some(servers(&launch.callboard)));
        let mut env: BTreeMap<String, String> = launch.environment.vars.clone();
        env.retain(|name, _| !OF_A_PARENT.contains(&name.as_str()));
        env.extend(launch.variables.clone());
        env.insert("CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS".into(), "1".into());
        Process::Pipes(HostSpec {
            program: launch.program.clone(),
            args,
            cwd: launch.cwd.clone(),
            env: env.into_iter().collect(),
        })
    }

    fn channel(&self, launch: &Launch, state: Option<&Value>) -> Box<dyn Channel> {
        let kept = state.and_then(|state| State::deserialize(state).ok());
        Box::new(ClaudeChannel {
            state: kept.unwrap_or_default(),
            cwd: launch.cwd.clone(),
            told: None,
        })
    }

    fn connect(&self, _: &Path, _: LineTaker) -> io::Result<Box<dyn Connection>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "it has a process for each conversation"))
    }

    fn attachment(
        &self,
        program: &Path,
        id: &str,
        _: Option<&Path>,
        mode: Option<&str>,
    ) -> Option<Attachment> {
        let mut args = vec!["--resume".to_owned(), id.to_owned()];
        args.extend(mode.into_iter().flat_map(|mode| ["--permission-mode".into(), mode.into()]));
        Some(Attachment { program: program.to_owned(), args })
    }

    fn unrecorded(
        &self,
        environment: &Environment,
        id: &str,
        prompts: &[String],
    ) -> Option<Vec<String>> {
        record::unrecorded(environment, id, prompts)
    }

    fn entry_before(&self, environment: &Environment, id: &str, prompt: &str) -> Option<String> {
        record::entry_before(environment, id, prompt)
    }

    fn shared_socket(&self, _: &Path) -> Option<PathBuf> {
        None
    }
}

/// What a channel must not forget.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    id: Option<String>,
    /// What is asked: request, and whether it is a question rather than a permission.
    asked: BTreeMap<String, bool>,
    /// What was answered and is not seen to go on: request, and the tool use that waited.
    answered: BTreeMap<String, Option<String>>,
    /// `session_state_changed` said so last.
    running: bool,
    /// Subagents and commands in the background: each that ends wakes the session.
    background: usize,
    is_ready: bool,
}

struct ClaudeChannel {
    state: State,
    cwd: PathBuf,
    told: Option<TurnState>,
}

impl Channel for ClaudeChannel {
    fn open(&mut self) -> Vec<Line> {
        let request = json!({"subtype": "initialize"});
        vec![control(OPENING, &request)]
    }

    fn hear(&mut self, line: &str) -> Heard {
        let document = Document::of(line);
        let Some(message) = document.as_ref().and_then(Document::fields) else {
            return Heard::default();
        };
        let heard = match message.str("type").as_deref() {
            Some("control_request") => self.requested(&message),
            Some("control_cancel_request") => {
                self.withdrawn(&message.text("request_id").unwrap_or_default())
            }
            Some("control_response") => self.answered(&message.fields("response")),
            Some("command_lifecycle") => prompt_step(&message),
            Some("system") => self.system(&message),
            Some("rate_limit_event") => limit(&message.fields("rate_limit_info")),
            Some("result") => self.gone_on(result(&message), |_| true),
            Some("user") => {
                let used = results(&message);
                self.gone_on(Heard::default(), |id| used.iter().any(|used| used == id))
            }
            _ => Heard::default(),
        };
        self.with_turn(heard)
    }

    fn order(&mut self, order: &Order) -> Result<Vec<Line>, Refusal> {
        Ok(match order {
            Order::Prompt { id, text } => vec![Line::of(
                id,
                &json!({
                    "type": "user", "message": {"role": "user", "content": text}, "uuid": id,
                    "session_id": self.state.id.as_deref().unwrap_or_default(),
                    "parent_tool_use_id": null,
                }),
            )],
            Order::Interrupt { id } | Order::End { id } => {
                vec![control(id, &json!({"subtype": "interrupt"}))]
            }
            Order::SetMode { id, mode } => {
                vec![control(id, &json!({"subtype": "set_permission_mode", "mode": mode}))]
            }
            Order::Answer { ask, answer } => {
                let response = answer::response(ask, answer)?;
                self.state.asked.remove(&ask.key);
                self.state.answered.insert(ask.key.clone(), ask.tool_use_id.clone());
                // The host sends it once; the agent ignores an answer to what it no longer asks.
                vec![reply(&ask.key, &response)]
            }
        })
    }

    fn state(&self) -> Value {
        serde_json::to_value(&self.state).unwrap_or_default()
    }
}

impl ClaudeChannel {
    /// The agent wants to know something.
    fn requested(&mut self, message: &Fields<'_>) -> Heard {
        let Some(id) = message.text("request_id") else { return Heard::default() };
        let request = message.fields("request");
        match ask::of(&id, &request, &self.cwd) {
            Some(ask) => {
                self.state.asked.insert(id, ask.kind != CallKind::Permission);
                Heard::default().tell(Signal::Asked(Box::new(ask)))
            }
            // Left without an answer, it would wait for ever.
            None => Heard { signals: Vec::new(), lines: vec![unsupported(&id)] },
        }
    }

    fn withdrawn(&mut self, id: &str) -> Heard {
        self.state.asked.remove(id);
        Heard::default().tell(Signal::AskGone { key: id.to_owned() })
    }

    fn answered(&mut self, response: &Fields<'_>) -> Heard {
        let heard = Heard::default();
        if response.str("request_id").as_deref() != Some(OPENING) {
            return heard;
        }
        if response.str("subtype").as_deref() == Some("error") {
            let failure = response.text("error").or_else(|| Some("it does not say why".into()));
            return heard.tell(Signal::Closed { failure });
        }
        self.state.is_ready = true;
        heard.tell(Signal::Ready)
    }

    fn system(&mut self, message: &Fields<'_>) -> Heard {
        let heard = Heard::default();
        match message.str("subtype").as_deref() {
            Some("init") => match message.text("session_id") {
                Some(id) if self.state.id.as_ref() != Some(&id) => {
                    self.state.id = Some(id.clone());
                    heard.tell(Signal::Named(id))
                }
                _ => heard,
            },
            Some("session_state_changed") => {
                let state = message.text("state").unwrap_or_default();
                self.state.running = state != "idle";
                // Nothing of what it asked is left without an answer.
                if state == "requires_action" { heard } else { self.gone_on(heard, |_| true) }
            }
            Some("background_tasks_changed") => {
                self.state.background = message.items("tasks").len();
                heard
            }
            _ => heard,
        }
    }

    /// Tells that what was answered goes on, where its tool use is as wanted.
    fn gone_on(&mut self, mut heard: Heard, wanted: impl Fn(&str) -> bool) -> Heard {
        let (gone, left): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.state.answered)
                .into_iter()
                .partition(|(_, tool_use)| wanted(tool_use.as_deref().unwrap_or_default()));
        self.state.answered = left;
        heard.signals.extend(gone.into_keys().map(|key| Signal::AskGone { key }));
        heard
    }

    /// Adds what the turn waits for, where that changed.
    fn with_turn(&mut self, mut heard: Heard) -> Heard {
        let gone: Vec<&String> = heard
            .signals
            .iter()
            .filter_map(|signal| match signal {
                Signal::AskGone { key } => Some(key),
                _ => None,
            })
            .collect();
        for key in gone {
            self.state.asked.remove(key);
        }
        let turn = self.turn();
        if self.state.is_ready && self.told != Some(turn) {
            self.told = Some(turn);
            heard.signals.push(Signal::Turn(turn));
        }
        heard
    }

    fn turn(&self) -> TurnState {
        let asked = &self.state.asked;
        if asked.values().any(|is_question| !is_question) {
            TurnState::WaitingPermission
        } else if !asked.is_empty() {
            TurnState::WaitingInput
        } else if self.state.running || self.state.background > 0 {
            TurnState::Working
        } else {
            TurnState::Idle
        }
    }
}

/// The hooks by which a session is told what others do; they end at once where no daemon runs.
fn settings(callboard: &Path) -> String {
    let hook = json!({
        "type": "command",
        "command": callboard,
        "args": ["hook", "claude"],
        "timeout": connect::STEP_SECONDS,
    });
    let allowed = connect::FREE_TOOLS.map(|tool| format!("mcp__callboard__{tool}"));
    json!({"hooks": connect::steps(&hook), "permissions": {"allow": allowed}}).to_string()
}

/// The server by which a session asks of Callboard.
fn servers(callboard: &Path) -> String {
    json!({"mcpServers": {"callboard": connect::server(callboard)}}).to_string()
}

/// The tool uses that a message brings the results of.
fn results(message: &Fields<'_>) -> Vec<String> {
    let blocks = message.fields("message").items("content").into_iter();
    blocks.filter_map(|block| block.fields()?.text("tool_use_id")).collect()
}

fn control(id: &str, request: &Value) -> Line {
    Line::of(id, &json!({"type": "control_request", "request_id": id, "request": request}))
}

/// The line that answers a request; the same request is answered once.
fn reply(request: &str, response: &Value) -> Line {
    let response = json!({"subtype": "success", "request_id": request, "response": response});
    Line::of(
        format!("answer {request}"),
        &json!({"type": "control_response", "response": response}),
    )
}

fn unsupported(request: &str) -> Line {
    let response =
        json!({"subtype": "error", "request_id": request, "error": "this client does not do that"});
    Line::of(
        format!("answer {request}"),
        &json!({"type": "control_response", "response": response}),
    )
}

/// `command_lifecycle` says what becomes of each prompt, by the id that we gave it.
fn prompt_step(message: &Fields<'_>) -> Heard {
    let step = match message.str("state").as_deref() {
        Some("queued") => PromptStep::Taken,
        Some("started") => PromptStep::Begun,
        Some("completed" | "cancelled") => PromptStep::Done,
        _ => return Heard::default(),
    };
    message
        .text("command_uuid")
        .map_or_else(Heard::default, |id| Heard::default().tell(Signal::Prompt { id, step }))
}

/// `rate_limit_event{rate_limit_info:{status,resetsAt}}`: seconds since 1970 (`sdk.d.ts`).
fn limit(info: &Fields<'_>) -> Heard {
    if info.str("status").as_deref() != Some("rejected") {
        return Heard::default();
    }
    let until = info.u64("resetsAt").and_then(|s| i64::try_from(s.checked_mul(1000)?).ok());
    let kind = info.text("rateLimitType").unwrap_or_else(|| "usage".into());
    Heard::default().tell(Signal::Limited {
        until: until.map(Timestamp::from_millisecond),
        text: format!("the {} limit is reached", kind.replace('_', " ")),
    })
}

/// The end of a turn, not of the work: subagents in the background wake the session again.
fn result(message: &Fields<'_>) -> Heard {
    let is_broken_off =
        message.str("terminal_reason").is_some_and(|reason| reason.starts_with("aborted"));
    if !message.is_true("is_error") || is_broken_off {
        return Heard::default();
    }
    let errors: Vec<String> =
        message.items("errors").into_iter().filter_map(|e| e.str().map(Into::into)).collect();
    let text = message.text("result").filter(|text| !text.is_empty());
    let text = text.or_else(|| (!errors.is_empty()).then(|| errors.join("; ")));
    let text = text.or_else(|| message.text("subtype")).unwrap_or_default();
    // `rate_limit_event` came before it, where the account's limits are known.
    if message.u64("api_error_status") == Some(429) {
        return Heard::default().tell(Signal::Limited { until: None, text });
    }
    Heard::default().tell(Signal::Failed { text })
}
