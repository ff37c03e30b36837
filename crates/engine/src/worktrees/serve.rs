//! The development server of a worktree. It goes on without the daemon, and ends with its worktree.

use std::fs;
use std::path::Path;

use callboard_git::worktree;
use callboard_model::WorkspaceId;
use callboard_model::view::{ServerView, WorktreeServed, WorktreeView};
use callboard_model::worktree::{StartedServer, WorktreeState};
use callboard_os::{port, process};
use callboard_store::{LogKind, StoredWorktree};

use super::equipment::{ToEquip, note};
use super::list::Named;
use super::{CALLBOARD, Repository, YOU};
use crate::equip::{self, Phase};
use crate::{Engine, EngineError, limits};

impl Engine {
    /// Starts a worktree's development server, unless it runs; answers once it does, or after a while.
    ///
    /// # Errors
    /// When there is no command for it, its worktree is still being set up, or it ends at once.
    pub fn start_worktree_server(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<WorktreeServed, EngineError> {
        let (of, row) = self.workable(workspace, name)?;
        let row = {
            let _busy = self.keeper.claim(row.id)?;
            let row = self.settled(&row)?;
            let to_equip = ToEquip::of(&row);
            if equip::load(self.home(), &row.row.path)?.is_none() {
                // An adopted one was given nothing yet.
                self.equip(&of, &to_equip, Phase::First)?;
            }
            let equipped = self.with_equip(&of, &to_equip, equip::start_server)?;
            self.change_worktree(row.id, LogKind::WORKTREE, YOU, |row| {
                note(&mut row.facts, equipped);
            })?
        };
        self.follow_server(&row);
        let answers = wait_for_answer(&row)?;
        Ok(WorktreeServed { worktree: self.worktree_view(row.id)?, answers })
    }

    /// Stops a worktree's development server, with all that it started.
    ///
    /// # Errors
    /// When there is no such worktree, or its record cannot be read or written.
    pub fn stop_worktree_server(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<WorktreeView, EngineError> {
        let (_, row) = self.workable(workspace, name)?;
        let _busy = self.keeper.claim(row.id)?;
        equip::stop_server(self.home(), &row.row.path)?;
        self.change_worktree(row.id, LogKind::WORKTREE, YOU, |row| row.facts.server = None)?;
        self.worktree_view(row.id)
    }

    /// A worktree of Callboard's own, as git knows it now.
    pub(super) fn own_worktree(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<(Repository, StoredWorktree), EngineError> {
        let row = match self.named_worktree(workspace, name)? {
            Named::Own(row) => row,
            Named::External(_, tree) => {
                return Err(EngineError::Refused {
                    text: format!(
                        "{} is not Callboard's; it was left as it is",
                        tree.path.display()
                    ),
                    hint: "`callboard worktree adopt` it first",
                });
            }
        };
        let of = self.repository(row.row.workspace)?;
        self.follow(&of, &worktree::list(&of.git)?)?;
        let row = self.read(|s| Ok(s.worktree(row.id)?))?.unwrap_or(*row);
        Ok((of, row))
    }

    /// A worktree of Callboard's own that can be worked in.
    pub(super) fn workable(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<(Repository, StoredWorktree), EngineError> {
        let (of, row) = self.own_worktree(workspace, name)?;
        match row.row.state {
            WorktreeState::Ready | WorktreeState::Parked => Ok((of, row)),
            state => Err(EngineError::Refused {
                text: format!("{} is {}; nothing was changed", row.row.name, state.word()),
                hint: "`callboard worktree list` tells which can be worked in",
            }),
        }
    }

    /// The row of a claimed worktree, whose setup must not be running: it would write down what it knew when it began.
    pub(super) fn settled(&self, row: &StoredWorktree) -> Result<StoredWorktree, EngineError> {
        let row = self.read(|s| Ok(s.worktree(row.id)?))?.ok_or(EngineError::Ending)?;
        if row.row.facts.setup.as_deref() == Some("running") {
            return Err(EngineError::Refused {
                text: format!("the setup of {} is running; nothing was changed", row.row.name),
                hint: "wait for it: `callboard worktree setup` tells how far it is",
            });
        }
        Ok(row)
    }

    /// Tells whoever looks when a server ends by itself.
    pub(super) fn follow_server(&self, row: &StoredWorktree) {
        let Some(server) = row.row.facts.server.clone().filter(is_running) else { return };
        let Some(engine) = self.keeper.engine.get().cloned() else { return };
        let id = row.id;
        std::thread::spawn(move || {
            if !process::wait_for_end(server.pid) {
                return;
            }
            let Some(engine) = engine.upgrade() else { return };
            let noted = engine.change_worktree(id, LogKind::WORKTREE, CALLBOARD, move |row| {
                if let Some(now) = row.facts.server.as_mut().filter(|now| now.pid == server.pid) {
                    now.is_over = true;
                }
            });
            if let Err(error) = noted {
                tracing::debug!(%error, "the end of a worktree's server is seen at the next look");
            }
        });
    }
}

/// A worktree's server as it is shown.
pub(super) fn server_view(server: &StartedServer) -> ServerView {
    ServerView { running: is_running(server), log: server.log.clone() }
}

fn is_running(server: &StartedServer) -> bool {
    !server.is_over && process::is_running(server.pid, server.start_ticks) == Some(true)
}

/// Waits until the server answers at its address; `false` if it takes long, or has no port that is known.
fn wait_for_answer(row: &StoredWorktree) -> Result<bool, EngineError> {
    let facts = &row.row.facts;
    let Some(server) = &facts.server else { return Ok(false) };
    let url = facts.url.as_deref().unwrap_or_default();
    let port = facts.ports.values().copied().find(|port| has_port(url, *port));
    let looks = if port.is_some() { limits::SERVER_LOOKS } else { limits::SERVER_FIRST_LOOKS };
    for _ in 0..looks {
        if !is_running(server) {
            return Err(ended(row, Path::new(&server.log)));
        }
        if port.is_some_and(port::answers) {
            return Ok(true);
        }
        std::thread::sleep(limits::SERVER_LOOK_EVERY);
    }
    Ok(false)
}

fn has_port(url: &str, port: u16) -> bool {
    let mark = format!(":{port}");
    url.split_once(&mark).is_some_and(|(_, rest)| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn ended(row: &StoredWorktree, log: &Path) -> EngineError {
    let words = fs::read(log).unwrap_or_default();
    let from = words.len().saturating_sub(limits::LAST_WORDS_BYTES);
    let words = String::from_utf8_lossy(&words[from..]);
    let last = words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let last = if last.is_empty() { String::new() } else { format!(": {last}") };
    EngineError::Refused {
        text: format!(
            "the server of {} ended at once{last}; what it said is in {}",
            row.row.name,
            log.display()
        ),
        hint: "mend `worktrees.run` in callboard.toml, or what it needs, then start it again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_found_in_an_address() {
        assert!(has_port("http://localhost:20001/app", 20001));
        assert!(has_port("http://localhost:20001", 20001));
        assert!(!has_port("http://localhost:200012", 20001));
        assert!(!has_port("http://app.test", 80));
    }
}
