//! `doctor`: what was found, what could not be read, and how to mend it.

use std::fmt::Write as _;

use callboard_model::view::{AgentReport, DoctorReport, Severity};

use super::client;
use crate::args::Json;
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::{self, Settings};

/// Unknown record types shown of each agent; JSON has all.
const SHOWN: usize = 8;

pub(super) fn doctor(args: &Json, settings: &Settings) -> Result<(), CliError> {
    let report: DoctorReport = client(settings)?.get("/api/doctor")?;
    if args.json {
        return output::json(&report);
    }
    let mut text = format!("Callboard {}\n{}", report.version, problems_text(&report));
    for agent in &report.agents {
        text.push_str(&agent_text(agent));
    }
    let storage = &report.storage;
    let _ = writeln!(text, "\n{}", output::styled("Kept", Style::Bold));
    let _ = writeln!(text, "  {}", storage.home);
    let _ = writeln!(
        text,
        "  {} read, {} of it unique, in a database of {} and {} of pictures",
        output::bytes(storage.read_bytes),
        output::bytes(storage.kept_bytes),
        output::bytes(storage.database_bytes),
        output::bytes(storage.blob_bytes)
    );
    let _ = writeln!(text, "  {}", output::count(storage.events, "event"));
    if storage.sessions_without_files > 0 {
        let _ = writeln!(
            text,
            "  {} kept here only: the files are gone",
            output::count(storage.sessions_without_files, "session")
        );
    }
    if let Some(free) = storage.free_bytes {
        let _ = writeln!(text, "  {} left on the disk", output::bytes(free));
    }
    let _ = writeln!(text, "\n{}", output::styled("Settings", Style::Bold));
    for (name, what) in [
        (settings::HOME, "where Callboard keeps everything"),
        (settings::PORT, "the port of the page"),
        (settings::EDITOR, "the editor that opens files"),
        (settings::LOG, "what the daemon's log tells"),
        (settings::NOTIFY, "notifications on the desktop within ten minutes"),
        (settings::TRUST, "folders whose callboard.toml needs no approval"),
        (settings::TASK, "the task of sessions started from this shell"),
        (settings::WORKTREE, "the worktree that this shell works in"),
    ] {
        let value = settings.environment.vars.get(name).map_or("not set", String::as_str);
        let _ = writeln!(text, "  {name}: {value} ({what})");
    }
    output::print(&text)
}

fn agent_text(agent: &AgentReport) -> String {
    let mut text = format!("\n{}", output::styled(&agent.title, Style::Bold));
    match (&agent.program, &agent.version) {
        (Some(program), Some(version)) => {
            let _ = writeln!(text, " {version} ({program})");
        }
        (Some(program), None) => {
            let _ = writeln!(text, " ({program}, version not known)");
        }
        (None, _) => text.push_str(" is not on the path\n"),
    }
    for home in &agent.homes {
        let _ = writeln!(text, "  {home}");
    }
    // Only an agent with a home of its own can be connected.
    let can_connect = !agent.homes.is_empty() && agent.program.is_some();
    if agent.connected.is_empty() && can_connect {
        let name = agent.agent.as_str();
        let _ = writeln!(text, "  not connected: `callboard connect {name}` lets you answer here");
    }
    for program in &agent.connected {
        let _ = writeln!(text, "  connected by {program}");
    }
    let _ = writeln!(
        text,
        "  {}, {}",
        output::count(agent.files, "transcript file"),
        output::count(agent.sessions, "session")
    );
    match agent.versions_seen.as_slice() {
        [] => {}
        [only] => text.push_str(&format!("  written by version {only}\n")),
        [lowest, .., highest] => {
            let count = agent.versions_seen.len();
            let _ = writeln!(text, "  written by {count} versions, {lowest} to {highest}");
        }
    }
    let unknown = agent.record_types.iter().filter(|count| !count.known);
    for count in unknown.clone().take(SHOWN) {
        let _ = writeln!(
            text,
            "    {:<36} {:>8}  {:>9}, {} kept  (not known; kept as it is)",
            output::short(&count.record_type, 36),
            count.records,
            output::bytes(count.bytes),
            output::bytes(count.kept_bytes),
        );
    }
    let types = output::count(agent.record_types.len() as u64, "record type");
    if !agent.record_types.is_empty() {
        let _ = writeln!(text, "  {types} (--json lists them)");
    }
    let unknown_types = unknown.count() as u64;
    let unknown_fields = agent.unknown.len() as u64;
    if unknown_types + unknown_fields > 0 {
        let _ = writeln!(
            text,
            "  {}, {}: kept, not shown",
            output::count(unknown_types, "unknown record type"),
            output::count(unknown_fields, "unknown field")
        );
    }
    text
}

fn problems_text(report: &DoctorReport) -> String {
    if report.problems.is_empty() {
        return "\nno problems\n".into();
    }
    let mut text = format!("\n{}\n", output::styled("Problems", Style::Bold));
    for problem in &report.problems {
        let mark = match problem.severity {
            Severity::Error => output::styled("error", Style::Accent),
            Severity::Warning => output::styled("warning", Style::Accent),
            Severity::Note => "note".into(),
        };
        let _ = writeln!(text, "  {mark}: {}", output::plain(&problem.text));
        if let Some(path) = &problem.path {
            let _ = writeln!(text, "    {}", output::plain(path));
        }
        if let Some(hint) = &problem.hint {
            let _ = writeln!(text, "    hint: {hint}");
        }
    }
    text
}
