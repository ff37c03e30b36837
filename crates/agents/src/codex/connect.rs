//! Hooks in `hooks.json`, and the trust in them that Codex asks its user for (0.169): a table of `config.toml` for
//! each, with the hook's hash. Codex itself says what the hash is, in a scratch home of its own. There also stands
//! Callboard's server.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::hook::{ASKS, BEFORE, COMMANDS, ENDS, STEPS};
use super::server::{self, Server};
use super::trust;
use crate::connect::{
    Connect, ConnectError, ConnectPlan, Connected, FileChange, HookCommand, first_word, quoted,
};
use crate::fields::{Document, Fields, Raw};
use crate::{json_edit, walk};

const HOOKS: &str = "hooks.json";
const CONFIG: &str = "config.toml";

/// What a connection lacks that has no server.
const SERVER: &str = "mcp";

/// Time that the agent leaves a hook, in seconds: it ends within milliseconds, and Codex waits for it.
const TIMEOUT_SECONDS: u64 = 5;

pub(super) struct HooksFile;

impl Connect for HooksFile {
    fn instructions(&self) -> &'static str {
        crate::instructions::AGENTS_FILE
    }

    fn files(&self, home: &Path) -> Vec<PathBuf> {
        [HOOKS, CONFIG].map(|file| home.join(file)).into()
    }

    fn connect(
        &self,
        home: &Path,
        command: &HookCommand,
        program: Option<&Path>,
        files: &[Option<String>],
    ) -> Result<ConnectPlan, ConnectError> {
        let [hooks_path, config_path] = [HOOKS, CONFIG].map(|file| home.join(file));
        let text_of = |at: usize| files.get(at).cloned().flatten();
        let (hooks, config) = (text_of(0), text_of(1));
        let base = hooks.as_deref().filter(|text| !text.trim().is_empty()).unwrap_or("{}\n");
        let line = command_line(&command.program, Some(&command.socket));
        let groups = [(ASKS, json!({"hooks": [hook(&line)]}))].into_iter().chain(steps(&line));
        let groups: Vec<_> = groups.collect();
        let written = groups.len();
        let added = groups.into_iter().try_fold(base.to_owned(), |text, (event, group)| {
            json_edit::with_item(&text, &["hooks", event], &group)
        });
        let added = added.ok_or_else(|| unreadable(&hooks_path))?;
        let mut notes = Vec::new();
        let served = server::with(config.as_deref(), command);
        if served == config {
            notes.push(format!(
                "{} has an MCP server `callboard` of its own, which stays as it is",
                config_path.display()
            ));
        }
        let trusted = match program
            .map(|program| trust::in_config(program, home, &added, served.as_deref()))
        {
            Some(Ok(trusted)) => {
                let known = trusted.known;
                if known < written {
                    notes.push(format!(
                        "this Codex knows {known} of {written} hooks: what the others do comes with a newer one"
                    ));
                }
                Some(trusted.config)
            }
            Some(Err(why)) => {
                notes.push(format!(
                    "trust the hooks in Codex with /hooks, or they are not run ({why})"
                ));
                served.clone()
            }
            None => {
                notes.push(
                    "Codex is not on the path: trust the hooks in it with /hooks, or they are not run"
                        .into(),
                );
                served.clone()
            }
        };
        notes.push("sessions that run already have it from their next start on".into());
        let changes = vec![
            FileChange { path: hooks_path, before: hooks, after: Some(added) },
            FileChange { path: config_path, before: config, after: trusted },
        ];
        Ok(ConnectPlan { changes, notes })
    }

    fn without(
        &self,
        path: &Path,
        text: &str,
        added: Option<&FileChange>,
    ) -> Result<Option<String>, ConnectError> {
        if path.ends_with(CONFIG) {
            let text = added.map_or_else(|| text.to_owned(), |added| trust::without(text, added));
            let text = server::without(&text);
            // It was made for what is taken out.
            let was_made = added.is_some_and(|added| added.before.is_none());
            return Ok(Some(text).filter(|text| !was_made || !text.is_empty()));
        }
        let mut text = text.to_owned();
        while let Some(less) = without_one(&text).ok_or_else(|| unreadable(path))? {
            text = less;
        }
        let is_empty = serde_json::from_str::<Value>(&text).is_ok_and(|value| value == json!({}));
        Ok(Some(text).filter(|_| !is_empty))
    }

    fn connected(&self, home: &Path) -> Option<Connected> {
        let text = walk::small_file(&home.join(HOOKS))?;
        let value: Value = serde_json::from_str(&text).ok()?;
        let program = first_word(ours_at(&value, ASKS)?).into();
        let steps = [BEFORE].into_iter().chain(STEPS).chain([ENDS]);
        let hooks = steps.filter(|event| ours_at(&value, event).is_none());
        let lacks_server = server::of_home(home) == Server::No;
        let lacks = hooks.chain(lacks_server.then_some(SERVER)).collect();
        Some(Connected { program, lacks })
    }
}

/// The hooks, by their events, by which an agent is told what others do, kept from commands that would sweep it, and
/// asked as it stops.
pub(super) fn steps(line: &str) -> impl Iterator<Item = (&'static str, Value)> {
    let hook = hook(line);
    let before = json!({"matcher": COMMANDS, "hooks": [hook]});
    let each = STEPS.into_iter().chain([ENDS]).map(move |event| (event, json!({"hooks": [hook]})));
    [(BEFORE, before)].into_iter().chain(each)
}

fn hook(line: &str) -> Value {
    json!({"type": "command", "command": line, "timeout": TIMEOUT_SECONDS})
}

/// The command line of our hook for an event.
fn ours_at<'v>(hooks: &'v Value, event: &str) -> Option<&'v str> {
    let groups = hooks["hooks"][event].as_array()?;
    let hooks = groups.iter().filter_map(|group| group["hooks"].as_array()).flatten();
    hooks.filter_map(|hook| hook["command"].as_str()).find(|line| is_ours(line))
}

fn unreadable(path: &Path) -> ConnectError {
    let text = format!("{} is not the JSON that hooks are kept in", path.display());
    ConnectError::new(text, "mend it, and try again")
}

/// What runs the hook; without a socket, that of the environment's `CALLBOARD_HOME`.
pub(super) fn command_line(program: &Path, socket: Option<&Path>) -> String {
    let word = |path: &Path| quoted(&path.to_string_lossy());
    let socket = socket.map(|socket| format!(" {}", word(socket)));
    format!("{} hook codex{}", word(program), socket.unwrap_or_default())
}

pub(super) fn is_ours(line: &str) -> bool {
    let is_hook = line.contains(" hook codex ") || line.ends_with(" hook codex");
    is_hook && first_word(line).ends_with("callboard")
}

/// The text without one hook of ours and what held nothing else; `Some(None)` if there is none, `None` if the text is no
/// JSON.
#[allow(clippy::option_option, reason = "no JSON and no hook of ours are two answers")]
fn without_one(text: &str) -> Option<Option<String>> {
    let document = Document::of(text)?;
    let Some((hooks_span, hooks)) = json_edit::object_at(&document, &["hooks"]) else {
        return Some(None);
    };
    let Some((root_span, root)) = json_edit::object_at(&document, &[]) else { return Some(None) };
    let every = hooks.iter().enumerate().flat_map(|(nth, (_, event))| {
        event
            .items()
            .unwrap_or_default()
            .into_iter()
            .enumerate()
            .map(move |(at, group)| (nth, event, at, group))
    });
    for (nth, event, at, group) in every {
        let groups = event.items().unwrap_or_default();
        let Some(list) = group.fields().and_then(|group| group.get("hooks")) else { continue };
        let handlers = list.items().unwrap_or_default();
        let ours = |hook: &Raw<'_>| {
            hook.fields().and_then(|hook| hook.text("command")).is_some_and(|line| is_ours(&line))
        };
        let Some(found) = handlers.iter().position(ours) else { continue };
        let spans =
            |values: &[Raw<'_>]| values.iter().map(|value| value.span()).collect::<Vec<_>>();
        let index_of = |names: &Fields<'_>, name: &str| names.iter().position(|(n, _)| n == name);
        return Some(Some(match (handlers.len(), groups.len(), hooks.spans().len()) {
            (2.., _, _) => json_edit::without_part(text, &list.span(), &spans(&handlers), found),
            (_, 2.., _) => json_edit::without_part(text, &event.span(), &spans(&groups), at),
            (_, _, 2..) => json_edit::without_part(text, &hooks_span, &hooks.spans(), nth),
            _ => {
                json_edit::without_part(text, &root_span, &root.spans(), index_of(&root, "hooks")?)
            }
        }));
    }
    Some(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> HookCommand {
        HookCommand { program: "/opt/call board/callboard".into(), socket: "/run/s".into() }
    }

    fn hooks_of(text: Option<&str>) -> String {
        let files = [text.map(str::to_owned), None];
        let plan = HooksFile.connect(Path::new("/c"), &command(), None, &files).unwrap();
        plan.changes[0].after.clone().unwrap()
    }

    #[test]
    fn what_was_added_is_taken_out_again_whatever_else_was_changed() {
        let path = Path::new("/c/hooks.json");
        let out = |text: &str| HooksFile.without(path, text, None).unwrap();
        assert_eq!(out(&hooks_of(None)), None);
        let others = "{\n    \"hooks\": {\n        \"Stop\": [{\"hooks\": []}]\n    }\n}\n";
        assert_eq!(out(&hooks_of(Some(others))).as_deref(), Some(others));
        let same_event = r#"{"hooks": {"PermissionRequest": [{"hooks": [{"type": "command", "command": "mine hook"}]}]}}"#;
        let both = hooks_of(Some(same_event));
        assert_eq!(both.matches("'/opt/call board/callboard' hook codex /run/s").count(), 5);
        let value: Value = serde_json::from_str(&both).unwrap();
        assert_eq!(value["hooks"]["PreToolUse"][0]["matcher"], "Bash");
        assert_eq!(out(&both).as_deref(), Some(same_event));
        let edited = both.replace("\"mine hook\"", "\"mine hook two\"").replace("5", "7");
        assert!(
            out(&edited).is_some_and(|text| text.contains("two") && !text.contains("callboard"))
        );
        assert!(HooksFile.without(path, "// x", None).is_err());
    }

    #[test]
    fn a_connection_of_an_older_callboard_is_told_and_taken_out() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(HOOKS);
        let line = "/opt/callboard hook codex /run/s";
        let older = json!({"hooks": {ASKS: [{"hooks": [hook(line)]}]}});
        std::fs::write(&path, older.to_string()).unwrap();
        let connected = |lacks| Some(Connected { program: "/opt/callboard".into(), lacks });
        let lacks = vec!["PreToolUse", "PostToolUse", "UserPromptSubmit", "Stop", "mcp"];
        assert_eq!(HooksFile.connected(home.path()), connected(lacks));
        assert_eq!(HooksFile.without(&path, &older.to_string(), None).unwrap(), None);
        let now = hooks_of(None).replace("'/opt/call board/callboard'", "/opt/callboard");
        std::fs::write(&path, now).unwrap();
        assert_eq!(HooksFile.connected(home.path()), connected(vec!["mcp"]));
        let served = server::with(None, &command()).unwrap();
        std::fs::write(home.path().join(CONFIG), served).unwrap();
        assert_eq!(HooksFile.connected(home.path()), connected(vec![]));
    }
}
