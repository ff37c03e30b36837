//! What the agent said and thought last.

use serde::{Deserialize, Serialize};

use crate::text::{clip, clip_start, head, one_line, tail};
use crate::{Ordinal, Timestamp, limits};

/// The beginning and the end of something said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Its beginning, as written.
    pub head: String,
    /// Its end, where the beginning does not reach it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tail: String,
    /// Its place in the session.
    pub ordinal: Ordinal,
    /// When it was said.
    pub at: Option<Timestamp>,
}

impl Words {
    pub(crate) fn of(text: &str, place: (Ordinal, Option<Timestamp>)) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let chars = limits::SAID_CHARS;
        let begin: String = head(text, chars * 4).chars().take(chars).collect();
        let rest = &text[begin.len()..];
        let end: String = tail(rest, chars * 4).to_owned();
        let skip = end.chars().count().saturating_sub(chars);
        let tail = end.chars().skip(skip).collect();
        Some(Self { head: begin, tail, ordinal: place.0, at: place.1 })
    }

    /// The end of what was said, on as many lines as it was written.
    #[must_use]
    pub fn ending(&self) -> String {
        if self.tail.is_empty() {
            self.head.clone()
        } else if self.tail.chars().count() < limits::SAID_CHARS {
            format!("{}{}", self.head, self.tail)
        } else if self.tail.lines().filter(|line| line.trim_start().starts_with("```")).count() % 2
            == 1
        {
            // It begins within code, whose end would open what follows as code.
            format!("```\n{}", self.tail)
        } else {
            self.tail.clone()
        }
    }
}

/// Why something outside of the tools failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What the agent says of it.
    pub text: String,
    /// The agent tries again by itself.
    pub retries: bool,
    /// How often in a row.
    pub count: u32,
    /// The HTTP status of the model's service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Its place in the session.
    pub ordinal: Ordinal,
    /// When it happened.
    pub at: Option<Timestamp>,
}

impl Trouble {
    pub(super) fn of(
        failure: &crate::event::Failure,
        before: u32,
        place: (Ordinal, Option<Timestamp>),
    ) -> Self {
        Self {
            text: clip(&one_line(head(&failure.text, 2_000)), limits::OBJECT_CHARS),
            retries: failure.will_retry,
            count: before + 1,
            status: failure.status,
            ordinal: place.0,
            at: place.1,
        }
    }
}

/// Facts about the session, as they were last told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is documented at the field of event::Info of its name")]
pub struct Facts {
    /// The first directory it was told to work in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub title_by_user: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_tool_use_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<String>,
}

impl Facts {
    pub(super) fn apply(&mut self, info: &crate::event::Info) {
        let take = |to: &mut Option<String>, from: &Option<String>| {
            if let Some(text) = from.as_deref().filter(|t| !t.is_empty()) {
                *to = Some(clip_start(&one_line(head(text, 2_000)), limits::PATH_CHARS));
            }
        };
        take(&mut self.cwd, &info.cwd);
        self.root = self.root.take().or_else(|| self.cwd.clone());
        take(&mut self.branch, &info.branch);
        take(&mut self.commit, &info.commit);
        take(&mut self.remote, &info.remote);
        take(&mut self.agent_version, &info.agent_version);
        take(&mut self.model, &info.model);
        take(&mut self.mode, &info.mode);
        take(&mut self.entrypoint, &info.entrypoint);
        take(&mut self.parent, &info.parent);
        take(&mut self.agent_type, &info.agent_type);
        take(&mut self.parent_tool_use_id, &info.parent_tool_use_id);
        take(&mut self.forked_from, &info.forked_from);
        // A title that a person chose stays against one that the agent makes up later.
        if info.title_by_user || !self.title_by_user {
            take(&mut self.title, &info.title);
            self.title_by_user |= info.title_by_user && info.title.is_some();
        }
    }
}
