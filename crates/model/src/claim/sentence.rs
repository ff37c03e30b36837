//! Sentences of Markdown with their places, and their words.

use std::ops::Range;

use crate::check::Counts;
use crate::limits;

/// A sentence, a list item or a table's row.
#[derive(Debug)]
pub(super) struct Sentence<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) words: Vec<Word<'t>>,
    /// It stands in a list or a table.
    pub(super) is_item: bool,
    /// It stands under words that announce what is to come, or that are for others to do.
    pub(super) is_ahead: bool,
    /// It stands under words that announce what could not be done.
    pub(super) is_open: bool,
    /// It is a heading, or ends with a colon: it announces what follows.
    pub(super) is_lead: bool,
    /// It heads a table.
    pub(super) is_header: bool,
    /// It stands under words that are of another time, or in a table that compares.
    pub(super) is_elsewhere: bool,
    /// It is a row of a table that tells of exit codes.
    pub(super) tells_exits: bool,
}

/// A word or mark of a sentence.
#[derive(Debug, Clone)]
pub(super) struct Word<'t> {
    /// As it is written.
    pub(super) text: &'t str,
    /// In small letters.
    pub(super) small: String,
    pub(super) kind: Kind,
}

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    /// Code in backticks, or what looks like a path or an identifier.
    Name,
    Number,
    /// Words in quotation marks.
    Quoted,
    /// A tick, or a ticked box.
    Good,
    /// A cross, or an empty box.
    Bad,
    Mark,
}

impl Word<'_> {
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind != Kind::Quoted && self.kind != Kind::Name && self.small == word
    }

    pub(super) fn is_in(&self, words: &[&str]) -> bool {
        matches!(self.kind, Kind::Plain | Kind::Mark) && words.contains(&self.small.as_str())
    }

    /// Whether a clause ends here.
    pub(super) fn is_break(&self) -> bool {
        self.is_in(&[
            ",", ";", ":", "(", ")", "—", "|", ".", "but", "however", "though", "although",
        ])
    }
}

/// The sentences of `text`, without code blocks and quotations.
pub(super) fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let mut reader = Reader {
        text,
        out: Vec::new(),
        prose: None,
        ahead: None,
        open: None,
        elsewhere: None,
        compares: false,
        tells_exits: false,
        shows: false,
    };
    let mut fence: Option<&str> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let bare = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark));
        match (fence, mark) {
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, Some(mark)) => {
                reader.end_prose();
                fence = Some(mark);
                reader.shows = reader.leads_output();
            }
            (None, None) => reader.line(start, line),
            (Some(_), None) if reader.shows => reader.shown(start, line),
            _ => {}
        }
    }
    reader.end_prose();
    reader.out
}

struct Reader<'t> {
    text: &'t str,
    out: Vec<Sentence<'t>>,
    prose: Option<Range<usize>>,
    /// What was announced is ahead, or open: by a heading (its depth), or by a line before a list (0).
    ahead: Option<usize>,
    open: Option<usize>,
    elsewhere: Option<usize>,
    /// The table at hand sets one time beside another.
    compares: bool,
    /// It tells of exit codes.
    tells_exits: bool,
    /// The code block at hand shows what a check printed.
    shows: bool,
}

impl Reader<'_> {
    /// Whether what was read last announces what a check printed: "The last run of the tests:".
    fn leads_output(&self) -> bool {
        const OUTPUT: [&str; 14] = [
            "run", "runs", "ran", "output", "result", "results", "came", "prints", "printed",
            "shows", "says", "gives", "ends", "summary",
        ];
        const OTHER: [&str; 24] = [
            "when",
            "once",
            "will",
            "until",
            "like",
            "expected",
            "expect",
            "should",
            "before",
            "previously",
            "originally",
            "initially",
            "was",
            "were",
            "if",
            "example",
            "see",
            "can",
            "would",
            "first",
            "failed",
            "failing",
            "main",
            "base",
        ];
        let Some(last) = self.out.last() else { return false };
        let has = |list: &[&str]| last.words.iter().any(|word| word.is_in(list));
        let is_plain = !(last.is_ahead || last.is_open || last.is_elsewhere || last.is_item);
        is_plain && last.is_lead && has(&OUTPUT) && !has(&OTHER)
    }

    /// A line of a check's output: told, where it says how many passed.
    fn shown(&mut self, start: usize, line: &str) {
        let (counts, _) = Counts::read(line);
        if counts.passed.is_some_and(|passed| passed > 0) && counts.failed.unwrap_or(0) == 0 {
            self.push(start, start + line.trim_end().len(), true);
        }
    }

    fn line(&mut self, start: usize, line: &str) {
        let bare = line.trim();
        let first = start + (line.len() - line.trim_start().len());
        let end = first + bare.len();
        let is_rule =
            bare.bytes().all(|b| matches!(b, b'-' | b'=' | b'*' | b'_' | b' ' | b'|' | b':'));
        if !bare.starts_with('|') {
            self.compares = false;
            self.tells_exits = false;
        }
        if bare.is_empty() || is_rule || bare.starts_with('>') {
            self.end_prose();
            if is_rule && bare.starts_with('|') {
                self.heads_table();
            }
            return;
        }
        if bare.starts_with('#') || is_all_bold(bare) {
            self.end_prose();
            let depth = bare.len() - bare.trim_start_matches('#').len();
            self.announce(first, end, if depth == 0 { 7 } else { depth });
            return;
        }
        if let Some(mark) = item_mark(bare) {
            self.end_prose();
            self.split(first + mark, end, true);
        } else if bare.starts_with('|') {
            self.end_prose();
            self.push(first, end, true);
        } else {
            // Running text after a list is no longer what the line before the list announced.
            if self.prose.is_none() && line.trim_start().len() == line.len() {
                self.forget(0);
            }
            let from = self.prose.as_ref().map_or(first, |prose| prose.start);
            self.prose = Some(from..end);
        }
    }

    /// The row that was read last heads a table.
    fn heads_table(&mut self) {
        let Some(last) = self.out.last_mut() else { return };
        let small = self.text[last.start..last.end].to_lowercase();
        if small.starts_with('|') {
            last.is_header = true;
            let mut cells = small.split('|').map(str::trim);
            self.tells_exits = small.contains("exit");
            self.compares = cells.any(|cell| {
                matches!(cell, "main" | "base" | "master") || super::mood::announces_elsewhere(cell)
            });
        }
    }

    fn end_prose(&mut self) {
        if let Some(range) = self.prose.take() {
            self.split(range.start, range.end, false);
            if self.text[range.clone()].trim_end().ends_with(':') {
                let last = self.out.last().map_or(range.start, |sentence| sentence.start);
                self.note(last, range.end, 0);
            }
        }
    }

    fn announce(&mut self, start: usize, end: usize, depth: usize) {
        self.forget(depth);
        self.push(start, end, false);
        if let Some(last) = self.out.last_mut() {
            last.is_lead = true;
        }
        self.note(start, end, depth);
    }

    fn note(&mut self, start: usize, end: usize, depth: usize) {
        let small = self.text[start..end].to_lowercase();
        if super::mood::announces_ahead(&small) {
            self.ahead = Some(depth);
        }
        if super::mood::announces_open(&small) {
            self.open = Some(depth);
        }
        if super::mood::announces_elsewhere(&small) {
            self.elsewhere = Some(depth);
        }
    }

    /// What was announced at this depth of heading, or deeper, is over; 0 is a line before a list.
    fn forget(&mut self, depth: usize) {
        for announced in [&mut self.ahead, &mut self.open, &mut self.elsewhere] {
            if announced.is_some_and(|given| given == 0 || depth > 0 && given >= depth) {
                *announced = None;
            }
        }
    }

    fn split(&mut self, start: usize, end: usize, is_item: bool) {
        let mut from = start;
        let mut is_code = false;
        let mut depth = 0u32;
        for (at, byte) in (start..end).zip(self.text[start..end].bytes()) {
            match byte {
                b'`' => is_code = !is_code,
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                b'.' | b'!' | b'?' if !is_code && depth == 0 => {
                    let rest = self.text[at + 1..end].trim_start_matches(['*', '_', '"', ')']);
                    let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
                    if ends && !abbreviates(&self.text[from..at]) {
                        self.push(from, at + 1, is_item);
                        from = at + 1;
                    }
                }
                _ => {}
            }
        }
        self.push(from, end, is_item);
    }

    fn push(&mut self, start: usize, end: usize, is_item: bool) {
        let text = &self.text[start..end];
        let first = start + (text.len() - text.trim_start().len());
        let end = first + text.trim().len();
        let words = words(&self.text[first..end]);
        if words.iter().any(|word| word.kind != Kind::Mark) {
            let is_lead = self.text[first..end].ends_with(':');
            self.out.push(Sentence {
                start: first,
                end,
                words,
                is_item,
                is_ahead: self.ahead.is_some(),
                is_open: self.open.is_some(),
                is_lead,
                is_header: false,
                is_elsewhere: self.elsewhere.is_some() || self.compares,
                tells_exits: self.tells_exits,
            });
        }
    }
}

fn is_all_bold(line: &str) -> bool {
    let inner = line.trim_end_matches(':').strip_prefix("**").and_then(|l| l.strip_suffix("**"));
    inner.is_some_and(|inner| !inner.contains("**") && !inner.trim_end().ends_with(['.', '!']))
}

/// The length of the mark that begins a list's item.
fn item_mark(line: &str) -> Option<usize> {
    for mark in ["- ", "* ", "• ", "+ "] {
        if line.starts_with(mark) {
            return Some(mark.len());
        }
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).len();
    let is_number = line[..digits].bytes().all(|b| b.is_ascii_digit());
    let is_short = (1..=2).contains(&digits) && (is_number || digits == 1);
    let rest = &line[digits..];
    (is_short && (rest.starts_with(". ") || rest.starts_with(") "))).then_some(digits + 2)
}

fn abbreviates(before: &str) -> bool {
    let word = before.rsplit([' ', '(', '\n']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(word.as_str(), "e.g" | "i.e" | "etc" | "vs" | "cf" | "approx" | "no" | "incl")
        || word.len() < 3 && !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

/// The words of a sentence, without emphasis and the addresses of links.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() && out.len() < limits::SENTENCE_WORDS {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { break };
        let (len, word) = match c {
            '`' => code(rest),
            '"' | '\u{201c}' | '\u{2018}' => quoted(rest, c),
            '\'' if !text[..at].ends_with(char::is_alphanumeric) => quoted(rest, c),
            ']' if rest.starts_with("](") => (rest.find(')').map_or(1, |end| end + 1), None),
            '[' => checkbox(rest),
            c if c.is_alphanumeric() || is_path_start(rest) => plain(rest),
            c => (c.len_utf8(), mark(&rest[..c.len_utf8()])),
        };
        out.extend(word);
        at += len.max(1);
        at = text.ceil_char_boundary(at.min(text.len()));
    }
    out
}

fn word(text: &str, kind: Kind) -> Word<'_> {
    let small = text.replace('\u{2019}', "'").to_lowercase();
    Word { text, small, kind }
}

fn code(rest: &str) -> (usize, Option<Word<'_>>) {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let inner = &rest[ticks..];
    match inner.find(&rest[..ticks]) {
        Some(end) => (ticks * 2 + end, Some(word(inner[..end].trim(), Kind::Name))),
        None => (ticks, None),
    }
}

fn quoted(rest: &str, open: char) -> (usize, Option<Word<'_>>) {
    let close = match open {
        '\u{201c}' => '\u{201d}',
        '\u{2018}' => '\u{2019}',
        same => same,
    };
    let inner = &rest[open.len_utf8()..];
    // A single mark within a word is an apostrophe.
    let is_end = |at: usize| {
        matches!(close, '"' | '\u{201d}')
            || !inner[at + close.len_utf8()..].starts_with(char::is_alphanumeric)
    };
    match inner.match_indices(close).map(|(at, _)| at).find(|at| is_end(*at)) {
        Some(end) => {
            (open.len_utf8() + end + close.len_utf8(), Some(word(&inner[..end], Kind::Quoted)))
        }
        None => (open.len_utf8(), None),
    }
}

fn checkbox(rest: &str) -> (usize, Option<Word<'_>>) {
    match rest.as_bytes() {
        [_, b'x' | b'X', b']', ..] => (3, Some(word(&rest[..3], Kind::Good))),
        [_, b' ', b']', ..] => (3, Some(word(&rest[..3], Kind::Bad))),
        _ => (1, None),
    }
}

fn is_path_start(rest: &str) -> bool {
    let mut chars = rest.chars();
    let first = chars.next();
    matches!(first, Some('/' | '.' | '_' | '@' | '~'))
        && chars.next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_'))
}

fn plain(rest: &str) -> (usize, Option<Word<'_>>) {
    let end = rest
        .char_indices()
        .find(|(at, c)| {
            let next = rest[at + c.len_utf8()..].chars().next();
            let joins = matches!(
                c,
                '_' | '-' | '.' | '/' | ':' | '\'' | '\u{2019}' | '@' | '#' | '+' | ',' | '~'
            ) && next
                .is_some_and(|n| n.is_alphanumeric() || matches!(n, '_' | '/' | '.' | ':'))
                && (*c != ','
                    || next.is_some_and(|n| n.is_ascii_digit())
                        && rest[..*at].ends_with(|b: char| b.is_ascii_digit()))
                || *c == '_'
                || matches!(c, '/' | '.') && *at == 0;
            !(c.is_alphanumeric() || joins)
        })
        .map_or(rest.len(), |(at, _)| at);
    let end = end.max(rest.chars().next().map_or(1, char::len_utf8));
    let text = rest[..end].trim_end_matches(['.', ':', ',', '_']);
    let call = rest[text.len()..].starts_with("()");
    let len = text.len() + if call { 2 } else { 0 };
    let kind = if call || is_name(text) {
        Kind::Name
    } else if text.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b'/')
        && text.starts_with(|c: char| c.is_ascii_digit())
    {
        Kind::Number
    } else {
        Kind::Plain
    };
    (len.max(1), (!text.is_empty()).then(|| word(text, kind)))
}

/// Whether a word without backticks is a path or an identifier by its form.
fn is_name(text: &str) -> bool {
    let has_letter = text.bytes().any(|b| b.is_ascii_alphabetic());
    let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_file = (1..=5).contains(&ending.len())
        && ending.bytes().all(|b| b.is_ascii_alphanumeric())
        && ending.starts_with(|c: char| c.is_ascii_lowercase())
        && !matches!(ending, "e" | "g" | "com" | "org");
    let humps =
        text.as_bytes().windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    has_letter
        && (is_file && text.len() > ending.len() + 1
            || text.contains("::")
            || text.contains('_')
            || humps
            || text.contains('/') && text.contains('.')
            || text.starts_with('/') && text.len() > 2
            || text.ends_with('/'))
}

fn mark(text: &str) -> Option<Word<'_>> {
    let kind = match text {
        "✅" | "✓" | "✔" | "☑" | "🟢" | "💚" => Kind::Good,
        "❌" | "✗" | "✘" | "⚠" | "🔴" | "⬜" | "☐" | "🔲" | "⏳" | "🚧" | "🔜" | "❓" | "🟡"
        | "🟠" | "⏭" | "➖" | "⛔" | "🚫" => Kind::Bad,
        "," | ";" | ":" | "(" | ")" | "|" | "?" | "!" | "." => Kind::Mark,
        "—" | "–" | "→" => {
            return Some(Word { text, small: "—".to_owned(), kind: Kind::Mark });
        }
        _ => return None,
    };
    Some(word(text, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(markdown: &str) -> Vec<&str> {
        sentences(markdown).iter().map(|s| &markdown[s.start..s.end]).collect()
    }

    #[test]
    fn sentences_know_their_places() {
        let text = "## Done\n\nAll **tests** pass. I ran `a. b`\non it, e.g. twice.\n\n- one: x\n- [x] two\n\n```\ncode.\n```\n> said\n| a | b |\n|---|---|\n";
        assert_eq!(
            texts(text),
            [
                "## Done",
                "All **tests** pass.",
                "I ran `a. b`\non it, e.g. twice.",
                "one: x",
                "[x] two",
                "| a | b |"
            ]
        );
    }

    #[test]
    fn words_know_what_they_are() {
        let kinds = |text: &str| -> Vec<(String, Kind)> {
            words(text).into_iter().map(|w| (w.text.to_owned(), w.kind)).collect()
        };
        for (text, expected, kind) in [
            ("`cargo test`", "cargo test", Kind::Name),
            ("src/a.rs:", "src/a.rs", Kind::Name),
            ("parse_line()", "parse_line", Kind::Name),
            ("Foo::bar", "Foo::bar", Kind::Name),
            ("useThing", "useThing", Kind::Name),
            ("1,204", "1,204", Kind::Number),
            ("12/12", "12/12", Kind::Number),
            ("don't", "don't", Kind::Plain),
            ("✅", "✅", Kind::Good),
            ("\"all pass\"", "all pass", Kind::Quoted),
            ("up-to-date", "up-to-date", Kind::Plain),
        ] {
            assert_eq!(kinds(text)[0], (expected.to_owned(), kind), "{text}");
        }
    }

    #[test]
    fn what_is_ahead_is_ahead_until_the_next_heading() {
        let text = "### Next steps\n- Run the tests.\n### Result\n- Tests pass.\nYou can now:\n- build it\n\nIt builds.";
        let ahead: Vec<bool> = sentences(text).iter().map(|s| s.is_ahead).collect();
        assert_eq!(ahead, [false, true, false, false, false, true, false]);
    }
}
