//! An outline as one HTML file: its style within it, no script, nothing loaded.

use std::fmt::Write as _;

use super::markdown::{address, flat};
use super::outline::{Block, Item, Line, Outline, Span, Table, Tone};
use crate::text;

const STYLE: &str = include_str!("style.css");

pub(super) fn document(outline: &Outline) -> String {
    let title = escaped(&flat(&outline.title));
    let mut out =
        String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    // Nothing in the file may load or run anything, whatever is overlooked elsewhere.
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    out.push_str("<meta name=\"referrer\" content=\"no-referrer\">\n");
    let _ =
        write!(out, "<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n");
    let _ = writeln!(out, "<h1>{title}</h1>\n<p class=\"summary\">{}</p>", line(&outline.summary));
    for alert in &outline.alerts {
        let _ = writeln!(out, "<p class=\"alert\">{}</p>", line(alert));
    }
    for section in &outline.sections {
        let _ = writeln!(out, "<section>\n<h2>{}</h2>", escaped(section.heading));
        blocks(&section.blocks, &mut out);
        out.push_str("</section>\n");
    }
    let _ = writeln!(out, "<footer>{}</footer>", escaped(outline.closing));
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        self::block(block, out);
    }
}

fn block(block: &Block, out: &mut String) {
    let _ = match block {
        Block::Heading(heading) => writeln!(out, "<h3>{}</h3>", line(heading)),
        Block::Paragraph(paragraph) => writeln!(out, "<p>{}</p>", line(paragraph)),
        Block::Quote(quote) => {
            let quote = text::plain(quote);
            let lines = quote.trim().lines().map(|one| line(&Line::default().said(one)));
            writeln!(out, "<blockquote>{}</blockquote>", lines.collect::<Vec<_>>().join("\n"))
        }
        Block::Output(output) => {
            writeln!(out, "<pre>{}</pre>", escaped(text::plain(output).trim_end()))
        }
        Block::List(items) => {
            out.push_str("<ul>\n");
            items.iter().for_each(|one| item(one, out));
            writeln!(out, "</ul>")
        }
        Block::Table(table) => {
            self::table(table, out);
            Ok(())
        }
        Block::Change { before, after } => {
            change(before, after, out);
            Ok(())
        }
        Block::Folded { words, blocks } => {
            let _ = writeln!(out, "<details>\n<summary>{}</summary>", escaped(words));
            self::blocks(blocks, out);
            writeln!(out, "</details>")
        }
    };
}

fn item(item: &Item, out: &mut String) {
    let _ = write!(out, "<li>{}", line(&item.line));
    if !item.under.is_empty() {
        out.push('\n');
        blocks(&item.under, out);
    }
    out.push_str("</li>\n");
}

fn table(table: &Table, out: &mut String) {
    out.push_str("<div class=\"table\"><table>\n");
    if table.head.iter().any(|name| !name.is_empty()) {
        let head: String = table
            .head
            .iter()
            .map(|name| format!("<th scope=\"col\">{}</th>", escaped(name)))
            .collect();
        let _ = writeln!(out, "<thead><tr>{head}</tr></thead>");
    }
    out.push_str("<tbody>\n");
    for row in &table.rows {
        let cells: String = row.iter().map(|cell| format!("<td>{}</td>", line(cell))).collect();
        let _ = writeln!(out, "<tr>{cells}</tr>");
    }
    out.push_str("</tbody>\n</table></div>\n");
}

fn change(before: &str, after: &str, out: &mut String) {
    out.push_str("<div class=\"change\">\n");
    let sides = [("before", before), ("after", after)];
    for (name, text) in sides.into_iter().filter(|(_, text)| !text.is_empty()) {
        let text = escaped(text::plain(text).trim_end());
        let _ = writeln!(
            out,
            "<figure class=\"{name}\"><figcaption>{name}</figcaption><pre>{text}</pre></figure>"
        );
    }
    out.push_str("</div>\n");
}

fn line(line: &Line) -> String {
    line.0.iter().map(span).collect()
}

fn span(span: &Span) -> String {
    match span {
        Span::Text(text) => escaped(&flat(text)),
        Span::Code(code) => format!("<code>{}</code>", escaped(&flat(code))),
        Span::Source(source) => format!("<span class=\"source\">{}</span>", escaped(&flat(source))),
        Span::Label(text) => format!("<b>{}</b>", escaped(&flat(text))),
        Span::Grade(tone, text) => {
            let tone = match tone {
                Tone::Good => "good",
                Tone::Doubtful => "doubtful",
                Tone::Bad => "bad",
                Tone::Neutral => "neutral",
            };
            format!("<span class=\"grade {tone}\">{}</span>", escaped(&flat(text)))
        }
        Span::Link { words, url } => match address(url) {
            Some(url) => {
                let (url, words) = (escaped(url), escaped(&flat(words)));
                format!("<a href=\"{url}\" rel=\"noopener noreferrer\">{words}</a>")
            }
            None => format!("{} <code>{}</code>", escaped(&flat(words)), escaped(&flat(url))),
        },
    }
}

/// `text` as it stands in HTML, in a text or between double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
