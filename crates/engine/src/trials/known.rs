//! What commands came to before on the same tree, and which of them are still to be run.

use callboard_model::project::Project;
use callboard_model::review::CheckOutcome;
use callboard_model::trial::TrialResult;
use callboard_store::TrialKey;
use serde_json::json;

use super::{Trial, TrialNews, log_path};
use crate::{Engine, EngineError};

/// What is known of the commands of a trial, in the store.
pub(super) struct Known<'t> {
    engine: &'t Engine,
    trial: &'t Trial<'t>,
    tree: String,
    /// For each command, what else its result hangs on.
    given: Vec<String>,
}

impl<'t> Known<'t> {
    pub(super) fn of(
        engine: &'t Engine,
        trial: &'t Trial<'t>,
        project: &Project,
        tree: String,
    ) -> Self {
        let given = (0..trial.commands.len())
            .map(|command| {
                let is_confined = engine.config.confine_by.is_some();
                given(project, &trial.commands[..command], &trial.commands[command], is_confined)
            })
            .collect();
        Self { engine, trial, tree, given }
    }

    fn key(&self, command: usize) -> TrialKey<'_> {
        TrialKey {
            workspace: self.trial.workspace,
            tree: &self.tree,
            given: &self.given[command],
            command: &self.trial.commands[command],
        }
    }

    /// What is known of each command.
    pub(super) fn results(&self) -> Result<Vec<Option<TrialResult>>, EngineError> {
        let of = |command| {
            let found = self.engine.read(|s| Ok(s.trial_result(&self.key(command))?))?;
            Ok(found.map(|found| self.with_log(found)))
        };
        (0..self.trial.commands.len()).map(of).collect()
    }

    /// What is known, and what is to be run. One after which another is to be run is run again itself: the other may need
    /// what it leaves. With `repeats`, the runs of each are asked for, too, and of one that failed more than one.
    pub(super) fn look_up(&self, fresh: bool, repeats: u32) -> Result<Due, EngineError> {
        let is_enough = |found: &TrialResult| {
            if self.trial.measures && found.executed.is_none() {
                return false;
            }
            let was_repeated = found.runs.len() > 1 || found.would_not_differ();
            repeats == 0 || (!found.runs.is_empty() && was_repeated)
        };
        let mut known = self.results()?;
        for found in &mut known {
            *found = found.take().filter(|found| !fresh && is_enough(found));
        }
        let first_known = known.iter().rposition(Option::is_none).map_or(0, |last| last + 1);
        Ok(Due { next: 0, first_known, known })
    }

    /// Its log may be gone by now.
    fn with_log(&self, mut result: TrialResult) -> TrialResult {
        let is_there =
            |name: &String| log_path(self.engine.home(), name).is_some_and(|path| path.is_file());
        result.log = result.log.filter(is_there);
        result
    }

    /// Keeps what a command came to, if it would come to the same again.
    pub(super) fn keep(&self, command: usize, result: &TrialResult) {
        if !result.holds() {
            return;
        }
        let TrialKey { workspace, tree, given, command } = self.key(command);
        let [tree, given, command] = [tree, given, command].map(str::to_owned);
        let result = result.clone();
        let kept = self.engine.ask(move |core| {
            let of = TrialKey { workspace, tree: &tree, given: &given, command: &command };
            core.keep_trial_result(&of, &result)
        });
        if let Err(error) = kept {
            tracing::warn!(%error, "what a check came to is not remembered");
        }
    }
}

/// Tells what a worktree is given, what ran in it before, and what both may do.
fn given(project: &Project, before: &[String], line: &str, is_confined: bool) -> String {
    let worktrees = &project.worktrees;
    let confine = &project.confine;
    let is_confined = is_confined && !confine.off;
    let checks: Vec<_> =
        before.iter().map(String::as_str).chain([line]).map(|line| project.check(line)).collect();
    let may =
        is_confined.then(|| json!([confine.network, confine.services, confine.writes, checks]));
    let all = json!({
        "before": before,
        "bring": worktrees.bring,
        "templates": worktrees.templates,
        "share": worktrees.share,
        "clone": worktrees.clone,
        "setup": worktrees.setup,
        "ports": project.ports.names,
        "environment": project.environment,
        "database": project.database,
        "may": may,
    });
    format!("{:016x}", xxhash_rust::xxh3::xxh3_64(all.to_string().as_bytes()))
}

/// The commands of a trial: those before `first_known` are run, the others are known.
pub(super) struct Due {
    next: usize,
    first_known: usize,
    known: Vec<Option<TrialResult>>,
}

impl Due {
    /// Whether there is anything to run.
    pub(super) fn is_due(&self) -> bool {
        self.next().is_some()
    }

    /// The command that is run next.
    pub(super) fn next(&self) -> Option<usize> {
        (self.next < self.first_known).then_some(self.next)
    }

    /// Tells what need not be run.
    pub(super) fn tell_known(&self, told: &mut dyn FnMut(TrialNews)) {
        for (command, result) in self.known.iter().enumerate().skip(self.first_known) {
            if let Some(result) = result.clone() {
                told(TrialNews::Ended { command, result, is_known: true });
            }
        }
    }

    /// Tells what the next command came to.
    pub(super) fn tell(
        &mut self,
        told: &mut dyn FnMut(TrialNews),
        command: usize,
        result: TrialResult,
    ) {
        self.next = command + 1;
        told(TrialNews::Ended { command, result, is_known: false });
    }

    /// Tells the same of all that were to be run.
    pub(super) fn tell_rest(
        &mut self,
        told: &mut dyn FnMut(TrialNews),
        outcome: CheckOutcome,
        words: Option<&str>,
    ) {
        while let Some(command) = self.next() {
            let words = words.map(str::to_owned);
            self.tell(told, command, TrialResult::without_beginning(outcome, words));
        }
    }

    /// Tells that there was no worktree to run them in, and why.
    pub(super) fn tell_unprepared(
        &mut self,
        told: &mut dyn FnMut(TrialNews),
        words: &str,
        log: Option<String>,
    ) {
        while let Some(command) = self.next() {
            let words = Some(words.to_owned());
            let result = TrialResult::without_beginning(CheckOutcome::CouldNotRun, words);
            self.tell(told, command, TrialResult { log: log.clone(), ..result });
        }
    }
}

#[cfg(test)]
mod tests {
    use callboard_model::project::Check;

    use super::*;

    #[test]
    fn a_result_hangs_on_what_its_worktree_was_given_and_on_what_ran_before() {
        let project = Project::default();
        let before = ["make".to_owned()];
        let mut other = project.clone();
        other.worktrees.setup.push("make deps".into());
        let of = |project: &Project, before: &[String]| given(project, before, "test", true);
        let all = [of(&project, &[]), of(&project, &before), of(&other, &[])];
        assert!(all[0] != all[1] && all[0] != all[2]);
        // Neither decides what a command comes to.
        other = project.clone();
        (other.worktrees.pool, other.check_seconds) = (7, 1);
        assert_eq!(of(&other, &[]), all[0]);
        // What it may do does.
        other.checks.push(Check { network: true, ..Check::new("test") });
        assert_ne!(of(&other, &[]), all[0]);
        assert_ne!(given(&project, &[], "test", false), all[0]);
        assert_eq!(given(&project, &[], "test", false), given(&other, &[], "test", false));
    }

    #[test]
    fn what_is_run_is_all_up_to_the_last_that_is_not_known() {
        let passed = || Some(TrialResult::without_beginning(CheckOutcome::Passed, None));
        let mut due = Due { next: 0, first_known: 2, known: vec![passed(), None, passed()] };
        let mut ended = Vec::new();
        let mut told = |news| match news {
            TrialNews::Ended { command, result, is_known } => {
                ended.push((command, result.outcome, is_known));
            }
            other => panic!("{other:?}"),
        };
        due.tell_known(&mut told);
        assert_eq!(due.next(), Some(0));
        due.tell_rest(&mut told, CheckOutcome::Stopped, None);
        assert!(!due.is_due());
        let stopped = CheckOutcome::Stopped;
        assert_eq!(
            ended,
            [(2, CheckOutcome::Passed, true), (0, stopped, false), (1, stopped, false)]
        );
    }
}
