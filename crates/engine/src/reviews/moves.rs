//! Lines of a review that only moved, found once for each combination.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use callboard_git::Git;
use callboard_git::changeset::diffs;
use callboard_model::changeset::{DiffHunk, FileDiff, LineKind, Place};
use callboard_model::review::{Combination, Move, Run, moved};
use callboard_model::view::MovedRun;

use super::diff::numbered;
use crate::{Engine, EngineError, limits};

/// Where each moved line is on the other side, by its path and number: those that go, and those that are new.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    gone: HashMap<(String, u32), Place>,
    new: HashMap<(String, u32), Place>,
}

/// The moves of the combinations that were looked at last, by base and what is shown.
pub(crate) type Remembered = Mutex<Vec<((String, String), Arc<Moves>)>>;

impl Engine {
    /// The moves of a combination.
    pub(super) fn moves_of(
        &self,
        git: &Git,
        combination: &Combination,
    ) -> Result<Arc<Moves>, EngineError> {
        let changed: u32 =
            combination.files.iter().map(|file| file.file.added + file.file.removed).sum();
        if changed as usize > limits::MOVES_AMONG {
            return Ok(Arc::default());
        }
        let key = (combination.base.clone(), combination.shown().to_owned());
        let known = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, moves)) = known.iter().find(|(of, _)| *of == key) {
            return Ok(Arc::clone(moves));
        }
        drop(known);
        let moves = Arc::new(Moves::of(&diffs(git, &key.0, &key.1)?));
        let mut known = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= limits::MOVES_REMEMBERED {
            known.remove(0);
        }
        known.push((key, Arc::clone(&moves)));
        Ok(moves)
    }
}

impl Moves {
    fn of(files: &[FileDiff]) -> Self {
        let (mut gone, mut new) = (Vec::new(), Vec::new());
        for file in files {
            let source = file.file.from.as_ref().unwrap_or(&file.file.path);
            for hunk in &file.hunks {
                gone.extend(runs(hunk, LineKind::Removed, source));
                new.extend(runs(hunk, LineKind::Added, &file.file.path));
            }
        }
        let mut moves = Self::default();
        for Move { from, to, lines } in moved(&gone, &new) {
            for offset in 0..lines {
                let place = |run: &Run<'_>, line: usize| Place {
                    path: run.at.path.clone(),
                    line: run.at.line + u32::try_from(line + offset).unwrap_or(u32::MAX),
                };
                let (from, to) = (place(&gone[from.0], from.1), place(&new[to.0], to.1));
                moves.gone.insert((from.path.clone(), from.line), to.clone());
                moves.new.insert((to.path, to.line), from);
            }
        }
        moves
    }

    /// The runs of a hunk that moved.
    pub(super) fn in_hunk(&self, hunk: &DiffHunk, source: &str, path: &str) -> Vec<MovedRun> {
        let mut runs: Vec<MovedRun> = Vec::new();
        if self.gone.is_empty() {
            return runs;
        }
        for (at, (line, old, new)) in numbered(hunk).enumerate() {
            let other = match line.kind {
                LineKind::Context => None,
                LineKind::Removed => self.gone.get(&(source.to_owned(), old)),
                LineKind::Added => self.new.get(&(path.to_owned(), new)),
            };
            let Some(other) = other else { continue };
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let follows = |run: &MovedRun| {
                run.at + run.lines == at
                    && run.other.path == other.path
                    && run.other.line + run.lines == other.line
            };
            match runs.last_mut() {
                Some(run) if follows(run) => run.lines += 1,
                _ => runs.push(MovedRun { at, lines: 1, other: other.clone() }),
            }
        }
        runs
    }
}

/// Neighbouring lines of one kind.
fn runs<'a>(hunk: &'a DiffHunk, kind: LineKind, path: &str) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    let mut last = None;
    for (at, (line, old, new)) in numbered(hunk).enumerate() {
        if line.kind != kind {
            continue;
        }
        let number = if kind == LineKind::Removed { old } else { new };
        match runs.last_mut() {
            Some(run) if last.is_some_and(|last| last + 1 == at) => run.lines.push(&line.text),
            _ => {
                let place = Place { path: path.to_owned(), line: number };
                runs.push(Run { at: place, lines: vec![&line.text] });
            }
        }
        last = Some(at);
    }
    runs
}
