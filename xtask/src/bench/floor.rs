//! The least that work could cost: the same bytes read and parsed once, the same files searched by
//! ripgrep.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::de::IgnoredAny;

/// Seconds of wall and of processor time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) wall: f64,
    pub(super) cpu: f64,
}

/// Every transcript below `folder`.
pub(super) fn transcripts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                open.push(path);
            } else if name.ends_with(".jsonl") || name.ends_with(".jsonl.zst") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Reads every file and parses every line as JSON once, on one thread, keeping nothing.
pub(super) fn parse_once(files: &[PathBuf]) -> Cost {
    let (begun, cpu) = (Instant::now(), processor_seconds(std::process::id()));
    let mut line = Vec::new();
    for path in files {
        let file = File::open(path).expect("a file of the history");
        let mut from: Box<dyn BufRead> = if path.extension().is_some_and(|e| e == "zst") {
            Box::new(BufReader::new(zstd::Decoder::new(file).expect("a file of zstd")))
        } else {
            Box::new(BufReader::with_capacity(1 << 18, file))
        };
        while from.read_until(b'\n', &mut line).expect("a file of the history") > 0 {
            for value in serde_json::Deserializer::from_slice(&line).into_iter::<IgnoredAny>() {
                value.expect("history is JSON");
            }
            line.clear();
        }
    }
    let cpu = processor_seconds(std::process::id()) - cpu;
    Cost { wall: begun.elapsed().as_secs_f64(), cpu }
}

/// Milliseconds that ripgrep takes to name the files that hold a word; `None` if it is not installed.
pub(super) fn ripgrep(folder: &Path, word: &str) -> Option<f64> {
    let begun = Instant::now();
    let mut rg = Command::new("rg");
    rg.args([
        "--files-with-matches",
        "--ignore-case",
        "--word-regexp",
        "--fixed-strings",
        "--no-ignore",
    ]);
    rg.arg("--search-zip").arg("--").arg(word).arg(folder);
    rg.stdin(Stdio::null()).stdout(Stdio::null()).status().ok()?;
    Some(begun.elapsed().as_secs_f64() * 1000.0)
}

/// Milliseconds that appending a line and reading it back takes.
pub(super) fn write_and_read(path: &Path, line: &str) -> f64 {
    let begun = Instant::now();
    let mut file = File::options().create(true).append(true).open(path).expect("a scratch file");
    file.write_all(line.as_bytes()).expect("a scratch file");
    let mut text = String::new();
    File::open(path).and_then(|mut f| f.read_to_string(&mut text)).expect("a scratch file");
    begun.elapsed().as_secs_f64() * 1000.0
}

/// Seconds of processor time that a process has used (`/proc/PID/stat`, fields 14 and 15, in
/// hundredths of a second).
pub(super) fn processor_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or(f64::NAN);
    (ticks(11) + ticks(12)) / 100.0
}

/// A field of `/proc/PID/status` in megabytes, such as `VmRSS` or `VmHWM`.
pub(super) fn memory_megabytes(pid: u32, field: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kilobytes = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

/// What a process holds in megabytes, what it shares divided among those that share it (`Pss` of
/// `/proc/PID/smaps_rollup`).
pub(super) fn proportional_megabytes(pid: u32) -> f64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}
