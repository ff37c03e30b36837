//! Receipts: how soon one of a large change and a long session is there, and what its checks cost beyond themselves.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use callboard_testkit::history::{Planting, plant};
use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, wait};
use serde_json::Value;

use super::brief::id_of;
use super::figure::{Figure, quantile};
use super::ground::{number, read_all};

/// Bytes of the session's transcript.
const BYTES: u64 = 20_000_000;

/// Files of the change, and the lines that come in each.
const FILES: usize = 40;
const LINES: usize = 50;

/// How often a receipt is made.
const TIMES: usize = 20;

/// Tests of the check, and milliseconds that each of them keeps a processor busy.
const TESTS: usize = 4;
const BUSY_MS: u32 = 1_000;

/// The check.
const CHECK: &str = "node --test";

/// Measures both.
pub(super) fn measure(binary: &Path) -> Vec<Figure> {
    let mut figures = at_once(binary);
    figures.extend(with_checks(binary));
    figures
}

/// The time that a receipt takes without checks, beside the difference that it is made of.
fn at_once(binary: &Path) -> Vec<Figure> {
    let home = HermeticHome::new();
    let planting = Planting { seed: 3, sessions: 1, least_bytes: BYTES, spoken: 0 };
    let sessions = plant(&home.claude_config_dir(), &home.codex_home(), &home.work(), planting);
    let repo = Repo::named(&home, "measured");
    let files: Vec<(String, String)> = (0..FILES).map(|n| (name(n), text(n, 0))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    repo.commit("Begin", &files);
    let top = &sessions[0].cwd;
    repo.git(&["worktree", "add", "-q", "-b", "work", &top.to_string_lossy()]);
    let tree = repo.at(top);
    (0..FILES).for_each(|n| tree.write(&name(n), text(n, LINES)));
    let (daemon, _) = read_all(binary, &home);
    run(binary, &home, repo.path(), &["up", "--no-open"]);
    let session = id_of(&daemon.get("/api/sessions?limit=10").json(), &sessions[0].native);
    let task = ["task", "new", "Count", "--branch", "work", "--session", &session];
    run(binary, &home, repo.path(), &task);
    let path = "/api/receipts/T1";
    let (mut made, mut kept, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    for time in 0..TIMES {
        tree.write(&name(0), text(0, LINES + time + 1));
        let known = tree.git(&["hash-object", &name(0)]);
        wait::until("the changed file", || {
            daemon.get("/api/changesets").text().contains(&known).then_some(())
        });
        let (first, took) = asked(&daemon, path);
        assert_eq!(first["work"]["files"].as_array().map(Vec::len), Some(FILES));
        assert!(first["sessions"][0]["tokens"].is_object());
        made.push(took);
        kept.push(asked(&daemon, path).1);
        floor.push(git_diff(top));
    }
    let middle = quantile(&mut floor, 0.5);
    let figure = |name, values: &mut Vec<f64>, share| {
        Figure::new(name, quantile(values, share), "ms")
            .beside("`git diff` of the same", Some(middle))
    };
    vec![
        figure("a receipt, 2,000 lines, a session of 20 MB, p50", &mut made, 0.5),
        figure("a receipt, 2,000 lines, a session of 20 MB, the slowest", &mut made, 1.0),
        figure("the same, as it is kept, p50", &mut kept, 0.5),
    ]
}

/// What a command of Callboard prints.
fn run(binary: &Path, home: &HermeticHome, folder: &Path, words: &[&str]) -> String {
    let ended = Callboard::new(home, binary).cwd(folder).run(words);
    assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
    ended.stdout
}

/// An answer, and the milliseconds that it took.
fn asked(daemon: &Daemon<'_>, path: &str) -> (Value, f64) {
    let begun = Instant::now();
    let answer = daemon.get(path);
    let took = begun.elapsed().as_secs_f64() * 1e3;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (answer.json(), took)
}

/// Milliseconds in which git shows what a checkout changes.
fn git_diff(top: &Path) -> f64 {
    let begun = Instant::now();
    let mut git = Command::new("git");
    let status = git.args(["diff", "main"]).current_dir(top).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "git diff in {}", top.display());
    begun.elapsed().as_secs_f64() * 1e3
}

fn name(number: usize) -> String {
    let end = ["rs", "ts", "py", "go"][number % 4];
    format!("packages/p{}/src/f{number}.{end}", number % 8)
}

/// A file of code in its language, with so many lines more than the 40 that it begins with.
fn text(number: usize, more: usize) -> String {
    let mut text = String::new();
    for line in 0..40 + more {
        let _ = match number % 4 {
            0 => writeln!(text, "pub fn item_{line}(at: u32) -> u32 {{ at + {line} }}"),
            1 => writeln!(text, "export const item{line} = (at: number) => at + {line}"),
            2 => writeln!(text, "def item_{line}(at): return at + {line}"),
            _ => writeln!(text, "func Item{line}(at int) int {{ return at + {line} }}"),
        };
    }
    text
}

/// What a receipt with checks takes, beside the same runs of the check alone.
fn with_checks(binary: &Path) -> Vec<Figure> {
    let home = HermeticHome::new();
    let repo = Repo::named(&home, "checked");
    let code = |more: u32| format!("export const add = (a, b) => a + b + {more}\n");
    repo.commit("Begin", &[("lib.mjs", &code(0)), ("lib.test.mjs", &tests(TESTS))]);
    let daemon = Daemon::of(Callboard::new(&home, binary).cwd(repo.path()), &[]);
    let run = |words: &[&str]| run(binary, &home, repo.path(), words);
    run(&["task", "new", "Add", "--check", CHECK]);
    let made: Value = serde_json::from_str(&run(&["worktree", "new", "T1", "--json"]))
        .expect("a worktree as JSON");
    let tree = repo.at(Path::new(made["path"].as_str().expect("the path of a worktree")));
    tree.write("lib.test.mjs", tests(TESTS + 1));
    let (mut whole, mut alone) = (Vec::new(), Vec::new());
    for time in 0..3 {
        tree.write("lib.mjs", code(0) + &format!("// {time}\n"));
        let begun = Instant::now();
        run(&["receipt", "check", "T1", "--fresh"]);
        whole.push(begun.elapsed().as_secs_f64());
        let receipt = daemon.get("/api/receipts/T1").json();
        let cells = receipt["checks"][0]["cells"].as_object().expect("the runs of the check");
        let ran = cells.values().filter(|cell| number(&cell["duration_ms"]) > 0.0).count();
        let begun = Instant::now();
        (0..ran).for_each(|_| bare(&home, tree.path()));
        alone.push(begun.elapsed().as_secs_f64());
    }
    let alone = quantile(&mut alone, 0.5);
    vec![
        Figure::new("a receipt with a check, run anew, p50", quantile(&mut whole, 0.5), "s")
            .beside("as many runs of the check alone", Some(alone)),
    ]
}

/// Runs the check as a person would.
fn bare(home: &HermeticHome, top: &Path) {
    let mut shell = Command::new("sh");
    shell.args(["-c", CHECK]).current_dir(top).env_clear().envs(home.variables());
    let status = shell.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{CHECK} in {}", top.display());
}

/// So many tests, each of which keeps a processor busy.
fn tests(many: usize) -> String {
    let mut text = String::from(
        "import assert from 'node:assert'\nimport test from 'node:test'\nimport { add } from './lib.mjs'\n",
    );
    for number in 0..many {
        let _ = write!(
            text,
            "test('adds {number}', () => {{\n  const end = performance.now() + {BUSY_MS}\n  \
             while (performance.now() < end) add({number}, 1)\n  assert.equal(add({number}, 1), {})\n}})\n",
            number + 1
        );
    }
    text
}
