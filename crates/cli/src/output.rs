//! What commands print: text, tables, JSON; colour only on a terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use callboard_model::Timestamp;
use callboard_model::session::StateWord;
pub(crate) use callboard_model::text::plain;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::error::CliError;

/// Prints text to standard output; that nobody reads on is no error.
pub(crate) fn print(text: &str) -> Result<(), CliError> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Prints a line.
pub(crate) fn line(text: &str) -> Result<(), CliError> {
    print(&format!("{text}\n"))
}

/// Asks on the terminal, and reads the line that is typed; `None` at the end of the input.
pub(crate) fn ask(text: &str) -> Result<Option<String>, CliError> {
    print(text)?;
    // A line without its end stays in the buffer otherwise.
    io::stdout().flush()?;
    let mut typed = String::new();
    let read = io::stdin().lock().read_line(&mut typed)?;
    Ok((read > 0).then(|| typed.trim().to_owned()))
}

/// Asks whether to go on: only `y` and `yes` do.
pub(crate) fn agreed(question: &str) -> Result<bool, CliError> {
    let answer = ask(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.as_deref(), Some("y" | "Y" | "yes")))
}

/// Prints a value as JSON.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| CliError::misuse(format!("cannot write JSON: {error}"), ""))?;
    line(&text)
}

/// Prints an error and its hint to standard error.
pub(crate) fn error(text: &str, hint: Option<&str>) {
    let mut out = io::stderr().lock();
    let label =
        if io::stderr().is_terminal() && !no_colour() { "\x1b[31merror:\x1b[0m" } else { "error:" };
    // Where standard error is gone there is nobody to tell.
    let _ = writeln!(out, "{label} {}", plain(text));
    if let Some(hint) = hint {
        let _ = writeln!(out, "\nhint: {}", plain(hint));
    }
}

/// A remark to standard error, which scripts that read the output do not see.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", plain(text));
}

/// Long work, told in one line of the terminal that changes; elsewhere only that it began.
pub(crate) struct Progress {
    is_terminal: bool,
}

impl Progress {
    /// Tells that it began.
    pub(crate) fn begin(text: &str) -> Self {
        let progress = Self { is_terminal: io::stderr().is_terminal() };
        match progress.is_terminal {
            true => progress.tell(text),
            false => remark(text),
        }
        progress
    }

    /// Tells how far it is.
    pub(crate) fn tell(&self, text: &str) {
        if self.is_terminal {
            let mut out = io::stderr().lock();
            let _ = write!(out, "\r{}\x1b[K", plain(text)).and_then(|()| out.flush());
        }
    }

    /// Takes the line away.
    pub(crate) fn end(self) {
        self.tell("");
    }
}

fn no_colour() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn colours() -> bool {
    io::stdout().is_terminal() && !no_colour()
}

/// Styles of a word.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    /// What waits for a person.
    Accent,
    /// What is less important.
    Dim,
    /// What matters.
    Bold,
}

/// The text in a style, where colours are shown.
pub(crate) fn styled(text: &str, style: Style) -> String {
    if !colours() {
        return text.to_owned();
    }
    let code = match style {
        Style::Accent => "1;33",
        Style::Dim => "2",
        Style::Bold => "1",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

/// The word of a state, in its style.
pub(crate) fn state(state: StateWord) -> String {
    match state {
        StateWord::NeedsYou | StateWord::Failed => styled(state.word(), Style::Accent),
        StateWord::Working => styled(state.word(), Style::Bold),
        _ => styled(state.word(), Style::Dim),
    }
}

/// Columns of the terminal that a person reads on; nothing for a program, which wants a row to be a line.
pub(crate) fn width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    Table::new().width().map(usize::from)
}

/// A table without lines, in a terminal of so many columns, or as wide as its cells.
pub(crate) fn table(header: &[&str], width: Option<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(|word| styled(word, Style::Dim)));
    if let Some(width) = width.and_then(|width| u16::try_from(width).ok()) {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table
}

/// Characters that one column may take beside what is in the others, in a terminal of so many columns:
/// what is cut keeps a row a row, which wrapped words do not.
pub(crate) fn room_beside(width: usize, others: &[Vec<String>]) -> usize {
    let widest = |column: &Vec<String>| column.iter().map(|c| c.chars().count()).max().unwrap_or(0);
    let taken: usize = others.iter().map(|column| widest(column) + PADDING).sum();
    width.saturating_sub(taken + PADDING)
}

/// Blanks around a cell.
const PADDING: usize = 2;

/// A table's text, without trailing white space.
pub(crate) fn table_text(table: &Table) -> String {
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Text on one line of at most `max` characters.
pub(crate) fn short(text: &str, max: usize) -> String {
    let line = plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= max {
        return line;
    }
    let kept: String = line.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end_matches([' ', '…']))
}

/// How long ago, in the largest unit that says enough: `40 s`, `3 min`, `2 h`, `5 d`.
pub(crate) fn ago(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(String::new, |at| span(now.since_ms(at)))
}

/// A length of time in words.
pub(crate) fn span(ms: i64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A number of things in words: `1 session`, `2 sessions`.
pub(crate) fn count(n: u64, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

/// How many wait for a person.
pub(crate) fn need_you(n: u64) -> String {
    format!("{n} {}", if n == 1 { "needs you" } else { "need you" })
}

/// A moment on this machine's clock; the year where it is not the present one.
pub(crate) fn moment(at: Timestamp, now: Timestamp) -> String {
    let (Some(at), Some(now)) = (zoned(at), zoned(now)) else { return at.to_string() };
    let format = if at.year() == now.year() { "%a %d %b, %H:%M" } else { "%a %d %b %Y, %H:%M" };
    at.strftime(format).to_string()
}

/// The time of day on this machine's clock.
pub(crate) fn clock(at: Timestamp) -> String {
    zoned(at).map_or_else(String::new, |at| at.strftime("%H:%M").to_string())
}

fn zoned(at: Timestamp) -> Option<jiff::Zoned> {
    let at = jiff::Timestamp::from_millisecond(at.as_millisecond()).ok()?;
    Some(at.to_zoned(callboard_os::clock::zone()))
}

/// A number of bytes in words.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["B", "KB", "MB", "GB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes_are_short() {
        assert_eq!(span(40_000), "40 s");
        assert_eq!(span(3 * 3600 * 1000), "3 h");
        assert_eq!(span(72 * 3600 * 1000), "3 d");
        assert_eq!(
            (count(1, "session"), count(0, "session")),
            ("1 session".into(), "0 sessions".into())
        );
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_234_567), "1.2 MB");
    }

    #[test]
    fn nothing_an_agent_writes_reaches_the_terminal_as_a_command() {
        assert_eq!(plain("a\x1b[31mb\x07c\u{9b}d"), "abcd");
        assert_eq!(short("one\n two   three", 9), "one two…");
    }
}
