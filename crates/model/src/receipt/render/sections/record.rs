//! What sessions did: files, commands, artefacts, CI, usage, questions, and what left the machine.

use super::super::outline::{Block, Item, Line, Span, Table, Tone};
use super::super::wording::{self, count, grouped, len, moment, span};
use super::list;
use crate::changeset::ChangedFile;
use crate::limits;
use crate::receipt::{Artefact, Asked, CommandLine, Outward, Receipt, SessionLine};

pub(super) fn files(receipt: &Receipt) -> Vec<Block> {
    let files = &receipt.work.files;
    let (added, removed) = receipt.work.lines();
    let words = format!("{}, +{added} −{removed}", count(len(files), "file"));
    list(&words, files.iter().map(file).collect())
}

fn file(file: &ChangedFile) -> Item {
    let line = match &file.from {
        Some(from) => Line::default().code(from).text(" → "),
        None => Line::default(),
    };
    let status = wording::file_status(file.status);
    let lines = match (file.binary, file.added, file.removed) {
        (true, ..) => ", not text".to_owned(),
        (_, 0, 0) => String::new(),
        (_, added, removed) => format!(", +{added} −{removed}"),
    };
    line.code(&file.path).text(format!(" {status}{lines}")).into()
}

pub(super) fn commands(receipt: &Receipt) -> Vec<Block> {
    let commands = &receipt.commands;
    let skipped = commands.len().saturating_sub(limits::RECEIPT_LISTED);
    let rows: Vec<Vec<Line>> = commands.iter().skip(skipped).map(command).collect();
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        let is_long = rows.len() > limits::RECEIPT_OPEN;
        let head = vec!["command", "exit code", "took", "when", "source"];
        let table = Block::Table(Table { head, rows });
        blocks.push(match is_long {
            true => Block::Folded { words: count(len(commands), "command"), blocks: vec![table] },
            false => table,
        });
    }
    let left_out = u64::from(receipt.commands_left_out) + skipped as u64;
    if left_out > 0 {
        let words = format!("{} not listed.", count(left_out, "earlier command"));
        blocks.push(Block::Paragraph(Line::of(words)));
    }
    blocks
}

fn command(command: &CommandLine) -> Vec<Line> {
    let code = match (command.exit_code, command.check.is_some()) {
        (Some(0), _) => Line::of("0"),
        (Some(code), true) => Line::graded(Tone::Bad, code.to_string()),
        (Some(code), false) => Line::graded(Tone::Doubtful, code.to_string()),
        (None, _) => Line::of("not seen"),
    };
    let when = command.at.map(moment).unwrap_or_default();
    let when = match (command.check.is_some(), command.is_before_last_edit) {
        (true, true) => Line::of(when).text(" ").grade(Tone::Doubtful, "before the last edit"),
        _ => Line::of(when),
    };
    vec![
        Line::default().code(&command.line),
        code,
        Line::of(command.duration_ms.map(span).unwrap_or_default()),
        when,
        Line::default().with(Span::Source(command.cite.to_string())),
    ]
}

pub(super) fn artefacts(receipt: &Receipt) -> Vec<Block> {
    let artefact = |artefact: &Artefact| {
        let line = Line::default().said(&artefact.words);
        let line = match &artefact.path {
            Some(path) if *path != artefact.words => line.text(" ").code(path),
            _ => line,
        };
        let line = match &artefact.blob {
            Some(blob) => line.text(", a picture: ").code(wording::short(blob)),
            None => line,
        };
        line.sources(artefact.cite).into()
    };
    let items = receipt.artefacts.iter().map(artefact).collect();
    list(&count(len(&receipt.artefacts), "artefact"), items)
}

pub(super) fn ci(receipt: &Receipt) -> Vec<Block> {
    let Some(ci) = &receipt.ci else { return Vec::new() };
    let line = Line::default().with(Span::Link { words: ci.name.clone(), url: ci.url.clone() });
    let line = match ci.checks.as_deref() {
        Some("passed") => line.text(": ").grade(Tone::Good, "passed"),
        Some("failed") => line.text(": ").grade(Tone::Bad, "failed"),
        Some(other) => line.text(": ").text(other),
        None => line.text(": no checks"),
    };
    let mut line = match ci.is_of_other_commit {
        true => line.text(", ").grade(Tone::Doubtful, "on another commit than this"),
        false => line,
    };
    for (at, name) in ci.failing.iter().enumerate() {
        line = line.text(if at == 0 { ". Failing: " } else { ", " }).code(name);
    }
    vec![Block::Paragraph(line)]
}

pub(super) fn usage(receipt: &Receipt) -> Vec<Block> {
    let sessions = &receipt.sessions;
    if sessions.is_empty() {
        return Vec::new();
    }
    let mut rows: Vec<Vec<Line>> = sessions.iter().map(session).collect();
    if sessions.len() > 1 {
        let tokens = sessions.iter().map(|one| one.tokens.total()).fold(0, u64::saturating_add);
        let costs: Vec<f64> = sessions.iter().filter_map(|one| one.cost_usd).collect();
        let cost = (!costs.is_empty()).then(|| costs.iter().sum());
        rows.push(vec![
            Line::labelled("together"),
            Line::of(grouped(tokens)),
            Line::default(),
            Line::of(dollars(cost)),
            Line::default(),
        ]);
    }
    let head = vec!["session", "tokens", "of them written", "cost", "time"];
    vec![Block::Table(Table { head, rows })]
}

fn session(session: &SessionLine) -> Vec<Line> {
    let time = session.began_at.zip(session.last_at).map(|(began, last)| last.since_ms(began));
    vec![
        Line::default().code(session.id.to_string()).text(format!(" {}", session.agent)),
        Line::of(grouped(session.tokens.total())),
        Line::of(grouped(session.tokens.output)),
        Line::of(dollars(session.cost_usd)),
        Line::of(time.map(|ms| span(ms.unsigned_abs())).unwrap_or_default()),
    ]
}

fn dollars(cost: Option<f64>) -> String {
    cost.map_or_else(|| "not told".to_owned(), |cost| format!("${cost:.2}"))
}

pub(super) fn asked(receipt: &Receipt) -> Vec<Block> {
    let asked = |asked: &Asked| {
        let line = Line::default().code(asked.session.to_string());
        let line = line.text(" asked: \u{201c}").said(&asked.question).text("\u{201d} ");
        let line = match (&asked.answer, &asked.by) {
            (Some(answer), by) => {
                let by = by.as_deref().unwrap_or("somebody");
                line.text(format!("{by}: \u{201c}")).said(answer).text("\u{201d}")
            }
            (None, _) => line.grade(Tone::Doubtful, "no answer"),
        };
        line.sources(asked.source.as_ref()).into()
    };
    let items = receipt.asked.iter().map(asked).collect();
    list(&count(len(&receipt.asked), "question"), items)
}

pub(super) fn outward(receipt: &Receipt) -> Vec<Block> {
    let outward = |outward: &Outward| {
        let line = Line::labelled(wording::outward(outward.kind)).text(" ").code(&outward.words);
        let line = match outward.succeeded {
            Some(true) => line.text(": succeeded"),
            Some(false) => line.text(": ").grade(Tone::Doubtful, "failed"),
            None => line.text(": not known whether it succeeded"),
        };
        line.sources([outward.cite]).into()
    };
    let items = receipt.outward.iter().map(outward).collect();
    list(&count(len(&receipt.outward), "event"), items)
}
