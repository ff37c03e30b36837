//! Real git repositories, made by git, with the same commits on every run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicI64, Ordering};

use crate::HermeticHome;

/// 2026-01-05 09:00:00 UTC: when the first commit of every repository is made.
const FIRST_COMMIT: i64 = 1_767_603_600;

/// Seconds between two commits.
const COMMIT_STEP: i64 = 60;

/// A checkout of a git repository in a hermetic home.
#[derive(Debug)]
pub struct Repo<'a> {
    home: &'a HermeticHome,
    path: PathBuf,
    commits: AtomicI64,
}

impl<'a> Repo<'a> {
    /// A new repository called `repo` in the home's work folder, on branch `main`, with one commit
    /// that holds `README.md`. Both agents trust it.
    #[must_use]
    pub fn new(home: &'a HermeticHome) -> Self {
        Self::named(home, "repo")
    }

    /// A new repository called `name`.
    #[must_use]
    pub fn named(home: &'a HermeticHome, name: &str) -> Self {
        let repo = Self::empty(home, name);
        repo.commit("Start", &[("README.md", "# A repository\n")]);
        repo
    }

    /// A new repository called `name`, without a commit.
    #[must_use]
    pub fn empty(home: &'a HermeticHome, name: &str) -> Self {
        let path = home.work().join(name);
        fs::create_dir_all(&path).unwrap();
        home.trust(&path);
        let repo = Self { home, path, commits: AtomicI64::new(0) };
        repo.git(&["init", "-q", "-b", "main"]);
        repo
    }

    /// Another checkout, or another repository, at a folder that is there.
    #[must_use]
    pub fn at(&self, path: &Path) -> Repo<'a> {
        let commits = AtomicI64::new(self.commits.load(Ordering::Relaxed));
        Repo { home: self.home, path: path.to_owned(), commits }
    }

    /// The root of this checkout.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs git here; its standard output without the final newline.
    ///
    /// # Panics
    /// When git fails, with all that it said.
    pub fn git(&self, args: &[&str]) -> String {
        let output = self.try_git(args);
        assert!(
            output.status.success(),
            "git {args:?} in {}: {}\n{}{}",
            self.path.display(),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        let text = String::from_utf8(output.stdout).expect("git's output is UTF-8");
        text.strip_suffix('\n').map(ToOwned::to_owned).unwrap_or(text)
    }

    /// Runs git here, whatever its exit code.
    #[must_use]
    pub fn try_git(&self, args: &[&str]) -> Output {
        let date = FIRST_COMMIT + COMMIT_STEP * self.commits.load(Ordering::Relaxed);
        let mut command = Command::new("git");
        self.home.env(&mut command);
        command.args(args).current_dir(&self.path);
        for name in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
            command.env(name, format!("{date} +0000"));
        }
        command.output().expect("run git")
    }

    /// Writes a file, its folders included.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// The text of a file.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn read(&self, path: &str) -> String {
        let path = self.path.join(path);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("read {}: {e}", path.display()))
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path.join(path)).unwrap();
    }

    /// Writes the files and commits everything in the checkout; the commit's id.
    pub fn commit(&self, message: &str, files: &[(&str, &str)]) -> String {
        for (path, content) in files {
            self.write(path, content);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.head()
    }

    /// Makes the next commits at this time, in seconds since 1970, and after it.
    pub fn go_on_at(&self, seconds: i64) {
        self.commits.store((seconds - FIRST_COMMIT) / COMMIT_STEP, Ordering::Relaxed);
    }

    /// The commit that is checked out.
    #[must_use]
    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Makes a branch here, without switching to it.
    pub fn branch(&self, name: &str) {
        self.git(&["branch", name]);
    }

    /// Switches to a branch.
    pub fn switch(&self, name: &str) {
        self.git(&["switch", "-q", name]);
    }

    /// A linked worktree beside this checkout, on a new branch; the folder is named like the branch,
    /// with `-` for `/`. Both agents trust it.
    #[must_use]
    pub fn worktree(&self, branch: &str) -> Repo<'a> {
        let name = branch.replace('/', "-");
        let path = self.path.with_file_name(format!("{}-{name}", self.name()));
        self.git(&["worktree", "add", "-q", "-b", branch, path.to_str().unwrap()]);
        self.home.trust(&path);
        let commits = AtomicI64::new(self.commits.load(Ordering::Relaxed));
        Repo { home: self.home, path, commits }
    }

    /// Removes a linked worktree of this repository, its uncommitted work included.
    pub fn remove_worktree(&self, worktree: Repo<'_>) {
        self.git(&["worktree", "remove", "--force", worktree.path.to_str().unwrap()]);
    }

    /// `git status --porcelain`, untracked files one by one.
    #[must_use]
    pub fn status(&self) -> String {
        self.git(&["status", "--porcelain", "-uall"])
    }

    fn name(&self) -> &str {
        self.path.file_name().and_then(|n| n.to_str()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(home: &HermeticHome) -> (String, String) {
        let repo = Repo::new(home);
        repo.commit("Add a", &[("src/a.rs", "fn a() {}\n")]);
        let tree = repo.worktree("feature/b");
        tree.commit("Add b", &[("src/b.rs", "fn b() {}\n")]);
        tree.write("dirty.txt", "dirty");
        assert_eq!(tree.status(), "?? dirty.txt");
        assert_eq!(repo.status(), "");
        let feature = tree.head();
        repo.remove_worktree(tree);
        assert_eq!(repo.git(&["worktree", "list"]).lines().count(), 1);
        (repo.head(), feature)
    }

    #[test]
    fn two_runs_make_the_same_commits() {
        assert_eq!(history(&HermeticHome::new()), history(&HermeticHome::new()));
    }
}
