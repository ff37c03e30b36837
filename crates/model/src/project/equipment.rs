//! How worktrees are made, and what they are given.

use serde::{Deserialize, Serialize};

use super::command_lines;

/// The section `[worktrees]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Worktrees {
    /// The folder that worktrees are made in, from the main checkout; a template with `{{repo}}`.
    pub folder: String,
    /// A new branch's name; a template with `{{task}}` and `{{slug}}`.
    pub branch: String,
    /// Worktrees that are kept ready.
    pub pool: u32,
    /// Ignored files that are copied from the main checkout, in the syntax of `.gitignore`.
    pub bring: Vec<String>,
    /// Files in which places are filled in.
    pub templates: Vec<Template>,
    /// Ignored folders that all worktrees share with the main checkout, by a link; in the same syntax.
    pub share: Vec<String>,
    /// Ignored folders that are copied, sharing their blocks where the disk can; in the same syntax.
    pub clone: Vec<String>,
    /// What makes a new worktree ready, by `sh`.
    #[serde(deserialize_with = "command_lines")]
    pub setup: Vec<String>,
    /// What is done before a worktree is removed, by `sh`.
    #[serde(deserialize_with = "command_lines")]
    pub teardown: Vec<String>,
    /// The development server.
    pub run: Run,
    /// Seconds that each line of `setup` may take.
    pub setup_seconds: u64,
    /// Seconds that each line of `teardown` may take.
    pub teardown_seconds: u64,
}

impl Default for Worktrees {
    fn default() -> Self {
        Self {
            folder: "../{{repo}}.worktrees".into(),
            branch: "{{task}}-{{slug}}".into(),
            pool: 1,
            bring: vec![".env".into(), ".env.*".into(), ".envrc".into()],
            templates: Vec::new(),
            share: Vec::new(),
            clone: Vec::new(),
            setup: Vec::new(),
            teardown: Vec::new(),
            run: Run::default(),
            setup_seconds: 900,
            teardown_seconds: 120,
        }
    }
}

/// A file of a worktree in which places are filled in: `[[worktrees.templates]]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Template {
    /// The file that is written, from the worktree's root.
    pub path: String,
    /// The file that it is made of, from the worktree's root; itself if not given.
    pub from: Option<String>,
    /// Texts of it, and what stands in their place; templates.
    pub replace: std::collections::BTreeMap<String, String>,
}

/// The development server of a worktree: `[worktrees.run]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Run {
    /// What starts it, by `sh`.
    pub command: Option<String>,
    /// Where it answers; a template. `http://localhost` with the first port if not given.
    pub url: Option<String>,
}

/// The section `[ports]`: each worktree has a block of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ports {
    /// The names of a block's ports, in order.
    pub names: Vec<String>,
    /// Ports of a block.
    pub block: u16,
    /// The first port that may be given.
    pub from: u16,
    /// The last port that may be given.
    pub to: u16,
}

impl Default for Ports {
    fn default() -> Self {
        // Below the range that systems take outgoing connections' ports from.
        Self { names: Vec::new(), block: 10, from: 20_000, to: 29_999 }
    }
}
