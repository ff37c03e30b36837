//! `cargo xtask test`: every test of the project, step by step.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::run::{answers, colour, command, find, run, run_and_keep};
use crate::tidy;

/// The steps, in the order in which they run: what fails fast comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Formatting.
    Fmt,
    /// Invariants that a scan of the text holds.
    Tidy,
    /// Lints.
    Clippy,
    /// The page's types and unit tests.
    Web,
    /// The build of everything.
    Build,
    /// Tests of every crate, without those that run real agents.
    Unit,
    /// Tests that run the real agents.
    Agents,
    /// Tests of the page in a real browser.
    Browser,
    /// Licences, bans and sources of dependencies.
    Deny,
}

/// The modules of a crate's integration tests that run real agents, or the page in a real browser.
const REAL_AGENTS: &str = "real_agents::";
const REAL_BROWSER: &str = "real_browser::";

/// Which of the Rust tests to run.
enum Tests {
    /// Those that need neither agents nor a browser.
    Unit,
    /// Those of the modules of this name.
    Only(&'static str),
}

struct Outcome {
    name: String,
    took: Duration,
    summary: Vec<String>,
}

/// Runs the steps of `only`, or all.
pub(crate) fn test(root: &Path, only: &[Step]) -> Result<(), String> {
    let mut outcomes = Vec::new();
    for step in Step::value_variants() {
        if !only.is_empty() && !only.contains(step) {
            continue;
        }
        let name = step.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned());
        println!("\n── {name} ──");
        let begun = Instant::now();
        let done = run_step(*step, root);
        let took = begun.elapsed();
        match done {
            Ok(summary) => outcomes.push(Outcome { name, took, summary }),
            Err(error) => {
                tell(&outcomes);
                return Err(format!("{name} failed after {:.1} s: {error}", took.as_secs_f64()));
            }
        }
    }
    tell(&outcomes);
    Ok(())
}

fn tell(outcomes: &[Outcome]) {
    println!("\n── summary ──");
    for outcome in outcomes {
        println!("{:<8} ok {:>7.1} s", outcome.name, outcome.took.as_secs_f64());
    }
    for (outcome, line) in outcomes.iter().flat_map(|o| o.summary.iter().map(move |line| (o, line)))
    {
        println!("{}: {line}", outcome.name);
    }
}

/// Runs one step; the lines that sum it up.
fn run_step(step: Step, root: &Path) -> Result<Vec<String>, String> {
    let cargo = |args: &[&str]| command("cargo", args, root);
    match step {
        Step::Fmt => run(cargo(&["fmt", "--all", "--check"]))?,
        Step::Tidy => tidy::run(root)?,
        Step::Clippy => {
            let lints =
                ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
            run(cargo(&lints))?;
        }
        Step::Web => return web(root),
        Step::Build => run(cargo(&["build", "--workspace", "--locked"]))?,
        Step::Unit => return rust_tests(root, &Tests::Unit),
        Step::Agents => return rust_tests(root, &Tests::Only(REAL_AGENTS)),
        Step::Browser => return browser(root),
        Step::Deny => return deny(root),
    }
    Ok(Vec::new())
}

fn rust_tests(root: &Path, tests: &Tests) -> Result<Vec<String>, String> {
    if answers("cargo", &["nextest", "--version"]) {
        let filter = match tests {
            Tests::Unit => format!("not test(/^({REAL_AGENTS}|{REAL_BROWSER})/)"),
            Tests::Only(module) => format!("test(/^{module}/)"),
        };
        let args = [
            "nextest",
            "run",
            "--workspace",
            "--locked",
            "--no-fail-fast",
            colour(),
            "-E",
            &filter,
        ];
        let mut nextest = command("cargo", &args, root);
        if matches!(tests, Tests::Only(REAL_BROWSER)) {
            nextest.env("CHROMIUM", chromium()?);
        }
        return run_and_keep(nextest, "Summary");
    }
    println!("cargo-nextest is not installed: running `cargo test`");
    let mut args = vec!["test", "--workspace", "--locked", "--no-fail-fast", "--"];
    match tests {
        Tests::Unit => args.extend(["--skip", REAL_AGENTS, "--skip", REAL_BROWSER]),
        Tests::Only(module) => args.push(module),
    }
    run(command("cargo", &args, root))?;
    Ok(Vec::new())
}

fn web(root: &Path) -> Result<Vec<String>, String> {
    let Some(web) = page(root) else {
        return Ok(vec!["there is no web/package.json".to_owned()]);
    };
    install_packages(&web)?;
    for script in ["check", "test"] {
        run(command("npm", &["run", "--silent", script], &web))?;
    }
    Ok(Vec::new())
}

fn browser(root: &Path) -> Result<Vec<String>, String> {
    let Some(web) = page(root) else {
        return Ok(vec!["there is no web/package.json".to_owned()]);
    };
    let manifest = std::fs::read_to_string(web.join("package.json")).map_err(|e| e.to_string())?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest).map_err(|e| e.to_string())?;
    if manifest["scripts"]["e2e"].is_null() {
        return Ok(vec!["web/package.json has no script e2e".to_owned()]);
    }
    install_packages(&web)?;
    run(command("npm", &["run", "--silent", "build"], &web))?;
    let mut npm = command("npm", &["run", "--silent", "e2e"], &web);
    npm.env("CHROMIUM", chromium()?);
    run(npm)?;
    rust_tests(root, &Tests::Only(REAL_BROWSER))
}

fn page(root: &Path) -> Option<PathBuf> {
    let web = root.join("web");
    web.join("package.json").is_file().then_some(web)
}

/// Installs the page's packages, unless those that the lock file names are there.
fn install_packages(web: &Path) -> Result<(), String> {
    let age = |name: &str| web.join(name).metadata().and_then(|m| m.modified()).ok();
    let installed = age("node_modules/.package-lock.json");
    if installed.is_some() && installed >= age("package-lock.json") {
        return Ok(());
    }
    run(command("npm", &["ci", "--no-audit", "--no-fund"], web))
}

/// The browser for the tests: `$CHROMIUM`, or the first known one on `PATH`.
fn chromium() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Ok(named.into());
    }
    let known = ["chromium", "chromium-browser", "google-chrome"];
    known.iter().find_map(|name| find(name)).ok_or_else(|| {
        "no Chromium for the tests in a browser\nhint: apt-get install chromium, or set CHROMIUM to its path"
            .to_owned()
    })
}

fn deny(root: &Path) -> Result<Vec<String>, String> {
    if !answers("cargo", &["deny", "--version"]) {
        return Err("cargo-deny is not installed; licences were not checked\n\
             hint: cargo install --locked cargo-deny"
            .to_owned());
    }
    // Advisories come over the network, which tests do not need.
    run(command(
        "cargo",
        &["deny", "--locked", "--log-level", "error", "check", "licenses", "bans", "sources"],
        root,
    ))?;
    Ok(Vec::new())
}
