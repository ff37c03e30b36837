//! What each section of a receipt says.

mod asked;
mod cases;
mod checks;
mod claims;
mod content;
mod record;

use super::outline::{Block, Item, Line, Outline, Section, Tone};
use super::{Shown, wording};
use crate::limits;
use crate::receipt::{CANNOT_SHOW, Receipt};

pub(super) fn outline(receipt: &Receipt, shown: &Shown<'_>) -> Outline {
    let sections: [(&'static str, Vec<Block>); 17] = [
        ("Look at this first", asked::look_first(receipt)),
        ("What was asked", asked::request(receipt)),
        ("Acceptance", asked::acceptance(receipt)),
        ("Work", asked::work(receipt)),
        ("Checks", checks::blocks(receipt)),
        ("Claims beside evidence", claims::claims(receipt)),
        ("Children", claims::children(receipt)),
        ("Integrity", cases::integrity(receipt)),
        ("What nobody proved", cases::unproven(receipt)),
        ("Files", record::files(receipt)),
        ("Commands", record::commands(receipt)),
        ("Artefacts", record::artefacts(receipt)),
        ("CI", record::ci(receipt)),
        ("Tokens, cost and time", record::usage(receipt)),
        ("Asked and answered", record::asked(receipt)),
        ("What left the machine", record::outward(receipt)),
        ("Content", content::blocks(receipt)),
    ];
    let sections = sections.into_iter().filter(|(_, blocks)| !blocks.is_empty());
    Outline {
        title: format!("Receipt of {}: {}", receipt.of, receipt.title),
        summary: summary(receipt),
        alerts: alerts(receipt, shown),
        sections: sections.map(|(heading, blocks)| Section { heading, blocks }).collect(),
        closing: CANNOT_SHOW,
    }
}

fn summary(receipt: &Receipt) -> Line {
    let made = format!(" · made {}", wording::moment(receipt.made_at));
    Line::labelled(crate::receipt::summary::headline(receipt)).text(made)
}

fn alerts(receipt: &Receipt, shown: &Shown<'_>) -> Vec<Line> {
    let alert = |words: &str, why: &str| Line::graded(Tone::Bad, words).text(": ").said(why);
    let mut alerts = Vec::new();
    alerts.extend(shown.stale.map(|why| alert("stale", why)));
    alerts.extend(shown.held_by.map(|why| alert("held", why)));
    if shown.base_moved > 0 {
        alerts.push(base_moved(receipt, shown.base_moved));
    }
    if receipt.goes_on() {
        alerts.push(Line::graded(Tone::Neutral, "checks run").text(": more comes."));
    }
    alerts
}

fn base_moved(receipt: &Receipt, commits: u32) -> Line {
    let onto = receipt.work.onto.as_deref().unwrap_or("its base");
    let words = if commits == 1 { " commit" } else { " commits" };
    Line::graded(Tone::Doubtful, "base moved")
        .text(": ")
        .code(onto)
        .text(format!(" has {commits}{words} since that nothing here was held against."))
}

/// A list, folded behind `words` where it is long.
fn list(words: &str, items: Vec<Item>) -> Vec<Block> {
    let is_long = items.len() > limits::RECEIPT_OPEN;
    let mut items = items;
    let left_out = items.len().saturating_sub(limits::RECEIPT_LISTED);
    items.truncate(limits::RECEIPT_LISTED);
    if left_out > 0 {
        items.push(Line::of(format!("and {left_out} more")).into());
    }
    match (items.is_empty(), is_long) {
        (true, _) => Vec::new(),
        (_, false) => vec![Block::List(items)],
        (_, true) => {
            vec![Block::Folded { words: words.to_owned(), blocks: vec![Block::List(items)] }]
        }
    }
}

/// Lines before and after; nothing where there are none.
fn change(before: &str, after: &str) -> Option<Block> {
    let is_empty = before.is_empty() && after.is_empty();
    (!is_empty).then(|| Block::Change { before: before.to_owned(), after: after.to_owned() })
}
