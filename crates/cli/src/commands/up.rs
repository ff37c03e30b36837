//! `up` and `down`.

use std::fmt::Write as _;
use std::path::Path;

use callboard_model::view::{Board, Workspace};
use callboard_os::open;
use serde::Serialize;
use serde_json::json;

use crate::args::Up;
use crate::client::Client;
use crate::daemon::{self, Running};
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

#[derive(Serialize)]
struct Started<'a> {
    url: String,
    pid: u32,
    workspace: &'a Workspace,
}

pub(super) fn up(args: &Up, settings: &Settings) -> Result<(), CliError> {
    let path = match &args.path {
        Some(path) => path.clone(),
        None => std::env::current_dir()?,
    };
    let path = std::path::absolute(path)?;
    if !path.is_dir() {
        return Err(CliError::misuse(
            format!("{} is no folder; nothing was started", path.display()),
            "name a git repository or a folder",
        ));
    }
    let running = match args.host {
        Some(host) => daemon::ensure_at(settings, args.port, host)?,
        None => daemon::ensure(settings, args.port)?,
    };
    if args.port.is_some_and(|port| port != running.port) {
        output::remark(&format!("the daemon already runs, on port {}", running.port));
    }
    let client = Client::new(&settings.socket());
    let body = json!({ "path": path.to_string_lossy() });
    let workspace: Workspace = client.send(hyper::Method::POST, "/api/workspaces", &body)?;
    let board = format!("w/{}/board", workspace.id);
    if args.json.json {
        let url = running.url() + &board;
        output::json(&Started { url, pid: running.pid, workspace: &workspace })?;
    } else {
        told(&client, &workspace, &(running.page_url() + &board))?;
    }
    if let Some(url) = running.host_url().filter(|_| args.host.is_some()) {
        output::remark(&format!(
            "other machines reach the board at {url} with this token: {}\n\
             whoever has it reads every transcript and answers calls; nothing is encrypted: use it in a network that you trust, or\n\
             better, no --host and an SSH tunnel (docs/inbox.md)",
            daemon::host_token(&settings.run_dir())?
        ));
    }
    if !args.no_open {
        open_browser(&running, settings)?;
    }
    Ok(())
}

fn told(client: &Client, workspace: &Workspace, url: &str) -> Result<(), CliError> {
    let board: Board = client.get(&format!("/api/board?workspace={}", workspace.id))?;
    let mut text = format!("{}  {url}\n", output::styled(&workspace.name, output::Style::Bold));
    let _ = writeln!(
        text,
        "{}, {} working, {}",
        output::count(board.sessions_total, "session"),
        workspace.working,
        output::need_you(workspace.needs_you.into())
    );
    if board.import.running {
        let left = board.import.left_ms.map_or_else(String::new, |ms| {
            format!(", about {} left", output::span(i64::try_from(ms).unwrap_or(i64::MAX)))
        });
        let _ = writeln!(
            text,
            "reading history: {} of {}{left}; the board fills as it is read",
            output::bytes(board.import.bytes_done),
            output::bytes(board.import.bytes_total)
        );
    }
    output::print(&text)
}

/// Opens the board, signed in: by a file that posts the token, which thus stands in no address.
fn open_browser(running: &Running, settings: &Settings) -> Result<(), CliError> {
    let token = daemon::token(&settings.run_dir())?;
    let page = settings.run_dir().join("open.html");
    let html = format!(
        "<!doctype html><meta charset=utf-8><title>Callboard</title>\
         <form method=post action=\"{}login\"><input type=hidden name=token value=\"{token}\"></form>\
         <script>document.forms[0].submit()</script>",
        running.page_url()
    );
    daemon::write_private(&page, html.as_bytes())?;
    if open::with_desktop(&file_address(&page)).is_err() {
        output::remark(
            "no browser could be opened; open the address above, and paste what `callboard token` prints",
        );
    }
    Ok(())
}

fn file_address(path: &Path) -> String {
    format!("file://{}", path.to_string_lossy().replace(' ', "%20"))
}

pub(super) fn down(settings: &Settings) -> Result<(), CliError> {
    if daemon::stop(settings)? {
        output::line(
            "the daemon has ended; agents run on, and what they do is read at the next `callboard up`",
        )
    } else {
        output::line("no daemon runs")
    }
}
