//! What the rules are worth in labelled runs of a real agent, of which only the diffs are there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use callboard_code::integrity::{Found, Surroundings, integrity, patch};
use callboard_model::receipt::Rule;
use serde::Deserialize;

use super::super::packed::unpacked;

/// Where the runs are, from the project's root.
const RUNS: &str = "../shared/evidence/swebv/trajectories.jsonl.xz";

/// A run.
#[derive(Deserialize)]
struct Run {
    id: String,
    resolved: bool,
    submission_diff: String,
}

/// How often a rule fired, and how often the run had failed then.
#[derive(Default)]
struct Worth {
    fired: usize,
    failed: usize,
}

/// Prints for each rule how often it fired, and how many of these runs failed, beside how many did of all.
pub(super) fn tell(root: &Path, verbose: bool) {
    let file = root.join(RUNS);
    let runs = match read(&file).or_else(|_| read(&root.join("..").join(RUNS))) {
        Ok(runs) => runs,
        Err(error) => return println!("labelled runs: missing ({error})"),
    };
    let mut rules: BTreeMap<String, Worth> = BTreeMap::new();
    let failed = runs.iter().filter(|run| !run.resolved).count();
    let mut silent = Worth::default();
    let mut slowest = (0.0, 0);
    for run in &runs {
        let files = patch::files(&run.submission_diff);
        let changed: Vec<_> = files.iter().map(patch::PatchedFile::changed).collect();
        let begun = Instant::now();
        let found = integrity(&changed, &Surroundings::default());
        let took = begun.elapsed().as_secs_f64() * 1e3;
        if took > slowest.0 {
            slowest = (took, run.submission_diff.lines().count());
        }
        let has_failed = !run.resolved;
        let mut fired: BTreeSet<String> =
            found.findings.iter().map(|one| one.rule.name().to_owned()).collect();
        if !found.candidates.is_empty() {
            fired.insert(format!("{} (candidate)", Rule::ExpectationRewritten));
        }
        if fired.is_empty() {
            silent.fired += 1;
            silent.failed += usize::from(has_failed);
        }
        for rule in fired {
            let worth = rules.entry(rule).or_default();
            worth.fired += 1;
            worth.failed += usize::from(has_failed);
        }
        if verbose {
            detail(run, &found);
        }
    }
    let share =
        |failed: usize, of: usize| if of > 0 { failed as f64 / of as f64 } else { f64::NAN };
    println!("labelled runs: {}, {:.2} of all failed", runs.len(), share(failed, runs.len()));
    println!("{:36} {:>5} {:>12}", "rule", "fired", "failed then");
    for (rule, worth) in &rules {
        println!("{rule:36} {:>5} {:>12.2}", worth.fired, share(worth.failed, worth.fired));
    }
    println!("the slowest look: {:.1} ms, at a diff of {} lines", slowest.0, slowest.1);
    println!("{:36} {:>5} {:>12.2}", "none", silent.fired, share(silent.failed, silent.fired));
}

fn read(file: &Path) -> Result<Vec<Run>, String> {
    let text = unpacked(file)?;
    text.lines().map(|line| serde_json::from_str(line).map_err(|e| e.to_string())).collect()
}

fn detail(run: &Run, found: &Found) {
    let candidates = found.candidates.iter().map(|candidate| &candidate.finding);
    for finding in found.findings.iter().chain(candidates) {
        let spot = finding
            .spot
            .as_ref()
            .map(|spot| format!("{}:{}", spot.path, spot.line.unwrap_or_default()));
        println!(
            "{} {} {} {} | {}",
            run.id,
            run.resolved,
            finding.rule,
            spot.unwrap_or_default(),
            finding.words
        );
        for (sign, text) in [('-', &finding.before), ('+', &finding.after)] {
            for line in text.lines().take(3) {
                println!("        {sign} {line}");
            }
        }
    }
}
