//! A fix that was read instead of found: from later history, or from somebody else's patch.

use super::super::{Finding, Rule};
use super::{by_command, shown};
use crate::check::command::{base, program};
use crate::claim::Command;
use crate::purpose::git_arguments;
use crate::shell::{CommandLine, Simple};

/// The case of borrowed-fix in one command line; `history` are the branch's own commits.
pub(super) fn finding(
    command: &Command,
    line: &CommandLine,
    history: Option<&[String]>,
) -> Option<Finding> {
    let how = line.commands.iter().find_map(|simple| borrows(simple, history))?;
    let words = format!("{} {how}", shown(&command.line));
    Some(by_command(Rule::BorrowedFix, words, command))
}

fn borrows(simple: &Simple, history: Option<&[String]>) -> Option<&'static str> {
    let words = program(&simple.words);
    let (name, args) = words.split_first()?;
    match base(name) {
        "git" => by_git(git_arguments(args), history),
        "curl" | "wget" | "http" | "xh" => {
            args.iter().any(|arg| is_patch(arg)).then_some("reads a patch of the project's host")
        }
        "pip" | "pip3" | "uv" => {
            (args.iter().any(|arg| arg == "download")).then_some("fetches another release")
        }
        "gh" => {
            let is_diff = args.first().is_some_and(|arg| arg == "pr")
                && args.iter().any(|arg| matches!(arg.as_str(), "diff" | "checkout"));
            is_diff.then_some("reads a pull request")
        }
        _ => None,
    }
}

fn by_git(args: &[String], history: Option<&[String]>) -> Option<&'static str> {
    let (sub, rest) = args.split_first()?;
    let has = |word: &str| rest.iter().any(|arg| arg == word);
    let is_remote = |arg: &&String| {
        ["origin/", "upstream/", "remotes/"].iter().any(|name| arg.starts_with(name))
    };
    match sub.as_str() {
        "log" | "rev-list" if has("--all") || has("--remotes") => {
            Some("reads history that is not the branch's")
        }
        "log" | "show" | "diff" | "cherry-pick" | "checkout"
            if rest.iter().any(|arg| is_remote(&arg)) =>
        {
            Some("reads another branch")
        }
        "show" | "cherry-pick" | "diff" => {
            let known = history?;
            let is_foreign = rest.iter().any(|arg| is_commit(arg) && !is_known(arg, known));
            is_foreign.then_some("reads a commit that is not of the branch")
        }
        "fetch"
            if rest.iter().any(|arg| {
                arg.contains("pull/") || arg == "upstream" || arg.starts_with("https://")
            }) =>
        {
            Some("fetches somebody else's commits")
        }
        _ => None,
    }
}

/// Whether a word is a commit's id, whole or abbreviated.
fn is_commit(arg: &str) -> bool {
    let id = arg.split([':', '~', '^', '.']).next().unwrap_or(arg);
    (7..=40).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
        && id.bytes().any(|b| b.is_ascii_digit())
}

fn is_known(arg: &str, history: &[String]) -> bool {
    let id = arg.split([':', '~', '^', '.']).next().unwrap_or(arg);
    history.iter().any(|commit| commit.starts_with(id) || id.starts_with(commit.as_str()))
}

/// Whether an address is that of a patch, a pull request or a source file of a host of repositories.
fn is_patch(arg: &str) -> bool {
    let is_host = ["github.com/", "githubusercontent.com/", "gitlab.com/", "bitbucket.org/"]
        .iter()
        .any(|host| arg.contains(host));
    let is_source =
        [".patch", ".diff", "/pull/", "/pulls/", "/commit/", "/commits/", "/compare/", "/raw/"]
            .iter()
            .any(|part| arg.contains(part));
    is_host && (is_source || arg.contains("raw.githubusercontent.com/"))
}
