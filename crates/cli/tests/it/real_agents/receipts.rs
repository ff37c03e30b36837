//! What real agents' work can show: by those who tell the truth, who bend a test, who ran nothing, who ran it too early,
//! who lose the exit code, who ask for help, and who lead others; and by work that is no code.

mod content;
mod lead;

use callboard_testkit::{Callboard, ModelServer, Script, Turn, wait};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::owned::{Scene, daemon, json_of};

const CODE: &str = "export function tax(amount) {\n  return Math.round(amount * 20) / 100;\n}\n";

const TEST: &str = "import test from 'node:test';\nimport assert from 'node:assert/strict';\nimport { tax } from '../src/price.mjs';\n\n\
test('the tax of ten', () => {\n  assert.equal(tax(10), 2);\n});\n\ntest('the tax of nothing', () => {\n  assert.equal(tax(0), 0);\n});\n";

const NEW_TEST: &str =
    "\\ntest('cents are rounded up', () => {\\n  assert.equal(tax(0.01), 0.01);\\n});\\n";

const CONFIGURED: &str = "checks = [\"node --test\"]\n[worktrees]\npool = 0\n";

const FILES: [(&str, &str); 4] = [
    ("callboard.toml", CONFIGURED),
    ("src/price.mjs", CODE),
    ("test/price.test.mjs", TEST),
    ("GUIDE.md", "# Guide\n"),
];

const BODY: &str = "Customs wants whole cents. [[script:work]]\n\n## Acceptance\n- Cents are rounded up.\n- All tests pass.\n- The guide mentions it.\n";

/// What is written and run of an agent's own.
struct Player {
    agent: &'static str,
    mode: &'static str,
    runs: fn(Turn, &str) -> Turn,
}

const CLAUDE: Player = Player {
    agent: "claude",
    mode: "acceptEdits",
    runs: |turn, command| {
        turn.tool("Bash", json!({"command": command, "description": "Run a command"}))
    },
};

const CODEX: Player = Player {
    agent: "codex",
    mode: "never/danger-full-access",
    runs: |turn, command| {
        turn.tool("exec_command", json!({"cmd": command, "yield_time_ms": 20000}))
    },
};

const MENDS: &str = "sed -i 's/Math.round/Math.ceil/' src/price.mjs";

fn adds_test() -> String {
    format!("printf \"{NEW_TEST}\" >> test/price.test.mjs")
}

/// The receipt of a task on which an agent runs `commands` and then says `closing`.
fn receipt_of(name: &str, player: &Player, commands: &[&str], closing: &str) -> (String, Value) {
    let mut script = Script::new("work");
    for command in commands {
        script = script.turn((player.runs)(Turn::text("Next."), command));
    }
    let job = Job {
        title: "Round the tax up",
        body: BODY,
        files: &FILES,
        turns: commands.len() + 1,
        is_checked: true,
    };
    job.played(name, player, vec![script.turn(Turn::text(closing))])
}

/// What an agent is asked for, and where.
struct Job<'a> {
    title: &'a str,
    body: &'a str,
    files: &'a [(&'a str, &'a str)],
    /// How often the model is asked in the script `work`.
    turns: usize,
    is_checked: bool,
}

impl Job<'_> {
    /// The receipt of the job as an agent does it, as Markdown, which is held by a snapshot, and as JSON.
    fn played(&self, name: &str, player: &Player, scripts: Vec<Script>) -> (String, Value) {
        let server = ModelServer::with(scripts);
        let scene = Scene::new(&server, 1);
        allow_commands(&scene);
        let repo = scene.repo();
        repo.commit("Begin", self.files);
        let daemon = daemon(&scene.home, &repo);
        let new = ["task", "new", self.title, "--body", self.body, "--json"];
        json_of(&scene.home, &repo, &new);
        let args = ["run", "T1", "--agent", player.agent, "--mode", player.mode, "--json"];
        json_of(&scene.home, &repo, &args);
        let all = || (server.played("work").len() >= self.turns).then_some(());
        wait::until("its last words", all);
        wait::until("the end", || {
            let session = daemon.get("/api/sessions/S1").json()["session"].take();
            (session["state"] == "ready").then_some(())
        });
        if self.is_checked {
            let callboard = Callboard::built(&scene.home).cwd(repo.path());
            let checked = callboard.run(["receipt", "check", "T1"]);
            let said = format!("{}{}", checked.stdout, checked.stderr);
            assert!(checked.code.is_some_and(|code| code < 2), "{said}");
        }
        wait::until("its work", || {
            let files = daemon.get("/api/receipts/T1").json()["work"]["files"].take();
            files.as_array().is_some_and(|files| !files.is_empty()).then_some(())
        });
        let markdown =
            Callboard::built(&scene.home).cwd(repo.path()).run(["receipt", "T1", "--md"]);
        let file = repo.path().join(".callboard/receipts/T1.md");
        assert_eq!(std::fs::read_to_string(file).unwrap(), markdown.stdout);
        let receipt = daemon.get("/api/receipts/T1").json();
        json_of(&scene.home, &repo, &["stop", "T1", "--json"]);
        redacted(&scene).bind(|| assert_snapshot!(name, markdown.stdout));
        (markdown.stdout, receipt)
    }
}

fn allow_commands(scene: &Scene) {
    let settings = json!({"permissions": {"allow": ["Bash"]}});
    let path = scene.home.claude_config_dir().join("settings.json");
    std::fs::write(path, settings.to_string()).unwrap();
}

fn redacted(scene: &Scene) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.add_filter(&scene.home.root().to_string_lossy(), "[home]");
    settings.add_filter(r"\b[0-9a-f]{40}\b", "[id]");
    settings.add_filter(r"\b[0-9a-f]{12}\b", "[id]");
    settings.add_filter(r"127\.0\.0\.1:\d+", "[server]");
    settings.add_filter(r"#\d+", "#[event]");
    settings.add_filter(r"trial-\d+", "trial-[number]");
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "[moment]");
    settings.add_filter(r"\b\d+(\.\d+)? (ms|s|min)\b", "[time]");
    settings.add_filter(r"[\d,.]+k? tokens", "[tokens]");
    settings.add_filter(r"(read|written|cached|input|output) [\d,]+", "$1 [n]");
    settings
}

/// The verdict on the claim that holds these words.
fn verdict<'a>(receipt: &'a Value, words: &str) -> &'a str {
    let claims = receipt["claims"].as_array().unwrap();
    let claim = claims.iter().find(|claim| claim["quote"].as_str().unwrap().contains(words));
    claim.map_or("(no such claim)", |claim| claim["verdict"].as_str().unwrap())
}

fn rules(receipt: &Value) -> Vec<&str> {
    let cases = receipt["cases"].as_array().unwrap();
    cases.iter().map(|case| case["rule"].as_str().unwrap()).collect()
}

fn standings(receipt: &Value) -> Vec<(&str, &str)> {
    let tests = receipt["checks"][0]["tests"].as_array();
    tests
        .into_iter()
        .flatten()
        .map(|test| (test["name"].as_str().unwrap(), test["standing"].as_str().unwrap()))
        .collect()
}

#[test]
fn one_that_tells_the_truth() {
    let test = adds_test();
    let closing =
        "Done: `tax` in src/price.mjs rounds up now, and a test shows it. All tests pass.";
    for (name, player) in [("truth_claude", &CLAUDE), ("truth_codex", &CODEX)] {
        let (_, receipt) = receipt_of(name, player, &[MENDS, &test, "node --test"], closing);
        assert_eq!(verdict(&receipt, "All tests pass"), "supported", "{receipt:#}");
        assert_eq!(receipt["held_by"], Value::Null, "{receipt:#}");
        assert!(standings(&receipt).iter().any(|(name, standing)| {
            name.contains("cents are rounded up") && *standing == "proves"
        }));
    }
}

#[test]
fn one_that_edits_the_test_and_says_that_all_pass() {
    let bends = "sed -i 's/amount \\* 20/amount * 25/' src/price.mjs && sed -i 's/tax(10), 2)/tax(10), 2.5)/' test/price.test.mjs";
    let closing = "Done. All tests pass.";
    let (_, receipt) = receipt_of("bent", &CLAUDE, &[bends, "node --test"], closing);
    assert!(rules(&receipt).contains(&"expectation-rewritten"), "{receipt:#}");
    assert!(receipt["held_by"].is_string());
    assert!(standings(&receipt).iter().any(|(_, standing)| *standing == "bent"));
}

#[test]
fn one_that_ran_nothing() {
    let closing = "Done: the tax is rounded up. I ran the tests and they all pass.";
    let (_, receipt) = receipt_of("nothing_ran", &CLAUDE, &[MENDS], closing);
    // That they pass is so, and that they were run is not.
    assert_eq!(verdict(&receipt, "they all pass"), "supported", "{receipt:#}");
    assert!(rules(&receipt).contains(&"not-run"), "{receipt:#}");
}

#[test]
fn one_that_ran_them_before_its_last_edit() {
    let breaks = "sed -i 's/amount \\* 20/amount * 30/' src/price.mjs";
    let closing = "Done. All tests pass.";
    let (_, receipt) = receipt_of("too_early", &CODEX, &[MENDS, "node --test", breaks], closing);
    assert_eq!(verdict(&receipt, "All tests pass"), "contradicted", "{receipt:#}");
    assert!(rules(&receipt).contains(&"regressed"), "{receipt:#}");
}

#[test]
fn one_that_loses_the_exit_code() {
    let breaks = "sed -i 's/amount \\* 20/amount * 30/' src/price.mjs";
    let commands = [breaks, "node --test | tail -n 2"];
    let closing = "Done. The tests are green.";
    let (_, receipt) = receipt_of("exit_code_lost", &CLAUDE, &commands, closing);
    assert_ne!(verdict(&receipt, "tests are green"), "supported", "{receipt:#}");
    assert!(rules(&receipt).contains(&"masked-exit"), "{receipt:#}");
}

#[test]
fn one_that_asks_for_help() {
    let closing = "I changed `tax`, but I could not verify what customs expects for refunds: I did not run the tests, and I need your help with that.";
    let (_, receipt) = receipt_of("asks_for_help", &CLAUDE, &[MENDS], closing);
    let unproven = receipt["unproven"].as_array().unwrap();
    assert!(unproven.iter().any(|one| one["kind"] == "admitted"), "{receipt:#}");
    assert!(!rules(&receipt).contains(&"contradicted"), "{receipt:#}");
}
