//! The beginning: what both sides can do, the conversation, its model and mode.

use serde_json::{Value, json};

use super::{AcpChannel, Line, request};
use crate::acp::parse::word;
use crate::drive::{Beginning, Heard, Signal};
use crate::limits;

/// Ids of the first requests.
pub(super) const INITIALIZE: &str = "initialize";
pub(super) const SESSION: &str = "session";
const MODEL: &str = "model";
const MODE: &str = "mode";

/// The version that is spoken here.
const VERSION: u64 = 1;

pub(super) fn initialize() -> Line {
    let offered = json!({"fs": {"readTextFile": false, "writeTextFile": false}, "terminal": false});
    let us =
        json!({"name": "callboard", "title": "Callboard", "version": env!("CARGO_PKG_VERSION")});
    request(
        INITIALIZE,
        "initialize",
        &json!({"protocolVersion": VERSION, "clientCapabilities": offered, "clientInfo": us}),
    )
}

/// `option` is the configuration option that the mode is, where it is one.
pub(super) fn set_mode(id: &str, session: &str, option: Option<&str>, mode: &str) -> Line {
    match option {
        Some(option) => set_option(id, session, option, mode),
        None => request(id, "session/set_mode", &json!({"sessionId": session, "modeId": mode})),
    }
}

fn set_option(id: &str, session: &str, option: &str, value: &str) -> Line {
    let params = json!({"sessionId": session, "configId": option, "value": value});
    request(id, "session/set_config_option", &params)
}

impl AcpChannel {
    /// The agent says what it can do.
    pub(super) fn initialized(&mut self, message: &Value) -> Heard {
        if let Some(error) = message.get("error") {
            return closed(self.failure(error));
        }
        let result = &message["result"];
        if result["protocolVersion"].as_u64() != Some(VERSION) {
            return closed(format!(
                "{} speaks version {} of the protocol, and Callboard version {VERSION}: use a release of it that does",
                self.name, result["protocolVersion"]
            ));
        }
        let methods = result["authMethods"].as_array();
        self.state.sign_in = methods.and_then(|methods| {
            methods
                .iter()
                .find_map(|method| word(method, "description").or_else(|| word(method, "name")))
        });
        self.state.version = word(&result["agentInfo"], "version");
        let can = &result["agentCapabilities"];
        let mut params = json!({"cwd": self.cwd, "mcpServers": []});
        let method = match &self.beginning {
            Beginning::New => "session/new",
            Beginning::Fork(_) => {
                return closed(format!("{} cannot copy a conversation", self.name));
            }
            // Nothing in the protocol goes back: it goes on from where it is.
            Beginning::Resume(id) | Beginning::ResumeAt { id, .. } => {
                params["sessionId"] = id.as_str().into();
                // Without its history told again, where that can be.
                if !can["sessionCapabilities"]["resume"].is_null() {
                    "session/resume"
                } else if can["loadSession"].as_bool() == Some(true) {
                    "session/load"
                } else {
                    return closed(format!(
                        "{} cannot take a conversation up again: start a new session with `callboard run`",
                        self.name
                    ));
                }
            }
        };
        Heard { lines: vec![request(SESSION, method, &params)], ..Heard::default() }
    }

    /// The conversation is there; its model and mode may have to be chosen.
    pub(super) fn session_opened(&mut self, message: &Value) -> Heard {
        if let Some(error) = message.get("error") {
            return closed(self.failure(error));
        }
        let result = &message["result"];
        let id = match &self.beginning {
            Beginning::Resume(id) | Beginning::ResumeAt { id, .. } => Some(id.clone()),
            _ => word(result, "sessionId"),
        };
        let Some(id) = id else {
            return closed(format!("{} does not say which conversation it began", self.name));
        };
        let options = Options { result };
        self.state.mode_option = options.of(MODE).and_then(|option| word(option, "id"));
        let mut lines = Vec::new();
        if let Some(model) = &self.model {
            let Some(option) = options.of(MODEL) else {
                return closed(format!(
                    "{} does not let its model be chosen: set it in its own configuration",
                    self.name
                ));
            };
            if let Err(failure) = offered(self.name, MODEL, model, &values(option)) {
                return closed(failure);
            }
            let option = word(option, "id").unwrap_or_default();
            lines.push(set_option(MODEL, &id, &option, model));
        }
        if let Some(mode) = &self.mode {
            if let Err(failure) = offered(self.name, MODE, mode, &options.modes()) {
                return closed(failure);
            }
            lines.push(set_mode(MODE, &id, self.state.mode_option.as_deref(), mode));
        }
        let model = self.model.clone().or_else(|| options.of(MODEL).and_then(current));
        let mode = self.mode.clone().or_else(|| options.mode());
        self.state.composer.session(json!({
            "agent": self.name, "session": id, "version": self.state.version, "cwd": self.cwd,
            "model": model, "mode": mode,
        }));
        self.state.id = Some(id.clone());
        self.state.settling = lines.iter().map(|line: &Line| line.id.clone()).collect();
        let heard = Heard { lines, ..Heard::default() }.tell(Signal::Named(id));
        self.ready(heard)
    }

    /// The model or the mode is set.
    pub(super) fn settled(&mut self, message: &Value) -> Heard {
        match message.get("error") {
            Some(error) => closed(self.failure(error)),
            None => self.ready(Heard::default()),
        }
    }

    fn ready(&mut self, heard: Heard) -> Heard {
        if !self.state.settling.is_empty() {
            return heard;
        }
        self.state.is_open = true;
        heard.tell(Signal::Ready)
    }
}

fn closed(failure: String) -> Heard {
    Heard::default().tell(Signal::Closed { failure: Some(failure) })
}

/// What a conversation lets be chosen: `configOptions`, and `modes` of agents without those.
struct Options<'r> {
    result: &'r Value,
}

impl Options<'_> {
    fn of(&self, category: &str) -> Option<&Value> {
        let mut options = self.result["configOptions"].as_array()?.iter();
        options.find(|option| option["category"] == category || option["id"] == category)
    }

    fn modes(&self) -> Vec<String> {
        if let Some(option) = self.of(MODE) {
            return values(option);
        }
        let modes = self.result["modes"]["availableModes"].as_array();
        modes.into_iter().flatten().filter_map(|mode| word(mode, "id")).collect()
    }

    fn mode(&self) -> Option<String> {
        let now = word(&self.result["modes"], "currentModeId");
        self.of(MODE).and_then(current).or(now)
    }
}

fn current(option: &Value) -> Option<String> {
    word(option, "currentValue")
}

/// The values of an option, which may stand in groups.
fn values(option: &Value) -> Vec<String> {
    let options = option["options"].as_array().into_iter().flatten();
    let each = options.flat_map(|one| match one["options"].as_array() {
        Some(group) => group.iter().collect(),
        None => vec![one],
    });
    each.filter_map(|one| word(one, "value")).collect()
}

fn offered(agent: &str, what: &str, wanted: &str, values: &[String]) -> Result<(), String> {
    if values.iter().any(|value| value == wanted) {
        return Ok(());
    }
    Err(match values {
        [] => format!("{agent} does not let its {what} be chosen: leave `--{what}` out"),
        values => {
            let named = values.iter().take(limits::NAMED_CHOICES).cloned().collect::<Vec<_>>();
            let more = values.len() - named.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{agent} has no {what} `{wanted}`; it has {}{more}", named.join(", "))
        }
    })
}
