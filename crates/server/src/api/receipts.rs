//! Receipts: what finished work can show.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use callboard_model::receipt::render;
use callboard_model::view::{AcceptCase, ReceiptList, ReceiptView};
use serde::Deserialize;

use super::reviews::{FromByte, log_of};
use super::{Answer, InWorkspace, ask};
use crate::App;
use crate::error::ApiError;

/// Who accepts what is accepted by these doors: the person who holds their key.
const YOU: &str = "you";

/// The receipts of a workspace, in short, the newest first.
#[utoipa::path(get, path = "/api/receipts", params(InWorkspace), responses((status = 200, body = ReceiptList), (status = "4XX", body = ApiError)))]
pub(crate) async fn receipts(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
) -> Answer<ReceiptList> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.receipts_of(workspace)).await?))
}

/// A receipt: of a task, a session or a review. It is made of what is there, if there is none.
#[utoipa::path(get, path = "/api/receipts/{of}", params(("of" = String, Path,)), responses((status = 200, body = ReceiptView), (status = "4XX", body = ApiError)))]
pub(crate) async fn receipt(State(app): State<App>, Path(of): Path<String>) -> Answer<ReceiptView> {
    Ok(Json(ask(&app, move |engine| engine.receipt(&engine.receipt_named(&of)?)).await?))
}

/// How checks are run.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HowToCheck {
    /// Run what is known, too.
    #[serde(default)]
    fresh: bool,
}

/// Runs the checks of a receipt, and makes it anew with what they come to. The stream announces how far they are.
#[utoipa::path(post, path = "/api/receipts/{of}/check", params(("of" = String, Path,), HowToCheck), responses((status = 200, body = ReceiptView), (status = "4XX", body = ApiError)))]
pub(crate) async fn check(
    State(app): State<App>,
    Path(of): Path<String>,
    Query(HowToCheck { fresh }): Query<HowToCheck>,
) -> Answer<ReceiptView> {
    let begun = ask(&app, move |engine| engine.check_receipt(&engine.receipt_named(&of)?, fresh));
    Ok(Json(begun.await?))
}

/// Lets a case of a rule be, with a reason.
#[utoipa::path(post, path = "/api/receipts/{of}/accept", params(("of" = String, Path,)), request_body = AcceptCase, responses((status = 200, body = ReceiptView), (status = "4XX", body = ApiError)))]
pub(crate) async fn accept(
    State(app): State<App>,
    Path(of): Path<String>,
    Json(case): Json<AcceptCase>,
) -> Answer<ReceiptView> {
    let accepted =
        ask(&app, move |engine| engine.accept_case(&engine.receipt_named(&of)?, &case, YOU));
    Ok(Json(accepted.await?))
}

/// Takes back that a case may be.
#[utoipa::path(delete, path = "/api/receipts/{of}/accept/{key}", params(("of" = String, Path,), ("key" = String, Path,)), responses((status = 200, body = ReceiptView), (status = "4XX", body = ApiError)))]
pub(crate) async fn take_back(
    State(app): State<App>,
    Path((of, key)): Path<(String, String)>,
) -> Answer<ReceiptView> {
    let taken =
        ask(&app, move |engine| engine.take_back_case(&engine.receipt_named(&of)?, &key, YOU));
    Ok(Json(taken.await?))
}

/// As what a receipt is written.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WrittenAs {
    /// `md`, `html`, or `json` for an in-toto Statement.
    #[serde(rename = "as")]
    form: String,
}

/// A receipt as a file: Markdown, a page of its own, or an in-toto Statement.
#[utoipa::path(get, path = "/api/receipts/{of}/file", params(("of" = String, Path,), WrittenAs), responses((status = 200, body = String, content_type = "text/plain"), (status = "4XX", body = ApiError)))]
pub(crate) async fn file(
    State(app): State<App>,
    Path(of): Path<String>,
    Query(WrittenAs { form }): Query<WrittenAs>,
) -> Result<Response, ApiError> {
    let found = ask(&app, move |engine| {
        let view = engine.receipt(&engine.receipt_named(&of)?)?;
        Ok((engine.statement_of(&view.receipt)?, view))
    });
    let (statement, view) = found.await?;
    let shown = view.shown();
    let (media_type, text) = match form.as_str() {
        "md" => ("text/markdown; charset=utf-8", render::markdown(&view.receipt, &shown)),
        "html" => ("text/html; charset=utf-8", render::html(&view.receipt, &shown)),
        "json" => ("application/vnd.in-toto+json", statement),
        other => {
            let text = format!("a receipt is not written as {other}");
            return Err(ApiError::bad(text, "ask for `md`, `html` or `json`"));
        }
    };
    Ok(([(CONTENT_TYPE, media_type)], text).into_response())
}

/// What a run of a receipt's checks says, as plain text, for as long as it runs.
#[utoipa::path(get, path = "/api/receipts/{of}/log/{name}", params(("of" = String, Path,), ("name" = String, Path,), FromByte), responses((status = 200, body = String, content_type = "text/plain"), (status = "4XX", body = ApiError)))]
pub(crate) async fn log(
    State(app): State<App>,
    Path((of, name)): Path<(String, String)>,
    Query(FromByte { from }): Query<FromByte>,
) -> Result<Response, ApiError> {
    log_of(app, from, move |engine, from| {
        engine.receipt_log(&engine.receipt_named(&of)?, &name, from)
    })
    .await
}
