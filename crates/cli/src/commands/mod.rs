//! One file per noun or daily verb.

mod answer;
mod brief;
mod changes;
mod claim;
mod commit;
mod conflicts;
mod connect;
mod couplings;
mod doctor;
mod drive;
mod import;
mod inbox;
mod init;
mod night;
mod note;
mod post;
mod receipt;
mod related;
mod resource;
mod review;
mod rewind;
mod run;
mod search;
mod session;
mod share;
mod since;
mod status;
mod tail;
mod talk;
mod task;
mod trust;
mod up;
mod worktree;

use std::process::ExitCode;

use callboard_model::WorkspaceId;
use clap::CommandFactory;

use crate::args::{Args, Command};
use crate::client::{Client, encoded};
use crate::daemon;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

/// Does what was typed.
pub(crate) fn run(args: Args, settings: &Settings) -> Result<ExitCode, CliError> {
    let done = |result: Result<(), CliError>| result.map(|()| ExitCode::SUCCESS);
    match args.command {
        Command::Up(up) => done(up::up(&up, settings)),
        Command::Down => done(up::down(settings)),
        Command::Status(status) => done(status::status(&status, settings)),
        Command::Since(since) => done(since::since(&since, settings)),
        Command::Inbox(args) => done(inbox::inbox(&args, settings)),
        Command::Answer(args) => done(answer::answer(&args, settings)),
        Command::Session(session) => done(session::session(session, settings)),
        Command::Task(task) => done(task::task(task, settings)),
        Command::Init(args) => done(init::init(&args, settings)),
        Command::Trust(args) => done(trust::trust(&args, settings)),
        Command::Resource(command) => resource::resource(command, settings),
        Command::Run(run) => done(run::run(run, settings)),
        Command::Night(args) => done(night::night(args, settings)),
        Command::Send { session, text, json } => {
            done(drive::send(&session, &text, &json, settings))
        }
        Command::Interrupt { session, json } => done(drive::interrupt(&session, &json, settings)),
        Command::Stop { session, json } => done(drive::stop(&session, &json, settings)),
        Command::Resume(going) => done(drive::go_on("resume", going, settings)),
        Command::Fork(going) => done(drive::go_on("fork", going, settings)),
        Command::Rewind { session, to, files_only, json } => {
            done(rewind::rewind(&session, to, files_only, &json, settings))
        }
        Command::Attach { session } => done(drive::attach(&session, settings)),
        Command::Worktree(worktree) => worktree::worktree(worktree, settings),
        Command::Changes(args) => done(changes::changes(&args, settings)),
        Command::Commit(args) => done(commit::commit(&args, settings)),
        Command::Claim(args) => done(claim::claim(args, settings)),
        Command::Conflicts(args) => conflicts::conflicts(&args, settings),
        Command::Couplings(args) => couplings::couplings(&args, settings),
        Command::Receipt(args) => receipt::receipt(args, settings),
        Command::Review(args) => review::review(args, settings),
        Command::Brief(args) => done(brief::brief(&args, settings)),
        Command::Related(args) => related::related(&args, settings),
        Command::Handoff(args) => done(brief::hand_off(args, settings)),
        Command::Decide(args) => done(note::decide(args, settings)),
        Command::Decisions(args) => done(note::decisions(&args, settings)),
        Command::Decision(command) => done(note::decision(command, settings)),
        Command::Candidates(args) => done(note::candidates::candidates(&args, settings)),
        Command::Candidate(command) => done(note::candidates::candidate(command, settings)),
        Command::Note(args) => done(note::note(args, settings)),
        Command::Share(args) => done(share::share(&args, settings)),
        Command::Search(search) => search::search(&search, settings),
        Command::Connect(args) => done(connect::connect(&args, settings)),
        Command::Disconnect(args) => done(connect::disconnect(&args, settings)),
        Command::Doctor(json) => done(doctor::doctor(&json, settings)),
        Command::Token => done(output::line(&daemon::token(&settings.run_dir())?)),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "callboard", &mut text);
            done(output::print(&String::from_utf8_lossy(&text)))
        }
        Command::Daemon { port, host } => daemon::run(settings, port, host),
        Command::Openapi => done(output::json(&callboard_server::document())),
    }
}

/// A daemon to ask, started if none runs.
fn client(settings: &Settings) -> Result<Client, CliError> {
    daemon::ensure(settings, None)?;
    Ok(Client::new(&settings.socket()))
}

/// The workspace that this directory belongs to, if it is registered.
fn workspace_here(client: &Client) -> Result<Option<WorkspaceId>, CliError> {
    let here = std::env::current_dir()?;
    let path = format!("/api/workspaces/at?path={}", encoded(&here.to_string_lossy()));
    // Outside of every workspace, commands speak of all.
    Ok(client.get(&path).ok())
}

/// The same; it is an error if there is none.
fn workspace_needed(client: &Client) -> Result<WorkspaceId, CliError> {
    workspace_here(client)?.ok_or_else(|| {
        CliError::misuse(
            "this folder belongs to no registered workspace; nothing was changed",
            "run `callboard up` here first",
        )
    })
}

/// `&workspace=W1`, or nothing for all.
fn in_workspace(workspace: Option<WorkspaceId>) -> String {
    workspace.map(|id| format!("&workspace={id}")).unwrap_or_default()
}
