//! Moving a branch to another commit, with the checkout that has it checked out: all of it, or nothing.
//!
//! The index is locked, as git does it, and git makes the new index and the new files beside their places
//! (`git read-tree -m -u`, in an empty folder). Then each file that goes is renamed away and each that comes is renamed
//! into its place, the branch moves, and the index is put in its place. The branch decides: until it has moved
//! everything can be put back, and behind that only the index is left to be put. So whoever is killed leaves what
//! [`recover`] brings to as before or as after, by the journal that is written first.
//!
//! Files that the move does not touch are neither read nor written. Those that it would touch must be as the branch
//! has them. Hooks of checkouts and merges do not run; `reference-transaction` does, as for every git.
//!
//! ```ignore
//! let moved = advance(&git, &Advance { branch: "main", from: &base.start, found_at: &base.from, to: &tip, why }, &journal)?;
//! // Kept for an undo: moved.was.
//! retreat(&git, &Retreat { branch: "main", landed: &tip, begun: &base.start, was: moved.was.as_deref(), why }, &journal)?;
//! // After a start of the daemon, for each journal that is there:
//! recover(&journal)?;
//! ```

mod branch;
mod error;
mod in_place;
mod journal;
mod plan;
mod seat;
mod settle;
mod shift;

use std::path::{Path, PathBuf};

use crate::run::Git;

pub use error::{AdvanceError, InTheWay, Why};
pub use in_place::InPlace;
pub use settle::{Recovered, recover, recover_by_steps};

use journal::{Journal, Phase, Seat, UnderWay};

/// A branch that is to be moved on.
#[derive(Debug, Clone, Copy)]
pub struct Advance<'a> {
    /// The local branch.
    pub branch: &'a str,
    /// The commit that what comes was made on.
    pub from: &'a str,
    /// Where that was found ([`Base::from`](crate::base::Base::from)): the branch, or a remote's, such as `origin/main`.
    /// In that case the local branch is made, or moved on from where it is, if `from` has all of it.
    pub found_at: &'a str,
    /// Where it goes.
    pub to: &'a str,
    /// What the log of the branch says of it.
    pub why: &'a str,
}

/// A move that is to be taken back.
#[derive(Debug, Clone, Copy)]
pub struct Retreat<'a> {
    /// The local branch.
    pub branch: &'a str,
    /// Where it went.
    pub landed: &'a str,
    /// The commit that what came was made on ([`Advance::from`]).
    pub begun: &'a str,
    /// Where it was ([`Moved::was`]); without it the branch goes.
    pub was: Option<&'a str>,
    /// What the log of the branch says of it.
    pub why: &'a str,
}

/// What a move did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Where the branch was; none if it was made.
    pub was: Option<String>,
    /// The checkout that moved with it.
    pub checkout: Option<PathBuf>,
    /// Files that somebody wrote while they were being replaced: where they were, and where that version lies now.
    pub set_aside: Vec<(PathBuf, PathBuf)>,
}

/// How far a move, or a recovery, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The journal is written.
    Begun,
    /// The index is locked.
    Locked,
    /// Index and files are made, beside their places.
    Made,
    /// The journal says what is to be moved.
    Prepared,
    /// The file of this number is put aside.
    Aside(usize),
    /// The file of this number is in its place.
    Placed(usize),
    /// All files are.
    Files,
    /// The branch has moved.
    Branch,
    /// So has the index.
    Index,
    /// The journal says so.
    Done,
    /// The index is free again.
    Unlocked,
    /// What is new under this number is taken away again.
    Taken(usize),
    /// What lay aside under this number is back.
    Back(usize),
}

/// Moves a branch on, with the checkout that has it. `journal` is a file that is there only meanwhile: one that is
/// there already is of a move that did not end, and is recovered first.
///
/// # Errors
/// When the branch is elsewhere ([`AdvanceError::Moved`]), files that are not committed are in the way
/// ([`AdvanceError::InTheWay`]), git is at something in the checkout, or git, a hook or the disk refuse.
pub fn advance(git: &Git, request: &Advance<'_>, journal: &Path) -> Result<Moved, AdvanceError> {
    advance_by_steps(git, request, journal, &|_| {})
}

/// The same, telling each step that is done.
///
/// # Errors
/// As [`advance`].
pub fn advance_by_steps(
    git: &Git,
    request: &Advance<'_>,
    journal: &Path,
    done: &dyn Fn(Step),
) -> Result<Moved, AdvanceError> {
    advance_in_place_by_steps(git, request, None, journal, done)
}

/// Moves a branch on, some of which lies in its checkout already: those files are neither read nor written, and only
/// the index follows there. `git` reads all that `in_place` names.
///
/// # Errors
/// As [`advance`], and when the checkout is on another commit, or its files are not as they were seen.
pub fn advance_in_place(
    git: &Git,
    request: &Advance<'_>,
    in_place: Option<InPlace<'_>>,
    journal: &Path,
) -> Result<Moved, AdvanceError> {
    advance_in_place_by_steps(git, request, in_place, journal, &|_| {})
}

/// The same, telling each step that is done.
///
/// # Errors
/// As [`advance_in_place`].
pub fn advance_in_place_by_steps(
    git: &Git,
    request: &Advance<'_>,
    in_place: Option<InPlace<'_>>,
    journal: &Path,
    done: &dyn Fn(Step),
) -> Result<Moved, AdvanceError> {
    recover(journal)?;
    let change = Change { in_place, ..branch::to_advance(git, request)? };
    run(git, &change, journal, done)
}

/// Takes a move back: the branch goes to where it was, with the checkout that has it.
///
/// # Errors
/// As [`advance`], and when what would go is on the branch's remote ([`AdvanceError::Pushed`]).
pub fn retreat(git: &Git, request: &Retreat<'_>, journal: &Path) -> Result<Moved, AdvanceError> {
    retreat_by_steps(git, request, journal, &|_| {})
}

/// The same, telling each step that is done.
///
/// # Errors
/// As [`retreat`].
pub fn retreat_by_steps(
    git: &Git,
    request: &Retreat<'_>,
    journal: &Path,
    done: &dyn Fn(Step),
) -> Result<Moved, AdvanceError> {
    retreat_in_place_by_steps(git, request, None, journal, done)
}

/// Takes a move back, some of which goes on lying in the checkout, not committed. `git` reads all that `in_place` names.
///
/// # Errors
/// As [`retreat`], and when the checkout has left the branch.
pub fn retreat_in_place(
    git: &Git,
    request: &Retreat<'_>,
    in_place: Option<InPlace<'_>>,
    journal: &Path,
) -> Result<Moved, AdvanceError> {
    retreat_in_place_by_steps(git, request, in_place, journal, &|_| {})
}

/// The same, telling each step that is done.
///
/// # Errors
/// As [`retreat_in_place`].
pub fn retreat_in_place_by_steps(
    git: &Git,
    request: &Retreat<'_>,
    in_place: Option<InPlace<'_>>,
    journal: &Path,
    done: &dyn Fn(Step),
) -> Result<Moved, AdvanceError> {
    recover(journal)?;
    let change = Change { in_place, ..branch::to_retreat(git, request)? };
    run(git, &change, journal, done)
}

/// What is asked of the branch.
#[derive(Debug)]
struct Change<'a> {
    branch: &'a str,
    was: Option<String>,
    to: Option<String>,
    is_back: bool,
    why: &'a str,
    /// A remote's branch that must be at this commit all the while, and that a branch which is made will follow.
    remote: Option<(&'a str, &'a str)>,
    /// Some of it lies in the checkout without being committed, before it moves on or after it went back.
    in_place: Option<InPlace<'a>>,
}

fn run(
    git: &Git,
    change: &Change<'_>,
    file: &Path,
    done: &dyn Fn(Step),
) -> Result<Moved, AdvanceError> {
    if change.was == change.to {
        return Ok(Moved { was: change.was.clone(), ..Moved::default() });
    }
    let checkout = seat::find(git, change.branch)?;
    if let Some(in_place) = &change.in_place {
        let unlanded = if change.is_back { &change.to } else { &change.was };
        let seat = checkout.as_ref().map(|checkout| checkout.top.as_path());
        in_place.refuse_another(change.branch, seat, unlanded.as_deref())?;
    }
    if checkout.is_some() && (change.was.is_none() || change.to.is_none()) {
        let what = format!("{} is checked out, and has or would have no commit", change.branch);
        return Err(AdvanceError::refused(what, "switch that checkout to another branch first"));
    }
    let ends = (change.was.as_deref(), change.to.as_deref());
    let mut journal = Journal::new(git.cwd(), change.branch, ends, change.is_back);
    journal.seat = checkout.as_ref().map(|checkout| seat::begin(checkout, &journal.token));
    let _under_way = UnderWay::new(&journal);
    journal.write(file)?;
    done(Step::Begun);
    let failed = go(git, change, &mut journal, file, done).err();
    match (settle::settle(&mut journal, file, done), failed) {
        (Ok(settle::Settled::After { set_aside }), _) => {
            if change.was.is_none() {
                branch::follow(git, change);
            }
            let checkout = checkout.map(|checkout| checkout.top);
            Ok(Moved { was: journal.was, checkout, set_aside })
        }
        (Ok(settle::Settled::Before { set_aside, .. }), Some(cause)) if !set_aside.is_empty() => {
            Err(AdvanceError::SetAside { cause: Box::new(cause), files: set_aside })
        }
        (Ok(settle::Settled::Before { .. }), Some(error)) => Err(error),
        (Ok(settle::Settled::Before { .. }), None) => Err(AdvanceError::refused(
            format!("git said that it moved {}, and did not", change.branch),
            "try again",
        )),
        (Err(then), failed) => {
            let cause = failed.unwrap_or_else(|| {
                AdvanceError::refused(format!("{} has moved", change.branch), "recover it")
            });
            Err(AdvanceError::Unfinished { cause: Box::new(cause), then: Box::new(then) })
        }
    }
}

/// Everything up to the branch.
fn go(
    git: &Git,
    change: &Change<'_>,
    journal: &mut Journal,
    file: &Path,
    done: &dyn Fn(Step),
) -> Result<(), AdvanceError> {
    if let Some(seat) = journal.seat.clone() {
        let seat = prepare(git, seat, (change, journal), file, done)?;
        shift::forward(&seat, done)?;
        journal.phase = Phase::Files;
        journal.write(file)?;
        done(Step::Files);
    }
    // From the checkout itself: git notes the move in the log of its HEAD, too.
    let at = journal.seat.as_ref().map_or_else(|| git.cwd().to_owned(), |seat| seat.top.path());
    branch::move_it(&Git::at(at), change, &journal.token)?;
    done(Step::Branch);
    Ok(())
}

/// Locks the index, makes what the move needs, and writes down what is to be moved.
fn prepare(
    git: &Git,
    mut seat: Seat,
    (change, journal): (&Change<'_>, &mut Journal),
    file: &Path,
    done: &dyn Fn(Step),
) -> Result<Seat, AdvanceError> {
    let top = seat.top.path();
    let checkout = crate::locate::locate(&top).filter(|found| found.top == top);
    let checkout = checkout.ok_or_else(|| {
        AdvanceError::refused(format!("{} is gone meanwhile", top.display()), "try again")
    })?;
    seat::lock(&checkout, journal, file)?;
    done(Step::Locked);
    seat::refuse_what_is_not_finished(&checkout, change.branch)?;
    seat.index_was = journal::Stamp::of(&checkout.git_dir.join("index"));
    let (was, to) = (change.was.as_deref().unwrap_or(""), change.to.as_deref().unwrap_or(""));
    let how = (change.in_place, change.is_back);
    let made = plan::Plan::of(git, (&seat, &journal.token), (was, to), how)?.make()?;
    (seat.shifts, seat.made, seat.left) = (made.shifts, made.made, made.left);
    done(Step::Made);
    journal.seat = Some(seat.clone());
    journal.phase = Phase::Prepared;
    journal.write(file)?;
    done(Step::Prepared);
    Ok(seat)
}
