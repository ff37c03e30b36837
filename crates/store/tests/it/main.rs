//! The store, from the outside.

#![allow(clippy::unwrap_used, reason = "a failed step of a scene fails the test")]

mod board;
mod crash;
mod database_copy;
mod leases;
mod log;
mod open;
mod owned;
mod records;
mod scene;
mod search;
mod sessions;
mod trials;
