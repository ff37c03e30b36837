//! Agents that configurations name, as `doctor` tells of them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use callboard_model::view::{Problem, Severity};

use crate::{Engine, EngineError, owned};

/// What is known of the programs that configurations name.
#[derive(Default)]
pub(super) struct ConfiguredPrograms {
    /// Those that are there, by the agent's name.
    pub(super) found: BTreeMap<String, PathBuf>,
    /// What is wrong with those that are not.
    pub(super) missing: BTreeMap<String, Problem>,
}

impl Engine {
    /// Looks for the program of each agent that the configuration of a workspace names.
    pub(super) fn configured_programs(&self) -> Result<ConfiguredPrograms, EngineError> {
        let mut programs = ConfiguredPrograms::default();
        for workspace in self.read(|s| Ok(s.workspaces()?))? {
            // One that cannot be read is told of by itself.
            let Ok(standing) = self.standing(&workspace.row.root) else { continue };
            for (name, configured) in &standing.written.agents.acp {
                // Known from now on, as far as there is room for it.
                if callboard_agents::configured(name).is_none() {
                    continue;
                }
                let Some((program, _)) = configured.command.split_first() else { continue };
                let variables = &configured.environment;
                match owned::program_at(program, variables, &self.config.environment) {
                    Some(path) => {
                        programs.found.entry(name.clone()).or_insert(path);
                    }
                    None => {
                        let root = workspace.row.root.to_string_lossy().into_owned();
                        let problem = missing(program, name, root);
                        programs.missing.entry(name.clone()).or_insert(problem);
                    }
                }
            }
        }
        Ok(programs)
    }
}

fn missing(program: &str, name: &str, root: String) -> Problem {
    let how = "install it, or start the daemon from a shell that finds it: `callboard down`, `callboard up`";
    Problem {
        severity: Severity::Warning,
        text: format!(
            "`{program}` of `[agents.acp.{name}]` is not installed where the daemon looks"
        ),
        path: Some(root),
        hint: Some(how.to_owned()),
    }
}
