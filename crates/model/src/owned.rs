//! Sessions that Callboard starts: what was asked for, and how far it is.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::session::TurnState;
use crate::{AgentName, SessionId, TaskId, Timestamp, WorkspaceId};

/// Begun prompts that are remembered: more than an agent takes before it writes down the first.
const BEGUN_REMEMBERED: usize = 8;

/// Where an owned session stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnedState {
    /// It waits for its turn to start.
    #[default]
    Queued,
    /// Its worktree is made.
    Preparing,
    /// Its agent was started and has not said anything yet.
    Starting,
    /// Its agent takes prompts.
    Running,
    /// It ended as it was told to, or by itself.
    Ended,
    /// It was ended by something else: its process was killed, or the machine went down.
    Interrupted,
    /// It could not be started, or its agent ended with an error.
    Failed,
}

impl OwnedState {
    /// The word used in JSON and the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Preparing => "preparing",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Ended => "ended",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }

    /// Nothing more comes of it.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Ended | Self::Interrupted | Self::Failed)
    }

    /// Its agent was started.
    #[must_use]
    pub fn is_started(self) -> bool {
        matches!(self, Self::Starting | Self::Running)
    }
}

/// How a conversation begins; the ids are the agent's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beginning {
    /// Anew.
    #[default]
    New,
    /// As this one goes on.
    Resume(String),
    /// As a copy of this one.
    Fork(String),
    /// As this one goes on from an earlier point: what came behind the entry `at` is dropped.
    ResumeAt {
        /// The conversation.
        id: String,
        /// The last entry that it keeps.
        at: String,
    },
}

/// What became of a prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptStep {
    /// It is to be sent.
    #[default]
    Waiting,
    /// It was sent, and nothing was heard of it.
    Sent,
    /// The agent has it.
    Taken,
    /// The agent works on it.
    Begun,
    /// The agent is through with it.
    Done,
    /// The agent did not take it, and why.
    Refused(String),
}

/// A prompt for an owned session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedPrompt {
    /// Ours.
    pub id: String,
    /// Markdown.
    pub text: String,
    /// When it was given.
    pub at: Timestamp,
    /// How far it is.
    #[serde(default)]
    pub step: PromptStep,
}

/// A snapshot of the files, taken before the agent had a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnSnapshot {
    /// The prompt's id.
    pub prompt: String,
    /// Its beginning.
    pub text: String,
    /// When it was taken.
    pub at: Timestamp,
}

impl OwnedPrompt {
    /// One that is to be sent; it is given its id when it is kept.
    #[must_use]
    pub fn waiting(text: String, at: Timestamp) -> Self {
        Self { id: String::new(), text, at, step: PromptStep::Waiting }
    }
}

/// A limit of the agent's service that is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limited {
    /// Until when, where it is said.
    pub until: Option<Timestamp>,
    /// In the agent's words.
    pub text: String,
}

/// An owned session, from the moment that it is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owned {
    /// Its number.
    pub id: i64,
    /// Where it belongs.
    pub workspace: WorkspaceId,
    /// What it works on.
    pub task: Option<TaskId>,
    /// The session, once its conversation has an id.
    pub session: Option<SessionId>,
    /// The worktree that was made for it.
    pub worktree: Option<i64>,
    /// Which agent.
    pub agent: AgentName,
    /// The agent's own id of the conversation.
    pub native: Option<String>,
    /// Where it stands.
    pub state: OwnedState,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// How it begins.
    #[serde(default)]
    pub beginning: Beginning,
    /// The session whose work it took over.
    #[serde(default)]
    pub follows: Option<SessionId>,
    /// It has the briefs of what its task waits for.
    #[serde(default)]
    pub is_briefed: bool,
    /// The model asked for.
    #[serde(default)]
    pub model: Option<String>,
    /// The permission mode asked for.
    #[serde(default)]
    pub mode: Option<String>,
    /// Its mode is the one of `callboard.toml`, as it is approved when it starts.
    #[serde(default)]
    pub has_usual_mode: bool,
    /// It works in the checkout that is there.
    #[serde(default)]
    pub in_place: bool,
    /// It starts whatever else runs.
    #[serde(default)]
    pub at_once: bool,
    /// Whose work its task's scope meets, each in a sentence.
    #[serde(default)]
    pub overlaps: Vec<String>,
    /// Where it works, once that is there.
    #[serde(default)]
    pub cwd: Option<String>,
    /// The folder of its host.
    #[serde(default)]
    pub host: Option<String>,
    /// The socket of the server that holds it, where many share one.
    #[serde(default)]
    pub socket: Option<String>,
    /// Bytes of the host's journal that are read.
    #[serde(default)]
    pub cursor: u64,
    /// What its channel must not forget.
    #[serde(default)]
    pub channel: Value,
    /// Prompts that the agent has not begun.
    #[serde(default)]
    pub prompts: Vec<OwnedPrompt>,
    /// The last prompts that the agent has begun: its own record may not have them yet.
    #[serde(default)]
    pub begun: Vec<OwnedPrompt>,
    /// What it can go back to, oldest first.
    #[serde(default)]
    pub snapshots: Vec<TurnSnapshot>,
    /// What its turn waits for, by its own account.
    #[serde(default)]
    pub turn: TurnState,
    /// Since when.
    #[serde(default)]
    pub turn_at: Option<Timestamp>,
    /// Why it is not started yet.
    #[serde(default)]
    pub waits: Option<String>,
    /// What holds its start up is room, which its user can do without.
    #[serde(default)]
    pub waits_for_room: bool,
    /// The limit that holds it up.
    #[serde(default)]
    pub limited: Option<Limited>,
    /// Somebody told it to end.
    #[serde(default)]
    pub is_stopped: bool,
    /// Why it failed.
    #[serde(default)]
    pub failure: Option<String>,
    /// When its agent was started.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// When it was over.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
}

impl Owned {
    /// What is asked for, as it is asked for.
    #[must_use]
    pub fn asked(workspace: WorkspaceId, agent: AgentName, at: Timestamp) -> Self {
        Self {
            id: 0,
            workspace,
            task: None,
            session: None,
            worktree: None,
            agent,
            native: None,
            state: OwnedState::Queued,
            asked_at: at,
            beginning: Beginning::New,
            follows: None,
            is_briefed: false,
            model: None,
            mode: None,
            has_usual_mode: false,
            in_place: false,
            at_once: false,
            overlaps: Vec::new(),
            cwd: None,
            host: None,
            socket: None,
            cursor: 0,
            channel: Value::Null,
            prompts: Vec::new(),
            begun: Vec::new(),
            snapshots: Vec::new(),
            turn: TurnState::Unknown,
            turn_at: None,
            waits: None,
            waits_for_room: false,
            limited: None,
            is_stopped: false,
            failure: None,
            started_at: None,
            ended_at: None,
        }
    }

    /// Ends what was told to end before it ran; gives whether it was.
    pub fn end_if_stopped(&mut self) -> bool {
        let is_due = self.is_stopped && !self.state.is_over();
        if is_due {
            (self.state, self.failure, self.waits) = (OwnedState::Ended, None, None);
        }
        is_due
    }

    /// Whether a prompt is to be begun yet; one that was refused never is.
    #[must_use]
    pub fn has_prompts(&self) -> bool {
        self.prompts.iter().any(|prompt| !matches!(prompt.step, PromptStep::Refused(_)))
    }

    /// Takes note of what became of a prompt.
    pub fn note_prompt(&mut self, id: &str, step: PromptStep) {
        match step {
            PromptStep::Begun => {
                let begun = self.prompts.extract_if(.., |prompt| prompt.id == id);
                self.begun
                    .extend(begun.map(|prompt| OwnedPrompt { step: PromptStep::Begun, ..prompt }));
                let over = self.begun.len().saturating_sub(BEGUN_REMEMBERED);
                self.begun.drain(..over);
            }
            PromptStep::Done => self.prompts.retain(|prompt| prompt.id != id),
            step => {
                // What is told late takes nothing back.
                for prompt in self.prompts.iter_mut().filter(|prompt| prompt.id == id) {
                    prompt.step = step.clone();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_waits_until_it_is_begun() {
        let at = Timestamp::from_millisecond(1);
        let mut owned = Owned::asked(WorkspaceId(1), AgentName::known("claude"), at);
        let prompt = |id: &str| OwnedPrompt {
            id: id.into(),
            text: "go".into(),
            at,
            step: PromptStep::Waiting,
        };
        owned.prompts = vec![prompt("a"), prompt("b")];
        owned.note_prompt("a", PromptStep::Taken);
        owned.note_prompt("a", PromptStep::Begun);
        assert!(owned.has_prompts());
        owned.note_prompt("b", PromptStep::Refused("no".into()));
        assert!(!owned.has_prompts(), "what was refused is not begun any more");
        assert_eq!(owned.prompts.len(), 1);
        assert_eq!(owned.begun[0].id, "a");
        assert_eq!(owned.prompts[0].step, PromptStep::Refused("no".into()));
        let kept: Owned = serde_json::from_str(&serde_json::to_string(&owned).unwrap()).unwrap();
        assert_eq!(kept, owned);
    }
}
