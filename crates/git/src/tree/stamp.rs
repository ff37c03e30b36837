//! Whether the files of a repository that decide what a worktree's tree is are as they were, told without a process.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::locate::Checkout;

/// What the file system says of a file; another content has another stamp, as git itself takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// The number of its inode, and when that last changed.
    node: (u64, i64, i64),
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let meta = fs::symlink_metadata(path).ok()?;
        let modified = meta.modified().ok();
        Some(Self { length: meta.len(), modified, node: node(&meta) })
    }
}

#[cfg(unix)]
fn node(meta: &fs::Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (meta.ino(), meta.ctime(), meta.ctime_nsec())
}

#[cfg(not(unix))]
fn node(_: &fs::Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}

/// What a look goes by, beside the files of the worktree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamps {
    /// The user's index.
    pub(super) index: Option<Stamp>,
    /// What git ignores and how it reads files, as far as it stands in the repository's own files.
    rules: Vec<Option<Stamp>>,
    pub(super) head: Head,
}

impl Stamps {
    pub(super) fn of(checkout: &Checkout) -> Self {
        let own =
            ["config.worktree", "info/sparse-checkout"].map(|name| checkout.git_dir.join(name));
        let shared =
            ["config", "info/exclude", "info/attributes"].map(|n| checkout.common_dir.join(n));
        Self {
            index: Stamp::of(&checkout.git_dir.join("index")),
            rules: own.iter().chain(&shared).map(|path| Stamp::of(path)).collect(),
            head: Head::of(checkout),
        }
    }

    /// Whether the worktree is read by the same index and rules; what is checked out matters not.
    pub(super) fn reads_as(&self, other: &Self) -> bool {
        self.index == other.index && self.rules == other.rules
    }
}

/// Which commit is checked out, and which are being merged into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The file HEAD: a reference or an id.
    text: String,
    /// The reference's own file, if it has one.
    target: Option<String>,
    /// Where references without a file of their own stand (gitrepository-layout(5)).
    packed: Vec<Option<Stamp>>,
    /// The commits of a merge that is not finished.
    pub(super) merging: Vec<String>,
}

impl Head {
    fn of(checkout: &Checkout) -> Self {
        let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        let text = read(&checkout.git_dir.join("HEAD"));
        let reference = text.trim().strip_prefix("ref: ");
        let target =
            reference.and_then(|name| fs::read_to_string(checkout.common_dir.join(name)).ok());
        let packed = if target.is_some() || reference.is_none() {
            Vec::new()
        } else {
            let tables = "reftable/tables.list";
            let at = [checkout.common_dir.join("packed-refs"), checkout.common_dir.join(tables)];
            at.iter().chain([&checkout.git_dir.join(tables)]).map(|path| Stamp::of(path)).collect()
        };
        let merging = read(&checkout.git_dir.join("MERGE_HEAD"));
        let merging = merging.lines().filter(|line| is_id(line)).map(str::to_owned).collect();
        Self { text, target, packed, merging }
    }

    /// The commit, where it stands in a file of its own.
    pub(super) fn id(&self) -> Option<&str> {
        let text = self.target.as_deref().unwrap_or(&self.text).trim();
        is_id(text).then_some(text)
    }

    /// Whether the reference leads to another, whose changes are not seen here.
    pub(super) fn leads_on(&self) -> bool {
        self.target.is_some() && self.id().is_none()
    }
}

fn is_id(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
