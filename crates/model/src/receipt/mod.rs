//! Receipts: what a finished piece of work can show, derived from git, events and checks that were run again.

pub mod conduct;
mod finding;
mod rule;

pub use finding::{Finding, Spot};
pub use rule::{Risk, Rule, Weight};
