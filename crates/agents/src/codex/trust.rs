//! The trust in hooks: `[hooks.state."FILE:EVENT:GROUP:HOOK"]` with the hook's hash, in `config.toml`.

use std::path::{Path, PathBuf};

use callboard_os::command::Command;
use callboard_os::converse::Heard;
use serde_json::{Value, json};

use crate::connect::FileChange;
use crate::limits;

const TABLE: &str = "[hooks.state.";
const HASH: &str = "trusted_hash = ";

/// A configuration with trust in hooks of ours.
pub(super) struct Trusted {
    pub(super) config: String,
    /// How many of them this Codex knows: an older one may know fewer than were written.
    pub(super) known: usize,
}

/// `config` with trust in the hooks of ours that `hooks` holds.
///
/// # Errors
/// Says why Codex does not take it.
pub(super) fn in_config(
    program: &Path,
    home: &Path,
    hooks: &str,
    config: Option<&str>,
) -> Result<Trusted, String> {
    let real = home.canonicalize().unwrap_or_else(|_| home.to_owned()).join("hooks.json");
    let scratch = Scratch::new()?;
    let shown = scratch.path.join("hooks.json");
    std::fs::write(&shown, hooks).map_err(|error| error.to_string())?;
    let (shown, real) = (shown.to_string_lossy(), real.to_string_lossy());
    let mut trusted = config.unwrap_or_default().to_owned();
    for hook in scratch.hooks(program)? {
        let (Some(key), Some(hash)) = (hook["key"].as_str(), hook["currentHash"].as_str()) else {
            return Err("it does not say what it would trust".into());
        };
        let key = key.replace(&*shown, &real);
        let gap = match trusted.as_str() {
            "" => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        trusted = format!("{trusted}{gap}{TABLE}{}]\n{HASH}{}\n", json!(key), json!(hash));
    }
    // The same configuration, seen from the scratch home: Codex must read it, and trust the hooks.
    let tried = trusted.replace(&*real, &shown);
    std::fs::write(scratch.path.join("config.toml"), tried).map_err(|error| error.to_string())?;
    let seen = scratch.hooks(program)?;
    match seen.iter().find(|hook| hook["trustStatus"] != "trusted") {
        None => Ok(Trusted { config: trusted, known: seen.len() }),
        Some(hook) => Err(format!("it says {} of one", hook["trustStatus"])),
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

    /// What Codex says of the hooks of ours.
    fn hooks(&self, program: &Path) -> Result<Vec<Value>, String> {
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
        let mut hooks = listed.as_array().cloned().unwrap_or_default();
        hooks.retain(|hook| hook["command"].as_str().is_some_and(super::connect::is_ours));
        if hooks.is_empty() { Err("it does not see the hooks".to_owned()) } else { Ok(hooks) }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The system removes what is left of its temporary files.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// The text without the trust that connecting added.
pub(super) fn without(text: &str, added: &FileChange) -> String {
    fn hashes(text: Option<&String>) -> impl Iterator<Item = &str> {
        let lines = text.into_iter().flat_map(|text| text.lines()).map(str::trim_end);
        lines.filter(|line| line.starts_with(HASH))
    }
    let ours = hashes(added.after.as_ref())
        .filter(|line| !hashes(added.before.as_ref()).any(|before| before == *line));
    ours.fold(text.to_owned(), |text, line| without_table(&text, line))
}

/// The text without the table that holds this line.
fn without_table(text: &str, hash: &str) -> String {
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
        let own = TRUST.replace("sha256:1", "sha256:0");
        let config = format!("# mine\nmodel = \"m\"\n\n{own}");
        let second = TRUST.replace("sha256:1", "sha256:2");
        let with = format!("{config}\n{TRUST}\n{second}");
        let added = |before: &str| FileChange {
            path: "/c/config.toml".into(),
            before: Some(before.to_owned()),
            after: Some(with.clone()),
        };
        assert_eq!(without(&with, &added(&config)), config);
        assert_eq!(without(&with, &added(&with)), with);
        let more = format!("{with}\n[projects.\"/r\"]\ntrust_level = \"trusted\"\n");
        let left = format!("{config}\n[projects.\"/r\"]\ntrust_level = \"trusted\"\n");
        assert_eq!(without(&more, &added(&config)), left);
    }
}
