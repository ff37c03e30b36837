//! Briefs: how much of what was planted in sessions they hand on, beside simpler ways; what they and the tools cost.

mod cost;
mod mcp;
mod score;
mod spoken;

use std::path::Path;

use callboard_model::brief::tokens;
use callboard_testkit::HermeticHome;
use callboard_testkit::history::{PlantedKind, PlantedSession, Planting, plant};
use serde_json::Value;

use super::figure::Figure;
use super::ground::read_all;
pub(crate) use mcp::serve_nothing;
use score::{Score, Seen};

/// Tokens of a brief.
const BUDGET: u32 = 2_000;

/// Sessions that are planted.
const SESSIONS: usize = 40;

/// The characters of a token, as it is counted where nothing better is at hand.
const TOKEN_CHARS: f64 = 3.5;

/// Scores briefs of planted sessions, and measures what they cost. With `verbose`, tells what was not found.
pub(super) fn measure(binary: &Path, verbose: bool) -> Vec<Figure> {
    let home = HermeticHome::new();
    let planting = Planting { seed: 1, sessions: SESSIONS, least_bytes: 0, spoken: 0 };
    let sessions = plant(&home.claude_config_dir(), &home.codex_home(), &home.work(), planting);
    let (daemon, reading) = read_all(binary, &home);
    let known = daemon.get("/api/sessions?limit=500").json();
    let mut told = Told::default();
    for session in &sessions {
        let id = id_of(&known, &session.native);
        let brief = daemon.get(&format!("/api/brief?of={id}&budget={BUDGET}")).json();
        let seen = Seen::of(&daemon, &id);
        told.session(session, &brief, &seen, verbose);
    }
    let mut figures = told.figures();
    let facts = reading.database_bytes / sessions.len() as f64 / 1e3;
    figures.push(Figure::new("database, a planted session, all of it", facts, "kB"));
    figures.extend(mcp::measure(binary, &home, &sessions));
    drop(daemon);
    figures.extend(cost::measure(binary));
    figures.extend(spoken::measure(binary, verbose));
    figures
}

/// By which id a session is known to the daemon.
pub(super) fn id_of(known: &Value, native: &str) -> String {
    let all = known["sessions"].as_array().or_else(|| known.as_array());
    let found = all.into_iter().flatten().find(|session| session.to_string().contains(native));
    let id = found.and_then(|session| session["id"].as_str());
    id.expect("a planted session that the daemon knows").to_owned()
}

/// What was found over all sessions.
#[derive(Default)]
struct Told {
    brief: Score,
    tail: Score,
    prompts: Score,
    summary: Score,
    uncited: u32,
    over: u32,
    over_by_characters: u32,
    tokens: Vec<f64>,
}

impl Told {
    fn session(&mut self, session: &PlantedSession, brief: &Value, seen: &Seen, verbose: bool) {
        let lines = score::lines(brief);
        let uncited = lines.iter().filter(|line| line.cites.is_empty()).count();
        self.uncited += u32::try_from(uncited).unwrap_or(u32::MAX);
        let markdown = brief["markdown"].as_str().unwrap_or_default();
        let counted = tokens::of(markdown);
        self.tokens.push(f64::from(counted));
        self.over += u32::from(counted > BUDGET);
        let characters = markdown.chars().count() as f64 / TOKEN_CHARS;
        self.over_by_characters += u32::from(characters > f64::from(BUDGET));
        let tail = last_tokens(&session.transcript, BUDGET);
        let prompts = format!("{}\n{}", session.prompts.0, session.prompts.1);
        for planted in &session.planted {
            let is_found = score::is_told(planted, &lines, seen);
            if verbose && !is_found {
                let why = score::why_not(planted, &lines, seen);
                eprintln!("{} {:?} {:?}: {why}", session.agent, planted.kind, planted.words);
            }
            self.brief.add(planted, is_found);
            self.tail.add(planted, score::holds(&tail, &planted.words));
            self.prompts.add(planted, score::holds(&prompts, &planted.words));
            self.summary.add(planted, score::holds(&session.summary, &planted.words));
        }
    }

    fn figures(mut self) -> Vec<Figure> {
        let share = |name, score: &Score| Figure::new(name, score.share(None), "%");
        let mut figures = vec![
            Figure::new("planted things", f64::from(self.brief.all()), ""),
            share("told in a brief of 2,000 tokens, rightly cited", &self.brief)
                .beside("the last 2,000 tokens", Some(self.tail.share(None))),
            share("told in a brief", &self.brief)
                .beside("first and last prompt", Some(self.prompts.share(None))),
            share("told in a brief, too", &self.brief)
                .beside("a summary that names a third", Some(self.summary.share(None))),
        ];
        for (kind, name) in KINDS {
            let figure = Figure::new(name, self.brief.share(Some(*kind)), "%");
            figures
                .push(figure.beside("the last 2,000 tokens", Some(self.tail.share(Some(*kind)))));
        }
        let depths = self.brief.depths();
        figures.push(Figure::new("told of what was before a compaction", depths.0, "%"));
        figures.push(Figure::new("told of what was not", depths.1, "%"));
        figures.push(Figure::new("lines without a citation", f64::from(self.uncited), ""));
        figures.push(Figure::new("briefs over 2,000 tokens", f64::from(self.over), ""));
        figures.push(Figure::new(
            "briefs over 2,000 tokens of 3.5 characters",
            f64::from(self.over_by_characters),
            "",
        ));
        let middle = super::figure::quantile(&mut self.tokens, 0.5);
        figures.push(Figure::new("tokens of a brief, p50", middle, ""));
        figures
    }
}

const KINDS: &[(PlantedKind, &str)] = &[
    (PlantedKind::Goal, "… goals"),
    (PlantedKind::Direction, "… directions"),
    (PlantedKind::Answer, "… answers"),
    (PlantedKind::ProseAnswer, "… answers to questions in words"),
    (PlantedKind::Refusal, "… refusals"),
    (PlantedKind::Correction, "… corrections"),
    (PlantedKind::PlanApproved, "… plans approved"),
    (PlantedKind::PlanRejected, "… plans rejected"),
    (PlantedKind::Edited, "… files"),
    (PlantedKind::Check, "… checks"),
    (PlantedKind::Mended, "… failures mended"),
    (PlantedKind::Commit, "… commits"),
    (PlantedKind::Open, "… open questions"),
];

/// The end of a text, of so many tokens.
fn last_tokens(text: &str, most: u32) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut left = most;
    let mut from = lines.len();
    while from > 0 {
        let needs = tokens::of(lines[from - 1]) + 1;
        if needs > left {
            break;
        }
        left -= needs;
        from -= 1;
    }
    lines[from..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_text_has_no_more_than_its_tokens() {
        let text = "one two\nthree four\nfive six";
        assert_eq!(last_tokens(text, 6), "three four\nfive six");
        assert!(last_tokens(text, 1).is_empty());
    }
}
