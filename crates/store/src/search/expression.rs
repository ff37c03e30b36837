//! What people search for, in the words of the full-text index.

use callboard_model::query::Term;

use crate::{limits, text};

/// A query's terms as a MATCH expression.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expression {
    /// The expression; `None` if no term has a letter or digit.
    pub(super) text: Option<String>,
    /// The words in it, for marking.
    pub(super) words: Vec<String>,
}

impl Expression {
    pub(super) fn of(terms: &[Term]) -> Self {
        let mut words = Vec::new();
        let conditions: Vec<String> = terms
            .iter()
            .filter(|term| spelling(term).chars().any(char::is_alphanumeric))
            .take(limits::QUERY_TERMS)
            .map(|term| {
                words.push(spelling(term).to_lowercase());
                condition(term)
            })
            .collect();
        let text = Some(conditions.join(" AND ")).filter(|text| !text.is_empty());
        Self { text, words }
    }
}

fn spelling(term: &Term) -> &str {
    match term {
        Term::Word(text) | Term::Prefix(text) | Term::Phrase(text) => text,
    }
}

/// One term: as it stands, or as the pieces of its identifiers. The index takes a quoted text apart
/// as it did the indexed one, so that `on_change` becomes a phrase of two words.
fn condition(term: &Term) -> String {
    let (word, star) = match term {
        Term::Phrase(words) => return quoted(words, ""),
        Term::Prefix(word) => (word, "*"),
        // The beginning of a path is what people remember of it.
        Term::Word(word) if word.contains('/') && !word.ends_with('/') => (word, "*"),
        Term::Word(word) => (word, ""),
    };
    let pieces: Vec<&str> = word
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .flat_map(text::pieces)
        .collect();
    let whole = quoted(word, star);
    let split = quoted(&pieces.join(" "), star);
    let words = word.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).count();
    if pieces.len() > words { format!("({whole} OR {split})") } else { whole }
}

fn quoted(text: &str, star: &str) -> String {
    format!("\"{}\"{star}", text.replace('"', " "))
}

pub(super) fn marks(words: &[String], text: &str) -> Vec<(u32, u32)> {
    let mut found: Vec<(u32, u32)> = Vec::new();
    // Lower case may be longer or shorter than the text: offsets are those of the text only where
    // both are as long, which holds for all but a few letters.
    let lower = text.to_lowercase();
    let lower = if lower.len() == text.len() { lower } else { text.to_ascii_lowercase() };
    for word in words {
        for (begin, hit) in lower.match_indices(word.as_str()) {
            let end = begin + hit.len();
            if text.is_char_boundary(begin)
                && text.is_char_boundary(end)
                && let (Ok(begin), Ok(end)) = (u32::try_from(begin), u32::try_from(end))
            {
                found.push((begin, end));
            }
        }
    }
    found.sort_unstable();
    let mut marks: Vec<(u32, u32)> = Vec::new();
    for (begin, end) in found {
        match marks.last_mut() {
            Some(last) if begin <= last.1 => last.1 = last.1.max(end),
            _ => marks.push((begin, end)),
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use callboard_model::Query;

    use super::*;

    fn text(query: &str) -> String {
        Expression::of(&Query::parse(query).terms).text.unwrap_or_default()
    }

    #[test]
    fn identifiers_are_found_whole_and_by_part() {
        assert_eq!(text("fix onChange"), r#""fix" AND ("onChange" OR "on Change")"#);
        assert_eq!(text("on_change"), r#""on_change""#);
        assert_eq!(text("src/watch wat*"), r#""src/watch"* AND "wat"*"#);
        assert_eq!(text("\"a b\" ** ? -"), r#""a b""#);
    }

    #[test]
    fn marks_are_in_order_and_apart() {
        let words = ["watch".to_owned(), "chor".to_owned()];
        assert_eq!(marks(&words, "Watchor watch"), [(0, 7), (8, 13)]);
        assert!(marks(&words, "İ").is_empty());
    }
}
