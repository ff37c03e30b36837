//! A receipt of everything, as Markdown and as a page.

use callboard_model::receipt::render::{Shown, headline, html, markdown};
use callboard_model::receipt::{Case, Receipt};

/// What the page's mock daemon shows: it has something in every section.
const SAMPLE: &str = include_str!("../../../../web/mock/receipt.json");

fn sample() -> Receipt {
    serde_json::from_str(SAMPLE).unwrap()
}

#[test]
fn the_sample_is_a_receipt_as_it_is_written() {
    let receipt = sample();
    let told: serde_json::Value = serde_json::from_str(SAMPLE).unwrap();
    assert_eq!(serde_json::to_value(&receipt).unwrap(), told);
    let made = |case: &Case| Case::new(case.finding.clone(), case.weight);
    let names = |case: Case| (case.key, case.risk);
    let shown: Vec<_> = receipt.cases.iter().cloned().map(names).collect();
    assert_eq!(shown, receipt.cases.iter().map(made).map(names).collect::<Vec<_>>());
    assert_eq!(headline(&receipt), "2 block, 1 contradicted, 1 check fails");
}

#[test]
fn a_receipt_is_markdown() {
    let shown = Shown {
        stale: Some("`src/watcher.ts` changed since."),
        held_by: Some("2 cases block, and nobody accepted them."),
    };
    insta::assert_snapshot!(markdown(&sample(), &shown));
}

#[test]
fn a_receipt_is_a_page() {
    insta::assert_snapshot!(html(&sample(), &Shown::default()));
}
