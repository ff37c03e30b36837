//! What the index of a repository costs: made of all its files, and read from where the last process kept it.

use std::path::PathBuf;
use std::time::Instant;

use super::replay::Replay;

/// Measures the index of each repository at its `HEAD`, and prints a line for each.
pub(super) fn tell(repositories: &[PathBuf]) -> Result<(), String> {
    let kept = std::env::temp_dir().join(format!("callboard-index-{}", std::process::id()));
    let measured = repositories.iter().try_for_each(|path| {
        let mut replay = Replay::new(path, &kept)?;
        let made = timed(|| replay.stand_on("HEAD"))?;
        let history = timed(|| replay.remember("HEAD"))?;
        let written = timed(|| replay.keep())?;
        let (files, bytes) = replay.size();
        drop(replay);
        let read = timed(|| Replay::new(path, &kept)?.stand_on("HEAD"))?;
        println!(
            "{}: {files} files: made in {made:.2} s, history in {history:.2} s, written in {written:.2} s ({} kB); the next process has it in {read:.2} s",
            path.display(),
            bytes / 1_000
        );
        Ok(())
    });
    let _ = std::fs::remove_dir_all(&kept);
    measured
}

/// Seconds that something takes.
fn timed(mut work: impl FnMut() -> Result<(), String>) -> Result<f64, String> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed().as_secs_f64())
}
