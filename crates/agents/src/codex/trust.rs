//! The trust in a hook: `[hooks.state."FILE:EVENT:GROUP:HOOK"]` with the hook's hash, in `config.toml`.

use std::path::{Path, PathBuf};

use callboard_os::command::Command;
use callboard_os::converse::Heard;
use serde_json::{Value, json};

use crate::limits;

const TABLE: &str = "[hooks.state.";
const HASH: &str = "trusted_hash = ";

/// `config` with trust in the one hook of ours that `hooks` holds.
///
/// # Errors
/// Says why Codex does not take it.
pub(super) fn in_config(
    program: &Path,
    home: &Path,
    hooks: &str,
    config: Option<&str>,
) -> Result<String, String> {
    let real = home.canonicalize().unwrap_or_else(|_| home.to_owned()).join("hooks.json");
    let scratch = Scratch::new()?;
    let shown = scratch.path.join("hooks.json");
    std::fs::write(&shown, hooks).map_err(|error| error.to_string())?;
    let hook = scratch.hook(program)?;
    let (Some(key), Some(hash)) = (hook["key"].as_str(), hook["currentHash"].as_str()) else {
        return Err("it does not say what it would trust".into());
    };
    let (shown, real) = (shown.to_string_lossy(), real.to_string_lossy());
    let key = key.replace(&*shown, &real);
    let text = config.unwrap_or_default();
    let gap = if text.is_empty() {
        ""
    } else if text.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    let trusted = format!("{text}{gap}{TABLE}{}]\n{HASH}{}\n", json!(key), json!(hash));
    // The same configuration, seen from the scratch home: Codex must read it, and trust the hook.
    let tried = trusted.replace(&*real, &shown);
    std::fs::write(scratch.path.join("config.toml"), tried).map_err(|error| error.to_string())?;
    match scratch.hook(program)?["trustStatus"].as_str() {
        Some("trusted") => Ok(trusted),
        other => Err(format!("it says {} of it", other.unwrap_or("nothing"))),
    }
}

/// A home of Codex that is removed again.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn new() -> Result<Self, String> {
        let name = format!("callboard-connect-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let path = path.canonicalize().map_err(|error| error.to_string())?;
        Ok(Self { path })
    }

    /// What Codex says of the hook of ours.
    fn hook(&self, program: &Path) -> Result<Value, String> {
        let hello = json!({"clientInfo": {"name": "callboard", "version": env!("CARGO_PKG_VERSION")},
            "capabilities": {"experimentalApi": true}});
        let first = [json!({"id": 1, "method": "initialize", "params": hello}).to_string()];
        let ask = [
            json!({"method": "initialized"}).to_string(),
            json!({"id": 2, "method": "hooks/list", "params": {"cwds": ["/"]}}).to_string(),
        ];
        let mut listed = Value::Null;
        Command::new(program, &self.path)
            .arg("app-server")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.path)
            .env("CODEX_HOME", &self.path)
            .time(limits::HOOKS_LIST_TIME)
            .converse(&first, |line| {
                let message: Value = serde_json::from_str(line).unwrap_or_default();
                match message["id"].as_u64() {
                    Some(1) => Heard::Say(ask.to_vec()),
                    Some(2) => {
                        listed = message["result"]["data"][0]["hooks"].clone();
                        Heard::Enough
                    }
                    _ => Heard::Say(Vec::new()),
                }
            })
            .map_err(|error| error.to_string())?;
        let hooks = listed.as_array().cloned().unwrap_or_default();
        let ours = |hook: &Value| {
            hook["eventName"] == "permissionRequest"
                && hook["command"].as_str().is_some_and(super::connect::is_ours)
        };
        hooks.into_iter().find(ours).ok_or_else(|| "it does not see the hook".to_owned())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The system removes what is left of its temporary files.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// The hash in the last table of ours: connecting adds it at the end.
pub(super) fn last_hash(text: &str) -> Option<String> {
    let (_, table) = text.rsplit_once(TABLE)?;
    let line = table.lines().find_map(|line| line.strip_prefix(HASH))?;
    serde_json::from_str(line).ok()
}

/// The text without the table that trusts this hash.
pub(super) fn without(text: &str, hash: Option<&str>) -> String {
    let Some(hash) = hash.map(|hash| format!("{HASH}{}", json!(hash))) else {
        return text.to_owned();
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some(at) = lines.iter().position(|line| line.trim_end() == hash) else {
        return text.to_owned();
    };
    let is_table = |line: &&str| line.starts_with('[');
    let Some(begin) = lines[..at].iter().rposition(is_table) else { return text.to_owned() };
    if !lines[begin].starts_with(TABLE) {
        return text.to_owned();
    }
    let end = lines[at..].iter().position(is_table).map_or(lines.len(), |next| at + next);
    // A table that holds more than the hash was not made by connecting.
    let own = lines[begin + 1..end].iter().filter(|line| !line.trim().is_empty()).count() == 1;
    let keep_from = if own { begin } else { at };
    let keep_to = if own { end } else { at + 1 };
    let gap = usize::from(own && keep_from > 0 && lines[keep_from - 1].trim().is_empty());
    let before = &lines[..keep_from - gap];
    let after = &lines[keep_to..];
    let between = if gap == 1 && !after.is_empty() { "\n" } else { "" };
    [before.concat().as_str(), between, after.concat().as_str()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUST: &str =
        "[hooks.state.\"/c/hooks.json:permission_request:0:0\"]\ntrusted_hash = \"sha256:1\"\n";

    #[test]
    fn trust_is_taken_back_and_nothing_else() {
        let config = "# mine\nmodel = \"m\"\n";
        let with = format!("{config}\n{TRUST}");
        assert_eq!(last_hash(&with).as_deref(), Some("sha256:1"));
        assert_eq!(without(&with, Some("sha256:1")), config);
        assert_eq!(without(&with, Some("sha256:2")), with);
        let more = format!("{with}\n[projects.\"/r\"]\ntrust_level = \"trusted\"\n");
        let left = format!("{config}\n[projects.\"/r\"]\ntrust_level = \"trusted\"\n");
        assert_eq!(without(&more, Some("sha256:1")), left);
    }
}
