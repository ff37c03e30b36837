//! What was found, as lines: each figure with its interval, its bar, and what the simple prototype finds.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::coupling::{CouplingKind, Strength};
use serde_json::json;

use super::Outcome;

/// Files on both sides up to which a clean merge counts: larger ones are merges of whole branches.
const CLEAN_FILES: usize = 60;

/// What a figure must be.
#[derive(Debug, Clone, Copy)]
enum Bar {
    AtLeast(f64),
    AtMost(f64),
    Open,
}

/// One line of the table: what, of how many, what it must be, and what the simple prototype finds.
struct Line {
    what: String,
    found: usize,
    all: usize,
    bar: Bar,
    prototype: &'static str,
}

impl Line {
    fn of(
        what: impl Into<String>,
        of: &[&Outcome],
        is: impl Fn(&Outcome) -> bool,
        bar: Bar,
        prototype: &'static str,
    ) -> Self {
        let found = of.iter().filter(|outcome| is(outcome)).count();
        Self { what: what.into(), found, all: of.len(), bar, prototype }
    }

    fn share(&self) -> f64 {
        if self.all == 0 { 0.0 } else { 100.0 * as_float(self.found) / as_float(self.all) }
    }

    fn bar(&self) -> String {
        let met = |is: bool| if is { "met" } else { "missed" };
        match self.bar {
            Bar::AtLeast(least) => format!("bar {least} %: {}", met(self.share() >= least)),
            Bar::AtMost(most) => format!("at most {most} %: {}", met(self.share() <= most)),
            Bar::Open => String::new(),
        }
    }
}

/// The interval that holds a share with 95 %: Wilson, "Probable inference", 1927.
fn wilson(found: usize, all: usize) -> (f64, f64) {
    if all == 0 {
        return (0.0, 1.0);
    }
    let (n, z) = (as_float(all), 1.96_f64);
    let share = as_float(found) / n;
    let middle = share + z * z / (2.0 * n);
    let spread = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z * z / n;
    ((middle - spread) / whole, (middle + spread) / whole)
}

fn as_float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Prints all lines, and the merges in which what was repaired was not named.
pub(super) fn tell(outcomes: &[Outcome], json: bool) {
    let all: Vec<&Outcome> = outcomes.iter().filter(|o| o.label == "SEM").collect();
    let repaired: Vec<&Outcome> = all.iter().copied().filter(|o| o.sides.both_code).collect();
    let clean = outcomes.iter().filter(|o| o.label == "CLEAN" && o.sides.files <= CLEAN_FILES);
    let clean: Vec<&Outcome> = clean.collect();
    let mut lines = found_lines(&repaired);
    lines.push(Line::of(
        "repaired, code on one side or none too",
        &all,
        |o| o.named,
        Bar::Open,
        "",
    ));
    lines.extend(clean_lines(&clean));
    if json {
        let rows = lines.iter().map(|line| {
            let (low, high) = wilson(line.found, line.all);
            json!({"what": line.what.trim(), "found": line.found, "of": line.all, "low": low, "high": high, "bar": line.bar(), "prototype": line.prototype})
        });
        println!("{}", json!(rows.collect::<Vec<_>>()));
        return;
    }
    for line in &lines {
        let (low, high) = wilson(line.found, line.all);
        let prototype = match line.prototype {
            "" => String::new(),
            found => format!("  prototype: {found}"),
        };
        println!(
            "{:<44} {:>4} of {:>4}  {:>5.1} %  [{:.1}, {:.1}]  {}{prototype}",
            line.what,
            line.found,
            line.all,
            line.share(),
            100.0 * low,
            100.0 * high,
            line.bar()
        );
    }
    println!("repaired, and not named:");
    for missed in repaired.iter().filter(|outcome| !outcome.named) {
        println!("  {} ({})", missed.name, missed.class);
    }
    println!("clean, and warned:");
    for warned in clean.iter().filter(|o| o.strongest >= Some(Strength::Warn)) {
        println!("  {}", warned.name);
    }
}

/// Lines of merges that were repaired: in all, by what was repaired, by language, by kind of coupling.
fn found_lines(repaired: &[&Outcome]) -> Vec<Line> {
    let mut lines = vec![
        Line::of("repaired, token named", repaired, |o| o.named, Bar::AtLeast(60.0), "68 of 140"),
        Line::of("  in the first three", repaired, |o| o.in_three, Bar::Open, ""),
        Line::of("  by a warning", repaired, |o| o.warned, Bar::Open, "46 of 140"),
    ];
    let touched: Vec<&Outcome> = repaired.iter().copied().filter(|o| o.touched).collect();
    lines.push(Line::of("  where both sides touch a token", &touched, |o| o.named, Bar::Open, ""));
    for (class, of) in &grouped(repaired, |outcome| &outcome.class) {
        let (bar, prototype) = match *class {
            "vanished-name-used" => (Bar::AtLeast(85.0), "28 of 39"),
            "new-requirement" => (Bar::AtLeast(60.0), "25 of 52"),
            "include/import" => (Bar::Open, "1 of 16"),
            _ => (Bar::Open, ""),
        };
        lines.push(Line::of(format!("  {class}"), of, |o| o.named, bar, prototype));
    }
    for (language, of) in &grouped(repaired, |outcome| &outcome.language) {
        lines.push(Line::of(format!("  in {language}"), of, |o| o.named, Bar::Open, ""));
    }
    lines.extend(kind_lines("  named by", repaired));
    lines
}

fn clean_lines(clean: &[&Outcome]) -> Vec<Line> {
    let warns = |o: &Outcome| o.strongest >= Some(Strength::Warn);
    let reviews = |o: &Outcome| o.strongest >= Some(Strength::Review);
    let told = |o: &Outcome| o.strongest.is_some();
    let mut lines = vec![
        Line::of("clean, warned", clean, warns, Bar::AtMost(3.0), "17 of 636"),
        Line::of("  to be looked at together", clean, reviews, Bar::Open, ""),
        Line::of("  anything told", clean, told, Bar::Open, "312 of 636"),
    ];
    for (language, of) in &grouped(clean, |outcome| &outcome.language) {
        lines.push(Line::of(format!("  warned, in {language}"), of, warns, Bar::Open, ""));
    }
    lines.extend(kind_lines("  warned by", clean));
    lines
}

fn kind_lines(what: &str, of: &[&Outcome]) -> Vec<Line> {
    let kinds: BTreeSet<CouplingKind> = of.iter().flat_map(|o| o.kinds.iter().copied()).collect();
    let line = |kind: CouplingKind| {
        let called = json!(kind);
        let what = format!("{what} {}", called.as_str().unwrap_or_default());
        Line::of(what, of, |o| o.kinds.contains(&kind), Bar::Open, "")
    };
    kinds.into_iter().map(line).collect()
}

fn grouped<'a>(
    outcomes: &[&'a Outcome],
    by: impl Fn(&'a Outcome) -> &'a str,
) -> BTreeMap<&'a str, Vec<&'a Outcome>> {
    let mut groups: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        groups.entry(by(outcome)).or_default().push(outcome);
    }
    groups
}
