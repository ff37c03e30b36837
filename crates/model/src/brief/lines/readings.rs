//! What an agent read in a session's words: its own word, with the words that it rests on.

use super::{Lines, Text, before_why, quoted};
use crate::brief::BriefSession;
use crate::reading::StatementKind;
use crate::view::BriefPart;
use crate::{Ordinal, limits};

/// No event of a session has a place behind this one.
const LAST: i64 = i64::MAX / 2;

pub(super) fn add(lines: &mut Lines, session: &BriefSession) {
    let Some(reading) = &session.reading else { return };
    for (at, statement) in (0..).zip(&reading.statements) {
        let (part, weight) = match statement.kind {
            StatementKind::Decision => (BriefPart::Decisions, 840),
            StatementKind::RuledOut => (BriefPart::RuledOut, 830),
            StatementKind::Constraint => (BriefPart::Decisions, 835),
            StatementKind::Open => (BriefPart::Open, 825),
        };
        let mut cites: Vec<String> =
            statement.quotes.iter().map(|quote| quote.source.to_string()).collect();
        cites.dedup();
        if statement.kind != StatementKind::Open && lines.decided.tells(&statement.text, &cites) {
            continue;
        }
        // The reader's words, whoever said what they rest on.
        let kind = if statement.kind == StatementKind::Constraint { "Constraint: " } else { "" };
        let said = format!("{kind}{} ({}'s reading)", quoted(&statement.text), reading.by);
        let said = match quoted(&statement.why).as_str() {
            "" => said,
            why => format!("{}{why}", before_why(&said)),
        };
        // Behind what the records prove by themselves.
        let order = Ordinal(LAST + at);
        lines.add(part, weight, Text::of(&said, limits::BRIEF_PROMPT_CHARS), &cites, order);
    }
}
