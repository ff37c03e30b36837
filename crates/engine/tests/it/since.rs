//! What happened since its user looked.

use callboard_engine::SinceFrom;
use callboard_model::Timestamp;
use callboard_model::fold::MilestoneKind::{Committed, Directed, Finished};
use callboard_model::session::StateWord;
use callboard_model::view::{NewTask, Since};
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;
use crate::transcripts::{Claude, append, moment, now};

fn since(running: &Running, workspace: callboard_model::WorkspaceId, n: u64) -> Since {
    let from = SinceFrom::At(Timestamp::parse(&moment(n)).unwrap());
    running.engine.since(workspace, from, now()).unwrap()
}

#[test]
fn every_session_of_a_task_that_wants_its_user_is_told() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    std::fs::create_dir_all(home.claude_config_dir().join("sessions")).unwrap();
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let task = NewTask { title: "Lock".to_owned(), ..NewTask::default() };
    let task = running.engine.create_task(workspace, task).unwrap();
    // The first has waited since before the span.
    for (name, at) in [("early", 1), ("late", 100)] {
        let claude = Claude::new(name, repo.path());
        claude.register(&home, "waiting");
        append(
            &claude.path(&home, "p"),
            &(claude.prompt(at, "mend it") + &claude.runs(at + 1, "rm it")),
        );
        let id = running.wait_for_words(name, "mend it");
        running.engine.link_session(task, id).unwrap();
        running.wait(name, |engine| {
            let view = engine.session(id).unwrap();
            (view.state == StateWord::NeedsYou && view.activity.contains("rm it")).then_some(())
        });
    }
    let told = since(&running, workspace, 50);
    assert_eq!(told.groups.len(), 1, "{told:#?}");
    let group = &told.groups[0];
    let mut wants: Vec<_> = group.wants.iter().map(|want| want.session).collect();
    wants.sort();
    assert_eq!(wants, [running.session("early").id, running.session("late").id]);
    let line = group.wanted.clone().unwrap();
    assert!(wants.iter().all(|id| line.contains(&id.to_string())), "{line}");
    assert!(group.lines.iter().all(|line| line.session == running.session("late").id));
}

#[test]
fn what_failed_is_said_once_and_after_what_waits() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    std::fs::create_dir_all(home.claude_config_dir().join("sessions")).unwrap();
    let failed = Claude::new("failed", repo.path());
    let error = failed.says(2, "API Error: 400 no").replace(
        "\"type\":\"assistant\"",
        "\"type\":\"assistant\",\"isApiErrorMessage\":true,\"error\":\"invalid_request\"",
    );
    append(&failed.path(&home, "p"), &(failed.prompt(1, "mend it") + &error));
    let waits = Claude::new("waits", repo.path());
    waits.register(&home, "waiting");
    append(&waits.path(&home, "p"), &(waits.prompt(1, "mend it") + &waits.runs(2, "rm it")));
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let task = NewTask { title: "Lock".to_owned(), ..NewTask::default() };
    let task = running.engine.create_task(workspace, task).unwrap();
    for (name, state) in [("failed", StateWord::Failed), ("waits", StateWord::NeedsYou)] {
        let id = running.session(name).id;
        running.engine.link_session(task, id).unwrap();
        running.wait(name, |engine| (engine.session(id).unwrap().state == state).then_some(()));
    }
    let told = since(&running, workspace, 0);
    let wants = &told.groups[0].wants;
    assert_eq!([wants[0].state, wants[1].state], [StateWord::NeedsYou, StateWord::Failed]);
    assert_eq!(wants[1].text, "failed: API Error: 400 no");
}

#[test]
fn a_session_of_many_turns_is_told_in_a_few_lines_and_all_of_them_are_there() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let claude = Claude::new("busy", repo.path());
    let turn = |n: u64| {
        claude.prompt(n * 10, &format!("Write part {n} of the guide"))
            + &claude.runs(n * 10 + 1, &format!("git commit -m 'Part {n}'"))
            + &claude.ran(n * 10 + 2, n * 10 + 1, &format!("[main 1a2b3c{n:02}] Part {n}"))
            + &claude.says(n * 10 + 3, &format!("Part {n} is written; next I write another."))
    };
    append(&claude.path(&home, "p"), &(1..=9).map(turn).collect::<String>());
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    running.wait_for_words("busy", "Part 9 is written; next I write another.");
    let told = since(&running, workspace, 0);
    let group = &told.groups[0];
    assert_eq!(group.lines.len(), 27, "{group:#?}");
    let shown: Vec<_> = group.lines.iter().filter(|l| !l.folded).map(|l| l.kind).collect();
    assert_eq!(shown, [Directed, Committed, Directed, Committed, Finished]);
    assert_eq!(group.folded[0].text, "7 commits, 7 prompts, 8 finished turns");
    assert_eq!((group.folded[0].lines, group.folded[0].complete), (22, true));

    append(&claude.path(&home, "p"), &(10..=18).map(turn).collect::<String>());
    running.wait_for_words("busy", "Part 18 is written; next I write another.");
    let told = since(&running, workspace, 0);
    assert!(!told.groups[0].folded[0].complete, "only so many lines are kept: {told:#?}");
}
