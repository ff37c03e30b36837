//! What agents said beside the record, and what a lead left out.

use super::super::outline::{Block, Item, Line, Tone};
use super::super::wording::{self, count, len};
use super::list;
use crate::claim::{Omission, Verdict};
use crate::receipt::{ChildLine, ClaimLine, Receipt};

/// The verdicts in the order in which they are read.
const ORDER: [Verdict; 5] = [
    Verdict::Contradicted,
    Verdict::Stale,
    Verdict::Unsupported,
    Verdict::NotChecked,
    Verdict::Supported,
];

pub(super) fn claims(receipt: &Receipt) -> Vec<Block> {
    if receipt.claims.is_empty() {
        let none = "No closing words of an agent claim anything that can be checked.";
        return vec![Block::Paragraph(Line::of(none))];
    }
    let of = |verdict| receipt.claims.iter().filter(move |line| line.judged.verdict == verdict);
    ORDER
        .into_iter()
        .flat_map(|verdict| {
            let items: Vec<Item> = of(verdict).map(claim).collect();
            list(&format!("{} {}", items.len(), wording::verdict(verdict).1), items)
        })
        .fold(Vec::new(), merged)
}

/// Lists that stand behind each other are one.
fn merged(mut blocks: Vec<Block>, next: Block) -> Vec<Block> {
    match (blocks.last_mut(), next) {
        (Some(Block::List(items)), Block::List(more)) => items.extend(more),
        (_, next) => blocks.push(next),
    }
    blocks
}

fn claim(claim: &ClaimLine) -> Item {
    let (tone, verdict) = wording::verdict(claim.judged.verdict);
    let quote = &claim.judged.claim.quote;
    let line = Line::graded(tone, verdict).text(" \u{201c}").said(quote).text("\u{201d}");
    let line = match claim.said_at {
        Some(said_at) => line.sources([said_at]),
        None => line.sources([claim.session]),
    };
    let why = Line::default().said(&claim.judged.why).sources(claim.judged.sources.iter());
    Item::from(line).with(Block::Paragraph(why))
}

pub(super) fn children(receipt: &Receipt) -> Vec<Block> {
    let mut blocks = list(
        &count(len(&receipt.children), "session"),
        receipt.children.iter().map(child).collect(),
    );
    if !receipt.omissions.is_empty() {
        blocks.push(Block::Heading(Line::of("What the lead's words leave out")));
        let words = count(len(&receipt.omissions), "point");
        blocks.extend(list(&words, receipt.omissions.iter().map(omission).collect()));
    }
    blocks
}

fn child(child: &ChildLine) -> Item {
    let mut line = Line::default();
    line = line.code(child.session.to_string());
    if let Some(task) = child.task {
        line = line.text(" on ").code(task.to_string());
    }
    if let Some(title) = &child.title {
        line = line.text(": ").said(title);
    }
    let claims = [
        (Tone::Good, child.supported, "supported"),
        (Tone::Bad, child.contradicted, "contradicted"),
        (Tone::Neutral, child.others, "other"),
    ];
    let claims = claims.into_iter().filter(|(_, number, _)| *number > 0).enumerate();
    for (at, (tone, number, words)) in claims {
        let before = if at == 0 { " · claims: " } else { ", " };
        line = line.text(before).grade(tone, format!("{number} {words}"));
    }
    let item = Item::from(line);
    match &child.result {
        Some(result) => item.with(Block::Quote(result.clone())),
        None => item,
    }
}

fn omission(omission: &Omission) -> Item {
    let line = Line::graded(Tone::Doubtful, wording::omitted(omission.what))
        .text(" of ")
        .code(&omission.child)
        .text(": \u{201c}")
        .said(&omission.quote)
        .text("\u{201d}");
    Item::from(line).with(Block::Paragraph(Line::default().said(&omission.why)))
}
