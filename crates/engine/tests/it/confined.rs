//! Checks that are confined, and what hostile ones come to: a real engine, real git, and the built `callboard`.

#![allow(clippy::print_stderr, reason = "what a system does not hold is said")]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use callboard_engine::{StopFlag, Trial, TrialNews};
use callboard_model::WorkspaceId;
use callboard_model::receipt::{ConfinedBy, Hold};
use callboard_model::review::CheckOutcome::{CouldNotRun, Failed, Passed};
use callboard_model::trial::TrialResult;
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;

/// What must survive, from the home.
const KEPT: [(&str, &str); 3] = [(".ssh/id_x", "the key"), ("kept", "kept"), (".cache/old", "old")];

struct Scene<'h> {
    home: &'h HermeticHome,
    repo: Repo<'h>,
    running: Running,
    workspace: WorkspaceId,
}

impl<'h> Scene<'h> {
    fn new(home: &'h HermeticHome) -> Self {
        let repo = Repo::new(home);
        repo.commit("begin", &[("a", "1\n"), (".gitignore", "callboard.toml\n.env\n")]);
        for (path, text) in KEPT {
            let path = home.user_home().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let running = Running::start_confining(home);
        let workspace = running.register(&repo);
        Self { home, repo, running, workspace }
    }

    /// What the checks of this configuration come to.
    fn results(&self, settings: &str) -> Vec<TrialResult> {
        self.results_of(settings, false)
    }

    fn results_of(&self, settings: &str, measures: bool) -> Vec<TrialResult> {
        self.repo.write("callboard.toml", settings);
        let commands = self.running.engine.checks_of(self.workspace, &[]).unwrap();
        let stop = StopFlag::default();
        let trial = Trial {
            workspace: self.workspace,
            commit: "HEAD",
            commands: &commands,
            fresh: true,
            measures,
            stop: &stop,
        };
        let mut results = Vec::new();
        let mut told = |news| {
            if let TrialNews::Ended { result, .. } = news {
                results.push(result);
            }
        };
        self.running.engine.try_commit(&trial, &mut told).unwrap();
        self.nothing_is_harmed();
        results
    }

    /// What one check comes to, as `callboard.toml` names it.
    fn result(&self, check: &str) -> TrialResult {
        self.results(&format!("checks = [{check}]\n")).remove(0)
    }

    fn log(&self, result: &TrialResult) -> String {
        self.running.engine.trial_log(result.log.as_ref().unwrap(), 0).unwrap().text
    }

    fn at_home(&self, name: &str) -> PathBuf {
        self.home.user_home().join(name)
    }

    fn nothing_is_harmed(&self) {
        for (path, text) in KEPT {
            assert_eq!(fs::read_to_string(self.at_home(path)).unwrap(), text);
        }
        assert_eq!(self.repo.read("a"), "1\n");
        let listed = self.repo.git(&["worktree", "list", "--porcelain"]);
        assert!(!listed.contains("callboard-trials"), "{listed}");
        assert_eq!(self.repo.git(&["for-each-ref", "refs/heads/made", "refs/tags"]), "");
        assert!(!self.repo.path().join(".git/hooks/made").exists());
    }

    /// Whether checks run in namespaces of their own here; says if not.
    fn has_namespaces(&self) -> bool {
        let by = self.result("'true'").confinement.unwrap().by;
        if by != ConfinedBy::Namespaces {
            eprintln!("skipped: the system gives no namespaces");
        }
        by == ConfinedBy::Namespaces
    }
}

fn words(result: &TrialResult) -> &str {
    result.words.as_deref().unwrap_or_default()
}

#[test]
fn a_check_has_its_worktree_its_temporary_files_and_copies_of_the_rest() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    if !scene.has_namespaces() {
        return;
    }
    let result = scene.result(
        r#"'''echo 2 > a && mktemp && cat ~/.cache/old && echo new > ~/.cache/old && echo x > ~/.cache/new && cat ~/.cache/old'''"#,
    );
    assert_eq!((result.outcome, result.exit_code), (Passed, Some(0)), "{}", scene.log(&result));
    let confinement = result.confinement.clone().unwrap();
    assert!(confinement.memory == Hold::Held && confinement.disk == Hold::Held);
    if confinement.files != Hold::Held {
        return eprintln!("skipped: {:?}", confinement.files);
    }
    assert!(scene.log(&result).ends_with("oldnew\n"), "{}", scene.log(&result));
    assert!(!scene.at_home(".cache/new").exists());
    let git = r#"'''echo 2 > a && git add a && git -c user.name=a -c user.email=a@b commit -qm two && git branch made && git tag made && touch "$(git rev-parse --git-common-dir)/hooks/made" && git log --format=%s -1'''"#;
    let result = scene.result(git);
    assert_eq!((result.outcome, words(&result)), (Passed, "two"), "{}", scene.log(&result));
}

#[test]
fn nothing_is_written_outside_of_the_checkout() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    if !scene.has_namespaces() {
        return;
    }
    for line in [
        "echo x > ~/made",
        "rm ~/kept",
        r#"echo 2 > "$(dirname "$(git rev-parse --git-common-dir)")/a""#,
        "chmod 000 ~/kept",
        "rm .git",
    ] {
        let result = scene.result(&format!("'''{line}'''"));
        assert_eq!(result.outcome, Failed, "{line}: {}", scene.log(&result));
        assert!(!scene.at_home("made").exists());
    }
    let result = scene.result(r#"{ run = "echo x > ~/reports/made", writes = ["~/reports"] }"#);
    assert_eq!(result.outcome, Passed, "{}", scene.log(&result));
    assert_eq!(fs::read_to_string(scene.at_home("reports/made")).unwrap(), "x\n");
    let off = scene.results("checks = 'echo x > ~/made'\n[confine]\noff = true\n").remove(0);
    assert_eq!((off.outcome, off.confinement), (Passed, None));
}

#[test]
fn keys_and_what_agents_and_callboard_keep_are_not_read() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    let held = scene.result("'true'").confinement.unwrap().secrets;
    if held != Hold::Held {
        return eprintln!("skipped: {held:?}");
    }
    let db = home.callboard_home().join("callboard.db");
    for path in [&scene.at_home(".ssh/id_x"), &db] {
        assert!(path.exists());
        let result = scene.result(&format!("'cat {}'", path.display()));
        assert_eq!(result.outcome, Failed, "{}: {}", path.display(), scene.log(&result));
    }
}

#[test]
fn services_of_the_machine_are_those_that_are_named_or_led_to() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    if !scene.has_namespaces() {
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || for _ in listener.incoming() {});
    let ask = format!("bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}'");
    assert_eq!(scene.result(&format!("\"{ask}\"")).outcome, Failed);
    for settings in [
        format!("checks = [{{ run = \"{ask}\", services = ['localhost:{port}'] }}]\n"),
        format!("checks = [{{ run = \"{ask}\", network = true }}]\n"),
        format!("checks = [\"{ask}\"]\n[confine]\nservices = ['{port}']\n"),
        format!("checks = [\"{ask}\"]\n[environment]\nDB = 'postgres://a@localhost:{port}/x'\n"),
    ] {
        let result = scene.results(&settings).remove(0);
        assert_eq!(result.outcome, Passed, "{settings}: {}", scene.log(&result));
    }
    scene.repo.write(".env", format!("API=http://localhost:{port}/\n"));
    assert_eq!(scene.result(&format!("\"{ask}\"")).outcome, Passed);
}

#[test]
fn one_that_deletes_its_checkout_says_so_and_the_next_could_not_run() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    let results = scene.results("checks = ['rm -rf \"$PWD\"; cd ..; true', 'true']\n");
    assert!(words(&results[0]).starts_with("it deleted its checkout"), "{results:#?}");
    assert_eq!(results[1].outcome, CouldNotRun);
    assert!(words(&results[1]).contains("deleted its checkout"));
}

#[test]
fn one_that_takes_too_much_is_stopped_and_says_what() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    let began = Instant::now();
    // Each would end by itself on a machine on which nothing holds it.
    for (line, settings, said) in [
        ("(trap \"\" TERM; sleep 60) & sleep 60", "", "it did not end within 1 s"),
        (
            "b() { [ $1 = 0 ] || { b $(($1 - 1)) & b $(($1 - 1)) & }; exec sleep 9; }; b 7; wait",
            "processes = 30",
            "it had more than 30 processes at one time",
        ),
        (
            "for i in 1 2 3 4 5 6 7 8; do head -c 8000000 /dev/zero > $i; sleep 0.05; done; sleep 9",
            "disk_mb = 20",
            "it took more than 20 MB of the disk",
        ),
        ("ulimit -v 900000; tail /dev/zero", "memory_mb = 64", "it took more than 64 MB of memory"),
        (
            "mkdir m; cd m; seq 900 | xargs touch; sleep 9",
            "files = 300",
            "it made or changed more than 300 files",
        ),
    ] {
        let seconds = if settings.is_empty() { 1 } else { 60 };
        let settings =
            format!("checks = ['''{line}''']\ncheck_seconds = {seconds}\n[confine]\n{settings}\n");
        let result = scene.results(&settings).remove(0);
        assert_eq!((result.outcome, result.exit_code), (Failed, None), "{result:#?}");
        assert!(words(&result).starts_with(said), "{result:#?}");
    }
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
}

#[test]
fn one_that_prints_without_end_keeps_beginning_and_end() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    let result =
        scene.result(r"'''echo first; head -c 60000000 /dev/zero | tr '\0' x; echo; echo last'''");
    assert_eq!((result.outcome, words(&result)), (Passed, "last"));
    assert!(scene.log(&result).contains("\nfirst\n"));
    let log = home.callboard_home().join("trials").join(result.log.unwrap());
    assert!(fs::metadata(log).unwrap().len() < 40 << 20);
}

#[test]
fn one_that_kills_what_is_above_it_harms_nobody() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    let held = scene.result("'true'").confinement.unwrap().processes;
    if held != Hold::Held {
        return eprintln!("skipped: {held:?}");
    }
    let ours = format!("kill -9 {}", std::process::id());
    for line in ["kill -9 $PPID; kill -9 0", "kill -9 -1", &ours] {
        let result = scene.result(&format!("'{line}; exit 1'"));
        assert_ne!(result.outcome, Passed, "{line}");
    }
}

#[test]
fn what_a_confined_check_executes_is_measured() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    let code = "export const used = () => 1\nexport const unused = () => {\n  return 2\n}\n";
    let check = "import { used } from './cart.mjs'\nused()\n";
    scene.repo.commit("code", &[("cart.mjs", code), ("check.mjs", check)]);
    let [result] = scene.results_of("checks = ['node check.mjs']\n", true).try_into().unwrap();
    assert_eq!(result.outcome, Passed, "{result:?}");
    let cart = &result.executed.unwrap().files["cart.mjs"];
    assert_eq!((cart.executed.ranges(), cart.executable.len()), (&[(1, 2)][..], 3));
}
