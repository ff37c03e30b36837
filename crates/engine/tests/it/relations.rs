//! How sessions belong together, and where.

use callboard_engine::{EventsFrom, EventsWanted, SessionQuery};
use callboard_model::Seq;
use callboard_testkit::{HermeticHome, Repo};
use serde_json::json;

use crate::scene::{Running, events, sessions};
use crate::transcripts::{Claude, Codex, append};

#[test]
fn replayed_history_adds_nothing() {
    let home = HermeticHome::new();
    let claude = Claude::new("resumed", &home.work());
    let text = claude.prompt(1, "one") + &claude.says(2, "two");
    append(&claude.path(&home, "p"), &text);
    let running = Running::start(&home);
    running.wait_for_words("resumed", "two");
    // Resumed in another folder, the agent copies what was before.
    append(&claude.path(&home, "q"), &(text + &claude.prompt(3, "three")));
    running.wait_for_words("resumed", "three");
    assert_eq!(running.words("resumed"), ["one", "two", "three"]);
    assert_eq!(sessions(&running.engine).len(), 1);
    let id = running.session("resumed").id;
    assert_eq!(running.engine.session_detail(id).unwrap().transcripts.len(), 2);
}

#[test]
fn events_of_two_files_at_the_same_places_are_all_told() {
    let home = HermeticHome::new();
    let claude = Claude::new("two", &home.work());
    // Without moments both files count their events alike.
    let line = |id: &str, text: &str| {
        let message = json!({"role": "user", "content": text});
        format!("{}\n", json!({"type": "user", "uuid": id, "sessionId": "two", "message": message}))
    };
    append(&claude.path(&home, "p"), &(line("a", "one") + &line("b", "two")));
    append(&claude.path(&home, "q"), &(line("c", "three") + &line("d", "four")));
    let running = Running::start(&home);
    let id = running.session("two").id;
    let all = events(&running.engine, id);
    assert_eq!(all.len(), 4);
    assert_eq!(all[0].ordinal, all[1].ordinal);

    let page = |from| running.engine.events(id, EventsWanted::all(from, 1)).unwrap();
    let (mut from, mut down) = (EventsFrom::Start, Vec::new());
    loop {
        let page = page(from);
        down.extend(page.events);
        from = EventsFrom::After(down.last().unwrap().seq);
        if !page.more_after {
            break;
        }
    }
    assert_eq!(down, all);
    let up = page(EventsFrom::Before(all[2].seq));
    assert_eq!((&up.events[..], up.more_before, up.more_after), (&all[1..2], true, true));
    let missing = running.engine.events(id, EventsWanted::all(EventsFrom::After(Seq(1 << 40)), 1));
    assert_eq!(missing.unwrap_err().to_string(), "there is no event 1099511627776");
}

#[test]
fn a_fork_refers_to_where_it_began() {
    let home = HermeticHome::new();
    let (first, second) =
        ("019cafe0-0000-7000-8000-000000000011", "019cafe0-0000-7000-8000-000000000012");
    let (parent, fork) = (Codex::new(first, &home.work()), Codex::new(second, &home.work()));
    append(&fork.path(&home), &fork.header(3, &json!({"forked_from_id": first})));
    append(&fork.path(&home), &Codex::prompt(4, "another way"));
    append(&parent.path(&home), &(parent.header(1, &json!({})) + &Codex::prompt(2, "one way")));
    let running = Running::start(&home);
    let (from, to) = (running.session(first), running.session(second));
    assert_eq!(to.forked_from, Some(from.id));
    assert_eq!(to.parent, None);
    let detail = running.engine.session_detail(to.id).unwrap();
    assert_eq!(detail.forked_from.map(|s| s.agent_session_id).as_deref(), Some(first));
}

#[test]
fn a_subagent_is_a_child_of_its_session() {
    let home = HermeticHome::new();
    let lead = Claude::new("lead", &home.work());
    let scout = lead.clone().subagent("a1b2");
    let running = Running::start(&home);
    // Its own file may be there before its session's.
    append(&scout.path(&home, "p"), &scout.prompt(2, "look around"));
    running.wait("the subagent", |engine| {
        sessions(engine).iter().any(|s| s.subagent_id.is_some()).then_some(())
    });
    append(&lead.path(&home, "p"), &lead.prompt(1, "lead"));
    running.wait_for_words("lead", "lead");
    let all = sessions(&running.engine);
    assert_eq!(all.len(), 2);
    let (parent, child) = (running.session("lead"), all.iter().find(|s| s.subagent_id.is_some()));
    assert_eq!(child.unwrap().parent, Some(parent.id));
    assert_eq!(child.unwrap().subagent_id.as_deref(), Some("a1b2"));
    assert_eq!(parent.children, 1);
}

#[test]
fn a_session_belongs_to_its_repository_though_its_worktree_is_gone() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let elsewhere = Repo::named(&home, "elsewhere");
    let tree = repo.worktree("feature");
    let path = tree.path().to_owned();
    let before = Claude::new("before", &path).branch("feature");
    append(&before.path(&home, "p"), &before.prompt(1, "in a worktree"));
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let other = running.register(&elsewhere);
    assert_ne!(workspace, other);
    assert_eq!(running.session("before").workspace, Some(workspace));

    repo.remove_worktree(tree);
    let after = Claude::new("after", &path.join("src"));
    append(&after.path(&home, "p"), &after.prompt(2, "written later"));
    running.wait_for_words("after", "written later");
    assert_eq!(running.session("after").workspace, Some(workspace));
    append(&before.path(&home, "p"), &before.says(3, "and on"));
    running.wait_for_words("before", "and on");
    assert_eq!(running.session("before").workspace, Some(workspace));
    drop(running);

    let running = Running::start(&home);
    let later = Claude::new("later", &path);
    append(&later.path(&home, "p"), &later.prompt(4, "after a restart"));
    running.wait_for_words("later", "after a restart");
    assert_eq!(running.session("later").workspace, Some(workspace));
}

#[test]
fn a_session_that_came_first_is_bound_when_its_repository_is_registered() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let claude = Claude::new("early", repo.path());
    append(&claude.path(&home, "p"), &claude.prompt(1, "early"));
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    assert_eq!(running.session("early").workspace, Some(workspace));
    assert_eq!(running.engine.board(Some(workspace)).unwrap().sessions.len(), 1);
}

#[test]
fn a_session_is_named_by_its_short_id_or_the_beginning_of_its_agents() {
    let home = HermeticHome::new();
    for id in ["12345678-aaaa", "12345678-bbbb", "87654321-cccc"] {
        let claude = Claude::new(id, &home.work());
        append(&claude.path(&home, "p"), &claude.prompt(1, "hello"));
    }
    let running = Running::start(&home);
    let id = running.session("87654321-cccc").id;
    let named = |name: &str| running.engine.session_named(name).map_err(|e| e.to_string());
    for name in [id.to_string(), id.0.to_string(), "87654321".into(), "8765".into()] {
        assert_eq!(named(&name), Ok(id), "{name}");
    }
    assert_eq!(named("12345678-b"), Ok(running.session("12345678-bbbb").id));
    let several = named("1234").unwrap_err();
    assert!(several.starts_with("`1234` could be any of S"), "{several}");
    assert!(several.contains("12345678-aaaa") && several.contains("12345678-bbbb"), "{several}");
    assert!(named("876").is_err());
    assert_eq!(named("9999").unwrap_err(), "there is no session S9999");
}

#[test]
fn facts_beside_a_transcript_stay_when_their_file_is_gone() {
    let home = HermeticHome::new();
    let scout = Claude::new("lead", &home.work()).subagent("a1b2");
    let (path, other) = (scout.path(&home, "p"), scout.path(&home, "q"));
    append(&path, &(scout.prompt(5, "look around") + &scout.says(6, "I see.")));
    let facts = path.with_extension("meta.json");
    append(&facts, r#"{"agentType":"Explore","description":"See what is there"}"#);
    let running = Running::start(&home);
    let title = |running: &Running| {
        let view = sessions(&running.engine).into_iter().find(|s| s.subagent_id.is_some());
        view.map(|view| (view.title, view.events))
    };
    let (before, events) = title(&running).unwrap();
    assert_eq!(before.as_deref(), Some("See what is there"));
    drop(running);

    std::fs::remove_file(facts).unwrap();
    // What belongs before all that is known has the session folded anew.
    append(&other, &scout.prompt(1, "first of all"));
    let running = Running::start(&home);
    let after = running.wait("the other file", |_| title(&running).filter(|t| t.1 > events));
    assert_eq!(after.0.as_deref(), Some("See what is there"));
}

#[test]
fn a_subagent_that_was_told_nothing_yet_has_the_goal_it_was_started_for() {
    let home = HermeticHome::new();
    let scout = Claude::new("lead", &home.work()).subagent("a1b2");
    let path = scout.path(&home, "p");
    append(&path.with_extension("meta.json"), r#"{"description":"See what is there"}"#);
    append(&path, &scout.says(6, "I see."));
    let running = Running::start(&home);
    let view = sessions(&running.engine).into_iter().find(|s| s.subagent_id.is_some()).unwrap();
    assert_eq!(view.goal.as_deref(), Some("See what is there"));
}

#[test]
fn pages_of_sessions_meet_where_sessions_have_the_same_moment() {
    let home = HermeticHome::new();
    for name in ["a", "b", "c"] {
        let claude = Claude::new(name, &home.work());
        append(&claude.path(&home, "p"), &claude.prompt(1, name));
    }
    // Without a moment, it stands behind all others.
    let line = json!({"type": "user", "uuid": "u", "sessionId": "d",
        "message": {"role": "user", "content": "d"}});
    append(&Claude::new("d", &home.work()).path(&home, "p"), &format!("{line}\n"));
    let running = Running::start(&home);
    let all: Vec<_> = sessions(&running.engine).into_iter().map(|view| view.id).collect();
    assert_eq!(all.len(), 4);

    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let query = SessionQuery { after, limit: 1, ..SessionQuery::default() };
        let page = running.engine.sessions(&query).unwrap();
        paged.extend(page.sessions.into_iter().map(|view| view.id));
        // As it goes through a client.
        after = page.next.map(|next| next.to_string().parse().unwrap());
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, all);
}
