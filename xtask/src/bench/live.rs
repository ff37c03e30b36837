//! From a line that an agent appends to the announcement that the page receives.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use callboard_testkit::daemon::EventStream;
use callboard_testkit::{Daemon, HermeticHome};

use super::figure::{Figure, quantile};
use super::floor::{processor_seconds, write_and_read};
use super::ground::{Scale, home_with, read_all};

/// Lines that are appended and waited for.
const LINES: usize = 300;

const SESSION: &str = "00000000-0000-4000-8000-00000000c0de";

/// Appends lines to a session beside a whole history that has been read.
pub(super) fn measure(binary: &Path, scale: Scale) -> Vec<Figure> {
    let home = home_with(&scale.history());
    let (daemon, _) = read_all(binary, &home);
    let mut stream = daemon.events("/api/stream");
    let mut file = transcript(&home);
    let mut agent = Agent { file: &mut file, lines: 0 };
    let first = agent.append();
    let session = wait_for_session(&mut stream, None);
    wait_for_text(&daemon, &mut stream, &session, &first);
    let cpu = processor_seconds(daemon.pid());
    let mut times = Vec::new();
    for _ in 0..LINES {
        let begun = Instant::now();
        let marker = agent.append();
        times.push(
            wait_for_text(&daemon, &mut stream, &session, &marker)
                .duration_since(begun)
                .as_secs_f64()
                * 1000.0,
        );
    }
    let cpu = (processor_seconds(daemon.pid()) - cpu) * 1000.0 / LINES as f64;
    let scratch = home.root().join("floor.jsonl");
    let mut least: Vec<f64> = (0..LINES).map(|n| write_and_read(&scratch, &line(n).0)).collect();
    let (middle, worst) = (quantile(&mut least, 0.5), quantile(&mut least, 0.99));
    vec![
        Figure::new("live, line to announcement, p50", quantile(&mut times, 0.5), "ms")
            .beside("append and read back", Some(middle)),
        Figure::new("live, line to announcement, p99", quantile(&mut times, 0.99), "ms")
            .beside("append and read back", Some(worst)),
        Figure::new("live, processor per line, with its request", cpu, "ms"),
    ]
}

fn transcript(home: &HermeticHome) -> File {
    let folder = home.claude_config_dir().join("projects/-live");
    fs::create_dir_all(&folder).expect("a folder of the scratch home");
    File::create(folder.join(format!("{SESSION}.jsonl"))).expect("a file of the scratch home")
}

struct Agent<'f> {
    file: &'f mut File,
    lines: usize,
}

impl Agent<'_> {
    /// Appends a line; the words that only it has.
    fn append(&mut self) -> String {
        let (line, marker) = line(self.lines);
        self.lines += 1;
        self.file.write_all(line.as_bytes()).expect("a file of the scratch home");
        marker
    }
}

fn line(n: usize) -> (String, String) {
    let marker = format!("The agent says line {n}.");
    let line = format!(
        r#"{{"parentUuid":null,"isSidechain":false,"userType":"external","cwd":"/live","sessionId":"{SESSION}","version":"2.1.329","gitBranch":"main","type":"assistant","message":{{"model":"m","id":"msg_{n}","type":"message","role":"assistant","content":[{{"type":"text","text":"{marker}"}}],"stop_reason":null,"usage":{{"input_tokens":3,"output_tokens":5}}}},"uuid":"00000000-0000-4000-8000-{n:012x}","timestamp":"2026-10-01T00:00:00.000Z"}}"#
    );
    (line + "\n", marker)
}

/// Waits until the stream tells of a session, of this one if it is known; its id.
fn wait_for_session(stream: &mut EventStream, session: Option<&str>) -> String {
    let told = stream.wait_for("a session", |event| {
        let said = event.json();
        let is_wanted = session.is_none_or(|id| said["session"]["id"] == id);
        said["type"] == "session" && is_wanted
    });
    told.json()["session"]["id"].as_str().unwrap_or_default().to_owned()
}

/// Waits until an announcement came after which the session's last events hold the words; when it came.
fn wait_for_text(
    daemon: &Daemon<'_>,
    stream: &mut EventStream,
    session: &str,
    words: &str,
) -> Instant {
    let path = format!("/api/sessions/{session}/events?from=end&limit=3");
    let mut announced = Instant::now();
    while !daemon.get(&path).text().contains(words) {
        wait_for_session(stream, Some(session));
        announced = Instant::now();
    }
    announced
}
