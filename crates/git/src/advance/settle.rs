//! Bringing a move to its end, whether it was done, failed, or was killed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Step;
use super::branch::{at, has_all_of};
use super::error::AdvanceError;
use super::journal::{Journal, MARKER, Phase, Seat, Stamp, UnderWay, draft_of};
use super::seat::{NO_HOOKS, copy_index, remove_index, unlock};
use super::shift;
use crate::keep::PUT;
use crate::run::{Git, GitError};
use crate::scoped_commit::Plan;

/// What became of a move that was killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// There was none.
    Nothing,
    /// All is as it was before the move.
    Before {
        /// The branch.
        branch: String,
        /// Files of the move that somebody wrote since: they are left as they are.
        left: Vec<PathBuf>,
        /// As in [`After`](Self::After), where somebody has written another in its place since.
        set_aside: Vec<(PathBuf, PathBuf)>,
    },
    /// All is as it is after the move.
    After {
        /// The branch.
        branch: String,
        /// Where the branch was ([`Moved::was`](super::Moved::was)).
        was: Option<String>,
        /// Files that somebody wrote while they were being replaced: where they were, and where that version lies now.
        set_aside: Vec<(PathBuf, PathBuf)>,
    },
}

/// Brings what a move left that was killed to as before or as after, by its journal, which goes then.
///
/// # Errors
/// When it still runs, or git or the disk refuse. The journal stays, and it can be tried again.
pub fn recover(journal: &Path) -> Result<Recovered, AdvanceError> {
    recover_by_steps(journal, &|_| {})
}

/// The same, telling each step that is done.
///
/// # Errors
/// As [`recover`].
pub fn recover_by_steps(journal: &Path, done: &dyn Fn(Step)) -> Result<Recovered, AdvanceError> {
    let _ = fs::remove_file(draft_of(journal));
    let Some(mut found) = Journal::read(journal)? else { return Ok(Recovered::Nothing) };
    if found.is_under_way() {
        let what = format!("the move of {} still runs", found.branch);
        return Err(AdvanceError::refused(what, "wait for it, and recover it then"));
    }
    let _under_way = UnderWay::new(&found);
    let branch = found.branch.clone();
    Ok(match settle(&mut found, journal, done)? {
        Settled::Before { left, set_aside } => Recovered::Before { branch, left, set_aside },
        Settled::After { set_aside } => Recovered::After { branch, was: found.was, set_aside },
    })
}

/// How a move ended.
#[derive(Debug)]
pub(super) enum Settled {
    Before { left: Vec<PathBuf>, set_aside: Vec<(PathBuf, PathBuf)> },
    After { set_aside: Vec<(PathBuf, PathBuf)> },
}

/// Ends a move by where the branch is.
pub(super) fn settle(
    journal: &mut Journal,
    file: &Path,
    done: &dyn Fn(Step),
) -> Result<Settled, AdvanceError> {
    let git = Git::at(place_of(journal));
    remove_locks_left(&git, journal);
    let settled = if is_done(&git, journal)? {
        let set_aside = after(journal, file, done)?;
        Settled::After { set_aside }
    } else {
        let left = before(journal, done)?;
        // All that could be put back is back.
        let set_aside = journal.seat.as_ref().map(shift::written_aside).unwrap_or_default();
        Settled::Before { left, set_aside }
    };
    let (Settled::After { set_aside } | Settled::Before { set_aside, .. }) = &settled;
    if let Some(seat) = &journal.seat {
        unlock(seat, &journal.token);
        done(Step::Unlocked);
        remove_index(seat.index.path());
        let mut folder = seat.folder.path();
        if !set_aside.is_empty() {
            shift::remove_aside(seat, set_aside);
            folder = seat.fresh();
        }
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            removed => removed.map_err(AdvanceError::io(&folder))?,
        }
    }
    match fs::remove_file(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        removed => removed.map_err(AdvanceError::io(file))?,
    }
    Ok(settled)
}

/// Where git is to run: the checkout, or the repository, whichever is there.
fn place_of(journal: &Journal) -> PathBuf {
    let top = journal.seat.as_ref().map(|seat| seat.top.path());
    top.filter(|top| top.is_dir()).unwrap_or_else(|| journal.repository.path())
}

/// Whether the branch has moved, wherever it is now: what it moved to, or left, is of this move's own making.
fn is_done(git: &Git, journal: &Journal) -> Result<bool, GitError> {
    // Until all files are in their places, whoever moved the branch there was somebody else.
    match (journal.phase, &journal.seat) {
        (Phase::Done, _) => return Ok(true),
        (Phase::Begun | Phase::Prepared, Some(_)) => return Ok(false),
        _ => {}
    }
    let now = at(git, &format!("refs/heads/{}", journal.branch))?;
    if now == journal.to || now == journal.was {
        return Ok(now == journal.to);
    }
    match (&now, journal.is_back, &journal.was, &journal.to) {
        (Some(now), false, _, Some(to)) => has_all_of(git, now, to),
        (Some(now), true, Some(was), _) => Ok(!has_all_of(git, now, was)?),
        _ => Ok(false),
    }
}

/// Takes away locks of references that a git of this move left when it was killed. It says what the branch was to
/// become (refs/files-backend.c); that of HEAD, which is only for its log, is empty.
fn remove_locks_left(git: &Git, journal: &Journal) {
    let Ok(common) = git.text(&["rev-parse", "--path-format=absolute", "--git-common-dir"]) else {
        return;
    };
    let branch = Path::new(&common).join(format!("refs/heads/{}.lock", journal.branch));
    let Ok(text) = fs::read_to_string(&branch) else { return };
    if journal.to.as_deref() != Some(text.trim()) {
        return;
    }
    let _ = fs::remove_file(&branch);
    let Some(seat) = &journal.seat else { return };
    let head = seat.git_dir.path().join("HEAD.lock");
    if fs::metadata(&head).is_ok_and(|meta| meta.len() == 0) {
        let _ = fs::remove_file(head);
    }
}

/// Nothing but the files may have changed yet: they are put back.
fn before(journal: &Journal, done: &dyn Fn(Step)) -> Result<Vec<PathBuf>, AdvanceError> {
    let Some(seat) = journal.seat.as_ref().filter(|_| journal.phase != Phase::Begun) else {
        return Ok(Vec::new());
    };
    if !seat.top.path().is_dir() {
        return Ok(Vec::new());
    }
    let left = shift::back(seat, done)?;
    if left.is_empty() {
        return Ok(left);
    }
    // Whoever has put the branch's own content there has lost nothing.
    let git = Git::at(seat.top.path());
    let changed = crate::status::tracked(&git)?;
    let is_changed = |path: &PathBuf| changed.iter().any(|changed| changed.path == *path);
    Ok(left.into_iter().filter(is_changed).collect())
}

/// The files are in their places already; the index follows.
fn after(
    journal: &mut Journal,
    file: &Path,
    done: &dyn Fn(Step),
) -> Result<Vec<(PathBuf, PathBuf)>, AdvanceError> {
    let Some(seat) = journal.seat.clone() else { return Ok(Vec::new()) };
    if journal.phase != Phase::Done && seat.top.path().is_dir() {
        put_index(journal, &seat)?;
        done(Step::Index);
        shift::remove_emptied(&seat);
        journal.phase = Phase::Done;
        journal.write(file)?;
        done(Step::Done);
    }
    Ok(shift::written_aside(&seat))
}

/// Puts the index that was made into its place. Where somebody has changed the user's meanwhile, past the lock, only
/// what differs between the two commits is brought into that.
fn put_index(journal: &Journal, seat: &Seat) -> Result<(), AdvanceError> {
    let (git_dir, made) = (seat.git_dir.path(), seat.index.path());
    let own = git_dir.join("index");
    let git = Git::at(seat.top.path());
    if !made.exists() {
        // It is in its place: a kill came between that and the journal.
        return Ok(());
    }
    if Stamp::of(&own) != seat.index_was {
        copy_index(&own, &made)?;
        let (was, to) = (journal.was.as_deref(), journal.to.as_deref());
        let trees = [was, to].map(|commit| format!("{}^{{tree}}", commit.unwrap_or_default()));
        let plan = Plan::make(&git, &trees[0], &trees[1])?;
        let call = git.call(PUT).index(&made).env(MARKER, &journal.token);
        call.input(plan.entries).bytes()?;
    }
    // Only so that the next git has less to look at.
    let refresh = git.call([&NO_HOOKS[..], &["update-index", "-q", "--refresh"]].concat());
    let refresh = refresh.index(&made);
    let _ = refresh.env(MARKER, &journal.token).patient().output();
    fs::rename(&made, &own).map_err(AdvanceError::io(&own))
}
