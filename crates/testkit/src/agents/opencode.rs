//! OpenCode, as an agent of the Agent Client Protocol.

use serde_json::json;

/// `[agents.acp.opencode]`, with a provider that is the scripted model server.
pub(super) fn section(url: &str) -> String {
    let config = json!({
        "model": "scripted/model", "small_model": "scripted/model", "autoupdate": false,
        "share": "disabled", "permission": {"bash": "ask"},
        // It would ask the model for a title beside the turn.
        "agent": {"title": {"disable": true}},
        "provider": {"scripted": {
            "npm": "@ai-sdk/anthropic",
            "options": {"baseURL": format!("{url}/v1"), "apiKey": "scripted"},
            "models": {"model": {"name": "model"}},
        }},
    });
    let variables = [
        ("OPENCODE_CONFIG_CONTENT", config.to_string()),
        ("OPENCODE_DISABLE_MODELS_FETCH", "1".to_owned()),
        ("OPENCODE_DISABLE_AUTOUPDATE", "1".to_owned()),
        ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1".to_owned()),
    ];
    let variables: Vec<String> =
        variables.map(|(name, value)| format!("{name} = '{value}'\n")).into();
    format!(
        "[agents.acp.opencode]\ncommand = [\"opencode\", \"acp\"]\n\n[agents.acp.opencode.environment]\n{}",
        variables.concat()
    )
}
