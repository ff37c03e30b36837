//! Sentences of what agents and people write in Markdown.

use crate::text::one_line;

/// One sentence, without markup but for code in backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Its words, with the mark that ends it.
    pub text: String,
    /// Where it stands.
    pub place: Standing,
}

/// Where a sentence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In running text.
    Prose,
    /// In a heading, or a line that is all bold.
    Heading,
    /// In a list.
    Item,
}

/// The sentences of `markdown`, without code blocks, tables and rules.
#[must_use]
pub fn sentences(markdown: &str) -> Vec<Sentence> {
    let mut out: Vec<Sentence> = Vec::new();
    let mut fenced = false;
    let mut prose = String::new();
    for line in markdown.lines() {
        let line = line.trim().trim_end_matches('\\').trim_end();
        let fence = line.starts_with("```") || line.starts_with("~~~");
        if fence {
            fenced = !fenced;
        }
        let marked = marked(line);
        if fence || fenced || line.is_empty() || is_table_or_rule(line) || marked.is_some() {
            split(&std::mem::take(&mut prose), Standing::Prose, &mut out);
        }
        if fence || fenced || line.is_empty() || is_table_or_rule(line) {
            continue;
        }
        match marked {
            Some((place, rest)) => split(rest, place, &mut out),
            None => {
                prose.push(' ');
                prose.push_str(line);
            }
        }
    }
    split(&prose, Standing::Prose, &mut out);
    out
}

fn is_table_or_rule(line: &str) -> bool {
    line.starts_with('|') || line.bytes().all(|b| matches!(b, b'-' | b'=' | b'*' | b'_' | b' '))
}

/// A line's standing by the mark before it, and the rest.
fn marked(line: &str) -> Option<(Standing, &str)> {
    if line.starts_with('#') {
        return Some((Standing::Heading, line.trim_start_matches('#')));
    }
    if let Some(inner) =
        line.strip_prefix("**").and_then(|l| l.trim_end_matches(':').strip_suffix("**"))
        && !inner.contains("**")
    {
        return Some((Standing::Heading, inner));
    }
    for mark in ["- ", "* ", "• ", "+ ", "> "] {
        if let Some(rest) = line.strip_prefix(mark) {
            return Some((Standing::Item, rest));
        }
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if (1..=2).contains(&digits)
        && let Some(rest) =
            line[digits..].strip_prefix(". ").or_else(|| line[digits..].strip_prefix(") "))
    {
        return Some((Standing::Item, rest));
    }
    None
}

fn split(text: &str, place: Standing, out: &mut Vec<Sentence>) {
    let text = unmarked(text);
    let mut start = 0;
    let mut code = false;
    let mut depth = 0i32;
    for (at, c) in text.char_indices() {
        match c {
            '`' => code = !code,
            '(' => depth += 1,
            ')' => depth = (depth - 1).max(0),
            '.' | '!' | '?' if !code && depth == 0 => {
                let end = at + 1;
                let rest = &text[end..];
                let ends = rest.starts_with(' ') && !abbreviates(&text[start..at], rest);
                if ends {
                    push(&text[start..end], place, out);
                    start = end;
                }
            }
            _ => {}
        }
    }
    push(&text[start..], place, out);
}

/// Whether the `.` after `before` belongs to an abbreviation or a name.
fn abbreviates(before: &str, rest: &str) -> bool {
    let word = before.rsplit([' ', '(']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        word.as_str(),
        "e.g" | "i.e" | "etc" | "vs" | "cf" | "approx" | "no" | "fig" | "mr" | "dr"
    ) || rest.trim_start().starts_with(|c: char| c.is_lowercase()) && word.len() < 2
}

fn push(text: &str, place: Standing, out: &mut Vec<Sentence>) {
    let text = text.trim();
    if text.chars().any(char::is_alphanumeric) {
        out.push(Sentence { text: text.to_owned(), place });
    }
}

/// `text` on one line, without emphasis, links and pictures before it; code keeps its backticks.
#[must_use]
pub fn unmarked(text: &str) -> String {
    let line = one_line(text);
    let mut out = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while let Some(at) = rest.find(['*', '[', '`', '_']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let step = match tail.as_bytes()[0] {
            b'`' => {
                let end = tail[1..].find('`').map_or(tail.len(), |i| i + 2);
                out.push_str(&tail[..end]);
                end
            }
            b'[' => {
                let (label, len) = link(tail).unwrap_or(("[", 1));
                out.push_str(label);
                len
            }
            b'*' if tail.starts_with("**") => 2,
            // A single mark is emphasis only at a word's edge.
            mark => {
                let before = out.chars().next_back();
                let after = tail[1..].chars().next();
                let inner =
                    |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == mark as char);
                let edge = inner(before) != inner(after);
                if !edge || before.is_some_and(|c| matches!(c, '/' | '.')) || after == Some('.') {
                    out.push(mark as char);
                }
                1
            }
        };
        rest = &tail[step..];
    }
    out.push_str(rest);
    let out =
        out.trim_start_matches(|c: char| !c.is_alphanumeric() && !"`\"'([</@#$.~_-".contains(c));
    out.trim().to_owned()
}

/// The label of the link that `text` begins with, and the link's length.
fn link(text: &str) -> Option<(&str, usize)> {
    let close = text.find("](")?;
    let end = close + text[close..].find(')')?;
    (!text[1..close].contains('[')).then(|| (&text[1..close], end + 1))
}

/// `text` with its first letter small, unless the word is a name, an abbreviation or code.
#[must_use]
pub fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if first.is_uppercase() => {
            let word: String = text.split(' ').next().unwrap_or_default().chars().skip(1).collect();
            let body = word.trim_end_matches([',', ':', '.', '!', '?', ';']);
            let plain = body.chars().all(|c| c.is_lowercase() || matches!(c, '\'' | '-'));
            let pronoun = first == 'I' && (word.is_empty() || word.starts_with('\''));
            if plain && !pronoun {
                first.to_lowercase().chain(chars).collect()
            } else {
                text.to_owned()
            }
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(markdown: &str) -> Vec<String> {
        sentences(markdown).into_iter().map(|s| s.text).collect()
    }

    #[test]
    fn sentences_are_told_apart_without_their_markup() {
        assert_eq!(
            texts(
                "## Done\nFixed **the race** in `a.b. c`. See [the log](http://x), e.g. `y`!\n\n- one. two\n```\ncode.\n```\n|a|b|\n"
            ),
            ["Done", "Fixed the race in `a.b. c`.", "See the log, e.g. `y`!", "one.", "two"]
        );
        assert_eq!(texts("✅ snake_case and *this* stay"), ["snake_case and this stay"]);
        assert_eq!(texts("version 1.2 is out\nnow"), ["version 1.2 is out now"]);
    }

    #[test]
    fn names_keep_their_capital() {
        assert_eq!(lower_first("Fix it"), "fix it");
        assert_eq!(lower_first("README is old"), "README is old");
        assert_eq!(lower_first("I see"), "I see");
        assert_eq!(lower_first("TypeScript fails"), "TypeScript fails");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_split(text in "\\PC*|[-*_`#\\[\\]() .!?a\n]{0,60}") {
            let _ = sentences(&text);
        }
    }
}
