//! What a repository's `callboard.toml` says: how its worktrees are made and equipped, what its agents
//! share, and what needs no person. Every setting has a default, so an empty file is a valid one.

mod checks;
mod database;
mod equipment;
mod powers;
mod receipts;
mod work;

pub use checks::{Check, Confine, LocalService};
pub use database::{Database, DatabaseKind};
pub use equipment::{Ports, Run, Template, Worktrees};
pub use powers::{Power, PowerSet};
pub use receipts::{Receipts, RunChecks};
pub use work::{AcpAgent, Agents, Context, Limits, Resource, Reviews, Rules, SweepRule};

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

/// The name of the file, at the root of the main checkout.
pub const FILE: &str = "callboard.toml";

/// All that `callboard.toml` can say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Project {
    /// The branch that work begins at and lands on; found by git if not given.
    pub base: Option<String>,
    /// Commands whose exit code proves something of the whole repository, by `sh`.
    #[serde(deserialize_with = "checks::checks")]
    pub checks: Vec<Check>,
    /// Seconds that each check may take.
    pub check_seconds: u64,
    /// What checks may do, and how much.
    pub confine: Confine,
    /// How worktrees are made, and what they are given.
    pub worktrees: Worktrees,
    /// The ports of each worktree.
    pub ports: Ports,
    /// Variables of each worktree; templates.
    pub environment: BTreeMap<String, String>,
    /// The database of each worktree.
    pub database: Option<Database>,
    /// What cannot be doubled, by name.
    pub resources: BTreeMap<String, Resource>,
    /// Which agents work, and how.
    pub agents: Agents,
    /// How much goes on at once.
    pub limits: Limits,
    /// How reviews land.
    pub reviews: Reviews,
    /// What finished work must show.
    pub receipts: Receipts,
    /// What travels between sessions by itself.
    pub context: Context,
    /// What needs no person.
    pub rules: Rules,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            base: None,
            checks: Vec::new(),
            check_seconds: 1_800,
            confine: Confine::default(),
            worktrees: Worktrees::default(),
            ports: Ports::default(),
            environment: BTreeMap::new(),
            database: None,
            resources: BTreeMap::new(),
            agents: Agents::default(),
            limits: Limits::default(),
            reviews: Reviews::default(),
            receipts: Receipts::default(),
            context: Context::default(),
            rules: Rules::default(),
        }
    }
}

impl Project {
    /// What this command needs: as a check of the repository says, and nothing more if it is none.
    #[must_use]
    pub fn check(&self, line: &str) -> Check {
        let found = self.checks.iter().find(|check| check.run.trim() == line.trim());
        found.cloned().unwrap_or_else(|| Check::new(line))
    }
}

/// Command lines: one text, or a list of them.
fn command_lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Lines;

    impl<'de> serde::de::Visitor<'de> for Lines {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a command line, or a list of them")
        }

        fn visit_str<E: serde::de::Error>(self, line: &str) -> Result<Vec<String>, E> {
            Ok(vec![line.to_owned()])
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(
            self,
            mut list: A,
        ) -> Result<Vec<String>, A::Error> {
            let mut lines = Vec::new();
            while let Some(line) = list.next_element()? {
                lines.push(line);
            }
            Ok(lines)
        }
    }

    deserializer.deserialize_any(Lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_default() {
        let read: Project = serde_json::from_str("{}").unwrap();
        assert_eq!(read, Project::default());
        let read: Project =
            serde_json::from_str(r#"{"database": {}, "worktrees": {"run": {}}}"#).unwrap();
        assert_eq!(read.database, Some(Database::default()));
    }

    #[test]
    fn a_command_is_a_line_or_a_list() {
        let read = |text| serde_json::from_str::<Worktrees>(text).map(|w| w.setup);
        assert_eq!(read(r#"{"setup": "make"}"#).unwrap(), ["make"]);
        assert_eq!(read(r#"{"setup": ["a", "b"]}"#).unwrap(), ["a", "b"]);
        assert!(read(r#"{"setup": 1}"#).is_err());
        assert!(read(r#"{"set_up": "make"}"#).is_err());
    }
}
