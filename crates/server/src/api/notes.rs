//! Notes and decisions: the Markdown files of a workspace.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use callboard_model::note::NoteKind;
use callboard_model::view::{
    NewNote, NoteEdit, NoteHistory, NoteList, NoteRestore, NoteShare, NoteText, NoteView,
    ShareNotes, StoredImage,
};
use serde::Deserialize;

use super::{Answer, InWorkspace, ask, workspace_id};
use crate::App;
use crate::error::ApiError;

/// Which notes are meant.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedNotes {
    /// `W1`; not given: the one last looked at.
    workspace: Option<String>,
    /// Only these: `note` or `decision`.
    kind: Option<NoteKind>,
    /// Only those about this: `T12`, `S41`, `S41#10234`, `D9`, a file, a folder, a symbol or an address.
    about: Option<String>,
}

/// The notes and decisions of a workspace, newest first.
#[utoipa::path(get, path = "/api/notes", params(WantedNotes), responses((status = 200, body = NoteList), (status = "4XX", body = ApiError)))]
pub(crate) async fn notes(
    State(app): State<App>,
    Query(wanted): Query<WantedNotes>,
) -> Answer<NoteList> {
    let workspace = wanted.workspace.as_deref().map(workspace_id).transpose()?;
    let about = wanted.about.filter(|about| !about.trim().is_empty());
    let found = ask(&app, move |engine| engine.notes(workspace, wanted.kind, about.as_deref()));
    Ok(Json(found.await?))
}

/// The note that is meant.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedNote {
    /// `W1`; not given: the one last looked at.
    workspace: Option<String>,
    /// `D9`, its path from the workspace's root, its title or its file's name.
    note: String,
}

/// One note or decision, with what it names and what names it.
#[utoipa::path(get, path = "/api/notes/one", params(WantedNote), responses((status = 200, body = NoteView), (status = "4XX", body = ApiError)))]
pub(crate) async fn note(
    State(app): State<App>,
    Query(wanted): Query<WantedNote>,
) -> Answer<NoteView> {
    let workspace = wanted.workspace.as_deref().map(workspace_id).transpose()?;
    Ok(Json(ask(&app, move |engine| engine.note(workspace, &wanted.note)).await?))
}

/// Writes a new note or decision, or a section of a note.
#[utoipa::path(post, path = "/api/notes", request_body = NewNote, responses((status = 200, body = NoteView), (status = "4XX", body = ApiError)))]
pub(crate) async fn create(State(app): State<App>, Json(new): Json<NewNote>) -> Answer<NoteView> {
    Ok(Json(ask(&app, move |engine| engine.new_note(new)).await?))
}

/// Changes a note's text; what others changed since it was read is merged in.
#[utoipa::path(put, path = "/api/notes", request_body = NoteEdit, responses((status = 200, body = NoteView), (status = "4XX", body = ApiError)))]
pub(crate) async fn edit(State(app): State<App>, Json(edit): Json<NoteEdit>) -> Answer<NoteView> {
    Ok(Json(ask(&app, move |engine| engine.edit_note(edit)).await?))
}

/// A note's file.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NoteFile {
    /// `W1`; not given: the one last looked at.
    workspace: Option<String>,
    /// Its path from the workspace's root.
    path: String,
}

/// Takes a note's file away; its text stays in its history.
#[utoipa::path(delete, path = "/api/notes", params(NoteFile), responses((status = 200), (status = "4XX", body = ApiError)))]
pub(crate) async fn delete(State(app): State<App>, Query(of): Query<NoteFile>) -> Answer<()> {
    let workspace = of.workspace.as_deref().map(workspace_id).transpose()?;
    Ok(Json(ask(&app, move |engine| engine.delete_note(workspace, &of.path)).await?))
}

/// Makes a version of a note its text again; a file that is gone comes back.
#[utoipa::path(post, path = "/api/notes/restore", request_body = NoteRestore, responses((status = 200, body = NoteView), (status = "4XX", body = ApiError)))]
pub(crate) async fn restore(
    State(app): State<App>,
    Json(which): Json<NoteRestore>,
) -> Answer<NoteView> {
    let restored =
        ask(&app, move |engine| engine.restore_note(which.workspace, &which.path, &which.version));
    Ok(Json(restored.await?))
}

/// The texts that a note had, newest first.
#[utoipa::path(get, path = "/api/notes/history", params(NoteFile), responses((status = 200, body = NoteHistory), (status = "4XX", body = ApiError)))]
pub(crate) async fn history(
    State(app): State<App>,
    Query(of): Query<NoteFile>,
) -> Answer<NoteHistory> {
    let workspace = of.workspace.as_deref().map(workspace_id).transpose()?;
    Ok(Json(ask(&app, move |engine| engine.note_history(workspace, &of.path)).await?))
}

/// A text that a note had.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedVersion {
    /// `W1`; not given: the one last looked at.
    workspace: Option<String>,
    /// Its path from the workspace's root.
    path: String,
    /// Which text.
    version: String,
}

/// The text of a version of a note.
#[utoipa::path(get, path = "/api/notes/version", params(WantedVersion), responses((status = 200, body = NoteText), (status = "4XX", body = ApiError)))]
pub(crate) async fn version(
    State(app): State<App>,
    Query(of): Query<WantedVersion>,
) -> Answer<NoteText> {
    let workspace = of.workspace.as_deref().map(workspace_id).transpose()?;
    let text = ask(&app, move |engine| engine.note_version(workspace, &of.path, &of.version));
    Ok(Json(text.await?))
}

/// Puts an image (PNG, JPEG, GIF, WebP: the body) beside the notes; gives its path from their folder.
#[utoipa::path(post, path = "/api/notes/images", params(InWorkspace), request_body(content = Vec<u8>, content_type = "image/*"), responses((status = 200, body = StoredImage), (status = "4XX", body = ApiError)))]
pub(crate) async fn add_image(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
    bytes: Bytes,
) -> Answer<StoredImage> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.put_note_image(workspace, &bytes)).await?))
}

/// A text to be put beside the notes.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NewAttachment {
    /// `W1`; not given: the one last looked at.
    workspace: Option<String>,
    /// How its file's name ends, such as `eml`; `txt` if not given.
    ending: Option<String>,
}

/// Puts a text, such as a mail that was pasted (the body), beside the notes; gives its path from their folder.
#[utoipa::path(post, path = "/api/notes/attachments", params(NewAttachment), request_body(content = Vec<u8>, content_type = "text/*"), responses((status = 200, body = StoredImage), (status = "4XX", body = ApiError)))]
pub(crate) async fn add_attachment(
    State(app): State<App>,
    Query(of): Query<NewAttachment>,
    bytes: Bytes,
) -> Answer<StoredImage> {
    let workspace = of.workspace.as_deref().map(workspace_id).transpose()?;
    let ending = of.ending.unwrap_or_default();
    let put = ask(&app, move |engine| engine.put_note_attachment(workspace, &ending, &bytes));
    Ok(Json(put.await?))
}

/// An image beside the notes.
#[utoipa::path(get, path = "/api/notes/image", params(NoteFile), responses((status = 200, body = Vec<u8>, content_type = "image/*"), (status = "4XX", body = ApiError)))]
pub(crate) async fn image(
    State(app): State<App>,
    Query(of): Query<NoteFile>,
) -> Result<Response, ApiError> {
    let workspace = of.workspace.as_deref().map(workspace_id).transpose()?;
    let (bytes, media_type) =
        ask(&app, move |engine| engine.note_image(workspace, &of.path)).await?;
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        // A file of that name may be another one tomorrow.
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    Ok((headers, bytes).into_response())
}

/// Which notes sharing would commit, and where.
#[utoipa::path(get, path = "/api/notes/share", params(InWorkspace), responses((status = 200, body = NoteShare), (status = "4XX", body = ApiError)))]
pub(crate) async fn share_plan(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
) -> Answer<NoteShare> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.note_share(workspace)).await?))
}

/// Commits notes and decisions, and nothing else; or has git see them no longer.
#[utoipa::path(post, path = "/api/notes/share", request_body = ShareNotes, responses((status = 200, body = NoteShare), (status = "4XX", body = ApiError)))]
pub(crate) async fn share(
    State(app): State<App>,
    Json(share): Json<ShareNotes>,
) -> Answer<NoteShare> {
    Ok(Json(ask(&app, move |engine| engine.share_notes(share)).await?))
}
