//! The worktree of a trial: prepared like any other, and gone again with all that it was given.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use callboard_agents::StopFlag;
use callboard_git::worktree::{self, CheckOut};
use callboard_git::{Git, base, guard};
use callboard_model::project::Project;
use callboard_os::process;

use super::journal::{Journal, tidy_up};
use super::room::Turn;
use crate::equip::{self, Equip, Phase};
use crate::worktrees::link_files;
use crate::{Engine, EngineError, limits};

/// The folder of throwaway worktrees, in that of the others: on the same disk, and ignored where those are.
const FOLDER: &str = "callboard-trials";

/// The variable by which all that a trial starts is found again: its value is the folder of its logs.
const MARKER: &str = "CALLBOARD_TRIAL";

/// Whether a worktree at this path is a trial's: nobody works in it, and it is shown to nobody.
pub(crate) fn is_throwaway(path: &Path) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|name| name == FOLDER)
}

/// Why a worktree is not ready.
#[derive(Debug)]
pub(super) enum Unprepared {
    /// It was stopped meanwhile.
    Stopped,
    /// What went wrong, and what to do.
    Failed(String),
}

impl From<EngineError> for Unprepared {
    fn from(error: EngineError) -> Self {
        Self::Failed(super::words_of(&error))
    }
}

/// What commands in a worktree that is ready are given.
pub(super) struct Prepared {
    pub(super) variables: BTreeMap<String, String>,
    /// Links of it into the main checkout.
    pub(super) shared: Vec<PathBuf>,
    /// Its env files, from its root.
    pub(super) env_files: Vec<PathBuf>,
}

/// A throwaway worktree. Dropped, it is taken back, with what runs in it.
pub(super) struct Throwaway<'e> {
    engine: &'e Engine,
    turn: Turn<'e>,
    pub(super) journal: Journal,
    project: Arc<Project>,
    stop: StopFlag,
}

impl Drop for Throwaway<'_> {
    fn drop(&mut self) {
        self.engine.take_back(&self.journal, Some(&self.turn));
        tidy_up(self.engine.home(), self.engine.now());
    }
}

impl<'e> Throwaway<'e> {
    /// Says where it will be; nothing is made yet.
    pub(super) fn begin(
        engine: &'e Engine,
        turn: Turn<'e>,
        (root, project): (&Path, Arc<Project>),
        stop: &StopFlag,
    ) -> Result<Self, EngineError> {
        let folder = engine.worktrees_folder(root)?.join(FOLDER);
        let journal = Journal::begin(engine.home(), root, engine.now(), |name| folder.join(name))?;
        Ok(Self { engine, turn, journal, project, stop: stop.clone() })
    }

    /// Its folder of logs.
    pub(super) fn logs(&self) -> PathBuf {
        self.journal.folder(self.engine.home())
    }

    /// Checks the commit out and gives the worktree what it needs.
    pub(super) fn prepare(&self, commit: &str) -> Result<Prepared, Unprepared> {
        let Journal { root, top, .. } = &self.journal;
        if let Some(free) = callboard_os::disk::free_bytes(root)
            && free < limits::FREE_BYTES
        {
            let text = format!("only {} MB are free on the disk of {}", free >> 20, root.display());
            return Err(Unprepared::Failed(format!("{text}; free some space, then try again")));
        }
        let git = Git::at(root);
        let base = base::base(&git, self.project.base.as_deref()).map_err(EngineError::from)?;
        let made =
            worktree::add(&git, top, CheckOut::Detached(commit)).map_err(EngineError::from)?;
        guard::set(&made, &base.branch).map_err(EngineError::from)?;
        link_files(root, top);
        self.equip(Phase::First)?;
        let equipped = self.equip(Phase::Rest)?;
        let mut variables = self.engine.config.environment.vars.clone();
        // Runners that would wait for a person, or for the next change, end by themselves.
        variables.entry("CI".into()).or_insert_with(|| "true".into());
        let env_files = equipped.written.into_keys().collect();
        variables.extend(equipped.environment);
        variables.extend(self.engine.guard_environment(&made));
        variables.extend(marked(&self.logs()));
        Ok(Prepared { variables, shared: equipped.shared, env_files })
    }

    fn equip(&self, phase: Phase) -> Result<equip::Equipped, Unprepared> {
        if self.stop.stopped() {
            return Err(Unprepared::Stopped);
        }
        let mut variables = self.engine.config.environment.vars.clone();
        variables.extend(marked(&self.logs()));
        let log = self.logs().join("setup.log");
        let how = How { log: &log, stop: Some(&self.stop), variables: &variables };
        let wanted = how.of(self.engine.home(), &self.journal, &self.project);
        let equipped = equip::equip(&wanted, phase, &mut |_| {});
        if self.stop.stopped() {
            return Err(Unprepared::Stopped);
        }
        equipped.map_err(|error| Unprepared::Failed(error.of_throwaway()))
    }
}

/// How scripts of a throwaway worktree run.
struct How<'a> {
    log: &'a Path,
    stop: Option<&'a StopFlag>,
    variables: &'a BTreeMap<String, String>,
}

impl<'a> How<'a> {
    fn of(&self, home: &'a Path, journal: &'a Journal, project: &'a Project) -> Equip<'a> {
        Equip {
            home,
            root: &journal.root,
            top: &journal.top,
            name: &journal.name,
            branch: None,
            task: None,
            project,
            variables: self.variables,
            log: Some(self.log),
            stop: self.stop,
        }
    }
}

fn marked(folder: &Path) -> [(String, String); 1] {
    [(MARKER.to_owned(), folder.to_string_lossy().into_owned())]
}

impl Engine {
    /// Takes back what a trial made: what it started, its database and ports, its worktree. What cannot be taken back
    /// now is tried again at the next start.
    fn take_back(&self, journal: &Journal, turn: Option<&Turn<'_>>) {
        let home = self.home();
        let folder = journal.folder(home);
        end_all(&folder);
        let given = self.take_back_given(journal, &folder);
        // Teardown may have left something running, too.
        end_all(&folder);
        let removed = remove(&Git::at(&journal.root), journal);
        if let Some(folder) = journal.top.parent() {
            // It fails where something is in it.
            let _ = self.trials.alone(&journal.root, turn, || std::fs::remove_dir(folder));
        }
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        match given.and(removed) {
            Ok(()) => {
                problems.remove(&journal.top);
                drop(problems);
                journal.end(home);
            }
            Err(error) => {
                tracing::warn!(error, trial = journal.name, "something of a check is left");
                let text = format!(
                    "something of a check is left: {error}; the next start of the daemon tries again to take it back"
                );
                if problems.len() < limits::PROBLEMS {
                    problems.insert(journal.top.clone(), text);
                }
            }
        }
    }

    fn take_back_given(&self, journal: &Journal, folder: &Path) -> Result<(), String> {
        // Without approval there is no teardown; the database is dropped by what the record says.
        let project = self.project(&journal.root).unwrap_or_default();
        let mut variables = self.config.environment.vars.clone();
        variables.extend(marked(folder));
        let log = folder.join("teardown.log");
        let how = How { log: &log, stop: None, variables: &variables };
        let remarks = equip::unequip(&how.of(self.home(), journal, &project), &mut |_| {})
            .map_err(|error| error.to_string())?;
        for remark in remarks {
            tracing::warn!(remark, trial = journal.name, "the teardown of a check's worktree");
        }
        Ok(())
    }

    /// Takes back what the last daemon was in the middle of.
    pub(super) fn take_back_left(&self, left: &[Journal]) {
        for journal in left {
            // Git outlives the daemon that started it.
            if self.stop.stopped() {
                return;
            }
            for _ in 0..limits::TRIAL_GIT_LOOKS {
                let found = process::processes_in(&journal.top).unwrap_or_default();
                if !found.iter().any(|process| process.name == "git") {
                    break;
                }
                std::thread::sleep(limits::TRIAL_GIT_LOOK_EVERY);
            }
            self.take_back(journal, None);
        }
        tidy_up(self.home(), self.now());
    }
}

fn end_all(folder: &Path) {
    let [(name, value)] = marked(folder);
    let ended = process::end_with_variable(&name, &value, callboard_os::limits::END_GRACE);
    if ended > 0 {
        tracing::info!(ended, trial = %folder.display(), "processes that a check left were ended");
    }
}

/// Removes the worktree of a trial, and has git forget it. Nobody works in one, so nothing of it is kept.
fn remove(git: &Git, journal: &Journal) -> Result<(), String> {
    let Journal { top, name, .. } = journal;
    let free = |folder: &Path| match callboard_os::remove::folder(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    };
    let inner: Vec<PathBuf> = worktree::list(git)
        .map(|listed| listed.into_iter().map(|tree| tree.path))
        .map(|paths| paths.filter(|path| path.starts_with(top) && path != top).collect())
        .unwrap_or_default();
    if top.is_dir() {
        let taken = worktree::linked(git, top)
            .and_then(|tree| worktree::take_away(git, &tree, name, |_| true));
        if let Err(error) = taken {
            // Half-made, locked, or with others in it: it is a trial's all the same.
            tracing::debug!(%error, trial = name, "git does not take the worktree of a check away");
            free(top)?;
        }
    }
    if let Some(trash) = worktree::in_trash(git, top, name) {
        free(&trash)?;
    }
    for path in std::iter::once(top).chain(&inner) {
        worktree::forget(git, path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trials_worktree_is_known_by_its_folder() {
        assert!(is_throwaway(Path::new("/w/app.worktrees/callboard-trials/trial-1")));
        assert!(!is_throwaway(Path::new("/w/app.worktrees/T1-callboard-trials")));
        assert!(!is_throwaway(Path::new("/w/app.worktrees/callboard-trials")));
    }
}
