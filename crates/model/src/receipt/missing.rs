//! What an agent is told at its stop that its work does not show.

use super::{Case, Receipt, Rule};
use crate::claim::Verdict;
use crate::limits;
use crate::text::{clip, one_line};

/// What is missing of a receipt that its agent can mend or say, one a line, the weightiest first; empty where nothing is.
#[must_use]
pub fn missing(receipt: &Receipt) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let open = receipt.cases.iter().filter(|case| case.accepted.is_none());
    lines.extend(open.filter(|case| is_for_agent(case)).map(of_case));
    for claim in &receipt.claims {
        let judged = &claim.judged;
        if matches!(judged.verdict, Verdict::Stale | Verdict::Unsupported) {
            let quote = clip(&one_line(&judged.claim.quote), limits::OBJECT_CHARS);
            lines.push(format!("you say “{quote}”: {}", judged.why));
        }
    }
    lines.dedup();
    lines.truncate(limits::MISSING_LINES);
    lines
}

/// Whether a case is told to the agent: what blocks, and what another run of a check would settle.
fn is_for_agent(case: &Case) -> bool {
    let by_run = [Rule::StaleCheck, Rule::MaskedExit, Rule::GreenWithErrors, Rule::VacuousTest];
    case.blocks() || by_run.contains(&case.finding.rule)
}

fn of_case(case: &Case) -> String {
    let finding = &case.finding;
    let place = finding.spot.as_ref().map(|spot| match spot.line {
        Some(line) => format!("{}:{line}: ", spot.path),
        None => format!("{}: ", spot.path),
    });
    let said = match finding.rule {
        Rule::Contradicted => {
            format!(" (you say “{}”)", clip(&one_line(&finding.before), limits::OBJECT_CHARS))
        }
        _ => String::new(),
    };
    format!("{}: {}{}{said}", finding.rule, place.unwrap_or_default(), one_line(&finding.words))
}
