//! How transcripts are read, end to end.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod discovery;
