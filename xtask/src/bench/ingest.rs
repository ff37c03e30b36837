//! Reading history for the first time.

use std::path::Path;

use super::figure::Figure;
use super::floor;
use super::ground::{Scale, home_with, read_all};

/// Reads a history into an empty store.
pub(super) fn measure(binary: &Path, scale: Scale) -> Vec<Figure> {
    let history = scale.history();
    let mut files = floor::transcripts(&history.claude_config_dir());
    files.extend(floor::transcripts(&history.codex_home()));
    // The first pass fills the file cache, for both that follow.
    floor::parse_once(&files);
    let least = floor::parse_once(&files);
    let home = home_with(&history);
    let (_daemon, reading) = read_all(binary, &home);
    let truth = &history.truth;
    let megabytes = truth.bytes as f64 / 1e6;
    vec![
        Figure::new("ingest, bytes of history", megabytes, "MB"),
        Figure::new("ingest, wall", reading.wall, "s")
            .beside("read and parse once, 1 thread", Some(least.wall)),
        Figure::new("ingest, processor", reading.cpu, "s")
            .beside("read and parse once", Some(least.cpu)),
        Figure::new("ingest, rate", megabytes / reading.wall, "MB/s")
            .beside("read and parse once", Some(megabytes / least.wall)),
        Figure::new("ingest, peak memory", reading.peak_megabytes, "MB"),
        Figure::new("ingest, database", reading.database_bytes / 1e6, "MB")
            .beside("history", Some(megabytes)),
        Figure::new("ingest, sessions", reading.sessions, "")
            .beside("written", Some(truth.sessions as f64)),
        Figure::new("ingest, records", reading.records, "")
            .beside("written", Some(truth.records as f64)),
    ]
}
