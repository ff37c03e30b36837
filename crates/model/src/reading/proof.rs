//! Which quotes are where they are said to be.

use super::{Claim, ClaimedQuote, Quote, Statement};
use crate::{Cite, limits};

/// What is left of claims once each quote was looked up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proven {
    /// Those with at least one quote that is there.
    pub statements: Vec<Statement>,
    /// Those without.
    pub unproven: u32,
    /// Quotes that are not there.
    pub wrong_quotes: u32,
}

/// Looks up each quote. `find` tells where its words stand, if they stand where it says.
#[must_use]
pub fn prove(claims: Vec<Claim>, mut find: impl FnMut(&ClaimedQuote) -> Option<Cite>) -> Proven {
    let mut proven = Proven::default();
    for claim in claims {
        let mut quotes = Vec::new();
        for quote in claim.quotes {
            match find(&quote) {
                Some(source) => quotes.push(Quote { source, text: quote.text }),
                None => proven.wrong_quotes += 1,
            }
        }
        match quotes.is_empty() {
            true => proven.unproven += 1,
            false => proven.statements.push(Statement {
                kind: claim.kind,
                text: claim.text,
                why: claim.why,
                quotes,
            }),
        }
    }
    proven
}

/// Whether `quote` occurs in `text`, however its white space is laid out. Quotation marks around it and dots where it was
/// cut are not its own; what is left must be long enough to say something.
#[must_use]
pub fn occurs(quote: &str, text: &str) -> bool {
    let is_around = |c: char| c.is_whitespace() || "\"“”„«»‘’'…".contains(c);
    // Entries are shown with `> ` before each line.
    let quote = quote.replace("\n>", "\n");
    let quote = folded(quote.trim_matches(is_around).trim_end_matches("..."));
    let is_long = quote.chars().filter(|c| c.is_alphanumeric()).count() >= limits::QUOTE_LETTERS;
    let text = folded(text);
    // A short answer is quoted whole.
    (is_long || quote == text.trim_matches(is_around)) && !quote.is_empty() && text.contains(&quote)
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::StatementKind;
    use crate::{Seq, SessionId};

    #[test]
    fn a_quote_occurs_however_it_is_laid_out_and_not_in_other_words() {
        let said = "Two customers have\n  letters in their ids.";
        assert!(occurs("customers have letters", said));
        assert!(occurs("“have letters in\ttheir…”", said));
        assert!(!occurs("Customers have letters", said));
        assert!(!occurs("customers had letters", said));
        // One letter is in everything.
        assert!(!occurs("e", said));
        assert!(!occurs(" “” ", said));
        assert!(occurs("No", " No "));
    }

    #[test]
    fn a_statement_stands_with_one_right_quote_and_falls_without() {
        let quote = |text: &str| ClaimedQuote { source: "S1#2".into(), text: text.into() };
        let claim = |quotes| Claim {
            kind: StatementKind::Open,
            text: "x".into(),
            why: String::new(),
            quotes,
        };
        let claims = vec![
            claim(vec![quote("right"), quote("wrong")]),
            claim(vec![quote("wrong")]),
            claim(vec![]),
        ];
        let cite = Cite { session: SessionId(1), seq: Seq(2) };
        let proven = prove(claims, |quote| (quote.text == "right").then_some(cite));
        assert_eq!((proven.statements.len(), proven.unproven, proven.wrong_quotes), (1, 2, 2));
        assert_eq!(proven.statements[0].quotes, [Quote { source: cite, text: "right".into() }]);
    }
}
