//! Checks: each in its four runs, then the tests of which something is to be said.

use super::super::outline::{Block, Item, Line, Table};
use super::super::wording::{self, count, len, span};
use super::{change, list};
use crate::check::results::compare::{Denominator, Standing};
use crate::receipt::{Case, Cell, Checked, Confinement, Receipt, Rule, TestStanding};

pub(super) fn blocks(receipt: &Receipt) -> Vec<Block> {
    if receipt.checks.is_empty() {
        return vec![Block::Paragraph(Line::of("No check is named for it."))];
    }
    receipt.checks.iter().flat_map(|check| of_check(check, &receipt.cases)).collect()
}

fn of_check(check: &Checked, cases: &[Case]) -> Vec<Block> {
    let (tone, standing) = wording::standing(check.standing);
    let heading = Line::default().code(&check.command).text(": ").grade(tone, standing);
    let mut blocks = vec![Block::Heading(heading)];
    match never_ran(check) {
        Some(why) => blocks.push(Block::Paragraph(Line::of("Not run. ").said(why))),
        None => {
            blocks.push(Block::Table(grid(check)));
            blocks.extend(totals(check).map(Block::Paragraph));
        }
    }
    blocks.extend(by_standing(check, cases));
    blocks.extend(check.confinement.as_ref().map(|by| Block::Paragraph(confinement(by))));
    blocks
}

/// Why none of the four runs took place, where all were kept from it by the same.
fn never_ran(check: &Checked) -> Option<&str> {
    let cells = check.cells.each();
    let why = cells[0].words.as_deref().unwrap_or_default();
    let is_alike =
        |cell: &&Cell| cell.outcome.is_none() && cell.words.as_deref().unwrap_or_default() == why;
    cells.iter().all(is_alike).then_some(why)
}

fn grid(check: &Checked) -> Table {
    let cells = &check.cells;
    let row = |name: &str, old: &Cell, new: &Cell| vec![Line::labelled(name), cell(old), cell(new)];
    Table {
        head: vec!["", "base's tests", "new tests"],
        rows: vec![
            row("base's code", &cells.base_base, &cells.base_new),
            row("new code", &cells.new_base, &cells.new_new),
        ],
    }
}

fn cell(cell: &Cell) -> Line {
    let Some(outcome) = cell.outcome else {
        let line = Line::of("not run");
        return match &cell.words {
            Some(why) => line.text(": ").said(why),
            None => line,
        };
    };
    let (tone, words) = wording::outcome(outcome);
    let mut line = Line::graded(tone, words);
    match (cell.passed, cell.failed) {
        (Some(passed), Some(failed)) => {
            line = line.text(format!(": {passed} passed, {failed} failed"));
        }
        (Some(passed), None) => line = line.text(format!(": {passed} passed")),
        (None, Some(failed)) => line = line.text(format!(": {failed} failed")),
        (None, None) => {
            let code = cell.exit_code.filter(|code| *code != 0);
            line = line.text(code.map(|code| format!(", exit code {code}")).unwrap_or_default());
            if let Some(words) = &cell.words {
                line = line.text(": ").said(words);
            }
        }
    }
    if cell.times > 1 {
        line = line.text(format!(", run {} times", cell.times));
    }
    line.text(cell.duration_ms.map(|ms| format!(", {}", span(ms))).unwrap_or_default())
}

/// How many tests there are, and of which standing.
fn totals(check: &Checked) -> Option<Line> {
    let tests = |of: Denominator| match of.collected == of.ran {
        true => count(of.collected, "test"),
        false => format!("{} of which {} ran", count(of.collected, "test"), of.ran),
    };
    let now = check.new.map(tests);
    let before = check.base.map(|of| format!("{} on the base", tests(of)));
    let standings = check.totals.iter().filter(|(_, number)| **number > 0);
    let standings = standings
        .map(|(standing, number)| format!("{number} {}", wording::standings(*standing, *number)));
    let standings = standings.collect::<Vec<_>>().join(", ");
    let numbers = [now, before].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let parts = [numbers, standings].into_iter().filter(|part| !part.is_empty());
    let words = parts.collect::<Vec<_>>().join(": ");
    (!words.is_empty()).then(|| Line::of(format!("{words}.")))
}

/// The tests of each standing, in the order in which the standings first come.
fn by_standing(check: &Checked, cases: &[Case]) -> Vec<Block> {
    let mut standings: Vec<Standing> = Vec::new();
    for test in &check.tests {
        if !standings.contains(&test.standing) {
            standings.push(test.standing);
        }
    }
    let mut items: Vec<Item> = standings
        .into_iter()
        .map(|standing| {
            let tests = check.tests.iter().filter(|test| test.standing == standing);
            let tests: Vec<Item> = tests.map(|test| of_test(test, cases)).collect();
            let (tone, words) = wording::standing(standing);
            let line = Line::graded(tone, words).text(format!(": {}", wording::meaning(standing)));
            let number = count(len(&tests), "test");
            Item { line, under: list(&number, tests) }
        })
        .collect();
    if check.left_out > 0 {
        let more = format!("{} not listed", count(check.left_out, "further test"));
        items.push(Line::of(more).into());
    }
    if items.is_empty() { Vec::new() } else { vec![Block::List(items)] }
}

fn of_test(test: &TestStanding, cases: &[Case]) -> Item {
    let line = Line::default().code(&test.name);
    let line = match &test.file {
        Some(file) => line.text(" in ").code(file),
        None => line,
    };
    let mut item = Item::from(line);
    if test.standing == Standing::Bent {
        let rewritten = expectation(test, cases);
        let expected = rewritten.and_then(|case| change(&case.finding.before, &case.finding.after));
        item.under.extend(expected);
    }
    item.under.extend(test.failure.clone().map(Block::Output));
    item
}

/// The case that has both expectations of a bent test: the one that names it, else the only one of its file.
fn expectation<'c>(test: &TestStanding, cases: &'c [Case]) -> Option<&'c Case> {
    let in_file = |case: &&Case| {
        let path = case.finding.spot.as_ref().map(|spot| spot.path.as_str());
        case.finding.rule == Rule::ExpectationRewritten
            && test.file.as_deref().is_none_or(|file| path == Some(file))
    };
    let named = |case: &&Case| {
        let names = case.finding.words.split('`').skip(1).step_by(2);
        names.into_iter().any(|name| !name.is_empty() && test.name.ends_with(name))
    };
    let mut of_file = cases.iter().filter(in_file);
    let found = cases.iter().filter(in_file).find(named);
    found.or_else(|| of_file.next().filter(|_| test.file.is_some() && of_file.next().is_none()))
}

fn confinement(confinement: &Confinement) -> Line {
    let mut line = Line::of(format!("Confined by {}", wording::confined_by(confinement.by)));
    let gaps = confinement.gaps();
    if gaps.is_empty() {
        line = line.text(".");
    } else {
        line = line.text("; not wholly held: ");
        for (at, (name, why)) in gaps.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            line = line.text(format!("{comma}{name} (")).said(why).text(")");
        }
        line = line.text(".");
    }
    match &confinement.refused {
        Some(why) => line.text(" Nothing better: ").said(why),
        None => line,
    }
}
