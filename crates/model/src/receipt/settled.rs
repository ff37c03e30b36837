//! Cases of rules as a receipt has them: with their weight, and with who accepted them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use xxhash_rust::xxh3::xxh3_64;

use super::{Finding, ReceiptOf, Risk, Rule, Weight};
use crate::Timestamp;

/// Somebody looked at a case of a rule and lets it be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A case of a rule in a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Case {
    /// Its name within the workspace, by which it is accepted: it stays the same while its lines do.
    pub key: String,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// What follows from it here.
    pub weight: Weight,
    /// How likely it is none.
    pub risk: Risk,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
}

impl Case {
    /// A case of this weight, in the receipt of `of`, that nobody has accepted.
    #[must_use]
    pub fn new(of: &ReceiptOf, finding: Finding, weight: Weight) -> Self {
        Self {
            key: key_of(of, &finding),
            risk: finding.rule.risk(),
            finding,
            weight,
            accepted: None,
        }
    }

    /// Whether it keeps the work from being done.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.weight == Weight::Blocking && self.accepted.is_none()
    }
}

/// What is open before what is settled, and the weightiest first.
pub(super) fn sort(cases: &mut [Case]) {
    let place = |case: &Case| {
        let spot = case.finding.spot.as_ref();
        spot.map(|spot| (spot.path.clone(), spot.line))
    };
    cases.sort_by_key(|case| {
        let is_settled = case.accepted.is_some();
        (is_settled, std::cmp::Reverse(case.weight), case.risk, case.finding.rule, place(case))
    });
}

/// The lines tell two cases of one file apart, not their numbers: those move with what stands above them. What stands in no
/// file is a case of one receipt: what is accepted there says nothing about another's work.
fn key_of(of: &ReceiptOf, finding: &Finding) -> String {
    let Finding { rule, spot, words, before, after, .. } = finding;
    let place = spot.as_ref().map_or_else(|| of.to_string(), |spot| spot.path.clone());
    let text = match (before.is_empty(), after.is_empty()) {
        (true, true) => words.clone(),
        // The line of a secret is shown masked: its words name the content that it stands in.
        _ if *rule == Rule::Secret => format!("{words}\0{after}"),
        _ => format!("{before}\0{after}"),
    };
    let hash = xxh3_64(format!("{place}\0{text}").as_bytes());
    format!("{rule}-{:012x}", hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::Spot;

    #[test]
    fn a_case_keeps_its_name_where_its_line_moves_and_loses_it_where_its_text_changes() {
        let case = |line, after: &str| {
            let spot = Some(Spot { path: "a.rs".into(), line: Some(line), is_gone: false });
            let (before, after) = ("assert_eq!(n, 3);".to_owned(), after.to_owned());
            let finding = Finding {
                rule: Rule::AssertionWeakened,
                spot,
                words: "weaker".into(),
                before,
                after,
                sources: Vec::new(),
            };
            Case::new(&ReceiptOf::Task(crate::TaskId(1)), finding, Weight::Blocking)
        };
        assert_eq!(case(3, "assert!(n > 0);").key, case(9, "assert!(n > 0);").key);
        assert_ne!(case(3, "assert!(n > 0);").key, case(3, "assert!(n > 1);").key);
        assert!(case(3, "").key.starts_with("assertion-weakened-"));
        assert!(case(3, "").blocks());
    }

    #[test]
    fn what_stands_in_no_file_is_accepted_for_one_piece_of_work_alone() {
        let key = |task, rule, path: Option<&str>, words: &str| {
            let spot = path.map(|path| Spot { path: path.into(), line: Some(1), is_gone: false });
            let (before, after) = (String::new(), "key = ****".to_owned());
            let finding =
                Finding { rule, spot, words: words.into(), before, after, sources: Vec::new() };
            Case::new(&ReceiptOf::Task(crate::TaskId(task)), finding, Weight::Blocking).key
        };
        let contradicted = |task| key(task, Rule::Contradicted, None, "it fails");
        assert_ne!(contradicted(1), contradicted(2));
        let leftover = |task| key(task, Rule::Leftover, Some("a.rs"), "left");
        assert_eq!(leftover(1), leftover(2));
        let secret = |content| key(1, Rule::Secret, Some("a.env"), content);
        assert_ne!(secret("a key, in 12ab"), secret("a key, in 34cd"));
    }
}
