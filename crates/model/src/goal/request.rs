//! What of a prompt is its user's own request: pasted logs, code and what editors add are left out.

use crate::limits;
use crate::phrase::{Standing, sentences};
use crate::text::{head, one_line};

/// A prompt's sentences, most of them its user's own.
#[derive(Debug, Clone)]
pub(super) struct Own {
    pub(super) sentences: Vec<String>,
    /// It begins with a log or code: what reads like prose may be a part of that.
    pub(super) pasted_first: bool,
}

/// The prompt's sentences, most of them its user's own.
#[must_use]
pub(super) fn own_sentences(text: &str) -> Own {
    let text = without_additions(head(text, limits::GOAL_SCAN_BYTES));
    let mut kept = String::new();
    let mut fenced = false;
    let mut pasted_first = None;
    for line in text.lines() {
        let line = line.trim_end().trim_end_matches('\\');
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        if fence || fenced {
            kept.push('\n');
            continue;
        }
        let prose = before_data(line);
        if !line.trim().is_empty() {
            pasted_first.get_or_insert(prose.is_empty());
        }
        kept.push_str(prose);
        kept.push('\n');
        if kept.len() > limits::GOAL_PROSE_BYTES {
            break;
        }
    }
    let mut out: Vec<String> = Vec::new();
    let mut joins = false;
    for sentence in sentences(&kept) {
        let text = with_short_addresses(without_label(&without_placeholders(&sentence.text)));
        if text.is_empty() {
            continue;
        }
        let titled = sentence.place == Standing::Heading && text.split(' ').count() < 3;
        if titled && !out.is_empty() {
            continue;
        }
        // `Implement the following plan:` is nothing without the heading after it.
        if joins
            && (sentence.place != Standing::Prose || out.len() == 1)
            && let Some(last) = out.last_mut()
        {
            last.push(' ');
            last.push_str(&text);
            joins = false;
            if sentence.place == Standing::Heading {
                // What follows is the document that the heading names.
                break;
            }
            continue;
        }
        joins = text.ends_with(':');
        out.push(text);
        if out.len() >= 12 {
            break;
        }
    }
    Own { sentences: out, pasted_first: pasted_first.unwrap_or(false) }
}

/// A prompt without what editors and programs wrap around it.
pub(super) fn without_additions(text: &str) -> String {
    without_elements(after_context(crate::brief::own_words(text)))
}

/// What stands after an editor's account of open files, where a heading tells the request apart.
fn after_context(text: &str) -> &str {
    if !text.trim_start().starts_with("# Context") {
        return text;
    }
    let mut at = 0;
    let mut found = None;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if line.starts_with('#') && line.to_ascii_lowercase().contains("request") {
            found = Some(at);
        }
    }
    found.map_or(text, |at| &text[at..])
}

/// `text` without elements (`<name>…</name>`) that programs wrap around what they add.
fn without_elements(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let tail = &rest[at + 1..];
        let len = tail
            .find(|c: char| !(c.is_ascii_lowercase() || matches!(c, '-' | '_')))
            .unwrap_or(tail.len());
        let name = &tail[..len];
        // HTML that a user writes about (`<details>`) has no words joined by `-` or `_`.
        let wraps = len > 3 && name.contains(['-', '_']) && tail[len..].starts_with(['>', ' ']);
        out.push_str(&rest[..at]);
        if wraps && let Some(end) = tail.find(&format!("</{name}>")) {
            out.push('\n');
            rest = &tail[end + name.len() + 3..];
        } else {
            out.push('<');
            rest = tail;
        }
    }
    out.push_str(rest);
    out
}

/// Beginnings of lines that are a log, code or a diff.
const DATA: &[&str] = &[
    "{",
    "}",
    "[{",
    "$ ",
    "❯",
    "> ",
    "+",
    "@@",
    "diff --",
    "index ",
    "===",
    "___",
    "---",
    "at ",
    "File \"",
    "Traceback",
    "E  ",
    "GET",
    "POST",
    "INFO",
    "DEBUG",
    "WARN",
    "ERROR",
    "error:",
    "|",
    "//",
    "import ",
    "  •",
    "...",
    "│",
    "FAIL",
    "PASS",
];

/// The line's beginning that is prose; nothing of a line that is a log, code or a diff.
fn before_data(line: &str) -> &str {
    if DATA.iter().any(|mark| line.trim_start().starts_with(mark)) {
        return "";
    }
    // `it still fails: {"time":…` keeps what stands before the data.
    let cut =
        ["{\"", "[{", " {'"].iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len());
    let line = &line[..cut];
    let trimmed = line.trim_start();
    if trimmed.ends_with([';', '{', '}']) {
        return "";
    }
    let word = |w: &&str| {
        let w = w.trim_matches(|c: char| c.is_ascii_punctuation());
        w.len() > 1 && w.chars().all(|c| c.is_alphabetic() || c == '\'')
    };
    let (prose, all) =
        (line.split_whitespace().filter(word).count(), line.split_whitespace().count());
    let dated = trimmed.bytes().take(10).filter(u8::is_ascii_digit).count() >= 6;
    let told = prose >= 5 || prose * 2 >= all || trimmed.contains("http") || trimmed.contains('@');
    if told && !dated { line } else { "" }
}

/// A word of many digits (a session's or a run's id) with its beginning only.
fn with_short_id(word: &str) -> String {
    let hex = word.bytes().filter(u8::is_ascii_hexdigit).count();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if word.len() < 28 || digits < 8 || hex * 10 < word.len() * 8 {
        return word.to_owned();
    }
    let code = word.ends_with('`');
    format!("{}…{}", head(word, 19), if code { "`" } else { "" })
}

/// `text` without the label of a choice (`B) …`, `Q: …`).
fn without_label(text: &str) -> &str {
    let mut chars = text.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(label), Some(')' | ':'), Some(' ')) if label.is_alphanumeric() => &text[3..],
        _ => text,
    }
}

/// `text` with long web addresses cut to their site and last part.
fn with_short_addresses(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let Some(at) = word.find("https://").or_else(|| word.find("http://")) else {
            out.push(with_short_id(word));
            continue;
        };
        let (before, address) = word.split_at(at);
        let address = address.split("://").nth(1).unwrap_or_default();
        let parts: Vec<&str> = address.trim_end_matches('/').split('/').collect();
        let short = match parts.as_slice() {
            [site, _, .., last] if address.len() > 40 => format!("{site}/…/{last}"),
            _ => address.to_owned(),
        };
        out.push(format!("{before}{short}"));
    }
    out.join(" ")
}

/// `text` without `[Image #1]` and the like.
fn without_placeholders(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let tail = &rest[at..];
        let placeholder =
            ["[Image", "[Pasted text", "[image", "[File"].iter().any(|p| tail.starts_with(p));
        match tail.find(']').filter(|_| placeholder) {
            Some(end) => {
                out.push_str(&rest[..at]);
                rest = &tail[end + 1..];
            }
            None => {
                out.push_str(&rest[..=at]);
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    one_line(&out)
}
