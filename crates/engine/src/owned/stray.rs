//! Processes of agents whose host is gone: found by the marker in their environment, named by `doctor`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use callboard_model::view::{Problem, Severity};
use callboard_os::host::{self, HostState, MARKER};
use callboard_os::process;

use crate::Engine;

impl Engine {
    /// What runs on though its host is gone.
    pub(crate) fn stray_processes(&self) -> Vec<Problem> {
        let mut strays: BTreeMap<PathBuf, Vec<u32>> = BTreeMap::new();
        for (pid, dir) in process::with_variable(MARKER) {
            let dir = PathBuf::from(dir);
            let is_held = matches!(host::state(&dir), Ok(HostState::Running(_)));
            if dir.starts_with(&self.owned.hosts) && !is_held && !host::is_held(&dir) {
                strays.entry(dir).or_default().push(pid);
            }
        }
        strays
            .into_values()
            .map(|pids| {
                let pids: Vec<String> = pids.iter().map(ToString::to_string).collect();
                Problem {
                    severity: Severity::Warning,
                    text: format!(
                        "processes of an agent run on though its host is gone: {}",
                        pids.join(", ")
                    ),
                    path: None,
                    hint: Some(format!("end them with `kill {}`", pids.join(" "))),
                }
            })
            .collect()
    }
}
