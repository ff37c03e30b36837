//! Agents' hooks: what they tell, and the answer for one that waits. Only the socket has these requests.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use callboard_engine::{
    AtStop, HookAsk, HookContext, HookEnd, HookTold, HookUse, HookWait, hear_hook,
};
use callboard_model::CallId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Semaphore;

use super::{Answer, ask};
use crate::error::ApiError;
use crate::{App, limits};

/// Connections of hooks. They are not state: a hook whose connection breaks comes back.
#[derive(Clone)]
pub(crate) struct Hooks {
    waiting: Arc<Mutex<BTreeSet<CallId>>>,
    places: Arc<Semaphore>,
}

impl Default for Hooks {
    fn default() -> Self {
        let places = Arc::new(Semaphore::new(limits::HOOKS_AT_ONCE));
        Self { waiting: Arc::default(), places }
    }
}

/// Takes what a hook tells. The answer begins before anything is written, so that no agent waits for the
/// writer: `204` ends it; behind `200` comes one line when the call was answered or is over.
pub(crate) async fn told(
    State(app): State<App>,
    Path(agent): Path<String>,
    report: Bytes,
) -> Result<Response, ApiError> {
    let asked = match hear_hook(&agent, &report)? {
        Some(HookTold::Asks(asked)) => asked,
        Some(HookTold::Step(step)) => {
            let context = ask(&app, move |engine| engine.hook_context(&step)).await?;
            return Ok(context.map_or_else(|| StatusCode::NO_CONTENT.into_response(), given));
        }
        Some(HookTold::Ends(end)) => {
            // What the agent did last may have to be read first.
            let line = async move { Ok::<Bytes, io::Error>(asked_at_stop(&app, end).await) };
            return Ok(Response::new(Body::from_stream(futures_util::stream::once(line))));
        }
        Some(HookTold::Uses(asked)) if asked.may_sweep() => {
            // The checkout is looked at first: the agent waits for that, and for no other command.
            let line = async move { Ok::<Bytes, io::Error>(refused(&app, asked).await) };
            return Ok(Response::new(Body::from_stream(futures_util::stream::once(line))));
        }
        Some(HookTold::Uses(_)) | None => return Ok(StatusCode::NO_CONTENT.into_response()),
    };
    let Ok(place) = app.hooks.places.clone().try_acquire_owned() else {
        let full = "too many hooks wait; this one was not taken";
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, full, ""));
    };
    if asked.waits {
        let line = async move {
            let _place = place;
            wait(app, asked).await
        };
        return Ok(Response::new(Body::from_stream(futures_util::stream::once(line))));
    }
    tokio::spawn(async move {
        let _place = place;
        if let Err(error) = ask(&app, move |engine| engine.hook_asked(asked)).await {
            tracing::warn!(error = error.error, "what a hook told was not kept");
        }
    });
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The line behind `200` that keeps an agent from a command, or lets it run.
async fn refused(app: &App, asked: HookUse) -> Bytes {
    match ask(app, move |engine| engine.refuse_use(&asked)).await {
        Ok(Some(output)) => line(&json!({ "output": output })),
        Ok(None) => line(&json!({})),
        Err(error) => {
            tracing::warn!(error = error.error, "a command that may sweep was let through");
            line(&json!({}))
        }
    }
}

/// The line behind `200` that tells an agent something; the hook says when it did.
fn given(context: HookContext) -> Response {
    told_line(context).into_response()
}

fn told_line(context: HookContext) -> Bytes {
    let delivered = json!(Delivered::Notices { notices: context.notices }).to_string();
    line(&json!({ "output": context.output, "delivered": delivered }))
}

/// The line behind `200` that asks an agent as it stops, or lets it stop.
async fn asked_at_stop(app: &App, end: HookEnd) -> Bytes {
    let mut commits = app.engine.listen();
    let until = tokio::time::Instant::now() + limits::LAST_WORDS_ARE_READ_WITHIN;
    loop {
        commits.mark_unchanged();
        let (asked, is_over) = (end.clone(), tokio::time::Instant::now() >= until);
        match ask(app, move |engine| engine.ask_at_stop(&asked, is_over)).await {
            Ok(AtStop::Asked(context)) => return told_line(context),
            Ok(AtStop::Later) if !is_over => {}
            Ok(AtStop::Later | AtStop::No) => return line(&json!({})),
            Err(error) => {
                tracing::warn!(error = error.error, "an agent was not asked as it stopped");
                return line(&json!({}));
            }
        }
        // When nothing more comes, it is decided by what is known.
        let _ = tokio::time::timeout_at(until, commits.changed()).await;
    }
}

/// Raises the call and waits until there is something to tell the hook. An error breaks the connection off, and the
/// hook comes back.
async fn wait(app: App, asked: HookAsk) -> io::Result<Bytes> {
    let mut commits = app.engine.listen();
    let mut shutdown = app.shutdown.subscribe();
    let call = match ask(&app, move |engine| engine.hook_asked(asked)).await {
        Ok(call) => call,
        Err(error) => return given_up(&error),
    };
    let mut waiting = Waiting::begin(&app, call);
    loop {
        commits.mark_unchanged();
        match ask(&app, move |engine| engine.hook_answer(call)).await {
            Ok(HookWait::Open) => {}
            Ok(HookWait::Over) => {
                waiting.is_over = true;
                return Ok(line(&json!({})));
            }
            Ok(HookWait::Answered { generation, output }) => {
                waiting.is_handed = true;
                let delivered = json!(Delivered::Answer { call, generation }).to_string();
                return Ok(line(&json!({ "output": output, "delivered": delivered })));
            }
            Err(error) => return given_up(&error),
        }
        // An agent at work commits a hundred times a second.
        tokio::time::sleep(limits::HOOK_LOOK_EVERY).await;
        tokio::select! {
            changed = commits.changed() => changed.map_err(io::Error::other)?,
            _ = shutdown.wait_for(|ends| *ends) => return Err(io::Error::other("the daemon ends")),
        }
    }
}

/// One that could not be kept is the window's; when the daemon ends, the hook is to come back.
fn given_up(error: &ApiError) -> io::Result<Bytes> {
    tracing::warn!(error = error.error, "a hook is not waited with any longer");
    match error.status == StatusCode::SERVICE_UNAVAILABLE {
        true => Err(io::Error::other("the daemon ends")),
        false => Ok(line(&json!({}))),
    }
}

fn line(value: &serde_json::Value) -> Bytes {
    format!("{value}\n").into()
}

/// A hook's wait; when its connection ends, so does the call's way to the agent.
struct Waiting {
    app: App,
    call: CallId,
    is_over: bool,
    is_handed: bool,
}

impl Waiting {
    fn begin(app: &App, call: CallId) -> Self {
        app.hooks.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(call);
        Self { app: app.clone(), call, is_over: false, is_handed: false }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let (app, call, is_handed) = (self.app.clone(), self.call, self.is_handed);
        app.hooks.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&call);
        if self.is_over || *app.shutdown.borrow() {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if is_handed {
                tokio::time::sleep(limits::HOOK_DELIVERS_WITHIN).await;
            }
            if let Err(error) = ask(&app, move |engine| engine.hook_gone(call)).await {
                tracing::warn!(error = error.error, "a hook's end was not kept");
            }
        });
    }
}

/// What an agent was given.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Delivered {
    /// An answer.
    Answer { call: CallId, generation: u32 },
    /// What it was to be told.
    Notices { notices: Vec<i64> },
}

/// The hook gave it to its agent.
pub(crate) async fn delivered(State(app): State<App>, Json(given): Json<Delivered>) -> Answer<()> {
    ask(&app, move |engine| match given {
        Delivered::Answer { call, generation } => engine.answer_accepted(call, generation),
        Delivered::Notices { notices } => engine.notices_told(notices),
    })
    .await?;
    Ok(Json(()))
}

/// Hooks that waited for an earlier daemon come back soon, or never.
pub(crate) async fn settle(app: App) {
    tokio::time::sleep(limits::HOOKS_COME_BACK).await;
    let waiting = app.hooks.waiting.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Err(error) = ask(&app, move |engine| engine.hooks_came_back(&waiting)).await {
        tracing::warn!(error = error.error, "hooks that are gone were not told apart");
    }
}
