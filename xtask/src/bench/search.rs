//! Searching all of a history.

use std::path::Path;
use std::time::Instant;

use callboard_testkit::Daemon;

use super::figure::{Figure, quantile};
use super::floor;
use super::ground::{Scale, home_with, read_all};

/// Searches of each kind.
const TIMES: usize = 40;

/// Words for searches; each search takes the next one.
const WORDS: &[&str] = &[
    "session",
    "cursor",
    "migration",
    "webhook",
    "fixture",
    "timeout",
    "payload",
    "rebase",
    "certificate",
    "deadlock",
    "endpoint",
    "inventory",
    "snapshot",
    "tenant",
    "overflow",
    "lint",
];

/// A kind of search: its figures' names, and the query of word and next word.
type Kind = (&'static str, &'static str, fn(&str, &str) -> String);

const KINDS: &[Kind] = &[
    ("search, rare word, p50", "search, rare word, p99", |_, _| "quillfeatherone".to_owned()),
    ("search, common word, p50", "search, common word, p99", |word, _| word.to_owned()),
    ("search, two words, p50", "search, two words, p99", |word, next| format!("{word}+{next}")),
    ("search, phrase, p50", "search, phrase, p99", |word, _| format!("%22the+{word}%22")),
    ("search, prefix, p50", "search, prefix, p99", |word, _| format!("{}*", &word[..4])),
];

/// Asks the daemon, as the page does.
pub(super) fn measure(binary: &Path, scale: Scale) -> Vec<Figure> {
    let history = scale.history();
    let home = home_with(&history);
    let (daemon, _) = read_all(binary, &home);
    let mut figures = Vec::new();
    for (middle, worst, query) in KINDS {
        let mut times: Vec<f64> = (0..TIMES)
            .map(|n| ask(&daemon, &query(WORDS[n % WORDS.len()], WORDS[(n + 1) % WORDS.len()])))
            .collect();
        let word = query(WORDS[0], WORDS[1]);
        let least =
            word.chars().all(char::is_alphanumeric).then(|| floor::ripgrep(&history.root, &word));
        let beside = |figure: Figure| match least {
            Some(least) => figure.beside("rg -l, the same files", least),
            None => figure,
        };
        figures.push(beside(Figure::new(middle, quantile(&mut times, 0.5), "ms")));
        figures.push(beside(Figure::new(worst, quantile(&mut times, 0.99), "ms")));
    }
    figures
}

fn ask(daemon: &Daemon<'_>, query: &str) -> f64 {
    let begun = Instant::now();
    let answer = daemon.get(&format!("/api/search?q={query}"));
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    took
}
