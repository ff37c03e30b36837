//! The four-way run: each check on the base's code and on the new, with the base's tests and with the new ones.

mod alone;
mod ground;
mod state;

use callboard_agents::StopFlag;
use callboard_git::Git;
use callboard_git::mixed_tree::{MixedTrees, Split};
use callboard_model::WorkspaceId;
use callboard_model::check::executed::Executed;
use callboard_model::check::results::compare::Comparison;
use callboard_model::claim::Rerun;
use callboard_model::receipt::Checked;
use callboard_model::review::CheckOutcome;

pub(super) use self::alone::{AloneOrder, run_alone};
use self::ground::{Ground, Trials};
use self::state::{State, in_order};
use crate::trials::words_of;
use crate::{Engine, EngineError};

/// What is to be run.
#[derive(Debug, Clone, Copy)]
pub struct GridOrder<'a> {
    /// The repository.
    pub workspace: WorkspaceId,
    /// The commit that the work began from.
    pub base: &'a str,
    /// A commit of the work's tree, in the repository or in Callboard's own of its trees.
    pub work: &'a str,
    /// The checks' commands, of those that [`Engine::checks_of`] gives.
    pub commands: &'a [String],
    /// Run them even where it is known what they come to.
    pub fresh: bool,
    /// Breaks it off, with all that was started, once it is told.
    pub stop: &'a StopFlag,
}

/// What the checks came to.
#[derive(Debug, Clone, Default)]
pub struct GridOutcome {
    /// Each check, in the order of the commands.
    pub checked: Vec<Checked>,
    /// Every test of each of them, in the same order.
    pub comparisons: Vec<Comparison>,
    /// Those of them whose end is known on the work, for claims.
    pub reruns: Vec<Rerun>,
    /// New or changed tests that fail on the base's code and pass on the work's.
    pub proving: Vec<String>,
    /// Which lines of the work all of them execute together; none where none was measured.
    pub executed: Option<Executed>,
}

impl Engine {
    /// Runs the checks in each combination of code and tests, and tells how all stand after each step. What is known of
    /// the same tree is not run again unless `fresh`.
    ///
    /// What cannot be run is told in the checks' cells.
    ///
    /// # Errors
    /// When a commit is not there, a command is none that was approved, or the store cannot be read: nothing was run then.
    pub fn run_grid(
        &self,
        order: &GridOrder<'_>,
        told: &mut dyn FnMut(&[Checked]),
    ) -> Result<GridOutcome, EngineError> {
        let git = self.trees_of(order.workspace)?;
        let trees = self.mixed_trees(&git, order)?;
        let GridOrder { workspace, fresh, stop, .. } = *order;
        let measures = self.measures_lines(workspace)?;
        let ground = Trials { engine: self, workspace, git: &git, fresh, measures, stop };
        run(&ground, &trees, (order.commands, stop), told)
    }

    /// What is known of the checks without running anything; cells of what is not known are empty.
    ///
    /// # Errors
    /// When a commit is not there, `callboard.toml` is not approved as it is now, or the store cannot be read.
    pub fn known_grid(&self, order: &GridOrder<'_>) -> Result<GridOutcome, EngineError> {
        let git = self.trees_of(order.workspace)?;
        let trees = self.mixed_trees(&git, order)?;
        let measures = self.measures_lines(order.workspace)?;
        let mut state = State::new(&trees, order.commands, None);
        for one in in_order(&trees) {
            let known = self.known_results(order.workspace, &one.tree, order.commands)?;
            state.take_known(&one.tree, known);
        }
        let outcome = state.outcome();
        let executed = outcome.executed.filter(|_| measures);
        Ok(GridOutcome { executed, ..outcome })
    }

    /// Whether it is found out which lines checks execute.
    fn measures_lines(&self, workspace: WorkspaceId) -> Result<bool, EngineError> {
        let root = self.root_of_workspace(workspace)?;
        Ok(self.project(&root)?.receipts.coverage)
    }

    fn mixed_trees(&self, git: &Git, order: &GridOrder<'_>) -> Result<MixedTrees, EngineError> {
        let folder = self.trees_store(order.workspace).join("looks");
        Ok(MixedTrees::of(git, &folder, (order.base, order.work), &split)?)
    }
}

/// Puts a file together that holds code and tests.
fn split(path: &str, base: Option<&str>, new: Option<&str>) -> Option<Split> {
    let both = callboard_code::split_tests(path, base, new)?;
    Some(Split { new_code: both.new_code, base_code: both.base_code })
}

/// Runs the commands on each tree, the work's first: if that cannot be tried at all, nothing is.
fn run(
    ground: &dyn Ground,
    trees: &MixedTrees,
    (commands, stop): (&[String], &StopFlag),
    told: &mut dyn FnMut(&[Checked]),
) -> Result<GridOutcome, EngineError> {
    let mut state = State::new(trees, commands, Some(CheckOutcome::Waiting));
    for (number, one) in in_order(trees).into_iter().enumerate() {
        if stop.stopped() {
            state.give_up(&one.tree, CheckOutcome::Stopped, "it was broken off");
            continue;
        }
        if number == 0 {
            told(state.checked());
        }
        let measures = one.tree == trees.work.tree;
        let tried = ground.try_on(one, commands, measures, &mut |news| {
            if state.take(&one.tree, news) {
                told(state.checked());
            }
        });
        match tried {
            Ok(()) => {}
            Err(error) if number == 0 => return Err(error),
            Err(error) => {
                state.give_up(&one.tree, CheckOutcome::CouldNotRun, &words_of(&error));
                told(state.checked());
            }
        }
    }
    told(state.checked());
    Ok(state.outcome())
}
