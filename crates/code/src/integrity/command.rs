//! Commands that check something: what they are after, with which tool, and how much of the code they look at.

mod options;
mod tools;

use super::settings::{Kind, Value};
pub(super) use options::{is_part, loosened};
use tools::{AUDIT, COVERAGE, LINT, RUNNERS, RUNNERS_OF_TWO, SCRIPTS, TEST, TYPES};

/// What a check is after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aim {
    Test,
    Lint,
    Types,
    Audit,
    Coverage,
    /// A script that runs several of them.
    All,
}

/// A command that checks something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    pub(super) line: u32,
    pub(super) aim: Aim,
    /// What it is called by.
    pub(super) tool: String,
    /// The command as it is written, with one space between words.
    pub(super) text: String,
}

/// The commands of a text of shell, each with its line: of `a && b | c`, three.
pub(super) fn commands(text: &str, from: u32) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let mut kept = String::new();
    for (line, number) in text.lines().zip(from..) {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        let line = line.split(" #").next().unwrap_or(line);
        if let Some(begun) = line.strip_suffix('\\') {
            kept.push_str(begun);
            kept.push(' ');
            continue;
        }
        kept.push_str(line);
        let whole = std::mem::take(&mut kept).replace("&&", "\n").replace("||", "\n");
        let parts = whole.split(['\n', ';', '|', '&']);
        found.extend(
            parts.map(str::trim).filter(|one| !one.is_empty()).map(|one| (number, one.to_owned())),
        );
    }
    found
}

/// The checks of a text of shell that begins on a line.
pub(super) fn checks(text: &str, from: u32) -> Vec<Check> {
    commands(text, from).into_iter().filter_map(|(line, command)| check(&command, line)).collect()
}

/// Words after which no command is looked for any more.
const OPTIONS: usize = 6;

/// What a command checks, if it does.
pub(super) fn check(command: &str, line: u32) -> Option<Check> {
    let command = command.replace("$(MAKE)", "make").replace("${MAKE}", "make");
    let words: Vec<&str> = command
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'', '`', '(', ')']))
        .collect();
    let rest = command_words(&words);
    // Between what runs a command and the command, options may have values: `uv run --group dev tox`.
    let is_run = rest.len() + 2 <= words.len();
    let after = || (1..rest.len().min(OPTIONS)).find_map(|at| known(&rest[at..]));
    let found = known(rest).or_else(|| script(rest));
    let (aim, tool) = found.or_else(|| if is_run { after() } else { None })?;
    let installs = ["install", "add", "sync", "--version", "download", "uninstall", "init"];
    let is_install = rest.get(1).is_some_and(|word| installs.contains(word));
    if is_install || (rest.len() == 2 && rest[0] == "npm" && rest[1] == "ci") {
        return None;
    }
    Some(Check { line, aim, tool, text: words.join(" ") })
}

/// The words of a command without what only runs it.
fn command_words<'w, 't>(words: &'w [&'t str]) -> &'w [&'t str] {
    let mut rest = words;
    loop {
        let Some(first) = rest.first() else { return rest };
        let two = rest.get(1).map(|second| format!("{first} {second}"));
        let is_assigned = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        });
        let is_option = first.starts_with("--") || matches!(*first, "-m" | "-s" | "-e");
        if two.is_some_and(|two| RUNNERS_OF_TWO.contains(&two.as_str())) {
            rest = &rest[2..];
        } else if is_assigned || is_option || RUNNERS.contains(first) || first.is_empty() {
            rest = &rest[1..];
        } else {
            return rest;
        }
    }
}

/// The last part of a path of a program, without the mark of a version.
fn program(word: &str) -> &str {
    let word = word.trim_start_matches(['@', '-', '+']);
    let name = word.rsplit('/').next().unwrap_or(word);
    let name = name.split('@').next().filter(|name| !name.is_empty()).unwrap_or(name);
    match name {
        "gradlew" => "gradle",
        "mvnw" => "mvn",
        name => name.trim_end_matches(".exe"),
    }
}

fn known(words: &[&str]) -> Option<(Aim, String)> {
    let first = program(words.first()?);
    let mut others =
        words[1..].iter().filter(|word| !word.starts_with(['-', '+']) || **word == "--test");
    let two = others.next().map(|second| format!("{first} {second}"));
    let tables = [
        (Aim::Test, TEST),
        (Aim::Lint, LINT),
        (Aim::Types, TYPES),
        (Aim::Audit, AUDIT),
        (Aim::Coverage, COVERAGE),
    ];
    let find = |name: &str| {
        let aim = tables.iter().find(|(_, table)| table.contains(&name)).map(|(aim, _)| *aim);
        aim.map(|aim| (aim, name.to_owned()))
    };
    two.as_deref().and_then(find).or_else(|| {
        let is_python = first.starts_with("python");
        let by_file = words.get(1).filter(|_| is_python).map(|file| program(file));
        match (by_file, words.get(2)) {
            (Some("manage.py"), Some(&"test")) => Some((Aim::Test, "manage.py test".to_owned())),
            (Some(file), _) => {
                named(file.trim_end_matches(".py")).map(|aim| (aim, file.to_owned()))
            }
            _ => find(first),
        }
    })
}

/// A script or a target that is run by its name.
fn script(words: &[&str]) -> Option<(Aim, String)> {
    let first = *words.first()?;
    let name = program(first);
    if SCRIPTS.contains(&name) {
        let mut targets = words[1..].iter().filter(|word| {
            !word.starts_with('-')
                && !word.contains('=')
                && !matches!(**word, "run" | "run-script" | "run-many" | "exec" | "affected")
        });
        return targets.find_map(|target| Some((named(target)?, format!("{name} {target}"))));
    }
    let is_file =
        [".sh", ".bash", ".ps1", ".js", ".mjs", ".ts"].iter().any(|end| first.ends_with(end));
    let is_shell = matches!(first, "bash" | "sh" | "node" | "pwsh" | "tsx" | "zsh");
    if is_shell {
        return words
            .get(1)
            .and_then(|file| Some((named(stem(program(file)))?, (*file).to_owned())));
    }
    (is_file || first.starts_with("./"))
        .then(|| named(stem(name)))?
        .map(|aim| (aim, first.to_owned()))
}

fn stem(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// What a script, a job or a target of this name checks.
pub(super) fn named(name: &str) -> Option<Aim> {
    let lower = name.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let has = |words: &[&str]| parts.iter().any(|part| words.contains(part));
    if has(&[
        "deploy", "release", "publish", "install", "setup", "clean", "watch", "fix", "update",
        "report", "data", "db",
    ]) {
        return None;
    }
    if has(&[
        "test",
        "tests",
        "e2e",
        "unit",
        "spec",
        "specs",
        "integration",
        "unittest",
        "pytest",
        "jest",
        "vitest",
        "smoke",
        "testing",
        "accessibility",
        "a11y",
        "visual",
        "conformance",
        "contract",
        "regression",
        "acceptance",
        "functional",
    ]) {
        Some(Aim::Test)
    } else if has(&[
        "lint",
        "linting",
        "linter",
        "eslint",
        "style",
        "fmt",
        "format",
        "clippy",
        "vet",
        "ruff",
        "prettier",
        "stylelint",
    ]) {
        Some(Aim::Lint)
    } else if has(&["typecheck", "types", "typing", "tsc", "mypy", "pyright", "typescript"]) {
        Some(Aim::Types)
    } else if has(&["audit", "security", "sast", "scan", "codeql", "secrets", "licenses", "deny"]) {
        Some(Aim::Audit)
    } else if has(&["coverage", "cov", "codecov"]) {
        Some(Aim::Coverage)
    } else if has(&[
        "check",
        "checks",
        "verify",
        "ci",
        "validate",
        "precommit",
        "prepush",
        "qa",
        "quality",
        "gate",
    ]) {
        Some(Aim::All)
    } else {
        None
    }
}

/// What an action or an orb checks.
fn action(name: &str) -> Option<Aim> {
    let name = name.split('@').next().unwrap_or(name).to_ascii_lowercase();
    if name.starts_with("./") && name.contains("workflows/") {
        return named(stem(program(&name)));
    }
    let last = name.rsplit('/').next().unwrap_or(&name);
    if name.contains("setup-") || last.starts_with("setup") || name.starts_with("actions/") {
        return name.contains("dependency-review").then_some(Aim::Audit);
    }
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["codecov", "coveralls", "coverage"]) {
        Some(Aim::Coverage)
    } else if has(&[
        "codeql",
        "trivy",
        "snyk",
        "gitleaks",
        "trufflehog",
        "audit",
        "cargo-deny",
        "semgrep",
        "scorecard",
        "dependency-review",
        "sonar",
        "grype",
        "govulncheck",
        "gosec",
        "bandit",
        "checkov",
        "osv-",
        "zizmor",
        "kics",
        "tfsec",
        "dependency-check",
        "license-check",
    ]) {
        Some(Aim::Audit)
    } else if has(&[
        "lint",
        "clippy",
        "pre-commit",
        "ruff",
        "reviewdog",
        "shellcheck",
        "typos",
        "prettier",
        "biome",
        "rustfmt",
        "black",
        "lychee",
        "linkcheck",
        "link-check",
        "lint-",
    ]) {
        Some(Aim::Lint)
    } else if has(&[
        "cypress-io",
        "run-tests",
        "playwright",
        "pa11y",
        "lighthouse",
        "chromatic",
        "axe-",
    ]) {
        Some(Aim::Test)
    } else if has(&["mypy", "pyright"]) {
        Some(Aim::Types)
    } else {
        None
    }
}

/// Names under which a file of configuration has commands.
const COMMANDS: &[&str] = &[
    "run",
    "script",
    "before_script",
    "after_script",
    "bash",
    "pwsh",
    "powershell",
    "sh",
    "command",
    "commands",
    "cmd",
    "cmds",
    "entry",
    "inlineScript",
    "deps",
    "commands_pre",
    "commands_post",
    "args_run",
];

/// The checks that a value of a workflow names, at whatever depth.
pub(super) fn checks_in(value: &Value) -> Vec<Check> {
    let mut found = Vec::new();
    gather(value, "", &mut found);
    found
}

fn gather(value: &Value, name: &str, found: &mut Vec<Check>) {
    match &value.kind {
        Kind::Map(pairs) => pairs.iter().for_each(|(name, value)| gather(value, name, found)),
        Kind::List(items) => items.iter().for_each(|item| gather(item, name, found)),
        Kind::Text(text) if COMMANDS.contains(&name) => {
            // What stands in a block begins on the line after its sign.
            let is_block = text.starts_with(['|', '>']);
            let text =
                if is_block { text.split_once('\n').map_or("", |(_, rest)| rest) } else { text };
            found.extend(checks(text, value.line + u32::from(is_block)));
        }
        Kind::Text(text) if matches!(name, "uses" | "task" | "orb" | "id") => {
            let aim = action(text)
                .or_else(|| (name == "id").then(|| known(&[text])).flatten().map(|(aim, _)| aim));
            let tool = text.split('@').next().unwrap_or(text).to_owned();
            found.extend(aim.map(|aim| Check { line: value.line, aim, tool, text: text.clone() }));
        }
        // A job is named where a workflow lists it.
        Kind::Text(text) if name == "jobs" => {
            found.extend(named(text).map(|aim| Check {
                line: value.line,
                aim,
                tool: text.clone(),
                text: text.clone(),
            }));
        }
        Kind::Text(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_check_are_known() {
        for (command, aim, tool) in [
            ("npx eslint .", Aim::Lint, "eslint"),
            ("CI=1 npm run test:unit -- --ci", Aim::Test, "npm test:unit"),
            ("uv run pytest -q", Aim::Test, "pytest"),
            ("python -m mypy src", Aim::Types, "mypy"),
            ("uv run --locked --group dev tox run -e typing", Aim::Test, "tox"),
            ("go test ./...", Aim::Test, "go test"),
            ("cargo +nightly fmt --check", Aim::Lint, "cargo fmt"),
            ("./gradlew check", Aim::Test, "gradle check"),
            ("make -j2 lint", Aim::Lint, "make lint"),
            ("./scripts/check.sh", Aim::All, "./scripts/check.sh"),
            ("poetry run python manage.py test", Aim::Test, "manage.py test"),
        ] {
            let found = check(command, 1).map(|one| (one.aim, one.tool));
            assert_eq!(found, Some((aim, tool.to_owned())), "{command}");
        }
        for command in [
            "docker rm -f test-db",
            "npm ci",
            "pip install pytest",
            "rm -rf test",
            "echo test",
            "npm run build",
        ] {
            assert_eq!(check(command, 1), None, "{command}");
        }
    }
}
