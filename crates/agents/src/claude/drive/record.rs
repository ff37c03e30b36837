//! What Claude Code has written down of a conversation. It writes some hundred milliseconds after it begins.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::Environment;
use crate::claude::discover;
use crate::fields::Document;

/// The prompts that its transcript lacks; `None` without a transcript in which anybody speaks (`claude --resume`
/// says "No conversation found" then). Prompts stand in it under the ids that they were given with.
pub(super) fn unrecorded(
    environment: &Environment,
    id: &str,
    prompts: &[String],
) -> Option<Vec<String>> {
    let mut left = prompts.to_vec();
    let mut is_begun = false;
    for transcript in transcripts(environment, id) {
        let Ok(file) = File::open(&transcript) else { continue };
        for line in BufReader::new(file).split(b'\n') {
            let Ok(line) = line else { break };
            let line = String::from_utf8_lossy(&line);
            // What only waits in its queue is told otherwise.
            if line.contains(r#""type":"user""#) {
                is_begun = true;
                left.retain(|prompt| !line.contains(prompt.as_str()));
            }
            if is_begun && left.is_empty() {
                return Some(left);
            }
        }
    }
    is_begun.then_some(left)
}

/// The entry that a prompt was given behind.
pub(super) fn entry_before(environment: &Environment, id: &str, prompt: &str) -> Option<String> {
    for transcript in transcripts(environment, id) {
        let Ok(file) = File::open(&transcript) else { continue };
        for line in BufReader::new(file).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            let document = Document::of(&line).filter(|_| line.contains(prompt));
            let entry = document.as_ref().and_then(Document::fields);
            if let Some(entry) = entry.filter(|entry| entry.str("uuid").as_deref() == Some(prompt))
            {
                return entry.text("parentUuid");
            }
        }
    }
    None
}

/// The same id lies below another project where the directory was moved.
fn transcripts(environment: &Environment, id: &str) -> Vec<PathBuf> {
    let name = format!("{id}.jsonl");
    let folders = |home: PathBuf| {
        let listed = std::fs::read_dir(home.join(discover::PROJECTS));
        listed.into_iter().flatten().flatten().map(|folder| folder.path())
    };
    let of = |folder: &Path| Some(folder.join(&name)).filter(|file| file.is_file());
    discover::homes(environment).into_iter().flat_map(folders).filter_map(|f| of(&f)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_written_down_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_string_lossy().into_owned();
        let environment = Environment {
            home: "/h".into(),
            vars: [("CLAUDE_CONFIG_DIR".to_owned(), home)].into(),
        };
        let ids = ["p1".to_owned(), "p2".to_owned()];
        assert_eq!(unrecorded(&environment, "c", &ids), None);
        let project = folder.path().join("projects/-r");
        std::fs::create_dir_all(&project).unwrap();
        let transcript = project.join("c.jsonl");
        std::fs::write(&transcript, "{\"type\":\"queue-operation\"}\n").unwrap();
        assert_eq!(unrecorded(&environment, "c", &ids), None);
        std::fs::write(&transcript, "{\"type\":\"user\",\"uuid\":\"p1\"}\n").unwrap();
        assert_eq!(unrecorded(&environment, "c", &ids), Some(vec!["p2".to_owned()]));
        let second = "{\"type\":\"user\",\"parentUuid\":\"a1\",\"uuid\":\"p2\"}\n";
        std::fs::write(&transcript, second).unwrap();
        assert_eq!(entry_before(&environment, "c", "p2").as_deref(), Some("a1"));
        assert_eq!(entry_before(&environment, "c", "p1"), None);
    }
}
