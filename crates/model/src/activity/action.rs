//! A tool use in words, with what was done like it in the same stretch.

use super::paths::Bases;
use crate::event::{Change, SearchPlace};
use crate::fold::{Doing, SessionFold, Verb};
use crate::purpose::{Purpose, Share};
use crate::text::clip;

/// Characters of a command or query in a line: what is left after it must say why.
const OBJECT_SHOWN: usize = 64;

/// What a tool use does, in words.
pub(super) fn phrase(fold: &SessionFold, doing: &Doing) -> String {
    let bases = bases(fold);
    match doing {
        Doing::Command { purpose, description, .. } => {
            command(fold, purpose, description.as_deref())
        }
        Doing::Edit { paths, change } => edit(fold, paths, *change),
        Doing::Read { path } => format!("reading {}", recent_reads(fold, path)),
        Doing::Search { place, query, path } => search(fold, *place, query, path.as_deref()),
        Doing::Delegate { title } => format!("waiting for a subagent: {title}"),
        Doing::Plan => "updating its plan".to_owned(),
        Doing::Propose { title } => format!("asking to approve its plan: {title}"),
        Doing::Ask { question, more: 0 } => format!("asking: {question}"),
        Doing::Ask { question, more } => format!("asking: {question} (and {more} more)"),
        Doing::Tool { name, subject } => match fold.background.named_in(subject) {
            Some(work) => format!(
                "waiting for `{}` in the background",
                clip(&code(&work.title), OBJECT_SHOWN)
            ),
            None => tool(bases, name, subject),
        },
    }
}

/// What a person refused, in words.
pub(super) fn refused(fold: &SessionFold, doing: &Doing) -> String {
    match doing {
        Doing::Propose { title } => format!("the plan: {title}"),
        Doing::Ask { question, .. } => format!("to answer: {question}"),
        other => phrase(fold, other),
    }
}

pub(super) fn bases(fold: &SessionFold) -> Bases<'_> {
    Bases { root: fold.facts.root.as_deref(), cwd: fold.facts.cwd.as_deref() }
}

fn tool(bases: Bases<'_>, name: &str, subject: &str) -> String {
    // Tools of a server are named `mcp__server__tool` or `server.tool`.
    let name = name.trim_start_matches("mcp__").replace("__", " ");
    match subject {
        "" => format!("using `{name}`"),
        path if path.starts_with('/') => format!("using `{name}` on `{}`", bases.short(path)),
        subject => format!("using `{name}`: {}", clip(subject, OBJECT_SHOWN)),
    }
}

fn command(fold: &SessionFold, purpose: &Purpose, description: Option<&str>) -> String {
    match purpose {
        Purpose::Check { command, .. } => {
            let again = fold.checks.runs.iter().any(|r| r.command == *command);
            let verb = if again { "re-running" } else { "running" };
            format!("{verb} `{}`", clip(&code(command), OBJECT_SHOWN))
        }
        Purpose::Read { paths } => {
            format!("reading {}", bases(fold).group(paths.iter().map(String::as_str), 4))
        }
        Purpose::Write { paths } => edit(fold, paths, Change::Modify),
        Purpose::Search { query, path } if query.is_empty() => match path {
            Some(path) => format!("listing `{}`", bases(fold).short(path)),
            None => "listing files".to_owned(),
        },
        Purpose::Search { query, path } => search(fold, SearchPlace::Text, query, path.as_deref()),
        Purpose::Share { act, subject } => share(*act, subject),
        Purpose::Wait => {
            description.map_or_else(|| "waiting".to_owned(), |d| format!("waiting: {}", lower(d)))
        }
        Purpose::Run { command } => run(command, description),
    }
}

fn run(command: &str, description: Option<&str>) -> String {
    let long = command.chars().count() > 48 || command.contains(['\'', '$', '{', '(']);
    match description.filter(|_| long) {
        Some(text) => match super::verbs::doing(&lower(text)) {
            Some(doing) => format!("{doing} (`{}`)", clip(&code(command), 32)),
            None => format!("running `{}`: {}", clip(&code(command), 32), lower(text)),
        },
        None => format!("running `{}`", clip(&code(command), OBJECT_SHOWN)),
    }
}

fn share(act: Share, subject: &str) -> String {
    match (act, subject) {
        (Share::Commit, "") => "committing".to_owned(),
        (Share::Commit, subject) => format!("committing: {subject}"),
        (Share::Push, "") => "pushing".to_owned(),
        (Share::Push, branch) => format!("pushing `{branch}`"),
        (Share::Merge, "") => "merging".to_owned(),
        (Share::Merge, from) => format!("merging `{from}`"),
        (Share::PullRequest, "") => "opening a pull request".to_owned(),
        (Share::PullRequest, title) => format!("opening a pull request: {title}"),
    }
}

fn edit(fold: &SessionFold, paths: &[String], change: Change) -> String {
    let verb = match change {
        Change::Write => "writing",
        Change::Modify => "editing",
        Change::Delete => "deleting",
        Change::Move => "moving",
    };
    let [path] = paths else {
        return format!("{verb} {}", bases(fold).group(paths.iter().map(String::as_str), 4));
    };
    let times = fold
        .stretch
        .steps
        .iter()
        .filter(|s| matches!(s.verb, Verb::Edit | Verb::Write) && s.object == *path)
        .map(|s| s.count)
        .sum::<u32>();
    let shown = bases(fold).short(path);
    if times > 1 {
        format!("{verb} `{shown}` ({} time)", ordinal(times))
    } else {
        format!("{verb} `{shown}`")
    }
}

/// The file being read, with those read just before it.
fn recent_reads(fold: &SessionFold, path: &str) -> String {
    let steps = &fold.stretch.steps;
    let run =
        steps.iter().rev().take_while(|s| matches!(s.verb, Verb::Read | Verb::Search | Verb::List));
    let mut paths: Vec<&str> =
        run.filter(|s| s.verb == Verb::Read).map(|s| s.object.as_str()).take(4).collect();
    paths.reverse();
    if !paths.contains(&path) {
        paths.push(path);
    }
    bases(fold).group(paths, 4)
}

fn search(fold: &SessionFold, place: SearchPlace, query: &str, path: Option<&str>) -> String {
    let query = clip(&code(query), 48);
    match place {
        SearchPlace::Web => format!("searching the web for \"{query}\""),
        SearchPlace::Page => {
            format!("reading {}", query.trim_start_matches("https://").trim_end_matches('/'))
        }
        SearchPlace::Text | SearchPlace::Files => {
            let here = path.map(|p| bases(fold).short(p)).filter(|p| p != "." && !p.is_empty());
            let what = if place == SearchPlace::Files
                && query.starts_with(['/', '.'])
                && !query.contains('*')
            {
                return format!("listing `{}`", bases(fold).short(&query));
            } else {
                query
            };
            match here {
                Some(path) => format!("searching `{path}` for `{what}`"),
                None => format!("searching for `{what}`"),
            }
        }
    }
}

/// A check's command in few characters: a long one without its options.
pub(super) fn check_name(command: &str) -> String {
    let command = code(command);
    if command.chars().count() <= CHECK_SHOWN {
        return command;
    }
    let mut value = false;
    let plain = command.split(' ').filter(|word| {
        let skip = std::mem::take(&mut value);
        value = word.starts_with("--") && !word.contains('=') && is_valued(word);
        !skip && !word.starts_with('-')
    });
    clip(&plain.collect::<Vec<_>>().join(" "), CHECK_SHOWN)
}

/// Characters of a check's command where it is not what the line is about.
const CHECK_SHOWN: usize = 44;

/// Options of package managers that name a part of the project in the next word.
fn is_valued(option: &str) -> bool {
    matches!(
        option,
        "--filter" | "--prefix" | "--workspace" | "--dir" | "--cwd" | "--project" | "--package"
    )
}

/// Text that stands between backticks.
fn code(text: &str) -> String {
    clip(&text.replace('`', "'"), 96)
}

fn lower(text: &str) -> String {
    crate::phrase::lower_first(text)
}

/// `1st`, `2nd`, `3rd`, `11th`.
pub(super) fn ordinal(n: u32) -> String {
    let suffix = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}
