//! `couplings`: what couples changesets that git can merge.

use std::fmt::Write as _;
use std::process::ExitCode;

use callboard_model::coupling::{Coupling, Strength};

use super::conflicts::{live_pairs, revisions};
use crate::args::conflicts::Compared;
use crate::error::CliError;
use crate::output::{self, Style, plain};
use crate::settings::Settings;

/// Two that are coupled, as they are called.
struct Coupled {
    left: String,
    right: String,
    couplings: Vec<Coupling>,
}

pub(super) fn couplings(args: &Compared, settings: &Settings) -> Result<ExitCode, CliError> {
    let found: Vec<Coupled> = if args.revs.is_empty() {
        let live = live_pairs(settings)?;
        if args.json.json {
            output::json(&live)?;
        }
        let coupled = live.pairs.into_iter().map(|pair| Coupled {
            left: pair.left.name,
            right: pair.right.name,
            couplings: pair.couplings,
        });
        coupled.collect()
    } else {
        let compared = revisions(args, settings)?;
        if args.json.json {
            output::json(&compared)?;
        }
        let coupled = compared.pairs.into_iter().map(|pair| Coupled {
            left: pair.left,
            right: pair.right,
            couplings: pair.couplings,
        });
        coupled.collect()
    };
    if !args.json.json {
        output::print(&told(&found))?;
    }
    let is_coupled = found.iter().any(|pair| !pair.couplings.is_empty());
    Ok(if is_coupled && args.exit_code { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn told(found: &[Coupled]) -> String {
    let mut text = String::new();
    for pair in found.iter().filter(|pair| !pair.couplings.is_empty()) {
        let names = format!("{} and {}", plain(&pair.left), plain(&pair.right));
        let _ = writeln!(text, "{}", output::styled(&names, Style::Bold));
        for coupling in &pair.couplings {
            let told = plain(&coupling.told(&pair.left, &pair.right));
            let _ = writeln!(text, "  {:<7} {told}", strength(coupling.strength));
            let _ = writeln!(text, "          {} · {}", coupling.left_at, coupling.right_at);
        }
    }
    if text.is_empty() {
        text.push_str("nothing couples them\n");
    }
    text
}

fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Info => "info",
        Strength::Review => "review",
        Strength::Warn => "warn",
        Strength::Block => "block",
    }
}
