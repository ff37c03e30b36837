//! What is related, and briefs, as agents are told of them.

use callboard_testkit::{HermeticHome, Repo, wait};
use serde_json::json;

use super::Agent;
use super::tools::{FIRST, two};
use crate::transcripts::{Claude, append};

const OTHER: &str = "22222222-2222-4333-8444-555555555555";
const WHY: &str = "The orderings in watch.rs differ on purpose.";

/// A session that edits a file and has the last word.
fn work(home: &HermeticHome, claude: &Claude, prompt: &str, last: &str) {
    let path = claude.cwd().join("src/watch.rs");
    let input = json!({"file_path": path, "old_string": "a", "new_string": "b"});
    let text = claude.prompt(11, prompt)
        + &claude.uses(12, "Edit", &input)
        + &claude.result(13, 12, "The file has been updated.", &json!({}))
        + &claude.says(14, last);
    append(&claude.path(home), text.as_bytes());
}

#[test]
fn an_agent_is_pointed_to_what_is_related_and_reads_it_as_a_brief() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let daemon = two(&home, &repo);
    let mut agent = Agent::start(daemon.callboard(), &home, FIRST);
    agent.begin();
    const HEADING: &str = "## Others' work that may bear on yours";
    let here = agent.done(1, "where_am_i", &json!({}));
    assert!(!here.contains(HEADING), "{here}");
    work(&home, &Claude::new(OTHER, repo.path()), "Split the `IGNORE` fixtures", WHY);
    work(&home, &Claude::new(FIRST, repo.path()), "Mend the watcher", "Mended.");
    wait::until("both", || {
        let found = daemon.get("/api/related?session=S1").json();
        (found["items"].as_array()?.len() == 1).then_some(())
    });
    let here = agent.done(2, "where_am_i", &json!({}));
    let (_, told) = here.split_once(HEADING).unwrap();
    let lines: Vec<&str> = told.lines().skip(1).take_while(|line| !line.is_empty()).collect();
    let [line] = &lines[..] else { panic!("{told}") };
    let expected = "- S3 (claude) \u{201c}split the `IGNORE` fixtures\u{201d}: about `src/watch.rs`; read S3, S3#";
    assert!(line.starts_with(expected), "{line}");
    let cite = line.rsplit(' ').next().unwrap();
    let read = agent.done(3, "read", &json!({"ref": cite, "around": 0}));
    assert!(read.contains(&format!("> {WHY}")), "{read}");

    let brief = agent.done(4, "read", &json!({"ref": "S3", "as": "brief"}));
    assert!(brief.starts_with("# Brief of S3"), "{brief}");
    assert!(brief.contains("`src/watch.rs`: 1 edit") && brief.contains("[S3#"), "{brief}");
    let session = agent.done(5, "read", &json!({"ref": "S3"}));
    assert!(!session.contains("# Brief"), "{session}");
    for args in [vec!["task", "new", "Watch"], vec!["task", "link", "T1", "S3"]] {
        assert_eq!(daemon.callboard().run(&args).code, Some(0));
    }
    let brief = agent.done(6, "read", &json!({"ref": "T1", "as": "brief"}));
    assert!(brief.starts_with("# Brief of T1") && brief.contains("[S3#"), "{brief}");
    let refused = agent.refused(7, "read", &json!({"ref": "S9", "as": "brief"}));
    assert!(refused.contains("S9"), "{refused}");
}
