//! Notes and decisions as people read them.

use std::fmt::Write as _;

use callboard_model::note::NoteKind;
use callboard_model::view::{NoteBy, NoteHistory, NoteLink, NoteList, NoteView};

use crate::output::{self, Style};

/// Characters of a version that tell it from others.
const VERSION: usize = 8;

/// Who wrote it: `you`, `S41`; nothing where that is not known.
fn by(by: &NoteBy) -> String {
    match (by.session, by.person) {
        (Some(session), _) => session.to_string(),
        (None, true) => "you".to_owned(),
        (None, false) => String::new(),
    }
}

pub(super) fn list(found: &NoteList, kind: Option<NoteKind>, about: Option<&str>) -> String {
    let what = kind.unwrap_or_default().word();
    if found.notes.is_empty() {
        return match (about, what) {
            (Some(about), what) => format!("no {what}s about {about}\n"),
            (None, "decision") => {
                "no decisions\n\nhint: record one with `callboard decide \"…\" --why \"…\"`\n"
                    .to_owned()
            }
            (None, _) => "no notes\n\nhint: write one with `callboard note \"…\"`\n".to_owned(),
        };
    }
    let now = callboard_os::clock::now();
    let header: &[&str] = match kind {
        Some(NoteKind::Decision) => &["", "status", "title", "task", "by", "age"],
        _ => &["", "title", "task", "by", "age"],
    };
    let mut table = output::table(header, output::width());
    for note in &found.notes {
        let name = note.id.map_or_else(
            || note.path.trim_start_matches(".callboard/").to_owned(),
            |id| id.to_string(),
        );
        let mut row = vec![name];
        if kind == Some(NoteKind::Decision) {
            row.push(note.status.map_or("", |status| status.word()).to_owned());
        }
        row.push(output::short(&note.title, 80));
        row.push(note.task.map(|task| task.to_string()).unwrap_or_default());
        row.push(by(&note.by));
        row.push(output::ago(note.at.or(note.modified_at), now));
        table.add_row(row.iter().map(|cell| output::plain(cell)));
    }
    output::table_text(&table)
}

/// What became of a note that was written.
pub(super) fn written(view: &NoteView) -> String {
    let row = &view.row;
    let name = row.id.map(|id| format!("{id}  ")).unwrap_or_default();
    let title = output::styled(&output::plain(&row.title), Style::Bold);
    let mut text = format!("{name}{title}\n{}\n", output::plain(&row.path));
    if view.is_merged {
        let both =
            if view.overlaps { "in the same lines; both are there" } else { "and both are there" };
        let _ = writeln!(text, "others changed it meanwhile, {both}");
    }
    for source in view.sources.iter().filter(|source| source.missing) {
        let _ = writeln!(text, "this source is not there: {}", output::short(&source.target, 100));
    }
    text + &problems(view)
}

/// A note as a whole: its file as it is, and what is known beside.
pub(super) fn view(view: &NoteView) -> String {
    let mut text = output::plain(view.text.trim_end());
    text.push('\n');
    let mut beside = String::new();
    let missing = view.sources.iter().chain(&view.links).filter(|link| link.missing);
    for link in missing {
        let _ = writeln!(beside, "not found: {}", output::short(&link.target, 100));
    }
    for link in &view.linked_from {
        let _ = writeln!(beside, "named by {}", linked(link));
    }
    let now = callboard_os::clock::now();
    for post in &view.posts {
        let _ = writeln!(beside, "{}", output::plain(&super::super::post::posted(post, now)));
    }
    beside += &problems(view);
    if !beside.is_empty() {
        let _ = write!(text, "\n{}", output::styled(beside.trim_end(), Style::Dim));
        text.push('\n');
    }
    text
}

fn linked(link: &NoteLink) -> String {
    let title = link.title.as_deref().map(|title| format!("  {}", output::short(title, 80)));
    format!("{}{}", output::plain(&link.target), title.unwrap_or_default())
}

fn problems(view: &NoteView) -> String {
    view.problems.iter().fold(String::new(), |mut text, problem| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "problem: {}", output::short(problem, 300));
        text
    })
}

pub(super) fn history(history: &NoteHistory) -> String {
    let now = callboard_os::clock::now();
    let mut table = output::table(&["version", "when", "by", "lines"], output::width());
    for version in &history.versions {
        table.add_row([
            version.version.chars().take(VERSION).collect::<String>(),
            format!("{} ago", output::ago(Some(version.at), now)),
            by(&version.by),
            format!("+{} -{}", version.added, version.removed),
        ]);
    }
    output::table_text(&table)
}
