//! Forks: what they share with the session they began as is that session's, once.

use std::fs;

use callboard_engine::{Engine, EventsFrom, EventsWanted};
use callboard_model::{EventBody, Query, SessionId, Timestamp};
use callboard_testkit::{HermeticHome, Repo};
use serde_json::{Value, json};

use crate::scene::{Running, events, sessions};
use crate::transcripts::{Claude, Codex, append, copied};

/// A session, a fork of it in the middle, a fork of that, and what each says of itself.
struct Family {
    first: (Claude, Vec<String>),
    fork: (Claude, String),
    third: (Claude, String),
}

impl Family {
    fn new(home: &HermeticHome) -> Self {
        let claude = |id: &str| Claude::new(id, &home.work());
        let (first, fork, third) = (claude("first"), claude("fork"), claude("third"));
        let lines = vec![
            first.prompt(1, "mend the door"),
            first.runs(2, "cargo test -p door"),
            first.ran(3, 2, "test result: ok. 4 passed; 0 failed"),
            first.says(4, "The door is mended."),
            first.prompt(20, "paint it"),
            first.says(21, "It is green."),
        ];
        let own = [fork.prompt(10, "mend the window"), fork.says(11, "The window is mended.")];
        let fork_text = copied(&lines[..4], "fork") + &own.concat();
        let before = [&lines[..4], &own].concat();
        let third_text = copied(&before, "third") + &third.prompt(30, "mend the roof");
        Self { first: (first, lines), fork: (fork, fork_text), third: (third, third_text) }
    }

    fn write(&self, home: &HermeticHome, which: &str) {
        let (claude, text) = match which {
            "first" => (&self.first.0, &self.first.1.concat()),
            "fork" => (&self.fork.0, &self.fork.1),
            _ => (&self.third.0, &self.third.1),
        };
        append(&claude.path(home, "p"), text);
    }
}

const WORDS: [(&str, &str, &[&str]); 3] = [
    (
        "first",
        "It is green.",
        &["mend the door", "The door is mended.", "paint it", "It is green."],
    ),
    (
        "fork",
        "The window is mended.",
        &["mend the door", "The door is mended.", "mend the window", "The window is mended."],
    ),
    (
        "third",
        "mend the roof",
        &[
            "mend the door",
            "The door is mended.",
            "mend the window",
            "The window is mended.",
            "mend the roof",
        ],
    ),
];

/// What each session shows, without what depends on the order of reading.
fn shown(engine: &Engine, native: &str) -> Value {
    let view = sessions(engine).into_iter().find(|s| s.agent_session_id == native).unwrap();
    let name = |id: SessionId| engine.session(id).unwrap().agent_session_id;
    let mut told: Vec<_> =
        events(engine, view.id).into_iter().map(|e| (e.ordinal, name(e.session), e.body)).collect();
    // Facts that two sessions tell with the same record stand in the order of commit.
    told.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let landmarks = engine.landmarks(view.id).unwrap().len();
    json!([
        told,
        landmarks,
        view.tokens,
        view.cost_usd,
        view.events,
        view.started_at,
        view.goal,
        view.state,
        view.last_check,
        view.forked_from.map(name)
    ])
}

fn hits(engine: &Engine, words: &str) -> usize {
    let query = Query::parse(words);
    let found = engine.search(&query, None, crate::transcripts::now(), 50).unwrap();
    found.hits.iter().map(|hit| 1 + hit.more_in_session as usize).sum()
}

#[test]
fn a_fork_shares_its_beginning_whatever_is_read_first() {
    let orders = [
        ["first", "fork", "third"],
        ["fork", "first", "third"],
        ["third", "fork", "first"],
        ["third", "first", "fork"],
        ["fork", "third", "first"],
        ["first", "third", "fork"],
    ];
    let mut before: Option<Vec<Value>> = None;
    for order in orders {
        let home = HermeticHome::new();
        let family = Family::new(&home);
        let running = Running::start(&home);
        for which in order {
            family.write(&home, which);
            let (_, last, _) = WORDS.iter().find(|(native, ..)| *native == which).unwrap();
            running.wait_for_words(which, last);
        }
        for (native, _, words) in WORDS {
            assert_eq!(running.words(native), words, "{native}, {order:?}");
        }
        let view = |native| running.session(native);
        assert_eq!((view("first").tokens.output, view("first").last_check.is_some()), (6, true));
        assert_eq!((view("fork").tokens.output, view("fork").last_check), (2, None), "{order:?}");
        assert_eq!((view("third").tokens.output, view("third").started_at), (0, moment_of(30)));
        assert_eq!(view("third").forked_from, Some(view("fork").id));
        assert_eq!(hits(&running.engine, "door mended"), 1, "{order:?}");
        assert_eq!(sessions(&running.engine).len(), 3);
        // Nothing is kept twice but the record that says where the fork came from.
        let all: Vec<Value> =
            WORDS.iter().map(|(native, ..)| shown(&running.engine, native)).collect();
        let all: Vec<Value> = serde_json::from_str(
            &serde_json::to_string(&all).unwrap().replace(home.root().to_str().unwrap(), ""),
        )
        .unwrap();
        drop(running);
        let again = Running::start(&home);
        assert_eq!(again.engine.work().records, 0);
        assert_eq!(again.words("third"), WORDS[2].2);
        match &before {
            Some(before) => assert_eq!(&all, before, "{order:?}"),
            None => before = Some(all),
        }
    }
}

fn moment_of(n: u64) -> Option<Timestamp> {
    Timestamp::parse(&crate::transcripts::moment(n))
}

#[test]
fn a_fork_whose_parent_is_gone_keeps_its_own_copy() {
    let home = HermeticHome::new();
    let family = Family::new(&home);
    family.write(&home, "fork");
    let running = Running::start(&home);
    assert_eq!(running.words("fork"), WORDS[1].2);
    assert_eq!(running.session("fork").tokens.output, 6);
    assert_eq!(hits(&running.engine, "door mended"), 1);
    let all = events(&running.engine, running.session("fork").id);
    assert!(all.iter().all(|event| event.session == running.session("fork").id));
    // What was shown of it stays where its links lead.
    family.write(&home, "first");
    running.wait_for_words("first", "It is green.");
    for event in &all {
        let found = running.engine.event(event.seq).unwrap();
        assert_eq!(found.body, event.body);
        let page = running
            .engine
            .events(event.session, EventsWanted::all(EventsFrom::Around(event.seq), 1));
        assert_eq!(page.unwrap().events.len(), 1);
    }
}

#[test]
fn events_read_before_the_fork_says_so_are_joined_when_it_does() {
    let home = HermeticHome::new();
    let family = Family::new(&home);
    family.write(&home, "first");
    let running = Running::start(&home);
    let (fork, text) = &family.fork;
    let path = fork.path(&home, "p");
    // Its first record could be anybody's.
    let (prompt, rest) = text.split_at(text.find('\n').unwrap() + 1);
    append(&path, prompt);
    let id = running.wait_for_words("fork", "mend the door");
    let shown = events(&running.engine, id);
    append(&path, rest);
    running.wait_for_words("fork", "The window is mended.");
    assert_eq!(running.words("fork"), WORDS[1].2);
    assert_eq!(hits(&running.engine, "mend door"), 1);
    let parent = running.session("first").id;
    let is_prompt = |body: &EventBody| matches!(body, EventBody::Prompt(_));
    let prompt = shown.iter().find(|event| is_prompt(&event.body)).unwrap();
    let found = running.engine.event(prompt.seq).unwrap();
    assert_eq!((found.session, found.body == prompt.body), (parent, true));
}

#[test]
fn what_a_fork_copies_is_not_kept_twice() {
    let kept = |with_fork: bool| {
        let home = HermeticHome::new();
        let family = Family::new(&home);
        family.write(&home, "first");
        let running = Running::start(&home);
        if with_fork {
            family.write(&home, "fork");
            running.wait_for_words("fork", "The window is mended.");
        }
        let agents = running.engine.doctor().unwrap();
        let types = serde_json::to_value(&agents).unwrap();
        types.to_string()
    };
    let (alone, both) = (kept(false), kept(true));
    assert!(!alone.contains("(repeated)"), "{alone}");
    assert!(both.contains("(repeated)"), "{both}");
}

#[test]
fn a_fork_that_refers_to_its_parents_file_shows_its_beginning() {
    for order in [["first", "second"], ["second", "first"]] {
        let home = HermeticHome::new();
        let repo = Repo::new(&home);
        let ids = ["019cafe0-0000-7000-8000-000000000021", "019cafe0-0000-7000-8000-000000000022"];
        let (parent, fork) = (Codex::new(ids[0], repo.path()), Codex::new(ids[1], repo.path()));
        // Young enough for a readable transcript.
        let now = crate::transcripts::seconds_to_now() - 100;
        let usage = |n, input: u64| {
            let total = json!({"input_tokens": input, "output_tokens": input / 10});
            let info = json!({"total_token_usage": total});
            Codex::line(n, "event_msg", &json!({"type": "token_count", "info": info}))
        };
        let shared = parent.header(now + 1, &json!({}))
            + &Codex::prompt(now + 2, "one way")
            + &Codex::says(now + 3, "So it is.")
            + &usage(now + 4, 100);
        let base = json!({"thread_id": ids[0], "end_ordinal_exclusive": 4,
            "end_byte_offset": shared.len()});
        let forked = fork
            .header(now + 10, &json!({"forked_from_id": ids[0], "history_base": base}))
            + &Codex::prompt(now + 11, "another way")
            + &usage(now + 12, 130);
        let first = shared + &Codex::prompt(now + 20, "go on") + &usage(now + 21, 300);
        let running = Running::start(&home);
        running.register(&repo);
        for which in order {
            let (codex, text) = if which == "first" { (&parent, &first) } else { (&fork, &forked) };
            append(&codex.path(&home), text);
            let last = if which == "first" { "go on" } else { "another way" };
            running.wait_for_words(codex.id(), last);
        }
        assert_eq!(running.words(ids[1]), ["one way", "So it is.", "another way"], "{order:?}");
        assert_eq!(running.words(ids[0]), ["one way", "So it is.", "go on"]);
        let view = running.session(ids[1]);
        assert_eq!((view.tokens.input, view.tokens.output), (30, 3), "{order:?}");
        assert_eq!(running.session(ids[0]).tokens.input, 300);
        let page = running.engine.events(view.id, EventsWanted::all(EventsFrom::End, 500)).unwrap();
        assert_eq!(page.total, page.events.len() as u64);

        let readable = repo.path().join(format!(".callboard/sessions/{}.md", view.id));
        let parent = running.session(ids[0]).id;
        let mark = format!("shared with {parent}, up to here");
        // What was written before the one that came last is written anew.
        let text = running.wait("its readable transcript", |_| {
            let is_whole = |text: &String| {
                text.contains(&mark) && text.rfind("another way") > text.rfind(&mark)
            };
            fs::read_to_string(&readable).ok().filter(is_whole)
        });
        let places = ["So it is.", &mark, "another way"].map(|words| text.rfind(words));
        assert!(places.is_sorted() && places.iter().all(Option::is_some), "{text}");
        assert_eq!(text.matches("shared with").count(), 1, "{text}");
    }
}
