//! Who wrote a line, and what proves it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::SessionId;
use crate::limits;

/// Whose lines they are.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
pub struct Owners {
    /// The sessions, in order; several where both wrote, or one rewrote the other's.
    pub sessions: Vec<SessionId>,
    /// Somebody wrote at it whom no event names. Alone it means *unattributed*.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
}

impl Owners {
    /// One session, alone.
    #[must_use]
    pub fn of(session: SessionId) -> Self {
        Self { sessions: vec![session], unknown: false }
    }

    /// Nobody whom an event names.
    #[must_use]
    pub fn unattributed() -> Self {
        Self { sessions: Vec::new(), unknown: true }
    }

    /// The session whose alone it is.
    #[must_use]
    pub fn only(&self) -> Option<SessionId> {
        match self.sessions.as_slice() {
            [one] if !self.unknown => Some(*one),
            _ => None,
        }
    }

    /// Whether it belongs to several, one of whom may be nobody known.
    #[must_use]
    pub fn is_overlap(&self) -> bool {
        self.sessions.len() + usize::from(self.unknown) > 1
    }

    /// Whether no event proves whose it is.
    #[must_use]
    pub fn is_unattributed(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Whether the session is among them.
    #[must_use]
    pub fn has(&self, session: SessionId) -> bool {
        self.sessions.binary_search(&session).is_ok()
    }

    pub(super) fn handed_on(&self, whose: impl Fn(SessionId) -> SessionId) -> Self {
        let mut owners = Self { sessions: Vec::new(), unknown: self.unknown };
        self.sessions.iter().for_each(|session| owners.add(whose(*session)));
        owners
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sessions.is_empty() && !self.unknown
    }

    pub(super) fn add(&mut self, session: SessionId) {
        if let Err(place) = self.sessions.binary_search(&session) {
            if self.sessions.len() < limits::OWNERS {
                self.sessions.insert(place, session);
            } else {
                self.unknown = true;
            }
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        other.sessions.iter().for_each(|session| self.add(*session));
        self.unknown |= other.unknown;
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        (self.unknown && other.unknown) || self.sessions.iter().any(|s| other.has(*s))
    }

    pub(super) fn within(&self, other: &Self) -> bool {
        (!self.unknown || other.unknown) && self.sessions.iter().all(|s| other.has(*s))
    }
}

/// What proves whose a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Proof {
    /// Nothing.
    None,
    /// Commands ran, and no edit explains it.
    Command,
    /// An edit told these very lines.
    Edit,
}

/// Who wrote some lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Who wrote them last.
    pub by: Owners,
    /// Who wrote what they replaced.
    #[serde(default, skip_serializing_if = "Owners::is_empty")]
    pub over: Owners,
    pub proof: Proof,
    /// The look that saw them first.
    pub look: u64,
}

impl Mark {
    pub(super) fn unattributed(look: u64) -> Self {
        Self { by: Owners::unattributed(), over: Owners::default(), proof: Proof::None, look }
    }

    pub(super) fn edit(session: SessionId, look: u64) -> Self {
        Self { by: Owners::of(session), over: Owners::default(), proof: Proof::Edit, look }
    }

    /// All whom it belongs to.
    pub(super) fn owners(&self) -> Owners {
        let mut owners = self.by.clone();
        owners.join(&self.over);
        owners
    }

    /// The same, written over what `other` wrote.
    pub(super) fn over(&self, other: &Owners) -> Self {
        let mut mark = self.clone();
        // Whoever is proven to have written it may turn out to be another.
        if mark.proof != Proof::Edit || !other.within(&mark.by) {
            mark.over.join(other);
        }
        mark
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.by.join(&other.by);
        self.over.join(&other.over);
        self.proof = self.proof.min(other.proof);
    }
}
