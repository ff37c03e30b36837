//! Receipts as a terminal shows them.

use std::fmt::Write as _;

use callboard_model::receipt::render::{Block, Item, Line, Outline, Span, Table, Tone};
use callboard_model::receipt::statement::{PointOutcome, VerifiedPoint};
use callboard_model::receipt::{Case, ReceiptOf};
use callboard_model::review::CheckOutcome;
use callboard_model::view::{ReceiptList, ReceiptView};

use crate::output::{self, Style, plain, styled};

/// The receipts of a workspace, one a line.
pub(super) fn list(found: &ReceiptList) -> String {
    if found.receipts.is_empty() {
        return "no receipt yet: one is made when a session's work lies still, or by `callboard receipt T12`\n"
            .to_owned();
    }
    let now = callboard_os::clock::now();
    let mut table = output::table(&["of", "comes to", "made", "title"], output::width());
    for one in &found.receipts {
        let stale = if one.stale { ", stale" } else { "" };
        table.add_row([
            one.of.to_string(),
            format!("{}{stale}", one.words),
            output::ago(Some(one.made_at), now),
            output::short(&plain(&one.title), 60),
        ]);
    }
    output::table_text(&table)
}

/// A receipt from its headline to its closing line.
pub(super) fn receipt(outline: &Outline) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", styled(&plain(&outline.title), Style::Bold));
    let _ = writeln!(out, "{}", line(&outline.summary));
    for alert in &outline.alerts {
        let _ = writeln!(out, "{}", styled(&line(alert), Style::Accent));
    }
    for section in &outline.sections {
        let _ = writeln!(out, "\n{}", styled(section.heading, Style::Bold));
        blocks(&section.blocks, 2, &mut out);
    }
    let _ = writeln!(out, "\n{}", styled(outline.closing, Style::Dim));
    out
}

fn blocks(all: &[Block], indent: usize, out: &mut String) {
    for block in all {
        match block {
            Block::Heading(words) => put(&styled(&line(words), Style::Bold), indent, out),
            Block::Paragraph(words) => put(&line(words), indent, out),
            Block::Quote(words) => put(&quoted(words), indent, out),
            Block::List(items) => items.iter().for_each(|one| item(one, indent, out)),
            Block::Table(rows) => put(&table(rows), indent, out),
            Block::Output(words) => put(&styled(&multiline(words), Style::Dim), indent, out),
            Block::Change { before, after } => {
                put(&marked('-', before), indent, out);
                put(&marked('+', after), indent, out);
            }
            Block::Folded { words, blocks: within } => {
                put(&styled(&plain(words), Style::Dim), indent, out);
                blocks(within, indent + 2, out);
            }
        }
    }
}

fn item(item: &Item, indent: usize, out: &mut String) {
    put(&format!("- {}", line(&item.line)), indent, out);
    blocks(&item.under, indent + 2, out);
}

fn put(text: &str, indent: usize, out: &mut String) {
    for line in text.lines() {
        let indent = if line.is_empty() { 0 } else { indent };
        let _ = writeln!(out, "{:indent$}{}", "", line.trim_end());
    }
}

fn table(of: &Table) -> String {
    let width = output::width().map(|width| width.saturating_sub(4));
    let mut table = output::table(&of.head, width);
    for row in &of.rows {
        table.add_row(row.iter().map(line));
    }
    output::table_text(&table)
}

fn quoted(words: &str) -> String {
    multiline(words).lines().fold(String::new(), |text, line| text + "> " + line + "\n")
}

fn marked(mark: char, text: &str) -> String {
    multiline(text).lines().fold(String::new(), |all, line| format!("{all}{mark} {line}\n"))
}

fn multiline(text: &str) -> String {
    text.lines().fold(String::new(), |all, line| all + &plain(line) + "\n")
}

fn line(of: &Line) -> String {
    let mut text = String::new();
    for span in &of.0 {
        match span {
            Span::Text(words) | Span::Label(words) => text += &plain(words),
            Span::Code(code) => text += &plain(code),
            Span::Grade(Tone::Bad | Tone::Doubtful, words) => {
                text += &styled(&plain(words), Style::Accent);
            }
            Span::Grade(_, words) => text += &styled(&plain(words), Style::Bold),
            Span::Source(source) => text += &styled(&format!("[{source}]"), Style::Dim),
            Span::Link { words, url } => {
                let _ = write!(text, "{} <{}>", plain(words), plain(url));
            }
        }
    }
    text
}

/// What is left to be settled of a receipt, after something was.
pub(super) fn cases(view: &ReceiptView) -> String {
    let mut out = String::new();
    for case in view.receipt.cases.iter().filter(|case| case.accepted.is_some()) {
        if let Some(accepted) = &case.accepted {
            let _ = writeln!(
                out,
                "accepted {}, by {}: {}",
                case.key,
                plain(&accepted.by),
                plain(&accepted.reason)
            );
        }
    }
    let open: Vec<&Case> = view.receipt.blocking().collect();
    for case in &open {
        let _ = writeln!(out, "{} blocks: {}", case.key, plain(&case.finding.words));
    }
    if open.is_empty() {
        let _ = writeln!(out, "nothing of {} blocks", view.receipt.of);
    }
    out
}

/// How far the checks of a receipt are, in one line.
pub(super) fn progress(view: &ReceiptView) -> String {
    let cells = view.receipt.checks.iter().flat_map(|check| check.cells.each());
    let (mut all, mut over) = (0, 0);
    for cell in cells {
        all += 1;
        over += usize::from(cell.outcome.is_some_and(CheckOutcome::is_over));
    }
    format!("{over} of {all} runs have ended")
}

/// What a written receipt says beside the repository, a point a line.
pub(super) fn verified(of: &ReceiptOf, points: &[VerifiedPoint]) -> String {
    let mut out = format!("receipt of {of}\n");
    for point in points {
        let mark = match point.outcome {
            PointOutcome::Holds => styled("holds", Style::Bold),
            PointOutcome::Fails => styled("fails", Style::Accent),
            PointOutcome::CannotTell => styled("cannot tell", Style::Dim),
        };
        let _ = writeln!(out, "  {mark}: {}", plain(&point.words));
    }
    out
}
