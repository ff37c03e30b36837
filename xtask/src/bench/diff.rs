//! A review of 100,000 changed lines in Chromium: how soon it is seen, and how smoothly it scrolls; beside a page that
//! is nothing but its text.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, wait};
use serde_json::{Value, json};

use super::figure::Figure;
use super::floor::memory_megabytes;

/// Worktrees that are reviewed as one.
const WORKTREES: usize = 3;
/// Files that each of them changes.
const FILES: usize = 67;
/// Lines that each of those gets.
const LINES: usize = 500;
/// The script that drives the browser.
const SCRIPT: &str = "e2e/measure-diff.mjs";

/// Measures it; nothing where Chromium or Node is not there.
pub(super) fn measure(root: &Path, binary: &Path) -> Vec<Figure> {
    figures(root, binary).unwrap_or_else(|why| {
        eprintln!("diff: not measured: {why}");
        Vec::new()
    })
}

fn figures(root: &Path, binary: &Path) -> Result<Vec<Figure>, String> {
    let home = HermeticHome::new();
    let repo = Repo::named(&home, "measured");
    let files: Vec<(String, String)> =
        (0..WORKTREES * FILES).map(|n| (name(n), text(n, 40, "was"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    repo.commit("Begin", &files);
    let all: Vec<Repo<'_>> = (0..WORKTREES).map(|n| repo.worktree(&format!("w{n}"))).collect();
    for (number, tree) in all.iter().enumerate() {
        for file in number * FILES..(number + 1) * FILES {
            tree.write(&name(file), text(file, LINES, "is"));
        }
    }
    let daemon = Daemon::of(Callboard::new(&home, binary).cwd(repo.path()), &[]);
    wait::until("all changesets", || {
        let told = daemon.get("/api/changesets").json();
        (told.as_array().map(Vec::len) == Some(WORKTREES)).then_some(())
    });
    let members: Vec<String> = (0..WORKTREES).map(|n| format!("w{n}")).collect();
    let opened = daemon.post("/api/reviews", &json!({ "members": members }));
    let id = opened.json()["id"].as_str().ok_or("the review was not opened")?.to_owned();
    wait::until("the combination", || {
        daemon.get(&format!("/api/reviews/{id}")).json()["tree"].is_string().then_some(())
    });
    let floor = home.root().join("floor.html");
    let shown = repo.git(&["diff", "--no-color", "HEAD"]);
    let mut plain = format!("<!doctype html><meta charset=utf-8><pre>{shown}");
    for tree in &all {
        plain.push_str(&tree.git(&["diff", "--no-color", "HEAD"]).replace('<', "&lt;"));
    }
    std::fs::write(&floor, plain).map_err(|error| error.to_string())?;
    let page = daemon.client().origin().replace("127.0.0.1", "callboard.localhost");
    let told = Command::new("node")
        .current_dir(root.join("web"))
        .arg(SCRIPT)
        .env("CALLBOARD_URL", page)
        .env("CALLBOARD_TOKEN", daemon.callboard().run(["token"]).stdout.trim())
        .env("REVIEW", &id)
        .env("FLOOR", &floor)
        .output()
        .map_err(|error| format!("node: {error}"))?;
    let figures: Value = serde_json::from_slice(&told.stdout)
        .map_err(|_| String::from_utf8_lossy(&told.stderr).into_owned())?;
    let pair = |title, name: &str, unit| {
        let of = |whose: &str| figures[whose][name].as_f64();
        let value = of("ours").unwrap_or(f64::NAN);
        Figure::new(title, value, unit).beside("a page of its text alone", of("floor"))
    };
    Ok(vec![
        pair("diff, 100,000 lines, first lines in sight, p50", "first", "ms"),
        pair("diff, 100,000 lines, a frame while scrolling, p50", "frame", "ms"),
        pair("diff, 100,000 lines, a frame while scrolling, p99", "slow_frame", "ms"),
        pair("diff, 100,000 lines, from the first line to the last, seen", "end", "ms"),
        pair("diff, 100,000 lines, the page's heap", "heap", "MB"),
        Figure::new(
            "diff, 100,000 lines, resident memory of the daemon",
            memory_megabytes(daemon.pid(), "VmRSS"),
            "MB",
        ),
    ])
}

fn name(number: usize) -> String {
    format!("packages/p{}/src/f{number}.rs", number % 20)
}

fn text(number: usize, lines: usize, word: &str) -> String {
    let mut text = String::new();
    for line in 0..lines {
        let _ = writeln!(
            text,
            "pub fn item_{number}_{line}(at: u32) -> u32 {{ at + {line} }} // {word}"
        );
    }
    text
}
