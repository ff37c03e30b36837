//! What a driven agent asks: until the board shows it, and from the answer until the agent goes on.

use std::time::Instant;

use callboard_testkit::daemon::EventStream;
use callboard_testkit::{Script, Turn};
use serde_json::{Value, json};

use super::{Figure, Ground, Owned, Started, quantile};

/// Questions that are asked and answered.
const QUESTIONS: usize = 30;

/// Milliseconds from the model's wish to the question, and from the answer to the agent's next request.
#[derive(Default)]
struct Times {
    shown: Vec<f64>,
    given: Vec<f64>,
}

/// Claude Code asks as often, bare and as an owned session.
pub(super) fn measure(ground: &Ground<'_>) -> Vec<Figure> {
    let (mut ours, mut bare) = (owned(ground), alone(ground));
    let beside = |name, ours: &mut Vec<f64>, bare: &mut Vec<f64>, share| {
        Figure::new(name, quantile(ours, share), "ms")
            .beside("the agent alone", Some(quantile(bare, share)))
    };
    vec![
        beside("question, to the call announced, p50", &mut ours.shown, &mut bare.shown, 0.5),
        beside("question, to the call announced, p99", &mut ours.shown, &mut bare.shown, 0.99),
        beside(
            "question, answered to the agent goes on, p50",
            &mut ours.given,
            &mut bare.given,
            0.5,
        ),
        beside(
            "question, answered to the agent goes on, p99",
            &mut ours.given,
            &mut bare.given,
            0.99,
        ),
    ]
}

fn gate(name: &str, n: usize) -> String {
    format!("{name}-{n}")
}

/// A script that asks for one command after another, each behind a gate.
fn script(ground: &Ground<'_>, name: &str) -> String {
    let mut script = Script::new(name);
    for n in 0..QUESTIONS {
        let command =
            json!({"command": format!("mkdir {name}-{n}"), "description": "Make a folder"});
        script = script.turn(Turn::silent().tool("Bash", command).gate(&gate(name, n)));
    }
    script = script.turn(Turn::text("Done.").gate(&gate(name, QUESTIONS)));
    let prompt = format!("Make folders {}", script.marker());
    ground.server.add(script);
    prompt
}

/// Lets the model ask, and answers, again and again.
fn ask(
    ground: &Ground<'_>,
    name: &str,
    mut shown: impl FnMut(usize) -> Value,
    mut answer: impl FnMut(Value),
) -> Times {
    let mut times = Times::default();
    ground.server.wait_until_held(&gate(name, 0));
    for n in 0..QUESTIONS {
        let begun = Instant::now();
        ground.server.release(&gate(name, n));
        let question = shown(n);
        times.shown.push(begun.elapsed().as_secs_f64() * 1000.0);
        let begun = Instant::now();
        answer(question);
        ground.server.wait_until_held(&gate(name, n + 1));
        times.given.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    ground.server.release(&gate(name, QUESTIONS));
    times
}

fn owned(ground: &Ground<'_>) -> Times {
    let name = "asks";
    let started = Owned::start(ground, "claude", &script(ground, name));
    let mut stream = ground.stream();
    let shown = |n| announced(&mut stream, &format!("mkdir {name}-{n}"));
    let answer = |call: Value| {
        let path = format!("/api/calls/{}/answer", call["id"].as_str().unwrap_or_default());
        let said = json!({"generation": call["generation"], "option": "yes"});
        assert_eq!(ground.daemon.post(&path, &said).status, 200);
    };
    let times = ask(ground, name, shown, answer);
    started.end();
    times
}

fn announced(stream: &mut EventStream, command: &str) -> Value {
    let mut calls = stream.by_ref().map(|event| event.json()["call"].take());
    calls
        .find(|call| call["detail"]["command"] == command && call["can_answer"] == true)
        .expect("the announcement of a call")
}

fn alone(ground: &Ground<'_>) -> Times {
    let name = "asks-alone";
    let prompt = script(ground, name);
    let folder = ground.home.work().join("alone");
    std::fs::create_dir_all(&folder).expect("a folder of the scratch home");
    let session = ground.agents.claude(ground.home).cwd(&folder).session();
    session.prompt(&prompt);
    // The answer needs the whole request; the message is only carried through.
    let waiting = std::cell::RefCell::new(None);
    let shown = |_| {
        waiting.replace(Some(session.wait_permission()));
        Value::Null
    };
    let answer = |_| {
        let asked = waiting.take().expect("a question that was shown");
        session.allow(&asked);
    };
    ask(ground, name, shown, answer)
}
