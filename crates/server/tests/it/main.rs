//! The doors of the server, its stream, and the documents made from what it says of itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic fails the test"
)]

#[cfg(target_os = "linux")]
mod confined;
mod documents;
mod gate;
mod scene;
mod stream;
