//! A grid without a daemon: its trees are checked out in folders that go again.
//!
//! Nothing is written into the user's repository: worktrees are those of a bare repository of its own that borrows the
//! user's objects. Of `callboard.toml`, which nobody is known to have approved, only what runs nothing takes effect.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_agents::StopFlag;
use callboard_git::mixed_tree::{MixedTree, MixedTrees};
use callboard_git::tree::Trees;
use callboard_git::worktree::{self, CheckOut};
use callboard_git::{Git, locate};
use callboard_model::project::{Project, Receipts, Worktrees};
use callboard_model::receipt::Checked;
use callboard_os::confine::{Confine, Copied, caches_of_home, secrets_of_home};

use super::ground::Ground;
use super::{GridOutcome, run, split};
use crate::equip::{self, Equip, Phase};
use crate::trials::{Reported, TrialNews};
use crate::{Clock, EngineError, limits, project};

/// The repository that the worktrees belong to, in the folder that goes.
const STORE: &str = "trees.git";

/// What is to be run.
#[derive(Clone, Copy)]
pub(in crate::receipts) struct AloneOrder<'a> {
    /// A folder in the repository.
    pub(in crate::receipts) folder: &'a Path,
    /// A folder that goes when all is done.
    pub(in crate::receipts) scratch: &'a Path,
    /// The commit that the work began from.
    pub(in crate::receipts) base: &'a str,
    /// The work.
    pub(in crate::receipts) work: &'a str,
    /// Commands, as a person gave them.
    pub(in crate::receipts) commands: &'a [String],
    /// The variables that they run with.
    pub(in crate::receipts) variables: &'a BTreeMap<String, String>,
    /// The program that takes the steps of confinement; none where nothing is confined.
    pub(in crate::receipts) confine_by: Option<&'a Path>,
    pub(in crate::receipts) clock: Clock,
    pub(in crate::receipts) stop: &'a StopFlag,
}

/// Runs the checks in each combination of code and tests.
///
/// # Errors
/// When a commit is not there, or git or the disk refuse before anything was run.
pub(in crate::receipts) fn run_alone(
    order: &AloneOrder<'_>,
    told: &mut dyn FnMut(&[Checked]),
) -> Result<GridOutcome, EngineError> {
    let checkout = locate(order.folder).ok_or_else(|| EngineError::Refused {
        text: format!("{} lies in no checkout; no check was run", order.folder.display()),
        hint: "go into one, and try again",
    })?;
    let store = order.scratch.join(STORE);
    let trees = Trees::at(&store, &checkout.top)?;
    let mixed = MixedTrees::of(trees.git(), order.scratch, (order.base, order.work), &split)?;
    let root = checkout.main_top();
    let project = harmless(project::read(&root).unwrap_or_default());
    let ground = Alone { order, root, store: Git::at(store), project, made: Cell::new(0) };
    run(&ground, &mixed, (order.commands, order.stop), told)
}

/// What a check may do of which nobody said what it needs: it has its checkout, and a copy of the user's caches.
fn confine(
    program: &Path,
    top: &Path,
    (root, scratch): (&Path, &Path),
    variables: &BTreeMap<String, String>,
) -> Confine {
    let mut confine = Confine::new(program, top);
    let home = variables.get("HOME").map(PathBuf::from).unwrap_or_default();
    let caches = caches_of_home(&home, |name| variables.get(name).cloned()).into_iter();
    confine.copied = caches.map(|folder| Copied { folder, is_else_shared: true }).collect();
    confine.copied.push(Copied { folder: scratch.join(STORE), is_else_shared: false });
    confine.readable = vec![root.to_owned(), top.join(".git")];
    confine.hidden = secrets_of_home(&home);
    // What Callboard keeps of sessions lies around the folder that goes when all is done.
    let home = scratch.parent().and_then(Path::parent);
    confine.hidden.extend(home.map(Path::to_owned));
    confine
}

/// What of a configuration starts nothing.
fn harmless(project: Project) -> Project {
    let Worktrees { bring, share, clone, templates, .. } = project.worktrees;
    Project {
        check_seconds: project.check_seconds,
        worktrees: Worktrees { bring, share, clone, templates, ..Worktrees::default() },
        environment: project.environment,
        receipts: Receipts { coverage: project.receipts.coverage, ..Receipts::default() },
        ..Project::default()
    }
}

struct Alone<'a> {
    order: &'a AloneOrder<'a>,
    root: PathBuf,
    /// The repository that the worktrees belong to.
    store: Git,
    project: Project,
    made: Cell<usize>,
}

impl Ground for Alone<'_> {
    fn try_on(
        &self,
        on: &MixedTree,
        commands: &[String],
        measures: bool,
        told: &mut dyn FnMut(TrialNews),
    ) -> Result<(), EngineError> {
        self.made.set(self.made.get() + 1);
        let folder = self.order.scratch.join(format!("check-{}", self.made.get()));
        let (top, logs) = (folder.join("work"), folder.join("logs"));
        fs::create_dir_all(&logs).map_err(|error| EngineError::Refused {
            text: format!("cannot write {}: {error}; nothing was run", logs.display()),
            hint: "see whether the disk is full, and who may write there",
        })?;
        worktree::add(&self.store, &top, CheckOut::Detached(&on.commit))?;
        let _made = Made { git: &self.store, folder: &folder, top: &top };
        let variables = self.equip(&top, &logs)?;
        for (command, line) in commands.iter().enumerate() {
            let (clock, name) = (self.order.clock, (command + 1).to_string());
            told(TrialNews::Began { command, log: format!("{name}.log"), at: clock() });
            let check = Reported {
                line,
                top: &top,
                logs: &logs,
                name: &name,
                variables: &variables,
                measures: measures && self.project.receipts.coverage,
                confine: self.order.confine_by.map(|program| {
                    confine(program, &top, (&self.root, self.order.scratch), &variables)
                }),
                time: Duration::from_secs(self.project.check_seconds),
                stop: self.order.stop,
                now: &clock,
            };
            let result = check.run(limits::CHECK_REPEATS);
            told(TrialNews::Ended { command, result, is_known: false });
        }
        Ok(())
    }
}

impl Alone<'_> {
    /// Gives a checkout what it needs of the main one, as far as that starts nothing; gives the variables of what runs in
    /// it.
    fn equip(&self, top: &Path, logs: &Path) -> Result<BTreeMap<String, String>, EngineError> {
        let log = logs.join("setup.log");
        let equip = Equip {
            home: self.order.scratch,
            root: &self.root,
            top,
            name: "check",
            branch: None,
            task: None,
            project: &self.project,
            variables: self.order.variables,
            log: Some(&log),
            stop: Some(self.order.stop),
        };
        let refused = |error: equip::EquipError| EngineError::Refused {
            text: error.of_throwaway(),
            hint: "see `[worktrees]` in callboard.toml",
        };
        equip::equip(&equip, Phase::First, &mut |_| {}).map_err(refused)?;
        let equipped = equip::equip(&equip, Phase::Rest, &mut |_| {}).map_err(refused)?;
        let mut variables = self.order.variables.clone();
        variables.entry("CI".into()).or_insert_with(|| "true".into());
        variables.extend(equipped.environment);
        Ok(variables)
    }
}

/// A checkout that goes when this is dropped.
struct Made<'a> {
    git: &'a Git,
    folder: &'a Path,
    top: &'a Path,
}

impl Drop for Made<'_> {
    fn drop(&mut self) {
        if let Err(error) = callboard_os::remove::folder(self.folder) {
            tracing::warn!(%error, path = %self.folder.display(), "the checkout of a check is left");
        }
        worktree::forget(self.git, self.top);
    }
}
