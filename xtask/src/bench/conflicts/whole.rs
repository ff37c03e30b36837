//! From a file that is written to the coupling that a daemon tells: notification, tree, merges, couplings and the store.

use std::path::Path;
use std::time::{Duration, Instant};

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo};
use serde_json::Value;

use super::{WORKTREES, append, import};
use crate::bench::figure::{Figure, quantile};

/// Edits that are measured.
const TIMES: usize = 15;
/// Time between two looks at what the daemon tells.
const LOOK: Duration = Duration::from_millis(2);
/// A coupling that is not told by then is never told.
const WAIT: Duration = Duration::from_secs(60);
/// What one worktree changes, and the others come to use.
const SHARED: &str = "src/shared.rs";

/// Measures it among ten dirty worktrees of a repository of so many files; `bare` is what git's merges alone take, in
/// milliseconds.
pub(super) fn measure(binary: &Path, files: usize, title: &'static str, bare: f64) -> Vec<Figure> {
    let home = HermeticHome::new();
    let repo = Repo::named(&home, "measured");
    import(&home, &repo, files);
    let shared: String = (0..TIMES)
        .map(|turn| format!("pub fn shared_{turn}(at: u32) -> u32 {{\n    at\n}}\n\n"))
        .collect();
    repo.commit("Share", &[(SHARED, &shared)]);
    let all: Vec<Repo<'_>> = (0..WORKTREES).map(|n| repo.worktree(&format!("w{n}"))).collect();
    for (number, tree) in all.iter().enumerate() {
        append(tree.path(), number, &format!("fn of_{number}() {{}}\n"));
    }
    all[0].write(SHARED, shared.replace("(at: u32)", "(at: u32, by: u32)"));
    let daemon = Daemon::of(Callboard::new(&home, binary).cwd(repo.path()), &[]);
    wait(&daemon, "/api/changesets", |told| told.as_array().map(Vec::len) == Some(WORKTREES));
    let mut edits: Vec<f64> = (0..TIMES)
        .map(|turn| {
            let tree = &all[1 + turn % (WORKTREES - 1)];
            let used = format!("shared_{turn}");
            let text =
                format!("use crate::shared::{used};\n\nfn uses() -> u32 {{\n    {used}(1)\n}}\n");
            let begun = Instant::now();
            std::fs::write(tree.path().join(format!("src/use_{turn}.rs")), text).expect("a file");
            wait(&daemon, "/api/conflicts", |told| tells(told, &used));
            begun.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    let figure = Figure::new(title, quantile(&mut edits, 0.5), "ms");
    vec![figure.beside("git merge-tree --stdin, 45 pairs", Some(bare))]
}

fn tells(told: &Value, symbol: &str) -> bool {
    let pairs = told["pairs"].as_array().into_iter().flatten();
    let mut couplings = pairs.flat_map(|pair| pair["couplings"].as_array().into_iter().flatten());
    couplings.any(|coupling| coupling["symbol"].as_str().is_some_and(|one| one.contains(symbol)))
}

fn wait(daemon: &Daemon<'_>, path: &str, is_there: impl Fn(&Value) -> bool) {
    let end = Instant::now() + WAIT;
    while !is_there(&daemon.get(path).json()) {
        assert!(Instant::now() < end, "nothing of it is told after {WAIT:?}");
        std::thread::sleep(LOOK);
    }
}
