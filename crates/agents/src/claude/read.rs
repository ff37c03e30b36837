//! Asking once (2.1.329): `claude -p` without tools, servers, hooks and commands, and without a session that is kept.

use crate::Reads;
use crate::fields::Document;

pub(super) struct Read;

impl Reads for Read {
    fn arguments(&self) -> Vec<String> {
        let arguments = [
            "-p",
            "--output-format",
            "json",
            "--tools",
            "",
            "--strict-mcp-config",
            "--disable-slash-commands",
            "--no-session-persistence",
            "--settings",
            r#"{"disableAllHooks":true}"#,
        ];
        arguments.map(str::to_owned).into()
    }

    fn answer(&self, printed: &str) -> Result<String, String> {
        let document = Document::of(printed.trim()).ok_or("it printed no answer")?;
        let fields = document.fields().ok_or("it printed no answer")?;
        let text = fields.text("result");
        match (fields.is_true("is_error"), text) {
            (false, Some(text)) => Ok(text),
            (_, Some(why)) => Err(why),
            (_, None) => Err(fields.text("subtype").unwrap_or_else(|| "it says nothing".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_the_answer_unless_it_is_an_error() {
        let said = |text: &str| Read.answer(text);
        let result = r#"{"type":"result","subtype":"success","is_error":false,"result":"[]"}"#;
        assert_eq!(said(result), Ok("[]".into()));
        assert_eq!(said(&result.replace("false", "true")), Err("[]".into()));
        assert_eq!(said(r#"{"subtype":"error_max_turns"}"#), Err("error_max_turns".into()));
        assert!(said("Not logged in").is_err());
    }
}
