//! A plugin in the user's `skills` folder, which Claude Code loads without a marketplace (2.1.329): files of ours, and
//! none of the user's is touched.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::hook::{ASKS, BEFORE, COMMANDS, ENDS, STEPS};
use crate::connect::{Connect, ConnectError, ConnectPlan, Connected, FileChange, HookCommand};
use crate::walk;

const FOLDER: &str = "skills/callboard";
const MANIFEST: &str = ".claude-plugin/plugin.json";
const HOOKS: &str = "hooks/hooks.json";
const SERVERS: &str = ".mcp.json";

/// What a connection lacks that has no server.
const SERVER: &str = "mcp";

/// Time that the agent leaves the hook, in seconds: a weekend and more, for a question that waits for Monday.
const TIMEOUT_SECONDS: u64 = 7 * 24 * 3600;

/// Time that the agent leaves a hook that only tells it something: it ends within milliseconds.
pub(super) const STEP_SECONDS: u64 = 5;

/// Callboard's tools that only ask, or say something of the session's own: they need no person.
pub(super) const FREE_TOOLS: [&str; 13] = [
    "where_am_i",
    "search",
    "read",
    "task",
    "ask",
    "tell",
    "remember",
    "report",
    "changes",
    "conflicts",
    "claim",
    "watch",
    "review",
];

/// Begins the names of the tools of the plugin's server (2.1.329).
pub(super) const OWN_TOOLS: &str = "mcp__plugin_callboard_callboard__";

pub(super) struct Plugin;

impl Connect for Plugin {
    fn instructions(&self) -> &'static str {
        "CLAUDE.md"
    }

    fn files(&self, home: &Path) -> Vec<PathBuf> {
        [MANIFEST, HOOKS, SERVERS].map(|file| home.join(FOLDER).join(file)).into()
    }

    fn connect(
        &self,
        home: &Path,
        command: &HookCommand,
        _: Option<&Path>,
        files: &[Option<String>],
    ) -> Result<ConnectPlan, ConnectError> {
        if files.iter().any(Option::is_some) {
            return Err(ConnectError::new(
                format!(
                    "{} holds a plugin that Callboard did not make",
                    home.join(FOLDER).display()
                ),
                "move that folder away, and connect again",
            ));
        }
        let texts = [manifest(), hooks(command), servers(command)];
        let changes = self.files(home).into_iter().zip(texts).map(|(path, text)| FileChange {
            path,
            before: None,
            after: Some(format!("{text:#}\n")),
        });
        let note = "sessions that run already have it from their next start on";
        Ok(ConnectPlan { changes: changes.collect(), notes: vec![note.into()] })
    }

    fn without(
        &self,
        path: &Path,
        text: &str,
        added: Option<&FileChange>,
    ) -> Result<Option<String>, ConnectError> {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let is_ours = if path.ends_with(MANIFEST) {
            value["name"] == "callboard" && value["homepage"] == env!("CARGO_PKG_REPOSITORY")
        } else if path.ends_with(SERVERS) {
            is_server(&value)
        } else {
            command_in(&value, ASKS).is_some()
        };
        let is_added = added.is_some_and(|added| added.after.as_deref() == Some(text));
        Ok(if is_ours || is_added { None } else { Some(text.to_owned()) })
    }

    fn connected(&self, home: &Path) -> Option<Connected> {
        let text = walk::small_file(&home.join(FOLDER).join(HOOKS))?;
        let hooks: Value = serde_json::from_str(&text).ok()?;
        let program = command_in(&hooks, ASKS)?.into();
        let steps = STEPS.into_iter().chain([BEFORE, ENDS]);
        let servers = walk::small_file(&home.join(FOLDER).join(SERVERS));
        let servers = servers.and_then(|text| serde_json::from_str(&text).ok());
        let lacks_server = !servers.is_some_and(|servers| is_server(&servers));
        let hooks = steps.filter(|event| command_in(&hooks, event).is_none());
        let lacks = hooks.chain(lacks_server.then_some(SERVER)).collect();
        Some(Connected { program, lacks })
    }
}

fn manifest() -> Value {
    json!({
        "name": "callboard",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Shows what a session asks on Callboard's board, and brings the answer back.",
        "homepage": env!("CARGO_PKG_REPOSITORY"),
    })
}

/// In exec form: no shell is started.
fn hooks(command: &HookCommand) -> Value {
    let hook = |timeout: u64| {
        json!({
            "type": "command",
            "command": command.program,
            "args": ["hook", "claude", command.socket],
            "timeout": timeout,
        })
    };
    let mut hooks = steps(&hook(STEP_SECONDS));
    hooks.insert(ASKS.into(), json!([{"hooks": [hook(TIMEOUT_SECONDS)]}]));
    let free = format!("{OWN_TOOLS}({})", FREE_TOOLS.join("|"));
    if let Some(Value::Array(before)) = hooks.get_mut(BEFORE) {
        before.push(json!({"matcher": free, "hooks": [hook(STEP_SECONDS)]}));
    }
    json!({"hooks": hooks})
}

/// The server by which a session asks of Callboard. Its command is that of sessions that are started here: of two with
/// the same, Claude Code takes that of its arguments (2.1.329).
fn servers(command: &HookCommand) -> Value {
    let mut server = server(&command.program);
    // The socket lies in `run/` of Callboard's home.
    if let Some(home) = command.socket.ancestors().nth(2) {
        server["env"] = json!({"CALLBOARD_HOME": home});
    }
    json!({"mcpServers": {"callboard": server}})
}

/// How the server is started.
pub(super) fn server(program: &Path) -> Value {
    json!({"command": program, "args": ["mcp", "claude"]})
}

/// Whether there is our server, and no other.
fn is_server(value: &Value) -> bool {
    let servers = value["mcpServers"].as_object();
    let args = &value["mcpServers"]["callboard"]["args"];
    servers.is_some_and(|servers| servers.len() == 1) && args[0] == "mcp" && args[1] == "claude"
}

/// The hooks at which an agent is told what others do, kept from commands that would sweep it, and asked as it stops.
pub(super) fn steps(hook: &Value) -> serde_json::Map<String, Value> {
    let each =
        STEPS.into_iter().chain([ENDS]).map(|event| (event.to_owned(), json!([{"hooks": [hook]}])));
    let before = json!([{"matcher": COMMANDS, "hooks": [hook]}]);
    each.chain([(BEFORE.to_owned(), before)]).collect()
}

/// The program that the hook of an event runs, if it is ours.
fn command_in<'v>(hooks: &'v Value, event: &str) -> Option<&'v str> {
    let hook = &hooks["hooks"][event][0]["hooks"][0];
    (hook["args"][0] == "hook" && hook["args"][1] == "claude").then(|| hook["command"].as_str())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plugin_is_recognised_also_when_it_was_edited() {
        let home = tempfile::tempdir().unwrap();
        let command =
            HookCommand { program: "/opt/callboard".into(), socket: "/home/run/s".into() };
        let plan = Plugin.connect(home.path(), &command, None, &[None, None, None]).unwrap();
        assert_eq!(Plugin.connected(home.path()), None);
        for change in &plan.changes {
            let text = change.after.as_deref().unwrap();
            std::fs::create_dir_all(change.path.parent().unwrap()).unwrap();
            std::fs::write(&change.path, text).unwrap();
            let edited = text.replace("0.1.0", "0.2.0").replace("604800", "60");
            assert_eq!(Plugin.without(&change.path, &edited, Some(change)).unwrap(), None);
            let other = Plugin.without(&change.path, "{\"name\":\"x\"}", None).unwrap();
            assert_eq!(other.as_deref(), Some("{\"name\":\"x\"}"));
        }
        let connected = |lacks| Some(Connected { program: "/opt/callboard".into(), lacks });
        assert_eq!(Plugin.connected(home.path()), connected(vec![]));
        let path = &plan.changes[1].path;
        let older = std::fs::read_to_string(path).unwrap().replace("PreToolUse", "Other");
        std::fs::write(path, older).unwrap();
        assert_eq!(Plugin.connected(home.path()), connected(vec!["PreToolUse"]));
        std::fs::remove_file(&plan.changes[2].path).unwrap();
        assert_eq!(Plugin.connected(home.path()), connected(vec!["PreToolUse", "mcp"]));
        let taken = [Some("{}".to_owned()), None, None];
        assert!(Plugin.connect(home.path(), &command, None, &taken).is_err());
    }
}
