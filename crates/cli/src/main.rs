//! The `callboard` program: what people and agents type.

mod args;
mod client;
mod commands;
mod daemon;
mod diff;
mod error;
#[cfg(unix)]
mod hook;
#[cfg(unix)]
mod mcp;
mod output;
mod settings;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // Before anything that takes memory or time: a host runs for each owned agent, a hook for each question,
    // three steps for each check.
    #[cfg(unix)]
    {
        let args = || std::env::args_os().skip(1);
        let code = hook::run(&mut args())
            .or_else(|| host(&mut args()))
            .or_else(|| confined(args()))
            .or_else(|| mcp::run(&mut args()));
        if let Some(code) = code {
            return code;
        }
    }
    let args = args::Args::parse();
    let settings = match settings::Settings::from_environment() {
        Ok(settings) => settings,
        Err(error) => return error.report(),
    };
    match commands::run(args, &settings) {
        Ok(code) => code,
        Err(error) => error.report(),
    }
}

/// `callboard confined STEP`, which the daemon and its steps start, and nobody else.
#[cfg(unix)]
fn confined(mut args: impl Iterator<Item = std::ffi::OsString>) -> Option<ExitCode> {
    if args.next()? != "confined" {
        return None;
    }
    Some(callboard_os::confine::serve(args.filter_map(|word| word.into_string().ok())))
}

/// `callboard host DIR`, which the daemon starts, and nobody else.
#[cfg(unix)]
fn host(args: &mut dyn Iterator<Item = std::ffi::OsString>) -> Option<ExitCode> {
    if args.next()? != "host" {
        return None;
    }
    let dir = std::path::PathBuf::from(args.next()?);
    Some(match callboard_os::host::serve(&dir) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody sees it but who runs it by hand: the daemon looks into the folder.
        Err(error) => error::CliError::misuse(
            format!("cannot host an agent in {}: {error}; nothing was started", dir.display()),
            "the daemon starts hosts; there is no need to run one by hand",
        )
        .report(),
    })
}
