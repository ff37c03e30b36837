//! Putting what lies on the disk into an index, as `git add` would.

use std::fs;
use std::path::{Path, PathBuf};

use super::{LeftOut, TreeError, Why};
use crate::keep::{PUT, put_as_it_lies};
use crate::limits;
use crate::paths::bytes_of;
use crate::run::{Call, Git, GitError};
use crate::status::{self, Status};

/// What putting came to.
pub(super) enum Put {
    /// The index holds the disk, but for these.
    Done(Vec<LeftOut>),
    /// Something changed meanwhile, or cannot be read: what git said.
    Changing(String),
}

/// Git in a worktree, with an index of Callboard's.
pub(super) struct Reader {
    git: Git,
    index: PathBuf,
    /// Filters that failed, by name: what they would change is taken as it is.
    failed: Vec<String>,
}

impl Reader {
    pub(super) fn new(git: Git, index: PathBuf) -> Self {
        Self { git, index, failed: Vec::new() }
    }

    /// Puts what lies at the paths into the index, or everything if none is given.
    pub(super) fn put(&mut self, paths: &[PathBuf]) -> Result<Put, TreeError> {
        let mut args =
            vec!["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all"];
        // What is in the work tree of a submodule is no part of this tree.
        args.extend(["--ignore-submodules=dirty", "--"]);
        let call = paths.iter().fold(self.call(&args).patient(), |call, path| call.arg(path));
        let listing = match call.bytes() {
            Ok(listing) => listing,
            Err(error) => return self.instead(error),
        };
        if listing.last().is_some_and(|last| *last != 0) {
            let what = format!("too many files are not committed in {}", self.git.cwd().display());
            return Err(TreeError::refused(what, "have git ignore what is made there"));
        }
        let mut left_out = Vec::new();
        let wanted = self.sorted(status::parse(&listing), &mut left_out)?;
        if wanted.is_empty() {
            return Ok(Put::Done(left_out));
        }
        match self.update(&wanted) {
            Ok(()) => Ok(Put::Done(left_out)),
            Err(error @ GitError::Run { .. }) => Err(error.into()),
            Err(error) if error.is_of_a_filter() => self.instead(error),
            Err(_) => self.one_by_one(&wanted).map(|()| Put::Done(left_out)),
        }
    }

    /// The tree of the index.
    pub(super) fn tree(&mut self) -> Result<String, TreeError> {
        loop {
            // That all objects of the index are there is not asked: in a partial clone they are not.
            match self.call(&["write-tree", "--missing-ok"]).patient().text() {
                // Git reads a file again that may have changed when the index was written.
                Err(error) if error.is_of_a_filter() => drop(self.instead(error)?),
                written => return Ok(written?),
            }
        }
    }

    fn call(&self, args: &[&str]) -> Call {
        let mut all: Vec<String> = vec!["--literal-pathspecs".into()];
        for setting in [
            // A shared index would be written beside the user's.
            "core.splitIndex=false",
            "index.skipHash=true",
            // What comes in is not to be refused for its ends of lines.
            "core.safecrlf=false",
        ] {
            all.extend(["-c".into(), setting.into()]);
        }
        for name in &self.failed {
            for (key, value) in [("clean", ""), ("process", ""), ("required", "false")] {
                all.extend(["-c".into(), format!("filter.{name}.{key}={value}")]);
            }
        }
        all.extend(args.iter().map(|arg| (*arg).to_owned()));
        // The index is ours: what was found unchanged may be noted there.
        self.git.call(all).index(&self.index).env("GIT_OPTIONAL_LOCKS", "1")
    }

    /// Goes on without a filter that failed, or tells what to say if it cannot be read at all.
    fn instead(&mut self, error: GitError) -> Result<Put, TreeError> {
        let GitError::Refused { message, .. } = &error else { return Err(error.into()) };
        if error.is_of_a_filter() {
            let named =
                message.split("clean filter '").nth(1).and_then(|rest| rest.split('\'').next());
            let named = named.map(|name| vec![name.to_owned()]).unwrap_or_else(|| self.filters());
            let before = self.failed.len();
            self.failed.extend(named);
            self.failed.dedup();
            if self.failed.len() == before {
                return Err(error.into());
            }
        }
        Ok(Put::Changing(message.clone()))
    }

    /// The names of all filters that are configured.
    fn filters(&self) -> Vec<String> {
        let listed = self.git.text(&["config", "--name-only", "--get-regexp", r"^filter\..*"]);
        let listed = listed.unwrap_or_default();
        let name = |line: &str| Some(line.strip_prefix("filter.")?.rsplit_once('.')?.0.to_owned());
        let mut names: Vec<String> = listed.lines().filter_map(name).collect();
        names.dedup();
        names
    }

    /// The paths to be put, out of what git found; what cannot be goes to `left_out`.
    fn sorted(
        &self,
        found: Status,
        left_out: &mut Vec<LeftOut>,
    ) -> Result<Vec<PathBuf>, TreeError> {
        let mut wanted: Vec<PathBuf> = Vec::new();
        let mut unmerged = Vec::new();
        let changed = found.changed.into_iter().filter(|changed| changed.on_disk);
        for path in
            changed.map(|changed| changed.path).chain(found.untracked).chain(found.unmerged.clone())
        {
            let why = if bytes_of(&path).ends_with(b"/") {
                Some(Why::Repository)
            } else {
                why_not(&self.git.cwd().join(&path))
            };
            match why {
                Some(why) => {
                    unmerged.extend(found.unmerged.contains(&path).then(|| path.clone()));
                    left_out.push(LeftOut { path, why });
                }
                None => wanted.push(path),
            }
        }
        if !unmerged.is_empty() {
            // A tree cannot be made of an index with undecided entries.
            let call = self.call(&["update-index", "--force-remove", "-z", "--stdin"]);
            call.input(list(&unmerged)).bytes()?;
        }
        Ok(wanted)
    }

    fn update(&self, paths: &[PathBuf]) -> Result<(), GitError> {
        let args = [
            "update-index",
            "--add",
            "--remove",
            "--replace",
            "--ignore-skip-worktree-entries",
            "-z",
            "--stdin",
        ];
        self.call(&args).input(list(paths)).patient().bytes().map(drop)
    }

    /// Puts each path by itself; what git does not take even so is put as it lies on the disk.
    fn one_by_one(&self, paths: &[PathBuf]) -> Result<(), TreeError> {
        let mut raw = Vec::new();
        for path in paths {
            let tried = paths.len() <= limits::SINGLE_PATHS;
            if !tried || self.update(std::slice::from_ref(path)).is_err() {
                raw.push(path.clone());
            }
        }
        raw.retain(|path| why_not(&self.git.cwd().join(path)).is_none());
        Ok(put_as_it_lies(&self.git, self.call(&PUT), &raw)?)
    }
}

/// Why what lies at a path is no part of a tree; what is gone has no reason.
fn why_not(file: &Path) -> Option<Why> {
    let meta = fs::symlink_metadata(file).ok()?;
    if meta.is_symlink() || meta.is_dir() {
        return None;
    }
    if !meta.is_file() {
        return Some(Why::Special);
    }
    if meta.len() > limits::TREE_FILE_BYTES {
        return Some(Why::TooLarge(meta.len()));
    }
    let is_denied = |error: std::io::Error| error.kind() == std::io::ErrorKind::PermissionDenied;
    fs::File::open(file).is_err_and(is_denied).then_some(Why::Unreadable)
}

fn list(paths: &[PathBuf]) -> Vec<u8> {
    paths.iter().flat_map(|path| [bytes_of(path), vec![0]].concat()).collect()
}
