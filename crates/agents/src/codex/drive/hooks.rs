//! The hooks of a server that was started here: given and trusted with its arguments, and written into nobody's files
//! (0.169).
//!
//! What is trusted is a hash of the hook, as `hooks/list` tells it. A server that takes another one asks whoever attaches
//! to trust the hooks; its threads have them all the same, trusted as each begins.

use std::path::Path;

use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::codex::connect;

/// Where a server says that hooks of its arguments stand.
const ARGUMENTS: &str = "/<session-flags>/config.toml";

/// The arguments of a server by which its threads may have the hooks, which end at once where no daemon runs, and ask of
/// Callboard themselves.
pub(super) fn arguments(callboard: &Path) -> Vec<String> {
    let line = connect::command_line(callboard, None);
    let hooks: Vec<_> = connect::steps(&line).collect();
    let trusted = hooks.iter().map(|(event, group)| {
        let event = in_lower_case(event);
        let trust = json!({ "trusted_hash": hash(&event, group) });
        (format!("{ARGUMENTS}:{event}:0:0"), trust)
    });
    let trusted = toml(&Value::Object(trusted.collect()));
    let each = hooks.iter().map(|(event, group)| format!("hooks.{event}=[{}]", toml(group)));
    let server = json!({"command": callboard, "args": ["mcp", "codex"],
        "env_vars": ["CALLBOARD_HOME", "HOME", "XDG_DATA_HOME"]});
    let server = format!("mcp_servers.callboard={}", toml(&server));
    let settings = each.chain([format!("hooks.state={trusted}"), server]);
    settings.flat_map(|setting| ["-c".to_owned(), setting]).collect()
}

/// `PreToolUse` is `pre_tool_use` in keys and hashes.
fn in_lower_case(event: &str) -> String {
    let parts = event.split_inclusive(|c: char| c.is_ascii_lowercase());
    let spaced = parts.map(|part| match part.len() {
        1 => part.to_owned(),
        _ => format!("_{}", part.to_ascii_lowercase()),
    });
    spaced.collect::<String>().trim_start_matches('_').to_owned()
}

/// The hash of the only hook of a group: SHA-256 of its compact JSON, with all names in order.
fn hash(event: &str, group: &Value) -> String {
    let mut hook = group["hooks"][0].clone();
    hook["async"] = false.into();
    let mut told = group.clone();
    (told["event_name"], told["hooks"]) = (event.into(), json!([hook]));
    let digest = Sha256::digest(in_order(&told).to_string());
    format!("sha256:{}", HEXLOWER.encode(&digest))
}

fn in_order(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let fields = fields.into_iter().map(|(name, value)| (name.clone(), in_order(value)));
            Value::Object(fields.collect())
        }
        Value::Array(items) => items.iter().map(in_order).collect(),
        plain => plain.clone(),
    }
}

/// What a thread is configured with to run them, from the answer to `hooks/list`; `None` if the server has none that
/// are not trusted.
pub(super) fn trust(listed: &Value) -> Option<Value> {
    let hooks = listed["data"][0]["hooks"].as_array()?.iter();
    let ours = hooks.filter(|hook| {
        let is_ours = hook["command"].as_str().is_some_and(connect::is_ours);
        is_ours && hook["source"] == "sessionFlags" && hook["trustStatus"] != "trusted"
    });
    let state: Map<String, Value> = ours
        .filter_map(|hook| {
            let (key, hash) = (hook["key"].as_str()?, hook["currentHash"].as_str()?);
            Some((key.to_owned(), json!({ "trusted_hash": hash })))
        })
        .collect();
    (!state.is_empty()).then_some(Value::Object(state))
}

/// A value as TOML on one line; there are no nulls in it. A string of JSON is one of TOML.
fn toml(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{} = {}", json!(name), toml(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_as_codex_tells_it() {
        let (event, group) = connect::steps("/opt/callboard hook codex").next().unwrap();
        // As captured of 0.169.
        let told = "sha256:8b13c3f164ebaf20648b3995beb6965011a47f4257155f671eacc54bdc7c2cab";
        assert_eq!(hash(&in_lower_case(event), &group), told);
    }

    #[test]
    fn hooks_are_arguments_and_only_ours_are_trusted() {
        let arguments = arguments(Path::new("/opt/a b/callboard"));
        assert_eq!(arguments.len(), 12);
        assert!(arguments[11].starts_with("mcp_servers.callboard={"), "{}", arguments[11]);
        assert!(arguments[11].contains(r#""args" = ["mcp", "codex"]"#), "{}", arguments[11]);
        assert_eq!(arguments[9].matches("trusted_hash").count(), 4);
        assert!(arguments[9].contains(r#""/<session-flags>/config.toml:user_prompt_submit:0:0""#));
        assert_eq!(
            arguments[1],
            r#"hooks.PreToolUse=[{"matcher" = "Bash", "hooks" = [{"type" = "command", "command" = "'/opt/a b/callboard' hook codex", "timeout" = 5}]}]"#
        );
        let hook = |key: &str, source: &str, command: &str| json!({"key": key, "source": source, "command": command, "currentHash": "sha256:1"});
        let listed = json!({"data": [{"hooks": [
            hook("/f:pre_tool_use:0:0", "sessionFlags", "/opt/callboard hook codex"),
            hook("/f:stop:0:0", "sessionFlags", "their own"),
            hook("/c:stop:0:0", "user", "/opt/callboard hook codex /run/s"),
        ]}]});
        let ours = json!({"/f:pre_tool_use:0:0": {"trusted_hash": "sha256:1"}});
        assert_eq!(trust(&listed), Some(ours));
        assert_eq!(trust(&json!({"data": [{"hooks": []}]})), None);
        assert_eq!(trust(&Value::Null), None);
    }
}
