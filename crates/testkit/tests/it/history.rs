use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use callboard_testkit::history::{Oddities, Plan, Truth, generate};
use serde_json::{Deserializer, Value};

/// Every transcript below `folder`, with its text.
fn transcripts(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = entry.file_name().into_string().unwrap();
            if path.is_dir() {
                open.push(path);
            } else if name.ends_with(".jsonl") {
                found.insert(path.clone(), fs::read(path).unwrap());
            } else if name.ends_with(".jsonl.zst") {
                let packed = fs::File::open(&path).unwrap();
                found.insert(path, zstd::decode_all(packed).unwrap());
            }
        }
    }
    found
}

fn small(seed: u64) -> Plan {
    Plan { sessions: 30, files: 40, ..Plan::new(seed, 24_000_000) }
}

#[test]
fn the_same_plan_writes_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("history");
    let first = generate(&root, &small(7));
    let before = transcripts(&root);
    fs::remove_dir_all(&root).unwrap();
    let second = generate(&root, &small(7));
    assert_eq!(first.truth, second.truth);
    assert!(before == transcripts(&root), "the bytes differ");
    fs::remove_dir_all(&root).unwrap();
    assert_ne!(generate(&root, &small(8)).truth, first.truth);
}

#[test]
fn the_truth_is_what_an_independent_reader_counts() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { sessions: 60, files: 40, ..Plan::new(3, 60_000_000) };
    assert_eq!(plan.oddities, Oddities::Some);
    let history = generate(folder.path(), &plan);
    let truth = &history.truth;
    let mut count = Count::default();
    for (path, text) in transcripts(folder.path()) {
        count.file(&path, &text);
    }
    assert_eq!(count.truth.files, truth.files);
    assert_eq!(count.truth.bytes, truth.bytes);
    assert_eq!(count.truth.records, truth.records);
    assert_eq!(count.truth.prompts, truth.prompts);
    assert_eq!(count.truth.tool_results, truth.tool_results);
    assert_eq!(count.truth.compactions, truth.compactions);
    assert_eq!(count.truth.needles, truth.needles);
    assert_eq!(count.sessions.len() as u64, truth.sessions);
    assert_eq!(count.repeated, truth.records - truth.unique_records);
    assert!(count.truth.joined_records.abs_diff(truth.joined_records) <= 1, "{truth:?}");
    // What a test of the product wants to meet, this much history has.
    for (what, n) in [
        ("repeated records", count.repeated),
        ("joined records", truth.joined_records),
        ("forks", truth.forks),
        ("subagents", truth.subagents),
        ("compactions", truth.compactions),
    ] {
        assert!(n > 0, "no {what}: {truth:?}");
    }
    assert!((50_000_000..80_000_000).contains(&truth.bytes), "{truth:?}");
}

#[test]
fn the_shares_are_those_of_real_transcripts() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { claude_share: 1.0, sessions: 20, ..Plan::new(5, 30_000_000) };
    let history = generate(folder.path(), &plan);
    let mut count = Count::default();
    for (path, text) in transcripts(folder.path()) {
        count.file(&path, &text);
    }
    let share = |bytes: u64| bytes as f64 / history.truth.bytes as f64;
    let (copies, progress) = (share(count.copies), share(count.progress));
    assert!((0.35..0.50).contains(&copies), "copies of tool results: {copies}");
    assert!((0.14..0.27).contains(&progress), "progress: {progress}");
}

/// What a reader that knows only the formats counts.
#[derive(Default)]
struct Count {
    truth: Truth,
    sessions: HashSet<String>,
    seen: HashSet<String>,
    repeated: u64,
    copies: u64,
    progress: u64,
}

impl Count {
    fn file(&mut self, path: &Path, text: &[u8]) {
        self.truth.files += 1;
        self.truth.bytes += text.len() as u64;
        let is_claude = path.components().any(|part| part.as_os_str() == "claude");
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let objects: Vec<Value> =
                Deserializer::from_slice(line).into_iter().map(Result::unwrap).collect();
            self.truth.joined_records += objects.len() as u64 - 1;
            for object in &objects {
                self.truth.records += 1;
                if is_claude { self.claude(object) } else { self.codex(path, object) }
            }
        }
    }

    fn claude(&mut self, record: &Value) {
        self.sessions.extend(record["sessionId"].as_str().map(ToOwned::to_owned));
        let is_new = record["uuid"].as_str().is_none_or(|uuid| self.seen.insert(uuid.to_owned()));
        self.repeated += u64::from(!is_new);
        if !is_new {
            return;
        }
        if record["type"] == "progress" {
            self.progress += record.to_string().len() as u64;
        }
        if let Some(copy) = record.get("toolUseResult") {
            self.copies += copy.to_string().len() as u64;
            self.truth.tool_results += 1;
        } else if record["promptId"].is_string() && record["isSidechain"] == false {
            let content = &record["message"]["content"];
            let text = content.as_str().or(content[0]["text"].as_str());
            self.prompt(text.unwrap());
        }
        self.truth.compactions += u64::from(record["subtype"] == "compact_boundary");
    }

    fn codex(&mut self, path: &Path, record: &Value) {
        self.sessions.insert(path.display().to_string());
        self.truth.compactions += u64::from(record["type"] == "compacted");
        let item = if record.get("payload").is_some() { &record["payload"] } else { record };
        let is_output = item["type"].as_str().is_some_and(|t| t.ends_with("_output"));
        self.truth.tool_results += u64::from(is_output);
        if item["type"] == "message" && item["role"] == "user" && record["type"] != "compacted" {
            let text = item["content"][0]["text"].as_str().unwrap();
            if !text.starts_with("# AGENTS.md") && !text.starts_with("<environment_context>") {
                self.prompt(text);
            }
        }
    }

    fn prompt(&mut self, text: &str) {
        assert!(self.seen.insert(text.to_owned()), "two equal prompts: {text}");
        self.truth.prompts += 1;
        let word = text.split(' ').next().unwrap();
        if word.starts_with("quillfeather") {
            *self.truth.needles.entry(word.to_owned()).or_default() += 1;
        }
    }
}
