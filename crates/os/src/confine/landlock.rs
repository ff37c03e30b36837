//! Landlock (landlock(7)): the kernel itself refuses what no rule allows, to this process and all that it starts.
//! Below mounts that say the same it is a second wall; where there are no namespaces it is the only one.

use std::fs;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, Scope,
};
use rustix::process::geteuid;

use super::mounts::{DEVICES, SHARED_MEMORY, TEMPORARY};
use super::order::Order;
use super::{Network, Service};

/// The newest version that this was written for; an older kernel holds what it knows.
const NEWEST: ABI = ABI::V10;

/// The first port that no system keeps for its well-known services.
pub(super) const FIRST_FREE_PORT: u16 = 1024;

/// Holds this process from now on. Gives the version of Landlock that does, or none where the kernel has none.
pub(super) fn restrict(order: &Order, in_namespaces: bool) -> Result<Option<i32>, String> {
    let told = |error: RulesetError| format!("Landlock refuses its rules: {error}");
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(NEWEST)))
        .map_err(told)?;
    let only_loopback = matches!(order.confine.network, Network::Loopback { .. });
    let guards_ports = only_loopback && !in_namespaces;
    if guards_ports {
        ruleset = ruleset
            .handle_access(AccessNet::ConnectTcp | AccessNet::ConnectSendUdp)
            .map_err(told)?;
    }
    let mut created = ruleset.create().map_err(told)?;
    created = add_folders(created, order, in_namespaces).map_err(told)?;
    if guards_ports {
        created = add_ports(created, order).map_err(told)?;
    }
    let status = created.restrict_self().map_err(told)?;
    Ok(match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => Some(effective_abi as i32),
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => None,
    })
}

fn add_folders(
    mut created: RulesetCreated,
    order: &Order,
    in_namespaces: bool,
) -> Result<RulesetCreated, RulesetError> {
    let all = AccessFs::from_all(NEWEST);
    let read = AccessFs::from_read(NEWEST);
    let confine = &order.confine;
    let root = Path::new("/");
    if in_namespaces {
        created = allow(created, root, read)?;
    } else {
        // Names are seen everywhere: what is hidden cannot be left out of the folder that it lies in.
        created = allow(created, root, AccessFs::ReadDir.into())?;
        for path in without(root, &existing(&confine.hidden)) {
            created = allow(created, &path, read)?;
        }
    }
    let hidden = existing(&confine.hidden);
    for path in existing(&confine.readable) {
        let deeper: Vec<PathBuf> =
            hidden.iter().filter(|hidden| **hidden != path).cloned().collect();
        for path in without(&path, &deeper) {
            created = allow(created, &path, read)?;
        }
    }
    let copied = confine.copied.iter().filter(|copied| in_namespaces || copied.is_else_shared);
    let copied: Vec<PathBuf> = copied.map(|copied| copied.folder.clone()).collect();
    for folder in existing(&confine.writable).into_iter().chain(existing(&copied)) {
        let parts = if in_namespaces { vec![folder] } else { without(&folder, &hidden) };
        for path in parts {
            created = allow(created, &path, all)?;
        }
    }
    created = allow(created, &order.temp, all)?;
    if in_namespaces {
        for folder in TEMPORARY {
            created = allow(created, Path::new(folder), all)?;
        }
    }
    created = allow(created, Path::new(SHARED_MEMORY), all)?;
    created = add_devices(created)?;
    for service in confine.network.services() {
        if let Service::Socket(path) = service {
            created = allow(created, path, AccessFs::ResolveUnix.into())?;
        }
    }
    Ok(created)
}

fn add_devices(mut created: RulesetCreated) -> Result<RulesetCreated, RulesetError> {
    let use_it = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev | AccessFs::Truncate;
    for device in DEVICES.into_iter().chain(["/dev/ptmx"]) {
        created = allow(created, Path::new(device), use_it)?;
    }
    created = allow(created, Path::new("/dev/pts"), use_it | AccessFs::ReadDir)?;
    if !geteuid().is_root() {
        // A process has settings of its own there; those of the system are root's.
        created = allow(created, Path::new("/proc"), AccessFs::WriteFile.into())?;
    }
    Ok(created)
}

/// Connections to the services, and to ports that a check's own servers listen on: addresses Landlock does not know.
fn add_ports(mut created: RulesetCreated, order: &Order) -> Result<RulesetCreated, RulesetError> {
    let connect = AccessNet::ConnectTcp | AccessNet::ConnectSendUdp;
    let named = order.confine.network.ports().into_iter().filter(|port| *port < FIRST_FREE_PORT);
    for port in named.chain(FIRST_FREE_PORT..=u16::MAX) {
        created = created.add_rule(NetPort::new(port, connect))?;
    }
    Ok(created)
}

/// Allows it below a path; one that is not there needs no rule.
fn allow(
    created: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    let Ok(opened) = PathFd::new(path) else { return Ok(created) };
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(NEWEST) };
    if access.is_empty() {
        return Ok(created);
    }
    created.add_rule(PathBeneath::new(opened, access))
}

/// The paths as the kernel walks them, without those that are not there.
fn existing(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths.iter().filter_map(|path| path.canonicalize().ok()).collect()
}

/// What is there below `path` but for what is hidden: the fewest paths that have all of it and nothing else.
fn without(path: &Path, hidden: &[PathBuf]) -> Vec<PathBuf> {
    if hidden.iter().any(|hidden| hidden == path) {
        return Vec::new();
    }
    if !hidden.iter().any(|hidden| hidden.starts_with(path)) {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    // A link allows nothing by itself, and must not allow what it leads to.
    let entries = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()));
    entries.flat_map(|entry| without(&entry.path(), hidden)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_is_left_out_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().canonicalize().unwrap();
        for folder in [".ssh", ".config/gh", ".config/other", "code"] {
            fs::create_dir_all(home.join(folder)).unwrap();
        }
        std::os::unix::fs::symlink(home.join(".ssh"), home.join("link")).unwrap();
        let hidden = [home.join(".ssh"), home.join(".config/gh")];
        let mut found = without(&home, &hidden);
        found.sort();
        assert_eq!(found, [home.join(".config/other"), home.join("code")]);
        assert_eq!(without(&home.join("code"), &hidden), [home.join("code")]);
        assert!(without(&home.join(".ssh"), &hidden).is_empty());
    }
}
