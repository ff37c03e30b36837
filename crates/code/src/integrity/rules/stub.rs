//! What is left to be done.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::finding;
use crate::integrity::assertion::squeezed;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::source::{Function, Source};
use crate::integrity::{Found, spot};
use crate::language::Language;

/// Words that begin a comment about work that is left.
const LEFT: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

/// What comments say of code that stands for other code, in lower case.
const STANDS_FOR: &[&str] = &[
    "in a real implementation",
    "in a real application",
    "placeholder for now",
    "placeholder implementation",
    "placeholder until",
    "placeholder value",
    "just a placeholder",
    "as a placeholder",
    "not implemented",
    "not yet implemented",
    "stub implementation",
    "stubbed",
    "dummy implementation",
    "mock implementation",
    "simplified implementation",
    "to be implemented",
    "implement this",
    "implement me",
    "for now, just",
    "for now just",
    "for now, return",
    "for now return",
    "in production, this would",
    "in production this would",
    "this would normally",
];

/// What a comment says of code that stands for other code, in more words.
static STANDS_IN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:for now|temporar(?:y|ily)|until)\b.*\b(?:hard-?coded?|mock(?:ed)?|fake|dummy|stub(?:bed)?|placeholder|replaced?)\b|\b(?:hard-?coded?|mock(?:ed)?|fake|dummy|stub(?:bed)?|placeholder)\b.*\b(?:for now|until|temporar(?:y|ily)|replace|later)\b|\b(?:implementation|logic|code) (?:goes|will go) here\b|\byour code here\b|\b(?:will|should|must|needs? to|has to|to|still) be (?:implemented|filled in|wired up)\b|\breplace (?:this )?with (?:the |a |an )?(?:real|actual|proper)\b|\b(?:real|actual|proper) (?:implementation|logic|call) (?:later|comes|here|is missing)\b|\b(?:no-?op|does nothing|returns? (?:nothing|\w+)) for now\b|\bnot (?:supported|handled|wired|done) yet\b|\bsimulat(?:e|es|ed|ing) (?:the |a |an )?(?:api|call|response|network|request)\b").ok()
});

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for (file, side) in change.code().filter(|(_, side)| side.language.is_some()) {
        let mut told: Vec<u32> = Vec::new();
        for function in side.functions.iter().filter(|one| is_new_stub(change, file, side, one)) {
            let words = format!("`{}` does nothing yet.", function.name);
            let after = side.excerpt(function.line, function.end);
            found.findings.push(finding(
                Rule::Stub,
                spot(file.path(), function.line),
                words,
                "",
                &after,
            ));
            told.extend(function.line..=function.end);
        }
        let comments = side
            .comments
            .iter()
            .filter(|(line, text)| is_left(text) && file.is_come(*line) && !change.was_said(text));
        let code = file
            .come_lines()
            .filter(|(line, _)| says_unfinished(side, *line))
            .map(|(line, _)| line);
        let lines: Vec<u32> = comments.map(|(line, _)| *line).chain(code).collect();
        for line in lines {
            let text = side.line(line);
            let is_told = told.contains(&line) || side.is_tested(line) || change.is_moved(text);
            if is_told {
                continue;
            }
            let words = "Something is left to be done here.".to_owned();
            found.comes(Rule::Stub, (file.path(), line), words, text);
            // Several words about one function are one thing.
            if let Some(function) = side.function_at(line) {
                told.extend(function.line..=function.end);
            }
        }
    }
}

fn is_left(comment: &str) -> bool {
    let said = comment.trim_start_matches(['/', '*', '#', '!', ' ', '-', '\t']);
    let begins = LEFT.iter().any(|word| {
        said.strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '(', ' ', '!', '-', ',']))
    });
    // `TODO lists` are a thing of their own.
    let is_thing = said.starts_with("TODO list") || said.starts_with("TODO item");
    let lower = said.to_ascii_lowercase();
    (begins && !is_thing)
        || lower.starts_with("placeholder")
        || STANDS_FOR.iter().any(|word| lower.contains(word))
        || STANDS_IN.as_ref().is_some_and(|regex| regex.is_match(said))
}

/// Whether a line of code says that it is not finished.
fn says_unfinished(side: &Source<'_>, line: u32) -> bool {
    let code = side.code(line);
    let text = side.line(line).to_ascii_lowercase();
    let says = ["not implemented", "not yet implemented", "(\"todo", "('todo", "(`todo"]
        .iter()
        .any(|word| text.contains(word));
    match side.language {
        Some(Language::Rust) => {
            ["todo!(", "unimplemented!("].iter().any(|name| code.contains(name))
                || (says
                    && ["panic!(", "bail!(", "Err(", "unreachable!("]
                        .iter()
                        .any(|name| code.contains(name)))
        }
        Some(Language::Go) => {
            says && (code.contains("panic(")
                || code.contains("return")
                    && ["errors.New(", "Errorf("].iter().any(|call| code.contains(call)))
        }
        Some(Language::JavaScript | Language::TypeScript | Language::Tsx) => {
            (code.contains("throw ")
                && (says
                    || code.contains("NotImplementedError(")
                    || text.contains("error(\"todo")
                    || text.contains("error('todo")
                    || text.contains("error(`todo")))
                || (says && code.contains(".reject("))
        }
        _ => false,
    }
}

fn is_new_stub(
    change: &Change<'_>,
    file: &Compared<'_>,
    side: &Source<'_>,
    function: &Function,
) -> bool {
    let is_new = (function.line..=function.end).any(|line| {
        file.is_come(line)
            && !side.line(line).trim().is_empty()
            && !change.is_moved(side.line(line))
    });
    let had =
        file.old.iter().flat_map(|old| &old.functions).any(|one| {
            one.name == function.name && squeezed(&one.body) == squeezed(&function.body)
        });
    let is_shown = !file.file.is_partial || file.are_come(function.line, function.end);
    is_new && is_shown && !had && !function.is_abstract && is_stub(side, function)
}

fn is_stub(side: &Source<'_>, function: &Function) -> bool {
    let code: String = without_comments(side, function);
    match side.language {
        Some(Language::Python) => {
            let does = squeezed(&code);
            let has_name = !function.name.starts_with("__") && !function.name.starts_with("visit_");
            let is_noop = [
                "noop", "no_op", "null", "dummy", "ignore", "close", "flush", "teardown", "cleanup",
            ]
            .iter()
            .any(|word| function.name.contains(word));
            (matches!(does.as_str(), "pass" | "...") && has_name && !is_noop)
                || does == "raiseNotImplementedError"
                || (does.starts_with("raiseNotImplementedError(") && does.matches('(').count() == 1)
        }
        _ => false,
    }
}

/// The body of a function of Python without comments and its docstring.
fn without_comments(side: &Source<'_>, function: &Function) -> String {
    let lines = function.body.lines().map(|line| line.split(" #").next().unwrap_or(line).trim());
    let body: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let _ = side;
    let text = body.join("\n");
    for quote in ["\"\"\"", "'''"] {
        let rest = text.strip_prefix(quote).or_else(|| text.strip_prefix(&format!("r{quote}")));
        if let Some((_, after)) = rest.and_then(|rest| rest.split_once(quote)) {
            return after.to_owned();
        }
    }
    text
}
