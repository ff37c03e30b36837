//! What holds for the fold of any events.

use callboard_model::event::{
    Author, Change, Command, Compaction, Delegate, Edit, Failure, FileEdit, Info, Plan, PlanChange,
    PlanStep, Prompt, Question, QuestionItem, Read, Search, SearchPlace, StepStatus, Tool,
    ToolResult, ToolUse, Turn, TurnPhase, Usage,
};
use callboard_model::{EventBody, Ordinal, SessionFold, Timestamp, limits};
use proptest::prelude::*;

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "\\PC{0,80}",
        "[ -~\n\u{1b}]{0,200}",
        Just("Let me fix the watcher. Then I'll run `cargo test`. Shall I commit?".to_owned()),
        Just("test result: FAILED. 39 passed; 2 failed".to_owned()),
        Just("[main 1a2b3c4] Subject".to_owned()),
        Just("word ".repeat(4_000)),
    ]
    .boxed()
}

fn command() -> BoxedStrategy<String> {
    prop_oneof![
        text(),
        Just("cd a && cargo test 2>&1 | tail".to_owned()),
        Just("git add . && git commit -m 'x y' && git push".to_owned()),
        Just("cat src/a.rs; sleep 3".to_owned()),
    ]
    .boxed()
}

fn tool_use() -> impl Strategy<Value = ToolUse> {
    (0u8..12, "[A-Za-z_]{1,12}")
        .prop_map(|(id, tool)| ToolUse { tool_use_id: format!("u{id}"), tool })
}

fn path() -> BoxedStrategy<String> {
    prop_oneof!["(src/|/home/kim/app/|\\./)?[a-z]{1,3}/[a-z]{1,2}\\.(rs|ts)", text()].boxed()
}

fn files() -> impl Strategy<Value = Vec<FileEdit>> {
    let change = prop_oneof![Just(Change::Write), Just(Change::Modify), Just(Change::Delete)];
    prop::collection::vec((path(), change), 0..20).prop_map(|files| {
        files
            .into_iter()
            .map(|(path, change)| FileEdit { path, change, from: None, hunks: vec![] })
            .collect()
    })
}

fn plan() -> BoxedStrategy<EventBody> {
    let status = prop_oneof![
        Just(Some(StepStatus::Pending)),
        Just(Some(StepStatus::InProgress)),
        Just(Some(StepStatus::Completed)),
        Just(Some(StepStatus::Dropped)),
        Just(None),
    ];
    let step = (prop::option::of("[0-9]"), text(), status)
        .prop_map(|(id, text, status)| PlanStep { id, text, status });
    let change = prop_oneof![
        Just(PlanChange::Replace),
        Just(PlanChange::Add),
        Just(PlanChange::Update),
        Just(PlanChange::Propose)
    ];
    (tool_use(), change, prop::collection::vec(step, 0..6), prop::option::of(text()))
        .prop_map(|(tool_use, change, steps, proposal)| {
            EventBody::Plan(Plan { tool_use, change, steps, proposal })
        })
        .boxed()
}

fn use_of_a_tool() -> BoxedStrategy<EventBody> {
    prop_oneof![
        (tool_use(), command(), prop::option::of(text()), any::<bool>()).prop_map(
            |(tool_use, command, description, background)| EventBody::Command(Command {
                tool_use,
                command,
                description,
                cwd: None,
                background,
                escalation: None
            })
        ),
        (tool_use(), files())
            .prop_map(|(tool_use, files)| EventBody::Edit(Edit { tool_use, files })),
        (tool_use(), path()).prop_map(|(tool_use, path)| EventBody::Read(Read {
            tool_use,
            path,
            from_line: None
        })),
        (tool_use(), text(), prop::option::of(path())).prop_map(|(tool_use, query, path)| {
            EventBody::Search(Search { tool_use, place: SearchPlace::Text, query, path })
        }),
        (tool_use(), text(), text()).prop_map(|(tool_use, title, prompt)| {
            EventBody::Delegate(Delegate { tool_use, title, prompt, agent_type: None })
        }),
        plan(),
        (tool_use(), prop::collection::vec(text(), 0..3)).prop_map(|(tool_use, questions)| {
            let item = |question| QuestionItem { question, options: vec![], multiple: false };
            EventBody::Question(Question {
                tool_use,
                questions: questions.into_iter().map(item).collect(),
            })
        }),
        (tool_use(), text()).prop_map(|(tool_use, text)| {
            EventBody::Tool(Tool { tool_use, input: serde_json::json!({ "id": text }) })
        }),
    ]
    .boxed()
}

fn result() -> BoxedStrategy<EventBody> {
    let id = (0u8..12).prop_map(|id| format!("u{id}"));
    let code = prop::option::of(0i32..3);
    let words = || prop::option::weighted(0.1, text());
    (id, text(), code, prop::option::of(any::<bool>()), words(), any::<bool>(), words())
        .prop_map(|(tool_use_id, text, exit_code, ok, refused, interrupted, background_id)| {
            EventBody::Result(ToolResult {
                tool_use_id,
                text,
                ok,
                exit_code,
                refused,
                interrupted,
                background_id,
                ..ToolResult::default()
            })
        })
        .boxed()
}

fn about_the_session() -> BoxedStrategy<EventBody> {
    let phase = prop_oneof![
        Just(TurnPhase::Started),
        Just(TurnPhase::Completed),
        Just(TurnPhase::Interrupted),
        Just(TurnPhase::Failed)
    ];
    prop_oneof![
        phase.prop_map(|phase| EventBody::Turn(Turn { phase, duration_ms: None })),
        (text(), any::<bool>()).prop_map(|(text, will_retry)| {
            EventBody::Error(Failure { text, will_retry, status: None })
        }),
        (prop::option::of(path()), prop::option::of(text()))
            .prop_map(|(cwd, title)| { EventBody::Info(Info { cwd, title, ..Info::default() }) }),
        (prop::option::of("m[0-9]"), any::<bool>(), 0u64..9999).prop_map(
            |(message_id, cumulative, output)| {
                EventBody::Usage(Usage { message_id, cumulative, output, ..Usage::default() })
            }
        ),
        Just(EventBody::Compaction(Compaction {
            trigger: None,
            summary: None,
            tokens_before: None
        })),
        text().prop_map(|record_type| EventBody::Unknown { record_type }),
    ]
    .boxed()
}

fn body() -> BoxedStrategy<EventBody> {
    let author = prop_oneof![
        3 => Just(Author::User),
        1 => Just(Author::Agent),
        1 => Just(Author::Program),
        1 => Just(Author::Command),
    ];
    prop_oneof![
        2 => (text(), author).prop_map(|(text, author)| EventBody::Prompt(Prompt { text, author, images: vec![] })),
        3 => text().prop_map(|text| EventBody::Text { text }),
        2 => text().prop_map(|text| EventBody::Thinking { text }),
        8 => use_of_a_tool(),
        8 => result(),
        3 => about_the_session(),
    ]
    .boxed()
}

/// Far above what real sessions come to (20 KiB): every list full of the longest entries.
const FOLD_BYTES_MAX: usize = 160 * 1024;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_fold_is_bounded_readable_and_survives_the_store(
        events in prop::collection::vec((body(), prop::option::of(0i64..1_000_000)), 0..80),
        stored in prop::collection::hash_set(0usize..80, 0..8),
    ) {
        let mut fold = SessionFold::default();
        let mut kept = SessionFold::default();
        for (at, (body, time)) in events.iter().enumerate() {
            let ordinal = Ordinal(at as i64 + 1);
            let time = time.map(Timestamp::from_millisecond);
            fold.apply(ordinal, time, body);
            kept.apply(ordinal, time, body);
            if stored.contains(&at) {
                let json = kept.to_json().unwrap();
                prop_assert!(json.len() < FOLD_BYTES_MAX, "{} bytes", json.len());
                kept = SessionFold::from_json(&json).unwrap();
            }
            let activity = fold.activity(Timestamp::from_millisecond(2_000_000));
            prop_assert!(activity.text.chars().count() <= limits::LINE_CHARS, "{}", activity.text);
            prop_assert!(!activity.text.chars().any(char::is_control), "{:?}", activity.text);
            prop_assert!(!activity.text.is_empty());
            if let Some(goal) = fold.goal() {
                prop_assert!(goal.text.chars().count() <= limits::LINE_CHARS);
                prop_assert!(!goal.text.chars().any(char::is_control));
            }
        }
        prop_assert_eq!(fold, kept);
    }

    #[test]
    fn usage_counts_a_reply_once(reports in prop::collection::vec((0u8..4, 1u64..100), 0..30)) {
        let mut fold = SessionFold::default();
        let mut last = std::collections::BTreeMap::new();
        for (at, (reply, output)) in reports.iter().enumerate() {
            let message_id = Some(format!("m{reply}"));
            let usage = Usage { message_id, output: *output, ..Usage::default() };
            fold.apply(Ordinal(at as i64 + 1), None, &EventBody::Usage(usage));
            last.insert(*reply, *output);
        }
        prop_assert_eq!(fold.usage.tokens.output, last.values().sum::<u64>());
    }
}

#[test]
fn a_fold_of_another_version_is_folded_anew() {
    let mut fold = SessionFold::default();
    fold.version += 1;
    assert!(SessionFold::from_json(&fold.to_json().unwrap()).is_none());
    assert!(SessionFold::from_json("{").is_none());
}
