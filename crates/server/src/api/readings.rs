//! Readings: what a user's own agent finds in the words of sessions.

use std::convert::Infallible;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use callboard_engine::{BriefOf, Engine, EngineError};
use callboard_model::view::{ReadingsView, StartReadings};
use futures_util::Stream;
use serde::Deserialize;

use super::{Answer, ask};
use crate::error::ApiError;
use crate::{App, limits};

/// Of what.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadingsOf {
    /// `S41`, the agent's own id or its beginning, or `T12` for the sessions of a task.
    of: String,
}

pub(super) fn named(engine: &Engine, of: &str) -> Result<BriefOf, EngineError> {
    Ok(match of.starts_with(['T', 't']).then(|| of.parse()) {
        Some(Ok(task)) => BriefOf::Task(task),
        _ => BriefOf::Session(engine.session_named(of)?),
    })
}

/// What agents read in a session or in those of a task, and what they are reading.
#[utoipa::path(get, path = "/api/readings", params(ReadingsOf), responses((status = 200, body = ReadingsView), (status = "4XX", body = ApiError)))]
pub(crate) async fn readings(
    State(app): State<App>,
    Query(wanted): Query<ReadingsOf>,
) -> Answer<ReadingsView> {
    Ok(Json(ask(&app, move |engine| engine.readings(named(engine, &wanted.of)?)).await?))
}

/// Has the user's own agent read what was said there: its program is run once for each session, without tools. The
/// stream announces when a reading ends.
#[utoipa::path(post, path = "/api/readings", request_body = StartReadings, responses((status = 200, body = ReadingsView), (status = "4XX", body = ApiError)))]
pub(crate) async fn start(
    State(app): State<App>,
    Json(new): Json<StartReadings>,
) -> Answer<ReadingsView> {
    let begun = ask(&app, move |engine| {
        engine.start_readings(named(engine, &new.of)?, &new.with, new.anew)
    });
    Ok(Json(begun.await?))
}

/// Ends the readings that go on there; what was read before stays.
#[utoipa::path(delete, path = "/api/readings", params(ReadingsOf), responses((status = 200, body = ReadingsView), (status = "4XX", body = ApiError)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Query(wanted): Query<ReadingsOf>,
) -> Answer<ReadingsView> {
    Ok(Json(ask(&app, move |engine| engine.cancel_readings(named(engine, &wanted.of)?)).await?))
}

/// Tells how the readings of a session or task stand, each second, until none goes on. Whoever goes away before that ends
/// them.
#[utoipa::path(get, path = "/api/readings/wait", params(ReadingsOf), responses((status = 200, description = "`ReadingsView`s, as server-sent events")))]
pub(crate) async fn wait(
    State(app): State<App>,
    Query(wanted): Query<ReadingsOf>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let waiting = Waiting { app, of: wanted.of, is_over: false, is_first: true };
    let told = futures_util::stream::unfold(waiting, |mut waiting| async move {
        let event = waiting.next().await?;
        Some((Ok(event), waiting))
    });
    Sse::new(told).keep_alive(KeepAlive::new().interval(limits::STREAM_ALIVE_EVERY))
}

/// Somebody who waits for readings.
struct Waiting {
    app: App,
    of: String,
    is_over: bool,
    is_first: bool,
}

impl Waiting {
    async fn next(&mut self) -> Option<Event> {
        if self.is_over {
            return None;
        }
        if !std::mem::take(&mut self.is_first) {
            tokio::time::sleep(limits::READING_IS_TOLD_EVERY).await;
        }
        let of = self.of.clone();
        let view = ask(&self.app, move |engine| engine.readings(named(engine, &of)?)).await.ok()?;
        self.is_over = view.sessions.iter().all(|one| one.now.is_none());
        Event::default().json_data(view).ok()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.is_over || *self.app.shutdown.borrow() {
            return;
        }
        let (app, of) = (self.app.clone(), self.of.clone());
        runtime.spawn(async move {
            let ended = ask(&app, move |engine| engine.cancel_readings(named(engine, &of)?)).await;
            if let Err(error) = ended {
                tracing::warn!(error = error.error, "a reading goes on that nobody waits for");
            }
        });
    }
}
