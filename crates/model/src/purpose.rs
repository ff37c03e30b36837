//! What a command line is for, told from its simple commands.

use serde::{Deserialize, Serialize};

use crate::check::CheckKind;
use crate::check::command::{base, check_kind, program};
use crate::limits;
use crate::shell::{CommandLine, Join, Simple};
use crate::text::{clip, one_line};

/// What a command line is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Purpose {
    /// To prove something.
    Check {
        /// The first check's kind.
        check: CheckKind,
        /// The checks alone.
        command: String,
        /// Exit code 0 proves that they passed.
        provable: bool,
        /// Nothing but them can make the exit code other than 0.
        alone: bool,
    },
    /// To read files.
    Read {
        /// The files.
        paths: Vec<String>,
    },
    /// To find something.
    Search {
        /// The pattern or name looked for; empty for a list of files.
        query: String,
        /// Where.
        path: Option<String>,
    },
    /// To write files.
    Write {
        /// The files.
        paths: Vec<String>,
    },
    /// To record or share work with git or its host.
    Share {
        /// Which of them.
        act: Share,
        /// The commit's subject, the branch, the pull request's title.
        subject: String,
    },
    /// To wait.
    Wait,
    /// Anything else.
    Run {
        /// The commands that matter.
        command: String,
    },
}

/// Ways to record or share work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// `git commit`
    Commit,
    /// `git push`
    Push,
    /// `git merge`, `git rebase`, `git cherry-pick`
    Merge,
    /// `gh pr create` and its like
    PullRequest,
}

impl Purpose {
    /// What the command line `text` is for.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let line = unwrap_shell(CommandLine::parse(text));
        check(&line)
            .or_else(|| line.commands.iter().rev().find_map(share))
            .or_else(|| writes(&line))
            .or_else(|| other(&line))
            .or_else(|| search(&line))
            .or_else(|| reads(&line))
            .or_else(|| list(&line))
            .unwrap_or_else(|| plain(&line, text))
    }
}

/// The last command of a line that records or shares, whatever else the line is for; its subject; whether exit code 0
/// proves that it did.
#[must_use]
pub(crate) fn shared_by(text: &str) -> Option<(Share, String, bool)> {
    let line = unwrap_shell(CommandLine::parse(text));
    line.commands.iter().enumerate().rev().find_map(|(at, command)| match share(command)? {
        Purpose::Share { act, subject } => {
            let only_looks = command.words.iter().any(|word| word == "--dry-run");
            Some((act, subject, line.success_proves(at) && !only_looks))
        }
        _ => None,
    })
}

/// The commands within `bash -lc '…'`, where that is all there is.
pub(crate) fn unwrap_shell(line: CommandLine) -> CommandLine {
    if let [only] = line.commands.as_slice()
        && let [shell, flags, inner, ..] = only.words.as_slice()
        && matches!(base(shell), "bash" | "sh" | "zsh" | "dash")
        && flags.starts_with('-')
        && flags.ends_with('c')
    {
        return CommandLine::parse(inner);
    }
    line
}

fn check(line: &CommandLine) -> Option<Purpose> {
    let checks: Vec<(usize, CheckKind)> = line
        .commands
        .iter()
        .enumerate()
        .filter_map(|(at, c)| check_kind(c).map(|kind| (at, kind)))
        .collect();
    let (_, kind) = *checks.first()?;
    let provable = checks.iter().all(|(at, _)| line.success_proves(*at));
    let at: Vec<usize> = checks.iter().map(|(at, _)| *at).collect();
    let alone = line.commands.iter().enumerate().all(|(i, c)| at.contains(&i) || is_trivial(c));
    let named: Vec<usize> = at.iter().copied().take(3).collect();
    Some(Purpose::Check {
        check: kind,
        command: clip(&joined(line, &named), limits::OBJECT_CHARS),
        provable,
        alone: alone && provable,
    })
}

fn share(command: &Simple) -> Option<Purpose> {
    let words = program(&command.words);
    let (name, args) = words.split_first()?;
    let (act, subject) = match base(name) {
        "git" => {
            let args = git_arguments(args);
            let (sub, rest) = args.split_first()?;
            match sub.as_str() {
                "commit" => (Share::Commit, message(rest)),
                "push" => (Share::Push, pushed(rest)),
                "merge" | "rebase" | "cherry-pick" if !rest.iter().any(|a| a == "--abort") => {
                    (Share::Merge, first_argument(rest, 0))
                }
                _ => return None,
            }
        }
        "callboard" if args.first().is_some_and(|arg| arg == "commit") => {
            (Share::Commit, message(&args[1..]))
        }
        "gh" | "glab" if args.len() > 1 && matches!(args[0].as_str(), "pr" | "mr") => {
            if args[1] != "create" {
                return None;
            }
            (Share::PullRequest, option(args, &["--title", "-t"]).unwrap_or_default())
        }
        _ => return None,
    };
    Some(Purpose::Share { act, subject: clip(&one_line(&subject), limits::OBJECT_CHARS) })
}

/// The arguments after git's own options.
pub(crate) fn git_arguments(args: &[String]) -> &[String] {
    let mut at = 0;
    while let Some(arg) = args.get(at).filter(|a| a.starts_with('-')) {
        at += if matches!(arg.as_str(), "-C" | "-c" | "--git-dir" | "--work-tree") { 2 } else { 1 };
    }
    args.get(at..).unwrap_or_default()
}

/// What is pushed, with the options that change what a push does.
fn pushed(args: &[String]) -> String {
    const GRAVE: [&str; 8] =
        ["--force", "-f", "--dry-run", "-n", "--delete", "-d", "--mirror", "--all"];
    let is_grave =
        |arg: &&String| GRAVE.contains(&arg.as_str()) || arg.starts_with("--force-with-lease");
    let words: Vec<&str> = args.iter().filter(is_grave).map(String::as_str).collect();
    let branch = first_argument(args, 1);
    [words.join(" "), branch].join(" ").trim().to_owned()
}

fn first_argument(args: &[String], skip: usize) -> String {
    args.iter().filter(|a| !a.starts_with('-')).nth(skip).cloned().unwrap_or_default()
}

fn option(args: &[String], names: &[&str]) -> Option<String> {
    let at = args.iter().position(|a| names.contains(&a.as_str()))?;
    args.get(at + 1).cloned()
}

/// A commit's subject: the first line of `-m`, also where a here-document gives it.
fn message(args: &[String]) -> String {
    let given = args
        .iter()
        .position(|a| {
            a == "--message" || (a.starts_with('-') && !a.starts_with("--") && a.ends_with('m'))
        })
        .and_then(|at| args.get(at + 1));
    let text = given.map(String::as_str).unwrap_or_default();
    let text = match text.strip_prefix("$(cat <<") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, body)| body),
        None => text,
    };
    text.trim_start().lines().next().unwrap_or_default().to_owned()
}

fn writes(line: &CommandLine) -> Option<Purpose> {
    // What runs beside takes the time; writing its input is over at once.
    let is_minor = |c: &Simple| is_trivial(c) || looks(c) || is_writer(c) || stages(c);
    if !line.commands.iter().all(is_minor) {
        return None;
    }
    let mut paths: Vec<String> = Vec::new();
    for command in &line.commands {
        let words = program(&command.words);
        let Some((name, args)) = words.split_first() else { continue };
        let files = args.iter().filter(|a| !a.starts_with('-'));
        match base(name) {
            "cat" | "echo" | "printf" | "tee" => {
                let temporary = |p: &&String| !p.starts_with("/tmp/") && !p.starts_with("/dev/");
                paths.extend(command.writes.iter().filter(temporary).cloned());
                if base(name) == "tee" {
                    paths.extend(files.filter(temporary).cloned());
                }
            }
            "sed" | "perl" if args.iter().any(|a| a.starts_with("-i") || a == "-pi") => {
                paths.extend(files.skip(1).cloned());
            }
            "patch" => paths.extend(files.take(1).cloned()),
            _ => {}
        }
    }
    paths.truncate(limits::PATHS_PER_USE);
    (!paths.is_empty()).then_some(Purpose::Write { paths })
}

/// What only prepares, reports or reads; none of it is worth naming beside a command that does something.
const TRIVIAL: [&str; 22] = [
    "cd", "echo", "export", "source", ".", "set", "pwd", "true", "false", ":", "mkdir", "printf",
    "pushd", "popd", "unset", "umask", "date", "which", "type", "sleep", "test", "[",
];

/// What only reads, lists or filters.
const LOOKING: [&str; 30] = [
    "cat", "head", "tail", "sed", "awk", "nl", "less", "more", "bat", "wc", "ls", "tree", "grep",
    "rg", "egrep", "fgrep", "ag", "find", "fd", "sort", "uniq", "cut", "tr", "jq", "xargs", "file",
    "stat", "du", "diff", "column",
];

/// Whether writing files is all that the command can be there for.
fn is_writer(command: &Simple) -> bool {
    let name = program(&command.words).first().map(|name| base(name));
    name.is_some_and(|name| matches!(name, "tee" | "perl" | "patch" | "chmod"))
}

fn stages(command: &Simple) -> bool {
    let words = program(&command.words);
    words.first().is_some_and(|name| base(name) == "git")
        && git_arguments(words.get(1..).unwrap_or_default())
            .first()
            .is_some_and(|sub| matches!(sub.as_str(), "add" | "status" | "diff" | "log" | "show"))
}

fn is_trivial(command: &Simple) -> bool {
    program(&command.words).first().is_none_or(|name| TRIVIAL.contains(&base(name)))
}

fn looks(command: &Simple) -> bool {
    program(&command.words).first().is_none_or(|name| LOOKING.contains(&base(name)))
}

fn other(line: &CommandLine) -> Option<Purpose> {
    let mut named: Vec<usize> = Vec::new();
    for (at, command) in line.commands.iter().enumerate() {
        let is_told = |known: &usize| shown(&line.commands[*known]) == shown(command);
        if !is_trivial(command) && !looks(command) && !named.iter().any(is_told) {
            named.push(at);
        }
    }
    (!named.is_empty())
        .then(|| Purpose::Run { command: clip(&joined(line, &named), limits::OBJECT_CHARS) })
}

/// The commands at these places, joined as they are in the line; one that is left out between two makes
/// the weaker join of both.
fn joined(line: &CommandLine, places: &[usize]) -> String {
    let mut text = String::new();
    let mut before: Option<usize> = None;
    for &at in places {
        if let Some(before) = before {
            let joins = || line.commands[before..at].iter().map(|command| command.join);
            text.push_str(match () {
                () if joins().all(|join| join == Join::And) => " && ",
                () if joins().all(|join| join == Join::Or) => " || ",
                // The mark is a part of the command before it.
                () if joins().eq([Join::Background]) => " ",
                () if joins().eq([Join::Pipe]) => " | ",
                () => "; ",
            });
        }
        text.push_str(&shown(&line.commands[at]));
        before = Some(at);
    }
    text
}

fn search(line: &CommandLine) -> Option<Purpose> {
    line.commands.iter().find_map(|command| {
        let words = program(&command.words);
        let (name, args) = words.split_first()?;
        let mut plain = args.iter().filter(|a| !a.starts_with('-'));
        let (query, path) = match base(name) {
            "grep" | "rg" | "egrep" | "fgrep" | "ag" => {
                if args.iter().any(|a| a == "--files") {
                    (String::new(), plain.next().cloned())
                } else {
                    (
                        option(args, &["-e"]).or_else(|| plain.next().cloned())?,
                        plain.next().cloned(),
                    )
                }
            }
            "find" => {
                let names = ["-name", "-iname", "-path", "-regex"];
                (
                    option(args, &names).unwrap_or_default(),
                    args.first().filter(|a| !a.starts_with('-')).cloned(),
                )
            }
            "fd" => (plain.next().cloned()?, plain.next().cloned()),
            _ => return None,
        };
        // `… | grep x` filters what another command prints.
        let filters =
            path.is_none() && base(name) != "rg" && base(name) != "find" && base(name) != "ag";
        if filters
            && line.commands.len() > 1
            && !args.iter().any(|a| {
                a.starts_with("-r") || a.contains('r') && a.starts_with('-') && !a.starts_with("--")
            })
        {
            return None;
        }
        Some(Purpose::Search {
            query: clip(&one_line(&query), limits::OBJECT_CHARS),
            path: path.map(|p| clip(&p, limits::PATH_CHARS)),
        })
    })
}

fn reads(line: &CommandLine) -> Option<Purpose> {
    let mut paths: Vec<String> = Vec::new();
    for command in &line.commands {
        let words = program(&command.words);
        let Some((name, args)) = words.split_first() else { continue };
        let skip = match base(name) {
            "cat" | "nl" | "less" | "more" | "bat" | "head" | "tail" | "wc" | "file" => 0,
            "sed" | "awk" | "jq" => 1,
            _ => continue,
        };
        let numeric = |a: &str| a.bytes().all(|b| b.is_ascii_digit());
        let files = args.iter().filter(|a| !a.starts_with('-') && !numeric(a)).skip(skip);
        paths.extend(files.map(|p| clip(p, limits::PATH_CHARS)));
    }
    paths.dedup();
    paths.truncate(limits::PATHS_PER_USE);
    (!paths.is_empty()).then_some(Purpose::Read { paths })
}

fn list(line: &CommandLine) -> Option<Purpose> {
    line.commands.iter().find_map(|command| {
        let (name, args) = program(&command.words).split_first()?;
        matches!(base(name), "ls" | "tree" | "du" | "stat").then(|| Purpose::Search {
            query: String::new(),
            path: args.iter().find(|a| !a.starts_with('-')).map(|p| clip(p, limits::PATH_CHARS)),
        })
    })
}

fn plain(line: &CommandLine, text: &str) -> Purpose {
    let waits =
        line.commands.iter().any(|c| program(&c.words).first().is_some_and(|w| w == "sleep"));
    if waits && !line.compound {
        return Purpose::Wait;
    }
    let places: Vec<usize> = (0..line.commands.len().min(3)).collect();
    let command = match places.is_empty() || line.compound {
        true => one_line(crate::text::head(text, 400)),
        false => joined(line, &places),
    };
    Purpose::Run { command: clip(&command, limits::OBJECT_CHARS) }
}

/// A simple command as people read it: without a path before the program, long scripts cut.
fn shown(command: &Simple) -> String {
    let words = program(&command.words);
    let mut out = String::new();
    for (at, word) in words.iter().enumerate() {
        if at == 0 && word.starts_with('/') {
            out.push_str(base(word));
            continue;
        }
        if at > 0 {
            out.push(' ');
        }
        let word = one_line(crate::text::head(word, 400));
        if word.contains(' ') || word.is_empty() {
            out.push('\'');
            out.push_str(&clip(&word, 48));
            out.push('\'');
        } else {
            out.push_str(&word);
        }
    }
    if command.join == Join::Background {
        out.push_str(" &");
    }
    clip(&out, limits::OBJECT_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Purpose {
        Purpose::of(text)
    }

    #[test]
    fn the_command_that_matters_names_the_line() {
        assert_eq!(
            of("cd web && FOO=1 npm run build 2>&1 | tail -3"),
            Purpose::Check {
                check: CheckKind::Build,
                command: "npm run build".into(),
                provable: false,
                alone: false
            }
        );
        assert_eq!(
            of("cd a && cargo fmt && cargo test -p store"),
            Purpose::Check {
                check: CheckKind::Test,
                command: "cargo test -p store".into(),
                provable: true,
                alone: false
            }
        );
        assert_eq!(
            of("bash -lc \"sed -n '1,200p' src/a.rs\""),
            Purpose::Read { paths: vec!["src/a.rs".into()] }
        );
        assert_eq!(
            of("cat a.txt b.txt | head -20"),
            Purpose::Read { paths: vec!["a.txt".into(), "b.txt".into()] }
        );
        assert_eq!(
            of("rg -n \"on change\" src"),
            Purpose::Search { query: "on change".into(), path: Some("src".into()) }
        );
        assert_eq!(
            of("ls -la src"),
            Purpose::Search { query: String::new(), path: Some("src".into()) }
        );
        assert_eq!(
            of("cat > notes.md <<'EOF'\nhi\nEOF"),
            Purpose::Write { paths: vec!["notes.md".into()] }
        );
        assert_eq!(
            of("sed -i 's/a/b/' src/x.rs"),
            Purpose::Write { paths: vec!["src/x.rs".into()] }
        );
        assert_eq!(of("ps aux | grep node"), Purpose::Run { command: "ps aux".into() });
        assert_eq!(of("sleep 30"), Purpose::Wait);
    }

    #[test]
    fn a_commit_is_named_by_its_subject() {
        assert_eq!(
            of(
                "git add -A && git commit -m \"$(cat <<'EOF'\nFix the watcher's race\n\nBody\nEOF\n)\""
            ),
            Purpose::Share { act: Share::Commit, subject: "Fix the watcher's race".into() }
        );
        assert_eq!(
            of("git -C /x push -u origin fix"),
            Purpose::Share { act: Share::Push, subject: "fix".into() }
        );
        assert_eq!(
            of("gh pr create --title 'Keep order' --body x"),
            Purpose::Share { act: Share::PullRequest, subject: "Keep order".into() }
        );
    }
}
