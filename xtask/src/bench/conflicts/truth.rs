//! Merges whose outcome is known, tried again: the verdict must be git's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use callboard_git::aside;
use callboard_git::merge::{Merge, Pair, merges};
use callboard_git::tree::TreeError;
use callboard_testkit::HermeticHome;

use super::super::figure::Figure;

/// A merge of the table.
struct Known {
    left: String,
    right: String,
    is_conflict: bool,
}

/// How the verdicts compare.
#[derive(Default)]
struct Score {
    tried: usize,
    agreed: usize,
    missed: usize,
    false_alarms: usize,
    /// The repository does not have the commits any more.
    gone: usize,
    seconds: f64,
}

pub(super) fn measure(table: &Path, paths: &[PathBuf]) -> Vec<Figure> {
    let known = read(table);
    let mut all = Score::default();
    for path in paths {
        let path = path.canonicalize().expect("a repository");
        let Some((name, known)) = known.iter().find(|(name, _)| is_of(&path, name)) else {
            eprintln!("no merge of {} is in the table", path.display());
            continue;
        };
        let score = tried(&path, known);
        eprintln!(
            "{name}: {} of {} agree, {} missed, {} false, {} not there, {:.1} s",
            score.agreed, score.tried, score.missed, score.false_alarms, score.gone, score.seconds
        );
        all.tried += score.tried;
        all.agreed += score.agreed;
        all.missed += score.missed;
        all.false_alarms += score.false_alarms;
        all.gone += score.gone;
        all.seconds += score.seconds;
    }
    let share = 100.0 * all.agreed as f64 / all.tried as f64;
    vec![
        Figure::new("known merges, tried", all.tried as f64, ""),
        Figure::new("known merges, the same verdict", share, "%"),
        Figure::new("known merges, conflicts missed", all.missed as f64, ""),
        Figure::new("known merges, false conflicts", all.false_alarms as f64, ""),
        Figure::new("known merges, not in the repository", all.gone as f64, ""),
        Figure::new("known merges, each", 1000.0 * all.seconds / all.tried as f64, "ms"),
    ]
}

/// Whether a folder, or the one above it, is named like the repository.
fn is_of(path: &Path, name: &str) -> bool {
    let joined = name.replace('/', "+");
    path.ends_with(name) || path.components().any(|part| part.as_os_str() == joined.as_str())
}

/// The real merges of the table, by repository.
fn read(table: &Path) -> BTreeMap<String, Vec<Known>> {
    let text = fs::read_to_string(table).expect("the table of known merges");
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = lines.next().unwrap_or_default();
    let column =
        |name: &str| header.iter().position(|h| *h == name).expect("a column of the table");
    let [source, repo, left, right, label] =
        ["source", "repo", "left", "right", "label"].map(column);
    let mut found: BTreeMap<String, Vec<Known>> = BTreeMap::new();
    for row in lines.filter(|row| row.get(source) == Some(&"merge")) {
        let (left, right) = (row[left].to_owned(), row[right].to_owned());
        let is_conflict = row[label] == "TEXT";
        found.entry(row[repo].to_owned()).or_default().push(Known { left, right, is_conflict });
    }
    found
}

fn tried(path: &Path, known: &[Known]) -> Score {
    let home = HermeticHome::new();
    let git = aside(path, home.root()).expect("a repository");
    // As a merge into the left one, checked out, would be.
    let pair = |k: &Known| Pair::new(&k.left, &k.right);
    let pairs: Vec<Pair> = known.iter().map(pair).collect();
    let begun = Instant::now();
    let found = merges(&git, &pairs);
    let mut score = Score { seconds: begun.elapsed().as_secs_f64(), ..Score::default() };
    for (known, merged) in known.iter().zip(found) {
        compare(&mut score, known, merged);
    }
    score
}

fn compare(score: &mut Score, known: &Known, merged: Result<Merge, TreeError>) {
    let merged = match merged {
        Ok(merged) => merged,
        Err(error) => {
            eprintln!("  {} {}: {error}", known.left, known.right);
            score.gone += 1;
            return;
        }
    };
    score.tried += 1;
    match (known.is_conflict, merged.conflict.is_some()) {
        (true, false) => score.missed += 1,
        (false, true) => score.false_alarms += 1,
        _ => score.agreed += 1,
    }
    if known.is_conflict != merged.conflict.is_some() {
        eprintln!("  {} {}: git said otherwise", known.left, known.right);
    }
}
