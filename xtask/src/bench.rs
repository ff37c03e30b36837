//! `cargo xtask bench`: what the product costs, beside the least that it could cost.

mod figure;
mod floor;
mod ground;
mod hook;
mod ingest;
mod live;
mod memory;
mod running;
mod search;
mod worktree;

use std::path::Path;

use clap::ValueEnum;

use crate::run::product;
use figure::Figure;
use ground::Scale;
pub(crate) use ground::{home_with, wait_until_read};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// Reading history for the first time.
    Ingest,
    /// Searching all of it.
    Search,
    /// From a line that an agent appends to the page that shows it.
    Live,
    /// Memory and idle work of the daemon.
    Memory,
    /// What a hook costs an agent; from a question to the call, and from the answer to the agent.
    Inbox,
    /// Making, removing and restoring worktrees of a large repository.
    Worktree,
}

/// Measures what `name` says, or everything, with the release build, or with `CALLBOARD_BIN`.
pub(crate) fn bench(
    root: &Path,
    name: Option<Bench>,
    json: bool,
    full: bool,
) -> Result<(), String> {
    let binary = product(root, true)?;
    let scale = if full { Scale::Full } else { Scale::Usual };
    let mut figures: Vec<Figure> = Vec::new();
    for bench in Bench::value_variants() {
        if name.is_some_and(|wanted| wanted != *bench) {
            continue;
        }
        eprintln!("measuring: {bench:?}");
        figures.extend(match bench {
            Bench::Ingest => ingest::measure(&binary, scale),
            Bench::Search => search::measure(&binary, scale),
            Bench::Live => live::measure(&binary, scale),
            Bench::Memory => memory::measure(&binary, scale),
            Bench::Inbox => hook::measure(&binary),
            Bench::Worktree => worktree::measure(&binary, scale),
        });
    }
    figure::tell(&figures, json);
    Ok(())
}
