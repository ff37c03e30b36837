//! What people type to search, as a value.
//!
//! ```text
//! fixture onChange wat* "exact phrase" file:src/watch kind:prompt since:2d agent:codex
//! ```
//!
//! Every text is a query: what cannot be understood is searched for as words, and said in `notes`.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::{EventKind, SessionId, TaskId, Timestamp};

/// A parsed search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What must occur, all of it.
    pub terms: Vec<Term>,
    /// Only in these; empty for all.
    pub kinds: Vec<KindFilter>,
    /// Only in sessions of these agents.
    pub agents: Vec<String>,
    /// Only in events about files whose path contains one of these.
    pub files: Vec<String>,
    /// Only in these sessions, and those that they started.
    pub sessions: Vec<SessionId>,
    /// Only in these tasks and their sessions.
    pub tasks: Vec<TaskId>,
    /// Only in these workspaces: `W1` or a name.
    pub workspaces: Vec<String>,
    /// Not before.
    pub since: Option<When>,
    /// Not after.
    pub until: Option<When>,
    /// Find what Callboard itself wrote, too.
    pub own: bool,
    /// What could not be understood and is searched for as words.
    pub notes: Vec<String>,
}

/// Something that must occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A word, identifier or path.
    Word(String),
    /// The beginning of one: `wat*`.
    Prefix(String),
    /// Words that follow one another: `"exact phrase"`.
    Phrase(String),
}

impl Query {
    /// Makes its words beginnings of words; whether any was none before.
    pub fn to_beginnings(&mut self) -> bool {
        let mut is_changed = false;
        for term in &mut self.terms {
            if let Term::Word(word) = term {
                *term = Term::Prefix(std::mem::take(word));
                is_changed = true;
            }
        }
        is_changed
    }
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindFilter {
    /// In events of one kind.
    Event(EventKind),
    /// In what was said: prompts, replies, questions, plans, summaries.
    Message,
    /// In what tools gave back.
    Output,
    /// In tasks.
    Task,
    /// In notes, decisions among them.
    Note,
    /// In decisions.
    Decision,
}

/// A moment as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// That moment.
    At(Timestamp),
    /// That day.
    Day(Date),
    /// So many days before today: `today`, `yesterday`.
    DaysBefore(u32),
    /// So long before now: `90m`.
    Ago(Span),
}

/// A length of time, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many.
    pub amount: u32,
    /// Of which.
    pub unit: Unit,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Unit {
    Minute,
    Hour,
    Day,
    Week,
}

impl Unit {
    const ALL: [(Self, char, i64); 4] = [
        (Self::Minute, 'm', 60_000),
        (Self::Hour, 'h', 3_600_000),
        (Self::Day, 'd', 86_400_000),
        (Self::Week, 'w', 604_800_000),
    ];

    fn letter(self) -> char {
        Self::ALL.iter().find(|u| u.0 == self).map_or('m', |u| u.1)
    }

    fn ms(self) -> i64 {
        Self::ALL.iter().find(|u| u.0 == self).map_or(0, |u| u.2)
    }
}

impl Span {
    /// Its length in milliseconds.
    #[must_use]
    pub fn ms(self) -> i64 {
        i64::from(self.amount) * self.unit.ms()
    }

    fn parse(text: &str) -> Option<Self> {
        let letter = text.chars().next_back()?.to_ascii_lowercase();
        let (unit, ..) = *Unit::ALL.iter().find(|u| u.1 == letter)?;
        let amount = text.get(..text.len() - 1)?.parse().ok()?;
        Some(Self { amount, unit })
    }
}

impl When {
    /// The moment that a text names: `today`, `yesterday`, `90m`, a date or RFC 3339.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_lowercase().as_str() {
            "today" => return Some(Self::DaysBefore(0)),
            "yesterday" => return Some(Self::DaysBefore(1)),
            _ => {}
        }
        Span::parse(text)
            .map(Self::Ago)
            .or_else(|| Timestamp::parse(text).map(Self::At))
            .or_else(|| text.parse().ok().map(Self::Day))
    }

    /// Its first moment, seen from `now` in `zone`.
    #[must_use]
    pub fn begin(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        self.day(now, zone).map_or_else(|| self.moment(now), |day| start_of(day, zone))
    }

    /// Its last moment.
    #[must_use]
    pub fn end(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self.day(now, zone) {
            Some(day) => match day.tomorrow() {
                Ok(next) => Timestamp::from_millisecond(start_of(next, zone).as_millisecond() - 1),
                Err(_) => start_of(day, zone),
            },
            None => self.moment(now),
        }
    }

    /// Its first moment, where no zone is known.
    #[must_use]
    pub fn begin_utc(self, now: Timestamp) -> Timestamp {
        self.begin(now, &TimeZone::UTC)
    }

    /// Its last moment, where no zone is known.
    #[must_use]
    pub fn end_utc(self, now: Timestamp) -> Timestamp {
        self.end(now, &TimeZone::UTC)
    }

    fn moment(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(span) => Timestamp::from_millisecond(now.as_millisecond() - span.ms()),
            Self::Day(_) | Self::DaysBefore(_) => now,
        }
    }

    fn day(self, now: Timestamp, zone: &TimeZone) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::DaysBefore(days) => {
                let now = jiff::Timestamp::from_millisecond(now.as_millisecond()).ok()?;
                let today = zone.to_datetime(now).date();
                today.checked_sub(jiff::Span::new().try_days(i64::from(days)).ok()?).ok()
            }
            Self::At(_) | Self::Ago(_) => None,
        }
    }
}

fn start_of(day: Date, zone: &TimeZone) -> Timestamp {
    let start = day.to_zoned(zone.clone()).map(|z| z.timestamp().as_millisecond());
    Timestamp::from_millisecond(start.unwrap_or(0))
}

impl KindFilter {
    /// Its word in a query.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Event(kind) => kind.word(),
            Self::Message => "message",
            Self::Output => "output",
            Self::Task => "task",
            Self::Note => "note",
            Self::Decision => "decision",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        [Self::Message, Self::Output, Self::Task, Self::Note, Self::Decision]
            .into_iter()
            .find(|k| k.word() == word)
            .or_else(|| EventKind::from_word(&word).map(Self::Event))
    }

    /// The kinds of events it lets through.
    #[must_use]
    pub fn events(self) -> &'static [EventKind] {
        use EventKind as K;
        match self {
            Self::Event(kind) => {
                let at = EventKind::ALL.iter().position(|k| *k == kind).unwrap_or(0);
                &EVERY_KIND[at..=at]
            }
            Self::Message => &[K::Prompt, K::Text, K::Question, K::Plan, K::Compaction],
            Self::Output => &[K::Result],
            Self::Task | Self::Note | Self::Decision => &[],
        }
    }
}

static EVERY_KIND: [EventKind; 19] = EventKind::ALL;

/// A piece of the text.
enum Piece<'a> {
    Word(&'a str),
    Quoted(&'a str),
    Field(&'a str, &'a str),
}

impl Query {
    /// The query that a text is.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        query.add_all(text);
        query
    }

    /// The query that a text is while it is being typed: its last word may go on.
    #[must_use]
    pub fn parse_typing(text: &str) -> Self {
        let mut query = Self::parse(text);
        let goes_on = text.ends_with(|c: char| !is_blank(c) && c != '"');
        if let Some(Term::Word(word)) = query.terms.last()
            && goes_on
            && text.ends_with(word.as_str())
        {
            let word = word.clone();
            query.terms.pop();
            query.terms.push(Term::Prefix(word));
        }
        query
    }

    /// Nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self { notes: self.notes.clone(), own: self.own, ..Self::default() }
    }

    /// The same with its moments fixed, seen from `now` in `zone`.
    #[must_use]
    pub fn resolved(mut self, now: Timestamp, zone: &TimeZone) -> Self {
        self.since = self.since.map(|when| When::At(when.begin(now, zone)));
        self.until = self.until.map(|when| When::At(when.end(now, zone)));
        self
    }

    fn add_all(&mut self, mut text: &str) {
        while let Some((piece, after)) = next_piece(text) {
            self.add(&piece);
            text = after;
        }
    }

    fn add(&mut self, piece: &Piece<'_>) {
        match *piece {
            Piece::Quoted(phrase) => {
                let words: Vec<_> = phrase.split(is_blank).filter(|w| !w.is_empty()).collect();
                if !words.is_empty() {
                    self.terms.push(Term::Phrase(words.join(" ")));
                }
            }
            Piece::Word(word) => self.add_word(word),
            Piece::Field(name, value) => {
                if let Err(expected) = self.add_filter(name, value) {
                    self.notes.push(format!("`{name}:{value}` was taken as words: {expected}"));
                    self.add_all(value);
                }
            }
        }
    }

    fn add_word(&mut self, word: &str) {
        let stem = word.trim_end_matches('*');
        if stem.is_empty() {
            return;
        }
        self.terms.push(if stem.len() < word.len() {
            Term::Prefix(stem.to_owned())
        } else {
            Term::Word(stem.to_owned())
        });
    }

    fn add_filter(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        match name {
            "agent" => self.agents.push(value.to_lowercase()),
            "file" => self.files.push(value.to_owned()),
            "workspace" => self.workspaces.push(value.to_owned()),
            "kind" => {
                let kind = KindFilter::from_word(value).ok_or(
                    "no kind is called that; try `prompt`, `message`, `command`, `edit`, `output`, `task` or `decision`",
                )?;
                self.kinds.push(kind);
            }
            "session" => {
                let id = value.parse().map_err(|_| "a session id looks like `S12`")?;
                self.sessions.push(id);
            }
            "task" => {
                let id = value.parse().map_err(|_| "a task id looks like `T12`")?;
                self.tasks.push(id);
            }
            "since" | "until" => {
                let when = When::parse(value)
                    .ok_or("a time looks like `2d`, `90m`, `yesterday` or `2026-08-01`")?;
                *if name == "since" { &mut self.since } else { &mut self.until } = Some(when);
            }
            _ => self.own = true,
        }
        Ok(())
    }
}

/// The names of filters; `own:yes` finds what Callboard itself wrote, too.
const FIELDS: [&str; 9] =
    ["agent", "kind", "file", "since", "until", "session", "task", "workspace", "own"];

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

fn next_piece(text: &str) -> Option<(Piece<'_>, &str)> {
    // A quote that is never closed is no quote.
    let mut text = text.trim_start_matches(is_blank);
    while let Some(rest) = text.strip_prefix('"') {
        if let Some((inside, after)) = rest.split_once('"') {
            return Some((Piece::Quoted(inside), after));
        }
        text = rest.trim_start_matches(is_blank);
    }
    if text.is_empty() {
        return None;
    }
    if let Some((name, rest)) = text.split_once(':')
        && let Some(name) = FIELDS.iter().find(|f| f.eq_ignore_ascii_case(name))
    {
        let quoted = rest.strip_prefix('"').and_then(|r| r.split_once('"'));
        let (value, after) = quoted.unwrap_or_else(|| split_word(rest));
        if !value.trim_matches(is_blank).is_empty() {
            return Some((Piece::Field(name, value), after));
        }
    }
    let (word, after) = split_word(text);
    Some((Piece::Word(word), after))
}

fn split_word(text: &str) -> (&str, &str) {
    let end = text.find(|c| is_blank(c) || c == '"').unwrap_or(text.len());
    text.split_at(end)
}

impl fmt::Display for Query {
    /// A text that parses to this query, but for its notes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.terms.iter().map(ToString::to_string).collect();
        let mut filter = |name: &str, value: &dyn fmt::Display| {
            let value = value.to_string();
            let quote = if value.contains(is_blank) { "\"" } else { "" };
            parts.push(format!("{name}:{quote}{value}{quote}"));
        };
        self.kinds.iter().for_each(|k| filter("kind", &k.word()));
        self.agents.iter().for_each(|a| filter("agent", a));
        self.files.iter().for_each(|p| filter("file", p));
        self.sessions.iter().for_each(|s| filter("session", s));
        self.tasks.iter().for_each(|t| filter("task", t));
        self.workspaces.iter().for_each(|w| filter("workspace", w));
        self.since.iter().for_each(|w| filter("since", w));
        self.until.iter().for_each(|w| filter("until", w));
        if self.own {
            filter("own", &"yes");
        }
        f.write_str(&parts.join(" "))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Prefix(word) => write!(f, "{word}*"),
            Self::Phrase(words) => write!(f, "\"{words}\""),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => write!(f, "{at}"),
            Self::Day(day) => write!(f, "{day}"),
            Self::DaysBefore(0) => f.write_str("today"),
            Self::DaysBefore(1) => f.write_str("yesterday"),
            Self::DaysBefore(days) => write!(f, "{days}d"),
            Self::Ago(span) => write!(f, "{}{}", span.amount, span.unit.letter()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_phrases_and_filters() {
        let query = Query::parse(
            "fixture onChange file:src kind:prompt since:2d agent:Codex \"exact  phrase\" wat*",
        );
        assert_eq!(
            query.terms,
            [
                Term::Word("fixture".into()),
                Term::Word("onChange".into()),
                Term::Phrase("exact phrase".into()),
                Term::Prefix("wat".into()),
            ]
        );
        assert_eq!(query.files, ["src"]);
        assert_eq!(query.kinds, [KindFilter::Event(EventKind::Prompt)]);
        assert_eq!(query.agents, ["codex"]);
        assert_eq!(query.since, Some(When::Ago(Span { amount: 2, unit: Unit::Day })));
        assert!(query.notes.is_empty());
    }

    #[test]
    fn what_is_not_understood_is_searched_for() {
        let query = Query::parse("since:whenever \"never closed http://x:80 kind:");
        assert_eq!(
            query.terms,
            ["whenever", "never", "closed", "http://x:80", "kind:"].map(|w| Term::Word(w.into()))
        );
        assert_eq!(
            query.notes,
            [
                "`since:whenever` was taken as words: a time looks like `2d`, `90m`, `yesterday` or `2026-08-01`"
            ]
        );
    }

    #[test]
    fn the_last_word_goes_on_while_it_is_typed() {
        let terms = |text| Query::parse_typing(text).terms;
        assert_eq!(terms("fix wat"), [Term::Word("fix".into()), Term::Prefix("wat".into())]);
        assert_eq!(terms("fix "), [Term::Word("fix".into())]);
        assert_eq!(terms("fix kind:prompt"), [Term::Word("fix".into())]);
        assert_eq!(terms("\"fix"), [Term::Prefix("fix".into())]);
    }

    #[test]
    fn days_begin_and_end_where_their_reader_is() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let now = Timestamp::parse("2026-08-02T23:30:00Z").unwrap();
        let day = When::parse("2026-08-01").unwrap();
        assert_eq!(day.begin(now, &zone).to_string(), "2026-07-31T22:00:00.000Z");
        assert_eq!(day.end(now, &zone).to_string(), "2026-08-01T21:59:59.999Z");
        let yesterday = When::parse("yesterday").unwrap();
        assert_eq!(yesterday.begin(now, &zone).to_string(), "2026-08-01T22:00:00.000Z");
        let hours = When::parse("3h").unwrap();
        assert_eq!(hours.begin(now, &zone).to_string(), "2026-08-02T20:30:00.000Z");
    }

    proptest! {
        #[test]
        fn any_text_is_a_query_and_its_display_is_the_same_query(
            text in "[a-z :\"*0-9\u{0}\n/.é-]{0,40}|((kind|since|file|own|task|agent):[a-z0-9\" ]{0,6} ?){0,5}"
        ) {
            let query = Query { notes: Vec::new(), ..Query::parse(&text) };
            let again = Query { notes: Vec::new(), ..Query::parse(&query.to_string()) };
            prop_assert_eq!(&again, &query, "{}", query);
        }
    }
}
