//! What is said of something related: why it is, and the lines that tell.

use callboard_model::brief::{self, Material};
use callboard_model::note::Author;
use callboard_model::symbol::Symbol;
use callboard_model::view::{BriefPart, RelatedItem, RelatedLine};
use callboard_model::{SessionId, Timestamp, WorkspaceId, quote, text};
use callboard_store::Snapshot;

use super::shared::{Shared, Tie};
use crate::core::view_of;
use crate::notes::name_of;
use crate::{EngineError, briefs, limits, secrets};

/// A session, with the lines of its brief that speak of what is shared.
pub(super) fn of_session(
    s: &Snapshot<'_>,
    id: SessionId,
    shared: &Shared,
    weight: f64,
    now: Timestamp,
) -> Result<Option<RelatedItem>, EngineError> {
    let Some(view) = view_of(s, id)? else { return Ok(None) };
    let material =
        Material { sessions: vec![briefs::of_session(s, &view)?], ..Material::default() };
    let brief = brief::assemble(&material, limits::RELATED_BRIEF_TOKENS, now);
    let words = shared.telling();
    let speaks = |text: &str| words.iter().any(|word| text.contains(word.as_str()));
    let wanted = |part| {
        matches!(
            part,
            BriefPart::Decisions
                | BriefPart::RuledOut
                | BriefPart::Mended
                | BriefPart::Open
                | BriefPart::Said
        )
    };
    let all = brief
        .sections
        .iter()
        .flat_map(|section| section.lines.iter().map(move |line| (section.part, line)));
    let mut lines: Vec<RelatedLine> = all
        .clone()
        .filter(|(part, line)| wanted(*part) && speaks(&line.text))
        .map(|(_, line)| line_of(&line.text, &line.cites))
        .collect();
    if lines.is_empty() {
        // What it said last tells how it ended.
        let ends = all.filter(|(part, line)| {
            *part == BriefPart::State && line.text.starts_with(brief::SAID_LAST)
        });
        lines.extend(ends.map(|(_, line)| line_of(&line.text, &line.cites)));
    }
    lines.truncate(limits::RELATED_LINES);
    Ok(Some(RelatedItem {
        session: Some(id),
        note: None,
        agent: Some(view.agent.clone()),
        title: secrets::mask(view.heading().unwrap_or("a session")).0,
        at: view.updated_at,
        why: shared.why(None),
        lines,
        weight,
    }))
}

/// A note, with what it says in short.
pub(super) fn of_note(
    s: &Snapshot<'_>,
    workspace: WorkspaceId,
    path: &str,
    shared: &Shared,
    weight: f64,
) -> Result<Option<RelatedItem>, EngineError> {
    let Some(note) = s.note_at(workspace, path)? else { return Ok(None) };
    let name = name_of(s, &note)?;
    let summary = note.row.facts.summary.clone();
    let lines = (!summary.is_empty()).then(|| line_of(&summary, std::slice::from_ref(&name)));
    let agent = match note.row.facts.by {
        Some(Author::Session(id)) => view_of(s, id)?.map(|view| view.agent),
        _ => None,
    };
    Ok(Some(RelatedItem {
        session: note.row.facts.session,
        why: shared.why(Some(&name)),
        note: Some(name),
        agent,
        title: secrets::mask(&note.row.title).0,
        at: note.row.at.or(note.row.modified_at),
        lines: lines.into_iter().collect(),
        weight,
    }))
}

/// A session and what was written down in it are told as one: the note, which somebody thought about.
pub(super) fn join(items: &mut Vec<RelatedItem>) {
    let noted: Vec<SessionId> =
        items.iter().filter(|item| item.note.is_some()).filter_map(|item| item.session).collect();
    items.retain(|item| {
        item.note.is_some() || item.session.is_none_or(|session| !noted.contains(&session))
    });
}

fn line_of(text: &str, cites: &[String]) -> RelatedLine {
    let text = secrets::mask(&text::clip_words(text, limits::RELATED_LINE_CHARS)).0;
    RelatedLine { text, cites: cites.to_vec() }
}

/// A name as code: what is in it cannot end that.
fn named(name: &str) -> String {
    let inner = quote::line(&name.replace('`', "'"), limits::RELATED_LINE_CHARS / 2);
    format!("`{}`", inner.trim_matches(['\u{201c}', '\u{201d}']))
}

impl Shared {
    /// Words by which a line speaks of what is shared.
    fn telling(&self) -> Vec<String> {
        let word = |tie: &Tie| match tie {
            Tie::File(path) => path.rsplit('/').next().unwrap_or(path).to_owned(),
            Tie::Error(line) => text::head(line, 40).to_owned(),
            Tie::Changes(symbol) | Tie::Names(symbol) => Symbol::of(symbol).name().to_owned(),
            Tie::Word(word) => word.clone(),
        };
        self.heaviest().map(word).collect()
    }

    /// What is shared, the most telling first.
    fn heaviest(&self) -> impl Iterator<Item = &Tie> {
        let mut all: Vec<(&Tie, &f64)> = self.ties.iter().collect();
        all.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        all.into_iter().map(|(tie, _)| tie)
    }

    /// Why it is related, in words; `note` is the name of the note that it is.
    fn why(&self, note: Option<&str>) -> Vec<String> {
        let (mut errors, mut files, mut words) = (Vec::new(), Vec::new(), Vec::new());
        let (mut changes, mut names) = (Vec::new(), Vec::new());
        for tie in self.heaviest() {
            match tie {
                Tie::Error(line) => errors.push(line),
                Tie::Changes(symbol) => changes.push(symbol),
                Tie::Names(symbol) => names.push(symbol),
                Tie::File(path) => files.push(path),
                Tie::Word(word) => words.push(word),
            }
        }
        // A path or symbol that a prompt names is told as such.
        words.retain(|word| {
            !names.contains(word) && !files.iter().any(|file| file.ends_with(word.as_str()))
        });
        let mut why = Vec::new();
        if let Some(line) = errors.first() {
            let line = quote::line(&secrets::mask(line).0, limits::RELATED_LINE_CHARS / 2);
            why.push(format!("met the same error: {line}"));
        }
        for (does, symbols) in [("changes", changes), ("names", names)] {
            if symbols.is_empty() {
                continue;
            }
            let symbols = listed(&symbols);
            why.push(match note {
                Some(note) => format!("{does} {symbols}, which {note} is about"),
                None => format!("{does} {symbols}, which it changed"),
            });
        }
        if !files.is_empty() {
            why.push(format!("about {}", listed(&files)));
        }
        if !words.is_empty() {
            why.push(format!("speaks of {}", listed(&words)));
        }
        why
    }
}

/// Names as code, the first few.
fn listed(all: &[&String]) -> String {
    let mut shown: Vec<String> =
        all.iter().take(limits::RELATED_NAMED).map(|one| named(one)).collect();
    if all.len() > limits::RELATED_NAMED {
        shown.push(format!("{} more", all.len() - limits::RELATED_NAMED));
    }
    shown.join(", ")
}
