//! Which runner a command starts, and which of its options make it name all tests.

use super::Setup;
use super::line::{Argument, Line, quoted};
use crate::check::command::{base, check_kind, program};
use crate::shell::Simple;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runner {
    Pytest,
    Unittest,
    Django,
    Cargo,
    Nextest,
    Go,
    Jest,
    Vitest,
    Mocha,
    /// A script of `package.json` that starts nothing but this.
    Script(Script),
    /// A check that may start any runner: a target, a script.
    Opaque,
    /// None whose options are known.
    None,
}

/// A runner that is given its arguments through a package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Jest,
    Vitest,
    Mocha,
    Pytest,
}

/// Programs that set something up and run the rest of their words.
const WRAPPERS: [&str; 4] = ["cross-env", "c8", "nyc", "dotenv"];

/// Options of package managers that lead to another `package.json`, or to several.
const ELSEWHERE: [&str; 14] = [
    "--prefix",
    "-C",
    "--dir",
    "--cwd",
    "-w",
    "--workspace",
    "--workspaces",
    "-ws",
    "--filter",
    "-F",
    "-r",
    "--recursive",
    "workspace",
    "workspaces",
];

/// The runner that a simple command starts.
pub(super) fn of_words(words: &[String], setup: &Setup<'_>) -> Runner {
    let known = direct(words);
    if known != Runner::None {
        return known;
    }
    if let Some(script) = script_name(words).and_then(|name| setup.script(name)) {
        let parsed = Line::parse(&script);
        let runners: Vec<Runner> = parsed.commands().map(direct).collect();
        return match (parsed.simple(), runners.as_slice()) {
            (Some(_), [Runner::Jest]) => Runner::Script(Script::Jest),
            (Some(_), [Runner::Vitest]) => Runner::Script(Script::Vitest),
            (Some(_), [Runner::Mocha]) => Runner::Script(Script::Mocha),
            (Some(_), [Runner::Pytest]) => Runner::Script(Script::Pytest),
            _ => Runner::Opaque,
        };
    }
    let simple = Simple {
        words: words.to_vec(),
        writes: None,
        here_document: false,
        join: crate::shell::Join::End,
    };
    if check_kind(&simple).is_some() { Runner::Opaque } else { Runner::None }
}

fn direct(words: &[String]) -> Runner {
    let mut words = program(words);
    while let [first, rest @ ..] = words
        && WRAPPERS.contains(&base(first))
    {
        let begin = rest.iter().position(|word| !word.starts_with('-') && !word.contains('='));
        words = program(begin.map_or(&[], |begin| &rest[begin..]));
    }
    let Some((first, args)) = words.split_first() else { return Runner::None };
    let has = |word: &str| args.iter().any(|arg| arg == word);
    let sub = args.iter().find(|arg| !arg.starts_with(['-', '+'])).map_or("", String::as_str);
    match base(first) {
        "pytest" | "py.test" => Runner::Pytest,
        "jest" => Runner::Jest,
        "vitest" => Runner::Vitest,
        "mocha" => Runner::Mocha,
        "cargo-nextest" => Runner::Nextest,
        "cargo" if sub == "nextest" => Runner::Nextest,
        "cargo" if (sub == "test" || sub == "t") && !has("--no-run") => Runner::Cargo,
        "go" if sub == "test" => Runner::Go,
        "node" => match base(sub) {
            "jest" | "jest.js" => Runner::Jest,
            "vitest" | "vitest.mjs" => Runner::Vitest,
            "mocha" | "mocha.js" => Runner::Mocha,
            _ => Runner::None,
        },
        name if name.starts_with("python") => of_module(args),
        "manage.py" if sub == "test" => Runner::Django,
        _ => Runner::None,
    }
}

fn of_module(args: &[String]) -> Runner {
    let first = args.iter().position(|arg| !arg.starts_with('-') || arg == "-m");
    match first.map(|at| &args[at..]) {
        Some([m, module, ..]) if m == "-m" && module == "pytest" => Runner::Pytest,
        Some([m, module, ..]) if m == "-m" && module == "unittest" => Runner::Unittest,
        Some([script, sub, ..]) if base(script) == "manage.py" && sub == "test" => Runner::Django,
        _ => Runner::None,
    }
}

/// The script of `package.json` that a package manager is told to run.
fn script_name(words: &[String]) -> Option<&str> {
    let (manager, args) = program(words).split_first()?;
    let manager = base(manager);
    if !["npm", "pnpm", "yarn"].contains(&manager)
        || args
            .iter()
            .take_while(|arg| *arg != "--")
            .any(|arg| ELSEWHERE.contains(&arg.as_str().split('=').next().unwrap_or_default()))
    {
        return None;
    }
    let mut names = args.iter().filter(|arg| !arg.starts_with('-')).map(String::as_str);
    match (manager, names.next()?) {
        (_, "run" | "run-script") => names.next(),
        ("npm", "t" | "tst") => Some("test"),
        ("npm", name) => (name == "test").then_some(name),
        (_, name) => Some(name),
    }
}

/// Options with which a runner does not run tests, or reports in a way that its user chose.
const OF_THEIR_OWN: [&str; 16] = [
    "--json",
    "--outputFile",
    "--reporter",
    "--reporters",
    "--watch",
    "--watchAll",
    "--listTests",
    "--showConfig",
    "--version",
    "--help",
    "-h",
    "-w",
    "--ui",
    "--standalone",
    "--list",
    "-R",
];

impl Runner {
    /// What is added to the words of a simple command; none where it names its tests already, or nothing is sure.
    pub(super) fn argument(self, words: &[String], setup: &Setup<'_>) -> Option<Argument> {
        let has = |known: &[&str]| {
            words
                .iter()
                .any(|word| known.contains(&word.split(['=', '.']).next().unwrap_or_default()))
        };
        let verbose = ["-v", "--verbose", "-vv", "--verbosity", "-json", "--json"];
        match self {
            Self::Unittest if !has(&verbose) => Some(Argument::at_end("-v")),
            Self::Django if !has(&verbose) => Some(Argument::at_end("-v 2")),
            Self::Go if !has(&verbose) && !has(&["-args", "-v", "-c"]) => {
                Some(Argument::behind("test", "-v"))
            }
            // It goes on behind a binary in which a test failed, so that those after it are named, too.
            Self::Cargo if !has(&["--no-fail-fast", "--doc"]) => {
                let sub = if words.iter().any(|word| word == "t") { "t" } else { "test" };
                Some(Argument::behind(sub, "--no-fail-fast"))
            }
            Self::Nextest if words.iter().any(|word| word == "run") && !has(&NEXTEST_STOPS) => {
                Some(Argument::behind("run", "--no-fail-fast"))
            }
            Self::Jest | Self::Vitest | Self::Mocha if has(&["--"]) => None,
            Self::Jest => Script::Jest.argument(words, setup),
            Self::Vitest => Script::Vitest.argument(words, setup),
            Self::Mocha => Script::Mocha.argument(words, setup),
            Self::Script(script) => {
                let inner = script_name(words).and_then(|name| setup.script(name))?;
                let inner = crate::shell::CommandLine::parse(&inner);
                let inner = inner.commands.first()?;
                let both: Vec<String> = words.iter().chain(&inner.words).cloned().collect();
                handed_on(words, script.argument(&both, setup)?)
            }
            _ => None,
        }
    }
}

/// The argument of a script, by way of its package manager.
fn handed_on(words: &[String], argument: Argument) -> Option<Argument> {
    let (manager, args) = program(words).split_first()?;
    let has = |word: &str| args.iter().any(|arg| arg == word);
    let (_, script) = argument.words.first()?;
    let handed = match base(manager) {
        "npm" if has("--") => Argument::at_end(script),
        "npm" => Argument::at_end(&format!("-- {script}")),
        _ if has("--") => return None,
        // Only behind `run` it takes options for its script's.
        "pnpm" if !has("run") => Argument::behind("pnpm", "run").with(None, script),
        _ => Argument::at_end(script),
    };
    Some(Argument { report: argument.report, ..handed })
}

/// Options of nextest that say when it stops, or that it does not run.
const NEXTEST_STOPS: [&str; 6] =
    ["--no-fail-fast", "--fail-fast", "--max-fail", "--nff", "--ff", "--no-run"];

impl Script {
    fn argument(self, words: &[String], setup: &Setup<'_>) -> Option<Argument> {
        let has = |known: &[&str]| {
            words
                .iter()
                .any(|word| known.contains(&word.split(['=', '.']).next().unwrap_or_default()))
        };
        let report = |name: &str| format!("{}/{name}", setup.reports);
        match self {
            _ if has(&["--watch", "--version", "--help", "-h"]) => None,
            Self::Jest if !has(&OF_THEIR_OWN) => {
                let report = report("jest.json");
                let words = format!("--json --outputFile={}", quoted(&report));
                Some(Argument { report: Some(report), ..Argument::at_end(&words) })
            }
            Self::Vitest
                if !has(&OF_THEIR_OWN) && !has(&["bench", "list", "watch", "dev", "init"]) =>
            {
                if setup.configures(&["vitest.", "vite."], "reporters") {
                    return None;
                }
                let report = report("vitest.json");
                let words = format!(
                    "--reporter=default --reporter=json --outputFile.json={}",
                    quoted(&report)
                );
                Some(Argument { report: Some(report), ..Argument::at_end(&words) })
            }
            // Its usual reporter names all; another one is put back for this run.
            Self::Mocha if !has(&["--reporter-option", "--reporter-options", "-O"]) => {
                let in_package = setup.package.is_some_and(|text| text.contains("\"reporter\""));
                let is_other = has(&["--reporter", "-R"])
                    || in_package
                    || setup.configures(&[".mocharc"], "reporter");
                let is_writing = setup.configures(&[".mocharc"], "reporter-option")
                    || setup.configures(&[".mocharc"], "reporterOption");
                (is_other && !is_writing).then(|| Argument::at_end("--reporter spec"))
            }
            _ => None,
        }
    }
}
