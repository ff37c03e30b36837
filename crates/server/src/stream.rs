//! The stream: what changed after the last order that its reader saw, then whatever changes.

use std::collections::VecDeque;
use std::convert::Infallible;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use callboard_model::view::LogEntry;
use callboard_model::{Seq, WorkspaceId};
use futures_util::Stream;
use serde::Deserialize;
use tokio::sync::watch;

use crate::api::{InWorkspace, ask};
use crate::error::ApiError;
use crate::{App, limits};

/// Where a reader goes on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GoOn {
    /// The last order it saw; a reader that comes back says so in `Last-Event-ID`.
    after: Option<i64>,
    /// Only what belongs to this workspace.
    workspace: Option<String>,
}

/// What changes, as it changes: server-sent events whose `id` is the order of commit and whose `data`
/// is a `LogEntry`.
#[utoipa::path(get, path = "/api/stream", params(GoOn), responses((status = 200, body = LogEntry, content_type = "text/event-stream")))]
pub(crate) async fn stream(
    State(app): State<App>,
    headers: HeaderMap,
    Query(go_on): Query<GoOn>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let workspace = InWorkspace { workspace: go_on.workspace }.id()?;
    let came_back = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .and_then(|id| id.trim().parse().ok());
    // Listening begins before the first read: what is committed in between is read twice at worst.
    let commits = app.engine.listen();
    let seq = Seq(came_back.or(go_on.after).unwrap_or_else(|| commits.borrow().0));
    let reader = StreamReader {
        is_fresh: true,
        shutdown: app.shutdown.subscribe(),
        app,
        workspace,
        commits,
        seq,
        waiting: VecDeque::new(),
    };
    let events = futures_util::stream::unfold(reader, |mut reader| async move {
        reader.next().await.map(|event| (Ok(event), reader))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(limits::STREAM_ALIVE_EVERY)))
}

struct StreamReader {
    app: App,
    workspace: Option<WorkspaceId>,
    commits: watch::Receiver<Seq>,
    shutdown: watch::Receiver<bool>,
    /// Everything up to here was told.
    seq: Seq,
    /// Whether the store has what it saw was not asked yet.
    is_fresh: bool,
    waiting: VecDeque<LogEntry>,
}

impl StreamReader {
    /// The next event; waits for one. `None` when the daemon ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(entry) = self.waiting.pop_front() {
                let event = Event::default().id(entry.seq.0.to_string());
                return event.json_data(entry).ok();
            }
            let is_told_all = *self.commits.borrow_and_update() <= self.seq;
            if is_told_all && !std::mem::take(&mut self.is_fresh) {
                tokio::select! {
                    changed = self.commits.changed() => changed.ok()?,
                    ended = self.shutdown.wait_for(|ends| *ends) => { ended.ok()?; return None; }
                }
                continue;
            }
            let (seq, workspace) = (self.seq, self.workspace);
            match ask(&self.app, move |engine| engine.changes_after(seq, workspace)).await {
                Ok((entries, next)) => {
                    self.waiting.extend(entries);
                    self.seq = next;
                }
                Err(error) => {
                    tracing::warn!(
                        error = error.error,
                        "a stream could not be read and ends; its reader comes back"
                    );
                    return None;
                }
            }
        }
    }
}
