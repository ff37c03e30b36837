//! Receipts: what a finished piece of work can show.

mod grid;

pub use grid::{GridOrder, GridOutcome};
