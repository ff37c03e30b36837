//! Changes of a note's file that leave every other byte as it is.

use super::front;
use super::sections::Fence;
use super::yaml::{self, Entry, Value};

/// What a key of the front matter is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

impl Setting {
    /// As YAML, in one line.
    pub(super) fn yaml(&self) -> String {
        match self {
            Self::Text(text) => scalar(text),
            Self::List(all) => {
                format!("[{}]", all.iter().map(|text| scalar(text)).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.clone()),
            Self::List(all) => Value::List(all.iter().cloned().map(Value::Text).collect()),
        }
    }
}

/// A text as YAML: bare where every reader takes it for that text, else in quotes.
fn scalar(text: &str) -> String {
    let is_safe = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(
                c,
                '_' | '/' | '.' | '-' | ':' | '#' | '+' | '~' | '=' | '?' | '(' | ')' | ' ' | ';'
            )
    };
    let is_word = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let is_bare = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/'))
        && text.chars().all(is_safe)
        && !text.ends_with([':', ' '])
        && !text.contains(": ")
        && !text.contains(" #")
        && !is_word.contains(&text.to_lowercase().as_str());
    // A moment is a text to everybody who asks for one.
    if is_bare || crate::Timestamp::parse(text).is_some_and(|_| text.chars().all(is_safe)) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_printable(c) => quoted.push(c),
            c => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

/// What may stand in quotes as it is (YAML 1.2, `nb-json`, without what breaks lines or hides).
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The text with one key of its front matter set. Every other byte stays.
///
/// # Errors
/// In words, where the front matter cannot be read, or not be changed by itself.
pub fn set_key(text: &str, key: &str, setting: &Setting) -> Result<String, String> {
    let (Some(block), body_at) = front::split(text) else {
        return Ok(with_front(text, key, setting));
    };
    let block_at = block.as_ptr() as usize - text.as_ptr() as usize;
    let entries = yaml::read(block)?;
    let end = if text[..body_at].contains("\r\n") { "\r\n" } else { "\n" };
    let place = entries.iter().position(|entry| entry.key == key);
    let (range, with) = match place {
        None => (block.len()..block.len(), format!("{}: {}{end}", scalar(key), setting.yaml())),
        Some(at) => {
            let next = entries.get(at + 1).map_or(block.len(), |entry| entry.key_at);
            replaced(block, &entries[at], next, &setting.yaml())
        }
    };
    let mut changed = block.to_owned();
    changed.replace_range(range, &with);
    if !is_only_change(&entries, &changed, key, setting) {
        return Err(format!("`{key}` cannot be set without changing what stands beside it"));
    }
    Ok(format!("{}{changed}{}", &text[..block_at], &text[block_at + block.len()..]))
}

/// What of the block is replaced, and by what.
fn replaced(
    block: &str,
    entry: &Entry,
    next: usize,
    value: &str,
) -> (std::ops::Range<usize>, String) {
    let is_empty = entry.value_at.is_empty() && entry.value == Value::Text(String::new());
    if !is_empty && !entry.is_block {
        return (entry.value_at.clone(), value.to_owned());
    }
    let rest = &block[entry.key_end..next];
    let colon = entry.key_end + rest.find(':').map_or(0, |at| at + 1);
    if is_empty {
        return (colon..colon, format!(" {value}"));
    }
    let line = block[colon..next].find('\n').map_or(next, |at| colon + at);
    let beside = block[colon..line].trim();
    let from = if beside.is_empty() || beside.starts_with('#') { line } else { colon };
    // Comments and empty lines before the next key are the next key's.
    let mut to = next;
    for text in block[line..next].split_inclusive('\n').rev() {
        if !(text.trim().is_empty() || text.starts_with('#')) || to - text.len() <= line {
            break;
        }
        to -= text.len();
    }
    let end = if block[..to].ends_with("\r\n") {
        "\r\n"
    } else if block[..to].ends_with('\n') {
        "\n"
    } else {
        ""
    };
    let between = &block[colon..from];
    (colon..to, format!(" {value}{}{end}", between.trim_end()))
}

/// Whether the block says the same as before, but for the key.
fn is_only_change(before: &[Entry], block: &str, key: &str, setting: &Setting) -> bool {
    let Ok(after) = yaml::read(block) else { return false };
    let others = |entries: &[Entry]| -> Vec<(String, Value)> {
        let others = entries.iter().filter(|entry| entry.key != key);
        others.map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    };
    let is_set = after.iter().any(|entry| entry.key == key && entry.value == setting.value());
    is_set && others(before) == others(&after)
}

/// A text that has no front matter, with one.
fn with_front(text: &str, key: &str, setting: &Setting) -> String {
    let (mark, rest) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let gap = if rest.is_empty() || rest.starts_with(['\n', '\r']) { "" } else { "\n" };
    format!("{mark}---\n{}: {}\n---\n{gap}{rest}", scalar(key), setting.yaml())
}

/// The text with a section behind it.
#[must_use]
pub fn append_section(text: &str, section: &str) -> String {
    let mut fence = Fence::default();
    let body = text.get(front::split(text).1..).unwrap_or_default();
    for line in body.lines() {
        fence.is_code(line);
    }
    let mut appended = String::new();
    if !text.is_empty() && !text.ends_with('\n') {
        appended.push('\n');
    }
    // What follows is no code, even where somebody forgot to say so.
    if let Some(end) = fence.end() {
        appended.push_str(&end);
        appended.push('\n');
    }
    if !(text.is_empty() || text.ends_with("\n\n") && appended.is_empty()) {
        appended.push('\n');
    }
    appended.push_str(section.trim_end());
    appended.push('\n');
    if text.contains("\r\n") {
        appended = appended.replace('\n', "\r\n");
    }
    format!("{text}{appended}")
}
