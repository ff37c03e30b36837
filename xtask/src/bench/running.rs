//! Sessions that run while something is measured: a process, a registry entry and a transcript each.

use std::fs::{self, File};
use std::io::Write;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use callboard_testkit::HermeticHome;

/// Time between two lines of one session that is at work: faster than agents write.
const PAUSE: Duration = Duration::from_millis(100);

/// A session of Claude Code, as far as its files show it.
pub(super) struct RunningSession {
    number: usize,
    transcript: File,
    lines: usize,
    process: Child,
}

impl RunningSession {
    /// Begins session `number`: its process, its entry in the registry, its empty transcript.
    pub(super) fn begin(home: &HermeticHome, number: usize) -> Self {
        let config = home.claude_config_dir();
        let folder = config.join("projects/-live");
        fs::create_dir_all(&folder).expect("a folder of the scratch home");
        fs::create_dir_all(config.join("sessions")).expect("a folder of the scratch home");
        let process = Command::new("sleep").arg("3600").spawn().expect("the command sleep");
        let (pid, id) = (process.id(), id(number));
        let entry = format!(
            r#"{{"pid":{pid},"sessionId":"{id}","cwd":"/live","status":"busy","statusUpdatedAt":1790812800000}}"#
        );
        fs::write(config.join(format!("sessions/{pid}.json")), entry)
            .expect("a file of the scratch home");
        let transcript = File::create(folder.join(format!("{id}.jsonl")));
        let transcript = transcript.expect("a file of the scratch home");
        Self { number, transcript, lines: 0, process }
    }

    /// Appends a line; the word that only it has.
    pub(super) fn append(&mut self) -> String {
        let (line, marker) = line(self.number, self.lines);
        self.lines += 1;
        self.transcript.write_all(line.as_bytes()).expect("a file of the scratch home");
        marker
    }
}

impl Drop for RunningSession {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// Line `n` of a session as Claude Code writes it, and the word that only it has.
pub(super) fn line(session: usize, n: usize) -> (String, String) {
    let marker = format!("quillmark{session}x{n}");
    let id = id(session);
    let line = format!(
        r#"{{"parentUuid":null,"isSidechain":false,"userType":"external","cwd":"/live","sessionId":"{id}","version":"2.1.329","gitBranch":"main","type":"assistant","message":{{"model":"m","id":"msg_{session}_{n}","type":"message","role":"assistant","content":[{{"type":"text","text":"The agent says {marker} about the cursor of the watcher."}}],"stop_reason":null,"usage":{{"input_tokens":3,"output_tokens":5}}}},"uuid":"00000000-0000-4000-8{session:03x}-{n:012x}","timestamp":"2026-10-01T00:00:00.000Z"}}"#
    );
    (line + "\n", marker)
}

/// Sessions that go on writing until this is dropped.
pub(super) struct AtWork {
    ended: Arc<AtomicBool>,
    writing: Option<JoinHandle<()>>,
}

impl AtWork {
    /// Has each session write a line every [`PAUSE`], spread over it.
    pub(super) fn begin(mut sessions: Vec<RunningSession>) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let seen = ended.clone();
        let pause = PAUSE / u32::try_from(sessions.len().max(1)).unwrap_or(1);
        let writing = std::thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                for session in &mut sessions {
                    session.append();
                    std::thread::sleep(pause);
                }
            }
        });
        Self { ended, writing: Some(writing) }
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(writing) = self.writing.take() {
            let _ = writing.join();
        }
    }
}
