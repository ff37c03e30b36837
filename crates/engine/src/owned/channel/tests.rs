use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use callboard_agents::drive::Connection;
use callboard_model::call::{Ask, CallAnswer, CallDetail, CallKind, CallOption, Effect};
use callboard_model::view::AnswerCall;
use callboard_model::{CallId, WorkspaceId};
use callboard_testkit::{HermeticHome, Repo, wait};
use serde_json::Value;

use super::*;
use crate::owned::begin::tests::engine;

/// An agent that takes no order yet, and what it was told to do.
#[derive(Clone, Default)]
struct Reluctant(Arc<Mutex<Vec<Order>>>);

impl Channel for Reluctant {
    fn open(&mut self) -> Vec<Line> {
        Vec::new()
    }

    fn hear(&mut self, _: &str) -> Heard {
        Heard::default()
    }

    fn order(&mut self, order: &Order) -> Result<Vec<Line>, Refusal> {
        self.0.lock().unwrap().push(order.clone());
        Err(Refusal::NotYet)
    }

    fn state(&self) -> Value {
        Value::Null
    }
}

struct Nowhere;

impl Connection for Nowhere {
    fn send(&mut self, _: &Line) -> std::io::Result<()> {
        Ok(())
    }
}

fn driven(engine: &Arc<Engine>, channel: Reluctant) -> Driven {
    let agent = callboard_agents::all()[0];
    Driven {
        engine: engine.clone(),
        owned: Owned::asked(WorkspaceId(1), agent.name(), engine.now()),
        driver: agent.driver().unwrap(),
        channel: Box::new(channel),
        wire: Wire::Socket { connection: Box::new(Nowhere), dir: None },
        wakes: sync_channel(1).1,
        early: Vec::new(),
        ending: None,
        is_ready: true,
        closed: None,
        taken: Vec::new(),
        committed: 0,
    }
}

fn ask_to_run(engine: &Engine, command: &str) -> CallId {
    let ask = Ask {
        key: "item".into(),
        kind: CallKind::Permission,
        question: "May I?".into(),
        detail: CallDetail::Command { command: command.into(), cwd: None, description: None },
        options: vec![CallOption {
            id: "yes".into(),
            label: "Yes".into(),
            effect: Effect::Allow,
            writes: None,
        }],
        tool_use_id: None,
        subagent: None,
        reason: None,
        reply: Value::Null,
    };
    let (agent, thread) = (callboard_agents::all()[0].name(), ThreadKey::main("t"));
    let via = CallVia::Driver;
    engine.asked(AskedBy { agent, thread, via, ask, expires_at: None, window: None }).unwrap().0
}

#[test]
fn an_answer_that_waited_goes_to_no_other_question() {
    let home = tempfile::tempdir().unwrap();
    let (engine, channel) = (engine(home.path()), Reluctant::default());
    let mut driven = driven(&engine, channel.clone());
    let told = || channel.0.lock().unwrap().len();
    let call = ask_to_run(&engine, "ls");
    // Whoever delivers for all finds no agent that runs, and has it asked anew: the answer is given until this one has it.
    let of_ls = wait::until("its answer", || {
        let yes = AnswerCall { generation: None, answer: CallAnswer::option("yes") };
        engine.answer(call, yes).unwrap();
        let of_ls = engine.answers_to_deliver(CallVia::Driver).unwrap().pop()?;
        driven.deliver(of_ls.clone()).unwrap();
        (told() == 1).then_some(of_ls)
    });
    assert_eq!((told(), driven.early.len()), (1, 1));
    assert_eq!(ask_to_run(&engine, "rm -rf build"), call, "asked under the same key");
    driven.deliver(of_ls).unwrap();
    driven.heard(Vec::new(), 0).unwrap();
    assert_eq!((told(), driven.early.len()), (1, 0));
    engine.stop();
}

#[test]
fn the_queue_is_looked_at_for_all_that_an_agent_tells_of_its_turn() {
    let home = HermeticHome::new();
    let engine = engine(home.root());
    let mut driven = driven(&engine, Reluctant::default());
    driven.owned.workspace = engine.register(Repo::new(&home).path()).unwrap();
    driven.owned.state = OwnedState::Running;
    let asked = driven.owned.clone();
    driven.owned = engine.ask(move |core| core.ask_for(vec![asked])).unwrap().remove(0);
    let before = engine.owned.queue.rung();
    // Its turn may be told to be over before its prompt is.
    let done = Signal::Prompt { id: "first".into(), step: PromptStep::Done };
    let heard = Heard { signals: vec![done], ..Heard::default() };
    driven.heard(vec![heard], 1).unwrap();
    assert_eq!(engine.owned.queue.rung(), before + 1);
    engine.stop();
}
