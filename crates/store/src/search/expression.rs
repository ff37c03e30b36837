//! What people search for, in the words of the full-text index.

use callboard_model::query::Term;

use crate::{cjk, limits, text};

/// A query's terms as a MATCH expression.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expression {
    /// The expression; `None` if no term has a letter or digit.
    pub(super) text: Option<String>,
    /// The words in it, for marking.
    pub(super) words: Vec<String>,
    /// Somebody asked for a phrase. How rare it is takes a second look at all texts that have its words,
    /// and says little of what is found as it stands: its hits are not weighed by that.
    pub(super) has_phrase: bool,
}

impl Expression {
    pub(super) fn of(terms: &[Term]) -> Self {
        let mut words = Vec::new();
        let is_phrase = |term: &Term| matches!(term, Term::Phrase(text) if text.contains(' '));
        let has_phrase = terms.iter().any(is_phrase);
        let conditions: Vec<String> = terms
            .iter()
            .filter(|term| spelling(term).chars().any(char::is_alphanumeric))
            .take(limits::QUERY_TERMS)
            .map(|term| {
                words.push(spelling(term).to_owned());
                condition(term)
            })
            .collect();
        let text = Some(conditions.join(" AND ")).filter(|text| !text.is_empty());
        Self { text, words, has_phrase }
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
    let runs: Vec<String> = cjk::runs(spelling(term)).map(run_condition).collect();
    if !runs.is_empty() {
        let others =
            spelling(term).split(cjk::is_cjk).filter(|o| o.contains(char::is_alphanumeric));
        return others
            .map(|other| quoted(other, "*"))
            .chain(runs)
            .collect::<Vec<_>>()
            .join(" AND ");
    }
    let (word, star) = match term {
        Term::Phrase(words) => return quoted(words, ""),
        Term::Prefix(word) if last_word(word) < limits::PREFIX_CHARS => (word, ""),
        Term::Prefix(word) => (word, "*"),
        // The beginning of a path is what people remember of it.
        Term::Word(word) if word.contains('/') && last_word(word) >= limits::PREFIX_CHARS => {
            (word, "*")
        }
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

/// A run of Chinese or Japanese: its pairs in a row, or any pair that begins with a single one.
fn run_condition(run: &str) -> String {
    let star = if run.chars().nth(1).is_none() { "*" } else { "" };
    quoted(&cjk::pairs(run), star)
}

/// Letters and digits at the end of a text; none if it ends in anything else.
fn last_word(text: &str) -> usize {
    text.chars().rev().take_while(|c| c.is_alphanumeric()).count()
}

fn quoted(text: &str, star: &str) -> String {
    format!("\"{}\"{star}", text.replace('"', " "))
}

/// Where words occur in a text, in order, without overlap.
pub(super) fn marks(words: &[String], text: &str) -> Vec<(u32, u32)> {
    // Lower case may be longer or shorter than the text: offsets are those of the text only where
    // both are as long, which holds for all but a few letters.
    let lower = text.to_lowercase();
    let lower = if lower.len() == text.len() { lower } else { text.to_ascii_lowercase() };
    let mut found: Vec<(usize, usize)> =
        words.iter().flat_map(|word| occurrences(word, text, &lower)).collect();
    found.sort_unstable();
    let mut marks: Vec<(u32, u32)> = Vec::new();
    for (begin, end) in found {
        let (Ok(begin), Ok(end)) = (u32::try_from(begin), u32::try_from(end)) else { break };
        match marks.last_mut() {
            Some(last) if begin <= last.1 => last.1 = last.1.max(end),
            _ => marks.push((begin, end)),
        }
    }
    marks
}

/// A word where it begins a word of the text; else wherever it is; else its pieces.
fn occurrences(word: &str, text: &str, lower: &str) -> Vec<(usize, usize)> {
    let all = |word: &str| -> Vec<(usize, usize)> {
        let word = word.to_lowercase();
        let hits = lower.match_indices(&word).map(|(at, hit)| (at, at + hit.len()));
        hits.filter(|(a, b)| text.is_char_boundary(*a) && text.is_char_boundary(*b)).collect()
    };
    let whole = all(word);
    if whole.iter().any(|hit| begins_word(text, hit.0)) {
        return whole.into_iter().filter(|hit| begins_word(text, hit.0)).collect();
    }
    if !whole.is_empty() {
        return whole;
    }
    let pieces = word.split(|c: char| !c.is_alphanumeric()).flat_map(text::pieces);
    pieces
        .filter(|piece| piece.len() > 1 && piece.len() < word.len())
        .flat_map(all)
        .filter(|hit| begins_word(text, hit.0))
        .collect()
}

fn begins_word(text: &str, at: usize) -> bool {
    let Some((before, rest)) = text.split_at_checked(at) else { return false };
    let rises = rest.starts_with(char::is_uppercase);
    before.chars().next_back().is_none_or(|c| !c.is_alphanumeric() || (rises && !c.is_uppercase()))
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
        assert_eq!(text("src/watch wat* w*"), r#""src/watch"* AND "wat"* AND "w""#);
        assert_eq!(text("\"a b\" ** ? -"), r#""a b""#);
    }

    #[test]
    fn marks_are_in_order_and_apart() {
        let marked = |words: &str, text: &str| {
            let words: Vec<String> = words.split(' ').map(ToOwned::to_owned).collect();
            let mut marked = text.to_owned();
            for (begin, end) in marks(&words, text).into_iter().rev() {
                marked.insert(end as usize, ']');
                marked.insert(begin as usize, '[');
            }
            marked
        };
        assert_eq!(marked("watch tchor", "Watchor rewatch watch"), "[Watchor] rewatch [watch]");
        assert_eq!(marked("change", "onChange exchange"), "on[Change] exchange");
        assert_eq!(marked("onChange", "rename on_change"), "rename [on]_[change]");
        assert_eq!(marked("ä", "İ ÄB"), "İ ÄB");
        assert_eq!(marked("ä", "i ÄB"), "i [Ä]B");
    }
}
