//! What a tool use tells of its result, which may come in a later reading.

use std::collections::VecDeque;

use callboard_model::EventBody;
use serde::{Deserialize, Serialize};

use super::words;
use crate::limits;

/// What is known of a result by its use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Use {
    /// The files it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) paths: Vec<String>,
    /// It uses Callboard itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_own: bool,
    /// It reads a file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_read: bool,
}

/// The newest tool uses of a transcript that tell something of their results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Uses(VecDeque<Noted>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Noted {
    id: String,
    what: Use,
    /// It has a result; another source may tell it again.
    is_answered: bool,
}

impl Uses {
    /// Those that a result may still come for after `unanswered` of them were kept.
    pub(crate) fn of_unanswered(unanswered: Vec<(String, Use)>) -> Self {
        let noted = |(id, what)| Noted { id, what, is_answered: false };
        Self(unanswered.into_iter().map(noted).collect())
    }

    /// Those without a result so far.
    pub(crate) fn unanswered(&self) -> Vec<(String, Use)> {
        let waiting = self.0.iter().filter(|noted| !noted.is_answered);
        waiting.map(|noted| (noted.id.clone(), noted.what.clone())).collect()
    }

    /// What is known of an event: for a result by its use, else by itself.
    pub(crate) fn note(&mut self, body: &EventBody) -> Use {
        if let EventBody::Result(result) = body {
            return self.of_result(&result.tool_use_id, words::paths(body));
        }
        let what = Use {
            paths: words::paths(body),
            is_own: words::uses_callboard(body),
            is_read: matches!(body, EventBody::Read(_)),
        };
        if let Some(tool_use) = body.tool_use()
            && what != Use::default()
        {
            if self.0.len() >= limits::NOTED_USES {
                self.0.pop_front();
            }
            let id = tool_use.tool_use_id.clone();
            self.0.push_back(Noted { id, what: what.clone(), is_answered: false });
        }
        what
    }

    fn of_result(&mut self, id: &str, paths: Vec<String>) -> Use {
        let Some(noted) = self.0.iter_mut().rev().find(|noted| noted.id == id) else {
            return Use { paths, ..Use::default() };
        };
        noted.is_answered = true;
        let mut what = noted.what.clone();
        what.paths.extend(paths);
        what
    }
}

#[cfg(test)]
mod tests {
    use callboard_model::event::{Read, ToolResult, ToolUse};

    use super::*;

    fn read(id: &str) -> EventBody {
        EventBody::Read(Read {
            tool_use: ToolUse { tool_use_id: id.into(), tool: "Read".into() },
            path: format!("src/{id}.rs"),
            from_line: None,
        })
    }

    fn result(id: &str) -> EventBody {
        EventBody::Result(ToolResult { tool_use_id: id.into(), ..ToolResult::default() })
    }

    #[test]
    fn a_result_is_known_by_its_use_even_in_a_later_reading() {
        let mut uses = Uses::default();
        uses.note(&read("a"));
        uses.note(&read("b"));
        assert_eq!(uses.note(&result("a")).paths, ["src/a.rs"]);
        let kept = uses.unanswered();
        assert_eq!(kept.len(), 1);
        let mut later = Uses::of_unanswered(kept);
        let of_b = later.note(&result("b"));
        assert_eq!((of_b.paths, of_b.is_read), (vec!["src/b.rs".to_owned()], true));
        assert_eq!(later.note(&result("a")), Use::default());
    }

    #[test]
    fn the_oldest_uses_are_forgotten() {
        let mut uses = Uses::default();
        (0..=limits::NOTED_USES).for_each(|n| drop(uses.note(&read(&n.to_string()))));
        assert_eq!(uses.note(&result("0")), Use::default());
        assert!(uses.note(&result("1")).is_read);
    }
}
