//! The rules, a module for each kind of them.

pub(super) mod assertions;
pub(super) mod bypass;
pub(super) mod configuration;
pub(super) mod dependencies;
pub(super) mod files;
pub(super) mod gates;
pub(super) mod leftover;
pub(super) mod migrations;
pub(super) mod mocks;
pub(super) mod runner;
pub(super) mod scope;
pub(super) mod snapshots;
pub(super) mod special;
pub(super) mod stub;
pub(super) mod suppression;
pub(super) mod swallowed;
pub(super) mod tests;
pub(super) mod tolerance;

use callboard_model::receipt::{Finding, Rule, Spot};

use super::excerpt;

/// A finding of a rule.
fn finding(rule: Rule, spot: Option<Spot>, words: String, before: &str, after: &str) -> Finding {
    Finding {
        rule,
        spot,
        words,
        before: excerpt(before),
        after: excerpt(after),
        sources: Vec::new(),
    }
}
