//! Folders of hosts that no owned session needs: of sessions that are over, and of starts that were broken off.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use callboard_model::owned::Owned;
use callboard_os::host::{self, HostRequest, HostState};
use callboard_os::process;

use crate::{Engine, limits};

/// Ends the hosts that belong to none of these, and takes their folders away. Before anything is started.
pub(super) fn hosts(engine: &Engine, running: &[Owned]) {
    let needed: BTreeSet<&str> = running.iter().filter_map(|owned| owned.host.as_deref()).collect();
    let folders = std::fs::read_dir(&engine.owned.hosts).into_iter().flatten().flatten();
    for folder in folders {
        if folder.file_name().to_str().is_some_and(|name| needed.contains(name)) {
            continue;
        }
        match host::discard(&folder.path()) {
            Ok(true) => {
                tracing::debug!(folder = %folder.path().display(), "a host's folder is gone")
            }
            Ok(false) => end(&folder.path()),
            Err(error) => {
                tracing::warn!(%error, folder = %folder.path().display(), "a host's folder stays")
            }
        }
    }
}

/// Ends a host and all that it runs, and takes its folder away, on a thread of its own.
pub(super) fn end(dir: &Path) {
    let dir: PathBuf = dir.to_owned();
    std::thread::spawn(move || {
        for _ in 0..limits::SERVER_TRIES {
            match host::state(&dir) {
                Ok(HostState::Running(started)) => {
                    if let Err(error) = host::ask(&dir, &HostRequest::End) {
                        tracing::debug!(%error, "a host that nobody needs did not answer");
                    }
                    if !process::wait_for_end(started.host.pid) {
                        tracing::debug!("the end of a host is looked for");
                    }
                }
                Ok(HostState::Starting) if host::is_held(&dir) => {}
                _ => break,
            }
            std::thread::sleep(limits::SERVER_TRY_EVERY);
        }
        match host::discard(&dir) {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(folder = %dir.display(), "a host that nobody needs runs on; see `callboard doctor`")
            }
            Err(error) => tracing::warn!(%error, folder = %dir.display(), "a host's folder stays"),
        }
    });
}
