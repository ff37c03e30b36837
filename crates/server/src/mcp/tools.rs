//! The tools: few, each with a short description, as agents read all of them at each start.

mod ask;
mod changes;
mod lead;
mod page;
mod place;
mod read;
mod remember;
mod search;
mod talk;
mod task;
mod wait;
mod words;

use callboard_engine::{Caller, Engine, EngineError, secrets};
use callboard_model::{SessionId, Timestamp, WorkspaceId};
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Value, json};

pub(super) use wait::Waits;

/// A call of a tool.
pub(super) struct Call<'a> {
    pub(super) engine: &'a Engine,
    pub(super) caller: &'a Caller,
    /// What it is given.
    pub(super) wanted: Value,
    /// Where it may wait.
    pub(super) waits: &'a Waits,
    /// The session that calls, where it is known.
    pub(super) session: Option<SessionId>,
}

/// What a tool says, or why it does nothing.
type Said = Result<String, EngineError>;

/// All tools, with the schemas of what they take; some only agents have that may lead others.
pub(super) fn all(may_lead: bool) -> Vec<Tool> {
    let mut tools = Vec::from(place::tools());
    tools.extend(search::tools());
    tools.extend(read::tools());
    tools.extend(task::tools());
    tools.extend(ask::tools());
    tools.extend(remember::tools());
    tools.extend(talk::tools());
    tools.extend(changes::tools());
    if may_lead {
        tools.extend(lead::tools());
    }
    tools
}

/// What a tool says, with what its caller has not been told yet behind it. Tokens and keys in it are masked: what it
/// tells of leaves the session that it was said in.
///
/// # Errors
/// In words for the agent, when it cannot be done.
pub(super) fn call(
    engine: &Engine,
    caller: &Caller,
    name: &str,
    wanted: Value,
    waits: &Waits,
) -> Result<String, String> {
    let safe = |text: String| secrets::mask(&text).0;
    answer(engine, caller, name, wanted, waits).map(safe).map_err(safe)
}

fn answer(
    engine: &Engine,
    caller: &Caller,
    name: &str,
    wanted: Value,
    waits: &Waits,
) -> Result<String, String> {
    let session = engine.session_of_caller(caller).map_err(refusal)?;
    let call = Call { engine, caller, wanted, waits, session };
    let said = match name {
        "where_am_i" => place::where_am_i(&call),
        "search" => search::search(&call),
        "read" => read::read(&call),
        "task" => task::task(&call),
        "ask" => ask::ask(&call),
        "remember" => remember::remember(&call),
        "tell" => talk::tell(&call),
        "report" => talk::report(&call),
        "changes" => changes::changes(&call),
        "conflicts" => changes::conflicts(&call),
        "claim" => changes::claim(&call),
        "commit" => changes::commit(&call),
        "start" => lead::start(&call),
        "watch" => lead::watch(&call),
        "review" => lead::review(&call),
        _ => return Err(format!("there is no tool {name}; nothing was done")),
    };
    let mut said = said.map_err(refusal)?;
    let untold = session.map(|session| engine.tell_caller(session)).transpose().map_err(refusal)?;
    for line in untold.into_iter().flatten() {
        said.push_str(&format!("\n\nCallboard tells you: {line}"));
    }
    Ok(said)
}

fn refusal(error: EngineError) -> String {
    match error.hint() {
        None | Some("") => error.to_string(),
        Some(hint) => format!("{error}. {hint}"),
    }
}

impl Call<'_> {
    /// The caller, where it must be known.
    fn session(&self) -> Result<SessionId, EngineError> {
        self.session.ok_or_else(|| EngineError::Refused {
            text: "which session you are is not known; nothing was done".to_owned(),
            hint: "say it with each call: session: \"S41\". `where_am_i` lists the sessions at work here",
        })
    }

    /// The workspace of the caller's session, else that of its folder.
    fn workspace(&self) -> Result<WorkspaceId, EngineError> {
        let own = self.session.map(|session| self.engine.session(session)).transpose()?;
        match own.and_then(|view| view.workspace) {
            Some(workspace) => Ok(workspace),
            None => self.engine.workspace_at(&self.caller.cwd),
        }
    }

    /// A text that it is given, if there is anything in it.
    fn text(&self, name: &str) -> Option<&str> {
        self.wanted[name].as_str().filter(|text| !text.trim().is_empty())
    }

    /// The same, where it cannot do without.
    fn needs(&self, name: &str) -> Result<&str, EngineError> {
        self.text(name).ok_or_else(|| EngineError::Refused {
            text: format!("`{name}` is missing; nothing was done"),
            hint: "give it as a string",
        })
    }

    /// Texts that it is given; one alone may come without its list.
    fn texts(&self, name: &str) -> Vec<String> {
        let list = match &self.wanted[name] {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    /// A number that it is given, also in quotes.
    fn number(&self, name: &str) -> Option<usize> {
        let value = &self.wanted[name];
        let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())?;
        usize::try_from(number).ok()
    }

    fn is_true(&self, name: &str) -> bool {
        self.wanted[name].as_bool().unwrap_or(false)
    }
}

/// A moment to the minute.
fn moment(at: Timestamp) -> String {
    at.to_string().chars().take(16).collect::<String>().replace('T', " ")
}

/// A tool that changes nothing.
fn reads(name: &'static str, says: &'static str, takes: &[(&str, Value)], must: &[&str]) -> Tool {
    let told = ToolAnnotations::new().read_only(true);
    tool(name, says, takes, must).with_annotations(told)
}

/// A tool that does something here, and takes nothing away.
fn does(name: &'static str, says: &'static str, takes: &[(&str, Value)], must: &[&str]) -> Tool {
    let told = ToolAnnotations::new().destructive(false).open_world(false);
    tool(name, says, takes, must).with_annotations(told)
}

fn tool(name: &'static str, says: &'static str, takes: &[(&str, Value)], must: &[&str]) -> Tool {
    let properties: serde_json::Map<String, Value> =
        takes.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !must.is_empty() {
        schema["required"] = json!(must);
    }
    Tool::new(name, says, schema.as_object().cloned().unwrap_or_default())
}

fn string() -> Value {
    json!({ "type": "string" })
}

fn said(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn strings() -> Value {
    json!({ "type": "array", "items": { "type": "string" } })
}

fn integer() -> Value {
    json!({ "type": "integer" })
}

fn boolean() -> Value {
    json!({ "type": "boolean" })
}
