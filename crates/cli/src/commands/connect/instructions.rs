//! `connect --instructions`: three lines in the files in which a repository's agents look for instructions.

use std::path::{Path, PathBuf};

use callboard_agents::{FileChange, instructions};

use super::files::{self, Record};
use super::{connectable, is_agreed, refused};
use crate::args::Connect;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

/// Under which the changes are remembered, and the files kept as they were.
const RECORD: &str = "instructions";

/// Adds the lines to the file of one agent, or to those that are there.
pub(super) fn add(args: &Connect, settings: &Settings) -> Result<(), CliError> {
    let top = top()?;
    let paths = match &args.agent {
        Some(agent) => vec![resolved(&top.join(connectable(agent)?.1.instructions()))],
        None => {
            let mut all = all_files(&top);
            all.retain(|path| path.exists());
            if all.is_empty() {
                all.push(top.join(instructions::AGENTS_FILE));
            }
            all
        }
    };
    let mut record = Record::load(&settings.home, RECORD)?;
    let mut changes = Vec::new();
    for (path, before) in paths.iter().zip(files::texts(&paths)?) {
        let after = instructions::added(before.as_deref(), record.of(path))
            .map_err(|error| at(path, refused(error)))?;
        changes.push(FileChange { path: path.clone(), before, after: Some(after) });
    }
    changes.retain(FileChange::is_change);
    if changes.is_empty() {
        return output::line("the lines are there already; nothing was changed");
    }
    let note = format!(
        "{} is a repository: these files are yours to commit, and then everybody's who works in it",
        top.display()
    );
    let question = "Add these lines?";
    if !is_agreed(args, &changes, &[note], question)? {
        return Ok(());
    }
    files::write(&settings.home, RECORD, &changes)?;
    for change in changes {
        let path = change.path.clone();
        // What was there before an earlier version's lines is what is given back.
        let earlier = record.of(&path).filter(|known| known.after == change.before);
        let before = earlier.map_or(change.before.clone(), |known| known.before.clone());
        record.put(&path, Some(FileChange { before, ..change }));
    }
    record.save(&settings.home, RECORD)?;
    output::line("the lines are there; undo it with `callboard disconnect --instructions`")
}

/// Takes the lines out of this repository's files.
pub(super) fn remove(args: &Connect, settings: &Settings) -> Result<(), CliError> {
    let top = top()?;
    let paths = match &args.agent {
        Some(agent) => vec![resolved(&top.join(connectable(agent)?.1.instructions()))],
        None => all_files(&top),
    };
    let mut record = Record::load(&settings.home, RECORD)?;
    let (mut changes, mut left) = (Vec::new(), None);
    for (path, before) in paths.iter().zip(files::texts(&paths)?) {
        let Some(text) = &before else { continue };
        match instructions::removed(text, record.of(path)) {
            Ok(after) => changes.push(FileChange { path: path.clone(), before, after }),
            Err(error) => left = Some(at(path, refused(error))),
        }
    }
    changes.retain(FileChange::is_change);
    if changes.is_empty() {
        return match left {
            Some(error) => Err(error),
            None => output::line("the lines are not there; nothing was changed"),
        };
    }
    if !is_agreed(args, &changes, &[], "Take these lines out?")? {
        return Ok(());
    }
    files::write(&settings.home, RECORD, &changes)?;
    changes.iter().for_each(|change| record.put(&change.path, None));
    if record.paths().next().is_none() {
        record.forget(&settings.home, RECORD)?;
    } else {
        record.save(&settings.home, RECORD)?;
    }
    output::line("the lines are gone")?;
    left.map_or(Ok(()), Err)
}

/// The repository's files of all agents, each once: one may be a link to another.
fn all_files(top: &Path) -> Vec<PathBuf> {
    let connections = callboard_agents::all().iter().filter_map(|agent| agent.connection());
    let mut names: Vec<&str> = connections.map(|connection| connection.instructions()).collect();
    names.push(instructions::AGENTS_FILE);
    let mut paths: Vec<PathBuf> = names.into_iter().map(|name| resolved(&top.join(name))).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Where a file is that may be a link.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The top of the checkout that the current folder is in: a worktree has its own.
fn top() -> Result<PathBuf, CliError> {
    let here = std::env::current_dir()?;
    let top = here.ancestors().find(|folder| folder.join(".git").exists());
    top.map(Path::to_owned).ok_or_else(|| {
        CliError::misuse(
            format!("{} is in no git repository; nothing was changed", here.display()),
            "go to the repository whose agents are to know",
        )
    })
}

fn at(path: &Path, error: CliError) -> CliError {
    error.before(&format!("{}: ", path.display()))
}
