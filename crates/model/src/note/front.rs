//! Front matter: what stands between a first line `---` and the next one.

use super::names::{LinkKind, Named, kind_of_source};
use super::yaml::{self, Value};
use super::{DecisionStatus, FrontKey};
use crate::text::{clip, one_line};
use crate::{DecisionId, SessionId, TaskId, Timestamp, limits};

/// Who wrote a note, as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// The user.
    Person,
    /// A session's agent.
    Session(SessionId),
    /// Somebody that Callboard does not know.
    Other(String),
}

impl Author {
    /// The author that a text names.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "you" => Self::Person,
            text => match text.parse() {
                Ok(id) if text.starts_with(['S', 's']) => Self::Session(id),
                _ => Self::Other(clip(&one_line(text), limits::LINE_CHARS)),
            },
        }
    }
}

/// The front matter of a note; every key may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrontMatter {
    /// `D9`, for a decision.
    pub id: Option<DecisionId>,
    /// Who wrote it.
    pub by: Option<Author>,
    /// When it was written.
    pub at: Option<Timestamp>,
    /// How far the decision is.
    pub status: Option<DecisionStatus>,
    /// The decisions that it takes the place of.
    pub supersedes: Vec<DecisionId>,
    /// The task it belongs to.
    pub task: Option<TaskId>,
    /// The session it came about in.
    pub session: Option<SessionId>,
    /// The files it is about.
    pub files: Vec<String>,
    /// The symbols it is about.
    pub symbols: Vec<String>,
    /// Where what it says was said.
    pub sources: Vec<String>,
    /// Whatever else stands there.
    pub other: Vec<FrontKey>,
}

/// The front matter's lines without those around them, and where the rest of the text begins, in bytes.
pub(super) fn split(text: &str) -> (Option<&str>, usize) {
    let begin = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut at = begin;
    let mut inside = None;
    for line in text[begin..].split_inclusive('\n') {
        let bare = line.trim_end();
        match inside {
            None if bare == "---" => inside = Some(at + line.len()),
            None => return (None, 0),
            Some(from) if bare == "---" || bare == "..." => {
                return (Some(&text[from..at]), at + line.len());
            }
            Some(_) => {}
        }
        at += line.len();
    }
    (None, 0)
}

/// What a front matter says. What cannot be understood is told and kept as it is written.
pub(super) fn read(block: &str, problems: &mut Vec<String>) -> FrontMatter {
    let mut front = FrontMatter::default();
    match yaml::read(block) {
        Err(wrong) => {
            problems.push(format!("its front matter could not be read: {}", one_line(&wrong)));
        }
        Ok(entries) => {
            for entry in entries {
                let known = front.put(&entry.key, &entry.value);
                if let Err(expected) = &known
                    && let Some(expected) = expected
                {
                    let said = clip(&one_line(&entry.value.line()), limits::OBJECT_CHARS);
                    problems
                        .push(format!("`{}: {said}` in its front matter: {expected}", entry.key));
                }
                if known.is_err() {
                    front.other.push(FrontKey {
                        key: one_line(&entry.key),
                        value: one_line(&entry.value.line()),
                    });
                }
            }
        }
    }
    front
}

impl FrontMatter {
    /// Takes one key; refused with nothing where the key is not known, with what was expected where its value is not.
    fn put(&mut self, key: &str, value: &Value) -> Result<(), Option<&'static str>> {
        let line = value.line();
        let is_empty = line.trim().is_empty();
        let one =
            |text: &str, prefix: char| text.starts_with([prefix, prefix.to_ascii_lowercase()]);
        match key {
            "id" if one(&line, 'D') => {
                self.id = Some(line.parse().map_err(|_| Some("an id looks like `D9`"))?);
            }
            "id" | "by" | "at" | "status" | "task" | "session" if is_empty => {}
            "id" => return Err(Some("an id looks like `D9`")),
            "by" => self.by = Some(Author::parse(&line)),
            "at" => {
                self.at =
                    Some(moment(&line).ok_or(Some("a time looks like `2026-11-17T10:03:00Z`"))?)
            }
            "status" => {
                let status = DecisionStatus::from_word(&line);
                let expected = "a status is `decided`, `open` or `superseded`";
                self.status = Some(status.ok_or(Some(expected))?);
            }
            "task" => {
                let task = line.parse().ok().filter(|_| one(&line, 'T'));
                self.task = Some(task.ok_or(Some("a task looks like `T12`"))?);
            }
            "session" => {
                let session = line.parse().ok().filter(|_| one(&line, 'S'));
                self.session = Some(session.ok_or(Some("a session looks like `S41`"))?);
            }
            "supersedes" => {
                let all =
                    value.texts().into_iter().map(|t| t.parse().ok().filter(|_| one(&t, 'D')));
                let all: Option<Vec<DecisionId>> = all.collect();
                self.supersedes = all.ok_or(Some("decisions look like `[D3]`"))?;
            }
            "files" => self.files = value.texts(),
            "symbols" => self.symbols = value.texts(),
            "sources" => self.sources = value.texts(),
            _ => return Err(None),
        }
        Ok(())
    }

    /// What it names.
    pub(super) fn named(&self) -> Vec<Named> {
        let mut named = Vec::new();
        let mut add = |kind, target: String, is_source| {
            let one = Named { kind, target, is_source, is_told: true };
            if !named.contains(&one) {
                named.push(one);
            }
        };
        self.sources.iter().for_each(|source| add(kind_of_source(source), source.clone(), true));
        self.supersedes.iter().for_each(|id| add(LinkKind::Note, id.to_string(), false));
        self.task.iter().for_each(|id| add(LinkKind::Task, id.to_string(), false));
        self.session.iter().for_each(|id| add(LinkKind::Session, id.to_string(), false));
        self.files.iter().for_each(|path| add(LinkKind::FilePath, path.clone(), false));
        self.symbols.iter().for_each(|name| add(LinkKind::Symbol, name.clone(), false));
        named
    }
}

/// A moment as people write it: RFC 3339, or a day, which begins in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let civil = || {
        let at = text.parse::<jiff::civil::DateTime>().ok()?;
        let at = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        Timestamp::within_calendar(at.as_millisecond())
    };
    Timestamp::parse(text).or_else(civil)
}
