//! What receipts are for: `[receipts]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::receipt::{Rule, Weight, Weights};

/// The section `[receipts]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Receipts {
    /// When checks are run for a receipt.
    pub checks: RunChecks,
    /// A review lands, and a task is done by itself, only where nothing of its receipt blocks.
    pub gate: bool,
    /// Agents are told at their stop what is missing, twice at most.
    pub tell_agents: bool,
    /// Which changed lines the checks run is measured, where a tool for it is there.
    pub coverage: bool,
    /// Rules of other weight than their own, by name.
    pub rules: BTreeMap<Rule, Weight>,
}

/// When checks are run for a receipt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunChecks {
    /// When work is finished and lies still.
    #[default]
    AtFinish,
    /// When somebody asks.
    OnAsk,
}

impl Default for Receipts {
    fn default() -> Self {
        Self {
            checks: RunChecks::default(),
            gate: true,
            tell_agents: false,
            coverage: true,
            rules: BTreeMap::new(),
        }
    }
}

impl Receipts {
    /// What follows from each rule.
    #[must_use]
    pub fn weights(&self) -> Weights {
        Weights(self.rules.clone())
    }
}
