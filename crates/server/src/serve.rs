//! The doors: a port on loopback for the browser, a socket for this user's programs, and, if its user asks for it, a port
//! that other machines reach.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, patch, post, put};
use axum::serve::ListenerExt;
use axum::{Extension, Router};
use callboard_engine::Engine;
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::sync::watch;
use tower_http::compression::CompressionLayer;

use crate::api::hook::Hooks;
use crate::api::{
    board, briefs, calls, candidates, changes, doctor, hook, nights, notes, owned, posts, readings,
    receipts, resources, reviews, search, sessions, tasks, trust, worktrees,
};
use crate::gate::Door;
use crate::peers::Unconfined;
use crate::{App, assets, gate, limits, mcp, stream};

/// What the server is told at its start.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The port to listen on; 0 for any that is free.
    pub port: u16,
    /// Where the socket is made.
    pub socket: PathBuf,
    /// What a browser must show.
    pub token: String,
    /// The address that other machines reach, and what their browsers must show.
    pub host: Option<(IpAddr, String)>,
    /// The editor that its user chose.
    pub editor: Option<String>,
}

/// The server, ready to take requests.
pub struct Listening {
    /// The port it listens on.
    pub port: u16,
    app: App,
    tcp: TcpListener,
    host: Option<TcpListener>,
    unix: UnixListener,
}

/// Opens the doors.
///
/// # Errors
/// When the port is taken or the socket cannot be made.
pub async fn serve(engine: Arc<Engine>, config: ServerConfig) -> io::Result<Listening> {
    let tcp = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, config.port))).await?;
    let port = tcp.local_addr()?.port();
    let host = match &config.host {
        Some((address, _)) => Some(TcpListener::bind(SocketAddr::new(*address, port)).await?),
        None => None,
    };
    let unix = open_socket(&config.socket)?;
    let (shutdown, _) = watch::channel(false);
    let app = App { engine, config: Arc::new(config), hooks: Hooks::default(), shutdown };
    Ok(Listening { port, app, tcp, host, unix })
}

/// What browsers reach by a door.
fn by_port_of(app: &App, door: Door) -> Router {
    let door = Arc::new(door);
    api()
        .route("/login", post(gate::login))
        .fallback(assets::page)
        .layer(Extension(door.clone()))
        .layer(from_fn_with_state(door, gate::guard))
        .layer(CompressionLayer::new())
        .with_state(app.clone())
}

/// A socket that only its user can open.
fn open_socket(path: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let socket = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(socket)
}

impl Listening {
    /// Ends the server when something is sent on it.
    #[must_use]
    pub fn shutdown(&self) -> watch::Sender<bool> {
        self.app.shutdown.clone()
    }

    /// Takes requests until shut down.
    ///
    /// # Errors
    /// When a door breaks.
    pub async fn run(self) -> io::Result<()> {
        let ends = |mut ear: watch::Receiver<bool>| async move {
            // It fails when the sender is gone, which is an end as well.
            let _ = ear.wait_for(|ends| *ends).await;
        };
        let ear = || self.app.shutdown.subscribe();
        let by_port = by_port_of(&self.app, Door::own(self.port, self.app.config.token.clone()));
        let hooks = Router::new()
            .route("/api/hook/{agent}", post(hook::told))
            .route("/api/hook/delivered", post(hook::delivered))
            .layer(DefaultBodyLimit::max(limits::HOOK_BODY_BYTES));
        let by_socket = api()
            .route("/api/shutdown", post(doctor::shut_down))
            .merge(hooks)
            .with_state(self.app.clone())
            .route_service("/mcp", mcp::service(self.app.clone()));
        tokio::spawn(hook::settle(self.app.clone()));
        let at_once = self.tcp.tap_io(send_at_once);
        let tcp = axum::serve(at_once, by_port).with_graceful_shutdown(ends(ear()));
        let unix =
            axum::serve(Unconfined(self.unix), by_socket).with_graceful_shutdown(ends(ear()));
        let mut ended = ear();
        let host =
            self.host.zip(self.app.config.host.clone()).map(|(listener, (address, token))| {
                let door = Door::at(SocketAddr::new(address, self.port), token);
                let at_once = listener.tap_io(send_at_once);
                axum::serve(at_once, by_port_of(&self.app, door))
                    .with_graceful_shutdown(ends(ear()))
            });
        let host = async {
            match host {
                Some(host) => host.await,
                None => Ok(()),
            }
        };
        let both = async { tokio::try_join!(tcp, unix, host).map(|_| ()) };
        tokio::select! {
            result = both => result,
            () = async {
                let _ = ended.wait_for(|ends| *ends).await;
                tokio::time::sleep(limits::LAST_REQUESTS).await;
            } => Ok(()),
        }
    }
}

fn of_reviews() -> Router<App> {
    Router::new()
        .route("/api/brief", get(briefs::brief))
        .route("/api/related", get(briefs::related))
        .route(
            "/api/readings",
            get(readings::readings).post(readings::start).delete(readings::cancel),
        )
        .route("/api/readings/wait", get(readings::wait))
        .route("/api/receipts", get(receipts::receipts))
        .route("/api/receipts/{of}", get(receipts::receipt))
        .route("/api/receipts/{of}/check", post(receipts::check))
        .route("/api/receipts/{of}/accept", post(receipts::accept))
        .route("/api/receipts/{of}/accept/{key}", delete(receipts::take_back))
        .route("/api/receipts/{of}/file", get(receipts::file))
        .route("/api/receipts/{of}/log/{name}", get(receipts::log))
        .route("/api/reviews", get(reviews::reviews).post(reviews::open))
        .route("/api/reviews/{id}", get(reviews::review).patch(reviews::change))
        .route("/api/reviews/{id}/diff", get(reviews::diff))
        .route("/api/reviews/{id}/viewed", put(reviews::viewed))
        .route("/api/reviews/{id}/comments", post(reviews::comment))
        .route(
            "/api/reviews/{id}/comments/{number}",
            patch(reviews::change_comment).delete(reviews::drop_comment),
        )
        .route("/api/reviews/{id}/send", post(reviews::send))
        .route("/api/reviews/{id}/check", post(reviews::check))
        .route("/api/reviews/{id}/checks/{number}/log", get(reviews::log))
        .route("/api/reviews/{id}/land", post(reviews::land))
        .route(
            "/api/reviews/{id}/pull-requests",
            get(reviews::sending_plan).post(reviews::send_to_remote),
        )
        .route("/api/reviews/{id}/refresh", post(reviews::refresh))
        .route("/api/reviews/{id}/help", post(reviews::help))
        .route("/api/reviews/{id}/drop", post(reviews::give_up))
        .route("/api/reviews/{id}/undo", post(reviews::undo))
}

fn of_notes() -> Router<App> {
    Router::new()
        .route(
            "/api/notes",
            get(notes::notes).post(notes::create).put(notes::edit).delete(notes::delete),
        )
        .route("/api/notes/one", get(notes::note))
        .route("/api/notes/restore", post(notes::restore))
        .route("/api/posts", post(posts::post))
        .route("/api/posts/preview", post(posts::preview))
        .route("/api/notes/history", get(notes::history))
        .route("/api/notes/version", get(notes::version))
        .route("/api/notes/images", post(notes::add_image))
        .route("/api/notes/attachments", post(notes::add_attachment))
        .route("/api/notes/image", get(notes::image))
        .route("/api/notes/share", get(notes::share_plan).post(notes::share))
        .route("/api/candidates", get(candidates::candidates))
        .route("/api/candidates/accept", post(candidates::accept))
        .route("/api/candidates/dismiss", post(candidates::dismiss))
        .route("/api/candidates/reopen", post(candidates::reopen))
        .layer(DefaultBodyLimit::max(limits::NOTE_BODY_BYTES))
}

/// What both doors lead to.
fn api() -> Router<App> {
    Router::new()
        .route("/api/openapi.json", get(doctor::openapi))
        .route("/api/board", get(board::board))
        .route("/api/workspaces", get(board::workspaces).post(board::register))
        .route("/api/workspaces/at", get(board::workspace_at))
        .route(
            "/api/workspaces/{id}/trust",
            get(trust::trust).post(trust::approve).delete(trust::revoke),
        )
        .route("/api/look", post(board::look))
        .route("/api/since", get(board::since))
        .route("/api/stream", get(stream::stream))
        .route("/api/sessions", get(sessions::sessions))
        .route("/api/sessions/{id}", get(sessions::session))
        .route("/api/sessions/{id}/events", get(sessions::events))
        .route("/api/sessions/{id}/landmarks", get(sessions::landmarks))
        .route("/api/sessions/{id}/task", post(tasks::of_session))
        .route("/api/events/{seq}", get(sessions::event))
        .route("/api/events/{seq}/record", get(sessions::record))
        .route("/api/blobs/{hash}", get(sessions::blob))
        .route("/api/open", post(sessions::open))
        .route("/api/calls", get(calls::calls))
        .route("/api/calls/{id}", get(calls::call))
        .route("/api/calls/{id}/answer", post(calls::answer))
        .merge(of_reviews())
        .merge(of_notes())
        .route("/api/changesets", get(changes::changesets))
        .route("/api/changesets/patch", get(changes::patch))
        .route("/api/conflicts", get(changes::conflicts))
        .route(
            "/api/claims",
            get(changes::claims).post(changes::claim).delete(changes::drop_claims),
        )
        .route("/api/night", get(nights::last).post(nights::begin))
        .route("/api/night/{id}", delete(nights::end))
        .route("/api/owned", get(owned::list).post(owned::start))
        .route("/api/owned/{id}", get(owned::owned).delete(owned::cancel))
        .route("/api/owned/{id}/start", post(owned::start_at_once))
        .route("/api/sessions/{id}/send", post(owned::send))
        .route("/api/sessions/{id}/turns", get(owned::turns))
        .route("/api/sessions/{id}/rewind", post(owned::rewind))
        .route("/api/sessions/{id}/interrupt", post(owned::interrupt))
        .route("/api/sessions/{id}/changes", get(changes::own_changes))
        .route("/api/sessions/{id}/commit", post(changes::commit))
        .route("/api/sessions/{id}/stop", post(owned::stop))
        .route("/api/sessions/{id}/resume", post(owned::resume))
        .route("/api/sessions/{id}/fork", post(owned::fork))
        .route("/api/sessions/{id}/handoff", post(owned::hand_off))
        .route("/api/sessions/{id}/attach", post(owned::attach))
        .route("/api/search", get(search::search))
        .route("/api/tasks", get(tasks::tasks).post(tasks::create))
        .route("/api/tasks/{id}", get(tasks::task).patch(tasks::edit).delete(tasks::delete))
        .route("/api/tasks/{id}/move", post(tasks::move_card))
        .route("/api/tasks/{id}/restore", post(tasks::restore))
        .route("/api/tasks/{id}/sessions/{session}", put(tasks::link).delete(tasks::unlink))
        .route("/api/resources", get(resources::resources))
        .route("/api/resources/{name}/take", post(resources::take))
        .route("/api/resources/{name}/give", post(resources::give))
        .route("/api/worktrees", get(worktrees::worktrees).post(worktrees::create))
        .route("/api/worktrees/adopt", post(worktrees::adopt))
        .route("/api/worktrees/collect", post(worktrees::collect))
        .route("/api/worktrees/{name}", get(worktrees::worktree))
        .route("/api/worktrees/{name}/environment", get(worktrees::environment))
        .route("/api/worktrees/{name}/serve", post(worktrees::serve))
        .route("/api/worktrees/{name}/setup", post(worktrees::set_up))
        .route("/api/worktrees/{name}/remove", post(worktrees::remove))
        .route("/api/worktrees/{name}/restore", post(worktrees::restore))
        .route("/api/doctor", get(doctor::doctor))
        .route("/api/{*rest}", delete(nothing_here).get(nothing_here).post(nothing_here))
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
}

async fn nothing_here(uri: axum::http::Uri) -> crate::error::ApiError {
    crate::error::ApiError::new(
        axum::http::StatusCode::NOT_FOUND,
        format!("there is no {}", uri.path()),
        "see /api/openapi.json",
    )
}

/// An announcement is a small packet behind another: held back until that one is acknowledged, it would
/// come up to 40 ms late (RFC 896).
fn send_at_once(connection: &mut TcpStream) {
    if let Err(error) = connection.set_nodelay(true) {
        tracing::debug!(%error, "a connection gathers what it sends");
    }
}
