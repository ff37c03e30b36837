//! Couplings: two changesets that touch the same thing, with the reason in words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::changeset::Place;

/// What couples two changesets.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CouplingKind {
    /// One removes or renames what the other newly uses.
    Vanished,
    /// One changes the signature of what the other newly uses.
    Signature,
    /// One changes what its implementers, constructors or matches must have, and the other adds one.
    Requirement,
    /// Both define the same thing.
    Duplicate,
    /// One moves a module or file that the other newly imports.
    Moved,
    /// Both change the same key: a route, an event, a variable, a setting, a column, an option.
    Key,
    /// One changes the version of a package that the other newly uses.
    Dependency,
    /// One adds what must be registered, and the other changes the register.
    Registration,
    /// One changes a value that a test of the other expects.
    Expectation,
    /// One changes the body of what the other newly uses or tests.
    Body,
    /// Both change the same symbol, in places that git can merge.
    Symbol,
    /// Their files used to change together.
    History,
    /// One uses what the other makes, as that one makes it. It orders them, and is no coupling to look at.
    Needed,
}

/// How much a coupling asks of a reviewer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Worth to know.
    Info,
    /// To be looked at together.
    Review,
    /// Likely to break.
    Warn,
    /// Bound to break.
    Block,
}

/// Who changes what the other uses, of the two that are called left and right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Changer {
    /// The one called left.
    Left,
    /// The one called right.
    Right,
}

impl Changer {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// One coupling of two changesets, called left and right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Coupling {
    /// What couples them.
    pub kind: CouplingKind,
    /// How much it asks of a reviewer.
    pub strength: Strength,
    /// The sentence, with `{left}` and `{right}` where the changesets are named.
    pub reason: String,
    /// What it is about: a symbol's name, a key, a package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// Where, in the left one.
    pub left_at: Place,
    /// Where, in the right one.
    pub right_at: Place,
    /// Whose change is read, and lands, first. None where both do the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changer: Option<Changer>,
}

impl Coupling {
    /// The sentence with both named.
    #[must_use]
    pub fn told(&self, left: &str, right: &str) -> String {
        self.reason.replace("{left}", left).replace("{right}", right)
    }

    /// The same, seen from the other side.
    #[must_use]
    pub fn turned(self) -> Self {
        let reason = self.reason.replace("{left}", "\0").replace("{right}", "{left}");
        Self {
            reason: reason.replace('\0', "{right}"),
            left_at: self.right_at,
            right_at: self.left_at,
            changer: self.changer.map(Changer::other),
            ..self
        }
    }
}

/// Who of two changesets should land before the other, and why: who changed what the other uses. Both may.
/// A use of what the other makes says so, too, where no coupling does.
#[must_use]
pub fn precedence<'c>(
    couplings: &'c [Coupling],
    needs: &'c [Coupling],
) -> Vec<(Changer, &'c Coupling)> {
    let of = |changer: Changer| {
        let asks =
            |one: &&Coupling| one.changer == Some(changer) && one.strength >= Strength::Review;
        Some((changer, couplings.iter().chain(needs).find(asks)?))
    };
    [Changer::Left, Changer::Right].into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coupling_is_told_from_both_sides() {
        let at = |path: &str| Place { path: path.into(), line: 1 };
        let coupling = Coupling {
            kind: CouplingKind::Vanished,
            strength: Strength::Warn,
            reason: "{right} calls `watch`, which {left} removed".into(),
            symbol: Some("watch".into()),
            left_at: at("a.rs"),
            right_at: at("b.rs"),
            changer: Some(Changer::Left),
        };
        assert_eq!(coupling.told("S1", "S2"), "S2 calls `watch`, which S1 removed");
        let turned = coupling.turned();
        assert_eq!(turned.told("S2", "S1"), "S2 calls `watch`, which S1 removed");
        assert_eq!((turned.left_at, turned.changer), (at("b.rs"), Some(Changer::Right)));
    }
    #[test]
    fn who_changed_what_the_other_uses_comes_first() {
        let at = |path: &str| Place { path: path.into(), line: 1 };
        let coupling = |changer, strength, reason: &str| Coupling {
            kind: CouplingKind::Vanished,
            strength,
            reason: reason.into(),
            symbol: None,
            left_at: at("a.rs"),
            right_at: at("b.rs"),
            changer,
        };
        let all = [
            coupling(None, Strength::Warn, "both"),
            coupling(Some(Changer::Right), Strength::Info, "weak"),
            coupling(Some(Changer::Left), Strength::Warn, "first"),
            coupling(Some(Changer::Left), Strength::Review, "second"),
        ];
        let found = precedence(&all, &[]);
        let told: Vec<(Changer, &str)> =
            found.iter().map(|(who, why)| (*who, why.reason.as_str())).collect();
        assert_eq!(told, [(Changer::Left, "first")]);
    }
}
