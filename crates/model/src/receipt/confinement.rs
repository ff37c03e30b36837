//! What held a command that was run for a receipt, and what did not.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether one thing was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", content = "why", rename_all = "snake_case")]
pub enum Hold {
    /// It was.
    Held,
    /// It was but for this.
    Partly(String),
    /// It was not, and why.
    NotHeld(String),
}

impl Hold {
    /// What was missing; `None` where nothing was.
    #[must_use]
    pub fn gap(&self) -> Option<&str> {
        match self {
            Self::Held => None,
            Self::Partly(why) | Self::NotHeld(why) => Some(why),
        }
    }
}

/// What confined a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfinedBy {
    /// Linux namespaces of its own, with Landlock where the kernel has it.
    Namespaces,
    /// Landlock alone.
    Landlock,
    /// The sandbox of macOS.
    Seatbelt,
    /// Nothing but the limits of time, memory, processes and room.
    Limits,
}

/// How a command was confined, one answer for each thing that it could do harm with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Confinement {
    /// What confined it.
    pub by: ConfinedBy,
    /// Why nothing better did, in the system's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// It writes below its own folders only.
    pub files: Hold,
    /// It does not read what was hidden from it.
    pub secrets: Hold,
    /// It reaches nobody beyond loopback.
    pub network: Hold,
    /// It speaks to no Unix socket of other programs but those that were named.
    pub sockets: Hold,
    /// Whatever it started is counted, harms no other process, and ends with it.
    pub processes: Hold,
    /// Its memory is limited.
    pub memory: Hold,
    /// The room that it takes on disks is limited.
    pub disk: Hold,
}

impl Confinement {
    /// All that was not held, each with its name and why.
    #[must_use]
    pub fn gaps(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("files", &self.files),
            ("secrets", &self.secrets),
            ("network", &self.network),
            ("sockets", &self.sockets),
            ("processes", &self.processes),
            ("memory", &self.memory),
            ("disk", &self.disk),
        ];
        all.into_iter().filter_map(|(name, hold)| Some((name, hold.gap()?))).collect()
    }
}
