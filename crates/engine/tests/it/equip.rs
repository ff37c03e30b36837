//! Worktrees equipped, in two folders and real git.

mod bare;
mod monorepo;
mod postgres;

use std::collections::BTreeMap;
use std::path::Path;

use callboard_engine::equip::{Equip, Equipped, Phase, equip};
use callboard_engine::project;
use callboard_model::project::Project;
use callboard_testkit::{HermeticHome, Repo};

/// A repository whose worktrees are equipped by its `callboard.toml`.
struct Scene<'a> {
    home: &'a HermeticHome,
    repo: Repo<'a>,
    variables: BTreeMap<String, String>,
}

impl<'a> Scene<'a> {
    fn new(home: &'a HermeticHome, files: &[(&str, &str)]) -> Self {
        let repo = Repo::new(home);
        repo.commit("Add", files);
        let text = |value: std::ffi::OsString| value.into_string().unwrap();
        let variables = home.variables().into_iter().map(|(n, v)| (text(n), text(v))).collect();
        Self { home, repo, variables }
    }

    fn project(&self) -> Project {
        project::read(self.repo.path()).unwrap()
    }

    /// What to equip, as Callboard is told it.
    fn of<'s>(&'s self, project: &'s Project, top: &'s Path, name: &'s str) -> Equip<'s> {
        Equip {
            home: Box::leak(self.home.callboard_home().into_boxed_path()),
            root: self.repo.path(),
            top,
            name,
            branch: Some(name),
            task: Some("T7"),
            project,
            variables: &self.variables,
            log: None,
            stop: None,
        }
    }

    /// Equips a worktree wholly.
    fn equip(&self, worktree: &Repo<'_>, name: &str) -> Equipped {
        let project = self.project();
        let wanted = self.of(&project, worktree.path(), name);
        equip(&wanted, Phase::First, &mut |_| {}).unwrap();
        equip(&wanted, Phase::Rest, &mut |_| {}).unwrap()
    }
}
