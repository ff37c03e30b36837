//! Which agent, and which of its conversations.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The short name of a kind of agent, as in `--agent claude`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(transparent)]
pub struct AgentName(pub std::borrow::Cow<'static, str>);

impl AgentName {
    /// A name that is known at compile time.
    #[must_use]
    pub const fn known(name: &'static str) -> Self {
        Self(std::borrow::Cow::Borrowed(name))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AgentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One conversation in its agent's own terms: with the agent's name, the identity of a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ThreadKey {
    /// The agent's own session or thread id.
    pub native: String,
    /// The subagent or sidechain within it; `None` for the session itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
}

impl ThreadKey {
    /// The session itself.
    pub fn main(native: impl Into<String>) -> Self {
        Self { native: native.into(), sub: None }
    }

    /// A subagent or sidechain of the session.
    pub fn sub(native: impl Into<String>, sub: impl Into<String>) -> Self {
        Self { native: native.into(), sub: Some(sub.into()) }
    }
}
