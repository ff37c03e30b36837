//! `connect` and `disconnect`: what agents run for us, shown before it is written, and taken back exactly.

mod files;
mod instructions;

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::Path;

use callboard_agents::{Agent, Connect as Connection, ConnectError, FileChange, HookCommand};

use crate::args::Connect;
use crate::error::CliError;
use crate::settings::Settings;
use crate::{diff, output};
use files::Record;

/// Connects an agent.
pub(super) fn connect(args: &Connect, settings: &Settings) -> Result<(), CliError> {
    if args.instructions {
        return instructions::add(args, settings);
    }
    let (agent, connection) = connectable(args.agent.as_deref().unwrap_or_default())?;
    let name = agent.name();
    let own = name.as_str();
    let command = HookCommand {
        program: std::env::current_exe()?.canonicalize()?,
        socket: std::path::absolute(settings.socket())?,
    };
    let program = agent.installed(&settings.environment).map(|installed| installed.program);
    let homes: Vec<_> =
        agent.homes(&settings.environment).into_iter().filter(|home| home.is_dir()).collect();
    if homes.is_empty() {
        let wanted = agent.homes(&settings.environment);
        let wanted = wanted.first().map(|home| home.display().to_string()).unwrap_or_default();
        return Err(CliError::misuse(
            format!("{} has no folder at {wanted}; nothing was changed", agent.title()),
            "start it once, or set the variable that names its folder",
        ));
    }
    let mut record = Record::load(&settings.home, own)?;
    let (mut changes, mut belong, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for home in &homes {
        let now = files::texts(&connection.files(home))?;
        let base = without(connection, home, &now, &record)?;
        let plan =
            connection.connect(home, &command, program.as_deref(), &base).map_err(refused)?;
        for (planned, (text, base)) in plan.changes.into_iter().zip(now.into_iter().zip(base)) {
            belong.push(FileChange { before: base, ..planned.clone() });
            changes.push(FileChange { before: text, ..planned });
        }
        notes.extend(
            plan.notes.into_iter().filter(|note| !notes.contains(note)).collect::<Vec<_>>(),
        );
    }
    changes.retain(FileChange::is_change);
    if changes.is_empty() {
        return output::print(&format!(
            "{} is connected already; nothing was changed\n",
            agent.title()
        ));
    }
    if !is_agreed(args, &changes, &notes, &format!("Connect {}?", agent.title()))? {
        return Ok(());
    }
    let made = files::write(&settings.home, own, &changes)?;
    record.keep(belong, made);
    record.save(&settings.home, own)?;
    let undo = format!("undo it with `callboard disconnect {}`", agent.name().as_str());
    output::print(&format!("{} is connected; {undo}\n", agent.title()))
}

/// Takes back what connecting added.
pub(super) fn disconnect(args: &Connect, settings: &Settings) -> Result<(), CliError> {
    if args.instructions {
        return instructions::remove(args, settings);
    }
    let (agent, connection) = connectable(args.agent.as_deref().unwrap_or_default())?;
    let name = agent.name();
    let own = name.as_str();
    let record = Record::load(&settings.home, own)?;
    let mut changes = Vec::new();
    for home in agent.homes(&settings.environment) {
        let paths = connection.files(&home);
        let now = files::texts(&paths)?;
        let base = without(connection, &home, &now, &record)?;
        let both = paths.into_iter().zip(now.into_iter().zip(base));
        changes.extend(both.map(|(path, (before, after))| FileChange { path, before, after }));
    }
    changes.retain(FileChange::is_change);
    if changes.is_empty() {
        return output::print(&format!(
            "{} is not connected; nothing was changed\n",
            agent.title()
        ));
    }
    if !is_agreed(args, &changes, &[], &format!("Disconnect {}?", agent.title()))? {
        return Ok(());
    }
    files::write(&settings.home, own, &changes)?;
    record.forget(&settings.home, own)?;
    output::print(&format!("{} is disconnected\n", agent.title()))
}

fn connectable(name: &str) -> Result<(&'static dyn Agent, &'static dyn Connection), CliError> {
    let found = callboard_agents::named(name).and_then(|agent| Some((agent, agent.connection()?)));
    found.ok_or_else(|| {
        let known = callboard_agents::all().iter().filter(|agent| agent.connection().is_some());
        let known: Vec<String> = known.map(|agent| agent.name().as_str().to_owned()).collect();
        CliError::misuse(
            format!("no agent that can be connected is called {name:?}; nothing was changed"),
            format!("choose one of {}", known.join(", ")),
        )
    })
}

/// Each file as it would be without us.
fn without(
    connection: &dyn Connection,
    home: &Path,
    now: &[Option<String>],
    record: &Record,
) -> Result<Vec<Option<String>>, CliError> {
    let paths = connection.files(home);
    let one = |(path, text): (&std::path::PathBuf, &Option<String>)| {
        let Some(text) = text else { return Ok(None) };
        match record.of(path) {
            // Nobody changed it since: what was there before is known to the byte.
            Some(known) if known.after.as_ref() == Some(text) => Ok(known.before.clone()),
            known => connection.without(path, text, known).map_err(refused),
        }
    };
    paths.iter().zip(now).map(one).collect()
}

fn refused(error: ConnectError) -> CliError {
    CliError::misuse(error.to_string(), error.hint)
}

/// Shows the change; gives whether it is to be made.
fn is_agreed(
    args: &Connect,
    changes: &[FileChange],
    notes: &[String],
    question: &str,
) -> Result<bool, CliError> {
    let mut text = String::new();
    for change in changes {
        let name = change.path.display().to_string();
        let shown = diff::unified(&name, change.before.as_deref(), change.after.as_deref());
        let _ = writeln!(text, "{}", output::plain(&shown));
    }
    for note in notes {
        let _ = writeln!(text, "note: {note}");
    }
    output::print(&text)?;
    if args.print || args.yes {
        return Ok(args.yes && !args.print);
    }
    if !io::stdin().is_terminal() {
        return Err(CliError::misuse(
            "nobody is there to be asked; nothing was changed",
            "add --yes to make this change, or --print to see it only",
        ));
    }
    let is_yes = output::agreed(question)?;
    if !is_yes {
        output::print("nothing was changed\n")?;
    }
    Ok(is_yes)
}
