//! `cargo xtask bench`: what the product costs, beside the least that it could cost.

mod brief;
mod claims;
mod conflicts;
mod coupling;
mod diff;
mod figure;
mod floor;
mod ground;
mod hook;
mod ingest;
mod integrity;
mod live;
mod memory;
mod packed;
mod receipt;
mod related;
mod running;
mod search;
mod start;
mod worktree;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::run::product;
pub(crate) use brief::serve_nothing;
pub(crate) use claims::{Asked as AskedClaims, measure as claims};
pub(crate) use coupling::{Asked, Half, coupling};
use figure::Figure;
use ground::Scale;
pub(crate) use ground::{home_with, wait_until_read};
pub(crate) use integrity::integrity;

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
    /// From *Start* to an agent at work, its questions, and sixteen agents at once.
    Start,
    /// What a hook costs an agent; from a question to the call, and from the answer to the agent.
    Inbox,
    /// Making, removing and restoring worktrees of a large repository.
    Worktree,
    /// From an edited file to all conflicts among ten worktrees; whether known merges come out as they are known to.
    Conflicts,
    /// First view and scrolling of a review of 100,000 lines, in Chromium.
    Diff,
    /// What of planted sessions briefs hand on; what briefs and the tools of agents cost.
    Brief,
    /// What of planted relations is told, and what of what is told is wrong.
    Related,
    /// A receipt of a large change and a long session; what a receipt's checks cost beyond themselves.
    Receipt,
    /// What couplings find in recorded merges: `--truth FILE REPOSITORY…`; only when named.
    Coupling,
    /// What the rules of integrity find of planted changes, and in labelled runs of an agent; only when named.
    Integrity,
    /// What is said of claims made and recorded, and how often rules of conduct fire: `[--truth FOLDER]`; only when named.
    Claims,
}

/// What is given beside the name.
#[derive(Debug)]
pub(crate) struct Given {
    /// Merges whose outcome is known.
    pub(crate) truth: Option<PathBuf>,
    /// Their repositories.
    pub(crate) paths: Vec<PathBuf>,
    /// Tell what was not found.
    pub(crate) verbose: bool,
}

/// Measures what `name` says, or everything, with the release build, or with `CALLBOARD_BIN`.
pub(crate) fn bench(
    root: &Path,
    name: Option<Bench>,
    json: bool,
    full: bool,
    given: &Given,
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
            Bench::Start => start::measure(&binary),
            Bench::Inbox => hook::measure(&binary),
            Bench::Worktree => worktree::measure(&binary, scale),
            Bench::Conflicts => conflicts::measure(&binary, scale, given),
            Bench::Diff => diff::measure(root, &binary),
            Bench::Brief => brief::measure(&binary, given.verbose),
            Bench::Related => related::measure(&binary, given.verbose),
            Bench::Receipt => receipt::measure(&binary),
            Bench::Coupling | Bench::Integrity | Bench::Claims => Vec::new(),
        });
    }
    figure::tell(&figures, json);
    Ok(())
}
