//! What an agent asks, in one vocabulary for every agent, and what it may be answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::CallKind;
use crate::event::{FileEdit, QuestionItem};

/// What an agent asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// The agent's own id of the request: the same request has the same key, wherever it is reported.
    pub key: String,
    /// Permission, question or plan.
    pub kind: CallKind,
    /// The question in one line.
    pub question: String,
    /// What it is about, enough to decide.
    pub detail: CallDetail,
    /// What may be answered; for questions with several parts, empty.
    pub options: Vec<CallOption>,
    /// The tool use that waits for it.
    pub tool_use_id: Option<String>,
    /// The subagent that asks.
    pub subagent: Option<String>,
    /// Why the agent's own rules do not decide it, in the agent's words.
    pub reason: Option<String>,
    /// What the agent's driver needs to write the answer; nobody else reads it.
    pub reply: Value,
}

/// What a call is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CallDetail {
    /// A command to run.
    Command {
        /// The command line.
        command: String,
        /// Directory it would run in, where the agent says so.
        cwd: Option<String>,
        /// What the agent says it is for.
        description: Option<String>,
    },
    /// Files to write.
    Edit {
        /// The changes.
        files: Vec<FileEdit>,
    },
    /// A plan to approve.
    Plan {
        /// Markdown.
        text: String,
    },
    /// Questions to answer.
    Questions {
        /// Each with its options.
        questions: Vec<QuestionItem>,
    },
    /// A tool of another kind to use.
    Tool {
        /// The agent's name of it.
        tool: String,
        /// What it would be given.
        input: Value,
    },
    /// What happened, in words, with lines that prove it.
    Told {
        /// Markdown.
        text: String,
        /// Commits, paths or steps.
        lines: Vec<String>,
    },
    /// There is nothing more to show.
    #[default]
    None,
}

/// One way to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallOption {
    /// What `callboard answer` takes: `yes`, `session`, `rule`, `no`, or a number from 1.
    pub id: String,
    /// What the button says.
    pub label: String,
    /// What it does.
    pub effect: Effect,
    /// What it leaves behind beyond this call: the agent's own settings file, or `callboard.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes: Option<String>,
}

/// What an option does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Allows it this once.
    Allow,
    /// Allows it and what is like it until the session ends.
    AllowSession,
    /// Allows it and what is like it from now on.
    AllowAlways,
    /// Refuses it; the agent goes on, and is told why.
    Deny,
    /// Refuses it and ends the turn.
    DenyAndStop,
    /// Chooses one of the agent's own answers.
    Choose,
    /// Takes note of what happened: nothing waits for it.
    Acknowledge,
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallAnswer {
    /// The option's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// Free text: an answer in one's own words, or the reason of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Answers to questions with several parts: question, then what was chosen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Vec<String>>,
}

impl CallAnswer {
    /// The answer that chooses this option.
    #[must_use]
    pub fn option(id: impl Into<String>) -> Self {
        Self { option: Some(id.into()), ..Self::default() }
    }
}

impl Ask {
    /// The first question that has neither an answer of its own nor one for all of them.
    #[must_use]
    pub fn unanswered(&self, answer: &CallAnswer) -> Option<&QuestionItem> {
        let CallDetail::Questions { questions } = &self.detail else { return None };
        if answer.option.is_some() || answer.text.is_some() {
            return None;
        }
        let has_own =
            |q: &QuestionItem| answer.answers.get(&q.question).is_some_and(|a| !a.is_empty());
        questions.iter().find(|question| !has_own(question))
    }

    /// What the answer's option does; free text alone chooses, for a question, and refuses otherwise.
    #[must_use]
    pub fn effect_of(&self, answer: &CallAnswer) -> Option<Effect> {
        match &answer.option {
            Some(id) => self.options.iter().find(|option| option.id == *id).map(|o| o.effect),
            None if self.kind == CallKind::Question => Some(Effect::Choose),
            None => answer.text.is_some().then_some(Effect::Deny),
        }
    }
}
