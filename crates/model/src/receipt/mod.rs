//! Receipts: what a finished piece of work can show, derived from git, events and checks that were run again.

mod confinement;
mod finding;
mod rule;

pub use confinement::{ConfinedBy, Confinement, Hold};
pub use finding::{Finding, Spot};
pub use rule::{Risk, Rule, Weight};
