//! Records of work in repositories that are made up, with known truth: which tests fail on the base and on the work, when
//! checks ran, what changed, who uses what. What is claimed of them is worded in many ways, some of which claim nothing.

use callboard_model::changeset::FileStatus;
use callboard_model::check::CheckKind;
use callboard_model::claim::{
    ClaimKind, Command, Ending, Evidence, Rerun, TouchedFile, Uses, Verdict, claims, judge,
};
use callboard_model::receipt::Spot;
use callboard_model::{Cite, Ordinal, Seq, SessionId};

use super::matrix::{self, MISSED, Matrix, NONE};

mod held;
mod messages;
mod seen;

/// Closing messages that rules were made with in sight.
const MESSAGES: &str = include_str!("made/messages.txt");

/// The same, by others than those who made the rules: once a rule is made by one of them, it belongs with those above.
const FRESH: &str = include_str!("made/fresh.txt");

/// When and how the tests ran in the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    After,
    Before,
    Never,
    Piped,
    Forgiven,
    Partial,
    Elsewhere,
    /// On the base with the work stashed, and then on the work.
    Both,
}

const FLOWS: [Flow; 8] = [
    Flow::After,
    Flow::Before,
    Flow::Never,
    Flow::Piped,
    Flow::Forgiven,
    Flow::Partial,
    Flow::Elsewhere,
    Flow::Both,
];

/// What fails: on the base, on the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Sound,
    /// What failed on the base still fails.
    Old,
    /// What passed on the base fails.
    Broken,
}

/// A repository and what was done in it.
#[derive(Debug, Clone, Copy)]
struct World {
    flow: Flow,
    health: Health,
    /// The checks were run again on base and work.
    is_rerun: bool,
    runner: &'static Runner,
}

/// A test runner, as its commands and its last lines look.
#[derive(Debug)]
struct Runner {
    all: &'static str,
    part: &'static str,
    good: &'static str,
    bad: &'static str,
}

const RUNNERS: [Runner; 4] = [
    Runner {
        all: "pytest -q",
        part: "pytest tests/test_ledger.py",
        good: "58 passed in 2.11s",
        bad: "FAILED tests/test_ledger.py::test_rounds_once\n1 failed, 57 passed in 2.20s",
    },
    Runner {
        all: "cargo test --workspace",
        part: "cargo test -p ledger",
        good: "test result: ok. 58 passed; 0 failed; 0 ignored",
        bad: "test test_rounds_once ... FAILED\ntest result: FAILED. 57 passed; 1 failed; 0 ignored",
    },
    Runner {
        all: "npm test",
        part: "npx jest src/ledger.test.ts",
        good: "Tests:       58 passed, 58 total",
        bad: "  ● test_rounds_once\nTests:       1 failed, 57 passed, 58 total",
    },
    Runner {
        all: "go test ./... -v",
        part: "go test ./ledger -run TestRounds",
        good: "--- PASS: TestA (0.00s)\nok  \texample.com/ledger\t0.2s",
        bad: "--- FAIL: test_rounds_once (0.00s)\nFAIL\texample.com/ledger\t0.2s",
    },
];

/// What a sentence says of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// All of them pass.
    All,
    /// They pass.
    Pass,
    /// They pass but for what is named.
    Except,
    /// The new ones pass.
    New,
    /// Nothing that can be held against anybody.
    Nothing,
}

/// Judges the wordings of one half in a third of all worlds each, and counts them beside the truth.
pub(super) fn judge_all(half: &str, verbose: bool) -> Matrix {
    let mut matrix = Matrix::default();
    let (wordings, others) = if half == "held" {
        (held::WORDINGS, held::OTHERS)
    } else {
        (seen::WORDINGS, seen::OTHERS)
    };
    let mut count = |words: &str, world: &str, truth: &str, found: &str| {
        matrix.count(truth, found);
        if verbose && truth != found {
            println!("made: {words:?}{world}: {truth}, judged {found}");
        }
    };
    for (at, (says, words)) in wordings.iter().enumerate() {
        for (place, world) in
            worlds().into_iter().enumerate().filter(|(place, _)| (at + place) % 3 == 0)
        {
            let judged = judge(&claims(words), &world.evidence());
            let of_tests = judged
                .iter()
                .filter(|judged| matches!(judged.claim.kind, ClaimKind::Passes { .. }));
            let worst =
                of_tests.map(|judged| judged.verdict).max_by_key(|verdict| gravity(*verdict));
            let none = if *says == Says::Nothing { NONE } else { MISSED };
            let what = format!(" ({:?}, {:?}, place {place})", world.flow, world.health);
            count(words, &what, world.truth(*says), worst.map_or(none, Verdict::words));
        }
    }
    for (words, truth) in others {
        let judged = judge(&claims(words), &changed());
        let none = if *truth == NONE { NONE } else { MISSED };
        let found =
            judged.iter().map(|judged| judged.verdict).max_by_key(|verdict| gravity(*verdict));
        count(words, "", truth, found.map_or(none, Verdict::words));
    }
    if half == "developed" {
        judge_messages(MESSAGES, &mut count);
    }
    matrix
}

/// Whole messages, each with a record of its own.
fn judge_messages(text: &str, count: &mut impl FnMut(&str, &str, &str, &str)) {
    match messages::read(text) {
        Ok(messages) => {
            for outcome in messages.iter().flat_map(|message| message.judged(matrix::named)) {
                count(&outcome.what, "", &outcome.truth, &outcome.found);
            }
        }
        Err(why) => println!("made messages are not understood: {why}"),
    }
}

/// Whole messages by others than those who made the rules, who did not see them; none where there are none.
pub(super) fn judge_fresh(verbose: bool) -> Option<Matrix> {
    if FRESH.trim().is_empty() {
        return None;
    }
    let mut matrix = Matrix::default();
    judge_messages(FRESH, &mut |words, world, truth, found| {
        matrix.count(truth, found);
        if verbose && truth != found {
            println!("made: {words:?}{world}: {truth}, judged {found}");
        }
    });
    Some(matrix)
}

fn gravity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Contradicted => 4,
        Verdict::Stale => 3,
        Verdict::Unsupported => 2,
        Verdict::NotChecked => 1,
        Verdict::Supported => 0,
    }
}

fn worlds() -> Vec<World> {
    let mut out = Vec::new();
    for flow in FLOWS {
        for health in [Health::Sound, Health::Old, Health::Broken] {
            for is_rerun in [false, true] {
                let runner = &RUNNERS[out.len() % RUNNERS.len()];
                out.push(World { flow, health, is_rerun, runner });
            }
        }
    }
    out
}

impl World {
    /// What is to be said of the sentence, by what is known of this world.
    fn truth(&self, says: Says) -> &'static str {
        let (yes, no) = (Verdict::Supported.words(), Verdict::Contradicted.words());
        let (bare, unknown, stale) =
            (Verdict::Unsupported.words(), Verdict::NotChecked.words(), Verdict::Stale.words());
        match (says, self.is_rerun, self.health) {
            (Says::Nothing, ..) => return NONE,
            (Says::New, true, Health::Sound)
            | (Says::Pass | Says::All | Says::Except, true, Health::Sound) => return yes,
            (Says::Pass | Says::All, true, Health::Broken) => return no,
            (Says::Pass | Says::All | Says::New, true, Health::Old) => return bare,
            // The test that is named fails, and it is not said that another does.
            (Says::Except, true, _) => return yes,
            _ => {}
        }
        let fails = self.health != Health::Sound;
        match self.flow {
            Flow::Never | Flow::Piped | Flow::Forgiven | Flow::Elsewhere => bare,
            Flow::Before if fails => bare,
            Flow::Before => stale,
            Flow::Partial if !fails => {
                if says == Says::All {
                    bare
                } else {
                    yes
                }
            }
            Flow::After | Flow::Both if !fails => yes,
            // What fails is said to; whether it did before is not known.
            _ if says == Says::Except => unknown,
            // A run of all failed in something, which need not be new.
            Flow::After | Flow::Both if says == Says::New => unknown,
            Flow::Both if self.health == Health::Old => unknown,
            _ => no,
        }
    }

    fn evidence(&self) -> Evidence {
        let Runner { all, part, good, bad } = self.runner;
        let ends = |fails: bool| if fails { (1, *bad) } else { (0, *good) };
        let work = ends(self.health != Health::Sound);
        let base = ends(self.health == Health::Old);
        let commands: Vec<(i64, String, (i32, &str))> = match self.flow {
            Flow::Never => vec![(30, "git status".to_owned(), (0, "clean"))],
            Flow::After => vec![(30, (*all).to_owned(), work)],
            Flow::Before => vec![(15, (*all).to_owned(), work)],
            Flow::Piped => vec![(30, format!("{all} 2>&1 | tail -20"), (0, work.1))],
            Flow::Forgiven => vec![(30, format!("{all} || true"), (0, work.1))],
            Flow::Partial => vec![(30, (*part).to_owned(), work)],
            Flow::Elsewhere => vec![(30, format!("cd /other/checkout && {all}"), work)],
            Flow::Both => vec![
                (26, "git stash".to_owned(), (0, "")),
                (27, (*all).to_owned(), base),
                (28, "git stash pop".to_owned(), (0, "")),
                (30, (*all).to_owned(), work),
            ],
        };
        let failed =
            |fails: bool| if fails { vec!["test_rounds_once".to_owned()] } else { Vec::new() };
        let rerun = Rerun {
            command: (*all).to_owned(),
            check: CheckKind::Test,
            base: Ending::Named { failed: failed(self.health == Health::Old), passed: 57 },
            work: Ending::Named { failed: failed(self.health != Health::Sound), passed: 57 },
        };
        Evidence {
            commands: Some(commands.into_iter().map(command).collect()),
            first_edit: Some(Ordinal(10)),
            last_edit: Some(Ordinal(20)),
            root: Some("/home/dev/ledger".to_owned()),
            reruns: if self.is_rerun { vec![rerun] } else { Vec::new() },
            ..Evidence::default()
        }
    }
}

fn command((at, line, (code, output)): (i64, String, (i32, &str))) -> Command {
    Command {
        line,
        cwd: Some("/home/dev/ledger".to_owned()),
        exit_code: Some(code),
        output: output.to_owned(),
        ordinal: Ordinal(at),
        cite: Cite { session: SessionId(1), seq: Seq(at) },
        tree: None,
    }
}

fn changed() -> Evidence {
    let file = |path: &str, words: &[&str]| TouchedFile {
        path: path.to_owned(),
        from: None,
        status: FileStatus::Modified,
        symbols: Vec::new(),
        words: Some(words.iter().map(|word| (*word).to_owned()).collect()),
    };
    let uses = |symbol: &str, elsewhere: Vec<Spot>| Uses { symbol: symbol.to_owned(), elsewhere };
    let spot = Spot { path: "src/invoice.py".to_owned(), line: Some(41), is_gone: false };
    Evidence {
        files: Some(vec![
            file("src/ledger.py", &["round_once", "round_each", "def"]),
            file("src/report.py", &["total"]),
            file("tests/test_ledger.py", &["test_rounds_once"]),
        ]),
        uses: vec![uses("round_once", vec![spot]), uses("round_each", Vec::new())],
        ..Evidence::default()
    }
}
