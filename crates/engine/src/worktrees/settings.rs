//! How worktrees of a workspace are made, unless its configuration says otherwise.

use std::path::{Path, PathBuf};

/// Beside the repository: never in it, where tools would find two of everything.
const FOLDER: &str = "../{repo}.worktrees";

/// Names of folder and branch.
const PATTERN: &str = "{task}-{title}";

/// Worktrees that are made in advance.
const POOL: usize = 1;

/// How worktrees of a workspace are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WorktreeSettings {
    /// The folder that they are made in.
    pub(super) folder: PathBuf,
    /// Names of branches: `{task}`, `{title}`.
    pub(super) branch: String,
    /// The base branch, if it is configured.
    pub(super) base: Option<String>,
    /// How many are made in advance.
    pub(super) pool: usize,
}

impl WorktreeSettings {
    /// The settings of the workspace whose main checkout is `root`.
    pub(super) fn of(root: &Path) -> Self {
        let repo = root.file_name().map_or_else(|| "repository".into(), |n| n.to_string_lossy());
        let folder = root.join(FOLDER.replace("{repo}", &repo));
        Self { folder: plain(&folder), branch: PATTERN.into(), base: None, pool: POOL }
    }
}

/// The path without `..`: the folder need not exist yet.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                plain.pop();
            }
            std::path::Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worktrees_lie_beside_the_repository() {
        let settings = WorktreeSettings::of(Path::new("/home/a b/app"));
        assert_eq!(settings.folder, Path::new("/home/a b/app.worktrees"));
    }
}
