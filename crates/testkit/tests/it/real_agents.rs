//! Tests that run the real agents; `cargo xtask test` runs modules of this name apart.

mod claude;
mod codex;
