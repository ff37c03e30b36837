//! Moving the files of a worktree in which nobody works to another commit.

use std::path::{Path, PathBuf};

use callboard_os::command::Output;

use crate::paths::path_of;
use crate::run::{Git, GitError};
use crate::status;

/// Switches a detached worktree to a new branch at `start`, moving its files there.
///
/// # Errors
/// When there is such a branch, files would be overwritten, or the disk took not all of them: the branch is not there
/// then.
pub fn switch_to_new(top: &Path, branch: &str, start: &str) -> Result<(), GitError> {
    let git = Git::at(top);
    let reference = format!("refs/heads/{branch}");
    let was = git.text(&["rev-parse", "HEAD"])?;
    if was == start {
        // Its files are as they should be: nothing needs to look at a hundred thousand of them.
        git.call(["update-ref", "-m", "callboard: made", &reference, start, ""]).through_locks()?;
        return git
            .call(["symbolic-ref", "-m", "callboard: made", "HEAD", &reference])
            .through_locks()
            .map(|_| ());
    }
    let switched = git
        .call(["switch", "--quiet", "--no-track", "--create", branch, start])
        .patient()
        .output_through_locks()?;
    refuse_torn(&git, &switched, (&was, start)).inspect_err(|_| {
        // What fails of this leaves a branch without commits of its own.
        let _ = git.text(&["update-ref", "--no-deref", "HEAD", start]);
        let _ = git.text(&["update-ref", "-d", &reference, start]);
    })
}

/// Moves a detached worktree to another commit.
///
/// # Errors
/// When files would be overwritten, or the disk took not all of them: those are missing then.
pub fn switch_detached(top: &Path, commit: &str) -> Result<(), GitError> {
    let git = Git::at(top);
    let was = git.text(&["rev-parse", "HEAD"])?;
    let call = git.call(["switch", "--quiet", "--detach", commit]).patient();
    refuse_torn(&git, &call.output_through_locks()?, (&was, commit))
}

/// Refuses a switch that left files unwritten or torn: git only says so, and ends well all the same. Torn ones are
/// removed, as nobody wrote them: where somebody had, git would not have switched.
fn refuse_torn(git: &Git, said: &Output, (was, now): (&str, &str)) -> Result<(), GitError> {
    if !said.error_text().contains("error: ") {
        return Ok(());
    }
    let changed = status::tracked(git)?;
    let moved = git.bytes(&["diff", "--name-only", "--no-renames", "-z", was, now])?;
    let moved: Vec<PathBuf> = moved.split(|byte| *byte == 0).map(path_of).collect();
    let torn: Vec<&Path> = changed
        .iter()
        .filter(|changed| changed.on_disk && !changed.staged && !changed.submodule)
        .map(|changed| changed.path.as_path())
        .filter(|path| moved.iter().any(|moved| moved == path))
        .collect();
    let Some(first) = torn.first() else { return Ok(()) };
    for path in &torn {
        // Those that git could not make are not there.
        let _ = std::fs::remove_file(git.cwd().join(path));
    }
    Err(GitError::Refused {
        cwd: git.cwd().to_owned(),
        args: format!("switch {now}"),
        message: format!("{} was not written whole: {}", first.display(), said.error_text()),
    })
}
