//! From a line that an agent appends to the announcement that the page receives.

use std::path::Path;
use std::time::Instant;

use callboard_testkit::daemon::EventStream;
use callboard_testkit::{Daemon, HermeticHome};

use super::figure::{Figure, quantile};
use super::floor::{processor_seconds, write_and_read};
use super::ground::{Scale, home_with, read_all};
use super::running::{AtWork, RunningSession, line};

/// Lines that are appended and waited for.
const LINES: usize = 300;

/// Sessions that write, the measured one among them.
const SESSIONS: usize = 20;

/// Appends lines to a session beside a whole history that has been read: alone, then while others write.
pub(super) fn measure(binary: &Path, scale: Scale) -> Vec<Figure> {
    let home = home_with(&scale.history());
    let (daemon, _) = read_all(binary, &home);
    let mut measured = Measured::begin(&home, &daemon);
    let cpu = processor_seconds(daemon.pid());
    let mut alone = measured.append_all();
    let cpu = (processor_seconds(daemon.pid()) - cpu) * 1000.0 / LINES as f64;
    let others = (1..SESSIONS).map(|number| RunningSession::begin(&home, number)).collect();
    let at_work = AtWork::begin(others);
    let mut among = measured.append_all();
    let mut found = measured.search_all();
    drop(at_work);
    let scratch = home.root().join("floor.jsonl");
    let mut least: Vec<f64> = (0..LINES).map(|n| write_and_read(&scratch, &line(0, n).0)).collect();
    let (middle, worst) = (quantile(&mut least, 0.5), quantile(&mut least, 0.99));
    let figure = |name, value, least| {
        Figure::new(name, value, "ms").beside("append and read back", Some(least))
    };
    vec![
        figure("live, one session, line to announcement, p50", quantile(&mut alone, 0.5), middle),
        figure("live, one session, line to announcement, p99", quantile(&mut alone, 0.99), worst),
        figure("live, 20 sessions, line to announcement, p50", quantile(&mut among, 0.5), middle),
        figure("live, 20 sessions, line to announcement, p99", quantile(&mut among, 0.99), worst),
        figure("live, 20 sessions, line to search result, p50", quantile(&mut found, 0.5), middle),
        figure("live, 20 sessions, line to search result, p99", quantile(&mut found, 0.99), worst),
        Figure::new("live, processor per line, with its request", cpu, "ms"),
    ]
}

/// The session whose lines are waited for.
struct Measured<'d> {
    daemon: &'d Daemon<'d>,
    stream: EventStream,
    running: RunningSession,
    /// Its id, as Callboard shows it.
    id: String,
}

impl<'d> Measured<'d> {
    fn begin(home: &HermeticHome, daemon: &'d Daemon<'d>) -> Self {
        let mut stream = daemon.events("/api/stream");
        let mut running = RunningSession::begin(home, 0);
        let first = running.append();
        let id = wait_for_session(&mut stream, None);
        let mut measured = Self { daemon, stream, running, id };
        measured.wait_for_text(&first);
        measured
    }

    /// Milliseconds from each line to the announcement after which it can be read.
    fn append_all(&mut self) -> Vec<f64> {
        let append = |_| {
            let begun = Instant::now();
            let marker = self.running.append();
            self.wait_for_text(&marker).duration_since(begun).as_secs_f64() * 1000.0
        };
        (0..LINES).map(append).collect()
    }

    /// Milliseconds from each line to the answer of a search that finds it.
    fn search_all(&mut self) -> Vec<f64> {
        let append = |_| {
            let begun = Instant::now();
            let marker = self.running.append();
            let path = format!("/api/search?q={marker}");
            while !self.daemon.get(&path).text().contains("\"seq\"") {
                wait_for_session(&mut self.stream, Some(&self.id));
            }
            begun.elapsed().as_secs_f64() * 1000.0
        };
        (0..LINES).map(append).collect()
    }

    /// Waits until an announcement came after which the session's last events hold the words; when it came.
    fn wait_for_text(&mut self, words: &str) -> Instant {
        let path = format!("/api/sessions/{}/events?from=end&limit=3", self.id);
        let mut announced = Instant::now();
        while !self.daemon.get(&path).text().contains(words) {
            wait_for_session(&mut self.stream, Some(&self.id));
            announced = Instant::now();
        }
        announced
    }
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
