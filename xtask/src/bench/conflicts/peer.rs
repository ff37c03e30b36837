//! What a peer takes for the same worktrees: `clash` (`cargo install clash-sh`).

use std::process::{Command, Stdio};

use callboard_testkit::{HermeticHome, Repo};

use super::timed;
use crate::bench::figure::quantile;

/// Calls that are measured.
const TIMES: usize = 5;

/// Milliseconds that `clash status` takes to tell of all worktrees; `None` where it is not on the path.
pub(super) fn clash(home: &HermeticHome, repo: &Repo<'_>) -> Option<f64> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let program = std::env::split_paths(&path).map(|folder| folder.join("clash"));
    let program = program.into_iter().find(|program| program.is_file())?;
    let status = || {
        let mut clash = Command::new(&program);
        home.env(&mut clash).current_dir(repo.path()).args(["status", "--json"]);
        // Its exit code says whether there are conflicts.
        let ended = clash.stdout(Stdio::null()).stderr(Stdio::null()).status();
        ended.expect("clash status");
    };
    let mut times: Vec<f64> = (0..TIMES).map(|_| timed(status)).collect();
    Some(quantile(&mut times, 0.5))
}
