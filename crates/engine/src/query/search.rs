//! Search: what was found, each hit with the lines that match.

use callboard_model::event::EventBody;
use callboard_model::note::{Note, without_headings};
use callboard_model::query::Query;
use callboard_model::text::plain;
use callboard_model::view::{SearchHit, SearchResults, SearchSubject};
use callboard_model::{Event, Timestamp, WorkspaceId};
use callboard_store::{EventRow, Found, SearchPage, SearchRow, Snapshot, StoredWorkspace};

use crate::core::view_of;
use crate::transcript::Retelling;
use crate::{Engine, EngineError, limits, notes};

impl Engine {
    /// What a query finds, in one workspace or in all.
    ///
    /// # Errors
    /// When the store fails; a query is never wrong.
    pub fn search(
        &self,
        query: &Query,
        workspace: Option<WorkspaceId>,
        now: Timestamp,
        limit: usize,
    ) -> Result<SearchResults, EngineError> {
        let (asked, mut query) = (query, query.clone());
        if query.workspaces.is_empty()
            && let Some(workspace) = workspace
        {
            query.workspaces.push(workspace.to_string());
        }
        self.read(|s| {
            let mut notes = asked.notes.clone();
            notes.extend(unknown(s, asked)?);
            let limit = limit.clamp(1, limits::HITS);
            let mut page = s.search(&query, now, limit)?;
            if page.rows.is_empty() && query.to_beginnings() {
                // `price` stands in no text that speaks of prices.
                page = s.search(&query, now, limit)?;
                if !page.rows.is_empty() {
                    notes.push("nothing has these words as they are: these begin alike".to_owned());
                }
            }
            let rows: Vec<EventRow> = page
                .rows
                .iter()
                .filter_map(|row| match &row.found {
                    Found::Event(event) => Some(*event),
                    _ => None,
                })
                .collect();
            let mut events = Retelling::new(s).events(&rows)?.into_iter();
            let mut hits = Vec::with_capacity(page.rows.len());
            for row in &page.rows {
                hits.push(match &row.found {
                    Found::Event(_) => match events.next() {
                        Some(event) => event_hit(s, &page, row, &event)?,
                        None => continue,
                    },
                    Found::Task(id) => match s.task(*id)? {
                        Some(task) => task_hit(&page, row, &task),
                        None => continue,
                    },
                    Found::Note(id) => match note_hit(s, &page, row, *id)? {
                        Some(hit) => hit,
                        None => continue,
                    },
                });
            }
            Ok(SearchResults { hits, truncated: page.truncated, notes })
        })
    }
}

/// What a query's filters name that is not there.
fn unknown(s: &Snapshot<'_>, query: &Query) -> Result<Vec<String>, EngineError> {
    let mut notes = Vec::new();
    let agents: Vec<_> = callboard_agents::known().iter().map(|agent| agent.name()).collect();
    for name in query.agents.iter().filter(|name| !agents.iter().any(|a| a.as_str() == *name)) {
        let known: Vec<_> = agents.iter().map(|agent| format!("`{agent}`")).collect();
        let known = known.join(", ");
        notes.push(format!("`agent:{name}`: no agent is called that; known are {known}"));
    }
    for id in &query.sessions {
        if s.session(*id)?.is_none() {
            notes.push(format!("`session:{id}`: there is no such session; `callboard session list --all` lists them"));
        }
    }
    for id in &query.tasks {
        if s.task(*id)?.is_none() {
            notes.push(format!(
                "`task:{id}`: there is no such task; `callboard task list --all` lists them"
            ));
        }
    }
    if !query.workspaces.is_empty() {
        let all = s.workspaces()?;
        for name in &query.workspaces {
            let is_it = |w: &StoredWorkspace| {
                name.eq_ignore_ascii_case(&w.row.name)
                    || name.eq_ignore_ascii_case(&w.id.to_string())
            };
            if !all.iter().any(is_it) {
                let known: Vec<_> = all.iter().map(|w| format!("`{}`", w.row.name)).collect();
                let known = known.join(", ");
                notes.push(format!(
                    "`workspace:{name}`: no workspace is called that; known are {known}"
                ));
            }
        }
    }
    Ok(notes)
}

fn event_hit(
    s: &Snapshot<'_>,
    page: &SearchPage,
    row: &SearchRow,
    event: &Event,
) -> Result<SearchHit, EngineError> {
    let view = view_of(s, event.session)?;
    let (text, matches) = snippet(page, &event_text(&event.body));
    Ok(SearchHit {
        subject: SearchSubject::Event,
        session: Some(event.session),
        task: view.as_ref().and_then(|view| view.task),
        note: None,
        note_kind: None,
        decision: None,
        workspace: view.as_ref().and_then(|view| view.workspace),
        agent: view.as_ref().map(|view| view.agent.clone()),
        title: view
            .as_ref()
            .and_then(|view| view.heading().map(str::to_owned))
            .unwrap_or_else(|| event.session.to_string()),
        seq: Some(event.seq),
        ordinal: Some(event.ordinal),
        kind: Some(event.body.kind()),
        at: event.at,
        file: file_of(&event.body),
        text,
        matches,
        more_in_session: row.more_in_session,
    })
}

fn task_hit(page: &SearchPage, row: &SearchRow, task: &callboard_store::Task) -> SearchHit {
    let (text, matches) = snippet(page, &format!("{}\n{}", task.title, task.body));
    SearchHit {
        subject: SearchSubject::Task,
        session: None,
        task: Some(task.id),
        note: None,
        note_kind: None,
        decision: None,
        workspace: Some(task.workspace),
        agent: None,
        title: task.title.clone(),
        seq: None,
        ordinal: None,
        kind: None,
        at: Some(task.updated_at),
        file: None,
        text,
        matches,
        more_in_session: row.more_in_session,
    }
}

fn note_hit(
    s: &Snapshot<'_>,
    page: &SearchPage,
    row: &SearchRow,
    id: i64,
) -> Result<Option<SearchHit>, EngineError> {
    let Some(note) = s.note(id)? else { return Ok(None) };
    let note = note.row;
    let root = s.workspace(note.workspace)?.map(|workspace| workspace.row.root);
    let file = root.map(|root| root.join(&note.path));
    // The index holds no text; a file that is gone is forgotten soon.
    let text = file.as_deref().and_then(|file| notes::beginning(file).ok()).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let (text, matches) = note_snippet(page, &note.title, &text);
    Ok(Some(SearchHit {
        subject: SearchSubject::Note,
        session: None,
        task: None,
        note: Some(note.path),
        note_kind: Some(note.kind),
        decision: note.number,
        workspace: Some(note.workspace),
        agent: None,
        title: note.title,
        seq: None,
        ordinal: None,
        kind: None,
        at: note.at.or(note.modified_at),
        file: file.map(|file| file.to_string_lossy().into_owned()),
        text,
        matches,
        more_in_session: row.more_in_session,
    }))
}

/// The words of an event: what a search finds, and whoever cites it reads.
#[must_use]
pub fn event_text(body: &EventBody) -> String {
    match body {
        EventBody::Prompt(p) => p.text.clone(),
        EventBody::Text { text }
        | EventBody::Thinking { text }
        | EventBody::Notice { text, .. } => text.clone(),
        EventBody::Command(c) => match &c.description {
            Some(description) => format!("{}\n{description}", c.command),
            None => c.command.clone(),
        },
        EventBody::Edit(e) => {
            let mut text = String::new();
            for file in &e.files {
                text.push_str(&file.path);
                text.push('\n');
                for line in file.hunks.iter().flat_map(|hunk| &hunk.lines) {
                    text.push_str(line);
                    text.push('\n');
                }
            }
            text
        }
        EventBody::Read(r) => r.path.clone(),
        EventBody::Search(s) => format!("{}\n{}", s.query, s.path.as_deref().unwrap_or_default()),
        EventBody::Delegate(d) => format!("{}\n{}", d.title, d.prompt),
        EventBody::Plan(p) => p
            .proposal
            .iter()
            .cloned()
            .chain(p.steps.iter().map(|step| step.text.clone()))
            .collect::<Vec<_>>()
            .join("\n"),
        EventBody::Question(q) => q
            .questions
            .iter()
            .flat_map(|item| std::iter::once(&item.question).chain(&item.options))
            .cloned()
            .collect::<Vec<_>>()
            .join("\n"),
        EventBody::Tool(t) => format!("{}\n{}", t.tool_use.tool, t.input),
        EventBody::Result(r) => format!(
            "{}{}\n{}",
            r.answers.iter().map(|(q, a)| format!("{q}\n{a}\n")).collect::<String>(),
            r.text,
            r.stderr.as_deref().unwrap_or_default()
        ),
        EventBody::Compaction(c) => c.summary.clone().unwrap_or_default(),
        EventBody::Error(e) => e.text.clone(),
        EventBody::Info(i) => i.title.clone().unwrap_or_default(),
        EventBody::Usage(_) | EventBody::Turn(_) | EventBody::Unknown { .. } => String::new(),
    }
}

fn file_of(body: &EventBody) -> Option<String> {
    match body {
        EventBody::Edit(edit) => edit.files.first().map(|file| file.path.clone()),
        EventBody::Read(read) => Some(read.path.clone()),
        EventBody::Result(result) => result.edits.first().map(|file| file.path.clone()),
        _ => None,
    }
}

/// Words of a note's body; the title stands beside them. What only its front matter says is shown from there.
fn note_snippet(page: &SearchPage, title: &str, text: &str) -> (String, Vec<(u32, u32)>) {
    let words = without_headings(&text[Note::parse(text).body_at..]);
    let is_in = |text: &str| !page.marks(&plain(text)).is_empty();
    let is_told = !words.trim().is_empty() && (is_in(title) || is_in(&words));
    if !is_told {
        return snippet(page, text);
    }
    if is_in(&words) {
        return snippet(page, &words);
    }
    snippet(page, words.trim_start().split("\n\n").next().unwrap_or_default())
}

/// The line of `text` with the most matches, and its neighbour, with the matches in them.
fn snippet(page: &SearchPage, text: &str) -> (String, Vec<(u32, u32)>) {
    let text = plain(text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let marked: Vec<usize> = lines.iter().map(|line| page.marks(line).len()).collect();
    let best = (0..lines.len()).rev().max_by_key(|i| marked[*i]).unwrap_or(0);
    let mut picked: String = clip_around(page, lines.get(best).copied().unwrap_or_default());
    if let Some(next) = lines.get(best + 1)
        && picked.chars().count() + next.chars().count() < limits::SNIPPET_CHARS
    {
        picked.push('\n');
        picked.push_str(next);
    }
    let matches = page.marks(&picked);
    (picked, matches)
}

/// The part of a long line around its first match.
fn clip_around(page: &SearchPage, line: &str) -> String {
    if line.chars().count() <= limits::SNIPPET_CHARS {
        return line.to_owned();
    }
    let first = page.marks(line).first().map_or(0, |(begin, _)| *begin as usize);
    let lead = line.floor_char_boundary(first.saturating_sub(limits::SNIPPET_CHARS / 3));
    let mut clipped: String = line[lead..].chars().take(limits::SNIPPET_CHARS).collect();
    if lead > 0 {
        clipped.insert(0, '…');
    }
    clipped.push('…');
    clipped
}
