//! Couplings of small programs, whole: texts in, sentences out.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a test prints what it found, and may end with a panic"
)]

mod integrity;
mod join;
mod lenient;
mod mutations;
mod sql;
mod tables;
mod wider;
