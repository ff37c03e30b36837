//! Whole closing messages, each with a record and the truth of what it claims, out of a plain text:
//!
//! ```text
//! === name
//! edit 10 20
//! run 30 1 pytest -q => 1 failed, 57 passed in 2.20s
//! file M src/a.py: words of changed lines
//! rerun test pytest: base test_a; work test_a, test_b
//! uses round_once: src/invoice.py:41
//! ---
//! The closing words.
//! ---
//! contradicted passes | words that begin within the claim
//! ```
//!
//! A `run` stands at its place with its exit code. A rerun ends `unknown`, with an exit code, `ok` or the tests that
//! failed; `, 211 passed` may follow. What is judged contradicted and has no label counts as `none`.

use callboard_model::changeset::FileStatus;
use callboard_model::check::CheckKind;
use callboard_model::claim::{
    ClaimKind, Command, Ending, Evidence, Judged, Rerun, Touched, TouchedFile, Uses, Verb, Verdict,
    claims, judge,
};
use callboard_model::receipt::Spot;
use callboard_model::{Cite, Ordinal, Seq, SessionId};

use super::gravity;

/// A closing message with its record and its labels.
pub(crate) struct Message {
    name: String,
    evidence: Evidence,
    closing: String,
    labels: Vec<Label>,
}

struct Label {
    verdict: String,
    kind: Option<String>,
    words: String,
}

/// A label beside what was judged.
pub(crate) struct Outcome {
    pub(crate) truth: String,
    pub(crate) found: String,
    /// The message and the words, and why.
    pub(crate) what: String,
}

/// The messages of a text; what is not understood is named.
pub(crate) fn read(text: &str) -> Result<Vec<Message>, String> {
    let blocks = text.split("\n=== ").map(|block| block.trim_start_matches("=== "));
    blocks.filter(|block| !block.trim().is_empty()).map(message).collect()
}

fn message(block: &str) -> Result<Message, String> {
    let name = block.lines().next().unwrap_or_default().trim().to_owned();
    let fault = |what: &str| format!("{name}: {what}");
    let mut parts = block.splitn(3, "\n---\n");
    let (Some(record), Some(closing), Some(labels)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(fault("has not three parts"));
    };
    let mut evidence = Evidence {
        commands: Some(Vec::new()),
        first_edit: Some(Ordinal(10)),
        last_edit: Some(Ordinal(20)),
        root: Some("/w".to_owned()),
        ..Evidence::default()
    };
    for line in record.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        note(&mut evidence, line).ok_or_else(|| fault(line))?;
    }
    let labels: Option<Vec<Label>> =
        labels.lines().filter(|line| !line.trim().is_empty()).map(label).collect();
    let labels = labels.ok_or_else(|| fault("a label is not understood"))?;
    if let Some(label) = labels.iter().find(|label| !closing.contains(&label.words)) {
        return Err(fault(&label.words));
    }
    Ok(Message { name, evidence, closing: closing.to_owned(), labels })
}

fn label(line: &str) -> Option<Label> {
    let (head, words) = line.split_once(" | ")?;
    let (verdict, kind) = match head.rsplit_once(' ') {
        Some(("not", "checked")) | None => (head, None),
        Some((verdict, kind)) => (verdict, Some(kind.to_owned())),
    };
    Some(Label { verdict: verdict.to_owned(), kind, words: words.trim().to_owned() })
}

fn note(evidence: &mut Evidence, line: &str) -> Option<()> {
    let (word, rest) = line.split_once(' ')?;
    match word {
        "edit" => {
            let (first, last) = rest.split_once(' ')?;
            evidence.first_edit = Some(Ordinal(first.parse().ok()?));
            evidence.last_edit = Some(Ordinal(last.parse().ok()?));
        }
        "run" => {
            let (at, rest) = rest.split_once(' ')?;
            let (code, rest) = rest.split_once(' ')?;
            let (line, output) = rest.split_once(" => ").unwrap_or((rest, ""));
            let at: i64 = at.parse().ok()?;
            evidence.commands.get_or_insert_default().push(Command {
                line: line.trim().to_owned(),
                cwd: Some("/w".to_owned()),
                exit_code: code.parse().ok(),
                output: output.replace("\\n", "\n"),
                ordinal: Ordinal(at),
                cite: Cite { session: SessionId(1), seq: Seq(at) },
                tree: None,
            });
        }
        "file" => evidence.files.get_or_insert_default().push(file(rest)?),
        "rerun" => evidence.reruns.push(rerun(rest)?),
        "uses" => {
            let (symbol, spots) = rest.split_once(':')?;
            let elsewhere = spots.split_whitespace().map(spot).collect();
            evidence.uses.push(Uses { symbol: symbol.to_owned(), elsewhere });
        }
        "proving" => evidence.proving.push(rest.to_owned()),
        _ => return None,
    }
    Some(())
}

fn file(rest: &str) -> Option<TouchedFile> {
    let (head, words) = rest.split_once(':').unwrap_or((rest, ""));
    let (status, path) = head.split_once(' ')?;
    let status = match status {
        "A" => FileStatus::Added,
        "M" => FileStatus::Modified,
        "D" => FileStatus::Deleted,
        "R" => FileStatus::Renamed,
        _ => return None,
    };
    let (path, from) = match path.split_once("<-") {
        Some((path, from)) => (path.trim(), Some(from.trim().to_owned())),
        None => (path.trim(), None),
    };
    let symbol = |word: &str| {
        let verb = match word.chars().next()? {
            '+' => Verb::Added,
            '-' => Verb::Removed,
            '~' => Verb::Changed,
            _ => return None,
        };
        Some(Touched { name: word[1..].to_owned(), verb })
    };
    let plain = |word: &str| word.trim_start_matches(['+', '-', '~']).to_lowercase();
    Some(TouchedFile {
        path: path.to_owned(),
        from,
        status,
        symbols: words.split_whitespace().filter_map(symbol).collect(),
        words: Some(words.split_whitespace().map(plain).collect()),
    })
}

fn rerun(rest: &str) -> Option<Rerun> {
    let (check, rest) = rest.split_once(' ')?;
    let check = match check {
        "test" => CheckKind::Test,
        "build" => CheckKind::Build,
        "lint" => CheckKind::Lint,
        "types" => CheckKind::Types,
        "format" => CheckKind::Format,
        _ => return None,
    };
    let (command, ends) = rest.split_once(": base ")?;
    let (base, work) = ends.split_once("; work ")?;
    Some(Rerun { command: command.to_owned(), check, base: ending(base)?, work: ending(work)? })
}

/// "unknown", an exit code, "ok", the tests that failed; how many passed may stand at the end.
fn ending(told: &str) -> Option<Ending> {
    let told = told.trim();
    if told == "unknown" {
        return Some(Ending::Unknown);
    }
    if let Ok(code) = told.parse() {
        return Some(Ending::Code { code });
    }
    let mut failed: Vec<String> = told.split(',').map(|name| name.trim().to_owned()).collect();
    let count = failed.last().and_then(|last| last.strip_suffix(" passed"));
    let passed = count.map(str::parse).transpose().ok()?;
    if passed.is_some() {
        failed.pop();
    }
    let is_sound = failed == ["ok"];
    if is_sound {
        failed.clear();
    }
    let passed = passed.unwrap_or(if is_sound { 58 } else { 57 });
    Some(Ending::Named { failed, passed })
}

fn spot(text: &str) -> Spot {
    let (path, line) = text.split_once(':').unwrap_or((text, ""));
    Spot { path: path.to_owned(), line: line.parse().ok(), is_gone: false }
}

impl Message {
    /// Each label beside what was judged, and what was judged contradicted without one.
    pub(crate) fn judged(&self, kind: fn(&Judged) -> &'static str) -> Vec<Outcome> {
        let judged = judge(&claims(&self.closing), &self.evidence);
        let mut is_labelled = vec![false; judged.len()];
        let mut out = Vec::new();
        for label in &self.labels {
            let place = self.closing.find(&label.words).unwrap_or(0);
            let mut found: Option<&Judged> = None;
            for (at, one) in judged.iter().enumerate() {
                let is_there = (one.claim.start..one.claim.end).contains(&place)
                    || (place..place + label.words.len()).contains(&one.claim.start);
                if !is_there
                    || label.kind.as_deref().is_some_and(|wanted| !is_of(one, wanted, kind(one)))
                {
                    continue;
                }
                is_labelled[at] = true;
                if found.is_none_or(|before| gravity(one.verdict) > gravity(before.verdict)) {
                    found = Some(one);
                }
            }
            let absent = if label.verdict == "none" { "none" } else { "missed" };
            out.push(Outcome {
                truth: label.verdict.clone(),
                found: found.map_or(absent, |one| one.verdict.words()).to_owned(),
                what: self.told(&label.words, found.map_or("", |one| &one.why)),
            });
        }
        let unlabelled = judged
            .iter()
            .zip(is_labelled)
            .filter(|(one, is_labelled)| !is_labelled && one.verdict == Verdict::Contradicted);
        out.extend(unlabelled.map(|(one, _)| Outcome {
            truth: "none".to_owned(),
            found: one.verdict.words().to_owned(),
            what: self.told(&one.claim.quote, &one.why),
        }));
        out
    }

    fn told(&self, words: &str, why: &str) -> String {
        format!("{}: {words:?}: {why}", self.name)
    }
}

/// Whether a claim is of a kind, `passes`, or of one of its checks, `passes/lint`.
fn is_of(one: &Judged, wanted: &str, kind: &str) -> bool {
    let check = match one.claim.kind {
        ClaimKind::Passes { check: Some(check), .. } => format!("{check:?}").to_lowercase(),
        _ => String::new(),
    };
    match wanted.split_once('/') {
        Some((wanted, of)) => wanted == kind && of == check,
        None => wanted == kind,
    }
}
