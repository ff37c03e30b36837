//! What follows from each rule, as a project wants it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Rule, Weight};

/// Rules of other weight than their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights(pub BTreeMap<Rule, Weight>);

impl Weights {
    /// What follows from a case of the rule.
    #[must_use]
    pub fn of(&self, rule: Rule) -> Weight {
        self.0.get(&rule).copied().unwrap_or_else(|| rule.weight())
    }
}
