//! A scratch home: everything that Callboard, git and the agents read or write lies in it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::ModelServer;

/// The API key that Claude Code is given; a home approves its last twenty characters.
const ANTHROPIC_KEY: &str = "sk-ant-scripted-0123456789abcdefghij";

/// A scratch folder with homes for Callboard, git and every agent. Removed when dropped, unless
/// `CALLBOARD_TEST_KEEP=1`.
#[derive(Debug)]
pub struct HermeticHome {
    root: PathBuf,
    scratch: Option<TempDir>,
    variables: Vec<(OsString, OsString)>,
}

impl HermeticHome {
    /// A new home under the system's folder for temporary files. Its path is short: Unix sockets
    /// in it stay below the limit of about a hundred bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::under(&std::env::temp_dir())
    }

    /// A new home under `folder`.
    ///
    /// # Panics
    /// When the folder cannot be written.
    #[must_use]
    pub fn under(folder: &Path) -> Self {
        let scratch = tempfile::Builder::new().prefix("cb-").tempdir_in(folder).unwrap();
        let root = scratch.path().canonicalize().unwrap();
        for name in ["home", "callboard", "claude", "codex", "tmp", "bin", "work"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        let home = Self { root, scratch: Some(scratch), variables: Vec::new() };
        home.seed();
        home
    }

    fn seed(&self) {
        let git_config = "[user]\n\tname = Test User\n\temail = test@example.invalid\n\
             [init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n\
             [commit]\n\tgpgSign = false\n[advice]\n\tdetachedHead = false\n";
        fs::write(self.root.join("gitconfig"), git_config).unwrap();
        fs::write(self.root.join("gitconfig-system"), "").unwrap();
        let approved = &ANTHROPIC_KEY[ANTHROPIC_KEY.len() - 20..];
        self.write_claude_state(&json!({
            "hasCompletedOnboarding": true,
            "customApiKeyResponses": {"approved": [approved], "rejected": []},
            "projects": {},
        }));
    }

    /// Points both agents at the model server.
    #[must_use]
    pub fn with_model_server(mut self, server: &ModelServer) -> Self {
        let url = server.url();
        self.set("ANTHROPIC_BASE_URL", &url);
        self.set("ANTHROPIC_API_KEY", ANTHROPIC_KEY);
        self.set("SCRIPTED_API_KEY", "scripted");
        fs::write(self.codex_home().join("config.toml"), codex_config(&url)).unwrap();
        self
    }

    /// Has Claude Code sign in as a subscriber does, whose account has limits.
    #[must_use]
    pub fn as_subscriber(mut self) -> Self {
        self.variables.retain(|(name, _)| name != "ANTHROPIC_API_KEY");
        self.set("CLAUDE_CODE_OAUTH_TOKEN", format!("sk-ant-oat01-{ANTHROPIC_KEY}"));
        self
    }

    /// Sets a variable for every process of this home, in place of the home's own.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        let name = OsString::from(name);
        self.variables.retain(|(n, _)| *n != name);
        self.variables.push((name, value.into()));
    }

    /// Tells Claude Code and Codex that the user trusts the folder.
    pub fn trust(&self, folder: &Path) {
        let path = self.claude_config_dir().join(".claude.json");
        let mut state: serde_json::Value =
            serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let folder = folder.to_str().expect("a folder whose name is UTF-8");
        state["projects"][folder] = json!({"hasTrustDialogAccepted": true});
        self.write_claude_state(&state);
        let config = self.codex_home().join("config.toml");
        let table = format!("\n[projects.{}]\ntrust_level = \"trusted\"\n", json!(folder));
        let text = fs::read_to_string(&config).unwrap_or_default();
        if !text.contains(&table) {
            fs::write(&config, text + &table).unwrap();
        }
    }

    fn write_claude_state(&self, state: &serde_json::Value) {
        fs::write(self.claude_config_dir().join(".claude.json"), state.to_string()).unwrap();
    }

    /// Clears the environment of `command` and gives it this home's.
    pub fn env<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env_clear().envs(self.variables())
    }

    /// Every variable that a process of this home has.
    #[must_use]
    pub fn variables(&self) -> Vec<(OsString, OsString)> {
        let path = |name: &str| self.root.join(name).into_os_string();
        let search = format!("{}:/usr/local/bin:/usr/bin:/bin", self.root.join("bin").display());
        let mut variables: Vec<(OsString, OsString)> = [
            ("PATH", OsString::from(search)),
            ("HOME", path("home")),
            ("TMPDIR", path("tmp")),
            ("CALLBOARD_HOME", path("callboard")),
            // Set it to nothing where approval itself is tested.
            ("CALLBOARD_TRUST", self.root.clone().into_os_string()),
            ("CLAUDE_CONFIG_DIR", path("claude")),
            ("CODEX_HOME", path("codex")),
            ("GIT_CONFIG_GLOBAL", path("gitconfig")),
            ("GIT_CONFIG_SYSTEM", path("gitconfig-system")),
            ("GIT_TERMINAL_PROMPT", "0".into()),
            ("LANG", "C.UTF-8".into()),
            ("TERM", "xterm-256color".into()),
            ("SHELL", "/bin/bash".into()),
            ("USER", "tester".into()),
            ("TZ", "UTC".into()),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1".into()),
            ("DISABLE_AUTOUPDATER", "1".into()),
            ("DISABLE_TELEMETRY", "1".into()),
            ("DISABLE_ERROR_REPORTING", "1".into()),
        ]
        .map(|(name, value)| (OsString::from(name), value))
        .into();
        variables.retain(|(name, _)| !self.variables.iter().any(|(n, _)| n == name));
        variables.extend(self.variables.iter().cloned());
        variables
    }

    /// The scratch folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `$HOME`.
    #[must_use]
    pub fn user_home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// `$CALLBOARD_HOME`.
    #[must_use]
    pub fn callboard_home(&self) -> PathBuf {
        self.root.join("callboard")
    }

    /// `$CLAUDE_CONFIG_DIR`.
    #[must_use]
    pub fn claude_config_dir(&self) -> PathBuf {
        self.root.join("claude")
    }

    /// `$CODEX_HOME`.
    #[must_use]
    pub fn codex_home(&self) -> PathBuf {
        self.root.join("codex")
    }

    /// The first folder of `PATH`.
    #[must_use]
    pub fn bin(&self) -> PathBuf {
        self.root.join("bin")
    }

    /// Where repositories and other working folders go.
    #[must_use]
    pub fn work(&self) -> PathBuf {
        self.root.join("work")
    }
}

impl Default for HermeticHome {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for HermeticHome {
    fn drop(&mut self) {
        let Some(scratch) = self.scratch.take() else { return };
        if std::env::var_os("CALLBOARD_TEST_KEEP").is_some_and(|v| v == "1") {
            let _ = scratch.keep();
            return;
        }
        // An agent that is going down may still write: a second look removes what it left.
        let root = self.root.clone();
        if scratch.close().is_err() && root.exists() {
            let _ = fs::remove_dir_all(root);
        }
    }
}

fn codex_config(url: &str) -> String {
    format!(
        r#"model = "gpt-5.5"
model_provider = "scripted"
approval_policy = "on-request"
sandbox_mode = "workspace-write"
check_for_update_on_startup = false

[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "SCRIPTED_API_KEY"
requires_openai_auth = false
supports_websockets = false
request_max_retries = 1
stream_max_retries = 1

[sandbox_workspace_write]
exclude_slash_tmp = true
exclude_tmpdir_env_var = true

[analytics]
enabled = false
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_sees_this_home_and_nothing_else() {
        let home = HermeticHome::new();
        let mut command = Command::new("env");
        command.env("LEAKED", "1");
        let output = home.env(&mut command).output().unwrap();
        let seen = String::from_utf8(output.stdout).unwrap();
        assert!(!seen.contains("LEAKED"), "{seen}");
        for name in ["HOME", "CALLBOARD_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "TMPDIR"] {
            let value = seen.lines().find_map(|l| l.strip_prefix(&format!("{name}="))).unwrap();
            assert!(Path::new(value).starts_with(home.root()), "{name}={value}");
        }
        let root = home.root().to_owned();
        drop(home);
        assert!(!root.exists());
    }

    #[test]
    fn trust_is_told_to_both_agents_once() {
        let home = HermeticHome::new().with_model_server(&ModelServer::start());
        home.trust(Path::new("/a b"));
        home.trust(Path::new("/a b"));
        let config = fs::read_to_string(home.codex_home().join("config.toml")).unwrap();
        assert_eq!(config.matches("[projects.\"/a b\"]").count(), 1);
        let state = fs::read_to_string(home.claude_config_dir().join(".claude.json")).unwrap();
        assert!(state.contains(r#""/a b":{"hasTrustDialogAccepted":true}"#), "{state}");
    }
}
