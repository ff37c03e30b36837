//! Sessions played event by event, and the facts that are told of them.

use super::*;
use crate::event::{
    Author, Command, Edit, EventBody, FileEdit, Plan, PlanChange, Prompt, Question, QuestionItem,
    ToolResult, ToolUse, Turn, TurnPhase,
};
use crate::{SessionFold, Timestamp};

#[derive(Default)]
struct Scene {
    fold: SessionFold,
    n: i64,
    facts: Vec<Fact>,
}

impl Scene {
    fn add(&mut self, body: EventBody) -> i64 {
        self.n += 1;
        let at = Timestamp::from_millisecond(self.n * 1_000);
        self.fold.apply(Ordinal(self.n), Some(at), &body);
        let (facts, _) = self.fold.tracker.take_news();
        for fact in facts {
            self.facts.retain(|known| known.key != fact.key);
            self.facts.push(fact);
        }
        self.n
    }

    fn prompt(&mut self, text: &str) -> i64 {
        let prompt = Prompt { text: text.into(), author: Author::User, images: Vec::new() };
        self.add(EventBody::Prompt(prompt))
    }

    fn says(&mut self, text: &str) -> i64 {
        self.add(EventBody::Text { text: text.into() })
    }

    fn tool_use(&self, tool: &str) -> ToolUse {
        ToolUse { tool_use_id: format!("u{}", self.n), tool: tool.into() }
    }

    fn ends(&mut self, tool_use: &ToolUse, result: ToolResult) -> i64 {
        let tool_use_id = tool_use.tool_use_id.clone();
        self.add(EventBody::Result(ToolResult { tool_use_id, ..result }))
    }

    fn runs(&mut self, command: &str, code: i32, output: &str) -> (i64, i64) {
        let tool_use = self.tool_use("Bash");
        let used = self.add(EventBody::Command(Command {
            tool_use: tool_use.clone(),
            command: command.into(),
            description: None,
            cwd: None,
            background: false,
            escalation: None,
        }));
        let exit_code = Some(code);
        let result = ToolResult { text: output.into(), exit_code, ..ToolResult::default() };
        (used, self.ends(&tool_use, result))
    }

    fn edits(&mut self, path: &str) -> i64 {
        let tool_use = self.tool_use("Edit");
        let file =
            FileEdit { path: path.into(), change: Change::Modify, from: None, hunks: Vec::new() };
        let edit = Edit { tool_use: tool_use.clone(), files: vec![file] };
        let used = self.add(EventBody::Edit(edit));
        self.ends(&tool_use, ToolResult::default());
        used
    }

    fn of(&self, kind: &str) -> Vec<&Fact> {
        self.facts.iter().filter(|fact| fact.body.kind() == kind).collect()
    }
}

fn places(fact: &Fact) -> Vec<i64> {
    fact.places.iter().map(|place| place.0).collect()
}

#[test]
fn what_a_person_says_is_kept_in_their_words() {
    let mut scene = Scene::default();
    let first = scene.prompt("Split the watcher's fixtures, and keep the old names.");
    scene.says("Done.");
    scene.prompt("continue");
    scene.says("Shall the third fixture use polling or inotify?");
    let answer = scene.prompt("polling");
    let directed = scene.of("directed");
    assert_eq!(directed.len(), 1, "a nudge proves nothing: {directed:?}");
    assert_eq!(places(directed[0]), [first]);
    let answered = scene.of("answered");
    assert_eq!(places(answered[0]), [answer - 1, answer]);
    assert!(matches!(&answered[0].body, FactBody::Answered { question, answer }
        if question.contains("polling or inotify") && answer == "polling"));
}

#[test]
fn a_question_is_open_until_it_is_answered() {
    let mut scene = Scene::default();
    scene.prompt("write the migration");
    let tool_use = scene.tool_use("AskUserQuestion");
    let item =
        |text: &str| QuestionItem { question: text.into(), options: Vec::new(), multiple: false };
    let questions = vec![item("Which database?"), item("Keep the column?")];
    let asked = scene.add(EventBody::Question(Question { tool_use: tool_use.clone(), questions }));
    assert_eq!(scene.of("asked").len(), 2);
    let answers = vec![("Which database?".to_owned(), "SQLite".to_owned())];
    let told = scene.ends(&tool_use, ToolResult { answers, ..ToolResult::default() });
    let [answered] = scene.of("answered")[..] else { panic!() };
    assert_eq!(places(answered), [asked, told]);
    assert_eq!(scene.of("asked").len(), 1);
}

#[test]
fn plans_and_refusals_are_told_with_their_reasons() {
    let mut scene = Scene::default();
    scene.prompt("plan the cache");
    let tool_use = scene.tool_use("ExitPlanMode");
    let plan = |tool_use: &ToolUse| {
        EventBody::Plan(Plan {
            tool_use: tool_use.clone(),
            change: PlanChange::Propose,
            steps: Vec::new(),
            proposal: Some("# Cache by path".into()),
        })
    };
    scene.add(plan(&tool_use));
    assert_eq!(scene.of("proposed").len(), 1);
    let refused = Some("by content, not by path".to_owned());
    scene.ends(&tool_use, ToolResult { refused, ..ToolResult::default() });
    assert!(matches!(&scene.of("rejected")[0].body, FactBody::Rejected { plan, words }
        if plan == "# Cache by path" && words == "by content, not by path"));
    assert!(scene.of("proposed").is_empty());
    let second = scene.tool_use("ExitPlanMode");
    scene.add(plan(&second));
    scene.ends(&second, ToolResult::default());
    assert_eq!(scene.of("approved").len(), 1);
}

#[test]
fn a_failure_and_what_mended_it_belong_together() {
    let mut scene = Scene::default();
    scene.prompt("mend the parser");
    let (_, failed) = scene.runs("cargo test", 101, "test a ... FAILED\nerror: test failed\n");
    let edited = scene.edits("/r/src/parser.rs");
    let (_, passed) =
        scene.runs("cargo test 2>&1 | tail -5", 0, "test result: ok. 4 passed; 0 failed;\n");
    let [mended] = scene.of("mended")[..] else { panic!("{:?}", scene.facts) };
    assert_eq!(places(mended), [failed, edited, passed]);
    let FactBody::Mended(body) = &mended.body else { panic!() };
    assert_eq!(body.edited, ["/r/src/parser.rs"]);
    let [ran] = scene.of("ran")[..] else { panic!() };
    assert!(matches!(&ran.body, FactBody::Ran(ran) if (ran.passes, ran.failures) == (1, 1)));
    let [file] = scene.of("edited")[..] else { panic!() };
    assert_eq!(places(file), [edited]);
}

#[test]
fn another_try_of_a_command_mends_it_too() {
    let mut scene = Scene::default();
    scene.prompt("set the tools up");
    scene.runs("npm run migrate", 1, "Error: DATABASE_URL is missing\n");
    scene.runs("cp .env.example .env", 0, "");
    scene.runs("DATABASE_URL=sqlite:x npm run migrate", 0, "migrated\n");
    let [mended] = scene.of("mended")[..] else { panic!("{:?}", scene.facts) };
    let FactBody::Mended(body) = &mended.body else { panic!() };
    assert_eq!(body.failure, ["Error: DATABASE_URL is missing"]);
    assert_eq!(body.passed_as.as_deref(), Some("DATABASE_URL=sqlite:x npm run migrate"));
}

#[test]
fn another_check_that_passes_mends_nothing_and_a_broader_one_does() {
    let mut scene = Scene::default();
    scene.prompt("mend the parser");
    scene.runs("pytest tests/a", 1, "FAILED tests/a/test_one.py::test_it - assert 1 == 2\n");
    scene.edits("/r/b.py");
    scene.runs("pytest tests/b", 0, "1 passed\n");
    scene.runs("python manage.py migrate", 1, "django.db.utils.Error: no such table\n");
    scene.runs("python manage.py showmigrations", 0, "[ ] 0001\n");
    assert!(scene.of("mended").is_empty(), "{:?}", scene.facts);
    scene.runs("pytest -q", 0, "2 passed\n");
    let [mended] = scene.of("mended")[..] else { panic!("{:?}", scene.facts) };
    assert!(matches!(&mended.body, FactBody::Mended(body) if body.command == "pytest tests/a"));
}

#[test]
fn one_check_covers_another_where_it_runs_all_of_it() {
    for (broad, narrow) in [
        ("cargo test", "cargo test parser"),
        ("cargo test -q", "RUST_LOG=debug cargo test"),
        ("npx vitest run", "npx vitest run src/a.test.ts"),
        ("pytest -v tests/a", "pytest tests/a 2>&1 | tail -5"),
    ] {
        assert!(covers(broad, narrow), "{broad} covers {narrow}");
    }
    for (broad, narrow) in [
        ("cargo test parser", "cargo test"),
        ("pytest tests/a", "pytest tests/a tests/b"),
        ("npm run seed", "npm run migrate"),
        ("git status", "git status --short"),
    ] {
        assert!(!covers(broad, narrow), "{broad} does not cover {narrow}");
    }
}

#[test]
fn a_prompt_after_an_interruption_is_told_as_one() {
    let mut scene = Scene::default();
    scene.prompt("rewrite the lock");
    scene.says("Rewriting.");
    scene.add(EventBody::Turn(Turn { phase: TurnPhase::Interrupted, duration_ms: None }));
    scene.prompt("No, keep the lock file and only rename it");
    let last = scene.of("directed").pop().unwrap().body.clone();
    assert!(matches!(last, FactBody::Directed { after_interruption: true, .. }));
}

#[test]
fn folding_anew_tells_the_same_facts() {
    let mut scene = Scene::default();
    scene.prompt("mend the parser");
    scene.runs("cargo test", 101, "error: test failed\n");
    scene.edits("/r/a.rs");
    let json = scene.fold.to_json().unwrap();
    let back = SessionFold::from_json(&json).unwrap();
    assert_eq!(back, scene.fold);
    assert!(SessionFold::anew().tracker.take_news().1);
}

#[test]
fn an_answer_by_a_questions_id_is_told_with_the_question() {
    let mut scene = Scene::default();
    scene.prompt("write the migration");
    let tool_use = scene.tool_use("request_user_input");
    let item =
        |text: &str| QuestionItem { question: text.into(), options: Vec::new(), multiple: false };
    let questions = vec![item("Which database?"), item("Keep the column?")];
    scene.add(EventBody::Question(Question { tool_use: tool_use.clone(), questions }));
    let answers = [("choice_0", "SQLite"), ("choice_1", "yes")];
    let answers = answers.map(|(id, answer)| (id.to_owned(), answer.to_owned())).to_vec();
    scene.ends(&tool_use, ToolResult { answers, ..ToolResult::default() });
    let told: Vec<FactBody> =
        scene.of("answered").into_iter().map(|fact| fact.body.clone()).collect();
    let answered = |question: &str, answer: &str| FactBody::Answered {
        question: question.into(),
        answer: answer.into(),
    };
    assert_eq!(told, [answered("Which database?", "SQLite"), answered("Keep the column?", "yes")]);
}

#[test]
fn a_commit_that_says_nothing_is_known_by_the_log_after_it() {
    let mut scene = Scene::default();
    scene.prompt("mend the parser");
    let (used, told) = scene.runs(
        "git commit -qam 'Mend the parser' && git log --oneline -1",
        0,
        "1a2b3c4 (HEAD -> main) Mend the parser\n",
    );
    let [commit] = scene.of("committed")[..] else { panic!("{:?}", scene.facts) };
    assert_eq!(places(commit), [used, told]);
    assert!(matches!(&commit.body, FactBody::Committed { id, subject }
        if id == "1a2b3c4" && subject == "Mend the parser"));
}

#[test]
fn a_commit_is_told_beside_a_check_though_it_is_quiet_and_until_it_fails() {
    let told = |line: &str, code: i32, output: &str| {
        let mut scene = Scene::default();
        scene.runs(line, code, output);
        let bodies: Vec<FactBody> = scene.facts.into_iter().map(|fact| fact.body).collect();
        let mut commits = Vec::new();
        for body in bodies {
            match body {
                FactBody::Committed { id, subject } => commits.push(format!("{id} {subject}")),
                FactBody::Ran(ran) if ran.command == COMMIT => commits.push(ran.result),
                _ => {}
            }
        }
        commits
    };
    let line = "python3 -m unittest && git commit -m 'Round half up'";
    assert_eq!(told(line, 0, "OK\n[main 1a2b3c4] Round half up\n"), ["1a2b3c4 Round half up"]);
    let quiet = "git add -A && git commit -qm 'Round half up'";
    assert_eq!(told(quiet, 0, ""), [" Round half up"]);
    assert_eq!(told(quiet, 1, "hook: refused"), ["failed"]);
    assert!(told("git commit -qm 'Round half up'; true", 0, "").is_empty());
    assert!(told("git commit --dry-run -m 'Round half up'", 0, "").is_empty());
    let scoped = "callboard commit S1 -m 'Round half up'";
    assert_eq!(
        told(scoped, 0, "1a2b3c4d: 2 files of S1 committed\n  a.py\n"),
        ["1a2b3c4d Round half up"]
    );
}
