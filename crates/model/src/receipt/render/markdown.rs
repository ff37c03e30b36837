//! An outline as GitHub-flavoured Markdown.

use std::fmt::Write as _;

use super::html::escaped as html_escaped;
use super::outline::{Block, Item, Line, Outline, Span, Table};
use crate::text;

pub(super) fn document(outline: &Outline) -> String {
    let mut out = format!("# {}\n\n", words(&outline.title, false));
    let _ = writeln!(out, "{}", line(&outline.summary));
    for alert in &outline.alerts {
        let _ = write!(out, "\n> {}\n", line(alert));
    }
    for section in &outline.sections {
        let _ = write!(out, "\n## {}\n", section.heading);
        blocks(&section.blocks, 0, &mut out);
    }
    let _ = write!(out, "\n---\n\n{}\n", outline.closing);
    out
}

/// `indent` is how far the blocks are within lists, in columns.
fn blocks(all: &[Block], indent: usize, out: &mut String) {
    for block in all {
        // A list within an item stands right behind the item's line.
        if indent == 0 || !matches!(block, Block::List(_)) {
            out.push('\n');
        }
        self::block(block, indent, out);
    }
}

fn block(block: &Block, indent: usize, out: &mut String) {
    match block {
        Block::Heading(heading) => put(&format!("### {}", line(heading)), indent, out),
        Block::Paragraph(paragraph) => put(&line(paragraph), indent, out),
        Block::Quote(quote) => quoted(quote, indent, out),
        Block::List(items) => items.iter().for_each(|one| item(one, indent, out)),
        Block::Table(table) => put(&rows(table), indent, out),
        Block::Output(output) => put(&fenced("text", &text::plain(output)), indent, out),
        Block::Change { before, after } => put(&change(before, after, indent), indent, out),
        Block::Folded { words, blocks } => {
            let summary = html_escaped(words);
            put(&format!("<details><summary>{summary}</summary>"), indent, out);
            // Markdown within HTML begins behind an empty line.
            out.push('\n');
            for one in blocks {
                self::block(one, indent, out);
                out.push('\n');
            }
            put("</details>", indent, out);
        }
    }
}

/// The lines of `text`, each as far in as its list.
fn put(text: &str, indent: usize, out: &mut String) {
    for line in text.lines() {
        let indent = if line.is_empty() { 0 } else { indent };
        let _ = writeln!(out, "{:indent$}{line}", "");
    }
}

fn item(item: &Item, indent: usize, out: &mut String) {
    let _ = writeln!(out, "{:indent$}- {}", "", line(&item.line));
    blocks(&item.under, indent + 2, out);
}

fn quoted(quote: &str, indent: usize, out: &mut String) {
    let quote = text::plain(quote);
    let lines: Vec<&str> = quote.trim().lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let line = self::line(&Line::default().said(line.trim()));
        let next_has_words = lines.get(at + 1).is_some_and(|next| !next.trim().is_empty());
        // A backslash keeps the break that the words had.
        let end = if line.is_empty() || !next_has_words { "" } else { "\\" };
        put(format!("> {line}{end}").trim_end(), indent, out);
    }
}

fn change(before: &str, after: &str, indent: usize) -> String {
    let is_one_line = |text: &str| !text.is_empty() && !text.contains('\n');
    if indent == 0 && is_one_line(before) && is_one_line(after) {
        let head = vec!["before", "after"];
        let row = [before, after].map(|text| Line::default().code(text.trim())).to_vec();
        return rows(&Table { head, rows: vec![row] });
    }
    let marked = |mark: char, text: &str| -> String {
        let text = text::plain(text);
        text.lines().map(|line| format!("{mark} {line}\n")).collect()
    };
    fenced("diff", &format!("{}{}", marked('-', before), marked('+', after)))
}

/// Text between fences that nothing in it can close.
fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`');
    runs.map(str::len).max().unwrap_or_default()
}

fn rows(table: &Table) -> String {
    let mut out = String::from("|");
    for name in &table.head {
        let _ = write!(out, " {name} |");
    }
    let _ = write!(out, "\n|{}", "---|".repeat(table.head.len()));
    for row in &table.rows {
        out.push_str("\n|");
        for cell in row {
            let _ = write!(out, " {} |", cell_text(cell));
        }
    }
    out
}

fn cell_text(cell: &Line) -> String {
    let one = |span: &Span| match span {
        // Cells are told apart before code is: a bar needs its backslash there, too.
        Span::Code(code) | Span::Source(code) => self::code(code).replace('|', "\\|"),
        other => self::span(other, false),
    };
    cell.0.iter().map(one).collect()
}

fn line(line: &Line) -> String {
    let mut out = String::new();
    for (at, one) in line.0.iter().enumerate() {
        let span = span(one, at == 0);
        // Fences that touch would be one.
        if out.ends_with('`') && span.starts_with('`') {
            out.push(' ');
        }
        out.push_str(&span);
    }
    out
}

fn span(span: &Span, is_first: bool) -> String {
    match span {
        Span::Text(text) => words(text, is_first),
        Span::Code(text) | Span::Source(text) => code(text),
        Span::Grade(_, text) | Span::Label(text) => format!("**{}**", words(text, false)),
        Span::Link { words: text, url } => match address(url) {
            Some(url) => format!("[{}](<{url}>)", words(text, false)),
            None => format!("{} {}", words(text, false), code(url)),
        },
    }
}

/// An address that a link may lead to.
pub(super) fn address(url: &str) -> Option<&str> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "<>\"\\`".contains(c);
    (is_web && !url.contains(is_odd)).then_some(url)
}

fn code(text: &str) -> String {
    let text = text::one_line(text);
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// `text` on one line, as nothing but words: no markup, no link, no account or issue that GitHub would tell.
fn words(text: &str, is_first: bool) -> String {
    let text = flat(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let is_start = is_first && out.trim_start().is_empty();
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_markup = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' => true,
            '_' => !is_word(before) || !is_word(next),
            '&' => is_word(next) || next == Some('#'),
            '+' | '-' | '=' => is_start,
            '#' => is_start && !next.is_some_and(|next| next.is_ascii_digit()),
            ':' => next == Some('/'),
            '.' | ')' => is_number(&out) && is_first || c == '.' && ends_in_www(&out),
            _ => false,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(c);
        let is_reference = match c {
            '@' => is_word(next),
            '#' => next.is_some_and(|next| next.is_ascii_digit()),
            _ => false,
        };
        if is_reference {
            out.push_str("<!-- -->");
        }
        before = Some(c);
    }
    out
}

/// What is written so far is a number that would begin a list.
fn is_number(out: &str) -> bool {
    let out = out.trim_start();
    !out.is_empty() && out.bytes().all(|b| b.is_ascii_digit())
}

fn ends_in_www(out: &str) -> bool {
    out.len() >= 3
        && out.is_char_boundary(out.len() - 3)
        && out[out.len() - 3..].eq_ignore_ascii_case("www")
}

/// `text` on one line; a space at its ends stays, as it parts it from its neighbours.
pub(super) fn flat(text: &str) -> String {
    let line = text::one_line(text);
    let space = |is: bool| if is { " " } else { "" };
    let begins = text.starts_with(char::is_whitespace);
    let ends = text.ends_with(char::is_whitespace) && !line.is_empty();
    format!("{}{line}{}", space(begins), space(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        for (text, written) in [
            ("a_b __init__", "a_b \\_\\_init\\_\\_"),
            ("# no heading", "\\# no heading"),
            ("- no item", "\\- no item"),
            ("12. no item", "12\\. no item"),
            ("<img src=x onerror=y>", "\\<img src=x onerror=y\\>"),
            ("[a](javascript:b)", "\\[a\\](javascript:b)"),
            ("see https://a.b/c", "see https\\://a.b/c"),
            ("www.a.b", "www\\.a.b"),
            ("ask @lea, fixes #12", "ask @<!-- -->lea, fixes #<!-- -->12"),
            ("#12", "#<!-- -->12"),
            ("a | b", "a \\| b"),
            ("&lt; & c", "\\&lt; & c"),
            ("a\nb\u{202e}", "a b"),
        ] {
            assert_eq!(words(text, true), written, "{text}");
        }
    }

    #[test]
    fn code_ends_where_its_fence_does() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(code("a\n\nb"), "`a b`");
        assert_eq!(fenced("text", "a\n````\nb"), "`````text\na\n````\nb\n`````\n");
        let line = Line::default().code("a | b");
        assert_eq!(cell_text(&line), "`a \\| b`");
    }

    #[test]
    fn a_link_leads_to_the_web_or_nowhere() {
        let link = |url: &str| span(&Span::Link { words: "#4".into(), url: url.into() }, false);
        assert_eq!(link("https://a.b/c_(d)"), "[#<!-- -->4](<https://a.b/c_(d)>)");
        assert_eq!(link("javascript:x"), "#<!-- -->4 `javascript:x`");
        assert_eq!(link("https://a.b/>x"), "#<!-- -->4 `https://a.b/>x`");
    }
}
