//! `cargo xtask bench claims`: what agents say of their work, judged; and how often each rule of conduct fired.
//!
//! Two grounds: records that are made with known truth, in varied words; and, with `--truth FOLDER`, labelled runs of a
//! real agent (`swebv/trajectories.jsonl.xz` in that folder), of some of whose closing words the claims are labelled by
//! hand in `xtask/data/claim_labels.csv`. There the base cannot be run, so that little can be contradicted.

mod labels;
mod made;
mod matrix;
mod recorded;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use callboard_model::claim::{Claim, Judged, Verdict, claims, judge};
use callboard_model::receipt::conduct;

use matrix::Matrix;
use recorded::Recorded;

/// Rules were made with the first half in sight; the second was written or labelled afterwards.
const HALVES: [(&str, &str); 2] = [("developed", "in sight"), ("held", "held back")];

/// What is asked of this measurement.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// The folder of labelled runs.
    pub(crate) truth: Option<&'a Path>,
    /// The labels made by hand.
    pub(crate) labels: &'a Path,
    /// Print each claim that was judged otherwise than it is labelled.
    pub(crate) verbose: bool,
}

/// Judges all, and prints what came of it.
pub(crate) fn measure(asked: &Asked<'_>) -> Result<(), String> {
    let mut all = Matrix::default();
    for (half, told) in HALVES {
        let made = made::judge_all(half, asked.verbose);
        println!("made records, truth known by how they were made, {told}\n{made}");
        all.add(&made);
    }
    if let Some(fresh) = made::judge_fresh(asked.verbose) {
        println!("made records, in messages of others\n{fresh}");
        all.add(&fresh);
    }
    let runs =
        asked.truth.map(|folder| recorded::read(&folder.join("swebv/trajectories.jsonl.xz")));
    match runs {
        None => println!("labelled runs: missing (`--truth FOLDER`)"),
        Some(Err(why)) => println!("labelled runs: missing ({why})"),
        Some(Ok(runs)) => {
            let labels = labels::read(asked.labels)?;
            for (half, told) in HALVES {
                let by_hand = labels::compare(&labels, half, &runs, asked.verbose);
                println!("closing words of real runs, labelled by hand, {told}\n{by_hand}");
                all.add(&by_hand);
            }
            println!("{}", all.contradicted());
            verdicts(&runs);
            rules(&runs);
        }
    }
    Ok(())
}

/// The claims of a run with what the record says of them.
fn judged(run: &Recorded) -> (Vec<Claim>, Vec<Judged>) {
    let claims = claims(&run.closing);
    let judged = judge(&claims, &run.evidence);
    (claims, judged)
}

/// How often each verdict was given, by kind of claim.
fn verdicts(runs: &[Recorded]) {
    let started = Instant::now();
    let mut counts: BTreeMap<(String, Verdict), usize> = BTreeMap::new();
    let mut with_claims = 0;
    for run in runs {
        let (_, judged) = judged(run);
        with_claims += usize::from(!judged.is_empty());
        for judged in judged {
            *counts
                .entry((matrix::kind(&judged.claim.kind).to_owned(), judged.verdict))
                .or_default() += 1;
        }
    }
    let took = started.elapsed().as_secs_f64() * 1000.0 / runs.len().max(1) as f64;
    println!(
        "verdicts over {} runs, {with_claims} of them with claims, {took:.2} ms each",
        runs.len()
    );
    for ((kind, verdict), count) in counts {
        println!("  {kind:<12} {:<13} {count:>4}", verdict.words());
    }
}

/// For each rule that fired: in how many runs, and how many of those failed, beside all.
fn rules(runs: &[Recorded]) {
    let failed = runs.iter().filter(|run| !run.resolved).count();
    let mut fired: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for run in runs {
        let (claims, judged) = judged(run);
        let mut findings = conduct::findings(&run.evidence, &claims);
        findings.extend(callboard_model::claim::findings(&judged));
        let mut names: Vec<&str> = findings.iter().map(|finding| finding.rule.name()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let (all, bad) = fired.entry(name).or_default();
            *all += 1;
            *bad += usize::from(!run.resolved);
        }
    }
    let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
    println!(
        "rules of conduct: P(fail | fired), beside {:.2} of all {} runs",
        share(failed, runs.len()),
        runs.len()
    );
    for (name, (all, bad)) in fired {
        println!("  {name:<18} {:.2} (n={all})", share(bad, all));
    }
}
