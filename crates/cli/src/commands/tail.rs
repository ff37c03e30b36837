//! `session tail`: a session's events as text, as they come.

use callboard_model::event::{Author, EventBody, TurnPhase};
use callboard_model::view::{EventPage, LogEntry, SharedBeginning, StreamMessage};
use callboard_model::{Event, Seq, SessionId};

use super::session::PAGE;
use crate::client::Client;
use crate::error::CliError;
use crate::output::{self, Style};

/// Lines shown of one result.
const RESULT_LINES: usize = 8;

/// Lines shown of the result that is cited: two screens.
const CITED_LINES: usize = 100;

pub(super) fn tail(
    client: &Client,
    id: SessionId,
    count: usize,
    follow: bool,
    json: bool,
) -> Result<(), CliError> {
    let first: EventPage = client
        .get(&format!("/api/sessions/{id}/events?from=end&limit={}", count.clamp(1, PAGE)))?;
    show(&first.events, first.shared, json)?;
    if !follow {
        return Ok(());
    }
    let behind = |last: Option<&Event>| last.map(|event| format!("after:{}", event.seq.0));
    let mut from = behind(first.events.last()).unwrap_or_else(|| "start".to_owned());
    client.follow(&format!("/api/stream?after={}", first.seq.0), |data| {
        let Ok(entry) = serde_json::from_str::<LogEntry>(data) else { return Ok(true) };
        let is_news = match &entry.message {
            StreamMessage::Session { session } => session.id == id,
            StreamMessage::Reset => true,
            _ => false,
        };
        // A change may bring more than a page, and none may follow it.
        let mut more = is_news;
        while more {
            let path = format!("/api/sessions/{id}/events?from={from}&limit={PAGE}");
            let page: EventPage = client.get(&path)?;
            show(&page.events, page.shared, json)?;
            from = behind(page.events.last()).unwrap_or_else(|| std::mem::take(&mut from));
            more = page.more_after;
        }
        Ok(true)
    })
}

fn show(events: &[Event], shared: Option<SharedBeginning>, json: bool) -> Result<(), CliError> {
    if !json {
        return show_text(events, shared);
    }
    for event in events {
        let text = serde_json::to_string(event)
            .map_err(|error| CliError::misuse(format!("cannot write JSON: {error}"), ""))?;
        output::line(&text)?;
    }
    Ok(())
}

/// Events as text, with a line behind those that the session shares.
pub(super) fn show_text(events: &[Event], shared: Option<SharedBeginning>) -> Result<(), CliError> {
    let mut is_shared = false;
    for event in events {
        if let Some(shared) = shared {
            if is_shared && shared.is_before(event) {
                output::line(&format!("─────  shared with {}, up to here", shared.session))?;
            }
            is_shared = !shared.is_before(event);
        }
        output::print(&event_text(event, RESULT_LINES))?;
    }
    Ok(())
}

/// Events as text, each with the number by which it is cited; the one that is meant is marked.
pub(super) fn show_cited(events: &[Event], meant: Seq) -> Result<(), CliError> {
    for event in events {
        let most = if event.seq == meant { CITED_LINES } else { RESULT_LINES };
        let text = event_text(event, most);
        if text.is_empty() && event.seq != meant {
            continue;
        }
        let arrow = if event.seq == meant { "▸ " } else { "  " };
        let cite = format!("{arrow}{}#{}", event.session, event.seq.0);
        let style = if event.seq == meant { Style::Bold } else { Style::Dim };
        output::line(&output::styled(&cite, style))?;
        output::print(&text)?;
    }
    Ok(())
}

/// An event as lines of text, of a result at most `most`; empty for one that nobody reads.
fn event_text(event: &Event, most: usize) -> String {
    let (mark, text) = match &event.body {
        EventBody::Prompt(p) => match p.author {
            Author::User => (output::styled("you  ", Style::Accent), p.text.clone()),
            Author::Agent => ("agent".into(), p.text.clone()),
            Author::Command => ("you  ".into(), p.text.clone()),
            Author::Program => return String::new(),
        },
        EventBody::Text { text } => (output::styled("says ", Style::Bold), text.clone()),
        EventBody::Thinking { text } if text.is_empty() => return String::new(),
        EventBody::Thinking { text } => {
            (output::styled("think", Style::Dim), output::short(text, 200))
        }
        EventBody::Command(c) => ("run  ".into(), c.command.clone()),
        EventBody::Edit(e) => {
            let paths: Vec<_> = e.files.iter().map(|file| file.path.as_str()).collect();
            ("edit ".into(), paths.join(", "))
        }
        EventBody::Read(r) => ("read ".into(), r.path.clone()),
        EventBody::Search(s) => ("look ".into(), s.query.clone()),
        EventBody::Delegate(d) => ("agent".into(), d.title.clone()),
        EventBody::Plan(p) => {
            let steps: Vec<_> = p.steps.iter().map(|step| step.text.as_str()).collect();
            ("plan ".into(), p.proposal.clone().unwrap_or_else(|| steps.join("\n")))
        }
        EventBody::Question(q) => {
            let asked: Vec<_> = q.questions.iter().map(|item| item.question.as_str()).collect();
            (output::styled("asks ", Style::Accent), asked.join("\n"))
        }
        EventBody::Tool(t) => (
            "tool ".into(),
            format!("{} {}", t.tool_use.tool, output::short(&t.input.to_string(), 160)),
        ),
        EventBody::Result(r) => {
            let mark = match (r.ok, r.exit_code) {
                (_, Some(code)) if code != 0 => format!("✗ {code:<3}"),
                (Some(false), _) => "✗    ".into(),
                _ => output::styled("     ", Style::Dim),
            };
            (mark, first_lines(&r.text, most))
        }
        EventBody::Compaction(_) => ("─────".into(), "history compacted".into()),
        EventBody::Error(e) => (output::styled("error", Style::Accent), e.text.clone()),
        EventBody::Turn(t) if t.phase == TurnPhase::Interrupted => {
            ("─────".into(), "interrupted".into())
        }
        EventBody::Unknown { record_type } => {
            ("?    ".into(), format!("(unknown record: {record_type})"))
        }
        EventBody::Turn(_)
        | EventBody::Usage(_)
        | EventBody::Info(_)
        | EventBody::Notice { .. } => {
            return String::new();
        }
    };
    let text = output::plain(text.trim_end());
    if text.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for (index, line) in text.lines().enumerate() {
        let lead = if index == 0 { mark.as_str() } else { "     " };
        out.push_str(&format!("{lead}  {line}\n"));
    }
    out
}

fn first_lines(text: &str, most: usize) -> String {
    let total = text.lines().count();
    let mut kept: Vec<&str> = text.lines().take(most).collect();
    let rest = format!("… {} more lines", total.saturating_sub(most));
    if total > most {
        kept.push(&rest);
    }
    kept.join("\n")
}
