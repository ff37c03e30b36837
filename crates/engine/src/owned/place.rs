//! Where an owned session works: a worktree of its own, or the checkout that is there.

use std::path::PathBuf;

use callboard_git::Git;
use callboard_model::owned::Owned;

use crate::{Engine, EngineError};

/// Makes the place; gives it with the worktree that was made.
pub(super) fn make(engine: &Engine, owned: &Owned) -> Result<(PathBuf, Option<i64>), EngineError> {
    let workspace = owned.workspace;
    let found = engine.read(|s| Ok(s.workspaces()?.into_iter().find(|w| w.id == workspace)))?;
    let workspace = found.ok_or_else(|| EngineError::NotFound {
        what: format!("workspace {workspace}"),
        hint: "register it with `callboard up`",
    })?;
    if owned.in_place || !workspace.row.is_git {
        return Ok((workspace.row.root, None));
    }
    let title = match owned.task {
        Some(task) => engine.read(|s| Ok(s.task(task)?.map(|task| task.title)))?,
        None => None,
    };
    let name = name_of(owned, title.as_deref().unwrap_or_default());
    let root = workspace.row.root;
    let base = root.file_name().map(|name| name.to_string_lossy().into_owned());
    let folder = root.with_file_name(format!("{}.worktrees", base.unwrap_or_default()));
    for n in 1..100 {
        let name = if n == 1 { name.clone() } else { format!("{name}-{n}") };
        let path = folder.join(&name);
        let git = Git::at(&root);
        let branch = format!("refs/heads/{name}");
        let is_taken = git.text(&["rev-parse", "--verify", "--quiet", &branch]).is_ok();
        if path.exists() || is_taken {
            continue;
        }
        let shown = path.to_string_lossy();
        git.text(&["worktree", "add", "--no-track", "-b", &name, &shown]).map_err(|error| {
            EngineError::Refused {
                text: format!("{error}; nothing was started"),
                hint: "mend what git says, or start it with --in-place",
            }
        })?;
        return Ok((path, None));
    }
    Err(EngineError::Refused {
        text: format!("{} has 99 worktrees named {name}; nothing was started", folder.display()),
        hint: "remove those that are done",
    })
}

/// `T12-refactor-file-watcher`.
fn name_of(owned: &Owned, title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if slug.len() + word.len() > 40 {
            break;
        }
        slug.push('-');
        slug.push_str(&word.to_lowercase());
    }
    match owned.task {
        Some(task) => format!("{task}{slug}"),
        None => format!("owned-{}", owned.id),
    }
}
