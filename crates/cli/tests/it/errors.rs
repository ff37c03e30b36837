//! Every error that a person can meet says what happened, what was left untouched, and what to do.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use callboard_testkit::{Callboard, Finished, HermeticHome, Repo};
use insta::assert_snapshot;

use crate::scene::{home, morning, program, redacted, told};

/// Runs a command with a variable set.
fn run_with(callboard: &Callboard<'_>, name: &str, value: &Path, args: &str) -> Finished {
    let mut command = callboard.command();
    let output = command.args(args.split(' ')).env(name, value).stdin(Stdio::null()).output();
    let output = output.unwrap();
    Finished {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let home = home();
    let repo = Repo::new(&home);
    let daemon = morning(&home, &repo);
    let callboard = daemon.callboard();
    fs::create_dir(repo.path().join("folder")).unwrap();
    repo.write("noise.md", [0xff, 0xfe, b'\n']);
    repo.write("empty.md", "");
    let all: Vec<String> = [
        "session show S99",
        "session show S0",
        "session show walrus",
        "session show 5f3c2a10",
        "session tail S99",
        "session events S1 --kind walrus",
        "session list --state walrus",
        "session list --task walrus",
        "session list --agent walrus",
        "session list --limit many",
        "session",
        "task show T99",
        "task show walrus",
        "task show",
        "task edit T1",
        "task edit T99 --title Nothing",
        "task edit T1 --priority walrus",
        "task edit T1 --waits-for T1",
        "task edit T1 --waits-for T2",
        "task edit T1 --waits-for T99",
        "task move T1 walrus",
        "task move T1 done --before T99",
        "task link T1 S99",
        "task link T99 S1",
        "task remove T99",
        "task remove T1 --restore",
        "task new Title --column walrus",
        "task new Title --session S99",
        "task import missing.md",
        "task import folder",
        "task import noise.md",
        "task import empty.md",
        "task import",
        "task import --github",
        "since walrus",
        "since 2026-13-45",
        "search lock --since walrus",
        "search lock --session walrus",
        "search",
        "up missing --no-open",
        "up README.md --no-open",
        "up --port 70000 --no-open",
        "walrus",
        "status --walrus",
        "daemon",
    ]
    .iter()
    .map(|args| format!("$ callboard {args}\n{}", told(&callboard.run(args.split(' ')))))
    .chain([format!("$ callboard task new ''\n{}", told(&callboard.run(["task", "new", ""])))])
    .collect();
    redacted(&home).bind(|| assert_snapshot!("misuse", all.join("\n")));
}

#[test]
fn outside_of_every_workspace() {
    let home = home();
    let repo = Repo::new(&home);
    let _daemon = morning(&home, &repo);
    let outside = home.work().join("elsewhere");
    fs::create_dir(&outside).unwrap();
    let callboard = Callboard::built(&home).cwd(&outside);
    let all: Vec<String> = ["task new Title", "since", "task import list.md", "session list"]
        .iter()
        .map(|args| format!("$ callboard {args}\n{}", told(&callboard.run(args.split(' ')))))
        .collect();
    redacted(&home).bind(|| assert_snapshot!("outside", all.join("\n")));
}

#[test]
fn settings_that_mean_nothing() {
    let home = home();
    let callboard = Callboard::built(&home);
    fs::write(home.root().join("a-file"), "").unwrap();
    let under_a_file = home.root().join("a-file/callboard");
    let all: Vec<String> = [
        ("CALLBOARD_PORT", Path::new("many"), "status"),
        ("CALLBOARD_LOG", Path::new("loud"), "status"),
        ("CALLBOARD_HOME", &under_a_file, "status"),
        ("CALLBOARD_TASK", Path::new("walrus"), "task show"),
    ]
    .iter()
    .map(|(name, value, args)| {
        let told = told(&run_with(&callboard, name, value, args));
        format!("$ {name}={} callboard {args}\n{told}", value.display())
    })
    .collect();
    // The last one asked the daemon.
    let _ = callboard.run(["down"]);
    redacted(&home).bind(|| assert_snapshot!("settings", all.join("\n")));
}

#[test]
fn a_daemon_that_cannot_start_says_why() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let callboard = Callboard::built(&home).cwd(repo.path());
    let mut settings = redacted(&home);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    settings.add_filter(&format!("port {port}"), "port [port]");
    settings.bind(|| {
        let up = callboard.run(["up", "--no-open", "--port", &port]);
        assert_snapshot!("port_taken", told(&up));
        fs::write(home.callboard_home().join("callboard.db"), "this is no database").unwrap();
        for end in ["-wal", "-shm"] {
            let _ = fs::remove_file(home.callboard_home().join(format!("callboard.db{end}")));
        }
        assert_snapshot!("damaged", told(&callboard.run(["status"])));
    });
    let kept = fs::read(home.callboard_home().join("callboard.db")).unwrap();
    assert_eq!(kept, b"this is no database", "it was left as it is");
}

#[test]
fn issues_that_cannot_be_had() {
    let home = home();
    let repo = Repo::new(&home);
    let daemon = morning(&home, &repo);
    let import = || told(&daemon.callboard().run(["task", "import", "--github"]));
    redacted(&home).bind(|| {
        assert_snapshot!("no_gh", import());
        program(&home, "gh", "echo 'To get started, run: gh auth login' >&2; exit 4");
        assert_snapshot!("gh_not_signed_in", import());
        program(&home, "gh", "echo '{}'");
        assert_snapshot!("gh_of_another_kind", import());
    });
}
