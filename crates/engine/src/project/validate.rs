//! What a `callboard.toml` cannot say although its words are known.

use std::path::{Component, Path};

use callboard_model::call::Rule;
use callboard_model::project::{Database, DatabaseKind, LocalService, Ports, Project, Worktrees};

use crate::limits;

/// The setting, and what is wrong with it.
type Fault = (String, String);

/// Whether all that is said can be.
pub(super) fn validate(project: &Project) -> Result<(), Fault> {
    checks(project)?;
    ports(&project.ports)?;
    worktrees(&project.worktrees)?;
    if let Some(database) = &project.database {
        self::database(database)?;
    }
    for name in project.environment.keys() {
        is_variable(name).or_else(|text| fault(format!("environment.{name}"), text))?;
    }
    for (name, resource) in &project.resources {
        let setting = |field: &str| format!("resources.{name}{field}");
        if !is_word(name) {
            return fault(setting(""), "a name is letters, digits, `-` and `_`");
        }
        if resource.capacity == 0 {
            return fault(setting(".capacity"), "nobody could ever take it");
        }
        seconds(&setting(".seconds"), resource.seconds)?;
    }
    for (setting, rules) in
        [("rules.allow", &project.rules.allow), ("rules.deny", &project.rules.deny)]
    {
        for rule in rules {
            Rule::parse(rule).or_else(|error| fault(setting, error.to_string()))?;
        }
    }
    for (name, agent) in &project.agents.acp {
        if agent.command.first().is_none_or(|program| program.is_empty()) {
            return fault(format!("agents.acp.{name}.command"), "it names no program");
        }
        if callboard_agents::all().iter().any(|known| known.name().as_str() == name) {
            let setting = format!("agents.acp.{name}");
            return fault(setting, "Callboard drives that one by itself: choose another name");
        }
    }
    Ok(())
}

fn checks(project: &Project) -> Result<(), Fault> {
    if project.checks.iter().any(|check| check.run.trim().is_empty()) {
        return fault("checks", "an empty command proves nothing");
    }
    if project.checks.len() > limits::CHECKS {
        return fault("checks", format!("at most {} commands are run", limits::CHECKS));
    }
    for check in &project.checks {
        outside("checks", &check.services, &check.writes)?;
    }
    let confine = &project.confine;
    outside("confine", &confine.services, &confine.writes)?;
    for (name, number) in [
        ("memory_mb", confine.memory_mb.unwrap_or(1)),
        ("processes", confine.processes.into()),
        ("disk_mb", confine.disk_mb),
        ("files", confine.files),
    ] {
        if number == 0 || number > 1 << 40 {
            return fault(format!("confine.{name}"), "nothing could run by it");
        }
    }
    seconds("check_seconds", project.check_seconds)
}

/// What checks use outside of their worktree.
fn outside(section: &str, services: &[String], writes: &[String]) -> Result<(), Fault> {
    for service in services {
        if LocalService::parse(service).is_none() {
            let text = format!(
                "`{service}` is no service of this machine, such as `localhost:5432` or `/run/x.sock`; for others there is `network = true`"
            );
            return fault(format!("{section}.services"), text);
        }
    }
    for folder in writes {
        let is_whole = Path::new(folder).components().all(|part| part == Component::RootDir);
        if is_whole || !(folder.starts_with("~/") || folder.starts_with('/')) {
            let text = format!("`{folder}` is no folder from `~/` or `/` on");
            return fault(format!("{section}.writes"), text);
        }
    }
    Ok(())
}

fn ports(ports: &Ports) -> Result<(), Fault> {
    if ports.block == 0 || usize::from(ports.block) < ports.names.len() {
        return fault(
            "ports.block",
            format!("a block has to hold {} ports", ports.names.len().max(1)),
        );
    }
    if ports.from < 1024 || ports.to < ports.from || ports.to - ports.from + 1 < ports.block {
        return fault("ports.from", "`from` to `to` has to hold a block, of ports from 1024 on");
    }
    for (at, name) in ports.names.iter().enumerate() {
        if !is_word(name) {
            return fault("ports.names", format!("`{name}` is not letters, digits, `-` and `_`"));
        }
        if ports.names[..at].contains(name) {
            return fault("ports.names", format!("`{name}` stands there twice"));
        }
    }
    Ok(())
}

fn worktrees(worktrees: &Worktrees) -> Result<(), Fault> {
    let folders = [("worktrees.share", &worktrees.share), ("worktrees.clone", &worktrees.clone)];
    for (setting, list) in folders {
        for path in list {
            let path = path.trim_start_matches(['!', '/']);
            is_inside(path).or_else(|text| fault(setting, text))?;
        }
    }
    for path in &worktrees.share {
        if worktrees.clone.contains(path) {
            return fault("worktrees.share", format!("`{path}` is under `clone`, too"));
        }
    }
    seconds("worktrees.setup_seconds", worktrees.setup_seconds)?;
    seconds("worktrees.teardown_seconds", worktrees.teardown_seconds)?;
    for template in &worktrees.templates {
        let paths = std::iter::once(&template.path).chain(&template.from);
        for path in paths {
            is_inside(path).or_else(|text| fault("worktrees.templates", text))?;
        }
        if template.replace.keys().any(String::is_empty) {
            return fault("worktrees.templates", "an empty text cannot be replaced");
        }
    }
    Ok(())
}

fn database(database: &Database) -> Result<(), Fault> {
    is_variable(&database.variable).or_else(|text| fault("database.variable", text))?;
    seconds("database.seconds", database.seconds)?;
    match (&database.kind, &database.file) {
        (DatabaseKind::Sqlite, None) => fault("database.file", "an SQLite database needs its file"),
        (DatabaseKind::Sqlite, Some(file)) => {
            is_inside(file).or_else(|text| fault("database.file", text))
        }
        (DatabaseKind::Postgres, Some(_)) => {
            fault("database.file", "only an SQLite database is a file")
        }
        (DatabaseKind::Postgres, None) => Ok(()),
    }
}

/// Whether a time limit is one.
fn seconds(setting: &str, given: u64) -> Result<(), Fault> {
    if (1..=limits::SCRIPT_SECONDS).contains(&given) {
        return Ok(());
    }
    fault(setting, format!("it has to be 1 to {} seconds", limits::SCRIPT_SECONDS))
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn is_variable(name: &str) -> Result<(), String> {
    let is_one = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.as_bytes()[0].is_ascii_digit();
    if is_one { Ok(()) } else { Err(format!("`{name}` is no name of a variable")) }
}

/// Whether a path stays below the root, and is not the root or git's own.
fn is_inside(path: &str) -> Result<(), String> {
    let mut parts =
        Path::new(path).components().filter(|part| *part != Component::CurDir).peekable();
    let is_git = parts.peek() == Some(&Component::Normal(".git".as_ref()));
    if parts.peek().is_none() || is_git || !parts.all(|part| matches!(part, Component::Normal(_))) {
        return Err(format!("`{path}` is no path below the repository's root"));
    }
    Ok(())
}

fn fault<T>(setting: impl Into<String>, text: impl Into<String>) -> Result<T, Fault> {
    Err((setting.into(), text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_named() {
        let faults = [
            ("checks = [\"make\", \" \"]", "checks"),
            ("checks = \"make\"\ncheck_seconds = 0", "check_seconds"),
            ("[ports]\nblock = 1\nnames = [\"a\", \"b\"]", "ports.block"),
            ("[ports]\nfrom = 80", "ports.from"),
            ("[ports]\nnames = [\"a\", \"a\"]", "ports.names"),
            ("[worktrees]\nclone = [\"../x\"]", "worktrees.clone"),
            ("[worktrees]\nshare = [\".git/hooks\"]", "worktrees.share"),
            ("[worktrees]\nshare = [\".\"]", "worktrees.share"),
            ("[[worktrees.templates]]\npath = \"/etc/hosts\"", "worktrees.templates"),
            ("[worktrees]\nsetup_seconds = 9223372036854775807", "worktrees.setup_seconds"),
            ("[worktrees]\nteardown_seconds = 0", "worktrees.teardown_seconds"),
            ("[database]\nseconds = 86401", "database.seconds"),
            ("[database]\nkind = \"sqlite\"", "database.file"),
            ("[database]\nvariable = \"A B\"", "database.variable"),
            ("[environment]\n1A = \"x\"", "environment.1A"),
            ("[resources.stack]\ncapacity = 0", "resources.stack.capacity"),
            ("[resources.stack]\nseconds = 0", "resources.stack.seconds"),
            ("[rules]\nallow = [\"Bash(cargo\"]", "rules.allow"),
            ("[agents.acp.other]\ncommand = []", "agents.acp.other.command"),
            ("[agents.acp.codex]\ncommand = [\"x\"]", "agents.acp.codex"),
        ];
        for (text, setting) in faults {
            let found = validate(&toml::from_str(text).unwrap()).unwrap_err();
            assert_eq!(found.0, setting, "{text}");
        }
        assert_eq!(validate(&Project::default()), Ok(()));
    }
}
