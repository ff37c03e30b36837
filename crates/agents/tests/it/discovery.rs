use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use callboard_agents::{Agent, Compression, Environment, Found, TranscriptFile, all};
use callboard_model::ThreadKey;
use callboard_model::event::EventBody;

use crate::agent;

const THREAD: &str = "01997e76-d124-7592-9cac-2ec05abbca08";

fn write(path: PathBuf) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "{}\n").unwrap();
    path
}

fn walk(agent: &dyn Agent, home: &Path) -> (Vec<TranscriptFile>, Vec<String>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    agent.transcripts(home, &mut |found| match found {
        Found::File(file) => files.push(file),
        Found::Problem { path, what } => problems.push(format!("{}: {what}", path.display())),
    });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    (files, problems)
}

#[test]
fn homes_follow_the_agents_own_variables() {
    let mut environment = Environment { home: PathBuf::from("/home/u"), vars: BTreeMap::new() };
    let homes = |environment: &Environment| {
        all().iter().flat_map(|agent| agent.homes(environment)).collect::<Vec<_>>()
    };
    let defaults = ["/home/u/.claude", "/home/u/.config/claude", "/home/u/.codex"];
    assert_eq!(homes(&environment), defaults.map(PathBuf::from));
    environment.vars.insert("CLAUDE_CONFIG_DIR".into(), "/a, /b".into());
    environment.vars.insert("CODEX_HOME".into(), "/c".into());
    assert_eq!(homes(&environment), ["/a", "/b", "/c"].map(PathBuf::from));
}

#[test]
fn claude_transcripts_are_found_with_their_threads() {
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join("projects/-r");
    write(project.join("s1.jsonl"));
    let sub = write(project.join("s1/subagents/agent-a1.jsonl"));
    write(project.join("s1/subagents/workflows/w/agent-a2.jsonl"));
    write(project.join("agent-old.jsonl"));
    write(project.join("s1/tool-results/x.jsonl"));
    write(project.join("memory/MEMORY.md"));
    fs::write(sub.with_extension("meta.json"), r#"{"agentType":"Explore","toolUseId":"t1"}"#)
        .unwrap();
    let claude = agent("claude");
    let (files, problems) = walk(claude, home.path());
    assert_eq!(problems, Vec::<String>::new());
    let threads: Vec<_> = files.iter().map(|file| file.thread.clone()).collect();
    assert_eq!(
        threads,
        [
            None,
            Some(ThreadKey::sub("s1", "a1")),
            Some(ThreadKey::sub("s1", "a2")),
            Some(ThreadKey::main("s1")),
        ]
    );
    for file in &files {
        assert_eq!(claude.transcript_at(home.path(), &file.path).as_ref(), Some(file));
    }
    let companion = claude.companion(&files[1]);
    let EventBody::Info(info) = &companion[0].body else { panic!("{companion:?}") };
    assert_eq!(info.agent_type.as_deref(), Some("Explore"));
    assert_eq!(info.parent_tool_use_id.as_deref(), Some("t1"));
    assert_eq!(claude.transcript_at(home.path(), &project.join("gone.jsonl")), None);
}

#[test]
fn codex_transcripts_are_found_in_every_layout() {
    let home = tempfile::tempdir().unwrap();
    write(
        home.path().join(format!("sessions/2025/09/24/rollout-2025-09-24T19-22-20-{THREAD}.jsonl")),
    );
    write(home.path().join(format!("sessions/rollout-2025-04-01-{THREAD}.jsonl")));
    write(
        home.path()
            .join(format!("archived_sessions/rollout-2025-09-24T19-22-20-{THREAD}.jsonl.zst")),
    );
    write(home.path().join("sessions/notes.txt"));
    let index = format!(
        "{{\"id\":\"{THREAD}\",\"thread_name\":\"first\"}}\nbroken\n{{\"id\":\"{THREAD}\",\"thread_name\":\"named\"}}\n"
    );
    fs::write(home.path().join("session_index.jsonl"), index).unwrap();
    let codex = agent("codex");
    let (files, problems) = walk(codex, home.path());
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(files.len(), 3);
    assert!(files.iter().all(|file| file.thread == Some(ThreadKey::main(THREAD))));
    assert_eq!(files[0].compression, Compression::Zstd);
    let companion = codex.companion(&files[1]);
    let EventBody::Info(info) = &companion[0].body else { panic!("{companion:?}") };
    assert_eq!(info.title.as_deref(), Some("named"));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_looked_at_is_a_problem_and_ends_nothing() {
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join("projects/-r");
    write(project.join("s1.jsonl"));
    fs::create_dir_all(project.join("folder.jsonl")).unwrap();
    std::os::unix::fs::symlink(&project, project.join("loop")).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", project.join("dangling.jsonl")).unwrap();
    let (files, problems) = walk(agent("claude"), home.path());
    assert_eq!(files.len(), 1);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(walk(agent("codex"), Path::new("/nowhere/at/all")).1, Vec::<String>::new());
}
