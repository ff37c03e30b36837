//! `cargo xtask bench integrity`: what the rules find of planted changes, and in labelled runs of a real agent.
//!
//! A form (`integrity/cases/*.txt`) is a change with what it is a case of, or only looks like. Each is planted several
//! times: with other names and values, among neighbours, with harmless edits beside it. Rules are made on the developed
//! forms, and measured on those that are held back, too.

mod evidence;
mod form;
mod planted;
mod score;

use std::path::Path;
use std::time::Instant;

use callboard_code::integrity::{Surroundings, integrity as find};
use callboard_model::receipt::Rule;
use callboard_model::scope::Pattern;

use super::Half;
use form::{FORMS, FRESH, Form, LAST, OTHER, TOOLS, forms};
use planted::{Planted, plant};
use score::Scores;

/// How often each form is planted, and from which seeds.
const SEEDS: std::ops::Range<u64> = 1..13;

/// What forms of a set are called, which half they belong to, and which forms they are.
type Set<'s> = (&'s str, Half, &'s dyn Fn(&Form) -> bool);

/// Prints recall and precision of each rule, and what rules are worth in labelled runs.
pub(crate) fn integrity(root: &Path, half: Option<Half>, verbose: bool) -> Result<(), String> {
    let mut all: Vec<Form> = Vec::new();
    for (language, text) in FORMS {
        all.extend(forms(language, text)?);
    }
    let is_late = |form: &Form| [OTHER, LAST, TOOLS, FRESH].contains(&form.language.as_str());
    let sets: [Set<'_>; 6] = [
        ("that rules were made on", Half::Developed, &|form| {
            !form.is_held && form.language != TOOLS
        }),
        ("held back", Half::Held, &|form| form.is_held && !is_late(form)),
        ("in other wordings", Half::Held, &|form| form.language == OTHER),
        ("in the last wordings", Half::Held, &|form| form.language == LAST),
        ("over many tools, that rules were made wider on", Half::Developed, &|form| {
            form.language == TOOLS
        }),
        ("in wordings of others", Half::Held, &|form| form.language == FRESH),
    ];
    for (title, part, is_of) in sets {
        if half.is_some_and(|half| half != part) {
            continue;
        }
        let chosen: Vec<&Form> = all.iter().filter(|form| is_of(form)).collect();
        if chosen.is_empty() {
            continue;
        }
        let mut scores = Scores::default();
        for form in &chosen {
            for seed in SEEDS {
                let planted = plant(form, seed);
                measure(form, &planted, &mut scores, verbose && seed == SEEDS.start);
            }
        }
        println!(
            "planted changes: {} forms {title}, {} times each",
            chosen.len(),
            SEEDS.end - SEEDS.start
        );
        scores.tell();
    }
    if half != Some(Half::Held) {
        evidence::tell(root, verbose);
    }
    Ok(())
}

/// Runs the rules over one planted change.
fn measure(form: &Form, planted: &Planted, scores: &mut Scores, verbose: bool) {
    // Only a form about scope says what must not be changed: in others a folder may be called so by chance.
    let is_of_scope = form.rule == Rule::OutOfScope || form.also.contains(&Rule::OutOfScope);
    let forbidden: Vec<Pattern> = is_of_scope.then(|| Pattern::of("billing")).into_iter().collect();
    let agent_files = [Pattern::of("AGENT.cfg")];
    let around = Surroundings {
        forbidden: &forbidden,
        agent_files: &agent_files,
        ..Surroundings::default()
    };
    let begun = Instant::now();
    let found = find(&planted.changed(), &around);
    scores.times.push(begun.elapsed().as_secs_f64() * 1e3);
    let candidates = found.candidates.iter().map(|candidate| &candidate.finding);
    let told: Vec<_> = found.findings.iter().chain(candidates).collect();
    let is_right = scores.add(form, &planted.language, told.iter().map(|finding| finding.rule));
    if verbose && !is_right {
        println!(
            "{} {} {}:",
            form.rule,
            if form.is_case { "missed or more" } else { "looks alike" },
            planted.language
        );
        for file in &planted.files {
            println!(
                "--- {}\n{}\n+++\n{}",
                file.path,
                file.old.as_deref().unwrap_or("(none)"),
                file.new.as_deref().unwrap_or("(none)")
            );
        }
        for finding in told {
            println!(
                "    {} {:?} {}",
                finding.rule,
                finding.spot.as_ref().map(|spot| (&spot.path, spot.line)),
                finding.words
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In percent: what is asked of rules that are seldom wrong.
    const LEAST: f64 = 95.0;

    #[test]
    fn rules_of_low_risk_find_what_is_planted_and_little_else() {
        let mut scores = Scores::default();
        // What no rule was mended by yet is measured alone.
        for (language, text) in FORMS.iter().filter(|(language, _)| *language != FRESH) {
            for form in forms(language, text).unwrap() {
                measure(&form, &plant(&form, SEEDS.start), &mut scores, false);
            }
        }
        let (recall, precision) = scores.of_low_risk();
        assert!(recall >= LEAST && precision >= LEAST, "{recall} {precision}");
    }
}
