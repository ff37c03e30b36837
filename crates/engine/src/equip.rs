//! What a worktree is given so that it runs: env files, ports, dependencies, a database.
//!
//! It does not matter who made the worktree. What was done stands in a record below `$CALLBOARD_HOME`, so
//! that it can be gone on with after a crash, and taken back.

mod bring;
mod clone;
mod database;
mod environment;
mod error;
mod place;
mod ports;
mod record;
mod scripts;
mod share;
mod template;
mod venv;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use callboard_agents::StopFlag;
use callboard_git::Git;
use callboard_model::project::Project;

pub use environment::shell_text;
pub use error::EquipError;
pub use record::{Equipped, forget, load, moved};
pub use scripts::{is_server_running, start_server, stop_server};
pub use template::{Unknown, render};

/// A worktree to equip.
#[derive(Debug, Clone, Copy)]
pub struct Equip<'a> {
    /// `$CALLBOARD_HOME`.
    pub home: &'a Path,
    /// The main checkout.
    pub root: &'a Path,
    /// The worktree.
    pub top: &'a Path,
    /// Its name as people read it.
    pub name: &'a str,
    /// Its branch.
    pub branch: Option<&'a str>,
    /// Its task, such as `T12`.
    pub task: Option<&'a str>,
    /// What the main checkout's `callboard.toml` says.
    pub project: &'a Project,
    /// The variables of its user, which scripts get beside the worktree's own.
    pub variables: &'a BTreeMap<String, String>,
    /// The log of its scripts; beside its record if not given.
    pub log: Option<&'a Path>,
    /// Ends its setup.
    pub stop: Option<&'a StopFlag>,
}

/// Parts of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// What an agent needs to begin: ports, variables, env files, templates, links.
    First,
    /// The first part again, for a worktree that was prepared under another name. What to bring and to share
    /// is not looked for: that takes as long as there are files.
    Renamed,
    /// What takes long: copies of dependencies, the database, setup.
    Rest,
}

/// Equips a worktree, or goes on with it: what is done already is not done again. `told` hears of progress,
/// a line at a time.
///
/// # Errors
/// When a step fails. What the steps before it did stays, and stands in the record.
pub fn equip(
    equip: &Equip<'_>,
    phase: Phase,
    told: &mut dyn FnMut(&str),
) -> Result<Equipped, EquipError> {
    let mut equipped = record::load_or_begin(equip)?;
    let result = match phase {
        Phase::First => first(equip, &mut equipped),
        Phase::Renamed => renamed(equip, &mut equipped),
        Phase::Rest => rest(equip, &mut equipped, told),
    };
    // Also after a failure: what was done can be taken back.
    record::save(equip.home, equip.top, &equipped)?;
    result.map(|()| equipped)
}

fn first(equip: &Equip<'_>, equipped: &mut Equipped) -> Result<(), EquipError> {
    name_all(equip, equipped)?;
    let places = place::ignored(equip.root, &equip.project.worktrees)?;
    bring::bring(equip, equipped, &places)?;
    template::fill_in(equip, equipped)?;
    share::share(equip, equipped, &places)
}

fn renamed(equip: &Equip<'_>, equipped: &mut Equipped) -> Result<(), EquipError> {
    name_all(equip, equipped)?;
    let templates = &equip.project.worktrees.templates;
    let is_brought = |path: &&std::path::PathBuf| {
        !templates.iter().any(|template| Path::new(&template.path) == path.as_path())
            && equip.root.join(path).is_file()
    };
    let bring = equipped.written.keys().filter(is_brought).cloned().collect();
    bring::bring(equip, equipped, &place::Places { bring, ..place::Places::default() })?;
    template::fill_in(equip, equipped)
}

/// Decides its ports, database, variables and address.
fn name_all(equip: &Equip<'_>, equipped: &mut Equipped) -> Result<(), EquipError> {
    equipped.ports = ports::lease(equip.home, equip.top, &equip.project.ports)?;
    equipped.database = database::name(equip, equipped.database.take())?;
    equipped.environment = environment::of(equip, equipped)?;
    equipped.url = environment::url(equip, equipped)?;
    Ok(())
}

fn rest(
    equip: &Equip<'_>,
    equipped: &mut Equipped,
    told: &mut dyn FnMut(&str),
) -> Result<(), EquipError> {
    let places = place::ignored(equip.root, &equip.project.worktrees)?;
    clone::clone_folders(equip, equipped, &places, told)?;
    database::make(equip, equipped, told)?;
    // Recorded before scripts run: a database is never forgotten.
    record::save(equip.home, equip.top, equipped)?;
    scripts::set_up(equip, equipped, told)
}

/// Takes back what is outside of the worktree: its server, database and ports, and the links out of it.
/// Gives what could not be done and does no harm.
///
/// # Errors
/// When the database could not be dropped: the record stays, so that it can be tried again.
pub fn unequip(equip: &Equip<'_>, told: &mut dyn FnMut(&str)) -> Result<Vec<String>, EquipError> {
    let remarks = tear_down(equip, told)?;
    let Some(mut equipped) = record::load(equip.home, equip.top)? else { return Ok(remarks) };
    database::drop_own(equip, &mut equipped)?;
    share::unlink(equip, &equipped);
    ports::give_back(equip.home, equip.top)?;
    record::forget(equip.home, equip.top)?;
    Ok(remarks)
}

/// Ends what runs for the worktree, and has its teardown run. What it was given outside of its folder stays, for the
/// folder may stay yet; equipped again, it is set up again. Gives what could not be done and does no harm.
///
/// # Errors
/// When its database could not be dropped afterwards: nothing was torn down then.
pub fn tear_down(equip: &Equip<'_>, told: &mut dyn FnMut(&str)) -> Result<Vec<String>, EquipError> {
    scripts::stop_server(equip.home, equip.top)?;
    let Some(mut equipped) = record::load(equip.home, equip.top)? else { return Ok(Vec::new()) };
    database::find_own(equip, &equipped)?;
    equipped.is_set_up = false;
    // Recorded before scripts run: what they took away is to be made again.
    record::save(equip.home, equip.top, &equipped)?;
    let remark = scripts::tear_down(equip, &equipped, told).err().map(|error| error.to_string());
    if !database::find_own(equip, &equipped)? {
        (equipped.has_database, equipped.is_migrated) = (false, false);
        record::save(equip.home, equip.top, &equipped)?;
    }
    Ok(remark.into_iter().collect())
}

/// Gives back what a worktree had outside of its folder, which is gone: its database and ports. Gives what stays; the
/// record goes all the same, for whatever lies there next is another worktree.
///
/// # Errors
/// When the disk refuses.
pub fn release(equip: &Equip<'_>) -> Result<Vec<String>, EquipError> {
    let Some(mut equipped) = record::load(equip.home, equip.top)? else { return Ok(Vec::new()) };
    let dropped = database::drop_own(equip, &mut equipped);
    ports::give_back(equip.home, equip.top)?;
    record::forget(equip.home, equip.top)?;
    let name = equipped.database.unwrap_or_default();
    let stays = |error| format!("the database {name} stays; drop it by hand: {error}");
    Ok(dropped.err().map(stays).into_iter().collect())
}

/// Has setup run again the next time that the worktree's rest is equipped.
///
/// # Errors
/// When the record cannot be read or written.
pub fn set_up_again(home: &Path, top: &Path) -> Result<(), EquipError> {
    let Some(mut equipped) = record::load(home, top)? else { return Ok(()) };
    equipped.is_set_up = false;
    record::save(home, top, &equipped)
}

/// What became of tracked files that setup changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Those that were reverted or hidden.
    pub done: Vec<PathBuf>,
    /// Those that somebody changed after setup had, which were left as they are.
    pub left: Vec<PathBuf>,
}

/// Gives tracked files that setup changed the content that they had. What the worktree holds is kept as
/// `kept` first.
///
/// # Errors
/// When it cannot be kept, or git refuses; then they are as they were.
pub fn revert_tracked(equip: &Equip<'_>, kept: &str) -> Result<(Equipped, Settled), EquipError> {
    of_changed(equip, |git, _, paths| {
        callboard_git::keep::keep(equip.top, kept).map_err(|cause| {
            EquipError::new(
                REVERT,
                cause.to_string(),
                "mend what it names, or `git checkout` the files yourself",
            )
        })?;
        callboard_git::mask::revert(git, paths).map_err(EquipError::git(REVERT))
    })
}

/// Keeps what setup changed in tracked files out of the worktree's status and commits.
///
/// # Errors
/// When git refuses; then they are shown as before.
pub fn ignore_tracked(equip: &Equip<'_>) -> Result<(Equipped, Settled), EquipError> {
    of_changed(equip, |git, equipped, paths| {
        callboard_git::mask::hide(git, paths).map_err(EquipError::git("hide tracked files"))?;
        equipped.hidden.extend(paths.iter().cloned());
        Ok(())
    })
}

const REVERT: &str = "revert tracked files";

/// Does something about those that nobody changed since.
fn of_changed(
    equip: &Equip<'_>,
    change: impl FnOnce(&Git, &mut Equipped, &[PathBuf]) -> Result<(), EquipError>,
) -> Result<(Equipped, Settled), EquipError> {
    let mut equipped = record::load_or_begin(equip)?;
    let left = scripts::edited_since(equip, &equipped);
    let (left, done): (Vec<_>, Vec<_>) =
        equipped.changed_tracked.drain(..).partition(|path| left.contains(path));
    if !done.is_empty() {
        change(&Git::at(equip.top), &mut equipped, &done)?;
    }
    equipped.setup_left.retain(|path, _| left.contains(path));
    equipped.changed_tracked.clone_from(&left);
    record::save(equip.home, equip.top, &equipped)?;
    Ok((equipped, Settled { done, left }))
}
