//! How a check's command line is run so that it names its tests, without changing what it tests or whether it passes.
//!
//! A runner is told by its environment where it listens to it, and by arguments where the line is one simple command.
//! What is not sure stays as it is: the exit code is told in any case.

mod line;
mod runner;

use line::Line;
use runner::Runner;

/// Names of files that may configure a runner; a `*` stands for anything.
pub const CONFIGURATION: [&str; 10] = [
    "pytest.ini",
    ".pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
    "jest.config.*",
    "vitest.config.*",
    "vitest.workspace.*",
    "vite.config.*",
    ".mocharc*",
];

/// What is known of the folder that a check runs in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setup<'a> {
    /// The text of its `package.json`.
    pub package: Option<&'a str>,
    /// Names and texts of its files that [`CONFIGURATION`] names.
    pub configuration: &'a [(&'a str, &'a str)],
    /// Variables that the check is run with.
    pub environment: &'a [(&'a str, &'a str)],
    /// A folder for this run's reports alone, which is there and may be written: an absolute path.
    pub reports: &'a str,
}

/// How a check is run so that it names its tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reporting {
    /// Variables to be set.
    pub env: Vec<(String, String)>,
    /// The command line.
    pub line: String,
    /// Files that it writes, which may be missing afterwards.
    pub reports: Vec<String>,
}

impl Reporting {
    /// How `line` is run in a folder of which `setup` is known.
    #[must_use]
    pub fn of(line: &str, setup: &Setup<'_>) -> Self {
        let mut reporting = Self { line: line.to_owned(), ..Self::default() };
        let parsed = Line::parse(line);
        let runners: Vec<Runner> =
            parsed.commands().map(|words| runner::of_words(words, setup)).collect();
        reporting.listen(line, &runners, setup);
        if let (Some(simple), [runner]) = (parsed.simple(), runners.as_slice())
            && let Some(argument) = runner.argument(simple, setup)
            && let Some(rewritten) = argument.added_to(line)
        {
            reporting.line = rewritten;
            reporting.reports.extend(argument.report);
        }
        reporting
    }

    /// Sets what runners read from the environment.
    fn listen(&mut self, line: &str, runners: &[Runner], setup: &Setup<'_>) {
        let may_run_pytest = runners.iter().any(|r| {
            matches!(r, Runner::Pytest | Runner::Script(runner::Script::Pytest) | Runner::Opaque)
        });
        let mentions = |word: &str| {
            line.contains(word)
                || setup.package.is_some_and(|text| text.contains(word))
                || setup.configuration.iter().any(|(_, text)| text.contains(word))
        };
        if may_run_pytest && !line.contains("PYTEST_ADDOPTS") {
            let mut options = "-v -rfExXp".to_owned();
            // A report of the user's own would not be written beside ours; without the plugin the option is an error.
            if !mentions("junit") {
                let report = format!("{}/pytest.xml", setup.reports);
                options = format!("-v -o junit_family=xunit1 --junitxml={}", line::quoted(&report));
                self.reports.push(report);
            }
            self.env.push(("PYTEST_ADDOPTS".into(), setup.joined("PYTEST_ADDOPTS", &options)));
        }
        if runners.iter().any(|r| matches!(r, Runner::Nextest | Runner::Opaque))
            && setup.variable("NEXTEST_STATUS_LEVEL").is_none()
        {
            self.env.push(("NEXTEST_STATUS_LEVEL".into(), "all".into()));
        }
        // Without the variable a file of Go's own may hold the flags, which the variable would hide.
        if runners.iter().any(|r| matches!(r, Runner::Go | Runner::Opaque))
            && setup.variable("GOFLAGS").is_some_and(|flags| !flags.is_empty())
            && !line.contains("GOFLAGS")
        {
            self.env.push(("GOFLAGS".into(), setup.joined("GOFLAGS", "-v")));
        }
    }
}

/// `line` with a profile of what it runs written to `profile`, where it is one simple command of `go test` that says
/// nothing of coverage itself.
#[must_use]
pub fn with_go_profile(line: &str, profile: &str) -> Option<String> {
    let parsed = Line::parse(line);
    let words = parsed.simple()?;
    let is_apart = |word: &String| {
        let word = word.trim_start_matches('-');
        word.starts_with("cover") || ["c", "args", "exec", "fuzz"].contains(&word)
    };
    if runner::of_words(words, &Setup::default()) != Runner::Go || words.iter().any(is_apart) {
        return None;
    }
    // Tests of one package run what stands in another.
    let words = format!("-coverpkg=./... -coverprofile={}", line::quoted(profile));
    line::Argument::behind("test", &words).added_to(line)
}

impl<'a> Setup<'a> {
    fn variable(&self, name: &str) -> Option<&'a str> {
        self.environment.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn joined(&self, name: &str, options: &str) -> String {
        match self.variable(name) {
            Some(value) if !value.trim().is_empty() => format!("{value} {options}"),
            _ => options.to_owned(),
        }
    }

    /// The text of a script of `package.json`.
    fn script(&self, name: &str) -> Option<String> {
        let package: serde_json::Value = serde_json::from_str(self.package?).ok()?;
        Some(package.get("scripts")?.get(name)?.as_str()?.to_owned())
    }

    /// Whether a configuration file whose name begins so speaks of `word`.
    fn configures(&self, names: &[&str], word: &str) -> bool {
        self.configuration.iter().any(|(name, text)| {
            names.iter().any(|begin| name.starts_with(begin)) && text.contains(word)
        })
    }
}
