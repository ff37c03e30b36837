//! Labels made by hand: the run, where in its closing words, what kind of claim, and the verdict.
//!
//! The words themselves stay where they are. `none` labels words that are no claim, `admission` what is admitted.

use std::fs;
use std::path::Path;

use callboard_model::claim::ClaimKind;

use super::matrix::{MISSED, Matrix, NONE, kind};
use super::recorded::Recorded;

pub(super) struct Label {
    /// Rules were made with the claim in sight, or it was labelled afterwards.
    half: String,
    run: String,
    /// A byte of the closing words within the claim's sentence.
    offset: usize,
    kind: String,
    verdict: String,
}

/// The labels of a file: `set,run,offset,kind,verdict,why`, with a header.
pub(super) fn read(file: &Path) -> Result<Vec<Label>, String> {
    let text =
        fs::read_to_string(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    let label = |line: &str| {
        let mut cells = line.splitn(6, ',');
        Some(Label {
            half: cells.next()?.to_owned(),
            run: cells.next()?.to_owned(),
            offset: cells.next()?.parse().ok()?,
            kind: cells.next()?.to_owned(),
            verdict: cells.next()?.replace('_', " "),
        })
    };
    Ok(text.lines().skip(1).filter_map(label).collect())
}

/// Counts each label beside what was judged.
pub(super) fn compare(labels: &[Label], half: &str, runs: &[Recorded], verbose: bool) -> Matrix {
    let mut matrix = Matrix::default();
    for label in labels.iter().filter(|label| label.half == half) {
        let Some(run) = runs.iter().find(|run| run.id == label.run) else { continue };
        let (expected, found, why) = found(label, run);
        matrix.count(&expected, &found);
        if verbose && expected != found {
            println!(
                "{} {} {}: {expected}, judged {found}: {why}",
                label.run, label.offset, label.kind
            );
        }
    }
    matrix
}

fn found(label: &Label, run: &Recorded) -> (String, String, String) {
    let (claims, judged) = super::judged(run);
    let is_there = |start: usize, end: usize| (start..end).contains(&label.offset);
    let claim = judged.iter().filter(|judged| is_there(judged.claim.start, judged.claim.end));
    match label.kind.as_str() {
        "none" | "admission" => {
            // What is admitted may stand beside a claim that counts on it.
            let admits = claims.iter().any(|claim| {
                is_there(claim.start, claim.end)
                    && matches!(claim.kind, ClaimKind::Admission { .. })
            });
            let mut claim = claim;
            let found = match claim.next() {
                Some(judged) => judged.verdict.words(),
                None if label.kind == "admission" && !admits => MISSED,
                None => NONE,
            };
            (NONE.to_owned(), found.to_owned(), String::new())
        }
        wanted => {
            let mut of_kind = claim.filter(|judged| kind(&judged.claim.kind) == wanted);
            match of_kind.next() {
                Some(judged) => {
                    (label.verdict.clone(), judged.verdict.words().to_owned(), judged.why.clone())
                }
                None => (label.verdict.clone(), MISSED.to_owned(), String::new()),
            }
        }
    }
}
