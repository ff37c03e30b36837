//! Decisions that only words hold: said by `remember` as the agent goes, or when it is asked at its stop. A script plays
//! the agent; some of its quotes are wrong.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use callboard_testkit::history::{Planted, PlantedKind, PlantedSession, Planting, plant};
use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo};
use serde_json::{Value, json};

use super::super::figure::Figure;
use super::super::ground::wait_until_read;
use super::mcp::Server;
use super::score::{self, Score, Seen};
use super::{BUDGET, id_of};

/// Sessions that are planted.
const SESSIONS: usize = 12;

/// Decisions in each.
const SPOKEN: usize = 6;

/// Of so many decisions one is remembered with a wrong quote beside the right one.
const WRONG_EACH: usize = 3;

/// What came of the quotes.
#[derive(Default)]
struct Quotes {
    wrong: u32,
    caught: u32,
    right: u32,
    lost: u32,
}

/// Has scripted agents say what they decided, and scores the briefs. With `verbose`, tells what was not found.
pub(super) fn measure(binary: &Path, verbose: bool) -> Vec<Figure> {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("callboard.toml", "[context]\nask_at_stop = true\n")]);
    let planting = Planting { seed: 5, sessions: SESSIONS, least_bytes: 0, spoken: SPOKEN };
    let sessions = plant(&home.claude_config_dir(), &home.codex_home(), repo.path(), planting);
    // A session is its repository's by the folder that it works in.
    for session in &sessions {
        fs::create_dir_all(&session.cwd).expect("a folder for each session");
    }
    let daemon = Daemon::of(Callboard::new(&home, binary).cwd(repo.path()), &[]);
    wait_until_read(&daemon);
    let known = daemon.get("/api/sessions?limit=500").json();
    let (mut by_itself, mut at_stop, mut quotes) = <(Score, Score, Quotes)>::default();
    let mut asked = 0;
    for session in &sessions {
        let id = id_of(&known, &session.native);
        let seen = Seen::of(&daemon, &id);
        let spoken: Vec<&Planted> =
            session.planted.iter().filter(|one| one.kind == PlantedKind::Spoken).collect();
        let (first, rest) = spoken.split_at(spoken.len() / 2);
        let mut agent = agent(binary, &home, session);
        for (number, planted) in first.iter().enumerate() {
            remember(&mut agent, planted, number, &seen, &mut quotes);
        }
        let is_asked = is_asked_at_stop(binary, &home, session);
        asked += u32::from(is_asked && !is_asked_at_stop(binary, &home, session));
        for (number, planted) in rest.iter().enumerate().filter(|_| is_asked) {
            remember(&mut agent, planted, number, &seen, &mut quotes);
        }
        let brief = daemon.get(&format!("/api/brief?of={id}&budget={BUDGET}")).json();
        let lines = score::lines(&brief);
        for (score, all) in [(&mut by_itself, first), (&mut at_stop, rest)] {
            for planted in all {
                let is_found = score::is_told(planted, &lines, &seen);
                if verbose && !is_found {
                    let why = score::why_not(planted, &lines, &seen);
                    eprintln!("{} {:?}: {why}", session.agent, planted.words);
                }
                score.add(planted, is_found);
            }
        }
    }
    let percent = |part: u32, of: u32| f64::from(part) / f64::from(of) * 100.0;
    vec![
        Figure::new("spoken decisions, remembered as it goes, told", by_itself.share(None), "%"),
        Figure::new("spoken decisions, asked at the stop, told", at_stop.share(None), "%"),
        Figure::new("sessions asked at their stop, once", percent(asked, SESSIONS as u32), "%"),
        Figure::new("wrong quotes planted", f64::from(quotes.wrong), ""),
        Figure::new("… caught", percent(quotes.caught, quotes.wrong), "%"),
        Figure::new("right quotes dropped", percent(quotes.lost, quotes.right), "%"),
    ]
}

/// The session's agent, by its connection to Callboard.
fn agent(binary: &Path, home: &HermeticHome, session: &PlantedSession) -> Server {
    let mut command = Callboard::new(home, binary).command();
    let socket = home.callboard_home().join("run/callboard.sock");
    command.args(["mcp", session.agent]).arg(socket);
    if session.agent == "claude" {
        command.env("CLAUDE_CODE_SESSION_ID", &session.native);
    }
    let mut server = Server::start(command);
    server.begin();
    server
}

/// The agent keeps a decision, with the words that it said, and now and then with others.
fn remember(
    agent: &mut Server,
    planted: &Planted,
    number: usize,
    seen: &Seen,
    quotes: &mut Quotes,
) {
    let [decided, why] = planted.words.as_slice() else { return };
    let source = seen.right(&planted.proofs).into_iter().next().unwrap_or_default();
    // Each second is quoted without saying where.
    let source = if number.is_multiple_of(2) { source } else { "" };
    let mut given = vec![json!({"source": source, "text": decided})];
    quotes.right += 1;
    let is_wrong = number.is_multiple_of(WRONG_EACH);
    if is_wrong {
        let wrong = format!("{decided} and never otherwise");
        given.push(json!({"source": source, "text": wrong}));
        quotes.wrong += 1;
    }
    let session = seen.session();
    let arguments = json!({"what": "decision", "title": decided, "why": why, "quotes": given,
        "session": session});
    let said = agent.call("remember", &arguments);
    let dropped = said.rsplit_once("not where you said: ").map_or("0", |(_, number)| number);
    let dropped: u32 = dropped.trim().parse().unwrap_or_default();
    quotes.caught += u32::from(is_wrong && dropped > 0);
    quotes.lost += dropped.saturating_sub(u32::from(is_wrong));
}

/// Whether the agent is asked as it stops, as its hook tells.
fn is_asked_at_stop(binary: &Path, home: &HermeticHome, session: &PlantedSession) -> bool {
    let input = json!({"session_id": session.native, "hook_event_name": "Stop",
        "stop_hook_active": false});
    let socket = home.callboard_home().join("run/callboard.sock");
    let mut command: Command = Callboard::new(home, binary).command();
    command.args(["hook", session.agent]).arg(socket).env("CLAUDE_CODE_ENTRYPOINT", "cli");
    let mut hook =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a hook that starts");
    let mut stdin = hook.stdin.take().expect("its standard input");
    write!(stdin, "{input}").expect("a hook that reads");
    drop(stdin);
    let said = hook.wait_with_output().expect("a hook that ends").stdout;
    let said: Value = serde_json::from_slice(&said).unwrap_or_default();
    said["decision"] == "block"
}
