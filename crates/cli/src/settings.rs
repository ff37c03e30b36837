//! Every setting that comes from the environment: one name, one place, a good default.

use std::collections::BTreeMap;
use std::path::PathBuf;

use callboard_engine::Environment;

use crate::error::CliError;

/// Where Callboard keeps everything. Default: the platform's data directory.
pub(crate) const HOME: &str = "CALLBOARD_HOME";
/// The port of the page. Default: the last one, 4114, or any that is free.
pub(crate) const PORT: &str = "CALLBOARD_PORT";
/// The editor that opens files, such as `code`, `zed` or `my-editor {file} {line}`.
pub(crate) const EDITOR: &str = "CALLBOARD_EDITOR";
/// What the daemon's log tells: `error`, `warn` (default), `info`, `debug`.
pub(crate) const LOG: &str = "CALLBOARD_LOG";
/// The task that a session started from this shell works on.
pub(crate) const TASK: &str = "CALLBOARD_TASK";
/// The worktree that whatever is started from this shell works in.
pub(crate) const WORKTREE: &str = "CALLBOARD_WORKTREE";

/// Notifications on the desktop within ten minutes; 0 for none. Default: 5.
pub(crate) const NOTIFY: &str = "CALLBOARD_NOTIFY";

/// Folders, separated as in `PATH`, whose repositories' `callboard.toml` needs no approval. Default: none.
pub(crate) const TRUST: &str = "CALLBOARD_TRUST";

/// Far below what people call a flood (ten within ten minutes).
const USUAL_NOTIFICATIONS: usize = 5;

/// The port that is tried first.
pub(crate) const USUAL_PORT: u16 = 4114;

/// The settings of this run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Callboard's home.
    pub(crate) home: PathBuf,
    /// The port that was asked for.
    pub(crate) port: Option<u16>,
    /// The editor that was chosen.
    pub(crate) editor: Option<String>,
    /// What the log tells.
    pub(crate) log: String,
    /// The task of this shell.
    pub(crate) task: Option<String>,
    /// The worktree of this shell.
    pub(crate) worktree: Option<String>,
    /// Notifications on the desktop within ten minutes.
    pub(crate) notifications: usize,
    /// Folders whose repositories' configurations need no approval.
    pub(crate) trusted: Vec<PathBuf>,
    /// What agents are found by.
    pub(crate) environment: Environment,
}

impl Settings {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// When there is no home directory, or a value means nothing.
    pub(crate) fn from_environment() -> Result<Self, CliError> {
        let vars: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect();
        let set = |name: &str| vars.get(name).filter(|value| !value.is_empty()).cloned();
        let user_home = std::env::home_dir().ok_or_else(|| {
            CliError::misuse("this user has no home directory; nothing was done", "set HOME")
        })?;
        let port = set(PORT)
            .map(|text| {
                text.parse().map_err(|_| {
                    CliError::misuse(
                        format!("{PORT}={text} is no port; nothing was done"),
                        format!("set {PORT} to a number up to 65535, or unset it"),
                    )
                })
            })
            .transpose()?;
        let notifications = set(NOTIFY)
            .map(|text| {
                text.parse().map_err(|_| {
                    CliError::misuse(
                        format!("{NOTIFY}={text} is no number; nothing was done"),
                        format!("set {NOTIFY} to how many notifications ten minutes may bring, or unset it"),
                    )
                })
            })
            .transpose()?;
        Ok(Self {
            home: set(HOME).map_or_else(|| data_dir(&user_home, &set), PathBuf::from),
            port,
            editor: set(EDITOR),
            log: set(LOG).map_or_else(|| Ok("warn".into()), log)?,
            task: set(TASK),
            worktree: set(WORKTREE),
            notifications: notifications.unwrap_or(USUAL_NOTIFICATIONS),
            trusted: set(TRUST).map(|text| trusted(&text)).unwrap_or_default(),
            environment: Environment { home: user_home, vars },
        })
    }

    /// Where what only a running daemon needs is kept.
    pub(crate) fn run_dir(&self) -> PathBuf {
        self.home.join("run")
    }

    /// The daemon's socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.run_dir().join("callboard.sock")
    }
}

/// The daemon's socket, for a program that has nothing but its environment.
pub(crate) fn default_socket() -> Option<PathBuf> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let home = match set(HOME) {
        Some(home) => PathBuf::from(home),
        None => data_dir(&std::env::home_dir()?, &set),
    };
    Some(home.join("run/callboard.sock"))
}

/// Folders by their whole path: another one would mean something else in each folder.
fn trusted(text: &str) -> Vec<PathBuf> {
    std::env::split_paths(text).filter(|folder| folder.is_absolute()).collect()
}

/// A level, or directives such as `callboard_engine=debug`.
fn log(text: String) -> Result<String, CliError> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    if text.contains('=') || LEVELS.iter().any(|level| text.eq_ignore_ascii_case(level)) {
        return Ok(text);
    }
    Err(CliError::misuse(
        format!("{LOG}={text} is no level; nothing was done"),
        format!("set {LOG} to error, warn, info or debug, or unset it"),
    ))
}

fn data_dir(home: &std::path::Path, set: &impl Fn(&str) -> Option<String>) -> PathBuf {
    if cfg!(target_os = "macos") {
        return home.join("Library/Application Support/callboard");
    }
    set("XDG_DATA_HOME").map_or_else(|| home.join(".local/share"), PathBuf::from).join("callboard")
}
