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

use super::{Found, excerpt, gone, spot};

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

impl Found {
    /// A case of a rule at a line that is new, `text`, of the file at a path.
    fn comes(&mut self, rule: Rule, (path, line): (&str, u32), words: String, text: &str) {
        self.findings.push(finding(rule, spot(path, line), words, "", text));
    }

    /// The same at a line that is gone.
    fn goes(&mut self, rule: Rule, (path, line): (&str, u32), words: String, text: &str) {
        self.findings.push(finding(rule, gone(path, line), words, text, ""));
    }
}
