//! `receipt`: what finished work can show.

mod told;

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use callboard_engine::branch_receipt::{BranchWanted, receipt_of_branch, statement_of_branch};
use callboard_engine::{StopFlag, verify_statement};
use callboard_model::receipt::statement::{Point, PointOutcome, VerifiedPoint};
use callboard_model::receipt::{ReceiptOf, render};
use callboard_model::review::CheckOutcome;
use callboard_model::view::{AcceptCase, LogEntry, ReceiptList, ReceiptView, StreamMessage};
use hyper::Method;

use super::{client, workspace_needed};
use crate::args::Json;
use crate::args::receipt::{Form, Receipt, What};
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

pub(super) fn receipt(args: Receipt, settings: &Settings) -> Result<ExitCode, CliError> {
    let daemon = || client(settings).map(Client::patient);
    let done = |result: Result<(), CliError>| result.map(|()| ExitCode::SUCCESS);
    match args.what {
        None => match (&args.branch, &args.of) {
            (Some(branch), _) => of_branch(&args, branch, settings),
            (None, None) => done(list(&daemon()?, args.form)),
            (None, Some(of)) => {
                let client = daemon()?;
                done(print(&client, &get(&client, of)?, args.form))
            }
        },
        Some(What::Check { of, fresh, no_wait, json }) => {
            let client = daemon()?;
            let how = if fresh { "check?fresh=true" } else { "check" };
            let begun: ReceiptView = client.send(Method::POST, &path(&of, how), &())?;
            if no_wait {
                print(&client, &begun, Form::of(&json))?;
                return Ok(ExitCode::SUCCESS);
            }
            let view = await_checks(&client, begun)?;
            print(&client, &view, Form::of(&json))?;
            Ok(exit_code(&view))
        }
        Some(What::Accept { of, case, reason, json }) => {
            refuse_agents()?;
            let accept = AcceptCase { key: case, reason };
            let view = daemon()?.send(Method::POST, &path(&of, "accept"), &accept)?;
            done(settled(&view, &json))
        }
        Some(What::TakeBack { of, case, json }) => {
            refuse_agents()?;
            let what = format!("accept/{}", encoded(&case));
            done(settled(&daemon()?.send(Method::DELETE, &path(&of, &what), &())?, &json))
        }
        Some(What::Verify { file, json }) => verify(&file, &json),
    }
}

/// Refuses an agent: what it did is for others to accept.
fn refuse_agents() -> Result<(), CliError> {
    match super::post::is_agents_shell() {
        true => Err(CliError::misuse(
            "this is an agent's shell, and only people accept what a rule found; nothing was accepted",
            "say in your report why it may stay: your user accepts it with the same command, or on the page",
        )),
        false => Ok(()),
    }
}

impl Form {
    fn of(json: &Json) -> Self {
        Self { json: json.json, md: false, html: false }
    }
}

fn path(of: &str, what: &str) -> String {
    format!("/api/receipts/{}/{what}", encoded(of))
}

fn get(client: &Client, of: &str) -> Result<ReceiptView, CliError> {
    client.get(&format!("/api/receipts/{}", encoded(of)))
}

/// 0 where every check that was to run passed on the work, and nothing of the receipt blocks; else 1.
fn exit_code(view: &ReceiptView) -> ExitCode {
    let passed = |check: &callboard_model::receipt::Checked| {
        check.cells.new_new.outcome == Some(CheckOutcome::Passed)
    };
    let is_good = view.held_by.is_none() && view.receipt.checks.iter().all(passed);
    ExitCode::from(u8::from(!is_good))
}

fn list(client: &Client, form: Form) -> Result<(), CliError> {
    let workspace = workspace_needed(client)?;
    let found: ReceiptList = client.get(&format!("/api/receipts?workspace={workspace}"))?;
    if form.json { output::json(&found) } else { output::print(&told::list(&found)) }
}

fn print(client: &Client, view: &ReceiptView, form: Form) -> Result<(), CliError> {
    if form.json {
        let of = view.receipt.of.to_string();
        let statement: serde_json::Value = client.get(&path(&of, "file?as=json"))?;
        return output::json(&statement);
    }
    output::print(&written(view, form))
}

fn written(view: &ReceiptView, form: Form) -> String {
    let shown = view.shown();
    match form {
        Form { md: true, .. } => render::markdown(&view.receipt, &shown),
        Form { html: true, .. } => render::html(&view.receipt, &shown),
        _ => told::receipt(&render::outline(&view.receipt, &shown)),
    }
}

fn settled(view: &ReceiptView, json: &Json) -> Result<(), CliError> {
    if json.json { output::json(view) } else { output::print(&told::cases(view)) }
}

/// Waits until no check of a receipt goes on, and tells of each step.
fn await_checks(client: &Client, mut view: ReceiptView) -> Result<ReceiptView, CliError> {
    let of = view.receipt.of.clone();
    output::remark(&format!("{of} runs its checks; Ctrl-C leaves them running"));
    let mut said = String::new();
    client.follow("/api/stream", |data| {
        let Ok(entry) = serde_json::from_str::<LogEntry>(data) else { return Ok(true) };
        match entry.message {
            StreamMessage::Receipt { of: other } if other == of => {}
            StreamMessage::Reset => {}
            _ => return Ok(true),
        }
        view = get(client, &of.to_string())?;
        let now = told::progress(&view);
        if now != said {
            output::remark(&now);
            said = now;
        }
        Ok(view.goes_on)
    })?;
    Ok(view)
}

/// A receipt of a branch that nobody knows: git and checks alone, without a daemon.
fn of_branch(args: &Receipt, branch: &str, settings: &Settings) -> Result<ExitCode, CliError> {
    let here = std::env::current_dir()?;
    let program = crate::daemon::this_program()?;
    let wanted = BranchWanted {
        folder: &here,
        scratch: &settings.home.join("passing"),
        branch,
        base: args.base.as_deref(),
        checks: &args.checks,
        variables: &settings.environment.vars,
        clock: callboard_os::clock::now,
        stop: &StopFlag::default(),
        confine_by: Some(&program),
    };
    let refused = |error: callboard_engine::EngineError| {
        CliError::answered(error.to_string(), error.hint().map(str::to_owned))
    };
    let view = receipt_of_branch(&wanted, &mut |words| output::remark(words)).map_err(refused)?;
    if args.form.json {
        output::print(&statement_of_branch(&here, &view.receipt).map_err(refused)?)?;
    } else {
        output::print(&written(&view, args.form))?;
    }
    Ok(exit_code(&view))
}

/// Holds a written receipt against the repository here; 1 where something of it is not so, or no repository is here that can tell.
fn verify(file: &Path, json: &Json) -> Result<ExitCode, CliError> {
    let text = match file.as_os_str() == "-" {
        true => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text)?;
            text
        }
        false => std::fs::read_to_string(file).map_err(|error| {
            CliError::misuse(
                format!("cannot read {}: {error}", file.display()),
                "write one with `callboard receipt T12 --json > receipt.json`",
            )
        })?,
    };
    let here = std::env::current_dir()?;
    let (of, points): (ReceiptOf, Vec<VerifiedPoint>) = verify_statement(&here, &text)
        .map_err(|error| CliError::answered(error.to_string(), error.hint().map(str::to_owned)))?;
    if json.json {
        output::json(&points)?;
    } else {
        output::print(&told::verified(&of, &points))?;
    }
    let has = |outcome| points.iter().any(|one| one.point == Point::Tree && one.outcome == outcome);
    let fails = points.iter().any(|point| point.outcome == PointOutcome::Fails);
    let is_told = !has(PointOutcome::CannotTell);
    Ok(ExitCode::from(u8::from(fails || !is_told)))
}
