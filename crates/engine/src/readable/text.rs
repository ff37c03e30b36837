//! A session's events as Markdown.

use std::fmt::Write as _;

use callboard_model::Event;
use callboard_model::SessionId;
use callboard_model::event::{Author, EventBody, FileEdit, ToolResult, TurnPhase};
use callboard_model::text::plain;
use callboard_model::view::SessionView;

use crate::limits;

/// How a session's file begins, whatever the session is called by and by.
pub(super) fn begins(id: SessionId) -> String {
    format!("# {id} · ")
}

/// The head of a session's file.
pub(super) fn heading(view: &SessionView) -> String {
    let title = view.heading().unwrap_or("a session");
    let mut text = format!("{}{} · {}\n\n", begins(view.id), view.agent, plain(title));
    let mut row = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            // Writing to a string does not fail.
            let _ = writeln!(text, "- {name}: {}", plain(value));
        }
    };
    row("directory", view.cwd.as_deref());
    row("branch", view.branch.as_deref());
    row("task", view.task.map(|task| task.to_string()).as_deref());
    row("started", view.started_at.map(|at| at.to_string()).as_deref());
    row("the agent's own id", Some(&view.agent_session_id));
    text.push('\n');
    text
}

/// The line behind what a fork shares.
pub(super) fn end_of_shared(with: SessionId) -> String {
    format!("---\n\n*shared with {with}, up to here*\n\n")
}

/// An event as Markdown; empty for one that tells a reader nothing.
pub(super) fn of_event(event: &Event) -> String {
    let at = event.at.map(|at| format!(" · {at}")).unwrap_or_default();
    let place = format!("{at} · #{}", event.seq.0);
    match &event.body {
        EventBody::Prompt(prompt) => match prompt.author {
            Author::User | Author::Command => section(&format!("You{place}"), &prompt.text),
            Author::Agent => section(&format!("Told by an agent{place}"), &prompt.text),
            Author::Program => String::new(),
        },
        EventBody::Text { text } => section(&format!("Says{place}"), text),
        EventBody::Thinking { text } if text.trim().is_empty() => String::new(),
        EventBody::Thinking { text } => section(&format!("Thinks{place}"), text),
        EventBody::Command(command) => {
            format!("### Runs{place}\n\n{}", fenced("sh", &command.command))
        }
        EventBody::Edit(edit) => {
            let names: Vec<_> =
                edit.files.iter().map(|file| format!("`{}`", plain(&file.path))).collect();
            format!("### Edits {}{place}\n\n{}", names.join(", "), diff(&edit.files))
        }
        EventBody::Read(read) => format!("### Reads `{}`{place}\n\n", plain(&read.path)),
        EventBody::Search(search) => format!("### Looks for `{}`{place}\n\n", plain(&search.query)),
        EventBody::Delegate(delegate) => section(
            &format!("Starts an agent: {}{place}", plain(&delegate.title)),
            &delegate.prompt,
        ),
        EventBody::Plan(plan) => {
            let steps: String =
                plan.steps.iter().map(|step| format!("- {}\n", plain(&step.text))).collect();
            section(&format!("Plans{place}"), plan.proposal.as_deref().unwrap_or(&steps))
        }
        EventBody::Question(question) => {
            let asked: String = question
                .questions
                .iter()
                .map(|item| format!("{} ({})\n", item.question, item.options.join(" / ")))
                .collect();
            section(&format!("Asks{place}"), &asked)
        }
        EventBody::Tool(tool) => {
            format!(
                "### Uses {}{place}\n\n{}",
                plain(&tool.tool_use.tool),
                fenced("json", &tool.input.to_string())
            )
        }
        EventBody::Result(result) => outcome(result),
        EventBody::Compaction(compaction) => section(
            &format!("History compacted{place}"),
            compaction.summary.as_deref().unwrap_or("(no summary)"),
        ),
        EventBody::Error(failure) => section(&format!("Error{place}"), &failure.text),
        EventBody::Turn(turn) if turn.phase == TurnPhase::Interrupted => {
            format!("## Interrupted{place}\n\n")
        }
        EventBody::Turn(_)
        | EventBody::Usage(_)
        | EventBody::Info(_)
        | EventBody::Notice { .. }
        | EventBody::Unknown { .. } => String::new(),
    }
}

fn section(heading: &str, text: &str) -> String {
    let text = plain(text);
    if text.trim().is_empty() {
        String::new()
    } else {
        format!("## {heading}\n\n{}\n\n", text.trim_end())
    }
}

fn outcome(result: &ToolResult) -> String {
    let mut facts = Vec::new();
    match (result.exit_code, result.ok) {
        (Some(code), _) => facts.push(format!("exit code {code}")),
        (None, Some(false)) => facts.push("failed".to_owned()),
        _ => {}
    }
    if let Some(ms) = result.duration_ms {
        facts.push(format!("{:.1} s", ms as f64 / 1000.0));
    }
    if let Some(words) = &result.refused {
        facts.push(format!("refused: {}", plain(words)));
    }
    for (question, answer) in &result.answers {
        facts.push(format!("{} → {}", plain(question), plain(answer)));
    }
    let head =
        if facts.is_empty() { String::new() } else { format!("→ {}\n\n", facts.join(", ")) };
    let body = if result.edits.is_empty() { cut(&result.text) } else { String::new() };
    if body.trim().is_empty() { head } else { format!("{head}{}", fenced("", &body)) }
}

fn diff(files: &[FileEdit]) -> String {
    let lines: Vec<&str> = files
        .iter()
        .flat_map(|file| &file.hunks)
        .flat_map(|hunk| &hunk.lines)
        .map(String::as_str)
        .collect();
    if lines.is_empty() { String::new() } else { fenced("diff", &cut(&lines.join("\n"))) }
}

/// The beginning of long output.
fn cut(text: &str) -> String {
    if text.len() <= limits::READABLE_OUTPUT_BYTES {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(limits::READABLE_OUTPUT_BYTES);
    format!("{}\n… {} more bytes", &text[..end], text.len() - end)
}

/// Text in a fence that nothing in it can end.
fn fenced(language: &str, text: &str) -> String {
    let text = plain(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_fence_from_within() {
        assert_eq!(fenced("", "a ``` b"), "````\na ``` b\n````\n\n");
        assert_eq!(fenced("sh", "ls"), "```sh\nls\n```\n\n");
    }
}
