//! Calls: what waits for a person, what may be answered, and the life of it.

mod ask;
mod irreversible;
mod life;
mod rule;
mod urgency;

pub use ask::{Ask, CallAnswer, CallDetail, CallOption, Effect};
pub use irreversible::irreversible;
pub use life::{CallLife, CallRefusal, CallState, CallStep};
pub use rule::{Rule, RuleError, Rules, Ruling};
pub use urgency::{Urgency, weight};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a call is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// An agent asks to be allowed something.
    Permission,
    /// An agent asks its user.
    Question,
    /// An agent proposes a plan and waits for its approval.
    Plan,
    /// What `callboard.toml` can do waits for approval.
    Trust,
    /// Commits were pushed to the base branch.
    PushedToBase,
    /// An agent wrote into a checkout that is not its own.
    WrongCheckout,
    /// A command would take along or throw away, or did, what another session changed in the same checkout.
    Sweep,
    /// Git cannot merge what two are changing.
    Conflict,
    /// A session failed, or its start did.
    Failed,
    /// A session seems to make no headway.
    Stuck,
    /// A session reached a limit of its service and waits.
    Limit,
    /// A session finished its work.
    Finished,
}

impl CallKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Permission,
        Self::Question,
        Self::Plan,
        Self::Trust,
        Self::PushedToBase,
        Self::WrongCheckout,
        Self::Sweep,
        Self::Conflict,
        Self::Failed,
        Self::Stuck,
        Self::Limit,
        Self::Finished,
    ];

    /// The word used in JSON, the store and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::Question => "question",
            Self::Plan => "plan",
            Self::Trust => "trust",
            Self::PushedToBase => "pushed_to_base",
            Self::WrongCheckout => "wrong_checkout",
            Self::Sweep => "sweep",
            Self::Conflict => "conflict",
            Self::Failed => "failed",
            Self::Stuck => "stuck",
            Self::Limit => "limit",
            Self::Finished => "finished",
        }
    }

    /// The kind that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// An agent waits for the answer, and goes on with it.
    #[must_use]
    pub fn is_asked(self) -> bool {
        matches!(self, Self::Permission | Self::Question | Self::Plan)
    }

    /// Something happened where it should not have, or was kept from it: it is told, and nobody waits.
    #[must_use]
    pub fn is_astray(self) -> bool {
        matches!(self, Self::PushedToBase | Self::WrongCheckout | Self::Sweep)
    }
}

/// How whoever asks is reached with the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallVia {
    /// The driver of a session that Callboard owns.
    Driver,
    /// A hook of the agent, which waits.
    Hook,
    /// The agent's own server, which any client may answer.
    Server,
    /// A tool of Callboard's that the agent called: it fetches the answer, or is told it at its next step.
    Tool,
    /// Only the window that the agent runs in.
    Window,
    /// Nobody waits: Callboard itself tells.
    Callboard,
}

impl CallVia {
    const ALL: [Self; 6] =
        [Self::Driver, Self::Hook, Self::Server, Self::Tool, Self::Window, Self::Callboard];

    /// The word that the store keeps.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Driver => "driver",
            Self::Hook => "hook",
            Self::Server => "server",
            Self::Tool => "tool",
            Self::Window => "window",
            Self::Callboard => "callboard",
        }
    }

    /// The way that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|via| via.word() == word)
    }

    /// Whether an answer given here reaches whoever asks.
    #[must_use]
    pub fn is_answerable(self) -> bool {
        self != Self::Window
    }
}
