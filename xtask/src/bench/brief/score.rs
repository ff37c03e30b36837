//! Whether planted things are told, and rightly cited.

use std::collections::{BTreeMap, BTreeSet};

use callboard_testkit::Daemon;
use callboard_testkit::history::{Planted, PlantedKind, Proof};
use serde_json::Value;

/// A line of a brief.
#[derive(Debug, Clone)]
pub(super) struct Line {
    text: String,
    pub(super) cites: Vec<String>,
}

/// The lines of a brief, as the daemon tells it.
pub(super) fn lines(brief: &Value) -> Vec<Line> {
    let sections = brief["sections"].as_array().into_iter().flatten();
    let lines = sections.filter_map(|section| section["lines"].as_array()).flatten();
    let line = |line: &Value| Line {
        text: line["text"].as_str().unwrap_or_default().to_owned(),
        cites: line["cites"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|cite| Some(cite.as_str()?.to_owned()))
            .collect(),
    };
    lines.map(line).collect()
}

/// The events of a session, with how they are cited.
pub(super) struct Seen {
    events: Vec<(String, Value)>,
}

impl Seen {
    /// Asks the daemon for all of them.
    pub(super) fn of(daemon: &Daemon<'_>, session: &str) -> Self {
        let mut events: Vec<(String, Value)> = Vec::new();
        let mut from = "start".to_owned();
        loop {
            let page =
                daemon.get(&format!("/api/sessions/{session}/events?from={from}&limit=200")).json();
            let Some(found) = page["events"].as_array().filter(|found| !found.is_empty()) else {
                return Self { events };
            };
            for event in found {
                events.push((format!("{session}#{}", event["seq"]), event.clone()));
            }
            from = format!("after:{}", found[found.len() - 1]["seq"]);
        }
    }

    /// The session's name.
    pub(super) fn session(&self) -> &str {
        let first = self.events.first().and_then(|(cite, _)| cite.split_once('#'));
        first.map_or("", |(session, _)| session)
    }

    /// How the events are cited that prove it.
    pub(super) fn right(&self, proofs: &[Proof]) -> BTreeSet<&str> {
        let proves = |event: &Value| proofs.iter().any(|proof| is_proof(event, proof));
        self.events
            .iter()
            .filter(|(_, event)| proves(event))
            .map(|(cite, _)| cite.as_str())
            .collect()
    }
}

fn is_proof(event: &Value, proof: &Proof) -> bool {
    let says = |kind: &str, words: &str| {
        event["kind"] == kind && event["text"].as_str().is_some_and(|text| text.contains(words))
    };
    match proof {
        Proof::Tool(id) => event["tool_use_id"] == id.as_str(),
        Proof::Prompt(words) => says("prompt", words),
        Proof::Text(words) => says("text", words),
    }
}

/// Whether a text holds all words.
pub(super) fn holds(text: &str, words: &[String]) -> bool {
    words.iter().all(|words| text.contains(words.as_str()))
}

/// Whether a line tells it and cites an event that proves it.
pub(super) fn is_told(planted: &Planted, lines: &[Line], seen: &Seen) -> bool {
    let right = seen.right(&planted.proofs);
    lines.iter().any(|line| {
        holds(&line.text, &planted.words)
            && line.cites.iter().any(|cite| right.contains(cite.as_str()))
    })
}

/// What is there instead.
pub(super) fn why_not(planted: &Planted, lines: &[Line], seen: &Seen) -> String {
    let right = seen.right(&planted.proofs);
    let cited = lines.iter().filter(|line| line.cites.iter().any(|c| right.contains(c.as_str())));
    let cited: Vec<&str> = cited.map(|line| line.text.as_str()).collect();
    let worded = lines.iter().find(|line| holds(&line.text, &planted.words));
    match (right.is_empty(), cited.is_empty(), worded) {
        (true, ..) => "no such event".to_owned(),
        (_, false, _) => format!("cited, but it says {cited:?}"),
        (_, true, Some(line)) => format!("told, but it cites {:?}, not {right:?}", line.cites),
        (_, true, None) => "not there".to_owned(),
    }
}

/// How much was told, by kind and depth.
#[derive(Debug, Default)]
pub(super) struct Score {
    kinds: BTreeMap<PlantedKind, (u32, u32)>,
    before: (u32, u32),
    after: (u32, u32),
}

impl Score {
    pub(super) fn add(&mut self, planted: &Planted, is_found: bool) {
        let depth = if planted.before_compaction { &mut self.before } else { &mut self.after };
        for counts in [self.kinds.entry(planted.kind).or_default(), depth] {
            counts.0 += u32::from(is_found);
            counts.1 += 1;
        }
    }

    /// How many things there were.
    pub(super) fn all(&self) -> u32 {
        self.kinds.values().map(|(_, all)| all).sum()
    }

    /// The percentage that was found, of one kind or of all.
    pub(super) fn share(&self, kind: Option<PlantedKind>) -> f64 {
        let of_kind = self.kinds.iter().filter(|(known, _)| kind.is_none_or(|k| k == **known));
        let sum = of_kind.fold((0, 0), |sum, (_, n)| (sum.0 + n.0, sum.1 + n.1));
        percent(sum)
    }

    /// The percentages before a compaction, and not before one.
    pub(super) fn depths(&self) -> (f64, f64) {
        (percent(self.before), percent(self.after))
    }
}

fn percent((found, all): (u32, u32)) -> f64 {
    f64::from(found) / f64::from(all) * 100.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn planted(words: &[&str]) -> Planted {
        Planted {
            kind: PlantedKind::Check,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            proofs: vec![Proof::Tool("t1".into()), Proof::Prompt("go".into())],
            before_compaction: false,
        }
    }

    #[test]
    fn only_a_line_with_the_words_and_a_right_citation_counts() {
        let events = vec![
            ("S1#4".to_owned(), json!({"kind": "result", "tool_use_id": "t1"})),
            ("S1#5".to_owned(), json!({"kind": "text", "text": "go"})),
        ];
        let seen = Seen { events };
        let brief = |text: &str, cite: &str| {
            lines(&json!({"sections": [{"lines": [{"text": text, "cites": [cite]}]}]}))
        };
        let wanted = planted(&["npm test", "passed"]);
        assert!(is_told(&wanted, &brief("`npm test` passed", "S1#4"), &seen));
        assert!(!is_told(&wanted, &brief("`npm test` passed", "S1#5"), &seen));
        assert!(!is_told(&wanted, &brief("`npm test` failed", "S1#4"), &seen));
        let mut score = Score::default();
        score.add(&wanted, true);
        score.add(&wanted, false);
        assert_eq!((score.share(None), score.share(Some(PlantedKind::Check))), (50.0, 50.0));
    }
}
