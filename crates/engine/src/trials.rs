//! Trials: commands run on a commit, in a worktree that is prepared like any other and goes away again.
//!
//! Whoever asks waits for the end, on a thread of its own, and is told of each step.

mod confining;
mod journal;
mod known;
mod logs;
mod measured;
mod reported;
mod room;
mod run;
mod services;
mod throwaway;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use callboard_agents::StopFlag;
use callboard_git::{Git, worktree};
use callboard_model::project::Project;
use callboard_model::review::CheckOutcome;
use callboard_model::trial::TrialResult;
use callboard_model::{TaskId, Timestamp, WorkspaceId};

use self::journal::{Journal, log_path};
use self::known::{Due, Known};
use self::throwaway::{Throwaway, Unprepared};
use crate::trust::refusal;
use crate::{Engine, EngineError, limits};

pub use logs::TrialLogPart;
pub(crate) use reported::Reported;
pub(crate) use room::TrialsRoom;
pub(crate) use throwaway::is_throwaway;

/// What is left alone where no check may run.
const UNTOUCHED: &str = "no check was run";

/// Why no check runs in a worktree that is empty by now.
const DELETED: &str = "the check before it deleted its checkout";

/// A commit, and the commands to run on it.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// The repository.
    pub workspace: WorkspaceId,
    /// The commit; the repository has it already.
    pub commit: &'a str,
    /// Command lines, of those that [`Engine::checks_of`] gives.
    pub commands: &'a [String],
    /// Run them even where it is known what they come to.
    pub fresh: bool,
    /// Find out which lines they execute, too.
    pub measures: bool,
    /// Breaks it off, with all that was started, once it is told.
    pub stop: &'a StopFlag,
}

/// A step of a trial. Every command ends exactly once, also where nothing could be run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "one is told at a time, and none is kept")]
pub enum TrialNews {
    /// As many trials as may go on at once do: this one waits for its turn.
    Waiting,
    /// Its worktree is being made and set up.
    Preparing {
        /// The name of the log of its setup, for [`Engine::trial_log`]; there once a script of it runs.
        log: String,
    },
    /// A command runs.
    Began {
        /// Its place in the list.
        command: usize,
        /// The name of its log.
        log: String,
        /// When.
        at: Timestamp,
    },
    /// A command came to this.
    Ended {
        /// Its place in the list.
        command: usize,
        /// *Passed* and *failed* only if it ran; *could not run* if its worktree could not be prepared.
        result: TrialResult,
        /// It did not run now: this is what it came to the last time on this tree.
        is_known: bool,
    },
}

/// What is to be tried.
struct Found<'t> {
    /// The main checkout.
    root: PathBuf,
    project: Arc<Project>,
    commit: String,
    known: Known<'t>,
    /// How often a command that fails is run again.
    repeats: u32,
}

/// What went wrong, and what to do, in one text.
pub(crate) fn words_of(error: &EngineError) -> String {
    let hint = error.hint().map_or_else(String::new, |hint| format!("; {hint}"));
    format!("{error}{hint}")
}

/// Starts taking back what the last daemon was in the middle of.
pub(crate) fn start(engine: &Arc<Engine>) {
    // Before any trial of this daemon can begin.
    let left = Journal::left(engine.home());
    let weak = Arc::downgrade(engine);
    std::thread::spawn(move || {
        callboard_os::thread::give_way();
        if let Some(engine) = weak.upgrade() {
            engine.take_back_left(&left);
        }
    });
}

impl Engine {
    /// The checks of a workspace and of some of its tasks, in this order, each once: what [`Trial::commands`] may hold.
    ///
    /// # Errors
    /// When `callboard.toml` is not approved as it is now, or there is no such task.
    pub fn checks_of(
        &self,
        workspace: WorkspaceId,
        tasks: &[TaskId],
    ) -> Result<Vec<String>, EngineError> {
        let (_, project) = self.project_to_check(workspace)?;
        let mut commands = Vec::new();
        let mut add = |lines: &[String]| {
            for line in lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()) {
                if !commands.iter().any(|known| known == line) {
                    commands.push(line.to_owned());
                }
            }
        };
        let lines: Vec<String> = project.checks.iter().map(|check| check.run.clone()).collect();
        add(&lines);
        for id in tasks {
            let task = self.read(|s| Ok(s.task(*id)?))?.filter(|task| task.workspace == workspace);
            add(&task.ok_or_else(|| EngineError::no_task(*id))?.checks);
        }
        if commands.len() > limits::CHECKS {
            return Err(EngineError::Refused {
                text: format!(
                    "there are {} checks, of which {} may be run; {UNTOUCHED}",
                    commands.len(),
                    limits::CHECKS
                ),
                hint: "join some of them into one script",
            });
        }
        Ok(commands)
    }

    /// Runs commands on a commit, one after another, in a throwaway worktree, and tells of each step; what is known
    /// already is told at once. Returns when all have ended and nothing of the worktree is left.
    ///
    /// # Errors
    /// When a command is none that was approved, there is no such commit, or the store cannot be read: nothing was run
    /// then.
    pub fn try_commit(
        &self,
        trial: &Trial<'_>,
        told: &mut dyn FnMut(TrialNews),
    ) -> Result<(), EngineError> {
        self.try_repeatedly(trial, 0, told)
    }

    /// The same, running a command that fails up to `repeats` times more, so that a test shows that fails now and then.
    ///
    /// # Errors
    /// As [`try_commit`](Self::try_commit).
    pub(crate) fn try_repeatedly(
        &self,
        trial: &Trial<'_>,
        repeats: u32,
        told: &mut dyn FnMut(TrialNews),
    ) -> Result<(), EngineError> {
        let (found, mut due) = self.look_up(trial, repeats)?;
        if !due.is_due() {
            due.tell_known(told);
            return Ok(());
        }
        let Some(turn) = self.trials.take(&found.root, trial.stop, || told(TrialNews::Waiting))
        else {
            due.tell_known(told);
            due.tell_rest(told, CheckOutcome::Stopped, None);
            return Ok(());
        };
        // While it waited, another trial of the same tree may have ended, or the configuration changed.
        let found = match self.look_up(trial, repeats) {
            Ok((found, now_due)) => {
                due = now_due;
                due.tell_known(told);
                found
            }
            Err(error) => {
                due.tell_known(told);
                due.tell_unprepared(told, &words_of(&error), None);
                return Ok(());
            }
        };
        if due.is_due() {
            let project = found.project.clone();
            match Throwaway::begin(self, turn, (&found.root, project), trial.stop) {
                Ok(place) => self.run_all(trial, &place, (&found, &mut due), told),
                Err(error) => due.tell_unprepared(told, &words_of(&error), None),
            }
        }
        Ok(())
    }

    /// What is to be tried, if it may be, and what is known of it.
    fn look_up<'t>(
        &'t self,
        trial: &'t Trial<'t>,
        repeats: u32,
    ) -> Result<(Found<'t>, Due), EngineError> {
        let (root, project) = self.project_to_check(trial.workspace)?;
        self.refuse_strange(trial, &project)?;
        let git = Git::at(&root);
        let no_commit = || EngineError::Refused {
            text: format!("there is no commit {} in {}; {UNTOUCHED}", trial.commit, root.display()),
            hint: "look at the review again: it may be of a branch that is gone",
        };
        let commit = worktree::commit_of(&git, trial.commit).ok_or_else(no_commit)?;
        let tree = git.text(&["rev-parse", &format!("{commit}^{{tree}}")])?;
        let known = Known::of(self, trial, &project, tree);
        let due = known.look_up(trial.fresh, repeats)?;
        Ok((Found { root, project, commit, known, repeats }, due))
    }

    /// What commands came to before on a tree, without running anything; none where that is not known.
    ///
    /// # Errors
    /// When `callboard.toml` is not approved as it is now, or the store cannot be read.
    pub(crate) fn known_results(
        &self,
        workspace: WorkspaceId,
        tree: &str,
        commands: &[String],
    ) -> Result<Vec<Option<TrialResult>>, EngineError> {
        let (_, project) = self.project_to_check(workspace)?;
        let stop = StopFlag::default();
        let trial =
            Trial { workspace, commit: tree, commands, fresh: false, measures: false, stop: &stop };
        Known::of(self, &trial, &project, tree.to_owned()).results()
    }

    fn run_all(
        &self,
        trial: &Trial<'_>,
        place: &Throwaway<'_>,
        (found, due): (&Found<'_>, &mut Due),
        told: &mut dyn FnMut(TrialNews),
    ) {
        let setup = place.journal.log("setup");
        told(TrialNews::Preparing { log: setup.clone() });
        let prepared = match place.prepare(&found.commit) {
            Ok(prepared) => prepared,
            Err(Unprepared::Stopped) => return due.tell_rest(told, CheckOutcome::Stopped, None),
            Err(Unprepared::Failed(words)) => {
                let log = log_path(self.home(), &setup).filter(|path| path.is_file());
                due.tell_unprepared(told, &words, log.map(|_| setup));
                return;
            }
        };
        let top = &place.journal.top;
        let had_files = run::has_files(top);
        while let Some(command) = due.next() {
            if trial.stop.stopped() {
                return due.tell_rest(told, CheckOutcome::Stopped, None);
            }
            if had_files && !run::has_files(top) {
                return due.tell_rest(told, CheckOutcome::CouldNotRun, Some(DELETED));
            }
            let name = (command + 1).to_string();
            let (log, at) = (place.journal.log(&name), self.now());
            told(TrialNews::Began { command, log: log.clone(), at });
            let line = &trial.commands[command];
            let check = Reported {
                line,
                top,
                logs: &place.logs(),
                name: &name,
                variables: &prepared.variables,
                measures: trial.measures,
                confine: self.confine_of(&found.project, line, (&found.root, top), &prepared),
                time: Duration::from_secs(found.project.check_seconds),
                stop: trial.stop,
                now: &|| self.now(),
            };
            let result = TrialResult { log: Some(log), ..check.run(found.repeats) };
            found.known.keep(command, &result);
            due.tell(told, command, result);
        }
    }

    /// The main checkout and what takes effect of its `callboard.toml`: refused while that is not approved.
    fn project_to_check(
        &self,
        workspace: WorkspaceId,
    ) -> Result<(PathBuf, Arc<Project>), EngineError> {
        let found = self.read(|s| Ok(s.workspace(workspace)?))?;
        let found = found.ok_or_else(|| EngineError::NotFound {
            what: format!("workspace {workspace}"),
            hint: "run `callboard up` in its repository",
        })?;
        let root = found.row.root;
        if !found.row.is_git {
            return Err(EngineError::Refused {
                text: format!("{} is no git repository; {UNTOUCHED}", root.display()),
                hint: "checks run on commits",
            });
        }
        let standing = self.standing(&root)?;
        if standing.holds_checks_up() {
            self.see_to_trust(workspace, &root);
            return Err(refusal(&root, UNTOUCHED));
        }
        Ok((root, standing.effective()))
    }

    /// Only what the approved configuration or a task of a person names is run.
    fn refuse_strange(&self, trial: &Trial<'_>, project: &Project) -> Result<(), EngineError> {
        let tasks = self.read(|s| Ok(s.tasks(Some(trial.workspace))?))?;
        let of_project = project.checks.iter().map(|check| &check.run);
        let known = of_project.chain(tasks.iter().flat_map(|task| &task.checks));
        let known: Vec<&str> = known.map(|line| line.trim()).collect();
        match trial.commands.iter().find(|line| !known.contains(&line.trim())) {
            None => Ok(()),
            Some(line) => Err(EngineError::Refused {
                text: format!("`{line}` is no check of callboard.toml, nor of a task; {UNTOUCHED}"),
                hint: "name it under `checks` in callboard.toml, or give it to a task with `--check`",
            }),
        }
    }
}
