//! A command line, and whether words may be added to it.

use crate::shell::{CommandLine, Join};

pub(super) struct Line<'a> {
    text: &'a str,
    parsed: CommandLine,
}

/// What is added to a line, and the report that it brings.
#[derive(Default)]
pub(super) struct Argument {
    /// Words, each behind one that stands in the line; without one at its end.
    pub(super) words: Vec<(Option<&'static str>, String)>,
    pub(super) report: Option<String>,
}

impl<'a> Line<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        Self { text, parsed: CommandLine::parse(text) }
    }

    pub(super) fn commands(&self) -> impl Iterator<Item = &[String]> {
        self.parsed.commands.iter().map(|command| command.words.as_slice())
    }

    /// The words, if the line is one simple command of plain words, to which a word can be added.
    pub(super) fn simple(&self) -> Option<&[String]> {
        let is_plain =
            !self.text.contains(['|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '\n', '#']);
        match self.parsed.commands.as_slice() {
            [only] if is_plain && !self.parsed.compound && only.join == Join::End => {
                Some(&only.words)
            }
            _ => None,
        }
    }
}

impl Argument {
    pub(super) fn at_end(words: &str) -> Self {
        Self { words: vec![(None, words.to_owned())], report: None }
    }

    pub(super) fn behind(word: &'static str, words: &str) -> Self {
        Self { words: vec![(Some(word), words.to_owned())], report: None }
    }

    pub(super) fn with(mut self, behind: Option<&'static str>, words: &str) -> Self {
        self.words.push((behind, words.to_owned()));
        self
    }

    /// `line` with it; none where a place is not clear.
    pub(super) fn added_to(&self, line: &str) -> Option<String> {
        self.words.iter().try_fold(line.trim_end().to_owned(), |line, (behind, words)| {
            let end = match behind {
                Some(word) => end_of_word(&line, word)?,
                None => line.len(),
            };
            Some(format!("{} {words}{}", &line[..end], &line[end..]))
        })
    }
}

/// Where `word` ends, if it stands in `line` once.
fn end_of_word(line: &str, word: &str) -> Option<usize> {
    let is_word = |at: &usize| {
        let before = line[..*at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        before.is_none_or(char::is_whitespace) && after.is_none_or(char::is_whitespace)
    };
    let mut places = line.match_indices(word).map(|(at, _)| at).filter(is_word);
    let end = places.next()? + word.len();
    places.next().is_none().then_some(end)
}

/// `path` as one word of a shell and of `shlex`.
pub(super) fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if path.chars().all(is_plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}
