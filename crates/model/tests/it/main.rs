//! What folds of whole sessions come to, and whose the lines of shared checkouts are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic fails the test"
)]

mod attribution;
mod attribution_laws;
mod comparison;
mod goals;
mod laws;
mod notes;
mod receipts;
mod refusals;
mod reporter;
mod results;
mod scenes;
mod session;
mod shared_checkout;
