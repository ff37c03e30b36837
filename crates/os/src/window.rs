//! Where a process of a terminal can be seen: the tmux pane, the terminal, its program.

use std::path::Path;
use std::time::Duration;

use crate::command::{Command, find_program};

/// The environment variables that tell of it.
pub const VARIABLES: &[&str] = &["TMUX", "TMUX_PANE", "TERM_PROGRAM", "STY", "ZELLIJ_SESSION_NAME"];

/// Time that tmux gets to name a pane: it answers within milliseconds, or hangs.
const TMUX_TIME: Duration = Duration::from_secs(2);

/// Where process `pid` can be answered, such as `tmux pane work:2.1` or `pts/3 (vscode)`; `variable` gives those
/// that it was started with.
///
/// `None` where the system does not say, or the process has no terminal.
#[must_use]
pub fn of_process(pid: u32, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let (Some(server), Some(pane)) = (set("TMUX"), set("TMUX_PANE")) {
        let name = pane_name(&server, &pane).unwrap_or(pane);
        return Some(format!("tmux pane {name}"));
    }
    if let Some(session) = set("ZELLIJ_SESSION_NAME") {
        return Some(format!("Zellij session {session}"));
    }
    if let Some(session) = set("STY") {
        return Some(format!("screen session {session}"));
    }
    match (terminal_of(pid), set("TERM_PROGRAM")) {
        (Some(terminal), Some(program)) => Some(format!("{terminal} ({program})")),
        (Some(terminal), None) => Some(terminal),
        (None, Some(program)) => Some(format!("a window of {program}")),
        (None, None) => None,
    }
}

/// `session:window.pane` of a pane; `server` is what tmux sets as `TMUX`: its socket first.
fn pane_name(server: &str, pane: &str) -> Option<String> {
    let socket = server.split(',').next()?;
    let tmux = find_program("tmux", &std::env::var_os("PATH")?)?;
    let format = "#{session_name}:#{window_index}.#{pane_index}";
    let asked = Command::new(tmux, Path::new("/"))
        .args(["-S", socket, "display-message", "-p", "-t", pane, format])
        .time(TMUX_TIME)
        .output()
        .ok()?;
    Some(asked.text()).filter(|name| asked.status.success() && !name.is_empty())
}

/// `pts/3`: the terminal that a process has open.
fn terminal_of(pid: u32) -> Option<String> {
    let of = |descriptor: u32| {
        let file = std::fs::read_link(format!("/proc/{pid}/fd/{descriptor}")).ok()?;
        let terminal = file.to_str()?.strip_prefix("/dev/")?;
        let is_terminal = terminal.starts_with("pts/") || terminal.starts_with("tty");
        is_terminal.then(|| terminal.to_owned())
    };
    (0..3).find_map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_window_is_named() {
        let only = |name: &'static str, value: &'static str| {
            move |asked: &str| (asked == name).then(|| value.to_owned())
        };
        let nobody = u32::MAX >> 2;
        let name = |variable: &dyn Fn(&str) -> Option<String>| of_process(nobody, variable);
        assert_eq!(name(&only("STY", "1.work")).as_deref(), Some("screen session 1.work"));
        assert_eq!(name(&only("TERM_PROGRAM", "vscode")).as_deref(), Some("a window of vscode"));
        assert_eq!(name(&|_| None), None);
        let gone = |asked: &str| match asked {
            "TMUX" => Some("/nowhere/tmux,1,0".to_owned()),
            "TMUX_PANE" => Some("%7".to_owned()),
            _ => None,
        };
        assert_eq!(name(&gone).as_deref(), Some("tmux pane %7"));
    }
}
