//! The one runner of the git command.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};

use callboard_os::command::{Command, CommandError, Output};

use crate::limits;

/// Git in one directory.
#[derive(Debug, Clone)]
pub struct Git {
    cwd: PathBuf,
    /// Where it writes objects, and where it finds the others, if not in its own repository.
    objects: Option<Box<(PathBuf, PathBuf)>>,
    /// It fetches nothing and runs no hook.
    alone: bool,
}

/// Why git did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// It could not be run.
    #[error("cannot run git in {}: {cause}; nothing was changed", .cwd.display())]
    Run {
        /// Where.
        cwd: PathBuf,
        /// Why.
        cause: CommandError,
    },
    /// It refused.
    #[error("`git {args}` failed in {}: {message}", .cwd.display())]
    Refused {
        /// Where.
        cwd: PathBuf,
        /// What it was asked.
        args: String,
        /// What it said.
        message: String,
    },
}

impl GitError {
    /// Whether a program that changes files on their way in or out failed (convert.c), such as that of Git LFS.
    #[must_use]
    pub fn is_of_a_filter(&self) -> bool {
        let Self::Refused { message, .. } = self else { return false };
        ["filter-process", "smudge filter", "clean filter", "external filter"]
            .iter()
            .any(|word| message.contains(word))
    }
}

impl Git {
    /// Git in `cwd`.
    #[must_use]
    pub fn at(cwd: impl Into<PathBuf>) -> Self {
        Self { cwd: cwd.into(), objects: None, alone: false }
    }

    /// The same, writing its objects into the folder `own` and reading those of `borrowed` as well.
    pub(crate) fn writing_to(self, own: &Path, borrowed: &Path) -> Self {
        Self { objects: Some(Box::new((own.to_owned(), borrowed.to_owned()))), ..self }
    }

    /// The same in another directory.
    pub(crate) fn in_folder(&self, cwd: &Path) -> Self {
        Self { cwd: cwd.to_owned(), ..self.clone() }
    }

    /// Where it writes objects, and where it finds the others, if not in its own repository.
    pub(crate) fn objects(&self) -> Option<(&Path, &Path)> {
        self.objects.as_deref().map(|(own, borrowed)| (own.as_path(), borrowed.as_path()))
    }

    /// The same, fetching no object that a partial clone lacks, and running none of the user's hooks.
    pub(crate) fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// The directory it runs in.
    #[must_use]
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// A call of git, to be given more than arguments.
    pub(crate) fn call<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Call {
        let args: Vec<OsString> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        let command = Command::new("git", &self.cwd)
            // Reading must not take the index lock under an agent that is about to commit.
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .args(["-c", "core.fsmonitor=false", "-c", "gc.auto=0"]);
        let command = match self.alone {
            true => command.env("GIT_NO_LAZY_FETCH", "1").args(["-c", "core.hooksPath=/dev/null"]),
            false => command,
        };
        let command = command.args(&args);
        let command = match self.objects.as_deref() {
            Some((own, borrowed)) => command
                .env("GIT_OBJECT_DIRECTORY", own)
                .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", in_list(borrowed)),
            None => command,
        };
        let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
        Call { cwd: self.cwd.clone(), words: words.join(" "), command, once: false }
    }

    /// Runs git and gives its output, whatever its exit code.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn output(&self, args: &[&str]) -> Result<Output, GitError> {
        self.call(args).output()
    }

    /// Runs git and gives its standard output as text.
    ///
    /// # Errors
    /// When git cannot be run or refuses.
    pub fn text(&self, args: &[&str]) -> Result<String, GitError> {
        self.call(args).text()
    }

    /// Runs git and gives its standard output as it is.
    ///
    /// # Errors
    /// When git cannot be run or refuses.
    pub(crate) fn bytes(&self, args: &[&str]) -> Result<Vec<u8>, GitError> {
        self.call(args).bytes()
    }

    /// Whether the commit `id` is checked out here.
    #[must_use]
    pub fn is_at(&self, id: &str) -> bool {
        self.text(&["rev-parse", "--verify", "--quiet", "HEAD"]).is_ok_and(|head| head == id)
    }

    /// Whether the repository has the commit `id`.
    #[must_use]
    pub fn has_commit(&self, id: &str) -> bool {
        let is_id = id.len() >= 7 && id.bytes().all(|b| b.is_ascii_hexdigit());
        is_id
            && self
                .output(&["cat-file", "-e", &format!("{id}^{{commit}}")])
                .is_ok_and(|output| output.status.success())
    }
}

/// A path as an entry of git's list of folders: one with a colon in it stands in quotes (git(1),
/// `GIT_ALTERNATE_OBJECT_DIRECTORIES`).
pub(crate) fn in_list(path: &Path) -> OsString {
    match path.to_str().filter(|text| text.contains(':')) {
        Some(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")).into(),
        None => path.into(),
    }
}

/// One call of git.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    cwd: PathBuf,
    words: String,
    command: Command,
    /// What it writes goes to a file: a second try would write behind the first.
    once: bool,
}

impl Call {
    /// Adds one argument.
    pub(crate) fn arg(self, arg: impl AsRef<OsStr>) -> Self {
        let words = format!("{} {}", self.words, arg.as_ref().to_string_lossy());
        Self { words, command: self.command.arg(arg), ..self }
    }

    /// Lets it take long: it reads or writes whole checkouts.
    pub(crate) fn patient(self) -> Self {
        Self { command: self.command.time(limits::PATIENT_TIME), ..self }
    }

    /// Sets a variable.
    pub(crate) fn env(self, key: &str, value: impl AsRef<OsStr>) -> Self {
        Self { command: self.command.env(key, value), ..self }
    }

    /// Works on this index instead of the checkout's.
    pub(crate) fn index(self, file: &Path) -> Self {
        self.env("GIT_INDEX_FILE", file)
    }

    /// Gives git this as standard input.
    pub(crate) fn input(self, input: impl Into<Vec<u8>>) -> Self {
        Self { command: self.command.input(input), ..self }
    }

    /// Has git write its standard output into a file, however long it is.
    pub(crate) fn into_file(self, file: File) -> Self {
        Self { command: self.command.stdout_to(file), once: true, ..self }
    }

    /// Its output, whatever its exit code; tried again where git met a worktree that another is only just making.
    pub(crate) fn output(self) -> Result<Output, GitError> {
        let tries = if self.once { 1 } else { limits::LOCK_TRIES };
        for _ in 1..tries {
            let output = self.clone().output_once()?;
            if output.status.success() || !met_half_a_worktree(&output.error_text()) {
                return Ok(output);
            }
            std::thread::sleep(limits::LOCK_PAUSE);
        }
        self.output_once()
    }

    fn output_once(self) -> Result<Output, GitError> {
        let Self { cwd, command, .. } = self;
        command.output().map_err(|cause| GitError::Run { cwd, cause })
    }

    /// Its standard output as it is.
    pub(crate) fn bytes(self) -> Result<Vec<u8>, GitError> {
        self.well().map(|output| output.stdout)
    }

    /// Its output, if it ended well.
    fn well(self) -> Result<Output, GitError> {
        let (cwd, args) = (self.cwd.clone(), self.words.clone());
        let output = self.output()?;
        if output.status.success() {
            return Ok(output);
        }
        Err(GitError::Refused { cwd, args, message: output.error_text() })
    }

    /// Its standard output as it is; tried again while another git holds a lock that it needs.
    pub(crate) fn through_locks(self) -> Result<Vec<u8>, GitError> {
        self.output_through_locks().map(|output| output.stdout)
    }

    /// The same, with what it said beside.
    pub(crate) fn output_through_locks(self) -> Result<Output, GitError> {
        self.output_through_locks_after(|| {})
    }

    /// The same for what cannot simply be said again: `undo` takes away what a try left that met a lock half-way.
    pub(crate) fn output_through_locks_after(self, undo: impl Fn()) -> Result<Output, GitError> {
        let once = Self { once: true, ..self };
        for _ in 1..limits::LOCK_TRIES {
            match once.clone().well() {
                Err(GitError::Refused { message, .. })
                    if is_locked(&message) || met_half_a_worktree(&message) =>
                {
                    undo();
                    std::thread::sleep(limits::LOCK_PAUSE);
                }
                done => return done,
            }
        }
        once.well()
    }

    /// Its standard output as text, without trailing white space.
    pub(crate) fn text(self) -> Result<String, GitError> {
        let bytes = self.bytes()?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }
}

/// Whether git says that another git holds a lock (lockfile.c, config.c, refs/files-backend.c).
fn is_locked(message: &str) -> bool {
    message.contains("could not lock config file")
        || (message.contains(".lock'") && message.contains("File exists"))
}

/// Whether git gave up at what a new worktree is known by while it is only just written (setup.c: a `commondir` that is
/// still empty). It looks at all worktrees before it does anything.
fn met_half_a_worktree(message: &str) -> bool {
    message.contains("failed to read") && message.contains("/commondir")
}
