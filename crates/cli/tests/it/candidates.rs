//! What may be a decision, by commands.

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo};
use insta::assert_snapshot;
use serde_json::json;

use crate::scene::{self, redacted, told};
use crate::transcripts::{Claude, append};

const SESSION: &str = "5f3c2a10-cccc-4000-8000-000000000004";

/// A session in which its user chose, refused and broke off.
fn told_it(claude: &Claude) -> String {
    let question = "Which ids do invoices get?";
    let asked = json!({"questions": [{"question": question, "header": "Ids", "multiSelect": false,
        "options": [{"label": "Numbers", "description": ""}, {"label": "Text", "description": ""}]}]});
    claude.prompt(1, "Give invoices ids")
        + &claude.uses(2, "AskUserQuestion", &asked)
        + &claude.result(3, 2, "Answered.", &json!({"answers": {question: "Text"}}))
        + &claude.uses(4, "Bash", &json!({"command": "npm install left-pad"}))
        + &claude.refused(5, 4, "No new dependencies: pad by hand")
        + &claude.says(6, "I pad by hand.")
        + &claude.prompt(7, "[Request interrupted by user]")
        + &claude.prompt(8, "Leave the fixtures apart, they differ on purpose")
        + &claude.says(9, "They stay apart.")
}

#[test]
fn what_a_user_said_is_listed_shown_accepted_dismissed_and_offered_again() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let callboard = daemon.callboard();
    let says =
        |args: &[&str]| format!("$ callboard {}\n{}", args.join(" "), told(&callboard.run(args)));
    let mut text = says(&["candidates"]);
    let claude = Claude::new(SESSION, repo.path());
    append(&claude.path(&home), told_it(&claude).as_bytes());
    scene::wait_for(&daemon, SESSION, "stay apart");
    let listed = callboard.run(["candidates", "S1", "--json"]).stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let handles: Vec<&str> = listed["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["handle"].as_str().unwrap())
        .collect();
    let [fixtures, pad, ids] = handles[..] else { panic!("{listed:#}") };
    text += &says(&["candidates"]);
    text += &says(&["candidate", "show", pad]);
    text += &says(&["candidate", "accept", ids]);
    text += &says(&["decision", "show", "D1"]);
    text += &says(&["candidate", "accept", ids]);
    text +=
        &says(&["candidate", "accept", pad, "--title", "Pad by hand", "--why", "Fewer updates."]);
    text += &says(&["candidate", "dismiss", fixtures]);
    text += &says(&["candidates", "S1"]);
    text += &says(&["candidates", "S1", "--all"]);
    text += &says(&["candidate", "reopen", fixtures]);
    text += &says(&["candidate", "dismiss", ids]);
    text += &says(&["candidate", "accept", "S1"]);
    text += &says(&["candidate", "accept", "S1#1"]);
    text += &says(&["candidates", "T1"]);
    redacted(&home).bind(|| assert_snapshot!("candidates", text));
    let brief = callboard.run(["brief", "S1"]).stdout;
    assert!(brief.contains("[D1 "), "{brief}");
}

#[test]
fn an_agent_settles_no_candidate() {
    let mut home = scene::home();
    // As Claude Code has it for what it starts.
    home.set("CLAUDE_CODE_SESSION_ID", scene::CLAUDE);
    let repo = Repo::new(&home);
    let daemon = scene::morning(&home, &repo);
    let refused = daemon.callboard().run(["candidate", "dismiss", "S1#1"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    assert!(refused.stderr.contains("settled by a person"), "{}", refused.stderr);
}
