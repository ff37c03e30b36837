//! Configuration of one worktree alone (git-worktree(1), "CONFIGURATION FILE").

use std::path::Path;

use crate::locate::Checkout;
use crate::run::{Git, GitError};

/// What the main worktree must have in its own configuration once worktrees have theirs: shared, it would
/// make every worktree bare, or all of them one folder.
const MAIN_ONLY: [&str; 2] = ["core.bare", "core.worktree"];

/// Lets worktrees of the repository have configuration of their own.
///
/// # Errors
/// When git refuses; interrupted at any step, every worktree works as before.
pub(crate) fn own_config(checkout: &Checkout) -> Result<(), GitError> {
    let git = Git::at(&checkout.top);
    let shared = checkout.common_dir.join("config");
    if get(&git, &shared, "extensions.worktreeConfig").as_deref() == Some("true") {
        return Ok(());
    }
    let own = checkout.common_dir.join("config.worktree");
    let moved: Vec<(&str, String)> = MAIN_ONLY
        .into_iter()
        .filter_map(|key| Some((key, get(&git, &shared, key)?)))
        .filter(|(key, value)| *key != "core.bare" || value == "true")
        .collect();
    for (key, value) in &moved {
        set(&git, &own, &[key, value])?;
    }
    set(&git, &shared, &["extensions.worktreeConfig", "true"])?;
    for (key, _) in &moved {
        set(&git, &shared, &["--unset-all", key])?;
    }
    Ok(())
}

fn get(git: &Git, file: &Path, key: &str) -> Option<String> {
    let call = git.call(["config", "--file"]).arg(file);
    let call = if key == "core.worktree" { call } else { call.arg("--type=bool") };
    call.arg("--get").arg(key).text().ok()
}

fn set(git: &Git, file: &Path, words: &[&str]) -> Result<(), GitError> {
    let call = git.call(["config", "--file"]).arg(file);
    words.iter().fold(call, |call, word| call.arg(word)).through_locks().map(|_| ())
}
