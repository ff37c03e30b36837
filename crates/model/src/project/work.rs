//! Who works, how much at once, and what needs no person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::command_lines;
use crate::review::LandBy;

/// Something that cannot be doubled: `[resources.NAME]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Resource {
    /// How many may have it at once.
    pub capacity: u32,
    /// What is run when somebody takes it, by `sh`, in the taker's worktree.
    #[serde(deserialize_with = "command_lines")]
    pub take: Vec<String>,
    /// What is run when it is given back.
    #[serde(deserialize_with = "command_lines")]
    pub give: Vec<String>,
    /// Seconds that each line of the two may take.
    pub seconds: u64,
}

impl Default for Resource {
    fn default() -> Self {
        Self { capacity: 1, take: Vec::new(), give: Vec::new(), seconds: 120 }
    }
}

/// The section `[agents]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Agents {
    /// The agent that works where none is named; the first that is installed if not given.
    pub default: Option<String>,
    /// Its model; the agent's own choice if not given.
    pub model: Option<String>,
    /// Its mode of permissions; the agent's own choice if not given.
    pub mode: Option<String>,
    /// Agents may start sessions of others, wait for them, and read what they changed.
    pub lead: bool,
    /// Agents that speak the Agent Client Protocol, by name.
    pub acp: BTreeMap<String, AcpAgent>,
}

/// An agent that speaks the Agent Client Protocol: `[agents.acp.NAME]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AcpAgent {
    /// Its program and arguments.
    pub command: Vec<String>,
    /// Its variables.
    pub environment: BTreeMap<String, String>,
}

/// The section `[limits]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Agents that run at once; others wait.
    pub running: u32,
    /// Results that may wait for review before a start asks first.
    pub unreviewed: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { running: 4, unreviewed: 8 }
    }
}

/// The section `[reviews]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reviews {
    /// How a new review lands, until it is told otherwise.
    pub land_by: LandBy,
    /// Whether GitHub is asked by `gh`, where that is installed.
    pub gh: bool,
}

impl Default for Reviews {
    fn default() -> Self {
        Self { land_by: LandBy::default(), gh: true }
    }
}

/// The section `[context]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Context {
    /// Agents are told what others' sessions and notes hold that bears on their work, at its beginning and when stuck.
    pub tell_agents: bool,
    /// Agents are asked once, as they stop, what they decided, ruled out and left open.
    pub ask_at_stop: bool,
}

/// The section `[rules]`: calls that need no person, such as `Bash(cargo test*)`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// What is allowed.
    pub allow: Vec<String>,
    /// What is denied; before what is allowed.
    pub deny: Vec<String>,
    /// What becomes of a command that would take along or throw away what another session changed.
    pub sweeps: SweepRule,
}

/// What becomes of a command that would take along or throw away what another session changed in the same checkout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SweepRule {
    /// It is refused where the agent asks before it, and a person is told.
    #[default]
    Refuse,
    /// A person is told.
    Call,
    /// It runs.
    Allow,
}

impl SweepRule {
    /// The word used in settings.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Call => "call",
            Self::Allow => "allow",
        }
    }
}
