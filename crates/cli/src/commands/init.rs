//! `init`: a `callboard.toml` for this repository, told by its files.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use callboard_engine::project;
use callboard_model::project::FILE;

use super::trust;
use crate::args::Init;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

pub(super) fn init(args: &Init, settings: &Settings) -> Result<(), CliError> {
    let root = root_here()?;
    let proposed = project::propose(&root);
    if args.print {
        return output::print(&proposed);
    }
    if !root.join(".git").exists() {
        return Err(CliError::misuse(
            "this folder is in no git repository; nothing was written",
            "run it in a repository; `callboard init --print` shows what it would propose here",
        ));
    }
    let path = root.join(FILE);
    if let Some(present) = present(&path)? {
        return compare(&path, &present, &proposed);
    }
    output::print(&proposed)?;
    if !args.yes && !agreed(&path)? {
        return output::line("nothing was written");
    }
    // A file that appeared meanwhile is somebody's.
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| file.write_all(proposed.as_bytes()));
    written.map_err(|cause| {
        CliError::misuse(
            format!("cannot write {}: {cause}; nothing was changed", path.display()),
            "see that the folder is yours to write, or `callboard init --print` into a file",
        )
    })?;
    output::remark(&format!("wrote {}: look at it, then commit it", path.display()));
    if let Err(error) = trust::approve_written(&root, &proposed, settings) {
        output::remark(&format!("it is not approved yet ({error}): `callboard trust` does that"));
    }
    Ok(())
}

/// The main checkout that this folder belongs to, or the folder.
fn root_here() -> Result<std::path::PathBuf, CliError> {
    let here = std::env::current_dir()?;
    Ok(project::root_of(&here))
}

fn present(path: &Path) -> Result<Option<String>, CliError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(CliError::misuse(
            format!("cannot read {}: {cause}; nothing was changed", path.display()),
            "mend or move it",
        )),
    }
}

/// Says in what the file that is there differs, and leaves it.
fn compare(path: &Path, present: &str, proposed: &str) -> Result<(), CliError> {
    let lines = |text: &str| -> Vec<String> {
        let settings = text.lines().map(str::trim_end).filter(|line| !line.starts_with('#'));
        settings.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let (has, wants) = (lines(present), lines(proposed));
    let mut differs = false;
    for (mark, from, to) in [('-', &has, &wants), ('+', &wants, &has)] {
        for line in from.iter().filter(|line| !to.contains(line)) {
            differs = true;
            output::line(&format!("{mark} {line}"))?;
        }
    }
    if !differs {
        return output::line(&format!("{} says what would be proposed", path.display()));
    }
    Err(CliError::misuse(
        format!("{} is there and differs as shown; it was left as it is", path.display()),
        "take over by hand what you want of the lines marked `+`; `callboard init --print` shows all",
    ))
}

/// Asks whether to write it; nobody who is not there agrees.
fn agreed(path: &Path) -> Result<bool, CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::misuse(
            "nobody is there to be asked; nothing was written",
            "agree beforehand with `callboard init --yes`",
        ));
    }
    output::agreed(&format!("\nWrite this to {}?", path.display()))
}
