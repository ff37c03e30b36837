//! `search`: across every session and task, of every agent.

use std::process::ExitCode;

use callboard_model::note::NoteKind;
use callboard_model::view::{SearchHit, SearchResults, SearchSubject};

use super::{client, in_workspace, workspace_here};
use crate::args::search::Search;
use crate::client::encoded;
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

pub(super) fn search(args: &Search, settings: &Settings) -> Result<ExitCode, CliError> {
    let client = client(settings)?;
    let workspace = if args.all { None } else { workspace_here(&client)? };
    let path = format!(
        "/api/search?q={}&limit={}{}",
        encoded(&query_of(args)),
        args.limit,
        in_workspace(workspace)
    );
    let results: SearchResults = client.get(&path)?;
    if args.json.json {
        output::json(&results.hits)?;
    } else {
        for note in &results.notes {
            output::remark(note);
        }
        for hit in &results.hits {
            output::print(&hit_text(hit))?;
        }
        if results.hits.is_empty() {
            output::remark(match workspace {
                Some(_) if results.notes.is_empty() => {
                    "nothing found here\n\nhint: --all searches every workspace"
                }
                Some(_) => "nothing found here",
                None => "nothing found",
            });
        }
    }
    // As grep does: 1 is "no".
    Ok(if results.hits.is_empty() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// The words and the options as one query.
fn query_of(args: &Search) -> String {
    let mut query = args.query.join(" ");
    for (name, value) in [
        ("agent", &args.agent),
        ("since", &args.since),
        ("file", &args.file),
        ("kind", &args.kind),
        ("task", &args.task),
        ("session", &args.session),
    ] {
        if let Some(value) = value {
            let quoted = if value.contains(' ') { format!("\"{value}\"") } else { value.clone() };
            query.push_str(&format!(" {name}:{quoted}"));
        }
    }
    query
}

fn hit_text(hit: &SearchHit) -> String {
    let now = callboard_os::clock::now();
    let place = match (hit.session, hit.task) {
        (Some(session), Some(task)) => format!("{session} ({task})"),
        (Some(session), None) => session.to_string(),
        (None, Some(task)) => task.to_string(),
        (None, None) => match hit.decision {
            Some(decision) => decision.to_string(),
            None => hit.note.clone().unwrap_or_default(),
        },
    };
    let kind = match hit.subject {
        SearchSubject::Event => hit.kind.map_or("", callboard_model::EventKind::word),
        SearchSubject::Task => "task",
        SearchSubject::Note => hit.note_kind.map_or("note", NoteKind::word),
    };
    let seq = hit.seq.map_or_else(String::new, |seq| format!(" #{}", seq.0));
    let more = if hit.more_in_session > 0 {
        format!(", {} more here", hit.more_in_session)
    } else {
        String::new()
    };
    let head = format!(
        "{place}{seq}  {kind}, {} ago{more}  {}",
        output::ago(hit.at, now),
        output::styled(&output::short(&hit.title, 70), Style::Dim)
    );
    let lines: String = marked(hit).lines().map(|line| format!("  {line}\n")).collect();
    format!("{head}\n{lines}\n")
}

/// The matching lines, with the matches in bold where that is shown.
fn marked(hit: &SearchHit) -> String {
    let mut out = String::new();
    let mut at = 0;
    for (begin, end) in &hit.matches {
        let (begin, end) = (*begin as usize, *end as usize);
        let (Some(before), Some(found)) = (hit.text.get(at..begin), hit.text.get(begin..end))
        else {
            break;
        };
        out.push_str(&output::plain(before));
        out.push_str(&output::styled(&output::plain(found), Style::Accent));
        at = end;
    }
    out.push_str(&output::plain(hit.text.get(at..).unwrap_or_default()));
    out
}
