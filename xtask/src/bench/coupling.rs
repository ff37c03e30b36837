//! `cargo xtask bench coupling`: recorded merges replayed; what couplings would have said of each before it was made.
//!
//! A merge that git makes cleanly, but whose recorded result differs, was repaired by someone (`SEM`). It counts as found
//! if a coupling names a token on a line that was repaired. One that nobody repaired (`CLEAN`) should raise no warning.

mod indexing;
mod replay;
mod table;
mod truth;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use callboard_model::coupling::{Coupling, CouplingKind, Strength};
use clap::ValueEnum;

use replay::{Replay, Sides};
use truth::Row;

/// Which rows are replayed: rules are made on one half, and measured on the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Half {
    /// Rows whose merge has an id below the middle.
    Developed,
    /// The others.
    Held,
}

/// What is asked of this measurement.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// The file of recorded merges; without it, the indexes of the repositories are measured.
    pub(crate) truth: Option<&'a Path>,
    pub(crate) repositories: &'a [PathBuf],
    /// Both halves, if none is named.
    pub(crate) half: Option<Half>,
    pub(crate) json: bool,
    /// Print what is told of each merge.
    pub(crate) verbose: bool,
    /// Where contents that were read are kept for the next run.
    pub(crate) kept: &'a Path,
}

/// What was found in one merge.
struct Outcome {
    label: String,
    class: String,
    language: String,
    /// What it is called: repository and merge.
    name: String,
    sides: Sides,
    /// Both sides change lines with a word that was repaired.
    touched: bool,
    /// A coupling of any strength names what was repaired; one of the first three; a warning.
    named: bool,
    in_three: bool,
    warned: bool,
    /// The strongest of all.
    strongest: Option<Strength>,
    /// Of the couplings that name what was repaired; of a clean merge, of those that warn.
    kinds: Vec<CouplingKind>,
}

/// Replays the rows whose repositories are given, and prints what was found; without rows, what their indexes cost.
pub(crate) fn coupling(asked: &Asked<'_>) -> Result<(), String> {
    let Some(file) = asked.truth else { return indexing::tell(asked.repositories) };
    let rows = truth::read(file)?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    for path in asked.repositories {
        let is_asked =
            |row: &&Row| asked.half.is_none_or(|half| half == row.half()) && row.is_of(path);
        let rows: Vec<&Row> = rows.iter().filter(is_asked).collect();
        eprintln!("replaying: {} merges of {}", rows.len(), path.display());
        let mut replay = Replay::new(path, asked.kept)?;
        for row in rows {
            match replay.couplings(row) {
                Ok((couplings, sides)) => {
                    outcomes.push(outcome(row, &couplings, sides, &replay, asked.verbose))
                }
                Err(error) => eprintln!("left out {} {}: {error}", row.repo, row.merge),
            }
        }
        replay.keep()?;
    }
    table::tell(&outcomes, asked.json);
    Ok(())
}

fn outcome(
    row: &Row,
    couplings: &[Coupling],
    sides: Sides,
    replay: &Replay,
    verbose: bool,
) -> Outcome {
    let repaired = if row.label == "SEM" { replay.repaired(row) } else { BTreeSet::new() };
    let names = |coupling: &&Coupling| words(coupling).iter().any(|word| repaired.contains(*word));
    let is_warning = |coupling: &&Coupling| coupling.strength >= Strength::Warn;
    let counts = |coupling: &&Coupling| {
        if row.label == "SEM" { names(coupling) } else { is_warning(coupling) }
    };
    let mut kinds: Vec<CouplingKind> =
        couplings.iter().filter(counts).map(|coupling| coupling.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let outcome = Outcome {
        label: row.label.clone(),
        class: row.class.clone(),
        language: row.language.clone(),
        name: format!("{} {}", row.repo, row.merge),
        sides,
        touched: row.label == "SEM" && replay.both_touch(row, &repaired),
        named: couplings.iter().any(|coupling| names(&coupling)),
        in_three: couplings.iter().take(3).any(|coupling| names(&coupling)),
        warned: couplings.iter().filter(is_warning).any(|coupling| names(&coupling)),
        strongest: couplings.iter().map(|coupling| coupling.strength).max(),
        kinds,
    };
    if verbose && (row.label == "SEM" || outcome.strongest >= Some(Strength::Warn)) {
        let Outcome { label, class, name, named, warned, .. } = &outcome;
        println!("{label} {class} {name} named={named} warned={warned}");
        let words: Vec<&str> = repaired.iter().take(30).map(String::as_str).collect();
        println!("    repaired: {}", words.join(" "));
        for coupling in couplings.iter().take(if row.label == "SEM" { 5 } else { 3 }) {
            println!("    {:?} {}", coupling.strength, coupling.told("LEFT", "RIGHT"));
        }
    }
    outcome
}

/// The names that a coupling speaks of: its symbol, and what its sentence quotes; of a file its name alone.
fn words(coupling: &Coupling) -> Vec<&str> {
    let symbol = coupling.symbol.as_deref().unwrap_or_default();
    let quoted = coupling.reason.split('`').skip(1).step_by(2);
    let each = std::iter::once(symbol).chain(quoted).flat_map(|name| {
        let file = name.rsplit('/').next().unwrap_or_default();
        let is_file = [".h", ".c", ".py", ".js", ".ts", ".go", ".rs", ".sh"];
        let last = if is_file.iter().any(|ending| file.ends_with(ending)) {
            file.split('.').next().unwrap_or_default()
        } else {
            name.rsplit(['.', ':', '/', ' ']).next().unwrap_or_default()
        };
        [last, name, name.trim_start_matches("--")]
    });
    each.filter(|word| !word.is_empty()).collect()
}
