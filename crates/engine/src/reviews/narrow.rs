//! Which members it takes for a check to fail: all pass it alone, and fail it together.
//!
//! Pairs are tried first, those that something joins before others. Where none fails, members are left out one at a
//! time, for as long as the rest fails: what is left fails, and fails no more without any one of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use callboard_agents::StopFlag;
use callboard_git::carry::let_go;
use callboard_git::landing::combine as merge_all;
use callboard_model::ReviewId;
use callboard_model::review::{CheckOutcome, CheckRun, Combination, Member, Review};
use callboard_model::view::Narrowed;

use super::checks::CHECKED;
use crate::trials::{Trial, TrialNews};
use crate::{Engine, EngineError, limits};

/// One search.
struct Search<'a> {
    review: &'a Review,
    combination: &'a Combination,
    /// The check that fails, behind those before it: it may need what they make.
    commands: &'a [String],
    fresh: bool,
    stop: &'a StopFlag,
}

/// The run that says whether the members that a command takes were looked for: it is of all of them.
pub(super) fn marker(review: &Review, combination: &Combination, command: &str) -> CheckRun {
    let all: Vec<usize> = (0..review.members.len()).collect();
    run_of(review, combination, (command, &all))
}

fn run_of(
    review: &Review,
    combination: &Combination,
    (command, set): (&str, &[usize]),
) -> CheckRun {
    let keys: Vec<String> =
        set.iter().map(|at| review.members[*at].changeset.key.to_string()).collect();
    CheckRun {
        id: 0,
        command: command.to_owned(),
        member: Some(keys.join(" + ")),
        set: keys,
        of: combination.tree.clone(),
        outcome: CheckOutcome::Waiting,
        exit_code: None,
        words: None,
        started_at: None,
        duration_ms: None,
        tree: String::new(),
        log: None,
    }
}

impl Engine {
    /// Finds out which members it takes for each check that all pass alone and fail together.
    pub(super) fn narrow(
        &self,
        id: ReviewId,
        commands: &[String],
        fresh: bool,
        stop: &StopFlag,
    ) -> Result<(), EngineError> {
        let (view, review) = (self.review(id)?, self.review_row(id)?);
        let Some(combination) = review.combination.clone() else { return Ok(()) };
        // A pair is as small as it gets, and was given no marker.
        if review.members.len() < 3 {
            return Ok(());
        }
        let mut ended = Vec::new();
        let is_due = |one: &&callboard_model::view::ProvenConflict| {
            one.narrowed == Narrowed::Searching && one.members.len() > 2
        };
        let due: Vec<&str> =
            view.proven.iter().filter(is_due).map(|one| one.command.as_str()).collect();
        for (at, command) in commands.iter().enumerate() {
            let commands = &commands[..=at];
            let (review, combination) = (&review, &combination);
            let search = Search { review, combination, commands, fresh, stop };
            let mut done = marker(review, combination, command);
            done.outcome = match due.contains(&command.as_str()) {
                true if self.try_sets(&search)? => CheckOutcome::Passed,
                _ => CheckOutcome::Stopped,
            };
            if stop.stopped() {
                return Ok(());
            }
            ended.push(done);
        }
        self.ask(move |core| core.put_check_runs(id, ended, false))?;
        Ok(())
    }

    /// Tries sets until the smallest is found; gives whether the search came to its end.
    fn try_sets(&self, search: &Search<'_>) -> Result<bool, EngineError> {
        let all = search.review.members.len();
        let (pairs, is_whole) = self.pairs_to_try(search.review)?;
        for pair in pairs {
            match self.try_set(search, &pair)? {
                None => return Ok(false),
                Some(CheckOutcome::Failed) => return Ok(true),
                Some(_) => {}
            }
        }
        if !is_whole {
            return Ok(false);
        }
        let mut left: Vec<usize> = (0..all).collect();
        for member in 0..all {
            let without: Vec<usize> = left.iter().copied().filter(|at| *at != member).collect();
            // All pairs are known to pass.
            if without.len() < 3 {
                break;
            }
            match self.try_set(search, &without)? {
                None => return Ok(false),
                Some(CheckOutcome::Failed) => left = without,
                Some(_) => {}
            }
        }
        Ok(true)
    }

    /// All pairs, those that something joins first; with whether these are all.
    fn pairs_to_try(&self, review: &Review) -> Result<(Vec<Vec<usize>>, bool), EngineError> {
        let keys: Vec<String> =
            review.members.iter().map(|member| member.changeset.key.to_string()).collect();
        let known = self.read(|s| Ok(s.pairs(review.workspace)?))?;
        let place = |key: &str| keys.iter().position(|known| known == key);
        let joined =
            known.iter().filter(|pair| pair.conflict.is_some() || !pair.couplings.is_empty());
        let joined: BTreeSet<(usize, usize)> = joined
            .filter_map(|pair| place(&pair.left).zip(place(&pair.right)))
            .map(|(one, other)| (one.min(other), one.max(other)))
            .collect();
        let mut pairs: Vec<(usize, usize)> = (0..keys.len())
            .flat_map(|one| (one + 1..keys.len()).map(move |other| (one, other)))
            .collect();
        pairs.sort_by_key(|pair| !joined.contains(pair));
        let is_whole = pairs.len() <= limits::PAIRS_TRIED;
        pairs.truncate(limits::PAIRS_TRIED);
        Ok((pairs.into_iter().map(|(one, other)| vec![one, other]).collect(), is_whole))
    }

    /// What the last command comes to on these members; `None` where the search is broken off.
    fn try_set(
        &self,
        search: &Search<'_>,
        set: &[usize],
    ) -> Result<Option<CheckOutcome>, EngineError> {
        let Search { review, combination, commands, fresh, stop } = search;
        let (id, last) = (review.id, commands.len() - 1);
        let tree_now = self.review_row(id)?.combination.and_then(|now| now.tree);
        if stop.stopped() || tree_now != combination.tree {
            return Ok(None);
        }
        let mut run = run_of(review, combination, (&commands[last], set));
        let members: Vec<Member> = set.iter().map(|at| review.members[*at].clone()).collect();
        let trees = self.trees_at(review.workspace)?;
        let commits = self.one_after_another(&trees, &members)?;
        let commits: Vec<&str> = commits.iter().map(String::as_str).collect();
        let steps = merge_all(trees.git(), &combination.base, &commits)?;
        let is_clean = steps.iter().all(|step| step.conflict.is_none());
        let Some(step) = steps.last().filter(|_| is_clean) else {
            (run.outcome, run.words) =
                (CheckOutcome::CouldNotRun, Some("git cannot merge them".to_owned()));
            self.ask(move |core| core.put_check_runs(id, vec![run], false))?;
            return Ok(Some(CheckOutcome::CouldNotRun));
        };
        run.tree.clone_from(&step.tree);
        let reference = format!("{CHECKED}{id}-{}", step.commit);
        let git = self.bring(review, &step.commit, &reference)?;
        let trial = Trial {
            workspace: review.workspace,
            commit: &step.commit,
            commands,
            fresh: *fresh,
            measures: false,
            stop,
        };
        let tried = self.try_commit(&trial, &mut |news| {
            if let TrialNews::Ended { command, result, .. } = news
                && command == last
            {
                (run.outcome, run.exit_code, run.words) =
                    (result.outcome, result.exit_code, result.words);
                (run.started_at, run.duration_ms) = (result.started_at, result.duration_ms);
                run.log = result.log;
            }
        });
        let_go(&git, &reference)?;
        tried?;
        if stop.stopped() {
            return Ok(None);
        }
        let outcome = run.outcome;
        self.ask(move |core| core.put_check_runs(id, vec![run], false))?;
        Ok(Some(outcome))
    }

    /// The same, where nobody is asked any more: what is not found out is told as such.
    pub(super) fn narrow_or_say(
        self: &Arc<Self>,
        id: ReviewId,
        commands: &[String],
        fresh: bool,
        stop: &StopFlag,
    ) {
        if let Err(error) = self.narrow(id, commands, fresh, stop) {
            tracing::warn!(%error, review = %id, "which members a check takes to fail is not found out");
            if let Err(error) = self.ask(move |core| core.stop_check_runs(id, "it failed")) {
                tracing::warn!(%error, review = %id, "a search is shown as if it went on");
            }
        }
    }
}
