//! Who uses what changed, and whether a session ever opened it.

use std::collections::BTreeSet;

use callboard_git::Git;
use callboard_git::named::named;
use callboard_model::changeset::ChangedFile;
use callboard_model::claim::{Evidence, Unopened, Uses};
use callboard_model::receipt::{ObservedCommand, OpenedSource, Spot};
use callboard_model::symbol::Symbol;

use crate::{EngineError, limits};

/// Adds to the evidence who else uses the symbols that changed in the commit `work`, and who of them was never opened.
///
/// # Errors
/// When git cannot be run.
pub(super) fn look_up(
    git: &Git,
    work: &str,
    symbols: &BTreeSet<(String, String)>,
    files: &[ChangedFile],
    (opened, commands): (&[OpenedSource], &[ObservedCommand]),
    evidence: &mut Evidence,
) -> Result<(), EngineError> {
    let is_telling = |name: &&str| name.len() >= limits::SYMBOL_LETTERS;
    let names: BTreeSet<&str> = symbols
        .iter()
        .map(|(_, symbol)| Symbol::of(symbol).name())
        .filter(is_telling)
        .take(limits::RECEIPT_SYMBOLS)
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let found = named(git, work, &names)?;
    let changed: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let was_opened = |path: &str| {
        let ends_so = |name: &str| name == path || name.ends_with(&format!("/{path}"));
        opened.iter().any(|one| ends_so(&one.source))
            || commands.iter().any(|one| one.command.line.contains(path))
    };
    for name in names {
        let elsewhere = found.iter().filter(|line| {
            !changed.contains(line.path.as_str())
                && callboard_code::speaks(&line.path)
                && has_word(&line.text, name)
        });
        let mut spots: Vec<Spot> = Vec::new();
        for line in elsewhere {
            if spots.len() < limits::RECEIPT_USES && spots.iter().all(|one| one.path != line.path) {
                let path = line.path.clone();
                spots.push(Spot { path, line: Some(line.line), is_gone: false });
            }
        }
        let unopened = spots
            .iter()
            .filter(|spot| !was_opened(&spot.path))
            .map(|spot| Unopened { symbol: name.to_owned(), spot: spot.clone() });
        evidence.unopened.extend(unopened);
        evidence.uses.push(Uses { symbol: name.to_owned(), elsewhere: spots });
    }
    Ok(())
}

fn has_word(text: &str, name: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}
