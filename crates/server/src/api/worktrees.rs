//! Worktrees.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use callboard_engine::WorktreesWanted;
use callboard_model::view::{
    AdoptWorktree, CollectWorktrees, Collected, NewWorktree, RemoveWorktree, RestoreWorktree,
    ServeWorktree, SetUpWorktree, WorktreeRemoved, WorktreeServed, WorktreeSetUp, WorktreeView,
};
use serde::Deserialize;

use super::{Answer, InWorkspace, ask, workspace_id};
use crate::App;
use crate::error::ApiError;

/// Which worktrees.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// `W1`; not given: of all.
    workspace: Option<String>,
    /// Those that were removed, too.
    #[serde(default)]
    removed: bool,
    /// With what is not committed and not pushed, which takes git a while.
    #[serde(default)]
    status: bool,
}

/// Worktrees: Callboard's own, and those that agents and people made.
#[utoipa::path(get, path = "/api/worktrees", params(Which), responses((status = 200, body = Vec<WorktreeView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn worktrees(
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Answer<Vec<WorktreeView>> {
    let workspace = InWorkspace { workspace: which.workspace }.id()?;
    let wanted = WorktreesWanted { removed: which.removed, status: which.status };
    Ok(Json(ask(&app, move |engine| engine.worktrees(workspace, wanted)).await?))
}

/// Makes a worktree with a branch of its own; answers when it can be worked in.
#[utoipa::path(post, path = "/api/worktrees", params(("workspace" = String, Query,)), request_body = NewWorktree, responses((status = 200, body = WorktreeView), (status = "4XX", body = ApiError)))]
pub(crate) async fn create(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
    Json(new): Json<NewWorktree>,
) -> Answer<WorktreeView> {
    let workspace = workspace_id(of.workspace.as_deref().unwrap_or_default())?;
    Ok(Json(ask(&app, move |engine| engine.new_worktree(workspace, new)).await?))
}

/// One worktree, by its name, number, folder, branch or task.
#[utoipa::path(get, path = "/api/worktrees/{name}", params(InWorkspace, ("name" = String, Path,)), responses((status = 200, body = WorktreeView), (status = "4XX", body = ApiError)))]
pub(crate) async fn worktree(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<InWorkspace>,
) -> Answer<WorktreeView> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.worktree(workspace, &name)).await?))
}

/// Variables for a shell in a worktree.
#[utoipa::path(get, path = "/api/worktrees/{name}/environment", params(InWorkspace, ("name" = String, Path,)), responses((status = 200, body = BTreeMap<String, String>), (status = "4XX", body = ApiError)))]
pub(crate) async fn environment(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<InWorkspace>,
) -> Answer<BTreeMap<String, String>> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.shell_environment(workspace, &name)).await?))
}

/// Starts a worktree's development server, unless it runs; or stops it.
#[utoipa::path(post, path = "/api/worktrees/{name}/serve", params(InWorkspace, ("name" = String, Path,)), request_body = ServeWorktree, responses((status = 200, body = WorktreeServed), (status = "4XX", body = ApiError)))]
pub(crate) async fn serve(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<InWorkspace>,
    Json(how): Json<ServeWorktree>,
) -> Answer<WorktreeServed> {
    let workspace = of.id()?;
    let served = ask(&app, move |engine| {
        if how.stop {
            let worktree = engine.stop_worktree_server(workspace, &name)?;
            return Ok(WorktreeServed { worktree, answers: false });
        }
        engine.start_worktree_server(workspace, &name)
    });
    Ok(Json(served.await?))
}

/// Runs a worktree's setup again, or reverts or ignores what it changed in tracked files.
#[utoipa::path(post, path = "/api/worktrees/{name}/setup", params(InWorkspace, ("name" = String, Path,)), request_body = SetUpWorktree, responses((status = 200, body = WorktreeSetUp), (status = "4XX", body = ApiError)))]
pub(crate) async fn set_up(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<InWorkspace>,
    Json(what): Json<SetUpWorktree>,
) -> Answer<WorktreeSetUp> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.set_up_worktree(workspace, &name, what.step)).await?))
}

/// Looks after a worktree that an agent or a person made.
#[utoipa::path(post, path = "/api/worktrees/adopt", params(InWorkspace), request_body = AdoptWorktree, responses((status = 200, body = WorktreeView), (status = "4XX", body = ApiError)))]
pub(crate) async fn adopt(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
    Json(adopt): Json<AdoptWorktree>,
) -> Answer<WorktreeView> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.adopt_worktree(workspace, &adopt)).await?))
}

/// Keeps all that a worktree holds, and removes it.
#[utoipa::path(post, path = "/api/worktrees/{name}/remove", params(InWorkspace, ("name" = String, Path,)), request_body = RemoveWorktree, responses((status = 200, body = WorktreeRemoved), (status = "4XX", body = ApiError)))]
pub(crate) async fn remove(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<InWorkspace>,
    Json(how): Json<RemoveWorktree>,
) -> Answer<WorktreeRemoved> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.remove_worktree(workspace, &name, &how)).await?))
}

/// Brings a removed worktree back.
#[utoipa::path(post, path = "/api/worktrees/{name}/restore", params(InWorkspace, ("name" = String, Path,)), request_body = RestoreWorktree, responses((status = 200, body = WorktreeView), (status = "4XX", body = ApiError)))]
pub(crate) async fn restore(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<InWorkspace>,
    Json(to): Json<RestoreWorktree>,
) -> Answer<WorktreeView> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.restore_worktree(workspace, &name, &to)).await?))
}

/// Proposes the worktrees that may go, and removes them unless it is only asked.
#[utoipa::path(post, path = "/api/worktrees/collect", params(InWorkspace), request_body = CollectWorktrees, responses((status = 200, body = Collected), (status = "4XX", body = ApiError)))]
pub(crate) async fn collect(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
    Json(how): Json<CollectWorktrees>,
) -> Answer<Collected> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.collect_worktrees(workspace, &how)).await?))
}
