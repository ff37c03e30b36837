//! From *Start* to an agent at work: beside the agent's own cold start, with its questions, and sixteen at once.

mod bare;
mod crowd;
mod question;

use std::path::Path;
use std::time::Instant;

use callboard_os::host::MARKER;
use callboard_os::process;
use callboard_testkit::daemon::EventStream;
use callboard_testkit::{
    Agents, Callboard, Daemon, HermeticHome, ModelServer, Repo, Script, Turn, wait,
};
use serde_json::{Value, json};

use super::figure::{Figure, quantile};
use bare::Bare;

/// Starts of each kind.
const TIMES: usize = 5;

/// Agents that run at once in one measurement, and one more for the bare ones beside them.
const PLACES: usize = 2;

/// Where everything that is measured here happens.
struct Ground<'a> {
    home: &'a HermeticHome,
    agents: &'a Agents,
    server: &'a ModelServer,
    repo: Repo<'a>,
    daemon: Daemon<'a>,
}

/// Starts real agents by a request, as the page does, and bare, in turn.
pub(super) fn measure(binary: &Path) -> Vec<Figure> {
    let server = ModelServer::start();
    let home = HermeticHome::new().with_model_server(&server);
    let agents = Agents::reserve(PLACES);
    agents.link_into(&home);
    let _ends = EndsAgents(&home);
    let repo = Repo::named(&home, "started");
    repo.commit("Begin", &[("README.md", "# Here\n"), ("callboard.toml", crowd::CONFIGURATION)]);
    let daemon = Daemon::of(Callboard::new(&home, binary).cwd(repo.path()), &[]);
    let ground = Ground { home: &home, agents: &agents, server: &server, repo, daemon };
    // The pool begins with the first worktree.
    let first = ground.daemon.callboard().run(["worktree", "new", "first", "--json"]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let mut figures = Vec::new();
    for agent in ["claude", "codex"] {
        figures.extend(starts(&ground, agent));
    }
    figures.extend(question::measure(&ground));
    figures.extend(crowd::measure(&ground));
    figures
}

/// Milliseconds of each start until the model is asked, and until its words are told.
#[derive(Default)]
struct Starts {
    asked: Vec<f64>,
    said: Vec<f64>,
}

fn starts(ground: &Ground<'_>, agent: &'static str) -> Vec<Figure> {
    let (mut ours, mut bare) = (Starts::default(), Starts::default());
    for n in 0..TIMES {
        one(&mut bare, ground, &format!("{agent}-bare-{n}"), |prompt| {
            Bare::start(ground, agent, prompt)
        });
        ground.wait_for_pool();
        one(&mut ours, ground, &format!("{agent}-{n}"), |prompt| {
            Owned::start(ground, agent, prompt)
        });
    }
    let names = match agent {
        "claude" => [
            "start, claude, to its first request, p50",
            "start, claude, less its own cold start",
            "start, claude, to its first words, p50",
        ],
        _ => [
            "start, codex, to its first request, p50",
            "start, codex, less its own cold start",
            "start, codex, to its first words, p50",
        ],
    };
    let (asked, least) = (quantile(&mut ours.asked, 0.5), quantile(&mut bare.asked, 0.5));
    let (said, least_said) = (quantile(&mut ours.said, 0.5), quantile(&mut bare.said, 0.5));
    vec![
        Figure::new(names[0], asked, "ms").beside("the agent alone", Some(least)),
        Figure::new(names[1], asked - least, "ms").beside("its own cold start", Some(least)),
        Figure::new(names[2], said, "ms").beside("the agent alone", Some(least_said)),
    ]
}

/// An agent that was started and says its first words when it is let.
trait Started {
    /// Waits for the words of the model.
    fn wait_for_words(&mut self, words: &str);
    /// Ends it.
    fn end(self);
}

fn one<S: Started>(
    into: &mut Starts,
    ground: &Ground<'_>,
    name: &str,
    start: impl FnOnce(&str) -> S,
) {
    let words = format!("Words of {name}");
    let script = Script::new(name).turn(Turn::text(&words).gate(name));
    let prompt = format!("Say it {}", script.marker());
    ground.server.add(script);
    let begun = Instant::now();
    let mut started = start(&prompt);
    ground.server.wait_until_held(name);
    let asked = begun.elapsed().as_secs_f64() * 1000.0;
    ground.server.release(name);
    started.wait_for_words(&words);
    into.asked.push(asked);
    into.said.push(begun.elapsed().as_secs_f64() * 1000.0);
    started.end();
}

/// An agent that Callboard starts.
struct Owned<'g> {
    daemon: &'g Daemon<'g>,
    stream: EventStream,
    id: String,
}

impl<'g> Owned<'g> {
    fn start(ground: &'g Ground<'_>, agent: &str, prompt: &str) -> Self {
        let stream = ground.stream();
        let id = ground.ask_for(agent, prompt);
        Self { daemon: &ground.daemon, stream, id }
    }
}

impl Started for Owned<'_> {
    fn wait_for_words(&mut self, words: &str) {
        self.stream.wait_for("the agent's words", |event| {
            event.json()["session"]["activity"].as_str().is_some_and(|said| said.contains(words))
        });
    }

    fn end(self) {
        let path = format!("/api/owned/{}", self.id);
        let ended = self.daemon.client().send("DELETE", &path, &Value::Null);
        assert_eq!(ended.json()["state"], "ended");
    }
}

impl Ground<'_> {
    fn stream(&self) -> EventStream {
        let seq = self.daemon.get("/api/sessions?limit=1").json()["seq"].clone();
        self.daemon.events(&format!("/api/stream?after={seq}"))
    }

    /// Asks for a session, as the page does; its number among the owned ones.
    fn ask_for(&self, agent: &str, prompt: &str) -> String {
        let wanted = json!({"prompt": prompt, "agent": agent});
        self.daemon.post("/api/owned", &wanted).json()[0]["id"].to_string()
    }

    /// Waits until a worktree of the pool can be taken.
    fn wait_for_pool(&self) {
        wait::until("a worktree in the pool", || {
            let all = self.daemon.get("/api/worktrees").json();
            all.as_array()?.iter().any(|tree| tree["state"] == "pooled").then_some(())
        });
    }
}

/// Agents outlive the daemon: those that are left when the measurement ends, or fails, end with it.
struct EndsAgents<'a>(&'a HermeticHome);

impl Drop for EndsAgents<'_> {
    fn drop(&mut self) {
        for (pid, folder) in process::with_variable(MARKER) {
            if folder.starts_with(&*self.0.root().to_string_lossy()) {
                let _ = process::ask_to_end(pid, process::start_ticks(pid));
            }
        }
    }
}
