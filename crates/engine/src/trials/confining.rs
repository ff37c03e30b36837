//! What a check may do: its worktree is its own, and the rest of the machine stays as it is.

use std::path::{Path, PathBuf};

use callboard_git::locate;
use callboard_model::project::{Check, LocalService, Project};
use callboard_os::confine::{Confine, Copied, Network, Service, caches_of_home, secrets_of_home};

use super::services;
use super::throwaway::Prepared;
use crate::project::env_lines;
use crate::{Engine, limits};

impl Engine {
    /// What a check in this worktree may do; none where checks are not confined.
    pub(super) fn confine_of(
        &self,
        project: &Project,
        line: &str,
        (root, top): (&Path, &Path),
        prepared: &Prepared,
    ) -> Option<Confine> {
        let program = self.config.confine_by.as_ref().filter(|_| !project.confine.off)?;
        let check = project.check(line);
        let home = &self.config.environment.home;
        let mut confine = Confine::new(program, top);
        for folder in check.writes.iter().chain(&project.confine.writes) {
            let folder = from_home(folder, home);
            // Somebody approved that it is written to; nobody may have made it yet.
            let _ = std::fs::create_dir_all(&folder);
            confine.writable.push(folder);
        }
        confine.copied = copied(home, root, prepared);
        confine.readable = vec![root.to_owned(), top.join(".git")];
        confine.hidden = secrets_of_home(home);
        confine.hidden.push(self.home().to_owned());
        let private = self.homes.iter().flat_map(|home| home.agent.private(&home.path));
        confine.hidden.extend(private.filter(|path| path.exists()));
        confine.network = if check.network || project.confine.network {
            Network::Any
        } else {
            Network::Loopback { services: services_of(&check, project, home, top, prepared) }
        };
        let most = &project.confine;
        confine.memory_bytes = most.memory_mb.map_or_else(usual_memory, |mb| mb << 20);
        (confine.processes, confine.files) = (most.processes, most.files);
        confine.disk_bytes = most.disk_mb << 20;
        Some(confine)
    }
}

/// Folders whose changes are gone with the check.
fn copied(home: &Path, root: &Path, prepared: &Prepared) -> Vec<Copied> {
    let variable = |name: &str| prepared.variables.get(name).cloned();
    let caches = caches_of_home(home, variable).into_iter();
    let caches = caches.map(|folder| Copied { folder, is_else_shared: true });
    // What a check commits, stashes or hooks there is its own; what it would leave, others would run.
    let common = locate(root).map(|checkout| checkout.common_dir);
    let common = common.map(|folder| Copied { folder, is_else_shared: false });
    let shared = prepared.shared.iter().map(|path| root.join(path));
    let shared = shared.map(|folder| Copied { folder, is_else_shared: false });
    caches.chain(common).chain(shared).collect()
}

fn services_of(
    check: &Check,
    project: &Project,
    home: &Path,
    top: &Path,
    prepared: &Prepared,
) -> Vec<Service> {
    let named = check.services.iter().chain(&project.confine.services);
    let mut all: Vec<Service> = named
        .filter_map(|text| match LocalService::parse(text)? {
            LocalService::Port(port) => Some(Service::Port(port)),
            LocalService::Socket(path) => Some(Service::Socket(from_home(&path, home))),
        })
        .collect();
    let texts: Vec<String> =
        prepared.env_files.iter().filter_map(|path| small_text(&top.join(path))).collect();
    let lines = texts.iter().flat_map(|text| env_lines(text));
    let values = prepared.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for service in services::running(values.chain(lines)) {
        if !all.contains(&service) {
            all.push(service);
        }
    }
    all
}

fn small_text(path: &Path) -> Option<String> {
    let is_small = path.metadata().is_ok_and(|meta| meta.len() <= limits::PROJECT_FILE_BYTES);
    if is_small { std::fs::read_to_string(path).ok() } else { None }
}

/// Half of the machine's memory, or what links a large program.
fn usual_memory() -> u64 {
    let half = callboard_os::memory::total_bytes().map_or(0, |total| total / 2);
    half.max(callboard_os::limits::CONFINED_MEMORY_BYTES)
}

fn from_home(path: &str, home: &Path) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(below) => home.join(below),
        None if path == "~" => home.to_owned(),
        None => PathBuf::from(path),
    }
}
