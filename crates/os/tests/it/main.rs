//! What this crate holds other programs to, tried with programs that do not want to be held.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that goes wrong stops"
)]

#[cfg(target_os = "linux")]
mod confine;
