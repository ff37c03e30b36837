//! Recall and precision.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::receipt::{Risk, Rule};

use super::form::Form;
use crate::bench::figure::quantile;

/// What came out of planted cases.
#[derive(Debug, Clone, Copy, Default)]
struct Score {
    cases: usize,
    hit: usize,
    wrong: usize,
}

impl Score {
    fn recall(self) -> Option<f64> {
        (self.cases > 0).then(|| self.hit as f64 / self.cases as f64 * 100.0)
    }

    fn precision(self) -> Option<f64> {
        let told = self.hit + self.wrong;
        (told > 0).then(|| self.hit as f64 / told as f64 * 100.0)
    }
}

/// By rule and by language.
#[derive(Debug, Default)]
pub(super) struct Scores {
    rules: BTreeMap<Rule, Score>,
    languages: BTreeMap<String, Score>,
    /// Milliseconds of each look.
    pub(super) times: Vec<f64>,
}

impl Scores {
    /// Notes what was told of a planted change; whether it is just what was planted.
    pub(super) fn add(
        &mut self,
        form: &Form,
        language: &str,
        told: impl Iterator<Item = Rule>,
    ) -> bool {
        let told: BTreeSet<Rule> = told.collect();
        let mut is_right = true;
        let of_language = self.languages.entry(language.to_owned()).or_default();
        if form.is_case {
            let rule = self.rules.entry(form.rule).or_default();
            rule.cases += 1;
            of_language.cases += 1;
            if told.contains(&form.rule) {
                rule.hit += 1;
                of_language.hit += 1;
            } else {
                is_right = false;
            }
        }
        for rule in told {
            let is_meant = form.is_case && rule == form.rule;
            if !is_meant && !form.also.contains(&rule) {
                self.rules.entry(rule).or_default().wrong += 1;
                of_language.wrong += 1;
                is_right = false;
            }
        }
        is_right
    }

    fn low(&self) -> Score {
        let of_low = self.rules.iter().filter(|(rule, _)| rule.risk() == Risk::Low);
        of_low.fold(Score::default(), |sum, (_, one)| Score {
            cases: sum.cases + one.cases,
            hit: sum.hit + one.hit,
            wrong: sum.wrong + one.wrong,
        })
    }

    /// Recall and precision of all rules that are seldom wrong, in percent.
    #[cfg(test)]
    pub(super) fn of_low_risk(&self) -> (f64, f64) {
        let low = self.low();
        (low.recall().unwrap_or_default(), low.precision().unwrap_or_default())
    }

    /// Prints them.
    pub(super) fn tell(mut self) {
        println!(
            "{:24} {:>6} {:>7} {:>7} {:>9}  risk",
            "rule", "cases", "recall", "wrong", "precision"
        );
        let share = |value: Option<f64>| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"))
        };
        let low = self.low();
        for (rule, score) in &self.rules {
            println!(
                "{:24} {:>6} {:>7} {:>7} {:>9}  {:?}",
                rule.name(),
                score.cases,
                share(score.recall()),
                score.wrong,
                share(score.precision()),
                rule.risk()
            );
        }
        println!(
            "{:24} {:>6} {:>7} {:>7} {:>9}",
            "all of low risk",
            low.cases,
            share(low.recall()),
            low.wrong,
            share(low.precision())
        );
        for (language, score) in &self.languages {
            println!(
                "{language:24} {:>6} {:>7} {:>7} {:>9}",
                score.cases,
                share(score.recall()),
                score.wrong,
                share(score.precision())
            );
        }
        let (middle, last) = (quantile(&mut self.times, 0.5), quantile(&mut self.times, 0.99));
        println!("a look: {middle:.2} ms, p99 {last:.2} ms\n");
    }
}
