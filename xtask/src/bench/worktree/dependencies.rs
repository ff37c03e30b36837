//! Worktrees that are given 500 MB of dependencies: from nothing, and from the pool.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, wait};

use super::{disk_use, made, text, timed, wait_for_pool};
use crate::bench::figure::{Figure, quantile};

/// Packages, files of each, and bytes of each file: 500 MB in 20,000 files, as `node_modules` has.
const PACKAGES: usize = 500;
const FILES: usize = 40;
const BYTES: usize = 25_000;

/// Worktrees made from the pool.
const TIMES: usize = 3;

/// Makes worktrees of a small repository with a large ignored folder, beside `cp -a` of the folder.
pub(super) fn measure(binary: &Path) -> Vec<Figure> {
    let home = HermeticHome::new();
    let repo = Repo::named(&home, "dependent");
    let configuration = "[worktrees]\nclone = [\"node_modules\"]\n";
    repo.commit(
        "Begin",
        &[
            ("README.md", "# Here\n"),
            (".gitignore", "node_modules\n"),
            ("callboard.toml", configuration),
        ],
    );
    let dependencies = repo.path().join("node_modules");
    write(&dependencies);
    let copy = home.work().join("copy");
    let floor = timed(|| copied(&dependencies, &copy));
    let floor_bytes = disk_use(&copy);
    fs::remove_dir_all(&copy).expect("a folder of the scratch home");

    let daemon = Daemon::of(Callboard::new(&home, binary).cwd(repo.path()), &[]);
    let mut usable = 0.0;
    let whole = timed(|| {
        usable = timed(|| made(&daemon, "cold"));
        wait::until("the end of its setup", || is_set_up(&daemon, "cold").then_some(()));
    });
    let bytes = disk_use(&home.work().join("dependent.worktrees/cold"));
    let mut claims: Vec<f64> = (0..TIMES)
        .map(|n| {
            wait_for_pool(&daemon, &repo);
            let name = format!("pooled-{n}");
            timed(|| {
                made(&daemon, &name);
                assert!(folder(&home, &name).join("node_modules/p0/f0.js").is_file());
            })
        })
        .collect();
    vec![
        Figure::new("worktree, 500 MB of dependencies, cold, to its folder", usable, "ms")
            .beside("cp -a", Some(floor)),
        Figure::new("worktree, 500 MB of dependencies, cold, to the end of setup", whole, "ms")
            .beside("cp -a", Some(floor)),
        Figure::new(
            "worktree, 500 MB of dependencies, from the pool, p50",
            quantile(&mut claims, 0.5),
            "ms",
        )
        .beside("cp -a", Some(floor)),
        Figure::new("worktree, 500 MB of dependencies, added disk", bytes / 1e6, "MB")
            .beside("cp -a", Some(floor_bytes / 1e6)),
    ]
}

fn folder(home: &HermeticHome, name: &str) -> PathBuf {
    home.work().join("dependent.worktrees").join(name)
}

fn is_set_up(daemon: &Daemon<'_>, name: &str) -> bool {
    let all = daemon.get("/api/worktrees").json();
    let all = all.as_array().map_or(&[][..], Vec::as_slice);
    all.iter().any(|tree| tree["name"] == name && tree["setup"] == "done")
}

fn write(dependencies: &Path) {
    let content = "x".repeat(BYTES);
    for package in 0..PACKAGES {
        let folder = dependencies.join(format!("p{package}"));
        fs::create_dir_all(&folder).expect("a folder of the scratch home");
        for file in 0..FILES {
            fs::write(folder.join(format!("f{file}.js")), &content).expect("a scratch file");
        }
    }
}

fn copied(from: &Path, to: &Path) {
    let done = Command::new("cp").args(["-a", &text(from), &text(to)]).status();
    assert!(done.expect("the command cp").success());
}
