//! Who calls.

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, wait};
use serde_json::json;

use super::Agent;
use crate::transcripts::{Claude, append};

const FIRST: &str = "11111111-2222-4333-8444-555555555555";
const SECOND: &str = "22222222-2222-4333-8444-555555555555";

fn session(home: &HermeticHome, daemon: &Daemon<'_>, of: &Claude, name: &str, runs: bool) {
    append(&of.path(home), of.prompt(1, "Mend the file").as_bytes());
    if runs {
        of.register(home, "busy");
    }
    wait::until("the session", || {
        let sessions = daemon.get("/api/sessions").json();
        let all = sessions["sessions"].as_array()?;
        let found = all.iter().find(|session| session["id"] == name)?;
        (!runs || found["facts"]["alive"]["is"] == "yes").then_some(())
    });
}

fn who(agent: &mut Agent, id: u64, arguments: &serde_json::Value) -> String {
    let said = agent.done(id, "where_am_i", arguments);
    said.lines().next().unwrap().to_owned()
}

#[test]
fn a_caller_is_known_by_its_process_its_environment_its_folder_and_its_word() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let first = Claude::new(FIRST, repo.path());
    session(&home, &daemon, &first, "S1", false);
    // Nothing tells who it is: it is asked for.
    let mut unknown = Agent::start(daemon.callboard(), &home, "");
    unknown.begin();
    let asked = who(&mut unknown, 1, &json!({}));
    assert!(asked.starts_with("Which session you are is not known"), "{asked}");
    let refused = unknown.refused(2, "claim", &json!({"paths": ["a"]}));
    assert!(refused.contains("session: \"S41\""), "{refused}");
    let named = who(&mut unknown, 3, &json!({"session": "S1"}));
    assert!(named.starts_with("You are S1 "), "{named}");
    let refused = unknown.refused(4, "where_am_i", &json!({"session": "S9"}));
    assert!(refused.contains("there is no session S9"), "{refused}");
    // By its environment.
    let mut agent = Agent::start(daemon.callboard(), &home, FIRST);
    agent.begin();
    assert!(who(&mut agent, 1, &json!({})).starts_with("You are S1 "));
    // Its process goes on with another conversation: what its environment says is of the past.
    let second = Claude::new(SECOND, repo.path());
    session(&home, &daemon, &second, "S2", true);
    assert!(who(&mut agent, 2, &json!({})).starts_with("You are S2 "));
    let refused = agent.refused(3, "where_am_i", &json!({"session": "S1"}));
    assert!(refused.contains("you are S2, not S1"), "{refused}");
    // Another agent is none of Claude Code's sessions, wherever it runs.
    let mut other = Agent::of("codex", daemon.callboard(), &home, "");
    other.begin();
    assert!(who(&mut other, 1, &json!({})).starts_with("Which session you are"));
    let mut other = Agent::of("somebody", daemon.callboard(), &home, "");
    other.begin();
    let said = who(&mut other, 1, &json!({}));
    assert!(said.starts_with("Which session you are"), "{said}");
}
