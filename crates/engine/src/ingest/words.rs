//! What of an event the index knows: its words, and the files it is about.

use callboard_model::EventBody;
use callboard_model::event::{Author, FileEdit, ToolResult};
use callboard_store::IndexText;

/// The words of an event; `None` for one that nobody would look for.
pub(crate) fn index_text(body: &EventBody) -> Option<IndexText> {
    let (title, text) = match body {
        // Instructions and reminders repeat in every session; they would only drown what people said.
        EventBody::Prompt(p) if p.author == Author::Program => return None,
        EventBody::Prompt(p) => (String::new(), p.text.clone()),
        EventBody::Text { text } | EventBody::Thinking { text } => (String::new(), text.clone()),
        EventBody::Command(c) => (c.description.clone().unwrap_or_default(), c.command.clone()),
        EventBody::Edit(e) => {
            (join(e.files.iter().map(|f| f.path.as_str())), changed_lines(&e.files))
        }
        EventBody::Read(r) => (r.path.clone(), String::new()),
        EventBody::Search(s) => (s.query.clone(), s.path.clone().unwrap_or_default()),
        EventBody::Delegate(d) => (d.title.clone(), d.prompt.clone()),
        EventBody::Plan(p) => (
            String::new(),
            format!(
                "{} {}",
                p.proposal.as_deref().unwrap_or_default(),
                join(p.steps.iter().map(|s| s.text.as_str()))
            ),
        ),
        EventBody::Question(q) => (
            join(q.questions.iter().map(|i| i.question.as_str())),
            join(q.questions.iter().flat_map(|i| i.options.iter().map(String::as_str))),
        ),
        EventBody::Tool(t) => (t.tool_use.tool.clone(), strings_of(&t.input)),
        EventBody::Result(r) => return output_text(r),
        EventBody::Compaction(c) => (String::new(), c.summary.clone()?),
        EventBody::Error(e) => (String::new(), e.text.clone()),
        EventBody::Info(i) => (i.title.clone()?, String::new()),
        EventBody::Usage(_)
        | EventBody::Turn(_)
        | EventBody::Notice { .. }
        | EventBody::Unknown { .. } => return None,
    };
    let is_empty = title.trim().is_empty() && text.trim().is_empty();
    (!is_empty).then(|| IndexText::of(&title, &text))
}

/// The words of a file that a tool read.
pub(crate) fn index_file(body: &EventBody) -> Option<IndexText> {
    match body {
        EventBody::Result(result) if !result.text.trim().is_empty() => {
            Some(IndexText::of_file(&result.text))
        }
        _ => None,
    }
}

/// The words of what a tool gave back; of long output only the beginning is worth its room.
fn output_text(result: &ToolResult) -> Option<IndexText> {
    let title = format!(
        "{} {}",
        join(result.answers.iter().map(|(_, answer)| answer.as_str())),
        result.refused.as_deref().unwrap_or_default()
    );
    let output = match result.stderr.as_deref() {
        Some(stderr) if !stderr.is_empty() => format!("{stderr}\n{}", result.text).into(),
        _ => std::borrow::Cow::Borrowed(result.text.as_str()),
    };
    let is_empty = title.trim().is_empty() && output.trim().is_empty();
    (!is_empty).then(|| IndexText::of_output(&title, &output))
}

/// The files that an event is about.
pub(crate) fn paths(body: &EventBody) -> Vec<String> {
    match body {
        EventBody::Edit(e) => e.files.iter().map(|f| f.path.clone()).collect(),
        EventBody::Read(r) => vec![r.path.clone()],
        EventBody::Result(r) => r.edits.iter().map(|f| f.path.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Whether the event uses Callboard itself, so that its output is Callboard's own.
pub(crate) fn uses_callboard(body: &EventBody) -> bool {
    match body {
        EventBody::Command(c) => c.command.split(['|', ';', '&', '\n']).any(|part| {
            let mut words = part.split_whitespace().skip_while(|word| word.contains('='));
            words
                .next()
                .is_some_and(|program| program == "callboard" || program.ends_with("/callboard"))
        }),
        EventBody::Tool(t) => t.tool_use.tool.contains("callboard"),
        _ => false,
    }
}

fn changed_lines(files: &[FileEdit]) -> String {
    join(
        files
            .iter()
            .flat_map(|f| &f.hunks)
            .flat_map(|h| &h.lines)
            .filter(|line| line.starts_with(['+', '-']))
            .map(|line| &line[1..]),
    )
}

/// Every text within a JSON value.
fn strings_of(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => {
            items.iter().map(strings_of).collect::<Vec<_>>().join("\n")
        }
        serde_json::Value::Object(fields) => {
            fields.values().map(strings_of).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

fn join<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use callboard_model::event::{Command, ToolUse};

    use super::*;

    fn command(line: &str) -> EventBody {
        EventBody::Command(Command {
            tool_use: ToolUse { tool_use_id: "1".into(), tool: "Bash".into() },
            command: line.into(),
            description: None,
            cwd: None,
            background: false,
            escalation: None,
        })
    }

    #[test]
    fn callboards_own_output_is_recognised_by_its_command() {
        assert!(uses_callboard(&command("callboard search watcher")));
        assert!(uses_callboard(&command("cd x && NO_COLOR=1 /usr/bin/callboard status | head")));
        assert!(!uses_callboard(&command("rg callboard src")));
    }
}
