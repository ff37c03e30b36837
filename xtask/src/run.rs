//! Other programs, run in the open: what they say is shown as they say it.

use std::io::{BufRead, BufReader, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A command in a folder of the repository.
pub(crate) fn command(program: &str, args: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder);
    command
}

/// Runs the command to its end.
pub(crate) fn run(mut command: Command) -> Result<(), String> {
    let said = told(&command);
    let status = command.status().map_err(|e| format!("{said} does not start: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{said}: {status}")) }
}

/// Runs the command, shows its standard error, and returns those of its lines that hold `mark`.
pub(crate) fn run_and_keep(mut command: Command, mark: &str) -> Result<Vec<String>, String> {
    let said = told(&command);
    command.stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| format!("{said} does not start: {e}"))?;
    let mut kept = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines() {
            let line = line.map_err(|e| format!("{said}: {e}"))?;
            eprintln!("{line}");
            if line.contains(mark) {
                kept.push(line.trim().to_owned());
            }
        }
    }
    let status = child.wait().map_err(|e| format!("{said}: {e}"))?;
    if status.success() { Ok(kept) } else { Err(format!("{said}: {status}")) }
}

/// Whether the program runs with these arguments.
pub(crate) fn answers(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Where `PATH` finds the program.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The binary of the product: the one that `CALLBOARD_BIN` names, or the build of this tree.
pub(crate) fn product(root: &Path, release: bool) -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("CALLBOARD_BIN") {
        return Ok(named.into());
    }
    let mut build = command("cargo", &["build", "--locked", "--package", "callboard"], root);
    if release {
        build.arg("--release");
    }
    run(build)?;
    let profile = if release { "release" } else { "debug" };
    Ok(target(root).join(profile).join("callboard"))
}

/// Where cargo builds.
pub(crate) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into)
}

/// What asks other programs for colours, when a person looks on.
pub(crate) fn colour() -> &'static str {
    if std::io::stderr().is_terminal() { "--color=always" } else { "--color=never" }
}

fn told(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}
