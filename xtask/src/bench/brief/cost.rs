//! What a brief of a large session costs.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use callboard_testkit::HermeticHome;
use callboard_testkit::history::{Planting, plant};

use super::super::figure::{Figure, quantile};
use super::super::ground::read_all;
use super::{BUDGET, id_of};

/// Bytes of the session's transcript.
const BYTES: u64 = 50_000_000;

/// How often a brief is asked for.
const TIMES: usize = 50;

/// The time that a brief of a session of 50 MB takes, beside reading its transcript.
pub(super) fn measure(binary: &Path) -> Vec<Figure> {
    let home = HermeticHome::new();
    let planting = Planting { seed: 2, sessions: 1, least_bytes: BYTES, spoken: 0 };
    let sessions = plant(&home.claude_config_dir(), &home.codex_home(), &home.work(), planting);
    let (daemon, _) = read_all(binary, &home);
    let id = id_of(&daemon.get("/api/sessions?limit=10").json(), &sessions[0].native);
    let path = format!("/api/brief?of={id}&budget={BUDGET}");
    let mut asked: Vec<f64> = (0..TIMES)
        .map(|_| {
            let begun = Instant::now();
            let answer = daemon.get(&path);
            assert_eq!(answer.status, 200, "{}", answer.text());
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let mut read: Vec<f64> = (0..TIMES).map(|_| cat(&sessions[0].file)).collect();
    let floor = |share: f64, read: &mut Vec<f64>| Some(quantile(read, share));
    vec![
        Figure::new("a brief of a session of 50 MB, p50", quantile(&mut asked, 0.5), "ms")
            .beside("`cat` of its transcript", floor(0.5, &mut read)),
        Figure::new("a brief of a session of 50 MB, p99", quantile(&mut asked, 0.99), "ms")
            .beside("`cat` of its transcript", floor(0.99, &mut read)),
    ]
}

/// Milliseconds in which `cat` reads a file.
fn cat(file: &Path) -> f64 {
    let begun = Instant::now();
    let status = Command::new("cat").arg(file).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "cat {}", file.display());
    begun.elapsed().as_secs_f64() * 1e3
}
