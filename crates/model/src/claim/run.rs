//! Checks out of command lines: which one ran, on how much, where, and what it came to.

use super::{Command, Evidence};
use crate::check::command::{base, check_kind, program};
use crate::check::{CheckKind, Counts};
use crate::purpose::unwrap_shell;
use crate::shell::{CommandLine, Join, Simple};
use crate::{limits, text};

/// What a check came to, as far as its line and its output tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// Exit code 0, and nothing in the line could hide another.
    Passed,
    /// It failed, and its own output says of how many tests or problems; of other checks than tests, its exit code does.
    Failed,
    /// Exit code 0 of a line that hides the check's own: a pipe, `|| true`, `; echo`.
    Masked,
    /// Exit code 0, and its output tells of failures.
    Troubled,
    /// No test ran.
    Empty,
    /// It ended with another exit code than 0, and nothing tells that a test failed: wrong usage, or a command beside it.
    Unclear,
    /// Its exit code was not seen.
    Unseen,
}

/// One run of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The place of its command in the evidence.
    pub at: usize,
    /// What it checks.
    pub kind: CheckKind,
    /// The simple command.
    pub text: String,
    /// What it came to.
    pub came: Came,
    /// What it printed of its tests.
    pub counts: Counts,
    /// Tests, files and filters that it was narrowed to; empty where it ran all.
    pub narrowed: Vec<String>,
    /// A script that is no known runner: the agent's own, perhaps.
    pub is_script: bool,
    /// It ran on the work as it is left.
    pub is_after: bool,
    /// The folder that it ran in, from the checkout's root; empty there, or where it is not known.
    pub place: String,
    /// It ran in the work's checkout, as far as is known.
    pub is_here: bool,
    /// It ran on the code as it was before the work: before the first edit, or with the work stashed.
    pub is_base: bool,
}

/// The checks that ran, in order; none where no commands are known.
#[must_use]
pub fn runs(evidence: &Evidence) -> Vec<Run> {
    let commands = evidence.commands.as_deref().unwrap_or_default();
    let from = commands.len().saturating_sub(limits::EVIDENCE_COMMANDS);
    let mut out = Vec::new();
    let mut is_stashed = false;
    for (at, command) in commands.iter().enumerate().skip(from) {
        let line = unwrap_shell(CommandLine::parse(&command.line));
        let mut place = command.cwd.clone();
        for (index, simple) in line.commands.iter().enumerate() {
            match stash(simple) {
                Some(is_put_away) => is_stashed = is_put_away,
                None => follow(&mut place, simple),
            }
            if let Some(kind) = kind_of(simple) {
                let mut run = run(evidence, (at, command), &line, index, kind);
                run.is_here = is_here(evidence.root.as_deref(), place.as_deref(), &run.text);
                run.place = relative(evidence.root.as_deref(), place.as_deref());
                run.is_base |= is_stashed;
                out.push(run);
            }
        }
    }
    out.split_off(out.len().saturating_sub(limits::EVIDENCE_RUNS))
}

fn run(
    evidence: &Evidence,
    (at, command): (usize, &Command),
    line: &CommandLine,
    index: usize,
    kind: CheckKind,
) -> Run {
    let simple = &line.commands[index];
    let counts = counts_of(&command.output);
    let words = program(&simple.words);
    Run {
        at,
        kind,
        text: text::clip(&words.join(" "), limits::OBJECT_CHARS),
        came: came(command, line, index, kind, counts),
        counts,
        narrowed: narrowed(words),
        is_script: is_script(words),
        is_after: evidence.is_after_last_edit(command.ordinal, command.tree.as_deref()),
        place: String::new(),
        is_here: true,
        is_base: evidence.first_edit.is_some_and(|edit| command.ordinal < edit),
    }
}

/// What a runner printed of its tests; where others ran it, each line may begin with who did: "web:test: ".
fn counts_of(output: &str) -> Counts {
    let (counts, _) = Counts::read(output);
    if !counts.is_empty() {
        return counts;
    }
    let bare = |line: &str| -> String {
        let rest = [": ", " | "].iter().find_map(|end| {
            let (head, rest) = line.split_once(end)?;
            (head.len() <= 60 && head.split_whitespace().count() <= 2).then_some(rest)
        });
        rest.unwrap_or(line).to_owned()
    };
    let end = text::tail(output, limits::CHECK_OUTPUT_BYTES);
    let lines: Vec<String> = end.lines().map(bare).collect();
    Counts::read(&lines.join("\n")).0
}

/// What kind of check a simple command is; a program or script called by its path may be named for what it does.
pub(crate) fn kind_of(simple: &Simple) -> Option<CheckKind> {
    check_kind(simple).or_else(|| {
        let words = program(&simple.words);
        let (first, args) = words.split_first()?;
        let script = match base(first) {
            "python" | "python3" | "bash" | "sh" | "node" => {
                args.iter().find(|arg| !arg.starts_with('-'))?
            }
            _ => first,
        };
        let is_called = script.contains(['/', '.']);
        match base(script).split('.').next()? {
            "test" | "tests" | "runtests" | "run-tests" | "run_tests" if is_called => {
                Some(CheckKind::Test)
            }
            "lint" if is_called => Some(CheckKind::Lint),
            "build" if is_called => Some(CheckKind::Build),
            _ => None,
        }
    })
}

fn came(
    command: &Command,
    line: &CommandLine,
    index: usize,
    kind: CheckKind,
    counts: Counts,
) -> Came {
    let failed = counts.failed.unwrap_or(0) > 0;
    let is_test = kind == CheckKind::Test;
    if line.commands[index].join == Join::Background {
        return Came::Unseen;
    }
    match command.exit_code {
        None => Came::Unseen,
        Some(0) if !proves(line, index) => Came::Masked,
        Some(0) if is_test && ran_nothing(&command.output, counts) => Came::Empty,
        Some(0) if is_test && failed => Came::Troubled,
        Some(0) => Came::Passed,
        Some(_) if is_test && ran_nothing(&command.output, counts) => Came::Empty,
        Some(_) if is_test && !failed => Came::Unclear,
        Some(_) if !is_test && !is_alone(line, index) => Came::Unclear,
        Some(_) => Came::Failed,
    }
}

/// Whether exit code 0 of the line proves that the command at `index` succeeded; with `pipefail`, through pipes too.
fn proves(line: &CommandLine, index: usize) -> bool {
    let has_pipefail = line.commands[..index].iter().any(|command| {
        command.words.first().is_some_and(|word| word == "set")
            && command.words.iter().any(|word| word == "pipefail")
    });
    if !has_pipefail {
        return line.success_proves(index);
    }
    let holds = |command: &Simple| matches!(command.join, Join::And | Join::End | Join::Pipe);
    !line.compound && line.commands[index..].iter().all(holds)
}

fn is_alone(line: &CommandLine, index: usize) -> bool {
    let is_quiet = |simple: &Simple| {
        simple.words.first().is_some_and(|word| {
            matches!(word.as_str(), "cd" | "export" | "source" | "echo" | "set")
        })
    };
    line.commands.iter().enumerate().all(|(at, simple)| at == index || is_quiet(simple))
}

/// Whether a runner says that it ran no test.
fn ran_nothing(output: &str, counts: Counts) -> bool {
    const NOTHING: [&str; 10] = [
        "no tests ran",
        "collected 0 items",
        "ran 0 tests",
        "no tests found",
        "no test files found",
        "no tests to run",
        "0 tests run:",
        "no tests were executed",
        "no test files",
        "no tests executed",
    ];
    let has_run = counts.passed.unwrap_or(0) > 0 || counts.failed.unwrap_or(0) > 0;
    if has_run {
        return false;
    }
    let end = text::tail(output, limits::CHECK_OUTPUT_BYTES).to_lowercase();
    counts.passed == Some(0) || NOTHING.iter().any(|words| end.contains(words)) && counts.is_empty()
}

/// Whether a command puts the work away (`git stash`), or takes it out again.
fn stash(simple: &Simple) -> Option<bool> {
    let mut words = simple.words.iter().map(String::as_str);
    if words.next()? != "git" || words.next()? != "stash" {
        return None;
    }
    match words.next() {
        Some("pop" | "apply") => Some(false),
        None
        | Some("push" | "save" | "-u" | "-q" | "-k" | "--include-untracked" | "--keep-index") => {
            Some(true)
        }
        Some(_) => None,
    }
}

/// Steps along with `cd`.
fn follow(place: &mut Option<String>, simple: &Simple) {
    let [program, path] = simple.words.as_slice() else { return };
    if !matches!(program.as_str(), "cd" | "pushd") || path.starts_with('$') || path == "-" {
        return;
    }
    if path.starts_with('/') {
        *place = Some(path.clone());
    } else if let Some(place) = place {
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => place.truncate(place.rfind('/').unwrap_or(0)),
                part => {
                    place.push('/');
                    place.push_str(part);
                }
            }
        }
    }
}

fn relative(root: Option<&str>, place: Option<&str>) -> String {
    let root = root.unwrap_or_default().trim_end_matches('/');
    let rest = place.and_then(|place| place.strip_prefix(root)).unwrap_or_default();
    rest.trim_matches('/').to_owned()
}

fn is_here(root: Option<&str>, place: Option<&str>, command: &str) -> bool {
    let (Some(root), Some(place)) = (root, place) else { return true };
    let root = root.trim_end_matches('/');
    let within = |path: &str| {
        path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    within(place) || command.split([' ', '=']).any(|word| word.starts_with('/') && within(word))
}

/// Options after which a check runs less than all.
const NARROWING: [&str; 33] = [
    "-k",
    "-t",
    "-g",
    "-E",
    "-run",
    "--testNamePattern",
    "--test-name-pattern",
    "--grep",
    "--lib",
    "--test",
    "--bin",
    "--bins",
    "--doc",
    "--example",
    "--package",
    "--filter",
    "--lf",
    "--last-failed",
    "--only",
    "--onlyChanged",
    "--only-changed",
    "--changed",
    "--related",
    "--findRelatedTests",
    "--testPathPattern",
    "--testPathPatterns",
    "--tests",
    "-Dtest",
    "--tag",
    "--tags",
    "--deselect",
    "--ignore",
    "--exclude",
];

/// Options that take the next word and leave the check whole.
const VALUED: [&str; 38] = [
    "--tb",
    "-n",
    "--maxfail",
    "-j",
    "--jobs",
    "--timeout",
    "--settings",
    "--parallel",
    "-W",
    "-c",
    "-o",
    "--profile",
    "--features",
    "-F",
    "--target",
    "--manifest-path",
    "--color",
    "--reporter",
    "--config",
    "--rootdir",
    "--verbosity",
    "-r",
    "--retries",
    "--test-threads",
    "-count",
    "-timeout",
    "--workers",
    "--durations",
    "--cov",
    "-C",
    "--prefix",
    "--dir",
    "--cwd",
    "--target-dir",
    "--numprocesses",
    "--dist",
    "--seed",
    "--max-warnings",
];

/// First words after a program that say what it does, not on what.
const ACTIONS: [&str; 27] = [
    "test",
    "tests",
    "t",
    "run",
    "check",
    "build",
    "lint",
    "nextest",
    "clippy",
    "c",
    "b",
    "vet",
    "install",
    "insta",
    "format",
    "fmt",
    "typecheck",
    "verify",
    "package",
    "compile",
    "discover",
    "run-script",
    "exec",
    "ci",
    "xtask",
    "unit",
    "miri",
];

/// What names everything.
const EVERYTHING: [&str; 14] = [
    ".", "./...", "...", "./", "tests", "tests/", "test/", "spec", "spec/", "src", "src/", "all",
    "--", "lib",
];

/// What a check is narrowed to by its arguments.
fn narrowed(words: &[String]) -> Vec<String> {
    let Some((name, args)) = words.split_first() else { return Vec::new() };
    let name = base(name);
    let mut args = args;
    if let Some(at) = args.iter().position(|arg| arg == "-m").filter(|_| name.starts_with("python"))
    {
        args = args.get(at + 2..).unwrap_or_default();
    } else if matches!(name, "python" | "python3" | "node" | "bash" | "sh" | "ruby" | "php") {
        let script =
            args.iter().position(|arg| !arg.starts_with('-')).map_or(args.len(), |at| at + 1);
        args = &args[script..];
    }
    let runs_targets = matches!(
        name,
        "npm"
            | "pnpm"
            | "yarn"
            | "bun"
            | "make"
            | "just"
            | "task"
            | "mise"
            | "poe"
            | "mvn"
            | "gradle"
            | "gradlew"
            | "mvnw"
    );
    let mut out = Vec::new();
    let mut has_action = false;
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        at += 1;
        let option = arg.split('=').next().unwrap_or(arg);
        let is_marker = option == "-m" && matches!(name, "pytest" | "py.test")
            || option == "-p" && name == "cargo";
        if NARROWING.contains(&option) && !(option == "-t" && runs_targets) || is_marker {
            let value = arg.split_once('=').map(|(_, value)| value.to_owned());
            out.push(value.or_else(|| args.get(at).cloned()).unwrap_or_else(|| arg.clone()));
            at += usize::from(!arg.contains('='));
        } else if VALUED.contains(&option) {
            at += usize::from(
                !arg.contains('=')
                    && option.len() + 1 >= 2
                    && args.get(at).is_some_and(|next| !next.starts_with('-')),
            );
        } else if arg.starts_with(['-', '+']) || EVERYTHING.contains(&arg.as_str()) {
        } else if ACTIONS.contains(&arg.as_str()) && out.is_empty() {
            has_action |= !arg.starts_with("run") && !matches!(arg.as_str(), "exec");
        } else if runs_targets && !has_action {
            has_action = true;
        } else if !(runs_targets && matches!(name, "mvn" | "gradle" | "gradlew" | "mvnw" | "make"))
        {
            out.push(arg.clone());
        }
    }
    out
}

/// Whether a script runs, and not one that projects keep to run their tests.
fn is_script(words: &[String]) -> bool {
    let Some((name, args)) = words.split_first() else { return false };
    let is_kept = |path: &str| {
        let name = base(path);
        name == "manage.py"
            || name.starts_with("run")
            || name.starts_with("ci")
            || matches!(path.split('/').next(), Some("bin" | "scripts" | "script" | "tools"))
    };
    match base(name) {
        "python" | "python3" | "node" | "bash" | "sh" | "ruby" | "php" => {
            if args.iter().any(|arg| matches!(arg.as_str(), "-m" | "--test")) {
                return false;
            }
            args.iter()
                .find(|arg| !arg.starts_with('-'))
                .is_some_and(|path| !is_kept(path.trim_start_matches("./")))
        }
        name if name.ends_with(".py") || name.ends_with(".sh") || name.ends_with(".js") => {
            !is_kept(words[0].trim_start_matches("./"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowed_to(line: &str) -> Vec<String> {
        let line = CommandLine::parse(line);
        narrowed(program(&line.commands[0].words))
    }

    #[test]
    fn what_narrows_a_check_is_told_from_what_does_not() {
        for whole in [
            "pytest",
            "pytest -x -q --tb short",
            "python -m pytest tests/",
            "cargo test --workspace",
            "cargo nextest run --profile ci",
            "go test ./... -count=1",
            "npm test",
            "npm run test:unit",
            "make test",
            "yarn test",
            "./gradlew :app:test",
            "ruff check .",
            "tsc --noEmit",
            "python -W ignore -m pytest",
            "npx vitest run",
            "python tests/runtests.py --parallel 4",
        ] {
            assert_eq!(narrowed_to(whole), Vec::<String>::new(), "{whole}");
        }
        for part in [
            "pytest -k parse",
            "pytest tests/test_a.py",
            "pytest tests/test_a.py::test_b",
            "cargo test -p model",
            "cargo test parser",
            "cargo nextest run -E 'test(x)'",
            "go test ./pkg/a -run TestX",
            "npm test -- src/a.test.ts",
            "npx vitest run src/a.test.ts",
            "python tests/runtests.py forms_tests",
            "python manage.py test app",
            "pytest --lf",
            "npx jest -t name",
        ] {
            assert_ne!(narrowed_to(part), Vec::<String>::new(), "{part}");
        }
    }

    #[test]
    fn what_a_run_came_to_is_seen_only_where_nothing_hides_it() {
        let came = |line: &str, code: i32, output: &str| {
            let command = Command {
                line: line.into(),
                cwd: None,
                exit_code: Some(code),
                output: output.into(),
                ordinal: crate::Ordinal(1),
                cite: "S1#1".parse().unwrap(),
                tree: None,
            };
            runs(&Evidence { commands: Some(vec![command]), ..Evidence::default() })[0].came
        };
        assert_eq!(came("cd x && pytest -q", 0, "3 passed in 0.1s"), Came::Passed);
        assert_eq!(came("pytest -q | tail -3", 0, "3 passed in 0.1s"), Came::Masked);
        assert_eq!(
            came("set -o pipefail; pytest -q | tail -3", 0, "3 passed in 0.1s"),
            Came::Passed
        );
        assert_eq!(came("pytest || true", 0, "1 failed, 2 passed in 0.1s"), Came::Masked);
        assert_eq!(came("pytest; echo done", 0, ""), Came::Masked);
        assert_eq!(came("pytest", 1, "1 failed, 2 passed in 0.1s"), Came::Failed);
        assert_eq!(came("pytest --frobnicate", 4, "unrecognized arguments"), Came::Unclear);
        assert_eq!(came("pytest -k zzz", 5, "no tests ran in 0.01s"), Came::Empty);
        assert_eq!(
            came("cargo test zzz", 0, "test result: ok. 0 passed; 0 failed; 9 filtered out"),
            Came::Empty
        );
        assert_eq!(
            came("npx jest --ci", 0, "Tests:       2 failed, 39 passed, 41 total"),
            Came::Troubled
        );
        assert_eq!(came("cargo build", 101, "error: could not compile"), Came::Failed);
    }
}
