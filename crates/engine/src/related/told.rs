//! What is said of something related: why it is, and the lines that tell.

use callboard_model::brief::{self, Material};
use callboard_model::note::NoteKind;
use callboard_model::view::{BriefPart, RelatedItem, RelatedLine};
use callboard_model::{SessionId, Timestamp, WorkspaceId, text};
use callboard_store::{Note, Snapshot};

use super::Shared;
use crate::core::view_of;
use crate::{EngineError, briefs, limits, secrets};

/// A session, with the lines of its brief that speak of what is shared.
pub(super) fn of_session(
    s: &Snapshot<'_>,
    id: SessionId,
    shared: &Shared,
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
        why: shared.why(),
        lines,
        weight: shared.weight,
    }))
}

/// A note, with what it says in short.
pub(super) fn of_note(
    s: &Snapshot<'_>,
    workspace: WorkspaceId,
    path: &str,
    shared: &Shared,
) -> Result<Option<RelatedItem>, EngineError> {
    let Some(note) = s.note_at(workspace, path)? else { return Ok(None) };
    let name = name_of(&note);
    let summary = note.row.facts.summary.clone();
    let lines = (!summary.is_empty()).then(|| line_of(&summary, std::slice::from_ref(&name)));
    Ok(Some(RelatedItem {
        session: note.row.facts.session,
        note: Some(name),
        agent: None,
        title: secrets::mask(&note.row.title).0,
        at: note.row.at.or(note.row.modified_at),
        why: shared.why(),
        lines: lines.into_iter().collect(),
        weight: shared.weight,
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

fn name_of(note: &Note) -> String {
    match (note.row.kind, note.row.number) {
        (NoteKind::Decision, Some(number)) => number.to_string(),
        _ => note.row.path.clone(),
    }
}

fn line_of(text: &str, cites: &[String]) -> RelatedLine {
    let text = secrets::mask(&text::clip(text, limits::RELATED_LINE_CHARS)).0;
    RelatedLine { text, cites: cites.to_vec() }
}

impl Shared {
    /// Words by which a line speaks of what is shared.
    fn telling(&self) -> Vec<String> {
        let files =
            self.files.iter().map(|path| path.rsplit('/').next().unwrap_or(path).to_owned());
        let errors = self.errors.iter().map(|line| text::head(line, 40).to_owned());
        files.chain(errors).chain(self.words.iter().cloned()).collect()
    }

    fn why(&self) -> Vec<String> {
        let list = |all: &std::collections::BTreeSet<String>| {
            let shown = all.iter().take(limits::RELATED_NAMED).map(|one| format!("`{one}`"));
            let mut shown: Vec<String> = shown.collect();
            if all.len() > limits::RELATED_NAMED {
                shown.push(format!("{} more", all.len() - limits::RELATED_NAMED));
            }
            shown.join(", ")
        };
        let mut why = Vec::new();
        if !self.errors.is_empty() {
            let line = self
                .errors
                .iter()
                .next()
                .map(|line| text::clip(line, limits::RELATED_LINE_CHARS / 2));
            why.push(format!("met the same error: {}", secrets::mask(&line.unwrap_or_default()).0));
        }
        if !self.files.is_empty() {
            why.push(format!("about {}", list(&self.files)));
        }
        if !self.words.is_empty() {
            why.push(format!("speaks of {}", list(&self.words)));
        }
        why
    }
}
