//! The candidate that an agent's reading of a session proposes.

use super::{Candidate, CandidateFrom, CandidateState};
use crate::note::{NoteKind, RuledOut, version_of};
use crate::reading::{Reading, Statement, StatementKind};
use crate::text::clip;
use crate::{limits, quote};

impl Candidate {
    /// The candidate that a statement of a reading is; `None` for what is no decision. Its quotes prove that something was
    /// said, and what it says of it is the reader's word.
    #[must_use]
    pub fn of_statement(statement: &Statement, reading: &Reading) -> Option<Self> {
        let Statement { kind, text, why, quotes } = statement;
        let word = match kind {
            StatementKind::Decision => "decision",
            StatementKind::RuledOut => "ruled_out",
            StatementKind::Constraint | StatementKind::Open => return None,
        };
        let is_ruled_out = *kind == StatementKind::RuledOut;
        let ruled_out = RuledOut { what: text.clone(), why: why.clone() };
        let said: String = quotes.iter().map(|said| quote::block(&said.text) + "\n").collect();
        let title = quote::bare(text);
        // What is decided is that it is not done.
        let title = if is_ruled_out { format!("Not: {title}") } else { title };
        Some(Self {
            session: reading.session,
            key: format!("read:{}", version_of(format!("{word} {text}").as_bytes())),
            handle: String::new(),
            from: CandidateFrom::Said,
            kind: NoteKind::Decision,
            title: clip(&title, limits::LINE_CHARS),
            body: format!("{}\n\nRead by {} in what was said.", said.trim_end(), reading.by),
            why: if is_ruled_out { String::new() } else { why.clone() },
            ruled_out: if is_ruled_out { vec![ruled_out] } else { Vec::new() },
            cites: quotes.iter().map(|said| said.source).collect(),
            by_agent: true,
            at: Some(reading.at),
            state: CandidateState::Open,
            note: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Quote;
    use crate::{AgentName, Cite, Seq, SessionId, Timestamp};

    #[test]
    fn what_a_reader_found_is_offered_with_its_quotes() {
        let quotes = |seq| {
            let source = Cite { session: SessionId(4), seq: Seq(seq) };
            vec![Quote { source, text: "ids stay text".into() }]
        };
        let statement = |kind, text: &str, seq| Statement {
            kind,
            text: text.into(),
            why: "a customer has letters".into(),
            quotes: quotes(seq),
        };
        let reading = Reading {
            session: SessionId(4),
            by: AgentName::known("reader"),
            at: Timestamp::from_millisecond(7),
            upto: Seq(9),
            statements: Vec::new(),
            unproven: 0,
            wrong_quotes: 0,
            unknown: 0,
            problem: None,
        };
        let decided = statement(StatementKind::Decision, "Ids are text", 5);
        let one = Candidate::of_statement(&decided, &reading).unwrap();
        assert_eq!(
            (one.title.as_str(), one.why.as_str()),
            ("Ids are text", "a customer has letters")
        );
        assert_eq!(one.body, "> ids stay text\n\nRead by reader in what was said.");
        assert!(one.by_agent && one.cites == [Cite { session: SessionId(4), seq: Seq(5) }]);
        let out = statement(StatementKind::RuledOut, "Numbers", 6);
        let other = Candidate::of_statement(&out, &reading).unwrap();
        assert_eq!(other.title, "Not: Numbers");
        assert_eq!((other.why.as_str(), other.ruled_out.len()), ("", 1));
        assert_ne!(one.key, other.key);
        let open = statement(StatementKind::Open, "How long?", 7);
        assert_eq!(Candidate::of_statement(&open, &reading), None);
    }
}
