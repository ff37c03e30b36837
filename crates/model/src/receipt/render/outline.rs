//! What a receipt says, section by section, before it is written in any format.

use crate::receipt::Spot;

/// A whole receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// What it is of.
    pub title: String,
    /// What it comes to, and when it was made.
    pub summary: Line,
    /// What is to be known before anything else is read.
    pub alerts: Vec<Line>,
    /// Its sections, the most important first.
    pub sections: Vec<Section>,
    /// What it cannot show.
    pub closing: &'static str,
}

/// A part of a receipt under a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub heading: &'static str,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// Something that stands on lines of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading within the section.
    Heading(Line),
    /// A paragraph.
    Paragraph(Line),
    /// Somebody's words, line by line.
    Quote(String),
    /// A list.
    List(Vec<Item>),
    /// A table.
    Table(Table),
    /// What a program said, as it said it.
    Output(String),
    /// Lines before and after; either may be empty.
    Change {
        /// As they were.
        before: String,
        /// As they are.
        after: String,
    },
    /// What is shown when it is asked for.
    Folded {
        /// What it holds.
        words: String,
        /// It.
        blocks: Vec<Block>,
    },
}

/// An item of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Its line.
    pub line: Line,
    /// What belongs to it.
    pub under: Vec<Block>,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of its columns; all empty where it needs none.
    pub head: Vec<&'static str>,
    /// Its rows.
    pub rows: Vec<Vec<Line>>,
}

/// Words on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Span>);

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Plain words.
    Text(String),
    /// Something that is typed or read by a program: a command, a path, a name of code.
    Code(String),
    /// A word that grades: a verdict, a standing, a weight.
    Grade(Tone, String),
    /// The name of what follows.
    Label(String),
    /// The event or call that something is taken from: `S41#10234`.
    Source(String),
    /// A page elsewhere.
    Link {
        /// What it is called.
        words: String,
        /// Its address.
        url: String,
    },
}

/// How a word that grades is meant; the word itself says so, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// It shows what was asked for.
    Good,
    /// It is to be looked at.
    Doubtful,
    /// It speaks against the work.
    Bad,
    /// It is neither.
    Neutral,
}

impl Line {
    /// A line of plain words.
    pub(super) fn of(words: impl Into<String>) -> Self {
        Self::default().text(words)
    }

    pub(super) fn labelled(words: impl Into<String>) -> Self {
        Self::default().with(Span::Label(words.into()))
    }

    pub(super) fn graded(tone: Tone, words: impl Into<String>) -> Self {
        Self::default().grade(tone, words)
    }

    pub(super) fn with(mut self, span: Span) -> Self {
        self.0.push(span);
        self
    }

    pub(super) fn text(self, words: impl Into<String>) -> Self {
        self.with(Span::Text(words.into()))
    }

    pub(super) fn code(self, code: impl Into<String>) -> Self {
        self.with(Span::Code(code.into()))
    }

    pub(super) fn grade(self, tone: Tone, words: impl Into<String>) -> Self {
        self.with(Span::Grade(tone, words.into()))
    }

    /// Words in which code stands between backticks.
    pub(super) fn said(mut self, words: &str) -> Self {
        let mut rest = words;
        while let Some((before, after)) = rest.split_once('`') {
            let Some((code, after)) = after.split_once('`').filter(|(code, _)| !code.is_empty())
            else {
                break;
            };
            self = if before.is_empty() { self } else { self.text(before) }.code(code);
            rest = after;
        }
        if rest.is_empty() { self } else { self.text(rest) }
    }

    /// A place, as `path:12`.
    pub(super) fn spot(self, spot: &Spot) -> Self {
        let line = spot.line.map(|line| format!(":{line}")).unwrap_or_default();
        let line = self.code(format!("{}{line}", spot.path));
        if spot.is_gone { line.text(" (as it was)") } else { line }
    }

    /// Where something is taken from, in brackets.
    pub(super) fn sources<S: ToString>(mut self, sources: impl IntoIterator<Item = S>) -> Self {
        for source in sources {
            self = self.text(" ").with(Span::Source(source.to_string()));
        }
        self
    }

    pub(super) fn joined(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl From<Line> for Item {
    fn from(line: Line) -> Self {
        Self { line, under: Vec::new() }
    }
}

impl Item {
    pub(super) fn with(mut self, block: Block) -> Self {
        self.under.push(block);
        self
    }
}
