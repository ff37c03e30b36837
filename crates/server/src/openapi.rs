//! The document that describes the API: the source of the page's types and of `docs/json.md`.

use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use crate::api::{
    board, briefs, calls, candidates, changes, doctor, nights, notes, owned, posts, readings,
    receipts, resources, reviews, search, sessions, tasks, trust, worktrees,
};
use crate::error::ApiError;
use crate::stream;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Callboard",
        description = "The workspace around coding agents, on this machine."
    ),
    paths(
        board::board,
        board::workspaces,
        board::register,
        board::workspace_at,
        board::look,
        board::since,
        trust::trust,
        trust::approve,
        trust::revoke,
        stream::stream,
        sessions::sessions,
        sessions::session,
        sessions::events,
        sessions::landmarks,
        sessions::event,
        sessions::record,
        sessions::open,
        resources::resources,
        resources::take,
        resources::give,
        changes::changesets,
        changes::patch,
        changes::own_changes,
        changes::commit,
        changes::conflicts,
        changes::claims,
        changes::claim,
        changes::drop_claims,
        reviews::reviews,
        reviews::open,
        reviews::review,
        reviews::change,
        reviews::diff,
        reviews::viewed,
        reviews::comment,
        reviews::change_comment,
        reviews::drop_comment,
        reviews::send,
        reviews::check,
        reviews::log,
        reviews::land,
        reviews::sending_plan,
        reviews::refresh,
        reviews::send_to_remote,
        reviews::help,
        reviews::give_up,
        reviews::undo,
        notes::notes,
        notes::note,
        notes::create,
        notes::edit,
        notes::delete,
        notes::restore,
        posts::post,
        posts::preview,
        notes::history,
        notes::version,
        notes::add_image,
        notes::add_attachment,
        notes::image,
        notes::share_plan,
        notes::share,
        candidates::candidates,
        candidates::accept,
        candidates::dismiss,
        candidates::reopen,
        nights::last,
        nights::begin,
        nights::end,
        owned::list,
        owned::start,
        owned::start_at_once,
        owned::owned,
        owned::cancel,
        owned::send,
        owned::interrupt,
        owned::stop,
        owned::resume,
        owned::fork,
        owned::hand_off,
        owned::attach,
        owned::turns,
        owned::rewind,
        search::search,
        briefs::brief,
        briefs::related,
        readings::readings,
        readings::start,
        readings::cancel,
        readings::wait,
        receipts::receipts,
        receipts::receipt,
        receipts::check,
        receipts::accept,
        receipts::take_back,
        receipts::file,
        receipts::log,
        calls::calls,
        calls::call,
        calls::answer,
        tasks::tasks,
        tasks::create,
        tasks::task,
        tasks::edit,
        tasks::move_card,
        tasks::delete,
        tasks::restore,
        tasks::link,
        tasks::unlink,
        tasks::of_session,
        worktrees::worktrees,
        worktrees::create,
        worktrees::worktree,
        worktrees::adopt,
        worktrees::remove,
        worktrees::restore,
        worktrees::collect,
        worktrees::environment,
        worktrees::serve,
        worktrees::set_up,
        doctor::doctor,
    ),
    components(schemas(ApiError))
)]
struct Document;

/// The OpenAPI document.
#[must_use]
pub fn document() -> OpenApi {
    let mut document = Document::openapi();
    // They are the handlers' names, which different nouns share; types made of the document would clash.
    for path in document.paths.paths.values_mut() {
        let reading = [&mut path.get, &mut path.put, &mut path.post];
        let others = [&mut path.delete, &mut path.patch];
        for operation in reading.into_iter().chain(others).flatten() {
            operation.operation_id = None;
        }
    }
    document
}
