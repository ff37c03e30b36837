//! What came of a call. Exit codes stand in the text, in a form that has changed several times.

use std::borrow::Cow;

use callboard_model::EventBody;
use callboard_model::event::{Image, ToolResult};

use super::parse::Record;
use super::parse_item::image;
use crate::fields::{Document, Fields, Raw};

const REFUSED: &[&str] = &[
    "rejected by user",
    "patch rejected by user",
    "exec command rejected by user",
    "approval denied by user",
    "user rejected MCP tool call",
    "user cancelled MCP tool call",
];

pub(super) fn output(item: &Fields<'_>, record: &mut Record) {
    let id = item.text("call_id").or_else(|| item.text("id")).unwrap_or_else(|| record.key.clone());
    let (text, images) = text_of(item);
    if record.numbered && is_applied_patch(&text) {
        return; // told, with line numbers, by the completed item
    }
    let mut result = told(&text);
    result.ok = result.ok.or_else(|| item.fields("output").get("success").and_then(Raw::bool));
    result.images = images;
    result.answers = answers(&result.text);
    result.tool_use_id = id;
    record.say_as(format!("result:{}", result.tool_use_id), EventBody::Result(result));
}

/// `{"answers":{"<question's id>":{"answers":["Blue"]}}}`.
fn answers(text: &str) -> Vec<(String, String)> {
    let document = text.starts_with("{\"answers\"").then(|| Document::of(text)).flatten();
    let answers = document.as_ref().and_then(Document::fields).map(|told| told.fields("answers"));
    let answer = |(question, told): (Cow<'_, str>, Raw<'_>)| {
        let words = told.fields()?.items("answers").into_iter().filter_map(Raw::str);
        Some((question.into_owned(), words.collect::<Vec<_>>().join(", ")))
    };
    answers.iter().flat_map(Fields::iter).filter_map(answer).collect()
}

fn is_applied_patch(text: &str) -> bool {
    text.starts_with("Exit code: 0\n") && text.contains("\nSuccess. Updated the following files:\n")
}

fn text_of(item: &Fields<'_>) -> (String, Vec<Image>) {
    let Some(output) =
        item.get("output").or_else(|| item.get("result")).or_else(|| item.get("tools"))
    else {
        return (String::new(), Vec::new());
    };
    if let Some(text) = output.str() {
        return (text.into_owned(), Vec::new());
    }
    let parts = output.items().or_else(|| output.fields()?.get("content")?.items());
    if let Some(parts) = parts {
        let images = parts.iter().filter_map(|part| image(*part)).collect();
        let texts = parts.iter().filter_map(|part| part.fields()?.text("text"));
        return (texts.collect::<Vec<_>>().join("\n"), images);
    }
    let text = output.fields().and_then(|o| o.text("content").or_else(|| o.text("stdout")));
    (text.unwrap_or_else(|| output.text().to_owned()), Vec::new())
}

/// Takes the text apart: `{"output":…,"metadata":{"exit_code":…}}` (to 0.5x), a heading of lines before
/// `Output:` (`Exit code: 0`, `Process exited with code 0`), or words.
pub(super) fn told(text: &str) -> ToolResult {
    let mut result = ToolResult { text: text.to_owned(), ..ToolResult::default() };
    let document = text.starts_with('{').then(|| Document::of(text)).flatten();
    let told = document.as_ref().and_then(Document::fields).filter(|told| told.has("metadata"));
    if let Some(told) = told {
        let metadata = told.fields("metadata");
        result.text = told.text("output").unwrap_or_default();
        result.exit_code =
            metadata.get("exit_code").and_then(Raw::i64).and_then(|c| c.try_into().ok());
        result.duration_ms = metadata.get("duration_seconds").and_then(Raw::f64).map(milliseconds);
    } else if let Some((heading, output)) = heading(text) {
        result.text = output.to_owned();
        for line in heading.lines() {
            let code = line
                .strip_prefix("Exit code: ")
                .or_else(|| line.strip_prefix("Process exited with code "));
            result.exit_code = code.and_then(|c| c.trim().parse().ok()).or(result.exit_code);
            let seconds =
                line.strip_prefix("Wall time: ").and_then(|l| l.split(' ').next()?.parse().ok());
            result.duration_ms = seconds.map(milliseconds).or(result.duration_ms);
            let running = line.strip_prefix("Process running with session ID ");
            result.background_id = running.map(str::to_owned).or(result.background_id);
        }
    } else if let Some((_, rest)) =
        text.split_once("exit code: ").filter(|_| text.starts_with("failed in sandbox"))
    {
        result.exit_code = rest.split([',', '\n']).next().and_then(|c| c.trim().parse().ok());
    }
    result.ok = result.exit_code.map(|code| code == 0);
    if text.starts_with("Script completed") || text.starts_with("Script failed") {
        result.ok = Some(text.starts_with("Script completed"));
    }
    if let Some(words) = refusal(text) {
        result.ok = Some(false);
        result.refused = Some(words);
    }
    result.interrupted = text.starts_with("aborted by user") || text.starts_with("aborted");
    if result.interrupted
        || text.starts_with("unsupported call")
        || text.contains("verification failed")
    {
        result.ok = Some(false);
    }
    result
}

/// The heading before `Output:`, and the output.
fn heading(text: &str) -> Option<(&str, &str)> {
    let known = ["Exit code: ", "Chunk ID: ", "Wall time: ", "Process ", "Script "];
    known.iter().any(|beginning| text.starts_with(beginning)).then_some(())?;
    let (heading, output) = text.split_once("\nOutput:")?;
    Some((heading, output.strip_prefix('\n').unwrap_or(output)))
}

fn refusal(text: &str) -> Option<String> {
    let quoted =
        text.strip_prefix("exec_command failed").map_or(text, |t| t.trim_start_matches([':', ' ']));
    let found = REFUSED
        .iter()
        .find(|words| quoted.starts_with(**words) || quoted.contains(&format!("\"{words}")))?;
    // Words stand after a colon; what follows a quotation mark belongs to the message around it.
    let rest = quoted.split_once(found).and_then(|(_, rest)| rest.strip_prefix(':'));
    Some(rest.unwrap_or_default().trim().to_owned())
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0).round().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_found_in_every_form() {
        for (text, code, output) in [
            (
                r#"{"output":"a\n","metadata":{"exit_code":2,"duration_seconds":0.5}}"#,
                Some(2),
                "a\n",
            ),
            ("Exit code: 1\nWall time: 0.5 seconds\nOutput:\nfailed\n", Some(1), "failed\n"),
            (
                "Chunk ID: 1\nWall time: 0.5 seconds\nProcess exited with code 0\nOutput:\n",
                Some(0),
                "",
            ),
            (
                "failed in sandbox X with execution error: denied, exit code: 7, stdout: ",
                Some(7),
                "failed",
            ),
            ("plain", None, "plain"),
        ] {
            let result = told(text);
            assert_eq!(result.exit_code, code, "{text}");
            assert!(result.text.starts_with(output), "{text}");
            assert_eq!(result.ok, code.map(|c| c == 0));
        }
    }

    #[test]
    fn a_refusal_is_no_failure_of_the_command() {
        assert_eq!(told("patch rejected by user").refused.as_deref(), Some(""));
        assert_eq!(
            told("exec command rejected by user: use make").refused.as_deref(),
            Some("use make")
        );
        let wrapped =
            r#"exec_command failed: CreateProcess { message: "Rejected(\"rejected by user\")" }"#;
        assert_eq!(told(wrapped).refused.as_deref(), Some(""));
        assert_eq!(told("nobody rejected anything").refused, None);
    }
}
