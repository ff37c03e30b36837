//! Cases of the rules, and what nobody proved.

use super::super::outline::{Block, Item, Line, Tone};
use super::super::wording::{self, count, len};
use super::{change, list};
use crate::receipt::{Case, Receipt, ReceiptOf, Unproven, UnprovenKind, Weight};

pub(super) fn integrity(receipt: &Receipt) -> Vec<Block> {
    let open = |weight| -> Vec<Item> {
        let of_weight = move |case: &&Case| case.accepted.is_none() && case.weight == weight;
        receipt.cases.iter().filter(of_weight).map(|case| of_case(case, &receipt.of)).collect()
    };
    let accepted = receipt.cases.iter().filter(|case| case.accepted.is_some());
    let parts = [
        ("Blocks", open(Weight::Blocking)),
        ("Warnings", open(Weight::Warning)),
        ("Notes", open(Weight::Note)),
        ("Accepted", accepted.map(|case| of_case(case, &receipt.of)).collect()),
    ];
    let mut blocks = Vec::new();
    for (heading, cases) in parts.into_iter().filter(|(_, cases)| !cases.is_empty()) {
        blocks.push(Block::Heading(Line::of(heading)));
        // What blocks is never folded: it is what the reader has to settle.
        match heading {
            "Blocks" => blocks.push(Block::List(cases)),
            _ => blocks.extend(list(&count(len(&cases), "case"), cases)),
        }
    }
    blocks
}

fn of_case(case: &Case, of: &ReceiptOf) -> Item {
    let finding = &case.finding;
    let tone = match case.accepted {
        Some(_) => Tone::Neutral,
        None => wording::weight(case.weight).0,
    };
    let mut line = Line::graded(tone, finding.rule.name());
    if let Some(spot) = &finding.spot {
        line = line.text(" ").spot(spot);
    }
    line = line.text(": ").said(&finding.words);
    if let Some(risk) = wording::risk(case.risk) {
        line = line.text(format!(" ({risk})"));
    }
    let mut item = Item::from(line.sources(finding.sources.iter()));
    item.under.extend(change(&finding.before, &finding.after));
    let settled = match &case.accepted {
        Some(accepted) => {
            let by = format!(" by {}, {}: ", accepted.by, wording::moment(accepted.at));
            Line::labelled("Accepted").text(by).said(&accepted.reason)
        }
        None if case.weight == Weight::Note => return item,
        None if case.weight == Weight::Blocking && !matches!(of, ReceiptOf::Branch(_)) => {
            let command = format!("callboard receipt accept {of} {} --reason \"…\"", case.key);
            Line::of("To accept it: ").code(command)
        }
        None => Line::of("Its name: ").code(&case.key),
    };
    item.with(Block::Paragraph(settled))
}

pub(super) fn unproven(receipt: &Receipt) -> Vec<Block> {
    let items = receipt.unproven.iter().map(of_unproven).collect();
    list(&count(len(&receipt.unproven), "point"), items)
}

fn of_unproven(unproven: &Unproven) -> Item {
    let kind = match unproven.kind {
        UnprovenKind::CheckNotRun => "not run",
        UnprovenKind::Admitted => "said by the agent itself",
        UnprovenKind::NotExecuted => "not executed",
        UnprovenKind::NotMeasured => "not measured",
        UnprovenKind::NotOpened => "not opened",
        UnprovenKind::NotInReceipt => "not in this receipt",
    };
    let line = Line::graded(Tone::Doubtful, kind).text(" ").said(&unproven.words);
    let item = Item::from(line.sources(unproven.cite));
    // Lines of one file stand in its sentence already.
    let is_one_file = unproven.spots.iter().all(|spot| spot.path == unproven.spots[0].path);
    if unproven.kind == UnprovenKind::NotExecuted && is_one_file {
        return item;
    }
    let spots: Vec<Item> =
        unproven.spots.iter().map(|spot| Line::default().spot(spot).into()).collect();
    Item { under: list(&count(len(&spots), "place"), spots), ..item }
}
