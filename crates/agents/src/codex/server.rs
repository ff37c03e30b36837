//! Callboard's server in `config.toml`: a table of its own, behind all that its user wrote, and taken out again whatever
//! else was changed.

use std::path::Path;

use serde_json::{Value, json};

use crate::connect::HookCommand;
use crate::walk;

const TABLE: &str = "[mcp_servers.callboard]";

/// What is there of a server of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    /// None.
    No,
    /// Ours.
    Ours,
    /// One that its user wrote.
    Theirs,
}

/// `config` with our server; as it is, where its user has one of that name.
pub(super) fn with(config: Option<&str>, command: &HookCommand) -> Option<String> {
    let text = config.unwrap_or_default();
    if of(text) != Server::No {
        return config.map(str::to_owned);
    }
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    // A string of JSON is one of TOML.
    let (program, socket) = (json!(command.program), json!(command.socket));
    let args = format!("args = [\"mcp\", \"codex\", {socket}]\n");
    Some(format!("{text}{gap}{TABLE}\ncommand = {program}\n{args}"))
}

/// The server in the configuration of a home.
pub(super) fn of_home(home: &Path) -> Server {
    walk::small_file(&home.join("config.toml")).map_or(Server::No, |text| of(&text))
}

fn of(text: &str) -> Server {
    match table(text) {
        Some(lines) if is_ours(&lines.concat()) => Server::Ours,
        Some(_) => Server::Theirs,
        None if is_named(text) => Server::Theirs,
        None => Server::No,
    }
}

/// Ours names its socket; what its user adds by hand needs none.
fn is_ours(table: &str) -> bool {
    let value = |name: &str| {
        let line = table.lines().find_map(|line| line.trim().strip_prefix(name))?;
        serde_json::from_str::<Value>(line.trim().strip_prefix('=')?.trim()).ok()
    };
    let args = value("args").unwrap_or_default();
    let command = value("command").unwrap_or_default();
    let is_program = command
        .as_str()
        .is_some_and(|command| Path::new(command).is_absolute() && command.ends_with("callboard"));
    is_program && args[0] == "mcp" && args[1] == "codex" && args[2].is_string()
}

/// The lines of the table, up to the next one.
fn table(text: &str) -> Option<Vec<&str>> {
    let (begin, end) = span(text)?;
    Some(text.split_inclusive('\n').skip(begin).take(end - begin).collect())
}

fn span(text: &str) -> Option<(usize, usize)> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let begin = lines.iter().position(|line| heading(line) == Some("mcp_servers.callboard"))?;
    let next = lines[begin + 1..].iter().position(|line| line.trim_start().starts_with('['));
    Some((begin, next.map_or(lines.len(), |next| begin + 1 + next)))
}

/// The name of a table that a line begins, without quotes and spaces.
fn heading(line: &str) -> Option<&str> {
    let name = line.trim_start().strip_prefix('[')?.split(']').next()?;
    let is_ours = name.replace(['"', '\'', ' '], "") == "mcp_servers.callboard";
    Some(if is_ours { "mcp_servers.callboard" } else { name })
}

/// Whether a server of that name is written in another way, or parts of it are.
fn is_named(text: &str) -> bool {
    let mut table = String::new();
    for line in text.lines() {
        let line = line.trim_start();
        let bare = line.replace(['"', '\'', ' ', '\t'], "");
        if line.starts_with('[') {
            table = bare.trim_matches(['[', ']']).to_owned();
            if table.starts_with("mcp_servers.callboard.") {
                return true;
            }
        } else if bare.starts_with("mcp_servers.callboard") && table.is_empty()
            || table == "mcp_servers" && bare.starts_with("callboard")
            || bare.starts_with("mcp_servers=") && bare.contains("callboard=")
        {
            return true;
        }
    }
    false
}

/// The text without our server.
pub(super) fn without(text: &str) -> String {
    if of(text) != Server::Ours {
        return text.to_owned();
    }
    let Some((begin, end)) = span(text) else { return text.to_owned() };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    // Remarks and empty lines at its end are what follows, or nobody's.
    let own = |line: &&&str| {
        let line = line.trim_start();
        line.is_empty() || line.starts_with('#')
    };
    let last = lines[begin..end].iter().rev().take_while(own).count();
    let end = end - last;
    let gap = usize::from(begin > 0 && lines[begin - 1].trim().is_empty());
    [lines[..begin - gap].concat(), lines[end..].concat()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> HookCommand {
        HookCommand { program: "/opt/a b/callboard".into(), socket: "/run/s".into() }
    }

    #[test]
    fn the_server_is_added_behind_and_taken_out_whatever_else_is_changed() {
        let alone = with(None, &command()).unwrap();
        assert_eq!(
            alone,
            "[mcp_servers.callboard]\ncommand = \"/opt/a b/callboard\"\nargs = [\"mcp\", \"codex\", \"/run/s\"]\n"
        );
        assert_eq!(without(&alone), "");
        for own in
            ["# mine\nmodel = \"m\" # as is\n", "[projects.\"/r\"]\ntrust_level=\"trusted\"\n"]
        {
            let both = with(Some(own), &command()).unwrap();
            assert!(both.starts_with(own));
            assert_eq!((of(&both), without(&both).as_str()), (Server::Ours, own));
            let more = format!("{both}\n# a remark\n[tui]\nx = 1\n");
            assert_eq!(without(&more), format!("{own}\n# a remark\n[tui]\nx = 1\n"));
            let edited = both.replace("args", "startup_timeout_sec = 3\nargs");
            assert_eq!(without(&edited), own);
            assert_eq!(with(Some(&both), &command()).as_deref(), Some(both.as_str()));
        }
    }

    #[test]
    fn a_server_that_its_user_wrote_is_left() {
        for theirs in [
            "[mcp_servers.callboard]\ncommand = \"callboard\"\nargs = [\"mcp\", \"codex\"]\n",
            "[mcp_servers.\"callboard\"]\ncommand = \"other\"\n",
            "[mcp_servers]\ncallboard = { command = \"x\" }\n",
            "mcp_servers.callboard.command = \"x\"\n",
            "mcp_servers = { callboard = { command = \"x\" } }\n",
            "[mcp_servers.callboard.env]\nA = \"1\"\n",
        ] {
            assert_eq!(of(theirs), Server::Theirs, "{theirs}");
            assert_eq!(with(Some(theirs), &command()).as_deref(), Some(theirs));
            assert_eq!(without(theirs), theirs);
        }
        assert_eq!(of("[mcp_servers.other]\ncommand = \"callboard\"\n"), Server::No);
    }
}
