//! Checks of a review: each command on all members together, and on each alone, in throwaway worktrees.

use std::collections::HashMap;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use callboard_agents::StopFlag;
use callboard_git::Git;
use callboard_git::carry::{carry, let_go};
use callboard_model::review::{CheckOutcome, CheckRun, Combination, Review, Step};
use callboard_model::view::ReviewView;
use callboard_model::{ReviewId, TaskId, WorkspaceId};

use super::narrow::marker;
use super::open::refuse_unless_open;
use crate::trials::{Trial, TrialLogPart, TrialNews};
use crate::{Engine, EngineError};

/// Where the commits that are checked are kept while they are.
pub(crate) const CHECKED: &str = "refs/callboard/checks/";

/// The checks that go on, by their reviews.
pub(crate) type Checking = Mutex<HashMap<ReviewId, Arc<StopFlag>>>;

/// A commit of a review, and the runs on it.
struct Job {
    review: Review,
    step: Step,
    runs: Vec<CheckRun>,
    fresh: bool,
    stop: Arc<StopFlag>,
    /// Dropped once it has its turn: others may take theirs then.
    waits: Option<SyncSender<()>>,
}

impl Engine {
    /// Starts the checks of a review, in place of those that go on. What is known of the same tree is not run again unless
    /// `fresh`.
    ///
    /// # Errors
    /// When there is no check, one may not run, or the review is over.
    pub fn check_review(
        self: &Arc<Self>,
        id: ReviewId,
        fresh: bool,
    ) -> Result<ReviewView, EngineError> {
        let review = self.review_row(id)?;
        refuse_unless_open(&review)?;
        let combination = review.combination.clone().ok_or_else(|| EngineError::Refused {
            text: format!("what {id} comes to is not known yet; no check was run"),
            hint: "try again in a moment",
        })?;
        let commands = self.commands_of(id, review.workspace)?;
        if commands.is_empty() {
            return Err(EngineError::Refused {
                text: format!("{id} has no check; nothing was run"),
                hint: "name commands under `checks` in callboard.toml, or on a task: `callboard task edit T12 --check 'cargo test'`",
            });
        }
        let stop = self.take_turn(id);
        let places = places(&review, &combination);
        let mut runs = Vec::new();
        for (member, step) in &places {
            runs.extend(commands.iter().map(|command| new_run(command, member, step.as_ref())));
        }
        if review.members.len() > 2 {
            runs.extend(commands.iter().map(|command| marker(&review, &combination, command)));
        }
        let kept = self.ask(move |core| core.put_check_runs(id, runs, true))?;
        let jobs: Vec<Job> = places
            .into_iter()
            .filter_map(|(member, step)| {
                let own = kept.iter().filter(|run| run.member == member).cloned().collect();
                let (review, stop) = (review.clone(), stop.clone());
                Some(Job { review, step: step?, runs: own, fresh, stop, waits: None })
            })
            .collect();
        let engine = Arc::clone(self);
        std::thread::spawn(move || {
            engine.run_one_after_another(jobs);
            if !stop.stopped() {
                engine.narrow_or_say(id, &commands, fresh, &stop);
            }
        });
        self.review(id)
    }

    /// Runs all, the first before the others take their turns: it is of all members together, and tells most.
    fn run_one_after_another(self: &Arc<Self>, jobs: Vec<Job>) {
        let mut threads = Vec::new();
        for (number, mut job) in jobs.into_iter().enumerate() {
            let (waits, has_begun) = sync_channel(0);
            job.waits = (number == 0).then_some(waits);
            let engine = Arc::clone(self);
            threads.push(std::thread::spawn(move || engine.run_checks(job)));
            if number == 0 {
                // It ends with an error, once nobody holds the other end.
                let _ = has_begun.recv();
            }
        }
        for thread in threads {
            if thread.join().is_err() {
                tracing::warn!("a check ended without telling what it came to");
            }
        }
    }

    /// Runs the checks of all members together, and waits for them; refuses if one does not pass.
    pub(super) fn check_together(self: &Arc<Self>, id: ReviewId) -> Result<(), EngineError> {
        let review = self.review_row(id)?;
        let combination = review.combination.clone();
        let Some(step) = combination.as_ref().and_then(|one| one.checked(None)).cloned() else {
            return Ok(());
        };
        let commands = self.commands_of(id, review.workspace)?;
        self.stop_checks(id);
        let runs = commands.iter().map(|command| new_run(command, &None, Some(&step))).collect();
        let runs = self.ask(move |core| core.put_check_runs(id, runs, false))?;
        let stop = self.take_turn(id);
        self.run_checks(Job { review, step, runs, fresh: false, stop, waits: None });
        let failed = self
            .review(id)?
            .checks
            .into_iter()
            .find(|check| check.member.is_none() && check.outcome != CheckOutcome::Passed);
        failed.map_or(Ok(()), |check| {
            Err(EngineError::Refused {
                text: format!(
                    "the base has moved, and `{}` does not pass on what is there now; nothing was landed",
                    check.command
                ),
                hint: "see `callboard review show`",
            })
        })
    }

    /// The commands that check a review.
    fn commands_of(
        &self,
        id: ReviewId,
        workspace: WorkspaceId,
    ) -> Result<Vec<String>, EngineError> {
        let members = self.review(id)?.members;
        let tasks: Vec<TaskId> =
            members.iter().filter_map(|one| one.changeset.changeset.task).collect();
        self.checks_of(workspace, &tasks)
    }

    /// Lets go of the commits that an earlier daemon checked.
    pub(super) fn let_go_of_checked(&self) {
        let Ok(workspaces) = self.read(|s| Ok(s.workspaces()?)) else { return };
        for workspace in
            workspaces.into_iter().filter(|one| one.row.is_git && one.row.root.is_dir())
        {
            if let Err(error) = let_go(&Git::at(&workspace.row.root), CHECKED) {
                tracing::warn!(%error, "commits that were checked are held on to");
            }
        }
    }

    /// Breaks off the checks of a review that go on.
    pub(super) fn stop_checks(&self, id: ReviewId) {
        let mut checking = self.checking.lock().unwrap_or_else(PoisonError::into_inner);
        let before = checking.remove(&id);
        drop(checking);
        if let Some(before) = before {
            before.stop();
        }
        if let Err(error) = self.ask(move |core| core.stop_check_runs(id, "it was broken off")) {
            tracing::warn!(%error, review = %id, "checks that were broken off are shown as if they ran");
        }
    }

    /// Has the checks of a review that go on end, and gives what ends those that follow.
    fn take_turn(&self, id: ReviewId) -> Arc<StopFlag> {
        let stop = Arc::new(StopFlag::default());
        let mut checking = self.checking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = checking.insert(id, Arc::clone(&stop)) {
            before.stop();
        }
        stop
    }

    /// What the log of a check says from a byte on, and whether it may say more.
    ///
    /// # Errors
    /// When it has none.
    pub fn check_log(
        &self,
        id: ReviewId,
        number: i64,
        from: u64,
    ) -> Result<(TrialLogPart, bool), EngineError> {
        let runs = self.read(|s| Ok(s.check_runs(id)?))?;
        let run = runs.into_iter().find(|run| run.id == number);
        let no_log = || EngineError::NotFound {
            what: format!("log of check {number} of {id}"),
            hint: "see its checks with `callboard review show`",
        };
        let run = run.ok_or_else(no_log)?;
        let log = run.log.ok_or_else(no_log)?;
        Ok((self.trial_log(&log, from)?, run.outcome == CheckOutcome::Running))
    }

    fn run_checks(&self, mut job: Job) {
        let (id, commit) = (job.review.id, job.step.commit.clone());
        let reference = format!("{CHECKED}{id}-{commit}");
        let result = self.bring(&job.review, &commit, &reference).and_then(|git| {
            let commands: Vec<String> = job.runs.iter().map(|run| run.command.clone()).collect();
            let stop = Arc::clone(&job.stop);
            let trial = Trial {
                workspace: job.review.workspace,
                commit: &commit,
                commands: &commands,
                fresh: job.fresh,
                measures: false,
                stop: &stop,
            };
            let result = self.try_commit(&trial, &mut |news| self.take_news(id, &mut job, news));
            let_go(&git, &reference)?;
            result
        });
        let Err(error) = result else { return };
        let words = error.to_string();
        for run in &mut job.runs {
            if !run.outcome.is_over() {
                run.outcome = CheckOutcome::CouldNotRun;
                run.words = Some(words.clone());
            }
        }
        self.keep_runs(id, &job);
    }

    /// Brings a commit of a review into the user's repository.
    pub(super) fn bring(
        &self,
        review: &Review,
        commit: &str,
        reference: &str,
    ) -> Result<Git, EngineError> {
        let git = self.trees_of(review.workspace)?;
        carry(&git, reference, commit)?;
        Ok(git)
    }

    fn take_news(&self, id: ReviewId, job: &mut Job, news: TrialNews) {
        if news != TrialNews::Waiting {
            job.waits = None;
        }
        match news {
            TrialNews::Waiting | TrialNews::Preparing { .. } => return,
            TrialNews::Began { command, log, at } => {
                let Some(run) = job.runs.get_mut(command) else { return };
                (run.outcome, run.started_at) = (CheckOutcome::Running, Some(at));
                run.log = Some(log);
            }
            TrialNews::Ended { command, result, .. } => {
                let Some(run) = job.runs.get_mut(command) else { return };
                (run.outcome, run.exit_code, run.words) =
                    (result.outcome, result.exit_code, result.words);
                (run.started_at, run.duration_ms) = (result.started_at, result.duration_ms);
                run.log = result.log;
            }
        }
        self.keep_runs(id, job);
    }

    /// Keeps what is known of the runs, unless others took their place.
    fn keep_runs(&self, id: ReviewId, job: &Job) {
        let is_current = {
            let checking = self.checking.lock().unwrap_or_else(PoisonError::into_inner);
            checking.get(&id).is_some_and(|flag| Arc::ptr_eq(flag, &job.stop))
        };
        let runs = job.runs.clone();
        if is_current && let Err(error) = self.ask(move |core| core.put_check_runs(id, runs, false))
        {
            tracing::warn!(%error, review = %id, "what a check came to could not be kept");
        }
    }
}

/// What is checked: all together, and each alone; without a step where git cannot merge it.
fn places(review: &Review, combination: &Combination) -> Vec<(Option<String>, Option<Step>)> {
    let mut places = vec![(None, combination.checked(None).cloned())];
    if review.members.len() > 1 {
        for (at, member) in review.members.iter().enumerate() {
            let key = member.changeset.key.to_string();
            places.push((Some(key), combination.checked(Some(at)).cloned()));
        }
    }
    places
}

fn new_run(command: &str, member: &Option<String>, step: Option<&Step>) -> CheckRun {
    let (outcome, words) = match step {
        Some(_) => (CheckOutcome::Waiting, None),
        None => (CheckOutcome::CouldNotRun, Some("git cannot merge it".to_owned())),
    };
    CheckRun {
        id: 0,
        command: command.to_owned(),
        member: member.clone(),
        set: Vec::new(),
        of: None,
        outcome,
        exit_code: None,
        words,
        started_at: None,
        duration_ms: None,
        tree: step.map(|step| step.tree.clone()).unwrap_or_default(),
        log: None,
    }
}
