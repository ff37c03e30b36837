//! Chores of the project: `cargo xtask test|soak|bench|tidy|dist`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a chore speaks to a terminal, starts other programs, and may end with a panic"
)]

mod bench;
mod dist;
mod run;
mod soak;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Chores of the project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Run every test, or the steps that are named.
    Test {
        /// Only these steps, separated by commas.
        #[arg(long, value_enum, value_delimiter = ',')]
        only: Vec<test::Step>,
    },
    /// Measure the release build, beside what the work costs at least.
    Bench {
        /// Only this; everything if not given.
        #[arg(value_enum)]
        name: Option<bench::Bench>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// Measure gigabytes.
        #[arg(long)]
        full: bool,
        /// Merges whose outcome is known: a table with a header.
        #[arg(long)]
        truth: Option<PathBuf>,
        /// Repositories of these merges, in folders named `owner+name` or `owner/name`.
        paths: Vec<PathBuf>,
        /// Print what is told of each merge, and what a brief does not tell.
        #[arg(long)]
        verbose: bool,
        /// Replay only this half of the merges.
        #[arg(long, value_enum)]
        half: Option<bench::Half>,
    },
    /// Answer as the emptiest MCP server: what others are measured beside.
    #[command(hide = true)]
    EmptyMcp,
    /// Kill the daemon again and again while it reads history, race answers, and see that nothing is lost.
    Soak {
        /// How often.
        #[arg(long, default_value_t = 200)]
        kills: u32,
    },
    /// Build the release and pack it with its licences.
    Dist,
    /// Look for places that break a rule of the project.
    Tidy {
        /// Another checkout to look at.
        root: Option<PathBuf>,
    },
}

/// The root of the repository.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

fn main() -> ExitCode {
    let done = match Cli::parse().chore {
        Chore::Test { only } => test::test(&root(), &only),
        Chore::Bench {
            name: Some(bench::Bench::Coupling),
            json,
            truth,
            paths,
            verbose,
            half,
            ..
        } => bench::coupling(&bench::Asked {
            truth: truth.as_deref(),
            repositories: &paths,
            half,
            json,
            verbose,
            kept: &root().join("target/bench/coupling"),
        }),
        Chore::Bench { name: Some(bench::Bench::Integrity), verbose, half, .. } => {
            bench::integrity(&root(), half, verbose)
        }
        Chore::Bench { name: Some(bench::Bench::Claims), truth, verbose, .. } => {
            bench::claims(&bench::AskedClaims {
                truth: truth.as_deref(),
                labels: &root().join("xtask/data/claim_labels.csv"),
                verbose,
            })
        }
        Chore::Bench { name, json, full, truth, paths, verbose, .. } => {
            bench::bench(&root(), name, json, full, &bench::Given { truth, paths, verbose })
        }
        Chore::EmptyMcp => {
            bench::serve_nothing();
            Ok(())
        }
        Chore::Soak { kills } => soak::soak(&root(), kills),
        Chore::Dist => dist::dist(&root()),
        Chore::Tidy { root: other } => tidy::run(&other.unwrap_or_else(root)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
