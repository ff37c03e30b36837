//! Tasks.

use axum::Json;
use axum::extract::{Path, Query, State};
use callboard_engine::{Engine, EngineError};
use callboard_model::TaskId;
use callboard_model::view::{MoveTask, NewTask, TaskChange, TaskDetail, TaskView};

use super::{Answer, InWorkspace, ask, session_id, task_id};
use crate::App;
use crate::error::ApiError;

/// Changes a task and gives it as it is then.
async fn change(
    app: &App,
    f: impl FnOnce(&Engine) -> Result<TaskId, EngineError> + Send + 'static,
) -> Answer<TaskView> {
    let changed = ask(app, move |engine| {
        let id = f(engine)?;
        engine.task(id)
    });
    Ok(Json(changed.await?))
}

/// The tasks of a workspace, in the order of the board.
#[utoipa::path(get, path = "/api/tasks", params(InWorkspace), responses((status = 200, body = Vec<TaskView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn tasks(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
) -> Answer<Vec<TaskView>> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.tasks(workspace)).await?))
}

/// Makes a task.
#[utoipa::path(post, path = "/api/tasks", params(InWorkspace), request_body = NewTask, responses((status = 200, body = TaskView), (status = "4XX", body = ApiError)))]
pub(crate) async fn create(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
    Json(new): Json<NewTask>,
) -> Answer<TaskView> {
    let workspace = of.id()?;
    change(&app, move |engine| {
        let workspace = match workspace {
            Some(id) => id,
            None => engine.board(None)?.workspace.id,
        };
        engine.create_task(workspace, new)
    })
    .await
}

/// A task with its sessions and history.
#[utoipa::path(get, path = "/api/tasks/{id}", params(("id" = String, Path,)), responses((status = 200, body = TaskDetail), (status = "4XX", body = ApiError)))]
pub(crate) async fn task(State(app): State<App>, Path(id): Path<String>) -> Answer<TaskDetail> {
    let id = task_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.task_detail(id)).await?))
}

/// Changes a task.
#[utoipa::path(patch, path = "/api/tasks/{id}", params(("id" = String, Path,)), request_body = TaskChange, responses((status = 200, body = TaskView), (status = 409, body = ApiError)))]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(changes): Json<TaskChange>,
) -> Answer<TaskView> {
    let id = task_id(&id)?;
    change(&app, move |engine| engine.change_task(id, changes)).await
}

/// Moves a task's card.
#[utoipa::path(post, path = "/api/tasks/{id}/move", params(("id" = String, Path,)), request_body = MoveTask, responses((status = 200, body = TaskView), (status = "4XX", body = ApiError)))]
pub(crate) async fn move_card(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(to): Json<MoveTask>,
) -> Answer<TaskView> {
    let id = task_id(&id)?;
    change(&app, move |engine| engine.move_task(id, to)).await
}

/// Removes a task; it can be restored.
#[utoipa::path(delete, path = "/api/tasks/{id}", params(("id" = String, Path,)), responses((status = 200, body = TaskId), (status = "4XX", body = ApiError)))]
pub(crate) async fn delete(State(app): State<App>, Path(id): Path<String>) -> Answer<TaskId> {
    let id = task_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.delete_task(id)).await?))
}

/// Brings a removed task back.
#[utoipa::path(post, path = "/api/tasks/{id}/restore", params(("id" = String, Path,)), responses((status = 200, body = TaskView), (status = "4XX", body = ApiError)))]
pub(crate) async fn restore(State(app): State<App>, Path(id): Path<String>) -> Answer<TaskView> {
    let id = task_id(&id)?;
    change(&app, move |engine| engine.restore_task(id)).await
}

/// Links a session to a task.
#[utoipa::path(put, path = "/api/tasks/{id}/sessions/{session}", params(("id" = String, Path,), ("session" = String, Path,)), responses((status = 200, body = TaskView), (status = "4XX", body = ApiError)))]
pub(crate) async fn link(
    State(app): State<App>,
    Path((id, session)): Path<(String, String)>,
) -> Answer<TaskView> {
    let (id, session) = (task_id(&id)?, session_id(&session)?);
    change(&app, move |engine| engine.link_session(id, session)).await
}

/// Unlinks a session from a task.
#[utoipa::path(delete, path = "/api/tasks/{id}/sessions/{session}", params(("id" = String, Path,), ("session" = String, Path,)), responses((status = 200, body = TaskView), (status = "4XX", body = ApiError)))]
pub(crate) async fn unlink(
    State(app): State<App>,
    Path((id, session)): Path<(String, String)>,
) -> Answer<TaskView> {
    let (id, session) = (task_id(&id)?, session_id(&session)?);
    change(&app, move |engine| engine.unlink_session(id, session)).await
}

/// Makes a task of a session.
#[utoipa::path(post, path = "/api/sessions/{id}/task", params(("id" = String, Path,)), responses((status = 200, body = TaskView), (status = "4XX", body = ApiError)))]
pub(crate) async fn of_session(State(app): State<App>, Path(id): Path<String>) -> Answer<TaskView> {
    let id = session_id(&id)?;
    change(&app, move |engine| engine.task_of_session(id)).await
}
