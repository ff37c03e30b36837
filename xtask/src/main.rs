//! Chores of the project: `cargo xtask test|soak|bench|tidy|dist`.

fn main() {}
