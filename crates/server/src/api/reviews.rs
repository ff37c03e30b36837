//! Reviews: changesets that are looked at, checked and landed as one.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use callboard_engine::{DiffWanted, Engine, EngineError, HowToLand, HowToSend, TrialLogPart};
use callboard_model::ReviewId;
use callboard_model::review::{LandBy, SendAs};
use callboard_model::view::{
    ChangeComment, ChangeReview, FileDiffView, MarkViewed, NewComment, NewReview, OwnedView,
    ReviewList, ReviewView, SendPlan,
};
use futures_util::StreamExt as _;
use serde::Deserialize;

use super::{Answer, InWorkspace, ask};
use crate::error::ApiError;
use crate::{App, limits};

fn review_id(text: &str) -> Result<ReviewId, ApiError> {
    text.parse().map_err(|error| {
        ApiError::bad(error, "list them with `callboard review` or `/api/reviews`")
    })
}

/// The reviews of a workspace, groups that could be one, and changesets that are in none.
#[utoipa::path(get, path = "/api/reviews", params(InWorkspace), responses((status = 200, body = ReviewList), (status = "4XX", body = ApiError)))]
pub(crate) async fn reviews(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
) -> Answer<ReviewList> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.reviews(workspace)).await?))
}

/// Opens a review.
#[utoipa::path(post, path = "/api/reviews", params(InWorkspace), request_body = NewReview, responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn open(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
    Json(new): Json<NewReview>,
) -> Answer<ReviewView> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.open_review(workspace, new)).await?))
}

/// One review, with all that is known of it.
#[utoipa::path(get, path = "/api/reviews/{id}", params(("id" = String, Path,)), responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn review(State(app): State<App>, Path(id): Path<String>) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.review(id)).await?))
}

/// Changes who is in a review, its title, or how it lands.
#[utoipa::path(patch, path = "/api/reviews/{id}", params(("id" = String, Path,)), request_body = ChangeReview, responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(change): Json<ChangeReview>,
) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.change_review(id, change)).await?))
}

/// Which difference of a file is wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedDiff {
    /// The file, from the repository's root.
    path: String,
    /// Only what this member changes, as a place in `members`; with the lines of its own version.
    member: Option<usize>,
    /// `ignore`: white space does not count.
    whitespace: Option<String>,
    /// Hunks after this place.
    after: Option<usize>,
    /// Unchanged lines around each hunk; 3 if not given.
    context: Option<u32>,
    /// Between this tree and `to_tree`, and not from the base.
    from_tree: Option<String>,
    /// See `from_tree`.
    to_tree: Option<String>,
}

/// The difference of one file.
#[utoipa::path(get, path = "/api/reviews/{id}/diff", params(("id" = String, Path,), WantedDiff), responses((status = 200, body = FileDiffView), (status = "4XX", body = ApiError)))]
pub(crate) async fn diff(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(wanted): Query<WantedDiff>,
) -> Answer<FileDiffView> {
    let id = review_id(&id)?;
    let wanted = DiffWanted {
        path: wanted.path,
        member: wanted.member,
        ignores_space: wanted.whitespace.as_deref() == Some("ignore"),
        after: wanted.after,
        context: wanted.context,
        trees: wanted.from_tree.zip(wanted.to_tree),
    };
    Ok(Json(ask(&app, move |engine| engine.review_diff(id, &wanted)).await?))
}

/// Marks a file as looked at, or as to be looked at again.
#[utoipa::path(put, path = "/api/reviews/{id}/viewed", params(("id" = String, Path,)), request_body = MarkViewed, responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn viewed(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(mark): Json<MarkViewed>,
) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.mark_viewed(id, mark)).await?))
}

/// Keeps a comment as a draft.
#[utoipa::path(post, path = "/api/reviews/{id}/comments", params(("id" = String, Path,)), request_body = NewComment, responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn comment(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(new): Json<NewComment>,
) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.add_comment(id, new)).await?))
}

/// Changes a draft, or says that there is nothing more to do about a comment.
#[utoipa::path(patch, path = "/api/reviews/{id}/comments/{number}", params(("id" = String, Path,), ("number" = i64, Path,)), request_body = ChangeComment, responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn change_comment(
    State(app): State<App>,
    Path((id, number)): Path<(String, i64)>,
    Json(change): Json<ChangeComment>,
) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.change_comment(id, number, change)).await?))
}

/// Takes a draft away.
#[utoipa::path(delete, path = "/api/reviews/{id}/comments/{number}", params(("id" = String, Path,), ("number" = i64, Path,)), responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn drop_comment(
    State(app): State<App>,
    Path((id, number)): Path<(String, i64)>,
) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.drop_comment(id, number)).await?))
}

/// Which drafts are sent.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DraftsToSend {
    /// Only the comment of this number. Not given: all but those that are others' words, which are sent one by one.
    comment: Option<i64>,
}

/// Sends drafts, as one message to each session.
#[utoipa::path(post, path = "/api/reviews/{id}/send", params(("id" = String, Path,), DraftsToSend), responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn send(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(which): Query<DraftsToSend>,
) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.send_comments(id, which.comment)).await?))
}

/// Gives a review up.
#[utoipa::path(post, path = "/api/reviews/{id}/drop", params(("id" = String, Path,)), responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn give_up(State(app): State<App>, Path(id): Path<String>) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.drop_review(id)).await?))
}

/// How checks are run.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HowToCheck {
    /// Also those whose result is known.
    #[serde(default)]
    fresh: bool,
}

/// Starts the checks of a review, on all members together and on each alone.
#[utoipa::path(post, path = "/api/reviews/{id}/check", params(("id" = String, Path,), HowToCheck), responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn check(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(how): Query<HowToCheck>,
) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.check_review(id, how.fresh)).await?))
}

/// From where a log is read.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FromByte {
    /// The byte.
    #[serde(default)]
    pub(super) from: u64,
}

/// What a check says, as plain text, for as long as it runs.
#[utoipa::path(get, path = "/api/reviews/{id}/checks/{number}/log", params(("id" = String, Path,), ("number" = i64, Path,), FromByte), responses((status = 200, body = String, content_type = "text/plain"), (status = "4XX", body = ApiError)))]
pub(crate) async fn log(
    State(app): State<App>,
    Path((id, number)): Path<(String, i64)>,
    Query(FromByte { from }): Query<FromByte>,
) -> Result<Response, ApiError> {
    let id = review_id(&id)?;
    log_of(app, from, move |engine, from| engine.check_log(id, number, from)).await
}

/// A log as plain text, from a byte on, for as long as it is written; `read` gives what there is from a byte, and
/// whether there may be more.
pub(super) async fn log_of(
    app: App,
    from: u64,
    read: impl Fn(&Engine, u64) -> Result<(TrialLogPart, bool), EngineError> + Clone + Send + 'static,
) -> Result<Response, ApiError> {
    let reading = read.clone();
    let first = ask(&app, move |engine| reading(engine, from)).await?;
    let parts = futures_util::stream::unfold((app, Some(first)), move |(app, part)| {
        let read = read.clone();
        async move {
            let (mut part, mut is_running) = part?;
            // Nothing is never sent: what compresses takes it for the end.
            while part.text.is_empty() {
                if !is_running {
                    return None;
                }
                tokio::time::sleep(limits::LOG_LOOK_EVERY).await;
                let (next, reading) = (part.next, read.clone());
                let found = ask(&app, move |engine| reading(engine, next)).await;
                (part, is_running) = found.ok()?;
            }
            let next = part.next;
            let more = ask(&app, move |engine| read(engine, next)).await.ok();
            Some((Ok::<_, std::convert::Infallible>(part.text), (app, more)))
        }
    });
    let kind = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    // What compresses asks again after the end.
    Ok((kind, Body::from_stream(parts.fuse())).into_response())
}

/// How a review is landed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HowToLandIt {
    /// `squash`, `merge` or `rebase`; as the review says if not given.
    by: Option<LandBy>,
    /// Though a check failed, has not ended, or was of what was there before.
    #[serde(default)]
    anyway: bool,
    /// The tree that its asker saw: no other one lands.
    tree: Option<String>,
}

/// Puts the members of a review onto the base, all or none.
#[utoipa::path(post, path = "/api/reviews/{id}/land", params(("id" = String, Path,), HowToLandIt), responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn land(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(HowToLandIt { by, anyway, tree }): Query<HowToLandIt>,
) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.land_review(id, HowToLand { by, anyway, tree })).await?))
}

/// As what a review is sent.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HowToSendIt {
    /// `pr` or `stack`; `pr` if not given.
    #[serde(default, rename = "as")]
    sent_as: SendAs,
    /// Though a check failed, has not ended, or was of what was there before.
    #[serde(default)]
    anyway: bool,
    /// The tree that its asker saw: no other one is sent.
    tree: Option<String>,
    /// The address that its asker saw: it is sent to no other one.
    address: Option<String>,
}

impl From<HowToSendIt> for HowToSend {
    fn from(HowToSendIt { sent_as, anyway, tree, address }: HowToSendIt) -> Self {
        Self { sent_as, anyway, tree, address }
    }
}

/// What would be pushed where, if a review were sent as pull requests. Nothing leaves the machine.
#[utoipa::path(get, path = "/api/reviews/{id}/pull-requests", params(("id" = String, Path,), HowToSendIt), responses((status = 200, body = SendPlan), (status = "4XX", body = ApiError)))]
pub(crate) async fn sending_plan(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(how): Query<HowToSendIt>,
) -> Answer<SendPlan> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.sending_plan(id, &how.into())).await?))
}

/// Pushes a review to branches of its own at its remote, and opens pull requests of them where `gh` can.
#[utoipa::path(post, path = "/api/reviews/{id}/pull-requests", params(("id" = String, Path,), HowToSendIt), responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn send_to_remote(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(how): Query<HowToSendIt>,
) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.send_review(id, &how.into())).await?))
}

/// Asks GitHub what has become of the pull requests of a review.
#[utoipa::path(post, path = "/api/reviews/{id}/refresh", params(("id" = String, Path,)), responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn refresh(State(app): State<App>, Path(id): Path<String>) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.refresh_review(id)).await?))
}

/// Which agent helps.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedAgent {
    /// The first that is installed if not given.
    agent: Option<String>,
}

/// Has an agent merge what git cannot merge, as a task in a worktree of its own.
#[utoipa::path(post, path = "/api/reviews/{id}/help", params(("id" = String, Path,), WantedAgent), responses((status = 200, body = Vec<OwnedView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn help(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(WantedAgent { agent }): Query<WantedAgent>,
) -> Answer<Vec<OwnedView>> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.help_review(id, agent)).await?))
}

/// Takes up again what was given up, or takes a landing back.
#[utoipa::path(post, path = "/api/reviews/{id}/undo", params(("id" = String, Path,)), responses((status = 200, body = ReviewView), (status = "4XX", body = ApiError)))]
pub(crate) async fn undo(State(app): State<App>, Path(id): Path<String>) -> Answer<ReviewView> {
    let id = review_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.undo_review(id)).await?))
}
