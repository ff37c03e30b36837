//! What agents report of their work and tell each other, as it is printed: their words, behind whose they are.

use std::fmt::Write as _;

use callboard_model::view::{MessageView, ReportView};

use crate::output::{self, Style};

/// Reports of sessions, each with the event that it stands in.
pub(super) fn reports(reports: &[ReportView], named: bool) -> String {
    let now = callboard_os::clock::now();
    let mut text = String::new();
    for report in reports {
        let who = match named {
            true => format!("{} reported done, in its own words", report.session),
            false => "reported done, in its own words".to_owned(),
        };
        let cite = report.cite.map(|cite| format!(", {cite}")).unwrap_or_default();
        let head = format!("{who}, {} ago{cite}", output::ago(Some(report.at), now));
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n{}", output::styled(&head, Style::Dim));
        text.push_str(&quoted(&report.summary));
        for line in &report.not_verified {
            let _ = writeln!(text, "  not verified: {}", output::plain(line));
        }
    }
    text
}

/// What a session told others and others told it, oldest first.
pub(super) fn messages(messages: &[MessageView]) -> String {
    if messages.is_empty() {
        return String::new();
    }
    let now = callboard_os::clock::now();
    let mut text = format!("\n{}\n", output::styled("messages", Style::Dim));
    for one in messages.iter().rev() {
        let heard = match (one.heard_at, one.is_over) {
            (Some(_), _) => "heard",
            (None, false) => "waits for its next step",
            (None, true) => "waits until it goes on",
        };
        let ago = output::ago(Some(one.at), now);
        let _ = writeln!(text, "  {} to {}, {ago} ago, {heard}:", one.from, one.to);
        text.push_str(&quoted(&one.text));
    }
    text
}

/// An agent's words, line by line.
fn quoted(words: &str) -> String {
    let words = output::plain(words.trim());
    words.lines().map(|line| format!("  > {line}\n")).collect()
}
