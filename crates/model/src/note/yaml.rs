//! YAML as front matter uses it: a mapping of texts, lists and further mappings. Every value is text as it is written;
//! aliases are not followed, so that a small file stays small.

use std::ops::Range;

use saphyr_parser::{Event, Parser, Span};

use crate::limits;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

/// One key of the outermost mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) value: Value,
    /// Where the key begins, in bytes.
    pub(super) key_at: usize,
    /// Where it ends.
    pub(super) key_end: usize,
    /// Where the value stands, in bytes; empty where nothing is written.
    pub(super) value_at: Range<usize>,
    /// The value stands on lines of its own, below its key.
    pub(super) is_block: bool,
}

impl Value {
    /// The value in one line.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(all) => all.iter().map(Self::line).collect::<Vec<_>>().join(", "),
            Self::Map(all) => {
                let pairs = all.iter().map(|(key, value)| format!("{key}: {}", value.line()));
                pairs.collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// Its texts: those of a list, or the one that it is.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::Text(text) if text.is_empty() => Vec::new(),
            Self::Text(text) => vec![text.clone()],
            Self::List(all) => all.iter().map(Self::line).filter(|text| !text.is_empty()).collect(),
            Self::Map(_) => vec![self.line()],
        }
    }
}

/// What is being read: a list or a mapping, with the key that waits for its value.
enum Frame {
    List(Vec<Value>),
    Map(Vec<(String, Value)>, Option<String>),
}

/// Where something stands in the text.
struct Places<'a> {
    text: &'a str,
    /// The byte at which each character begins.
    bytes: Vec<usize>,
}

impl Places<'_> {
    fn byte(&self, character: usize) -> usize {
        self.bytes.get(character).copied().unwrap_or(self.text.len())
    }
}

/// The keys of a mapping with their values, in order.
///
/// # Errors
/// What is wrong, in words, with its line within the block.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, String> {
    if text.len() > limits::FRONT_BYTES {
        return Err(format!("it is longer than {} KiB", limits::FRONT_BYTES / 1024));
    }
    let places = Places { text, bytes: text.char_indices().map(|(at, _)| at).collect() };
    let mut reading = Reading { places, entries: Vec::new(), frames: Vec::new(), values: 0 };
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let (event, span) =
            next.map_err(|error| format!("{} in line {}", error.info(), error.marker().line()))?;
        if reading.take(event, span)? {
            break;
        }
    }
    Ok(reading.entries)
}

struct Reading<'a> {
    places: Places<'a>,
    entries: Vec<Entry>,
    frames: Vec<Frame>,
    values: usize,
}

impl Reading<'_> {
    /// Takes the next event; whether the document is over.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<bool, String> {
        self.values += 1;
        if self.values > limits::FRONT_VALUES || self.frames.len() > limits::FRONT_DEPTH {
            return Err("it holds more than a front matter may".to_owned());
        }
        match event {
            Event::DocumentEnd | Event::StreamEnd => return Ok(true),
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => {}
            Event::Alias(_) => self.put(Value::Text("*".to_owned()), span)?,
            Event::Scalar(text, ..) => self.put(Value::Text(text.into_owned()), span)?,
            Event::SequenceStart(..) => self.open(Frame::List(Vec::new()), span)?,
            Event::MappingStart(..) => self.open(Frame::Map(Vec::new(), None), span)?,
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
        }
        Ok(false)
    }

    fn open(&mut self, frame: Frame, span: Span) -> Result<(), String> {
        match (self.frames.len(), &frame) {
            (0, Frame::List(_)) => return Err("it is a list, not keys with values".to_owned()),
            (1, _) => self.value_begins(span),
            _ => {}
        }
        self.frames.push(frame);
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), String> {
        let value = match self.frames.pop() {
            Some(Frame::List(all)) => Value::List(all),
            Some(Frame::Map(all, _)) => Value::Map(all),
            None => return Ok(()),
        };
        if self.frames.is_empty() {
            return Ok(());
        }
        self.put(value, span)
    }

    /// A key or a value of the innermost frame.
    fn put(&mut self, value: Value, span: Span) -> Result<(), String> {
        let depth = self.frames.len();
        let place = self.places.byte(span.start.index())..self.places.byte(span.end.index());
        match self.frames.last_mut() {
            None => return Err("it is a text, not keys with values".to_owned()),
            Some(Frame::List(all)) => all.push(value),
            Some(Frame::Map(all, waiting)) => match waiting.take() {
                None => {
                    let key = value.line();
                    if depth == 1 {
                        if self.entries.iter().any(|entry| entry.key == key) {
                            return Err(format!("`{key}` stands in it twice"));
                        }
                        self.entries.push(Entry {
                            key: key.clone(),
                            value: Value::Text(String::new()),
                            key_at: place.start,
                            key_end: place.end,
                            value_at: place.end..place.end,
                            is_block: false,
                        });
                    }
                    *waiting = Some(key);
                }
                Some(_) if depth == 1 => self.value_ends(value, place),
                Some(key) => all.push((key, value)),
            },
        }
        Ok(())
    }

    fn value_begins(&mut self, span: Span) {
        let at = self.places.byte(span.start.index());
        let text = self.places.text;
        if let Some(entry) = self.entries.last_mut() {
            let is_flow = text[at..].starts_with(['[', '{']);
            entry.value_at = at..at;
            entry.is_block = !is_flow;
        }
    }

    fn value_ends(&mut self, value: Value, place: Range<usize>) {
        let text = self.places.text;
        let Some(entry) = self.entries.last_mut() else { return };
        let is_scalar = matches!(value, Value::Text(_));
        if is_scalar {
            entry.is_block = text[place.clone()].starts_with(['|', '>'])
                || text[place.clone()].trim_end().contains('\n')
                || text.get(entry.key_at..place.start).is_some_and(|t| t.contains('\n'));
            entry.value_at = place;
        } else {
            entry.value_at.end = place.end.max(entry.value_at.start);
        }
        entry.value = value;
    }
}
