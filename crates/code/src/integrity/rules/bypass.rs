//! Checks that scripts run so that they cannot fail.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::files::is_workflow;
use crate::integrity::Found;
use crate::integrity::command;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::source::Source;

/// What makes the command before it pass whatever it comes to.
static ANYHOW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"\|\|\s*(?:true|:|/bin/true|exit 0|echo\b|printf\b|cd \.|set \+e|exit \$\?\s*&&\s*true|\(exit 0\)|\{\s*(?:true|:|echo[^}]*);\s*\})|;\s*(?:true|:|exit 0|/bin/true)\s*["',)]*\s*$|\|\|\s*\{\s*echo[^;}]*;\s*\}"#).ok()
});
/// Options by which a check ends well whatever it comes to.
static ANYWAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"--exit-zero\b|--passWithNoTests\b|--pass-with-no-tests\b|--exit-code\s*=?\s*0\b|--issues-exit-code\s*=?\s*0\b|--no-error-on-unmatched-pattern\b|--continue-on-collection-errors\b|success_codes\s*=\s*\[[^\]]*[1-9]").ok()
});

/// What passes hooks by.
static PAST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\bgit\b.*\s--no-verify\b|\b(?:HUSKY|LEFTHOOK)=(?:0|false)\b|\bHUSKY_SKIP_HOOKS=1|\bSKIP=[a-z]|\b(?:PRE_COMMIT_ALLOW_NO_CONFIG|OVERCOMMIT_DISABLE|SKIP_HOOKS|SKIP_SIMPLE_GIT_HOOKS)=1|\bLEFTHOOK_EXCLUDE=\S|\bgit commit\b.*\s-[a-z]*n[a-z]*\b|core\.hooksPath[= ]\s*(?:/dev/null|.\s*.?$)").ok()
});

/// The name before a command in YAML, JSON, TOML or INI.
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^\s*RUN\s+|^\s*(?:sh|bat)[ (]+["']+|^\s*(?:-\s+)?(?:["']?[\w:.\-/ ]+["']?\s*[:=]\s+)?(?:-\s+)?["'\[]*"#)
        .ok()
});

/// Whether a command is a check that cannot fail.
pub(super) fn passes_anyhow(line: &str) -> bool {
    let bare =
        NAME.as_ref().and_then(|regex| regex.find(line)).map_or(line, |name| &line[name.end()..]);
    let is_check = |text: &str| !command::checks(text, 1).is_empty();
    // Of `a && b || true`, what stands before is let pass; of `a; b || true`, only the last.
    let let_pass = ANYHOW.as_ref().and_then(|regex| regex.find(bare)).is_some_and(|found| {
        let before = &bare[..found.start()];
        is_check(before.rsplit(';').next().unwrap_or(before)) && !says_so(&bare[found.start()..])
    });
    let_pass
        || (ANYWAY.as_ref().is_some_and(|regex| regex.is_match(bare))
            && (is_check(bare) || bare.contains("session.run")))
}

/// Whether what follows ends with a failure all the same.
fn says_so(rest: &str) -> bool {
    let rest = rest.trim_end();
    ["exit 1", "exit $", "false", "return 1"].iter().any(|end| rest.contains(end))
}

/// Whether a command passes hooks by.
pub(super) fn passes_by(command: &str) -> bool {
    PAST.as_ref().is_some_and(|regex| regex.is_match(command))
}

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for (file, side) in
        change.code().filter(|(file, side)| side.language.is_some() && !is_script(file))
    {
        for (line, text) in file.come_lines().filter(|(_, text)| text.contains("no-verify")) {
            let words = text.replace(['"', '\'', ',', '[', ']', '(', ')'], " ");
            let is_code = !side.code(line).trim().is_empty();
            if is_code && passes_by(&words) && !change.is_moved(text) {
                let words = "A check is passed by.".to_owned();
                found.comes(Rule::Bypass, (file.path(), line), words, text);
            }
        }
    }
    for (file, side) in change.written().filter(|(file, _)| is_script(file)) {
        for (line, text) in file.come_lines().filter(|(_, text)| !change.is_moved(text)) {
            let code = if side.language.is_some() { text } else { side.code(line) };
            if passes_anyhow(code) || passes_by(code) || is_ignored(file, side, line) {
                let words = "A check is run so that it cannot fail, or is passed by.".to_owned();
                found.comes(Rule::Bypass, (file.path(), line), words, text);
            }
        }
        if is_shell(file, side) {
            unchecked(file, side, found);
        }
    }
}

/// What a runner of tasks is told to go on after: `-pytest`, `ignore_errors: true`, `skip: true`.
fn is_ignored(file: &Compared<'_>, side: &Source<'_>, line: u32) -> bool {
    let code = side.code(line);
    let trimmed = code.trim_start();
    let is_check = |text: &str| !command::checks(text.trim_start_matches('@'), 1).is_empty();
    let name = file.name().to_ascii_lowercase();
    let is_make = name.ends_with("makefile")
        || name.ends_with(".mk")
        || name == "justfile"
        || name.ends_with(".just");
    if is_make || name == "tox.ini" {
        let ignored = trimmed.trim_start_matches('@').strip_prefix('-');
        let by_dash = code.starts_with(['\t', ' '])
            && ignored.is_some_and(|rest| is_check(rest.trim_start()));
        return by_dash
            || trimmed.starts_with("ignore_outcome")
                && trimmed.to_ascii_lowercase().ends_with("true")
            || (trimmed.starts_with(".IGNORE"));
    }
    let squeezed: String =
        trimmed.trim_start_matches("- ").chars().filter(|c| !c.is_whitespace()).collect();
    matches!(squeezed.as_str(), "ignore_error:true" | "ignore_errors:true")
        || (name.contains("lefthook") && matches!(squeezed.as_str(), "skip:true" | "skip=true"))
}

fn is_shell(file: &Compared<'_>, side: &Source<'_>) -> bool {
    let by_end = [".sh", ".bash", ".zsh", ".ps1"].iter().any(|end| file.name().ends_with(end));
    by_end || side.line(1).starts_with("#!") || is_hook(file)
}

/// A script that checks and goes on after a failure, or ends well in any case, where it did not.
fn unchecked(file: &Compared<'_>, side: &Source<'_>, found: &mut Found) {
    let Some(old) = &file.old else { return };
    let stops = |side: &Source<'_>, option: &str| {
        (1u32..).zip(&side.lines).any(|(line, _)| {
            let code = side.code(line).trim();
            let is_set = code.starts_with("set -") || code.starts_with("#!");
            is_set
                && match option {
                    "e" => {
                        code.contains("errexit")
                            || code.split_whitespace().skip(1).any(|word| {
                                word.starts_with('-')
                                    && !word.starts_with("--")
                                    && word.contains('e')
                            })
                    }
                    option => code.contains(option),
                }
        })
    };
    let checks = |line: u32| !command::checks(side.code(line), line).is_empty();
    let last = (1u32..)
        .zip(&side.lines)
        .map(|(line, _)| line)
        .filter(|line| !side.code(*line).trim().is_empty())
        .last();
    let count = u32::try_from(side.lines.len()).unwrap_or(u32::MAX);
    let checked: Vec<u32> = (1..=count).filter(|line| checks(*line)).collect();
    let Some(first) = checked.first() else { return };
    let lost = ["e", "pipefail"].iter().find(|option| stops(old, option) && !stops(side, option));
    let lost = lost.filter(|option| {
        **option == "e" || checked.iter().any(|line| side.code(*line).contains('|'))
    });
    if let Some(option) = lost {
        let words = format!(
            "A script of checks goes on after one that fails: it does not say `set -{}` any more.",
            if *option == "e" { "e" } else { "o pipefail" }
        );
        let place = file
            .gone_lines()
            .find(|(_, text)| text.trim().starts_with("set ") || text.starts_with("#!"));
        let (line, text) = place.unwrap_or((1, ""));
        found.goes(Rule::Bypass, (file.path(), line), words, text);
        return;
    }
    if let Some((line, text)) = left_before(file, side, &checked) {
        let words = "A script ends well before its checks.".to_owned();
        found.comes(Rule::Bypass, (file.path(), line), words, text);
        return;
    }
    if let Some(line) = unheard(file, side, &checked) {
        let words = "A check is run, and nothing follows where it fails.".to_owned();
        found.comes(Rule::Bypass, (file.path(), line), words, side.line(line));
        return;
    }
    let opened = file.come_lines().find(|(line, _)| {
        side.code(*line).trim() == "set +e" && checked.iter().any(|one| one > line)
    });
    let ended = last.filter(|line| {
        matches!(side.code(*line).trim(), "exit 0" | "true" | ":")
            && file.is_come(*line)
            && line > first
            && !stops(side, "e")
    });
    if let Some(line) = opened.map(|(line, _)| line).or(ended) {
        let words = "A script of checks ends well whatever they come to.".to_owned();
        found.comes(Rule::Bypass, (file.path(), line), words, side.line(line));
    }
}

/// A new line that ends a script well before all of its checks: in no branch, so that what follows is never reached.
fn left_before<'t>(
    file: &Compared<'t>,
    side: &Source<'_>,
    checked: &[u32],
) -> Option<(u32, &'t str)> {
    file.come_lines().find(|(line, text)| {
        matches!(text.trim_end(), "exit 0" | "exit")
            && !is_within(side, *line)
            && checked.iter().all(|one| one > line)
    })
}

/// Whether a line stands in a branch, a loop or a function that is still open there.
fn is_within(side: &Source<'_>, line: u32) -> bool {
    let mut open = 0_i32;
    for code in (1..line).map(|line| side.code(line).trim()) {
        let first = code.split([' ', ';']).next().unwrap_or_default();
        let ends = [" fi", ";fi", " done", " esac", " }"].iter().any(|end| code.ends_with(end));
        let begins = matches!(first, "if" | "for" | "while" | "until" | "case")
            || code.ends_with("{")
            || code == "(";
        open += i32::from(begins && !ends);
        open -= i32::from(
            matches!(first, "fi" | "done" | "esac") || code.starts_with('}') || code == ")",
        );
    }
    open > 0
}

/// A new `if ! check; then … fi` in which nothing ends the script or notes the failure.
fn unheard(file: &Compared<'_>, side: &Source<'_>, checked: &[u32]) -> Option<u32> {
    let is_new_branch = |line: &&u32| {
        let code = side.code(**line).trim();
        file.is_come(**line) && (code.starts_with("if ! ") || code.starts_with("if "))
    };
    let begin = *checked.iter().find(is_new_branch)?;
    let count = u32::try_from(side.lines.len()).unwrap_or(u32::MAX);
    let end = (begin..=count).find(|line| {
        side.code(*line).trim() == "fi" || side.code(*line).trim().ends_with("; fi")
    })?;
    let heard = ["exit", "return", "false", "=", "fail", "die", "kill", "+="];
    let follows = (begin..=end).map(|line| side.code(line)).any(|code| {
        let code = code.split("then").last().unwrap_or(code);
        heard.iter().any(|word| !code.trim().starts_with("echo") && code.contains(word))
    });
    (!follows).then_some(begin)
}

fn is_hook(file: &Compared<'_>) -> bool {
    file.path().starts_with(".husky/") || file.path().starts_with(".githooks/")
}

/// Whether a file says how an image is built: `Dockerfile`, `api.Dockerfile`, `Containerfile.dev`.
fn is_image(name: &str) -> bool {
    if [".md", ".txt", ".rst", ".adoc"].iter().any(|end| name.ends_with(end)) {
        return false;
    }
    let mut ends = [name.split('.').next(), name.rsplit('.').next()].into_iter().flatten();
    ends.any(|part| {
        part.eq_ignore_ascii_case("dockerfile") || part.eq_ignore_ascii_case("containerfile")
    })
}

/// Whether a file holds commands.
pub(super) fn is_script(file: &Compared<'_>) -> bool {
    let name = file.name();
    let by_end = [".sh", ".bash", ".zsh", ".mk", ".ps1", ".just"];
    let by_name = [
        "Makefile",
        "GNUmakefile",
        "makefile",
        "justfile",
        "Justfile",
        ".justfile",
        "Taskfile.yml",
        "Taskfile.yaml",
        "lefthook.yml",
        "lefthook.yaml",
        ".lefthook.yml",
        "lefthook.toml",
        "package.json",
        "tox.ini",
        "noxfile.py",
        "composer.json",
    ];
    let side = file.new.as_ref().or(file.old.as_ref());
    let is_first_line =
        side.is_some_and(|side| side.line(1).starts_with("#!") && side.language.is_none());
    let is_local = name.contains("lefthook") || is_hook(file) || is_image(name);
    let is_named =
        by_end.iter().any(|end| name.ends_with(end)) || by_name.contains(&name) || is_first_line;
    is_local || (is_named && !is_workflow(file))
}
