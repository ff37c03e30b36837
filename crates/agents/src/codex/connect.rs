//! A hook in `hooks.json`, and the trust in it that Codex asks its user for (0.169): a table of `config.toml` that
//! holds the hook's hash. Codex itself says what the hash is, in a scratch home of its own.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::trust;
use crate::connect::{
    Connect, ConnectError, ConnectPlan, FileChange, HookCommand, first_word, quoted,
};
use crate::fields::{Document, Raw};
use crate::{json_edit, walk};

const HOOKS: &str = "hooks.json";
const CONFIG: &str = "config.toml";
const EVENT: &str = "PermissionRequest";

/// Time that the agent leaves the hook, in seconds: it ends within milliseconds, and Codex waits for it.
const TIMEOUT_SECONDS: u64 = 5;

pub(super) struct HooksFile;

impl Connect for HooksFile {
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
        let line = command_line(command);
        let hook = json!({"type": "command", "command": line, "timeout": TIMEOUT_SECONDS});
        let added = json_edit::with_item(base, &["hooks", EVENT], &json!({"hooks": [hook]}));
        let added = added.ok_or_else(|| unreadable(&hooks_path))?;
        let mut notes = Vec::new();
        let trusted = match program
            .map(|program| trust::in_config(program, home, &added, config.as_deref()))
        {
            Some(Ok(trusted)) => Some(trusted),
            Some(Err(why)) => {
                notes
                    .push(format!("trust the hook in Codex with /hooks, or it is not run ({why})"));
                config.clone()
            }
            None => {
                notes.push(
                    "Codex is not on the path: trust the hook in it with /hooks, or it is not run"
                        .into(),
                );
                config.clone()
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
        added: Option<&str>,
    ) -> Result<Option<String>, ConnectError> {
        if path.ends_with(CONFIG) {
            let hash = added.and_then(trust::last_hash);
            return Ok(Some(trust::without(text, hash.as_deref())));
        }
        let mut text = text.to_owned();
        while let Some(less) = without_one(&text).ok_or_else(|| unreadable(path))? {
            text = less;
        }
        let is_empty = serde_json::from_str::<Value>(&text).is_ok_and(|value| value == json!({}));
        Ok(Some(text).filter(|_| !is_empty))
    }

    fn connected(&self, home: &Path) -> Option<PathBuf> {
        let text = walk::small_file(&home.join(HOOKS))?;
        let value: Value = serde_json::from_str(&text).ok()?;
        let groups = value["hooks"][EVENT].as_array()?;
        let hooks = groups.iter().filter_map(|group| group["hooks"].as_array()).flatten();
        let ours = hooks.filter_map(|hook| hook["command"].as_str()).find(|line| is_ours(line))?;
        Some(first_word(ours).into())
    }
}

fn unreadable(path: &Path) -> ConnectError {
    let text = format!("{} is not the JSON that hooks are kept in", path.display());
    ConnectError::new(text, "mend it, and try again")
}

fn command_line(command: &HookCommand) -> String {
    let word = |path: &Path| quoted(&path.to_string_lossy());
    format!("{} hook codex {}", word(&command.program), word(&command.socket))
}

pub(super) fn is_ours(line: &str) -> bool {
    line.contains(" hook codex ") && first_word(line).ends_with("callboard")
}

/// The text without one hook of ours and what held nothing else; `Some(None)` if there is none, `None` if the text is no
/// JSON.
#[allow(clippy::option_option, reason = "no JSON and no hook of ours are two answers")]
fn without_one(text: &str) -> Option<Option<String>> {
    let document = Document::of(text)?;
    let Some((hooks_span, hooks)) = json_edit::object_at(&document, &["hooks"]) else {
        return Some(None);
    };
    let (Some(event), Some((root_span, root))) =
        (hooks.get(EVENT), json_edit::object_at(&document, &[]))
    else {
        return Some(None);
    };
    let groups = event.items().unwrap_or_default();
    for (at, group) in groups.iter().enumerate() {
        let Some(list) = group.fields().and_then(|group| group.get("hooks")) else { continue };
        let handlers = list.items().unwrap_or_default();
        let ours = |hook: &Raw<'_>| {
            hook.fields().and_then(|hook| hook.text("command")).is_some_and(|line| is_ours(&line))
        };
        let Some(found) = handlers.iter().position(ours) else { continue };
        let spans =
            |values: &[Raw<'_>]| values.iter().map(|value| value.span()).collect::<Vec<_>>();
        let index_of = |names: &crate::fields::Fields<'_>, name: &str| {
            names.iter().position(|(n, _)| n == name)
        };
        return Some(Some(match (handlers.len(), groups.len(), hooks.spans().len()) {
            (2.., _, _) => json_edit::without_part(text, &list.span(), &spans(&handlers), found),
            (_, 2.., _) => json_edit::without_part(text, &event.span(), &spans(&groups), at),
            (_, _, 2..) => {
                json_edit::without_part(text, &hooks_span, &hooks.spans(), index_of(&hooks, EVENT)?)
            }
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
        assert!(both.contains("'/opt/call board/callboard' hook codex /run/s"), "{both}");
        assert_eq!(out(&both).as_deref(), Some(same_event));
        let edited = both.replace("\"mine hook\"", "\"mine hook two\"").replace("5", "7");
        assert!(
            out(&edited).is_some_and(|text| text.contains("two") && !text.contains("callboard"))
        );
        assert!(HooksFile.without(path, "// x", None).is_err());
    }
}
