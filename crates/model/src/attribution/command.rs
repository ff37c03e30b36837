//! What a command may have done to the files of a checkout.

use crate::purpose::unwrap_shell;
use crate::shell::{CommandLine, Simple};

/// How a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Writes {
    /// It only reads.
    Nothing,
    /// It brings back what somebody wrote before: a stash, a commit.
    Returns,
    /// It may write anything, and bring things back as well.
    Both,
    /// It may write anything.
    Anything,
}

/// Programs that write nothing but their output.
const READERS: [&str; 28] = [
    "basename", "cat", "cd", "cut", "date", "diff", "dirname", "du", "echo", "env", "false",
    "file", "grep", "head", "jq", "ls", "printf", "ps", "pwd", "rg", "sleep", "stat", "tail",
    "test", "tree", "true", "wc", "which",
];

/// Subcommands of git that only read.
const GIT_READERS: [&str; 14] = [
    "blame",
    "cat-file",
    "describe",
    "diff",
    "fetch",
    "grep",
    "log",
    "ls-files",
    "merge-base",
    "push",
    "rev-parse",
    "shortlog",
    "show",
    "status",
];

/// Subcommands of Callboard that write no file of a checkout. Hooks of a commit may write, and are told by their commit.
const CALLBOARD_READERS: [&str; 9] = [
    "changes",
    "claim",
    "commit",
    "conflicts",
    "couplings",
    "search",
    "session",
    "since",
    "status",
];

/// Subcommands of git that only move what is written to the index or to commits. Their hooks may write.
const GIT_RECORDERS: [&str; 1] = ["add"];

/// Subcommands of git that bring back what is in commits or stashes.
const GIT_RETURNS: [&str; 11] = [
    "am",
    "checkout",
    "cherry-pick",
    "merge",
    "pull",
    "rebase",
    "reset",
    "restore",
    "revert",
    "stash",
    "switch",
];

/// How the command line writes.
pub(super) fn writes(text: &str) -> Writes {
    let line = unwrap_shell(CommandLine::parse(text));
    // What is substituted is no command of the line, and is run all the same.
    if line.compound || line.commands.is_empty() || text.contains("$(") || text.contains('`') {
        let returns = GIT_RETURNS.iter().any(|sub| text.contains(sub)) && text.contains("git");
        return if returns { Writes::Both } else { Writes::Anything };
    }
    let each: Vec<Writes> = line.commands.iter().map(of_command).collect();
    let has = |kind| each.contains(&kind);
    match (has(Writes::Anything), has(Writes::Returns)) {
        (true, true) => Writes::Both,
        (true, false) => Writes::Anything,
        (false, true) => Writes::Returns,
        (false, false) => Writes::Nothing,
    }
}

fn of_command(command: &Simple) -> Writes {
    let mut words = command.words.iter().map(String::as_str);
    let program = words.next().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or(program);
    if command.writes.is_some() || (program == "env" && command.words.len() > 1) {
        return Writes::Anything;
    }
    if program == "callboard" {
        let sub = command.words.get(1).map_or("", String::as_str);
        return if CALLBOARD_READERS.contains(&sub) { Writes::Nothing } else { Writes::Anything };
    }
    if program == "git" {
        let sub = crate::purpose::git_arguments(&command.words[1..]);
        let sub = sub.first().map_or("", String::as_str);
        return match sub {
            _ if command.words.iter().any(|word| word.starts_with("--output")) => Writes::Anything,
            _ if GIT_READERS.contains(&sub) || GIT_RECORDERS.contains(&sub) => Writes::Nothing,
            _ if GIT_RETURNS.contains(&sub) => Writes::Returns,
            _ => Writes::Anything,
        };
    }
    if READERS.contains(&program) { Writes::Nothing } else { Writes::Anything }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_write_are_told_from_those_that_read() {
        for text in [
            "ls -la",
            "git status && git diff",
            "cat a | grep b",
            "cd x; git log",
            "callboard commit S4 -m x",
        ] {
            assert_eq!(writes(text), Writes::Nothing, "{text}");
        }
        for text in ["cat a > b", "sed -i s/a/b/ x", "echo $(rm x)", "git commit -m x", "npm i"] {
            assert_eq!(writes(text), Writes::Anything, "{text}");
        }
        assert_eq!(writes("git stash pop"), Writes::Returns);
        assert_eq!(writes("cd x && git -C . rebase main"), Writes::Returns);
        assert_eq!(writes("git stash pop && sed -i s/a/b/ x"), Writes::Both);
    }
}
