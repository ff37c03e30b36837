//! The `callboard` program: what people and agents type.

mod args;
mod client;
mod commands;
mod daemon;
mod error;
mod output;
mod settings;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
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
