//! Scripts of a worktree: setup, teardown, and its development server.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_git::{Git, GitError, locate, status};
use callboard_os::host::ProcessId;
use callboard_os::process;
use callboard_os::script::{Script, ScriptError, end_group};

use super::{Equip, EquipError, Equipped, record};

/// Runs `setup`, if it has not come to a good end before, and notes which tracked files it changed.
pub(super) fn set_up(
    equip: &Equip<'_>,
    equipped: &mut Equipped,
    told: &mut dyn FnMut(&str),
) -> Result<(), EquipError> {
    if equipped.is_set_up {
        return Ok(());
    }
    let before = changed(equip).map_err(EquipError::git("see what setup changes"))?;
    let edited = edited_since(equip, equipped);
    let settings = &equip.project.worktrees;
    let time = Duration::from_secs(settings.setup_seconds);
    let ran = run_lines(equip, equipped, &settings.setup, time, told);
    let after = changed(equip).map_err(EquipError::git("see what setup changed"))?;
    let is_setups =
        |path: &PathBuf| !before.contains(path) || equipped.changed_tracked.contains(path);
    equipped.changed_tracked = after.into_iter().filter(is_setups).collect();
    for path in equipped.changed_tracked.iter().filter(|path| !edited.contains(path)) {
        equipped.setup_left.insert(path.clone(), record::state_of(&equip.top.join(path)));
    }
    let Equipped { changed_tracked, setup_left, .. } = equipped;
    setup_left.retain(|path, _| changed_tracked.contains(path));
    ran.map_err(EquipError::script("set the worktree up"))?;
    equipped.is_set_up = true;
    Ok(())
}

/// Tracked files that setup changed, and somebody else after it.
pub(super) fn edited_since(equip: &Equip<'_>, equipped: &Equipped) -> Vec<PathBuf> {
    let is_as_left = |path: &&PathBuf| {
        equipped.setup_left.get(*path) == Some(&record::state_of(&equip.top.join(path)))
    };
    equipped.changed_tracked.iter().filter(|path| !is_as_left(path)).cloned().collect()
}

fn changed(equip: &Equip<'_>) -> Result<Vec<PathBuf>, GitError> {
    if locate(equip.top).is_none() {
        return Ok(Vec::new());
    }
    Ok(status::tracked(&Git::at(equip.top))?.into_iter().map(|changed| changed.path).collect())
}

/// Runs `teardown`.
pub(super) fn tear_down(
    equip: &Equip<'_>,
    equipped: &Equipped,
    told: &mut dyn FnMut(&str),
) -> Result<(), EquipError> {
    let settings = &equip.project.worktrees;
    if !equip.top.is_dir() {
        return Ok(());
    }
    let time = Duration::from_secs(settings.teardown_seconds);
    run_lines(equip, equipped, &settings.teardown, time, told)
        .map_err(EquipError::script("run the worktree's teardown"))
}

/// Runs command lines in the worktree, one after the other until one fails.
pub(super) fn run_lines(
    equip: &Equip<'_>,
    equipped: &Equipped,
    lines: &[String],
    time: Duration,
    told: &mut dyn FnMut(&str),
) -> Result<(), ScriptError> {
    for line in lines {
        told(line);
        let script = script(equip, equipped, line, &equipped.log).time(time);
        let script = equip.stop.map_or(script.clone(), |stop| script.stop_by(stop));
        script.run(told)?;
    }
    Ok(())
}

fn script(equip: &Equip<'_>, equipped: &Equipped, line: &str, log: &Path) -> Script {
    Script::new(line, equip.top, log).envs(equip.variables).envs(&equipped.environment)
}

/// Starts the worktree's development server, unless it runs. It goes on without the daemon.
///
/// # Errors
/// When there is no command for it, or it cannot be started.
pub fn start_server(equip: &Equip<'_>) -> Result<Equipped, EquipError> {
    const STEP: &str = "start the server";
    let mut equipped = record::load_or_begin(equip)?;
    let Some(line) = &equip.project.worktrees.run.command else {
        return Err(EquipError::new(
            STEP,
            "`worktrees.run.command` is not set; nothing was started",
            "say in callboard.toml what starts it",
        ));
    };
    if equipped.server.is_some_and(is_running) {
        return Ok(equipped);
    }
    let log = equipped.server_log();
    // What the last one said is over.
    let _ = fs::remove_file(&log);
    let pid = script(equip, &equipped, line, &log).start().map_err(EquipError::script(STEP))?;
    equipped.server = Some(ProcessId::of(pid));
    record::save(equip.home, equip.top, &equipped)?;
    Ok(equipped)
}

/// Whether the worktree's development server runs.
#[must_use]
pub fn is_server_running(equipped: &Equipped) -> bool {
    equipped.server.is_some_and(is_running)
}

fn is_running(server: ProcessId) -> bool {
    process::is_running(server.pid, server.start_ticks) == Some(true)
}

/// Ends the worktree's development server, with all that it started.
///
/// # Errors
/// When the record cannot be read or written.
pub fn stop_server(home: &Path, top: &Path) -> Result<(), EquipError> {
    let Some(mut equipped) = record::load(home, top)? else { return Ok(()) };
    if let Some(server) = equipped.server.take() {
        end_group(server.pid, server.start_ticks);
        let _ = fs::remove_file(equipped.server_log());
        record::save(home, top, &equipped)?;
    }
    Ok(())
}
