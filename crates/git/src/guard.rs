//! The push guard: what is pushed from a worktree does not land on the base branch by accident.
//!
//! It is configuration of that worktree alone (`extensions.worktreeConfig`) and a folder of hooks in its
//! git directory, of which `pre-push` refuses the base branch; all others, and it, run the repository's own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::keep::KeepError;
use crate::locate::Checkout;
use crate::run::{Git, GitError};

/// Set to `1`, it lets one push to the base branch through.
pub const ALLOW: &str = "CALLBOARD_ALLOW_PUSH";

/// Hooks that run for what a person or an agent does in a checkout. Those that git calls for every change
/// of a reference or the index stay the repository's own: none.
const HOOKS: &[&str] = &[
    "applypatch-msg",
    "commit-msg",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-merge",
    "post-rewrite",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-rebase",
    "prepare-commit-msg",
    "sendemail-validate",
];

/// Runs the repository's own hook of the same name, as git would without the guard (githooks(5)).
const OWN_HOOK: &str = r#"own=$(git config --local --get core.hooksPath || git config --global --get core.hooksPath || git config --system --get core.hooksPath) || own=$(git rev-parse --git-common-dir)/hooks
own=$own/${0##*/}
case $own in "~/"*) own=$HOME/${own#"~/"} ;; esac
[ -x "$own" ] || exit 0
"#;

/// Settings of a guarded worktree, and why.
fn settings(base: &str, hooks: &Path) -> [(&'static str, String); 4] {
    [
        // `git push` alone pushes the branch under its own name, whatever its upstream or the user's
        // `push.default` is.
        ("push.default", "current".into()),
        ("push.autoSetupRemote", "true".into()),
        ("core.hooksPath", hooks.to_string_lossy().into_owned()),
        ("callboard.base", base.into()),
    ]
}

/// Guards the worktree against pushes to `base`, a branch's name on every remote.
///
/// # Errors
/// When git or the disk refuse.
pub fn set(checkout: &Checkout, base: &str) -> Result<(), KeepError> {
    let git = Git::at(&checkout.top);
    let hooks = folder_of(checkout);
    fs::create_dir_all(&hooks).map_err(KeepError::io(&hooks))?;
    for name in HOOKS {
        write_hook(&hooks, name, &format!("#!/bin/sh\n{OWN_HOOK}exec \"$own\" \"$@\"\n"))?;
    }
    write_hook(&hooks, "pre-push", &pre_push(base, &checkout.common_dir))?;
    crate::worktree::own_config(checkout)?;
    for (key, value) in settings(base, &hooks) {
        git.call(["config", "--worktree", key, &value]).through_locks()?;
    }
    Ok(())
}

/// The same for whatever is started in the worktree: variables that git reads before any file
/// (git-config(1), "ENVIRONMENT"), behind `before` settings that are given so already.
#[must_use]
pub fn environment(checkout: &Checkout, before: usize) -> Vec<(String, String)> {
    let hooks = folder_of(checkout);
    let given = settings("", &hooks).into_iter().filter(|(key, _)| *key != "callboard.base");
    let mut variables = Vec::new();
    let mut count = before;
    for (key, value) in given {
        variables.push((format!("GIT_CONFIG_KEY_{count}"), key.to_owned()));
        variables.push((format!("GIT_CONFIG_VALUE_{count}"), value));
        count += 1;
    }
    variables.push(("GIT_CONFIG_COUNT".to_owned(), count.to_string()));
    variables
}

/// Takes the guard away again.
///
/// # Errors
/// When git refuses.
pub fn unset(checkout: &Checkout) -> Result<(), GitError> {
    let git = Git::at(&checkout.top);
    for (key, _) in settings("", Path::new("")) {
        // A setting that somebody removed is not there to be removed.
        let _ = git.output(&["config", "--worktree", "--unset-all", key])?;
    }
    let _ = fs::remove_dir_all(folder_of(checkout));
    Ok(())
}

/// The branch that the worktree is guarded against pushing to.
#[must_use]
pub fn base_of(checkout: &Checkout) -> Option<String> {
    let hooks = Git::at(&checkout.top).text(&["config", "--worktree", "callboard.base"]).ok()?;
    Some(hooks).filter(|base| !base.is_empty() && folder_of(checkout).is_dir())
}

fn folder_of(checkout: &Checkout) -> PathBuf {
    checkout.git_dir.join("callboard-hooks")
}

fn pre_push(base: &str, repository: &Path) -> String {
    // Read first: the repository's own hook gets the same lines. Given through the environment, the hook runs
    // in other repositories, too: those that tests make are none of its business.
    format!(
        r#"#!/bin/sh
pushed=$(cat)
here=$(cd "$(git rev-parse --git-common-dir)" && pwd -P)
if [ "${{{ALLOW}:-}}" != 1 ] && [ "$here" = {repository} ]; then
  while read -r _ _ remote_ref _; do
    if [ "$remote_ref" = {reference} ]; then
      echo >&2 "callboard: refused to push to {shown}: this worktree is for work that is reviewed first; nothing was pushed"
      echo >&2 "hint: \`git push\` alone pushes the branch under its own name; {ALLOW}=1 git push … does what you typed"
      exit 1
    fi
  done <<PUSHED
$pushed
PUSHED
fi
{OWN_HOOK}printf '%s\n' "$pushed" | "$own" "$@"
"#,
        repository = quoted(&repository.to_string_lossy()),
        reference = quoted(&format!("refs/heads/{base}")),
        shown = base.replace(['"', '\\', '$', '`'], "_"),
    )
}

/// A word of a shell, whatever is in it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(unix)]
fn write_hook(folder: &Path, name: &str, text: &str) -> Result<(), KeepError> {
    use std::os::unix::fs::PermissionsExt;
    let file = folder.join(name);
    fs::write(&file, text).map_err(KeepError::io(&file))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).map_err(KeepError::io(&file))
}

#[cfg(not(unix))]
fn write_hook(folder: &Path, name: &str, text: &str) -> Result<(), KeepError> {
    let file = folder.join(name);
    fs::write(&file, text).map_err(KeepError::io(&file))
}
