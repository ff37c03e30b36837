//! The sections of a decision: why, what was ruled out, what is open. Whatever stands elsewhere is the note's text.

use super::RuledOut;
use crate::limits;
use crate::text::{clip, one_line};

/// What a body says, by its headings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sections {
    /// Its first heading.
    pub title: Option<String>,
    /// What stands under `Why`, in Markdown.
    pub why: String,
    /// What stands under `Ruled out`.
    pub ruled_out: Vec<RuledOut>,
    /// What stands under `Open`.
    pub open: Vec<String>,
}

/// Tells lines of fenced code from others.
#[derive(Debug, Clone, Default)]
pub(super) struct Fence {
    open: Option<(char, usize)>,
}

impl Fence {
    /// Whether the next line is code, or a fence.
    pub(super) fn is_code(&mut self, line: &str) -> bool {
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~') && indent < 4);
        let length = mark.map_or(0, |mark| bare.chars().take_while(|c| *c == mark).count());
        match (self.open, mark) {
            (None, Some(mark)) if length >= 3 => {
                let info = &bare[length..];
                // A line such as ```` ```x``` ```` is code within a line.
                if mark == '`' && info.contains('`') {
                    return false;
                }
                self.open = Some((mark, length));
                true
            }
            (None, _) => false,
            (Some((open, least)), Some(mark)) if open == mark && length >= least => {
                if bare[length..].trim().is_empty() {
                    self.open = None;
                }
                true
            }
            (Some(_), _) => true,
        }
    }

    /// The line that ends it, if it is open.
    pub(super) fn end(&self) -> Option<String> {
        self.open.map(|(mark, length)| std::iter::repeat_n(mark, length).collect())
    }
}

/// The words of a body: its lines without the headings, which say what is told elsewhere.
#[must_use]
pub fn without_headings(body: &str) -> String {
    let mut fence = Fence::default();
    let lines = body.lines().filter(|line| fence.is_code(line) || heading(line).is_none());
    lines.collect::<Vec<_>>().join("\n")
}

/// The level and text of a heading.
pub(super) fn heading(line: &str) -> Option<(usize, &str)> {
    let bare = line.trim_start_matches(' ');
    let level = bare.chars().take_while(|c| *c == '#').count();
    let rest = &bare[level..];
    let is_heading = (1..=6).contains(&level)
        && line.len() - bare.len() < 4
        && (rest.is_empty() || rest.starts_with([' ', '\t']));
    let text = rest.trim().trim_end_matches('#').trim_end();
    is_heading.then_some((level, text))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Why,
    RuledOut,
    Open,
}

impl Section {
    fn of(heading: &str) -> Option<Self> {
        let words: Vec<String> = heading.split_whitespace().map(str::to_lowercase).collect();
        match words.join(" ").trim_end_matches(':') {
            "why" => Some(Self::Why),
            "ruled out" => Some(Self::RuledOut),
            "open" => Some(Self::Open),
            _ => None,
        }
    }
}

impl Sections {
    /// The sections of a body.
    #[must_use]
    pub fn of(body: &str) -> Self {
        let mut sections = Self::default();
        let mut fence = Fence::default();
        let mut open: Option<(Section, usize)> = None;
        let (mut why, mut ruled_out, mut questions) = (Vec::new(), Vec::new(), Vec::new());
        for line in body.lines() {
            if !fence.is_code(line)
                && let Some((level, text)) = heading(line)
            {
                if sections.title.is_none() && !text.is_empty() && Section::of(text).is_none() {
                    sections.title = Some(text.to_owned());
                }
                if let Some(section) = Section::of(text) {
                    open = Some((section, level));
                    continue;
                }
                if open.is_some_and(|(_, of)| level <= of) {
                    open = None;
                }
            }
            match open {
                Some((Section::Why, _)) => why.push(line),
                Some((Section::RuledOut, _)) => ruled_out.push(line),
                Some((Section::Open, _)) => questions.push(line),
                None => {}
            }
        }
        sections.why = trimmed(&why);
        sections.ruled_out = items(&ruled_out).iter().map(|item| ruled_out_of(item)).collect();
        sections.open = items(&questions);
        sections
    }
}

/// Lines without empty ones around them.
fn trimmed(lines: &[&str]) -> String {
    let text = lines.join("\n");
    let text = text.trim_end();
    let begin =
        text.lines().take_while(|line| line.trim().is_empty()).map(|line| line.len() + 1).sum();
    text.get(begin..).unwrap_or_default().to_owned()
}

/// The items of a list, each with the lines that belong to it; a text that is no list is one.
fn items(lines: &[&str]) -> Vec<String> {
    let mut items: Vec<Vec<&str>> = Vec::new();
    let mut fence = Fence::default();
    for line in lines {
        let is_code = fence.is_code(line.strip_prefix("  ").unwrap_or(line));
        match bullet(line).filter(|_| !is_code) {
            Some(text) => items.push(vec![text]),
            None => {
                let text = line.strip_prefix("  ").unwrap_or(line);
                match items.last_mut() {
                    Some(item) => item.push(text),
                    None if line.trim().is_empty() => {}
                    None => items.push(vec![text]),
                }
            }
        }
    }
    items.iter().map(|item| trimmed(item)).filter(|item| !item.is_empty()).collect()
}

/// What follows the mark of an item that stands at the margin.
fn bullet(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(' ').unwrap_or(line);
    let after = rest.strip_prefix(['-', '*', '+']).or_else(|| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let numbered = (1..=9).contains(&digits).then(|| &rest[digits..])?;
        numbered.strip_prefix(['.', ')'])
    })?;
    if after.is_empty() {
        return Some(after);
    }
    after.starts_with([' ', '\t']).then(|| after.trim_start())
}

fn ruled_out_of(item: &str) -> RuledOut {
    let strong = item.strip_prefix("**").and_then(strong_end);
    if let Some((what, rest)) = strong {
        let why = rest.trim_start();
        let why =
            [":", "—", "–", "-"].iter().find_map(|mark| why.strip_prefix(mark)).unwrap_or(why);
        return RuledOut { what, why: why.trim_start().to_owned() };
    }
    let first = item.lines().next().unwrap_or_default();
    match first.find(": ") {
        Some(at) => {
            RuledOut { what: item[..at].to_owned(), why: item[at + 2..].trim_start().to_owned() }
        }
        None => RuledOut { what: item.to_owned(), why: String::new() },
    }
}

/// What stands before the next `**`, with `\*` and `\\` read, and what follows.
fn strong_end(text: &str) -> Option<(String, &str)> {
    let mut what = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next_if(|(_, next)| matches!(next, '*' | '\\')) {
                Some((_, escaped)) => what.push(escaped),
                None => what.push(c),
            },
            '*' if text[at..].starts_with("**") && !what.is_empty() => {
                return Some((what, &text[at + 2..]));
            }
            '\n' => return None,
            c => what.push(c),
        }
    }
    None
}

/// The first words of a body that are no heading, in one line.
#[must_use]
pub fn summary(body: &str) -> String {
    let mut fence = Fence::default();
    let mut words = String::new();
    for line in body.lines() {
        let skip = fence.is_code(line) || heading(line).is_some();
        if line.trim().is_empty() || skip {
            if words.is_empty() {
                continue;
            }
            break;
        }
        words.push_str(bullet(line).unwrap_or(line).trim_start_matches("> "));
        words.push(' ');
        if words.len() > limits::LINE_CHARS * 4 {
            break;
        }
    }
    clip(&one_line(&words), limits::LINE_CHARS)
}
