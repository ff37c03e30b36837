//! Landing a review: its commits are made, the base goes to the last of them, worktrees are parked and tasks done.
//!
//! What is about to be done is kept before it is done, so that a daemon which was killed at any step is followed by one
//! that brings it to as before or as after ([`Engine::settle_landing`]).

mod undo;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use callboard_git::advance::{Advance, AdvanceError, Moved, Recovered, advance_in_place, recover};
use callboard_git::carry::let_go;
use callboard_git::landing::{LANDING, PrepareError, Request, prepare};
use callboard_git::{Git, worktree};
use callboard_model::receipt::ReceiptOf;
use callboard_model::review::{
    CheckOutcome, Combination, LandBy, Landing, Member, Review, ReviewState,
};
use callboard_model::task::Column;
use callboard_model::text::short_commit;
use callboard_model::view::{MoveTask, ReviewView};
use callboard_model::worktree::WorktreeState;
use callboard_model::{ChangesetKey, ReviewId, TaskId, WorkspaceId, WorktreeId};
use callboard_store::LogKind;
use serde_json::{Value, json};

use super::in_place::{Lying, ask_hooks_of, in_place, refuse_written, shared_with_others};
use super::open::refuse_unless_open;
use crate::{Engine, EngineError, limits};

/// How a review is landed.
#[derive(Debug, Clone, Default)]
pub struct HowToLand {
    /// How each member is put onto the base; as the review says if not given.
    pub by: Option<LandBy>,
    /// Though a check failed, has not ended, or was of what was there before.
    pub anyway: bool,
    /// The tree that its asker saw: no other one lands.
    pub tree: Option<String>,
}

impl Engine {
    /// Puts the members of a review onto the base, one after another: all of them, or none.
    ///
    /// A base that has moved meanwhile is merged with anew, and checks that had passed are run again.
    ///
    /// # Errors
    /// When something hinders it, files that are not committed are in the way, or git or the disk refuse: nothing was
    /// landed then.
    pub fn land_review(
        self: &std::sync::Arc<Self>,
        id: ReviewId,
        how: HowToLand,
    ) -> Result<ReviewView, EngineError> {
        self.look_at_shared(&self.review_row(id)?);
        self.combine_review(id)?;
        let row = self.review_row(id)?;
        let seen = row.combination;
        let tree = seen.as_ref().and_then(|seen| seen.tree.as_ref());
        if how.tree.is_some() && how.tree.as_ref() != tree && row.state == ReviewState::Open {
            return Err(EngineError::review_changed(id));
        }
        for left in (0..limits::LANDING_TRIES).rev() {
            self.combine_review(id)?;
            // Another tree on the same base is what nobody has seen.
            let now = self.review_row(id)?.combination;
            let both = seen.as_ref().zip(now.as_ref());
            if both.is_some_and(|(seen, now)| seen.base == now.base && seen.tree != now.tree) {
                return Err(EngineError::review_changed(id));
            }
            self.receipt_to_land(id, how.anyway)?;
            let revision = self.refuse_hindered(id, how.anyway, "landed")?;
            match self.land_once(id, revision, &how) {
                Ok(()) => {
                    self.look_at_members(&self.review_row(id)?);
                    return self.review(id);
                }
                Err(Landed::Moved(error)) if left > 0 => {
                    tracing::info!(%error, review = %id, "what it lands on has changed: it is merged anew");
                    self.look_at_shared(&self.review_row(id)?);
                    self.check_again(id, how.anyway)?;
                }
                Err(refused) => return Err(refused.into()),
            }
        }
        Err(EngineError::Ending)
    }

    /// Refuses what is not to be `done` (landed, sent); gives the revision that may.
    pub(super) fn refuse_hindered(
        &self,
        id: ReviewId,
        anyway: bool,
        done: &str,
    ) -> Result<u64, EngineError> {
        let (view, row) = (self.review(id)?, self.review_row(id)?);
        refuse_unless_open(&row)?;
        let shared = self.read(|s| Ok(shared_with_others(s, &row)?))?;
        if !shared.is_empty() {
            return Err(EngineError::Refused {
                text: format!(
                    "members share some of their lines with others; nothing was {done}:\n  {}",
                    shared.join("\n  ")
                ),
                hint: "have one of them write the lines anew, or `callboard review join` the other one",
            });
        }
        let is_by_check = view.can_land_anyway;
        match view.hinders.filter(|_| !(anyway && is_by_check)) {
            None => Ok(view.revision),
            Some(why) => Err(EngineError::Refused {
                text: format!("{why}; nothing was {done}"),
                hint: match is_by_check {
                    true => "see `callboard review show`; with `--anyway` it goes all the same",
                    false => {
                        "see it with `callboard review show`; `callboard review help` has an agent merge what git cannot"
                    }
                },
            }),
        }
    }

    fn land_once(&self, id: ReviewId, revision: u64, how: &HowToLand) -> Result<(), Landed> {
        let _driven = self.drive_landing(id).ok_or_else(|| EngineError::lands_already(id))?;
        let review = self.review_row(id)?;
        let base = self.base_now(review.workspace)?;
        // What cannot be merged has markers in it.
        let is_fit = |one: &Combination| one.base == base.start && one.tree.is_some();
        let Some(combination) = review.combination.clone().filter(is_fit) else {
            return Err(Landed::Moved(EngineError::Conflict {
                text: format!("{} has moved; nothing was landed", base.branch),
                hint: "try again",
            }));
        };
        let lying = self
            .lying_in_place(&review, &combination, &base.branch)
            .map_err(Landed::of_what_lies)?;
        let by = how.by.unwrap_or(review.land_by);
        let git = self.trees_of(review.workspace)?;
        let landing = Landing {
            words: format!("It is being landed on {}", base.branch),
            branch: base.branch.clone(),
            from: base.start.clone(),
            was: worktree::commit_of(&git, &format!("refs/heads/{}", base.branch)),
            in_place: lying.as_ref().map(|lying| lying.kept.clone()),
            though: if how.anyway { self.review(id)?.hinders } else { None },
            ..Landing::default()
        };
        // What was written beside may be the end of a check: whether it lands is asked anew.
        let begun = self.begin_landing(id, revision, landing, by).map_err(Landed::of_what_lies)?;
        let result = self.put_onto_base(&git, &begun, &combination, (&base.from, by, lying));
        if let Err(error) = let_go(&git, &format!("{LANDING}{id}")) {
            tracing::warn!(%error, review = %id, "commits of a landing are held on to");
        }
        match result {
            Ok(landing) => Ok(self.finish_landing(id, landing)?),
            // It is neither as before nor as after: the review stays as one that lands, until that is settled.
            Err(Landed::Unfinished(error)) => Err(Landed::Unfinished(error)),
            Err(refused) => {
                let (Landed::Moved(error) | Landed::Refused(error) | Landed::Unfinished(error)) =
                    &refused;
                self.give_landing_up(
                    id,
                    json!({ "to": "open", "because": error.to_string() }),
                    None,
                )?;
                Err(refused)
            }
        }
    }

    /// Says that a review is being landed, before anything is done.
    fn begin_landing(
        &self,
        id: ReviewId,
        revision: u64,
        landing: Landing,
        by: LandBy,
    ) -> Result<Review, EngineError> {
        let about = json!({ "to": "landing", "branch": landing.branch });
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_MOVED, &about, |review| {
                refuse_unless_open(review)?;
                if review.revision != revision {
                    return Err(EngineError::Conflict {
                        text: format!("{id} has changed meanwhile; nothing was landed"),
                        hint: "look at it again",
                    });
                }
                (review.state, review.land_by) = (ReviewState::Landing, by);
                review.landing = Some(landing);
                Ok(())
            })
        })
    }

    fn put_onto_base(
        &self,
        git: &Git,
        review: &Review,
        combination: &Combination,
        (found_at, by, lying): (&str, LandBy, Option<Lying>),
    ) -> Result<Landing, Landed> {
        let mut landing = review.landing.clone().unwrap_or_default();
        let (id, name) = (review.id, review.id.to_string());
        let mut changes = self.changes_to_land(review, combination, (by, &landing.branch))?;
        ask_hooks_of(git, review, &landing, &mut changes)?;
        let request = Request { review: &name, from: &combination.base, changes: &changes };
        let prepared = prepare(git, &request)?;
        refuse_written(git, review, &landing, &prepared.tip).map_err(Landed::of_what_lies)?;
        let commits: usize = prepared.commits.iter().map(Vec::len).sum();
        landing.to = Some(prepared.tip.clone());
        landing.commits = u32::try_from(commits).unwrap_or(u32::MAX);
        let kept = landing.clone();
        self.keep_landing(id, kept)?;
        let why = format!("callboard: {id} landed");
        let advance = Advance {
            branch: &landing.branch,
            from: &combination.base,
            found_at,
            to: &prepared.tip,
            why: &why,
        };
        let seen = lying.as_ref().map(|lying| lying.seen.as_str());
        let in_place = lying.as_ref().map(|lying| in_place(&lying.kept, seen));
        let moved = advance_in_place(git, &advance, in_place, &self.journal_of(id)?)?;
        take_move(&mut landing, moved);
        Ok(landing)
    }

    fn keep_landing(&self, id: ReviewId, landing: Landing) -> Result<(), EngineError> {
        let about = json!({ "from": landing.from, "to": landing.to });
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_MOVED, &about, |review| {
                review.landing = Some(landing);
                Ok(())
            })
        })
        .map(|_| ())
    }

    fn journal_of(&self, id: ReviewId) -> Result<PathBuf, EngineError> {
        let folder = self.home().join("landing");
        std::fs::create_dir_all(&folder).map_err(|error| EngineError::Refused {
            text: format!("cannot make {}: {error}; nothing was landed", folder.display()),
            hint: "check the disk, and whose the folder is",
        })?;
        Ok(folder.join(format!("{id}.json")))
    }

    /// The base is where it should be: worktrees are parked, tasks are done.
    pub(super) fn finish_landing(
        &self,
        id: ReviewId,
        mut landing: Landing,
    ) -> Result<(), EngineError> {
        let view = self.review(id)?;
        let commits = match landing.commits {
            1 => "1 commit".to_owned(),
            several => format!("{several} commits"),
        };
        landing.words = match landing.to.as_deref().map(short_commit) {
            Some(to) => format!("Landed on {} as {to}, {commits}", landing.branch),
            None => format!("Landed on {} at its remote", landing.branch),
        };
        if let Some(though) = &landing.though {
            landing.words.push_str(&format!(", though {though}"));
        }
        for shared in landing.in_place.iter().flat_map(|lay| &lay.words) {
            landing.words.push_str(&format!("; {shared}"));
        }
        // What an undo takes back is kept before it is done; who goes on after a kill finds it.
        if landing.tasks.is_empty() && landing.parked.is_empty() {
            for member in &view.members {
                let of = &member.changeset;
                landing.tasks.extend(of.changeset.task.and_then(|task| self.column_of(task)));
                landing
                    .parked
                    .extend(of.path.as_deref().and_then(|path| self.worktree_at(&view, path)));
            }
            self.keep_landing(id, landing.clone())?;
        }
        // What a person landed all the same is theirs to say.
        let held = self.read(|s| Ok(s.receipt_glance(&ReceiptOf::Review(id))?))?;
        let is_held = held.is_some_and(|receipt| receipt.held) && landing.to.is_none();
        if is_held {
            landing.words.push_str(
                "; its tasks stay where they are: something of its receipt is not settled",
            );
        } else {
            for (task, _) in &landing.tasks {
                self.move_card(*task, Column::Done);
            }
        }
        for worktree in &landing.parked {
            self.put_worktree_state(*worktree, WorktreeState::Parked);
        }
        let review = self.review_row(id)?;
        self.note_landed(&review, true)?;
        self.stop_checks(id);
        self.let_go_of_help(&review);
        self.let_go_of_sent(&review);
        let about = json!({ "to": "landed", "on": landing.branch, "commit": landing.to });
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_MOVED, &about, |review| {
                review.state = ReviewState::Landed;
                review.landing = Some(landing);
                Ok(())
            })
        })?;
        self.changes.look_again(view.workspace);
        Ok(())
    }

    /// The commits of changesets that have landed, by their keys.
    pub(crate) fn landed(
        &self,
        workspace: WorkspaceId,
    ) -> Result<BTreeMap<String, String>, EngineError> {
        let kept = self.read(|s| Ok(s.setting(&landed_setting(workspace))?))?;
        Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default())
    }

    /// Takes note that the members of a review have landed as they are, or have not any more.
    fn note_landed(&self, review: &Review, is_landed: bool) -> Result<(), EngineError> {
        let name = landed_setting(review.workspace);
        let members = review.members.iter();
        let commits = members
            .map(|Member { changeset, .. }| (changeset.key.to_string(), changeset.commit.clone()));
        let commits = commits.collect();
        let git = self.trees_of(review.workspace)?;
        let is_there = |key: &String| match ChangesetKey::from_text(key) {
            Some(ChangesetKey::Worktree(top)) => Path::new(&top).is_dir(),
            Some(ChangesetKey::Branch(name)) => worktree::commit_of(&git, &name).is_some(),
            _ => false,
        };
        // Of what is gone nobody asks any more.
        let known = self.landed(review.workspace)?.into_keys();
        let gone = known.filter(|key| !is_there(key)).collect();
        self.ask(move |core| core.note_landed(&name, (commits, gone), is_landed))
    }

    /// A task that is not done, with the column that it is in.
    fn column_of(&self, id: TaskId) -> Option<(TaskId, Column)> {
        let task = self.task(id).ok().filter(|task| task.column != Column::Done)?;
        Some((id, task.column))
    }

    fn move_card(&self, id: TaskId, column: Column) {
        let to = MoveTask { column, before: None };
        if let Err(error) = self.move_task(id, to) {
            tracing::warn!(%error, task = %id, ?column, "a task is not moved with its review");
        }
    }

    /// The worktree at a path, if it is one to be parked.
    fn worktree_at(&self, view: &ReviewView, path: &str) -> Option<WorktreeId> {
        let rows = self.read(|s| Ok(s.worktrees(Some(view.workspace))?)).ok()?;
        let is_it = |row: &&callboard_store::StoredWorktree| {
            row.row.path.to_string_lossy() == path && row.row.state == WorktreeState::Ready
        };
        Some(rows.iter().find(is_it)?.id)
    }

    /// A landing was refused, or is taken back: the review is open as it was, with `words` of what became of it.
    fn give_landing_up(
        &self,
        id: ReviewId,
        about: Value,
        words: Option<String>,
    ) -> Result<(), EngineError> {
        let workspace = self.review_row(id)?.workspace;
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_MOVED, &about, |review| {
                review.state = ReviewState::Open;
                review.landing = words.map(|words| Landing { words, ..Landing::default() });
                Ok(())
            })
        })?;
        self.changes.look_again(workspace);
        Ok(())
    }

    /// Has the landing of a review driven by this thread alone, as long as what is given is there.
    pub(super) fn drive_landing(&self, id: ReviewId) -> Option<Driven<'_>> {
        let is_free = self.landing.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        // Not made where another drives it: dropped, it would let go of what is that one's.
        is_free.then(|| Driven { of: &self.landing, id })
    }

    /// Brings a landing that no thread drives, or that is being taken back, to an end: an earlier daemon began it.
    pub(super) fn settle_landing(&self, id: ReviewId) -> Result<(), EngineError> {
        let Some(_driven) = self.drive_landing(id) else { return Ok(()) };
        // Whoever drove it may have ended it a moment ago.
        let review = self.review_row(id)?;
        if review.state != ReviewState::Landing {
            return Ok(());
        }
        let mut landing = review.landing.clone().unwrap_or_default();
        let recovered = recover(&self.journal_of(id)?).map_err(Landed::from)?;
        let git = self.trees_of(review.workspace)?;
        let is_done = match recovered {
            Recovered::Before { .. } => landing.is_back,
            Recovered::After { was, set_aside, .. } => {
                if !landing.is_back {
                    take_move(&mut landing, Moved { was, checkout: None, set_aside });
                }
                !landing.is_back
            }
            // Nothing was begun, or all of it was done.
            Recovered::Nothing => is_landed(&git, &landing),
        };
        if let Err(error) = let_go(&git, &format!("{LANDING}{id}")) {
            tracing::warn!(%error, review = %id, "commits of a landing are held on to");
        }
        match (is_done, landing.is_back) {
            (true, false) => self.finish_landing(id, landing),
            (true, true) => self.stay_landed(id, Landing { is_back: false, ..landing }),
            (false, true) => self.finish_undo(id, &landing),
            (false, false) => {
                let why = "the daemon ended before it was landed";
                let words = format!("Not landed: {why}. {} was left as it was", landing.branch);
                let about = json!({ "to": "open", "because": why });
                self.give_landing_up(id, about, Some(words))
            }
        }
    }

    /// Runs the checks of a review again that had passed before the base moved; refuses if one does not any more.
    fn check_again(
        self: &std::sync::Arc<Self>,
        id: ReviewId,
        anyway: bool,
    ) -> Result<(), EngineError> {
        let before = self.review(id)?;
        let passed = |check: &callboard_model::view::ReviewCheck| {
            check.member.is_none() && check.outcome == CheckOutcome::Passed
        };
        if anyway || !before.checks.iter().any(passed) {
            return Ok(());
        }
        self.combine_review(id)?;
        self.check_together(id)
    }
}

/// The reviews whose landing a thread drives.
pub(crate) type LandingNow = Mutex<BTreeSet<ReviewId>>;

/// A landing that a thread drives.
pub(super) struct Driven<'a> {
    of: &'a LandingNow,
    id: ReviewId,
}

impl Drop for Driven<'_> {
    fn drop(&mut self) {
        self.of.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// Under which it is kept which changesets of a workspace have landed.
fn landed_setting(workspace: WorkspaceId) -> String {
    format!("landed.{workspace}")
}

/// Whether the base has what was to land.
fn is_landed(git: &Git, landing: &Landing) -> bool {
    let Some(to) = &landing.to else { return false };
    let branch = format!("refs/heads/{}", landing.branch);
    let has = git.output(&["merge-base", "--is-ancestor", to, &branch]);
    has.is_ok_and(|output| output.status.success())
}

/// Why a review was not landed.
enum Landed {
    /// The base has moved: it can be tried again.
    Moved(EngineError),
    /// It was begun, and could be brought neither to its end nor back.
    Unfinished(EngineError),
    /// Something else.
    Refused(EngineError),
}

impl From<EngineError> for Landed {
    fn from(error: EngineError) -> Self {
        Self::Refused(error)
    }
}

impl Landed {
    /// What lies in a checkout may be looked at anew.
    fn of_what_lies(error: EngineError) -> Self {
        match error {
            EngineError::Conflict { .. } => Self::Moved(error),
            error => Self::Refused(error),
        }
    }
}

impl From<PrepareError> for Landed {
    fn from(error: PrepareError) -> Self {
        Self::Refused(EngineError::Refused { text: error.to_string(), hint: error.hint() })
    }
}

impl From<AdvanceError> for Landed {
    fn from(error: AdvanceError) -> Self {
        let told = EngineError::Refused { text: error.to_string(), hint: error.hint() };
        match error {
            AdvanceError::Moved { .. } | AdvanceError::Changed { .. } => Self::Moved(told),
            AdvanceError::Unfinished { .. } => Self::Unfinished(told),
            _ => Self::Refused(told),
        }
    }
}

impl From<Landed> for EngineError {
    fn from(landed: Landed) -> Self {
        match landed {
            Landed::Moved(error) | Landed::Refused(error) | Landed::Unfinished(error) => error,
        }
    }
}

/// Keeps with a landing what the move of the base said of itself.
fn take_move(landing: &mut Landing, moved: Moved) {
    landing.was = moved.was;
    let told = moved.set_aside.iter();
    landing.set_aside =
        told.map(|(was, now)| format!("{} lies in {}", was.display(), now.display())).collect();
}
