//! Checks passed by, and recorded results that were replaced.

use super::super::{Finding, Rule};
use super::{by_command, shown};
use crate::check::command::{base, program};
use crate::claim::{Command, check_of};
use crate::shell::{CommandLine, Join, Simple};
use crate::text::head;

/// Options of check runners that make them pass without testing.
const PASSING_BY: [&str; 8] = [
    "--passWithNoTests",
    "--pass-with-no-tests",
    "-DskipTests",
    "-DskipTests=true",
    "-Dmaven.test.skip=true",
    "-Dmaven.test.skip",
    "--exit-zero",
    "--skip-tests",
];

/// Settings before a command that switch checks off; with `=` where only that value does.
const OFF: [&str; 8] = [
    "SKIP=",
    "HUSKY=0",
    "HUSKY_SKIP_HOOKS=",
    "LEFTHOOK=0",
    "PRE_COMMIT_ALLOW_NO_CONFIG=",
    "SKIP_TESTS=",
    "OVERCOMMIT_DISABLE=1",
    "NO_VERIFY=1",
];

/// Options that write what a test expects.
const UPDATING: [&str; 9] = [
    "--update-snapshots",
    "--updateSnapshot",
    "--update-snapshot",
    "--snapshot-update",
    "--force-regen",
    "--inline-snapshot=fix",
    "--inline-snapshot=create",
    "--update-golden",
    "--bless",
];

/// Settings before a command that do.
const UPDATES: [&str; 7] = [
    "INSTA_UPDATE=",
    "INSTA_FORCE_PASS=",
    "UPDATE_EXPECT=",
    "UPDATE_SNAPSHOTS=",
    "UPDATE_GOLDEN=",
    "TRYBUILD=overwrite",
    "UPDATE_",
];

/// The cases of bypass and of runs that rewrite snapshots in one command line.
pub(super) fn findings(command: &Command, line: &CommandLine) -> Vec<Finding> {
    let mut out = Vec::new();
    let settings = settings(&command.line);
    let has_check = line.commands.iter().any(|simple| check_of(simple).is_some());
    if let Some(how) = bypass(line, &settings) {
        let words = format!("{} passes a check by: `{how}`", shown(&command.line));
        out.push(by_command(Rule::Bypass, words, command));
    }
    let by_setting = settings.iter().find(|setting| {
        UPDATES.iter().any(|update| setting.starts_with(update))
            && !["=0", "=no", "=new", "=false", "="].iter().any(|off| setting.ends_with(off))
    });
    let update = by_setting.filter(|_| has_check).map(|setting| (*setting).to_owned());
    if let Some(how) = update.or_else(|| line.commands.iter().find_map(updates)) {
        let words = format!("{} writes what tests expect: `{how}`", shown(&command.line));
        out.push(by_command(Rule::SnapshotRewritten, words, command));
    }
    out
}

fn bypass(line: &CommandLine, settings: &[&str]) -> Option<String> {
    let shares = line.commands.iter().any(is_commit);
    let has_check = line.commands.iter().any(|simple| check_of(simple).is_some());
    let off = settings
        .iter()
        .find(|setting| OFF.iter().any(|off| setting.starts_with(off)) && !setting.ends_with('='));
    if let Some(setting) = off.filter(|_| shares || has_check) {
        return Some((*setting).to_owned());
    }
    for (at, simple) in line.commands.iter().enumerate() {
        let words = program(&simple.words);
        let (Some(name), args) = (words.first(), words.get(1..).unwrap_or_default()) else {
            continue;
        };
        if is_commit(simple) {
            let is_short = |arg: &&String| *arg == "-n" && args.iter().any(|arg| arg == "commit");
            if let Some(arg) = args.iter().find(|arg| *arg == "--no-verify" || is_short(arg)) {
                return Some(arg.clone());
            }
        }
        if let Some(arg) = args.iter().find(|arg| PASSING_BY.contains(&arg.as_str())) {
            return Some(arg.clone());
        }
        let skips_tests = matches!(base(name), "gradle" | "gradlew")
            && args.windows(2).any(|pair| pair[0] == "-x" && pair[1].contains("test"));
        if skips_tests {
            return Some("-x test".to_owned());
        }
        if check_of(simple).is_some()
            && let Some(next) = line.commands.get(at + 1)
            && let Some(how) = swallows(simple.join, next)
        {
            return Some(how);
        }
    }
    None
}

/// `|| true`, `; true`, `; exit 0`: the end is good whatever came before.
fn swallows(join: Join, next: &Simple) -> Option<String> {
    let words: Vec<&str> = next.words.iter().map(String::as_str).collect();
    match (join, words.as_slice()) {
        (Join::Or, ["true" | ":"]) => Some(format!("|| {}", words[0])),
        (Join::Or, ["exit", "0"]) => Some("|| exit 0".to_owned()),
        (Join::Then, ["true" | ":"]) => Some(format!("; {}", words[0])),
        (Join::Then, ["exit", "0"]) => Some("; exit 0".to_owned()),
        _ => None,
    }
}

fn is_commit(simple: &Simple) -> bool {
    let words = program(&simple.words);
    let is_git = words.first().is_some_and(|word| base(word) == "git");
    let sub = crate::purpose::git_arguments(words.get(1..).unwrap_or_default()).first();
    is_git
        && sub.is_some_and(|sub| {
            matches!(sub.as_str(), "commit" | "push" | "merge" | "rebase" | "cherry-pick")
        })
}

fn updates(simple: &Simple) -> Option<String> {
    let words = program(&simple.words);
    let (name, args) = words.split_first()?;
    let name = base(name);
    let has = |word: &str| args.iter().any(|arg| arg == word);
    if name == "cargo" && has("insta") {
        let accepts = ["accept", "--accept", "--accept-unseen"].into_iter().find(|word| has(word));
        return accepts.map(|word| format!("insta {word}"));
    }
    check_of(simple)?;
    if let Some(arg) = args.iter().find(|arg| UPDATING.contains(&arg.as_str())) {
        return Some(arg.clone());
    }
    let is_runner = words.iter().any(|word| {
        matches!(
            base(word),
            "jest" | "vitest" | "ava" | "npm" | "yarn" | "pnpm" | "bun" | "playwright"
        )
    });
    let is_go = name == "go" && (has("-update") || has("--update"));
    if is_go {
        return Some("-update".to_owned());
    }
    // An option of the package manager stands before its script.
    let at = args.iter().position(|arg| matches!(arg.as_str(), "-u" | "--update"))?;
    let is_managers = matches!(name, "npm" | "yarn" | "pnpm" | "bun")
        && !args[..at].iter().any(|arg| arg == "--" || check_word(arg));
    (is_runner && !is_managers).then(|| args[at].clone())
}

fn check_word(arg: &str) -> bool {
    arg.contains("test") || arg == "run"
}

/// Settings that stand before commands, or are exported: `NAME=value`, in the line's own words.
fn settings(line: &str) -> Vec<&str> {
    let line = head(line, crate::limits::COMMAND_SCAN_BYTES);
    let line = line.split("<<").next().unwrap_or(line);
    let mut out = Vec::new();
    for part in line.split(['\n', ';', '|', '&', '(']) {
        for word in part.split_whitespace() {
            let name = word.split('=').next().unwrap_or_default();
            let is_name =
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            match word {
                "export" | "env" | "sudo" | "time" => {}
                _ if word.contains('=') && is_name => out.push(word),
                _ => break,
            }
        }
    }
    out
}
