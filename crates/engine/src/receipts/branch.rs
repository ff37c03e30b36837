//! A receipt of a branch that no session is known of: git and checks alone. Neither a daemon nor a store is needed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use callboard_agents::StopFlag;
use callboard_git::changeset::Changes;
use callboard_git::worktree::commit_of;
use callboard_git::{Git, aside, base, locate};
use callboard_model::claim::Evidence;
use callboard_model::project::FILE;
use callboard_model::receipt::statement::Statement;
use callboard_model::receipt::{
    Cell, Checked, Content, Material, Receipt, ReceiptOf, Request, Unproven, UnprovenKind, Weights,
    Work, assemble, held_by, kind_of_check,
};
use callboard_model::review::CheckOutcome;
use callboard_model::text::one_line;
use callboard_model::view::ReceiptView;

use super::grid::{AloneOrder, GridOutcome, run_alone};
use super::subject::revision;
use super::{change, mask, runs};
use crate::code::ChangedCode;
use crate::revisions::Passing;
use crate::{Clock, EngineError, project};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct BranchWanted<'a> {
    /// A folder in the repository.
    pub folder: &'a Path,
    /// Where something may be written meanwhile.
    pub scratch: &'a Path,
    /// The branch or revision.
    pub branch: &'a str,
    /// What it is to land on; the repository's base branch if not given.
    pub base: Option<&'a str>,
    /// Commands to run on it, as a person gave them.
    pub checks: &'a [String],
    /// The variables that they run with.
    pub variables: &'a BTreeMap<String, String>,
    /// Tells the present moment.
    pub clock: Clock,
    /// Breaks the checks off once it is told.
    pub stop: &'a StopFlag,
    /// The program that takes the steps of confinement; none where nothing is confined.
    pub confine_by: Option<&'a Path>,
}

/// The receipt of a branch, held by whatever blocks; `told` hears how far its checks are.
///
/// # Errors
/// When a revision names no commit, the folder lies in no repository, or the disk refuses: nothing was changed then.
pub fn receipt_of_branch(
    wanted: &BranchWanted<'_>,
    told: &mut dyn FnMut(&str),
) -> Result<ReceiptView, EngineError> {
    let store = Passing::below(wanted.scratch)?;
    let git = aside(wanted.folder, store.path())?;
    let here = Git::at(wanted.folder);
    let onto = match wanted.base {
        Some(base) => base.to_owned(),
        None => base::base(&here, None)?.branch,
    };
    let commit = named(&here, wanted.branch)?;
    let base = named(&here, &onto)?;
    let changes = Changes::of(&git, &base, &commit)?;
    let from = changes.bases.first(&commit).to_owned();
    let work = Work {
        folder: None,
        branch: Some(wanted.branch.to_owned()),
        onto: Some(onto),
        base: revision(&git, &from)?,
        now: revision(&git, &commit)?,
        files: changes.files,
        ..Work::default()
    };
    let read =
        change::read(&git, &work.files, &[], Some(&commit), &Mutex::new(ChangedCode::default()))?;
    let GridOutcome { checked, comparisons, reruns, proving, executed } =
        run(wanted, store.path(), &work, told)?;
    let of_runs = runs::findings(&checked, &comparisons, &read);
    let mut unproven = runs::not_run(executed.as_ref(), &read);
    unproven.extend(not_asked_for(wanted.folder, wanted.checks));
    let base_moved = super::base_moved(&here, &work);
    let mut findings = read.findings;
    findings.extend(of_runs);
    let request = here.text(&["log", "-1", "--format=%B", &commit]).ok();
    let title = request.as_deref().and_then(|words| words.lines().next()).unwrap_or_default();
    let material = Material {
        of: ReceiptOf::Branch(wanted.branch.to_owned()),
        title: title.to_owned(),
        request: None::<Request>,
        work,
        findings,
        checks: checked,
        evidence: Evidence { files: Some(read.files), reruns, proving, ..Evidence::default() },
        commands: Vec::new(),
        commands_left_out: 0,
        sessions: Vec::new(),
        unproven,
        asked: Vec::new(),
        artefacts: Vec::new(),
        outward: Vec::new(),
        ci: None,
        content: Content::default(),
    };
    let receipt = assemble(material, &Weights::default(), |_| None, (wanted.clock)());
    let receipt = mask::masked(receipt);
    let held_by = held_by(&receipt);
    Ok(ReceiptView { receipt, stale: None, held_by, base_moved, goes_on: false, file: None })
}

/// The checks that `callboard.toml` names here and nobody asked for: nothing runs that no person named.
fn not_asked_for(folder: &Path, asked: &[String]) -> Vec<Unproven> {
    let root = locate(folder).map(|checkout| checkout.main_top());
    let project = root.and_then(|root| project::read(&root).ok()).unwrap_or_default();
    let named = project.checks.iter().map(|check| check.run.as_str());
    named
        .filter(|line| !asked.iter().any(|one| one == line))
        .map(|line| Unproven {
            kind: UnprovenKind::CheckNotRun,
            words: format!("`{line}` of {FILE} was not asked for: `--check` runs it."),
            spots: Vec::new(),
            cite: None,
        })
        .collect()
}

/// Runs the checks that were asked for; without a base commit there is nothing to hold them against.
fn run(
    wanted: &BranchWanted<'_>,
    scratch: &Path,
    work: &Work,
    told: &mut dyn FnMut(&str),
) -> Result<GridOutcome, EngineError> {
    let (Some(base), Some(commit)) = (&work.base.commit, &work.now.commit) else {
        let not_run = |line: &String| {
            Checked::not_run(
                line,
                kind_of_check(line),
                "the branch has nothing in common with its base",
            )
        };
        let checked = wanted.checks.iter().map(not_run).collect();
        return Ok(GridOutcome { checked, ..GridOutcome::default() });
    };
    if wanted.checks.is_empty() {
        return Ok(GridOutcome::default());
    }
    let order = AloneOrder {
        folder: wanted.folder,
        scratch,
        base,
        work: commit,
        commands: wanted.checks,
        variables: wanted.variables,
        confine_by: wanted.confine_by,
        clock: wanted.clock,
        stop: wanted.stop,
    };
    let mut said = String::new();
    run_alone(&order, &mut |checked| {
        if let Some(words) = progress(checked).filter(|words| *words != said) {
            told(&words);
            said = words;
        }
    })
}

/// What runs now, and where.
fn progress(checked: &[Checked]) -> Option<String> {
    let running = |check: &Checked| {
        let cells = &check.cells;
        let places = [
            (&cells.new_new, "on the work"),
            (&cells.new_base, "on the new code with the base's tests"),
            (&cells.base_new, "on the base's code with the new tests"),
            (&cells.base_base, "on the base"),
        ];
        let is_running = |cell: &Cell| cell.outcome == Some(CheckOutcome::Running);
        let place = places.into_iter().find(|(cell, _)| is_running(cell))?.1;
        Some(format!("runs `{}` {place}", one_line(&check.command)))
    };
    checked.iter().find_map(running)
}

/// Such a receipt as an in-toto Statement.
///
/// # Errors
/// When it cannot be written.
pub fn statement_of_branch(folder: &Path, receipt: &Receipt) -> Result<String, EngineError> {
    let remote = callboard_git::remote::url(&Git::at(folder));
    let statement = Statement::of(receipt, remote.as_deref()).map_err(|error| {
        EngineError::Refused { text: format!("{error}; nothing was written"), hint: "" }
    })?;
    Ok(statement.to_json())
}

fn named(git: &Git, name: &str) -> Result<String, EngineError> {
    commit_of(git, name).ok_or_else(|| EngineError::Refused {
        text: format!("{name} names no commit here; nothing was run"),
        hint: "see `git branch --all` and `git log --all --oneline`",
    })
}
