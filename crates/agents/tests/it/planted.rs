//! Sessions with things planted in them are read like those of the agents themselves.

use std::path::Path;

use callboard_model::event::EventBody;
use callboard_testkit::history::{PlantedKind, PlantedSession, Planting, plant};

use crate::{agent, pipeline};

fn sessions(folder: &Path) -> Vec<PlantedSession> {
    let planting = Planting { seed: 3, sessions: 8, least_bytes: 0, spoken: 0 };
    plant(&folder.join("claude"), &folder.join("codex"), Path::new("/work"), planting)
}

#[test]
fn nothing_in_them_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    for session in sessions(folder.path()) {
        let text = std::fs::read_to_string(&session.file).unwrap();
        for parsed in pipeline::read(agent(session.agent), &text) {
            assert!(parsed.known, "{}: {}", session.agent, parsed.record_type);
            assert!(parsed.unknown.is_empty(), "{}: {:?}", session.agent, parsed.unknown);
        }
    }
}

#[test]
fn what_the_user_chose_is_kept_in_full() {
    let folder = tempfile::tempdir().unwrap();
    for session in sessions(folder.path()) {
        let text = std::fs::read_to_string(&session.file).unwrap();
        let parsed = pipeline::read(agent(session.agent), &text);
        let drafts = parsed.iter().flat_map(|parsed| &parsed.drafts);
        let answers: Vec<&str> = drafts
            .filter_map(|draft| match &draft.body {
                EventBody::Result(result) => Some(&result.answers),
                _ => None,
            })
            .flatten()
            .map(|(_, answer)| answer.as_str())
            .collect();
        let planted = session.planted.iter().filter(|p| p.kind == PlantedKind::Answer);
        for planted in planted {
            assert!(answers.contains(&planted.words[0].as_str()), "{planted:?}: {answers:?}");
        }
    }
}
