//! The daemon is killed at any moment while agents write: nothing is lost, nothing is there twice.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use callboard_store::{Reader, Source};
use callboard_testkit::history::{Plan, generate};
use callboard_testkit::{Daemon, HermeticHome, Repo, wait};
use serde_json::{Value, json};

use crate::transcripts::{Claude, append};

/// How often the daemon is killed, unless the variable says otherwise.
const KILLS: u64 = 20;
const KILLS_VARIABLE: &str = "CALLBOARD_TEST_KILLS";

/// The latest moment of a kill, in milliseconds after the daemon's start.
const LATEST_MS: u64 = 250;

/// Random numbers that are the same on every run (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

#[test]
fn nothing_is_lost_and_nothing_is_there_twice() {
    let kills = std::env::var(KILLS_VARIABLE).map_or(KILLS, |n| n.parse().unwrap());
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    history(&home);
    let sessions: Vec<Claude> =
        (0..4).map(|n| Claude::new(&format!("grows-{n}"), repo.path())).collect();
    let mut daemon = Daemon::start(&home, &[]);
    let done = AtomicBool::new(false);
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    std::thread::scope(|scope| {
        let (home, sessions, done) = (&home, &sessions, &done);
        scope.spawn(move || write(home, sessions, done));
        for _ in 0..kills {
            // The moment is the point: it is not waited for anything.
            std::thread::sleep(Duration::from_millis(random.below(LATEST_MS)));
            daemon.kill_9();
            daemon.start_again();
        }
        done.store(true, Ordering::Release);
    });
    let survived = read_to_the_end(&home, &daemon);
    daemon.stop();
    every_record_is_there_once(&home);

    fs::rename(home.callboard_home(), home.root().join("killed")).unwrap();
    fs::create_dir(home.callboard_home()).unwrap();
    daemon.start_again();
    let in_peace = read_to_the_end(&home, &daemon);
    let names = |read: &BTreeMap<String, Value>| read.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&survived), names(&in_peace));
    for (name, session) in &in_peace {
        assert!(survived[name] == *session, "{name}: {:#} is not {session:#}", survived[name]);
    }
}

/// Gives the home sessions of before.
fn history(home: &HermeticHome) {
    let made = home.root().join("made");
    let _ = generate(&made, &Plan { sessions: 6, ..Plan::new(3, 3_000_000) });
    fs::rename(made.join("claude/projects"), home.claude_config_dir().join("projects")).unwrap();
    fs::rename(made.join("codex/sessions"), home.codex_home().join("sessions")).unwrap();
}

/// Appends to the sessions, some lines in two pieces, until done.
fn write(home: &HermeticHome, sessions: &[Claude], done: &AtomicBool) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut n = 0;
    while !done.load(Ordering::Acquire) {
        let session = &sessions[usize::try_from(random.below(4)).unwrap()];
        let text =
            format!("word{n} {}", "and more ".repeat(usize::try_from(random.below(200)).unwrap()));
        let line = match n % 4 {
            0 => session.prompt(n, &text),
            1 => session.says(n, &text),
            2 => session.uses(n, "Bash", &json!({"command": format!("cargo test -p word{n}")})),
            _ => session.result(n, n - 1, &text, &json!({"stdout": text, "stderr": ""})),
        };
        let (begin, end) = line.as_bytes().split_at(line.len() / 2);
        append(&session.path(home), begin);
        std::thread::sleep(Duration::from_millis(random.below(4)));
        append(&session.path(home), end);
        n += 1;
    }
}

fn sources(home: &HermeticHome) -> Vec<Source> {
    Reader::open(&home.callboard_home()).unwrap().snapshot(|s| s.sources()).unwrap()
}

/// Every session once all files are read: its row and its events, without what depends on when they
/// were read.
fn read_to_the_end(home: &HermeticHome, daemon: &Daemon<'_>) -> BTreeMap<String, Value> {
    let end = |path: PathBuf| {
        let end = content(&path).trim_ascii_end().len() as u64;
        (path, end)
    };
    let files: Vec<(PathBuf, u64)> = transcripts(home.root()).into_iter().map(end).collect();
    wait::until("the end of all files", || {
        let read = sources(home);
        let is_read = |(path, end): &(PathBuf, u64)| {
            read.iter().any(|source| source.row.path == *path && source.row.cursor.offset >= *end)
        };
        files.iter().all(is_read).then_some(())
    });
    let list = daemon.get("/api/sessions?limit=0").json();
    let mut all = BTreeMap::new();
    for row in list["sessions"].as_array().unwrap() {
        let id = row["id"].as_str().unwrap();
        let mut detail = daemon.get(&format!("/api/sessions/{id}")).json();
        let name = format!("{}/{}", row["agent_session_id"], row["subagent_id"]);
        forget_when(&mut detail);
        detail["events"] = Value::Array(events(daemon, id));
        assert!(all.insert(name.clone(), detail).is_none(), "{name} is there twice");
    }
    all
}

/// Ids and orders are given as things are read.
fn forget_when(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in ["id", "seq", "parent", "forked_from", "session", "readable"] {
                if fields.get(name).is_some_and(|field| !field.is_object()) {
                    fields.remove(name);
                }
            }
            fields.values_mut().for_each(forget_when);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_when),
        _ => {}
    }
}

fn events(daemon: &Daemon<'_>, id: &str) -> Vec<Value> {
    let (mut all, mut from) = (Vec::new(), "start".to_owned());
    loop {
        let path = format!("/api/sessions/{id}/events?limit=500&from={from}");
        let page = daemon.get(&path).json();
        all.extend(page["events"].as_array().unwrap().iter().cloned());
        if page["more_after"] == false {
            break;
        }
        from = format!("after:{}", all.last().unwrap()["seq"]);
    }
    all.iter_mut().for_each(forget_when);
    all
}

/// Compares the records with the files, byte by byte.
fn every_record_is_there_once(home: &HermeticHome) {
    let mut reader = Reader::open(&home.callboard_home()).unwrap();
    assert_eq!(reader.snapshot(|s| s.damage()).unwrap(), None);
    let sources = sources(home);
    for path in transcripts(home.root()) {
        let of_path: Vec<&Source> = sources.iter().filter(|s| s.row.path == path).collect();
        let [source] = of_path.as_slice() else { panic!("{}: {of_path:?}", path.display()) };
        let bytes = content(&path);
        let mut at = 0;
        let mut each = |offset: u64, length: u64, hash: u64| {
            let (begin, end) =
                (usize::try_from(offset).unwrap(), usize::try_from(offset + length).unwrap());
            let between = bytes[at..begin].trim_ascii();
            assert!(between.is_empty(), "{} bytes at {at} of {}", between.len(), path.display());
            assert_eq!(hash, xxhash_rust::xxh3::xxh3_64(&bytes[begin..end]), "{}", path.display());
            at = end;
        };
        assert_eq!(source.row.cursor.generation, 0, "{}", path.display());
        let read = reader.snapshot(|s| {
            s.each_record(source.id, 0, 0, |record| {
                each(record.place.offset, record.length, record.hash);
                Ok(true)
            })
        });
        read.unwrap();
        assert!(bytes[at..].trim_ascii().is_empty(), "the end of {}", path.display());
    }
}

fn content(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    if path.extension().is_some_and(|end| end == "zst") {
        return zstd::decode_all(bytes.as_slice()).unwrap();
    }
    bytes
}

/// Every transcript of both agents.
fn transcripts(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) =
        (Vec::new(), vec![root.join("claude/projects"), root.join("codex/sessions")]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                open.push(path);
            } else if name.ends_with(".jsonl") || name.ends_with(".jsonl.zst") {
                found.push(path);
            }
        }
    }
    found
}
