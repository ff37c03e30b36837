//! Which runs and tests a claim speaks of: perhaps, which is enough to bear it out; and surely, which contradicts it.

use super::super::Scope;
use super::passes::Said;
use super::{Case, Run};
use crate::check::CheckKind;
use crate::check::command::{base, program};
use crate::shell::CommandLine;

/// Words of a suite's name that tell nothing of which it is.
const GENERIC: [&str; 14] = [
    "test",
    "tests",
    "suite",
    "suites",
    "spec",
    "specs",
    "project",
    "all",
    "package",
    "workspace",
    "crate",
    "module",
    "automated",
    "check",
];

impl Said<'_> {
    /// Whether a failing test is one that the claim speaks of.
    pub(super) fn means(&self, test: &str) -> bool {
        match self.scope {
            Scope::All | Scope::Unsaid => true,
            Scope::Some => false,
            Scope::Named(names) => {
                names.iter().any(|name| is_within(test, name) || is_unit(name) && !is_apart(test))
            }
        }
    }

    /// Whether what is named is this command itself, or one that it is a part of.
    pub(super) fn names_command(&self, line: &str) -> bool {
        let Scope::Named(names) = self.scope else { return false };
        let line = CommandLine::parse(line);
        let Some(simple) = line.commands.last() else { return false };
        let ran = program(&simple.words).join(" ");
        names.iter().any(|name| (name.contains(' ') || is_tool(name)) && has_words_of(&ran, name))
    }

    /// Whether a run may cover what the claim names.
    pub(super) fn is_of(&self, run: &Run) -> bool {
        let Scope::Named(names) = self.scope else { return true };
        let is_named = |name: &String| {
            runs_it(run, name)
                || is_unit(name) && !is_apart(&run.text)
                || run.narrowed.iter().any(|part| is_within(part, name) || is_within(name, part))
        };
        if names.iter().any(is_named) {
            return true;
        }
        let is_suite = names.iter().all(|name| is_suite(name));
        run.narrowed.is_empty() && (!is_suite || run.place.is_empty())
    }
}

impl Case<'_> {
    /// Whether what failed in this run is surely what the claim speaks of.
    pub(super) fn is_surely_of(&self, said: &Said<'_>, run: &Run) -> bool {
        match said.scope {
            Scope::All => true,
            Scope::Unsaid => said.check.is_none() || Some(run.kind) == said.check,
            Scope::Some => {
                let before = &said.claim.around.before;
                !run.narrowed.is_empty() || before.iter().any(|name| self.fails_in(run, name))
            }
            Scope::Named(names) => {
                !names.is_empty()
                    && names.iter().any(|name| {
                        runs_it(run, name)
                            || self.fails_in(run, name)
                            || is_unit(name) && self.is_plain(run)
                    })
            }
        }
    }

    /// Whether a run is of the plain tests: of no suite that has a name of its own, while no other is of unit tests.
    fn is_plain(&self, run: &Run) -> bool {
        !is_apart(&run.text)
            && !self.failures(run).any(is_apart)
            && !self.runs.iter().any(|other| runs_it(other, "unit"))
    }

    /// Whether a later run, of a part, has what failed in a run pass: or may have, where it is not told what failed.
    pub(super) fn may_repair(&self, later: &Run, run: &Run) -> bool {
        let mut lines = self.failures(run).peekable();
        let parts: Vec<&str> = later
            .narrowed
            .iter()
            .flat_map(|part| part.split(|c: char| !(c.is_alphanumeric() || c == '_')))
            .filter(|part| part.len() > 3 && !GENERIC.contains(part))
            .collect();
        lines.peek().is_none() || lines.any(|line| parts.iter().any(|part| line.contains(part)))
    }

    /// Whether the output of a run tells of a failure in what is named.
    fn fails_in(&self, run: &Run, name: &str) -> bool {
        let name = name.trim_end_matches("()");
        let mut humps = name.as_bytes().windows(2);
        let has_humps = humps.any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
        let is_told = name.len() > 3 && (has_humps || name.contains(['.', '_', '/', ':']));
        is_told && self.failures(run).any(|line| line.contains(name))
    }

    /// Whether a later command may have mended what a formatter or linter found: it writes what it finds.
    pub(super) fn may_be_mended(&self, run: &Run) -> bool {
        let later = self.evidence.commands.iter().flatten().skip(run.at + 1);
        let mends = |line: &str| {
            let has = |word: &&str| line.contains(*word);
            !line.contains("check") && ["fmt", "format", "prettier", "black"].iter().any(has)
                || ["--fix", "--write"].iter().any(has)
        };
        matches!(run.kind, CheckKind::Format | CheckKind::Lint)
            && later.into_iter().any(|command| command.exit_code == Some(0) && mends(&command.line))
    }

    /// Lines of a run's output that tell of failures.
    pub(super) fn failures(&self, run: &Run) -> impl Iterator<Item = &str> {
        let output = self.evidence.commands.as_deref().and_then(|commands| commands.get(run.at));
        let lines = output.map(|command| command.output.as_str()).unwrap_or_default().lines();
        lines.filter(|line| {
            let has = |word: &str| line.contains(word);
            ["FAIL", "fail", "●", "✕", "✗", "×", "not ok", "panicked", "rror"].into_iter().any(has)
        })
    }

    /// Whether another run of the same kind stands beside this one, so that it is not plain which is meant.
    pub(super) fn is_one_of_several(&self, run: &Run, after: &[&Run]) -> bool {
        after.iter().any(|other| {
            other.kind == run.kind
                && (other.place != run.place || program_of(&other.text) != program_of(&run.text))
        })
    }
}

/// Suites that are no unit tests, by a part of their names.
pub(super) const APART: [&str; 14] = [
    "e2e",
    "integration",
    "playwright",
    "cypress",
    "acceptance",
    "smoke",
    "functional",
    "bench",
    "perf",
    "contract",
    "system",
    "browser",
    "storybook",
    "visual",
];

fn is_apart(text: &str) -> bool {
    APART.iter().any(|suite| text.contains(suite))
}

/// Whether two runs are of suites that have names of their own, and not the same.
pub(super) fn is_other_suite(one: &Run, other: &Run) -> bool {
    let suite = |run: &Run| APART.iter().position(|suite| run.text.contains(suite));
    suite(one) != suite(other)
}

fn is_unit(name: &str) -> bool {
    name.eq_ignore_ascii_case("unit")
}

fn program_of(text: &str) -> &str {
    base(text.split(' ').next().unwrap_or_default())
}

/// Whether a name is a suite's by a plain word: "API", "integration".
fn is_suite(name: &str) -> bool {
    !name.contains(['/', '.', '_', ':', ' '])
}

/// Whether a run is of what is named: a command, a package, a folder, a file.
fn runs_it(run: &Run, name: &str) -> bool {
    if name.contains(' ') || is_tool(name) {
        return runs_command(run, name);
    }
    if program_of(&run.text) == name {
        return true;
    }
    let parts: Vec<&str> = run
        .text
        .split(|c: char| !c.is_alphanumeric())
        .chain(run.place.split(|c: char| !c.is_alphanumeric()))
        .collect();
    if is_suite(name) {
        let small = name.to_lowercase();
        let alike = |part: &&str| {
            let part = part.to_lowercase();
            part == small || part.trim_end_matches('s') == small.trim_end_matches('s')
        };
        return !GENERIC.contains(&small.as_str()) && parts.iter().any(alike);
    }
    let path = name.trim_matches('/');
    run.narrowed.iter().any(|part| {
        part.trim_matches('/') == path
            || part.starts_with(&format!("{path}::"))
            || part.starts_with(&format!("{path}/"))
    }) || run.place == path
}

fn is_tool(name: &str) -> bool {
    let line = CommandLine::parse(name);
    line.commands.iter().any(|simple| crate::check::command::check_kind(simple).is_some())
}

/// Whether the words of a command stand in a run, in their order; what only settings say is left out.
fn runs_command(run: &Run, command: &str) -> bool {
    has_words_of(&run.text, command)
}

fn has_words_of(ran: &str, command: &str) -> bool {
    let line = CommandLine::parse(command);
    let Some(simple) = line.commands.last() else { return false };
    let mut ran = ran.split(' ').map(base);
    let mut words = program(&simple.words).iter().filter(|word| !word.starts_with('-')).peekable();
    words.peek().is_some() && words.all(|word| ran.any(|other| other == base(word)))
}

/// Whether a test's name or file is within `name`.
pub(super) fn is_within(test: &str, name: &str) -> bool {
    let name = name.trim_end_matches("()");
    let stem = base(name).split('.').next().unwrap_or(name);
    test.contains(name) || stem.len() > 3 && test.contains(stem)
}
