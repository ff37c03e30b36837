//! Asking once (0.169): `codex exec`, which may read and not write, and keeps no rollout.

use crate::Reads;
use crate::fields::Document;

pub(super) struct Read;

impl Reads for Read {
    fn arguments(&self) -> Vec<String> {
        let arguments = [
            "exec",
            "--json",
            "--ephemeral",
            "--sandbox",
            "read-only",
            "--skip-git-repo-check",
            "-",
        ];
        arguments.map(str::to_owned).into()
    }

    fn answer(&self, printed: &str) -> Result<String, String> {
        let (mut said, mut why) = (None, None);
        for line in printed.lines() {
            let Some(document) = Document::of(line) else { continue };
            let Some(fields) = document.fields() else { continue };
            let (item, failed) = (fields.fields("item"), fields.fields("error"));
            if item.text("type").as_deref() == Some("agent_message") {
                said = item.text("text").or(said);
            }
            why = failed.text("message").or_else(|| fields.text("message")).or(why);
        }
        said.ok_or_else(|| why.unwrap_or_else(|| "it said nothing".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_message_is_the_answer() {
        let lines = r#"{"type":"thread.started","thread_id":"t"}
{"type":"item.completed","item":{"id":"0","type":"agent_message","text":"I read."}}
{"type":"item.completed","item":{"id":"1","type":"agent_message","text":"[]"}}
{"type":"turn.completed","usage":{}}"#;
        assert_eq!(Read.answer(lines), Ok("[]".into()));
        let failed = r#"{"type":"turn.failed","error":{"message":"no quota"}}"#;
        assert_eq!(Read.answer(failed), Err("no quota".into()));
    }
}
