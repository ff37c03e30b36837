//! The plan that `ExitPlanMode` asks about: a file in `plans/`, which the transcript names (2.1.329).

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::fields::{Document, value_end};
use crate::{limits, walk};

const FIELD: &str = "\"planFilePath\":";

/// The plan of the session whose hook was given `input`.
pub(super) fn of_hook(input: &str) -> Option<String> {
    let document = Document::of(input)?;
    let transcript = document.fields()?.text("transcript_path")?;
    let file = file_named(&end_of(Path::new(&transcript))?)?;
    let is_plan = file.parent().and_then(Path::file_name).is_some_and(|name| name == "plans");
    if is_plan { walk::small_file(&file) } else { None }
}

fn end_of(transcript: &Path) -> Option<String> {
    let mut file = File::open(transcript).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(limits::PLAN_SEARCH_BYTES))).ok()?;
    let mut end = Vec::new();
    file.take(limits::PLAN_SEARCH_BYTES).read_to_end(&mut end).ok()?;
    Some(String::from_utf8_lossy(&end).into_owned())
}

/// The file that the text names last.
fn file_named(text: &str) -> Option<PathBuf> {
    let at = text.rfind(FIELD)? + FIELD.len();
    let end = value_end(text.as_bytes(), at)?;
    serde_json::from_str::<PathBuf>(text.get(at..end)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_that_was_named_last_is_read() {
        let home = tempfile::tempdir().unwrap();
        let plans = home.path().join("plans");
        std::fs::create_dir(&plans).unwrap();
        std::fs::write(plans.join("b.md"), "# The plan").unwrap();
        let line = |name: &str| {
            let path = plans.join(name);
            format!("{{\"attachment\":{{\"planFilePath\":{},\"x\":1}}}}\n", serde_json::json!(path))
        };
        let transcript = home.path().join("t.jsonl");
        std::fs::write(&transcript, line("a.md") + &line("b.md")).unwrap();
        let input = serde_json::json!({"transcript_path": transcript}).to_string();
        assert_eq!(of_hook(&input).as_deref(), Some("# The plan"));
        std::fs::write(&transcript, line("../secret")).unwrap();
        assert_eq!(of_hook(&input), None);
    }
}
