//! Worktrees of a large repository: made from nothing, from the pool, removed and brought back.

mod dependencies;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, wait};
use serde_json::{Value, json};

use super::figure::{Figure, quantile};
use super::ground::{Scale, number};

/// Files of the repository, and how many share a folder.
const FILES: usize = 100_000;
const FILES_PER_FOLDER: usize = 40;

/// Files that each later commit changes.
const CHANGED: usize = 20;

/// Commits that the base goes on while a worktree waits in the pool.
const BEHIND: usize = 30;

/// Worktrees made from the pool.
const TIMES: usize = 3;

/// Makes worktrees as a user does, by the command, beside git's own.
pub(super) fn measure(binary: &Path, _: Scale) -> Vec<Figure> {
    let home = HermeticHome::new();
    let repo = Repo::named(&home, "large");
    import(&home, &repo, &first(), FILES);
    let bare = home.work().join("bare");
    let floor = timed(|| {
        repo.git(&["worktree", "add", "--quiet", "--no-track", "-b", "bare", &text(&bare)]);
    });
    let floor_bytes = disk_use(&bare);
    let daemon = Daemon::of(Callboard::new(&home, binary).cwd(repo.path()), &[]);

    let cold = timed(|| made(&daemon, "cold"));
    let cold_bytes = disk_use(&home.work().join("large.worktrees/cold"));
    let mut claims: Vec<f64> = (0..TIMES)
        .map(|n| {
            wait_for_pool(&daemon, &repo);
            timed(|| made(&daemon, &format!("pooled-{n}")))
        })
        .collect();
    wait_for_pool(&daemon, &repo);
    for n in 0..BEHIND {
        import(&home, &repo, &later(n), CHANGED);
    }
    let behind = timed(|| made(&daemon, "behind"));
    let head = repo.at(&home.work().join("large.worktrees/behind")).head();
    assert_eq!(head, repo.git(&["rev-parse", "main"]), "it begins at the base's tip");

    let removed = timed(|| {
        run(&daemon, &["worktree", "remove", "cold", "--no-wait", "--json"]);
    });
    let restored = timed(|| {
        run(&daemon, &["worktree", "restore", "cold", "--json"]);
    });
    let bare_removed = timed(|| {
        repo.git(&["worktree", "remove", "--force", &text(&bare)]);
    });
    let (middle, worst) = (quantile(&mut claims, 0.5), quantile(&mut claims, 1.0));
    let beside_add = |figure: Figure| figure.beside("git worktree add", Some(floor));
    let mut figures = vec![
        beside_add(Figure::new("worktree, 100,000 files, cold", cold, "ms")),
        beside_add(Figure::new("worktree, from the pool, p50", middle, "ms")),
        beside_add(Figure::new("worktree, from the pool, worst", worst, "ms")),
        beside_add(Figure::new("worktree, from the pool, 30 commits behind", behind, "ms")),
        Figure::new("worktree, added disk", cold_bytes / 1e6, "MB")
            .beside("git worktree add", Some(floor_bytes / 1e6)),
        Figure::new("worktree, removed with all kept", removed, "ms")
            .beside("git worktree remove --force", Some(bare_removed)),
        beside_add(Figure::new("worktree, restored", restored, "ms")),
    ];
    figures.extend(dependencies::measure(binary));
    figures
}

/// Milliseconds that something takes.
fn timed(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64() * 1000.0
}

fn made(daemon: &Daemon<'_>, name: &str) {
    run(daemon, &["worktree", "new", name, "--json"]);
}

fn run(daemon: &Daemon<'_>, args: &[&str]) {
    let finished = daemon.callboard().run(args);
    assert_eq!(finished.code, Some(0), "{args:?}: {}{}", finished.stdout, finished.stderr);
}

/// Waits until a worktree of the pool is at the base's tip and counted: nothing else runs then.
fn wait_for_pool(daemon: &Daemon<'_>, repo: &Repo<'_>) {
    let tip = repo.git(&["rev-parse", "main"]);
    wait::until("a worktree in the pool", || {
        let all = daemon.get("/api/worktrees").json();
        let all = all.as_array()?;
        let is_waiting = |tree: &&Value| tree["state"] == "pooled" && tree["head"] == tip.as_str();
        let is_counted = all.iter().all(|tree| tree["id"].is_null() || tree["disk"].is_object());
        (all.iter().any(|tree| is_waiting(&tree)) && is_counted).then_some(())
    });
}

/// A commit of so many files, in the format of git-fast-import(1).
fn import(home: &HermeticHome, repo: &Repo<'_>, commit: &str, files: usize) {
    assert!(files > 0);
    let mut git = Command::new("git");
    home.env(&mut git).current_dir(repo.path()).args(["fast-import", "--quiet", "--force"]);
    let mut importing = git.stdin(Stdio::piped()).spawn().expect("git fast-import");
    let mut stdin = importing.stdin.take().expect("its standard input");
    stdin.write_all(commit.as_bytes()).expect("its standard input");
    drop(stdin);
    assert!(importing.wait().expect("its end").success());
    repo.git(&["reset", "--quiet", "--hard"]);
}

fn first() -> String {
    let mut text = begin("Import", 0);
    for number in 0..FILES {
        file(&mut text, number, 0);
    }
    text
}

fn later(number: usize) -> String {
    let mut text = begin("Go on", number + 1);
    for n in 0..CHANGED {
        file(&mut text, (number * 977 + n * 4999) % FILES, number + 1);
    }
    text
}

fn begin(message: &str, number: usize) -> String {
    let at = 1_767_700_000 + number * 60;
    format!(
        "commit refs/heads/main\ncommitter Test User <test@example.invalid> {at} +0000\n\
         data {}\n{message}\nfrom refs/heads/main^0\n",
        message.len()
    )
}

/// A file of some hundred bytes to some thousand, as sources are.
fn file(text: &mut String, number: usize, version: usize) {
    let folder = number / FILES_PER_FOLDER;
    let lines = 4 + number % 61;
    let mut content = String::new();
    for line in 0..lines {
        let _ = writeln!(content, "fn item_{number}_{line}() -> u32 {{ {version} + {line} }}");
    }
    let path = format!("packages/p{}/src/m{folder}/f{number}.rs", folder % 50);
    let _ = write!(text, "M 100644 inline {path}\ndata {}\n{content}\n", content.len());
}

fn disk_use(folder: &Path) -> f64 {
    let told = Command::new("du").args(["-s", "--block-size=1"]).arg(folder).output();
    let told = told.expect("the command du");
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    number(&json!(text.split_whitespace().next().and_then(|n| n.parse::<f64>().ok())))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
