//! What is known so far of each check in each combination, while they run.

use std::collections::BTreeMap;

use callboard_git::mixed_tree::{MixedTree, MixedTrees};
use callboard_model::check::executed::Executed;
use callboard_model::check::results::compare::{Changed, Comparison, Grid, Standing};
use callboard_model::receipt::{Checked, Ran, RanGrid};
use callboard_model::review::CheckOutcome;
use callboard_model::trial::TrialResult;

use super::GridOutcome;
use crate::trials::TrialNews;

/// The checks in the four combinations; two of the same tree are one.
pub(super) struct State<'a> {
    trees: &'a MixedTrees,
    commands: &'a [String],
    /// For each tree, each command.
    ran: BTreeMap<&'a str, Vec<Ran>>,
    /// As they were told last.
    checked: Vec<Checked>,
    comparisons: Vec<Comparison>,
    /// What each command executes of the work.
    executed: Vec<Option<Executed>>,
}

impl<'a> State<'a> {
    /// All of them like this.
    pub(super) fn new(
        trees: &'a MixedTrees,
        commands: &'a [String],
        outcome: Option<CheckOutcome>,
    ) -> Self {
        let unknown = Ran { outcome, ..Ran::default() };
        let ran = in_order(trees)
            .into_iter()
            .map(|one| (one.tree.as_str(), vec![unknown.clone(); commands.len()]));
        let mut state = Self {
            trees,
            commands,
            ran: ran.collect(),
            checked: Vec::new(),
            comparisons: Vec::new(),
            executed: vec![None; commands.len()],
        };
        for command in 0..commands.len() {
            let grid = state.grid(command);
            let compared = grid.compare();
            state.checked.push(grid.checked(&compared));
            state.comparisons.push(compared);
        }
        state
    }

    pub(super) fn checked(&self) -> &[Checked] {
        &self.checked
    }

    /// Takes a step of a trial; gives whether it says anything.
    pub(super) fn take(&mut self, tree: &str, news: TrialNews) -> bool {
        match news {
            TrialNews::Waiting | TrialNews::Preparing { .. } => false,
            TrialNews::Began { command, log, .. } => {
                let outcome = Some(CheckOutcome::Running);
                self.put(tree, command, Ran { outcome, log: Some(log), ..Ran::default() })
            }
            TrialNews::Ended { command, result, .. } => self.end(tree, command, result),
        }
    }

    /// What is known of a tree without a run.
    pub(super) fn take_known(&mut self, tree: &str, known: Vec<Option<TrialResult>>) {
        for (command, result) in known.into_iter().enumerate() {
            if let Some(result) = result {
                self.end(tree, command, result);
            }
        }
    }

    /// Says why nothing more of a tree is known.
    pub(super) fn give_up(&mut self, tree: &str, outcome: CheckOutcome, words: &str) {
        for command in 0..self.commands.len() {
            let is_over = |ran: &Ran| ran.outcome.is_some_and(CheckOutcome::is_over);
            if self.ran.get(tree).and_then(|all| all.get(command)).is_some_and(is_over) {
                continue;
            }
            let words = Some(words.to_owned());
            self.put(tree, command, Ran { outcome: Some(outcome), words, ..Ran::default() });
        }
    }

    pub(super) fn outcome(self) -> GridOutcome {
        let grids = || (0..self.commands.len()).map(|command| self.grid(command));
        let reruns = grids()
            .zip(&self.comparisons)
            .filter_map(|(grid, compared)| grid.rerun(compared))
            .collect();
        let proving = self.comparisons.iter().flat_map(|compared| compared.with(Standing::Proves));
        let mut proving: Vec<String> = proving.map(|(name, _)| name.to_string()).collect();
        proving.sort();
        proving.dedup();
        let executed = self.executed.into_iter().flatten().reduce(|mut all, one| {
            all.add(one);
            all
        });
        GridOutcome {
            reruns,
            proving,
            checked: self.checked,
            comparisons: self.comparisons,
            executed,
        }
    }

    fn end(&mut self, tree: &str, command: usize, mut result: TrialResult) -> bool {
        let executed = result.executed.take();
        if let Some(place) = self.executed.get_mut(command)
            && tree == self.trees.work.tree
        {
            *place = executed;
        }
        self.put(tree, command, ran_of(result))
    }

    fn put(&mut self, tree: &str, command: usize, ran: Ran) -> bool {
        let Some(place) = self.ran.get_mut(tree).and_then(|all| all.get_mut(command)) else {
            return false;
        };
        *place = ran;
        let grid = self.grid(command);
        let compared = grid.compare();
        self.checked[command] = grid.checked(&compared);
        self.comparisons[command] = compared;
        true
    }

    fn grid(&self, command: usize) -> RanGrid<'_> {
        let of = |tree: &MixedTree| &self.ran[tree.tree.as_str()][command];
        let MixedTrees { base, new_code, base_code, work } = self.trees;
        let ran = Grid {
            base_base: of(base),
            new_base: of(new_code),
            base_new: of(base_code),
            new_new: of(work),
        };
        RanGrid {
            command: &self.commands[command],
            ran,
            // A helper of tests that changed may change any of them.
            changed: Changed::Unknown,
            is_same_code: self.trees.is_same_code(),
        }
    }
}

/// The combinations in the order in which they are run: first what people wait for, last what is known of each commit
/// once. None is there twice.
pub(super) fn in_order(trees: &MixedTrees) -> Vec<&MixedTree> {
    let mut all: Vec<&MixedTree> = Vec::new();
    for one in [&trees.work, &trees.new_code, &trees.base_code, &trees.base] {
        if !all.iter().any(|known| known.tree == one.tree) {
            all.push(one);
        }
    }
    all
}

fn ran_of(result: TrialResult) -> Ran {
    let TrialResult {
        outcome,
        exit_code,
        words,
        started_at: _,
        duration_ms,
        log,
        runs,
        executed: _,
        confinement,
    } = result;
    Ran { outcome: Some(outcome), exit_code, words, duration_ms, log, runs, confinement }
}
